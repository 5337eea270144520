//! Every query about people, their sessions and their wrong tries.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::hashing::Hashed;
use super::member::{Member, StaffRefusal};
use super::person::Role;
use super::session::{Claims, LONGEST};
use super::tries::{Counted, LOCKED_FOR, Try, WINDOW};
use crate::data::entity::{revoked_tokens, sign_in_failures, staff};
use crate::data::{OnConstraint, Tx};
use crate::values::StaffId;
use crate::web::{Error, Result};

/// The place of a lock that holds wherever the try comes from.
pub(super) const EVERYWHERE: &str = "";

// ---- people -----------------------------------------------------------------------------------------

/// A person as the list of all shows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Who.
    pub id: StaffId,
    /// What they sign in with.
    pub username: String,
    /// As colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The colour of their avatar, 1 to 8.
    pub hue: u8,
    /// Whether they may come in at all.
    pub active: bool,
    /// Whether they have yet to choose a password.
    pub must_change_password: bool,
    /// Whether they have a PIN.
    pub has_pin: bool,
    /// Whether they have a shift open.
    pub on_shift: bool,
    /// Until when they are locked somewhere, if they are.
    pub locked_until: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
struct ListedRow {
    id: Uuid,
    username: String,
    name: String,
    role: String,
    hue: i16,
    active: bool,
    must_change_password: bool,
    has_pin: bool,
    on_shift: bool,
    locked_until: Option<OffsetDateTime>,
}

/// Who works here, and who did: those on shift first, then by name; the inactive last.
pub async fn everybody(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Vec<Listed>> {
    let rows = ListedRow::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT s.id, s.username, s.name, s.role, s.hue, s.active, s.must_change_password, \
                s.pin_hash IS NOT NULL AS has_pin, \
                EXISTS (SELECT 1 FROM shifts h WHERE h.staff_id = s.id AND h.closed_at IS NULL) AS on_shift, \
                (SELECT max(l.until) FROM sign_in_locks l WHERE l.name_key = s.username AND l.until > $1) AS locked_until \
         FROM staff s ORDER BY s.active DESC, on_shift DESC, lower(s.name), s.id",
        [now.into()],
    ))
    .all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Listed {
                role: role(&row.role)?,
                id: row.id.into(),
                username: row.username,
                name: row.name,
                hue: hue(row.hue),
                active: row.active,
                must_change_password: row.must_change_password,
                has_pin: row.has_pin,
                on_shift: row.on_shift,
                locked_until: row.locked_until,
            })
        })
        .collect()
}

/// The person with this id.
pub async fn find(db: &impl ConnectionTrait, id: StaffId) -> Result<Option<Member>> {
    staff::Entity::find_by_id(id)
        .one(db)
        .await?
        .map(member)
        .transpose()
}

/// The person who signs in with this name.
pub async fn find_by_username(db: &impl ConnectionTrait, username: &str) -> Result<Option<Member>> {
    staff::Entity::find()
        .filter(staff::Column::Username.eq(username))
        .one(db)
        .await?
        .map(member)
        .transpose()
}

/// The people of this name; commands take a name, too.
pub async fn find_by_name(db: &impl ConnectionTrait, name: &str) -> Result<Vec<Member>> {
    let rows = staff::Entity::find()
        .filter(sea_orm::sea_query::Expr::cust_with_values(
            "lower(name) = lower($1)",
            [name],
        ))
        .all(db)
        .await?;
    rows.into_iter().map(member).collect()
}

/// The person, held until this transaction ends.
pub async fn find_for_update(tx: &Tx, id: StaffId) -> Result<Member> {
    staff::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?
        .map(member)
        .transpose()?
        .ok_or(Error::NotFound("person"))
}

