//! What managers read of the kitchen: a day that is worked through the real routes at known times, and reckoned a second
//! time here.

use std::collections::BTreeMap;

use cafe_pos::kitchen;
use cafe_pos::values::{OrderId, StationId};
use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::house::*;

/// The business date of these tests begins at 04:00 in Kampala, which is 01:00 in Greenwich.
const DATE: &str = "2031-03-04";
const MIDDAY: OffsetDateTime = datetime!(2031-03-04 9:00 UTC);

/// An order of one ticket at one station or at both.
struct Visit {
    /// Minutes after midday.
    at: i64,
    /// What is made in the kitchen, and how long after sending it is bumped.
    kitchen: &'static [(&'static str, i64)],
    kitchen_bump: Option<i64>,
    /// The same for the bar.
    bar: &'static [(&'static str, i64)],
    bar_bump: Option<i64>,
}

/// A ticket as the test remembers it.
#[derive(Clone)]
struct Made {
    station: &'static str,
    /// The hour on the café's clock.
    hour: i64,
    took: Option<i64>,
    target: i64,
    lines: Vec<Line>,
}

#[derive(Clone, Copy)]
struct Line {
    product: &'static str,
    pieces: i64,
    target: i64,
}

struct Day {
    house: House,
    made: Vec<Made>,
    orders: Vec<OrderId>,
}

impl Day {
    async fn begins() -> Day {
        let house = House::open().await;
        house.hand.set(MIDDAY);
        Day {
            house,
            made: Vec::new(),
            orders: Vec::new(),
        }
    }

    /// Puts the clock a second after the full minute, so that what happens within the minute is dated into it.
    fn it_is(&self, minutes: i64) {
        let moment = MIDDAY + Duration::minutes(minutes) + Duration::SECOND;
        self.house.hand.set(moment);
    }

    /// Somebody who may do everything here.
    async fn manager(&self) -> Device {
        self.house.person(MANAGER).await
    }

    async fn target(&self, product: &str) -> i64 {
        self.house
            .number(&format!(
                "SELECT coalesce(p.prep_seconds, s.late_after_s) FROM products p JOIN stations s ON s.id = p.station_id \
                 WHERE p.name = '{product}'"
            ))
            .await
    }

    /// Orders, sends, and bumps at the given minutes.
    async fn serve(&mut self, visit: &Visit) {
        self.it_is(visit.at);
        let mut manager = self.manager().await;
        let order = manager.sit_down("3", "2").await;
        for (product, pieces) in visit.kitchen.iter().chain(visit.bar) {
            for _ in 0..*pieces {
                manager.tap(order, product).await.must_be(StatusCode::OK);
            }
        }
        manager
            .hand_over_to_kitchen(order)
            .await
            .must_be(StatusCode::OK);
        self.orders.push(order);
        let mut bumps = Vec::new();
        for (station, lines, bump) in [
            ("Kitchen", visit.kitchen, visit.kitchen_bump),
            ("Bar", visit.bar, visit.bar_bump),
        ] {
            if lines.is_empty() {
                continue;
            }
            let mut own = Vec::new();
            for &(product, pieces) in lines {
                let target = self.target(product).await;
                own.push(Line {
                    product,
                    pieces,
                    target,
                });
            }
            let hour = (12 + visit.at.div_euclid(60)).rem_euclid(24);
            self.made.push(Made {
                station,
                hour,
                took: bump.map(|minutes| minutes * 60),
                target: own.iter().map(|line| line.target).max().unwrap_or(0),
                lines: own,
            });
            bumps.extend(bump.map(|minutes| (minutes, station)));
        }
        bumps.sort_unstable();
        for (minutes, station) in bumps {
            self.it_is(visit.at + minutes);
            let ticket = self.ticket(order, station).await;
            manager
                .post(&format!("{ticket}/bump"), &[])
                .await
                .must_be(StatusCode::OK);
        }
    }

    async fn ticket(&self, order: OrderId, station: &str) -> String {
        let sql = "SELECT t.id FROM tickets t JOIN stations s ON s.id = t.station_id WHERE t.order_id = $1 AND s.name = $2";
        let row = self.house.row(sql, [order.into(), station.into()]).await;
        let id: uuid::Uuid = row.try_get("", "id").expect("an id");
        format!("/kitchen/tickets/{id}")
    }

