//! What a request may reach: the database, the clock, the live pictures, the settings.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use poem::Request;
use sea_orm::DatabaseConnection;
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use crate::background::Jobs;
use crate::backups::{Safety, Vault};
use crate::config::{Config, Secret};
use crate::data::cached::Cached;
use crate::data::once;
use crate::data::tally::Tallies;
use crate::data::tx::Writer;
use crate::data::{By, Claim, Tx, Written};
use crate::live::{Changed, Feeds, Live, News};
use crate::menu::{Daypart, Menu};
use crate::orders;
use crate::payments::Valve;
use crate::payments::pesapal::Gateway;
use crate::settings::{self, Settings};
use crate::staff::session::{SessionKey, SessionRow};
use crate::staff::tries::Tries;
use crate::terminals::{DeviceKey, Sightings, Terminal};
use crate::values::{Clock, ProductId};
use crate::web::Result;
use crate::web::serve::Visitors;

/// How long a session or a device is believed without asking the database. Together with the time between two checks
/// of an open stream ([`crate::live::StreamOptions::RECHECK`]) it stays below the second within which a revocation must be obeyed
/// everywhere, also where no message tells of it.
const RIGHTS_KEPT: Duration = Duration::from_millis(400);

/// The running program. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: DatabaseConnection,
    clock: Clock,
    live: Live,
    feeds: Feeds<App>,
    config: Config,
    session_secret: Secret,
    key_secret: Arc<[u8]>,
    settings: Cached<(), Settings>,
    menu: Cached<(), Menu>,
    favourites: Cached<Daypart, Vec<ProductId>>,
    floors: Cached<i64, orders::Facts>,
    sessions: Cached<SessionKey, Option<SessionRow>>,
    devices: Cached<DeviceKey, Option<Terminal>>,
    hashing: tokio::sync::Semaphore,
    tries: Tries,
    guests: Valve,
    sightings: Sightings,
    stop: CancellationToken,
    vault: OnceLock<Vault>,
    backed_up: Cached<(), Option<Safety>>,
    tallies: Tallies,
    jobs: Jobs,
    visitors: OnceLock<Visitors>,
    print_bell: tokio::sync::Notify,
    pesapal: Gateway,
    began: i64,
}

impl App {
    /// Puts the program together and starts what keeps its caches true.
    pub fn new(
        db: DatabaseConnection,
        clock: Clock,
        live: Live,
        config: Config,
        session_secret: Secret,
    ) -> Self {
        let key_secret = derived_secret(session_secret.reveal().as_bytes(), b"idempotency");
        let feeds = Feeds::new(live.clone());
        let app = App(Arc::new(Inner {
            began: clock.now().unix_timestamp(),
            pesapal: Gateway::new(&config.pesapal),
            db,
            clock,
            live,
            feeds,
            config,
            session_secret,
            key_secret,
            settings: Cached::new(Duration::from_secs(1), 1),
            menu: Cached::new(Duration::from_secs(3), 1),
            favourites: Cached::new(Duration::from_secs(600), 16),
            floors: Cached::new(Duration::from_secs(5), 4),
            sessions: Cached::new(RIGHTS_KEPT, 10_000),
            devices: Cached::new(RIGHTS_KEPT, 1_000),
            hashing: tokio::sync::Semaphore::new(2),
            tries: Tries::default(),
            guests: Valve::default(),
            sightings: Sightings::default(),
            stop: CancellationToken::new(),
            vault: OnceLock::new(),
            backed_up: Cached::new(Duration::from_secs(30), 1),
            tallies: Tallies::default(),
            jobs: Jobs::default(),
            visitors: OnceLock::new(),
            print_bell: tokio::sync::Notify::new(),
        }));
        // A weak handle: the bus must not keep the program alive that it belongs to.
        let weak = Arc::downgrade(&app.0);
        app.live().on_news(move |news| {
            if let Some(inner) = weak.upgrade() {
                match news {
                    News::Changed(changes) => changes.iter().for_each(|one| inner.forget(*one)),
                    News::Everything => inner.forget_all(),
                }
            }
        });
        app
    }

    /// The program as the request carries it.
    pub fn of(req: &Request) -> Result<App> {
        req.data::<App>()
            .cloned()
            .ok_or_else(|| anyhow::anyhow!("the program is not attached to the request").into())
    }

