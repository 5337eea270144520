//! The queries of the menu.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
};

use super::daypart::Daypart;
use super::price_lists::{COUNTS, Hours};
use super::product::{Category, Group, Menu, Modifier, Product, Section, TaxClass, Until};
use crate::data::Tx;
use crate::data::entity::{
    categories, menu_version, modifier_groups, modifiers, product_modifier_groups, products,
    sections, stations, tax_classes,
};
use crate::values::{BasisPoints, DayRule, ModifierGroupId, Money, ProductId, ShiftId, StationId};
use crate::web::Result;
use time::OffsetDateTime;

/// The rates of tax, the usual one first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn tax_classes(db: &impl ConnectionTrait) -> Result<Vec<TaxClass>> {
    let rows = tax_classes::Entity::find()
        .order_by_asc(tax_classes::Column::Sort)
        .order_by_asc(tax_classes::Column::Name)
        .all(db)
        .await?;
    let classes = rows.into_iter().map(|row| TaxClass {
        id: row.id,
        name: row.name,
        rate: BasisPoints::new(row.rate_bp.into()).unwrap_or(BasisPoints::ZERO),
    });
    Ok(classes.collect())
}

/// The menu as it is sold at a moment, in ten small queries.
pub async fn load(db: &impl ConnectionTrait, days: &DayRule, now: OffsetDateTime) -> Result<Menu> {
    let mut listed = listed(db, Hours::at(now, days)).await?;
    let version = menu_version::Entity::find().one(db).await?;
    let groups = groups(db).await?;
    let offered = offered(db, &groups).await?;
    let taxes = tax_classes(db).await?.into_iter();
    let taxes: HashMap<_, _> = taxes.map(|class| (class.id, class)).collect();
    let stations: HashMap<_, _> = stations::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let rows = products::Entity::find()
        .filter(products::Column::DeletedAt.is_null())
        .filter(products::Column::Active.eq(true))
        .order_by_asc(products::Column::Sort)
        .order_by_asc(products::Column::Number)
        .all(db)
        .await?;
    let categories = categories_with_sections(db, &rows).await?;
    let hues: HashMap<_, _> = categories
        .iter()
        .flat_map(|category| {
            category
                .sections
                .iter()
                .map(|section| (section.id, category.hue))
        })
        .collect();
    let products = rows
        .into_iter()
        .filter_map(|row| {
            let (price, price_list) = match listed.remove(&row.id) {
                Some(listed) => (listed.price, Some(listed.name)),
                None => (row.price, None),
            };
            Some(Product {
                id: row.id,
                number: row.number,
                name: row.name,
                kitchen_name: row.kitchen_name,
                description: row.description,
                price,
                price_list,
                image: row.image,
                hue: *hues.get(&row.section_id)?,
                tax: taxes.get(&row.tax_class_id)?.clone(),
                station: row.station_id,
                station_name: stations.get(&row.station_id)?.clone(),
                prep_seconds: row.prep_seconds,
                groups: offered.get(&row.id).cloned().unwrap_or_default(),
                sold_out: row.sold_out,
                stock_left: row.stock_left,
            })
        })
        .collect();
    Ok(Menu::new(
        version.map_or(0, |row| row.version),
        categories,
        products,
        days.clone(),
    ))
}

/// A product's price on a list.
#[derive(Debug, FromQueryResult)]
struct Listed {
    product_id: ProductId,
    name: String,
    price: Money,
}

/// The products that have another price at these hours: where two lists count, the lower one.
async fn listed(db: &impl ConnectionTrait, hours: Hours) -> Result<HashMap<ProductId, Listed>> {
    let sql = format!(
        "SELECT DISTINCT ON (lp.product_id) lp.product_id, pl.name, lp.price FROM price_lists pl \
         JOIN listed_prices lp ON lp.price_list_id = pl.id WHERE {COUNTS} ORDER BY lp.product_id, lp.price, pl.sort, pl.name"
    );
    let rows = Listed::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [
            hours.today.into(),
            hours.yesterday.into(),
            hours.minute.into(),
        ],
    ));
    let rows = rows.all(db).await?.into_iter();
    Ok(rows.map(|row| (row.product_id, row)).collect())
}

/// Notes which lists count at these hours; answers whether others did before.
pub(super) async fn note_counting(tx: &Tx, hours: Hours) -> Result<bool> {
    let sql = format!(
        "WITH now AS (SELECT coalesce(string_agg(pl.id::text, ' ' ORDER BY pl.id), '') AS counting FROM price_lists pl WHERE {COUNTS}) \
         UPDATE menu_version SET counting = now.counting, version = version + 1 FROM now WHERE menu_version.counting <> now.counting"
    );
    let noted = tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        [
            hours.today.into(),
            hours.yesterday.into(),
            hours.minute.into(),
        ],
    ));
    Ok(noted.await?.rows_affected() > 0)
}

