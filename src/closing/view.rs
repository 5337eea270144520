//! The screen that ends a shift: what is in the way, the blind count, the variance and who agrees to it.

use maud::{Markup, html};

use super::count::{Count, CountRefusal};
use super::tender::{self, Expected};
use super::variance::Variance;
use crate::orders::OpenOrder;
use crate::payments::Method;
use crate::shifts::{Ledger, Shift, bar, count_table, since};
use crate::staff::Person;
use crate::staff::approval::Approver;
use crate::staff::approval_fields;
use crate::ui::{self, BodyKind, Kind, icon};
use crate::values::{BusinessDate, Currency, DayRule, Money, ShiftId, TokenId};
use crate::web::url;

/// What the screen that ends a shift shows.
pub struct Screen<'a> {
    /// The shift.
    pub shift: &'a Shift,
    /// Its orders that have to be passed on.
    pub open: &'a [OpenOrder],
    /// The other open shifts, which could take them.
    pub takers: &'a [Shift],
    /// Whether the person may count now.
    pub may_count: Result<(), CountRefusal>,
    /// The counts so far.
    pub counts: &'a [Count],
    /// What moved its cash; shown only beside a locked count.
    pub ledger: &'a Ledger,
    /// What should be there; shown only beside a locked count.
    pub expected: &'a Expected,
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
    /// There is nothing to count: close.
    Nothing,
    /// Count, for the reason given.
    Count(Option<CountRefusal>),
    /// Look at the variance and close.
    Locked(&'a Count),
}

impl Screen<'_> {
    fn stage(&self) -> Stage<'_> {
        let Some(count) = self.counts.last() else {
            return match self.may_count {
                Err(CountRefusal::NoCash) => Stage::Nothing,
                _ => Stage::Count(None),
            };
        };
        match count.why_stale(self.expected) {
            Some(stale) => Stage::Count(Some(stale)),
            None if self.again && self.may_count.is_ok() => Stage::Count(None),
            None => Stage::Locked(count),
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
                (steps(screen, &stage))
                (to_pass_on(shift.id, screen.open, screen.takers))
                @match stage {
                    Stage::Nothing => (close_uncounted(shift, "This shift has no cash to count.")),
                    Stage::Count(why) => {
                        (count_form(screen, why))
                        @if !shift.has_cash() && screen.counts.is_empty() {
                            (close_uncounted(shift, "You may also close without counting; the report says so."))
                        }
                    },
                    Stage::Locked(count) => (locked(screen, count)),
                }
            }
        }
    };
    ui::page(
        ui::Page {
            stream: Some(&format!("{}?view=ready", url::stream())),
            sign_in: Some(&url::sign_in()),
            ..ui::Page::new(BodyKind::Pos, "Close shift", screen.cafe)
        },
        content,
    )
}

fn steps(screen: &Screen, stage: &Stage) -> Markup {
    let counted = matches!(stage, Stage::Locked(_));
    let nothing = matches!(stage, Stage::Nothing);
    html! {
        ol.steps {
            (pass_on_step(screen.open.is_empty()))
            @if !nothing {
                li data-kind=[counted.then_some("ok")] aria-current=[(!counted).then_some("step")] {
                    @if counted { (icon("check")) } @else { b { "2" } }
                    @if screen.shift.has_cash() { "Count cash" } @else { "Count" }
                }
            }
            li aria-current=[(counted || nothing).then_some("step")] {
                b { @if nothing { "2" } @else { "3" } }
                "Close"
            }
        }
    }
}

fn pass_on_step(done: bool) -> Markup {
    html! {
        li #step-orders data-kind=[done.then_some("ok")] {
            @if done { (icon("check")) "Nothing open is in the way" } @else { b { "1" } "Pass on open orders" }
        }
    }
}

/// What is left to pass on, after one order was.
pub fn passed_on(shift: ShiftId, open: &[OpenOrder], takers: &[Shift]) -> Markup {
    html! {
        (to_pass_on(shift, open, takers))
        hx-partial hx-target="#step-orders" hx-swap="outerHTML" { (pass_on_step(open.is_empty())) }
    }
}

/// What stands in the way of closing, each with what helps.
fn to_pass_on(shift: ShiftId, open: &[OpenOrder], takers: &[Shift]) -> Markup {
    html! {
        section #to-pass-on.card hidden[open.is_empty()] aria-live="polite" {
            header { h2 { "Open orders" } span.push.dim { (open.len()) " to pass on" } }
            @for order in open { (pass_on_form(shift, order, takers)) }
        }
    }
}

