//! The queries of cash that moves without a sale.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use time::OffsetDateTime;

use super::movement::Moved;
use crate::shifts::ledger::EntryKind;
use crate::values::{CashEntryId, Money, ShiftId};
use crate::web::Result;

#[derive(FromQueryResult)]
struct Row {
    id: CashEntryId,
    number: i64,
    kind: String,
    amount: Money,
    reason: Option<String>,
    by_name: String,
    approved_name: Option<String>,
    at: OffsetDateTime,
    reverses: Option<CashEntryId>,
    is_reversed: bool,
}

/// What people booked by hand in a shift, in the order in which they did; the float and what belongs to payments is not
/// among it.
pub async fn of_shift(db: &impl ConnectionTrait, shift: ShiftId) -> Result<Vec<Moved>> {
    let rows = Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT e.id, coalesce(e.slip, row_number() OVER (ORDER BY e.at, e.id)) AS number, e.kind, e.amount, e.reason, s.name AS by_name, \
           a.name AS approved_name, e.at, e.reverses, \
           EXISTS (SELECT 1 FROM cash_entries r WHERE r.reverses = e.id) AS is_reversed \
         FROM cash_entries e JOIN staff s ON s.id = e.entered_by LEFT JOIN staff a ON a.id = e.approved_by \
         WHERE e.shift_id = $1 AND e.kind IN ('paid_in', 'paid_out', 'drop', 'tip_out', 'no_sale') ORDER BY e.slip, e.at, e.id",
        [shift.into()],
    ))
    .all(db)
    .await?;
    rows.into_iter().map(Row::moved).collect()
}

/// One of them.
pub async fn find(
    db: &impl ConnectionTrait,
    shift: ShiftId,
    entry: CashEntryId,
) -> Result<Option<Moved>> {
    let all = of_shift(db, shift).await?;
    Ok(all.into_iter().find(|moved| moved.id == entry))
}

impl Row {
    fn moved(self) -> Result<Moved> {
        let kind = EntryKind::stored(&self.kind)
            .ok_or_else(|| anyhow::anyhow!("a cash entry is stored as {:?}", self.kind))?;
        Ok(Moved {
            id: self.id,
            number: self.number,
            kind,
            amount: self.amount,
            reason: self.reason,
            by: self.by_name,
            approved_by: self.approved_name,
            at: self.at,
            reverses: self.reverses,
            is_reversed: self.is_reversed,
        })
    }
}
