//! The screens that end a shift: what is open, the count, the variance, the report; and the managers' list of shifts.

use maud::{Markup, html};

use super::count::{Count, CountRefusal};
use super::report::{CountLine, ShiftReport};
use super::variance::{Standing, Variance};
use crate::orders::OpenOrder;
use crate::settings::Settings;
use crate::shifts::{EntryKind, Ledger, Shift, bar, count_table, since};
use crate::staff::Person;
use crate::staff::approval::Approver;
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{BusinessDate, Currency, DayRule, Money, ShiftId, TokenId};
use crate::web::url;

/// What the screen that ends a shift shows.
pub struct Screen<'a> {
    /// The shift.
    pub shift: &'a Shift,
    /// Its open orders, drawn.
    pub open_orders: Markup,
    /// Whether the person may count now.
    pub may_count: Result<(), CountRefusal>,
    /// The counts so far.
    pub counts: &'a [Count],
    /// What moved its cash; shown only beside a locked count.
    pub ledger: &'a Ledger,
    /// Whether the person asked to count again.
    pub again: bool,
    /// The variance that needs no approval.
    pub threshold: Money,
    /// Whom the person may ask.
    pub approvers: Vec<Approver>,
    /// Who looks at it.
    pub person: &'a Person,
    /// The café's name.
    pub cafe: &'a str,
    /// Local times.
    pub rule: &'a DayRule,
    /// Today's date by the clock.
    pub today: BusinessDate,
}

/// What the screen asks for next.
enum Stage<'a> {
    /// There is no cash: close.
    NoCash,
    /// Count, for the reason given.
    Count(Option<&'static str>),
    /// Look at the variance and close.
    Locked(&'a Count),
}

impl Screen<'_> {
    fn stage(&self) -> Stage<'_> {
        if !self.shift.has_cash() {
            return Stage::NoCash;
        }
        match self.counts.last() {
            None => Stage::Count(None),
            Some(count) if count.is_stale(self.ledger.expected()) => Stage::Count(Some(
                "Cash moved after the last count, so it no longer fits the drawer. Count again.",
            )),
            Some(_) if self.again && self.may_count.is_ok() => Stage::Count(None),
            Some(count) => Stage::Locked(count),
        }
    }

    fn is_own(&self) -> bool {
        self.shift.staff == self.person.id
    }
}

/// The whole screen.
pub fn page(screen: &Screen) -> Markup {
    let shift = screen.shift;
    let meta = format!(
        "{} · {} · since {}",
        shift.name,
        shift.cash,
        since(shift, screen.today, screen.rule)
    );
    let back = if screen.is_own() {
        ("Shift", url::shift())
    } else {
        ("Shifts", url::shifts())
    };
    let stage = screen.stage();
    let content = html! {
        (bar((back.0, &back.1), "Close shift", &meta, screen.person))
        main.scroll {
            div.narrow.wide2.stack {
                (steps(&stage))
                (screen.open_orders)
                @match stage {
                    Stage::NoCash => (close_without_cash(shift)),
                    Stage::Count(why) => (count_form(shift, why)),
                    Stage::Locked(count) => (locked(screen, count)),
                }
            }
        }
    };
    ui::page(
        ui::Page {
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Close shift", screen.cafe)
        },
        content,
    )
}

fn steps(stage: &Stage) -> Markup {
    let counted = matches!(stage, Stage::Locked(_));
    html! {
        ol.steps {
            li { b { "1" } "Pass on open orders" }
            @if !matches!(stage, Stage::NoCash) {
                li data-kind=[counted.then_some("ok")] aria-current=[(!counted).then_some("step")] {
                    @if counted { (icon("check")) } @else { b { "2" } }
                    "Count cash"
                }
            }
            li aria-current=[(counted || matches!(stage, Stage::NoCash)).then_some("step")] {
                b { @if matches!(stage, Stage::NoCash) { "2" } @else { "3" } }
                "Close"
            }
        }
    }
}

