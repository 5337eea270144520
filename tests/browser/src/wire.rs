//! The cable between a tablet and the server, which can be pulled: bytes wait where they are, and nobody is told. Or
//! something in between answers in the server's place, as a proxy does whose server is gone.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Pulled,
    Answered(u16),
}

/// A relay on a port of its own; a screen that goes through it is cut off when it is [`pulled`](Wire::pull).
pub struct Wire {
    /// `http://127.0.0.1:<port>`
    pub address: String,
    state: watch::Sender<State>,
    relay: JoinHandle<()>,
}

impl Wire {
    /// Lays a cable to `server` (`http://<address>`).
    pub async fn to(server: &str) -> Result<Self> {
        let server: SocketAddr = server
            .strip_prefix("http://")
            .context("an address that begins with http://")?
            .parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (sender, state) = watch::channel(State::Whole);
        let relay = tokio::spawn(async move {
            while let Ok((tablet, _)) = listener.accept().await {
                tokio::spawn(relay(tablet, server, state.clone()));
            }
        });
        Ok(Self {
            address,
            state: sender,
            relay,
        })
    }

    /// From now on nothing gets through, in either direction.
    pub fn pull(&self) {
        self.state.send_replace(State::Pulled);
    }

    /// From now on connections end, and every request is answered with this status and nothing else.
    pub fn answers(&self, status: u16) {
        self.state.send_replace(State::Answered(status));
    }

    /// What waited gets through, and so does everything after it.
    pub fn plug_in(&self) {
        self.state.send_replace(State::Whole);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

async fn relay(mut tablet: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>) {
    match reachable(&mut state).await {
        None => return,
        Some(State::Answered(status)) => {
            let mut request = vec![0; 16 * 1024];
            let _ = tablet.read(&mut request).await;
            let answer =
                format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = tablet.write_all(answer.as_bytes()).await;
            let _ = tablet.shutdown().await;
            return;
        }
        Some(_) => {}
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_tablet, to_tablet) = tablet.into_split();
    let (from_server, to_server) = server.into_split();
    let mut answered = state.clone();
    tokio::select! {
        () = carry(from_tablet, to_server, state.clone()) => {}
        () = carry(from_server, to_tablet, state) => {}
        _ = answered.wait_for(|state| matches!(state, State::Answered(_))) => {}
    }
}

async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut state: watch::Receiver<State>,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if reachable(&mut state).await.is_none() || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Waits for as long as the cable is pulled.
async fn reachable(state: &mut watch::Receiver<State>) -> Option<State> {
    let found = state.wait_for(|state| *state != State::Pulled).await;
    found.ok().map(|state| *state)
}
