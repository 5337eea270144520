//! The printers as managers see them, and what waits for them.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::job::{JobKind, JobState, Listed};
use super::printer::{Printer, Standing};
use super::store::{Kept, PAGE, Queue, Sought};
use crate::printing::{self, Paper};
use crate::ui::{self, Field, Kind};
use crate::values::{DayRule, PrintJobId, PrinterId, TerminalId, age_words};
use crate::web::url;

/// What the page shows.
pub struct Seen {
    /// All printers.
    pub printers: Vec<Printer>,
    /// What waits, and what failed in the last day.
    pub open: Vec<Listed>,
    /// How many there are of both.
    pub queue: Queue,
    /// This moment.
    pub now: OffsetDateTime,
    /// Local times.
    pub rule: DayRule,
}

/// The list with its button for a new printer, and what waits.
pub fn page_content(seen: &Seen) -> Markup {
    html! {
        header {
            h1 { "Printers" }
            span.push {}
            a.btn.quiet href=(url::print_jobs()) { (ui::labelled("receipt", "Everything printed")) }
            button.btn.primary hx-get=(url::new_printer()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::labelled("plus", "New printer"))
            }
        }
        section.card.flush.read #printers { (list(seen)) }
        section.card.flush.read #print-queue { (queue(seen)) }
    }
}

/// Both lists as the live feed sends them.
pub fn redrawn(seen: &Seen) -> Markup {
    html! {
        hx-partial hx-target="#printers" hx-swap="innerMorph" { (list(seen)) }
        hx-partial hx-target="#print-queue" hx-swap="innerMorph" { (queue(seen)) }
    }
}

fn list(seen: &Seen) -> Markup {
    html! {
        @if seen.printers.is_empty() {
            (ui::empty("print", "No printers yet", "Until there is one, everything is printed by the browser. A receipt printer needs an address on the network, or a cable to the server.", html! {}))
        } @else {
            table.table {
                caption.vh { "Printers" }
                thead { tr { th { "Name" } th { "Where" } th { "State" } th.num { "Waiting" } th { span.vh { "What to do" } } } }
                tbody { @for one in &seen.printers { (row(one, seen)) } }
            }
        }
    }
}

fn row(one: &Printer, seen: &Seen) -> Markup {
    let stand_in = seen.printers.iter().find(|it| Some(it.id) == one.stand_in);
    html! {
        tr id={ "printer-" (one.id) } {
            td { b { (one.name) } @if let Some(other) = stand_in { br; small { "Stands in: " (other.name) } } }
            td data-of="Where" {
                (one.address) br;
                small { (one.paper.label()) @if let Some((_, agent)) = &one.agent { ", through " (agent) } }
            }
            td data-of="State" { (state(one, seen)) }
            td.num data-of="Waiting" { (one.fares.waiting) }
            td.num { div.row.wrap.end {
                @if one.active {
                    (deed(&url::printer_tests(one.id), false, "print", "Test page", &one.name))
                    @if one.fares.paused_at.is_some() { (deed(&url::printer_pause(one.id), true, "play", "Go on", &one.name)) }
                    @else { (deed(&url::printer_pause(one.id), false, "held", "Pause", &one.name)) }
                }
                button.btn.quiet id={ "edit-" (one.id) } hx-get=(url::printer(one.id)) hx-target="#sheet" hx-swap="innerHTML"
                    aria-label={ "Edit " (one.name) } { (ui::labelled("edit", "Edit")) }
            } }
        }
    }
}

/// One tap, whose key the script mints: two taps mean two.
fn deed(to: &str, delete: bool, icon: &str, label: &str, name: &str) -> Markup {
    let (post, remove) = ((!delete).then_some(to), delete.then_some(to));
    html! {
        button.btn.quiet type="button" hx-post=[post] hx-delete=[remove] hx-swap="none" data-key="tap"
            aria-label={ (label) ": " (name) } { (ui::labelled(icon, label)) }
    }
}

