//! The shared picture of the managers' list of shifts.

use std::collections::HashMap;

use super::in_the_way::unfinished;
use super::{list, store};
use crate::app::App;
use crate::live::{Changed, View};
use crate::orders;
use crate::shifts;
use crate::web::Result;

/// How many of the last reports are listed.
const REPORTS: i64 = 20;

/// The open shifts and the last reports.
#[derive(Debug, Clone, Copy)]
pub struct ShiftsView;

impl View<App> for ShiftsView {
    fn name(&self) -> String {
        "shifts".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        matches!(
            change,
            Changed::Shift(_) | Changed::Order(_) | Changed::Staff(_) | Changed::Settings
        )
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(list::regions(&load(app).await?).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::shifts_revision(app.db()).await?)
    }
}

/// What the list is drawn from.
pub(super) async fn load(app: &App) -> Result<list::Shifts> {
    let mut open_orders = HashMap::new();
    for order in unfinished(orders::open_orders(app.db()).await?) {
        if let Some(shift) = order.shift {
            *open_orders.entry(shift).or_insert(0_usize) += 1;
        }
    }
    let open = shifts::all_open(app.db()).await?.into_iter().map(|shift| {
        let orders = open_orders.get(&shift.id).copied().unwrap_or(0);
        (shift, orders)
    });
    let rule = app.settings().await?.day_rule();
    Ok(list::Shifts {
        open: open.collect(),
        closed: shifts::lately_closed(app.db(), REPORTS).await?,
        unapproved: store::unapproved(app.db()).await?,
        today: rule.date_of(app.clock().now()),
        rule,
    })
}
