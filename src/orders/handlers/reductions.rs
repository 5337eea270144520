//! Prices that are lowered, and paid orders that are opened again.

use poem::{IntoResponse, Response, handler};

use super::afterwards::agree;
use super::forms::{NewDiscount, Reopening};
use super::{beginning_with, panel};
use crate::app::App;
use crate::data::Tx;
use crate::orders::afterwards::{self, Reduction, Why};
use crate::orders::discount::{Given, Off};
use crate::orders::order::{Order, OrderRefusal};
use crate::orders::reduction_sheets::{self as sheets, Discounting};
use crate::orders::{store, wishes};
use crate::settings::Settings;
use crate::staff::approval::{self, Agreed};
use crate::staff::{OrderTaker, Refunder, Role};
use crate::values::{BasisPoints, LineId, OrderId};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Path, Query, Result, url};

/// Which screen asks.
#[derive(serde::Deserialize)]
pub struct From {
    #[serde(default)]
    from: String,
}

/// The sheet of a discount on the whole order.
#[handler]
pub async fn ask_discount(
    app: App,
    by: OrderTaker,
    Path(id): Path<OrderId>,
    Query(asked): Query<From>,
) -> Result<Frag> {
    ask(&app, &by, id, None, &asked.from).await
}

/// The sheet of a discount on one line.
#[handler]
pub async fn ask_line_discount(
    app: App,
    by: OrderTaker,
    Path((id, line)): Path<(OrderId, LineId)>,
) -> Result<Frag> {
    ask(&app, &by, id, Some(line), "").await
}

async fn ask(
    app: &App,
    by: &OrderTaker,
    id: OrderId,
    line: Option<LineId>,
    from: &str,
) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    order.must_be_open()?;
    let line = match line {
        Some(line) => Some(order.line(line)?),
        None => None,
    };
    let settings = app.settings().await?;
    let agree = agree(app, by).await?;
    Ok(Frag(sheets::discount(&Discounting {
        order: &order,
        line,
        named: &settings.discounts,
        reasons: &settings.discount_reasons,
        limit: settings.discount_limits.of(by.role),
        agree: &agree,
        from: if from == "pay" { "pay" } else { "" },
    })))
}

/// Gives a discount on the whole order, or takes it off.
#[handler]
pub async fn give_discount(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<NewDiscount>,
) -> Result<Response> {
    give(&app, &by, once, asker, (id, None), &form).await
}

/// Gives a discount on one line, or takes it off.
#[handler]
pub async fn give_line_discount(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(OrderId, LineId)>,
    Form(form): Form<NewDiscount>,
) -> Result<Response> {
    give(&app, &by, once, asker, (id, Some(line)), &form).await
}

async fn give(
    app: &App,
    by: &OrderTaker,
    once: Once,
    asker: Asker,
    (id, line): (OrderId, Option<LineId>),
    form: &NewDiscount,
) -> Result<Response> {
    let settings = app.settings().await?;
    let off = wanted(form, &settings)?;
    let reason = why_lowered(form, off.as_ref())?;
    let mut claim = beginning_with(id, once.of(by, "orders.discount", &(id, line, form)));
    let limit = settings.discount_limits.of(by.role);
    let mut asked = Reduction {
        line,
        off,
        most: limit,
        grows_to: limit.min(settings.discount_limits.of(Role::Cashier)),
        approver: None,
        reason,
    };
    let repeated = app.already(&claim).await?;
    if !repeated && !is_within(&store::find(app.db(), id).await?, &asked)? {
        let wish = async || {
            let order = store::find(app.db(), id).await?;
            let a_managers = Reduction {
                most: limit.max(settings.discount_limits.of(Role::Manager)),
                ..asked.clone()
            };
            let by_admin = by.role != Role::Admin && !is_within(&order, &a_managers)?;
            Ok(wishes::discount(&order, &asked)?.for_an_admin(by_admin))
        };
        let agreed = approval::consent(app, by, asker, claim, &form.agreement, wish).await?;
        let consent;
        (claim, consent) = match agreed {
            Agreed::Later(answer) => return Ok(answer),
            Agreed::Now(claim, consent) => (claim, consent),
        };
        let theirs = consent.role().map(|role| settings.discount_limits.of(role));
        asked.most = limit.max(theirs.unwrap_or(limit));
        asked.approver = consent.by();
    }
    let written = app
        .write(claim, async |tx: &mut Tx| {
            afterwards::discount(tx, id, &asked).await
        })
        .await?;
    if form
        .from
        .as_ref()
        .is_some_and(|from| from.as_str() == "pay")
        && asker != Asker::Machine
    {
        return Ok(Go::to(asker, url::order_pay(id)).into_response());
    }
    panel(app, by, asker, id, written.done()).await
}

