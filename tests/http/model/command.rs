//! What may be done in the café.

use uuid::Uuid;

pub use super::command_of_money::*;
use super::menu::{Pick, Stock};

/// Somebody does something.
#[derive(Debug, Clone)]
pub struct Command {
    pub who: usize,
    pub deed: Deed,
}

#[derive(Debug, Clone)]
pub enum Deed {
    Order(Uuid, OrderDeed),
    Ticket(Uuid, TicketDeed),
    /// Of this payment.
    Refund(Uuid, Refund),
    /// What becomes of mobile money that is waited for.
    EndWait(Uuid, Ending),
    /// What becomes of money that is asked for by link; which of all links.
    Link(usize, LinkDeed),
    /// The loop beside the server asks about every link whose time has come.
    Poll(Fault),
    /// Somebody asks Pesapal whether it has given this payment back.
    AskBack(Uuid, Fault),
    /// The loop beside the server asks about every refund whose time has come.
    PollBack(Fault),
    /// Money that came for no order is put on this one.
    Place(Uuid, Uuid),
    /// Money comes that nobody asked for.
    Record(Loose),
    /// Without cash, or with the drawer's (`true`) or a pouch's float, counted in hundreds.
    StartShift {
        cash: Option<bool>,
        hundreds: Option<i64>,
    },
    Shift(Uuid, ShiftDeed),
    Stock(Uuid, Stock),
    /// Behind the program's back, as an import would: captured prices stay.
    Price(Uuid, i64),
    /// What a product costs on a list, or that it is on it no more; `was` is what is seen there.
    ListPrice {
        on: (usize, Uuid),
        was: Option<i64>,
        price: Option<i64>,
    },
    ChoicePrice(Uuid, i64),
    ChoiceSoldOut(Uuid, bool),
    /// So many minutes go by.
    Wait(i64),
    /// A request that was carried out comes once more under its key; so many requests ago.
    Again(usize),
    /// Somebody else sends another's request under its key.
    KeyOfAnother(usize),
    /// The job that calls off orders without lines.
    Sweep,
}

#[derive(Debug, Clone)]
pub enum OrderDeed {
    Open {
        table: Option<usize>,
        guests: i64,
        name: Option<String>,
        phone: Option<String>,
    },
    Add(Add),
    Step {
        line: Uuid,
        by: i64,
    },
    Quantity {
        line: Uuid,
        quantity: i64,
    },
    Remove(Uuid),
    Note {
        line: Uuid,
        note: Option<String>,
        allergy: Option<String>,
    },
    Seat {
        line: Uuid,
        seat: Option<i64>,
    },
    NextSeat(Uuid),
    Course {
        line: Uuid,
        course: i64,
    },
    Choose {
        line: Uuid,
        picks: Vec<Pick>,
        note: Option<String>,
        allergy: Option<String>,
    },
    Instead {
        line: Uuid,
        choice: Uuid,
    },
    Details {
        guests: Option<i64>,
        name: Option<String>,
        phone: Option<String>,
    },
    Send,
    /// All that is ready where no line is named.
    Serve {
        lines: Vec<Uuid>,
        from_strip: bool,
    },
    Cancel(Why),
    Pay(Pay),
    /// A guest is asked for mobile money.
    WaitFor(Pay),
    /// A guest is shown a link.
    AskByLink(Pay, Taking),
    NothingToPay,
    Discount(Discount),
    Reopen(Why),
    Hold {
        which: Which,
        held: bool,
    },
    Fire(Which),
    Void(Strike),
    Comp(Strike),
    OpenItem(OpenItem),
    /// To a table, or away with it.
    MoveTo(Option<usize>),
    Transfer(usize),
    Merge(Uuid),
    /// Lines, whole or some pieces of each, to an order that is there or one that is opened for them.
    Give {
        lines: Vec<(Uuid, Option<i64>)>,
        to: Uuid,
        is_fresh: bool,
    },
}

/// Which unsent lines are meant.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    Line(Uuid),
    Course(i64),
}

/// A line that is struck out or given free; some pieces of it, or all.
#[derive(Debug, Clone)]
pub struct Strike {
    pub line: Uuid,
    pub pieces: Option<i64>,
    pub why: Why,
}

/// A reason from the list, in their own words, or both; and who agrees.
#[derive(Debug, Clone, Default)]
pub struct Why {
    pub chosen: Option<&'static str>,
    pub written: Option<&'static str>,
    pub agreed: Option<Agreed>,
}

/// Somebody enters a secret on the asking device.
#[derive(Debug, Clone, Copy)]
pub struct Agreed {
    pub by: usize,
    pub secret: Secret,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    Password,
    Pin,
    Wrong,
}

/// A lower price for a line, or for the whole order.
#[derive(Debug, Clone)]
pub struct Discount {
    pub line: Option<Uuid>,
    pub less: Less,
    pub why: Why,
}

