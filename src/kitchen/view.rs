//! How boards look. One picture is shared by all who watch a station: it carries no key and nothing personal.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::board::{AllDay, Board, Counts, Elsewhere, Posted, Recallable, Section, pieces};
use super::figures::Learned;
use super::station::{Pace, Station, StationKind};
use super::stations::{self, Hands};
use super::ticket::{Age, Ticket, TicketKind, TicketLine};
use crate::live;
use crate::settings::Settings;
use crate::staff::{Person, short_name};
use crate::ui::{self, BodyKind, Page, Shape, Tick, TopBar};
use crate::values::{DayRule, StationId, TicketId, epoch_millis, minutes_seconds, rfc3339};
use crate::web::url;

/// The boards that somebody may open.
pub fn chooser(stations: &[Station], person: &Person, cafe: &str) -> Markup {
    let shown = person.shown();
    let bar = TopBar {
        title: Some("Boards"),
        person: Some(&shown),
        ..TopBar::default()
    };
    let content = html! {
        (ui::top_bar(bar, html! {}))
        main.scroll { div.narrow {
            @if stations.is_empty() {
                (ui::empty("chef", "No board is yours here",
                    "Boards are worked by the kitchen and the bar, by managers, and at terminals that are bound to one. The pass is seen by whoever takes orders.", html! {}))
            } @else {
                ul.menu-list {
                    @for station in stations {
                        li { a.btn.xl.wide href=(url::board(station.id)) { (ui::labelled(icon_of(station.kind), &station.name)) } }
                    }
                }
            }
        } }
    };
    let sign_in = url::sign_in();
    let page = Page {
        sign_in: Some(&sign_in),
        ..Page::new(BodyKind::Pos, "Boards", cafe)
    };
    ui::page(page, content)
}

/// A board, for as long as somebody looks at it. `way_back` is drawn for people, who have other screens.
pub fn page(
    board: &Board,
    now: OffsetDateTime,
    settings: &Settings,
    hands: &Hands,
    way_back: bool,
) -> Markup {
    let station = &board.station;
    let counts = html! {
        span.row.counts #kds-counts { (counts(board.counts(now))) }
        button.btn type="button" data-board="beyond" hidden {}
    };
    let actions = html! {
        span #board-recall { (recall_last(board, now)) }
        button.btn type="button" data-board="recalls" hx-get=(url::board_recalls(station.id)) hx-target="#sheet"
            aria-label="What may be recalled" { (ui::icon("receipt")) }
        button.btn type="button" data-board="allday" hx-get=(url::board_all_day(station.id)) hx-target="#sheet"
            aria-label="All day, with how it is wanted" { (ui::icon("chart")) }
        @if way_back {
            a.btn href=(url::boards()) aria-label="All boards" { (ui::icon("left")) }
        }
    };
    let content = html! {
        (ui::wall_bar(icon_of(station.kind), &station.name, counts, actions))
        main.board #board tabindex="0" aria-label="Tickets, oldest first" { (tickets(board, now)) }
        footer.allday #allday tabindex="0" aria-label="All day counts" { (all_day(board)) }
        (stations::view::hands(hands))
    };
    let (stream, sign_in) = (stream_of(station.id), url::sign_in());
    let page = Page {
        stream: Some(&stream),
        sign_in: Some(&sign_in),
        now_ms: Some(epoch_millis(now)),
        zone: Some(&settings.time_zone),
        display: !way_back,
        ..Page::new(BodyKind::Wall, &station.name, &settings.cafe_name)
    };
    ui::page(page, content)
}

/// Everything of a board that changes, as its feed sends it.
pub fn picture(board: &Board, now: OffsetDateTime) -> Markup {
    html! {
        hx-partial hx-target="#board" hx-swap="innerArticles" { (tickets(board, now)) }
        hx-partial hx-target="#kds-counts" hx-swap="innerPlain" { (counts(board.counts(now))) }
        hx-partial hx-target="#board-recall" hx-swap="innerMorph" { (recall_last(board, now)) }
        hx-partial hx-target="#allday" hx-swap="innerPlain" { (all_day(board)) }
    }
}

/// What takes a bump back in place, for whoever bumped.
pub fn bumped(ticket: &Ticket) -> Markup {
    let undo = recall_button(ticket.id, &ticket.title, ticket.revision, "Undo", None);
    html! {
        hx-partial hx-target="#notice" {
            (ui::notice::toast_with(ui::Kind::Ok, &format!("{} bumped.", ticket.title), undo))
        }
    }
}

