//! The part of a dialog in which a manager consents.

use maud::{Markup, html};

use crate::staff::approval::Approver;
use crate::ui::{self, icon, keypad::pin_keypad_or_other};
use crate::values::ApprovalId;

/// Who approves: the fields of an [`crate::staff::approval::Agreement`], a part of the form that is sent to `address`. A tap
/// asks on the managers' own screens; or one of them enters a PIN or a password here. Away from a paired terminal only a
/// password counts, and so only that is asked.
pub fn approval_fields(approvers: &[Approver], on_terminal: bool, address: &str) -> Markup {
    html! { div #approval.stack { (ways(approvers, on_terminal, address)) } }
}

/// Both ways to an agreement.
pub(in crate::staff) fn ways(approvers: &[Approver], on_terminal: bool, address: &str) -> Markup {
    if approvers.is_empty() {
        return ui::notice::banner(
            ui::Kind::Warn,
            true,
            html! { "Nobody can approve this: no other manager or admin has chosen a password yet." },
        );
    }
    // Its id is the request's: whoever taps twice asks once.
    let ask = serde_json::json!({ "ask": ApprovalId::new() }).to_string();
    html! {
        // No submit button: Enter in a field of the form means the deed itself.
        button.btn.lg.wide type="button" hx-post=(address) hx-vals=(ask) hx-swap="none" hx-disable="this" {
            (icon("tablet")) "Ask on a manager's screen"
        }
        (here(approvers, on_terminal))
    }
}

/// A secret on this device.
pub(in crate::staff) fn here(approvers: &[Approver], on_terminal: bool) -> Markup {
    html! {
        (ui::around("Who approves here", "approver", None, None, html! {
            select name="approver" id="approver" aria-describedby="err-approver" {
                option value="" { "Choose" }
                @for one in approvers {
                    option value=(one.id) {
                        (one.name) " · " (one.role.label()) @if one.on_shift { " · on shift" }
                    }
                }
            }
        }))
        (secret_fields("secret", "password", on_terminal))
    }
}

/// Somebody's own PIN, where that counts, or password.
pub fn secret_fields(pin: &'static str, password: &'static str, on_terminal: bool) -> Markup {
    let field = ui::Field::new("Their password", password)
        .kind("password")
        .max(200);
    html! {
        @if on_terminal {
            (pin_keypad_or_other(pin))
            details.stack {
                summary { "Use a password instead" }
                (field)
            }
        } @else {
            (field)
            (ui::error_place(pin, None))
        }
    }
}
