//! How the stations look that managers keep, and what a board's script reads about its hands and ears.

use maud::{Markup, html};

use super::hands::{Hands, Ring};
use super::plan::Kept;
use crate::kitchen::StationKind;
use crate::kitchen::keys::{Act, Keys};
use crate::printers::Printer;
use crate::ui::{self, Field};
use crate::values::{StationId, minutes_seconds};
use crate::web::url;

/// What the script of a board reads about its keys and what rings.
pub fn hands(hands: &Hands) -> Markup {
    let keys = serde_json::json!(hands.keys.by_key());
    let quiet: Vec<&str> = hands.quiet.iter().map(|ring| ring.name()).collect();
    html! {
        i #hands hidden data-keys=(keys) data-quiet=(quiet.join(" ")) data-bump-at-once[hands.bump_at_once] {}
    }
}

/// The same in a picture.
pub fn hands_redrawn(these: &Hands) -> Markup {
    html! { hx-partial hx-target="#hands" hx-swap="outerHTML" { (hands(these)) } }
}

/// The list with its button for a new station.
pub fn page_content(stations: &[Kept]) -> Markup {
    html! {
        header {
            h1 { "Stations" }
            span.push {}
            button.btn.primary hx-get=(url::new_station()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::labelled("plus", "New station"))
            }
        }
        (list(stations))
    }
}

fn list(stations: &[Kept]) -> Markup {
    html! {
        section.card.flush #stations {
            @if stations.is_empty() {
                (ui::empty("chef", "No stations yet", "Add one for each place where something is made.", html! {}))
            } @else {
                table.table {
                    caption.vh { "Stations" }
                    thead { tr {
                        th { "Name" } th { "Work of" } th.num { "Slow after" } th.num { "Late after" } th { "Passes on to" } th { "Keys" }
                        th { "State" } th { span.vh { "Edit" } }
                    } }
                    tbody { @for one in stations { (row(one, stations)) } }
                }
            }
        }
    }
}

fn row(one: &Kept, all: &[Kept]) -> Markup {
    html! {
        tr id={ "station-" (one.id) } {
            td { b { (one.name) } }
            td { (work_of(one.kind)) }
            td.num { (minutes_seconds(one.soon.into())) }
            td.num { (minutes_seconds(one.late.into())) }
            td { @if let Some(name) = name_of(one.next, all) { (name) } @else { "–" } }
            td { @if one.hands.keys.are_usual() { "Usual" } @else { "Its own" } }
            td { span.row.wrap { (state(one, all)) } }
            td.num {
                button.btn.quiet id={ "edit-" (one.id) } hx-get=(url::station(one.id)) hx-target="#sheet" hx-swap="innerHTML"
                    aria-label={ "Edit " (one.name) } { (ui::labelled("edit", "Edit")) }
            }
        }
    }
}

fn state(one: &Kept, all: &[Kept]) -> Markup {
    html! {
        @if one.active && one.kind.makes() && !one.watched { (ui::badge_of(ui::Kind::Warn, false, "No alarm")) }
        @if !one.active {
            (ui::badge_saying(ui::Status::Cancelled, "Not in use"))
        } @else if let Some(name) = name_of(one.redirect, all) {
            (ui::badge_of(ui::Kind::Warn, false, &format!("Closed, {name} instead")))
        } @else {
            (ui::badge_of(ui::Kind::Ok, false, "In use"))
        }
    }
}

fn name_of(id: Option<StationId>, all: &[Kept]) -> Option<&str> {
    let found = all.iter().find(|other| Some(other.id) == id);
    found.map(|other| other.name.as_str())
}

fn work_of(kind: StationKind) -> &'static str {
    match kind {
        StationKind::Kitchen => "Kitchen",
        StationKind::Bar => "Bar",
        StationKind::Expo => "Expo: sees whole orders",
    }
}

/// The list redrawn beside whatever else is answered.
pub fn redrawn(stations: &[Kept]) -> Markup {
    html! { hx-partial hx-target="#stations" hx-swap="outerHTML" { (list(stations)) } }
}

/// A word about what was done.
pub fn said(sentence: &str) -> Markup {
    html! { hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, sentence)) } }
}

/// The form for a new station.
pub fn new_dialog(all: &[Kept], printers: &[Printer], key: &str) -> Markup {
    ui::dialog(
        ui::Shape::Wide,
        "New station",
        html! {
            form hx-post=(url::stations()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::key_input(key))
                div.body.stack { (fields(None, all, printers)) }
                footer { button.btn.lg.primary hx-disable="this" { "Add station" } }
            }
        },
    )
}

/// The form for one station.
pub fn edit_dialog(station: &Kept, all: &[Kept], printers: &[Printer], key: &str) -> Markup {
    ui::dialog(
        ui::Shape::Wide,
        &station.name,
        html! {
            form #edit-station hx-put=(url::station(station.id)) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::key_input(key))
                input type="hidden" name="revision" value=(station.revision);
                div.body.stack { (fields(Some(station), all, printers)) }
                footer { button.btn.lg.primary hx-disable="this" { "Save" } }
            }
        },
    )
}