fn pass_on_form(shift: ShiftId, order: &OpenOrder, takers: &[Shift]) -> Markup {
    let to = url::shift_orders(shift);
    let name = format!("{}, {}", order.title, order.waiter_name);
    html! {
        form.stack.tight.pass-on method="post" action=(to) hx-post=(to) hx-target="#to-pass-on" hx-swap="outerHTML" aria-label=(name) {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="order" value=(order.id);
            p {
                a href=(url::order(order.id)) { b { (order.title) } }
                " " span.dim { (order.waiter_name) ", " (order.balance.with_code()) " to pay" }
            }
            div.row {
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
}

fn close_uncounted(shift: &Shift, said: &str) -> Markup {
    let to = url::shift_close(shift.id);
    html! {
        section.card.stack {
            p { (said) }
            form method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary" {
                (ui::key_input(&TokenId::new().to_string()))
                button.btn.xl.primary.wide { (icon("check")) "Close shift" }
            }
        }
    }
}

/// The blind count: nothing here says what should be there.
fn count_form(screen: &Screen, why: Option<CountRefusal>) -> Markup {
    let shift = screen.shift;
    let to = url::shift_count(shift.id);
    html! {
        @if let Some(why) = why { (ui::banner(Kind::Warn, true, html! { (why) })) }
        form #count.two method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary"
            data-decimals=(Currency::venue().decimals()) {
            (ui::key_input(&TokenId::new().to_string()))
            @if shift.has_cash() {
                section.card {
                    header { h2 { "Count the cash" } span.push.dim { "Blind count, " (shift.cash) } }
                    (count_table(None))
                }
            }
            section.card.stack #shift-result aria-live="polite" {
                @if shift.has_cash() {
                    dl.stat { dt { "Counted so far" } dd { span.cur { (Currency::venue().code()) } span data-sum { "0" } } }
                }
                (tender_fields(screen.expected))
                dl.kv { dt { "Expected" } dd { (icon("lock")) span.vh { "Hidden until the count is locked" } } }
                p.dim { "What is expected and the difference show after you lock the count. A locked count is kept and cannot be edited; you can count again once, a manager more often." }
                button.btn.xl.primary.wide { (icon("lock")) "Lock count" }
            }
        }
    }
}

/// Only what the shift took anything by: whoever took cash alone is asked nothing more.
fn tender_fields(expected: &Expected) -> Markup {
    let code = Currency::venue().code();
    html! {
        @for (method, _) in &expected.tenders {
            (ui::money_field(code, says(*method), method.as_str(), "", None, None))
        }
        @if !expected.tenders.is_empty() {
            p.dim { "Leave empty what you cannot look at; the report says that it was not counted." }
        }
    }
}

fn says(method: Method) -> &'static str {
    match method {
        Method::Cash => "Cash",
        Method::Card => "Card: the batch of the bank's terminal",
        Method::MtnMomo => "MTN MoMo: what its statement says",
        Method::AirtelMoney => "Airtel Money: what its statement says",
        Method::Pesapal => "Pesapal: what its dashboard says",
    }
}

/// What the other tenders came to, beside a locked count.
fn tender_rows(screen: &Screen, count: &Count) -> Markup {
    let lines = tender::lines(&count.tenders, screen.expected);
    html! {
        @if !lines.is_empty() {
            dl.kv #tenders {
                @for line in &lines {
                    dt { (line.method.label()) }
                    dd {
                        @match line.counted { Some(counted) => (counted), None => "not counted" }
                        " of " (line.expected)
                    }
                }
            }
            @for line in &lines {
                @if let Some(amount) = line.variance().filter(|amount| !amount.is_zero()) {
                    (variance_of(Some(line.method), Variance { amount, threshold: screen.threshold }))
                }
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
        form #close.two novalidate method="post" action=(to) hx-post=(to) hx-swap="none" hx-disable="find button.primary"
            data-decimals=(Currency::venue().decimals()) {
            (ui::key_input(&TokenId::new().to_string()))
            input type="hidden" name="count" value=(count.id);
            @if shift.has_cash() {
                section.card {
                    header { h2 { "Count " (count.number) } span.push.dim { (count.name) ", " (screen.rule.local(count.at).time()) } }
                    (count_table(Some(&count.pieces)))
                }
            }
            section.card.stack #shift-result aria-live="polite" {
                @if shift.has_cash() {
                    dl.stat { dt { "Counted" } dd { (count.counted.with_code()) } }
                    dl.kv {
                        @for sum in &screen.ledger.sums { dt { (sum.kind.label()) } dd { (sum.amount) } }
                        dt { "Expected" } dd { (count.expected) }
                    }
                    (variance_line(variance))
                }
                (tender_rows(screen, count))
                (decision(screen, tender::largest(variance.amount, &count.tenders, screen.threshold)))
                @if screen.may_count.is_ok() {
                    a.btn.wide href={ (url::shift_count(shift.id)) "?again=true" } { "Count again" }
                }
                @if screen.is_own() && shift.has_cash() {
                    a.btn.wide href=(url::shift_handover(shift.id)) { (icon("users")) "Hand over to somebody" }
                }
            }
        }
    }
}

/// "Short by UGX 7,800", coloured by how it stands to the threshold.
pub fn variance_line(variance: Variance) -> Markup {
    variance_of(None, variance)
}

/// The same of another tender than cash: "Card: short by UGX 500".
pub fn variance_of(method: Option<Method>, variance: Variance) -> Markup {
    let kind = match (variance.amount.is_zero(), variance.needs_approval()) {
        (true, _) => Kind::Ok,
        (false, false) => Kind::Warn,
        (false, true) => Kind::Bad,
    };
    html! {
        p.variance data-kind=(kind.name()) {
            (kind.icon())
            span { @if let Some(method) = method { (method.label()) ": " } (variance.label()) }
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
                (approval_fields(&screen.approvers, on_terminal, &url::shift_close(screen.shift.id)))
            }
            footer {
                button.btn.lg type="button" data-close { "Send back" }
                button.btn.lg.primary { "Close shift" }
            }
        }
    }
}
