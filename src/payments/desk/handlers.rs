//! Waiting for mobile money, and the desk where what is waited for ends.

use maud::{Markup, html};
use poem::{IntoResponse, Response, handler};
use serde::Deserialize;
use serde_json::json;

use super::actions::{self, Ask};
use super::{feed, sheets, store, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::orders;
use crate::payments::actions as money;
use crate::payments::attempt::{Attempt, Ending};
use crate::payments::handlers::PartOfBill;
use crate::payments::payment::{Choice, Method};
use crate::payments::reference::Reference;
use crate::payments::store as payments;
use crate::payments::tender::{Charge, Taken, TenderRefusal};
use crate::staff::{Cashier, Person};
use crate::ui::dialog;
use crate::values::{AttemptId, Money, Note, OrderId, PaymentId, Short};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

form! {
    /// What a guest is asked for: as a payment, without what its provider calls it.
    pub struct NewAttempt {
        method: opt Choice,
        #[serde(flatten)]
        of_bill: part PartOfBill,
        tip: money Money,
        expected: money Money,
        shown: money Money,
        payer: opt Short,
    }
}

form! {
    /// What the provider's message says. `desk` where it was typed at the desk.
    pub struct Came { transaction: one Reference, desk: flag bool }
}

/// How somebody says that an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// No money comes.
    Failed,
    /// Nobody should have asked.
    Withdrawn,
}

impl std::str::FromStr for Deed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "failed" => Ok(Deed::Failed),
            "withdrawn" => Ok(Deed::Withdrawn),
            _ => Err("Say that it was not paid, or that it was asked by mistake."),
        }
    }
}

form! {
    /// Why no money comes, in the usual words or in one's own.
    pub struct NotPaid { deed: one Deed, chosen: opt Note, reason: opt Note, desk: flag bool }
}

form! {
    /// Money that came for no order.
    pub struct LooseMoney { method: opt Choice, transaction: one Reference, amount: money Money, tip: money Money, payer: opt Short }
}

form! {
    /// The order that money goes on.
    pub struct Placement { order: one OrderId }
}

/// Where a dialog stands.
#[derive(Debug, Deserialize)]
struct At {
    #[serde(default)]
    desk: bool,
}

/// The desk.
#[handler]
pub async fn show(app: App, by: Cashier) -> Result<Page> {
    let desk = feed::load(&app, by.role.refunds()).await?;
    let cafe = &app.settings().await?.cafe_name;
    Ok(Page(view::page(&desk, &by, cafe)))
}

/// Waits for a guest's mobile money.
#[handler]
pub async fn start(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(order): Path<OrderId>,
    Form(new): Form<NewAttempt>,
) -> Result<Response> {
    let claim = once.of(&by, "attempts.start", &(order, &new));
    let ask = Ask {
        charge: Charge {
            method: by_hand(new.method)?,
            amount: new.of_bill.amount,
            tip: new.tip.unwrap_or(Money::ZERO),
            reference: None,
        },
        part: new.of_bill.part()?,
        expected: new.expected,
        shown: new.shown,
        payer: new.payer,
    };
    let id = AttemptId::new();
    let written = app
        .write(claim.making(id), async |tx: &mut Tx| {
            actions::start(tx, &by, id, order, ask).await
        })
        .await?;
    if asker == Asker::Machine {
        let id = match written {
            Written::Done(()) => Some(id),
            Written::Already(made) => made.map(AttemptId::from),
        };
        let id = id.ok_or(Error::NotFound("attempt"))?;
        return Ok(as_json(&store::find(app.db(), id).await?.attempt).into_response());
    }
    Ok(Go::to(asker, url::order_pay(order)).into_response())
}

/// Mobile money that people confirm.
fn by_hand(choice: Option<Choice>) -> Result<Method> {
    let method = choice.and_then(Choice::method);
    method
        .filter(|method| method.is_mobile_money())
        .ok_or_else(|| Error::field("method", "Only mobile money is waited for: choose whose."))
}

