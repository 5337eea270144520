//! The built program behind Debian's nginx with the box's own settings and the box's own authority.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::certificates::Authority;
use crate::{folder, must, run, shipped};

const NAME: &str = "cafe.local";

fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

/// The box, as far as it can be one beside others.
struct Cafe {
    authority: Authority,
    http: u16,
    https: u16,
    program: Child,
    nginx: Child,
    folder: TempDir,
}

impl Cafe {
    fn open() -> Self {
        let (authority, folder) = (Authority::made(), folder());
        let [http, https, port] = [free_port(), free_port(), free_port()];
        let program = program(&authority, folder.path(), port, "serve")
            .stdout(File::create(folder.path().join("program.out")).expect("a file"))
            .stderr(File::create(folder.path().join("program.err")).expect("a file"))
            .spawn()
            .expect("the program");
        let cafe = Self {
            nginx: nginx(&authority, folder.path(), [http, https, port]),
            authority,
            http,
            https,
            program,
            folder,
        };
        let begun = Instant::now();
        while !run(cafe.tablet().arg(cafe.https("/api/health"))).0 {
            let said = || fs::read_to_string(cafe.folder.path().join("program.err"));
            assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", said());
            sleep(Duration::from_millis(50));
        }
        cafe
    }

    fn http(&self, path: &str) -> String {
        format!("http://{NAME}:{}{path}", self.http)
    }

    fn https(&self, path: &str) -> String {
        format!("https://{NAME}:{}{path}", self.https)
    }

    /// A device in the café's network that trusts what everybody trusts.
    fn stranger(&self) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "5"]);
        for port in [self.http, self.https] {
            curl.args(["--resolve", &format!("{NAME}:{port}:127.0.0.1")]);
        }
        curl
    }

    /// One that was made to trust the café.
    fn tablet(&self) -> Command {
        let mut curl = self.stranger();
        curl.arg("--cacert").arg(self.authority.tls("root.crt"));
        curl
    }
}

impl Drop for Cafe {
    fn drop(&mut self) {
        // Killed, nginx would leave its workers behind, and the program its Postgres to stop by itself.
        for process in [&mut self.nginx, &mut self.program] {
            let _ = Command::new("kill").arg(process.id().to_string()).status();
            let _ = process.wait();
        }
    }
}

fn program(authority: &Authority, folder: &Path, port: u16, what: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cafe-pos"));
    command
        .arg(what)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("APP_ENV", "production")
        .env("DATA_DIR", folder.join("data"))
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .env("PUBLIC_APP_ORIGIN", format!("https://{NAME}"))
        .env("LOCAL_CA", authority.tls("root.crt"))
        .stdin(Stdio::null());
    command
}

/// With what `proxy.sh` makes; only ports and folders are this test's own.
fn nginx(authority: &Authority, folder: &Path, [http, https, program]: [u16; 3]) -> Child {
    let to = folder.join("nginx");
    let mut make = Command::new(shipped("proxy.sh"));
    make.arg(&to).arg("--own-authority");
    must(make.env("CAFE_TLS", authority.tls("")));
    for made in ["log", "cache"] {
        fs::create_dir(folder.join(made)).expect("a folder");
    }
    let file = to.join("nginx.conf");
    let mut settings = fs::read_to_string(&file).expect("its settings");
    let at = |name: &str| folder.join(name).display().to_string();
    for (shipped, ours) in [
        ("listen 80 ", format!("listen 127.0.0.1:{http} ")),
        ("listen 443 ", format!("listen 127.0.0.1:{https} ")),
        ("127.0.0.1:3000", format!("127.0.0.1:{program}")),
        ("/run/nginx.pid", at("nginx.pid")),
        ("/var/log/nginx", at("log")),
        ("/var/lib/nginx", at("cache")),
    ] {
        assert!(settings.contains(shipped), "{shipped}");
        settings = settings.replace(shipped, &ours);
    }
    fs::write(&file, settings).expect("its settings");
    // Ordinary users do not look where Debian keeps it.
    let debians = Path::new("/usr/sbin/nginx");
    let nginx = if debians.exists() {
        debians
    } else {
        Path::new("nginx")
    };
    Command::new(nginx)
        .args(["-g", "daemon off;", "-e"])
        .arg(folder.join("log/error.log"))
        .arg("-c")
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx is installed")
}

