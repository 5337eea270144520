//! What may be done in the café, in words that a person can read.

use std::fmt::Write as _;

use uuid::Uuid;

use super::book::{Book, Order};
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
    /// Without cash, or with the drawer's (`true`) or a pouch's float, counted in hundreds.
    StartShift {
        cash: Option<bool>,
        hundreds: Option<i64>,
    },
    Shift(Uuid, ShiftDeed),
    Stock(Uuid, Stock),
    /// Behind the program's back, as an import would: captured prices stay.
    Price(Uuid, i64),
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
    Cancel,
    Pay(Pay),
    NothingToPay,
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

/// Cash on the counter.
#[derive(Debug, Clone, Default)]
pub struct Pay {
    pub in_full: bool,
    pub amount: Option<i64>,
    pub tendered: Option<i64>,
    pub tip: i64,
    /// What the screen said is to pay.
    pub expected: Option<i64>,
}

#[derive(Debug, Clone)]
pub enum TicketDeed {
    Shown,
    Start,
    Done(Uuid),
    NotDone(Uuid),
    Bump { seen: Option<i64> },
    Recall,
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

impl Deed {
    /// One word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Deed::Order(_, deed) => match deed {
                OrderDeed::Open { .. } => "open",
                OrderDeed::Add(add) if add.undo.is_some() => "undo",
                OrderDeed::Add(_) => "add",
                OrderDeed::Step { .. } => "step",
                OrderDeed::Quantity { .. } => "quantity",
                OrderDeed::Remove(_) => "remove",
                OrderDeed::Note { .. } => "note",
                OrderDeed::Seat { .. } => "seat",
                OrderDeed::NextSeat(_) => "next seat",
                OrderDeed::Course { .. } => "course",
                OrderDeed::Choose { .. } => "choose",
                OrderDeed::Instead { .. } => "instead",
                OrderDeed::Details { .. } => "details",
                OrderDeed::Send => "send",
                OrderDeed::Serve { .. } => "serve",
                OrderDeed::Cancel => "cancel",
                OrderDeed::Pay(_) => "pay",
                OrderDeed::NothingToPay => "nothing to pay",
            },
            Deed::Ticket(_, deed) => match deed {
                TicketDeed::Shown => "shown",
                TicketDeed::Start => "start",
                TicketDeed::Done(_) => "line done",
                TicketDeed::NotDone(_) => "line not done",
                TicketDeed::Bump { .. } => "bump",
                TicketDeed::Recall => "recall",
            },
            Deed::Shift(_, deed) => match deed {
                ShiftDeed::Count { .. } => "count",
                ShiftDeed::PassOn { to: Some(_), .. } => "hand over",
                ShiftDeed::PassOn { .. } => "carry over",
                ShiftDeed::Close { .. } => "close",
            },
            Deed::StartShift { .. } => "start shift",
            Deed::Stock(..) => "stock",
            Deed::Price(..) | Deed::ChoicePrice(..) | Deed::ChoiceSoldOut(..) => "menu changed",
            Deed::Wait(_) => "wait",
            Deed::Again(_) => "again",
            Deed::KeyOfAnother(_) => "key of another",
            Deed::Sweep => "sweep",
        }
    }
}

impl OrderDeed {
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
            _ => true,
        }
    }
}

impl Book {
    /// "amina (Cashier): Counter 12: takes cash …".
    pub fn words(&self, command: &Command) -> String {
        let person = &self.people[command.who];
        let mut text = format!("{} ({:?}) ", person.username, person.role);
        match &command.deed {
            Deed::Order(id, deed) => {
                let order = self.order(*id);
                let _ = write!(text, "at {}: ", self.called(order, *id));
                text.push_str(&self.order_words(order, deed));
            }
            Deed::Ticket(id, deed) => {
                let ticket = self.tickets.iter().find(|ticket| ticket.id == *id);
                let title = ticket.map_or("a ticket that is not there", |ticket| &ticket.title);
                let station = ticket.map_or(0, |ticket| ticket.station);
                let _ = write!(text, "at station {station}, {title}: {deed:?}");
            }
            Deed::Shift(id, deed) => {
                let shift = self.shifts.iter().find(|shift| shift.id == *id);
                let owner = shift.map_or("nobody", |shift| self.people[shift.owner].username);
                let _ = write!(text, "at the shift of {owner} ({id}): {deed:?}");
            }
            Deed::Stock(product, stock) => {
                let _ = write!(text, "marks {} as {stock:?}", self.product_name(*product));
            }
            Deed::Price(product, price) => {
                let _ = write!(
                    text,
                    "sees {} cost {price} now",
                    self.product_name(*product)
                );
            }
            other => {
                let _ = write!(text, "{other:?}");
            }
        }
        text
    }

    fn called(&self, order: Option<&Order>, id: Uuid) -> String {
        match order {
            Some(order) => self.title(order),
            None => format!("new or unknown order {id}"),
        }
    }

    fn order_words(&self, order: Option<&Order>, deed: &OrderDeed) -> String {
        let name = |line: &Uuid| {
            let mut lines = order.iter().flat_map(|order| &order.lines);
            let line = lines.find(|one| one.id == *line);
            line.map_or("a line that is not there".to_owned(), |line| {
                format!("{} × {} ({:?})", line.quantity, line.name, line.state)
            })
        };
        match deed {
            OrderDeed::Add(add) => {
                let what = if add.undo.is_some() {
                    "Undo: adds"
                } else {
                    "adds"
                };
                let product = self.product_name(add.product);
                format!(
                    "{what} {} × {product}, {:?}",
                    add.quantity,
                    (&add.picks, &add.note, add.seat, add.course)
                )
            }
            OrderDeed::Step { line, by } => format!("steps {} by {by}", name(line)),
            OrderDeed::Quantity { line, quantity } => format!("makes {} {quantity}", name(line)),
            OrderDeed::Remove(line) => format!("removes {}", name(line)),
            OrderDeed::Note { line, note, .. } => format!("notes {note:?} on {}", name(line)),
            OrderDeed::Seat { line, seat } => format!("gives {} to seat {seat:?}", name(line)),
            OrderDeed::NextSeat(line) => format!("gives {} to the next seat", name(line)),
            OrderDeed::Course { line, course } => format!("puts {} in course {course}", name(line)),
            OrderDeed::Choose { line, picks, .. } => {
                format!("chooses {picks:?} for {}", name(line))
            }
            OrderDeed::Instead { line, choice } => {
                format!("chooses {choice} instead for {}", name(line))
            }
            other => format!("{other:?}"),
        }
    }

    fn product_name(&self, id: Uuid) -> &str {
        let product = self.menu.iter().find(|product| product.id == id);
        product.map_or("an unknown product", |product| &product.name)
    }
}
