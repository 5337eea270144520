//! The book: what the café must look like, written from the specification (product.md, sections 3 to 8) and from nothing
//! of the program. Amounts are shillings, times are seconds, and a refusal is the status of the answer: whoever gets one
//! throws the changed book away and keeps the one before.

use std::collections::BTreeMap;

use uuid::Uuid;

pub use super::by_item::Pieces;
pub use super::charges::Method;
use super::command::{Command, Deed};
pub use super::discounts::{Given, Lowered, Off};
pub use super::line::*;
use super::links::{Heard, Kept, Link};
use super::menu::{self, PriceList, Product};
pub use super::refunds::Returned;
use super::waiting::Wait;

pub type Outcome = Result<(), u16>;

pub const FORBIDDEN: u16 = 403;
pub const NOT_FOUND: u16 = 404;
pub const CONFLICT: u16 = 409;
pub const INVALID: u16 = 422;

/// Refuses with this status unless something holds.
pub fn must(holds: bool, status: u16) -> Outcome {
    if holds { Ok(()) } else { Err(status) }
}

/// Everything.
#[derive(Debug, Clone)]
pub struct Book {
    pub people: Vec<Person>,
    pub tables: Vec<Table>,
    pub stations: [Uuid; 2],
    pub taxes: Vec<TaxClass>,
    pub menu: Vec<Product>,
    pub orders: Vec<Order>,
    pub tickets: Vec<Ticket>,
    pub shifts: Vec<Shift>,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Returned>,
    pub waits: Vec<Wait>,
    pub links: Vec<Link>,
    /// What Pesapal says and a manager has to look at.
    pub kept: Vec<Kept>,
    /// What Pesapal's last word has come to.
    pub heard: Option<Heard>,
    /// What was refused has left something behind all the same.
    pub leaves_a_trace: bool,
    /// The last order number of each date.
    pub numbers: BTreeMap<i64, i64>,
    /// How many shift reports there are.
    pub reports: i64,
    /// How often each deed must stand in the audit log.
    pub deeds: BTreeMap<&'static str, i64>,
    /// How many lines there ever were, so that each has a number of its own before its id is known.
    pub minted: usize,
    /// What cash is rounded to; nothing for no rounding.
    pub unit: i64,
    pub now: i64,
    pub lists: Vec<PriceList>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Waiter,
    Cashier,
    Manager,
    Admin,
    Kitchen,
    Bar,
    /// The wall display of a station, which nobody signs in on.
    Display(usize),
}

#[derive(Debug, Clone)]
pub struct Person {
    pub id: Uuid,
    pub username: &'static str,
    pub name: String,
    pub role: Role,
    /// The terminal with a drawer that they stand at.
    pub drawer: Option<&'static str>,
    /// Their device is a paired terminal.
    pub on_terminal: bool,
}

/// How something is taxed.
#[derive(Debug, Clone)]
pub struct TaxClass {
    pub id: Uuid,
    pub name: String,
    pub bp: i64,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub id: Uuid,
    pub code: String,
    pub area: String,
    pub seats: i64,
}

#[derive(Debug, Clone)]
pub struct Order {
    /// Minted by the client.
    pub id: Uuid,
    pub date: i64,
    pub number: i64,
    pub table: Option<usize>,
    pub guests: i64,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub waiter: usize,
    /// Whose shift answers for it; nobody's after it was carried over.
    pub shift: Option<usize>,
    pub lines: Vec<Line>,
    /// The discount on all of it.
    pub given: Option<Given>,
    /// Every discount that there was, in the order of giving.
    pub lowered: Vec<Lowered>,
    /// Something of it was sent once, whatever has become of it.
    pub was_sent: bool,
    pub paid: i64,
    /// What rounding of cash added to what it comes to.
    pub rounding: i64,
    /// The date on which it was settled first.
    pub settled: Option<i64>,
    pub closed: bool,
    /// How often it was opened again.
    pub versions: i64,
    pub cancelled: bool,
    pub touched_at: i64,
}

