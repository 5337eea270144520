//! The till: opening, adding, changing, sending, serving, cancelling.

use cafe_pos::values::OrderId;
use poem::http::{Method, StatusCode};

use super::house::*;
use super::live::Screen;

#[tokio::test]
async fn a_tap_on_a_product_adds_it_and_a_second_tap_makes_two() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let panel = till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    assert_eq!(panel.all("li.line b"), ["Espresso"]);
    assert_eq!(panel.all("li.line output"), ["2"]);
}

#[tokio::test]
async fn the_same_key_twice_adds_once() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let product = product_id(&house.db, "Espresso").await;
    let (path, form, key) = (
        format!("/orders/{order}/lines"),
        [("product", product.as_str())],
        key(),
    );
    for _ in 0..3 {
        let panel = till
            .change(Method::POST, &path, &form, &key)
            .await
            .must_be(StatusCode::OK);
        assert_eq!(panel.all("li.line output"), ["1"]);
    }
}

#[tokio::test]
async fn a_key_under_which_something_else_was_done_is_refused() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let (espresso, path, key) = (
        product_id(&house.db, "Espresso").await,
        format!("/orders/{order}/lines"),
        key(),
    );
    till.change(Method::POST, &path, &[("product", &espresso)], &key)
        .await
        .must_be(StatusCode::OK);
    till.change(
        Method::POST,
        &path,
        &[("product", &espresso), ("quantity", "2")],
        &key,
    )
    .await
    .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    let mut other = house.till(OTHER_WAITER, "Till 1").await;
    other
        .change(Method::POST, &path, &[("product", &espresso)], &key)
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        house.number("SELECT sum(quantity) FROM order_lines").await,
        1
    );
}

#[tokio::test]
async fn a_change_without_a_key_is_refused() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let headers = [("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    till.send(
        Method::POST,
        &format!("/orders/{order}/sends"),
        Some(String::new()),
        &headers,
    )
    .await
    .must_be(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_cook_takes_no_orders() {
    let house = House::open().await;
    let mut cook = house.person(COOK).await;
    let answer = cook
        .put(
            &format!("/orders/{}", OrderId::new()),
            &[("kind", "takeaway")],
        )
        .await
        .must_be(StatusCode::FORBIDDEN);
    assert_eq!(
        answer.notice(),
        "Orders are taken by waiters, cashiers and managers."
    );
    assert_eq!(house.number("SELECT count(*) FROM orders").await, 0);
}

#[tokio::test]
async fn one_send_reaches_every_station_concerned_exactly_once() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let panel = till
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(panel.all("li.line.sent b").len(), 2);
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number("SELECT count(*) FROM tickets").await, 2);
    assert_eq!(
        house
            .number("SELECT count(DISTINCT station_id) FROM tickets")
            .await,
        2
    );
}

#[tokio::test]
async fn a_sent_line_cannot_be_removed_or_changed() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    till.tap(order, "Chips").await.must_be(StatusCode::OK);
    let panel = till.hand_over_to_kitchen(order).await;
    let line = &panel.attributes("li.line", "data-line")[0];
    let refused = till
        .delete(&format!("/orders/{order}/lines/{line}"))
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(
        refused.notice(),
        "Chips was sent to the kitchen; a manager can void it."
    );
    till.put(
        &format!("/orders/{order}/lines/{line}/quantity"),
        &[("quantity", "5")],
    )
    .await
    .must_be(StatusCode::CONFLICT);
}

#[tokio::test]
async fn two_tills_on_one_order_see_each_others_lines_and_lose_none() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let mut joan = house.till(OTHER_WAITER, "Till 1").await;
    let order = moses.sit_down("4", "4").await;
    let (a, b) = tokio::join!(moses.tap(order, "Espresso"), joan.tap(order, "Chips"));
    a.must_be(StatusCode::OK);
    b.must_be(StatusCode::OK);
    let page = joan
        .get(&format!("/orders/{order}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(page.all("#order-lines li.line b").len(), 2);
}

#[tokio::test]
async fn fifty_taps_at_once_add_up_to_the_shilling() {
    let house = House::open().await;
    let till = house.till(WAITER, "Floor tablet").await;
    let order = till.clone().counter_sale().await;
    let taps = (0..50).map(|_| {
        let mut till = till.clone();
        async move { till.tap(order, "Espresso").await.must_be(StatusCode::OK) }
    });
    futures_util::future::join_all(taps).await;
    let price = house
        .number("SELECT price FROM products WHERE name = 'Espresso'")
        .await;
    assert_eq!(house.number("SELECT total FROM orders").await, 50 * price);
    assert_eq!(house.number("SELECT quantity FROM order_lines").await, 50);
}

#[tokio::test]
async fn a_cancelled_order_says_so_though_something_on_it_was_never_sent() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let page = till.get(&format!("/orders/{order}")).await;
    assert_eq!(page.one("#order-head .badge"), "Cancelled");
    assert_eq!(page.one("#order-peek .dim"), "1 line");
}

