//! What settled orders come to, many at a time.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::OffsetDateTime;

use super::{given, statement};
use crate::orders::discount::Given;
use crate::orders::sold::{Sold, SoldOrder};
use crate::values::tax::{LineInput, OrderInput, Standing, totals};
use crate::values::{BasisPoints, BusinessDate, Money, OrderId, Quantity, TaxClassId};
use crate::web::Result;

#[derive(FromQueryResult)]
struct Row {
    id: OrderId,
    settled_date: BusinessDate,
    cancelled: bool,
    guests: i16,
    tax_included: bool,
    service_bp: i32,
    rounding: Money,
    discount_name: Option<String>,
    discount_bp: Option<i32>,
    discount_amount: Option<Money>,
    discount_most_bp: Option<i32>,
    unit_price: Option<Money>,
    quantity: Option<i16>,
    tax_class_id: Option<TaxClassId>,
    tax_name: Option<String>,
    tax_bp: Option<i32>,
    line_discount_name: Option<String>,
    line_discount_bp: Option<i32>,
    line_discount_amount: Option<Money>,
    line_discount_most_bp: Option<i32>,
    comped: Option<bool>,
}

const SOLD: &str = "SELECT o.id, o.settled_date, o.cancelled_at IS NOT NULL AS cancelled, o.guests, o.tax_included, o.service_bp, o.rounding, o.discount_name, o.discount_bp, o.discount_amount, \
     o.discount_most_bp, l.unit_price, l.quantity, l.tax_class_id, l.tax_name, l.tax_bp, l.discount_name AS line_discount_name, \
     l.discount_bp AS line_discount_bp, l.discount_amount AS line_discount_amount, l.discount_most_bp AS line_discount_most_bp, l.comped \
   FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id AND l.state <> 'voided' WHERE ";

/// The orders whose sale counts on this date, as they are now.
pub async fn sold_on(db: &impl ConnectionTrait, date: BusinessDate) -> Result<Vec<SoldOrder>> {
    let sql = format!("{SOLD} o.settled_date = $1 ORDER BY o.id, l.position");
    read(db, &sql, [date.into()]).await
}

/// The orders whose sale counts on an earlier date than this, and that were changed after `since`.
pub async fn sold_before_and_changed(
    db: &impl ConnectionTrait,
    date: BusinessDate,
    since: OffsetDateTime,
) -> Result<Vec<SoldOrder>> {
    let sql = format!("{SOLD} o.settled_date < $1 AND o.updated_at > $2 ORDER BY o.id, l.position");
    read(db, &sql, [date.into(), since.into()]).await
}

async fn read<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<SoldOrder>> {
    let rows = Row::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    rows.chunk_by(|one, other| one.id == other.id)
        .map(sold)
        .collect()
}

/// One order of its rows, one for each line that is not struck out.
fn sold(rows: &[Row]) -> Result<SoldOrder> {
    let first = &rows[0];
    let lines = rows
        .iter()
        .filter(|row| row.unit_price.is_some())
        .map(line)
        .collect::<Result<Vec<LineInput>>>()?;
    let given = given(
        first.discount_name.clone(),
        first.discount_bp,
        first.discount_amount,
        first.discount_most_bp,
    )?;
    let sums = totals(&OrderInput {
        lines: &lines,
        discount: given.as_ref().map(Given::discount),
        service: points(first.service_bp)
            .ok()
            .filter(|share| !share.is_zero()),
        prices_include_tax: first.tax_included,
    })
    .map_err(anyhow::Error::from)?;
    let name = |class: TaxClassId| {
        let row = rows.iter().find(|row| row.tax_class_id == Some(class));
        row.and_then(|row| row.tax_name.clone()).unwrap_or_default()
    };
    let names = sums.taxes.iter().map(|tax| name(tax.tax_class)).collect();
    let sold = match first.cancelled {
        true => Sold::default(),
        false => Sold::of(first.guests.into(), &sums, first.rounding, names),
    };
    Ok(SoldOrder {
        id: first.id,
        date: first.settled_date,
        sold,
    })
}

fn line(row: &Row) -> Result<LineInput> {
    let missing = || anyhow::anyhow!("a line of order {} is not whole", row.id);
    let given = given(
        row.line_discount_name.clone(),
        row.line_discount_bp,
        row.line_discount_amount,
        row.line_discount_most_bp,
    )?;
    Ok(LineInput {
        unit_price: row.unit_price.ok_or_else(missing)?,
        quantity: Quantity::new(row.quantity.ok_or_else(missing)?.into())
            .map_err(anyhow::Error::from)?,
        discount: given.as_ref().map(Given::discount),
        tax_class: row.tax_class_id.ok_or_else(missing)?,
        rate: points(row.tax_bp.ok_or_else(missing)?)?,
        standing: match row.comped {
            Some(true) => Standing::Comped,
            _ => Standing::Charged,
        },
    })
}

fn points(points: i32) -> Result<BasisPoints> {
    BasisPoints::new(points.into())
        .map_err(|_| anyhow::anyhow!("a share is stored as {points} bp").into())
}
