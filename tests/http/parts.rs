//! How much of a bill is paid: what becomes of pieces that were paid for by item, and what the form says of other ways.

use cafe_pos::values::OrderId;
use poem::http::StatusCode;

use super::cash::{payments, sale_of};
use super::house::*;
use super::refunds::{WHY, last_payment};

async fn paid(house: &House, order: OrderId) -> i64 {
    let paid = format!("SELECT paid FROM orders WHERE id = '{order}'");
    house.number(&paid).await
}

/// What may become of a line of which a guest has paid a piece by item. `None` where it is refused.
#[tokio::test]
async fn a_piece_that_was_paid_for_by_item_stays_paid_for_whatever_becomes_of_the_order() {
    /// One deed: its name, the address below the order, the form, and what is then to pay of three espressos at 6,500.
    type Deed = (
        &'static str,
        String,
        Vec<(&'static str, String)>,
        Option<i64>,
    );
    let deeds = |line: &str, other: OrderId, ruth: &str| -> Vec<Deed> {
        let agreed = |quantity: i64| {
            vec![
                ("quantity", quantity.to_string()),
                ("chosen", "Sent twice".to_owned()),
                ("approver", ruth.to_owned()),
                ("password", "password123".to_owned()),
            ]
        };
        let cut = |pieces: i64, order: String| {
            vec![
                ("line", line.to_owned()),
                ("pieces-1", format!("{line}:{pieces}")),
                ("order", order),
                ("fresh", key()),
            ]
        };
        let lowered = |percent: &str| {
            vec![
                ("percent", percent.to_owned()),
                ("chosen", "Event".to_owned()),
                ("approver", ruth.to_owned()),
                ("password", "password123".to_owned()),
            ]
        };
        vec![
            (
                "void of the rest",
                format!("/lines/{line}/void"),
                agreed(2),
                Some(0),
            ),
            (
                "void of all",
                format!("/lines/{line}/void"),
                agreed(3),
                None,
            ),
            (
                "comp of the rest",
                format!("/lines/{line}/comp"),
                agreed(2),
                Some(0),
            ),
            (
                "comp of all",
                format!("/lines/{line}/comp"),
                agreed(3),
                None,
            ),
            (
                "move of a piece",
                "/moves".to_owned(),
                cut(1, other.to_string()),
                Some(6_500),
            ),
            (
                "move of all",
                "/moves".to_owned(),
                cut(3, other.to_string()),
                None,
            ),
            (
                "split of a piece",
                "/moves".to_owned(),
                cut(1, String::new()),
                Some(6_500),
            ),
            (
                "merge",
                "/merge".to_owned(),
                vec![("order", other.to_string())],
                None,
            ),
            (
                "half off the line",
                format!("/lines/{line}/discount"),
                lowered("50"),
                Some(3_250),
            ),
            (
                "half off the order",
                "/discount".to_owned(),
                lowered("50"),
                Some(3_250),
            ),
            (
                "everything off",
                format!("/lines/{line}/discount"),
                lowered("100"),
                None,
            ),
        ]
    };
    for place in 0..11 {
        let house = House::open().await;
        let mut till = house.with_float(CASHIER).await;
        let order = till.sit_down("7", "2").await;
        for _ in 0..3 {
            till.tap(order, "Espresso").await.must_be(StatusCode::OK);
        }
        till.hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        let screen = till.get(&format!("/orders/{order}/pay")).await;
        let line = screen.attributes("[name='item']", "value")[0].clone();
        let by_item = [
            ("part", "item"),
            ("method", "card"),
            ("item", line.as_str()),
        ];
        till.post(&payments(order), &by_item)
            .await
            .must_be(StatusCode::OK);
        let other = till.sit_down("3", "2").await;
        till.tap(other, "Latte").await.must_be(StatusCode::OK);
        let ruth: uuid::Uuid = house.id("staff", "username", MANAGER).await;
        let (name, path, form, due) = deeds(&line, other, &ruth.to_string()).swap_remove(place);
        let form: Vec<_> = form
            .iter()
            .map(|(field, text)| (*field, text.as_str()))
            .collect();
        let answer = till.post(&format!("/orders/{order}{path}"), &form).await;
        match due {
            Some(_) => assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text),
            None => assert!(answer.status.is_client_error(), "{name} was allowed"),
        }
        let of = |what: &str| format!("SELECT {what} FROM orders WHERE id = '{order}'");
        assert_eq!(paid(&house, order).await, 6_500, "{name}: what was paid");
        let balance = house.number(&of("total - paid")).await;
        assert_eq!(balance, due.unwrap_or(13_000), "{name}: what is to pay");
        // The guest's own piece is never offered again, and what is offered comes to what is due.
        if balance > 0 {
            let screen = till.get(&format!("/orders/{order}/pay?part=item")).await;
            let open = screen.attributes("[name='item']", "value");
            let all: Vec<_> = open.iter().map(|piece| ("item", piece.as_str())).collect();
            let rest = [&[("part", "item"), ("method", "card")][..], &all].concat();
            till.post(&payments(order), &rest)
                .await
                .must_be(StatusCode::OK);
            assert_eq!(
                house.number(&of("total - paid")).await,
                0,
                "{name}: all of it is paid"
            );
            let again = till.post(&payments(order), &by_item).await;
            assert_eq!(
                again.status,
                StatusCode::CONFLICT,
                "{name}: the same piece twice"
            );
        }
    }
}

