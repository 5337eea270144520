//! The pay screen, taking a payment, the receipt.

mod part;
mod receipts;

use poem::{IntoResponse, Request, handler};
use serde_json::json;
use time::Duration;

use super::actions::{self, Take, Tender};
use super::items::{self, Chosen, PaidFor};
use super::payment::{Choice, Method, Payment};
use super::reference::{Reference, ReferenceRefusal};
use super::sharers::{Next, Sharers};
use super::tender::{CashTender, Charge, TenderRefusal, meant_in_cash};
use super::to_paper::Paper;
use super::{bill, desk, pesapal, refunds, store, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::orders::{self, Order};
use crate::printers;
use crate::shifts;
use crate::staff::{Cashier, OrderTaker};
use crate::values::{Money, OrderId, PaymentId, TerminalId};
use crate::web::client::own_address;
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

pub use part::{HowMuch, PartOfBill};
pub use receipts::*;

form! {
    /// A payment: cash where nothing else is said. Without `part`, an amount that is there is paid, and else as much
    /// of the balance as the cash reaches for, or all of it by another method.
    pub struct NewPayment {
        method: opt Choice,
        // As before they stood in a part of their own: a command of before an upgrade is the same one after it.
        #[serde(flatten)]
        of_bill: part PartOfBill,
        tendered: money Money,
        tip: money Money,
        reference: opt String,
        payer: opt String,
        expected: money Money,
        shown: money Money,
    }
}

/// The pay screen.
#[handler]
pub async fn show(
    app: App,
    by: Cashier,
    asker: Asker,
    Path(id): Path<OrderId>,
    Query(typed): Query<Vec<(String, String)>>,
) -> Result<poem::Response> {
    let typed = Typed(typed);
    let order = orders::find(app.db(), id).await?;
    let paid = store::paid_for(app.db(), id).await?;
    if asker == Asker::Fragment {
        let unit = app.settings().await?.cash_rounding;
        return Ok(Frag(figures(&order, &paid, &typed, unit)?).into_response());
    }
    let (payments, refunds, asked, shift, settings) = (
        store::of_order(app.db(), id).await?,
        refunds::of_order(app.db(), id).await?,
        pesapal::open_of_order(app.db(), id).await?,
        shifts::open_of(app.db(), by.id).await?,
        app.settings().await?,
    );
    let screen = view::Screen {
        order: &order,
        payments: &payments,
        refunds: &refunds,
        unit: settings.cash_rounding,
        asked: &asked,
        by_link: app.pesapal().is_configured(),
        has_float: shift.is_some_and(|shift| shift.has_cash()),
        payable: actions::payable(&order),
        sharers: typed.one("people").parse().ok(),
        open: items::open_lines(&order, &paid),
        paid: &paid,
        by_item: typed.one("part") == "item",
        waited_for: desk::feed::attempts(&app, id, true).await?,
        person: &by,
        cafe: &settings.cafe_name,
        rule: &settings.day_rule(),
    };
    Ok(Page(view::page(&screen)).into_response())
}

/// What was typed on the pay screen so far, field by field: several have one name where several items are chosen.
struct Typed(Vec<(String, String)>);

impl Typed {
    /// The field of this name, empty where it is not there.
    fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(field, _)| field == name);
        named.map(|(_, text)| text.trim())
    }

    fn money(&self, name: &'static str) -> Result<Option<Money>> {
        match self.one(name) {
            "" => Ok(None),
            text => Money::parse(text)
                .map(Some)
                .map_err(|refusal| Error::field(name, refusal.to_string())),
        }
    }

    /// What cannot be read is left out here: the payment itself says so.
    fn chosen(&self) -> Chosen {
        Chosen {
            pieces: self.all("item").flat_map(str::parse).collect(),
            seats: self.all("seat").flat_map(str::parse).collect(),
        }
    }
}

