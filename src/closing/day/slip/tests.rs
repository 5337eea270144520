//! X and Z as a person reads them, read back from the bytes that a printer gets.

use time::macros::datetime;

use super::*;
use crate::closing::day::report::{OpenLine, Z};
use crate::closing::report::Named;
use crate::closing::slip::tests::{kahawa, report as of_shift};
use crate::payments::{Method, MethodSum};
use crate::printing::{Paper, Print, tests::read_back};
use crate::shifts::Ledger;
use crate::values::{Money, ShiftId, StaffId};

fn m(minor: i64) -> Money {
    Money::new(minor)
}

fn sum(method: Method, count: i64, amount: i64, tips: i64) -> MethodSum {
    MethodSum {
        method,
        count,
        amount: m(amount),
        tips: m(tips),
    }
}

/// A date on which two shifts were closed and one goes on.
fn report() -> DayReport {
    let sold = |orders, guests, total, discounts| Sold {
        orders,
        guests,
        subtotal: m(total + discounts),
        discounts: m(discounts),
        total: m(total),
        ..Sold::default()
    };
    let mut waiter = ShiftLine::of(&of_shift());
    waiter.number = 13;
    waiter.owner = "Moses Wasswa".to_owned();
    (waiter.expected, waiter.counted) = (None, None);
    waiter.tenders.clear();
    DayReport {
        date: "2026-11-22".parse().expect("a date"),
        z: Some(Z {
            number: 8,
            by: Named {
                id: StaffId::new(),
                name: "Ruth Kato".to_owned(),
            },
            head_number: 4_711,
            head_hash: "0123456789abcdef".repeat(4),
        }),
        since: datetime!(2026-11-22 01:00 UTC),
        until: datetime!(2026-11-22 20:10 UTC),
        at: datetime!(2026-11-22 20:10 UTC),
        sold: sold(43, 97, 1_086_500, 12_000),
        corrections: sold(1, 0, -9_000, 0),
        corrected: 1,
        taken: vec![
            sum(Method::Cash, 41, 812_500, 0),
            sum(Method::Card, 2, 64_000, 3_000),
            sum(Method::MtnMomo, 7, 210_000, 0),
        ],
        given_back: vec![sum(Method::Cash, 1, 9_000, 0)],
        late: vec![sum(Method::MtnMomo, 1, 12_000, 0)],
        cash: Ledger::of([
            (EntryKind::Float, 2, m(243_000)),
            (EntryKind::Sale, 41, m(812_500)),
            (EntryKind::Refund, 1, m(-9_000)),
            (EntryKind::NoSale, 2, Money::ZERO),
        ]),
        shifts: vec![ShiftLine::of(&of_shift()), waiter],
        open_shifts: vec![OpenLine {
            id: ShiftId::new(),
            owner: "Joseph Okello".to_owned(),
            place: "Cash pouch".to_owned(),
            since: datetime!(2026-11-22 12:30 UTC),
        }],
        open_orders: 2,
        owed: m(31_000),
        voids: 3,
        voided: m(27_000),
        blind: false,
    }
}

#[test]
fn the_z_report() {
    let slip = slip(&report(), Mark::Original, &kahawa());
    assert_eq!(
        read_back(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
                  TIN 1009 482 113
                     Z REPORT 8
                  Sun 22 Nov 2026
  ------------------------------------------------
  Read                           22 Nov 2026 23:10
  By                                     Ruth Kato
  Counted from                   22 Nov 2026 04:00
  ------------------------------------------------
  43 orders, 97 guests
  Subtotal                               1,098,500
  Discounts                                -12,000
+ SOLD UGX                               1,086,500
  ------------------------------------------------
  Of earlier dates, 1 order
  Subtotal                                  -9,000
+ CORRECTED UGX                             -9,000
+ TOGETHER                               1,077,500
  ------------------------------------------------
  Cash, 41                                 812,500
  Card, 2                                   64,000
  MTN MoMo, 7                              210,000
+ TAKEN                                  1,086,500
  Given back, Cash, 1                       -9,000
  Tips beside it                             3,000
  Of it in no shift, MTN MoMo, 1            12,000
  ------------------------------------------------
  Cash in all drawers
  Opening float, 2                         243,000
  Cash sales, 41                           812,500
  Cash refunds, 1                           -9,000
  Opened without a sale, 2
  ------------------------------------------------
  Shifts closed: 2
  12 Amina Nantale                         890,000
    Variance                                -7,800
    Card, variance                          -1,000
  13 Moses Wasswa                          no cash
+ VARIANCE                                  -7,800
  Open: Joseph Okello            22 Nov 2026 15:30
  Open orders: 2                            31,000
  Struck out after sending: 3               27,000
  ------------------------------------------------
             Audit log up to entry 4711
                  0123456789abcdef
                  0123456789abcdef
                  0123456789abcdef
                  0123456789abcdef
"
    );
}

#[test]
fn a_copy_of_the_z_report_on_narrow_paper() {
    let copy = Mark::Copy(Print {
        place: 3,
        at: datetime!(2026-11-23 05:00 UTC),
    });
    let slip = slip(&report(), copy, &kahawa());
    assert_eq!(
        read_back(&slip, Paper::Narrow),
        "\
#   CAFÉ KAHAWA
          TIN 1009 482 113
             Z REPORT 8
          Sun 22 Nov 2026
#       COPY
     No. 3, 23 Nov 2026, 08:00
  --------------------------------
  Read           22 Nov 2026 23:10
  By                     Ruth Kato
  Counted from   22 Nov 2026 04:00
  --------------------------------
  43 orders, 97 guests
  Subtotal               1,098,500
  Discounts                -12,000
+ SOLD UGX               1,086,500
  --------------------------------
  Of earlier dates, 1 order
  Subtotal                  -9,000
+ CORRECTED UGX             -9,000
+ TOGETHER               1,077,500
  --------------------------------
  Cash, 41                 812,500
  Card, 2                   64,000
  MTN MoMo, 7              210,000
+ TAKEN                  1,086,500
  Given back, Cash, 1       -9,000
  Tips beside it             3,000
  Of it in no shift, MTN    12,000
    MoMo, 1
  --------------------------------
  Cash in all drawers
  Opening float, 2         243,000
  Cash sales, 41           812,500
  Cash refunds, 1           -9,000
  Opened without a sale, 2
  --------------------------------
  Shifts closed: 2
  12 Amina Nantale         890,000
    Variance                -7,800
    Card, variance          -1,000
  13 Moses Wasswa          no cash
+ VARIANCE                  -7,800
  Open: Joseph Okello
                 22 Nov 2026 15:30
  Open orders: 2            31,000
  Struck out after sending: 27,000
    3
  --------------------------------
     Audit log up to entry 4711
          0123456789abcdef
          0123456789abcdef
          0123456789abcdef
          0123456789abcdef
"
    );
}

#[test]
fn an_x_says_that_it_closes_nothing() {
    let x = DayReport {
        z: None,
        corrected: 0,
        shifts: Vec::new(),
        ..report()
    };
    let said = read_back(&slip(&x, Mark::Original, &kahawa()), Paper::Wide);
    assert!(said.contains("X REPORT, NOT A CLOSING"), "{said}");
    for absent in ["Z REPORT", "Audit log", "CORRECTED", "VARIANCE", "COPY"] {
        assert!(!said.contains(absent), "{absent}: {said}");
    }
}
