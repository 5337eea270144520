use proptest::prelude::*;
use time::Duration;

use super::*;
use crate::menu::TaxClass;
use crate::orders::changes::Which;
use crate::orders::discount::Off;
use crate::orders::line::OpenItem;
use crate::values::{ProductId, StationId, TaxClassId};

mod after_sending;
mod promises;
mod reductions;
mod till;

fn at(minutes: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::minutes(minutes)
}

fn date() -> BusinessDate {
    "2026-11-22".parse().unwrap()
}

fn product(name: &str, price: i64) -> Product {
    Product {
        id: ProductId::new(),
        number: 1,
        name: name.to_owned(),
        kitchen_name: None,
        description: String::new(),
        price: Money::new(price),
        image: None,
        hue: 1,
        tax: TaxClass {
            id: TaxClassId::new(),
            name: "VAT 18%".to_owned(),
            rate: BasisPoints::new(1_800).unwrap(),
        },
        station: StationId::new(),
        station_name: "Kitchen".to_owned(),
        prep_seconds: None,
        price_list: None,
        groups: Vec::new(),
        sold_out: false,
        stock_left: None,
    }
}

fn table_of(guests: i16) -> Order {
    Order {
        id: OrderId::new(),
        number: 7,
        reference: "20261122-0007".to_owned(),
        business_date: date(),
        place: Place::Table {
            id: TableId::new(),
            code: "7".to_owned(),
            area: "Garden".to_owned(),
        },
        guests,
        waiter: StaffId::new(),
        waiter_name: "Amina".to_owned(),
        shift: None,
        shift_over: false,
        opened_at: at(0),
        tax_included: true,
        given: None,
        service: None,
        lines: Vec::new(),
        rounding: Money::ZERO,
        paid: Money::ZERO,
        first_sent_at: None,
        bill_printed_at: None,
        billed: None,
        settled_at: None,
        settled_date: None,
        closed_at: None,
        cancelled_at: None,
        revision: 1,
    }
}

fn asked(quantity: i64, seat: Option<i16>) -> NewLine {
    NewLine {
        quantity: Quantity::new(quantity).unwrap(),
        note: None,
        allergy: None,
        seat,
        course: 1,
        from_stock: 0,
    }
}

fn add(order: &mut Order, product: &Product, quantity: i64) -> LineId {
    let choice = product.one_tap().unwrap();
    let by = order.waiter;
    match order
        .add(product, choice, asked(quantity, None), by, at(1))
        .unwrap()
    {
        Added::Fresh(id) | Added::Grown(id) => id,
    }
}

fn make(order: &mut Order) {
    let sent: Vec<LineId> = order.sent().map(|line| line.id).collect();
    for line in sent {
        order.follow(line, true, Some(at(5)));
    }
}

fn sent(lines: &[(&str, i64, i64)]) -> Order {
    let mut order = table_of(2);
    for (name, price, quantity) in lines {
        add(&mut order, &product(name, *price), *quantity);
    }
    order.send(at(2)).unwrap();
    order
}

fn pieces(count: i64) -> Option<Quantity> {
    Some(Quantity::new(count).unwrap())
}
