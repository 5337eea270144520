//! The pool of connections to Postgres.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

/// How many connections one instance holds at most. Measured on 2 cores, 8 to 16 were best.
pub const POOL: u32 = 12;

/// Opens the pool. `url` is `postgres://…`; failures come as they are.
pub async fn connect(url: &str, most: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    tune(&mut options, most);
    Database::connect(options).await
}

/// Sets what the pool of a serving instance needs.
pub fn tune(options: &mut ConnectOptions, most: u32) {
    options
        .max_connections(most)
        .min_connections(1)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(Duration::from_secs(600))
        // A connection that Postgres closed is noticed by a query's failure or, after a quiet
        // while, here; asking before each use would cost a round trip every time.
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(5))
        .statement_timeout(Duration::from_secs(20))
        .set_application_name("cafe-pos")
        .sqlx_logging(false)
        // An instance that stands still in the middle of a transaction, or whose machine is gone, must not hold its locks
        // against the tills of the others: Postgres takes them away.
        // Every query here finds its rows by a key or a partial index, whatever its parameters: one plan each is right, and
        // is made once a connection instead of anew at each run. Those plans outlive the day's first rows, so they must go by
        // the index even where a table is still a page or two; disks have no arm to move, either.
        // To call other processes for help takes tens of milliseconds, more than any of them does, and a manager's year of
        // figures must not take the tills' cores.
        .map_sqlx_postgres_opts(|options| {
            options.options([
                ("idle_in_transaction_session_timeout", "5s"),
                ("plan_cache_mode", "force_generic_plan"),
                ("random_page_cost", "1.1"),
                ("jit", "off"),
                ("max_parallel_workers_per_gather", "0"),
            ])
        });
}
