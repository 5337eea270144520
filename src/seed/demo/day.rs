//! One day of trade, from the first float to the last count.

use std::collections::{BTreeMap, HashMap};

use time::{Duration, OffsetDateTime};

use super::books::Books;
use super::chance::Chance;
use super::drawer::{self, DrawerBook, Hours};
use super::guests::{self, Meal, Party, Taste, Wants};
use super::report;
use super::roster::{Cashier, Roster};
use super::tender::{Paid, References};
use super::visit::{Opening, Visit};
use super::{House, Table};
use crate::closing::OrderCounts;
use crate::data::entity;
use crate::orders::OrderRefusal;
use crate::seed::floor::TERMINALS;
use crate::shifts::Counted;
use crate::values::{BusinessDate, PaymentId, ShiftId, StaffId, TerminalId};

/// What one day hands on to the next.
#[derive(Default)]
pub(super) struct Overnight {
    /// What is in each drawer.
    pub(super) drawers: HashMap<TerminalId, Counted>,
    /// The number of the last shift report.
    pub(super) reports: i32,
}

/// A day while it is going on.
struct Day<'a> {
    house: &'a House,
    date: BusinessDate,
    begins: OffsetDateTime,
    roster: Roster,
    chance: Chance,
    references: References,
    /// Until when each table is taken.
    taken: Vec<OffsetDateTime>,
    shifts: BTreeMap<StaffId, ShiftId>,
    visits: Vec<(Visit, Cashier)>,
}

/// Trades on one date and writes it into the books.
pub(super) fn trade(
    house: &House,
    taste: &Taste<'_>,
    date: BusinessDate,
    overnight: &mut Overnight,
    books: &mut Books,
) -> Result<(), OrderRefusal> {
    let seed = u64::from(date.date().to_julian_day().unsigned_abs());
    let begins = house.days.begins(date);
    let mut day = Day {
        house,
        date,
        begins,
        roster: Roster::of(date.date()),
        chance: Chance::of(seed),
        references: References::of(date),
        taken: vec![begins; house.tables.len()],
        shifts: BTreeMap::new(),
        visits: Vec::new(),
    };
    let parties = guests::of_day(date.date(), &mut day.chance);
    for (number, party) in (1..).zip(&parties) {
        day.receive(number, party, taste)?;
    }
    books.open_day(date, i32::try_from(parties.len()).unwrap_or(i32::MAX));
    day.close(overnight, books)
}

