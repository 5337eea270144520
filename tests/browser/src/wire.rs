//! The cable between a tablet and the server, which can be pulled: bytes wait where they are, and nobody is told.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A relay on a port of its own; a screen that goes through it is cut off when it is [`pulled`](Wire::pull).
pub struct Wire {
    /// `http://127.0.0.1:<port>`
    pub address: String,
    plugged: watch::Sender<bool>,
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
        let (plugged, state) = watch::channel(true);
        let relay = tokio::spawn(async move {
            while let Ok((tablet, _)) = listener.accept().await {
                tokio::spawn(relay(tablet, server, state.clone()));
            }
        });
        Ok(Self {
            address,
            plugged,
            relay,
        })
    }

    /// From now on nothing gets through, in either direction.
    pub fn pull(&self) {
        self.plugged.send_replace(false);
    }

    /// What waited gets through, and so does everything after it.
    pub fn plug_in(&self) {
        self.plugged.send_replace(true);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

async fn relay(tablet: TcpStream, server: SocketAddr, mut plugged: watch::Receiver<bool>) {
    if plugged.wait_for(|plugged| *plugged).await.is_err() {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_tablet, to_tablet) = tablet.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = carry(from_tablet, to_server, plugged.clone()) => {}
        () = carry(from_server, to_tablet, plugged) => {}
    }
}

async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut plugged: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if plugged.wait_for(|plugged| *plugged).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}
