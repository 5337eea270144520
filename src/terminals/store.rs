//! Every query about terminals.

use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Statement};
use time::OffsetDateTime;
use uuid::Uuid;

use super::device::{DeviceKey, Terminal};
use super::terminal::{Description, Kind, Listed, TerminalRefusal};
use crate::data::entity::{stations, terminals};
use crate::data::{OnConstraint, Tx};
use crate::values::{PrinterId, StationId, TerminalId};
use crate::web::{Error, Result};

/// The paired terminal with this token's hash.
pub async fn paired(db: &impl ConnectionTrait, key: DeviceKey) -> Result<Option<Terminal>> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let row = terminals::Entity::find()
        .filter(terminals::Column::DeviceTokenHash.eq(key.to_vec()))
        .filter(terminals::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(terminal))
}

/// A terminal, paired or not.
pub async fn find(db: &impl ConnectionTrait, id: TerminalId) -> Result<Terminal> {
    let row = terminals::Entity::find_by_id(id).one(db).await?;
    row.map(terminal).ok_or(Error::NotFound("terminal"))
}

fn terminal(row: terminals::Model) -> Terminal {
    Terminal {
        id: row.id,
        name: row.name,
        location: row.location,
        kind: row.kind,
        has_drawer: row.has_drawer,
        station: row.station_id,
        idle_seconds: u32::try_from(row.idle_seconds).unwrap_or(120),
        locks_after_send: row.locks_after_send,
        printer: row.printer_id,
        prints_receipts: row.prints_receipts,
    }
}

#[derive(FromQueryResult)]
struct ListedRow {
    id: Uuid,
    name: String,
    location: String,
    kind: String,
    has_drawer: bool,
    station_id: Option<Uuid>,
    station: Option<String>,
    printer: Option<String>,
    idle_seconds: i32,
    paired_at: Option<OffsetDateTime>,
    last_seen_at: Option<OffsetDateTime>,
    code_until: Option<OffsetDateTime>,
}

/// All terminals by name, the unpaired among them.
pub async fn all(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Vec<Listed>> {
    let rows = ListedRow::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT t.id, t.name, t.location, t.kind, t.has_drawer, t.station_id, s.name AS station, p.name AS printer, t.idle_seconds, \
                CASE WHEN t.device_token_hash IS NOT NULL AND t.revoked_at IS NULL THEN t.paired_at END AS paired_at, \
                t.last_seen_at, CASE WHEN t.pairing_expires_at > $1 THEN t.pairing_expires_at END AS code_until \
         FROM terminals t LEFT JOIN stations s ON s.id = t.station_id LEFT JOIN printers p ON p.id = t.printer_id ORDER BY lower(t.name), t.id",
        [now.into()],
    ))
    .all(db)
    .await?;
    rows.into_iter().map(listed).collect()
}

fn listed(row: ListedRow) -> Result<Listed> {
    Ok(Listed {
        kind: row
            .kind
            .parse::<Kind>()
            .map_err(|_| anyhow::anyhow!("unknown kind of terminal {:?}", row.kind))?,
        station: row
            .station_id
            .zip(row.station)
            .map(|(id, name)| (StationId::from(id), name)),
        printer: row.printer,
        id: row.id.into(),
        name: row.name,
        location: row.location,
        has_drawer: row.has_drawer,
        idle_seconds: row.idle_seconds,
        paired_at: row.paired_at,
        last_seen_at: row.last_seen_at,
        code_until: row.code_until,
    })
}

/// The boards that a terminal may be bound to.
pub async fn boards(db: &impl ConnectionTrait) -> Result<Vec<(StationId, String)>> {
    use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
    let rows = stations::Entity::find()
        .filter(stations::Column::Active.eq(true))
        .order_by_asc(stations::Column::Sort)
        .order_by_asc(stations::Column::Name)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The printers in use, for terminals that print there.
pub async fn printers(db: &impl ConnectionTrait) -> Result<Vec<(PrinterId, String)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PrinterId,
        name: String,
    }
    let sql = "SELECT id, name FROM printers WHERE active ORDER BY lower(name), id";
    let rows = Row::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// A printer that is reached through this print agent, by its name.
pub async fn prints_for(db: &impl ConnectionTrait, id: TerminalId) -> Result<Option<String>> {
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT name FROM printers WHERE agent_id = $1 ORDER BY name LIMIT 1",
            [id.into()],
        ))
        .await?;
    Ok(row.map(|row| row.try_get("", "name")).transpose()?)
}

/// A terminal that shows this board, by its name.
pub async fn showing(db: &impl ConnectionTrait, station: StationId) -> Result<Option<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let row = Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT name FROM terminals WHERE station_id = $1 ORDER BY name LIMIT 1",
        [station.into()],
    ))
    .one(db)
    .await?;
    Ok(row.map(|row| row.name))
}

