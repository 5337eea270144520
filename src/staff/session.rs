//! The session: a signed token that says who somebody is, checked on every request against the
//! staff row (at most 0.4 s old), because a browser's word counts for nothing else.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use poem::Request;
use poem::http::header;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::person::{Person, Role};
use crate::app::App;
use crate::terminals::{self, DeviceKey};
use crate::values::{StaffId, TerminalId, TokenId, epoch_millis};
use crate::web::client::Client;
use crate::web::security::bearer;
use crate::web::trail::Trail;
use crate::web::{Error, Result};

/// The cookie that carries the session.
pub const COOKIE: &str = "pos_session";
/// How long one token is good for.
pub const LIFETIME: Duration = Duration::hours(8);
/// After this age a browser in use gets a fresh token.
pub const RENEW_AFTER: Duration = Duration::hours(4);
/// How far the clocks of two instances may be apart.
const CLOCKS_APART: Duration = Duration::minutes(1);
/// How long fresh tokens may follow one sign-in.
pub const LONGEST: Duration = Duration::hours(16);

/// What a token says. Times are in milliseconds since 1970, except `exp`, which the standard wants
/// in seconds: a revocation within the second of the sign-in must be told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whose session.
    pub sub: StaffId,
    /// Their role when they signed in; the staff row decides, and what is here is believed nowhere.
    pub role: Role,
    /// The token version of the staff row.
    pub ver: i32,
    /// When this token was made.
    pub iat_ms: i64,
    /// When the person signed in, from which the longest session counts.
    pub since_ms: i64,
    /// When this token ends, in seconds.
    pub exp: i64,
    /// The token's own id.
    pub jti: TokenId,
    /// The terminal where the person signed in with a PIN. A PIN is worth something on a paired terminal only, and so
    /// is the session that it opened: it ends with the pairing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<TerminalId>,
}

impl Claims {
    /// For somebody who signs in now.
    pub fn new(staff: StaffId, role: Role, version: i32, now: OffsetDateTime) -> Self {
        Claims {
            sub: staff,
            role,
            ver: version,
            iat_ms: epoch_millis(now),
            since_ms: epoch_millis(now),
            exp: (now + LIFETIME).unix_timestamp(),
            jti: TokenId::new(),
            terminal: None,
        }
    }

    /// The same, good on this terminal only.
    #[must_use]
    pub fn only_on(self, terminal: Option<TerminalId>) -> Self {
        Claims { terminal, ..self }
    }

    /// A fresh token for a session in use, or `None` while this one is young or the longest session
    /// is over.
    pub fn renewed(&self, now: OffsetDateTime) -> Option<Self> {
        let age = epoch_millis(now) - self.iat_ms;
        let ends = self.since_ms + LONGEST.whole_milliseconds() as i64;
        if age < RENEW_AFTER.whole_milliseconds() as i64 || epoch_millis(now) >= ends {
            return None;
        }
        Some(Claims {
            iat_ms: epoch_millis(now),
            exp: (epoch_millis(now + LIFETIME).min(ends)) / 1000,
            ..self.clone()
        })
    }

    /// Whether the token has begun and not ended by itself. One of the future would outlive every revocation until then.
    pub fn is_current(&self, now: OffsetDateTime) -> bool {
        let begins = self
            .iat_ms
            .saturating_sub(CLOCKS_APART.whole_milliseconds() as i64);
        begins <= epoch_millis(now) && now.unix_timestamp() < self.exp
    }

    /// Signs the token.
    pub fn sign(&self, secret: &str) -> Result<String> {
        jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            self,
            &EncodingKey::from_secret(secret.as_bytes()),
        )
        .map_err(|failure| anyhow::anyhow!("signing a session: {failure}").into())
    }

    /// Reads a token that this program signed and that has not ended at `now`.
    pub fn read(token: &str, secret: &str, now: OffsetDateTime) -> Option<Self> {
        Self::read_ended(token, secret).filter(|claims| claims.is_current(now))
    }

    /// How long the token was good for when it was made, in seconds.
    pub fn seconds(&self) -> i64 {
        self.exp - self.iat_ms.div_euclid(1000)
    }

    /// When the token ends.
    pub fn ends(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.exp).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Reads a token that this program signed, even one that has ended: it still says who was here.
    pub fn read_ended(token: &str, secret: &str) -> Option<Self> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The program's own clock decides below, so that tests can move it.
        validation.validate_exp = false;
        validation.validate_nbf = true;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode(
            token,
            &DecodingKey::from_secret(secret.as_bytes()),
            &validation,
        )
        .ok()
        .map(|decoded| decoded.claims)
    }
}

/// What a cached check belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// Whose session.
    pub staff: StaffId,
    /// Which token.
    pub token: TokenId,
}

/// The staff row as sessions need it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SessionRow {
    name: String,
    role: String,
    hue: i16,
    active: bool,
    must_change_password: bool,
    token_version: i32,
    last_password_change_at: Option<OffsetDateTime>,
    last_forced_logout_at: Option<OffsetDateTime>,
    revoked: bool,
}

impl SessionRow {
    /// Whether a token still stands.
    fn accepts(&self, claims: &Claims) -> bool {
        let before = |moment: Option<OffsetDateTime>| {
            moment.is_some_and(|moment| claims.iat_ms < epoch_millis(moment))
        };
        self.active
            && !self.revoked
            && self.token_version == claims.ver
            && !before(self.last_password_change_at)
            && !before(self.last_forced_logout_at)
    }
}

/// A session that stands.
#[derive(Debug, Clone)]
pub struct Session {
    /// What its token says.
    pub claims: Claims,
    /// The person, on the terminal of this request.
    pub person: Person,
    /// A new password must be chosen before anything else works.
    pub must_change_password: bool,
}