/// The SHA-256 fingerprint of a certificate as it was downloaded.
fn fingerprint(der: &[u8]) -> String {
    let mut openssl = Command::new("openssl")
        .args([
            "x509",
            "-inform",
            "DER",
            "-noout",
            "-fingerprint",
            "-sha256",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    let mut ear = openssl.stdin.take().expect("its ear");
    ear.write_all(der).expect("it listens");
    drop(ear);
    let said = openssl.wait_with_output().expect("its words").stdout;
    let said = String::from_utf8(said).expect("words");
    said.trim()
        .split_once('=')
        .expect("a fingerprint")
        .1
        .to_owned()
}

#[test]
fn a_tablet_that_was_made_to_trust_the_cafe_gets_in_and_no_other() {
    let cafe = Cafe::open();
    must(cafe.tablet().arg(cafe.https("/sign-in")));
    let (got_in, said) = run(cafe.stranger().arg(cafe.https("/sign-in")));
    assert!(!got_in && said.contains("certificate"), "{said}");

    // The way there is open without HTTPS, and shows what was told at the installation.
    let page = must(cafe.stranger().arg(cafe.http("/trust")));
    let told = cafe.authority.fingerprint();
    assert!(
        page.contains(&told) && page.contains("came without HTTPS"),
        "{page}"
    );
    assert!(page.contains(&format!("https://{NAME}/sign-in")), "{page}");
    let root = cafe
        .stranger()
        .arg(cafe.http("/trust/root.crt"))
        .output()
        .expect("curl is installed");
    assert_eq!(fingerprint(&root.stdout), told);
    // With what it looks like.
    let css = page
        .split('"')
        .find(|part| part.starts_with("/assets/") && part.ends_with(".css"))
        .expect("a style sheet");
    must(cafe.stranger().arg(cafe.http(css)));

    // Everything else is not.
    for path in ["/", "/sign-in", "/trust/root.key", "/trust/", "/api/health"] {
        let mut ask = cafe.stranger();
        ask.args(["--output", "/dev/null", "--write-out"]);
        ask.args([
            "%{http_code} %{redirect_url}",
            "--request-target",
            path,
            "--path-as-is",
        ]);
        let led = must(ask.arg(cafe.http(path)));
        assert_eq!(led, format!("308 https://{NAME}{path}"));
    }

    // Over HTTPS the same page knows it, and a year without plain HTTP is not asked for: a new root comes by it.
    let page = must(
        cafe.tablet()
            .arg("--include")
            .arg(cafe.https("/trust"))
            .arg("--http1.1"),
    );
    assert!(page.contains("came over HTTPS"), "{page}");
    assert!(
        !page.to_lowercase().contains("strict-transport-security"),
        "{page}"
    );
}

#[test]
fn in_production_nobody_works_there_until_somebody_says_so_and_no_password_is_logged() {
    let cafe = Cafe::open();
    let port = 0;
    let log = fs::read_to_string(cafe.folder.path().join("program.err")).expect("its log");
    let said = fs::read_to_string(cafe.folder.path().join("program.out")).expect("its words");
    assert!(log.contains("Nobody works here yet"), "{log}");
    assert!(!said.contains("password"), "{said}");
    let seeded = must(&mut program(
        &cafe.authority,
        cafe.folder.path(),
        port,
        "seed",
    ));
    assert!(seeded.contains("ruth"), "{seeded}");
    let checked = run(&mut program(
        &cafe.authority,
        cafe.folder.path(),
        port,
        "check",
    ));
    assert!(
        checked
            .1
            .contains("ok      own authority: cafe-pos at cafe.local ("),
        "{checked:?}"
    );
}
