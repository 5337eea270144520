//! What fails: an instance, Redis, Postgres.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;
use tokio::time::sleep;

use crate::fault::{Fault, Row};
use crate::house::House;
use crate::trade::screen::Screen;

/// How long trade goes on under a fault.
const A_WHILE: Duration = Duration::from_millis(1_200);

/// Nothing fails: after each change every screen is true within a second.
pub async fn nothing(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "nothing")
        .await
        .promise(Duration::from_secs(1));
    sleep(A_WHILE).await;
    fault.all_true(house).await;
    let (a, b) = (house.a.door(), house.b.door());
    fault
        .changes(house, &[&a, &b, &a, &b, &b, &a, &b, &a])
        .await;
    fault.row(house).await
}

/// An instance dies and is started again.
pub async fn instance_killed(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "an instance killed and started again").await;
    house.a.kill();
    sleep(A_WHILE).await;
    fault.all_true(house).await;
    let (a, b) = (house.a.door(), house.b.door());
    fault.changes(house, &[&b]).await;
    house.a.start_again();
    house.a.is_well().await;
    fault.changes(house, &[&a, &b, &a]).await;
    fault.row(house).await
}

/// A third instance joins, and leaves as it is told to.
pub async fn instance_added(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "a third instance started and stopped").await;
    let mut c = house.another(None);
    c.is_well().await;
    let doors = [c.door(), house.a.door()];
    let others = std::mem::take(&mut house.screens);
    house.screens = house.views_at(&doors).await;
    house.screens.extend(others);
    fault.all_true(house).await;
    fault
        .changes(house, &[&doors[0], &doors[1], &doors[0], &doors[1]])
        .await;
    c.stop();
    fault.all_true(house).await;
    fault.changes(house, &[&doors[1]]).await;
    let added = house.screens.len() / 3;
    house.screens.drain(..added);
    fault.row(house).await
}

/// An instance stands still for ten seconds, with its connections open.
pub async fn instance_paused(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "an instance stopped for 10 s and continued").await;
    let (a, b) = (house.a.door(), house.b.door());
    let stopped = Instant::now();
    house.a.freeze();
    house.venue.doors = vec![b.clone()];
    sleep(A_WHILE).await;
    // What was asked of the instance that stands still is asked of the other; nobody looks at A's screens.
    let of_b: Vec<&Screen> = house.screens.iter().skip(house.screens.len() / 2).collect();
    fault.these_true(house, &of_b).await;
    println!("  trade went on after {:?}", stopped.elapsed());
    sleep(Duration::from_secs(10).saturating_sub(stopped.elapsed())).await;
    house.a.thaw();
    house.venue.doors = vec![a.clone(), b.clone()];
    fault.all_true(house).await;
    fault.changes(house, &[&a, &b, &a]).await;
    fault.row(house).await
}

/// Redis stands still, with its connections open.
pub async fn redis_frozen(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "Redis stopped and continued").await;
    let (a, b) = (house.a.door(), house.b.door());
    house.redis.freeze();
    sleep(A_WHILE).await;
    fault.all_true(house).await;
    fault.changes(house, &[&a, &b]).await;
    house.redis.thaw();
    fault.changes(house, &[&a, &b]).await;
    fault.row(house).await
}

/// Redis dies, and an empty one takes its place.
pub async fn redis_killed(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "Redis killed and replaced by an empty one").await;
    let (a, b) = (house.a.door(), house.b.door());
    house.redis.kill();
    sleep(A_WHILE).await;
    fault.all_true(house).await;
    fault.changes(house, &[&a, &b]).await;
    house.redis.start_again().await;
    fault.changes(house, &[&a, &b]).await;
    fault.row(house).await
}

/// Redis answers, but late: now and then for a moment, then hardly ever.
pub async fn redis_slow(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "Redis slow").await;
    let (a, b) = (house.a.door(), house.b.door());
    let slowness = house.redis.slow(Duration::from_millis(400));
    sleep(A_WHILE).await;
    fault.all_true(house).await;
    fault.changes(house, &[&a, &b]).await;
    drop(slowness);
    let slowness = house.redis.slow(Duration::from_millis(1_500));
    fault.changes(house, &[&a, &b]).await;
    drop(slowness);
    fault.row(house).await
}

/// Postgres ends by this signal and is started again.
pub async fn postgres_restarted(house: &mut House, signal: &str) -> Row {
    let name = format!("Postgres ended by SIG{signal} and started again");
    let mut fault = Fault::begin(house, &name).await;
    let (a, b) = (house.a.door(), house.b.door());
    house.postgres.end_by(signal);
    sleep(A_WHILE).await;
    house.reconnect().await;
    fault.all_true(house).await;
    fault.changes(house, &[&a, &b]).await;
    fault.row(house).await
}

/// Somebody ends all connections to Postgres.
pub async fn connections_cut(house: &mut House) -> Row {
    let mut fault = Fault::begin(house, "all connections to Postgres terminated").await;
    let (a, b) = (house.a.door(), house.b.door());
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pos' AND pid <> pg_backend_pid()";
    house
        .db
        .execute_unprepared(cut)
        .await
        .expect("they are cut");
    sleep(A_WHILE / 2).await;
    house.reconnect().await;
    fault.all_true(house).await;
    // And in a quiet house, where every connection that is tried next is a broken one.
    house
        .db
        .execute_unprepared(cut)
        .await
        .expect("they are cut");
    house.reconnect().await;
    fault.changes(house, &[&a, &b]).await;
    fault.row(house).await
}
