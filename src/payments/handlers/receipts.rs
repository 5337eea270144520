//! Receipts: for whoever takes payments, on paper, and for guests who have the link.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::{IntoResponse, Request, handler};
use serde_json::json;

use crate::app::App;
use crate::data::Tx;
use crate::orders::{self, Order};
use crate::payments::content::Content;
use crate::payments::payment::Payment;
use crate::payments::sharers::Next;
use crate::payments::{actions, link, receipt, refunds, store};
use crate::printing::Mark;
use crate::settings::Settings;
use crate::staff::Cashier;
use crate::ui;
use crate::values::{PaymentId, Quantity};
use crate::web::client::{Client, own_address};
use crate::web::{Asker, Error, Frag, Go, Once, Page, Path, Query, Result, url};

/// The change to give, and the receipt.
#[handler]
pub async fn show_receipt(
    app: App,
    by: Cashier,
    req: &Request,
    Path(id): Path<PaymentId>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Page> {
    let of = Receipt::of(&app, find(&app, id).await?).await?;
    let last = store::last_print(app.db(), id).await?;
    let screen = receipt::Screen {
        next: Next::asked(&asked),
        link: link_of(&app, req, id).await?,
        mark: Mark::of_what_is_shown(last),
        ..of.screen()
    };
    Ok(Page(receipt::page(&screen, &by)))
}

/// Notes that a receipt goes to paper, and draws it as it does.
#[handler]
pub async fn print_receipt(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    req: &Request,
    Path(id): Path<PaymentId>,
) -> Result<poem::Response> {
    let of = Receipt::of(&app, find(&app, id).await?).await?;
    let claim = once.of(&by, "receipts.print", &id).holding(store::row(id));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::print_receipt(tx, id).await
        })
        .await?;
    let printed = written.done();
    let last = match printed {
        Some(print) => Some(print),
        None => store::last_print(app.db(), id).await?,
    };
    let last = last.ok_or(Error::NotFound("print"))?;
    match asker {
        Asker::Machine => {
            let told =
                json!({ "paymentId": id, "print": last.place, "kind": last.kind().as_str() });
            Ok(poem::web::Json(told).into_response())
        }
        Asker::Page => Ok(Go::to(asker, url::payment_receipt(id)).into_response()),
        Asker::Fragment => {
            let screen = receipt::Screen {
                link: link_of(&app, req, id).await?,
                mark: Mark::of_print(last),
                ..of.screen()
            };
            Ok(Frag(receipt::printed(&screen, printed.is_some())).into_response())
        }
    }
}

/// The receipt for whoever has its link, signed in or not. It is drawn for nobody in particular.
#[handler]
pub async fn show_to_guest(app: App, client: Client, Path(token): Path<String>) -> Result<Page> {
    app.guests().admit(&client)?;
    let payment = store::of_link(app.db(), link::digest(&token)).await?;
    let payment = payment.ok_or(Error::NotFound("receipt"))?;
    let of = Receipt::of(&app, payment).await?;
    let page = async { receipt::guest_page(&of.screen()) };
    Ok(Page(
        ui::page::drawn_for(ui::page::Reader::default(), page).await,
    ))
}

async fn find(app: &App, id: PaymentId) -> Result<Payment> {
    store::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("payment"))
}

/// Where guests find the receipt, if this program knows under which address it is reached.
async fn link_of(app: &App, req: &Request, id: PaymentId) -> Result<Option<String>> {
    let token = store::link_of(app.db(), id).await?;
    let at = own_address(app, req);
    Ok(at
        .zip(token)
        .map(|(at, token)| at + &url::guest_receipt(&token)))
}

/// What a receipt is drawn from.
struct Receipt {
    order: Order,
    payment: Payment,
    payments: Vec<Payment>,
    refunds: Vec<refunds::Refund>,
    content: Content,
    items: Vec<(Quantity, String)>,
    settings: Arc<Settings>,
}

impl Receipt {
    async fn of(app: &App, payment: Payment) -> Result<Self> {
        let order = payment.order.ok_or_else(|| {
            Error::refused(
                StatusCode::CONFLICT,
                "not_placed",
                "This payment is not on an order yet, so it has no receipt.",
            )
        })?;
        let (order, payments, refunds) = (
            orders::find(app.db(), order).await?,
            store::of_order(app.db(), order).await?,
            refunds::of_order(app.db(), order).await?,
        );
        let kept = store::content_of(app.db(), payment.id).await?;
        let content =
            kept.unwrap_or_else(|| Content::as_of_now(&order, &payment, &payments, &refunds));
        Ok(Receipt {
            items: store::items_of(app.db(), payment.id).await?,
            settings: app.settings().await?,
            order,
            payment,
            payments,
            refunds,
            content,
        })
    }

    fn screen(&self) -> receipt::Screen<'_> {
        receipt::Screen {
            order: &self.order,
            payment: &self.payment,
            payments: &self.payments,
            refunds: &self.refunds,
            content: &self.content,
            items: &self.items,
            next: Next::Rest,
            link: None,
            mark: Mark::Original,
            settings: &self.settings,
        }
    }
}