#[tokio::test]
async fn what_was_typed_for_another_way_to_pay_stands_in_nobodys_way() {
    let house = House::open().await;
    let mut till = house.with_float(CASHIER).await;
    let order = sale_of(&house, &mut till, 82_000).await;
    let junk = [
        ("amount", "8 2 x"),
        ("people", "many"),
        ("item", "all"),
        ("seat", "two"),
    ];
    let full = [&[("part", "full"), ("tendered", "82,000")][..], &junk].concat();
    for (way, field) in [("amount", "amount"), ("even", "people"), ("item", "item")] {
        let form = [&[("part", way), ("tendered", "82,000")][..], &junk].concat();
        let refused = till.post(&payments(order), &form).await;
        let refused = refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        let there = refused.all(&format!("hx-partial[hx-target='#err-{field}']"));
        assert_eq!(there.len(), 1, "{way}: {}", refused.text);
    }
    // A card gives no change, and what is short of the whole bill says how a part is paid.
    let card = "part=amount&amount=90000&method=card";
    let shown = till.fragment(&format!("/orders/{order}/pay?{card}")).await;
    assert!(
        shown.text.contains("What came beyond it is a tip."),
        "{}",
        shown.text
    );
    for (part, hint) in [("full", true), ("amount", false)] {
        let form = [("part", part), ("amount", "82,000"), ("tendered", "50,000")];
        let short = till.post(&payments(order), &form).await;
        let short = short.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            short.text.contains("32,000 more is needed."),
            "{}",
            short.text
        );
        assert_eq!(short.text.contains("choose By amount"), hint, "{part}");
    }
    till.post(&payments(order), &full)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(paid(&house, order).await, 82_000);
}

/// Whoever paid for a piece that is left has paid for it, whichever money the other went back with.
#[tokio::test]
async fn a_piece_that_another_guest_paid_for_is_not_free_when_the_first_ones_money_goes_back() {
    let house = House::open().await;
    let mut boss = house.with_float(MANAGER).await;
    let order = sale_of(&house, &mut boss, 8_000).await;
    for product in ["Espresso", "Chips"] {
        boss.tap(order, product).await.must_be(StatusCode::OK);
    }
    let line: uuid::Uuid = house.id("order_lines", "name", "Espresso").await;
    let line = line.to_string();
    let by_item = [
        ("method", "card"),
        ("part", "item"),
        ("item", line.as_str()),
    ];
    let mut refunds = Vec::new();
    for form in [&by_item[..], &by_item, &[("method", "card")]] {
        boss.post(&payments(order), form)
            .await
            .must_be(StatusCode::OK);
        refunds.push(format!("/payments/{}/refund", last_payment(&house).await));
    }
    let [first, second, rest] = &refunds[..] else {
        panic!("three payments")
    };
    let goods = [WHY, ("kind", "goods_returned"), ("item", line.as_str())];
    boss.post(rest, &goods).await.must_be(StatusCode::OK);
    let offered = async |boss: &mut Device| {
        let screen = boss.get(&format!("/orders/{order}/pay?part=item")).await;
        let open = screen.attributes("[name='item']", "value");
        open.iter().filter(|piece| piece.starts_with(&line)).count()
    };
    boss.post(first, &[WHY]).await.must_be(StatusCode::OK);
    assert_eq!(offered(&mut boss).await, 0, "the second guest paid for it");
    let void = format!("/orders/{order}/lines/{line}/void");
    boss.post(&void, &[WHY]).await.must_be(StatusCode::CONFLICT);
    boss.post(second, &[WHY]).await.must_be(StatusCode::OK);
    assert_eq!(offered(&mut boss).await, 1, "now nobody has");
    boss.post(&void, &[WHY]).await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn what_is_due_in_cash_is_all_of_the_bill_however_it_is_typed_and_the_rounding_is_shown() {
    let house = House::open().await;
    house
        .execute(
            "INSERT INTO settings (key, value, updated_at) VALUES ('cashRounding', '100', now())",
            [],
        )
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let mut till = house.with_float(CASHIER).await;
    for (price, typed, rounding) in [(12_966, "13,000", 34), (12_020, "12,000", -20)] {
        let order = sale_of(&house, &mut till, price).await;
        let pay = format!("/orders/{order}/pay");
        let asked = format!(
            "{pay}?part=amount&method=cash&amount={}",
            typed.replace(',', "")
        );
        let shown = till.fragment(&asked).await.must_be(StatusCode::OK);
        let shown = shown.attributes("[name='shown']", "value");
        assert_eq!(shown[0].replace(',', ""), price.to_string());
        // A card is not rounded.
        let card = [("method", "card"), ("part", "amount"), ("amount", "13,000")];
        till.post(&payments(order), &card)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("part", "amount"), ("amount", typed), ("shown", &shown[0])];
        till.post(&payments(order), &form)
            .await
            .must_be(StatusCode::OK);
        let settled = format!(
            "SELECT count(*) FROM orders WHERE id = '{order}' AND rounding = {rounding} AND paid = total + rounding"
        );
        assert_eq!(house.number(&settled).await, 1, "{price}");
        let bill = till
            .get(&pay)
            .await
            .must_be(StatusCode::OK)
            .one("#pay-bill");
        assert!(bill.contains("Rounding"), "{bill}");
        assert!(bill.contains(&format!("TotalUGX{typed}")), "{bill}");
    }
}
