//! What is sold out: the one part of the menu that changes during a day.

use poem::handler;
use serde::Deserialize;

use super::{MenuRefusal, Until, actions, view};
use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::shifts;
use crate::staff::StockKeeper;
use crate::values::ProductId;
use crate::web::{Form, Frag, Once, Page, Path, Query, Result};

form! {
    /// How a product is sold from now on.
    pub struct Stock {
        /// Not at all.
        sold_out: flag bool,
        /// Not until the business day ends, which says it all.
        until_tomorrow: flag bool,
        /// Not until the own shift is closed.
        until_shift_end: flag bool,
        /// Only so many more.
        left: opt Left,
        /// Freely again, whatever number stands beside the button.
        back: flag bool,
    }
}

/// How many are left, 0 to 9,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Left(u16);

impl std::str::FromStr for Left {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text.trim().parse() {
            Ok(left @ 0..=9_999) => Ok(Left(left)),
            _ => Err("A whole number up to 9,999."),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
}

/// Everything on the menu, and how it is sold.
#[handler]
pub async fn show_stock(app: App, by: StockKeeper, Query(typed): Query<Typed>) -> Result<Page> {
    let (menu, settings) = (app.menu().await?, app.settings().await?);
    let typed: String = typed.q.chars().take(60).collect();
    Ok(Page(view::stock_page(
        &menu,
        &by,
        &settings.cafe_name,
        &typed,
        shifts::is_on_shift(app.db(), by.id).await?,
    )))
}

/// Marks a product as sold out, counts it down, or sells it freely again.
#[handler]
pub async fn set_stock(
    app: App,
    by: StockKeeper,
    once: Once,
    Path(product): Path<ProductId>,
    Form(stock): Form<Stock>,
) -> Result<Frag> {
    let days = app.settings().await?.day_rule();
    let tomorrow = days.begins(days.date_of(app.clock().now()).next());
    let claim = once.of(&by, "menu.set_stock", &(product, &stock));
    app.write(claim, async |tx: &mut Tx| {
        // The shift is asked for under the key: whoever repeats the request after its end is not refused.
        let until = if stock.until_tomorrow {
            Some(Until::Moment(tomorrow))
        } else if stock.until_shift_end {
            let shift = shifts::open_of(&*tx, by.id).await?;
            Some(Until::Shift(shift.ok_or(MenuRefusal::NoShift)?.id))
        } else {
            None
        };
        let left = stock.left.filter(|_| !stock.back).map(|left| left.0);
        let sold_out = stock.sold_out || until.is_some();
        actions::set_stock(tx, product, sold_out, until, left).await
    })
    .await?;
    let menu = app.menu().await?;
    let product = menu.product(product).ok_or(MenuRefusal::Gone)?;
    let on_shift = shifts::is_on_shift(app.db(), by.id).await?;
    Ok(Frag(view::stock_swap(product, on_shift)))
}
