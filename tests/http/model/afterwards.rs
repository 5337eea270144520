//! What may become of an order after something was sent (product.md, sections 1 and 4; cash.md, section 2).

use uuid::Uuid;

use super::book::*;
use super::command::{Agreed, OpenItem, OrderDeed, Secret, Strike, Which, Why};
use super::menu;

/// What one person may give free in a shift before an admin has to agree; the setting of this café.
pub const COMP_LIMIT: i64 = 30_000;

/// Lines that one order holds at most.
const MOST_LINES: usize = 300;

impl Book {
    /// Managers need nobody else; for whoever else asks, another person enters a secret of their own, and has to be a manager.
    /// Answers who agreed.
    pub fn agree(&self, who: usize, agreed: Option<Agreed>) -> Result<Option<usize>, u16> {
        let Some(Agreed { by, secret }) = agreed else {
            must(self.people[who].role.manages(), INVALID)?;
            return Ok(None);
        };
        must(by != who, FORBIDDEN)?;
        let is_right = match secret {
            Secret::Password => true,
            // A PIN opens nothing but at a paired terminal.
            Secret::Pin => self.people[who].on_terminal,
            Secret::Wrong => false,
        };
        must(is_right && self.people[by].role.manages(), FORBIDDEN)?;
        Ok(Some(by))
    }

    /// The reason comes before the approval.
    pub fn because(&self, who: usize, why: &Why) -> Result<Because, u16> {
        let reason = why.reason().ok_or(INVALID)?;
        Ok(Because {
            by: who,
            agreed: self.agree(who, why.agreed)?,
            at: self.now,
            reason,
        })
    }

    /// Answers whether anything was changed.
    pub fn afterwards(&mut self, who: usize, at: usize, deed: &OrderDeed) -> Result<bool, u16> {
        match deed {
            OrderDeed::Hold { which, held } => return self.hold(at, *which, *held),
            OrderDeed::Fire(which) => return self.fire(who, at, *which),
            OrderDeed::Void(strike) => self.void(who, at, strike)?,
            OrderDeed::Comp(strike) => self.comp(who, at, strike)?,
            OrderDeed::OpenItem(item) => self.open_item(at, item)?,
            OrderDeed::MoveTo(table) => self.move_to(at, *table)?,
            OrderDeed::Transfer(to) => self.transfer(at, *to)?,
            OrderDeed::Merge(to) => self.merge(at, *to)?,
            OrderDeed::Give {
                lines,
                to,
                is_fresh,
            } => self.give(who, at, lines, *to, *is_fresh)?,
            _ => unreachable!("{deed:?} is in the other half"),
        }
        Ok(true)
    }

    fn meant(&self, at: usize, which: Which) -> Result<Vec<usize>, u16> {
        self.must_be_open(at)?;
        let lines = &self.orders[at].lines;
        let meant: Vec<&Line> = match which {
            Which::Line(id) => vec![lines.iter().find(|line| line.id == id).ok_or(CONFLICT)?],
            Which::Course(course) => lines.iter().filter(|line| line.course == course).collect(),
        };
        let unsent = meant.iter().filter(|line| line.is_unsent());
        Ok(unsent.map(|line| line.number).collect())
    }

    fn hold(&mut self, at: usize, which: Which, held: bool) -> Result<bool, u16> {
        let meant = self.meant(at, which)?;
        // What was sent cannot be kept back any more.
        must(
            matches!(which, Which::Course(_)) || !meant.is_empty(),
            CONFLICT,
        )?;
        let lines = self.orders[at].lines.iter_mut();
        let (mut has_changed, mut is_told) = (false, false);
        for line in lines.filter(|line| meant.contains(&line.number) && line.held != held) {
            has_changed = true;
            is_told |= line.announced;
            line.held = held;
            line.announced &= held;
        }
        if is_told {
            self.tell_held(at);
        }
        Ok(has_changed)
    }

    /// Firing is the send of what is kept back; what a faster hand has fired is fired.
    fn fire(&mut self, who: usize, at: usize, which: Which) -> Result<bool, u16> {
        let meant = self.meant(at, which)?;
        if meant.is_empty() {
            return Ok(false);
        }
        if self.is_left(at) {
            let shift = self.shift_for(who);
            self.take_up(at, shift);
        }
        self.fire_lines(at, &meant);
        Ok(true)
    }

    /// A sent line, or so many pieces of it as a line of their own; answers its number.
    fn cut_sent(&mut self, at: usize, strike: &Strike) -> Result<usize, u16> {
        self.must_be_open(at)?;
        let line = self.line_of(at, strike.line)?;
        must(line.is_sent(), CONFLICT)?;
        let number = line.number;
        self.cut(at, number, strike.pieces)
    }

