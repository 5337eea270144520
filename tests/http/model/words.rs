//! Commands in words that a person can read.

use std::fmt::Write as _;

use uuid::Uuid;

use super::book::{Book, Order};
use super::command::{Command, Deed, OrderDeed, Which};

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
            Deed::Refund(id, asked) => {
                let order = self
                    .payment(*id)
                    .and_then(|at| self.payments[at].on())
                    .map(|at| &self.orders[at]);
                let title = order.map_or("nothing".to_owned(), |order| self.title(order));
                let _ = write!(text, "gives back of a payment of {title}: {asked:?}");
            }
            Deed::EndWait(id, ending) => {
                let wait = self.wait(*id).map(|at| &self.waits[at]);
                let title = wait.map(|wait| self.title(&self.orders[wait.order]));
                let _ = write!(text, "ends what is waited for at {title:?}: {ending:?}");
            }
            Deed::Link(at, deed) => {
                let link = &self.links[*at];
                let (title, stand) = (self.title(&self.orders[link.order]), link.state);
                let _ = write!(text, "at link {at} of {title} ({stand:?}): {deed:?}");
            }
            Deed::Place(id, order) => {
                let money = self.payment(*id).map(|at| &self.payments[at]);
                let on = self.called(self.order(*order), *order);
                let _ = write!(text, "puts {:?} on {on}", money.map(|money| money.amount));
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
            OrderDeed::Void(strike) => {
                let (pieces, why) = (&strike.pieces, &strike.why);
                format!("strikes out {pieces:?} of {}, {why:?}", name(&strike.line))
            }
            OrderDeed::Comp(strike) => {
                let (pieces, why) = (&strike.pieces, &strike.why);
                format!("gives {pieces:?} of {} free, {why:?}", name(&strike.line))
            }
            OrderDeed::Hold { which, held } => match which {
                Which::Line(line) => format!("holds {} ({held})", name(line)),
                Which::Course(course) => format!("holds course {course} ({held})"),
            },
            OrderDeed::Fire(Which::Line(line)) => format!("fires {}", name(line)),
            OrderDeed::Merge(to) => format!("merges it into {}", self.called(self.order(*to), *to)),
            OrderDeed::Give {
                lines,
                to,
                is_fresh,
            } => {
                let to = self.called(self.order(*to), *to);
                let lines: Vec<String> = lines
                    .iter()
                    .map(|(line, pieces)| format!("{pieces:?} of {}", name(line)))
                    .collect();
                format!("gives {lines:?} to {to} (fresh: {is_fresh})")
            }
            other => format!("{other:?}"),
        }
    }

    fn product_name(&self, id: Uuid) -> &str {
        let product = self.menu.iter().find(|product| product.id == id);
        product.map_or("an unknown product", |product| &product.name)
    }
}