/// Asks for the id in the provider's message.
#[handler]
pub async fn ask_confirmation(
    app: App,
    _by: Cashier,
    Path(id): Path<AttemptId>,
    Query(At { desk }): Query<At>,
) -> Result<Frag> {
    let asked = store::find(app.db(), id).await?;
    Ok(Frag(sheets::confirmation(&asked, desk, app.clock().now())))
}

/// The message has come.
#[handler]
pub async fn confirm(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<AttemptId>,
    Form(came): Form<Came>,
) -> Result<Response> {
    let claim = once.of(&by, "attempts.confirm", &(id, &came));
    let payment = PaymentId::new();
    app.write(claim.making(payment), async |tx: &mut Tx| {
        actions::confirm(tx, payment, id, came.transaction.clone()).await
    })
    .await
    .map_err(at_its_field)?;
    let asked = store::find(app.db(), id).await?;
    match (asker, asked.on_no_order) {
        (Asker::Machine, _) => Ok(as_json(&asked.attempt).into_response()),
        (Asker::Fragment, _) if came.desk => redrawn(&app, &by, &view::came(&asked)).await,
        (_, true) => Ok(Go::to(asker, url::pending_payments()).into_response()),
        (_, false) => {
            let payment = asked.attempt.payment.ok_or(Error::NotFound("payment"))?;
            Ok(Go::to(asker, url::payment_receipt(payment)).into_response())
        }
    }
}

/// In these forms the id has a field of another name: the pay screen behind a dialog has one already.
pub(in crate::payments) fn at_its_field(failure: Error) -> Error {
    match failure {
        Error::Refused(mut refused) if refused.field == Some("reference") => {
            refused.field = Some("transaction");
            Error::Refused(refused)
        }
        other => other,
    }
}

/// Asks why no money comes.
#[handler]
pub async fn ask_failure(
    app: App,
    _by: Cashier,
    Path(id): Path<AttemptId>,
    Query(At { desk }): Query<At>,
) -> Result<Frag> {
    let asked = store::find(app.db(), id).await?;
    Ok(Frag(sheets::failure(&asked, desk, app.clock().now())))
}

/// No money comes.
#[handler]
pub async fn fail(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<AttemptId>,
    Form(not): Form<NotPaid>,
) -> Result<Response> {
    let claim = once.of(&by, "attempts.end", &(id, &not));
    let ending = match (not.deed, not.reason.or(not.chosen)) {
        (Deed::Withdrawn, _) => Ending::Withdrawn,
        (Deed::Failed, Some(reason)) => Ending::Failed(reason.into()),
        (Deed::Failed, None) => {
            return Err(Error::field(
                "reason",
                "Say why: choose a reason, or type one.",
            ));
        }
    };
    app.write(claim, async |tx: &mut Tx| {
        actions::end(tx, id, ending).await
    })
    .await?;
    let attempt = store::find(app.db(), id).await?.attempt;
    let sentence = "Nothing is waited for there any more.";
    match asker {
        Asker::Machine => Ok(as_json(&attempt).into_response()),
        Asker::Page => Ok(Go::to(asker, url::pending_payments()).into_response()),
        Asker::Fragment if not.desk => redrawn(&app, &by, sentence).await,
        Asker::Fragment => {
            let inside = feed::attempts(&app, attempt.order, true).await?;
            Ok(done(view::attempts_region(&inside), sentence))
        }
    }
}

/// Asks for money that came for no order.
#[handler]
pub async fn ask_loose(_by: Cashier) -> Frag {
    Frag(sheets::loose_money())
}

