//! `clock believe`: the way out when sales were made while the machine's clock ran ahead.

use anyhow::anyhow;

use super::{database, migrate, serve};
use crate::config::Config;
use crate::data::{By, Tx};
use crate::shifts;
use crate::values::rfc3339;
use crate::web::Error;

/// `cafe-pos clock believe`: says that the clock is right now, so that trade goes on although sales are dated later.
///
/// # Errors
/// When no sale is dated later, or the database cannot be opened.
pub async fn believe(config: &Config) -> anyhow::Result<()> {
    let opened = database::open(config).await?;
    let done = async {
        migrate::up(opened.url()).await?;
        let app = serve::start(config, &opened).await?;
        let believed = app
            .write_unkeyed(By::system(), async |tx: &mut Tx| {
                shifts::believe_clock(tx).await
            })
            .await
            .map_err(in_words)?;
        println!(
            "The clock is right at {}; sales dated up to {} were dated by a wrong one. Trade goes on, and the log says so.",
            rfc3339(believed.at),
            rfc3339(believed.over)
        );
        anyhow::Ok(())
    }
    .await;
    opened.close().await?;
    done
}

fn in_words(failure: Error) -> anyhow::Error {
    match failure {
        Error::Refused(refused) => anyhow!(refused.sentence),
        Error::Database(failure) => failure.into(),
        Error::Unexpected(failure) => failure,
        other => anyhow!("{other}"),
    }
}
