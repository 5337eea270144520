//! `serve`: the till itself.

use anyhow::bail;
use tokio::signal::unix::{SignalKind, signal};

use super::{database, migrate};
use crate::config::Config;

/// Opens the database, brings it up to date and serves until it is told to stop.
///
/// # Errors
/// When the database cannot be opened or brought up to date, or is gone for good.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let opened = database::open_alone(&config).await?;
    let served = async {
        for name in migrate::up(opened.url()).await? {
            tracing::info!("Applied the migration {name}");
        }
        tokio::select! {
            stopped = told_to_stop() => stopped,
            () = opened.gone() => bail!("The private Postgres does not stay up; {} says why", config.data_dir.join("postgres/log").display()),
        }
    }
    .await;
    opened.close().await?;
    served
}

/// Waits for Ctrl-C, or for the polite signal of systemd and Docker.
async fn told_to_stop() -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
