//! Which days are asked for, those that cannot be had, and who may ask.

use super::*;

#[tokio::test]
async fn days_are_asked_for_one_by_one_and_together() {
    let mut day = Day::begins().await;
    let in_the_kitchen = |at| Visit {
        at,
        kitchen: &[("Chips", 1)],
        kitchen_bump: Some(5),
        bar: &[],
        bar_bump: None,
    };
    for at in [0, 60, 90, 2 * 24 * 60] {
        day.serve(&in_the_kitchen(at)).await;
    }
    let mut found = Vec::new();
    for query in [
        "",
        "?to=2031-03-04",
        "?from=2031-03-04&to=2031-03-05",
        "?from=2031-03-05",
        "?from=2031-03-04",
        "?from=2030-03-07&to=2031-03-07",
    ] {
        let read = day.read(query).await;
        found.push((
            read["total"]["tickets"].as_i64(),
            read["daysOfTrade"].as_i64(),
        ));
    }
    let told = |tickets, days| (Some(tickets), Some(days));
    assert_eq!(
        found,
        [
            told(1, 1),
            told(3, 1),
            told(3, 1),
            told(1, 1),
            told(4, 2),
            told(4, 2)
        ]
    );

    let page = day.page("?from=2031-02-28&to=2031-03-06").await;
    assert_eq!(page.one("nav.seg [aria-current]"), "Last 7 days");
    assert_eq!(page.all("#per-hour text.v"), ["1", "1"], "an average day");
    let asked: Vec<String> = page.attributes("form.range input", "value");
    assert_eq!(asked, ["2031-02-28", "2031-03-06"]);
    // The links lead to what they say.
    let links = page.attributes("nav.seg a", "href");
    assert_eq!(links.len(), 4);
    assert_eq!(links[1], "/kitchen/figures?from=2031-03-05&to=2031-03-05");
}

#[tokio::test]
async fn days_without_a_ticket_say_so() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    let page = manager
        .get("/kitchen/figures")
        .await
        .must_be(StatusCode::OK);
    assert_eq!(page.one(".empty h3"), "Nothing was sent on these days");
    assert!(page.all("svg.chart").is_empty());
    let read = manager
        .send_json(
            Method::GET,
            "/kitchen/figures?from=2999-12-31&to=2999-12-31",
            None,
            &[],
        )
        .await
        .must_be(StatusCode::OK)
        .json();
    assert_eq!(read["total"]["tickets"], 0);
    assert_eq!(read["stations"], json!([]));
    assert_eq!(read["hours"], json!([]));
}

#[tokio::test]
async fn days_that_cannot_be_had_are_told_in_place() {
    let house = House::open().await;
    let mut manager = house.person(MANAGER).await;
    for (query, field, sentence) in [
        ("from=yesterday", "from", "Write the date like 2026-11-22."),
        (
            "from=2026-02-29&to=2026-03-01",
            "from",
            "Write the date like 2026-11-22.",
        ),
        (
            "from=2026-03-01&to=%22%3E%3Cb%3E",
            "to",
            "Write the date like 2026-11-22.",
        ),
        (
            "from=2026-03-02&to=2026-03-01",
            "to",
            "The last day is before the first. Choose a later one.",
        ),
        (
            "from=2025-03-01&to=2026-03-02",
            "to",
            "Choose 366 days at most.",
        ),
    ] {
        let path = format!("/kitchen/figures?{query}");
        let page = manager
            .get(&path)
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.one(&format!("#err-{field}")), sentence, "{query}");
        assert_eq!(page.attributes("[aria-invalid]", "name"), [field]);
        let told = manager.send_json(Method::GET, &path, None, &[]).await;
        let told = told.must_be(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(
            told["fields"],
            json!([{ "field": field, "error": sentence }])
        );
    }
    // What was typed is still there.
    let page = manager
        .get("/kitchen/figures?from=2026-03-02&to=2026-03-01")
        .await;
    assert_eq!(
        page.attributes("form.range input", "value"),
        ["2026-03-02", "2026-03-01"]
    );
    manager
        .get("/kitchen/figures?from=2026-03-02&from=2026-03-01")
        .await
        .must_be(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_managers_and_admins_read_them() {
    let house = House::open().await;
    for (role, username) in EACH_ROLE {
        let mut person = house.person(username).await;
        let answer = person.get("/kitchen/figures").await;
        let expected = match role.manages() {
            true => StatusCode::OK,
            false => StatusCode::FORBIDDEN,
        };
        assert_eq!(answer.status, expected, "{role}");
    }
    let mut display = house.display("Kitchen display").await;
    let sent_away = display.get("/kitchen/figures").await;
    assert_eq!(sent_away.status, StatusCode::SEE_OTHER);
}