/// What stands in the way of closing, each with what helps; or that nothing does.
pub fn open_orders(shift: ShiftId, open: &[OpenOrder], takers: &[Shift]) -> Markup {
    html! {
        section.card #open-orders aria-live="polite" {
            header {
                h2 { "Open orders" }
                span.push.dim { @match open.len() { 0 => "None: nothing is in the way", many => { (many) " to pass on" } } }
            }
            @if !open.is_empty() {
                ul.stack { @for order in open { li { (pass_on_form(shift, order, takers)) } } }
            }
        }
    }
}

fn pass_on_form(shift: ShiftId, order: &OpenOrder, takers: &[Shift]) -> Markup {
    let to = url::shift_orders(shift);
    let name = format!("{}, {}", order.title, order.waiter_name);
    html! {
        form.row.wrap method="post" action=(to) hx-post=(to) hx-target="#open-orders" hx-swap="outerHTML" aria-label=(name) {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="order" value=(order.id);
            a.btn.quiet href=(url::order(order.id)) { b { (order.title) } }
            span.dim { (order.waiter_name) " · " (order.balance.with_code()) " to pay" }
            span.push {}
            label.field { "Reason" input name="reason" value="Guests are still here" maxlength="200" required; }
            @if !takers.is_empty() {
                label.field {
                    "Hand over to"
                    select name="to" { @for taker in takers { option value=(taker.id) { (taker.name) ", " (taker.cash) } } }
                }
                button.btn name="deed" value="hand_over" { "Hand over" }
            }
            button.btn name="deed" value="carry_over" { "Carry over" }
        }
    }
}

fn close_without_cash(shift: &Shift) -> Markup {
    let to = url::shift_close(shift.id);
    html! {
        section.card.stack {
            p { "This shift has no cash to count." }
            form method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
                (ui::key_input(&TokenId::new().to_string()))
                button.btn.xl.primary.wide { (icon("check")) "Close shift" }
            }
        }
    }
}

/// The blind count: nothing here says what should be there.
fn count_form(shift: &Shift, why: Option<&str>) -> Markup {
    let to = url::shift_count(shift.id);
    html! {
        @if let Some(why) = why { (ui::banner(Kind::Warn, true, html! { (why) })) }
        form #count.two method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary"
            data-decimals=(Currency::venue().decimals()) {
            (ui::key_input(&TokenId::new().to_string()))
            section.card {
                header { h2 { "Count the cash" } span.push.dim { "Blind count, " (shift.cash) } }
                (count_table(None))
            }
            section.card.stack #shift-result aria-live="polite" {
                dl.stat { dt { "Counted so far" } dd { span.cur { (Currency::venue().code()) } span data-sum { "0" } } }
                dl.kv { dt { "Expected" } dd { (icon("lock")) span.vh { "Hidden until the count is locked" } } }
                p.dim { "Expected cash and the difference show after you lock the count. A locked count is kept and cannot be edited; you can count again once, a manager more often." }
                button.btn.xl.primary.wide { (icon("lock")) "Lock count" }
            }
        }
    }
}

fn locked(screen: &Screen, count: &Count) -> Markup {
    let shift = screen.shift;
    let to = url::shift_close(shift.id);
    let variance = Variance {
        amount: count.variance(),
        threshold: screen.threshold,
    };
    html! {
        form #close.two method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary"
            data-decimals=(Currency::venue().decimals()) {
            (ui::key_input(&TokenId::new().to_string()))
            section.card {
                header { h2 { "Count " (count.number) } span.push.dim { (count.name) ", " (screen.rule.local(count.at).time()) } }
                (count_table(Some(&count.pieces)))
            }
            section.card.stack #shift-result aria-live="polite" {
                dl.stat { dt { "Counted" } dd { (count.counted.with_code()) } }
                dl.kv {
                    @for sum in &screen.ledger.sums { dt { (sum.kind.label()) } dd { (sum.amount) } }
                    dt { "Expected" } dd { (count.expected) }
                }
                (variance_line(variance))
                (decision(screen, variance))
                @if screen.may_count.is_ok() {
                    a.btn.wide href={ (url::shift_count(shift.id)) "?again=true" } { "Count again" }
                }
            }
        }
    }
}

