//! What keeps strangers from guessing: tries a minute for each address (in this process), and wrong
//! secrets counted by name and place in Postgres, where restarts and other instances find them.
//!
//! A try is counted as a failure **before** its secret is looked at and taken back when the secret was
//! right. So however many are under way at once, on however many instances, no more secrets are looked
//! at than the limits allow. Names that nobody has are counted, locked and answered like all others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::http::StatusCode;
use sha2::{Digest, Sha256};
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::store;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::terminals::Terminal;
use crate::web::client::Client;
use crate::web::{Refusal, Result};

/// Wrong secrets are counted for so long.
pub const WINDOW: Duration = Duration::minutes(15);
/// How long somebody waits after too many.
pub const LOCKED_FOR: Duration = Duration::minutes(15);
/// Wrong secrets from one place after which a name is locked there.
pub const FROM_ONE_PLACE: u32 = 5;
/// Wrong secrets from anywhere after which a name is locked everywhere.
pub const FROM_ANYWHERE: u32 = 20;
/// Tries a minute and address; a whole café may share one.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Under this the tries of pairing codes are counted. No username has a star, and a typed one never keeps it.
const PAIRING: &str = "*pairing";
/// Kept addresses and names above which those that are at rest are dropped.
const MANY: usize = 1_000;

/// The valve for each address, and the queue for each name.
pub struct Tries {
    valve: DefaultKeyedRateLimiter<IpAddr>,
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Default for Tries {
    fn default() -> Self {
        Tries {
            valve: RateLimiter::keyed(Quota::per_minute(A_MINUTE)),
            turns: Mutex::default(),
        }
    }
}

impl Tries {
    /// Lets a try of this address through, or says when the next one may come.
    ///
    /// # Errors
    /// 429 when there were too many within a minute.
    pub fn admit(&self, client: &Client) -> Result<(), TryRefusal> {
        if self.valve.len() > MANY {
            self.valve.retain_recent();
        }
        self.valve.check_key(&client.network()).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            TryRefusal::TooMany {
                seconds: wait.as_secs() + 1,
            }
        })
    }

    /// Waits until no other try of this name is under way in this process. Several tills of one person
    /// that sign in at the same moment would else be counted as failures together.
    async fn turn(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let queue = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() > MANY {
                turns.retain(|_, queue| Arc::strong_count(queue) > 1);
            }
            Arc::clone(turns.entry(name.to_owned()).or_default())
        };
        queue.lock_owned().await
    }
}

/// The place that tried: a paired terminal, or a network address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// A paired terminal is itself wherever its address moves; others are their address.
    pub fn of(terminal: Option<&Terminal>, client: &Client) -> Self {
        Source(match terminal {
            Some(terminal) => format!("terminal:{}", terminal.id),
            None => format!("address:{}", client.network()),
        })
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was asked for, which decides how a wrong answer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Name and password.
    Password,
    /// The PIN of a tile.
    Pin,
    /// One's own password or PIN, before it is changed.
    Own,
    /// The PIN or password of whoever approves.
    Approval,
    /// The PIN or password of a colleague who has a part in a deed.
    Colleague,
    /// The code that pairs a terminal.
    PairingCode,
}

impl Asked {
    /// The field that asks for it, in every form that does.
    fn field(self) -> &'static str {
        match self {
            Asked::Password => "password",
            Asked::Pin => "pin",
            Asked::Own => "current",
            Asked::Approval => "secret",
            Asked::Colleague => "taker_secret",
            Asked::PairingCode => "code",
        }
    }
}

/// Who is tried, from where.
#[derive(Clone, Debug)]
pub struct Try {
    name: String,
    source: Source,
    asked: Asked,
}

impl Try {
    /// A try of a person's secret by the name that was typed, known or not.
    pub fn of(typed: &str, source: Source, asked: Asked) -> Self {
        Try {
            name: name_key(typed),
            source,
            asked,
        }
    }

