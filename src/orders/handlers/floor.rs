//! The floor, its lists, and a table.

use poem::{IntoResponse, Response, handler};
use serde::Deserialize;

use crate::app::App;
use crate::orders::floor_view::{self, Here};
use crate::orders::{feed, store};
use crate::shifts;
use crate::staff::{OrderTaker, Person};
use crate::values::TableId;
use crate::web::{Asker, Frag, Go, Page, Path, Query, Result, url};

/// The floor.
#[handler]
pub async fn show_floor(app: App, by: OrderTaker) -> Result<Page> {
    floor_screen(&app, &by, Here::Floor).await
}

/// All open orders.
#[handler]
pub async fn list_orders(app: App, by: OrderTaker) -> Result<Page> {
    floor_screen(&app, &by, Here::Orders).await
}

/// What waits to be carried out.
#[handler]
pub async fn show_ready(app: App, by: OrderTaker) -> Result<Page> {
    floor_screen(&app, &by, Here::Ready).await
}

async fn floor_screen(app: &App, by: &Person, here: Here) -> Result<Page> {
    let (floor, settings) = (feed::load(app).await?, app.settings().await?);
    let today = settings.day_rule().date_of(floor.now);
    let forgotten = shifts::forgotten(app.db(), by, today).await?;
    let cafe = &settings.cafe_name;
    Ok(Page(floor_view::page(&floor, &forgotten, by, cafe, here)))
}

/// What the address of a table may say.
#[derive(Debug, Deserialize)]
struct Asked {
    /// Another party sits down at a table that is taken.
    party: Option<String>,
}

/// A table: straight to its one order, or the choice of parties, or how many guests sit down.
#[handler]
pub async fn open_table(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<TableId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let table = crate::floor::table(app.db(), id).await?;
    let orders = store::open_at_table(app.db(), id).await?;
    if let [only] = orders.as_slice()
        && asked.party.is_none()
    {
        return Ok(Go::to(asker, url::order(only.id)).into_response());
    }
    let cafe = &app.settings().await?.cafe_name;
    let page = floor_view::table_page(&table, &orders, &by, cafe, app.clock().now());
    Ok(Page(page).into_response())
}

/// The dialog of a new takeaway.
#[handler]
pub async fn ask_takeaway(_by: OrderTaker) -> Result<Frag> {
    Ok(Frag(floor_view::new_takeaway()))
}
