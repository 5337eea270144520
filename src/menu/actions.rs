//! The verbs of the menu that this program knows so far: sell a product, mark it as sold out.

use serde_json::json;

use super::choice::MenuRefusal;
use super::price_lists::Hours;
use super::product::{Menu, Product, Until};
use super::store;
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::live::Changed;
use crate::values::{ProductId, Quantity, ShiftId, rfc3339};
use crate::web::{Error, Result};

/// The product at the price of this moment. `menu` may be seconds old, the price may not.
pub async fn product_now(tx: &Tx, menu: &Menu, id: ProductId) -> Result<Product> {
    let hours = Hours::at(tx.now(), &menu.days);
    let now = store::now(tx, id, hours).await?.ok_or(MenuRefusal::Gone)?;
    if now.sold_out {
        return Err(MenuRefusal::SoldOut(now.name).into());
    }
    let mut product = menu.product(id).cloned().ok_or(MenuRefusal::Gone)?;
    product.price = now.price;
    product.price_list = now.price_list;
    product.stock_left = now.stock_left;
    Ok(product)
}

/// Says that the menu changed where a list of prices began or ended to count since this was last looked at.
///
/// # Errors
/// When the database cannot be asked.
pub async fn follow_price_lists(app: &App) -> Result<()> {
    let days = app.settings().await?.day_rule();
    if !store::counts_change(app.db(), Hours::at(app.clock().now(), &days)).await? {
        return Ok(());
    }
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        if store::note_counting(tx, Hours::at(tx.now(), &days)).await? {
            tx.changed(Changed::Menu);
        }
        Ok(())
    })
    .await
}

/// Takes `quantity` of a product that is counted down; others are never short. Answers how many pieces came from the
/// count: only these go back to it.
pub async fn take(tx: &mut Tx, product: &Product, quantity: Quantity) -> Result<i16> {
    let Some(left) = product.stock_left else {
        return Ok(0);
    };
    if !store::take(tx, product.id, quantity.get().into()).await? {
        let name = product.name.clone();
        return Err(match left {
            0 => MenuRefusal::SoldOut(name),
            left => MenuRefusal::FewLeft { name, left },
        }
        .into());
    }
    store::next_version(tx).await?;
    tx.changed(Changed::Menu);
    Ok(quantity.get())
}

/// Puts back what an order had taken from a countdown and gave up unsent.
pub async fn give_back(tx: &mut Tx, product: ProductId, pieces: i16) -> Result<()> {
    if pieces > 0 && store::give_back(tx, product, pieces.into()).await? {
        store::next_version(tx).await?;
        tx.changed(Changed::Menu);
    }
    Ok(())
}

/// Marks a product as sold out ("86"), until a moment, until a shift ends or until somebody says otherwise, counts it down
/// from a number, or sells it freely again.
pub async fn set_stock(
    tx: &mut Tx,
    product: ProductId,
    sold_out: bool,
    until: Option<Until>,
    left: Option<u16>,
) -> Result<()> {
    let left = left.map(i32::from);
    let before = store::set_stock(tx, product, sold_out, until, left)
        .await?
        .ok_or(Error::NotFound("product"))?;
    store::next_version(tx).await?;
    tx.journal(
        Entry::new("menu.stock", "product", product)
            .before(json!({ "soldOut": before.sold_out, "left": before.stock_left }))
            .after(json!({ "soldOut": sold_out, "until": until.and_then(Until::moment).map(rfc3339), "untilShift": until.and_then(Until::shift), "left": left, "name": before.name })),
    );
    tx.changed(Changed::Menu);
    Ok(())
}

/// Puts back on sale what was sold out until now; answers how many products.
pub async fn put_back(tx: &mut Tx) -> Result<usize> {
    let back = store::put_back(tx).await?;
    are_back(tx, &back).await
}

/// Puts back on sale what was sold out until the end of this shift.
pub async fn put_back_after(tx: &mut Tx, shift: ShiftId) -> Result<usize> {
    let back = store::put_back_after(tx, shift).await?;
    are_back(tx, &back).await
}

async fn are_back(tx: &mut Tx, products: &[ProductId]) -> Result<usize> {
    for product in products {
        tx.journal(
            Entry::new("menu.stock", "product", *product)
                .before(json!({ "soldOut": true }))
                .after(json!({ "soldOut": false })),
        );
    }
    if !products.is_empty() {
        store::next_version(tx).await?;
        tx.changed(Changed::Menu);
    }
    Ok(products.len())
}