#[tokio::test]
async fn an_order_with_nothing_sent_is_cancelled_and_refuses_everything_after() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    till.post(&format!("/orders/{order}/cancellation"), &[])
        .await
        .must_be(StatusCode::OK);
    let refused = till
        .tap(order, "Espresso")
        .await
        .must_be(StatusCode::CONFLICT);
    assert_eq!(refused.notice(), "This order was cancelled.");
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'order.cancelled'")
            .await,
        1
    );
}

#[tokio::test]
async fn an_order_left_without_lines_cancels_itself() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let (empty, full) = (till.counter_sale().await, till.counter_sale().await);
    till.tap(full, "Espresso").await.must_be(StatusCode::OK);
    // Somebody else has this one on their screen.
    let shared = till.counter_sale().await;
    let joan = house.till(OTHER_WAITER, "Till 1").await;
    let mut screen = Screen::of(&joan, &format!("view=order&order={shared}")).await;
    screen.shows("Nothing ordered yet").await;
    for order in [empty, full, shared] {
        till.post(&format!("/orders/{order}/leaving"), &[])
            .await
            .must_be(StatusCode::NO_CONTENT);
    }
    let open = "SELECT count(*) FROM orders WHERE cancelled_at IS NULL";
    for _ in 0..100 {
        if house.number(open).await < 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    // Nothing else is called off.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(house.number(open).await, 2);
    let cancelled =
        format!("SELECT count(*) FROM orders WHERE id = '{empty}' AND cancelled_at IS NOT NULL");
    assert_eq!(house.number(&cancelled).await, 1);
}

#[tokio::test]
async fn the_milk_of_the_last_line_is_one_tap_under_it() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let panel = till.tap(order, "Latte").await.must_be(StatusCode::OK);
    let choices = panel.all(".line .choices .chip");
    let oat = choices
        .iter()
        .position(|text| text.starts_with("Oat"))
        .unwrap_or_else(|| panic!("no oat milk in {choices:?}"));
    let address = panel.attributes(".line .choices .chip", "hx-post")[oat].clone();
    let values = panel.attributes(".line .choices .chip", "hx-vals")[oat].clone();
    let values: serde_json::Value = serde_json::from_str(&values).expect("JSON");
    let modifier = values["modifier"].as_str().expect("an id");
    let before = house.number("SELECT sum(total) FROM orders").await;
    let key = key();
    for _ in 0..2 {
        let panel = till
            .change(Method::POST, &address, &[("modifier", modifier)], &key)
            .await
            .must_be(StatusCode::OK);
        assert!(panel.one(".line .pick small").contains("Oat"));
    }
    assert!(house.number("SELECT sum(total) FROM orders").await > before);
    assert_eq!(house.number("SELECT count(*) FROM order_lines").await, 1);
}

/// Taps on Undo in the answer to a removal.
async fn take_back(till: &mut Device, removed: &Answer) -> Answer {
    let undo = "hx-partial[hx-target='#notice'] button";
    let values: serde_json::Value =
        serde_json::from_str(&removed.attributes(undo, "hx-vals")[0]).expect("JSON");
    let form: Vec<(String, String)> = values
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        })
        .collect();
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let address = removed.attributes(undo, "hx-post").remove(0);
    till.post(&address, &form).await.must_be(StatusCode::OK)
}