/// The person of this request; refuses signed-out ones and those who must choose a password.
pub async fn person(app: &App, req: &Request) -> Result<Person> {
    let session = session(app, req).await?;
    if session.must_change_password {
        return Err(Error::PasswordChangeRequired);
    }
    Ok(session.person)
}

/// The session of this request, whatever it may do.
pub async fn session(app: &App, req: &Request) -> Result<Session> {
    let claims = claims(app, req).ok_or(Error::SignedOut)?;
    let row = check(app, &claims, terminals::key_of(req))
        .await?
        .ok_or(Error::SignedOut)?;
    let role = row
        .role
        .parse()
        .map_err(|_| anyhow::anyhow!("unknown role {:?}", row.role))?;
    let terminal = terminals::device(app, req).await?;
    if let Some(trail) = Trail::of(req) {
        trail.is_of(claims.sub);
    }
    Ok(Session {
        person: Person {
            id: claims.sub,
            name: row.name.clone(),
            role,
            hue: u8::try_from(row.hue).unwrap_or(1),
            terminal,
            token: claims.jti,
            client: Client::of(app, req),
        },
        must_change_password: row.must_change_password,
        claims,
    })
}

/// What the token of this request says, if this program signed it and it has not ended by itself; whether the session
/// still stands it does not know.
pub fn claims(app: &App, req: &Request) -> Option<Claims> {
    Claims::read(&token(req)?, app.session_secret(), app.clock().now())
}

/// The staff row if the token still stands by it, on the device with this key. Open streams ask again twice a second.
pub async fn check(
    app: &App,
    claims: &Claims,
    device: Option<DeviceKey>,
) -> Result<Option<SessionRow>> {
    if !is_at_its_terminal(app, claims, device).await? {
        return Ok(None);
    }
    let key = SessionKey {
        staff: claims.sub,
        token: claims.jti,
    };
    let row = app
        .sessions()
        .get(key, async || load(app.db(), key).await)
        .await?;
    Ok(row.as_ref().clone().filter(|row| row.accepts(claims)))
}

async fn is_at_its_terminal(app: &App, claims: &Claims, device: Option<DeviceKey>) -> Result<bool> {
    let Some(only) = claims.terminal else {
        return Ok(true);
    };
    let here = match device {
        Some(key) => terminals::paired(app, key).await?,
        None => None,
    };
    Ok(here.is_some_and(|here| here.id == only))
}

/// The token of a request: that of `Authorization: Bearer` alone where there is one, else the cookie's. The protection
/// against forged requests relies on it.
pub fn token(req: &Request) -> Option<String> {
    match bearer(req) {
        Some(token) => Some(token.to_owned()),
        None => cookie(req, COOKIE),
    }
}

/// The value of a cookie.
pub fn cookie(req: &Request, name: &str) -> Option<String> {
    req.headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
        .map(str::to_owned)
}

async fn load(db: &impl ConnectionTrait, key: SessionKey) -> Result<Option<SessionRow>> {
    Ok(SessionRow::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT name, role, hue, active, must_change_password, token_version, last_password_change_at, last_forced_logout_at, \
                EXISTS (SELECT 1 FROM revoked_tokens WHERE token_id = $2) AS revoked \
         FROM staff WHERE id = $1",
        [key.staff.into(), key.token.into()],
    ))
    .one(db)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of sixteen or more";

    fn at(hours: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours)
    }

    #[test]
    fn a_token_is_good_for_eight_hours_and_only_under_its_secret() {
        let claims = Claims::new(StaffId::new(), Role::Waiter, 3, at(0));
        let token = claims.sign(SECRET).unwrap();
        assert_eq!(Claims::read(&token, SECRET, at(7)), Some(claims));
        assert_eq!(Claims::read(&token, SECRET, at(8)), None);
        assert_eq!(
            Claims::read(&token, "another secret of length", at(1)),
            None
        );
    }

    #[test]
    fn a_token_of_the_future_is_not_good_yet_but_clocks_may_differ_by_a_minute() {
        let claims = Claims::new(StaffId::new(), Role::Waiter, 3, at(1));
        assert!(claims.is_current(at(1) - Duration::minutes(1)));
        assert!(!claims.is_current(at(1) - Duration::minutes(2)));
    }

    #[test]
    fn an_unsigned_token_is_nobodys() {
        let claims = Claims::new(StaffId::new(), Role::Admin, 0, at(0));
        let signed = claims.sign(SECRET).unwrap();
        let payload = signed.split('.').nth(1).unwrap();
        // {"alg":"none","typ":"JWT"}
        let forged = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.");
        assert_eq!(Claims::read(&forged, SECRET, at(1)), None);
    }

    #[test]
    fn a_session_of_a_terminal_stays_one_when_it_is_renewed() {
        let till = TerminalId::new();
        let claims = Claims::new(StaffId::new(), Role::Waiter, 0, at(0)).only_on(Some(till));
        let renewed = claims.renewed(at(5)).unwrap();
        assert_eq!(renewed.terminal, Some(till));
        let token = renewed.sign(SECRET).unwrap();
        assert_eq!(Claims::read(&token, SECRET, at(6)), Some(renewed));
    }

    #[test]
    fn a_browser_in_use_is_renewed_for_sixteen_hours_in_all() {
        let first = Claims::new(StaffId::new(), Role::Waiter, 0, at(0));
        assert_eq!(first.renewed(at(3)), None);
        let second = first.renewed(at(5)).unwrap();
        assert_eq!(second.exp, at(13).unix_timestamp());
        let third = second.renewed(at(12)).unwrap();
        assert_eq!(third.exp, at(16).unix_timestamp());
        assert_eq!(third.renewed(at(16)), None);
    }
}
