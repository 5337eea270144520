//! The block for HTTPS, uncommented as it says, with a certificate for a day.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use reqwest::StatusCode;

use crate::header;
use crate::nginx::Nginx;
use crate::venue::{AMINA, PASSWORD, Venue};

const SERVER: &str = "pos.example.com";

/// Takes the marks away as `sed 's/^#s//'` does, and puts a certificate in its place.
fn uncomment(settings: String, folder: &Path) -> String {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
        .args(["-subj", &format!("/CN={SERVER}"), "-keyout"])
        .arg(folder.join("ssl/privkey.pem"))
        .arg("-out")
        .arg(folder.join("ssl/fullchain.pem"))
        .output()
        .expect("openssl is installed");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    let lines = settings.lines();
    let lines = lines.map(|line| line.strip_prefix("#s").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// What openssl tells of a connection: its protocols, and why there is none.
fn handshake(door: &str, options: &[&str]) -> String {
    let told = Command::new("openssl")
        .args(["s_client", "-connect", door, "-servername", SERVER])
        .args(options)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&told.stdout) + &text(&told.stderr)
}

/// What the server says within a moment after it was told this over TLS, up to so many bytes.
fn talk(door: &str, options: &[&str], told: &[u8], most: usize) -> Vec<u8> {
    let mut openssl = Command::new("openssl")
        .args([
            "s_client",
            "-quiet",
            "-connect",
            door,
            "-servername",
            SERVER,
        ])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut ear = openssl.stdin.take().expect("its ear");
    ear.write_all(told).expect("it listens");
    let mouth = openssl.stdout.take().expect("its mouth");
    let (heard, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut said = vec![0; most];
        let mut mouth = mouth;
        let mut length = 0;
        while length < most {
            match mouth.read(&mut said[length..]) {
                Ok(0) | Err(_) => break,
                Ok(more) => length += more,
            }
        }
        said.truncate(length);
        let _ = heard.send(said);
    });
    let said = hear.recv_timeout(Duration::from_secs(10));
    openssl.kill().expect("it was there");
    openssl.wait().expect("its end");
    said.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn https_is_there_when_its_lines_are_uncommented() {
    let venue = Venue::behind(|instances| Nginx::start(instances, uncomment)).await;
    let door = venue.nginx.tls();

    for (version, protocol) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let told = handshake(&door, &[version, "-alpn", "h2,http/1.1"]);
        assert!(
            told.contains(&format!("New, {protocol}, Cipher is")),
            "{told}"
        );
        assert!(told.contains("ALPN protocol: h2"), "{told}");
    }
    let old = handshake(&door, &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]);
    assert!(old.contains("alert protocol version"), "{old}");

    // The preface of HTTP/2 with empty settings; the server's own settings are its first frame.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let frame = talk(&door, &["-alpn", "h2"], preface, 9);
    assert_eq!((frame.len(), frame.get(3)), (9, Some(&4)), "{frame:?}");

    let form = format!("username={AMINA}&password={PASSWORD}");
    let sign_in = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {SERVER}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let said = talk(&door, &[], sign_in.as_bytes(), usize::from(u16::MAX));
    let said = String::from_utf8_lossy(&said).to_lowercase();
    assert!(said.starts_with("http/1.1 303"), "{said}");
    assert!(
        said.contains("strict-transport-security: max-age=31536000\r\n"),
        "{said}"
    );
    let cookies = said.lines().filter(|line| line.starts_with("set-cookie:"));
    let cookies: Vec<&str> = cookies.collect();
    assert!(
        !cookies.is_empty() && cookies.iter().all(|cookie| cookie.ends_with("; secure")),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_https_plain_http_leads_there_but_for_the_questions_that_come_without() {
    let venue = Venue::behind(|instances| Nginx::start(instances, uncomment)).await;
    let ask = async |path: &str| {
        let asked = venue.client.get(venue.at(path)).header("host", SERVER);
        asked.send().await.expect("an answer")
    };
    let led = ask("/orders/1?menu=a").await;
    assert_eq!(led.status(), StatusCode::PERMANENT_REDIRECT);
    let there = format!("https://{SERVER}/orders/1?menu=a");
    assert_eq!(header(led.headers(), "location"), there);
    assert_eq!(ask("/proxy-health").await.status(), StatusCode::OK);

    let asked = ".well-known/acme-challenge/token";
    let file = venue.nginx.folder().join("acme").join(asked);
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(&file, "token.key").expect("what certbot leaves");
    let answer = ask(&format!("/{asked}")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.text().await.expect("its words"), "token.key");
}
