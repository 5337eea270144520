//! A file that a browser sends.

use std::io::ErrorKind;
use std::path::Path;

use poem::http::StatusCode;
use poem::web::Multipart;
use poem::{FromRequest, Request, RequestBody};
use tokio::fs::OpenOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::error::{Error, Result};

/// A form with a file in it, none of which has been read yet.
pub struct Upload(Multipart);

impl<'a> FromRequest<'a> for Upload {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let form = Multipart::from_request(req, body).await.map_err(|_| {
            Error::refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content_type",
                "Send a file, as a form with parts.",
            )
        })?;
        Ok(Upload(form))
    }
}

impl Upload {
    /// Writes the file of the field `name` to `to`, a new file that only the program may read, at most `most` bytes of it; `beyond` says why not more.
    ///
    /// # Errors
    /// When there is none or an empty one, when it is longer or does not arrive, and when the disk is full.
    pub async fn receive(
        mut self,
        name: &str,
        to: &Path,
        most: u64,
        beyond: fn() -> Error,
    ) -> Result<()> {
        loop {
            let next = self.0.next_field().await;
            let Some(field) = next.map_err(|_| Error::unreadable())? else {
                return Err(missing());
            };
            if field.name() == Some(name) {
                let written = write(field.into_async_read(), to, most, beyond).await?;
                return if written == 0 { Err(missing()) } else { Ok(()) };
            }
        }
    }
}

async fn write(
    mut from: impl AsyncReadExt + Unpin,
    to: &Path,
    most: u64,
    beyond: fn() -> Error,
) -> Result<u64> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(to).await.map_err(disk)?;
    let mut buffer = vec![0; 1 << 16];
    let mut written = 0;
    loop {
        // Who sends nothing for a while is cut off by the edge.
        let read = from.read(&mut buffer).await.map_err(broken_off)?;
        if read == 0 {
            file.sync_all().await.map_err(disk)?;
            return Ok(written);
        }
        written += read as u64;
        if written > most {
            return Err(beyond());
        }
        file.write_all(&buffer[..read]).await.map_err(disk)?;
    }
}

fn missing() -> Error {
    Error::refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "file_missing",
        "Choose a file first.",
    )
}

fn broken_off(_: std::io::Error) -> Error {
    Error::refused(
        StatusCode::REQUEST_TIMEOUT,
        "broken_off",
        "The file did not arrive whole. Try again.",
    )
}

/// A file that the disk has no room for, or only what stays free on it.
pub fn no_room() -> Error {
    Error::refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "disk_full",
        "The server's disk is full: nothing of this was kept.",
    )
}

fn disk(failure: std::io::Error) -> Error {
    match failure.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => no_room(),
        _ => Error::from(anyhow::Error::from(failure)),
    }
}
