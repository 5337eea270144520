//! `seed`: the people, the floor and the menu a café starts with; with `--demo`, a month of trade.

use anyhow::bail;
use sea_orm::DatabaseConnection;

use super::database::{self, Opened};
use super::migrate;
use crate::config::{AppEnv, Config};
use crate::seed::demo::{self, Month};
use crate::seed::{self, NewPerson, Passwords, SeedError, Seeded};
use crate::values::Clock;

/// `cafe-pos seed`: adds what is missing, and tells the passwords of the people it added.
///
/// # Errors
/// When the demo is asked for in production, or the database cannot be opened or brought up to date; then nothing was
/// added.
pub async fn run(config: &Config, with_demo: bool) -> anyhow::Result<()> {
    if with_demo && config.app_env == AppEnv::Production {
        bail!(SeedError::DemoInProduction);
    }
    let opened = database::open(config).await?;
    let done = async {
        migrate::up(opened.url()).await?;
        let passwords = Passwords::from(config.app_env);
        let seeded = seed::seed(&opened.db, passwords, Clock::real().now()).await?;
        tell(&seeded);
        if with_demo {
            let now = Clock::real().now();
            tell_month(demo::add_month(&opened.db, config.app_env, now).await?);
        }
        anyhow::Ok(())
    }
    .await;
    opened.close().await?;
    done
}

/// For `serve`: furnishes a private Postgres where nobody works yet, and tells how to sign in. A server's database is
/// seeded only when somebody says so, and so is any in production: one-time passwords have no business in a log.
///
/// # Errors
/// When the database does not answer.
pub async fn furnish_new_house(config: &Config, opened: &Opened) -> anyhow::Result<()> {
    if opened.private_door().is_none() {
        return Ok(());
    }
    if config.app_env == AppEnv::Production {
        if seed::is_empty(&opened.db).await? {
            tracing::info!(
                "Nobody works here yet: `cafe-pos seed` adds the people, the floor and a menu to begin with"
            );
        }
        return Ok(());
    }
    let passwords = Passwords::from(config.app_env);
    let now = Clock::real().now();
    match seed::seed_if_empty(&opened.db, passwords, now).await? {
        Some(seeded) => tell(&seeded),
        None if passwords == Passwords::Known => tell_known(&opened.db).await?,
        None => {}
    }
    Ok(())
}

fn tell(seeded: &Seeded) {
    if seeded.is_nothing() {
        println!("People, tables, terminals and menu are there already; nothing was changed.");
        return;
    }
    println!(
        "Added {} people and {} rows of menu, tables and terminals.",
        seeded.people.len(),
        seeded.rows
    );
    if !seeded.people.is_empty() {
        println!("They sign in with these passwords, and then choose their own:");
        for NewPerson {
            username,
            role,
            password,
            ..
        } in &seeded.people
        {
            println!("  {username:<10} {:<8} {password}", role.as_str());
        }
    }
}

fn tell_month(month: Month) {
    match month.days {
        0 => println!("No trade was added: the café has traded for a month already."),
        days => println!(
            "Added {} orders on {days} days up to yesterday.",
            month.orders
        ),
    }
}

/// Who has not signed in yet, and so still has the password that everybody knows.
async fn tell_known(db: &DatabaseConnection) -> anyhow::Result<()> {
    let waiting = seed::people::never_signed_in(db).await?;
    if !waiting.is_empty() {
        let people: Vec<String> = waiting
            .iter()
            .map(|member| format!("{} ({})", member.username, member.role))
            .collect();
        println!(
            "Not signed in yet, with the password {}: {}.",
            seed::people::KNOWN_PASSWORD,
            people.join(", ")
        );
    }
    Ok(())
}