fn fields(it: Option<&Kept>, all: &[Kept], printers: &[Printer]) -> Markup {
    let last = all.iter().map(|other| other.sort).max().unwrap_or(0);
    let sort = it.map_or((last + 1).min(999), |it| it.sort).to_string();
    let soon = minutes_seconds(it.map_or(8 * 60, |it| it.soon.into()));
    let late = minutes_seconds(it.map_or(15 * 60, |it| it.late.into()));
    let kind = it.map_or(StationKind::Kitchen, |it| it.kind);
    html! {
        div.pairs {
            (Field::new("Name", "name").value(it.map_or("", |it| &it.name)).max(60).required().hint("Such as Grill or Pastry."))
            (ui::around("Whose work", "kind", None, None, html! {
                select name="kind" id="kind" aria-describedby="err-kind" {
                    @for one in [StationKind::Kitchen, StationKind::Bar, StationKind::Expo] {
                        option value=(one.as_str()) selected[one == kind] { (work_of(one)) }
                    }
                }
            }))
            (Field::new("Slow after", "soon").value(&soon).max(8).required().hint("Minutes, or minutes and seconds: 2:30."))
            (Field::new("Late after", "late").value(&late).max(8).required().hint("Minutes, or minutes and seconds."))
            (Field::new("Place in the order", "sort").kind("number").value(&sort).required())
            (way("Passes its tickets on to", "next", "When a ticket is bumped here: make, then oven, then pass.", it, it.and_then(|it| it.next), all))
            (way("Closed today: send work to", "redirect", "New work goes there as long as this is chosen.", it, it.and_then(|it| it.redirect), all))
        }
        label.switch {
            input type="checkbox" role="switch" name="active" value="true" checked[it.is_none_or(|it| it.active)];
            " In use"
        }
        (ui::error_place("active", None))
        label.switch {
            input type="checkbox" role="switch" name="watched" value="true" checked[it.is_none_or(|it| it.watched)];
            " Alarm at the till when no screen shows a ticket for 10 seconds"
        }
        (paper(it, printers))
        (ears(it.map(|it| &it.hands)))
        (key_fields(it.map(|it| &it.hands)))
    }
}

fn paper(it: Option<&Kept>, printers: &[Printer]) -> Markup {
    let chosen = it.and_then(|it| it.printer);
    // One that went out of use since it was chosen is still shown as what it is.
    let offered = printers
        .iter()
        .filter(|one| one.active || Some(one.id) == chosen);
    html! {
        (ui::around("Printer", "printer", None, Some("Prints what no screen here has shown for 10 seconds."), html! {
            select name="printer" id="printer" aria-describedby="err-printer" {
                option value="" { "None" }
                @for one in offered { option value=(one.id) selected[Some(one.id) == chosen] { (one.name) } }
            }
        }))
        label.switch {
            input type="checkbox" role="switch" name="prints_always" value="true" checked[it.is_some_and(|it| it.prints_always)];
            " Print every ticket"
        }
    }
}

/// A choice among the other stations.
fn way(
    label: &str,
    name: &str,
    hint: &str,
    it: Option<&Kept>,
    chosen: Option<StationId>,
    all: &[Kept],
) -> Markup {
    let own = it.map(|it| it.id);
    let others = all.iter().filter(|other| Some(other.id) != own);
    // One that went out of use since it was chosen is still shown as what it is.
    let others = others.filter(|other| other.active || Some(other.id) == chosen);
    ui::around(
        label,
        name,
        None,
        Some(hint),
        html! {
            select name=(name) id=(name) aria-describedby={ "err-" (name) } {
                option value="" { "Nowhere" }
                @for other in others { option value=(other.id) selected[Some(other.id) == chosen] { (other.name) } }
            }
        },
    )
}

fn ears(these: Option<&Hands>) -> Markup {
    let rings = |ring| these.is_none_or(|hands| !hands.quiet.contains(&ring));
    html! {
        fieldset.block {
            legend { "What rings there" }
            div.row.wrap {
                @for ring in Ring::ALL {
                    label.chip { input type="checkbox" name="ring" value=(ring.name()) checked[rings(ring)]; (ring.label()) }
                }
            }
            (ui::error_place("ring", None))
        }
    }
}

fn key_fields(these: Option<&Hands>) -> Markup {
    let usual = Keys::default();
    let keys = these.map_or(&usual, |hands| &hands.keys);
    html! {
        fieldset.block.stack {
            legend { "Keys of the bump bar" }
            p { small { "One letter, digit or sign, or a name: Enter, Space, Left, Page Up, Esc, F5. A field left empty gets its usual key." } }
            div.pairs.keys {
                @for act in Act::all() {
                    (Field::new(act.label(), act.field()).value(&keys.key_of(act).to_string()).max(12))
                }
            }
            (Field::new("Keys for the numbers 0 to 9", "numbers").value(&keys.numbers().to_string()).max(120)
                .hint("Each ticket shows its number. 0 and then another key is 10 and more."))
            label.switch {
                input type="checkbox" role="switch" name="bump_at_once" value="true" checked[these.is_some_and(|hands| hands.bump_at_once)];
                " A number bumps its ticket at once"
            }
        }
    }
}
