//! One order from its first line to the empty table. The order itself follows the rules of the till; here is only when
//! who does what.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime};

use super::chance::Chance;
use super::guests::Wish;
use super::tender::{self, Paid};
use super::{House, Table};
use crate::data::entity;
use crate::kitchen::{TicketKind, TicketModifier};
use crate::orders::line::NewLine;
use crate::orders::{Kind, Line, Order, OrderRefusal, Place};
use crate::values::{
    BusinessDate, LineId, OrderId, Quantity, ShiftId, StaffId, StationId, TerminalId, TicketId,
    TicketLineId,
};

/// Everything that came of one visit.
pub(super) struct Visit {
    pub(super) order: Order,
    pub(super) opened_by: StaffId,
    pub(super) terminal: TerminalId,
    /// What the order does not keep itself: who handed which line on, and when.
    pub(super) lives: HashMap<LineId, Life>,
    pub(super) tickets: Vec<entity::tickets::Model>,
    pub(super) ticket_lines: Vec<entity::ticket_lines::Model>,
    pub(super) paid: Vec<Paid>,
    pub(super) cancelled: Option<Cancelled>,
    /// When it was last touched.
    pub(super) over: OffsetDateTime,
}

/// A line on its way from the till to the guest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) sent_by: StaffId,
    pub(super) started_at: OffsetDateTime,
    pub(super) served_at: OffsetDateTime,
    pub(super) served_by: StaffId,
}

/// Why there was nothing to make.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cancelled {
    pub(super) by: StaffId,
    pub(super) reason: &'static str,
}

/// Who serves, and under which number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) date: BusinessDate,
    pub(super) number: i32,
    pub(super) at: OffsetDateTime,
    pub(super) by: StaffId,
    pub(super) terminal: TerminalId,
    pub(super) shift: ShiftId,
}

impl Visit {
    /// An order with nothing on it.
    fn open(house: &House, opening: Opening, place: Place, guests: i16) -> Self {
        let order = Order {
            id: OrderId::new(),
            number: opening.number,
            reference: format!("{}-{:04}", opening.date.compact(), opening.number),
            business_date: opening.date,
            place,
            guests,
            waiter: opening.by,
            waiter_name: house.name(opening.by),
            shift: Some(opening.shift),
            shift_over: false,
            opened_at: opening.at,
            tax_included: house.settings.prices_include_tax,
            given: None,
            service: house.settings.service_charge(),
            lines: Vec::new(),
            rounding: Default::default(),
            paid: Default::default(),
            first_sent_at: None,
            bill_printed_at: None,
            billed: None,
            settled_at: None,
            settled_date: None,
            closed_at: None,
            cancelled_at: None,
            revision: 1,
        };
        Visit {
            order,
            opened_by: opening.by,
            terminal: opening.terminal,
            lives: HashMap::new(),
            tickets: Vec::new(),
            ticket_lines: Vec::new(),
            paid: Vec::new(),
            cancelled: None,
            over: opening.at,
        }
    }

