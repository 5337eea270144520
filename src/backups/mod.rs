//! Backups: one file that holds the café at a moment, proved by restoring it beside the data, and the way back.
//!
//! The file is a tar of a manifest, `pg_dump`'s custom format and the pictures; what is in every table is counted at the
//! very moment that the dump shows. One instance makes backups at a time. What became of each is a row.

mod archive;
pub mod backup;
mod bucket;
mod cipher;
mod contents;
pub mod copies;
mod folder;
pub mod handlers;
mod make;
mod programs;
mod proof;
mod restore;
mod room;
pub mod store;
mod vault;
pub mod view;
mod work;

pub use backup::{Backup, Cause, Safety, Standing, State};
pub use copies::{Elsewhere, Place, copy_out, elsewhere, found_elsewhere};
pub use folder::take_up;
pub use programs::Programs;
pub use restore::{Ready, prepare, restore, save_first, settle};
pub use room::free_space;
pub use vault::Vault;
pub use work::{ask, run_if_due, verify, work_off};

use std::path::Path;

use sea_orm::ConnectionTrait;
use time::OffsetDateTime;

use crate::app::App;

/// How it stands in a folder of backups. What is not there any more is no backup, whatever its row says.
///
/// # Errors
/// When the database cannot be asked.
pub async fn standing(
    db: &impl ConnectionTrait,
    folder: &Path,
    now: OffsetDateTime,
) -> crate::web::Result<Standing> {
    for (file, at) in store::good_ones(db, now).await? {
        if matches!(tokio::fs::try_exists(folder.join(file)).await, Ok(true)) {
            return Ok(Standing::at(now, Some(at)));
        }
    }
    Ok(Standing::Never)
}

/// How it stands with the backups, here and elsewhere; nothing where none are kept here.
///
/// # Errors
/// When the database cannot be asked.
pub async fn safety(app: &App) -> crate::web::Result<Option<Safety>> {
    let Some(vault) = app.vault() else {
        return Ok(None);
    };
    let now = app.clock().now();
    Ok(Some(Safety {
        here: standing(app.db(), &vault.folder, now).await?,
        elsewhere: elsewhere(app.db(), &vault.places, now).await?,
    }))
}
