//! The shared pictures of what is waited for: on an order, and at the desk.

use maud::Markup;
use time::Duration;

use super::{store, view};
use crate::app::App;
use crate::live::{Changed, View};
use crate::payments::{pesapal, refunds};
use crate::values::OrderId;
use crate::web::Result;

/// For so many days money that came late stays on the desk: whoever was away for a week still sees it.
const LATE_DAYS: i64 = 7;
/// And for so many what Pesapal says that is not in the books as it says it: finding out may take a call or two.
const DOUBTFUL_DAYS: i64 = 30;

/// What is waited for on one order. Drawn once for those who may take payments and once for the rest.
#[derive(Debug, Clone)]
pub struct AttemptsView {
    /// Which order.
    pub order: OrderId,
    /// Whether the buttons that end it are there.
    pub pays: bool,
}

impl View<App> for AttemptsView {
    fn name(&self) -> String {
        format!("attempts:{}:{}", self.order, self.pays)
    }

    fn cares(&self, change: &Changed) -> bool {
        match change {
            Changed::Order(order) => *order == self.order,
            Changed::Staff(_) | Changed::Settings => true,
            _ => false,
        }
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        let inside = attempts(app, self.order, self.pays).await?;
        Ok(view::attempts_region(&inside).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        let now = app.clock().now();
        Ok(store::attempts_revision(app.db(), self.order, now).await?)
    }
}

/// What stands in the region of an order's attempts.
pub async fn attempts(app: &App, order: OrderId, pays: bool) -> Result<Markup> {
    let waiting = store::waiting_on(app.db(), order).await?;
    Ok(view::attempts(&waiting, pays, app.clock().now()))
}

/// The desk. Drawn once for those who may give money back and once for the rest.
#[derive(Debug, Clone, Copy)]
pub struct DeskView {
    /// Whether the ways to give money back are there.
    pub refunds: bool,
}

impl View<App> for DeskView {
    fn name(&self) -> String {
        format!("desk:{}", self.refunds)
    }

    fn cares(&self, change: &Changed) -> bool {
        matches!(
            change,
            Changed::Payments | Changed::Order(_) | Changed::Staff(_) | Changed::Settings
        )
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(view::regions(&load(app, self.refunds).await?).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::desk_revision(app.db(), app.clock().now()).await?)
    }
}

/// What the desk is drawn from, with the ways to give money back or without.
pub(super) async fn load(app: &App, refunds: bool) -> Result<view::Desk> {
    let now = app.clock().now();
    let rule = app.settings().await?.day_rule();
    let since = rule.date_of(now - Duration::days(LATE_DAYS));
    let (confirmed, failed) = store::ended_lately(app.db(), now).await?;
    let doubtful = pesapal::orphans(app.db(), now - Duration::days(DOUBTFUL_DAYS)).await?;
    let named = doubtful.iter().filter_map(|word| word.payment_id);
    Ok(view::Desk {
        refunds,
        waiting: store::waiting(app.db()).await?,
        unplaced: store::unplaced(app.db()).await?,
        late: store::late(app.db(), since).await?,
        going_back: refunds::waited_for(app.db(), now).await?,
        on_no_order: store::on_no_order(app.db(), named).await?,
        doubtful,
        confirmed,
        failed,
        now,
        rule,
    })
}
