//! What people see of terminals: the list with its forms, and the page that pairs a device.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::device::Terminal;
use super::terminal::{Kind, Listed};
use crate::ui::{self, Field};
use crate::values::{PrinterId, StationId, age_words};
use crate::web::{FieldError, url};

/// What may be chosen for a terminal.
pub struct Choices {
    /// The boards.
    pub boards: Vec<(StationId, String)>,
    /// The printers in use.
    pub printers: Vec<(PrinterId, String)>,
}

/// The list with its button for a new terminal; with an authority of our own, the way to the page that a new device needs
/// first.
pub fn page_content(terminals: &[Listed], now: OffsetDateTime, own_authority: bool) -> Markup {
    html! {
        header {
            h1 { "Terminals" }
            span.push {}
            @if own_authority { a.btn.quiet href=(url::trust()) { (ui::labelled("shield", "Trust on a device")) } }
            button.btn.primary hx-get=(url::new_terminal()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::labelled("plus", "New terminal"))
            }
        }
        (list(terminals, now))
    }
}

fn list(terminals: &[Listed], now: OffsetDateTime) -> Markup {
    html! {
        section.card.flush #terminals {
            @if terminals.is_empty() {
                (ui::empty("tablet", "No terminals yet", "Add one for each tablet and each display on a wall.", html! {}))
            } @else {
                table.table {
                    caption.vh { "Terminals" }
                    thead { tr {
                        th { "Name" } th { "Used as" } th { "Board" } th { "Drawer" } th { "Prints at" } th.num { "Locks after" } th { "State" }
                        th { span.vh { "Edit" } }
                    } }
                    tbody { @for one in terminals { (row(one, now)) } }
                }
            }
        }
    }
}

fn row(one: &Listed, now: OffsetDateTime) -> Markup {
    html! {
        tr id={ "terminal-" (one.id) } {
            td { b { (one.name) } @if !one.location.is_empty() { " · " (one.location) } }
            td { (one.kind.label()) }
            td { @if let Some((_, board)) = &one.station { (board) } @else { "–" } }
            td { @if one.has_drawer { "Yes" } @else { "–" } }
            td { @if let Some(printer) = &one.printer { (printer) } @else { "–" } }
            td.num { @if one.kind == Kind::Till { (one.idle_seconds) " s" } @else { "–" } }
            td { span.row.wrap { (state(one, now)) } }
            td.num {
                button.btn.quiet hx-get=(url::terminal(one.id)) hx-target="#sheet" hx-swap="innerHTML"
                    aria-label={ "Edit " (one.name) } { (ui::labelled("edit", "Edit")) }
            }
        }
    }
}

fn state(one: &Listed, now: OffsetDateTime) -> Markup {
    html! {
        @if one.paired_at.is_some() {
            (ui::badge_of(ui::Kind::Ok, false, "Paired"))
            @if let Some(seen) = one.last_seen_at { small { "seen " (age_words((now - seen).whole_seconds())) " ago" } }
        } @else {
            (ui::badge_of(ui::Kind::Warn, false, "Not paired"))
        }
        @if one.code_until.is_some() { (ui::badge_of(ui::Kind::Info, false, "Code waits")) }
    }
}

/// The list redrawn beside whatever else is answered.
pub fn redrawn(terminals: &[Listed], now: OffsetDateTime) -> Markup {
    html! { hx-partial hx-target="#terminals" hx-swap="outerHTML" { (list(terminals, now)) } }
}

/// A word about what was done.
pub fn said(sentence: &str) -> Markup {
    html! { hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, sentence)) } }
}

/// The form for a new terminal.
pub fn new_dialog(choices: &Choices, key: &str) -> Markup {
    ui::dialog(
        ui::Shape::Sheet,
        "New terminal",
        html! {
            form hx-post=(url::terminals()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::key_input(key))
                div.body.stack { (fields(None, choices)) }
                footer { button.btn.lg.primary hx-disable="this" { "Add terminal" } }
            }
        },
    )
}

/// The form for one terminal, with its pairing. `keys` are one for each form.
pub fn edit_dialog(terminal: &Terminal, choices: &Choices, keys: &[String; 3]) -> Markup {
    let [edit, code, revoke] = keys;
    ui::dialog(
        ui::Shape::Sheet,
        &terminal.name,
        html! {
            div.body.stack {
                form.stack #edit-terminal hx-put=(url::terminal(terminal.id)) hx-target="#sheet" hx-swap="innerHTML" {
                    (ui::key_input(edit))
                    (fields(Some(terminal), choices))
                }
                div.row.wrap {
                    form hx-post=(url::terminal_code(terminal.id)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(code))
                        button.btn hx-disable="this" { (ui::labelled("link", "Pair a device")) }
                    }
                    form hx-delete=(url::terminal_pairing(terminal.id)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(revoke))
                        button.btn.danger hx-disable="this" { (ui::labelled("out", "Unpair")) }
                    }
                }
            }
            footer { button.btn.lg.primary form="edit-terminal" hx-disable="this" { "Save" } }
        },
    )
}

