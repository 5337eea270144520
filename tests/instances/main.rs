//! Two instances of the built program on one Postgres and one Redis, with screens open on both and tills that trade on
//! both, while one part after the other fails. After each fault every screen is compared with the database and with
//! pages loaded afresh, and what the tills were told with what is stored.
//!
//! `make faults` prints the table; `LONG=1` lets readers stall for minutes instead of seconds.

mod elsewhere;
mod fault;
mod faults;
mod house;
mod nginx;
mod readers;
mod revoked;
mod rolling;
mod servers;
#[path = "../trade/mod.rs"]
#[allow(dead_code)] // books that go on are the other one's
mod trade;
mod unpublished;

use fault::report;
use house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_true_soon_after_an_instance_or_redis_failed_and_nothing_is_lost_or_doubled()
 {
    let mut house = House::open().await;
    report(&[
        faults::nothing(&mut house).await,
        faults::instance_killed(&mut house).await,
        faults::instance_added(&mut house).await,
        faults::instance_paused(&mut house).await,
        faults::redis_frozen(&mut house).await,
        faults::redis_killed(&mut house).await,
        faults::redis_slow(&mut house).await,
        faults::connections_cut(&mut house).await,
    ]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_is_true_soon_after_postgres_failed_or_nobody_was_told_or_nobody_read() {
    let mut house = House::open().await;
    revoked::report(&revoked::everywhere(&mut house).await);
    let mut rows = vec![
        faults::postgres_restarted(&mut house, "INT").await,
        faults::postgres_restarted(&mut house, "KILL").await,
        unpublished::killed(&mut house).await,
        unpublished::lost(&mut house).await,
        unpublished::sold_out(&mut house).await,
    ];
    rows.extend(readers::stalled(&mut house).await);
    report(&rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_version_is_rolled_out_and_nobody_notices() {
    let mut house = House::open().await;
    report(&[rolling::replaced(&mut house).await]);
}
