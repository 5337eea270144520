//! The screens of one's own shift, and the table in which cash is counted.

use maud::{Markup, html};

use super::counted::{Counted, count_rows};
use super::shift::Shift;
use super::store::Left;
use crate::staff::Person;
use crate::ui::keypad::{Denomination, denominations};
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{BusinessDate, Currency, DayRule, Money, OrderId, TokenId};
use crate::web::url;

/// What the screen of one's own shift shows.
pub struct Screen<'a> {
    /// The open shift, if there is one.
    pub shift: Option<&'a Shift>,
    /// How many of its orders are open.
    pub open_orders: usize,
    /// The form that starts it or gives it its float, where that is still to be done.
    pub start: Option<Markup>,
    /// Whose it is.
    pub person: &'a Person,
    /// The café's name.
    pub cafe: &'a str,
    /// Local times.
    pub rule: &'a DayRule,
    /// Today's date by the clock.
    pub today: BusinessDate,
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let title = match screen.shift {
        Some(shift) if shift.has_cash() => "Your shift",
        Some(_) => "Count the float",
        None => "Start shift",
    };
    let meta = screen.shift.map_or_else(
        || terminal_name(screen.person).to_owned(),
        |shift| {
            format!(
                "{} · since {}",
                shift.cash,
                since(shift, screen.today, screen.rule)
            )
        },
    );
    let content = html! {
        (bar(("Floor", &url::floor()), title, &meta, screen.person))
        main.scroll {
            div.narrow.wide2.stack {
                @if let Some(shift) = screen.shift { (summary(screen, shift)) }
                @if let Some(start) = &screen.start { (start) }
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, title, screen.cafe)
        },
        content,
    )
}

/// The bar of a screen about a shift.
pub fn bar(back: (&str, &str), title: &str, meta: &str, person: &Person) -> Markup {
    ui::top_bar(
        ui::TopBar {
            back: Some(back),
            title: Some(title),
            meta: Some(meta),
            person: Some(&person.shown()),
        },
        html! {},
    )
}

fn terminal_name(person: &Person) -> &str {
    person
        .terminal
        .as_deref()
        .map_or("", |terminal| terminal.name.as_str())
}

/// "07:02", with the date where that was another day.
pub fn since(shift: &Shift, today: BusinessDate, rule: &DayRule) -> String {
    let opened = rule.local(shift.opened_at);
    if shift.date == today {
        opened.time()
    } else {
        opened.to_string()
    }
}

/// The summary is blind: nothing here says how much cash should be in the drawer.
fn summary(screen: &Screen, shift: &Shift) -> Markup {
    let orders = match screen.open_orders {
        1 => "1 open order".to_owned(),
        many => format!("{many} open orders"),
    };
    html! {
        section.card.stack #own-shift {
            @if shift.is_forgotten(screen.today) {
                (ui::banner(Kind::Warn, true, html! {
                    b { "This shift was never closed." } " It is open since " (screen.rule.local(shift.opened_at)) ". Count and close it now."
                }))
            }
            dl.kv {
                dt { "Open since" } dd { (screen.rule.local(shift.opened_at)) }
                dt { "Cash" } dd { (shift.cash) }
                @if let Some(float) = &shift.float {
                    dt { "Opening float" } dd { (float.amount.with_code()) }
                    @if let Some(note) = &float.note { dt { "Note" } dd { (note) } }
                }
                dt { "Orders" } dd { (orders) }
            }
            @if shift.has_cash() {
                a.btn.xl.wide href=(url::shift_cash(shift.id)) { (icon("cash")) "Cash in and out" }
            }
            a.btn.xl.primary[shift.has_cash()].wide href=(url::shift_count(shift.id)) {
                (icon("lock"))
                @if shift.has_cash() { "Count and close" } @else { "Close shift" }
            }
        }
    }
}

/// What the form that starts a shift shows.
pub struct StartScreen<'a> {
    /// The terminal whose drawer could be used, if this device has one.
    pub drawer: Option<&'a str>,
    /// Who holds that drawer.
    pub holder: Option<&'a Shift>,
    /// What the last shift left in it.
    pub left: Option<&'a Left>,
    /// Whether the person may take payments: else no cash is the usual choice.
    pub takes_payments: bool,
    /// Whether a shift without cash is open already.
    pub is_open: bool,
    /// The order that is to be paid afterwards.
    pub order: Option<OrderId>,
    /// Local times.
    pub rule: &'a DayRule,
}

