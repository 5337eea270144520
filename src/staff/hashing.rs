//! Hashing of passwords and PINs: argon2id with the library's own costs, away from the tasks that
//! serve requests, and no more than a few at a time.

use std::fmt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand::Rng as _;

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

/// How many KiB are asked of the allocator for one hash, of which only the 19 MB that argon2 works in are ever touched.
/// What is larger than 32 MB (`DEFAULT_MMAP_THRESHOLD_MAX`, mallopt(3)) glibc takes from the system and gives back at once;
/// smaller pieces it keeps, one for each thread that ever hashed: 77 MB after a morning's sign-ins instead of 16.
const ASKED: usize = 33 * 1024;

/// Hashes a secret on this thread, for the commands and the seed; takes some 20 ms.
///
/// # Errors
/// When the library refuses its own parameters, which it does not.
pub fn hash_now(secret: &str) -> anyhow::Result<Hashed> {
    let salt: [u8; Salt::RECOMMENDED_LENGTH] = rand::rng().random();
    let params = Params::default();
    let mut digest = [0; Params::DEFAULT_OUTPUT_LEN];
    let (algorithm, version) = (Algorithm::default(), Version::default());
    let argon2 = Argon2::new(algorithm, version, params.clone());
    let hash = fill(&argon2, secret, &salt, &mut digest).and_then(|()| {
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(params)?,
            salt: Some(Salt::new(&salt)?),
            hash: Some(Output::new(&digest)?),
        })
    });
    hash.map(|hash| Hashed(hash.to_string()))
        .map_err(|failure| anyhow::anyhow!("hashing a secret: {failure}"))
}

/// Whether the secret is the one that was hashed, on this thread; no for a text that is no hash.
fn matches_now(secret: &str, stored: &str) -> bool {
    let same = || -> Result<bool, argon2::password_hash::Error> {
        let hash = PasswordHash::new(stored)?;
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Ok(false);
        };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
        let version = hash.version.map(Version::try_from).transpose()?;
        let argon2 = Argon2::new(
            algorithm,
            version.unwrap_or_default(),
            Params::try_from(&hash)?,
        );
        let mut digest = [0; Output::MAX_LENGTH];
        let digest = &mut digest[..expected.len()];
        fill(&argon2, secret, salt, digest)?;
        // Takes the same time wherever the two begin to differ.
        Ok(Output::new(digest)? == *expected)
    };
    same().unwrap_or(false)
}

fn fill(
    argon2: &Argon2,
    secret: &str,
    salt: &[u8],
    digest: &mut [u8],
) -> Result<(), argon2::password_hash::Error> {
    let mut memory = Vec::with_capacity(ASKED.max(argon2.params().block_count()));
    memory.resize(argon2.params().block_count(), Block::default());
    Ok(argon2.hash_password_into_with_memory(secret.as_bytes(), salt, digest, &mut memory)?)
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
        let same = matches_now(secret.reveal(), hash.as_str());
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
    use argon2::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    #[test]
    fn a_hash_matches_its_secret_only_and_differs_each_time() {
        let (first, second) = (
            hash_now("tea and mangoes").unwrap(),
            hash_now("tea and mangoes").unwrap(),
        );
        assert_ne!(first, second);
        assert!(matches_now("tea and mangoes", first.as_str()));
        assert!(!matches_now("tea and mango", first.as_str()));
        assert!(!matches_now("tea and mangoes", "tea and mangoes"));
        assert!(first.as_str().starts_with("$argon2id$"));
        assert_eq!(format!("{first:?}"), "Hashed(…)");
    }

    #[test]
    fn hashes_are_the_librarys_own_in_both_directions() {
        let secret = "tea and mangoes";
        let ours = hash_now(secret).unwrap();
        let theirs = Argon2::default()
            .hash_password(secret.as_bytes())
            .unwrap()
            .to_string();
        assert!(matches_now(secret, &theirs));
        assert!(
            Argon2::default()
                .verify_password(secret.as_bytes(), ours.as_str())
                .is_ok()
        );
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
