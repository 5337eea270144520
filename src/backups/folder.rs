//! The folder of backups: files that nobody has told of yet, and such as somebody uploads.

use std::path::Path;

use anyhow::Result;
use tokio::task::spawn_blocking;

use super::archive::{self, Unpacked};
use super::backup::{self, Finished};
use super::vault::Vault;
use super::{proof, store};
use crate::app::App;
use crate::data::{By, Entry, Tx};

/// Files in the folder that no row tells of: somebody put them there, or they are younger than the data that was restored.
///
/// # Errors
/// When the database cannot be reached.
pub async fn take_up(app: &App) -> crate::web::Result<()> {
    let Some(vault) = app.vault() else {
        return Ok(());
    };
    let known: Vec<String> = store::kept(app.db())
        .await?
        .into_iter()
        .filter_map(|backup| backup.file)
        .collect();
    let folder = vault.folder.clone();
    let found = spawn_blocking(move || in_folder(&folder)).await;
    for found in found.map_err(anyhow::Error::from)? {
        if known.contains(&found.file) {
            continue;
        }
        let found = &found;
        app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            if store::insert_found(tx, found).await? {
                tx.journal(
                    Entry::new("backup.found", "backup", found.manifest.id).after(&found.file),
                );
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// What the manifests in the folder tell, the oldest first; files without one are left alone.
fn in_folder(folder: &Path) -> Vec<Finished> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<Finished> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let told =
                backup::is_file_name(&name).then(|| archive::told_beside(folder, &name))??;
            // A file that is still being copied into the folder is not as long as it will be.
            let length = entry.metadata().ok()?.len();
            (told.file == name && told.bytes == length).then_some(told)
        })
        .collect();
    found.sort_by_key(|finished| finished.manifest.made_at);
    found
}

/// Takes a file into the folder that somebody uploaded, once it was looked through.
///
/// # Errors
/// What is wrong with the file, as one sentence.
pub(super) async fn look_through(vault: &Vault, file: &Path) -> Result<Finished> {
    let unpacked = proof::unpack(vault, file, None, None).await?;
    let Unpacked {
        manifest,
        bytes,
        sha256,
        encrypted,
    } = unpacked;
    Ok(Finished {
        file: backup::file_name(manifest.made_at, manifest.id, encrypted),
        bytes,
        sha256,
        proved_at: None,
        manifest: archive::told_openly(manifest, encrypted),
    })
}

/// Puts it among the others. What is there under its name and is something else (cut off, changed) makes way for it.
///
/// # Errors
/// When the folder cannot be written to.
pub(super) async fn put(vault: &Vault, from: &Path, file: &Finished) -> Result<()> {
    let (folder, from, file) = (vault.folder.clone(), from.to_owned(), file.clone());
    spawn_blocking(move || {
        let target = folder.join(&file.file);
        let told = (file.bytes, file.sha256.clone());
        if !target.is_file() || archive::measure(&target)? != told {
            std::fs::rename(&from, &target)?;
        }
        match archive::told_beside(&folder, &file.file) {
            Some(beside) if (beside.bytes, &beside.sha256) == (told.0, &told.1) => Ok(()),
            _ => archive::write_beside(&folder, &file),
        }
    })
    .await?
}

/// Whether this very file is in the folder.
pub(super) async fn has(vault: &Vault, file: &Finished) -> Result<bool> {
    let (target, told) = (
        vault.folder.join(&file.file),
        (file.bytes, file.sha256.clone()),
    );
    spawn_blocking(move || Ok(target.is_file() && archive::measure(&target)? == told)).await?
}