#[tokio::test]
async fn what_was_taken_off_comes_back_as_it_was() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("4", "3").await;
    let espresso = product_id(&house.db, "Espresso").await;
    let asked = [
        ("product", espresso.as_str()),
        ("quantity", "2"),
        ("note", "Extra hot"),
        ("allergy", "Milk"),
        ("seat", "2"),
        ("course", "3"),
    ];
    let panel = till
        .post(&format!("/orders/{order}/lines"), &asked)
        .await
        .must_be(StatusCode::OK);
    let line = panel.attributes("li.line", "data-line").remove(0);
    let facts = "SELECT count(*) FROM order_lines WHERE quantity = 2 AND note = 'Extra hot' AND allergy = 'Milk' AND seat = 2 AND course = 3";
    assert_eq!(house.number(facts).await, 1);
    let removed = till
        .delete(&format!("/orders/{order}/lines/{line}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(house.number("SELECT count(*) FROM order_lines").await, 0);
    take_back(&mut till, &removed).await;
    assert_eq!(house.number(facts).await, 1);
}

#[tokio::test]
async fn a_second_party_sits_down_at_a_table_that_is_taken() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("4", "2").await;
    let options = till
        .fragment(&format!("/orders/{order}/details"))
        .await
        .must_be(StatusCode::OK);
    let another = options.attributes("a[href*='party=new']", "href").remove(0);
    let page = till.get(&another).await.must_be(StatusCode::OK);
    assert_eq!(page.all("#table-orders li").len(), 1);
    assert!(!page.attributes("[hx-put]", "hx-vals").is_empty());
}

#[tokio::test]
async fn guests_and_name_change_on_every_tablet_that_shows_the_order() {
    let house = House::open().await;
    let mut moses = house.till(WAITER, "Floor tablet").await;
    let joan = house.till(OTHER_WAITER, "Till 1").await;
    let order = moses.counter_sale().await;
    let mut screen = Screen::of(&joan, &format!("view=order&order={order}")).await;
    screen.shows("Nothing ordered yet").await;
    moses
        .post(&format!("/orders/{order}/details"), &[("name", "Grace")])
        .await
        .must_be(StatusCode::OK);
    screen.shows("Grace").await;
}

#[tokio::test]
async fn a_till_on_an_order_hears_what_is_ready_and_what_is_sold_out() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let (order, other) = (till.counter_sale().await, till.counter_sale().await);
    till.tap(other, "Espresso").await.must_be(StatusCode::OK);
    till.hand_over_to_kitchen(other)
        .await
        .must_be(StatusCode::OK);
    let mut screen = Screen::of(&till, &format!("view=order&order={order}")).await;
    screen.shows("menu-version").await;
    let ticket = house.row("SELECT id FROM tickets", []).await;
    let ticket: uuid::Uuid = ticket.try_get("", "id").expect("an id");
    let mut bar = house.person(BARTENDER).await;
    bar.post(&format!("/kitchen/tickets/{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    screen.shows("1 ready to serve").await;
    let chips = product_id(&house.db, "Chips").await;
    bar.post(
        &format!("/menu/products/{chips}/stock"),
        &[("sold_out", "on")],
    )
    .await
    .must_be(StatusCode::OK);
    let version = house.number("SELECT version FROM menu_version").await;
    screen.shows(&format!("data-version=\"{version}\"")).await;
}

#[tokio::test]
async fn the_floor_points_a_forgotten_shift_out_to_its_owner_and_to_managers() {
    let house = House::open().await;
    let warning = ".banner[data-kind='warn'][role='status']";
    let mut till = house.till(WAITER, "Floor tablet").await;
    till.sit_down("4", "2").await;
    assert!(till.get("/floor").await.all(warning).is_empty());
    house.hand.advance(time::Duration::days(1));
    let mut till = house.till(WAITER, "Floor tablet").await;
    let floor = till.get("/floor").await.must_be(StatusCode::OK);
    assert!(floor.one(warning).contains("was never closed"));
    let mut manager = house.person(MANAGER).await;
    let floor = manager.get("/floor").await.must_be(StatusCode::OK);
    assert!(floor.one(warning).starts_with("Never closed: Moses"));
    let mut other = house.till(OTHER_WAITER, "Till 1").await;
    assert!(other.get("/floor").await.all(warning).is_empty());
}

#[tokio::test]
async fn the_chip_lists_what_the_screen_depends_on() {
    let house = House::open().await;
    let mut display = house.display("Kitchen display").await;
    let list = display
        .fragment("/connections")
        .await
        .must_be(StatusCode::OK);
    assert_eq!(list.all(".parts li").len(), 5);
    assert!(
        list.one(".parts li:nth-child(2)")
            .contains("It answered within")
    );
}

#[tokio::test]
async fn a_search_is_sent_with_the_category_of_the_rail_and_goes_back_to_it() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let screen = till.get(&format!("/orders/{order}")).await;
    // What htmx sends along: the input of the rail's category, empty as long as the favourites are shown.
    assert_eq!(screen.attributes("#menu-category", "value"), [""]);
    let menu = format!("/orders/{order}/menu");
    let found = till
        .fragment(&format!("{menu}?q=espr&category="))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(found.all(".tile .name")[0], "Espresso");
    let category = &screen.attributes(".rail a[data-category]", "data-category")[1];
    let cleared = till
        .fragment(&format!("{menu}?q=&category={category}"))
        .await
        .must_be(StatusCode::OK);
    let label = &screen.all(".rail a[data-category]")[1];
    assert_eq!(&cleared.attributes("#menu-grid", "aria-label")[0], label);
}

