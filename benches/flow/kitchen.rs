//! What managers read of the kitchen, with a year behind it.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::backups::{fill, number, seed_a_month};
use crate::cafe::Cafe;
use crate::client::Connection;
use crate::figures::tenths;

/// A year of twelve times thirty days.
const MONTHS: i64 = 12;
/// Three times what is seeded are some 20,000 tickets a month.
const TIMES: i64 = 3;
/// How often each page is asked for.
const ASKED: usize = 7;

/// Fills a year, and asks for the page of figures of a day, of two months and of all of it.
pub async fn measure() {
    let cafe = Cafe::open(1, None).await;
    seed_a_month(&cafe).await;
    fill(&cafe, MONTHS, TIMES).await;
    let admin = cafe.admin().await;
    println!(
        "\nKitchen figures: {} tickets, {} lines\nms per page, p50 (lowest to highest)",
        number(&cafe, "SELECT count(*) FROM tickets").await,
        number(&cafe, "SELECT count(*) FROM ticket_lines").await,
    );
    let yesterday = OffsetDateTime::now_utc().date() - Duration::from_hours(24);
    let before = |days: u64| yesterday - Duration::from_hours(24 * days);
    for (name, first, last) in [
        ("a day", 0, 0),
        ("the last 30 days", 29, 0),
        ("30 days half a year ago", 209, 180),
        ("360 days", 359, 0),
    ] {
        let path = format!(
            "/kitchen/figures?from={}&to={}",
            before(first),
            before(last)
        );
        let mut connection = Connection::to(&cafe.address).await;
        let mut took = Vec::new();
        for _ in 0..ASKED {
            let asked = Instant::now();
            let answer = connection.get(&path, Some(&admin), "identity").await;
            took.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX) / 100);
            answer.must_succeed(&path);
        }
        took.sort_unstable();
        let [low, median, high] = [0, ASKED / 2, ASKED - 1].map(|at| tenths(took[at]));
        println!("{name:<26} {median:>8}   ({low} to {high})");
    }
    cafe.close().await;
}
