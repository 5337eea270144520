//! The verbs about price lists: adding one, changing what is said about it, taking it away, and what costs how much on it.
//!
//! Each is a change of the menu: tills fetch their tiles again, also where the list counts only tomorrow.

use serde_json::{Value, json};

use super::hours::Hours;
use super::list::{Description, Kept, Offered, PriceListRefusal, may_cost};
use super::store;
use crate::data::{Entry, Tx};
use crate::live::Changed;
use crate::menu;
use crate::values::{DayRule, Money, PriceListId, ProductId};
use crate::web::{Error, Result};

/// Adds a list.
pub async fn add(tx: &mut Tx, id: PriceListId, it: &Description) -> Result<()> {
    check(it)?;
    store::insert(tx, id, it).await?;
    tx.journal(Entry::new("price_list.added", "price_list", id).after(it));
    moved(tx).await
}

/// Changes what is said about a list, as it was when its form was opened: `seen` is the revision of that moment.
pub async fn describe(
    tx: &mut Tx,
    days: &DayRule,
    id: PriceListId,
    seen: Option<i64>,
    it: &Description,
) -> Result<()> {
    check(it)?;
    let before = as_seen(tx, days, id, seen).await?;
    store::update(tx, id, it).await?;
    tx.journal(
        Entry::new("price_list.edited", "price_list", id)
            .before(&before.it)
            .after(it),
    );
    moved(tx).await
}

/// Takes a list away, as it was when its form was opened.
pub async fn delete(tx: &mut Tx, days: &DayRule, id: PriceListId, seen: Option<i64>) -> Result<()> {
    let before = as_seen(tx, days, id, seen).await?;
    store::delete(tx, id).await?;
    tx.journal(Entry::new("price_list.deleted", "price_list", id).before(&before.it));
    moved(tx).await
}

/// Gives a product a price on a list; `seen` is its price there when the form was opened, if it had one.
pub async fn set_price(
    tx: &mut Tx,
    days: &DayRule,
    list: PriceListId,
    product: ProductId,
    seen: Option<Money>,
    price: Money,
) -> Result<()> {
    let (list, product) = held(tx, days, list, product).await?;
    may_cost(&product, seen, price)?;
    store::put_price(tx, list.id, product.id, price).await?;
    tx.journal(
        Entry::new("price_list.priced", "price_list", list.id)
            .before(facts(&list, &product, product.here))
            .after(facts(&list, &product, Some(price))),
    );
    moved(tx).await
}

/// Takes a product off a list; whoever finds it gone already has what they want.
pub async fn take_off(
    tx: &mut Tx,
    days: &DayRule,
    list: PriceListId,
    product: ProductId,
    seen: Option<Money>,
) -> Result<()> {
    let (list, product) = held(tx, days, list, product).await?;
    let Some(here) = product.here else {
        return Ok(());
    };
    if seen != Some(here) {
        return Err(PriceListRefusal::PricedMeanwhile(here).into());
    }
    store::delete_price(tx, list.id, product.id).await?;
    tx.journal(
        Entry::new("price_list.taken_off", "price_list", list.id)
            .before(facts(&list, &product, product.here))
            .after(facts(&list, &product, None)),
    );
    moved(tx).await
}

async fn as_seen(tx: &mut Tx, days: &DayRule, id: PriceListId, seen: Option<i64>) -> Result<Kept> {
    let before = store::find_for_update(tx, Hours::at(tx.now(), days), id).await?;
    let before = before.ok_or(Error::NotFound("price list"))?;
    if seen != Some(before.revision) {
        return Err(PriceListRefusal::ChangedMeanwhile.into());
    }
    Ok(before)
}

// The list's row is the lock for its prices.
async fn held(
    tx: &mut Tx,
    days: &DayRule,
    list: PriceListId,
    product: ProductId,
) -> Result<(Kept, Offered)> {
    let list = store::find_for_update(tx, Hours::at(tx.now(), days), list).await?;
    let list = list.ok_or(Error::NotFound("price list"))?;
    let product = store::offered_one(&*tx, list.id, product).await?;
    Ok((list, product.ok_or(Error::NotFound("product"))?))
}

fn facts(list: &Kept, product: &Offered, price: Option<Money>) -> Value {
    json!({ "list": list.it.name, "product": product.id, "name": product.name, "price": price })
}

async fn moved(tx: &mut Tx) -> Result<()> {
    menu::next_version(tx).await?;
    tx.changed(Changed::Menu);
    Ok(())
}

fn check(it: &Description) -> Result<()> {
    match it.days.is_empty() {
        true => Err(PriceListRefusal::NoDay.into()),
        false => Ok(()),
    }
}
