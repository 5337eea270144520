//! Hashing of passwords and PINs: argon2id with the library's own costs, away from the tasks that
//! serve requests, and no more than a few at a time.

use std::fmt;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use super::secrets::Typed;
use crate::app::App;
use crate::web::Result;

/// A hash as it is stored; nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    /// What a column holds.
    pub fn stored(text: String) -> Self {
        Hashed(text)
    }

    /// For the column.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(…)")
    }
}

/// Against this is compared what is typed for people who do not exist or have no such secret, so that
/// their answer takes as long as anybody's. Nobody knows what it is the hash of.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbC4uLg$6Y2v5cJcPyF2m7sVqEJm3mYh0Z0o4oKqf3Xv0m1b3xE";

/// Hashes a secret on this thread, for the commands and the seed; takes some 20 ms.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn hash_now(secret: &str) -> anyhow::Result<Hashed> {
    Argon2::default()
        .hash_password(secret.as_bytes())
        .map(|hash| Hashed(hash.to_string()))
        .map_err(|failure| anyhow::anyhow!("hashing a secret: {failure}"))
}

/// Hashes a secret.
pub async fn hash(app: &App, secret: &Typed) -> Result<Hashed> {
    let secret = secret.clone();
    Ok(apart(app, move || hash_now(secret.reveal())).await??)
}

/// Whether the secret is the one that was hashed. Without a hash the answer is no, after the same time.
pub async fn matches(app: &App, secret: &Typed, hashed: Option<&Hashed>) -> Result<bool> {
    let (secret, hashed) = (secret.clone(), hashed.cloned());
    apart(app, move || {
        let known = hashed.is_some();
        let hash = hashed.unwrap_or_else(|| Hashed(NOBODY.to_owned()));
        let same = Argon2::default()
            .verify_password(secret.reveal().as_bytes(), hash.as_str())
            .is_ok();
        same && known
    })
    .await
}

async fn apart<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let _turn = app.hashing().acquire().await.map_err(anyhow::Error::from)?;
    Ok(tokio::task::spawn_blocking(work)
        .await
        .map_err(anyhow::Error::from)?)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::*;

    #[test]
    fn a_hash_matches_its_secret_only_and_differs_each_time() {
        let (first, second) = (
            hash_now("tea and mangoes").unwrap(),
            hash_now("tea and mangoes").unwrap(),
        );
        assert_ne!(first, second);
        let matches = |secret: &str| {
            Argon2::default()
                .verify_password(secret.as_bytes(), first.as_str())
                .is_ok()
        };
        assert!(matches("tea and mangoes"));
        assert!(!matches("tea and mango"));
        assert!(first.as_str().starts_with("$argon2id$"));
        assert_eq!(format!("{first:?}"), "Hashed(…)");
    }

    #[test]
    fn nobodys_hash_costs_what_everybodys_does() {
        let cost = |text: &str| {
            let hash = PasswordHash::new(text).unwrap();
            (
                hash.algorithm.to_string(),
                hash.version,
                hash.params.to_string(),
                hash.hash.map(|it| it.len()),
            )
        };
        assert_eq!(cost(NOBODY), cost(hash_now("anything").unwrap().as_str()));
    }
}