fn state(one: &Printer, seen: &Seen) -> Markup {
    let ago = |at: OffsetDateTime| match age_words((seen.now - at).whole_seconds()).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    };
    let fares = &one.fares;
    html! {
        @match one.standing(seen.now) {
            Standing::Retired => { (ui::badge_saying(ui::Status::Cancelled, "Not in use")) },
            Standing::Paused => { (ui::badge_of(Kind::Warn, false, "Paused")) },
            Standing::Unreached => {
                (ui::badge_of(Kind::Bad, false, "Agent not heard of"))
                br; small { "Start it, or pair it again." }
            },
            Standing::Untried => { (ui::badge_of(Kind::Info, false, "Not tried")) br; small { "Print a test page." } },
            Standing::Well if fares.is_mute => {
                (ui::badge_of(Kind::Ok, false, "Takes slips"))
                br; small { "It does not tell whether they are on paper. " }
            },
            Standing::Well => { (ui::badge_of(Kind::Ok, false, "Prints")) },
            Standing::Failing => { (ui::badge_of(Kind::Bad, false, "Fails")) },
        }
        @if one.active && let Some((since, why)) = &fares.failing {
            br; small { (why) " Since " (seen.rule.local(*since).time()) "; it is tried again by itself." }
        } @else if let Some(at) = fares.printed_at { @if !fares.is_mute { br; } small { "Printed " (ago(at)) } }
    }
}

fn queue(seen: &Seen) -> Markup {
    let more = seen.queue.waiting + seen.queue.failed;
    let shown = i64::try_from(seen.open.len()).unwrap_or(i64::MAX);
    html! {
        header { h2 { "Not on paper" } }
        @if seen.open.is_empty() {
            (ui::empty("check", "Everything is printed", "What waits for a printer, and what failed in the last day, stands here.", html! {}))
        } @else {
            table.table {
                caption.vh { "What is not on paper" }
                thead { tr { th { "What" } th { "Printer" } th { "State" } th { "Wanted" } th { span.vh { "What to do" } } } }
                tbody { @for job in &seen.open { (job_row(job, &seen.rule)) } }
            }
            @if more > shown { p { "And " (more - shown) " more." } }
        }
    }
}

fn job_row(job: &Listed, rule: &DayRule) -> Markup {
    let wanted = rule.local(job.created_at);
    html! {
        tr id={ "job-" (job.id) } {
            td { b { (job.title) } @if job.doubtful { br; small { "A try broke off: there may be paper of it." } } }
            td data-of="Printer" { (job.printer.1) @if let Some(other) = &job.meant_for { br; small { "for " (other) } } }
            td data-of="State" { (job_state(job)) @if let Some(why) = &job.reason { br; small { (why) } } }
            td data-of="Wanted" { (wanted.day()) ", " (wanted.time()) br; small { (job.asked_by) @if job.tries > 1 { ", tried " (job.tries) " times" } } }
            td.num {
                button.btn.quiet id={ "show-" (job.id) } hx-get=(url::print_job(job.id)) hx-target="#sheet" hx-swap="innerHTML"
                    aria-label={ "Look at " (job.title) } { (ui::labelled("search", "Look")) }
            }
        }
    }
}

fn job_state(job: &Listed) -> Markup {
    let (kind, label) = match job.state {
        JobState::Pending if job.reason.is_some() => (Kind::Warn, "Waits for another try"),
        JobState::Pending => (Kind::Info, "Waits"),
        JobState::Printing => (Kind::Info, "Prints"),
        JobState::Done if job.kind == JobKind::Drawer => (Kind::Ok, "Opened"),
        JobState::Done => (Kind::Ok, "Printed"),
        JobState::Failed => (Kind::Bad, "Failed"),
        JobState::Cancelled => (Kind::Info, "Cancelled"),
    };
    ui::badge_of(kind, false, label)
}

