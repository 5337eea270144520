//! A Pesapal to try the till with: `make run PESAPAL=simulator` starts it beside the till, `cargo run --example pesapal` alone.

// The tests ask it for more.
#[allow(dead_code)]
#[path = "../tests/pesapal/mod.rs"]
mod pesapal;

use std::net::SocketAddr;
use std::os::unix::process::parent_id;
use std::time::Duration;

/// Where it listens if nothing is said.
const USUAL: &str = "127.0.0.1:4010";

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| USUAL.to_owned());
    let address: SocketAddr = match address.parse() {
        Ok(address) => address,
        Err(_) => {
            eprintln!("{address} is not an address as in {USUAL}.");
            std::process::exit(2);
        }
    };
    let simulator = pesapal::Simulator::at(address).await;
    eprintln!(
        "A Pesapal to try the till with: PESAPAL_BASE_URL={} PESAPAL_CONSUMER_KEY={} PESAPAL_CONSUMER_SECRET={}",
        simulator.url(),
        pesapal::KEY,
        pesapal::SECRET
    );
    // Whoever started it may end without a word; it does not stay behind.
    let parent = parent_id();
    while parent_id() == parent {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
