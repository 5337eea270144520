//! The shift report as a person reads it, read back from the bytes that a printer gets.

use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::closing::report::{FloatLine, Named, OrderCounts};
use crate::closing::tender::TenderLine;
use crate::payments::{Method, MethodSum};
use crate::printing::{Paper, Print, tests::read_back};
use crate::shifts::{Counted, Ledger};
use crate::staff::Role;
use crate::values::StaffId;

const EVENING: OffsetDateTime = datetime!(2026-11-22 15:00 UTC);

fn m(minor: i64) -> Money {
    Money::new(minor)
}

fn named(name: &str) -> Named {
    Named {
        id: StaffId::new(),
        name: name.to_owned(),
    }
}

fn took(method: Method, count: i64, amount: i64, tips: i64) -> MethodSum {
    MethodSum {
        method,
        count,
        amount: m(amount),
        tips: m(tips),
    }
}

fn tender(method: Method, counted: Option<i64>, expected: i64) -> TenderLine {
    TenderLine {
        method,
        counted: counted.map(m),
        expected: m(expected),
    }
}

fn pieces(counted: &[(i64, u32)]) -> Counted {
    let json = counted
        .iter()
        .map(|(value, pieces)| (value.to_string(), serde_json::json!(pieces)));
    Counted::stored(serde_json::Value::Object(json.collect()))
}

/// A cashier's day in the drawer of Till 1, which ends 7,800 short.
pub(in crate::closing) fn report() -> ShiftReport {
    let count = |number, pieces: Counted| CountLine {
        number,
        by: named("Amina Nantale"),
        at: EVENING,
        counted: pieces.total(),
        pieces,
        expected: m(897_800),
        tenders: vec![tender(Method::Card, Some(67_000), 67_000)],
    };
    ShiftReport {
        number: 12,
        owner: named("Amina Nantale"),
        role: Role::Cashier,
        date: "2026-11-22".parse().expect("a date"),
        place: "Drawer of Till 1".to_owned(),
        opened_at: datetime!(2026-11-22 04:02 UTC),
        opened_terminal: Some("Till 1".to_owned()),
        closed_at: EVENING,
        closed_by: named("Amina Nantale"),
        float: Some(FloatLine {
            amount: m(193_000),
            note: Some("One note is torn".to_owned()),
        }),
        sales: vec![
            took(Method::Cash, 41, 812_500, 0),
            took(Method::Card, 1, 64_000, 3_000),
            took(Method::MtnMomo, 7, 210_000, 0),
        ],
        refunds: vec![took(Method::Cash, 1, 9_000, 0)],
        ledger: Ledger::of([
            (EntryKind::Float, 1, m(193_000)),
            (EntryKind::Sale, 41, m(812_500)),
            (EntryKind::Refund, 1, m(-9_000)),
            (EntryKind::PaidOut, 1, m(-98_700)),
            (EntryKind::NoSale, 1, Money::ZERO),
        ]),
        moved: vec![MovedLine {
            number: 1,
            what: "Paid out".to_owned(),
            amount: m(-98_700),
            reason: Some("Market: tomatoes and a whole sack of onions".to_owned()),
            by: "Amina Nantale".to_owned(),
            approved_by: Some("Ruth Kato".to_owned()),
            at: datetime!(2026-11-22 08:30 UTC),
        }],
        expected: m(897_800),
        counts: vec![
            count(1, pieces(&[(50_000, 17), (1_000, 30)])),
            count(2, pieces(&[(50_000, 17), (10_000, 4), (100, 0)])),
        ],
        variance: Some(VarianceLine {
            variance: Variance {
                amount: m(-7_800),
                threshold: m(5_000),
            },
            standing: Standing::Approved {
                by: StaffId::new(),
                reason: "Wrong change to table 15".to_owned(),
            },
            approved_by: Some("Ruth Kato".to_owned()),
        }),
        tenders: vec![
            tender(Method::Card, Some(66_000), 67_000),
            tender(Method::MtnMomo, None, 210_000),
        ],
        taken_over_from: Some("Brian Okot".to_owned()),
        handed_over_to: Some(named("Joseph Okello")),
        orders: OrderCounts {
            opened: 44,
            settled: 43,
            total: m(1_086_500),
            cancelled: 1,
        },
        passed_on: vec![PassedOn {
            reference: "20261122-0042".to_owned(),
            to: Some("Joseph Okello".to_owned()),
            reason: "Guests are still here".to_owned(),
        }],
    }
}

/// A café with a name and an address.
pub(in crate::closing) fn kahawa() -> Settings {
    Settings {
        cafe_name: "Café Kahawa".to_owned(),
        tax_number: "1009 482 113".to_owned(),
        ..Settings::default()
    }
}

