//! Receipts: for whoever takes payments, on paper, and for guests who have the link.

use poem::{IntoResponse, Request, handler};
use serde_json::json;

use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::payments::payment::Payment;
use crate::payments::receipt::Out;
use crate::payments::sharers::Next;
use crate::payments::to_paper::{self, Receipt};
use crate::payments::{actions, link, receipt, store};
use crate::printing::Mark;
use crate::staff::Cashier;
use crate::ui;
use crate::values::PaymentId;
use crate::web::client::Client;
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

/// The change to give, and the receipt.
#[handler]
pub async fn show_receipt(
    app: App,
    by: Cashier,
    req: &Request,
    Path(id): Path<PaymentId>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Page> {
    let paper = super::paper(&app, req).await?;
    let payment = find(&app, id).await?;
    let of = Receipt::of(app.db(), app.settings().await?, payment).await?;
    let last = store::last_print(app.db(), id).await?;
    let screen = receipt::Screen {
        next: Next::asked(&asked),
        link: paper.link_of(app.db(), id).await?,
        mark: Mark::of_what_is_shown(last),
        at_printer: super::till_paper(&app, by.terminal_id()).await?,
        ..of.screen()
    };
    let drawer = to_paper::drawer_trouble(app.db(), id).await?;
    Ok(Page(receipt::page(&screen, &by, drawer.as_ref())))
}

form! {
    /// Where a receipt is printed: by the browser, where that is said although the till has a printer.
    pub struct Where { here: flag bool }
}

/// How it stands with the drawer after a cash payment, and with it the way to open it.
#[handler]
pub async fn show_drawer(app: App, _by: Cashier, Path(id): Path<PaymentId>) -> Result<Frag> {
    find(&app, id).await?;
    let drawer = to_paper::drawer_trouble(app.db(), id).await?;
    Ok(Frag(receipt::drawer(id, drawer.as_ref())))
}

/// Opens the drawer once more, where it did not open for a cash payment.
#[handler]
pub async fn open_drawer(
    app: App,
    by: Cashier,
    once: Once,
    Path(id): Path<PaymentId>,
) -> Result<Frag> {
    let claim = once
        .of(&by, "payments.open_drawer", &id)
        .holding(store::row(id));
    app.write(claim, async |tx: &mut Tx| {
        to_paper::open_drawer_again(tx, &by, id).await
    })
    .await?;
    let drawer = to_paper::drawer_trouble(app.db(), id).await?;
    Ok(Frag(receipt::drawer(id, drawer.as_ref())))
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
    Form(Where { here }): Form<Where>,
) -> Result<poem::Response> {
    let paper = super::paper(&app, req).await?;
    let payment = find(&app, id).await?;
    let of = Receipt::of(app.db(), app.settings().await?, payment).await?;
    let claim = match here {
        false => once.of(&by, "receipts.print", &id),
        true => once.of(&by, "receipts.print_here", &id),
    };
    let written = app
        .write(claim.holding(store::row(id)), async |tx: &mut Tx| {
            let print = actions::print_receipt(tx, id).await?;
            let sent = !here && to_paper::to_printer(tx, id, &paper, print).await?;
            Ok((print, sent))
        })
        .await?;
    let (printed, sent) = written.done().unzip();
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
                link: paper.link_of(app.db(), id).await?,
                mark: Mark::of_print(last),
                at_printer: super::till_paper(&app, by.terminal_id()).await?,
                ..of.screen()
            };
            let anew = sent.map(|sent| if sent { Out::Printer } else { Out::Browser });
            Ok(Frag(receipt::printed(&screen, anew)).into_response())
        }
    }
}

/// The receipt for whoever has its link, signed in or not. It is drawn for nobody in particular.
#[handler]
pub async fn show_to_guest(app: App, client: Client, Path(token): Path<String>) -> Result<Page> {
    app.guests().admit(&client)?;
    let payment = store::of_link(app.db(), link::digest(&token)).await?;
    let payment = payment.ok_or(Error::NotFound("receipt"))?;
    let of = Receipt::of(app.db(), app.settings().await?, payment).await?;
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
