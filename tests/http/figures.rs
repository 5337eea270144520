//! What managers read of the kitchen: a day that is worked through the real routes at known times, and reckoned a second
//! time here.

mod asked;
mod counted;
mod learned;
mod whole_day;

use cafe_pos::values::OrderId;
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
