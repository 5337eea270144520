//! `serve`: the till itself.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::database::Opened;
use super::{database, migrate, seed};
use crate::app::App;
use crate::config::Config;
use crate::live::Live;
use crate::values::Clock;
use crate::web::serve::{Limits, Listener};
use crate::{background, routes, web};

/// Opens the database, brings it up to date and serves until it is told to stop.
///
/// # Errors
/// When the database cannot be opened or brought up to date, or is gone for good.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    // Heard from the first moment: whoever stops a program that is still starting gets a clean stop.
    let asked_to_stop = asked_to_stop()?;
    let opened = database::open_alone(&config).await?;
    let served = async {
        for name in migrate::up(opened.url()).await? {
            tracing::info!("Applied the migration {name}");
        }
        seed::furnish_new_house(&config, &opened).await?;
        let app = start(&config, &opened).await?;
        tokio::select! {
            stopped = trade(&app, &config, asked_to_stop) => stopped,
            () = opened.gone() => bail!("The private Postgres does not stay up; {} says why", config.data_dir.join("postgres/log").display()),
        }
    }
    .await;
    opened.close().await?;
    served
}

/// Puts the program together.
pub(super) async fn start(config: &Config, opened: &Opened) -> anyhow::Result<App> {
    let secret = config
        .session_secret
        .obtain()
        .context("The secret that signs sessions cannot be kept in the data folder")?;
    let live = match &config.redis_url {
        Some(url) => Live::with_redis(url.reveal(), Uuid::now_v7())?,
        None => Live::in_memory(),
    };
    let app = App::new(
        opened.db.clone(),
        Clock::real(),
        live,
        config.clone(),
        secret,
    );
    app.keep_backups_in(opened.vault(config));
    app.settings()
        .await
        .map_err(|failure| anyhow::anyhow!("The settings cannot be read: {failure:?}"))?;
    Ok(app)
}

/// Serves until told to stop; then streams end, requests under way finish, and the loops end.
async fn trade(
    app: &App,
    config: &Config,
    asked_to_stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let limits = Limits {
        proxies: config.trusted_proxies.clone(),
        ..Limits::default()
    };
    let listener = Listener::bind(config.listen, limits)
        .with_context(|| format!("The address {} cannot be used", config.listen))?;
    let tasks = TaskTracker::new();
    background::start(app, &tasks);
    println!("cafe-pos serves on http://{}", listener.local_addr());
    let stop = app.stop().clone();
    tokio::spawn(async move {
        asked_to_stop.await;
        stop.cancel();
    });
    let endpoint = Arc::new(routes::endpoint(app.clone()));
    web::serve::serve(listener, endpoint, app.stop().clone()).await?;
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// Listens from now on for Ctrl-C and for the polite signal of systemd and Docker; the future is
/// there when one of them came.
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
