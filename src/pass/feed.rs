//! The shared picture of a pass.

use time::Duration;

use super::whole::Pass;
use super::{store, view};
use crate::app::App;
use crate::live::{Changed, View};
use crate::values::{OrderId, StationId};
use crate::web::Result;
use crate::{kitchen, orders};

/// What a pass shows: one picture for all who watch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassView(pub StationId);

impl View<App> for PassView {
    fn name(&self) -> String {
        format!("pass:{}", self.0)
    }

    fn cares(&self, change: &Changed) -> bool {
        matches!(
            change,
            Changed::Order(_) | Changed::Station(_) | Changed::Settings | Changed::Staff(_)
        )
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        let pass = load(app, self.0).await?;
        Ok(view::picture(&pass, app.clock().now()).into_string())
    }

    fn is_of_articles(&self) -> bool {
        true
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        let now = app.clock().now();
        let since = now - lets_go(app).await?;
        Ok(store::revision(app.db(), self.0, since, now).await?)
    }
}

/// What a pass is drawn from.
pub(super) async fn load(app: &App, pass: StationId) -> Result<Pass> {
    let now = app.clock().now();
    let since = now - lets_go(app).await?;
    let station = kitchen::station(app.db(), pass).await?;
    let work = kitchen::work_in_progress(app.db()).await?;
    let mut at_work: Vec<OrderId> = work.iter().map(|work| work.order_id).collect();
    at_work.sort_unstable();
    at_work.dedup();
    let orders = orders::on_pass(app.db(), &at_work, since).await?;
    let servings = store::servings_to_take_back(app.db(), pass, now).await?;
    let last = servings.into_iter().next();
    Ok(Pass::new(station, orders, work, last))
}

async fn lets_go(app: &App) -> Result<Duration> {
    let settings = app.settings().await?;
    Ok(Duration::minutes(settings.ready_lets_go_minutes.into()))
}