    /// Dates everything to the minute in which it was done, however long the doing took.
    async fn to_the_minute(&self) {
        for sql in [
            "UPDATE tickets SET sent_at = date_trunc('minute', sent_at), bumped_at = date_trunc('minute', bumped_at)",
            "UPDATE ticket_lines SET fired_at = date_trunc('minute', fired_at), done_at = date_trunc('minute', done_at)",
        ] {
            self.house.execute(sql, []).await;
        }
    }

    async fn read(&self, query: &str) -> Value {
        self.to_the_minute().await;
        let path = format!("/kitchen/figures{query}");
        let mut manager = self.manager().await;
        let answer = manager.send_json(Method::GET, &path, None, &[]).await;
        answer.must_be(StatusCode::OK).json()
    }

    async fn page(&self, query: &str) -> Answer {
        self.to_the_minute().await;
        let mut manager = self.manager().await;
        let page = manager.get(&format!("/kitchen/figures{query}")).await;
        page.must_be(StatusCode::OK)
    }

    /// What the answer should say of these tickets.
    fn reckoned<'a>(made: impl Iterator<Item = &'a Made> + Clone) -> Value {
        let late = made
            .clone()
            .filter(|ticket| ticket.took.is_none_or(|took| took >= ticket.target));
        json!({
            "tickets": made.clone().count(),
            "open": made.clone().filter(|ticket| ticket.took.is_none()).count(),
            "late": late.count(),
            "times": times(made.filter_map(|ticket| ticket.took).collect()),
        })
    }
}

/// Median and nine of ten, in between where they fall between two.
fn times(mut took: Vec<i64>) -> Value {
    if took.is_empty() {
        return Value::Null;
    }
    took.sort_unstable();
    let at = |tenths: usize| {
        let place = (took.len() - 1) * tenths;
        let (below, above) = (took[place / 10], took[(place / 10 + 1).min(took.len() - 1)]);
        let between = below * 10 + (above - below) * (place % 10) as i64;
        (between + 5) / 10
    };
    json!({ "samples": took.len(), "medianS": at(5), "p90S": at(9) })
}

fn without(mut value: Value, keys: &[&str]) -> Value {
    let object = value.as_object_mut().expect("an object");
    object.retain(|key, _| !keys.contains(&key.as_str()));
    value
}

fn station<'a>(read: &'a Value, name: &str) -> &'a Value {
    let stations = read["stations"].as_array().expect("stations");
    let found = stations.iter().find(|station| station["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {read}"))
}

fn product<'a>(read: &'a Value, at: &str, name: &str) -> &'a Value {
    let products = station(read, at)["products"].as_array().expect("products");
    let found = products.iter().find(|product| product["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {read}"))
}

/// From midday until after midnight; the first is early, some are late, one is never bumped.
const VISITS: [Visit; 8] = [
    Visit {
        at: 0,
        kitchen: &[("Chips", 1)],
        kitchen_bump: Some(6),
        bar: &[("Espresso", 2)],
        bar_bump: Some(2),
    },
    Visit {
        at: 30,
        kitchen: &[("Chips", 2), ("Chapati", 1)],
        kitchen_bump: Some(9),
        bar: &[],
        bar_bump: None,
    },
    Visit {
        at: 62,
        kitchen: &[],
        kitchen_bump: None,
        bar: &[("Espresso", 1)],
        bar_bump: Some(1),
    },
    Visit {
        at: 75,
        kitchen: &[("Chapati", 3)],
        kitchen_bump: Some(25),
        bar: &[("Espresso", 1)],
        bar_bump: Some(11),
    },
    Visit {
        at: 110,
        kitchen: &[("Chips", 1)],
        kitchen_bump: Some(14),
        bar: &[("Espresso", 1)],
        bar_bump: Some(3),
    },
    Visit {
        at: 600,
        kitchen: &[("Chips", 1)],
        kitchen_bump: Some(4),
        bar: &[("Espresso", 3)],
        bar_bump: Some(4),
    },
    Visit {
        at: 640,
        kitchen: &[("Chapati", 1)],
        kitchen_bump: None,
        bar: &[],
        bar_bump: None,
    },
    // Half past one at night: still the same business day.
    Visit {
        at: 810,
        kitchen: &[],
        kitchen_bump: None,
        bar: &[("Espresso", 1)],
        bar_bump: Some(2),
    },
];

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

