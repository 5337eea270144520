//! Every tender is counted: the card's batch, the telephones, Pesapal, as blind as cash.

use poem::http::Method;
use serde_json::Value;

use super::variance::id_of;
use super::*;

/// Sells an espresso that is paid by something else than cash; answers its price.
async fn sell_by(house: &House, till: &mut Device, how: &[(&str, &str)]) -> i64 {
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(&format!("/orders/{order}/payments"), how)
        .await
        .must_be(StatusCode::OK);
    house
        .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
        .await
}

const CARD: &[(&str, &str)] = &[("method", "card"), ("tip", "500")];
const MOMO: &[(&str, &str)] = &[("method", "mtn_momo"), ("reference", "MP261128.1004.A1")];

async fn count(device: &mut Device, shift: ShiftId, form: &[(&str, &str)]) -> Answer {
    device.post(&format!("/shifts/{shift}/count"), form).await
}

async fn report_of(device: &mut Device, shift: ShiftId) -> Value {
    let json = [("accept", "application/json")];
    let path = format!("/shifts/{shift}/report");
    let answer = device.send(Method::GET, &path, None, &json).await;
    answer.must_be(StatusCode::OK).json()
}

#[tokio::test]
async fn who_took_cash_alone_is_asked_nothing_more() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let price = sell(&house, &mut till).await;
    let shift = shift_of(&house, CASHIER).await;
    let screen = count_screen(&mut till, shift).await;
    assert!(screen.all("#count [data-money]").is_empty());
    lock(&mut till, shift, 50_000 + price)
        .await
        .must_be(StatusCode::OK);
    let screen = count_screen(&mut till, shift).await;
    assert!(screen.all("#tenders").is_empty());
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    assert_eq!(
        report_of(&mut till, shift).await["tenders"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn each_tender_of_the_shift_is_counted_blind_and_stands_on_the_report() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let card = sell_by(&house, &mut till, CARD).await + 500;
    sell_by(&house, &mut till, MOMO).await;
    let shift = shift_of(&house, CASHIER).await;
    let screen = count_screen(&mut till, shift).await;
    assert_eq!(
        screen.attributes("#count [data-money]", "name"),
        ["card", "mtn_momo"]
    );
    let money = |minor: i64| cafe_pos::values::Money::new(minor).to_string();
    assert!(!screen.text.contains(&money(card)), "it is blind");
    for wrong in ["-500", "1.5", "much"] {
        let form = [("count_10000", "5"), ("card", wrong)];
        count(&mut till, shift, &form)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    // The first figure was read wrongly; nobody looks at the telephone.
    for figure in [card + 9_000, card - 100] {
        let form = [("count_10000", "5"), ("card", &figure.to_string())];
        count(&mut till, shift, &form).await.must_be(StatusCode::OK);
    }
    let screen = count_screen(&mut till, shift).await;
    let tenders = screen.one("#tenders");
    assert!(tenders.contains(&money(card - 100)), "{tenders}");
    assert!(tenders.contains("not counted"), "{tenders}");
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
    let report = report_of(&mut till, shift).await;
    assert_eq!(report["tenders"][0]["method"], "card");
    assert_eq!(report["tenders"][0]["counted"], card - 100);
    assert_eq!(report["tenders"][0]["expected"], card);
    assert_eq!(report["tenders"][1]["method"], "mtn_momo");
    assert_eq!(report["tenders"][1]["counted"], Value::Null);
    assert_eq!(
        house
            .number("SELECT count(*) FROM shift_tender_counts")
            .await,
        2,
        "each recount is kept"
    );
    let slip = slip_text(&till.get(&format!("/shifts/{shift}/report")).await);
    assert!(slip.contains("MTN MoMo not counted"), "{slip}");
    assert!(slip.contains("Short by 100"), "{slip}");
    let change = "UPDATE shift_tender_counts SET counted = expected";
    let refused = sea_orm::ConnectionTrait::execute_unprepared(&house.db, change).await;
    assert!(refused.is_err(), "append-only");
}

#[tokio::test]
async fn a_tender_that_differs_beyond_the_threshold_needs_a_manager_too() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let card = sell_by(&house, &mut till, CARD).await + 500;
    let shift = shift_of(&house, CASHIER).await;
    let figure = (card + 5_001).to_string();
    let form = [("count_10000", "5"), ("card", figure.as_str())];
    count(&mut till, shift, &form).await.must_be(StatusCode::OK);
    let why = ("reason", "A batch of yesterday");
    let refused = close(&mut till, shift, &[why])
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert!(refused.notice().contains("More than 5,000 needs a manager"));
    let daniel = id_of(&house, MANAGER).await;
    let form = [why, ("approver", daniel.as_str()), ("password", PASSWORD)];
    close(&mut till, shift, &form).await.must_be(StatusCode::OK);
    let kept = format!(
        "SELECT count(*) FROM shift_variances WHERE amount = 5001 AND approved_by = '{daniel}'"
    );
    assert_eq!(house.number(&kept).await, 1);
    let report = report_of(&mut till, shift).await;
    assert_eq!(report["variance"]["amount"], 0, "the cash was exact");
    assert_eq!(report["variance"]["standing"]["standing"], "approved");
}

#[tokio::test]
async fn what_comes_by_a_counted_tender_afterwards_wants_another_count() {
    let house = House::open().await;
    let mut till = house.person(CASHIER).await;
    start(&mut till, &POUCH).await.must_be(StatusCode::OK);
    let card = sell_by(&house, &mut till, CARD).await + 500;
    let shift = shift_of(&house, CASHIER).await;
    let figure = card.to_string();
    let form = [("count_10000", "5"), ("card", figure.as_str())];
    count(&mut till, shift, &form).await.must_be(StatusCode::OK);
    // Nobody looked at the telephone: what comes by it changes nothing of the count.
    sell_by(&house, &mut till, MOMO).await;
    let screen = count_screen(&mut till, shift).await;
    assert_eq!(screen.all("form#close").len(), 1);
    sell_by(&house, &mut till, CARD).await;
    let refused = close(&mut till, shift, &[])
        .await
        .must_be(StatusCode::CONFLICT);
    assert!(refused.notice().starts_with("Card came in"));
    let figure = (card * 2).to_string();
    let form = [("count_10000", "5"), ("card", figure.as_str())];
    count(&mut till, shift, &form).await.must_be(StatusCode::OK);
    close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
}

#[tokio::test]
async fn a_shift_without_cash_counts_what_it_took_or_says_that_it_did_not() {
    let house = House::open().await;
    for figure in [Some(500), None] {
        let mut till = house.person(CASHIER).await;
        let card = sell_by(&house, &mut till, CARD).await + 500;
        let shift = shift_of(&house, CASHIER).await;
        let screen = count_screen(&mut till, shift).await;
        assert_eq!(screen.attributes("#count [data-money]", "name"), ["card"]);
        count(&mut till, shift, &[])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        if let Some(more) = figure {
            let figure = (card + more).to_string();
            count(&mut till, shift, &[("card", &figure)])
                .await
                .must_be(StatusCode::OK);
            let screen = count_screen(&mut till, shift).await;
            assert!(screen.one(".variance").contains("Card: Over by"));
        }
        close(&mut till, shift, &[]).await.must_be(StatusCode::OK);
        let report = report_of(&mut till, shift).await;
        let counted = figure.map_or(Value::Null, |more| (card + more).into());
        assert_eq!(report["tenders"][0]["counted"], counted);
    }
}