/// Holds a terminal's row until this transaction ends; answers it as it is.
pub async fn find_for_update(tx: &Tx, id: TerminalId) -> Result<Terminal> {
    use sea_orm::QuerySelect;
    let row = terminals::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?;
    row.map(terminal).ok_or(Error::NotFound("terminal"))
}

/// Whether an open shift has this terminal's drawer.
pub async fn drawer_in_use(db: &impl ConnectionTrait, id: TerminalId) -> Result<bool> {
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT 1 FROM shifts WHERE drawer_terminal_id = $1 AND closed_at IS NULL LIMIT 1",
            [id.into()],
        ))
        .await?;
    Ok(row.is_some())
}

/// Adds a terminal.
pub async fn insert(tx: &Tx, id: TerminalId, it: &Description) -> Result<()> {
    execute(
        tx,
        "INSERT INTO terminals (name, location, kind, has_drawer, station_id, idle_seconds, locks_after_send, printer_id, prints_receipts, \
                                id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        columns(it).into_iter().chain([id.into(), tx.now().into()]),
    )
    .await?;
    Ok(())
}

/// Stores what an admin says about a terminal.
pub async fn update(tx: &Tx, id: TerminalId, it: &Description) -> Result<()> {
    execute(
        tx,
        "UPDATE terminals SET name = $1, location = $2, kind = $3, has_drawer = $4, station_id = $5, idle_seconds = $6, \
           locks_after_send = $7, printer_id = $8, prints_receipts = $9 WHERE id = $10",
        columns(it).into_iter().chain([id.into()]),
    )
    .await?;
    Ok(())
}

fn columns(it: &Description) -> [sea_orm::Value; 9] {
    [
        it.name.as_str().into(),
        it.location
            .as_ref()
            .map_or("", |location| location.as_str())
            .into(),
        it.kind.as_str().into(),
        it.has_drawer.into(),
        it.station.into(),
        it.idle_seconds.get().into(),
        it.locks_after_send.into(),
        it.printer.into(),
        it.prints_receipts.into(),
    ]
}

/// Keeps a pairing code in place of an older one.
pub async fn store_code(
    tx: &Tx,
    id: TerminalId,
    hashed: &[u8],
    until: OffsetDateTime,
) -> Result<()> {
    execute(
        tx,
        "UPDATE terminals SET pairing_code_hash = $1, pairing_expires_at = $2 WHERE id = $3",
        [hashed.to_vec().into(), until.into(), id.into()],
    )
    .await?;
    Ok(())
}

/// The terminal that waits for this code, held until this transaction ends.
pub async fn waiting_for(tx: &Tx, hashed: &[u8]) -> Result<Option<Terminal>> {
    use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
    let row = terminals::Entity::find()
        .filter(terminals::Column::PairingCodeHash.eq(hashed.to_vec()))
        .filter(terminals::Column::PairingExpiresAt.gt(tx.now()))
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(row.map(terminal))
}

/// A device is this terminal from now on; the one that was it before is none any more, and the code is used up.
pub async fn pair(tx: &Tx, id: TerminalId, key: DeviceKey) -> Result<()> {
    execute(
        tx,
        "UPDATE terminals SET device_token_hash = $1, pairing_code_hash = NULL, pairing_expires_at = NULL, \
         paired_at = $2, last_seen_at = $2, revoked_at = NULL WHERE id = $3",
        [key.to_vec().into(), tx.now().into(), id.into()],
    )
    .await?;
    Ok(())
}

/// No device is this terminal any more.
pub async fn revoke(tx: &Tx, id: TerminalId) -> Result<()> {
    execute(
        tx,
        "UPDATE terminals SET device_token_hash = NULL, pairing_code_hash = NULL, pairing_expires_at = NULL, \
         revoked_at = $1 WHERE id = $2",
        [tx.now().into(), id.into()],
    )
    .await?;
    Ok(())
}

/// Notes a sign of life. No change that a screen or the log is told of, and so outside a `Tx`.
pub async fn note_seen(
    db: &impl ConnectionTrait,
    id: TerminalId,
    now: OffsetDateTime,
) -> Result<()> {
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        "UPDATE terminals SET last_seen_at = $1 WHERE id = $2 AND (last_seen_at IS NULL OR last_seen_at < $1)",
        [now.into(), id.into()],
    ))
    .await?;
    Ok(())
}

async fn execute(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<()> {
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        values,
    ))
    .await
    .on_constraint("terminals_name_unique", || TerminalRefusal::NameTaken)
    .on_constraint("terminals_station", || TerminalRefusal::NoSuchBoard)?;
    Ok(())
}