/// The notes and the change for what was typed, before anything is taken.
fn figures(order: &Order, paid: &PaidFor, typed: &Typed, unit: Money) -> Result<maud::Markup> {
    let balance = actions::payable(order)?;
    let mut sharers = None;
    let amount = match typed.one("part") {
        "even" => {
            let people = typed.one("people").parse::<Sharers>();
            let people = people.map_err(|refusal| Error::field("people", refusal))?;
            sharers = Some(people);
            people.next_share(balance)
        }
        "item" => match items::amount_of(&items::open_lines(order, paid), &typed.chosen(), balance)
        {
            Ok((amount, _)) => amount,
            Err(TenderRefusal::NoItems) => Money::ZERO,
            Err(refusal) => return Err(Error::field("item", refusal.to_string())),
        },
        "amount" => {
            let method = typed.one("method").parse().ok().and_then(Choice::method);
            let in_cash = matches!(method, None | Some(Method::Cash));
            match typed.money("amount")? {
                Some(amount) if in_cash && meant_in_cash(amount, balance, unit) == balance => {
                    balance
                }
                Some(amount) if amount > balance => {
                    let refusal = match in_cash {
                        true => TenderRefusal::MoreThanDue(balance),
                        false => TenderRefusal::MoreThanCharged(balance),
                    };
                    return Err(Error::field("amount", refusal.to_string()));
                }
                amount => amount.unwrap_or(balance),
            }
        }
        _ => balance,
    };
    let tip = typed.money("tip")?.unwrap_or(Money::ZERO);
    let figures = view::Figures {
        balance,
        amount,
        tip,
        unit,
    };
    Ok(view::figures(figures, sharers))
}

/// Takes a payment, or asks a guest for one through Pesapal.
#[handler]
pub async fn take(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    req: &Request,
    Path(id): Path<OrderId>,
    Form(new): Form<NewPayment>,
) -> Result<poem::Response> {
    let claim = once.of(&by, "payments.take", &(id, &new));
    let Some(method) = new.method.unwrap_or_default().method() else {
        app.write(claim, async |tx: &mut Tx| {
            actions::close_without_payment(tx, &by, id).await
        })
        .await?;
        return after(&app, asker, id, None, Next::Rest).await;
    };
    let unit = app.settings().await?.cash_rounding;
    let take = wanted(method, &new, unit)?;
    if method == Method::Pesapal {
        let wanted = pesapal::handlers::Wanted {
            order: id,
            take,
            payer: payer_of(&new)?,
            base: pesapal::handlers::base(&app, req),
        };
        return pesapal::handlers::start(&app, &by, claim, asker, wanted).await;
    }
    let payment = PaymentId::new();
    let paper = paper(&app, req).await?;
    let written = app
        .write(claim.making(payment), async |tx: &mut Tx| {
            actions::take(tx, &by, payment, id, take, &paper).await
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
    let next = match (
        new.of_bill.part,
        new.of_bill.people.and_then(Sharers::others),
    ) {
        (Some(HowMuch::Even), Some(others)) => Next::Shares(others),
        (Some(HowMuch::Item), _) => Next::Items,
        _ => Next::Rest,
    };
    after(&app, asker, id, payment, next).await
}

/// What paper needs to know of this request.
async fn paper(app: &App, req: &Request) -> Result<Paper> {
    Ok(Paper {
        settings: app.settings().await?,
        at: own_address(app, req),
    })
}

fn wanted(method: Method, new: &NewPayment, unit: Money) -> Result<Take> {
    let part = new.of_bill.part()?;
    let tip = new.tip.unwrap_or(Money::ZERO);
    let tender = match method {
        Method::Cash => Tender::Cash(CashTender {
            amount: new.of_bill.amount,
            tendered: new.tendered,
            tip,
        }),
        _ => Tender::Charge(Charge {
            method,
            amount: new.of_bill.amount,
            tip,
            reference: match method {
                Method::Pesapal => None,
                _ => reference_of(new)?,
            },
        }),
    };
    Ok(Take {
        tender,
        part,
        expected: new.expected,
        shown: new.shown,
        unit,
    })
}

/// Who pays through Pesapal, where they want its receipt; what a guest who sends mobile money is called is no concern of it.
fn payer_of(new: &NewPayment) -> Result<Option<pesapal::Payer>> {
    match new.payer.as_deref().map(str::trim).unwrap_or_default() {
        "" => Ok(None),
        typed => typed
            .parse()
            .map(Some)
            .map_err(|refusal: &'static str| Error::field("payer", refusal)),
    }
}

/// What is left in a field that another method needs is nobody's concern when the money is cash: it is read here.
fn reference_of(new: &NewPayment) -> Result<Option<Reference>> {
    let typed = new.reference.as_deref().map(str::trim).unwrap_or_default();
    if typed.is_empty() {
        return Ok(None);
    }
    typed
        .parse()
        .map(Some)
        .map_err(|refusal: ReferenceRefusal| Error::field("reference", refusal.to_string()))
}

/// What the cashier sees next: the change and the receipt; the floor where there was no money.
async fn after(
    app: &App,
    asker: Asker,
    id: OrderId,
    payment: Option<Payment>,
    next: Next,
) -> Result<poem::Response> {
    if asker == Asker::Machine {
        let order = orders::find(app.db(), id).await?;
        return Ok(as_json(&order, payment.as_ref()).into_response());
    }
    let to = match payment {
        Some(payment) => format!("{}{}", url::payment_receipt(payment.id), next.query()),
        None => url::floor(),
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
            "verified": payment.method.is_mobile_money().then_some(payment.verified),
        })),
    }))
}

