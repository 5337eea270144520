//! One's own shift: starting it, giving it its float, looking at it.

use maud::Markup;
use poem::handler;
use serde::Deserialize;

use super::actions::{self, Start};
use super::counted::{Counted, Pieces};
use super::shift::CashChoice;
use super::{day, store, view};
use crate::app::App;
use crate::closing;
use crate::data::Tx;
use crate::form;
use crate::orders;
use crate::staff::{OrderTaker, Person};
use crate::values::{Currency, Note, OrderId};
use crate::web::{Asker, Form, Go, Once, Page, Query, Result, url};

form! {
    /// How somebody starts their shift, and the order that they want to be paid afterwards.
    pub struct StartForm {
        cash: one CashChoice,
        counts: numbered @ "count_" Pieces,
        note: opt Note,
        order: opt OrderId,
    }
}

#[derive(Debug, Deserialize)]
struct ForOrder {
    order: Option<OrderId>,
}

/// One's own shift: the form that starts it, or what it is.
#[handler]
pub async fn show(app: App, by: OrderTaker, Query(for_order): Query<ForOrder>) -> Result<Page> {
    let shift = store::open_of(app.db(), by.id).await?;
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let to_start = match &shift {
        Some(shift) if shift.has_cash() => None,
        _ => Some(start_form(&app, &by, shift.is_some(), for_order.order).await?),
    };
    let open_orders = match &shift {
        Some(shift) => closing::unfinished(orders::open_of_shift(app.db(), shift.id).await?).len(),
        None => 0,
    };
    Ok(Page(view::page(&view::Screen {
        shift: shift.as_ref(),
        open_orders,
        start: to_start,
        person: &by,
        cafe: &settings.cafe_name,
        rule: &rule,
        today: rule.date_of(app.clock().now()),
    })))
}

async fn start_form(
    app: &App,
    by: &Person,
    is_open: bool,
    order: Option<OrderId>,
) -> Result<Markup> {
    let settings = app.settings().await?;
    let drawer = by
        .terminal
        .as_deref()
        .filter(|terminal| terminal.has_drawer);
    let (holder, left) = match drawer {
        Some(terminal) => (
            store::holder_of_drawer(app.db(), terminal.id)
                .await?
                .filter(|shift| shift.staff != by.id),
            store::left_in_drawer(app.db(), terminal.id).await?,
        ),
        None => (None, None),
    };
    let rule = day::local_rule(app.db()).await?;
    Ok(view::start_form(&view::StartScreen {
        drawer: drawer.map(|terminal| terminal.name.as_str()),
        holder: holder.as_ref(),
        left: left.as_ref(),
        takes_payments: by.role.takes_payments(&settings),
        is_open,
        order,
        rule: &rule,
    }))
}

/// Starts the person's shift, or gives the open one its float.
#[handler]
pub async fn start(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Form(form): Form<StartForm>,
) -> Result<Go> {
    let counted = match form.cash {
        CashChoice::None => None,
        CashChoice::Drawer | CashChoice::Pouch => {
            Some(Counted::new(&form.counts, Currency::venue())?)
        }
    };
    let claim = once.of(&by, "shifts.start", &form);
    app.write(claim, async |tx: &mut Tx| {
        let start = Start {
            cash: form.cash,
            counted: counted.clone(),
            note: form.note.clone(),
        };
        actions::start(tx, &by, start).await
    })
    .await?;
    let to = form.order.map_or_else(url::floor, url::order_pay);
    Ok(Go::to(asker, to))
}
