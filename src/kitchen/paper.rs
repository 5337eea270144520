//! A ticket on paper: what a printer at the station is sent, in place of a screen or beside it.
//!
//! The head is the same on each: why it was printed, here or away (as large as it goes), for whom, order, waiter, time, and
//! which of how many stations it is.

use time::OffsetDateTime;

use super::board::{Posted, Section};
use super::station::Station;
use super::ticket::{Ticket, TicketKind, TicketLine};
use super::view::{count_of, place_of};
use crate::printing::{Look, Slip};
use crate::values::DayRule;

/// Why a ticket is printed, which decides what of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Print<'a> {
    /// It was sent: all that was fired and stands.
    All,
    /// More was sent for it: the nth addition.
    AddOn(i16),
    /// A course that was on hold is to be made now.
    Fired(i16),
    /// Something was struck out that nobody has said they know of: since that moment, or all of it.
    Void(Option<OffsetDateTime>),
    /// It is for somebody else, or served by somebody else.
    Changed,
    /// Somebody wanted it again. Nothing of it is to be made a second time.
    Duplicate {
        /// Who.
        by: &'a str,
        /// When.
        at: OffsetDateTime,
    },
}

impl Print<'_> {
    fn shows(self, line: &TicketLine) -> bool {
        match self {
            Print::All | Print::Changed => line.voided.is_none(),
            Print::AddOn(addition) => line.addition == addition && line.voided.is_none(),
            Print::Fired(course) => line.held && line.is_live() && line.course == course,
            Print::Void(since) => {
                let is_since = |at: OffsetDateTime| since.is_none_or(|since| at >= since);
                line.is_void_unseen() && line.voided.is_some_and(|void| is_since(void.at))
            }
            Print::Duplicate { .. } => true,
        }
    }

    /// What stands above everything else, white on black.
    fn banner(self) -> Option<String> {
        match self {
            Print::All => None,
            Print::Changed => Some("CHANGED: NOT TO BE MADE AGAIN".to_owned()),
            Print::AddOn(_) => Some("ADD-ON".to_owned()),
            Print::Fired(course) => Some(format!("COURSE {course} FIRED")),
            Print::Void(_) => Some("VOID: DO NOT MAKE".to_owned()),
            Print::Duplicate { .. } => Some("DUPLICATE: NOT TO BE MADE AGAIN".to_owned()),
        }
    }

    /// What sets it apart in the list of what is printed.
    pub fn suffix(self) -> String {
        match self {
            Print::All => String::new(),
            Print::AddOn(_) => ", add-on".to_owned(),
            Print::Fired(course) => format!(", course {course}"),
            Print::Void(_) => ", void".to_owned(),
            Print::Changed => ", changed".to_owned(),
            Print::Duplicate { .. } => ", duplicate".to_owned(),
        }
    }

    /// When what it shows was sent, fired or struck out.
    fn moment(self, ticket: &Ticket) -> (&'static str, OffsetDateTime) {
        let shown = ticket.lines.iter().filter(|line| self.shows(line));
        let (word, last) = match self {
            Print::All | Print::Changed | Print::Duplicate { .. } => ("Sent", None),
            Print::AddOn(_) => ("Sent", shown.filter_map(|line| line.fired_at).max()),
            Print::Fired(_) => ("Fired", shown.filter_map(|line| line.fired_at).max()),
            Print::Void(_) => {
                let voids = shown.filter_map(|line| line.voided);
                ("Struck out", voids.map(|void| void.at).max())
            }
        };
        (word, last.unwrap_or(ticket.sent_at))
    }
}

/// The slip of a ticket at its station.
pub fn slip(posted: &Posted, station: &Station, print: Print, rule: &DayRule) -> Slip {
    let ticket = &posted.ticket;
    let mut slip = Slip::new(format!("{} ticket", station.name));
    why(&mut slip, print, rule);
    for_whom(&mut slip, ticket);
    let (word, at) = print.moment(ticket);
    slip.row(
        format!("Served by {}", ticket.waiter),
        format!("{word} {}", rule.local(at).time()),
    );
    stations(&mut slip, posted, station);
    slip.rule();
    items(&mut slip, ticket, print, rule);
    slip
}

