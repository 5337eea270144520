//! What may become of an order after something was sent: lines are kept back and fired, struck out, given free, moved to
//! another order; the guests sit down elsewhere. Nothing here waits or asks the clock.

use time::OffsetDateTime;

use super::line::{Line, LineState, OpenItem};
use super::order::{MOST_LINES, Order, OrderRefusal, Place};
use crate::values::{LineId, Money, Quantity, StaffId};

/// Which unsent lines are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// This one.
    Line(LineId),
    /// All of a course.
    Course(i16),
}

impl Which {
    fn means(self, line: &Line) -> bool {
        match self {
            Which::Line(id) => line.id == id,
            Which::Course(course) => line.course == course,
        }
    }
}

/// A line, or the pieces that were cut off one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The line that is meant now.
    pub line: LineId,
    /// The line that it was cut off, where not all of its pieces are meant.
    pub of: Option<LineId>,
    /// How many pieces it is.
    pub pieces: Quantity,
    /// Its place on the order that it was cut on.
    pub position: i32,
}

impl Order {
    /// Keeps unsent lines back, or gives them free again. Answers those that changed.
    pub fn hold(&mut self, which: Which, held: bool) -> Result<Vec<LineId>, OrderRefusal> {
        self.must_be_open()?;
        if let Which::Line(id) = which {
            self.unsent(id)?;
        }
        let mut changed = Vec::new();
        for line in &mut self.lines {
            if which.means(line) && line.is_unsent() && line.held != held {
                line.held = held;
                line.announced &= held;
                changed.push(line.id);
            }
        }
        Ok(changed)
    }

    /// Sends unsent lines, kept back or not. Answers their ids, and nothing where another hand was faster.
    pub fn fire(&mut self, which: Which, at: OffsetDateTime) -> Result<Vec<LineId>, OrderRefusal> {
        self.must_be_open()?;
        if let Which::Line(id) = which {
            self.line(id)?;
        }
        let meant = self.lines.iter_mut().filter(|line| which.means(line));
        let fired = meant.filter(|line| line.is_unsent()).map(|line| {
            line.send(at);
            line.id
        });
        let fired: Vec<LineId> = fired.collect();
        if !fired.is_empty() {
            self.first_sent_at.get_or_insert(at);
        }
        Ok(fired)
    }

    /// Notes that the kitchen is told of all that is kept back. Answers which lines it was not told of before.
    pub fn announce(&mut self) -> Vec<LineId> {
        let mut told = Vec::new();
        for line in &mut self.lines {
            if line.is_unsent() && line.held && !line.announced {
                line.announced = true;
                told.push(line.id);
            }
        }
        told
    }

