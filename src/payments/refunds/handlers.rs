//! The screen that gives money back, and the slip of it.

use poem::{IntoResponse, handler};
use serde_json::json;

use super::actions::{self, GiveBack, What};
use super::refund::{Left, RefundKind, RefundRefusal};
use super::{asked_for, store, through_pesapal, view, waiting};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::orders::{self, Order, Why};
use crate::payments::desk::handlers::redrawn;
use crate::payments::items::Pieces;
use crate::payments::reference::{Reference, ReferenceRefusal};
use crate::payments::{Payment, pesapal, store as payments};
use crate::printers::{self, ForTill, JobKind};
use crate::settings::Settings;
use crate::shifts;
use crate::staff::approval::{self, Agreed, Agreement};
use crate::staff::{Cashier, Refunder, Role, Wish};
use crate::values::{Money, Note, PaymentId, RefundId, Short};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

form! {
    /// What goes back of a payment, why, and who agrees. Without `kind` it is a wrong payment; without an amount all that is
    /// left of it goes back.
    pub struct NewRefund {
        kind: opt RefundKind,
        amount: money Money,
        tip: money Money,
        item: many Pieces,
        reference: opt String,
        /// Money of Pesapal's that is not given back through it.
        another_way: flag bool,
        /// Money that came otherwise, and goes back out of the drawer.
        // As before there was such a way: a command of before an upgrade is the same one after it.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        in_cash: flag bool,
        shown: money Money,
        chosen: opt Short,
        reason: opt Note,
        agreement: part Agreement,
    }
}

form! {
    /// Asking Pesapal how a refund stands. `desk` where somebody asks there.
    pub struct HowItStands { desk: flag bool }
}

struct Known {
    payment: Payment,
    order: Option<Order>,
    left: Left,
}

impl Known {
    /// " of Cash, on Table 7".
    fn of(&self) -> String {
        let method = self.payment.method.label();
        match &self.order {
            Some(order) => format!(" of {method}, on {}", order.title()),
            None => format!(" of {method}"),
        }
    }
}

/// What would go back, the tip with it; refused where it could not.
fn amount_of(known: &Known, what: &What, unit: Money) -> Result<Money> {
    match (what, &known.order) {
        (What::WrongPayment { amount, tip }, _) => {
            let (amount, tip) = known.left.wrong(*amount, *tip)?;
            Ok(amount + tip)
        }
        (What::Goods(_), None) => Err(RefundRefusal::OnNoOrder.into()),
        (What::Goods(pieces), Some(order)) => {
            let price = actions::price_of(order, &known.payment, pieces, unit)?;
            Ok(known.left.goods(price)?)
        }
    }
}

async fn known(app: &App, id: PaymentId) -> Result<Known> {
    let payment = payments::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let order = match payment.order {
        Some(order) => Some(orders::find(app.db(), order).await?),
        None => None,
    };
    let left = Left::of(&payment, &store::of_payment(app.db(), id).await?);
    Ok(Known {
        payment,
        order,
        left,
    })
}