/// All active admins, held until this transaction ends: two admins cannot each take the other's role.
pub async fn active_admins_for_update(tx: &Tx) -> Result<Vec<StaffId>> {
    let rows = staff::Entity::find()
        .filter(staff::Column::Role.eq(Role::Admin.as_str()))
        .filter(staff::Column::Active.eq(true))
        .order_by_asc(staff::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The colour that the next person gets.
pub async fn next_hue(db: &impl ConnectionTrait) -> Result<u8> {
    use sea_orm::PaginatorTrait;
    let people = staff::Entity::find().count(db).await?;
    Ok((people % 8) as u8 + 1)
}

/// Somebody starts to work here.
pub async fn insert(tx: &Tx, member: &Member) -> Result<()> {
    let row = staff::ActiveModel {
        created_at: Set(tx.now()),
        ..columns(member)
    };
    staff::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .on_constraint("staff_username_unique", || StaffRefusal::UsernameTaken)?;
    Ok(())
}

/// Stores all that may change about a person.
pub async fn save(tx: &Tx, member: &Member) -> Result<()> {
    staff::Entity::update_many()
        .set(columns(member))
        .filter(staff::Column::Id.eq(member.id))
        .exec(tx)
        .await?;
    Ok(())
}

fn columns(member: &Member) -> staff::ActiveModel {
    staff::ActiveModel {
        id: Set(member.id),
        username: Set(member.username.clone()),
        name: Set(member.name.clone()),
        role: Set(member.role.as_str().to_owned()),
        hue: Set(i16::from(member.hue)),
        password_hash: Set(member.password.as_str().to_owned()),
        must_change_password: Set(member.must_change_password),
        pin_hash: Set(member.pin.as_ref().map(|pin| pin.as_str().to_owned())),
        active: Set(member.active),
        token_version: Set(member.token_version),
        last_password_change_at: Set(member.last_password_change_at),
        last_forced_logout_at: Set(member.last_forced_logout_at),
        ..Default::default()
    }
}

fn member(row: staff::Model) -> Result<Member> {
    Ok(Member {
        role: role(&row.role)?,
        id: row.id,
        username: row.username,
        name: row.name,
        hue: hue(row.hue),
        active: row.active,
        must_change_password: row.must_change_password,
        password: Hashed::stored(row.password_hash),
        pin: row.pin_hash.map(Hashed::stored),
        token_version: row.token_version,
        last_password_change_at: row.last_password_change_at,
        last_forced_logout_at: row.last_forced_logout_at,
    })
}

fn role(text: &str) -> Result<Role> {
    Ok(text
        .parse()
        .map_err(|_| anyhow::anyhow!("unknown role {text:?}"))?)
}

fn hue(stored: i16) -> u8 {
    u8::try_from(stored).unwrap_or(1)
}

// ---- sessions ---------------------------------------------------------------------------------------

/// Refuses one session, with all its renewals, for as long as it could last.
pub async fn revoke(tx: &Tx, claims: &Claims) -> Result<()> {
    let row = revoked_tokens::ActiveModel {
        token_id: Set(claims.jti),
        staff_id: Set(claims.sub),
        revoked_at: Set(tx.now()),
        expires_at: Set(tx.now() + LONGEST),
    };
    revoked_tokens::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Ends every session of everybody: what was signed before this moment counts no more.
pub async fn send_everybody_out(tx: &Tx) -> Result<()> {
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "UPDATE staff SET last_forced_logout_at = $1, token_version = token_version + 1",
        [tx.now().into()],
    ))
    .await?;
    Ok(())
}

/// Forgets what no session and no lock asks for any more; answers how many rows went.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64> {
    let mut gone = 0;
    for (sql, before) in [
        ("DELETE FROM revoked_tokens WHERE expires_at < $1", now),
        (
            "DELETE FROM sign_in_failures WHERE at < $1",
            now - WINDOW - LOCKED_FOR,
        ),
        ("DELETE FROM sign_in_locks WHERE until < $1", now),
    ] {
        let done = db
            .execute_raw(Statement::from_sql_and_values(
                db.get_database_backend(),
                sql,
                [before.into()],
            ))
            .await?;
        gone += done.rows_affected();
    }
    Ok(gone)
}

// ---- wrong tries ------------------------------------------------------------------------------------

/// Holds the name, known or not, until this transaction ends.
pub(super) async fn lock_name(tx: &Tx, a_try: &Try) -> Result<()> {
    execute(
        tx,
        "SELECT pg_advisory_xact_lock(hashtextextended('sign-in:' || $1, 0))",
        [a_try.name().into()],
    )
    .await
}

/// Until when this name may not be tried from here.
pub(super) async fn locked_until(
    db: &impl ConnectionTrait,
    a_try: &Try,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>> {
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT max(until) AS until FROM sign_in_locks WHERE name_key = $1 AND source IN ($2, $3) AND until > $4",
            [a_try.name().into(), a_try.source().as_str().into(), EVERYWHERE.into(), now.into()],
        ))
        .await?;
    Ok(row
        .map(|row| row.try_get("", "until"))
        .transpose()?
        .flatten())
}

