//! Keypads for money and PINs, and the table in which a drawer is counted.

use maud::{Markup, html};

use super::controls::icon;

/// Digits in a till's order (7-8-9 on top) that write into the input with the id `target`.
pub fn money_keypad(target: &str) -> Markup {
    html! {
        div.keypad role="group" aria-label="Keypad" data-keypad="money" data-for=(target) {
            @for digits in ["7", "8", "9", "4", "5", "6", "1", "2", "3", "000", "0"] { (digit(digits)) }
            button.btn.quiet type="button" data-delete aria-label="Delete last digit" { (icon("del")) }
        }
    }
}

/// A PIN in a phone's order: dots for what was typed, the digits, Clear and delete. The form's own button
/// confirms, because a PIN has 4 to 6 digits: sending at the fourth would turn longer PINs into failures, and
/// sending at the right one would tell how long it is. For the same reason no dots stand for what is missing
/// beyond the fourth.
pub fn pin_keypad(name: &str) -> Markup {
    pin_pad(name, true)
}

/// The same, where another field of the form will do as well: it may stay empty.
pub fn pin_keypad_or_other(name: &str) -> Markup {
    pin_pad(name, false)
}

fn pin_pad(name: &str, required: bool) -> Markup {
    html! {
        div.pin-pad data-keypad="pin" {
            div.dots role="img" aria-label="No digit entered" { i {} i {} i {} i {} }
            input.vh type="password" name=(name) inputmode="none" autocomplete="off" pattern="[0-9]{4,6}" minlength="4"
                maxlength="6" required[required] aria-label="PIN" aria-describedby={ "err-" (name) };
            small.err id={ "err-" (name) } {}
            div.keypad role="group" aria-label="PIN keypad" {
                @for digits in ["1", "2", "3", "4", "5", "6", "7", "8", "9"] { (digit(digits)) }
                button.btn.quiet type="button" data-clear { "Clear" }
                (digit("0"))
                button.btn.quiet type="button" data-delete aria-label="Delete last digit" { (icon("del")) }
            }
        }
    }
}

fn digit(digits: &str) -> Markup {
    html! { button.btn type="button" data-digit=(digits) { (digits) } }
}

/// One kind of note or coin in a count.
#[derive(Clone, Copy, Debug)]
pub struct Denomination<'a> {
    /// Worth in minor units.
    pub value: i64,
    /// The worth as people read it: "50,000".
    pub label: &'a str,
    /// How many were counted, as typed.
    pub count: &'a str,
    /// Why that cannot be a count.
    pub error: Option<&'a str>,
}

/// A table that asks how many there are of each; its inputs are named `count_<value>`. `what` is "Notes" or "Coins".
/// `locked` shows a count that can no longer be changed.
pub fn denominations(what: &str, rows: &[Denomination<'_>], locked: bool) -> Markup {
    html! {
        table.table.denoms data-denominations {
            caption.vh { (what) }
            thead { tr { th colspan="2" { (what) } th { "Count" } th.num { "Amount" } } }
            tbody {
                @for row in rows { (denomination(row, locked)) }
            }
        }
    }
}

fn denomination(row: &Denomination<'_>, locked: bool) -> Markup {
    let name = format!("count_{}", row.value);
    html! {
        tr {
            td.num { (row.label) }
            td.x aria-hidden="true" { "×" }
            td {
                input name=(name) value=(row.count) inputmode="numeric" autocomplete="off" maxlength="5" readonly[locked]
                    data-value=(row.value) aria-label={ "Count of " (row.label) }
                    aria-invalid=[row.error.map(|_| "true")] aria-describedby={ "err-" (name) };
                (super::controls::error_place(&name, row.error))
            }
            td.num data-out="amount" {}
        }
    }
}