/// Whether other lists count at these hours than when it was last noted.
pub(super) async fn counts_change(db: &impl ConnectionTrait, hours: Hours) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM menu_version WHERE counting <> \
         (SELECT coalesce(string_agg(pl.id::text, ' ' ORDER BY pl.id), '') FROM price_lists pl WHERE {COUNTS})"
    );
    let asked = db.query_one_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [
            hours.today.into(),
            hours.yesterday.into(),
            hours.minute.into(),
        ],
    ));
    Ok(asked.await?.is_some())
}

async fn groups(db: &impl ConnectionTrait) -> Result<HashMap<ModifierGroupId, Group>> {
    let mut groups: HashMap<_, _> = modifier_groups::Entity::find()
        .filter(modifier_groups::Column::DeletedAt.is_null())
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let group = Group {
                id: row.id,
                name: row.name,
                min: usize::try_from(row.min_choices).unwrap_or(0),
                max: usize::try_from(row.max_choices).unwrap_or(1),
                modifiers: Vec::new(),
            };
            (row.id, group)
        })
        .collect();
    let rows = modifiers::Entity::find()
        .filter(modifiers::Column::DeletedAt.is_null())
        .order_by_asc(modifiers::Column::Sort)
        .order_by_asc(modifiers::Column::Name)
        .all(db)
        .await?;
    for row in rows {
        if let Some(group) = groups.get_mut(&row.group_id) {
            group.modifiers.push(Modifier {
                id: row.id,
                name: row.name,
                kitchen_name: row.kitchen_name,
                price_delta: row.price_delta,
                is_default: row.is_default,
                loud: row.loud,
                sold_out: row.sold_out,
            });
        }
    }
    Ok(groups)
}

/// The groups of each product: required ones first, each in its place.
async fn offered(
    db: &impl ConnectionTrait,
    groups: &HashMap<ModifierGroupId, Group>,
) -> Result<HashMap<ProductId, Vec<Group>>> {
    let rows = product_modifier_groups::Entity::find()
        .order_by_asc(product_modifier_groups::Column::Sort)
        .all(db)
        .await?;
    let mut offered: HashMap<ProductId, Vec<Group>> = HashMap::new();
    for row in rows {
        if let Some(group) = groups.get(&row.group_id)
            && !group.modifiers.is_empty()
        {
            offered
                .entry(row.product_id)
                .or_default()
                .push(group.clone());
        }
    }
    for groups in offered.values_mut() {
        groups.sort_by_key(|group| group.min == 0);
    }
    Ok(offered)
}

async fn categories_with_sections(
    db: &impl ConnectionTrait,
    products: &[products::Model],
) -> Result<Vec<Category>> {
    let sections = sections::Entity::find()
        .filter(sections::Column::DeletedAt.is_null())
        .order_by_asc(sections::Column::Sort)
        .all(db)
        .await?;
    let categories = categories::Entity::find()
        .filter(categories::Column::DeletedAt.is_null())
        .order_by_asc(categories::Column::Sort)
        .all(db)
        .await?;
    Ok(categories
        .into_iter()
        .map(|category| Category {
            id: category.id,
            name: category.name,
            icon: category.icon,
            hue: u8::try_from(category.hue).unwrap_or(1),
            sections: sections
                .iter()
                .filter(|section| section.category_id == category.id)
                .map(|section| Section {
                    id: section.id,
                    name: section.name.clone(),
                    products: products
                        .iter()
                        .filter(|product| product.section_id == section.id)
                        .map(|product| product.id)
                        .collect(),
                })
                .collect(),
        })
        .collect())
}

/// The first category of the till: pinned products in their order, then what sold best in this part of the day on days of
/// this kind in the four weeks before this one, then what else sold best then; 25 at most.
pub async fn favourites(
    db: &impl ConnectionTrait,
    when: Daypart,
    zone: &str,
) -> Result<Vec<ProductId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
    }
    let rows = Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT p.id FROM products p \
         LEFT JOIN (SELECT product_id, sum(quantity) AS sold, \
                           sum(quantity) FILTER (WHERE part = $2 AND weekend = $3) AS sold_then \
                    FROM (SELECT l.product_id, l.quantity, \
                                 width_bucket((extract(epoch FROM at.local::time) / 60)::int, $5::int[]) % 4 AS part, \
                                 extract(isodow FROM at.local) >= 6 AS weekend \
                          FROM orders o JOIN order_lines l ON l.order_id = o.id, LATERAL (SELECT l.sent_at AT TIME ZONE $4 AS local) at \
                          WHERE o.opened_at >= $1::timestamptz - interval '29 days' AND o.opened_at < $1 AND l.sent_at >= $1::timestamptz - interval '28 days' AND l.sent_at < $1 \
                            AND l.state <> 'voided') sales \
                    GROUP BY product_id) s ON s.product_id = p.id \
         WHERE p.deleted_at IS NULL AND p.active AND (p.favourite IS NOT NULL OR s.sold > 0) \
         ORDER BY p.favourite NULLS LAST, s.sold_then DESC NULLS LAST, s.sold DESC NULLS LAST, p.number LIMIT 25",
        [
            when.week.into(),
            when.part.into(),
            when.weekend.into(),
            zone.into(),
            Daypart::begins().into(),
        ],
    ))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The version of the menu, which grows with every change of it.