    /// Lines that the kitchen sees in grey.
    pub fn announced(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.announced)
    }

    /// Strikes a sent line out, or some pieces of it.
    pub fn void(&mut self, id: LineId, pieces: Option<Quantity>) -> Result<Cut, OrderRefusal> {
        self.must_be_open()?;
        self.attempt(|order| {
            order.must_be_sent(id)?;
            let cut = order.cut(id, pieces)?;
            order.line_mut(cut.line)?.state = LineState::Voided;
            Ok(cut)
        })
    }

    /// Gives a sent line free, or some pieces of it: it stays on the order and with the kitchen, and costs nothing.
    pub fn comp(&mut self, id: LineId, pieces: Option<Quantity>) -> Result<Cut, OrderRefusal> {
        self.must_be_open()?;
        self.attempt(|order| {
            order.must_be_sent(id)?;
            let line = order.line(id)?;
            if line.comped {
                return Err(OrderRefusal::AlreadyFree(line.name.clone()));
            }
            let cut = order.cut(id, pieces)?;
            order.line_mut(cut.line)?.comped = true;
            Ok(cut)
        })
    }

    /// Whether nothing is on it any more that somebody is to get or to pay.
    pub fn is_spent(&self) -> bool {
        self.lines.iter().all(Line::is_voided) && self.paid.is_zero()
    }

    /// Gives money of a payment back that should not have been taken: it is due again, and the order is open.
    pub fn give_back(&mut self, amount: Money) -> Result<(), OrderRefusal> {
        // A tip is beside the order, whatever became of that.
        if !amount.is_positive() {
            return Ok(());
        }
        if self.cancelled_at.is_some() {
            return Err(OrderRefusal::Cancelled);
        }
        self.paid -= amount;
        // What cash was rounded by goes with it, but for what is still paid beyond the total.
        self.rounding = self.paid.less(self.total());
        self.closed_at = None;
        Ok(())
    }

    /// Strikes goods out of an order that is paid in full, and takes what they cost from what was paid, so that it stays paid
    /// in full. `unit` is what cash is rounded to, where it is given back in cash. Answers what was struck out, and how much
    /// money goes back.
    pub fn return_goods(
        &mut self,
        wanted: &[(LineId, Quantity)],
        unit: Option<Money>,
    ) -> Result<(Vec<Cut>, Money), OrderRefusal> {
        if self.cancelled_at.is_some() {
            return Err(OrderRefusal::Cancelled);
        }
        if !self.is_settled() {
            return Err(OrderRefusal::NotSettled);
        }
        if wanted.is_empty() {
            return Err(OrderRefusal::NothingChosen);
        }
        let mut draft = self.clone();
        let mut cuts = Vec::new();
        for (id, pieces) in wanted {
            draft.must_be_sent(*id)?;
            let cut = draft.cut(*id, Some(*pieces))?;
            draft.line_mut(cut.line)?.state = LineState::Voided;
            cuts.push(cut);
        }
        let price = self.total().less(draft.totals()?.total);
        // In cash what stays is rounded: piece by piece comes to the same as all at once.
        let back = match unit {
            Some(unit) if price.is_positive() => {
                self.paid.less(draft.totals()?.total.rounded_to(unit))
            }
            _ => price.min(self.paid),
        };
        draft.paid = self.paid - back;
        draft.rounding = draft.paid - draft.total();
        *self = draft;
        Ok((cuts, back))
    }

    /// A paid order that is closed.
    pub fn must_be_closed(&self) -> Result<(), OrderRefusal> {
        match (self.closed_at, self.cancelled_at) {
            (Some(_), _) => Ok(()),
            (None, Some(_)) => Err(OrderRefusal::Cancelled),
            (None, None) => Err(OrderRefusal::OpenAlready),
        }
    }

    /// Calls an order off of which something was sent; answers the lines that are struck out with it.
    pub fn cancel_sent(&mut self, at: OffsetDateTime) -> Result<Vec<LineId>, OrderRefusal> {
        self.must_be_open()?;
        if !self.paid.is_zero() {
            return Err(OrderRefusal::Paid);
        }
        let mut struck = Vec::new();
        for line in &mut self.lines {
            if line.is_sent() {
                line.state = LineState::Voided;
                struck.push(line.id);
            }
        }
        self.cancelled_at = Some(at);
        Ok(struck)
    }

    /// The guests sit down elsewhere, or take it away after all.
    pub fn move_to(&mut self, place: Place) -> Result<(), OrderRefusal> {
        self.must_be_open()?;
        // A takeaway that is taken away is for whom it was before.
        let is_there = match (&self.place, &place) {
            (Place::Table { id: here, .. }, Place::Table { id: there, .. }) => here == there,
            (Place::Takeaway { .. }, Place::Takeaway { .. }) => true,
            _ => false,
        };
        if is_there {
            return Err(OrderRefusal::AlreadyThere);
        }
        self.place = place;
        Ok(())
    }

    /// Somebody else serves it from now on.
    pub fn transfer(&mut self, to: StaffId, name: &str) -> Result<(), OrderRefusal> {
        self.must_be_open()?;
        if self.waiter == to {
            return Err(OrderRefusal::TheirsAlready(name.to_owned()));
        }
        self.waiter = to;
        name.clone_into(&mut self.waiter_name);
        Ok(())
    }

    /// Adds something that is not on the menu.
    pub fn add_open(
        &mut self,
        item: OpenItem,
        by: StaffId,
        at: OffsetDateTime,
    ) -> Result<LineId, OrderRefusal> {
        self.must_be_open()?;
        self.must_have_seat(item.seat)?;
        self.attempt(|order| {
            if order.lines.len() >= MOST_LINES {
                return Err(OrderRefusal::Full);
            }
            let line = Line::open(order.next_position(), item, by, at);
            let id = line.id;
            order.lines.push(line);
            Ok(id)
        })
    }

    /// Gives lines to another order, each whole or some pieces of it; `to` has them at its end. Answers what moved. Where one
    /// of the two refuses, both are as they were.
    pub fn give_lines(
        &mut self,
        to: &mut Order,
        wanted: &[(LineId, Option<Quantity>)],
    ) -> Result<Vec<Cut>, OrderRefusal> {
        self.must_be_open()?;
        if wanted.is_empty() {
            return Err(OrderRefusal::NothingChosen);
        }
        let mut draft = to.clone();
        let cuts = self.attempt(|order| {
            let mut cuts = Vec::new();
            for (id, pieces) in wanted {
                if order.line(*id)?.is_voided() {
                    return Err(OrderRefusal::Struck(order.line(*id)?.name.clone()));
                }
                cuts.push(order.cut(*id, *pieces)?);
            }
            let ids: Vec<LineId> = cuts.iter().map(|cut| cut.line).collect();
            let (going, staying) = order
                .lines
                .drain(..)
                .partition(|line| ids.contains(&line.id));
            order.lines = staying;
            draft.take_in(going, order)?;
            Ok(cuts)
        })?;
        *to = draft;
        Ok(cuts)
    }

    /// Everything of this order goes to another one: the guests sit together now. Answers the lines.
    pub fn merge_into(&mut self, to: &mut Order) -> Result<Vec<LineId>, OrderRefusal> {
        self.must_be_open()?;
        if !self.paid.is_zero() {
            return Err(OrderRefusal::Paid);
        }
        let mut draft = to.clone();
        let mut going = self.lines.clone();
        // Each guest keeps a seat of their own.
        if let (Place::Table { .. }, Place::Table { .. }) = (&self.place, &to.place) {
            draft.guests = (to.guests + self.guests).min(MOST_GUESTS);
            for line in &mut going {
                line.seat = line.seat.map(|seat| seat + to.guests);
            }
        }
        let ids = going.iter().map(|line| line.id).collect();
        draft.take_in(going, self)?;
        *to = draft;
        self.lines.clear();
        Ok(ids)
    }

    /// Takes lines of another order in.
    fn take_in(&mut self, lines: Vec<Line>, from: &Order) -> Result<(), OrderRefusal> {
        self.must_be_open()?;
        // What an order's prices mean is captured when it is opened.
        if self.tax_included != from.tax_included || self.service != from.service {
            return Err(OrderRefusal::OtherRules);
        }
        let guests = self.guests;
        self.attempt(|order| {
            if order.lines.len() + lines.len() > MOST_LINES {
                return Err(OrderRefusal::Full);
            }
            for mut line in lines {
                line.position = order.next_position();
                line.seat = line.seat.filter(|seat| *seat <= guests);
                if line.is_sent() {
                    let sent = line.sent_at.into_iter().chain(order.first_sent_at);
                    order.first_sent_at = sent.min();
                }
                order.lines.push(line);
            }
            Ok(())
        })
    }

    /// Cuts some pieces off a line, as one of its own behind the last; all of them are the line itself.
    fn cut(&mut self, id: LineId, pieces: Option<Quantity>) -> Result<Cut, OrderRefusal> {
        let position = self.next_position();
        let line = self.line_mut(id)?;
        let pieces = pieces.unwrap_or(line.quantity);
        if pieces == line.quantity {
            return Ok(Cut {
                line: id,
                of: None,
                pieces,
                position: line.position,
            });
        }
        let rest = line.quantity.minus(pieces);
        let rest = rest.ok_or_else(|| OrderRefusal::NotSoMany(line.quantity, line.name.clone()))?;
        let parted = line
            .given
            .as_ref()
            .map(|given| given.parted(pieces.get(), line.quantity.get()));
        let (theirs, left) = parted.unzip();
        let cut = Line {
            id: LineId::new(),
            position,
            quantity: pieces,
            from_stock: line.from_stock.min(pieces.get()),
            given: theirs,
            ..line.clone()
        };
        line.quantity = rest;
        line.from_stock -= cut.from_stock;
        line.given = left;
        let new = cut.id;
        self.lines.push(cut);
        Ok(Cut {
            line: new,
            of: Some(id),
            pieces,
            position,
        })
    }

    fn must_be_sent(&self, id: LineId) -> Result<(), OrderRefusal> {
        let line = self.line(id)?;
        match line.state {
            LineState::Unsent => Err(OrderRefusal::NotSent(line.name.clone())),
            LineState::Voided => Err(OrderRefusal::Struck(line.name.clone())),
            _ => Ok(()),
        }
    }
}

/// How many guests one order has at most.
const MOST_GUESTS: i16 = 99;
