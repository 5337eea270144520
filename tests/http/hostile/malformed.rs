//! Some thousand requests that nobody means well, at every address: none is a crash, none that was refused has changed
//! anything, and what went through has left the books in order.

use std::time::Duration;

use cafe_pos::staff::Role;
use poem::http::{Method, StatusCode};

use super::generator::{Generator, Shot};
use super::scene::{Scene, routes};
use super::watch;
use super::words::Dice;
use crate::house::*;
use crate::races::the_money_adds_up;

/// Requests to each address with each of its methods.
const EACH: usize = 32;
/// Where every try of a secret takes as long as it takes to look at one.
const EACH_SECRET: usize = 16;

/// Addresses that are answered without a key (product.md section 8).
const KEYLESS: [&str; 13] = [
    "/api/auth/login",
    "/api/auth/logout",
    "/api/auth/logout-all",
    "/api/auth/password",
    "/sign-in",
    "/sign-in/pin",
    "/sign-in/again",
    "/sign-out",
    "/sign-out/everywhere",
    "/lock",
    "/api/payments/pesapal/ipn",
    "/api/payments/pesapal/webhook",
    "/payments/pesapal/return",
];

/// Addresses that look at a secret, and write down when it was wrong.
const ASKS_SECRET: [&str; 9] = [
    "/api/auth/login",
    "/api/auth/password",
    "/sign-in",
    "/sign-in/pin",
    "/sign-in/again",
    "/me/password",
    "/me/pin",
    "/pair",
    "/shifts/:shift/close",
];

/// Addresses that take the PIN of whoever agrees, where somebody has to.
const ASKS_CONSENT: [&str; 12] = [
    "/shifts/:shift/handover",
    "/shifts/:shift/cash",
    "/shifts/:shift/openings",
    "/shifts/:shift/cash/:entry/reversal",
    "/orders/:order/cancellation",
    "/orders/:order/lines/:line/void",
    "/orders/:order/lines/:line/comp",
    "/orders/:order/discount",
    "/orders/:order/lines/:line/discount",
    "/orders/:order/open-items",
    "/orders/:order/reopening",
    "/payments/:payment/refund",
];

/// What a wrong secret leaves behind.
const OF_TRIES: [&str; 4] = [
    "sign_in_failures",
    "sign_in_locks",
    "audit_log",
    "audit_unsealed",
];

/// The seed of this run, to be given again as HOSTILE_SEED.
fn seed() -> u64 {
    let given = std::env::var("HOSTILE_SEED").ok();
    given.map_or(20_261_126, |seed| {
        seed.parse().expect("HOSTILE_SEED is a number")
    })
}

