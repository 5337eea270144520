//! The page that makes a tablet trust the café.

use poem::http::{Method, StatusCode};

use super::house::*;

const FINGERPRINT: &str = include_str!("../../src/config/testdata/root.sha256");

#[tokio::test]
async fn whoever_comes_is_shown_the_authority_and_its_fingerprint() {
    let house = House::open().await;
    let page = house.browser().get("/trust").await.must_be(StatusCode::OK);
    assert!(page.text.contains(FINGERPRINT.trim()), "{}", page.text);
    assert!(page.text.contains("cafe-pos at cafe.local (2026-11-26)"));
    page.one("a[href='/trust/root.crt']");
}

#[tokio::test]
async fn the_page_says_whether_it_came_over_https() {
    let house = House::open().await;
    let ask = async |word: &str| {
        let headers = [("x-forwarded-proto", word), ("host", "cafe.local")];
        let mut browser = house.browser();
        browser.send(Method::GET, "/trust", None, &headers).await
    };
    assert!(ask("https").await.text.contains("came over HTTPS"));
    assert!(ask("http").await.text.contains("came without HTTPS"));
    let plain = house.browser().get("/trust").await;
    assert!(plain.text.contains("came without HTTPS"));
}

#[tokio::test]
async fn the_root_comes_as_devices_take_it() {
    let house = House::open().await;
    let root = house.browser().get("/trust/root.crt").await;
    assert_eq!(root.header("content-type"), "application/x-x509-ca-cert");
    let disposition = root.header("content-disposition");
    assert_eq!(disposition, "inline; filename=\"cafe-root.crt\"");
    assert_eq!(root.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn an_authority_that_ended_says_so() {
    let house = House::open().await;
    house.hand.advance(time::Duration::days(11 * 365));
    let page = house.browser().get("/trust").await;
    assert!(page.text.contains("This authority ended on 2036-"));
}

#[tokio::test]
async fn where_there_is_no_authority_the_page_says_so_and_nothing_is_handed_out() {
    let house = House::without_authority().await;
    let page = house.browser().get("/trust").await.must_be(StatusCode::OK);
    assert!(page.text.contains("has no authority of its own"));
    let root = house.browser().get("/trust/root.crt").await;
    assert_eq!(root.status, StatusCode::NOT_FOUND);
    assert!(
        !house
            .browser()
            .get("/sign-in")
            .await
            .text
            .contains("/trust")
    );
    let mut admin = house.person(ADMIN).await;
    assert!(!admin.get("/terminals").await.text.contains("/trust"));
}

#[tokio::test]
async fn the_way_there_is_where_a_new_device_comes_by() {
    let house = House::open().await;
    let sign_in = house.browser().get("/sign-in").await;
    sign_in.one("a[href='/trust']");
    let mut admin = house.person(ADMIN).await;
    admin.get("/terminals").await.one("a[href='/trust']");
    // A paired one is past that, and its own form for a password over HTTPS does not lead there.
    let mut till = house.till(CASHIER, "Till 1").await;
    let headers = [("x-forwarded-proto", "https")];
    let form = till
        .send(Method::GET, "/sign-in?with=password", None, &headers)
        .await;
    assert!(!form.text.contains("/trust"), "{}", form.text);
}