    /// Reads.
    pub fn db(&self) -> &DatabaseConnection {
        &self.0.db
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The bus of changes.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// The shared pictures.
    pub fn feeds(&self) -> &Feeds<App> {
        &self.0.feeds
    }

    /// The environment's settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The secret that signs sessions.
    pub fn session_secret(&self) -> &str {
        self.0.session_secret.reveal()
    }

    /// Cancelled when the program stops: streams end with it.
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Where backups are kept and how they are made, once [`App::keep_backups_in`] has said so.
    pub fn vault(&self) -> Option<&Vault> {
        self.0.vault.get()
    }

    /// How it stands with the backups, at most half a minute old; nothing where none are kept here.
    pub async fn backed_up(&self) -> Result<Arc<Option<Safety>>> {
        let asked = async || crate::backups::safety(self).await;
        self.0.backed_up.get((), asked).await
    }

    /// Says where backups are kept; what was said first counts.
    pub fn keep_backups_in(&self, vault: Vault) {
        let _ = self.0.vault.set(vault);
    }

    /// What committed transactions did, counted.
    pub fn tallies(&self) -> &Tallies {
        &self.0.tallies
    }

    /// How the background jobs fare.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// The connections of the server, once there is one.
    pub fn visitors(&self) -> Option<&Visitors> {
        self.0.visitors.get()
    }

    /// Rings when something is to be printed, on whichever instance it was wanted.
    pub fn print_bell(&self) -> &tokio::sync::Notify {
        &self.0.print_bell
    }

    /// Says whose connections are counted; the first server counts.
    pub fn count_visitors(&self, visitors: Visitors) {
        let _ = self.0.visitors.set(visitors);
    }

    /// When the program started, in seconds since 1970.
    pub fn began(&self) -> i64 {
        self.0.began
    }

    /// The secret under which idempotency fingerprints are made.
    pub fn key_secret(&self) -> Arc<[u8]> {
        Arc::clone(&self.0.key_secret)
    }

    /// Passwords and PINs are hashed two at a time: a storm of sign-ins must not stop the till.
    pub fn hashing(&self) -> &tokio::sync::Semaphore {
        &self.0.hashing
    }

    /// What keeps strangers from guessing secrets.
    pub fn tries(&self) -> &Tries {
        &self.0.tries
    }

    /// What keeps strangers from guessing the links of receipts.
    pub fn guests(&self) -> &Valve {
        &self.0.guests
    }

    /// The way to Pesapal.
    pub fn pesapal(&self) -> &Gateway {
        &self.0.pesapal
    }

    /// When each terminal was last heard of.
    pub fn sightings(&self) -> &Sightings {
        &self.0.sightings
    }

    /// The venue's own settings, at most a second old.
    pub async fn settings(&self) -> Result<Arc<Settings>> {
        let inner = &self.0;
        inner
            .settings
            .get((), async || {
                settings::load(&inner.db, &inner.config.cafe_name).await
            })
            .await
    }

    /// The menu as it is sold now.
    pub async fn menu(&self) -> Result<Arc<Menu>> {
        let inner = &self.0;
        inner
            .menu
            .get((), async || {
                let days = self.settings().await?.day_rule();
                crate::menu::load(&inner.db, &days, inner.clock.now()).await
            })
            .await
    }

    /// Has the menu read anew by whoever asks next.
    pub fn forget_menu(&self) {
        self.0.menu.clear();
    }

    /// The till's first category for this part of the day, at most ten minutes old.
    pub async fn favourites(&self) -> Result<Arc<Vec<ProductId>>> {
        let inner = &self.0;
        let days = self.settings().await?.day_rule();
        let when = Daypart::at(inner.clock.now(), &days);
        inner
            .favourites
            .get(when, async || {
                crate::menu::favourites(&inner.db, when, &days.zone().to_string()).await
            })
            .await
    }

    /// The floor by its revision, for the room that draws it.
    pub fn floors(&self) -> &Cached<i64, orders::Facts> {
        &self.0.floors
    }

    /// What sessions are checked against, at most 0.4 s old.
    pub fn sessions(&self) -> &Cached<SessionKey, Option<SessionRow>> {
        &self.0.sessions
    }

    /// Paired terminals by their token, at most 0.4 s old.
    pub fn devices(&self) -> &Cached<DeviceKey, Option<Terminal>> {
        &self.0.devices
    }

    /// Changes something, exactly once per key. What `work` runs may run again after a conflict.
    pub async fn write<T, F>(&self, claim: Claim, work: F) -> Result<Written<T>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Clone,
    {
        self.writer().write(claim, work).await
    }

    /// Whether this very request was carried out before. Only for what must be asked before the work and would count
    /// against somebody when it is asked once more, such as a secret; [`App::write`] decides.
    pub async fn already(&self, claim: &Claim) -> Result<bool> {
        once::already(&self.0.db, claim).await
    }

    /// Changes something that carries no key: signing in and out, background jobs.
    pub async fn write_unkeyed<T, F>(&self, by: By, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Clone,
    {
        self.writer().write_unkeyed(by, work).await
    }

    fn writer(&self) -> Writer<'_> {
        Writer {
            db: &self.0.db,
            clock: &self.0.clock,
            live: &self.0.live,
            tallies: &self.0.tallies,
        }
    }
}

impl Inner {
    fn forget(&self, changed: Changed) {
        match changed {
            Changed::Settings => self.settings.clear(),
            Changed::Menu => self.menu.clear(),
            Changed::Staff(staff) => self.sessions.drop_where(|key| key.staff == staff),
            Changed::Terminal(_) => self.devices.clear(),
            Changed::Printers => self.print_bell.notify_one(),
            _ => {}
        }
    }

    fn forget_all(&self) {
        self.settings.clear();
        self.menu.clear();
        self.sessions.clear();
        self.devices.clear();
    }
}

/// A secret for one purpose, made from the one that the venue was given.
pub fn derived_secret(secret: &[u8], purpose: &[u8]) -> Arc<[u8]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any size");
    mac.update(purpose);
    mac.finalize().into_bytes().as_slice().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::StreamOptions;

    #[test]
    fn a_revocation_reaches_open_streams_within_a_second_even_if_no_message_tells_of_it() {
        let longest = RIGHTS_KEPT + StreamOptions::RECHECK;
        assert!(longest < Duration::from_secs(1), "{longest:?}");
    }
}