pub(super) async fn version(db: &impl ConnectionTrait) -> Result<i64> {
    let row = menu_version::Entity::find().one(db).await?;
    Ok(row.map_or(0, |row| row.version))
}

/// What must be asked again at the moment of selling.
#[derive(Debug, FromQueryResult)]
pub(super) struct Now {
    pub name: String,
    pub price: Money,
    pub price_list: Option<String>,
    pub sold_out: bool,
    pub stock_left: Option<i32>,
}

/// The product's row, if it is on the menu, at the price of these hours.
pub(super) async fn now(
    db: &impl ConnectionTrait,
    id: ProductId,
    hours: Hours,
) -> Result<Option<Now>> {
    let sql = format!(
        "SELECT p.name, coalesce(h.price, p.price) AS price, h.name AS price_list, p.sold_out, p.stock_left FROM products p \
         LEFT JOIN LATERAL (SELECT pl.name, lp.price FROM listed_prices lp JOIN price_lists pl ON pl.id = lp.price_list_id \
           WHERE lp.product_id = p.id AND {COUNTS} ORDER BY lp.price, pl.sort, pl.name LIMIT 1) h ON true \
         WHERE p.id = $4 AND p.active AND p.deleted_at IS NULL"
    );
    Ok(Now::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [
            hours.today.into(),
            hours.yesterday.into(),
            hours.minute.into(),
            id.into(),
        ],
    ))
    .one(db)
    .await?)
}

/// Takes some of a counted product; false when fewer are left.
pub(super) async fn take(tx: &crate::data::Tx, id: ProductId, quantity: i32) -> Result<bool> {
    let taken = tx
        .execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "UPDATE products SET stock_left = stock_left - $2 \
             WHERE id = $1 AND NOT sold_out AND stock_left >= $2",
            [id.into(), quantity.into()],
        ))
        .await?;
    Ok(taken.rows_affected() == 1)
}

/// Puts some of a counted product back; answers whether it is counted.
pub(super) async fn give_back(tx: &crate::data::Tx, id: ProductId, quantity: i32) -> Result<bool> {
    let given = tx
        .execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "UPDATE products SET stock_left = stock_left + $2 WHERE id = $1 AND stock_left IS NOT NULL",
            [id.into(), quantity.into()],
        ))
        .await?;
    Ok(given.rows_affected() == 1)
}

/// Sets the sold-out mark and the countdown; answers how it was, or `None` for a stranger.
pub(super) async fn set_stock(
    tx: &crate::data::Tx,
    id: ProductId,
    sold_out: bool,
    until: Option<Until>,
    stock_left: Option<i32>,
) -> Result<Option<Now>> {
    let before = Now::find_by_statement(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "SELECT name, price, sold_out, stock_left FROM products \
         WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
        [id.into()],
    ))
    .one(tx)
    .await?;
    if before.is_some() {
        tx.execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "UPDATE products SET sold_out = $2, stock_left = $3, sold_out_until = $4, sold_out_shift = $5 WHERE id = $1",
            [
                id.into(),
                sold_out.into(),
                stock_left.into(),
                until.and_then(Until::moment).into(),
                until.and_then(Until::shift).into(),
            ],
        ))
        .await?;
    }
    Ok(before)
}

/// Puts back on sale what was sold out until a moment that has passed, or until the end of a shift that closed just as the
/// product was marked; answers which.
pub(super) async fn put_back(tx: &crate::data::Tx) -> Result<Vec<ProductId>> {
    let over = "(sold_out_until <= $1 OR sold_out_shift IN (SELECT id FROM shifts WHERE closed_at IS NOT NULL))";
    put_back_where(tx, over, tx.now().into()).await
}

/// Puts back on sale what was sold out until a shift's end; answers which.
pub(super) async fn put_back_after(tx: &crate::data::Tx, shift: ShiftId) -> Result<Vec<ProductId>> {
    put_back_where(tx, "sold_out_shift = $1", shift.into()).await
}

async fn put_back_where(
    tx: &crate::data::Tx,
    over: &str,
    value: sea_orm::Value,
) -> Result<Vec<ProductId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: ProductId,
    }
    let rows = Row::find_by_statement(Statement::from_sql_and_values(
        tx.get_database_backend(),
        format!(
            "UPDATE products SET sold_out = false, sold_out_until = NULL, sold_out_shift = NULL \
             WHERE sold_out AND {over} RETURNING id"
        ),
        [value],
    ))
    .all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many products that are sold are made at this station.
pub async fn made_at(db: &impl ConnectionTrait, station: StationId) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        made: i64,
    }
    let row = Row::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT count(*) AS made FROM products WHERE station_id = $1 AND active",
        [station.into()],
    ))
    .one(db)
    .await?;
    Ok(row.map_or(0, |row| row.made))
}

/// Moves the menu to its next version.
pub async fn next_version(tx: &crate::data::Tx) -> Result<()> {
    tx.execute_unprepared("UPDATE menu_version SET version = version + 1")
        .await?;
    Ok(())
}
