//! `wall <address> <username> <station> <slower>`: a board on a real wall for `make bench`. It says `ready`, then once a
//! second what was measured, in a line of JSON, until its input ends.

use std::time::Duration;

use anyhow::{Context, Result};
use cafe_pos_journeys::Wall;
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let told: Vec<String> = std::env::args().skip(1).collect();
    let [address, username, station, slower] = &told[..] else {
        anyhow::bail!(
            "Say where, who, which board and how slow: wall <address> <username> <station> <slower>"
        );
    };
    let slower = slower.parse().context("how many times slower")?;
    let wall = Wall::open(address, username, station, slower).await?;
    println!("ready");
    let told = tells(&wall).await;
    wall.close().await;
    told
}

async fn tells(wall: &Wall) -> Result<()> {
    let mut input = tokio::io::stdin();
    let mut word = [0; 16];
    loop {
        tokio::select! {
            read = input.read(&mut word) => if read? == 0 {
                println!("{}", wall.measured().await?);
                return Ok(());
            },
            () = sleep(Duration::from_secs(1)) => println!("{}", wall.measured().await?),
        }
    }
}
