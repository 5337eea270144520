//! The alarm's picture, and the tap that ends it.

use poem::handler;

use super::{actions, store, view};
use crate::app::App;
use crate::data::Tx;
use crate::kitchen::store::home_of;
use crate::live::{Changed, View};
use crate::staff::OrderTaker;
use crate::values::TicketId;
use crate::web::{Frag, Once, Path, Result};

/// What no screen shows: one picture for all tills, each of which finds its own in it.
#[derive(Debug, Clone, Copy)]
pub struct UnseenView;

impl View<App> for UnseenView {
    fn name(&self) -> String {
        "unseen".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        *change == Changed::Unseen
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(picture(app).await?.into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::unseen_revision(app.db()).await?)
    }
}

async fn picture(app: &App) -> Result<maud::Markup> {
    let days = app.settings().await?.day_rule();
    Ok(view::picture(&store::unseen(app.db()).await?, &days))
}

/// Whoever sent a ticket that no screen shows has told the station.
#[handler]
pub async fn tell(
    app: App,
    by: OrderTaker,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<Frag> {
    let home = home_of(app.db(), ticket).await?;
    let claim = once.of(&by, "kitchen.told", &ticket);
    app.write(claim, async |tx: &mut Tx| {
        actions::told(tx, ticket, home.order_id).await
    })
    .await?;
    Ok(Frag(picture(&app).await?))
}
