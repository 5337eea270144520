//! The dialogs for what becomes of an order after something was sent. Each is drawn for one person, carries a key of its own,
//! and is never redrawn by a feed.

use maud::{Markup, html};

use super::line::{Line, LineState};
use super::order::{Order, Place};
use super::sheets::fresh_key;
use super::store::OpenOrder;
use crate::floor::Area;
use crate::kitchen::Station;
use crate::menu::TaxClass;
use crate::staff::{Approver, Colleague, approval_fields};
use crate::ui::{self, Shape, icon};
use crate::values::{Currency, OrderId};
use crate::web::url;

/// What stands in the place of a table for guests who take it away.
pub const TAKEAWAY: &str = "takeaway";

/// Who may agree, on which device.
pub struct Agree {
    /// Managers and admins but oneself.
    pub approvers: Vec<Approver>,
    /// Whether this is a paired terminal, where a PIN counts.
    pub on_terminal: bool,
    /// Whether somebody has to.
    pub needed: bool,
}

impl Agree {
    /// The part of the form that is sent to `address`.
    pub(super) fn fields(&self, address: &str) -> Markup {
        html! {
            @if self.needed {
                fieldset.stack { legend.eyebrow { "A manager agrees" } (approval_fields(&self.approvers, self.on_terminal, address)) }
            }
        }
    }
}

/// Strikes a line out.
pub fn void(order: OrderId, line: &Line, reasons: &[String], agree: &Agree) -> Markup {
    let made = matches!(line.state, LineState::Ready | LineState::Served);
    let address = url::order_line_void(order, line.id);
    let body = html! {
        @if made {
            (ui::banner(ui::Kind::Info, false, html! { b { "It was made already." } " To give it free and keep it in the figures of what was made, use Comp." }))
        } @else {
            p.dim { "The " (line.station_name.to_lowercase()) " sees it struck out and says that it knows." }
        }
        (pieces(line))
        (ui::reasons(reasons))
        (agree.fields(&address))
    };
    dialog(
        &format!("Void {}", line.name),
        &address,
        body,
        html! { button.btn.lg.danger { (icon("cancelled")) "Void" } },
    )
}

/// Gives a line free.
pub fn comp(order: OrderId, line: &Line, reasons: &[String], agree: &Agree) -> Markup {
    let address = url::order_line_comp(order, line.id);
    let body = html! {
        p.dim { "The guest does not pay for it. It stays on the order and with the kitchen." }
        (pieces(line))
        (ui::reasons(reasons))
        (agree.fields(&address))
    };
    dialog(
        &format!("Comp {}", line.name),
        &address,
        body,
        html! { button.btn.lg.primary { (icon("tip")) "Give free" } },
    )
}

fn pieces(line: &Line) -> Markup {
    let most = u32::from(line.quantity.get().unsigned_abs());
    html! {
        @if most > 1 {
            div.row { b { "How many of " (most) } span.push {} (ui::stepper(&format!("How many of {}", line.name), "quantity", most, 1, most)) }
            (ui::error_place("quantity", None))
        }
    }
}

/// Calls an order off.
pub fn cancel(order: &Order, reasons: &[String], agree: &Agree) -> Markup {
    let sent = order.sent().count();
    let address = url::order_cancellation(order.id);
    let body = html! {
        @if order.paid.is_positive() {
            (ui::banner(ui::Kind::Warn, false, html! { b { "Money was taken on this order." } " Give it back first." }))
        } @else if sent > 0 {
            p { "Everything that was sent is struck out (" (sent) @if sent == 1 { " line" } @else { " lines" } "), and the kitchen says that it knows." }
            (ui::reasons(reasons))
            (agree.fields(&address))
        } @else {
            p { "Nothing of it was sent." }
        }
    };
    let deed = html! { @if !order.paid.is_positive() { button.btn.lg.danger { (icon("trash")) "Cancel this order" } } };
    dialog(&format!("Cancel {}", order.title()), &address, body, deed)
}

/// Something that is not on the menu.
pub fn open_item(order: &Order, stations: &[Station], taxes: &[TaxClass], agree: &Agree) -> Markup {
    let currency = Currency::venue();
    let address = url::order_open_items(order.id);
    let body = html! {
        (ui::Field::new("What", "name").max(60).required())
        (ui::controls::money_field(currency.code(), "Price of one", "price", "", None, None))
        div.row { b { "How many" } span.push {} (ui::stepper("How many", "quantity", 1, 1, 99)) }
        (ui::around("Made at", "station", None, None, html! {
            select name="station" id="station" aria-describedby="err-station" {
                @for station in stations { option value=(station.id) { (station.name) } }
            }
        }))
        @if taxes.len() > 1 {
            (ui::around("Tax", "tax", None, None, html! {
                select name="tax" id="tax" aria-describedby="err-tax" {
                    @for tax in taxes { option value=(tax.id) { (tax.name) } }
                }
            }))
        }
        (ui::controls::note_field("Note for the kitchen or bar", "note", "", 200, None))
        (agree.fields(&address))
    };
    dialog(
        "Open item",
        &address,
        body,
        html! { button.btn.lg.primary { (icon("plus")) "Add" } },
    )
}