impl StartScreen<'_> {
    fn free_drawer(&self) -> Option<&str> {
        self.drawer.filter(|_| self.holder.is_none())
    }

    /// The choice that is made already.
    fn usual(&self) -> &'static str {
        match (self.takes_payments, self.free_drawer()) {
            (false, _) if !self.is_open => "none",
            (_, Some(_)) => "drawer",
            (_, None) => "pouch",
        }
    }
}

/// The form: where the cash is, the float by denomination with its sum, what the last shift left, a note.
pub fn start_form(screen: &StartScreen) -> Markup {
    html! {
        form #start-shift.two method="post" action=(url::shift_float()) hx-post=(url::shift_float()) hx-swap="none"
            hx-disable="find button.primary" data-decimals=(Currency::venue().decimals()) {
            (ui::key_input(&TokenId::new().to_string()))
            @if let Some(order) = screen.order { input type="hidden" name="order" value=(order); }
            section.card.stack {
                header { h2 { "Opening float" } span.push.dim { "Count what is in it" } }
                (places(screen))
                (count_table(None))
            }
            section.card.stack {
                dl.stat { dt { "Opening float" } dd { span.cur { (Currency::venue().code()) } span data-sum { "0" } } }
                @if let (Some(left), true) = (screen.left, screen.free_drawer().is_some()) { (left_by_last(left, screen.rule)) }
                (ui::note_field("Note", "note", "", 200, None))
                button.btn.xl.primary.wide { "Start shift" }
                small { "You can take orders before the float is counted. Cash needs a counted float." }
            }
        }
    }
}

fn places(screen: &StartScreen) -> Markup {
    let usual = screen.usual();
    let choice = |value: &str, label: Markup| {
        html! { label { input type="radio" name="cash" value=(value) checked[usual == value]; (label) } }
    };
    html! {
        fieldset.seg {
            legend.vh { "Where the cash is" }
            @if screen.free_drawer().is_some() { (choice("drawer", html! { "Drawer" })) }
            (choice("pouch", html! { "Cash pouch" }))
            @if !screen.is_open { (choice("none", html! { "No cash" })) }
        }
        @if let (Some(drawer), Some(holder)) = (screen.drawer, screen.holder) {
            (ui::banner(Kind::Info, true, html! {
                "The drawer of " (drawer) " is held by " (holder.name) " since " (screen.rule.local(holder.opened_at).time()) "."
            }))
        }
    }
}

fn left_by_last(left: &Left, rule: &DayRule) -> Markup {
    html! {
        dl.kv {
            dt { "Left by " (left.name) ", " (rule.local(left.closed_at)) } dd { (left.counted) }
            dt { "Difference" } dd data-against=(left.counted.minor()) { (-left.counted) }
        }
        small { "Where it differs, count again or add a note." }
    }
}

/// The notes and coins with how many there are of each: empty to be counted, or a locked count.
pub fn count_table(locked: Option<&Counted>) -> Markup {
    let (notes, coins) = count_rows(Currency::venue());
    html! {
        div.dsplit {
            (pieces_table("Notes", &notes, locked))
            (pieces_table("Coins", &coins, locked))
        }
        (ui::controls::error_place("count_", None))
    }
}

fn pieces_table(what: &str, values: &[Money], locked: Option<&Counted>) -> Markup {
    let labels: Vec<String> = values.iter().map(Money::to_string).collect();
    let counts: Vec<String> = values
        .iter()
        .map(|value| {
            locked.map_or_else(String::new, |counted| {
                counted.pieces(*value).unwrap_or(0).to_string()
            })
        })
        .collect();
    let rows: Vec<Denomination> = values
        .iter()
        .zip(labels.iter().zip(&counts))
        .map(|(value, (label, count))| Denomination {
            value: value.minor(),
            label,
            count,
            error: None,
        })
        .collect();
    denominations(what, &rows, locked.is_some())
}

/// Points out shifts that nobody closed on their own day: to their owner, and to a manager whose they are.
pub fn forgotten_banner(forgotten: &[Shift], person: &Person) -> Markup {
    let own = forgotten.iter().find(|shift| shift.staff == person.id);
    let others: Vec<String> = forgotten
        .iter()
        .filter(|shift| shift.staff != person.id)
        .map(|shift| format!("{} ({})", shift.name, shift.date))
        .collect();
    let content = html! {
        @if let Some(shift) = own {
            (ui::banner(Kind::Warn, false, html! {
                "Your shift of " (shift.date) " was never closed. " a href=(url::shift_count(shift.id)) { "Count and close it" }
            }))
        }
        @if !others.is_empty() {
            (ui::banner(Kind::Warn, false, html! {
                "Never closed: " (others.join(", ")) ". " a href=(url::shifts()) { "Look at the shifts" }
            }))
        }
    };
    html! { @if !forgotten.is_empty() { div.banners { (content) } } }
}
