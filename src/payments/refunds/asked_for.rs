//! The queries of refunds that Pesapal was asked for.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use time::{Duration, OffsetDateTime};

use super::through_pesapal::{AskRefusal, Asked};
use super::waiting::next_question;
use crate::data::Tx;
use crate::payments::Method;
use crate::payments::store::method;
use crate::values::{Money, PaymentId, RefundId};
use crate::web::Result;

/// How long a refund of which nothing was heard stays in sight: finding out may take a call or two.
const UNHEARD: Duration = Duration::days(30);

/// What Pesapal was asked for of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFor {
    /// The payment.
    pub payment: PaymentId,
    /// How it came.
    pub method: Method,
    /// How far it is.
    pub state: Asked,
    /// How much, the tip with it.
    pub amount: Money,
    /// What is in the books of it.
    pub refund: Option<RefundId>,
    /// When it was asked for first.
    pub asked_at: OffsetDateTime,
    /// By whom.
    pub asked_by: Option<String>,
    /// When it last moved.
    pub moved_at: OffsetDateTime,
    /// What Pesapal said.
    pub said: Option<String>,
    /// Whether nothing was heard for too long, so that it is not asked by itself any more.
    pub gave_up: bool,
}

impl AskedFor {
    /// Whether Pesapal has not said yet that it was done.
    pub fn is_waited_for(&self) -> bool {
        matches!(self.state, Asked::Asking | Asked::Accepted)
    }

    /// Whether Pesapal will give or has given it back, and nobody has put that into the books.
    pub fn is_to_be_booked(&self) -> bool {
        matches!(self.state, Asked::Accepted | Asked::Confirmed) && self.refund.is_none()
    }

    /// How it stands, for whoever looks at it.
    pub fn sentence(&self) -> &'static str {
        match self.state {
            Asked::Refused => "Pesapal refused to give it back.",
            Asked::Confirmed if self.refund.is_none() => {
                "Pesapal has given it back, and it is not in the books: give it back here once more."
            }
            Asked::Confirmed => "Pesapal has given it back.",
            Asked::Asking | Asked::Accepted if self.gave_up => {
                "Nothing was heard of it for two weeks. A manager looks it up on Pesapal's own site."
            }
            Asked::Accepted => {
                "Pesapal has accepted it. The guest has the money when somebody there has agreed."
            }
            Asked::Asking => "Pesapal was asked to give it back, and its answer did not arrive.",
        }
    }
}

/// What Pesapal was asked for of a payment.
pub async fn find(db: &impl ConnectionTrait, payment: PaymentId) -> Result<Option<AskedFor>> {
    Ok(many(db, "a.payment_id = $1", [payment.into()]).await?.pop())
}

/// The same, held until the transaction ends: whoever brings Pesapal's word, it is written down once.
pub async fn hold(tx: &Tx, payment: PaymentId) -> Result<Option<AskedFor>> {
    let held = "a.payment_id = $1 FOR UPDATE OF a";
    Ok(many(tx, held, [payment.into()]).await?.pop())
}

/// What is waited for, or was given back and is not in the books; what nothing was heard of first, then the oldest.
pub async fn open(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<Vec<AskedFor>> {
    let which = "(a.state IN ('asking', 'accepted') AND (NOT a.gave_up OR a.moved_at > $1)) OR (a.state = 'confirmed' AND a.refund_id IS NULL) \
                 ORDER BY a.gave_up DESC, a.asked_at, a.payment_id";
    many(db, which, [(now - UNHEARD).into()]).await
}

/// Notes that Pesapal is asked now, for this much.
pub async fn begin(tx: &Tx, payment: PaymentId, amount: Money) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "INSERT INTO pesapal_refunds (payment_id, amount, state, asked_by, asked_at, moved_at, ask_at) VALUES ($1, $2, 'asking', $3, $4, $4, $5) \
         ON CONFLICT (payment_id) DO UPDATE SET amount = excluded.amount, state = 'asking', said = NULL, asked_by = excluded.asked_by, \
         moved_at = excluded.moved_at, ask_at = excluded.ask_at, questions = 0, gave_up = false",
        [
            payment.into(),
            amount.into(),
            tx.by().staff.into(),
            tx.now().into(),
            next_question(0, tx.now()).into(),
        ],
    ))
    .await?;
    Ok(())
}

