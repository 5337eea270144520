//! Paying in cash: in full and in part, change, tips, refusals, the receipt, and the business date.

mod booked;
mod once;
mod paying;
mod refused;
mod told;

use std::time::Duration as StdDuration;

use cafe_pos::live::Changed;
use cafe_pos::values::OrderId;
use poem::http::StatusCode;

use super::house::*;

/// A counter sale of one product at this price.
pub(super) async fn sale_of(house: &House, till: &mut Device, price: i64) -> OrderId {
    house
        .execute(
            "UPDATE products SET price = $1 WHERE name = 'Espresso'",
            [price.into()],
        )
        .await;
    house
        .execute("UPDATE menu_version SET version = version + 1", [])
        .await;
    house.app.live().publish(vec![Changed::Menu]);
    let order = till.counter_sale().await;
    for tried in 0.. {
        let panel = till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        let total = house
            .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
            .await;
        if total == price {
            break;
        }
        // The menu of this moment is at most a few seconds old: the line of the old price goes again.
        assert!(tried < 50, "the menu keeps the old price");
        let line = &panel.attributes("li.line", "data-line")[0];
        till.delete(&format!("/orders/{order}/lines/{line}"))
            .await
            .must_be(StatusCode::OK);
        tokio::time::sleep(StdDuration::from_millis(100)).await;
    }
    order
}

pub(super) fn payments(order: OrderId) -> String {
    format!("/orders/{order}/payments")
}

/// The receipt as it reads, cell by cell.
pub(super) fn slip_text(screen: &Answer) -> String {
    screen.all(".receipt .c, .receipt td").join(" ")
}

/// Follows the way to the receipt.
pub(super) async fn receipt(till: &mut Device, paid: &Answer) -> Answer {
    let to = paid.header("hx-redirect").to_owned();
    assert!(
        to.starts_with("/payments/"),
        "went to {to:?}: {}",
        paid.text
    );
    till.get(&to).await.must_be(StatusCode::OK)
}