    /// A try of a pairing code, which names nobody.
    pub fn of_pairing_code(source: Source) -> Self {
        Try {
            name: PAIRING.to_owned(),
            source,
            asked: Asked::PairingCode,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Codes live for minutes and are far too many to guess from a few places; were all places counted
    /// together, any stranger could keep the café from pairing its tablets.
    fn counts_everywhere(&self) -> bool {
        self.asked != Asked::PairingCode
    }
}

/// The name under which failures are counted: small letters, and a digest of what no username can be,
/// which begins with a star; a typed star is digested too, so that nobody is counted as something else.
pub fn name_key(typed: &str) -> String {
    let name = typed.trim().to_lowercase();
    let plain = !name.starts_with('*') && !name.chars().any(char::is_control);
    if plain && name.chars().count() <= 60 {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    digest
        .iter()
        .take(16)
        .fold("*".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Counts the try, looks at the secret, and takes the count back where `look` found what it looked for.
///
/// # Errors
/// 423 while locked, without looking; else the refusal of a wrong secret.
pub async fn guarded<T>(
    app: &App,
    a_try: &Try,
    look: impl AsyncFnOnce() -> Result<Option<T>>,
) -> Result<T> {
    let _turn = app.tries().turn(&a_try.name).await;
    let counted = app
        .write_unkeyed(By::system(), async |tx: &mut Tx| count(tx, a_try).await)
        .await?;
    match look().await {
        Ok(Some(found)) => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::forget_failures_here(tx, a_try, counted.locked_everywhere).await
            })
            .await?;
            Ok(found)
        }
        Ok(None) => {
            if counted.locks() {
                note_lock(app, a_try, &counted).await?;
            }
            Err(TryRefusal::Wrong {
                asked: a_try.asked,
                left: counted.left,
            }
            .into())
        }
        // Our own failure is not theirs.
        Err(broken) => {
            app.write_unkeyed(By::system(), async |tx: &mut Tx| {
                store::take_back(tx, a_try, &counted).await
            })
            .await?;
            Err(broken)
        }
    }
}

/// A try that was counted.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) id: uuid::Uuid,
    pub(super) locked_here: bool,
    pub(super) locked_everywhere: bool,
    left: u32,
}

impl Counted {
    fn locks(&self) -> bool {
        self.locked_here || self.locked_everywhere
    }
}

async fn count(tx: &mut Tx, a_try: &Try) -> Result<Counted> {
    let now = tx.now();
    // One try of a name at a time, on all instances, for as long as counting takes.
    store::lock_name(tx, a_try).await?;
    if let Some(until) = store::locked_until(&*tx, a_try, now).await? {
        return Err(TryRefusal::Locked {
            asked: a_try.asked,
            seconds: seconds_until(until, now),
        }
        .into());
    }
    let id = store::insert_failure(tx, a_try, now).await?;
    let (here, anywhere) = store::failures_since(&*tx, a_try, now - WINDOW).await?;
    let locked_here = here >= FROM_ONE_PLACE;
    let locked_everywhere = a_try.counts_everywhere() && anywhere >= FROM_ANYWHERE;
    if locked_here {
        store::insert_lock(tx, a_try.name(), a_try.source().as_str(), now + LOCKED_FOR).await?;
    }
    if locked_everywhere {
        store::insert_lock(tx, a_try.name(), store::EVERYWHERE, now + LOCKED_FOR).await?;
    }
    let left_anywhere = if a_try.counts_everywhere() {
        FROM_ANYWHERE.saturating_sub(anywhere)
    } else {
        FROM_ONE_PLACE
    };
    let left = FROM_ONE_PLACE.saturating_sub(here).min(left_anywhere);
    Ok(Counted {
        id,
        locked_here,
        locked_everywhere,
        left,
    })
}

/// The log says that something was locked and where; whose name was typed it says only by the id of a
/// person who exists, because people type passwords into the wrong field.
async fn note_lock(app: &App, a_try: &Try, counted: &Counted) -> Result<()> {
    let scope = if counted.locked_everywhere {
        "everywhere"
    } else {
        a_try.source().as_str()
    };
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        let member = store::find_by_username(&*tx, a_try.name()).await?;
        let entry = match member {
            Some(member) => Entry::new("staff.locked", "staff", member.id),
            None => Entry::general("staff.locked", "staff"),
        };
        tx.journal(
            entry.after(
                serde_json::json!({ "where": scope, "minutes": LOCKED_FOR.whole_minutes() }),
            ),
        );
        Ok(())
    })
    .await
}

fn seconds_until(until: OffsetDateTime, now: OffsetDateTime) -> u64 {
    u64::try_from((until - now).whole_seconds()).unwrap_or(0) + 1
}

/// Why a secret was not accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TryRefusal {
    /// It is the wrong one, or there is no such person; nobody can tell.
    #[error("{} {}", wrong(*asked), tries_left(*left))]
    Wrong {
        /// What was asked for.
        asked: Asked,
        /// How many tries are left from here.
        left: u32,
    },
    /// There were too many wrong ones.
    #[error("Too many wrong tries. Wait {}{}.", wait(*seconds), if *asked == Asked::PairingCode { "" } else { ", or ask an admin to unlock" })]
    Locked {
        /// What was asked for.
        asked: Asked,
        /// Until the next try.
        seconds: u64,
    },
    /// More tries a minute than a café makes.
    #[error("Too many tries from this network. Wait {}.", wait(*seconds))]
    TooMany {
        /// Until the next try.
        seconds: u64,
    },
    /// They have not chosen one yet.
    #[error("There is no PIN yet. Use the password.")]
    NoPin {
        /// What was asked for.
        asked: Asked,
    },
    /// A PIN alone opens nothing.
    #[error("A PIN works only on a paired till. Use the username and password.")]
    PinNeedsTerminal,
}

