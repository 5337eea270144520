//! Where copies of the backups go.

use std::path::PathBuf;

use rusty_s3::{Bucket, UrlStyle};

use super::{Environment, Secret};

/// What is to become of a backup beside its file in `BACKUP_DIR`.
#[derive(Clone, Debug, Default)]
pub struct Backups {
    /// What backups are encrypted with; `None` leaves them readable for whoever has the file.
    pub passphrase: Option<Secret>,
    /// A folder on another disk, or on another machine and mounted here.
    pub copy_dir: Option<PathBuf>,
    /// A bucket in storage that speaks S3's protocol.
    pub bucket: Option<BucketSetting>,
}

/// A bucket, and the key to it.
#[derive(Clone, Debug)]
pub struct BucketSetting {
    /// The bucket itself.
    pub bucket: Bucket,
    /// What the names in it begin with: nothing, or a folder that ends with a slash.
    pub prefix: String,
    /// The public half of the key.
    pub key_id: String,
    /// The other half.
    pub secret: Secret,
}

const URL_EXAMPLE: &str = "https://s3.eu-central-1.amazonaws.com/my-bucket/cafe";

impl Backups {
    pub(super) fn read(env: &Environment) -> Self {
        Self {
            passphrase: env.secret_as(
                "BACKUP_PASSPHRASE",
                "$(openssl rand -base64 24)",
                Secret::for_backups,
            ),
            copy_dir: env.path("BACKUP_COPY_DIR"),
            bucket: bucket(env),
        }
    }
}

fn bucket(env: &Environment) -> Option<BucketSetting> {
    let region = env.text("BACKUP_S3_REGION");
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let encrypted = env.is_set("BACKUP_PASSPHRASE");
    // Not repeated when it is wrong: somebody may have written the key into it.
    let found = env.secret_as("BACKUP_S3_URL", URL_EXAMPLE, |text| {
        bucket_at(text, &region, encrypted)
    });
    let key_id = env.text("BACKUP_S3_KEY_ID");
    let secret = env.secret("BACKUP_S3_SECRET");
    let wanted = env.is_set("BACKUP_S3_URL");
    for (name, given, example) in [
        ("BACKUP_S3_KEY_ID", key_id.is_some(), "AKIAIOSFODNN7EXAMPLE"),
        (
            "BACKUP_S3_SECRET",
            env.is_set("BACKUP_S3_SECRET"),
            "the-secret-that-came-with-the-key",
        ),
    ] {
        if wanted && !given {
            env.fault(name, "is not set, but BACKUP_S3_URL is", example);
        }
        if given && !wanted {
            env.fault(
                "BACKUP_S3_URL",
                &format!("is not set, but {name} is"),
                URL_EXAMPLE,
            );
        }
    }
    let (bucket, prefix) = found?;
    Some(BucketSetting {
        bucket,
        prefix,
        key_id: key_id?,
        secret: secret?,
    })
}

/// The bucket is the first part of the path; what follows is a folder in it.
fn bucket_at(text: &str, region: &str, encrypted: bool) -> Result<(Bucket, String), String> {
    let shape = || "is not an address as in https://host/bucket or https://host/bucket/folder";
    let mut url: reqwest::Url = text.parse().map_err(|_| shape())?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(shape().to_owned());
    }
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !is_local && !encrypted {
        return Err(
            "begins with http://, so that the backups would travel readable: use https://, or set BACKUP_PASSPHRASE"
                .to_owned(),
        );
    }
    let path = url.path().trim_matches('/').to_owned();
    if path.contains('%') {
        return Err(
            "has a folder with other signs than letters, digits and - . _ /, which a bucket would not find again"
                .to_owned(),
        );
    }
    let (name, folder) = path.split_once('/').unwrap_or((&path, ""));
    if name.is_empty() {
        return Err(shape().to_owned());
    }
    let prefix = match folder {
        "" => String::new(),
        folder => format!("{folder}/"),
    };
    url.set_path("/");
    let bucket = Bucket::new(url, UrlStyle::Path, name.to_owned(), region.to_owned());
    Ok((bucket.map_err(|_| shape())?, prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_the_first_part_of_the_path_and_the_rest_a_folder_in_it() {
        let read = |text| bucket_at(text, "us-east-1", false);
        let (bucket, prefix) = read("https://s3.example.com/bucket").unwrap();
        assert_eq!(
            (bucket.name(), bucket.base_url().as_str(), prefix.as_str()),
            ("bucket", "https://s3.example.com/bucket/", "")
        );
        let (bucket, prefix) = read("http://127.0.0.1:9000/bucket/cafes/nile/").unwrap();
        assert_eq!((bucket.name(), prefix.as_str()), ("bucket", "cafes/nile/"));
        for wrong in [
            "s3.example.com/bucket",
            "https://s3.example.com",
            "https://s3.example.com/",
            "ftp://s3.example.com/bucket",
            "https://key:secret@s3.example.com/bucket",
            "https://s3.example.com/bucket?x=1",
            "https://s3.example.com/bucket/my folder",
            "https://s3.example.com/bucket/café",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn readable_backups_do_not_travel_in_the_open() {
        let plain = "http://storage.example.com/bucket";
        assert!(
            bucket_at(plain, "r", false)
                .unwrap_err()
                .contains("https://")
        );
        assert!(bucket_at(plain, "r", true).is_ok());
    }
}
