//! The pay screen, taking a payment, the receipt.

use poem::http::StatusCode;
use poem::{IntoResponse, handler};
use serde::Deserialize;
use serde_json::json;

use super::actions::{self, TakeCash};
use super::payment::{Choice, Payment};
use super::tender::{CashTender, TenderRefusal};
use super::{receipt, store, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::orders::{self, Order};
use crate::shifts;
use crate::staff::Cashier;
use crate::values::{Money, OrderId, PaymentId};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

/// How much of the bill is paid now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All that is due.
    Full,
    /// The amount that was typed.
    Amount,
}

impl std::str::FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "full" => Ok(Part::Full),
            "amount" => Ok(Part::Amount),
            _ => Err("Choose the full bill or an amount."),
        }
    }
}

form! {
    /// A payment: cash where nothing else is said. Without `part`, an amount that is there is paid, and else as much
    /// of the balance as the cash reaches for.
    pub struct NewPayment {
        method: opt Choice,
        part: opt Part,
        amount: money Money,
        tendered: money Money,
        tip: money Money,
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
    let amount = match (typed.part.as_str(), typed_in("amount", &typed.amount)?) {
        ("amount", Some(amount)) if amount > balance => {
            let refusal = TenderRefusal::MoreThanDue(balance);
            return Err(Error::field("amount", refusal.to_string()));
        }
        ("amount", Some(amount)) => amount,
        _ => balance,
    };
    let tip = typed_in("tip", &typed.tip)?.unwrap_or(Money::ZERO);
    Ok(view::figures(balance, amount, tip))
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
    if new.method == Some(Choice::NothingToPay) {
        app.write(claim, async |tx: &mut Tx| {
            actions::close_without_payment(tx, &by, id).await
        })
        .await?;
        return after(&app, asker, id, None).await;
    }
    let take = cash(&new)?;
    let payment = PaymentId::new();
    let written = app
        .write(claim.making(payment), async |tx: &mut Tx| {
            actions::take_cash(tx, &by, payment, id, take).await
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
    after(&app, asker, id, payment).await
}

fn cash(new: &NewPayment) -> Result<TakeCash> {
    if new.part == Some(Part::Amount) && new.amount.is_none() {
        return Err(Error::field("amount", "Type the amount for this payment."));
    }
    Ok(TakeCash {
        tender: CashTender {
            amount: new.amount.filter(|_| new.part != Some(Part::Full)),
            tendered: new.tendered,
            tip: new.tip.unwrap_or(Money::ZERO),
        },
        in_full: new.part == Some(Part::Full),
        expected: new.expected,
    })
}

/// What the cashier sees next: the change and the receipt; the floor where there was no money.
async fn after(
    app: &App,
    asker: Asker,
    id: OrderId,
    payment: Option<Payment>,
) -> Result<poem::Response> {
    if asker == Asker::Machine {
        let order = orders::find(app.db(), id).await?;
        return Ok(as_json(&order, payment.as_ref()).into_response());
    }
    let to = payment.map_or_else(url::floor, |payment| url::payment_receipt(payment.id));
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
        })),
    }))
}

/// The change to give, and the receipt.
#[handler]
pub async fn show_receipt(app: App, by: Cashier, Path(id): Path<PaymentId>) -> Result<Page> {
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
        person: &by,
        settings: &settings,
    })))
}