fn tickets(board: &Board, now: OffsetDateTime) -> Markup {
    let tickets = html! {
        @for (posted, key) in board.tickets.iter().zip(1..) {
            (ticket(posted, key, &board.station, now))
        }
    };
    html! {
        (live::fingerprinted(&tickets))
        @if board.tickets.is_empty() {
            (ui::empty("check", "All caught up", "New tickets appear here by themselves.", html! {}))
        }
    }
}

/// A ticket; a long one in several pieces that stand beside each other.
fn ticket(posted: &Posted, key: usize, station: &Station, now: OffsetDateTime) -> Markup {
    let ticket = &posted.ticket;
    let (age, clock) = (
        ticket.age(station.pace, now),
        ticket.clock(station.pace, now),
    );
    let pieces = pieces(ticket);
    let voids = ticket.voids_unseen();
    let began = ticket.clock_at.unwrap_or(ticket.sent_at);
    html! {
        @for (piece, number) in pieces.iter().zip(1..) {
            @let (first, last) = (number == 1, number == pieces.len());
            article.kt id=(piece_id(ticket.id, number)) data-age=(age.name()) data-since=[clock.map(|clock| rfc3339(clock.since))]
                data-soon=[clock.map(|clock| clock.pace.soon_s)] data-late=[clock.map(|clock| clock.pace.late_s)]
                data-rev={ (ticket.id) "." (ticket.revision) } data-n=[last.then_some(key)]
                data-new[first && ticket.wants_attention(now)] data-voids=[(first && voids > 0).then_some(voids)]
                data-additions=(ticket.additions) data-changes=(ticket.changes) data-first[ticket.priority]
                aria-label=(ticket.title) {
                header {
                    span.key aria-label={ "Key " (key) } { (key) }
                    h2 {
                        @if let Some(former) = &ticket.former_title { del { (former) } " " }
                        (ticket.title) @if let Some(customer) = &ticket.customer { " " span.for-whom { (customer) } }
                    }
                    @if age == Age::Held { span {} } @else { (ui::ticking(Tick::Board, &rfc3339(began), &age_at(began, now))) }
                    @if first { (under_title(ticket, age)) } @else {
                        span.sub { (age_label(age)) span.push {} span { "continued, " (number) " of " (pieces.len()) } }
                    }
                    @if first && ticket.started.is_none() && !ticket.is_waiting() {
                        button.start type="button" data-deed="start" hx-post=(url::ticket_start(ticket.id)) hx-swap="none"
                            aria-label={ "Start " (ticket.title) } {}
                    }
                }
                @if first { (elsewhere(posted, station)) (delivery(ticket)) }
                ul.items {
                    @for (line, heading) in with_headings(piece, ticket) {
                        @if let Some(section) = heading { (section_head(section, line, now)) }
                        li { (item(line, ticket)) }
                    }
                }
                @if last { (bump(ticket)) } @else { p.also { "Continues, " (pieces.len() - number) " more →" } }
            }
        }
    }
}

/// Each line of a piece with what stands above it, where it is the first of its section.
fn with_headings<'a>(
    piece: &'a [TicketLine],
    ticket: &'a Ticket,
) -> impl Iterator<Item = (&'a TicketLine, Option<Section>)> {
    let first = piece.first().map(|line| line.id);
    let last_before = ticket
        .lines
        .iter()
        .take_while(move |line| Some(line.id) != first)
        .last();
    let before = last_before.and_then(Section::of);
    let earlier = std::iter::once(before).chain(piece.iter().map(Section::of));
    piece.iter().zip(earlier).map(|(line, before)| {
        let section = Section::of(line).filter(|section| Some(*section) != before);
        (line, section)
    })
}

fn under_title(ticket: &Ticket, age: Age) -> Markup {
    html! {
        span.sub {
            (age_label(age))
            @if ticket.priority { span { (ui::icon("up")) "First" } }
            @if ticket.unpaid { span { (ui::icon("due")) "Unpaid" } }
            @if ticket.voids_unseen() > 0 { span { (ui::icon("cancelled")) "VOID" } }
            @if ticket.recalled_at.is_some() { span { (ui::icon("undo")) "Recalled" } }
            @if ticket.started.is_some() {
                span { (ui::icon("preparing")) "Started" }
            } @else if !ticket.is_waiting() {
                span.go { (ui::icon("play")) "Start" }
            }
            span.push {}
            span {
                "#" (ticket.number) " · " (short_name(&ticket.waiter)) " · " (count_of(ticket.pieces(), "item"))
                @if ticket.kind == TicketKind::DineIn { " · " (count_of(ticket.guests.into(), "guest")) }
            }
        }
    }
}

