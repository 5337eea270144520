//! The pay screen, taking a payment, the receipt.

use poem::http::StatusCode;
use poem::{IntoResponse, handler};
use serde::Deserialize;
use serde_json::json;

use super::actions::{self, Part, Take, Tender};
use super::payment::{Choice, Method, Payment};
use super::reference::Reference;
use super::sharers::Sharers;
use super::tender::{CashTender, Charge, TenderRefusal};
use super::{receipt, store, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::orders::{self, Order};
use crate::shifts;
use crate::staff::Cashier;
use crate::values::{Money, OrderId, PaymentId};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

/// How much of the bill is paid now, as the form says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HowMuch {
    /// All that is due.
    Full,
    /// The share of one of several people.
    Even,
    /// The amount that was typed.
    Amount,
}

impl std::str::FromStr for HowMuch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "full" => Ok(HowMuch::Full),
            "even" => Ok(HowMuch::Even),
            "amount" => Ok(HowMuch::Amount),
            _ => Err("Choose the full bill, an even share or an amount."),
        }
    }
}

form! {
    /// A payment: cash where nothing else is said. Without `part`, an amount that is there is paid, and else as much
    /// of the balance as the cash reaches for, or all of it by another method.
    pub struct NewPayment {
        method: opt Choice,
        part: opt HowMuch,
        people: opt Sharers,
        amount: money Money,
        tendered: money Money,
        tip: money Money,
        reference: opt Reference,
        expected: money Money,
    }
}

/// The pay screen.
#[handler]
pub async fn show(
    app: App,
    by: Cashier,
    asker: Asker,
    Path(id): Path<OrderId>,
    Query(typed): Query<Typed>,
) -> Result<poem::Response> {
    let order = orders::find(app.db(), id).await?;
    if asker == Asker::Fragment {
        return Ok(Frag(figures(&order, &typed)?).into_response());
    }
    let (payments, shift, settings) = (
        store::of_order(app.db(), id).await?,
        shifts::open_of(app.db(), by.id).await?,
        app.settings().await?,
    );
    let screen = view::Screen {
        order: &order,
        payments: &payments,
        has_float: shift.is_some_and(|shift| shift.has_cash()),
        payable: actions::payable(&order),
        sharers: typed.people.parse().ok(),
        person: &by,
        cafe: &settings.cafe_name,
        rule: &settings.day_rule(),
    };
    Ok(Page(view::page(&screen)).into_response())
}

/// What was typed on the pay screen so far.
#[derive(Debug, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    part: String,
    #[serde(default)]
    people: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    tip: String,
}

/// The notes and the change for what was typed, before anything is taken.
fn figures(order: &Order, typed: &Typed) -> Result<maud::Markup> {
    let balance = actions::payable(order)?;
    let typed_in = |field: &'static str, text: &str| match text.trim() {
        "" => Ok(None),
        text => Money::parse(text)
            .map(Some)
            .map_err(|refusal| Error::field(field, refusal.to_string())),
    };
    let sharers = match typed.part.as_str() {
        "even" => {
            let sharers = typed.people.parse::<Sharers>();
            Some(sharers.map_err(|refusal| Error::field("people", refusal))?)
        }
        _ => None,
    };
    let amount = match (sharers, typed.part.as_str()) {
        (Some(sharers), _) => sharers.next_share(balance),
        (None, "amount") => match typed_in("amount", &typed.amount)? {
            Some(amount) if amount > balance => {
                let refusal = TenderRefusal::MoreThanDue(balance);
                return Err(Error::field("amount", refusal.to_string()));
            }
            amount => amount.unwrap_or(balance),
        },
        _ => balance,
    };
    let tip = typed_in("tip", &typed.tip)?.unwrap_or(Money::ZERO);
    Ok(view::figures(balance, amount, tip, sharers))
}

