//! The link of a receipt: whoever has it, and nobody else, reads the receipt of one payment, without signing in.
//!
//! Every payment has one from the moment it is stored, in the same statement, so that showing a receipt never writes. Its
//! token is 160 random bits. It is stored as it is, because each copy of the receipt carries it again, and it opens nothing
//! that is not on the paper in the guest's hand; it is looked for by its digest, so that how long that takes tells nothing.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::http::StatusCode;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::web::Refusal;
use crate::web::client::Client;

/// Receipts a minute and address: the guests of a whole café may share one.
const A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Kept addresses above which those that are at rest are dropped.
const MANY: usize = 1_000;

/// What a link ends with.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// One that nobody guesses.
    pub fn fresh() -> Self {
        let bytes: [u8; 20] = rand::random();
        Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// As it is stored, and as it stands in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// By what it is looked for.
    pub fn digest(&self) -> Vec<u8> {
        digest(&self.0)
    }
}

/// By what a token is looked for that somebody says, whatever it is.
pub fn digest(said: &str) -> Vec<u8> {
    Sha256::digest(said).to_vec()
}

/// What keeps strangers from trying tokens: a valve of its own, so that guests who read their receipts keep nobody in the
/// same network from signing in.
pub struct Valve(DefaultKeyedRateLimiter<IpAddr>);

impl Default for Valve {
    fn default() -> Self {
        Valve(RateLimiter::keyed(Quota::per_minute(A_MINUTE)))
    }
}

impl Valve {
    /// Lets a guest of this address through.
    ///
    /// # Errors
    /// 429 when there were too many within a minute.
    pub fn admit(&self, client: &Client) -> Result<(), TooMany> {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        self.0.check_key(&client.network()).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            TooMany {
                seconds: wait.as_secs() + 1,
            }
        })
    }
}

/// Why a receipt is not shown just now.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
#[error("Too many receipts were asked for from here. Try again in {seconds} seconds.")]
pub struct TooMany {
    seconds: u64,
}

impl Refusal for TooMany {
    fn status(&self) -> StatusCode {
        StatusCode::TOO_MANY_REQUESTS
    }

    fn code(&self) -> &'static str {
        "too_many"
    }

    fn retry_after(&self) -> Option<u64> {
        Some(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tokens_are_long_and_none_is_like_another() {
        let tokens: HashSet<_> = (0..1_000)
            .map(|_| Token::fresh().as_str().to_owned())
            .collect();
        assert_eq!(tokens.len(), 1_000);
        assert!(tokens.iter().all(|token| token.len() == 40));
    }

    #[test]
    fn an_address_reads_so_many_receipts_a_minute_and_another_its_own() {
        let valve = Valve::default();
        let client = |last| Client {
            address: IpAddr::from([10, 0, 0, last]),
            is_https: false,
        };
        for _ in 0..A_MINUTE.get() {
            assert_eq!(valve.admit(&client(1)), Ok(()));
        }
        let refused = valve.admit(&client(1)).unwrap_err();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.retry_after().is_some_and(|seconds| seconds >= 1));
        assert_eq!(valve.admit(&client(2)), Ok(()));
    }
}
