//! `audit verify`: proves from a shell that the audit log is what it was.

use anyhow::{anyhow, bail};

use super::database;
use crate::audit::{self, Verdict, VerifyAsked};
use crate::config::Config;
use crate::settings;
use crate::values::Clock;
use crate::web::Error;

/// `cafe-pos audit verify`: says that every row is sealed and unchanged, or which is the first that is not. Changes nothing.
///
/// # Errors
/// When something does not fit, or the database cannot be opened.
pub async fn verify(
    config: &Config,
    until_z: Option<i32>,
    head: Option<String>,
) -> anyhow::Result<()> {
    let opened = database::open_as_it_is(config).await?;
    let done = async {
        let began = std::time::Instant::now();
        let settings = settings::load(&opened.db, &config.cafe_name)
            .await
            .map_err(in_words)?;
        let asked = VerifyAsked { until_z, head };
        let verdict = audit::verify(&opened.db, &asked, Clock::real().now())
            .await
            .map_err(in_words)?;
        let rule = settings.day_rule();
        match verdict {
            Verdict::Whole(whole) => {
                for line in whole.lines(&rule) {
                    println!("{line}");
                }
                println!("Read in {} s.", began.elapsed().as_secs());
                anyhow::Ok(())
            }
            Verdict::Broken(broken) => bail!(broken.sentence(&rule)),
        }
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
        other => anyhow!("The audit log was not read: {other:?}"),
    }
}
