//! The page of backups: managers see how it stands, admins make them, prove them and take them away.

use std::str::FromStr;

use maud::Markup;
use poem::http::{StatusCode, header};
use poem::{Body, Response, handler};
use serde::Serialize;
use serde_json::json;

use super::backup::{Backup, Cause, Safety, Standing, is_encrypted, is_file_name};
use super::vault::Vault;
use super::{copies, folder, store, view, work};
use crate::app::App;
use crate::data::{By, Entry, Tx};
use crate::form;
use crate::settings;
use crate::staff::view::desk::desk;
use crate::staff::{Admin, Manager, Role};
use crate::values::BackupId;
use crate::web::security::LARGEST_UPLOAD;
use crate::web::upload::no_room;
use crate::web::{Error, Form, Frag, Once, Page, Path, Result, Upload, url};

/// An hour of the day, 0 to 23.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hour(u8);

impl FromStr for Hour {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hour = text.trim().parse().ok().filter(|hour| *hour < 24);
        hour.map(Hour).ok_or("Choose an hour from 0 to 23.")
    }
}

/// For how many days files are kept, 1 to 3,650.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Days(u16);

impl FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let days = text
            .trim()
            .parse()
            .ok()
            .filter(|days| (1..=3_650).contains(days));
        days.map(Days)
            .ok_or("Give the days as a number from 1 to 3650.")
    }
}

form! {
    /// When backups are made, and how long they are kept.
    pub struct Plan { hour: one Hour, days: one Days }
}

/// The page.
#[handler]
pub async fn list(app: App, by: Manager) -> Result<Page> {
    let settings = app.settings().await?;
    let content = view::page_content(&shown(&app, by.role).await?, &settings);
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Backups",
        &url::backups(),
        content,
    )))
}

/// The list alone, which the page asks for while one is under way.
#[handler]
pub async fn look_again(app: App, by: Manager) -> Result<Frag> {
    Ok(Frag(redrawn(&app, by.role).await?))
}

/// Makes one now.
#[handler]
pub async fn make(app: App, by: Admin, once: Once) -> Result<Frag> {
    vault_is_set(&app)?;
    let claim = once.of(&by, "backups.make", &());
    let id = BackupId::new();
    app.write(claim, async |tx: &mut Tx| {
        work::ask(tx, id, Cause::Asked).await
    })
    .await?;
    in_background(&app, async move |app: App| {
        work::work_off(&app).await?;
        copies::copy_out(&app).await
    });
    answer(&app, by.role, "A backup is being made.").await
}

/// Proves one again.
#[handler]
pub async fn prove(app: App, by: Admin, once: Once, Path(id): Path<BackupId>) -> Result<Frag> {
    vault_is_set(&app)?;
    let claim = once.of(&by, "backups.prove", &id);
    let backup = store::find(app.db(), id).await?;
    let file = backup.kept_file()?;
    if backup.failure.as_deref() == Some(store::NOT_OURS) {
        return Err(Error::refused(
            StatusCode::CONFLICT,
            "not_made_here",
            store::NOT_OURS,
        ));
    }
    let written = app
        .write(claim, async |tx: &mut Tx| {
            tx.journal(Entry::new("backup.proof_asked", "backup", id));
            Ok(())
        })
        .await?;
    if written.done().is_some() {
        in_background(&app, async move |app: App| {
            work::prove_soon(&app, &file).await
        });
    }
    answer(
        &app,
        by.role,
        "It is being restored beside the data and compared.",
    )
    .await
}

/// The file, for a copy somewhere else. Whoever takes it has everything: the log says who did.
#[handler]
pub async fn download(app: App, by: Admin, Path(id): Path<BackupId>) -> Result<Response> {
    let vault = vault_is_set(&app)?;
    let name = store::find(app.db(), id).await?.kept_file()?;
    let opened = match is_file_name(&name) {
        true => tokio::fs::File::open(vault.folder.join(&name)).await.ok(),
        false => None,
    };
    let file = opened.ok_or(Error::NotFound("backup"))?;
    let length = file.metadata().await.map_err(anyhow::Error::from)?.len();
    let facts = json!({ "file": name });
    app.write_unkeyed(By::from(&by), async |tx: &mut Tx| {
        tx.journal(Entry::new("backup.downloaded", "backup", id).after(&facts));
        Ok(())
    })
    .await?;
    Ok(Response::builder()
        .content_type(match is_encrypted(&name) {
            true => "application/octet-stream",
            false => "application/x-tar",
        })
        .header(header::CONTENT_LENGTH, length)
        .header(
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        )
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::from_async_read(file)))
}