fn variance_line(variance: Variance) -> Markup {
    let kind = match (variance.amount.is_zero(), variance.needs_approval()) {
        (true, _) => Kind::Ok,
        (false, false) => Kind::Warn,
        (false, true) => Kind::Bad,
    };
    html! {
        p.variance data-kind=(kind.name()) {
            (kind.icon())
            span { (variance.label()) }
            b { (variance.amount.abs().with_code()) }
        }
    }
}

/// The way to close: at once, with a manager's PIN, or on one's own authority.
fn decision(screen: &Screen, variance: Variance) -> Markup {
    if !variance.needs_approval() {
        return html! { button.btn.xl.primary.wide { (icon("check")) "Close shift" } };
    }
    let hint = format!("Over {} needs a reason and a manager.", variance.threshold);
    let manages = screen.person.role.manages();
    html! {
        small { (hint) }
        (ui::note_field("Reason", "reason", "", 200, None))
        @if manages && !screen.is_own() {
            button.btn.xl.primary.wide { (icon("shield")) "Approve and close" }
        } @else {
            button.btn.xl.primary.wide type="button" data-dialog="approve" { (icon("shield")) "Ask manager" }
            @if manages {
                button.btn.wide { "Close unapproved" }
                small { "Your own variance then stands as unapproved until another manager or an admin looks at it." }
            }
            (approval_dialog(screen, variance))
        }
    }
}

fn approval_dialog(screen: &Screen, variance: Variance) -> Markup {
    let on_terminal = screen.person.terminal.is_some();
    html! {
        dialog.sheet #approve aria-labelledby="approve-h" {
            header {
                (icon("shield"))
                h2 #approve-h tabindex="-1" autofocus { "Approve and close shift" }
                span.push {}
                button.btn.icon.quiet type="button" data-close aria-label="Cancel approval" { (icon("x")) }
            }
            div data-notice role="status" {}
            div.body.stack {
                dl.kv { dt.sum { (variance.label()) } dd.sum { (variance.amount.abs().with_code()) } }
                label.field {
                    "Manager"
                    select name="approver" {
                        option value="" { "Choose" }
                        @for approver in &screen.approvers { option value=(approver.id) { (approver.name) ", " (approver.role.label()) } }
                    }
                }
                @if on_terminal { (ui::keypad::pin_keypad("secret")) }
                @else { (ui::Field::new("Password", "secret").kind("password").autocomplete("off").max(200)) }
            }
            footer {
                button.btn.lg type="button" data-close { "Send back" }
                button.btn.lg.primary { "Close shift" }
            }
        }
    }
}

/// The report of a closed shift: the slip on paper, the same on screen.
pub fn report_page(report: &ShiftReport, person: &Person, settings: &Settings) -> Markup {
    let title = format!("Shift report {}", report.number);
    let back = if person.role.manages() {
        ("Shifts", url::shifts())
    } else {
        ("Floor", url::floor())
    };
    let rule = settings.day_rule();
    let content = html! {
        (bar((back.0, &back.1), &title, &report.owner.name, person))
        main.scroll.rcp {
            section.card.stack.done aria-label="Shift closed" {
                p { (ui::badge_saying(ui::Status::Paid, "Closed")) }
                @if let Some(line) = &report.variance { (variance_line(line.variance)) }
                @if report.variance.as_ref().is_some_and(|line| matches!(line.standing, Standing::Unapproved { .. })) {
                    (ui::banner(Kind::Warn, true, html! { "This variance is unapproved." }))
                }
                div.stack.tight {
                    button.btn.xl.primary type="button" data-print { (icon("print")) "Print report" }
                    a.btn.xl href=(back.1) { "Done" }
                }
            }
            (slip(report, settings, &rule))
        }
    };
    ui::page(
        ui::Page {
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, &title, &settings.cafe_name)
        },
        content,
    )
}