/// Takes a payment.
#[handler]
pub async fn take(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
    Form(new): Form<NewPayment>,
) -> Result<poem::Response> {
    let claim = once.of(&by, "payments.take", &(id, &new));
    let Some(method) = new.method.unwrap_or_default().method() else {
        app.write(claim, async |tx: &mut Tx| {
            actions::close_without_payment(tx, &by, id).await
        })
        .await?;
        return after(&app, asker, id, None, None).await;
    };
    let take = wanted(method, &new)?;
    let payment = PaymentId::new();
    let written = app
        .write(claim.making(payment), async |tx: &mut Tx| {
            actions::take(tx, &by, payment, id, take).await
        })
        .await?;
    let taken = match written {
        Written::Done(()) => Some(payment),
        Written::Already(made) => made.map(PaymentId::from),
    };
    let payment = match taken {
        Some(payment) => store::find(app.db(), payment).await?,
        None => None,
    };
    let others = new
        .part
        .filter(|part| *part == HowMuch::Even)
        .and(new.people);
    after(&app, asker, id, payment, others.and_then(Sharers::others)).await
}

fn wanted(method: Method, new: &NewPayment) -> Result<Take> {
    let part = match (new.part, new.people) {
        (Some(HowMuch::Full), _) => Part::Full,
        (Some(HowMuch::Even), Some(sharers)) => Part::Share(sharers),
        (Some(HowMuch::Even), None) => {
            return Err(Error::field("people", "Say how many share the bill."));
        }
        (Some(HowMuch::Amount), _) if new.amount.is_none() => {
            return Err(Error::field("amount", "Type the amount for this payment."));
        }
        (Some(HowMuch::Amount) | None, _) => Part::AsSaid,
    };
    let tip = new.tip.unwrap_or(Money::ZERO);
    let tender = match method {
        Method::Cash => Tender::Cash(CashTender {
            amount: new.amount,
            tendered: new.tendered,
            tip,
        }),
        _ => Tender::Charge(Charge {
            method,
            amount: new.amount,
            tip,
            reference: new.reference.clone(),
        }),
    };
    Ok(Take {
        tender,
        part,
        expected: new.expected,
    })
}

/// What the cashier sees next: the change and the receipt; the floor where there was no money.
async fn after(
    app: &App,
    asker: Asker,
    id: OrderId,
    payment: Option<Payment>,
    others: Option<Sharers>,
) -> Result<poem::Response> {
    if asker == Asker::Machine {
        let order = orders::find(app.db(), id).await?;
        return Ok(as_json(&order, payment.as_ref()).into_response());
    }
    let to = match (payment, others) {
        (Some(payment), Some(others)) => {
            let receipt = url::payment_receipt(payment.id);
            format!("{receipt}?people={}", others.get())
        }
        (Some(payment), None) => url::payment_receipt(payment.id),
        (None, _) => url::floor(),
    };
    Ok(Go::to(asker, to).into_response())
}

fn as_json(order: &Order, payment: Option<&Payment>) -> poem::web::Json<serde_json::Value> {
    poem::web::Json(json!({
        "orderId": order.id,
        "orderNumber": order.reference,
        "total": order.total(),
        "paid": order.paid,
        "balance": order.balance(),
        "status": order.status().as_str(),
        "payment": payment.map(|payment| json!({
            "id": payment.id,
            "method": payment.method,
            "amount": payment.amount,
            "tip": payment.tip,
            "tendered": payment.tendered,
            "change": payment.change,
            "reference": payment.reference,
        })),
    }))
}

/// Who is still to pay their share.
#[derive(Debug, Default, Deserialize)]
pub struct Rest {
    #[serde(default)]
    people: String,
}

/// The change to give, and the receipt.
#[handler]
pub async fn show_receipt(
    app: App,
    by: Cashier,
    Path(id): Path<PaymentId>,
    Query(rest): Query<Rest>,
) -> Result<Page> {
    let payment = store::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let order = payment.order.ok_or_else(|| {
        Error::refused(
            StatusCode::CONFLICT,
            "not_placed",
            "This payment is not on an order yet, so it has no receipt.",
        )
    })?;
    let (order, payments, settings) = (
        orders::find(app.db(), order).await?,
        store::of_order(app.db(), order).await?,
        app.settings().await?,
    );
    Ok(Page(receipt::page(&receipt::Screen {
        order: &order,
        payment: &payment,
        payments: &payments,
        others: rest.people.parse().ok(),
        person: &by,
        settings: &settings,
    })))
}
