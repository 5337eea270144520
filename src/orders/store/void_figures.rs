//! What was struck out after it was sent, summed up.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Serialize;
use time::OffsetDateTime;

use super::statement;
use crate::values::{LineId, Money};
use crate::web::Result;

/// Sent lines that were struck out for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoidsFor {
    /// Why, in the words of whoever did it; nothing where nobody said.
    pub reason: Option<String>,
    /// How many lines.
    pub lines: i64,
    /// How many pieces on them.
    pub pieces: i64,
    /// What the guests would have paid for them: their prices less their own discounts; nothing for what was free.
    pub value: Money,
}

/// The sent lines that were struck out from `from` on and before `until`, by reason, the dearest first.
pub async fn voids_after_send(
    db: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Vec<VoidsFor>> {
    let sql = "SELECT nullif(btrim(void_reason), '') AS reason, count(*) AS lines, sum(quantity)::bigint AS pieces, \
                      sum(CASE WHEN comped THEN 0 ELSE unit_price * quantity - discount END)::bigint AS value \
               FROM order_lines \
               WHERE voided_at >= $1 AND voided_at < $2 AND state = 'voided' AND sent_at IS NOT NULL \
               GROUP BY 1 ORDER BY 4 DESC, 2 DESC, 1";
    Ok(
        VoidsFor::find_by_statement(statement(db, sql, [from.into(), until.into()]))
            .all(db)
            .await?,
    )
}

/// A sent line that was struck out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Struck {
    /// Which.
    pub id: LineId,
    /// What the guests would have paid for it.
    pub value: Money,
}

/// The sent lines that were struck out from `from` on and before `until`, but goods that came back: their money is a refund.
/// Such a line was struck out in the transaction of its refund, and so at its time.
pub async fn struck_out(
    db: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Vec<Struck>> {
    let sql = "SELECT l.id, CASE WHEN l.comped THEN 0 ELSE l.unit_price * l.quantity - l.discount END AS value \
               FROM order_lines l \
               WHERE l.voided_at >= $1 AND l.voided_at < $2 AND l.state = 'voided' AND l.sent_at IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = l.order_id AND r.kind = 'goods_returned' \
                   AND r.refunded_at = l.voided_at AND r.reason = l.void_reason)";
    Ok(
        Struck::find_by_statement(statement(db, sql, [from.into(), until.into()]))
            .all(db)
            .await?,
    )
}
