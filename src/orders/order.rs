//! The order and its rules. Nothing here waits or asks the clock.

use time::OffsetDateTime;

use super::discount::Given;
use super::line::{Line, LineState, NewLine};
pub use super::refusal::OrderRefusal;
use super::status::{Facts, Status};
use crate::menu::{Choice, Product};
use crate::values::{
    BasisPoints, BusinessDate, LineId, LineInput, Money, OrderId, OrderInput, Quantity, ShiftId,
    StaffId, Standing, TableId, Totals, totals,
};

/// How many lines one order holds at most.
pub(super) const MOST_LINES: usize = 300;

/// Where the guests are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At a table.
    Table {
        /// Which one.
        id: TableId,
        /// "7", "B1".
        code: String,
        /// "Veranda".
        area: String,
    },
    /// At the counter, or coming for it.
    Takeaway {
        /// Who it is for.
        name: Option<String>,
        /// How to reach them.
        phone: Option<String>,
    },
}

/// The two kinds of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At a table.
    DineIn,
    /// To take away; a counter sale is one without a name.
    Takeaway,
}

impl Kind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::DineIn => "dine_in",
            Kind::Takeaway => "takeaway",
        }
    }
}

/// An order with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Minted by the client.
    pub id: OrderId,
    /// Short, per business day, for people.
    pub number: i32,
    /// Unique for ever, for records: `20261122-0042`.
    pub reference: String,
    /// The date of its opening.
    pub business_date: BusinessDate,
    /// Where the guests are.
    pub place: Place,
    /// How many guests.
    pub guests: i16,
    /// Who serves it.
    pub waiter: StaffId,
    /// Their name.
    pub waiter_name: String,
    /// The shift it belongs to; none after it was carried over.
    pub shift: Option<ShiftId>,
    /// Whether that shift is over.
    pub shift_over: bool,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// Whether its prices contain the tax.
    pub tax_included: bool,
    /// The service charge, if any.
    pub service: Option<BasisPoints>,
    /// The discount on the whole order, if any.
    pub given: Option<Given>,
    /// The lines, by position, struck out ones among them.
    pub lines: Vec<Line>,
    /// What cash rounding added to or took from the total.
    pub rounding: Money,
    /// Payments less refunds.
    pub paid: Money,
    /// When something was first sent.
    pub first_sent_at: Option<OffsetDateTime>,
    /// When the bill was last printed.
    pub bill_printed_at: Option<OffsetDateTime>,
    /// What that bill said.
    pub billed: Option<Billed>,
    /// When it was first settled.
    pub settled_at: Option<OffsetDateTime>,
    /// The business date on which its sales, discounts and tax count.
    pub settled_date: Option<BusinessDate>,
    /// When it was first settled with everything made.
    pub closed_at: Option<OffsetDateTime>,
    /// When it was called off.
    pub cancelled_at: Option<OffsetDateTime>,
    /// Grows with every change.
    pub revision: i64,
}

/// What the bill of an order said that was printed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Billed {
    /// Its total.
    pub total: Money,
    /// What the order came to when that was last looked at.
    pub seen: Money,
}

impl Order {
    /// The kind of order.
    pub fn kind(&self) -> Kind {
        match self.place {
            Place::Table { .. } => Kind::DineIn,
            Place::Takeaway { .. } => Kind::Takeaway,
        }
    }

    /// As people call it: "Table 7", "Takeaway 117", "Counter 120".
    pub fn title(&self) -> String {
        title(&self.place, self.number)
    }

    /// Who a takeaway is for: their name, or how to reach them.
    pub fn customer(&self) -> Option<&str> {
        match &self.place {
            Place::Table { .. } => None,
            Place::Takeaway { name, phone } => name.as_deref().or(phone.as_deref()),
        }
    }

    /// A takeaway without a name: paid at once, made at once.
    pub fn is_counter_sale(&self) -> bool {
        matches!(
            &self.place,
            Place::Takeaway {
                name: None,
                phone: None
            }
        )
    }

