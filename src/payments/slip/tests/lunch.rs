//! A table's lunch, in a café with a name.

use time::OffsetDateTime;
use time::macros::datetime;

use crate::menu::Chosen;
use crate::orders::{Given, Line, LineState, Off, Order, Place};
use crate::payments::{Method, Payment};
use crate::settings::Settings;
use crate::values::{
    BasisPoints, LineId, ModifierId, Money, OrderId, PaymentId, Quantity, StaffId, StationId,
    TableId, TaxClassId,
};

pub(super) const NOON: OffsetDateTime = datetime!(2026-11-22 10:05 UTC);

fn points(points: i64) -> BasisPoints {
    BasisPoints::new(points).expect("a share")
}

fn line(count: i64, name: &str, price: i64, tax: (TaxClassId, &str, i64)) -> Line {
    Line {
        id: LineId::new(),
        position: 1,
        product: None,
        name: name.to_owned(),
        kitchen_name: None,
        quantity: Quantity::new(count).expect("a quantity"),
        unit_price: Money::new(price),
        base_price: Money::new(price),
        from_stock: 0,
        modifiers: Vec::new(),
        note: Some("well done".to_owned()),
        allergy: None,
        seat: None,
        course: 1,
        held: false,
        announced: false,
        tax_class: tax.0,
        tax_name: tax.1.to_owned(),
        tax_rate: points(tax.2),
        station: StationId::new(),
        station_name: "Kitchen".to_owned(),
        prep_seconds: None,
        given: None,
        price_list: None,
        comped: false,
        state: LineState::Served,
        added_by: StaffId::new(),
        added_at: NOON,
        sent_at: Some(NOON),
        ready_at: Some(NOON),
    }
}

fn choice(name: &str) -> Chosen {
    Chosen {
        id: ModifierId::new(),
        name: name.to_owned(),
        kitchen: name.to_owned(),
        price: Money::ZERO,
        loud: false,
        silent: false,
        left_out: false,
        prefix: None,
    }
}

pub(super) fn lunch() -> Order {
    let vat = (TaxClassId::new(), "VAT 18%", 1_800);
    let levy = (TaxClassId::new(), "Tourism levy 6%", 600);
    let mut coffee = line(2, "Cappuccino, large", 9_000, vat);
    coffee.modifiers = vec![
        choice("Oat milk"),
        choice("Extra shot of espresso from the house"),
    ];
    let fish = "Whole tilapia from Lake Victoria with chips, greens and tartar sauce";
    let lines = vec![
        coffee,
        line(1, fish, 38_000, vat),
        line(1, "ቡና ceremony", 16_000, levy),
    ];
    Order {
        id: OrderId::new(),
        number: 42,
        reference: "20261122-0042".to_owned(),
        business_date: "2026-11-22".parse().expect("a date"),
        place: Place::Table {
            id: TableId::new(),
            code: "7".to_owned(),
            area: "Garden".to_owned(),
        },
        guests: 3,
        waiter: StaffId::new(),
        waiter_name: "Amina".to_owned(),
        shift: None,
        shift_over: false,
        opened_at: NOON,
        tax_included: true,
        service: None,
        given: Some(Given {
            name: "Staff".to_owned(),
            off: Off::Percent(points(1_000)),
            most: points(10_000),
        }),
        lines,
        rounding: Money::ZERO,
        paid: Money::ZERO,
        first_sent_at: Some(NOON),
        bill_printed_at: Some(NOON),
        billed: None,
        settled_at: None,
        settled_date: None,
        closed_at: None,
        cancelled_at: None,
        revision: 1,
    }
}

pub(super) fn kahawa() -> Settings {
    Settings {
        cafe_name: "Café Kahawa".to_owned(),
        address: "Acacia Avenue, Kololo\nKampala".to_owned(),
        tax_number: "1009 482 113".to_owned(),
        receipt_footer: "Webale nyo. Asante sana.".to_owned(),
        ..Settings::default()
    }
}

pub(super) fn payment(order: &Order, method: Method, amount: i64) -> Payment {
    Payment {
        id: PaymentId::new(),
        order: Some(order.id),
        shift: None,
        method,
        amount: Money::new(amount),
        tip: Money::ZERO,
        tendered: None,
        change: Money::ZERO,
        reference: None,
        taken_by: None,
        taker: None,
        taken_at: NOON,
        verified: false,
    }
}
