//! The shared pictures of orders: an order's panel, and the floor with its ready strip.

use maud::{Markup, html};
use time::Duration;

use super::order::Order;
use super::{floor_view, panel, presence, store};
use crate::app::App;
use crate::kitchen::receipts::Receipt;
use crate::live::{Changed, View};
use crate::values::{OrderId, TableId};
use crate::{floor, kitchen};

/// The regions of one order's panel. Drawn once for those who may take payments and once for the rest.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// Which order.
    pub order: OrderId,
    /// Whether the buttons of paying are on it.
    pub pays: bool,
}

impl View<App> for OrderView {
    fn name(&self) -> String {
        name_of(self.order, self.pays)
    }

    fn cares(&self, change: &Changed) -> bool {
        match change {
            Changed::Order(order) | Changed::Watchers(order) => *order == self.order,
            Changed::Settings | Changed::Staff(_) => true,
            _ => false,
        }
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        let order = store::find(app.db(), self.order).await?;
        let people = presence::of_order(app.db(), self.order, app.clock().now()).await?;
        let picture = html! { (panel(app, &order, self.pays).await?) (presence::picture(&people)) };
        Ok(picture.into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        let now = app.clock().now();
        Ok(store::order_revision(app.db(), self.order, now).await?)
    }
}

fn name_of(order: OrderId, pays: bool) -> String {
    format!("order:{order}:{pays}")
}

/// Whether a screen shows this order now (on this instance).
pub(super) fn is_watched(app: &App, order: OrderId) -> bool {
    [true, false]
        .into_iter()
        .any(|pays| app.feeds().is_watched(&name_of(order, pays)))
}

/// The regions of an order's panel.
pub(super) async fn panel(app: &App, order: &Order, pays: bool) -> crate::web::Result<Markup> {
    let settings = app.settings().await?;
    let panel = panel::Panel {
        order,
        receipts: &receipts(app, order).await?,
        pays,
        unit: settings.cash_rounding,
        days: &settings.day_rule(),
        menu: &*app.menu().await?,
    };
    Ok(panel::regions(&panel))
}

/// How far the stations are with an order; asked for only where something of it is on its way.
pub(super) async fn receipts(app: &App, order: &Order) -> crate::web::Result<Vec<Receipt>> {
    if !order.lines.iter().any(|line| line.state.is_underway()) {
        return Ok(Vec::new());
    }
    kitchen::receipts::of_order(app.db(), order.id).await
}

/// Tables, open orders and the ready strip.
#[derive(Debug, Clone, Copy)]
pub struct FloorView;

impl View<App> for FloorView {
    fn name(&self) -> String {
        "floor".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        matches!(
            change,
            Changed::Floor | Changed::Order(_) | Changed::Settings | Changed::Staff(_)
        )
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(floor_view::regions(&load(app).await?).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        let since = app.clock().now() - lets_go(app).await?;
        Ok(store::floor_revision(app.db(), since).await?)
    }
}

/// The orders of one table, as the screen lists them on which another party is seated.
#[derive(Debug, Clone, Copy)]
pub struct TableView(pub TableId);

impl View<App> for TableView {
    fn name(&self) -> String {
        format!("table:{}", self.0)
    }

    fn cares(&self, change: &Changed) -> bool {
        FloorView.cares(change)
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        let orders = store::open_at_table(app.db(), self.0).await?;
        Ok(floor_view::table_regions(&orders, app.clock().now()).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        FloorView.revision(app).await
    }
}

/// How many orders wait to be carried out: the bell on every screen of a till that shows no tables.
#[derive(Debug, Clone, Copy)]
pub struct ReadyView;

impl View<App> for ReadyView {
    fn name(&self) -> String {
        "ready".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        matches!(change, Changed::Floor | Changed::Settings)
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(floor_view::bell_region(&ready(app).await?).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        let since = app.clock().now() - lets_go(app).await?;
        Ok(store::ready_revision(app.db(), since).await?)
    }
}

/// What waits to be carried out.
async fn ready(app: &App) -> crate::web::Result<Vec<store::Waiting>> {
    let since = app.clock().now() - lets_go(app).await?;
    store::waiting(app.db(), since).await
}

/// What the floor is drawn from. Two hundred open orders with their lines are read once for each state of the floor, not
/// once for each who looks: the revision, which is asked every time, says whether it is still the same.
pub(super) async fn load(app: &App) -> crate::web::Result<floor_view::Floor> {
    let now = app.clock().now();
    let since = now - lets_go(app).await?;
    let revision = store::floor_revision(app.db(), since).await?;
    let read = async || {
        Ok(floor_view::Facts {
            areas: floor::areas(app.db()).await?,
            orders: store::open_orders(app.db()).await?,
            waiting: store::closed_but_waiting(app.db(), since).await?,
        })
    };
    Ok(floor_view::Floor {
        facts: app.floors().get(revision, read).await?,
        now,
    })
}

async fn lets_go(app: &App) -> crate::web::Result<Duration> {
    let settings = app.settings().await?;
    Ok(Duration::minutes(settings.ready_lets_go_minutes.into()))
}