/// How a bill is looked at.
#[derive(serde::Deserialize)]
struct Looked {
    /// Straight after it was made: it goes to paper.
    #[serde(default)]
    printing: bool,
}

/// Whether a till has a printer of its own.
async fn till_paper(app: &App, till: Option<TerminalId>) -> Result<bool> {
    Ok(printers::till_paper(app.db(), till).await?.is_some())
}

/// So long a bill that was just made goes to paper by itself; a page that is opened again later only shows it.
const JUST_MADE: Duration = Duration::seconds(30);

/// The bill that the guests have, or what it would say.
#[handler]
pub async fn show_bill(
    app: App,
    by: OrderTaker,
    Path(id): Path<OrderId>,
    Query(Looked { printing }): Query<Looked>,
) -> Result<Page> {
    let (order, last, settings) = (
        orders::find(app.db(), id).await?,
        store::last_bill(app.db(), id).await?,
        app.settings().await?,
    );
    let since = app.clock().now() - JUST_MADE;
    let is_fresh = order.bill_printed_at.is_some_and(|at| at > since);
    Ok(Page(bill::page(&bill::Screen {
        order: &order,
        last: last.as_ref(),
        printing: printing && is_fresh,
        at_printer: till_paper(&app, by.terminal_id()).await?,
        person: &by,
        settings: &settings,
    })))
}

/// Notes that the guests are handed a bill, and leads to it.
#[handler]
pub async fn print_bill(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<OrderId>,
) -> Result<poem::Response> {
    let claim = once.of(&by, "bills.print", &id).holding(orders::row(id));
    let settings = app.settings().await?;
    app.write(claim, async |tx: &mut Tx| {
        actions::print_bill(tx, id, &settings).await
    })
    .await?;
    if asker == Asker::Machine {
        let bill = store::last_bill(app.db(), id).await?;
        let bill = bill.ok_or(Error::NotFound("bill"))?;
        let told = json!({ "orderId": id, "bill": bill.place, "kind": bill.kind.as_str() });
        return Ok(poem::web::Json(told).into_response());
    }
    // Where the till has a printer it is there already, and the browser's has nothing to do.
    let at_printer = till_paper(&app, by.terminal_id()).await?;
    let to = match at_printer {
        true => url::order_bill(id),
        false => format!("{}?printing=true", url::order_bill(id)),
    };
    Ok(Go::to(asker, to).into_response())
}