    fn line_of(&self, at: usize, id: Uuid) -> Result<&Line, u16> {
        let mut lines = self.orders[at].lines.iter();
        lines.find(|line| line.id == id).ok_or(CONFLICT)
    }

    pub fn cut(&mut self, at: usize, number: usize, pieces: Option<i64>) -> Result<usize, u16> {
        let fresh = self.minted;
        let line = self.numbered(at, number);
        let pieces = pieces.unwrap_or(line.quantity);
        must(pieces <= line.quantity, CONFLICT)?;
        if pieces == line.quantity {
            return Ok(number);
        }
        let parted = line.given.as_ref();
        let parted = parted.map(|given| given.parted(pieces, line.quantity));
        let (theirs, left) = parted.unzip();
        let cut = Line {
            given: theirs,
            number: fresh,
            id: Uuid::nil(),
            quantity: pieces,
            from_stock: line.from_stock.min(pieces),
            ..line.clone()
        };
        line.quantity -= pieces;
        line.given = left;
        line.from_stock -= cut.from_stock;
        self.minted += 1;
        self.cut_on_board(number, &cut);
        self.orders[at].lines.push(cut);
        Ok(fresh)
    }

    pub fn numbered(&mut self, at: usize, number: usize) -> &mut Line {
        let mut lines = self.orders[at].lines.iter_mut();
        let line = lines.find(|line| line.number == number);
        line.expect("a line of this order")
    }

    fn void(&mut self, who: usize, at: usize, strike: &Strike) -> Outcome {
        let because = self.because(who, &strike.why)?;
        let number = self.cut_sent(at, strike)?;
        self.strike_out(at, &[number], &because)?;
        self.note("order.line_voided");
        self.end_if_spent(at);
        Ok(())
    }

    /// What nobody has made goes back on sale.
    pub fn strike_out(&mut self, at: usize, numbers: &[usize], because: &Because) -> Outcome {
        let mut struck = Vec::new();
        for number in numbers {
            let line = self.numbered(at, *number);
            let before = line.clone();
            line.state = State::Voided;
            line.voided = Some(because.clone());
            struck.push((*number, before.state));
            if !before.is_made() {
                self.give_back(&before)?;
            }
        }
        self.strike_out_on_board(at, &struck);
        Ok(())
    }

    /// Voiding the last line with none unsent cancels the order; so does giving the last one away.
    pub fn end_if_spent(&mut self, at: usize) {
        let order = &mut self.orders[at];
        if order.live().next().is_none() && order.paid == 0 {
            order.cancelled = true;
            self.note("order.cancelled");
        }
    }

    fn comp(&mut self, who: usize, at: usize, strike: &Strike) -> Outcome {
        let because = self.because(who, &strike.why)?;
        let is_admins = |one: usize| self.people[one].role == Role::Admin;
        let is_admins = is_admins(because.agreed.unwrap_or(who));
        let number = self.cut_sent(at, strike)?;
        let shift = self.open_shift_of(who).map(|shift| &self.shifts[shift]);
        let since = shift.map_or(self.now - 86_400, |shift| shift.opened_at);
        let lines = self.orders.iter().flat_map(|order| &order.lines);
        let mine = lines.filter(|line| {
            let free = line.free.as_ref();
            free.is_some_and(|free| free.by == who && free.at >= since)
        });
        let worth = |line: &Line| line.worth() - line.reduced();
        let before: i64 = mine.map(worth).sum();
        let line = self.numbered(at, number);
        must(line.free.is_none(), CONFLICT)?;
        must(before + worth(line) <= COMP_LIMIT || is_admins, CONFLICT)?;
        line.free = Some(because);
        self.note("order.line_comped");
        Ok(())
    }

    /// Whatever of it was sent is struck out, with a reason and an approval; where nothing is, it needs neither.
    pub fn cancel(&mut self, who: usize, at: usize, why: &Why) -> Outcome {
        let order = &self.orders[at];
        let sent: Vec<usize> = order.sent().map(|line| line.number).collect();
        let because = match order.is_open() && !sent.is_empty() {
            true => Some(self.because(who, why)?),
            false => None,
        };
        if self.orders[at].cancelled {
            return Ok(());
        }
        self.must_be_open(at)?;
        must(self.orders[at].paid == 0, CONFLICT)?;
        for line in self.orders[at].lines.clone() {
            if line.is_unsent() {
                self.give_back(&line)?;
            }
        }
        for line in &mut self.orders[at].lines {
            if line.announced {
                (line.held, line.announced) = (false, false);
            }
        }
        self.tell_held(at);
        if let Some(because) = because {
            self.strike_out(at, &sent, &because)?;
        }
        self.orders[at].cancelled = true;
        self.note("order.cancelled");
        Ok(())
    }