/// Records money that came for no order.
#[handler]
pub async fn record(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Form(new): Form<LooseMoney>,
) -> Result<Response> {
    let claim = once.of(&by, "payments.record_loose", &new);
    let taken = loose(&new)?;
    let payment = PaymentId::new();
    let written = app
        .write(claim.making(payment), async |tx: &mut Tx| {
            actions::record(tx, &by, payment, &taken, new.payer.as_ref()).await
        })
        .await
        .map_err(at_its_field)?;
    match asker {
        Asker::Machine => {
            let id = match written {
                Written::Done(()) => Some(payment),
                Written::Already(made) => made.map(PaymentId::from),
            };
            Ok(poem::web::Json(json!({ "payment": id })).into_response())
        }
        Asker::Page => Ok(Go::to(asker, url::pending_payments()).into_response()),
        Asker::Fragment => redrawn(&app, &by, "Recorded. It is for no order yet.").await,
    }
}

fn loose(new: &LooseMoney) -> Result<Taken> {
    let amount = new
        .amount
        .ok_or_else(|| Error::field("amount", "Type the amount that the message says."))?;
    let tip = new.tip.unwrap_or(Money::ZERO);
    if !amount.is_positive() {
        return Err(Error::field("amount", TenderRefusal::Zero.to_string()));
    }
    if tip.is_negative() {
        return Err(Error::field("tip", TenderRefusal::Negative.to_string()));
    }
    Ok(Taken {
        method: by_hand(new.method)?,
        amount,
        tip,
        tendered: None,
        change: Money::ZERO,
        reference: Some(new.transaction.clone()),
    })
}

/// Asks which order money goes on: one that owes at least as much.
#[handler]
pub async fn ask_placement(app: App, by: Cashier, Path(id): Path<PaymentId>) -> Result<Frag> {
    let payment = payments::find(app.db(), id).await?;
    let payment = payment.ok_or(Error::NotFound("payment"))?;
    if payment.order.is_some() {
        return Err(TenderRefusal::PlacedAlready.into());
    }
    let mut open = orders::open_orders(app.db()).await?;
    // What is kept back alone is nothing to pay for yet.
    open.retain(|order| order.balance >= payment.amount && order.unsent + order.sent > 0);
    Ok(Frag(sheets::placement(&payment, &open, by.role.refunds())))
}

/// Puts money on an order.
#[handler]
pub async fn place(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<PaymentId>,
    Form(on): Form<Placement>,
) -> Result<Response> {
    let claim = once.of(&by, "payments.place", &(id, &on));
    app.write(claim, async |tx: &mut Tx| {
        money::place(tx, id, on.order).await
    })
    .await?;
    let order = orders::find(app.db(), on.order).await?;
    match asker {
        Asker::Machine => Ok(poem::web::Json(json!({
            "payment": id,
            "orderId": order.id,
            "balance": order.balance(),
        }))
        .into_response()),
        Asker::Page => Ok(Go::to(asker, url::payment_receipt(id)).into_response()),
        Asker::Fragment => redrawn(&app, &by, &format!("It is on {} now.", order.title())).await,
    }
}

/// The desk as it is now, without the dialog, and a word about what was done.
pub(in crate::payments) async fn redrawn(
    app: &App,
    by: &Person,
    sentence: &str,
) -> Result<Response> {
    let desk = feed::load(app, by.role.refunds()).await?;
    Ok(done(view::regions(&desk), sentence))
}

fn done(regions: Markup, sentence: &str) -> Response {
    Frag(html! {
        (dialog::closed())
        (regions)
        hx-partial hx-target="#notice" { (crate::ui::toast(crate::ui::Kind::Ok, sentence)) }
    })
    .into_response()
}

fn as_json(attempt: &Attempt) -> poem::web::Json<serde_json::Value> {
    poem::web::Json(json!({
        "id": attempt.id,
        "orderId": attempt.order,
        "method": attempt.method,
        "amount": attempt.amount,
        "tip": attempt.tip,
        "state": attempt.state.as_str(),
        "payment": attempt.payment,
        "reason": attempt.said,
    }))
}
