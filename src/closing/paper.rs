//! Reports on paper: each print is kept, the first is the original and all others say that they are copies.

use maud::{Markup, html};
use poem::{IntoResponse, Response};
use serde_json::json;

use crate::printing::{self, Print, Slip, view::Shown};
use crate::ui::{self, icon};
use crate::values::{ShiftId, TokenId};
use crate::web::{Asker, Frag, Go};

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

/// What whoever printed is answered. A repeated tap does not open the dialog again.
pub fn answer(
    asker: Asker,
    print: Print,
    anew: bool,
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
            hx-partial hx-target="#report" hx-swap="outerHTML" { (shown(&slip(), anew)) }
            hx-partial hx-target="#print-report" hx-swap="outerHTML" { (print_form(to, true)) }
        })
        .into_response(),
    }
}
