//! Cash slips as a person reads them, read back from the bytes that a printer gets.

use time::macros::datetime;

use super::*;
use crate::printing::{Paper, tests::read_back};
use crate::shifts::shift::CashPlace;
use crate::staff::Role;
use crate::values::{CashEntryId, Money, ShiftId, StaffId, TerminalId};

fn drawer() -> Shift {
    Shift {
        id: ShiftId::new(),
        staff: StaffId::new(),
        name: "Amina Nantale".to_owned(),
        role: Role::Cashier,
        date: "2026-11-22".parse().expect("a date"),
        cash: CashPlace::Drawer {
            terminal: TerminalId::new(),
            name: "Till 1".to_owned(),
        },
        opened_at: datetime!(2026-11-22 04:02 UTC),
        opened_terminal: None,
        float: None,
        taken_over_from: None,
        closed: None,
    }
}

fn moved(kind: EntryKind, amount: i64) -> Moved {
    Moved {
        id: CashEntryId::new(),
        number: 3,
        kind,
        amount: kind.booked(Money::new(amount)),
        reason: Some("Market: tomatoes and onions for the whole week".to_owned()),
        by: "Amina Nantale".to_owned(),
        approved_by: Some("Ruth Kato".to_owned()),
        at: datetime!(2026-11-22 08:30 UTC),
        reverses: None,
        is_reversed: false,
    }
}

fn kahawa() -> Settings {
    Settings {
        cafe_name: "Café Kahawa".to_owned(),
        ..Settings::default()
    }
}

#[test]
fn cash_that_was_paid_out() {
    let slip = slip(&drawer(), &moved(EntryKind::PaidOut, 98_700), &kahawa());
    assert_eq!(
        read_back(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
                     PAID OUT 3
  ------------------------------------------------
  Shift of                           Amina Nantale
  Cash                            Drawer of Till 1
  22 Nov 2026                                11:30
  Booked by                          Amina Nantale
  Agreed                                 Ruth Kato
  ------------------------------------------------
+ UGX                                       98,700
  Market: tomatoes and onions for the whole week
  ------------------------------------------------
  Given by

  ______________________________
  Received by

  ______________________________
"
    );
    assert_eq!(
        read_back(&slip, Paper::Narrow),
        "\
#   CAFÉ KAHAWA
             PAID OUT 3
  --------------------------------
  Shift of           Amina Nantale
  Cash            Drawer of Till 1
  22 Nov 2026                11:30
  Booked by          Amina Nantale
  Agreed                 Ruth Kato
  --------------------------------
+ UGX                       98,700
  Market: tomatoes and onions for
    the whole week
  --------------------------------
  Given by

  ______________________________
  Received by

  ______________________________
"
    );
}

#[test]
fn a_drawer_that_was_opened_without_a_sale_has_no_amount_and_nothing_to_sign() {
    let slip = slip(&drawer(), &moved(EntryKind::NoSale, 0), &kahawa());
    let said = read_back(&slip, Paper::Wide);
    assert!(said.contains("OPENED WITHOUT A SALE 3"), "{said}");
    assert!(
        !said.contains("UGX") && !said.contains("Received by"),
        "{said}"
    );
}
