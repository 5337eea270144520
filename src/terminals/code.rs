//! The code that pairs a device: eight characters that nobody confuses, for a quarter of an hour.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use serde::{Serialize, Serializer};
use sha2::Sha256;
use time::Duration;

/// How long a code may be used.
pub const GOOD_FOR: Duration = Duration::minutes(15);
/// No 0 and O, 1, I and L: 31 signs, so that eight of them are one in 850 thousand million.
const SIGNS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LENGTH: usize = 8;

/// A pairing code. Nothing logs it or makes it part of a request's fingerprint.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingCode(String);

impl PairingCode {
    /// A fresh one.
    pub fn new() -> Self {
        let mut random = rand::rng();
        PairingCode(
            (0..LENGTH)
                .map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())]))
                .collect(),
        )
    }

    /// As people read and type it: `ABCD-2345`.
    pub fn shown(&self) -> String {
        format!("{}-{}", &self.0[..4], &self.0[4..])
    }

    /// As it is stored: useless without the server's secret, since so short a code could be found by
    /// trying all of them.
    pub fn hashed(&self, secret: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any size");
        mac.update(self.0.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

impl FromStr for PairingCode {
    type Err = &'static str;

    /// Small letters, spaces and hyphens make no difference.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code: String = text
            .chars()
            .filter(|sign| !sign.is_whitespace() && *sign != '-')
            .take(LENGTH + 1)
            .collect::<String>();
        let code = code.to_ascii_uppercase();
        if code.len() == LENGTH && code.bytes().all(|sign| SIGNS.contains(&sign)) {
            Ok(PairingCode(code))
        } else {
            Err("The code has 8 letters and digits, such as ABCD-2345.")
        }
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCode(…)")
    }
}

impl Serialize for PairingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = PairingCode::new();
        let shown = code.shown();
        assert_eq!(shown.len(), 9);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            format!(" {} ", shown.replace('-', " ")),
        ] {
            assert_eq!(typed.parse::<PairingCode>().unwrap(), code);
        }
    }

    #[test]
    fn what_no_code_can_be_is_refused_before_it_is_looked_up() {
        for wrong in [
            "",
            "ABCD-234",
            "ABCD-23456",
            "ABCD-234O",
            "ABCD-234ñ",
            "ABCD_2345",
        ] {
            assert!(wrong.parse::<PairingCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_stored_code_depends_on_the_secret_and_shows_nothing() {
        let code: PairingCode = "ABCD-2345".parse().unwrap();
        assert_ne!(code.hashed(b"one secret"), code.hashed(b"another"));
        assert_eq!(format!("{code:?}"), "PairingCode(…)");
        assert_eq!(serde_json::to_string(&code).unwrap(), "null");
    }
}