/// Another table, or away with it.
pub fn place(order: &Order, areas: &[Area], open: &[OpenOrder]) -> Markup {
    let here = match &order.place {
        Place::Table { id, .. } => Some(*id),
        Place::Takeaway { .. } => None,
    };
    let taken = |table| open.iter().any(|other| other.table == Some(table));
    let body = html! {
        @for area in areas {
            fieldset.group {
                legend { (area.name) }
                div.chips {
                    @for table in &area.tables {
                        @if Some(table.id) != here {
                            label.chip { input type="radio" name="table" value=(table.id); (table.code) @if taken(table.id) { small { " taken" } } }
                        }
                    }
                }
            }
        }
        @if here.is_some() {
            div.chips { label.chip { input type="radio" name="table" value=(TAKEAWAY); (icon("bag")) "They take it away" } }
        }
        (ui::error_place("table", None))
        p.dim { "A taken table keeps its own order beside this one. To put both on one bill, use Merge." }
    };
    let deed = html! { button.btn.lg.primary { (icon("swap")) "Move" } };
    dialog(
        &format!("Move {}", order.title()),
        &url::order_place(order.id),
        body,
        deed,
    )
}

/// Who serves it from now on.
pub fn waiter(order: &Order, people: &[Colleague]) -> Markup {
    let body = html! {
        fieldset.group {
            legend { "Who serves it from now on" }
            div.chips {
                @for one in people {
                    @if one.id != order.waiter {
                        label.chip { input type="radio" name="waiter" value=(one.id); (one.name) @if one.on_shift { small { " on shift" } } }
                    }
                }
            }
        }
        (ui::error_place("waiter", None))
    };
    dialog(
        &format!("Transfer {}", order.title()),
        &url::order_waiter(order.id),
        body,
        html! { button.btn.lg.primary { (icon("users")) "Transfer" } },
    )
}

/// Puts everything on another order.
pub fn merge(order: &Order, others: &[OpenOrder]) -> Markup {
    let body = html! {
        p.dim { "Everything of " (order.title()) " goes to the other order, which keeps its number and its place." }
        (targets(others, None))
    };
    dialog(
        &format!("Merge {}", order.title()),
        &url::order_merge(order.id),
        body,
        html! { button.btn.lg.primary { (icon("swap")) "Merge" } },
    )
}

/// Gives some lines to another order.
pub fn moves(order: &Order, others: &[OpenOrder]) -> Markup {
    let body = html! {
        fieldset.group {
            legend { "Which lines" }
            ul.menu-list {
                @for line in order.lines.iter().filter(|line| !line.is_voided()) {
                    li.row {
                        label.chip { input type="checkbox" name="line" value=(line.id); (line.quantity) " × " (line.name) }
                        span.push {}
                        @if line.quantity.get() > 1 {
                            select name={ "pieces-" (line.id) } aria-label={ "How many of " (line.name) } {
                                option value="" { "All " (line.quantity) }
                                @for pieces in 1..line.quantity.get() { option value={ (line.id) ":" (pieces) } { (pieces) } }
                            }
                        }
                    }
                }
            }
        }
        (targets(others, Some(order)))
    };
    dialog(
        &format!("Split {}", order.title()),
        &url::order_moves(order.id),
        body,
        html! { button.btn.lg.primary { (icon("swap")) "Move lines" } },
    )
}

/// The other open orders, those of the same table first; `beside` offers a new one in its place.
fn targets(others: &[OpenOrder], beside: Option<&Order>) -> Markup {
    html! {
        fieldset.group {
            legend { "To" }
            div.chips {
                @if let Some(order) = beside {
                    label.chip {
                        input type="radio" name="order" value="" checked;
                        (icon("plus")) @if let Place::Table { code, .. } = &order.place { "Another party at " (code) } @else { "A new order" }
                    }
                    input type="hidden" name="fresh" value=(OrderId::new());
                }
                @for other in others {
                    label.chip {
                        input type="radio" name="order" value=(other.id);
                        (other.title) small { " #" (other.number) " · " (other.waiter_name) }
                    }
                }
            }
        }
        (ui::error_place("order", None))
    }
}

pub(super) fn dialog(title: &str, address: &str, body: Markup, deed: Markup) -> Markup {
    let content = html! {
        form hx-post=(address) hx-swap="none" {
            (fresh_key())
            div.body.stack { (body) }
            footer {
                button.btn.lg type="button" data-close { "Back" }
                (deed)
            }
        }
    };
    ui::dialog(Shape::Wide, title, content)
}
