//! Whoever may not be here any more is gone within a second, on every instance, with Redis and without.

use std::time::{Duration, Instant};

use cafe_pos::staff::Role;
use tokio::time::sleep;

use crate::house::House;
use crate::trade::screen::{Pass, Screen, View};

/// What became of one revocation.
pub struct Revoked {
    how: String,
    stream: Duration,
    requests: Duration,
}

impl Revoked {
    fn printed(&self) -> String {
        let (stream, requests) = (self.stream.as_millis(), self.requests.as_millis());
        format!("{:<57} {stream:>10} ms {requests:>13} ms", self.how)
    }

    /// Whether it took too long. A loaded machine is given some time on top of the second.
    fn late(&self) -> Option<String> {
        let longest = self.stream.max(self.requests);
        (longest > Duration::from_secs(3)).then(|| self.printed())
    }
}

/// Prints the table.
pub fn report(rows: &[Revoked]) {
    let heads = format!(
        "{:<57} {:>13} {:>16}",
        "revoked through another instance", "stream ended", "requests refused"
    );
    let table: Vec<String> = rows.iter().map(Revoked::printed).collect();
    println!("\n{heads}\n{}\n", table.join("\n"));
    let late: Vec<String> = rows.iter().filter_map(Revoked::late).collect();
    assert!(late.is_empty(), "\n{}", late.join("\n"));
}

/// Through A, of who is on B.
pub async fn everywhere(house: &mut House) -> Vec<Revoked> {
    let mut rows = Vec::new();
    rows.extend(each(house, "with Redis", "Kitchen").await);
    house.redis.kill();
    rows.extend(each(house, "without Redis", "Bar").await);
    house.redis.start_again().await;
    rows
}

async fn each(house: &House, how: &str, station: &str) -> Vec<Revoked> {
    let word = how.replace(' ', "").to_lowercase();
    let mut rows = Vec::new();

    let (waiter, session) = house.hire(&format!("out{word}"), Role::Waiter).await;
    let path = format!("/staff/{waiter}/force-out");
    let guest = Guest::person(house, session).await;
    rows.push(
        guest
            .goes(
                house,
                &format!("a person forced out, {how}"),
                "POST",
                &path,
                &[],
            )
            .await,
    );

    let (waiter, session) = house.hire(&format!("gone{word}"), Role::Waiter).await;
    let path = format!("/staff/{waiter}");
    let form = [("name", "Gone Now"), ("role", "waiter")];
    let guest = Guest::person(house, session).await;
    rows.push(
        guest
            .goes(
                house,
                &format!("a person deactivated, {how}"),
                "PUT",
                &path,
                &form,
            )
            .await,
    );

    let (terminal, token) = house.pair(&format!("{station} display")).await;
    let path = format!("/terminals/{terminal}/pairing");
    let guest = Guest::display(house, station, token).await;
    rows.push(
        guest
            .goes(
                house,
                &format!("a terminal revoked, {how}"),
                "DELETE",
                &path,
                &[],
            )
            .await,
    );
    rows
}

/// Somebody on B.
struct Guest {
    screen: Screen,
    page: String,
    pass: Pass,
}

impl Guest {
    async fn person(house: &House, session: String) -> Self {
        let page = format!("{}/api/auth/me", house.b.door());
        Self::at(house, "floor", page, Pass::Session(session)).await
    }

    async fn display(house: &House, station: &str, token: String) -> Self {
        let named = "SELECT id FROM stations WHERE name = $1";
        let station = house.id(named, [station.into()]).await;
        let page = format!("{}/kitchen/stations/{station}", house.b.door());
        let query = format!("board&station={station}");
        Self::at(house, &query, page, Pass::Device(token)).await
    }

    async fn at(house: &House, query: &str, page: String, pass: Pass) -> Self {
        let view = View {
            name: query.to_owned(),
            query: format!("view={query}"),
            pages: Vec::new(),
            pass: pass.clone(),
        };
        let screen = Screen::open(view, vec![house.b.door()]);
        let guest = Self { screen, page, pass };
        let begun = Instant::now();
        while guest.screen.shown().regions.is_empty() || !guest.is_served().await {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{query} shows nothing"
            );
            sleep(Duration::from_millis(10)).await;
        }
        guest
    }

    async fn is_served(&self) -> bool {
        let client = cafe_pos::web::ask::client()
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let asked = self
            .pass
            .get(&client.expect("a client"), self.page.clone())
            .send()
            .await;
        asked.expect("an answer").status().is_success()
    }

    /// Measures from the answer to the decree on.
    async fn goes(
        self,
        house: &House,
        how: &str,
        method: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Revoked {
        let since = house.decree(&house.a.door(), method, path, form).await;
        let (mut stream, mut requests) = (None, since);
        // Once refused, always refused: it goes on asking for a while.
        while since.elapsed() < Duration::from_millis(1_500) || stream.is_none() {
            stream = stream.or(self.screen.shown().sent_away);
            if self.is_served().await {
                requests = Instant::now();
            }
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "{how}: still there"
            );
            sleep(Duration::from_millis(5)).await;
        }
        Revoked {
            how: how.to_owned(),
            stream: stream.expect("it ended").saturating_duration_since(since),
            requests: requests.saturating_duration_since(since),
        }
    }
}