/// The screen that gives money of a payment back; to a script, what would go back for what is chosen so far.
#[handler]
pub async fn ask(
    app: App,
    by: Refunder,
    asker: Asker,
    Path(id): Path<PaymentId>,
    Query(typed): Query<Vec<(String, String)>>,
) -> Result<poem::Response> {
    let known = known(&app, id).await?;
    let settings = app.settings().await?;
    if asker == Asker::Fragment {
        let of = |name: &'static str| typed.iter().filter(move |(field, _)| field == name);
        let text = |name| of(name).next().map_or("", |(_, text)| text.trim());
        let back = match text("kind").parse() {
            Ok(RefundKind::GoodsReturned) => {
                let pieces: Vec<Pieces> = of("item").flat_map(|(_, text)| text.parse()).collect();
                match &known.order {
                    Some(order) if !pieces.is_empty() => {
                        let unit = settings.cash_rounding;
                        actions::price_of(order, &known.payment, &pieces, unit)?
                    }
                    _ => Money::ZERO,
                }
            }
            _ => match text("amount") {
                "" => known.left.amount,
                typed => Money::parse(typed)
                    .map_err(|refusal| Error::field("amount", refusal.to_string()))?,
            },
        };
        return Ok(Frag(view::figure(back)).into_response());
    }
    let shift = shifts::open_of(app.db(), by.id).await?;
    let screen = view::Screen {
        payment: &known.payment,
        order: known.order.as_ref(),
        left: known.left,
        origin: pesapal::is_of_pesapal(app.db(), id).await?,
        asked: asked_for::find(app.db(), id).await?,
        has_float: shift.is_some_and(|shift| shift.has_cash()),
        reasons: &settings.refund_reasons,
        approvers: (!by.role.manages()).then_some(approval::approvers(&app, &by).await?),
        person: &by,
        settings: &settings,
    };
    Ok(Page(view::page(&screen)).into_response())
}

/// Gives money of a payment back.
#[handler]
pub async fn give(
    app: App,
    by: Refunder,
    once: Once,
    asker: Asker,
    Path(id): Path<PaymentId>,
    Form(form): Form<NewRefund>,
) -> Result<poem::Response> {
    let settings = app.settings().await?;
    let reason = Why::said(form.chosen.as_ref(), form.reason.as_ref())?;
    let what = match form.kind.unwrap_or(RefundKind::WrongPayment) {
        RefundKind::WrongPayment => What::WrongPayment {
            amount: form.amount,
            tip: form.tip,
        },
        RefundKind::GoodsReturned if form.item.is_empty() => {
            return Err(Error::field("item", "Choose what came back."));
        }
        RefundKind::GoodsReturned => What::Goods(form.item.clone()),
    };
    // Notes have no transaction id, whatever was typed before.
    let reference = match form.in_cash {
        true => None,
        false => reference_of(form.reference.as_deref())?,
    };
    let claim = once.of(&by, "refunds.give", &(id, &form));
    if !app.already(&claim).await? && !known(&app, id).await?.left.is_something() {
        return Err(RefundRefusal::NothingLeft.into());
    }
    let wish = async || {
        let known = known(&app, id).await?;
        let back = amount_of(&known, &what, settings.cash_rounding)?;
        // What went back of it before counts, as it does when it is done.
        let (payment, limit) = (&known.payment, settings.refund_limit);
        let gone = payment.amount + payment.tip - known.left.amount - known.left.tip;
        let is_beyond = limit.is_positive() && gone + back > limit;
        let wish = Wish {
            summary: format!(
                "{} {}{}{}: {reason}",
                what.deed(),
                back.text_with_code(),
                if form.in_cash { " in cash" } else { "" },
                known.of()
            ),
            order: known.payment.order,
            address: url::payment_refund(id),
            only_admin: false,
        };
        Ok(wish.for_an_admin(is_beyond && by.role != Role::Admin))
    };
    let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, consent) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, consent),
    };
    let origin = match form.another_way || form.in_cash {
        true => None,
        false => pesapal::is_of_pesapal(app.db(), id).await?,
    };
    let asked = GiveBack {
        through_pesapal: origin.is_some(),
        in_cash: form.in_cash,
        what: what.clone(),
        shown: form.shown,
        reference,
        why: Why { consent, reason },
        limit: settings.refund_limit,
        unit: settings.cash_rounding,
    };
    if let Some(origin) = &origin
        && !app.already(&claim).await?
    {
        through_pesapal::ask(&app, &by, origin, &asked).await?;
    }
    let refund = RefundId::new();
    let written = app
        .write(claim.making(refund), async |tx: &mut Tx| {
            actions::refund(tx, &by, refund, id, asked).await?;
            print(tx, refund, &settings).await
        })
        .await;
    if let Err(refusal) = &written
        && let Some(shift) = shifts::open_of(app.db(), by.id).await?
    {
        let back = amount_of(&known(&app, id).await?, &what, settings.cash_rounding).ok();
        let asked = json!({ "amount": back, "payment": id });
        shifts::cash::note_refused(&app, &by, shift.id, asked, refusal).await?;
    }
    let refund = match written? {
        Written::Done(()) => refund,
        Written::Already(made) => made.map_or(refund, RefundId::from),
    };
    if asker == Asker::Machine {
        let given = store::find(app.db(), refund).await?;
        let given = given.ok_or(Error::NotFound("refund"))?;
        return Ok(poem::web::Json(json!({
            "id": given.id,
            "paymentId": given.payment,
            "kind": given.kind.as_str(),
            "amount": given.amount,
            "tip": given.tip,
            "inCash": given.in_cash,
        }))
        .into_response());
    }
    Ok(Go::to(asker, url::refund(refund)).into_response())
}

