//! The audit log made visible: found by filters, told as one order's story, proved by its chain, and counted by person.

mod counted;
mod proved;
mod told;

use cafe_pos::data::{By, Tx, seal};
use cafe_pos::values::OrderId;
use poem::http::StatusCode;

use super::house::*;

/// Today's date where the café is, as the program sees it.
async fn today(house: &House) -> String {
    let now = house.app.clock().now();
    let settings = house.app.settings().await.expect("settings");
    settings.day_rule().date_of(now).iso()
}

/// A manager's id, and the words of a form with which they agree.
async fn agreed(house: &House, form: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let id: uuid::Uuid = house.id("staff", "username", MANAGER).await;
    let own = form
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    own.chain([
        ("approver", id.to_string()),
        ("password", "password123".to_owned()),
    ])
    .collect()
}

async fn post(device: &mut Device, path: &str, form: &[(&'static str, String)]) -> Answer {
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    device.post(path, &form).await
}

/// Seals everything that waits.
async fn seal_all(house: &House) {
    loop {
        let sealed = house
            .app
            .write_unkeyed(By::system(), async |tx: &mut Tx| seal::seal(tx).await)
            .await
            .expect("sealed");
        if sealed == 0 {
            break;
        }
    }
}

async fn line_of(house: &House, order: OrderId, name: &str, state: &str) -> String {
    let sql = format!(
        "SELECT id FROM order_lines WHERE order_id = '{order}' AND name = '{name}' AND state = '{state}' ORDER BY position LIMIT 1"
    );
    let id: uuid::Uuid = house.row(&sql, []).await.try_get("", "id").expect("a line");
    id.to_string()
}

/// A table with chips and an espresso, of which the chips were struck out with a manager's agreement.
async fn table_with_a_void(house: &House) -> (Device, OrderId) {
    let mut till = house.till(WAITER, "Floor tablet").await;
    let order = till.sit_down("3", "2").await;
    for product in ["Chips", "Espresso"] {
        till.tap(order, product).await.must_be(StatusCode::OK);
    }
    till.hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    void(house, &mut till, order, "Chips").await;
    (till, order)
}

async fn void(house: &House, till: &mut Device, order: OrderId, name: &str) {
    let line = line_of(house, order, name, "sent").await;
    let form = agreed(house, &[("quantity", "1"), ("chosen", "Entered wrongly")]).await;
    let path = format!("/orders/{order}/lines/{line}/void");
    post(till, &path, &form).await.must_be(StatusCode::OK);
}

/// What stands in the column "What" of the log, row by row.
fn deeds(page: &Answer) -> Vec<String> {
    page.all("#log td[data-of='What']")
}

#[tokio::test]
async fn admins_read_the_log_managers_stories_and_exceptions_and_others_nothing() {
    let house = House::open().await;
    let (_, order) = table_with_a_void(&house).await;
    for (role, username) in EACH_ROLE {
        let mut person = house.person(username).await;
        for (path, only_admins) in [
            ("/audit".to_owned(), true),
            ("/audit/chain".to_owned(), true),
            ("/audit/exceptions".to_owned(), false),
            (format!("/orders/{order}/story"), false),
        ] {
            let expected = match (role, only_admins) {
                (cafe_pos::staff::Role::Admin, _) => StatusCode::OK,
                (role, false) if role.manages() => StatusCode::OK,
                _ => StatusCode::FORBIDDEN,
            };
            assert_eq!(person.get(&path).await.status, expected, "{role} {path}");
        }
    }
    // The way there: in the office for whoever may, and from the order's own menu.
    let mut manager = house.person(MANAGER).await;
    let links = manager.get("/days").await.attributes("nav a", "href");
    assert!(
        links.contains(&"/audit/exceptions".to_owned()) && !links.contains(&"/audit".to_owned())
    );
    let links = house
        .person(ADMIN)
        .await
        .get("/days")
        .await
        .attributes("nav a", "href");
    assert!(links.contains(&"/audit".to_owned()));
    let story = format!("/orders/{order}/story");
    let menu = format!("/orders/{order}/details");
    assert!(
        manager
            .fragment(&menu)
            .await
            .attributes("a", "href")
            .contains(&story)
    );
    let waiters = house.person(WAITER).await.fragment(&menu).await;
    assert!(!waiters.attributes("a", "href").contains(&story));
    let nowhere = format!("/orders/{}/story", OrderId::new());
    manager.get(&nowhere).await.must_be(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn each_filter_finds_what_it_says() {
    let house = House::open().await;
    let (mut till, order) = table_with_a_void(&house).await;
    let mut cashier = house.with_float(CASHIER).await;
    cashier.counter_sale().await;
    let mut admin = house.person(ADMIN).await;
    let page = admin.get("/audit").await.must_be(StatusCode::OK);
    let void = "Struck out after sending: 1 × Chips";
    let row = deeds(&page)
        .into_iter()
        .find(|what| what.starts_with(void))
        .expect("the void");
    assert!(
        row.contains("“Entered wrongly”") && row.contains("It was sent"),
        "{row}"
    );
    let stories = format!("#log a[href='/orders/{order}/story']");
    assert!(!page.attributes(&stories, "href").is_empty());
    let id = async |table: &str, column: &str, value: &str| {
        let id: uuid::Uuid = house.id(table, column, value).await;
        id.to_string()
    };
    let (waiter, manager) = (
        id("staff", "username", WAITER).await,
        id("staff", "username", MANAGER).await,
    );
    let (amina, tablet) = (
        id("staff", "username", CASHIER).await,
        id("terminals", "name", "Floor tablet").await,
    );
    let reference: String = house
        .row(
            &format!("SELECT reference FROM orders WHERE id = '{order}'"),
            [],
        )
        .await
        .try_get("", "reference")
        .expect("a reference");
    let number = reference
        .rsplit('-')
        .next()
        .expect("a number")
        .trim_start_matches('0')
        .to_owned();
    let date = today(&house).await;
    let found = async |admin: &mut Device, query: &str| {
        let page = admin
            .get(&format!("/audit?{query}"))
            .await
            .must_be(StatusCode::OK);
        let is_there = deeds(&page).iter().any(|what| what.starts_with(void));
        (is_there, deeds(&page).len())
    };
    let every = deeds(&page).len();
    for (query, is_there) in [
        (format!("person={waiter}"), true),
        (format!("person={manager}"), true),
        (format!("person={amina}"), false),
        ("kind=struck".to_owned(), true),
        ("kind=order.line_voided".to_owned(), true),
        ("kind=cash".to_owned(), false),
        (format!("terminal={tablet}"), true),
        (format!("order=%23{number}"), true),
        (format!("order={reference}"), true),
        ("order=900".to_owned(), false),
        ("text=entered+WRONGLY".to_owned(), true),
        ("text=100%25".to_owned(), false),
        (format!("from={date}&to={date}"), true),
        ("to=2020-01-01".to_owned(), false),
        ("from=2999-01-01".to_owned(), false),
        (
            format!(
                "person={manager}&kind=struck&text=chips&order={number}&terminal={tablet}&from={date}"
            ),
            true,
        ),
        (format!("person={manager}&kind=cash"), false),
    ] {
        let (found, rows) = found(&mut admin, &query).await;
        assert_eq!(found, is_there, "{query}");
        assert!(
            rows < every || query.starts_with("from=20"),
            "{query}: {rows} of {every}"
        );
    }
    // What is about a payment of the order is about the order.
    till.post(&format!("/orders/{order}/bills"), &[])
        .await
        .must_be(StatusCode::OK);
    cashier
        .post(&format!("/orders/{order}/payments"), &[("part", "full")])
        .await
        .must_be(StatusCode::OK);
    let of_order = admin.get(&format!("/audit?order={reference}")).await;
    let of_order = deeds(&of_order).join("\n");
    for deed in [
        "Payment taken: ",
        "Bill printed",
        "Sent: 1 × Chips, 1 × Espresso",
        "Paid in full",
    ] {
        assert!(of_order.contains(deed), "{deed}: {of_order}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_also_within_one_moment() {
    let house = House::open().await;
    house
        .execute(
            "INSERT INTO audit_log (id, at, deed, actor, subject, reason) \
             SELECT gen_random_uuid(), '2030-01-01 10:00Z', 'staff.signed_in', 'Ann', 'staff', 'no. ' || i FROM generate_series(1, 120) i",
            [],
        )
        .await;
    let mut admin = house.person(ADMIN).await;
    for filter in [
        "from=2030-01-01",
        "from=2030-01-01&kind=people",
        "from=2030-01-01&text=no.",
    ] {
        let (mut path, mut seen, mut pages) = (format!("/audit?{filter}"), Vec::new(), 0);
        loop {
            let page = admin.get(&path).await.must_be(StatusCode::OK);
            seen.extend(page.attributes("#log tbody tr", "id"));
            pages += 1;
            match page.attributes("a[rel='next']", "href").pop() {
                Some(next) => path = next,
                None => break,
            }
        }
        let once: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), once.len(), pages), (120, 120, 3), "{filter}");
    }
}

#[tokio::test]
async fn a_search_looks_at_so_many_rows_and_says_where_it_stopped() {
    let house = House::open().await;
    house
        .execute(
            "INSERT INTO audit_log (id, at, deed, actor, subject, reason) \
             SELECT gen_random_uuid(), timestamptz '2030-01-01 10:00Z' + i * interval '1 minute', 'staff.signed_in', 'Ann', 'staff', \
                    CASE WHEN i = 1 THEN 'needle' END FROM generate_series(1, 6000) i",
            [],
        )
        .await;
    let mut admin = house.person(ADMIN).await;
    let first = admin
        .get("/audit?text=needle")
        .await
        .must_be(StatusCode::OK);
    assert!(deeds(&first).is_empty() && first.text.contains("Look further back"));
    let next = first.attributes("a[rel='next']", "href").remove(0);
    let second = admin.get(&next).await;
    assert_eq!(deeds(&second).len(), 1, "{}", second.text);
    assert!(second.attributes("a[rel='next']", "href").is_empty());
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_told_in_place_and_the_rest_holds() {
    let house = House::open().await;
    table_with_a_void(&house).await;
    let mut admin = house.person(ADMIN).await;
    for (query, field) in [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("person=ann", "person"),
        ("kind=theft", "kind"),
        ("terminal=1", "terminal"),
        ("order=abc", "order"),
        ("order=99999999999999999999", "order"),
        ("text=a", "text"),
        ("text=a%00b", "text"),
    ] {
        let page = admin
            .get(
                &format!("/audit?{query}&kind=struck")
                    .replace("kind=theft&kind=struck", "kind=theft"),
            )
            .await;
        let page = page.must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.one(&format!("#err-{field}")).ends_with('.'), "{query}");
        assert_eq!(
            page.attributes("[aria-invalid]", "name"),
            [field],
            "{query}"
        );
        let rows = deeds(&page);
        assert!(
            rows.iter().any(|what| what.contains("1 × Chips")),
            "{query}: {rows:?}"
        );
    }
    let page = admin
        .get("/audit?from=yesterday&text=Chips&kind=struck")
        .await;
    assert_eq!(page.attributes("#text", "value"), ["Chips"]);
    assert_eq!(page.attributes("#from", "value"), ["yesterday"]);
    assert_eq!(
        page.attributes("#kind option[selected]", "value"),
        ["struck"]
    );
    admin
        .get("/audit?text=ab&text=cd")
        .await
        .must_be(StatusCode::BAD_REQUEST);
    // Whoever shortens an address begins anew.
    admin
        .get("/audit?before=nowhere")
        .await
        .must_be(StatusCode::OK);
    admin
        .get(&format!("/audit?before={}", uuid::Uuid::now_v7()))
        .await
        .must_be(StatusCode::OK);
}

#[tokio::test]
async fn what_people_wrote_is_text() {
    let house = House::open().await;
    let evil = "<x-evil onload=\"evil()\">&amp;";
    house
        .execute(
            "UPDATE staff SET name = $1 WHERE username = $2",
            [evil.into(), WAITER.into()],
        )
        .await;
    let (_, order) = table_with_a_void(&house).await;
    let mut admin = house.person(ADMIN).await;
    let date = today(&house).await;
    for path in [
        "/audit".to_owned(),
        format!("/audit?text={}", "%3Cx-evil%20onload"),
        format!("/orders/{order}/story"),
        format!("/audit/exceptions?from={date}&to={date}"),
    ] {
        let page = admin.get(&path).await.must_be(StatusCode::OK);
        assert!(page.all("x-evil").is_empty(), "{path}");
        assert!(page.text.contains("&lt;x-evil onload="), "{path}");
    }
}
