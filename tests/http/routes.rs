//! What holds for every answer. Who may come in at which address is in `hostile/rights.rs`.

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
