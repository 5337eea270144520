//! What is true, asked beside the streams: of the database in SQL, and of pages loaded afresh.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use scraper::Html;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use uuid::Uuid;

use super::books::numbers;
use super::picture::{self, Region};
use super::screen::{Screen, View};

/// Nobody waits longer for a screen to become true.
const PATIENCE: Duration = Duration::from_secs(30);
/// After so long the truth is asked for again: something may have happened by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(700);

/// Who is asked what is true.
pub struct Asked<'a> {
    /// The database.
    pub db: &'a DatabaseConnection,
    /// The instances that draw pages; one of them has to answer.
    pub doors: &'a [String],
    /// By whom they are asked.
    pub client: &'a reqwest::Client,
}

/// What one view has to show.
struct Truth {
    name: String,
    query: String,
    /// What each region looks like on each page that has it.
    regions: BTreeMap<String, Vec<String>>,
    facts: Vec<Fact>,
}

/// So many times this piece of markup is to be in this region.
struct Fact {
    region: &'static str,
    piece: String,
    times: usize,
}

/// Waits until every one of these screens shows the truth; answers when the last one began to.
///
/// Nothing may be changed meanwhile.
pub async fn when_true(asked: &Asked<'_>, screens: &[&Screen]) -> Instant {
    let begun = Instant::now();
    loop {
        let truths = ask(asked, screens).await;
        let known = Instant::now();
        while known.elapsed() < LOOK_AGAIN {
            let wrong = wrong(&truths, screens);
            if wrong.is_empty() {
                let since = screens.iter().flat_map(|screen| {
                    let shown = screen.shown();
                    let since = shown.regions.values().map(|(_, since)| *since);
                    since.collect::<Vec<_>>()
                });
                return since.max().unwrap_or(begun);
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "not true:\n{}",
                wrong.join("\n")
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What does not show the truth, a line each.
fn wrong(truths: &[Truth], screens: &[&Screen]) -> Vec<String> {
    screens
        .iter()
        .filter_map(|screen| {
            let truth = truths
                .iter()
                .find(|truth| truth.query == screen.view.query)
                .expect("it was asked for");
            truth.differs(screen)
        })
        .collect()
}

async fn ask(asked: &Asked<'_>, screens: &[&Screen]) -> Vec<Truth> {
    let mut truths: Vec<Truth> = Vec::new();
    for screen in screens {
        let view = &screen.view;
        if truths.iter().any(|truth| truth.query == view.query) {
            continue;
        }
        // Pages leave these places empty: their stream fills them.
        let shown: Vec<(String, Region)> = {
            let shown = screen.shown();
            let regions = shown
                .regions
                .iter()
                .filter(|(id, _)| !["ready-bell", "unseen", "order-people"].contains(&id.as_str()));
            regions
                .map(|(id, (region, _))| (id.clone(), region.clone()))
                .collect()
        };
        let mut regions = BTreeMap::<_, Vec<_>>::new();
        for page in &view.pages {
            let page = Html::parse_document(&load(asked, view, page).await);
            for (id, region) in &shown {
                let on_page = picture::on_page(&page, id, region);
                regions.entry(id.clone()).or_default().extend(on_page);
            }
        }
        truths.push(Truth {
            name: view.name.clone(),
            query: view.query.clone(),
            regions,
            facts: facts(asked.db, view).await,
        });
    }
    truths
}

/// A page, from whichever instance answers.
async fn load(asked: &Asked<'_>, view: &View, page: &str) -> String {
    let begun = Instant::now();
    for door in asked.doors.iter().cycle() {
        let request = view.pass.get(asked.client, format!("{door}{page}"));
        let said = match request
            .header("accept", "text/html")
            .timeout(Duration::from_secs(2))
            .send()
            .await
        {
            Ok(answer) if answer.status().is_success() => match answer.text().await {
                Ok(text) => return text,
                Err(failure) => failure.to_string(),
            },
            Ok(answer) => answer.status().to_string(),
            Err(failure) => failure.to_string(),
        };
        assert!(begun.elapsed() < PATIENCE, "{page}: {said}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    unreachable!("there is a door")
}

impl Truth {
    fn differs(&self, screen: &Screen) -> Option<String> {
        let shown = screen.shown();
        if shown.regions.is_empty() {
            return Some(format!("{} shows nothing", self.name));
        }
        for (id, (region, _)) in &shown.regions {
            let on_pages = self.regions.get(id).into_iter().flatten();
            if let Some(on_page) = on_pages
                .into_iter()
                .find(|on_page| **on_page != region.markup)
            {
                let (name, markup) = (&self.name, &region.markup);
                return Some(format!(
                    "{name} #{id} shows\n  {markup:.600}\ninstead of\n  {on_page:.600}"
                ));
            }
        }
        for fact in &self.facts {
            let times = match shown.regions.get(fact.region) {
                Some((region, _)) => region.markup.matches(&fact.piece).count(),
                None => return Some(format!("{} shows no #{}", self.name, fact.region)),
            };
            if times != fact.times {
                return Some(format!(
                    "{} shows {:?} {times} times, the database says {}",
                    self.name, fact.piece, fact.times
                ));
            }
        }
        None
    }
}

/// What the database itself says about a view.
async fn facts(db: &DatabaseConnection, view: &View) -> Vec<Fact> {
    let count = async |sql: &str, of: Option<Uuid>| {
        let values: Vec<_> = of.map(Into::into).into_iter().collect();
        usize::try_from(numbers(db, sql, values).await[0]).expect("a count")
    };
    let fact = |region, piece: &str, times| Fact {
        region,
        piece: piece.to_owned(),
        times,
    };
    let subject = view
        .query
        .split_once('&')
        .and_then(|(_, named)| named.split_once('='));
    let subject = subject.map(|(_, id)| id.parse::<Uuid>().expect("an id"));
    match view.name.as_str() {
        "order" => {
            let revision =
                count("SELECT revision::bigint FROM orders WHERE id = $1", subject).await;
            let lines = count(
                "SELECT count(*) FROM order_lines WHERE order_id = $1",
                subject,
            )
            .await;
            let rev = format!(" data-rev=\"{}.{revision}\"", subject.expect("an order"));
            vec![
                fact("order-lines", &rev, 1),
                fact("order-sums", &rev, 1),
                fact("order-lines", " data-line=\"", lines),
            ]
        }
        "table" => {
            let sql = "SELECT count(*) FROM orders WHERE table_id = $1 AND closed_at IS NULL AND cancelled_at IS NULL";
            vec![fact("table-orders", " id=\"o-", count(sql, subject).await)]
        }
        "ready" => {
            let sql = "SELECT DISTINCT order_id FROM order_lines WHERE state = 'ready'";
            let waiting = ids(db, sql).await;
            let mut facts = vec![fact("ready-bell", " data-ready=\"", waiting.len())];
            facts.extend(
                waiting
                    .iter()
                    .map(|order| fact("ready-bell", &format!(" data-ready=\"{order}-"), 1)),
            );
            facts
        }
        "floor" => {
            let open =
                "SELECT count(*) FROM orders WHERE closed_at IS NULL AND cancelled_at IS NULL";
            let tables = "SELECT count(*) FROM dining_tables WHERE deleted_at IS NULL";
            vec![
                fact("all-orders", " id=\"o-", count(open, None).await),
                fact("floor", " data-table=\"", count(tables, None).await),
            ]
        }
        "shifts" => {
            let open = "SELECT count(*) FROM shifts WHERE closed_at IS NULL";
            vec![fact("shifts", " id=\"shift-", count(open, None).await)]
        }
        "board" => {
            let open = "SELECT count(*) FROM tickets WHERE station_id = $1 AND bumped_at IS NULL";
            vec![fact("board", "<article", count(open, subject).await)]
        }
        "pass" => {
            let ready = "SELECT count(DISTINCT order_id) FROM order_lines WHERE state = 'ready'";
            let made = "SELECT count(DISTINCT t.order_id) FROM tickets t JOIN ticket_lines l ON l.ticket_id = t.id \
                        WHERE t.bumped_at IS NULL AND l.fired_at IS NOT NULL AND l.voided_at IS NULL AND l.done_at IS NULL";
            vec![
                fact("pass-ready", "<article", count(ready, None).await),
                fact("pass-board", "<article", count(made, None).await),
            ]
        }
        other => panic!("nothing is known about {other}"),
    }
}

async fn ids(db: &DatabaseConnection, sql: &str) -> Vec<Uuid> {
    let question = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(question).await.expect("an answer");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("an id"))
        .collect()
}