/// Notes what Pesapal said. That it has done it stays, whatever it said before and is heard of later.
pub async fn move_to(tx: &Tx, payment: PaymentId, state: Asked, said: Option<&str>) -> Result<()> {
    let next = (state == Asked::Accepted).then(|| next_question(0, tx.now()));
    tx.execute_raw(statement(
        tx,
        "UPDATE pesapal_refunds SET state = $2, said = $3, moved_at = $4, ask_at = $5, questions = 0, gave_up = false \
         WHERE payment_id = $1 AND state <> 'confirmed'",
        [
            payment.into(),
            state.as_str().into(),
            said.into(),
            tx.now().into(),
            next.into(),
        ],
    ))
    .await?;
    Ok(())
}

/// Notes that nothing was heard of it for too long.
pub async fn give_up(tx: &Tx, payment: PaymentId) -> Result<()> {
    tx.execute_raw(statement(
        tx,
        "UPDATE pesapal_refunds SET gave_up = true, ask_at = NULL, moved_at = $2 WHERE payment_id = $1",
        [payment.into(), tx.now().into()],
    ))
    .await?;
    Ok(())
}

/// What Pesapal has accepted is in the books with this refund.
///
/// # Errors
/// Where it has accepted another amount, or that is in the books already.
pub async fn book(tx: &Tx, payment: PaymentId, refund: RefundId, amount: Money) -> Result<()> {
    let booked = tx.execute_raw(statement(
        tx,
        "UPDATE pesapal_refunds SET refund_id = $2 WHERE payment_id = $1 AND state IN ('accepted', 'confirmed') \
         AND refund_id IS NULL AND amount = $3",
        [payment.into(), refund.into(), amount.into()],
    ));
    match booked.await?.rows_affected() {
        1 => Ok(()),
        _ => Err(AskRefusal::OnceOnly.into()),
    }
}

/// Whether a refund is to be asked about by now.
pub async fn is_one_due(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<bool> {
    let sql = format!("SELECT 1 AS one FROM pesapal_refunds WHERE {DUE} LIMIT 1");
    let due = db.query_one_raw(statement(db, sql, [now.into()])).await?;
    Ok(due.is_some())
}

/// Takes some of the refunds that are to be asked about by now, with how often they were; another instance that looks in
/// this moment takes others, and one that looks later finds them asked.
pub async fn take_due(tx: &Tx, most: i64) -> Result<Vec<(PaymentId, i32)>> {
    #[derive(FromQueryResult)]
    struct Row {
        payment_id: PaymentId,
        questions: i32,
    }
    let sql = format!(
        "SELECT payment_id, questions FROM pesapal_refunds WHERE {DUE} ORDER BY ask_at LIMIT $2 FOR UPDATE SKIP LOCKED"
    );
    let rows = Row::find_by_statement(statement(tx, sql, [tx.now().into(), most.into()]))
        .all(tx)
        .await?;
    for row in &rows {
        let next = next_question(row.questions + 1, tx.now());
        tx.execute_raw(statement(
            tx,
            "UPDATE pesapal_refunds SET questions = questions + 1, ask_at = $2 WHERE payment_id = $1",
            [row.payment_id.into(), next.into()],
        ))
        .await?;
    }
    Ok(rows
        .into_iter()
        .map(|row| (row.payment_id, row.questions))
        .collect())
}

/// What is to be asked about by `$1`.
const DUE: &str = "state IN ('asking', 'accepted') AND ask_at <= $1";

async fn many<const N: usize>(
    db: &impl ConnectionTrait,
    which: &str,
    values: [Value; N],
) -> Result<Vec<AskedFor>> {
    #[derive(FromQueryResult)]
    struct Row {
        payment_id: PaymentId,
        method: String,
        state: String,
        amount: Money,
        refund_id: Option<RefundId>,
        asked_at: OffsetDateTime,
        asked_by: Option<String>,
        moved_at: OffsetDateTime,
        said: Option<String>,
        gave_up: bool,
    }
    let sql = format!(
        "SELECT a.payment_id, p.method, a.state, a.amount, a.refund_id, a.asked_at, s.name AS asked_by, a.moved_at, a.said, a.gave_up \
         FROM pesapal_refunds a JOIN payments p ON p.id = a.payment_id LEFT JOIN staff s ON s.id = a.asked_by WHERE {which}"
    );
    let rows = Row::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let state = Asked::stored(&row.state).ok_or_else(|| {
                anyhow::anyhow!("a refund at Pesapal is stored as {:?}", row.state)
            })?;
            Ok(AskedFor {
                payment: row.payment_id,
                method: method(&row.method)?,
                state,
                amount: row.amount,
                refund: row.refund_id,
                asked_at: row.asked_at,
                asked_by: row.asked_by,
                moved_at: row.moved_at,
                said: row.said,
                gave_up: row.gave_up,
            })
        })
        .collect()
}

fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}
