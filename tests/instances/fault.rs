//! One fault after the other, each measured in the same way.

use std::time::{Duration, Instant};

use crate::house::House;
use crate::trade::books::numbers;
use crate::trade::screen::Screen;
use crate::trade::tills::Trade;
use crate::trade::truth::when_true;

/// A row of the table.
pub struct Row {
    /// What was done.
    pub fault: String,
    /// How many screens were watched.
    pub screens: usize,
    /// From the last acknowledged change, or from the end of the fault, to the last screen being true.
    pub worst: Duration,
    /// The time that is promised.
    pub promised: Duration,
    /// Acknowledged and not stored.
    pub lost: i64,
    /// Stored and not acknowledged.
    pub doubled: i64,
    /// What differs, a line each.
    pub wrong: Vec<String>,
}

/// A fault that is being measured, while the tills trade.
pub struct Fault {
    row: Row,
    trade: Option<Trade>,
    before: i64,
    begun: Instant,
}

impl Fault {
    /// Lets all tills trade until the first measure.
    pub async fn begin(house: &House, name: &str) -> Self {
        let before = numbers(&house.db, "SELECT count(*) FROM orders", []).await[0];
        let trade = Trade::begin(&house.venue, &house.db);
        tokio::time::sleep(Duration::from_millis(400)).await;
        Self {
            trade: Some(trade),
            ..Self::quiet(name, before)
        }
    }

    /// The same without trade.
    pub fn quiet(name: &str, before: i64) -> Self {
        let row = Row {
            fault: name.to_owned(),
            screens: 0,
            worst: Duration::ZERO,
            promised: Duration::from_secs(5),
            lost: 0,
            doubled: 0,
            wrong: Vec::new(),
        };
        Self {
            row,
            trade: None,
            before,
            begun: Instant::now(),
        }
    }

    /// The trade ends; from the last answer on, all screens of the house are to become true.
    /// Answers how many commands were acknowledged only after being asked again.
    pub async fn all_true(&mut self, house: &House) -> u64 {
        let screens: Vec<&Screen> = house.screens.iter().collect();
        self.these_true(house, &screens).await
    }

    /// Waits until every screen of the house has a stream.
    pub async fn all_connected(&self, house: &House) {
        while house.screens.iter().any(|it| it.shown().connections == 0) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The same of some screens.
    pub async fn these_true(&mut self, house: &House, screens: &[&Screen]) -> u64 {
        if let Some(trade) = self.trade.take() {
            let books = trade.end().await;
            let since = Instant::now();
            self.measure(house, screens, since).await;
            let found = books.compare(&house.db, self.before).await;
            self.row.lost += i64::try_from(found.lost).expect("few");
            self.row.doubled += i64::try_from(found.doubled).expect("few");
            self.row.wrong.extend(found.wrong);
            if books.orders() == 0 {
                self.refuse("nothing was traded, so nothing was proved");
            }
            let (commands, again) = (books.commands(), books.asked_again());
            println!(
                "  {commands} commands acknowledged, {again} of them only after being asked again"
            );
            again
        } else {
            self.measure(house, screens, Instant::now()).await;
            0
        }
    }

    /// Changes the watched order through each of these doors; after each, these screens are to become true.
    pub async fn changes(&mut self, house: &mut House, doors: &[&str]) {
        for door in doors {
            let since = house.change(door).await;
            let screens: Vec<&Screen> = house.screens.iter().collect();
            self.measure(house, &screens, since).await;
        }
    }

    /// From `since` on, these screens are to become true.
    pub async fn measure(&mut self, house: &House, screens: &[&Screen], since: Instant) {
        let last = when_true(&house.asked(), screens).await;
        self.row.screens = self.row.screens.max(screens.len());
        self.row.worst = self.row.worst.max(last.saturating_duration_since(since));
    }

    /// Notes what was measured otherwise.
    pub fn note(&mut self, screens: usize, took: Duration) {
        self.row.screens = self.row.screens.max(screens);
        self.row.worst = self.row.worst.max(took);
    }

    /// Notes something that must not be.
    pub fn refuse(&mut self, wrong: &str) {
        self.row.wrong.push(wrong.to_owned());
    }

    /// Adds to the fault's name what was found.
    pub fn say(&mut self, found: &str) {
        self.row.fault += found;
    }

    /// The row of the table.
    pub async fn row(mut self, house: &House) -> Row {
        let (lost, doubled) = house.lost_and_doubled().await;
        self.row.lost += lost;
        self.row.doubled += doubled;
        for screen in &house.screens {
            screen.come_home();
        }
        println!("{} took {:?}", self.row.fault, self.begun.elapsed());
        self.row
    }

    /// Something else is promised than five seconds.
    pub fn promise(mut self, promised: Duration) -> Self {
        self.row.promised = promised;
        self
    }
}

impl Row {
    fn printed(&self) -> String {
        format!(
            "{:<62} {:>7} {:>12} ms {:>6} {:>9}",
            self.fault,
            self.screens,
            self.worst.as_millis(),
            self.lost,
            self.doubled
        )
    }

    /// What is wrong with it. A loaded machine is given some time on top of what is promised.
    fn broken(&self) -> Option<String> {
        let late = self.worst > self.promised * 2 + Duration::from_secs(1);
        let wrong = late || self.lost != 0 || self.doubled != 0 || !self.wrong.is_empty();
        wrong.then(|| format!("{}\n{}", self.printed(), self.wrong.join("\n")))
    }
}

/// Prints the table.
pub fn report(rows: &[Row]) {
    let heads = format!(
        "{:<62} {:>7} {:>15} {:>6} {:>9}",
        "fault", "screens", "worst to truth", "lost", "doubled"
    );
    let table: Vec<String> = rows.iter().map(Row::printed).collect();
    println!("\n{heads}\n{}\n", table.join("\n"));
    let broken: Vec<String> = rows.iter().filter_map(Row::broken).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
