//! Every query about price lists as managers keep them.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use super::hours::{COUNTS, Hours};
use super::list::{Description, Kept, Minute, Offered, PriceListRefusal, Weekdays};
use crate::data::{OnConstraint, Tx};
use crate::values::{Money, PriceListId, ProductId, Text};
use crate::web::Result;

#[derive(FromQueryResult)]
struct Row {
    id: PriceListId,
    name: Text<40>,
    weekdays: i16,
    from_minute: i16,
    until_minute: i16,
    active: bool,
    revision: i64,
    prices: i64,
    counts: bool,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Kept {
        Kept {
            id: row.id,
            it: Description {
                name: row.name,
                days: Weekdays::new(row.weekdays),
                from: Minute::new(row.from_minute),
                until: Minute::new(row.until_minute),
                active: row.active,
            },
            revision: row.revision,
            prices: row.prices,
            counts: row.counts,
        }
    }
}

/// All lists: those in use first, by the hour at which they begin.
pub async fn all(db: &impl ConnectionTrait, hours: Hours) -> Result<Vec<Kept>> {
    let order = "ORDER BY pl.active DESC, pl.from_minute, pl.name, pl.id";
    rows(db, hours, order, None).await
}

/// One list.
pub async fn find(
    db: &impl ConnectionTrait,
    hours: Hours,
    id: PriceListId,
) -> Result<Option<Kept>> {
    Ok(rows(db, hours, "AND pl.id = $4", Some(id)).await?.pop())
}

/// The list, held until the transaction ends: what is priced on it hangs on it, too.
pub async fn find_for_update(tx: &Tx, hours: Hours, id: PriceListId) -> Result<Option<Kept>> {
    Ok(rows(tx, hours, "AND pl.id = $4 FOR UPDATE OF pl", Some(id))
        .await?
        .pop())
}

async fn rows(
    db: &impl ConnectionTrait,
    hours: Hours,
    rest: &str,
    id: Option<PriceListId>,
) -> Result<Vec<Kept>> {
    let sql = format!(
        "SELECT pl.id, pl.name, pl.weekdays, pl.from_minute, pl.until_minute, pl.active, pl.revision, ({COUNTS}) AS counts, \
           (SELECT count(*) FROM listed_prices lp JOIN products p ON p.id = lp.product_id AND p.deleted_at IS NULL \
            WHERE lp.price_list_id = pl.id) AS prices \
         FROM price_lists pl WHERE pl.deleted_at IS NULL {rest}"
    );
    let mut values: Vec<Value> = vec![
        hours.today.into(),
        hours.yesterday.into(),
        hours.minute.into(),
    ];
    values.extend(id.map(Value::from));
    let rows = Row::find_by_statement(statement(db, &sql, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

#[derive(FromQueryResult)]
struct OfferedRow {
    id: ProductId,
    number: i32,
    name: String,
    category: String,
    usual: Money,
    here: Option<Money>,
    active: bool,
}

impl From<OfferedRow> for Offered {
    fn from(row: OfferedRow) -> Offered {
        Offered {
            id: row.id,
            number: row.number,
            name: row.name,
            category: row.category,
            usual: row.usual,
            here: row.here,
            active: row.active,
        }
    }
}

/// The products of the menu in its order, each with its price on a list.
pub async fn offered(db: &impl ConnectionTrait, list: PriceListId) -> Result<Vec<Offered>> {
    offered_where(db, list, None).await
}

/// One product of the menu with its price on a list.
pub async fn offered_one(
    db: &impl ConnectionTrait,
    list: PriceListId,
    product: ProductId,
) -> Result<Option<Offered>> {
    Ok(offered_where(db, list, Some(product)).await?.pop())
}

async fn offered_where(
    db: &impl ConnectionTrait,
    list: PriceListId,
    product: Option<ProductId>,
) -> Result<Vec<Offered>> {
    let sql = "SELECT p.id, p.number, p.name, c.name AS category, p.price AS usual, lp.price AS here, p.active FROM products p \
               JOIN sections s ON s.id = p.section_id JOIN categories c ON c.id = s.category_id \
               LEFT JOIN listed_prices lp ON lp.product_id = p.id AND lp.price_list_id = $1 \
               WHERE p.deleted_at IS NULL AND ($2::uuid IS NULL OR p.id = $2) ORDER BY c.sort, c.id, s.sort, s.id, p.sort, p.number";
    let asked = statement(db, sql, [list.into(), product.into()]);
    let rows = OfferedRow::find_by_statement(asked).all(db).await?;
    Ok(rows.into_iter().map(Offered::from).collect())
}

/// Adds a list.
pub async fn insert(tx: &Tx, id: PriceListId, it: &Description) -> Result<()> {
    let sql = "INSERT INTO price_lists (name, weekdays, from_minute, until_minute, active, id) VALUES ($1, $2, $3, $4, $5, $6)";
    write(tx, sql, id, it).await
}

/// Stores what a manager says about a list.
pub async fn update(tx: &Tx, id: PriceListId, it: &Description) -> Result<()> {
    let sql = "UPDATE price_lists SET name = $1, weekdays = $2, from_minute = $3, until_minute = $4, active = $5, revision = revision + 1 \
               WHERE id = $6";
    write(tx, sql, id, it).await
}

async fn write(tx: &Tx, sql: &str, id: PriceListId, it: &Description) -> Result<()> {
    let values: [Value; 6] = [
        it.name.as_str().into(),
        it.days.bits().into(),
        it.from.get().into(),
        it.until.get().into(),
        it.active.into(),
        id.into(),
    ];
    tx.execute_raw(statement(tx, sql, values))
        .await
        .on_constraint("price_lists_name_unique", || PriceListRefusal::NameTaken)?;
    Ok(())
}

/// Takes a list away; what was sold by it keeps its name.
pub async fn delete(tx: &Tx, id: PriceListId) -> Result<()> {
    let sql = "UPDATE price_lists SET deleted_at = $2, revision = revision + 1 WHERE id = $1";
    tx.execute_raw(statement(tx, sql, [id.into(), tx.now().into()]))
        .await?;
    Ok(())
}

/// Gives a product a price on a list.
pub async fn put_price(tx: &Tx, list: PriceListId, product: ProductId, price: Money) -> Result<()> {
    let sql = "INSERT INTO listed_prices (price_list_id, product_id, price) VALUES ($1, $2, $3) \
               ON CONFLICT (price_list_id, product_id) DO UPDATE SET price = excluded.price";
    tx.execute_raw(statement(
        tx,
        sql,
        [list.into(), product.into(), price.into()],
    ))
    .await?;
    Ok(())
}

/// Takes a product's price off a list.
pub async fn delete_price(tx: &Tx, list: PriceListId, product: ProductId) -> Result<()> {
    let sql = "DELETE FROM listed_prices WHERE price_list_id = $1 AND product_id = $2";
    tx.execute_raw(statement(tx, sql, [list.into(), product.into()]))
        .await?;
    Ok(())
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}
