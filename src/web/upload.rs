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

/// A short file that was read into memory, with the other fields of its form.
pub struct ReadIn {
    /// What the file is called where it came from.
    pub file_name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    fields: Vec<(String, String)>,
}

impl ReadIn {
    /// What was typed into a field; empty where it is not there.
    pub fn text(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(one, _)| one == name);
        field.map_or("", |(_, text)| text.trim())
    }
}

/// More than any field of a form with a file has.
const LONGEST_FIELD: usize = 4_096;
/// More fields than any such form has.
const MOST_FIELDS: usize = 16;

impl Upload {
    /// Reads the whole form, with at most `most` bytes of the file of the field `name`; `beyond` says why not more.
    ///
    /// # Errors
    /// When there is no file or an empty one, when it is longer or does not arrive.
    pub async fn read(mut self, name: &str, most: usize, beyond: fn() -> Error) -> Result<ReadIn> {
        let (mut file, mut fields) = (None, Vec::new());
        loop {
            let next = self.0.next_field().await;
            let Some(field) = next.map_err(|_| Error::unreadable())? else {
                break;
            };
            let named = field.name().unwrap_or_default().to_owned();
            if named == name && file.is_none() {
                let called: String = field
                    .file_name()
                    .unwrap_or_default()
                    .chars()
                    .filter(|sign| !sign.is_control())
                    .take(200)
                    .collect();
                let bytes = at_most(field.into_async_read(), most, beyond).await?;
                file = Some((called, bytes));
            } else if fields.len() < MOST_FIELDS {
                let text =
                    at_most(field.into_async_read(), LONGEST_FIELD, Error::too_large).await?;
                fields.push((named, String::from_utf8_lossy(&text).into_owned()));
            } else {
                return Err(Error::too_large());
            }
        }
        match file {
            Some((file_name, bytes)) if !bytes.is_empty() => Ok(ReadIn {
                file_name,
                bytes,
                fields,
            }),
            _ => Err(missing()),
        }
    }
}

async fn at_most(
    from: impl AsyncReadExt + Unpin,
    most: usize,
    beyond: fn() -> Error,
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    from.take(limit)
        .read_to_end(&mut bytes)
        .await
        .map_err(broken_off)?;
    if bytes.len() > most {
        return Err(beyond());
    }
    Ok(bytes)
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