    /// Neither paid and made, nor called off.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none() && self.cancelled_at.is_none()
    }

    /// Whether no open shift answers for it, after it was carried over: whoever sends or takes money next takes it up.
    /// One that was settled stays with its shift even when that is closed, because its sales are in that shift's report;
    /// unless all that was sold was struck out since.
    pub fn is_left(&self) -> bool {
        let is_sold = self.settled_at.is_some() && self.sent().next().is_some();
        self.is_open() && !is_sold && (self.shift.is_none() || self.shift_over)
    }

    /// Gives it to an open shift.
    pub fn take_up(&mut self, shift: ShiftId) {
        self.shift = Some(shift);
        self.shift_over = false;
    }

    /// What it comes to.
    pub fn totals(&self) -> Result<Totals, OrderRefusal> {
        let inputs: Vec<LineInput> = self
            .lines
            .iter()
            .map(|line| LineInput {
                unit_price: line.unit_price,
                quantity: line.quantity,
                discount: line.given.as_ref().map(Given::discount),
                tax_class: line.tax_class,
                rate: line.tax_rate,
                standing: match (line.is_voided(), line.comped) {
                    (true, _) => Standing::Voided,
                    (false, true) => Standing::Comped,
                    (false, false) => Standing::Charged,
                },
            })
            .collect();
        totals(&OrderInput {
            lines: &inputs,
            discount: self.given.as_ref().map(Given::discount),
            service: self.service,
            prices_include_tax: self.tax_included,
        })
        .map_err(|_| OrderRefusal::TooLarge)
    }

    /// What the guests pay, before cash rounding.
    pub fn total(&self) -> Money {
        self.totals().map_or(Money::ZERO, |totals| totals.total)
    }

    /// What is still to pay.
    pub fn balance(&self) -> Money {
        self.total() + self.rounding - self.paid
    }

    /// What the guests read on their bill, where what they are to pay is another sum by now.
    pub fn changed_bill(&self) -> Option<Money> {
        let said = self.billed.map(|billed| billed.total);
        let is_due = self.is_open() && self.balance().is_positive();
        said.filter(|said| is_due && *said != self.total())
    }

    /// Looks whether an open order comes to something else than it did after its bill; answers what it came to before.
    pub fn see_change_of_bill(&mut self) -> Option<Money> {
        let total = self.total();
        let is_open = self.is_open();
        let billed = self.billed.as_mut().filter(|_| is_open)?;
        let before = std::mem::replace(&mut billed.seen, total);
        (before != total).then_some(before)
    }

    /// For people and exports.
    pub fn status(&self) -> Status {
        Status::of(Facts {
            cancelled: self.cancelled_at.is_some(),
            closed: self.closed_at.is_some(),
            sent: self.sent().count(),
            made: self.sent().filter(|line| line.is_made()).count(),
            served: self
                .sent()
                .filter(|line| line.state == LineState::Served)
                .count(),
            due: self.balance().is_positive(),
            billed: self.bill_printed_at.is_some(),
        })
    }

    /// Lines that the kitchen has or had, struck out ones left out.
    pub fn sent(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_sent())
    }

    /// Lines that a send would hand over.
    pub fn to_send(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| line.is_unsent() && !line.held)
    }

    /// Lines that are kept back, and that the kitchen was not told of.
    pub fn to_announce(&self) -> impl Iterator<Item = &Line> {
        let lines = self.lines.iter();
        lines.filter(|line| line.is_unsent() && line.held && !line.announced)
    }

    /// How many pieces a send would hand over.
    pub fn pieces_to_send(&self) -> i32 {
        self.to_send()
            .map(|line| i32::from(line.quantity.get()))
            .sum()
    }

    /// Lines that wait to be carried out.
    pub fn ready(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| line.state == LineState::Ready)
    }

    /// A line by its id.
    pub fn line(&self, id: LineId) -> Result<&Line, OrderRefusal> {
        self.lines
            .iter()
            .find(|line| line.id == id)
            .ok_or(OrderRefusal::NoSuchLine)
    }

    /// Adds a product; a line equal in everything but quantity grows instead. Answers its id.
    pub fn add(
        &mut self,
        product: &Product,
        choice: Choice,
        asked: NewLine,
        by: StaffId,
        at: OffsetDateTime,
    ) -> Result<Added, OrderRefusal> {
        self.must_be_open()?;
        self.must_have_seat(asked.seat)?;
        self.attempt(|order| order.add_fresh(product, choice, asked, by, at))
    }

    fn add_fresh(
        &mut self,
        product: &Product,
        choice: Choice,
        asked: NewLine,
        by: StaffId,
        at: OffsetDateTime,
    ) -> Result<Added, OrderRefusal> {
        self.put(Line::new(
            self.next_position(),
            product,
            choice,
            asked,
            by,
            at,
        ))
    }

    fn put(&mut self, fresh: Line) -> Result<Added, OrderRefusal> {
        let added = match self.lines.iter_mut().find(|line| line.merges_with(&fresh)) {
            Some(line) => {
                line.swallow(&fresh).map_err(|_| OrderRefusal::TooMany)?;
                Added::Grown(line.id)
            }
            None => {
                if self.lines.len() >= MOST_LINES {
                    return Err(OrderRefusal::Full);
                }
                let id = fresh.id;
                self.lines.push(fresh);
                Added::Fresh(id)
            }
        };
        Ok(added)
    }

    /// Adds pieces of an unsent line whose product costs something else by now: what was captured is for the pieces that were
    /// there. They are kept back where it is, and what was given on it is not given on them.
    pub fn add_more(
        &mut self,
        of: LineId,
        product: &Product,
        choice: Choice,
        (pieces, from_stock): (Quantity, i16),
        by: StaffId,
        at: OffsetDateTime,
    ) -> Result<Added, OrderRefusal> {
        self.attempt(|order| {
            let line = order.unsent(of)?;
            let asked = NewLine {
                quantity: pieces,
                note: line.note.clone(),
                allergy: line.allergy.clone(),
                seat: line.seat,
                course: line.course,
                from_stock,
            };
            let held = line.held;
            let fresh = Line::new(order.next_position(), product, choice, asked, by, at);
            order.put(Line { held, ..fresh })
        })
    }

    /// Sets the quantity of an unsent line, of which `from_stock` pieces are from the countdown.
    pub fn set_quantity(
        &mut self,
        id: LineId,
        quantity: Quantity,
        from_stock: i16,
    ) -> Result<(), OrderRefusal> {
        self.attempt(|order| {
            let line = order.unsent_mut(id)?;
            line.quantity = quantity;
            line.from_stock = from_stock;
            Ok(())
        })
    }

    /// Takes an unsent line off; answers it.
    pub fn remove(&mut self, id: LineId) -> Result<Line, OrderRefusal> {
        self.attempt(|order| {
            order.unsent_mut(id)?;
            let at = order.lines.iter().position(|line| line.id == id);
            Ok(order.lines.remove(at.ok_or(OrderRefusal::NoSuchLine)?))
        })
    }

    /// Changes note, allergy, seat, course or choices of an unsent line.
    ///
    /// Where it becomes equal to another unsent line, that one swallows it: the answer is the id of
    /// the line that is left, and of the one that went.
    pub fn change(
        &mut self,
        id: LineId,
        change: impl FnOnce(&mut Line),
    ) -> Result<Change, OrderRefusal> {
        self.attempt(|order| {
            let line = order.unsent_mut(id)?;
            change(line);
            let changed = line.clone();
            order.must_have_seat(changed.seat)?;
            let twin = order
                .lines
                .iter()
                .find(|other| other.id != id && other.merges_with(&changed))
                .map(|other| other.id);
            let Some(twin) = twin else {
                return Ok(Change {
                    kept: id,
                    swallowed: None,
                });
            };
            let kept = order.unsent_mut(twin)?;
            kept.swallow(&changed).map_err(|_| OrderRefusal::TooMany)?;
            order.lines.retain(|line| line.id != id);
            Ok(Change {
                kept: twin,
                swallowed: Some(id),
            })
        })
    }

    /// Gives an unsent line to the next seat: the table, then 1, 2 and so on, then the table again. It swallows no equal
    /// line, because a finger that goes from seat 1 to 3 comes past the lines of seat 2.
    pub fn to_next_seat(&mut self, id: LineId) -> Result<(), OrderRefusal> {
        let guests = self.guests;
        self.attempt(|order| {
            let line = order.unsent_mut(id)?;
            line.seat = match line.seat {
                None => Some(1),
                Some(seat) if seat < guests => Some(seat + 1),
                Some(_) => None,
            };
            Ok(())
        })
    }

    /// Hands every unsent line that is not held to the kitchen; answers their ids. Sending nothing is
    /// no mistake: the second of two people finds it done.
    pub fn send(&mut self, at: OffsetDateTime) -> Result<Vec<LineId>, OrderRefusal> {
        self.must_be_open()?;
        let mut sent = Vec::new();
        for line in &mut self.lines {
            if line.is_unsent() && !line.held {
                line.send(at);
                sent.push(line.id);
            }
        }
        if !sent.is_empty() {
            self.first_sent_at.get_or_insert(at);
        }
        Ok(sent)
    }

    /// Marks ready lines as served; all of them where none is named. Answers which. What was struck out meanwhile is
    /// passed over: the rest is carried out all the same.
    pub fn serve(&mut self, named: &[LineId]) -> Result<Vec<LineId>, OrderRefusal> {
        for id in named {
            let line = self.line(*id)?;
            if !line.is_made() && !line.is_voided() {
                return Err(OrderRefusal::NotReady(line.name.clone()));
            }
        }
        let mut served = Vec::new();
        for line in &mut self.lines {
            let meant = named.is_empty() || named.contains(&line.id);
            if meant && line.state == LineState::Ready {
                line.state = LineState::Served;
                served.push(line.id);
            }
        }
        Ok(served)
    }

    /// Takes back that these lines were carried out: they wait again. What the kitchen took back or somebody struck out
    /// meanwhile stays as it is, and a closed order stays closed. Answers which lines.
    pub fn take_back(&mut self, named: &[LineId]) -> Result<Vec<LineId>, OrderRefusal> {
        let mut back = Vec::new();
        for line in &mut self.lines {
            if named.contains(&line.id) && line.state == LineState::Served {
                line.state = LineState::Ready;
                back.push(line.id);
            }
        }
        if back.is_empty() {
            return Err(OrderRefusal::NotServed);
        }
        Ok(back)
    }

    /// Follows the kitchen: what it has done is ready, what it has begun is being prepared. What it
    /// took back after serving is being prepared again.
    pub fn follow(&mut self, line: LineId, started: bool, done: Option<OffsetDateTime>) -> bool {
        let Some(line) = self.lines.iter_mut().find(|one| one.id == line) else {
            return false;
        };
        if !line.is_sent() {
            return false;
        }
        let state = match (done, started) {
            (Some(_), _) if line.state == LineState::Served => LineState::Served,
            (Some(_), _) => LineState::Ready,
            (None, true) => LineState::Preparing,
            (None, false) => LineState::Sent,
        };
        let moved = state != line.state;
        line.state = state;
        line.ready_at = done;
        moved
    }

    /// Takes money that was received. `rounding` is what cash rounding adds to the total.
    pub fn receive(&mut self, amount: Money, rounding: Money) -> Result<(), OrderRefusal> {
        if self.cancelled_at.is_some() {
            return Err(OrderRefusal::Cancelled);
        }
        if self.sent().count() == 0 {
            return Err(OrderRefusal::Empty);
        }
        let due = self.balance() + rounding;
        if !due.is_positive() {
            return Err(OrderRefusal::NothingDue);
        }
        if amount > due {
            return Err(OrderRefusal::MoreThanDue(due));
        }
        self.rounding += rounding;
        self.paid += amount;
        Ok(())
    }

    /// Nothing is due and something was sent.
    pub fn is_settled(&self) -> bool {
        self.balance().is_zero() && self.sent().next().is_some()
    }

    /// Notes the moments of being settled and of being closed, each when it comes for the first
    /// time. Answers what came.
    pub fn settle(&mut self, at: OffsetDateTime, date: BusinessDate) -> Settled {
        let mut came = Settled::default();
        if self.cancelled_at.is_some() || !self.is_settled() {
            return came;
        }
        if self.settled_at.is_none() {
            self.settled_at = Some(at);
            self.settled_date = Some(date);
            came.settled = true;
        }
        let all_made = self
            .lines
            .iter()
            .all(|line| line.is_voided() || line.is_made());
        if self.closed_at.is_none() && all_made {
            self.closed_at = Some(at);
            came.closed = true;
        }
        came
    }

    /// Calls the order off: only while nothing is paid, and nothing was sent but what is struck out.
    pub fn cancel(&mut self, at: OffsetDateTime) -> Result<(), OrderRefusal> {
        self.must_be_open()?;
        if !self.paid.is_zero() {
            return Err(OrderRefusal::Paid);
        }
        if self.sent().next().is_some() {
            return Err(OrderRefusal::SentLines);
        }
        self.cancelled_at = Some(at);
        Ok(())
    }

    /// Changes the lines, or leaves everything as it was where a rule refuses what would come out.
    pub(super) fn attempt<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, OrderRefusal>,
    ) -> Result<T, OrderRefusal> {
        self.drafted(change, Self::must_keep_discounts_of)
    }

    /// The same where discounts themselves change.
    pub(super) fn attempt_any<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, OrderRefusal>,
    ) -> Result<T, OrderRefusal> {
        self.drafted(change, |_, _| Ok(()))
    }

    /// `keeps` is asked of what would be, and of what is.
    fn drafted<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, OrderRefusal>,
        keeps: impl FnOnce(&Self, &Self) -> Result<(), OrderRefusal>,
    ) -> Result<T, OrderRefusal> {
        let mut draft = self.clone();
        let answer = change(&mut draft)?;
        keeps(&draft, self)?;
        draft.totals()?;
        draft.must_cover_paid()?;
        *self = draft;
        Ok(answer)
    }

    pub(super) fn must_be_open(&self) -> Result<(), OrderRefusal> {
        if self.cancelled_at.is_some() {
            Err(OrderRefusal::Cancelled)
        } else if self.closed_at.is_some() {
            Err(OrderRefusal::Closed)
        } else {
            Ok(())
        }
    }

    pub(super) fn must_have_seat(&self, seat: Option<i16>) -> Result<(), OrderRefusal> {
        match seat {
            Some(seat) if seat > self.guests => Err(OrderRefusal::NoSuchSeat(self.guests)),
            _ => Ok(()),
        }
    }

    fn must_cover_paid(&self) -> Result<(), OrderRefusal> {
        if self.balance().is_negative() {
            return Err(OrderRefusal::BelowPaid);
        }
        Ok(())
    }

    /// A line that was not sent yet, of an open order.
    pub fn unsent(&self, id: LineId) -> Result<&Line, OrderRefusal> {
        self.must_be_open()?;
        let line = self.line(id)?;
        if line.is_unsent() {
            Ok(line)
        } else {
            Err(OrderRefusal::AlreadySent(line.name.clone()))
        }
    }

    fn unsent_mut(&mut self, id: LineId) -> Result<&mut Line, OrderRefusal> {
        self.unsent(id)?;
        self.line_mut(id)
    }

    pub(super) fn line_mut(&mut self, id: LineId) -> Result<&mut Line, OrderRefusal> {
        let line = self.lines.iter_mut().find(|line| line.id == id);
        line.ok_or(OrderRefusal::NoSuchLine)
    }

    /// The place behind the last line.
    pub(super) fn next_position(&self) -> i32 {
        let positions = self.lines.iter().map(|line| line.position);
        positions.max().unwrap_or(0) + 1
    }
}

/// What became of an added product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// A new line.
    Fresh(LineId),
    /// A line that was there already grew.
    Grown(LineId),
}

/// What became of a changed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The line that is left.
    pub kept: LineId,
    /// The line that went into it.
    pub swallowed: Option<LineId>,
}

/// What happened for the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// The balance became zero.
    pub settled: bool,
    /// And everything is made.
    pub closed: bool,
}

/// As people call an order.
pub fn title(place: &Place, number: i32) -> String {
    match place {
        Place::Table { code, .. } => format!("Table {code}"),
        Place::Takeaway {
            name: None,
            phone: None,
        } => format!("Counter {number}"),
        Place::Takeaway { .. } => format!("Takeaway {number}"),
    }
}

#[cfg(test)]
mod tests;
