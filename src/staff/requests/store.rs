//! Every query about requests.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::OffsetDateTime;

use super::{GOOD_FOR, Request, RequestRefusal, State, Wish};
use crate::data::{Claim, Spending, Tx, Write};
use crate::live::Changed;
use crate::staff::Person;
use crate::values::{ApprovalId, OrderId, StaffId};
use crate::web::Result;

const REQUEST: &str = "SELECT r.id, r.deed, r.fingerprint, r.summary, r.address, r.only_admin, r.order_id, r.asked_by, s.name AS asker, t.name AS terminal, \
     r.asked_at, r.expires_at, r.state, r.answered_by, a.name AS answerer, r.note \
   FROM approval_requests r JOIN staff s ON s.id = r.asked_by LEFT JOIN terminals t ON t.id = r.terminal_id \
   LEFT JOIN staff a ON a.id = r.answered_by";

#[derive(FromQueryResult)]
struct Row {
    id: ApprovalId,
    deed: String,
    fingerprint: Vec<u8>,
    summary: String,
    address: String,
    only_admin: bool,
    order_id: Option<OrderId>,
    asked_by: StaffId,
    asker: String,
    terminal: Option<String>,
    asked_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    state: String,
    answered_by: Option<StaffId>,
    answerer: Option<String>,
    note: Option<String>,
}

impl Row {
    fn request(self) -> Result<Request> {
        let state = State::stored(&self.state)
            .ok_or_else(|| anyhow::anyhow!("a request's state is stored as {:?}", self.state))?;
        Ok(Request {
            id: self.id,
            deed: self.deed,
            fingerprint: self.fingerprint,
            wish: Wish {
                summary: self.summary,
                order: self.order_id,
                address: self.address,
                only_admin: self.only_admin,
            },
            asked_by: self.asked_by,
            asker: self.asker,
            terminal: self.terminal,
            asked_at: self.asked_at,
            expires_at: self.expires_at,
            state,
            answered_by: self.answered_by,
            answerer: self.answerer,
            note: self.note,
        })
    }
}

async fn one(
    db: &impl ConnectionTrait,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<Request>> {
    let sql = format!("{REQUEST} WHERE {condition}");
    let row = Row::find_by_statement(statement(db, &sql, values))
        .one(db)
        .await?;
    row.map(Row::request).transpose()
}

/// One request.
pub(super) async fn find(db: &impl ConnectionTrait, id: ApprovalId) -> Result<Option<Request>> {
    one(db, "r.id = $1", [id.into()]).await
}

/// One request, held until the transaction ends so that it is answered once.
pub(super) async fn hold(tx: &Tx, id: ApprovalId) -> Result<Option<Request>> {
    one(tx, "r.id = $1 FOR UPDATE OF r", [id.into()]).await
}

/// What this person has asked already about the same deed with the same command, and may still come true.
pub(super) async fn open_of(
    db: &impl ConnectionTrait,
    by: StaffId,
    deed: &str,
    fingerprint: &[u8],
    now: OffsetDateTime,
) -> Result<Option<Request>> {
    one(
        db,
        "r.asked_by = $1 AND r.deed = $2 AND r.fingerprint = $3 AND r.state IN ('waiting', 'approved') AND r.expires_at > $4 \
         ORDER BY r.asked_at DESC LIMIT 1",
        [by.into(), deed.into(), fingerprint.to_vec().into(), now.into()],
    )
    .await
}

/// How many requests of this person wait.
pub(super) async fn waiting_of(
    db: &impl ConnectionTrait,
    by: StaffId,
    now: OffsetDateTime,
) -> Result<usize> {
    let sql = "SELECT count(*) AS number FROM approval_requests WHERE asked_by = $1 AND state = 'waiting' AND expires_at > $2";
    let waiting = number(db, sql, [by.into(), now.into()]).await?;
    Ok(usize::try_from(waiting).unwrap_or(usize::MAX))
}

/// What waits for an answer, the oldest first.
pub(super) async fn waiting(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<Vec<Request>> {
    let sql = format!(
        "{REQUEST} WHERE r.state = 'waiting' AND r.expires_at > $1 ORDER BY r.asked_at, r.id"
    );
    let rows = Row::find_by_statement(statement(db, &sql, [now.into()]))
        .all(db)
        .await?;
    rows.into_iter().map(Row::request).collect()
}

/// A number that moves with what waits.
pub(super) async fn waiting_revision(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<i64> {
    let sql = "SELECT (coalesce(sum(hashtextextended(id::text, 0)), 0)::numeric(40) % 4611686018427387904)::bigint AS number \
               FROM approval_requests WHERE state = 'waiting' AND expires_at > $1";
    number(db, sql, [now.into()]).await
}

async fn number(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Number {
        number: i64,
    }
    let row = Number::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.number))
}

/// Stores a request under whoever the transaction is by.
pub(super) async fn insert(
    tx: &Tx,
    id: ApprovalId,
    deed: &str,
    fingerprint: &[u8],
    by: StaffId,
    wish: &Wish,
) -> Result<()> {
    let write = Write::new(
        "approval_requests",
        id,
        "INSERT INTO approval_requests (id, deed, fingerprint, summary, address, only_admin, order_id, asked_by, terminal_id, asked_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            id.into(),
            deed.into(),
            fingerprint.to_vec().into(),
            wish.summary.clone().into(),
            wish.address.clone().into(),
            wish.only_admin.into(),
            wish.order.into(),
            by.into(),
            tx.by().terminal.into(),
            tx.now().into(),
            (tx.now() + GOOD_FOR).into(),
        ],
    );
    tx.later(write.refusing("approval_requests_pkey", RequestRefusal::Unusable))
        .await
}