/// Takes in a backup that was made elsewhere or taken away earlier, and proves it.
#[handler]
pub async fn upload(app: App, by: Admin, once: Once, upload: Upload) -> Result<Frag> {
    let vault = vault_is_set(&app)?;
    let landing = vault.landing()?;
    let landed = landing.path().join("upload.tar");
    let (most, beyond): (u64, fn() -> Error) = match vault.most_among_the_backups() {
        Some(room) if room < LARGEST_UPLOAD => (room, no_room),
        _ => (LARGEST_UPLOAD, Error::too_large),
    };
    upload.receive("file", &landed, most, beyond).await?;
    let looked_at = folder::look_through(vault, &landed).await;
    let file = &looked_at.map_err(|failure| {
        let sentence = failure.to_string().replace("upload.tar", "The file");
        Error::refused(StatusCode::UNPROCESSABLE_ENTITY, "no_backup", sentence)
    })?;
    let (id, name) = (file.manifest.id, &file.file);
    let claim = once.of(&by, "backups.upload", &(id, &file.sha256));
    let is_there = folder::has(vault, file).await?;
    // What was encrypted with our passphrase, or has the checksum of one that was made here, is ours.
    let is_ours = is_encrypted(name) || store::is_ours(app.db(), file).await?;
    let on_disk = tokio::fs::try_exists(vault.folder.join(name)).await;
    let on_disk = on_disk.map_err(anyhow::Error::from)?;
    let written = app
        .write(claim, async |tx: &mut Tx| {
            // The id and the name are what the file says of itself: neither may put it in the place of another.
            let kept = store::kept(tx).await?;
            let is_meant = |it: &&Backup| it.id == id || it.file.as_ref() == Some(name);
            let known: Vec<&Backup> = kept.iter().filter(is_meant).collect();
            let is_another = |it: &&Backup| it.sha256.as_ref() != Some(&file.sha256);
            let in_the_way =
                known.iter().any(is_another) || (on_disk && !is_there && known.is_empty());
            if in_the_way {
                return Err(Error::refused(
                    StatusCode::CONFLICT,
                    "another_backup",
                    "There is another backup of that name here, and this one is not it.",
                ));
            }
            if (is_there && !known.is_empty()) || !store::insert_uploaded(tx, file, is_ours).await?
            {
                return Err(Error::refused(
                    StatusCode::CONFLICT,
                    "backup_is_here",
                    "This backup is in the list already.",
                ));
            }
            tx.journal(Entry::new("backup.uploaded", "backup", id).after(name));
            Ok(())
        })
        .await?;
    // Only what has its row gets into the folder: what lies there without one is taken for the café's own.
    if !is_there {
        folder::put(vault, &landed, file).await?;
    }
    if !is_ours {
        return answer(
            &app,
            by.role,
            "The backup is here. It was not made here, so it is not proved.",
        )
        .await;
    }
    if written.done().is_some() {
        let name = name.clone();
        in_background(&app, async move |app: App| {
            work::prove_soon(&app, &name).await
        });
    }
    answer(&app, by.role, "The backup is here and is being proved.").await
}

/// When they are made, and how long they are kept.
#[handler]
pub async fn plan(app: App, by: Admin, once: Once, Form(plan): Form<Plan>) -> Result<Frag> {
    let claim = once.of(&by, "backups.plan", &plan);
    let was = app.settings().await?;
    let was = json!({ "hour": was.backup_hour, "days": was.backup_retention_days });
    app.write(claim, async |tx: &mut Tx| {
        settings::store(tx, "backupHour", plan.hour.0.into()).await?;
        settings::store(tx, "backupRetentionDays", plan.days.0.into()).await?;
        tx.journal(
            Entry::general("backups.planned", "settings")
                .before(&was)
                .after(&plan),
        );
        Ok(())
    })
    .await?;
    answer(&app, by.role, "Saved.").await
}

async fn answer(app: &App, role: Role, sentence: &str) -> Result<Frag> {
    let drawn = redrawn(app, role).await?;
    Ok(Frag(view::with_word(drawn, sentence)))
}

async fn redrawn(app: &App, role: Role) -> Result<Markup> {
    let settings = app.settings().await?;
    Ok(view::redrawn(&shown(app, role).await?, &settings))
}

async fn shown(app: &App, role: Role) -> Result<view::Shown> {
    let safety = super::safety(app).await?;
    Ok(view::Shown {
        backups: store::latest(app.db()).await?,
        safety: safety.unwrap_or(Safety {
            here: Standing::Never,
            elsewhere: Vec::new(),
        }),
        copies: store::copies(app.db()).await?,
        encrypted: app.vault().is_some_and(|vault| vault.passphrase.is_some()),
        may_change: role == Role::Admin,
        keys: std::array::from_fn(|_| BackupId::new().to_string()),
        now: app.clock().now(),
    })
}

fn vault_is_set(app: &App) -> Result<&Vault> {
    app.vault().ok_or_else(|| {
        Error::refused(
            StatusCode::CONFLICT,
            "no_backups_here",
            "This server has no folder for backups. Set BACKUP_DIR and start it again.",
        )
    })
}

/// Goes on when the answer is out. What becomes of it is in the list.
fn in_background<F>(app: &App, work: impl FnOnce(App) -> F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let work = work(app.clone());
    tokio::spawn(async move {
        if let Err(failure) = work.await {
            tracing::warn!(?failure, "the work on a backup ended");
        }
    });
}