#[derive(Debug, Clone, Copy)]
pub enum Less {
    /// One from the list.
    Named(&'static str),
    /// In basis points.
    Share(i64),
    Amount(i64),
    /// What was given is taken off.
    Nothing,
}

/// Something that is not on the menu.
#[derive(Debug, Clone)]
pub struct OpenItem {
    pub name: &'static str,
    pub price: Option<i64>,
    pub quantity: i64,
    pub station: usize,
    /// Which of the tax classes.
    pub tax: usize,
    pub note: Option<String>,
    pub seat: Option<i64>,
    pub course: i64,
    pub agreed: Option<Agreed>,
}

/// A product for an order; without picks the usual ones.
#[derive(Debug, Clone)]
pub struct Add {
    pub product: Uuid,
    pub quantity: i64,
    pub picks: Option<Vec<Pick>>,
    pub note: Option<String>,
    pub allergy: Option<String>,
    pub seat: Option<i64>,
    pub course: i64,
    /// What the Undo of a removal sends, where this is one.
    pub undo: Option<Vec<(String, String)>>,
}

#[derive(Debug, Clone)]
pub enum TicketDeed {
    Shown,
    Start,
    Done(Uuid),
    NotDone(Uuid),
    /// With the number of additions and of changes that the screen showed.
    Bump {
        seen: Option<i64>,
        changes: Option<i64>,
    },
    Recall,
    RecallFromList {
        anew: bool,
    },
    /// A line was struck out, and somebody says that they know.
    Seen(Uuid),
    /// Before the others, or not any more.
    First(bool),
}

#[derive(Debug, Clone)]
pub enum ShiftDeed {
    Count {
        hundreds: Option<i64>,
    },
    /// To another shift, or carried over.
    PassOn {
        order: Uuid,
        to: Option<Uuid>,
    },
    Close {
        count: Option<Uuid>,
        reason: bool,
        approver: Option<usize>,
    },
}

impl OrderDeed {
    /// Whether lines come, go or cost something else with it.
    pub fn changes_lines(&self) -> bool {
        matches!(
            self,
            OrderDeed::Add(_)
                | OrderDeed::Step { .. }
                | OrderDeed::Quantity { .. }
                | OrderDeed::Remove(_)
                | OrderDeed::Note { .. }
                | OrderDeed::Seat { .. }
                | OrderDeed::NextSeat(_)
                | OrderDeed::Course { .. }
                | OrderDeed::Choose { .. }
                | OrderDeed::Instead { .. }
                | OrderDeed::Void(_)
                | OrderDeed::Comp(_)
                | OrderDeed::OpenItem(_)
                | OrderDeed::Merge(_)
                | OrderDeed::Give { .. }
        )
    }

    /// What changes nothing that is on the bill, or puts something more on it, leaves an order open that was opened again; for
    /// any other it makes no difference. The specification does not say what closes it.
    pub fn may_close(&self) -> bool {
        !matches!(
            self,
            OrderDeed::Reopen(_)
                | OrderDeed::Add(_)
                | OrderDeed::OpenItem(_)
                | OrderDeed::NextSeat(_)
                | OrderDeed::Details { .. }
                | OrderDeed::Hold { .. }
                | OrderDeed::Serve { .. }
                | OrderDeed::MoveTo(_)
                | OrderDeed::Transfer(_)
                | OrderDeed::Cancel(_)
        )
    }

    /// Whether what was typed lies within its bounds at all.
    pub fn can_be_read(&self) -> bool {
        let (pieces, seats, courses) = (1..=999, 1..=99, 1..=9);
        match self {
            OrderDeed::Open { guests, .. } => seats.contains(guests),
            OrderDeed::Add(add) => {
                pieces.contains(&add.quantity)
                    && add.seat.is_none_or(|seat| seats.contains(&seat))
                    && courses.contains(&add.course)
            }
            OrderDeed::Step { by, .. } => (-999..=999).contains(by),
            OrderDeed::Quantity { quantity, .. } => pieces.contains(quantity),
            OrderDeed::Seat { seat, .. } => seat.is_none_or(|seat| seats.contains(&seat)),
            OrderDeed::Course { course, .. } => courses.contains(course),
            OrderDeed::Details { guests, .. } => {
                guests.is_none_or(|guests| seats.contains(&guests))
            }
            OrderDeed::Void(strike) | OrderDeed::Comp(strike) => {
                strike.pieces.is_none_or(|of_it| pieces.contains(&of_it))
            }
            OrderDeed::OpenItem(item) => {
                pieces.contains(&item.quantity)
                    && item.seat.is_none_or(|seat| seats.contains(&seat))
                    && courses.contains(&item.course)
                    && item.price.is_some()
            }
            OrderDeed::Give { lines, .. } => {
                let mut some = lines.iter().filter_map(|(_, of_it)| *of_it);
                some.all(|of_it| pieces.contains(&of_it))
            }
            OrderDeed::AskByLink(pay, _) => pay.part.can_be_read(),
            OrderDeed::WaitFor(pay) => pay.part.can_be_read() && pay.method.is_mobile(),
            OrderDeed::Pay(pay) => pay.part.can_be_read() && pay.has_readable_reference(),
            _ => true,
        }
    }
}

impl Why {
    /// As it is stored; nobody strikes anything out without one.
    pub fn reason(&self) -> Option<String> {
        match (self.chosen, self.written) {
            (Some(chosen), Some(written)) => Some(format!("{chosen}: {written}")),
            (chosen, written) => chosen.or(written).map(str::to_owned),
        }
    }
}
