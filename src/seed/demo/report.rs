//! The report that a shift leaves, as closing it would have frozen it.

use super::House;
use super::drawer::DrawerBook;
use super::tender::Paid;
use crate::closing::{
    CountLine, FloatLine, MovedLine, Named, OrderCounts, ShiftReport, Standing, Variance,
    VarianceLine,
};
use crate::data::entity;
use crate::payments::{Method, MethodSum};
use crate::seed::floor::TERMINALS;
use crate::seed::people::PEOPLE;
use crate::shifts::cash::Movement;
use crate::shifts::{CashPlace, Counted, EntryKind, Ledger};
use crate::staff::Role;
use crate::values::{Money, PaymentId, StaffId, TerminalId};

/// The report of a shift that is over, as JSON.
pub(super) fn of(
    house: &House,
    shift: &entity::shifts::Model,
    paid: &[(PaymentId, Paid)],
    drawer: Option<&DrawerBook>,
    orders: OrderCounts,
) -> serde_json::Value {
    let ledger = ledger(drawer);
    let role = role_of(shift.staff_id);
    let report = ShiftReport {
        number: shift.report_number.unwrap_or_default(),
        owner: named(house, shift.staff_id),
        role,
        date: shift.business_date,
        place: place(shift).to_string(),
        opened_at: shift.opened_at,
        opened_terminal: shift.opened_terminal_id.map(terminal_name),
        closed_at: shift.closed_at.unwrap_or(shift.opened_at),
        closed_by: named(house, shift.closed_by.unwrap_or(shift.staff_id)),
        float: drawer.map(|book| FloatLine {
            amount: book.float.total(),
            note: None,
        }),
        sales: sales(paid),
        refunds: Vec::new(),
        moved: moved(house, drawer),
        expected: ledger.expected(),
        ledger,
        counts: drawer.map_or_else(Vec::new, |book| {
            book.counts
                .iter()
                .map(|count| count_line(house, count))
                .collect()
        }),
        variance: drawer.and_then(|book| variance(house, role, book)),
        tenders: Vec::new(),
        taken_over_from: None,
        handed_over_to: None,
        orders,
        passed_on: Vec::new(),
    };
    serde_json::json!(report)
}

fn place(shift: &entity::shifts::Model) -> CashPlace {
    shift
        .drawer_terminal_id
        .map_or(CashPlace::None, |terminal| CashPlace::Drawer {
            terminal,
            name: terminal_name(terminal),
        })
}

fn ledger(drawer: Option<&DrawerBook>) -> Ledger {
    let entries = drawer.map_or(&[][..], |book| &book.entries);
    Ledger::of(
        entries
            .iter()
            .filter_map(|entry| Some((EntryKind::stored(&entry.kind)?, 1, entry.amount))),
    )
}

/// What was paid out of the drawer, one after the other.
fn moved(house: &House, drawer: Option<&DrawerBook>) -> Vec<MovedLine> {
    let entries = drawer.map_or(&[][..], |book| &book.entries);
    let by_hand = entries
        .iter()
        .filter(|entry| entry.kind == Movement::PaidOut.as_str());
    let lines = (1..).zip(by_hand).map(|(number, entry)| MovedLine {
        number,
        what: Movement::PaidOut.done().to_owned(),
        amount: entry.amount,
        reason: entry.reason.clone(),
        by: named(house, entry.entered_by).name,
        approved_by: None,
        at: entry.at,
    });
    lines.collect()
}

fn sales(paid: &[(PaymentId, Paid)]) -> Vec<MethodSum> {
    let sum_of = |method: Method| {
        let mut sum = MethodSum {
            method,
            count: 0,
            amount: Money::ZERO,
            tips: Money::ZERO,
        };
        for (_, paid) in paid.iter().filter(|(_, paid)| paid.method == method) {
            sum.count += 1;
            sum.amount += paid.amount;
            sum.tips += paid.tip;
        }
        sum
    };
    Method::ALL
        .into_iter()
        .map(sum_of)
        .filter(|sum| sum.count > 0)
        .collect()
}

fn count_line(house: &House, count: &entity::shift_counts::Model) -> CountLine {
    CountLine {
        number: count.number,
        by: named(house, count.counted_by),
        at: count.counted_at,
        pieces: Counted::stored(count.denominations.clone()),
        counted: count.counted,
        expected: count.expected,
        tenders: Vec::new(),
    }
}

fn variance(house: &House, role: Role, book: &DrawerBook) -> Option<VarianceLine> {
    let last = book.counts.last()?;
    let (standing, approved_by) = match &book.variance {
        None => (Standing::Within, None),
        Some(variance) => {
            let reason = variance.reason.clone();
            match variance.approved_by {
                Some(by) => (Standing::Approved { by, reason }, Some(house.name(by))),
                None => (Standing::Unapproved { reason }, None),
            }
        }
    };
    Some(VarianceLine {
        variance: Variance {
            amount: last.counted - last.expected,
            threshold: house.settings.variance_threshold.of(role),
        },
        standing,
        approved_by,
    })
}

fn named(house: &House, id: StaffId) -> Named {
    Named {
        id,
        name: house.name(id),
    }
}

fn role_of(staff: StaffId) -> Role {
    PEOPLE
        .iter()
        .find(|member| member.id() == staff)
        .map_or(Role::Waiter, |member| member.role)
}

fn terminal_name(id: TerminalId) -> String {
    TERMINALS
        .iter()
        .find(|terminal| terminal.id() == id)
        .map_or_else(String::new, |terminal| terminal.name.to_owned())
}