fn slip(report: &ShiftReport, settings: &Settings, rule: &DayRule) -> Markup {
    html! {
        article.receipt aria-label="Shift report, 80 mm" {
            div.c { h2 { (settings.cafe_name.to_uppercase()) } "SHIFT REPORT " (report.number) }
            hr;
            (slip_head(report, rule))
            hr;
            (slip_sales(report))
            @if report.float.is_some() { hr; (slip_cash(report)) }
            @if !report.counts.is_empty() { hr; (slip_counts(report, rule)) }
            @if let Some(line) = &report.variance {
                hr;
                table {
                    tr.tot { td { (line.variance.label().to_uppercase()) } td.num { (line.variance.amount.abs()) } }
                    @match &line.standing {
                        Standing::Within => {},
                        Standing::Approved { reason, .. } => {
                            tr { td colspan="2" { "Reason: " (reason) } }
                            tr { td colspan="2" { "Approved by " (line.approved_by.as_deref().unwrap_or("a manager")) } }
                        },
                        Standing::Unapproved { reason } => {
                            tr { td colspan="2" { "Reason: " (reason) } }
                            tr { td colspan="2" { b { "UNAPPROVED" } } }
                        },
                    }
                }
            }
            hr;
            (slip_orders(report))
        }
    }
}

fn slip_head(report: &ShiftReport, rule: &DayRule) -> Markup {
    let row = |label: &str, value: &str| html! { tr { td { (label) } td.num { (value) } } };
    html! {
        table {
            (row("Shift of", &report.owner.name))
            (row("Role", report.role.label()))
            (row("Business date", &report.date.to_string()))
            (row("Cash", &report.place))
            (row("Opened", &rule.local(report.opened_at).to_string()))
            @if let Some(terminal) = &report.opened_terminal { (row("On", terminal)) }
            (row("Closed", &rule.local(report.closed_at).to_string()))
            (row("Closed by", &report.closed_by.name))
        }
    }
}

fn slip_sales(report: &ShiftReport) -> Markup {
    html! {
        table {
            @for sum in &report.sales {
                tr { td { (sum.method.label()) ", " (sum.count) @if sum.count == 1 { " payment" } @else { " payments" } } td.num { (sum.amount) } }
            }
            tr.tot { td { "TAKEN " (Currency::venue().code()) } td.num { (report.sales_total()) } }
            @if report.tips_total().is_positive() { tr { td { "Tips beside it" } td.num { (report.tips_total()) } } }
        }
    }
}

fn slip_cash(report: &ShiftReport) -> Markup {
    html! {
        table {
            @for sum in &report.ledger.sums {
                tr {
                    td { (sum.kind.label()) @if sum.kind != EntryKind::Float { ", " (sum.count) } }
                    td.num { (sum.amount) }
                }
            }
            @if let Some(note) = report.float.as_ref().and_then(|float| float.note.as_deref()) {
                tr { td colspan="2" { "Note on the float: " (note) } }
            }
            tr.tot { td { "EXPECTED" } td.num { (report.expected) } }
        }
    }
}

fn slip_counts(report: &ShiftReport, rule: &DayRule) -> Markup {
    html! {
        table {
            @for count in &report.counts { (slip_count(count, rule)) }
            @if let Some(last) = report.last_count() {
                @for (value, pieces) in last.pieces.rows() {
                    tr { td { "\u{a0}\u{a0}" (value) " × " (pieces) } td.num { (Money::new(value.minor() * i64::from(pieces))) } }
                }
            }
        }
    }
}

