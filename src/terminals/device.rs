//! The device that a request comes from: a long-lived token in a cookie, stored hashed.

use std::sync::Arc;

use poem::Request;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::staff::session::cookie;
use crate::values::{StationId, TerminalId};
use crate::web::Result;

/// The cookie that carries the device's token.
pub const COOKIE: &str = "pos_device";

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
    /// `till` or `display`.
    pub kind: String,
    /// Whether a cash drawer hangs on it.
    pub has_drawer: bool,
    /// The board that it is bound to.
    pub station: Option<StationId>,
    /// Seconds without a touch after which a shared tablet goes back to the tiles.
    pub idle_seconds: u32,
}

impl Terminal {
    /// A wall display: it shows its board and nothing else.
    pub fn is_display(&self) -> bool {
        self.kind == "display"
    }
}

/// The hash under which a token is stored. Tokens are 256 random bits, so a plain hash suffices.
pub fn hash(token: &str) -> DeviceKey {
    Sha256::digest(token.as_bytes()).into()
}

/// The paired terminal of this request, if its token stands.
pub async fn device(app: &App, req: &Request) -> Result<Option<Arc<Terminal>>> {
    match key_of(req) {
        Some(key) => paired(app, key).await,
        None => Ok(None),
    }
}

/// The hash of the device token that this request carries.
pub fn key_of(req: &Request) -> Option<DeviceKey> {
    cookie(req, COOKIE).map(|token| hash(&token))
}

/// The paired terminal with this key, at most a second old.
pub async fn paired(app: &App, key: DeviceKey) -> Result<Option<Arc<Terminal>>> {
    let found = app
        .devices()
        .get(key, async || find(app.db(), key).await)
        .await?;
    Ok(found.as_ref().clone().map(Arc::new))
}

/// The paired terminal with this token's hash.
pub async fn find(db: &impl ConnectionTrait, key: DeviceKey) -> Result<Option<Terminal>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        name: String,
        location: String,
        kind: String,
        has_drawer: bool,
        station_id: Option<Uuid>,
        idle_seconds: i32,
    }
    let row = Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT id, name, location, kind, has_drawer, station_id, idle_seconds \
         FROM terminals WHERE device_token_hash = $1 AND revoked_at IS NULL",
        [key.to_vec().into()],
    ))
    .one(db)
    .await?;
    Ok(row.map(|row| Terminal {
        id: row.id.into(),
        name: row.name,
        location: row.location,
        kind: row.kind,
        has_drawer: row.has_drawer,
        station: row.station_id.map(StationId::from),
        idle_seconds: u32::try_from(row.idle_seconds).unwrap_or(120),
    }))
}
