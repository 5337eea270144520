//! `staff reset-password`: the way back in for whoever lost theirs, the last admin among them.

use anyhow::anyhow;

use super::{database, migrate, serve};
use crate::config::Config;
use crate::staff::actions;
use crate::web::Error;

/// `cafe-pos staff reset-password NAME`: prints a password for one sign-in.
///
/// # Errors
/// When the database cannot be opened or brought up to date, or nobody, or more than one person,
/// is called so.
pub async fn reset_password(config: &Config, name: &str) -> anyhow::Result<()> {
    let opened = database::open(config).await?;
    let done = async {
        migrate::up(opened.url()).await?;
        let app = serve::start(config, &opened).await?;
        let reset = actions::reset_password_by_command(&app, name).await;
        let (username, password) = reset.map_err(|refusal| in_words(refusal, name))?;
        println!(
            "{username} signs in with {password} once, and then chooses a password of their own."
        );
        anyhow::Ok(())
    }
    .await;
    opened.close().await?;
    done
}

fn in_words(refusal: Error, name: &str) -> anyhow::Error {
    match refusal {
        Error::NotFound(_) => anyhow!("Nobody here is called {name:?}"),
        Error::Refused(refused) => anyhow!(refused.sentence),
        Error::Database(failure) => failure.into(),
        Error::Unexpected(failure) => failure,
        other => anyhow!("The password was not changed: {other:?}"),
    }
}