fn slip_count(count: &CountLine, rule: &DayRule) -> Markup {
    html! {
        tr {
            td { "Count " (count.number) ", " (rule.local(count.at).time()) ", " (count.by.name) }
            td.num { (count.counted) }
        }
    }
}

fn slip_orders(report: &ShiftReport) -> Markup {
    let orders = report.orders;
    html! {
        table {
            tr { td { "Orders opened" } td.num { (orders.opened) } }
            tr { td { "Orders settled" } td.num { (orders.settled) } }
            @if orders.cancelled > 0 { tr { td { "Orders cancelled" } td.num { (orders.cancelled) } } }
            @if !report.passed_on.is_empty() { tr { td { "Orders passed on" } td.num { (report.passed_on.len()) } } }
            @for order in &report.passed_on {
                tr { td colspan="2" {
                    "\u{a0}\u{a0}" (order.reference) " "
                    @match &order.to { Some(to) => { "to " (to) } None => "carried over" }
                    ": " (order.reason)
                } }
            }
        }
    }
}

/// What the managers' list of shifts shows.
pub struct Shifts<'a> {
    /// The open shifts with how many of their orders are open.
    pub open: &'a [(Shift, usize)],
    /// The shifts that were closed last.
    pub closed: &'a [Shift],
    /// Who looks at it.
    pub person: &'a Person,
    /// The café's name.
    pub cafe: &'a str,
    /// Local times.
    pub rule: &'a DayRule,
    /// Today's date by the clock.
    pub today: BusinessDate,
}

/// Every open shift, and the last reports.
pub fn shifts_page(shifts: &Shifts) -> Markup {
    let content = html! {
        (bar(("Floor", &url::floor()), "Shifts", "", shifts.person))
        main.scroll {
            div.narrow.wide2.stack {
                (open_shifts(shifts))
                (reports(shifts))
            }
        }
    };
    ui::page(
        ui::Page {
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Shifts", shifts.cafe)
        },
        content,
    )
}

fn open_shifts(shifts: &Shifts) -> Markup {
    html! {
        section.card #shifts {
            header { h2 { "Open shifts" } span.push.dim { (shifts.open.len()) } }
            @if shifts.open.is_empty() {
                (ui::empty("clock", "No shift is open", "A shift opens with somebody's first order, or when they count their float.", html! {}))
            } @else {
                table.table {
                    thead { tr { th { "Who" } th { "Cash" } th { "Since" } th.num { "Open orders" } th { span.vh { "Close" } } } }
                    tbody { @for (shift, orders) in shifts.open { (open_shift(shifts, shift, *orders)) } }
                }
            }
        }
    }
}

fn open_shift(shifts: &Shifts, shift: &Shift, orders: usize) -> Markup {
    html! {
        tr id={ "shift-" (shift.id) } {
            td { b { (shift.name) } " " span.dim { (shift.role.label()) } }
            td { (shift.cash) }
            td {
                (since(shift, shifts.today, shifts.rule))
                @if shift.is_forgotten(shifts.today) { " " (ui::badge_of(Kind::Warn, false, "Never closed")) }
            }
            td.num { (orders) }
            td { a.btn href=(url::shift_count(shift.id)) { @if shift.has_cash() { "Count and close" } @else { "Close" } } }
        }
    }
}

fn reports(shifts: &Shifts) -> Markup {
    html! {
        @if !shifts.closed.is_empty() {
            section.card {
                header { h2 { "Last reports" } }
                table.table {
                    thead { tr { th.num { "No." } th { "Who" } th { "Cash" } th { "Closed" } th { span.vh { "Report" } } } }
                    tbody {
                        @for shift in shifts.closed {
                            @if let Some(closed) = shift.closed {
                                tr {
                                    td.num { (closed.report) }
                                    td { (shift.name) }
                                    td { (shift.cash) }
                                    td { (shifts.rule.local(closed.at)) }
                                    td { a.btn href=(url::shift_report(shift.id)) { "Report" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