/// Prints the slip that the guest signs, where the till has a printer.
async fn print(tx: &mut Tx, id: RefundId, settings: &Settings) -> Result<()> {
    if printers::till_paper(&*tx, tx.by().terminal)
        .await?
        .is_none()
    {
        return Ok(());
    }
    let refund = store::find(&*tx, id).await?;
    let refund = refund.ok_or(Error::NotFound("refund"))?;
    let payment = payments::find(&*tx, refund.payment).await?;
    let payment = payment.ok_or(Error::NotFound("payment"))?;
    let order = match payment.order {
        Some(order) => Some(orders::find(&*tx, order).await?),
        None => None,
    };
    let title = order.as_ref().map_or_else(
        || "Refund".to_owned(),
        |order| format!("Refund, {}, order {}", order.title(), order.number),
    );
    let it = ForTill {
        kind: JobKind::Refund,
        title,
        slip: view::slip(&refund, &payment, order.as_ref(), settings),
        subject: Some(id.uuid()),
        order: payment.order,
    };
    printers::queue_for_till(tx, it).await?;
    Ok(())
}

fn reference_of(typed: Option<&str>) -> Result<Option<Reference>> {
    match typed.map(str::trim).unwrap_or_default() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|refusal: ReferenceRefusal| Error::field("reference", refusal.to_string())),
    }
}

/// What to hand over, and the slip of it.
#[handler]
pub async fn show(app: App, by: Refunder, Path(id): Path<RefundId>) -> Result<Page> {
    let refund = store::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("refund"))?;
    let known = known(&app, refund.payment).await?;
    let settings = app.settings().await?;
    let asked = asked_for::find(app.db(), refund.payment).await?;
    let asked = asked.filter(|asked| asked.refund == Some(id));
    Ok(Page(view::slip_page(
        &refund,
        asked.as_ref(),
        &known.payment,
        known.order.as_ref(),
        &by,
        &settings,
    )))
}

/// Asks Pesapal now whether it has given money of a payment back.
#[handler]
pub async fn ask_pesapal(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<PaymentId>,
    Form(at): Form<HowItStands>,
) -> Result<poem::Response> {
    let asked = waiting::ask_now(&app, id).await?;
    // What Pesapal said is in the books by itself; a refused question may be asked again under its key.
    let claim = once.of(&by, "refunds.ask_pesapal", &(id, &at));
    app.write(claim, async |_: &mut Tx| Ok(())).await?;
    match asker {
        Asker::Machine => Ok(poem::web::Json(json!({
            "paymentId": id,
            "state": asked.state.as_str(),
            "tookTooLong": asked.gave_up,
            "amount": asked.amount,
            "refundId": asked.refund,
        }))
        .into_response()),
        Asker::Fragment if at.desk => redrawn(&app, &by, asked.sentence()).await,
        Asker::Fragment => Ok(Frag(view::at_pesapal(&asked)).into_response()),
        Asker::Page => {
            let to = asked.refund.map(url::refund);
            Ok(Go::to(asker, to.unwrap_or(url::payment_refund(id))).into_response())
        }
    }
}
