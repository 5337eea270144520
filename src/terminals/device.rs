//! The device that a request comes from: a long-lived token in a cookie, stored hashed.

use std::sync::Arc;

use poem::Request;
use poem::http::HeaderValue;
use rand::Rng;
use sha2::{Digest, Sha256};

use super::store;
use crate::app::App;
use crate::staff::{cookies, session};
use crate::values::{PrinterId, StationId, TerminalId};
use crate::web::{Result, security};

/// The cookie that carries the device's token.
pub const COOKIE: &str = "pos_device";
/// How long a device stays paired without being used: 400 days, the longest that browsers keep a cookie.
const KEPT: i64 = 400 * 24 * 60 * 60;

/// What a cached device belongs to: the hash of its token.
pub type DeviceKey = [u8; 32];

/// A paired terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Which one.
    pub id: TerminalId,
    /// As people call it: "Counter tablet 2".
    pub name: String,
    /// Where it stands.
    pub location: String,
    /// `till`, `display` or `agent`.
    pub kind: String,
    /// Whether a cash drawer hangs on it.
    pub has_drawer: bool,
    /// The board that it is bound to.
    pub station: Option<StationId>,
    /// Seconds without a touch after which a shared tablet goes back to the tiles.
    pub idle_seconds: u32,
    /// Whether it goes back to the tiles when something was sent on it.
    pub locks_after_send: bool,
    /// Where it prints.
    pub printer: Option<PrinterId>,
    /// Whether a receipt is printed with each payment.
    pub prints_receipts: bool,
}

impl Terminal {
    /// A wall display: it shows its board and nothing else.
    pub fn is_display(&self) -> bool {
        self.kind == "display"
    }

    /// A print agent: it prints and does nothing else, and nobody signs in there.
    pub fn is_agent(&self) -> bool {
        self.kind == "agent"
    }
}

/// A fresh token: 256 random bits in hexadecimal digits.
pub fn new_token() -> String {
    let bits: [u8; 32] = rand::rng().random();
    bits.iter().fold(String::with_capacity(64), |hex, byte| {
        hex + &format!("{byte:02x}")
    })
}

/// The hash under which a token is stored. Tokens are 256 random bits, so a plain hash suffices.
pub fn hash(token: &str) -> DeviceKey {
    Sha256::digest(token.as_bytes()).into()
}

/// The cookie that makes a browser this device.
pub fn cookie(token: &str, is_https: bool) -> HeaderValue {
    cookies::cookie(COOKIE, token, KEPT, is_https)
}

/// The paired terminal of this request, if its token stands.
pub async fn device(app: &App, req: &Request) -> Result<Option<Arc<Terminal>>> {
    let Some(key) = key_of(req) else {
        return Ok(None);
    };
    let found = paired(app, key).await?;
    // The token of a print agent lies in a file; nobody gets to a till's tiles with it.
    Ok(found.filter(|terminal| !terminal.is_agent()))
}

/// The paired device whose token this request carries as a bearer, as a print agent does.
pub async fn bearer(app: &App, req: &Request) -> Result<Option<Arc<Terminal>>> {
    match security::bearer(req) {
        Some(token) => paired(app, hash(token)).await,
        None => Ok(None),
    }
}

/// The hash of the device token that this request carries.
pub fn key_of(req: &Request) -> Option<DeviceKey> {
    token_of(req).map(|token| hash(&token))
}

/// The token that this request carries, for the cookie that renews it.
pub fn token_of(req: &Request) -> Option<String> {
    session::cookie(req, COOKIE)
}

/// The paired terminal with this key, at most 0.4 s old. Open streams ask twice a second, which also
/// shows that the device is alive.
pub async fn paired(app: &App, key: DeviceKey) -> Result<Option<Arc<Terminal>>> {
    let found = app
        .devices()
        .get(key, async || store::paired(app.db(), key).await)
        .await?;
    let terminal = found.as_ref().clone().map(Arc::new);
    if let Some(terminal) = &terminal {
        app.sightings().seen(app, terminal.id);
    }
    Ok(terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (first, second) = (new_token(), new_token());
        assert_ne!(first, second);
        assert_eq!(first.len(), 64);
        assert_ne!(hash(&first), hash(&second));
    }

    #[test]
    fn a_device_is_remembered_for_four_hundred_days() {
        let cookie = cookie("abc", true);
        assert_eq!(
            cookie.to_str().unwrap(),
            "pos_device=abc; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