/// Everything that was printed or was to be, with what one looks for.
pub fn jobs_page(all: &[Printer], sought: Sought, jobs: &[Listed], rule: &DayRule) -> Markup {
    let (page, more) = match jobs.len() > PAGE {
        true => (&jobs[..PAGE], jobs.get(PAGE - 1)),
        false => (jobs, None),
    };
    let words = [
        (JobState::Pending, "Waiting"),
        (JobState::Done, "Printed"),
        (JobState::Failed, "Failed"),
        (JobState::Cancelled, "Cancelled"),
    ];
    html! {
        header { h1 { "Printed" } span.push {} a.btn.quiet href=(url::printers()) { (ui::labelled("print", "Printers")) } }
        form.row.wrap.range method="get" action=(url::print_jobs()) {
            (ui::around("Printer", "printer", None, None, html! {
                select name="printer" id="printer" {
                    option value="" { "All" }
                    @for one in all { option value=(one.id) selected[sought.printer == Some(one.id)] { (one.name) } }
                }
            }))
            (ui::around("State", "state", None, None, html! {
                select name="state" id="state" {
                    option value="" { "All" }
                    @for (state, word) in words { option value=(state.as_str()) selected[sought.state == Some(state)] { (word) } }
                }
            }))
            button.btn.lg { "Show" }
        }
        section.card.flush.read {
            @if page.is_empty() {
                (ui::empty("print", "Nothing here", "What was printed in the last two weeks stands here.", html! {}))
            } @else {
                table.table {
                    caption.vh { "Printed" }
                    thead { tr { th { "What" } th { "Printer" } th { "State" } th { "Wanted" } th { span.vh { "What to do" } } } }
                    tbody { @for job in page { (job_row(job, rule)) } }
                }
            }
        }
        @if let Some(last) = more { p { a.btn href=(older(sought, last.id)) { "Older" } } }
    }
}

fn older(sought: Sought, last: PrintJobId) -> String {
    let printer = sought.printer.map(|id| id.to_string()).unwrap_or_default();
    let state = sought.state.map_or("", JobState::as_str);
    format!(
        "{}?printer={printer}&state={state}&before={last}",
        url::print_jobs()
    )
}

/// A word about what was done.
pub fn said(sentence: &str) -> Markup {
    html! { hx-partial hx-target="#notice" { (ui::toast(Kind::Ok, sentence)) } }
}

/// The form for a new printer.
pub fn new_dialog(all: &[Printer], agents: &[(TerminalId, String)], key: &str) -> Markup {
    ui::dialog(
        ui::Shape::Sheet,
        "New printer",
        html! {
            form hx-post=(url::printers()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::key_input(key))
                div.body.stack { (fields(None, all, agents)) }
                footer { button.btn.lg.primary hx-disable="this" { "Add printer" } }
            }
        },
    )
}

/// The form for one printer, with the way to another one for what waits.
pub fn edit_dialog(
    printer: &Printer,
    all: &[Printer],
    agents: &[(TerminalId, String)],
    key: &impl Fn() -> String,
) -> Markup {
    let others: Vec<&Printer> = others(all, printer.id).collect();
    ui::dialog(
        ui::Shape::Sheet,
        &printer.name,
        html! {
            div.body.stack {
                form.stack #edit-printer hx-put=(url::printer(printer.id)) hx-target="#sheet" hx-swap="innerHTML" {
                    (ui::key_input(&key()))
                    input type="hidden" name="revision" value=(printer.revision);
                    (fields(Some(printer), all, agents))
                }
                @if printer.fares.waiting > 0 && !others.is_empty() {
                    form.stack hx-post=(url::printer_moves(printer.id)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(&key()))
                        (ui::around("Print what waits at", "to", None, None, html! {
                            select name="to" id="to" aria-describedby="err-to" { @for one in others { option value=(one.id) { (one.name) } } }
                        }))
                        div { button.btn hx-disable="this" { (ui::labelled("swap", "Print it there")) } }
                    }
                }
            }
            footer { button.btn.lg.primary form="edit-printer" hx-disable="this" { "Save" } }
        },
    )
}