    /// Guests at a table: one round or two, then the bill.
    pub(super) fn at_table(
        house: &House,
        opening: Opening,
        table: &Table,
        guests: i16,
        rounds: [Vec<Wish<'_>>; 2],
        chance: &mut Chance,
    ) -> Result<Self, OrderRefusal> {
        let place = Place::Table {
            id: table.id,
            code: table.code.clone(),
            area: table.area.clone(),
        };
        let mut visit = Visit::open(house, opening, place, guests);
        for (course, wishes) in (1..).zip(rounds) {
            if wishes.is_empty() {
                continue;
            }
            if course > 1 {
                visit.over += Duration::minutes(chance.between(6, 22));
            }
            visit.note(wishes, course, opening.by, chance)?;
            visit.over += Duration::seconds(chance.between(10, 70));
            visit.send(house, opening.by, chance)?;
        }
        visit.over += Duration::minutes(chance.between(4, 24));
        visit.order.bill_printed_at = Some(visit.over);
        visit.order.revision += 1;
        visit.over += Duration::seconds(chance.between(60, 420));
        Ok(visit)
    }

    /// Somebody at the counter, who pays before anything is made.
    pub(super) fn at_counter(
        house: &House,
        opening: Opening,
        name: Option<&str>,
        wishes: Vec<Wish<'_>>,
        chance: &mut Chance,
    ) -> Result<Self, OrderRefusal> {
        let place = Place::Takeaway {
            name: name.map(str::to_owned),
            phone: None,
        };
        let mut visit = Visit::open(house, opening, place, 1);
        visit.note(wishes, 1, opening.by, chance)?;
        visit.over += Duration::seconds(chance.between(8, 45));
        Ok(visit)
    }

    /// An order that came to nothing: nobody sent it.
    pub(super) fn called_off(
        house: &House,
        opening: Opening,
        wishes: Vec<Wish<'_>>,
        chance: &mut Chance,
    ) -> Result<Self, OrderRefusal> {
        let place = Place::Takeaway {
            name: None,
            phone: None,
        };
        let mut visit = Visit::open(house, opening, place, 1);
        let reason = if chance.happens(35) {
            visit.over += Duration::minutes(15);
            "Left without lines"
        } else {
            visit.note(wishes, 1, opening.by, chance)?;
            visit.over += Duration::seconds(chance.between(20, 400));
            chance
                .pick(&[
                    "Guest changed their mind",
                    "Opened by mistake",
                    "Guest left",
                ])
                .copied()
                .unwrap_or("Opened by mistake")
        };
        visit.order.cancel(visit.over)?;
        visit.order.revision += 1;
        visit.cancelled = Some(Cancelled {
            by: opening.by,
            reason,
        });
        Ok(visit)
    }

    /// Takes down what is wanted, one tap after the other.
    fn note(
        &mut self,
        wishes: Vec<Wish<'_>>,
        course: i16,
        by: StaffId,
        chance: &mut Chance,
    ) -> Result<(), OrderRefusal> {
        for wish in wishes {
            self.over += Duration::seconds(chance.between(4, 38));
            let asked = NewLine {
                quantity: Quantity::ONE,
                note: wish.note.map(str::to_owned),
                allergy: wish.allergy.map(str::to_owned),
                seat: wish.seat,
                course,
                from_stock: 0,
            };
            self.order
                .add(wish.product, wish.choice, asked, by, self.over)?;
            self.order.revision += 1;
        }
        Ok(())
    }

    /// Hands what is noted to the stations and follows it to the guest; the visit goes on when all of it is served.
    fn send(
        &mut self,
        house: &House,
        by: StaffId,
        chance: &mut Chance,
    ) -> Result<(), OrderRefusal> {
        let at = self.over;
        let sent = self.order.send(at)?;
        self.order.revision += 1;
        let mut stations: Vec<StationId> = Vec::new();
        for line in self
            .order
            .lines
            .iter()
            .filter(|line| sent.contains(&line.id))
        {
            if !stations.contains(&line.station) {
                stations.push(line.station);
            }
        }
        for station in stations {
            let lines: Vec<Line> = self
                .order
                .lines
                .iter()
                .filter(|line| line.station == station && sent.contains(&line.id))
                .cloned()
                .collect();
            self.make(house, station, &lines, at, by, chance)?;
        }
        Ok(())
    }

    /// One ticket: seen at once, begun soon, bumped when its slowest line is done, carried out after that.
    fn make(
        &mut self,
        house: &House,
        station: StationId,
        lines: &[Line],
        sent_at: OffsetDateTime,
        by: StaffId,
        chance: &mut Chance,
    ) -> Result<(), OrderRefusal> {
        let board = house.board(station);
        let usual = |line: &Line| i64::from(line.prep_seconds.unwrap_or(120));
        let given = lines.iter().map(usual).max().unwrap_or_default();
        let started_at = sent_at + Duration::seconds(given * chance.between(4, 20) / 100);
        // Most leave some of the time they are given; one in nine comes when hands are missing.
        let pace = match chance.happens(11) {
            true => chance.between(100, 165),
            false => chance.between(45, 78),
        };
        let done: Vec<OffsetDateTime> = lines
            .iter()
            .map(|line| {
                // A cook works on several at once; the tenth of the same takes no ten times as long.
                let pieces = 100 + 12 * (i64::from(line.quantity.get()) - 1);
                let takes = usual(line) * pieces * pace * chance.between(85, 110) / 1_000_000;
                started_at + Duration::seconds(takes)
            })
            .collect();
        let slowest = done.iter().copied().max().unwrap_or(started_at);
        let first_bumped_at = slowest + Duration::seconds(chance.between(3, 25));
        // Now and then something was forgotten: it comes back once.
        let recalled_at = (chance.between(1, 150) == 1)
            .then(|| first_bumped_at + Duration::seconds(chance.between(20, 120)));
        let bumped_at = recalled_at.map_or(first_bumped_at, |at| {
            at + Duration::seconds(chance.between(40, 200))
        });
        let each_is_marked = lines.len() > 1 && chance.happens(30);
        let served_at = bumped_at + Duration::seconds(chance.between(20, 170));
        let ticket = TicketId::new();
        for (position, (line, done)) in (0..).zip(lines.iter().zip(done)) {
            let done_at = if each_is_marked { done } else { bumped_at };
            self.order.follow(line.id, true, Some(done_at));
            self.lives.insert(
                line.id,
                Life {
                    sent_by: by,
                    started_at,
                    served_at,
                    served_by: by,
                },
            );
            self.ticket_lines
                .push(ticket_line(ticket, position, line, sent_at, done_at, board));
        }
        self.order
            .serve(&lines.iter().map(|line| line.id).collect::<Vec<_>>())?;
        self.order.revision += 3;
        self.tickets.push(entity::tickets::Model {
            id: ticket,
            order_id: self.order.id,
            station_id: station,
            number: self.order.number,
            title: self.order.title(),
            kind: match self.order.kind() {
                Kind::DineIn => TicketKind::DineIn.as_str().to_owned(),
                Kind::Takeaway => TicketKind::Takeaway.as_str().to_owned(),
            },
            guests: self.order.guests,
            waiter: self.order.waiter_name.clone(),
            customer: self.order.customer().map(str::to_owned),
            sent_at,
            started_at: Some(started_at),
            started_by: Some(board.to_owned()),
            bumped_at: Some(bumped_at),
            bumped_by: Some(board.to_owned()),
            recalled_at,
            shown_at: Some(sent_at + Duration::milliseconds(chance.between(150, 900))),
            priority: false,
            additions: 0,
            revision: if recalled_at.is_some() { 5 } else { 3 },
            changes: 0,
            former_title: None,
            clock_at: None,
            unpaid: false,
            passed_from: None,
            known_at: None,
        });
        self.over = self.over.max(served_at);
        Ok(())
    }

    /// Guests pay what they owe, all at once or in two parts.
    pub(super) fn pay(
        &mut self,
        house: &House,
        date: BusinessDate,
        cashier: StaffId,
        receipts: &mut tender::References,
        chance: &mut Chance,
    ) -> Result<(), OrderRefusal> {
        let asked_at = self.over;
        if self.order.to_send().next().is_some() {
            self.send(house, cashier, chance)?;
        }
        let last_made = self
            .order
            .lines
            .iter()
            .filter_map(|line| line.ready_at)
            .max();
        let parts = tender::parts(self.order.balance(), self.order.kind(), chance);
        let mut paid_at = asked_at;
        for (more, part) in (0..).zip(parts) {
            paid_at += Duration::seconds(more * 45);
            self.order.receive(part, Default::default())?;
            let paid = tender::of(part, self.order.kind(), paid_at, receipts, chance);
            self.paid.push(paid);
            self.order.revision += 1;
        }
        self.order.settle(paid_at, date);
        // Whoever paid first has an order that is closed when the last of it is made.
        self.order.closed_at = last_made.max(Some(paid_at));
        self.over = self.over.max(paid_at);
        Ok(())
    }
}

fn ticket_line(
    ticket: TicketId,
    position: i32,
    line: &Line,
    fired_at: OffsetDateTime,
    done_at: OffsetDateTime,
    board: &str,
) -> entity::ticket_lines::Model {
    let modifiers: Vec<TicketModifier> = line
        .modifiers
        .iter()
        .filter(|modifier| !modifier.silent)
        .map(|modifier| TicketModifier {
            name: modifier.kitchen.clone(),
            loud: modifier.loud,
        })
        .collect();
    entity::ticket_lines::Model {
        id: TicketLineId::new(),
        ticket_id: ticket,
        line_id: line.id,
        position,
        quantity: line.quantity.get(),
        name: line.name.clone(),
        second_name: line.kitchen_name.clone(),
        modifiers: serde_json::json!(modifiers),
        note: line.note.clone(),
        allergy: line.allergy.clone(),
        seat: line.seat,
        course: line.course,
        prep_seconds: line.prep_seconds,
        addition: 0,
        held: false,
        fired_at: Some(fired_at),
        done_at: Some(done_at),
        done_by: Some(board.to_owned()),
        voided_at: None,
        void_seen_at: None,
        step: 0,
    }
}
