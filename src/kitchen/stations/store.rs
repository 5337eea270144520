//! Every query about stations as managers keep them.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde_json::{Value as Json, json};

use super::hands::Hands;
use super::plan::{Description, Held, Kept, StationRefusal};
use crate::data::{OnConstraint, Tx};
use crate::kitchen::keys::Keys;
use crate::values::{PrinterId, StationId};
use crate::web::{Error, Result};
use crate::{menu, terminals};

#[derive(FromQueryResult)]
struct Row {
    id: StationId,
    name: String,
    kind: String,
    sort: i32,
    soon_after_s: i32,
    late_after_s: i32,
    active: bool,
    next_station_id: Option<StationId>,
    redirect_to: Option<StationId>,
    watched: bool,
    printer_id: Option<PrinterId>,
    prints_always: bool,
    bump_at_once: bool,
    keys: Json,
    quiet: Json,
    revision: i64,
}

const COLUMNS: &str = "id, name, kind, sort, soon_after_s, late_after_s, active, next_station_id, redirect_to, watched, printer_id, prints_always, bump_at_once, \
     keys, quiet, revision";

impl TryFrom<Row> for Kept {
    type Error = Error;

    fn try_from(row: Row) -> Result<Kept> {
        let kind = row.kind.parse();
        Ok(Kept {
            id: row.id,
            kind: kind.map_err(|_| anyhow::anyhow!("unknown kind of a station: {:?}", row.kind))?,
            name: row.name,
            sort: row.sort,
            soon: row.soon_after_s,
            late: row.late_after_s,
            active: row.active,
            next: row.next_station_id,
            redirect: row.redirect_to,
            watched: row.watched,
            printer: row.printer_id,
            prints_always: row.prints_always,
            hands: hands(row.bump_at_once, &row.keys, &row.quiet),
            revision: row.revision,
        })
    }
}

/// What does not ring, as far as this version knows it: a board with too many sounds is better than none.
fn hands(bump_at_once: bool, keys: &Json, quiet: &Json) -> Hands {
    let quiet = quiet.as_array().into_iter().flatten();
    Hands {
        keys: Keys::read(keys),
        bump_at_once,
        quiet: quiet
            .filter_map(|ring| ring.as_str()?.parse().ok())
            .collect(),
    }
}

/// All stations in their order, those that are not in use among them.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM stations ORDER BY active DESC, sort, name, id");
    rows(db, &sql).await
}

/// All stations, held until the transaction ends: whether one goes together with the others is a question to them all.
pub async fn all_for_update(tx: &Tx) -> Result<Vec<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM stations ORDER BY id FOR UPDATE");
    rows(tx, &sql).await
}

/// How a station is worked with keys and ears.
pub async fn hands_of(db: &impl ConnectionTrait, station: StationId) -> Result<Hands> {
    let sql = format!("SELECT {COLUMNS} FROM stations WHERE id = $1");
    let row = Row::find_by_statement(statement(db, &sql, [station.into()]))
        .one(db)
        .await?
        .ok_or(Error::NotFound("station"))?;
    Ok(hands(row.bump_at_once, &row.keys, &row.quiet))
}

/// What would be left without the station; `all` are the others as they are now.
pub async fn held(tx: &Tx, station: StationId, all: &[Kept]) -> Result<Held> {
    #[derive(FromQueryResult)]
    struct Open {
        open: i64,
    }
    let sql = "SELECT count(*) AS open FROM tickets WHERE station_id = $1 AND bumped_at IS NULL";
    let open = Open::find_by_statement(statement(tx, sql, [station.into()]))
        .one(tx)
        .await?;
    let feeds = |other: &&Kept| {
        let there = Some(station);
        other.id != station && other.active && (other.next == there || other.redirect == there)
    };
    Ok(Held {
        products: menu::made_at(tx, station).await?,
        tickets: open.map_or(0, |row| row.open),
        fed_by: all.iter().find(feeds).map(|other| other.name.clone()),
        shown_on: terminals::showing(tx, station).await?,
    })
}

/// Adds a station.
pub async fn insert(tx: &Tx, id: StationId, it: &Description) -> Result<()> {
    let sql = "INSERT INTO stations (name, kind, sort, soon_after_s, late_after_s, active, next_station_id, redirect_to, \
                 bump_at_once, keys, quiet, watched, printer_id, prints_always, id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    write(tx, sql, id, it).await
}

/// Stores what a manager says about a station.
pub async fn update(tx: &Tx, id: StationId, it: &Description) -> Result<()> {
    let sql = "UPDATE stations SET name = $1, kind = $2, sort = $3, soon_after_s = $4, late_after_s = $5, active = $6, \
                 next_station_id = $7, redirect_to = $8, bump_at_once = $9, keys = $10, quiet = $11, watched = $12, printer_id = $13, \
                 prints_always = $14, revision = revision + 1 \
               WHERE id = $15";
    write(tx, sql, id, it).await
}

async fn write(tx: &Tx, sql: &str, id: StationId, it: &Description) -> Result<()> {
    let values: [Value; 15] = [
        it.name.as_str().into(),
        it.kind.as_str().into(),
        it.sort.get().into(),
        it.soon.seconds().into(),
        it.late.seconds().into(),
        it.active.into(),
        it.next.into(),
        it.redirect.into(),
        it.hands.bump_at_once.into(),
        it.hands.keys.stored().into(),
        json!(it.hands.quiet).into(),
        it.watched.into(),
        it.printer.into(),
        it.prints_always.into(),
        id.into(),
    ];
    tx.execute_raw(statement(tx, sql, values))
        .await
        .on_constraint("stations_name_unique", || StationRefusal::NameTaken)?;
    Ok(())
}

async fn rows(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<Kept>> {
    let rows = Row::find_by_statement(statement(db, sql, []))
        .all(db)
        .await?;
    rows.into_iter().map(Kept::try_from).collect()
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}
