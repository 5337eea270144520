//! A bucket in storage that speaks S3's protocol (Amazon's, or what others built after it).

use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use reqwest::header::ETAG;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};
use rusty_s3::Credentials;
use rusty_s3::actions::{
    AbortMultipartUpload, CompleteMultipartUpload, CreateMultipartUpload, DeleteObject, GetObject,
    HeadObject, ListObjectsV2, ListObjectsV2Response, PutObject, S3Action, UploadPart,
};
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;

use super::archive;
use crate::config::BucketSetting;
use crate::web::ask;

/// How long an address that we sign is good for: longer than its request may take.
const SIGNED_FOR: Duration = Duration::from_secs(3600);
/// Larger files go in parts of this size, so that a line that breaks costs one part. S3 takes 10,000 parts of at least 5 MiB.
const PART: u64 = 8 * 1024 * 1024;
/// A slower line than this is none, in bytes a second.
const SLOWEST: u64 = 16 * 1024;
/// How often a request is tried, and what lies between two tries.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];

/// A bucket, and the key to it.
#[derive(Clone)]
pub struct Bucket {
    setting: BucketSetting,
    client: Client,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket")
            .field(&self.setting.bucket.name())
            .finish()
    }
}

impl Bucket {
    /// The bucket of the settings.
    ///
    /// # Errors
    /// When the authorities behind certificates cannot be read.
    pub fn new(setting: &BucketSetting) -> Result<Self> {
        let client = ask::client()
            .connect_timeout(Duration::from_secs(10))
            // Nobody leads the backups somewhere else.
            .redirect(Policy::none())
            .build()?;
        Ok(Self {
            setting: setting.clone(),
            client,
        })
    }

