//! As little of an HTTP client as the load needs: it shares the cores with what is measured.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

/// A connection that is kept open, as a browser keeps it.
pub struct Connection {
    stream: TcpStream,
    host: String,
    /// What was read and not used.
    rest: Vec<u8>,
}

/// What came back.
pub struct Answer {
    /// The status line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Stops the measuring: figures of refused requests are worth nothing.
    pub fn must_succeed(&self, deed: &str) {
        let status = self.head.split(' ').nth(1).unwrap_or_default();
        let went_well = status.starts_with('2') || status == "303";
        assert!(
            went_well,
            "{deed}: {}\n{}",
            self.head.lines().next().unwrap_or_default(),
            String::from_utf8_lossy(&self.body)
        );
    }
}

/// Who asks from a browser at a paired till.
pub struct Rights {
    /// The person's session.
    pub session: String,
    /// The till's token.
    pub device: String,
}

impl Connection {
    /// Connects.
    pub async fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Connection {
            stream,
            host: address.to_owned(),
            rest: Vec::new(),
        }
    }

    /// A command as htmx sends it, under a fresh key.
    pub async fn send(&mut self, method: &str, path: &str, session: &str, form: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {session}\r\nhx-request: true\r\n\
             idempotency-key: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.host,
            Uuid::now_v7(),
            form.len()
        );
        self.exchange(&request).await
    }

    /// A change from a browser at a paired till.
    pub async fn send_as(&mut self, method: &str, path: &str, by: &Rights, form: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncookie: pos_session={}; pos_device={}\r\nsec-fetch-site: same-origin\r\n\
             hx-request: true\r\nidempotency-key: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.host,
            by.session,
            by.device,
            Uuid::now_v7(),
            form.len()
        );
        self.exchange(&request).await
    }

    /// A page, as a browser asks for it.
    pub async fn get(&mut self, path: &str, session: Option<&str>, encoding: &str) -> Answer {
        let rights = session.map_or(String::new(), |session| {
            format!("authorization: Bearer {session}\r\n")
        });
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\n{rights}accept: text/html,*/*\r\naccept-encoding: {encoding}\r\n\r\n",
            self.host
        );
        self.exchange(&request).await
    }

    /// Name and password for a session.
    pub async fn sign_in(&mut self, json: &str) -> Answer {
        let request = format!(
            "POST /api/auth/login HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{json}",
            self.host,
            json.len()
        );
        self.exchange(&request).await
    }

    async fn exchange(&mut self, request: &str) -> Answer {
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("sent");
        let head_ends = loop {
            if let Some(at) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await;
        };
        let head = String::from_utf8_lossy(&self.rest[..head_ends]).into_owned();
        let length = length_of(&head);
        while self.rest.len() < head_ends + length {
            self.read_more().await;
        }
        let body = self.rest[head_ends..head_ends + length].to_vec();
        self.rest.drain(..head_ends + length);
        Answer { head, body }
    }

    async fn read_more(&mut self) {
        let read = self.stream.read_buf(&mut self.rest).await.expect("read");
        assert!(read > 0, "the program closed the connection");
    }
}

fn length_of(head: &str) -> usize {
    if head.starts_with("HTTP/1.1 204") {
        return 0;
    }
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .expect("every answer of the flow says its length")
}
