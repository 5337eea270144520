//! What was committed and never told: the instance died in between, or its word was lost.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::fault::{Fault, Row};
use crate::house::House;
use crate::trade::screen::Screen;
use crate::trade::tills::Command;

/// An instance dies between the commit and its word. Whoever asked asks another instance again.
pub async fn killed(house: &mut House) -> Row {
    let mut fault = Fault::quiet("an instance killed between commit and publish", 0);
    let (a, b) = (house.a.door(), house.b.door());
    while !house.watched.is_to_be_sent() {
        house.change(&a).await;
    }
    let mut c = house.another(Some("die-after-commit:1"));
    c.is_well().await;
    let of_c = house.views_at(&[c.door(), a.clone()]).await;
    let screens: Vec<&Screen> = house.screens.iter().chain(&of_c).collect();
    fault.these_true(house, &screens).await;

    let path = format!("/orders/{}/sends", house.watched.order);
    let send = Command::new("POST", &path, &house.venue.cashiers[0], &[]);
    let deaf = send.ask(&house.client, &c.door()).await;
    let since = Instant::now();
    assert!(deaf.is_err(), "it was answered: {deaf:?}");
    assert!(c.ended().contains("SIGABRT"), "the failpoint ends it");
    fault.measure(house, &screens, since).await;

    send.insist(&house.client, std::slice::from_ref(&b)).await;
    fault.measure(house, &screens, Instant::now()).await;
    house.watched.has_moved();
    fault.changes(house, &[&b, &a]).await;
    fault.row(house).await
}

/// An instance commits, and its word reaches nobody, not even its own screens.
pub async fn lost(house: &mut House) -> Row {
    let mut fault = Fault::quiet("every word of an instance lost", 0);
    let mut d = house.another(Some("mute-after-commit:1"));
    d.is_well().await;
    let others = std::mem::take(&mut house.screens);
    house.screens = house.views_at(&[d.door(), house.a.door()]).await;
    house.screens.extend(others);
    fault.all_true(house).await;
    let door = d.door();
    fault.changes(house, &[&door, &door, &door, &door]).await;
    d.stop();
    let added = house.screens.len() / 3;
    house.screens.drain(..added);
    fault.row(house).await
}

/// Something is sold out while Redis is dead. The stream of a till on the other instance tells it that the menu moved,
/// and then it fetches the tiles again, once.
pub async fn sold_out(house: &mut House) -> Row {
    let mut fault = Fault::quiet("a product sold out while Redis is dead", 0);
    let (a, b) = (house.a.door(), house.b.door());
    house.redis.kill();
    let till = house.screens.len() / 2;
    assert_eq!(house.screens[till].view.name, "order");
    // What B remembers of the menu is as young as can be when it changes, and is remembered the longest.
    sleep(Duration::from_millis(3_200)).await;
    assert!(!tiles(house, &b).await);
    let before = version(&house.screens[till]);
    let since = house.mark_espresso(&a, true).await;
    while version(&house.screens[till]) == before {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "B's till is not told"
        );
        sleep(Duration::from_millis(5)).await;
    }
    fault.note(1, since.elapsed());
    if !tiles(house, &b).await {
        fault.refuse("the tiles that the till fetched as it was told are old");
    }
    house.mark_espresso(&a, false).await;
    house.redis.start_again().await;
    fault.changes(house, &[&a, &b]).await;
    fault.row(house).await
}

fn version(screen: &Screen) -> Option<String> {
    let shown = screen.shown();
    shown
        .regions
        .get("menu-version")
        .map(|(region, _)| region.markup.clone())
}

/// Whether the tiles of a till say that espresso is sold out.
async fn tiles(house: &House, door: &str) -> bool {
    let url = format!("{door}/orders/{}/menu?q=espresso", house.watched.order);
    let request = house.client.get(url).bearer_auth(&house.venue.cashiers[0]);
    let answer = request
        .header("hx-request", "true")
        .send()
        .await
        .expect("an answer");
    let tiles = answer.text().await.expect("tiles");
    assert!(tiles.contains("Espresso"), "{tiles}");
    tiles.contains("Sold out")
}