fn wrong(asked: Asked) -> &'static str {
    match asked {
        Asked::Password => "Username or password is wrong.",
        Asked::Pin => "Wrong PIN.",
        Asked::Own => "That is not what you have now.",
        Asked::Approval | Asked::Colleague => "Wrong PIN or password.",
        Asked::PairingCode => "This code is wrong or older than 15 minutes.",
    }
}

fn tries_left(left: u32) -> String {
    match left {
        0 => "No tries left: wait 15 minutes.".to_owned(),
        1 => "1 try left.".to_owned(),
        more => format!("{more} tries left."),
    }
}

fn wait(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        _ if seconds < 60 => format!("{seconds} s"),
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

impl Refusal for TryRefusal {
    fn status(&self) -> StatusCode {
        match self {
            TryRefusal::Wrong {
                asked: Asked::Password | Asked::Pin,
                ..
            } => StatusCode::UNAUTHORIZED,
            TryRefusal::Wrong {
                asked: Asked::Approval | Asked::Colleague,
                ..
            }
            | TryRefusal::NoPin { .. }
            | TryRefusal::PinNeedsTerminal => StatusCode::FORBIDDEN,
            TryRefusal::Wrong { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            TryRefusal::Locked { .. } => StatusCode::LOCKED,
            TryRefusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            TryRefusal::Wrong {
                asked: Asked::PairingCode,
                ..
            } => "wrong_code",
            TryRefusal::Wrong { .. } => "wrong_secret",
            TryRefusal::Locked { .. } => "locked",
            TryRefusal::TooMany { .. } => "too_many_tries",
            TryRefusal::NoPin { .. } => "no_pin",
            TryRefusal::PinNeedsTerminal => "pin_needs_terminal",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            TryRefusal::Wrong { asked, .. }
            | TryRefusal::Locked { asked, .. }
            | TryRefusal::NoPin { asked } => Some(asked.field()),
            TryRefusal::TooMany { .. } | TryRefusal::PinNeedsTerminal => None,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            TryRefusal::Locked { seconds, .. } | TryRefusal::TooMany { seconds } => Some(*seconds),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_counted_however_it_is_written() {
        assert_eq!(name_key(" Amina.N "), "amina.n");
        assert_eq!(name_key("ÄMINA"), "ämina");
        assert_eq!(name_key(&"A".repeat(61)), name_key(&"a".repeat(61)));
        assert_ne!(name_key(&"a".repeat(61)), name_key(&"a".repeat(62)));
        assert_eq!(name_key(&"a".repeat(100_000)).len(), 33);
        assert!(
            !name_key("ann\0").contains('\0'),
            "Postgres keeps no zero bytes"
        );
    }

    #[test]
    fn no_name_that_somebody_types_is_counted_as_a_pairing_code() {
        for typed in [PAIRING, " *PAIRING ", "**pairing", "*"] {
            assert_ne!(name_key(typed), PAIRING, "{typed:?}");
        }
        let digest = name_key("*pairing");
        assert_ne!(name_key(&digest), digest, "nor as another's digest");
    }

    #[test]
    fn refusals_say_how_to_go_on() {
        let sentence = |refusal: TryRefusal| refusal.to_string();
        assert_eq!(
            sentence(TryRefusal::Wrong {
                asked: Asked::Password,
                left: 4
            }),
            "Username or password is wrong. 4 tries left."
        );
        assert_eq!(
            sentence(TryRefusal::Wrong {
                asked: Asked::Pin,
                left: 1
            }),
            "Wrong PIN. 1 try left."
        );
        assert_eq!(
            sentence(TryRefusal::Wrong {
                asked: Asked::Pin,
                left: 0
            }),
            "Wrong PIN. No tries left: wait 15 minutes."
        );
        assert_eq!(
            sentence(TryRefusal::Locked {
                asked: Asked::Pin,
                seconds: 841
            }),
            "Too many wrong tries. Wait 15 minutes, or ask an admin to unlock."
        );
        assert_eq!(
            sentence(TryRefusal::TooMany { seconds: 7 }),
            "Too many tries from this network. Wait 7 s."
        );
    }

    #[test]
    fn an_address_has_sixty_tries_a_minute_and_others_are_not_held_up() {
        let tries = Tries::default();
        let client = |text: &str| Client {
            address: text.parse().unwrap(),
            is_https: false,
        };
        for _ in 0..60 {
            tries.admit(&client("192.168.1.20")).unwrap();
        }
        let refused = tries.admit(&client("192.168.1.20")).unwrap_err();
        assert!(
            matches!(refused, TryRefusal::TooMany { seconds: 1 | 2 }),
            "{refused:?}"
        );
        tries.admit(&client("192.168.1.21")).unwrap();
    }
}
