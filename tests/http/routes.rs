//! What holds for every answer. Who may come in at which address is in `hostile/rights.rs`.

use poem::http::{Method, StatusCode};

use super::house::*;

#[tokio::test]
async fn pages_and_refusals_tell_browsers_to_run_nothing_foreign() {
    let house = House::open().await;
    let mut admin = house.person(ADMIN).await;
    for path in ["/floor", "/no-such-page", "/orders/not-an-id"] {
        let page = admin.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn each_answer_has_an_id_which_is_the_proxys_where_that_is_sane_and_the_reference_of_what_broke()
 {
    let house = House::open().await;
    let mut till = house.person(WAITER).await;
    let ours = till.get("/floor").await.header("x-request-id").to_owned();
    assert_eq!(ours.len(), 12, "{ours}");
    assert_ne!(till.get("/floor").await.header("x-request-id"), ours);

    let given = "9f86d081884c7d659a2feaa0c55ad015";
    let mut ask = async |id: &str| {
        let headers = [("x-request-id", id), ("accept", "application/json")];
        till.send(Method::GET, "/floor", None, &headers).await
    };
    assert_eq!(ask(given).await.header("x-request-id"), given);
    for wild in ["x", "two words", "<b>bold</b>", &"y".repeat(100)] {
        assert_ne!(ask(wild).await.header("x-request-id"), wild);
    }

    house
        .execute("ALTER TABLE areas RENAME TO elsewhere", [])
        .await;
    let broken = ask(given).await.must_be(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(broken.json()["reference"], given[given.len() - 12..]);
}