fn others(all: &[Printer], than: PrinterId) -> impl Iterator<Item = &Printer> {
    all.iter().filter(move |one| one.id != than && one.active)
}

fn fields(it: Option<&Printer>, all: &[Printer], agents: &[(TerminalId, String)]) -> Markup {
    let address = it.map(|it| it.address.to_string()).unwrap_or_default();
    let paper = it.map_or(Paper::Wide, |it| it.paper);
    let agent = it.and_then(|it| it.agent.as_ref()).map(|(id, _)| *id);
    let stand_in = it.and_then(|it| it.stand_in);
    // One that went out of use since it was chosen is still shown as what it is.
    let standing = all
        .iter()
        .filter(|one| Some(one.id) != it.map(|it| it.id))
        .filter(|one| one.active || Some(one.id) == stand_in);
    html! {
        (Field::new("Name", "name").value(it.map_or("", |it| &it.name)).max(60).required().hint("Such as Bar printer."))
        (Field::new("Where it is", "address").value(&address).max(260).required()
            .hint("Its address on the network, such as 192.168.1.50, or the device of a cable, such as /dev/usb/lp0. Give the printer a fixed address."))
        (ui::around("Paper", "paper", None, None, html! {
            select name="paper" id="paper" aria-describedby="err-paper" {
                @for (value, one) in [("80", Paper::Wide), ("58", Paper::Narrow)] { option value=(value) selected[one == paper] { (one.label()) } }
            }
        }))
        (ui::around("Reached by", "agent", None, Some("A print agent is for a server that is not in the building. It is added under Terminals."), html! {
            select name="agent" id="agent" aria-describedby="err-agent" {
                option value="" { "This server" }
                @for (id, name) in agents { option value=(id) selected[agent == Some(*id)] { (name) } }
            }
        }))
        (ui::around("Stands in while it fails", "stand_in", None, Some("After 20 seconds what waits is printed there, and says for which printer it was."), html! {
            select name="stand_in" id="stand_in" aria-describedby="err-stand_in" {
                option value="" { "None: it waits" }
                @for one in standing { option value=(one.id) selected[stand_in == Some(one.id)] { (one.name) } }
            }
        }))
        label.switch {
            input type="checkbox" role="switch" name="active" value="true" checked[it.is_none_or(|it| it.active)];
            " In use"
        }
        (ui::error_place("active", None))
    }
}

/// A job as it stands on paper, with what may be done about it.
pub fn job_dialog(
    id: PrintJobId,
    kept: &Kept,
    all: &[Printer],
    key: &impl Fn() -> String,
) -> Markup {
    let open = matches!(kept.state, JobState::Pending | JobState::Failed);
    let again = open && kept.kind != JobKind::Drawer;
    let shown = printing::view::Shown::default();
    ui::dialog(
        ui::Shape::Sheet,
        &kept.title,
        html! {
            div.body.stack {
                @if again {
                    form.stack #again hx-post=(url::print_job_tries(id)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(&key()))
                        (ui::around("Print at", "printer", None, None, html! {
                            select name="printer" id="printer" aria-describedby="err-printer" {
                                @for one in all.iter().filter(|one| one.active) { option value=(one.id) selected[one.id == kept.printer] { (one.name) } }
                            }
                        }))
                    }
                }
                @if let Some(slip) = &kept.slip { (printing::view::slip(slip, shown)) }
                @else { p { "The cash drawer is told to open. Nothing is printed." } }
            }
            footer {
                @if open {
                    form hx-delete=(url::print_job(id)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::key_input(&key()))
                        button.btn.lg.danger hx-disable="this" { (ui::labelled("x", "Cancel it")) }
                    }
                }
                @if again { button.btn.lg.primary form="again" hx-disable="this" { "Print it now" } }
                @else { button.btn.lg.primary type="button" data-close { "Done" } }
            }
        },
    )
}