fn fields(it: Option<&Terminal>, choices: &Choices) -> Markup {
    let idle = it.map_or(120, |it| it.idle_seconds).to_string();
    let of = it.map_or(Kind::Till.as_str(), |it| it.kind.as_str());
    html! {
        (Field::new("Name", "name").value(it.map_or("", |it| &it.name)).max(60).required().hint("Such as Counter tablet 2."))
        (Field::new("Where it stands", "location").value(it.map_or("", |it| &it.location)).max(60))
        (ui::around("Used as", "kind", None, None, html! {
            select name="kind" id="kind" aria-describedby="err-kind" {
                @for kind in Kind::ALL { option value=(kind.as_str()) selected[kind.as_str() == of] { (kind.label()) } }
            }
        }))
        (ui::around("Board", "station", None, Some("What a display shows. At a till: the board that whoever sells there works, too."), html! {
            select name="station" id="station" aria-describedby="err-station" {
                option value="" { "None" }
                @for (id, name) in &choices.boards {
                    option value=(id) selected[it.and_then(|it| it.station) == Some(*id)] { (name) }
                }
            }
        }))
        label.switch {
            input type="checkbox" role="switch" name="has_drawer" value="true" checked[it.is_some_and(|it| it.has_drawer)];
            " A cash drawer hangs on it"
        }
        (ui::error_place("has_drawer", None))
        (ui::around("Prints at", "printer", None, Some("Receipts, bills and reports. Its drawer hangs on that printer."), html! {
            select name="printer" id="printer" aria-describedby="err-printer" {
                option value="" { "The printer of the browser" }
                @for (id, name) in &choices.printers {
                    option value=(id) selected[it.and_then(|it| it.printer) == Some(*id)] { (name) }
                }
            }
        }))
        label.switch {
            input type="checkbox" role="switch" name="prints_receipts" value="true" checked[it.is_none_or(|it| it.prints_receipts)];
            " A receipt with each payment"
        }
        (Field::new("Back to the tiles after seconds without a touch", "idle_seconds").kind("number").value(&idle).required())
        label.switch {
            input type="checkbox" role="switch" name="locks_after_send" value="true" checked[it.is_some_and(|it| it.locks_after_send)];
            " Back to the tiles after each send"
        }
    }
}

/// A pairing code, shown this once. `None`: the request was a repetition.
pub fn code_dialog(terminal: &Terminal, code: Option<&str>, key: &str) -> Markup {
    ui::dialog(
        ui::Shape::Sheet,
        &format!("Pair {}", terminal.name),
        html! {
            div.body.stack {
                @if let Some(code) = code {
                    p { "On the device open " b { (url::pair()) } " and type this code. It is good for 15 minutes and shown only once." }
                    p.code #pairing-code { (code) }
                    (waiting(terminal.id))
                } @else {
                    (ui::banner(ui::Kind::Warn, true, html! { "This code was shown already. Make another." }))
                    form hx-post=(url::terminal_code(terminal.id)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(key))
                        button.btn hx-disable="this" { (ui::labelled("link", "Make another code")) }
                    }
                }
            }
            footer { button.btn.lg.primary type="button" data-close { "Done" } }
        },
    )
}

fn waiting(id: crate::values::TerminalId) -> Markup {
    html! {
        p #code-state role="status" hx-get=(url::terminal_code(id)) hx-trigger="every 3s" hx-target="this" hx-swap="outerHTML" {
            "Waiting for the device …"
        }
    }
}

/// Whether the code was typed: asked every few seconds while it is shown.
pub fn code_state(one: &Listed) -> Markup {
    match (one.code_until, one.paired_at) {
        (Some(_), _) => waiting(one.id),
        (None, Some(_)) => {
            html! { p #code-state role="status" { (ui::badge_of(ui::Kind::Ok, false, "Paired")) } }
        }
        (None, None) => {
            html! { p #code-state role="status" { (ui::badge_of(ui::Kind::Warn, false, "This code is no longer good.")) } }
        }
    }
}

/// The page on the device. `code` is what was typed and `faults` why it was refused, where no script said so; `key`
/// makes a nervous second tap repeat the first.
pub fn pair(
    cafe: &str,
    terminal: Option<&Terminal>,
    code: &str,
    faults: &[FieldError],
    key: &str,
) -> Markup {
    let content = html! {
        main {
            header.row { (ui::mark()) div { h1 { (cafe) } small { "Make this device a terminal" } } }
            section.card {
                form.stack method="post" action=(url::pair()) hx-post=(url::pair()) hx-swap="none" {
                    (ui::key_input(key))
                    @if let Some(terminal) = terminal {
                        (ui::banner(ui::Kind::Info, true, html! { "This device is " b { (terminal.name) } ". Another code makes it another terminal." }))
                    }
                    (Field::new("Pairing code", "code").value(code).max(20).required().error(FieldError::of(faults, "code"))
                        .hint("An admin finds it under Terminals: Edit, Pair a device."))
                    button.btn.lg.primary.wide hx-disable="this" { "Pair" }
                }
            }
            p { a.btn.quiet href=(url::sign_in()) { (ui::labelled("left", "Sign in")) } }
        }
    };
    ui::page(ui::Page::new(ui::BodyKind::Plain, "Pairing", cafe), content)
}
