//! A whole day, reckoned twice: for machines and on the page.

use std::collections::BTreeMap;

use super::*;

fn without(mut value: Value, keys: &[&str]) -> Value {
    let object = value.as_object_mut().expect("an object");
    object.retain(|key, _| !keys.contains(&key.as_str()));
    value
}

#[tokio::test]
async fn the_figures_of_a_day_are_what_its_tickets_add_up_to() {
    let mut day = Day::begins().await;
    for visit in &VISITS {
        day.serve(visit).await;
    }
    let made = day.made.clone();
    // Half an hour after the cut-off the next business day has begun.
    day.serve(&Visit {
        at: 990,
        kitchen: &[("Chips", 9)],
        kitchen_bump: Some(1),
        bar: &[],
        bar_bump: None,
    })
    .await;
    let read = day.read(&format!("?from={DATE}&to={DATE}")).await;

    let work = |value: &Value| without(value.clone(), &["station", "name", "recalls", "products"]);
    assert_eq!(work(&read["total"]), Day::reckoned(made.iter()));
    assert!(read["total"]["late"].as_i64().expect("a number") > 1);
    for name in ["Kitchen", "Bar"] {
        let own = made.iter().filter(|ticket| ticket.station == name);
        assert_eq!(work(station(&read, name)), Day::reckoned(own), "{name}");
    }

    let mut hours: BTreeMap<i64, i64> = BTreeMap::new();
    for ticket in &made {
        *hours.entry(ticket.hour).or_default() += 1;
    }
    let told = read["hours"].as_array().expect("hours");
    let told: BTreeMap<i64, i64> = told
        .iter()
        .map(|hour| {
            (
                hour["hour"].as_i64().expect("an hour"),
                hour["tickets"].as_i64().expect("a number"),
            )
        })
        .filter(|(_, tickets)| *tickets > 0)
        .collect();
    assert_eq!(told, hours);
    assert_eq!(read["hours"][0]["hour"], 12);
    assert_eq!(read["daysOfTrade"], 1);

    for (at, name) in [
        ("Kitchen", "Chips"),
        ("Kitchen", "Chapati"),
        ("Bar", "Espresso"),
    ] {
        let own = made.iter().filter(|ticket| ticket.station == at);
        let of_it = |ticket: &Made| {
            ticket
                .lines
                .iter()
                .find(|line| line.product == name)
                .copied()
        };
        let lines: Vec<(&Made, Line)> = own
            .filter_map(|ticket| Some((ticket, of_it(ticket)?)))
            .collect();
        let pieces: i64 = lines.iter().map(|(_, line)| line.pieces).sum();
        // What lay beside something slower until the bump has no time of its own.
        let took = lines
            .iter()
            .filter(|(ticket, line)| line.target == ticket.target);
        let took = took.filter_map(|(ticket, _)| ticket.took).collect();
        let found = product(&read, at, name);
        assert_eq!(found["pieces"], pieces, "{name}");
        assert_eq!(found["times"], times(took), "{name}");
        assert_eq!(found["targetS"], day.target(name).await, "{name}");
    }
}

#[tokio::test]
async fn the_page_tells_people_the_same() {
    let mut day = Day::begins().await;
    for visit in &VISITS[..4] {
        day.serve(visit).await;
    }
    let read = day.read("").await;
    let page = day.page("").await;
    let total = &read["total"];
    let clock = |seconds: &Value| {
        let seconds = seconds.as_i64().expect("seconds");
        format!("{}:{:02}", seconds / 60, seconds % 60)
    };
    assert_eq!(
        page.all(".kpis .stat > dd:nth-of-type(1)")[..3],
        [
            total["tickets"].to_string(),
            clock(&total["times"]["medianS"]),
            clock(&total["times"]["p90S"])
        ]
    );
    assert_eq!(page.one("main > header .dim"), "Tue 4 Mar 2031");
    assert_eq!(page.one("nav.seg [aria-current]"), "Today");
    // The picture, its label and the table behind it have the same figures.
    assert_eq!(page.all("#per-hour text.v"), ["3", "3"]);
    assert_eq!(
        page.attributes("#per-hour svg", "aria-label"),
        ["Tickets per hour. Most from 13:00 to 14:00: 3."]
    );
    assert_eq!(
        page.all("#per-hour tbody td"),
        [
            "12:00 to 13:00",
            "3",
            "2",
            "1",
            "13:00 to 14:00",
            "3",
            "1",
            "2"
        ]
    );
    assert_eq!(
        page.all("#stations tbody td:first-child"),
        ["Kitchen", "Bar"]
    );
    assert_eq!(
        page.all("#products tbody td:first-child"),
        ["Chapati", "Chips", "Espresso"]
    );
    assert!(!page.text.contains("style="), "no inline style");
    // Managers find it from the other pages of the office.
    let office = day.manager().await.get("/backups").await;
    let links = office.attributes("nav[aria-label='Back office'] a", "href");
    assert!(links.contains(&"/kitchen/figures".to_owned()), "{links:?}");
}