#[test]
fn the_shift_report() {
    let slip = slip(&report(), Mark::Original, &kahawa());
    assert_eq!(
        read_back(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
                  SHIFT REPORT 12
  ------------------------------------------------
  Shift of                           Amina Nantale
  Role                                     Cashier
  Business date                    Sun 22 Nov 2026
  Cash                            Drawer of Till 1
  Opened                         22 Nov 2026 07:02
  On                                        Till 1
  Closed                         22 Nov 2026 18:00
  Closed by                          Amina Nantale
  Taken over from                       Brian Okot
  Handed over to                     Joseph Okello
  ------------------------------------------------
  Cash, 41 payments                        812,500
  Card, 1 payment                           64,000
  MTN MoMo, 7 payments                     210,000
+ TAKEN UGX                              1,086,500
  Given back, Cash, 1                       -9,000
  Tips beside it                             3,000
  ------------------------------------------------
  Opening float                            193,000
  Cash sales, 41                           812,500
  Cash refunds, 1                           -9,000
  Paid out, 1                              -98,700
  Opened without a sale, 1                       0
  Note on the float: One note is torn
+ EXPECTED                                 897,800
  ------------------------------------------------
  1 Paid out, 11:30                        -98,700
    Amina Nantale, agreed by Ruth Kato: Market:
      tomatoes and a whole sack of onions
  ------------------------------------------------
  Count 1, 18:00, Amina Nantale            880,000
    Card                                    67,000
  Count 2, 18:00, Amina Nantale            890,000
    Card                                    67,000
    50,000 × 17                            850,000
    10,000 × 4                              40,000
  ------------------------------------------------
  Card                                      66,000
    Expected                                67,000
    Short by                                 1,000
  MTN MoMo                             not counted
    Expected                               210,000
  ------------------------------------------------
+ SHORT BY                                   7,800
  Reason: Wrong change to table 15
  Approved by Ruth Kato
  ------------------------------------------------
  Orders opened                                 44
  Orders settled                                43
  Orders cancelled                               1
  Orders passed on                               1
    20261122-0042 to Joseph Okello: Guests are
      still here
"
    );
}

#[test]
fn a_copy_of_the_shift_report_on_narrow_paper() {
    let copy = Mark::Copy(Print {
        place: 2,
        at: EVENING,
    });
    let slip = slip(&report(), copy, &kahawa());
    assert_eq!(
        read_back(&slip, Paper::Narrow),
        "\
#   CAFÉ KAHAWA
          SHIFT REPORT 12
#       COPY
     No. 2, 22 Nov 2026, 18:00
  --------------------------------
  Shift of           Amina Nantale
  Role                     Cashier
  Business date    Sun 22 Nov 2026
  Cash            Drawer of Till 1
  Opened         22 Nov 2026 07:02
  On                        Till 1
  Closed         22 Nov 2026 18:00
  Closed by          Amina Nantale
  Taken over from       Brian Okot
  Handed over to     Joseph Okello
  --------------------------------
  Cash, 41 payments        812,500
  Card, 1 payment           64,000
  MTN MoMo, 7 payments     210,000
+ TAKEN UGX              1,086,500
  Given back, Cash, 1       -9,000
  Tips beside it             3,000
  --------------------------------
  Opening float            193,000
  Cash sales, 41           812,500
  Cash refunds, 1           -9,000
  Paid out, 1              -98,700
  Opened without a sale, 1       0
  Note on the float: One note is
    torn
+ EXPECTED                 897,800
  --------------------------------
  1 Paid out, 11:30        -98,700
    Amina Nantale, agreed by Ruth
      Kato: Market: tomatoes and a
      whole sack of onions
  --------------------------------
  Count 1, 18:00, Amina    880,000
    Nantale
    Card                    67,000
  Count 2, 18:00, Amina    890,000
    Nantale
    Card                    67,000
    50,000 × 17            850,000
    10,000 × 4              40,000
  --------------------------------
  Card                      66,000
    Expected                67,000
    Short by                 1,000
  MTN MoMo             not counted
    Expected               210,000
  --------------------------------
+ SHORT BY                   7,800
  Reason: Wrong change to table 15
  Approved by Ruth Kato
  --------------------------------
  Orders opened                 44
  Orders settled                43
  Orders cancelled               1
  Orders passed on               1
    20261122-0042 to Joseph
      Okello: Guests are still
      here
"
    );
}

#[test]
fn what_nobody_agreed_to_and_a_shift_without_cash() {
    let mut unapproved = report();
    if let Some(line) = &mut unapproved.variance {
        line.standing = Standing::Unapproved {
            reason: "No idea".to_owned(),
        };
    }
    let said = read_back(&slip(&unapproved, Mark::Original, &kahawa()), Paper::Wide);
    assert!(said.contains("* UNAPPROVED"), "{said}");
    let without = ShiftReport {
        place: "No cash".to_owned(),
        float: None,
        ledger: Ledger::default(),
        counts: Vec::new(),
        moved: Vec::new(),
        variance: None,
        tenders: Vec::new(),
        ..report()
    };
    let said = read_back(&slip(&without, Mark::Original, &kahawa()), Paper::Wide);
    assert!(
        !said.contains("EXPECTED") && !said.contains("Count"),
        "{said}"
    );
}
