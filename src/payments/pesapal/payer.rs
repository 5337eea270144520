//! How Pesapal reaches a guest.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A telephone number or an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payer(String);

impl FromStr for Payer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let is_mail = match text.split_once('@') {
            Some((name, host)) => {
                let fits = |sign: char| sign.is_ascii_alphanumeric() || "._+-".contains(sign);
                !name.is_empty() && host.contains('.') && name.chars().chain(host.chars()).all(fits)
            }
            None => false,
        };
        if is_mail && text.len() <= 80 {
            return Ok(Payer(text.to_owned()));
        }
        let bare: String = text
            .chars()
            .filter(|sign| !" -()".contains(*sign))
            .collect();
        let digits = bare.strip_prefix('+').unwrap_or(&bare);
        if (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Payer(bare));
        }
        Err("Type a telephone number or an e-mail address, or leave it empty.")
    }
}

impl fmt::Display for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_reached_by_telephone_or_mail() {
        let read = |text: &str| text.parse::<Payer>().map(|payer| payer.0);
        assert_eq!(read(" +256 772 418-906 "), Ok("+256772418906".into()));
        assert_eq!(read("0772418906"), Ok("0772418906".into()));
        assert_eq!(read("grace@cafe.ug"), Ok("grace@cafe.ug".into()));
        for odd in [
            "grace",
            "@cafe.ug",
            "a@b",
            "12",
            "1\0",
            "a b@c.d",
            &"7".repeat(16),
        ] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }
}