#[derive(Debug, Clone)]
pub struct Shift {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    pub owner: usize,
    pub opened_at: i64,
    pub date: i64,
    pub cash: Cash,
    /// What moved its cash: float, sale, tip.
    pub entries: Vec<(&'static str, i64)>,
    pub counts: Vec<Count>,
    /// The number of its report, once it is closed.
    pub report: Option<i64>,
    /// Orders that went on without it.
    pub passed_on: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cash {
    None,
    Pouch,
    Drawer(&'static str),
}

#[derive(Debug, Clone)]
pub struct Count {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    pub by: usize,
    pub counted: i64,
    pub expected: i64,
}

#[derive(Debug, Clone)]
pub struct Payment {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    /// None where the order that it was for did not owe as much any more.
    pub order: Option<usize>,
    /// The order that money for none was put on, and by whom.
    pub placed: Option<(usize, usize)>,
    /// None where the shift that waited for it was over.
    pub shift: Option<usize>,
    /// Nobody where Pesapal says that it came.
    pub by: Option<usize>,
    /// Which link it was paid by.
    pub link: Option<usize>,
    pub at: i64,
    pub date: i64,
    pub method: Method,
    pub amount: i64,
    pub tip: i64,
    /// What was handed over, of cash.
    pub tendered: Option<i64>,
    pub change: i64,
    pub reference: Option<String>,
    /// What of its order it is for, where it was paid by item.
    pub pieces: Vec<Pieces>,
}

impl Payment {
    /// The order that it pays.
    pub fn on(&self) -> Option<usize> {
        self.order.or(self.placed.map(|(order, _)| order))
    }
}

impl Role {
    pub fn takes_orders(self) -> bool {
        matches!(self, Role::Waiter) || self.takes_payments()
    }

    pub fn takes_payments(self) -> bool {
        matches!(self, Role::Cashier) || self.manages()
    }

    pub fn manages(self) -> bool {
        matches!(self, Role::Manager | Role::Admin)
    }

    /// Station 0 is the kitchen, 1 the bar.
    pub fn works_at(self, station: usize) -> bool {
        match self {
            Role::Manager | Role::Admin => true,
            Role::Kitchen => station == 0,
            Role::Bar => station == 1,
            Role::Display(own) => own == station,
            Role::Waiter | Role::Cashier => false,
        }
    }
}

impl Order {
    pub fn is_open(&self) -> bool {
        !self.closed && !self.cancelled
    }

    /// What is given free.
    pub fn given_away(&self) -> i64 {
        let free = self.live().filter(|line| line.free.is_some());
        free.map(Line::worth).sum()
    }

    /// What was not struck out.
    pub fn live(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.state != State::Voided)
    }

    /// What a send hands over.
    pub fn to_send(&self) -> impl Iterator<Item = &Line> {
        self.unsent().filter(|line| !line.held)
    }

    /// What is kept back, and the kitchen was not told of.
    pub fn to_tell(&self) -> impl Iterator<Item = &Line> {
        self.unsent().filter(|line| line.held && !line.announced)
    }

    pub fn balance(&self) -> i64 {
        self.total() + self.rounding - self.paid
    }

    pub fn unsent(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_unsent())
    }

    pub fn sent(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_sent())
    }

    pub fn ready(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.state == State::Ready)
    }

    /// What is kept back alone is nothing to pay for.
    pub fn has_something_to_pay_for(&self) -> bool {
        self.sent().chain(self.to_send()).next().is_some()
    }

    pub fn is_counter_sale(&self) -> bool {
        self.table.is_none() && self.name.is_none() && self.phone.is_none()
    }

    /// The first that matches.
    pub fn status(&self) -> &'static str {
        let all = |holds: fn(&Line) -> bool| self.sent().all(holds);
        if self.cancelled {
            "cancelled"
        } else if self.sent().next().is_none() && !self.closed {
            // What was closed was sent once, even where all of it came back.
            "pending"
        } else if !all(Line::is_made) {
            "preparing"
        } else if self.closed {
            "served"
        } else if self.balance() > 0 && all(|line| line.state == State::Served) {
            "awaiting_payment"
        } else {
            "ready"
        }
    }
}

