//! What goes to the printer of a till: a receipt with each payment, and what somebody asks for there.

use std::sync::Arc;

use poem::http::StatusCode;
use sea_orm::ConnectionTrait;

use super::content::Content;
use super::payment::{Method, Payment};
use super::sharers::Next;
use super::slip::{self, For};
use super::{actions, receipt, refunds, store};
use crate::data::Tx;
use crate::orders::{self, Order};
use crate::printers::{self, ForTill, JobKind, JobState};
use crate::printing::{Mark, Print};
use crate::settings::Settings;
use crate::shifts::{self, Shift};
use crate::values::{PaymentId, Quantity};
use crate::web::{Error, Result, url};

/// What a receipt needs to know beside what was paid.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The café's name, address, tax number, time zone.
    pub settings: Arc<Settings>,
    /// Under which address guests reach their receipts, where that is known.
    pub at: Option<String>,
}

impl Paper {
    /// Where guests find the receipt of a payment.
    pub async fn link_of(
        &self,
        db: &impl ConnectionTrait,
        payment: PaymentId,
    ) -> Result<Option<String>> {
        let token = store::link_of(db, payment).await?;
        let at = self.at.as_ref().zip(token);
        Ok(at.map(|(at, token)| format!("{at}{}", url::guest_receipt(&token))))
    }
}

/// What a receipt is drawn from.
pub struct Receipt {
    order: Order,
    payment: Payment,
    payments: Vec<Payment>,
    refunds: Vec<refunds::Refund>,
    content: Content,
    items: Vec<(Quantity, String)>,
    settings: Arc<Settings>,
}

impl Receipt {
    /// Reads it.
    ///
    /// # Errors
    /// Where the payment is on no order.
    pub async fn of(
        db: &impl ConnectionTrait,
        settings: Arc<Settings>,
        payment: Payment,
    ) -> Result<Self> {
        let order = payment.order.ok_or_else(|| {
            Error::refused(
                StatusCode::CONFLICT,
                "not_placed",
                "This payment is not on an order yet, so it has no receipt.",
            )
        })?;
        let (order, payments, refunds) = (
            orders::find(db, order).await?,
            store::of_order(db, order).await?,
            refunds::of_order(db, order).await?,
        );
        let kept = store::content_of(db, payment.id).await?;
        let content =
            kept.unwrap_or_else(|| Content::as_of_now(&order, &payment, &payments, &refunds));
        Ok(Receipt {
            items: store::items_of(db, payment.id).await?,
            settings,
            order,
            payment,
            payments,
            refunds,
            content,
        })
    }

    /// As a screen of it begins.
    pub fn screen(&self) -> receipt::Screen<'_> {
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
            at_printer: false,
        }
    }

    fn title(&self, what: &str) -> String {
        let order = &self.order;
        format!("{what}, {}, order {}", order.title(), order.number)
    }
}

/// What is printed with a payment at the till where it is taken: the drawer of the shift that the cash went into opens, and the
/// receipt comes by itself where the till is set up so.
pub async fn with_payment(
    tx: &mut Tx,
    payment: PaymentId,
    paper: &Paper,
    drawer: Option<&Shift>,
) -> Result<()> {
    let Some(till) = printers::till_paper(&*tx, tx.by().terminal).await? else {
        return Ok(());
    };
    if let Some(shift) = drawer {
        let title = "Drawer, for a cash payment".to_owned();
        shifts::open_drawer_of(tx, shift, till, payment.uuid(), title).await?;
    }
    if till.receipts {
        let print = actions::print_receipt(tx, payment).await?;
        to_printer(tx, payment, paper, print).await?;
    }
    Ok(())
}

/// Prints a receipt where the till prints, as the print that was just noted; answers whether the till has a printer.
pub async fn to_printer(
    tx: &mut Tx,
    payment: PaymentId,
    paper: &Paper,
    print: Print,
) -> Result<bool> {
    let payment = store::find(&*tx, payment)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let id = payment.id;
    let of = Receipt::of(&*tx, Arc::clone(&paper.settings), payment).await?;
    let screen = receipt::Screen {
        link: paper.link_of(&*tx, id).await?,
        mark: Mark::of_print(print),
        ..of.screen()
    };
    let what = match Mark::of_print(print) {
        Mark::Original => "Receipt",
        Mark::Copy(_) => "Receipt, copy",
    };
    let it = ForTill {
        kind: JobKind::Receipt,
        title: of.title(what),
        slip: slip::receipt(&screen, For::Paper),
        subject: Some(id.uuid()),
        order: Some(of.order.id),
    };
    printers::queue_for_till(tx, it).await
}

/// Opens the drawer once more for a cash payment for which it did not open.
///
/// # Errors
/// Where it did, where the payment is none in cash, or where the drawer is not that of whoever asks.
pub async fn open_drawer_again(
    tx: &mut Tx,
    by: &crate::staff::Person,
    payment: PaymentId,
) -> Result<()> {
    let payment = store::find(&*tx, payment)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let is_cash = payment.method == Method::Cash;
    let (till, shift) = (
        printers::till_paper(&*tx, tx.by().terminal).await?,
        shifts::open_of(&*tx, by.id).await?,
    );
    let own = shift.filter(|shift| is_cash && payment.shift == Some(shift.id));
    match (till, own) {
        (Some(till), Some(shift)) if shifts::is_drawer_here(tx, &shift, till) => {
            let title = "Drawer, once more for a cash payment".to_owned();
            printers::open_drawer_again(tx, till.printer, payment.id, title).await
        }
        _ => Err(Error::refused(
            StatusCode::CONFLICT,
            "not_your_drawer",
            "This payment is not in the drawer that you hold here.",
        )),
    }
}

/// What is to be said about the drawer after a cash payment: nothing, where it opened or there is none.
pub async fn drawer_trouble(
    db: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Option<DrawerTrouble>> {
    Ok(match printers::last_drawer(db, payment.uuid()).await? {
        Some((JobState::Pending | JobState::Printing, _)) => Some(DrawerTrouble::Underway),
        Some((JobState::Failed | JobState::Cancelled, why)) => {
            Some(DrawerTrouble::Shut(why.unwrap_or_default()))
        }
        Some((JobState::Done, _)) | None => None,
    })
}

/// That the drawer is not open, although cash was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrawerTrouble {
    /// It is about to.
    Underway,
    /// It did not, and why.
    Shut(String),
}