/// "1 guest", "4 items".
pub(super) fn count_of(number: i32, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        more => format!("{more} {thing}s"),
    }
}

fn age_label(age: Age) -> Markup {
    html! { span data-age-label { (ui::icon(age.icon())) span { (age.label()) } } }
}

/// Who else works for the same order, and who of them has finished.
fn elsewhere(posted: &Posted, station: &Station) -> Markup {
    let (place, of) = posted.place(station);
    let name = |other: &Elsewhere| match other.ready {
        true => format!("{} (ready)", other.station),
        false => other.station.clone(),
    };
    let others: Vec<String> = posted.elsewhere.iter().map(name).collect();
    html! {
        @if of > 1 { p.also { (place) " of " (of) " stations · also at: " (others.join(", ")) } }
    }
}

/// The delivery receipt: sent by the first screen of the station on which the ticket can really be seen.
/// An addition or a void asks for another, so its element is another one.
fn delivery(ticket: &Ticket) -> Markup {
    html! {
        @if ticket.shown_at.is_none() {
            i.seen id={ "seen-" (ticket.id) "-" (ticket.additions) "-" (ticket.changes) } data-receipt=(url::ticket_shown(ticket.id))
                aria-hidden="true" {}
        }
    }
}

/// What a section is: sent later, fired, or kept back.
fn section_head(section: Section, line: &TicketLine, now: OffsetDateTime) -> Markup {
    let since = |at| ui::ticking(Tick::Board, &rfc3339(at), &age_at(at, now));
    html! {
        li.addon id={ "section-" (line.id) } {
            @match section {
                Section::AddOn(at) => { "ADD-ON " (since(at)) },
                Section::Fired { course, at } => { "COURSE " (course) " FIRED " (since(at)) },
                Section::Held { course } => { (ui::icon("held")) " ON HOLD · COURSE " (course) },
            }
        }
    }
}

/// A line: a tap on it says that it is done, another that it is not; of one that was struck out it says that one knows.
fn item(line: &TicketLine, ticket: &Ticket) -> Markup {
    let done = line.done.is_some();
    let address = url::ticket_line_done(ticket.id, line.id);
    if line.is_held() {
        return html! { div.item.held id={ "l-" (line.id) } { (what(line, ticket)) } };
    }
    if line.voided.is_some() && !line.is_void_unseen() {
        return html! { div.item.void id={ "l-" (line.id) } { (what(line, ticket)) } };
    }
    if line.is_void_unseen() {
        return html! {
            button.item.void id={ "l-" (line.id) } type="button" data-deed={ "seen-" (line.id) }
                hx-post=(url::ticket_line_seen(ticket.id, line.id)) hx-swap="none" {
                (what(line, ticket))
                span.allergy { (ui::icon("cancelled")) "VOID · TAP WHEN SEEN" }
            }
        };
    }
    html! {
        button.item id={ "l-" (line.id) } type="button" data-deed={ "line-" (line.id) }
            hx-post=[(!done).then_some(&address)] hx-delete=[done.then_some(&address)] hx-swap="none"
            aria-pressed=(if done { "true" } else { "false" }) { (what(line, ticket)) }
    }
}

/// What is to be made, and how.
fn what(line: &TicketLine, ticket: &Ticket) -> Markup {
    html! {
            span.q { (line.quantity) }
            span { (line.name) }
            @if line.done.is_some() { (ui::icon("check")) }
            @if let Some(name) = &line.second_name { span.m { (name) } }
            @for modifier in &line.modifiers {
                @if modifier.loud { span.m.no { (modifier.name.to_uppercase()) } } @else { span.m { (modifier.name) } }
            }
            @if let Some(note) = &line.note { span.m.no { (ui::icon("note")) (note) } }
            @if let Some(place) = place_of(line, ticket) { span.m { (place) } }
            @if let Some(allergy) = &line.allergy { span.allergy { (ui::icon("late")) (allergy.to_uppercase()) } }
    }
}

