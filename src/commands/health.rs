//! `health`: asks the program that serves here whether it is well, where nothing else is at hand to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::Config;
use crate::web::url;

/// The answer itself waits up to a second for the database.
const LIMIT: Duration = Duration::from_secs(3);
/// Longer than any answer about health.
const LONGEST: u64 = 4096;

/// `cafe-pos health`: for the healthcheck of a container, whose environment it shares.
///
/// # Errors
/// When nobody answers in time, or the answer is that the program is not well.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let door = door(config.listen);
    let answer = timeout(LIMIT, ask(door))
        .await
        .with_context(|| format!("{door} does not answer within {} s", LIMIT.as_secs()))?
        .with_context(|| format!("{door} cannot be asked"))?;
    judge(&answer)?;
    println!("ok");
    Ok(())
}

/// Where to knock: who listens everywhere is reached from here, too.
fn door(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        one => one,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(door: SocketAddr) -> std::io::Result<String> {
    let mut tcp = TcpStream::connect(door).await?;
    let question = format!(
        "GET {} HTTP/1.1\r\nhost: {door}\r\nconnection: close\r\n\r\n",
        url::health()
    );
    tcp.write_all(question.as_bytes()).await?;
    let mut answer = Vec::new();
    tcp.take(LONGEST).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn judge(answer: &str) -> anyhow::Result<()> {
    let mut words = answer.split_whitespace();
    match (words.next(), words.next()) {
        (Some("HTTP/1.1"), Some("200")) => Ok(()),
        (Some("HTTP/1.1"), Some(status)) => {
            let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            bail!("Not well: {status} {body}")
        }
        _ => bail!("What listens there is not this program"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:80", "[::1]:80"),
            ("192.168.1.5:3000", "192.168.1.5:3000"),
        ] {
            assert_eq!(door(listen.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn only_a_200_is_well() {
        assert!(judge("HTTP/1.1 200 OK\r\n\r\n{}").is_ok());
        let ill = "HTTP/1.1 503 Service Unavailable\r\n\r\n{\"status\":\"unavailable\"}";
        assert_eq!(
            judge(ill).unwrap_err().to_string(),
            "Not well: 503 {\"status\":\"unavailable\"}"
        );
        assert!(judge("").is_err() && judge("SSH-2.0-OpenSSH 200").is_err());
    }
}