#[tokio::test]
async fn each_recall_counts_and_the_time_runs_to_the_last_bump() {
    let mut day = Day::begins().await;
    day.serve(&VISITS[0]).await;
    let ticket = day.ticket(day.orders[0], "Kitchen").await;
    let mut manager = day.manager().await;
    for (recalled, bumped) in [(8, 10), (12, 15)] {
        day.it_is(recalled);
        let path = format!("{ticket}/bump");
        manager.delete(&path).await.must_be(StatusCode::NO_CONTENT);
        day.it_is(bumped);
        manager.post(&path, &[]).await.must_be(StatusCode::OK);
    }
    let read = day.read("").await;
    assert_eq!(station(&read, "Kitchen")["recalls"], 2);
    assert_eq!(station(&read, "Kitchen")["times"], times(vec![15 * 60]));
    assert_eq!(station(&read, "Bar")["recalls"], 0);
    assert_eq!(read["total"]["recalls"], 2);
    assert_eq!(read["total"]["tickets"], 2);
}

#[tokio::test]
async fn what_lay_beside_something_slower_has_the_time_of_its_own_tap_or_none() {
    let mut day = Day::begins().await;
    let both = |at, kitchen_bump| Visit {
        at,
        kitchen: &[("Chapati", 1), ("Chips", 1)],
        kitchen_bump,
        bar: &[],
        bar_bump: None,
    };
    assert!(day.target("Chapati").await < day.target("Chips").await);
    day.serve(&both(0, Some(18))).await;
    let read = day.read("").await;
    assert_eq!(product(&read, "Kitchen", "Chapati")["pieces"], 1);
    assert_eq!(product(&read, "Kitchen", "Chapati")["times"], Value::Null);

    day.serve(&both(30, None)).await;
    let ticket = day.ticket(day.orders[1], "Kitchen").await;
    let sql = "SELECT l.id FROM ticket_lines l JOIN tickets t ON t.id = l.ticket_id WHERE t.order_id = $1 AND l.name = 'Chapati'";
    let line = day.house.row(sql, [day.orders[1].into()]).await;
    let line: uuid::Uuid = line.try_get("", "id").expect("an id");
    let mut manager = day.manager().await;
    day.it_is(36);
    manager
        .post(&format!("{ticket}/lines/{line}/done"), &[])
        .await
        .must_be(StatusCode::NO_CONTENT);
    day.it_is(52);
    manager
        .post(&format!("{ticket}/bump"), &[])
        .await
        .must_be(StatusCode::OK);
    let read = day.read("").await;
    assert_eq!(
        product(&read, "Kitchen", "Chapati")["times"],
        times(vec![6 * 60])
    );
    assert_eq!(
        product(&read, "Kitchen", "Chips")["times"],
        times(vec![18 * 60, 22 * 60])
    );
}

#[tokio::test]
async fn what_is_open_past_its_target_is_late_without_a_bump() {
    let mut day = Day::begins().await;
    day.serve(&VISITS[6]).await;
    let late = async |day: &Day| day.read("").await["total"]["late"].clone();
    let target = day.target("Chapati").await;
    day.it_is(640 + target / 60 - 1);
    assert_eq!(late(&day).await, 0);
    day.it_is(640 + target / 60);
    assert_eq!(late(&day).await, 1);
    let read = day.read("").await;
    assert_eq!(read["total"]["open"], 1);
    assert_eq!(read["total"]["times"], Value::Null);
}