/// Stores what somebody answered to a request, which the transaction holds.
pub(super) async fn answer(
    tx: &Tx,
    id: ApprovalId,
    by: StaffId,
    agrees: bool,
    note: Option<&str>,
) -> Result<()> {
    let state = match agrees {
        true => State::Approved,
        false => State::Refused,
    };
    tx.later(Write::new(
        "approval_requests",
        id,
        "UPDATE approval_requests SET state = $2, answered_by = $3, answered_from = $4, answered_at = $5, note = $6 WHERE id = $1",
        [
            id.into(),
            state.as_str().into(),
            by.into(),
            tx.by().terminal.into(),
            tx.now().into(),
            note.into(),
        ],
    ))
    .await
}

/// Takes a request back that may still come true; answers whether there was one.
pub(super) async fn withdraw(tx: &Tx, id: ApprovalId) -> Result<bool> {
    let sql = "UPDATE approval_requests SET state = 'withdrawn' WHERE id = $1 AND state IN ('waiting', 'approved')";
    let done = tx.execute_raw(statement(tx, sql, [id.into()])).await?;
    Ok(done.rows_affected() == 1)
}

/// Uses an approval up with the deed that it was given for. Everything is asked once more, of the row itself, so that of two
/// deeds under one approval only one is done, and none of somebody who may not approve any more.
pub fn spending(id: ApprovalId, by: &Person, claim: &Claim) -> Spending {
    Spending {
        sql: "UPDATE approval_requests r SET state = 'used', used_at = $1 \
              WHERE r.id = $2 AND r.asked_by = $3 AND r.deed = $4 AND r.fingerprint = $5 AND r.state = 'approved' AND r.expires_at > $1 \
                AND EXISTS (SELECT 1 FROM staff s WHERE s.id = r.answered_by AND s.active AND s.role IN ('admin', 'manager') \
                              AND NOT s.must_change_password)",
        values: vec![
            id.into(),
            by.id.into(),
            claim.deed().into(),
            claim.fingerprint().to_vec().into(),
        ],
        or: Some(|| RequestRefusal::Used.into()),
        changes: Changed::Approvals,
    }
}

/// Takes a request back with a deed that somebody agreed to in another way.
pub fn giving_up(id: ApprovalId, by: &Person) -> Spending {
    Spending {
        sql: "UPDATE approval_requests SET state = 'withdrawn' \
              WHERE id = $2 AND asked_by = $3 AND state IN ('waiting', 'approved') AND asked_at <= $1",
        values: vec![id.into(), by.id.into()],
        or: None,
        changes: Changed::Approvals,
    }
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}