/// "Seat 2 · Course 1": the course only where the ticket has several.
pub(super) fn place_of(line: &TicketLine, ticket: &Ticket) -> Option<String> {
    let seat = line.seat.map(|seat| format!("Seat {seat}"));
    let course = ticket
        .has_courses()
        .then(|| format!("Course {}", line.course));
    match (seat, course) {
        (Some(seat), Some(course)) => Some(format!("{seat} · {course}")),
        (seat, course) => seat.or(course),
    }
}

fn bump(ticket: &Ticket) -> Markup {
    let all_done = ticket.all_done();
    let label = match (ticket.voids_unseen() > 0, all_done) {
        (true, true) => "Seen",
        (_, true) => "Bump, all done",
        (_, false) => "Bump",
    };
    let seen = format!(
        r#"{{"additions":{},"changes":{}}}"#,
        ticket.additions, ticket.changes
    );
    let (first, verb) = match ticket.priority {
        true => (true, "Put back"),
        false => (false, "Put first"),
    };
    let priority = url::ticket_priority(ticket.id);
    html! {
        div.zone {
            @if ticket.is_waiting() {
                p.also { "The waiter fires it." }
            } @else {
                button.btn.bump.primary[all_done] type="button" data-deed="bump" hx-post=(url::ticket_bump(ticket.id))
                    hx-vals=(seen) hx-swap="none" aria-label={ (label) ": " (ticket.title) } { (ui::labelled("paid", label)) }
            }
            button.btn.prio type="button" data-board="priority" data-deed="priority" hx-post=[(!first).then_some(&priority)]
                hx-delete=[first.then_some(&priority)] hx-swap="none" aria-pressed=(if first { "true" } else { "false" })
                aria-label={ (verb) ": " (ticket.title) } { (ui::icon("up")) }
        }
    }
}

fn counts(counts: Counts) -> Markup {
    html! {
        span.cnt { b { (counts.open) } " open" }
        @if counts.late > 0 { span.cnt data-kind="bad" { (ui::icon("late")) b { (counts.late) } " late" } }
    }
}

fn recall_last(board: &Board, now: OffsetDateTime) -> Markup {
    match board.recallable(now) {
        Some(last) => recall_button(
            last.ticket,
            &last.title,
            last.revision,
            "Recall",
            Some("recall"),
        ),
        None => html! {
            button.btn #recall-last type="button" disabled aria-label="Recall: nothing was bumped in the last 15 minutes" {
                (ui::labelled("undo", "Recall"))
            }
        },
    }
}

/// Names the ticket that it brings back, so that two who tap at once do not bring back two.
fn recall_button(
    ticket: TicketId,
    title: &str,
    revision: i64,
    label: &str,
    key: Option<&str>,
) -> Markup {
    html! {
        button.btn id=[key.map(|_| "recall-last")] type="button" data-board=[key] data-deed="recall"
            data-rev={ (ticket) "." (revision) } hx-delete=(url::ticket_bump(ticket)) hx-swap="none"
            aria-label={ (label) " " (title) } { (ui::labelled("undo", label)) }
    }
}

fn all_day(board: &Board) -> Markup {
    html! {
        h2 { "All day" }
        @for sum in board.all_day() {
            span {
                @if sum.quantity > 0 || sum.held == 0 { b { (sum.quantity) } }
                (sum.name)
                @if sum.held > 0 { small { (ui::icon("held")) (sum.held) " on hold" } }
            }
        }
        span.push {}
        (legend(board.station.pace))
    }
}