/// What the form takes off, under which name; nothing takes it off again.
fn wanted(form: &NewDiscount, settings: &Settings) -> Result<Option<(String, Off)>> {
    let one = || {
        Error::field(
            "named",
            "Choose one: a discount from the list, a percentage or an amount.",
        )
    };
    if form.none {
        return match (&form.named, form.percent, form.amount) {
            (None, None, None) => Ok(None),
            _ => Err(one()),
        };
    }
    let name = || match (&form.chosen, &form.reason) {
        (Some(chosen), _) => chosen.as_str().to_owned(),
        (None, _) => "Discount".to_owned(),
    };
    match (&form.named, form.percent, form.amount) {
        (Some(named), None, None) => {
            let found = settings
                .discounts
                .iter()
                .find(|one| one.name == named.as_str());
            let found = found.ok_or_else(|| {
                Error::field(
                    "named",
                    "This discount is not on the list any more. Choose another one.",
                )
            })?;
            let off = match (found.percent_bp, found.amount) {
                (Some(share), _) => Off::Percent(share),
                (None, amount) => Off::Amount(amount.unwrap_or_default()),
            };
            Ok(Some((found.name.clone(), off)))
        }
        (None, Some(share), None) if share.is_zero() => {
            Err(Error::field("percent", "Type a percentage above 0."))
        }
        (None, Some(share), None) => Ok(Some((name(), Off::Percent(share)))),
        (None, None, Some(amount)) if !amount.is_positive() => {
            Err(Error::field("amount", "Type an amount above 0."))
        }
        (None, None, Some(amount)) => Ok(Some((name(), Off::Amount(amount)))),
        _ => Err(one()),
    }
}

/// A discount from the list is a reason in itself, and so is taking one off.
fn why_lowered(form: &NewDiscount, off: Option<&(String, Off)>) -> Result<String> {
    match (off, &form.named, &form.chosen, &form.reason) {
        (None, _, None, None) => Ok("Taken off".to_owned()),
        (Some((name, _)), Some(_), None, None) => Ok(name.clone()),
        _ => Why::said(form.chosen.as_ref(), form.reason.as_ref()),
    }
}

/// Whether whoever asks may give it alone. What cannot be given at all is refused here, before anybody is asked to agree.
fn is_within(order: &Order, asked: &Reduction) -> Result<bool, OrderRefusal> {
    let Some((name, off)) = &asked.off else {
        return Ok(true);
    };
    let mut draft = order.clone();
    let mut worth = |most| {
        let given = Given {
            name: name.clone(),
            off: *off,
            most,
        };
        draft.discount(asked.line, Some(given))
    };
    let full = worth(BasisPoints::WHOLE)?;
    // An amount beyond the limit would be cut down to it, and not be what was asked for.
    match worth(asked.most) {
        Ok(within) if within == full => Ok(draft.may_have(asked.most, order)),
        Ok(_) | Err(OrderRefusal::NothingOff) => Ok(false),
        Err(other) => Err(other),
    }
}

/// The sheet that opens a paid order again.
#[handler]
pub async fn ask_reopen(app: App, by: Refunder, Path(id): Path<OrderId>) -> Result<Frag> {
    let order = store::find(app.db(), id).await?;
    order.must_be_closed()?;
    let settings = app.settings().await?;
    let agree = agree(&app, &by).await?;
    Ok(Frag(sheets::reopen(
        &order,
        &settings.refund_reasons,
        &agree,
    )))
}

/// Opens a paid order again.
#[handler]
pub async fn reopen(
    app: App,
    by: Refunder,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(form): Form<Reopening>,
) -> Result<Response> {
    let reason = Why::said(form.chosen.as_ref(), form.reason.as_ref())?;
    let claim = beginning_with(id, once.of(&by, "orders.reopen", &(id, &form)));
    let wish = async || {
        let order = store::find(app.db(), id).await?;
        Ok(wishes::reopen(&order, &reason)?)
    };
    let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, why) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, Why { consent, reason }),
    };
    app.write(claim, async |tx: &mut Tx| {
        afterwards::reopen(tx, id, &why).await
    })
    .await?;
    Ok(Go::to(asker, url::order(id)).into_response())
}