#[tokio::test]
async fn a_tap_on_the_seat_of_a_line_goes_round_the_table_past_its_equals() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("5", "2").await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let espresso = product_id(&house.db, "Espresso").await;
    let add = [("product", espresso.as_str()), ("seat", "1")];
    let path = format!("/orders/{order}/lines");
    let panel = till.post(&path, &add).await.must_be(StatusCode::OK);
    let lines = panel.attributes("li.line", "data-line");
    let next = format!("/orders/{order}/lines/{}/seat", lines[0]);
    for seat in ["Seat 1", "Seat 2", "Table"] {
        let panel = till.post(&next, &[("next", "1")]).await;
        let panel = panel.must_be(StatusCode::OK);
        assert_eq!(panel.attributes("li.line", "data-seat"), [seat, "Seat 1"]);
        assert_eq!(panel.all("li.line output"), ["1", "1"]);
    }
}

#[tokio::test]
async fn a_word_before_a_choice_reaches_the_price_the_cook_and_a_line_that_comes_back() {
    let house = House::open().await;
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.counter_sale().await;
    let latte = product_id(&house.db, "Latte").await;
    let id = async |name: &str| house.id::<uuid::Uuid>("modifiers", "name", name).await;
    let (oat, shot) = (id("Oat milk").await, id("Extra shot").await);
    let sheet = till
        .fragment(&format!("/orders/{order}/products/{latte}"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(sheet.all("[data-word]"), ["Extra", "Light", "Side", "No"]);
    let words = [format!("light:{oat}"), format!("no:{shot}")];
    let usual = sheet.attributes("[data-group] input[checked]", "value");
    let mut form = vec![("product", latte.as_str()), ("choices", "1")];
    form.extend(usual.iter().take(1).map(|id| ("m-rest", id.as_str())));
    form.extend(words.iter().map(|word| ("word-each", word.as_str())));
    let path = format!("/orders/{order}/lines");
    let panel = till.post(&path, &form).await.must_be(StatusCode::OK);
    let said = panel.one("li.line .pick small");
    assert!(said.contains("Light oat milk, No extra shot"), "{said}");
    let line = panel.attributes("li.line", "data-line").remove(0);
    let sheet = till
        .fragment(&format!("/orders/{order}/lines/{line}/modifiers"))
        .await
        .must_be(StatusCode::OK);
    assert_eq!(sheet.all("[data-how=light] .word"), ["Light"]);
    assert_eq!(sheet.all("[data-how=no] .word"), ["No"]);

    let gone = till.delete(&format!("{path}/{line}")).await;
    let panel = take_back(&mut till, &gone.must_be(StatusCode::OK)).await;
    assert_eq!(panel.one("li.line .pick small"), said);

    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let mut display = house.display("Bar display").await;
    let bar = display.get("/kitchen").await.header("location").to_owned();
    let text = display.get(&bar).await.must_be(StatusCode::OK).text;
    assert!(
        text.contains("LIGHT OAT MILK") && text.contains("NO EXTRA SHOT"),
        "{text}"
    );

    let wrong = [("product", latte.as_str()), ("word-a", "double:cheese")];
    let refused = till.post(&path, &wrong).await;
    refused.must_be(StatusCode::UNPROCESSABLE_ENTITY);
}