/// Whether the name is locked somewhere, for the admin who may unlock it.
pub async fn is_locked(db: &impl ConnectionTrait, name: &str, now: OffsetDateTime) -> Result<bool> {
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT 1 FROM sign_in_locks WHERE name_key = $1 AND until > $2 LIMIT 1",
            [name.into(), now.into()],
        ))
        .await?;
    Ok(row.is_some())
}

/// Counts a try as a failure.
pub(super) async fn insert_failure(tx: &Tx, a_try: &Try, now: OffsetDateTime) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let row = sign_in_failures::ActiveModel {
        id: Set(id),
        name_key: Set(a_try.name().to_owned()),
        source: Set(a_try.source().as_str().to_owned()),
        at: Set(now),
    };
    sign_in_failures::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(id)
}

/// Failures of this name: from here, and from anywhere.
pub(super) async fn failures_since(
    db: &impl ConnectionTrait,
    a_try: &Try,
    since: OffsetDateTime,
) -> Result<(u32, u32)> {
    let row = db
        .query_one_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            "SELECT count(*) FILTER (WHERE source = $2) AS here, count(*) AS anywhere \
             FROM sign_in_failures WHERE name_key = $1 AND at > $3",
            [
                a_try.name().into(),
                a_try.source().as_str().into(),
                since.into(),
            ],
        ))
        .await?
        .ok_or_else(|| anyhow::anyhow!("counting failures answered nothing"))?;
    let count = |column: &str| {
        row.try_get::<i64>("", column)
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    };
    Ok((count("here")?, count("anywhere")?))
}

/// Locks the name at a place.
pub(super) async fn insert_lock(
    tx: &Tx,
    name: &str,
    place: &str,
    until: OffsetDateTime,
) -> Result<()> {
    execute(
        tx,
        "INSERT INTO sign_in_locks (name_key, source, until) VALUES ($1, $2, $3) \
         ON CONFLICT (name_key, source) DO UPDATE SET until = excluded.until",
        [name.into(), place.into(), until.into()],
    )
    .await
}

/// A right secret clears the count and the lock of its place, and the lock of everywhere where this
/// very try had made it.
pub(super) async fn forget_failures_here(tx: &Tx, a_try: &Try, everywhere: bool) -> Result<()> {
    lock_name(tx, a_try).await?;
    let (name, place) = (a_try.name(), a_try.source().as_str());
    execute(
        tx,
        "DELETE FROM sign_in_failures WHERE name_key = $1 AND source = $2",
        [name.into(), place.into()],
    )
    .await?;
    delete_lock(tx, name, place).await?;
    if everywhere {
        delete_lock(tx, name, EVERYWHERE).await?;
    }
    Ok(())
}

/// Takes one count back, with the locks that it made.
pub(super) async fn take_back(tx: &Tx, a_try: &Try, counted: &Counted) -> Result<()> {
    lock_name(tx, a_try).await?;
    execute(
        tx,
        "DELETE FROM sign_in_failures WHERE id = $1",
        [counted.id.into()],
    )
    .await?;
    if counted.locked_here {
        delete_lock(tx, a_try.name(), a_try.source().as_str()).await?;
    }
    if counted.locked_everywhere {
        delete_lock(tx, a_try.name(), EVERYWHERE).await?;
    }
    Ok(())
}

/// An admin unlocks a name everywhere; answers whether there was anything to forget.
pub(super) async fn forget_all_failures(tx: &Tx, name: &str) -> Result<bool> {
    let mut gone = 0;
    for sql in [
        "DELETE FROM sign_in_failures WHERE name_key = $1",
        "DELETE FROM sign_in_locks WHERE name_key = $1",
    ] {
        let done = tx
            .execute_raw(Statement::from_sql_and_values(
                tx.get_database_backend(),
                sql,
                [name.into()],
            ))
            .await?;
        gone += done.rows_affected();
    }
    Ok(gone > 0)
}

async fn delete_lock(tx: &Tx, name: &str, place: &str) -> Result<()> {
    execute(
        tx,
        "DELETE FROM sign_in_locks WHERE name_key = $1 AND source = $2",
        [name.into(), place.into()],
    )
    .await
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
    .await?;
    Ok(())
}