impl Book {
    /// What the café is after this command.
    pub fn obey(&mut self, command: &Command) -> Outcome {
        let who = command.who;
        (self.leaves_a_trace, self.heard) = (false, None);
        self.put_prices();
        match &command.deed {
            Deed::Order(order, deed) => self.order_deed(who, *order, deed),
            Deed::Refund(payment, asked) => self.refund(who, *payment, asked),
            Deed::EndWait(wait, ending) => self.end_wait(who, *wait, ending),
            Deed::Link(link, deed) => self.link_deed(who, *link, deed),
            Deed::Poll(fault) => {
                self.ask_about_links(*fault);
                Ok(())
            }
            Deed::AskBack(payment, fault) => self.ask_whether_it_went_back(who, *payment, *fault),
            Deed::PollBack(fault) => {
                self.ask_about_refunds(*fault);
                Ok(())
            }
            Deed::Place(payment, order) => self.place(who, *payment, *order),
            Deed::Record(loose) => self.record_loose(who, loose),
            Deed::Ticket(ticket, deed) => self.ticket_deed(who, *ticket, deed),
            Deed::StartShift { cash, hundreds } => self.start_shift(who, *cash, *hundreds),
            Deed::Shift(shift, deed) => self.shift_deed(who, *shift, deed),
            Deed::Stock(product, stock) => {
                must(self.people[who].role != Role::Waiter, FORBIDDEN)?;
                let own = self.open_shift_of(who);
                menu::mark(menu::of(&mut self.menu, *product)?, *stock, own)?;
                self.note("menu.stock");
                Ok(())
            }
            Deed::ListPrice { on, was, price } => self.list_price(who, *on, *was, *price),
            Deed::Price(product, price) => {
                menu::of(&mut self.menu, *product)?.price = *price;
                Ok(())
            }
            Deed::ChoicePrice(id, price) => {
                self.choices(*id, |choice| choice.price = *price);
                Ok(())
            }
            Deed::ChoiceSoldOut(id, out) => {
                self.choices(*id, |choice| choice.sold_out = *out);
                Ok(())
            }
            // The clock is moved before every command, and the waiting itself changes nothing.
            Deed::Wait(_) | Deed::Again(_) => Ok(()),
            Deed::KeyOfAnother(_) => Err(INVALID),
            Deed::Sweep => {
                self.cancel_abandoned();
                Ok(())
            }
        }
    }

    fn choices(&mut self, id: Uuid, change: impl Fn(&mut menu::Choice)) {
        let choices = self.menu.iter_mut().flat_map(Product::choices_mut);
        choices.filter(|choice| choice.id == id).for_each(change);
    }

    /// A row of the audit log.
    pub fn note(&mut self, deed: &'static str) {
        *self.deeds.entry(deed).or_insert(0) += 1;
    }

    /// The business date of this moment, in days since 1970: Kampala is three hours ahead, and the day begins at four.
    pub fn date(&self) -> i64 {
        self.date_of(self.now)
    }

    pub fn date_of(&self, moment: i64) -> i64 {
        (moment + 3 * 3_600 - 4 * 3_600).div_euclid(86_400)
    }

    pub fn order(&self, id: Uuid) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// "Table 7", "Takeaway 117", "Counter 120".
    pub fn title(&self, order: &Order) -> String {
        match order.table {
            Some(table) => format!("Table {}", self.tables[table].code),
            None if order.is_counter_sale() => format!("Counter {}", order.number),
            None => format!("Takeaway {}", order.number),
        }
    }

    /// The one open shift of a person.
    pub fn open_shift_of(&self, who: usize) -> Option<usize> {
        let mut shifts = self.shifts.iter();
        shifts.position(|shift| shift.owner == who && shift.report.is_none())
    }
}
