//! The print agent's doors: what it is given, what it says, and what its token is not good for.

use poem::http::{Method, header};
use poem::{Body, Request};

use super::*;

struct Agent {
    house: House,
    token: String,
}

impl Agent {
    /// An agent with a printer, for which a test page waits.
    async fn paired() -> Agent {
        let house = House::open().await;
        house
            .execute(
                "INSERT INTO terminals (id, name, location, kind, has_drawer, idle_seconds, locks_after_send, created_at) \
                 VALUES (gen_random_uuid(), 'Café agent', '', 'agent', false, 120, false, now())",
                [],
            )
            .await;
        let token = house.display("Café agent").await.cookie_header();
        let token = token.trim_start_matches("pos_device=").to_owned();
        let agent: Uuid = house.id("terminals", "name", "Café agent").await;
        let mut daniel = house.person(MANAGER).await;
        let through = [("agent", &*agent.to_string())];
        let id = add(&house, &mut daniel, "Far printer", "192.168.1.50", &through).await;
        daniel
            .post(&format!("/printers/{id}/tests"), &[])
            .await
            .must_be(StatusCode::OK);
        Agent { token, house }
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        self.post_as(&self.token, path, body).await
    }

    async fn post_as(&self, token: &str, path: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path.parse().expect("an address"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("idempotency-key", key())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Body::from(body.to_owned()));
        self.house.browser().send_raw(request).await
    }

    async fn next(&self) -> Answer {
        self.post("/api/print-agent/next", "").await
    }

    async fn state(&self) -> String {
        let sql = "SELECT state || ' ' || coalesce(reason, '') || CASE WHEN doubtful THEN ' doubtful' ELSE '' END AS said FROM print_jobs";
        self.house
            .row(sql, [])
            .await
            .try_get("", "said")
            .expect("a state")
    }
}

#[tokio::test]
async fn an_agent_is_given_the_bytes_and_says_what_became_of_them() {
    let agent = Agent::paired().await;
    // The server does not knock at printers that an agent reaches.
    spool::print_due(&agent.house.app).await.expect("printed");
    assert_eq!(agent.state().await, "pending ");
    let given = agent.next().await.must_be(StatusCode::OK);
    assert_eq!(given.header("printer-address"), "192.168.1.50:9100");
    let job = given.header("print-job").to_owned();
    assert_eq!(agent.state().await, "printing ");
    let report = format!("/api/print-agent/jobs/{job}");
    agent
        .post(&report, "outcome=not_begun&reason=It+is+out+of+paper.")
        .await
        .must_be(StatusCode::OK);
    assert_eq!(agent.state().await, "pending It is out of paper.");
    agent.house.hand.advance(Duration::seconds(5));
    let again = agent.next().await.must_be(StatusCode::OK);
    assert_eq!(again.header("print-job"), job);
    agent
        .post(&report, "outcome=broke_off&reason=It+went+away.")
        .await
        .must_be(StatusCode::OK);
    agent.house.hand.advance(Duration::seconds(5));
    agent.next().await.must_be(StatusCode::OK);
    let noted = agent.post(&report, "outcome=printed").await;
    assert_eq!(noted.json()["noted"], true);
    assert_eq!(agent.state().await, "done  doubtful");
    let late = agent.post(&report, "outcome=broke_off").await;
    assert_eq!(late.json()["noted"], false, "it is over");
    agent
        .post(&report, "outcome=eaten")
        .await
        .must_be(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_agent_that_falls_silent_loses_the_job_and_gets_it_again_with_a_word() {
    let agent = Agent::paired().await;
    agent.next().await.must_be(StatusCode::OK);
    agent.house.hand.advance(Duration::seconds(36));
    agent.next().await.must_be(StatusCode::OK);
    assert_eq!(agent.state().await, "printing  doubtful");
}

#[tokio::test]
async fn its_token_opens_nothing_else_and_nobody_elses_opens_its_doors() {
    let agent = Agent::paired().await;
    let mut stranger = agent.house.browser();
    let none = stranger.post("/api/print-agent/next", &[]).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    let wrong = agent
        .post_as("0123456789", "/api/print-agent/next", "")
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let till = agent.house.till(CASHIER, "Till 1").await.cookie_header();
    let till = till
        .split("pos_device=")
        .nth(1)
        .and_then(|rest| rest.split(';').next())
        .expect("a token")
        .to_owned();
    let other = agent.post_as(&till, "/api/print-agent/next", "").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    // In a browser it is no till: no tiles, no PIN.
    let tiles = agent
        .house
        .display("Café agent")
        .await
        .open("/sign-in")
        .await;
    let tiles = tiles.into_body().into_string().await.expect("a page");
    assert!(
        tiles.contains("name=\"username\""),
        "name and password are asked for"
    );
    agent
        .house
        .execute(
            "UPDATE terminals SET revoked_at = now() WHERE kind = 'agent'",
            [],
        )
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(450)).await;
    let revoked = agent.next().await;
    assert_eq!(revoked.status, StatusCode::UNAUTHORIZED);
    agent.house.hand.advance(Duration::minutes(5));
    let page = agent.house.person(MANAGER).await.get("/printers").await;
    assert!(page.one("#printers tbody").contains("Agent not heard of"));
}