/// A third of all addresses, each with a café of its own.
async fn a_third(part: u64) {
    let mut scene = Scene::open().await;
    let display = scene.house.display("Kitchen display").await;
    let mut routes = routes();
    // What becomes of an order that was left is seen to seconds later: nothing must be watched any more by then.
    routes.sort_by_key(|(_, pattern)| pattern.ends_with("/leaving"));
    let mut dice = Dice::new(seed().wrapping_add(part));
    let (mut used, mut made, mut through) = (Vec::new(), 0, 0);
    for (method, pattern) in routes.into_iter().skip(part as usize).step_by(3) {
        refresh(&mut scene).await;
        watch::changes(&scene.house).await;
        let mut generator = Generator {
            ids: scene.all_ids(),
            scene: &scene,
            dice,
            used,
        };
        let each = match ASKS_SECRET.contains(&pattern) {
            true => EACH_SECRET,
            false => EACH,
        };
        for number in 0..each {
            let shot = generator.shot(&method, pattern);
            let device = somebody(&scene.house, &mut generator.dice, &display).await;
            let Some(request) = shot.request(&device.cookie_header()) else {
                continue;
            };
            let answer = device.send_raw(request).await;
            let changed = watch::changes(&scene.house).await;
            if let Err(wrong) = judge(&shot, pattern, &answer, &changed) {
                panic!(
                    "{wrong}\nseed {}, part {part}, number {number} of {method} {pattern}\n{}\n{} {:?}\n{}",
                    seed(),
                    shot.told(),
                    answer.status,
                    answer.headers,
                    answer.text.chars().take(600).collect::<String>()
                );
            }
            made += 1;
            through += usize::from(!changed.is_empty());
        }
        (dice, used) = (generator.dice, generator.used);
        the_money_adds_up(&scene.house).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    the_money_adds_up(&scene.house).await;
    println!("part {part}: {made} hostile requests, of which {through} changed something");
    assert!(made > 800 && through > 50, "{made} made, {through} through");
}

/// Fresh guests, and enough in the house for them.
pub async fn refresh(scene: &mut Scene) {
    let mut admin = scene.house.person(ADMIN).await;
    let stock = format!("/menu/products/{}/stock", scene.id("product"));
    admin
        .post(&stock, &[("back", "on")])
        .await
        .must_be(StatusCode::OK);
    let list = "UPDATE price_lists SET deleted_at = NULL WHERE id = $1";
    let id = scene.id("list");
    scene.house.execute(list, [id.into()]).await;
    scene.serve_guests().await;
}

/// Mostly somebody who may, so that what was sent is looked at.
async fn somebody(house: &House, dice: &mut Dice, display: &Device) -> Device {
    match dice.below(20) {
        0 => house.browser(),
        1 => display.clone(),
        2..6 => {
            let (_, username): &(Role, &str) = dice.one_of(&EACH_ROLE);
            house.person(username).await
        }
        _ => house.person(ADMIN).await,
    }
}

/// Says what is wrong with an answer, if something is.
pub fn judge(
    shot: &Shot,
    pattern: &str,
    answer: &Answer,
    changed: &[String],
) -> Result<(), String> {
    let status = answer.status;
    if status.is_server_error() {
        return Err("the program broke".to_owned());
    }
    if !is_drawn(shot, answer) {
        return Err("the answer is no sentence".to_owned());
    }
    for leak in [
        "panicked", "sqlx", "sea_orm", "SELECT ", "INSERT ", "src/", "postgres",
    ] {
        if status.is_client_error() && answer.text.contains(leak) {
            return Err(format!("the answer tells of {leak:?}"));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let only_tries = changed
        .iter()
        .all(|table| OF_TRIES.contains(&table.as_str()));
    let asks = ASKS_SECRET.contains(&pattern) || ASKS_CONSENT.contains(&pattern);
    if status.is_client_error() && !(asks && only_tries) {
        return Err(format!("it was refused and changed {changed:?}"));
    }
    if matches!(
        shot.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    ) {
        return Err(format!("a question changed {changed:?}"));
    }
    let claimed = changed.iter().any(|table| table == "idempotency_keys");
    let needs_key = !KEYLESS.contains(&pattern) && !only_tries;
    if needs_key && !claimed {
        return Err(format!("{changed:?} changed without a key"));
    }
    Ok(())
}

/// A refusal is a page, a fragment or JSON with a sentence, as it was asked for.
fn is_drawn(shot: &Shot, answer: &Answer) -> bool {
    if !answer.status.is_client_error() || shot.method == Method::HEAD {
        return true;
    }
    let kind = answer.header("content-type");
    if kind.starts_with("application/json") {
        let body: serde_json::Value = serde_json::from_str(&answer.text).unwrap_or_default();
        return body["error"].as_str().is_some_and(|error| error.len() > 5)
            && body["code"].is_string();
    }
    let text = &answer.text;
    let leads_on = !answer.header("hx-redirect").is_empty();
    leads_on
        || (kind.starts_with("text/html")
            && (text.contains("<html") || text.contains("<hx-partial")))
}

#[tokio::test]
async fn a_first_third_of_all_addresses_withstands_everything() {
    a_third(0).await;
}

#[tokio::test]
async fn a_second_third_of_all_addresses_withstands_everything() {
    a_third(1).await;
}

#[tokio::test]
async fn the_last_third_of_all_addresses_withstands_everything() {
    a_third(2).await;
}
