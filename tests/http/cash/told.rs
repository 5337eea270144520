//! Who is told of a payment: the guest by a receipt, and the screens that look again.

use cafe_pos::live::News;

use super::super::live::Screen;
use super::*;

#[tokio::test]
async fn a_receipt_carries_what_a_guest_and_the_tax_man_read() {
    let house = House::open().await;
    let settings = [
        ("cafeName", "\"Café Nile\""),
        ("address", "\"Plot 4, Kampala Road\""),
        ("taxNumber", "\"1009482113\""),
    ];
    for (key, value) in settings {
        house
            .execute(
                "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2::jsonb, now()) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key.into(), value.into()],
            )
            .await;
    }
    house.app.live().publish(vec![Changed::Settings]);
    tokio::time::sleep(StdDuration::from_millis(1_100)).await;
    house
        .hand
        .set(time::macros::datetime!(2030-03-01 21:30 UTC));
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 11_800).await;
    let paid = till
        .post(&payments(order), &[("tendered", "20,000")])
        .await
        .must_be(StatusCode::OK);
    let slip = slip_text(&receipt(&mut till, &paid).await);
    for part in [
        "CAFÉ NILE",
        "Plot 4, Kampala Road",
        "TIN 1009482113",
        // After midnight in Kampala, and still the business date of the evening.
        "2 Mar 2030 00:30",
        "No. 20300301-0001",
        "Served by Amina",
        "included 1,800",
        "TOTAL UGX 11,800",
    ] {
        assert!(slip.contains(part), "{part:?} is missing in {slip}");
    }
}

#[tokio::test]
async fn screens_that_show_the_order_the_floor_and_the_shift_look_again() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let mut news = house.app.live().subscribe();
    till.post(&payments(order), &[("tendered", "9,000")])
        .await
        .must_be(StatusCode::OK);
    let (mut order_told, mut floor_told, mut shift_told) = (false, false, false);
    while !(order_told && floor_told && shift_told) {
        let told = tokio::time::timeout(StdDuration::from_secs(1), news.recv())
            .await
            .expect("within a second")
            .expect("news");
        let told = |cares: &dyn Fn(&Changed) -> bool| match &told {
            News::Changed(changes) => changes.iter().any(cares),
            News::Everything => false,
        };
        order_told |= told(&|change| *change == Changed::Order(order));
        floor_told |= told(&|change| *change == Changed::Floor);
        shift_told |= told(&|change| matches!(change, Changed::Shift(_)));
    }
}

#[tokio::test]
async fn another_till_that_shows_the_order_sees_what_is_left_to_pay() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 9_000).await;
    let other = house.till(OTHER_CASHIER, "Till 1").await;
    let mut watching = Screen::of(&other, &format!("view=order&order={order}")).await;
    watching.shows("9,000").await;
    till.post(&payments(order), &[("tendered", "4,000")])
        .await
        .must_be(StatusCode::OK);
    watching.shows("5,000").await;
}
