//! `serve`: the till itself.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::database::Opened;
use super::migrate::{self, Up};
use super::{database, seed};
use crate::app::App;
use crate::config::{Config, DatabaseSetting};
use crate::live::Live;
use crate::values::Clock;
use crate::web::serve::{Limits, Listener};
use crate::{background, routes, web};

/// How long the door stays open when the program was asked to stop, for proxies to find out.
const NOTICE: Duration = Duration::from_secs(1);
/// The time for the loops beside the server to end what they do.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Opens the database, brings it up to date and serves until it is told to stop.
///
/// # Errors
/// When the database cannot be opened or brought up to date, or is gone for good.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    // Heard from the first moment: whoever stops a program that is still starting gets a clean stop.
    let asked_to_stop = asked_to_stop()?;
    let opened = database::open_alone(&config).await?;
    let served = async {
        let Up { applied, newer } = migrate::up(opened.url()).await?;
        for name in applied {
            tracing::info!("Applied the migration {name}");
        }
        if !newer.is_empty() {
            tracing::warn!(
                "The schema is newer than this program ({}): it goes on with it, as in the middle of an upgrade",
                newer.join(", ")
            );
        }
        seed::furnish_new_house(&config, &opened).await?;
        let app = start(&config, &opened).await?;
        tokio::select! {
            stopped = trade(&app, &config, &asked_to_stop) => stopped,
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
    app.keep_backups_in(opened.vault(config)?);
    app.settings()
        .await
        .map_err(|failure| anyhow::anyhow!("The settings cannot be read: {failure:?}"))?;
    Ok(app)
}

/// Serves until told to stop; then streams end, requests under way finish, and the loops end.
async fn trade(
    app: &App,
    config: &Config,
    asked_to_stop: &CancellationToken,
) -> anyhow::Result<()> {
    let limits = Limits {
        proxies: config.trusted_proxies.clone(),
        notice: match config.database {
            DatabaseSetting::Server(_) => NOTICE,
            // There is one instance: no proxy has another to lead to.
            DatabaseSetting::Private { .. } => Duration::ZERO,
        },
        ..Limits::default()
    };
    let listener = Listener::bind(config.listen, limits)
        .with_context(|| format!("The address {} cannot be used", config.listen))?;
    app.count_visitors(listener.visitors());
    let tasks = TaskTracker::new();
    background::start(app, &tasks);
    println!("cafe-pos serves on http://{}", listener.local_addr());
    let (asked, stop) = (asked_to_stop.clone(), app.stop().clone());
    tokio::spawn(async move {
        asked.cancelled().await;
        stop.cancel();
    });
    let endpoint = Arc::new(routes::endpoint(app.clone()));
    web::serve::serve(listener, endpoint, app.stop().clone()).await?;
    tasks.close();
    // They were told together with the streams. What still waits for a database that does not answer is rolled back there.
    let _ = timeout(LAST_WORDS, tasks.wait()).await;
    Ok(())
}

/// Listens from now on for Ctrl-C and for the polite signal of systemd and Docker: the token is cancelled by the first,
/// and the second ends the program at once, whatever is under way.
fn asked_to_stop() -> std::io::Result<CancellationToken> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let asked = CancellationToken::new();
    let ask = asked.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        next().await;
        tracing::info!("Asked to stop: what is under way ends first; ask again to stop at once");
        ask.cancel();
        next().await;
        tracing::warn!("Asked again: stopping at once");
        std::process::exit(1);
    });
    Ok(asked)
}