    /// Where it is, as people name it.
    pub(super) fn name(&self) -> String {
        let url = self.setting.bucket.base_url();
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        format!(
            "{} at {}{port}",
            self.setting.bucket.name(),
            url.host_str().unwrap_or_default()
        )
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(&self.setting.key_id, self.setting.secret.reveal())
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.setting.prefix)
    }

    /// The length of what has this name there, in bytes.
    pub(super) async fn length(&self, name: &str) -> Result<Option<u64>> {
        let (key, credentials) = (self.key(name), self.credentials());
        let url = HeadObject::new(&self.setting.bucket, Some(&credentials), &key).sign(SIGNED_FOR);
        let answer = self.send(Method::HEAD, url, Vec::new()).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !answer.status().is_success() {
            // An answer to HEAD has no words; asked for its list, the storage says why.
            self.page_of_names(None, 1).await?;
        }
        let answer = accepted(answer).await?;
        let length = answer.headers().get(reqwest::header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        Ok(Some(length.context("it does not say how long a file is")?))
    }

    /// Puts a file there; a large one in parts.
    pub(super) async fn put_file(&self, name: &str, file: &Path) -> Result<()> {
        let length = std::fs::metadata(file)
            .with_context(|| file.display().to_string())?
            .len();
        if length <= PART {
            let bytes = tokio::fs::read(file).await?;
            return self.put(name, bytes).await;
        }
        let (key, credentials) = (self.key(name), self.credentials());
        let bucket = &self.setting.bucket;
        let url = CreateMultipartUpload::new(bucket, Some(&credentials), &key).sign(SIGNED_FOR);
        let begun = accepted(self.send(Method::POST, url, Vec::new()).await?).await?;
        let begun = CreateMultipartUpload::parse_response(&begun.text().await?)
            .context("it does not say how the upload is called")?;
        let done = self.put_parts(&key, file, length, begun.upload_id()).await;
        if done.is_err() {
            // What was uploaded would be kept and paid for.
            let url =
                AbortMultipartUpload::new(bucket, Some(&credentials), &key, begun.upload_id());
            let _ = self
                .send(Method::DELETE, url.sign(SIGNED_FOR), Vec::new())
                .await;
        }
        done
    }

    async fn put_parts(&self, key: &str, file: &Path, length: u64, upload: &str) -> Result<()> {
        let credentials = self.credentials();
        let bucket = &self.setting.bucket;
        let mut tags = Vec::new();
        for (number, from) in (1..).zip((0..length).step_by(PART as usize)) {
            let bytes = part_of(file, from, PART.min(length - from)).await?;
            let url = UploadPart::new(bucket, Some(&credentials), key, number, upload);
            let answer = self.send(Method::PUT, url.sign(SIGNED_FOR), bytes).await?;
            let answer = accepted(answer).await?;
            let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
            tags.push(tag.context("it did not confirm a part")?.to_owned());
        }
        let done = CompleteMultipartUpload::new(
            bucket,
            Some(&credentials),
            key,
            upload,
            tags.iter().map(String::as_str),
        );
        let url = done.sign(SIGNED_FOR);
        let answer = self
            .send(Method::POST, url, done.body().into_bytes())
            .await?;
        // Asked a second time because the first answer was lost, it knows nothing of the upload any more; whether all is
        // there is looked at anyway.
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(());
        }
        // A failure to put the parts together comes with status 200, too.
        let text = accepted(answer).await?.text().await?;
        match text.contains("<Error>") {
            true => bail!("it refused: {}", reason(&text)),
            false => Ok(()),
        }
    }

    /// Puts a few bytes there.
    pub(super) async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let (key, credentials) = (self.key(name), self.credentials());
        let url = PutObject::new(&self.setting.bucket, Some(&credentials), &key).sign(SIGNED_FOR);
        accepted(self.send(Method::PUT, url, bytes).await?).await?;
        Ok(())
    }

    /// Takes something away; it need not be there.
    pub(super) async fn remove(&self, name: &str) -> Result<()> {
        let (key, credentials) = (self.key(name), self.credentials());
        let url =
            DeleteObject::new(&self.setting.bucket, Some(&credentials), &key).sign(SIGNED_FOR);
        let answer = self.send(Method::DELETE, url, Vec::new()).await?;
        if answer.status() != StatusCode::NOT_FOUND {
            accepted(answer).await?;
        }
        Ok(())
    }

    /// What is in the folder.
    pub(super) async fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let listed = self.page_of_names(token, 1_000).await?;
            let inside = |key: &String| Some(key.strip_prefix(&self.setting.prefix)?.to_owned());
            names.extend(listed.contents.iter().filter_map(|one| inside(&one.key)));
            token = listed.next_continuation_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    async fn page_of_names(
        &self,
        token: Option<String>,
        most: usize,
    ) -> Result<ListObjectsV2Response> {
        let credentials = self.credentials();
        let mut asked = ListObjectsV2::new(&self.setting.bucket, Some(&credentials));
        asked.with_prefix(self.setting.prefix.as_str());
        asked.with_max_keys(most);
        if let Some(token) = token {
            asked.with_continuation_token(token);
        }
        let answer = self.send(Method::GET, asked.sign(SIGNED_FOR), Vec::new());
        let text = accepted(answer.await?).await?.text().await?;
        ListObjectsV2::parse_response(&text).context("its list of files cannot be read")
    }

    /// Something small.
    pub(super) async fn read(&self, name: &str) -> Result<Vec<u8>> {
        Ok(self.open(name).await?.bytes().await.map_err(plain)?.into())
    }

    /// Brings a file here.
    pub(super) async fn fetch(&self, name: &str, to: &Path) -> Result<()> {
        let mut answer = self.open(name).await?;
        let mut file = tokio::fs::File::from_std(archive::create(to)?);
        while let Some(bytes) = answer.chunk().await.map_err(plain)? {
            file.write_all(&bytes).await?;
        }
        Ok(file.sync_all().await?)
    }

    async fn open(&self, name: &str) -> Result<Response> {
        let (key, credentials) = (self.key(name), self.credentials());
        let url = GetObject::new(&self.setting.bucket, Some(&credentials), &key).sign(SIGNED_FOR);
        let length = self.length(name).await?.unwrap_or_default();
        accepted(
            self.send_in(Method::GET, url, Vec::new(), time_for(length))
                .await?,
        )
        .await
    }

    /// Sends a request, again where the line or the other side failed: each of ours may be repeated.
    async fn send(&self, method: Method, url: Url, body: Vec<u8>) -> Result<Response> {
        let time = time_for(body.len() as u64);
        self.send_in(method, url, body, time).await
    }

    async fn send_in(
        &self,
        method: Method,
        url: Url,
        body: Vec<u8>,
        time: Duration,
    ) -> Result<Response> {
        for pause in PAUSES.into_iter().map(Some).chain([None]) {
            let request = self
                .client
                .request(method.clone(), url.clone())
                .timeout(time)
                .body(body.clone());
            let answer = request.send().await.map_err(plain);
            let failed = match &answer {
                Ok(answer) => {
                    answer.status().is_server_error()
                        || answer.status() == StatusCode::TOO_MANY_REQUESTS
                }
                Err(_) => true,
            };
            match pause {
                Some(pause) if failed => tokio::time::sleep(pause).await,
                _ => return answer,
            }
        }
        bail!("it was not asked")
    }
}

fn time_for(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / SLOWEST)
}

async fn part_of(file: &Path, from: u64, length: u64) -> Result<Vec<u8>> {
    let file = file.to_owned();
    spawn_blocking(move || {
        let mut file = std::fs::File::open(file)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
    .await?
}

/// The answer, unless it is a refusal.
async fn accepted(answer: Response) -> Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let said = answer.text().await.unwrap_or_default();
    match reason(&said) {
        said if said.is_empty() => Err(anyhow!("it refused ({status})")),
        said => Err(anyhow!("it refused: {said} ({})", status.as_u16())),
    }
}

/// What S3 says of an error: a code and a sentence.
fn reason(xml: &str) -> String {
    let inside = |tag: &str| {
        let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
        let (text, _) = rest.split_once("</")?;
        Some(text.chars().take(200).collect::<String>())
    };
    let parts = [inside("Code"), inside("Message")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(": ")
}

/// Without the address: it carries a signature that is good for an hour.
fn plain(failure: reqwest::Error) -> anyhow::Error {
    let failure = anyhow::Error::new(failure.without_url());
    match failure.chain().last().map(ToString::to_string) {
        Some(cause) => anyhow!("it cannot be reached: {cause}"),
        None => anyhow!("it cannot be reached"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_the_storage_said() {
        let xml = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>No such key.</Message></Error>";
        assert_eq!(reason(xml), "AccessDenied: No such key.");
        assert_eq!(reason("<html>"), "");
    }
}