#[tokio::test]
async fn what_was_struck_out_counts_as_a_void_and_nowhere_else() {
    let mut day = Day::begins().await;
    day.serve(&VISITS[0]).await;
    day.serve(&VISITS[1]).await;
    let strike = "UPDATE order_lines SET state = 'voided', voided_at = $2, void_reason = $3 WHERE name = $1 AND state <> 'voided'";
    let strike_ticket = "UPDATE ticket_lines l SET voided_at = $2 FROM tickets t WHERE t.id = l.ticket_id AND l.name = $1";
    let at = MIDDAY + Duration::minutes(50);
    for (name, reason) in [("Espresso", "Spilled"), ("Chapati", "Spilled")] {
        day.house
            .execute(strike, [name.into(), at.into(), reason.into()])
            .await;
        day.house
            .execute(strike_ticket, [name.into(), at.into()])
            .await;
    }
    // Never sent, and so nothing that the kitchen lost.
    let mut manager = day.manager().await;
    let order = day.orders[0];
    manager.tap(order, "Latte").await.must_be(StatusCode::OK);
    day.house
        .execute(strike, ["Latte".into(), at.into(), "Wrong".into()])
        .await;
    // On the next day.
    manager
        .tap(order, "Americano")
        .await
        .must_be(StatusCode::OK);
    manager
        .hand_over_to_kitchen(order)
        .await
        .must_be(StatusCode::OK);
    let tomorrow = at + Duration::days(1);
    day.house
        .execute(strike, ["Americano".into(), tomorrow.into(), "Cold".into()])
        .await;

    let worth = day
        .house
        .number("SELECT sum(unit_price * quantity) FROM order_lines WHERE void_reason = 'Spilled'")
        .await;
    assert!(worth > 0);
    let read = day.read("").await;
    assert_eq!(
        read["voids"],
        json!({ "lines": 2, "value": worth, "reasons": [{ "reason": "Spilled", "lines": 2, "pieces": 3, "value": worth }] })
    );
    // Of the bar's first ticket nothing is left; the kitchen's second has its chips.
    assert_eq!(station(&read, "Kitchen")["tickets"], 2);
    let made = station(&read, "Kitchen")["products"]
        .as_array()
        .expect("products");
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(product(&read, "Kitchen", "Chips")["pieces"], 3);

    let page = day.page("").await;
    let row = page.all("#voids tbody td");
    assert_eq!(row[..3], ["Spilled", "2", "3"]);
    assert_eq!(row[3].replace(',', ""), worth.to_string());
}

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
async fn a_station_learns_from_its_own_bumps_of_four_weeks_and_not_from_a_few() {
    let mut day = Day::begins().await;
    let at_the_bar = |at, bump| Visit {
        at,
        kitchen: &[],
        kitchen_bump: None,
        bar: &[("Espresso", 1)],
        bar_bump: Some(bump),
    };
    // Long ago it was slow.
    for at in 0..3 {
        day.serve(&at_the_bar(at * 60, 40)).await;
    }
    let four_weeks = 28 * 24 * 60;
    for (at, bump) in [(10, 2), (20, 3), (30, 2), (40, 4)] {
        day.serve(&at_the_bar(four_weeks + at * 60, bump)).await;
    }
    day.serve(&Visit {
        at: four_weeks + 41 * 60,
        kitchen: &[("Chips", 1)],
        kitchen_bump: Some(5),
        bar: &[],
        bar_bump: None,
    })
    .await;
    let bar: StationId = day.house.id("stations", "name", "Bar").await;
    let learned = async |day: &Day| {
        day.to_the_minute().await;
        let since = day.house.app.clock().now() - kitchen::LEARNED_OVER;
        kitchen::learned(&day.house.db, since, bar)
            .await
            .expect("an answer")
    };
    assert!(learned(&day).await.is_empty(), "four are too few");

    day.serve(&at_the_bar(four_weeks + 42 * 60, 5)).await;
    let known = learned(&day).await;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].name, "Espresso");
    let expected = times([2, 3, 2, 4, 5].map(|minutes| minutes * 60).to_vec());
    assert_eq!(json!(known[0].times), expected);
    // Nine of ten within 4:36: the next half minute.
    assert_eq!(known[0].suggested_s(), 300);

    let read = day.read("").await;
    let mut learned = expected;
    learned["suggestedS"] = json!(300);
    assert_eq!(product(&read, "Bar", "Espresso")["learned"], learned);
    assert_eq!(product(&read, "Kitchen", "Chips")["learned"], Value::Null);
    let page = day.page("").await;
    let row = page.all("#products tbody:last-of-type tr:last-child td");
    assert_eq!(row[0], "Espresso");
    assert_eq!(row[6..], ["3:00 · 4:36 (5)", "5:00"]);
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