/// The same with how things are wanted, for whoever asks.
///
/// Beside each target stands what the station's own bumps say (`learned`), where they say enough.
pub fn all_day_sheet(board: &Board, learned: &[Learned]) -> Markup {
    let sums = board.all_day();
    let times = |sum: &AllDay| -> String {
        let target = format!("Target {}", minutes_seconds(sum.target_s));
        match learned.iter().find(|one| one.name == sum.name) {
            None => target,
            Some(Learned { times, .. }) => format!(
                "{target} · usually {}, 9 of 10 in {}",
                minutes_seconds(times.median_s),
                minutes_seconds(times.p90_s)
            ),
        }
    };
    let wishes = |sum: &AllDay| -> String {
        let wishes = sum.wishes.iter();
        let said: Vec<String> = wishes
            .map(|(wish, count)| format!("{count} {wish}"))
            .collect();
        said.join(", ")
    };
    let content = html! {
        div.body {
            @if sums.is_empty() { (ui::empty("check", "Nothing is to be made", "", html! {})) } @else {
                table.table {
                    thead { tr { th scope="col" { "Product" } th.num scope="col" { "To make" } th.num scope="col" { "On hold" } } }
                    tbody { @for sum in &sums {
                        tr {
                            th scope="row" { (sum.name) @if !sum.wishes.is_empty() { br; small { (wishes(sum)) } } br; small { (times(sum)) } }
                            td.num { (sum.quantity) }
                            td.num { (sum.held) }
                        }
                    } }
                }
            }
        }
        footer { button.btn.lg type="button" data-close { "Back to the board" } }
    };
    ui::dialog(Shape::Drawer, "All day", content)
}

/// What may be recalled, the last first.
pub fn recalls(
    recalls: &[Recallable],
    prints: bool,
    days: &DayRule,
    now: OffsetDateTime,
) -> Markup {
    let content = html! {
        div.body {
            @if recalls.is_empty() { (ui::empty("undo", "Nothing to recall", "What was bumped in the last 15 minutes is listed here.", html! {})) }
            ul.todo.rc {
                @for one in recalls {
                    li data-status="paid" data-rev={ (one.ticket) "." (one.revision) } {
                        (ui::icon("paid"))
                        span {
                            b { (one.title) } (one.lines) br;
                            small { "Bumped " (days.local(one.at).time()) ", " (ago(one.at, now)) " · " (one.by) }
                        }
                        span.row.wrap {
                            (recall_from_list(one, false, "Recall"))
                            (recall_from_list(one, true, "New clock"))
                            @if prints { (duplicate(one)) }
                        }
                    }
                }
            }
        }
        footer { button.btn.lg type="button" data-close { "Back to the board" } }
    };
    ui::dialog(Shape::Drawer, "Recall", content)
}

fn ago(at: OffsetDateTime, now: OffsetDateTime) -> String {
    match (now - at).whole_minutes() {
        ..=0 => "just now".to_owned(),
        minutes => format!("{minutes} min ago"),
    }
}

fn recall_from_list(one: &Recallable, anew: bool, label: &str) -> Markup {
    let values = if anew { r#"{"anew":"on"}"# } else { "{}" };
    html! {
        button.btn type="button" data-deed={ "recall-" (anew) } hx-post=(url::ticket_recall(one.ticket)) hx-vals=(values) hx-swap="none"
            aria-label={ (label) ": " (one.title) } { (ui::labelled("undo", label)) }
    }
}

fn duplicate(one: &Recallable) -> Markup {
    html! {
        button.btn type="button" data-key="tap" hx-post=(url::ticket_prints(one.ticket)) hx-swap="none"
            aria-label={ "Print again: " (one.title) } { (ui::labelled("print", "Print again")) }
    }
}

/// A word about what was done.
pub fn said(sentence: &str) -> Markup {
    html! { hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, sentence)) } }
}

/// From which age on something is slow and late.
pub fn legend(pace: Pace) -> Markup {
    let (soon, late) = (minutes(pace.soon_s), minutes(pace.late_s));
    html! {
        span.legend {
            span { (ui::icon("clock")) "Under " (soon) " min" }
            span data-kind="warn" { (ui::icon("warn")) (soon) " to " (late) }
            span data-kind="bad" { (ui::icon("late")) "Over " (late) }
        }
    }
}

/// Whole minutes, or minutes and seconds where they are not whole.
fn minutes(seconds: i64) -> String {
    match seconds % 60 {
        0 => (seconds / 60).to_string(),
        _ => minutes_seconds(seconds),
    }
}

fn icon_of(kind: StationKind) -> &'static str {
    match kind {
        StationKind::Kitchen => "chef",
        StationKind::Bar => "cup",
        StationKind::Expo => "ready",
    }
}

fn piece_id(ticket: TicketId, number: usize) -> String {
    match number {
        1 => format!("k-{ticket}"),
        _ => format!("k-{ticket}-{number}"),
    }
}

fn stream_of(station: StationId) -> String {
    format!("{}?view=board&station={station}", url::stream())
}

fn age_at(since: OffsetDateTime, now: OffsetDateTime) -> String {
    minutes_seconds((now - since).whole_seconds())
}