impl Day<'_> {
    fn receive(
        &mut self,
        number: i32,
        party: &Party,
        taste: &Taste<'_>,
    ) -> Result<(), OrderRefusal> {
        let meal = Meal::at(party.comes);
        let at = self.begins
            + Duration::minutes(party.comes)
            + Duration::milliseconds(self.chance.between(0, 59_999));
        let table = match party.wants {
            Wants::Table(guests) => self.free_table(guests, at),
            Wants::Counter | Wants::Takeaway(_) => None,
        };
        let (house, cashier) = (self.house, self.roster.cashier(party.comes));
        if self.chance.happens(1) {
            let wishes = taste.to_go(meal, &mut self.chance);
            let opening = self.opening(number, at, cashier.staff, cashier.till);
            let visit = Visit::called_off(house, opening, wishes, &mut self.chance)?;
            self.visits.push((visit, cashier));
            return Ok(());
        }
        let (mut visit, cashier) = match (table, &party.wants) {
            (Some(table), Wants::Table(guests)) => {
                let visit = self.wait_on(number, at, table, *guests, meal, taste)?;
                let minutes = (visit.over - self.begins).whole_minutes();
                (visit, self.roster.cashier(minutes))
            }
            (_, wants) => {
                let name = match wants {
                    Wants::Takeaway(name) => Some(*name),
                    // Whoever finds no free table takes it along.
                    Wants::Table(_) | Wants::Counter => None,
                };
                let wishes = taste.to_go(meal, &mut self.chance);
                let opening = self.opening(number, at, cashier.staff, cashier.till);
                let visit = Visit::at_counter(house, opening, name, wishes, &mut self.chance)?;
                (visit, cashier)
            }
        };
        visit.pay(
            house,
            self.date,
            cashier.staff,
            &mut self.references,
            &mut self.chance,
        )?;
        if let Some(table) = table {
            self.taken[table] = visit.over + Duration::minutes(6);
        }
        self.visits.push((visit, cashier));
        Ok(())
    }

    fn wait_on(
        &mut self,
        number: i32,
        at: OffsetDateTime,
        table: usize,
        guests: i16,
        meal: Meal,
        taste: &Taste<'_>,
    ) -> Result<Visit, OrderRefusal> {
        let minutes = (at - self.begins).whole_minutes();
        let on_duty = self.roster.waiters(minutes);
        let waiter = self.chance.pick(on_duty).copied();
        let waiter = waiter.unwrap_or(self.roster.cashier(minutes).staff);
        let first = taste.first_round(guests, meal, &mut self.chance);
        let second = if self.chance.happens(38) {
            taste.second_round(guests, meal, &mut self.chance)
        } else {
            Vec::new()
        };
        let opening = self.opening(number, at, waiter, TERMINALS[2].id());
        let table: &Table = &self.house.tables[table];
        let rounds = [first, second];
        Visit::at_table(self.house, opening, table, guests, rounds, &mut self.chance)
    }

    /// The smallest free table that they fit at.
    fn free_table(&self, guests: i16, at: OffsetDateTime) -> Option<usize> {
        self.house
            .tables
            .iter()
            .enumerate()
            .filter(|(which, table)| table.seats >= guests && self.taken[*which] <= at)
            .min_by_key(|(_, table)| table.seats)
            .map(|(which, _)| which)
    }

    fn opening(
        &mut self,
        number: i32,
        at: OffsetDateTime,
        by: StaffId,
        terminal: TerminalId,
    ) -> Opening {
        Opening {
            date: self.date,
            number,
            at,
            by,
            terminal,
            shift: self.shift_of(by),
        }
    }

    fn shift_of(&mut self, staff: StaffId) -> ShiftId {
        *self.shifts.entry(staff).or_insert_with(ShiftId::new)
    }

    /// Writes the day down: its shifts in the order of their closing, each with a report number.
    fn close(mut self, overnight: &mut Overnight, books: &mut Books) -> Result<(), OrderRefusal> {
        let cashiers = self.roster.cashiers();
        for cashier in cashiers {
            self.shift_of(cashier.staff);
        }
        let mut taken: HashMap<StaffId, Vec<(PaymentId, Paid)>> = HashMap::new();
        for (visit, cashier) in &self.visits {
            for paid in &visit.paid {
                let id = PaymentId::new();
                let of = taken.entry(cashier.staff).or_default();
                of.push((id, paid.clone()));
                books.pay(
                    visit,
                    id,
                    paid,
                    *cashier,
                    self.shifts[&cashier.staff],
                    self.date,
                );
            }
        }
        let mut staff: Vec<(OffsetDateTime, StaffId)> = Vec::new();
        for person in self.shifts.keys().copied().collect::<Vec<_>>() {
            let paid = taken.get(&person).map_or(&[][..], Vec::as_slice);
            staff.push((self.goes_home(person, paid), person));
        }
        staff.sort();
        for (closed_at, person) in staff {
            overnight.reports += 1;
            let mut paid = taken.remove(&person).unwrap_or_default();
            paid.sort_by_key(|(_, paid)| paid.at);
            let over = Over {
                person,
                closed_at,
                number: overnight.reports,
                paid: &paid,
            };
            let cashier = cashiers.iter().find(|cashier| cashier.staff == person);
            let (shift, drawer) = match cashier {
                Some(cashier) => self.close_drawer(over, *cashier, &mut overnight.drawers),
                None => (self.close_without_cash(over), None),
            };
            books.close_shift(shift, drawer);
        }
        for (visit, _) in self.visits {
            books.write(visit)?;
        }
        Ok(())
    }

    /// After the last guest whom they served or whose money they took, and not before the end of their hours.
    fn goes_home(&mut self, person: StaffId, paid: &[(PaymentId, Paid)]) -> OffsetDateTime {
        let hours = self.roster.cashiers();
        let planned = hours
            .iter()
            .find(|cashier| cashier.staff == person)
            .map(|cashier| self.begins + Duration::minutes(cashier.until));
        let served = self
            .visits
            .iter()
            .filter(|(visit, _)| visit.opened_by == person)
            .map(|(visit, _)| visit.over);
        let last = served
            .chain(paid.iter().map(|(_, paid)| paid.at))
            .chain(planned)
            .max();
        last.unwrap_or(self.begins) + Duration::seconds(self.chance.between(600, 1_100))
    }

    fn close_drawer(
        &mut self,
        over: Over<'_>,
        cashier: Cashier,
        drawers: &mut HashMap<TerminalId, Counted>,
    ) -> (entity::shifts::Model, Option<DrawerBook>) {
        let opened_at = self.begins
            + Duration::minutes(cashier.from)
            + Duration::seconds(self.chance.between(0, 240));
        let hours = Hours {
            shift: self.shift_of(over.person),
            date: self.date,
            cashier,
            opened_at,
            closed_at: over.closed_at,
            manager: self.roster.manager,
        };
        let sales: Vec<(PaymentId, &Paid)> = over
            .paid
            .iter()
            .filter(|(_, paid)| paid.is_cash())
            .map(|(id, paid)| (*id, paid))
            .collect();
        let found = drawers.remove(&cashier.till);
        let book = drawer::keep(self.house, hours, found, &sales, &mut self.chance);
        drawers.insert(cashier.till, book.left.clone());
        let shift = entity::shifts::Model {
            cash: "drawer".to_owned(),
            drawer_terminal_id: Some(cashier.till),
            float_amount: Some(book.float.total()),
            float_counts: Some(book.float.to_json()),
            cash_started_at: Some(opened_at),
            ..self.shift_row(over, opened_at, cashier.till)
        };
        let report = report::of(
            self.house,
            &shift,
            over.paid,
            Some(&book),
            self.orders_of(&shift),
        );
        let shift = entity::shifts::Model {
            report: Some(report),
            ..shift
        };
        (shift, Some(book))
    }

    /// A waiter's shift began with the first order.
    fn close_without_cash(&mut self, over: Over<'_>) -> entity::shifts::Model {
        let opened_at = self
            .visits
            .iter()
            .filter(|(visit, _)| visit.opened_by == over.person)
            .map(|(visit, _)| visit.order.opened_at)
            .min()
            .unwrap_or(self.begins);
        let shift = self.shift_row(over, opened_at, TERMINALS[2].id());
        let report = report::of(self.house, &shift, over.paid, None, self.orders_of(&shift));
        entity::shifts::Model {
            report: Some(report),
            ..shift
        }
    }

    fn shift_row(
        &mut self,
        over: Over<'_>,
        opened_at: OffsetDateTime,
        terminal: TerminalId,
    ) -> entity::shifts::Model {
        entity::shifts::Model {
            id: self.shift_of(over.person),
            staff_id: over.person,
            business_date: self.date,
            cash: "none".to_owned(),
            drawer_terminal_id: None,
            opened_at,
            opened_terminal_id: Some(terminal),
            float_amount: None,
            float_counts: None,
            float_note: None,
            cash_started_at: None,
            closed_at: Some(over.closed_at),
            closed_by: Some(over.person),
            report_number: Some(over.number),
            report: None,
            revision: 2,
        }
    }

    /// What became of the orders of a shift: all that its owner opened.
    fn orders_of(&self, shift: &entity::shifts::Model) -> OrderCounts {
        let mut counts = OrderCounts::default();
        let orders = self.visits.iter().map(|(visit, _)| &visit.order);
        for order in orders.filter(|order| order.shift == Some(shift.id)) {
            counts.opened += 1;
            counts.cancelled += i64::from(order.cancelled_at.is_some());
            if order.settled_at.is_some() {
                counts.settled += 1;
                counts.total += order.total();
            }
        }
        counts
    }
}

/// The end of somebody's shift.
#[derive(Clone, Copy)]
struct Over<'a> {
    person: StaffId,
    closed_at: OffsetDateTime,
    /// The report's.
    number: i32,
    /// What they took, in the order in which they took it.
    paid: &'a [(PaymentId, Paid)],
}