    fn open_item(&mut self, at: usize, item: &OpenItem) -> Outcome {
        self.must_be_open(at)?;
        self.must_have_seat(at, item.seat)?;
        let tax = self.taxes[item.tax].clone();
        let number = self.mint();
        let order = &mut self.orders[at];
        order.lines.push(Line {
            number,
            id: Uuid::nil(),
            product: None,
            name: item.name.to_owned(),
            second: None,
            quantity: item.quantity,
            base: item.price.ok_or(INVALID)?,
            list: None,
            chosen: Vec::new(),
            given: None,
            note: item.note.clone(),
            allergy: None,
            seat: item.seat,
            course: item.course,
            from_stock: 0,
            tax_name: tax.name,
            tax_bp: tax.bp,
            station: item.station,
            prep_seconds: None,
            state: State::Unsent,
            ready_at: 0,
            held: false,
            announced: false,
            voided: None,
            free: None,
        });
        must(order.lines.len() <= MOST_LINES, CONFLICT)?;
        self.note("order.open_item");
        Ok(())
    }

    pub fn mint(&mut self) -> usize {
        self.minted += 1;
        self.minted - 1
    }

    pub fn give_back(&mut self, line: &Line) -> Outcome {
        if let Some(product) = line.product {
            menu::of(&mut self.menu, product)?.give_back(line.from_stock);
        }
        Ok(())
    }

    fn move_to(&mut self, at: usize, table: Option<usize>) -> Outcome {
        self.must_be_open(at)?;
        let order = &mut self.orders[at];
        must(order.table != table, CONFLICT)?;
        order.table = table;
        (order.name, order.phone) = (None, None);
        self.retitle(at);
        self.note("order.moved");
        Ok(())
    }

    fn transfer(&mut self, at: usize, to: usize) -> Outcome {
        self.must_be_open(at)?;
        must(self.orders[at].waiter != to, CONFLICT)?;
        self.orders[at].waiter = to;
        self.retitle(at);
        self.note("order.transferred");
        Ok(())
    }

    /// Another order than this one.
    fn another(&self, at: usize, id: Uuid) -> Result<usize, u16> {
        must(self.orders[at].id != id, CONFLICT)?;
        let found = self.orders.iter().position(|order| order.id == id);
        found.ok_or(NOT_FOUND)
    }

    /// Everything goes to another order, and this one ends. Where both are at tables, each guest keeps a seat.
    fn merge(&mut self, at: usize, to: Uuid) -> Outcome {
        let to = self.another(at, to)?;
        self.must_be_open(at)?;
        self.must_be_open(to)?;
        must(self.orders[at].paid == 0, CONFLICT)?;
        let here = self.orders[to].guests;
        if self.orders[at].table.is_some() && self.orders[to].table.is_some() {
            self.orders[to].guests = (here + self.orders[at].guests).min(99);
            for line in &mut self.orders[at].lines {
                line.seat = line.seat.map(|seat| seat + here);
            }
        }
        let all: Vec<usize> = self.orders[at]
            .lines
            .iter()
            .map(|line| line.number)
            .collect();
        self.move_lines(at, to, &all)?;
        self.note("order.merged");
        self.end_if_spent(at);
        Ok(())
    }

    /// A party is split: no piece of it is lost.
    fn give(
        &mut self,
        who: usize,
        at: usize,
        lines: &[(Uuid, Option<i64>)],
        to: Uuid,
        is_fresh: bool,
    ) -> Outcome {
        if is_fresh && self.order(to).is_none() {
            self.open(who, to, self.orders[at].table, 1, None, None);
        }
        let to = self.another(at, to)?;
        self.must_be_open(at)?;
        must(!lines.is_empty(), CONFLICT)?;
        let mut going = Vec::new();
        for (id, pieces) in lines {
            let line = self.line_of(at, *id)?;
            must(line.state != State::Voided, CONFLICT)?;
            let number = line.number;
            going.push(self.cut(at, number, *pieces)?);
        }
        self.must_be_open(to)?;
        self.move_lines(at, to, &going)?;
        self.note("order.lines_moved");
        self.end_if_spent(at);
        Ok(())
    }

    /// They stand behind what is there; nobody sits on a seat that there is not.
    fn move_lines(&mut self, from: usize, to: usize, going: &[usize]) -> Outcome {
        let lines = std::mem::take(&mut self.orders[from].lines);
        let (moved, stay): (Vec<Line>, Vec<Line>) = lines
            .into_iter()
            .partition(|line| going.contains(&line.number));
        self.orders[from].lines = stay;
        let order = &mut self.orders[to];
        for mut line in moved {
            line.seat = line.seat.filter(|seat| *seat <= order.guests);
            order.was_sent |= line.is_sent();
            order.lines.push(line);
        }
        must(order.lines.len() <= MOST_LINES, CONFLICT)?;
        order.touched_at = self.now;
        self.move_on_board(from, to, going);
        self.settle(to);
        Ok(())
    }
}
