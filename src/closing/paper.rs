//! Reports on paper: each print is kept, the first is the original and all others say that they are copies.

use maud::{Markup, html};
use poem::{IntoResponse, Response};
use serde_json::json;

use crate::data::Tx;
use crate::printers::{self, ForTill, JobKind};
use crate::printing::{self, Print, Slip, view::Shown};
use crate::ui::{self, icon};
use crate::values::{ShiftId, TokenId};
use crate::web::{Asker, Frag, Go, Result};

/// A report that was frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frozen {
    /// Of a shift.
    Shift(ShiftId),
    /// The Z of this number.
    Z(i32),
}

/// The report on a screen; `printing` sends it to paper as soon as it is drawn.
pub fn shown(slip: &Slip, printing: bool) -> Markup {
    let id = Some("report");
    printing::view::slip(slip, Shown { id, printing })
}

/// A tap notes the print, and the answer opens the print dialog.
pub fn print_form(to: &str, is_copy: bool) -> Markup {
    html! {
        form #print-report method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button" {
            (ui::key_input(&TokenId::new().to_string()))
            button.btn.xl.wide.primary { (icon("print")) @if is_copy { "Print a copy" } @else { "Print report" } }
        }
    }
}

/// Where a report came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    /// Nowhere: it was printed with the same tap before.
    Nowhere,
    /// Of the printer of the till.
    Printer,
    /// Of the browser's.
    Browser,
}

/// Sends a report to the printer of the till where somebody is; answers where it comes out.
pub async fn send(tx: &mut Tx, kind: JobKind, title: String, slip: Slip) -> Result<Out> {
    let it = ForTill {
        kind,
        title,
        slip,
        subject: None,
        order: None,
    };
    Ok(match printers::queue_for_till(tx, it).await? {
        true => Out::Printer,
        false => Out::Browser,
    })
}

/// What whoever printed is answered. A repeated tap does not open the dialog again.
pub fn answer(
    asker: Asker,
    print: Print,
    out: Out,
    (to, page): (&str, String),
    slip: impl FnOnce() -> Slip,
) -> Response {
    match asker {
        Asker::Machine => {
            let told = json!({ "print": print.place, "kind": print.kind().as_str() });
            poem::web::Json(told).into_response()
        }
        Asker::Page => Go::to(asker, page).into_response(),
        Asker::Fragment => Frag(html! {
            (drawn(&slip(), out))
            hx-partial hx-target="#print-report" hx-swap="outerHTML" { (print_form(to, true)) }
        })
        .into_response(),
    }
}

/// What whoever printed a report is answered that has no copies.
pub fn sent(slip: &Slip, out: Out, to: &str) -> Response {
    Frag(html! {
        (drawn(slip, out))
        hx-partial hx-target="#print-report" hx-swap="outerHTML" { (print_form(to, false)) }
    })
    .into_response()
}

fn drawn(slip: &Slip, out: Out) -> Markup {
    html! {
        hx-partial hx-target="#report" hx-swap="outerHTML" { (shown(slip, out == Out::Browser)) }
        @if out == Out::Printer {
            hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, "It comes out of the printer of this till.")) }
        }
    }
}