fn items(slip: &mut Slip, ticket: &Ticket, print: Print, rule: &DayRule) {
    // A ticket of one section says so at its head.
    let has_sections = matches!(print, Print::All | Print::Changed | Print::Duplicate { .. });
    let shown = ticket.lines.iter().filter(|line| print.shows(line));
    let mut before = None;
    for line in shown.clone() {
        let section = Section::of(line).filter(|_| has_sections);
        if section != before {
            section_head(slip, section, rule);
        }
        before = section;
        item(slip, line, ticket);
    }
    slip.rule();
    let counted = shown.filter(|line| matches!(print, Print::Void(_)) || line.is_live());
    let pieces = counted.map(|line| i32::from(line.quantity.get())).sum();
    slip.centred(count_of(pieces, "item"));
}

fn why(slip: &mut Slip, print: Print, rule: &DayRule) {
    if let Some(banner) = print.banner() {
        slip.text_looking(Look::Reversed, banner);
    }
    if let Print::Duplicate { by, at } = print {
        let at = rule.local(at);
        slip.text_looking(
            Look::Strong,
            format!("Printed again by {by}, {} {}", at.day(), at.time()),
        );
    }
}

fn for_whom(slip: &mut Slip, ticket: &Ticket) {
    slip.heading(match ticket.kind {
        TicketKind::DineIn => "DINE IN",
        TicketKind::Takeaway => "TAKEAWAY",
    });
    slip.heading(&ticket.title);
    if let Some(customer) = &ticket.customer {
        slip.heading(customer);
    }
    if let Some(former) = &ticket.former_title {
        slip.text_looking(Look::Strong, format!("It was {former} before."));
    }
    if ticket.priority {
        slip.text_looking(Look::Reversed, "BEFORE ALL OTHERS");
    }
    if ticket.unpaid {
        slip.text_looking(Look::Strong, "NOT PAID YET");
    }
    let guests = match ticket.kind {
        TicketKind::DineIn => count_of(ticket.guests.into(), "guest"),
        TicketKind::Takeaway => String::new(),
    };
    slip.row(format!("Order {}", ticket.number), guests);
}

fn stations(slip: &mut Slip, posted: &Posted, station: &Station) {
    let (place, of) = posted.place(station);
    if of < 2 {
        slip.text(&station.name);
        return;
    }
    slip.row(&station.name, format!("{place} of {of} stations"));
    let others = posted.elsewhere.iter().map(|other| other.station.as_str());
    let others: Vec<&str> = others.collect();
    slip.text(format!("Also at: {}", others.join(", ")));
}

fn section_head(slip: &mut Slip, section: Option<Section>, rule: &DayRule) {
    let time = |at| rule.local(at).time();
    let said = match section {
        None => return,
        Some(Section::AddOn(at)) => format!("ADD-ON {}", time(at)),
        Some(Section::Fired { course, at }) => format!("COURSE {course} FIRED {}", time(at)),
        Some(Section::Held { course }) => format!("ON HOLD: COURSE {course}"),
    };
    slip.text_looking(Look::Strong, said);
}

fn item(slip: &mut Slip, line: &TicketLine, ticket: &Ticket) {
    match line.voided {
        Some(_) => slip.text_looking(Look::Reversed, format!("VOID {}", line.words())),
        None => slip.text_looking(Look::Tall, line.words()),
    }
    if let Some(name) = &line.second_name {
        slip.inset(Look::Strong, name);
    }
    for modifier in &line.modifiers {
        match modifier.loud {
            true => slip.inset(Look::Strong, modifier.name.to_uppercase()),
            false => slip.inset(Look::Plain, &modifier.name),
        }
    }
    if let Some(note) = &line.note {
        slip.inset(Look::Strong, format!("Note: {note}"));
    }
    if let Some(place) = place_of(line, ticket) {
        slip.inset(Look::Plain, place);
    }
    if let Some(allergy) = &line.allergy {
        slip.text_looking(
            Look::Reversed,
            format!("ALLERGY: {}", allergy.to_uppercase()),
        );
    }
}

#[cfg(test)]
pub(super) mod tests;
