//! What the provider calls a payment.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

/// The id that a provider of mobile money gives a transaction, or the number on the slip of a card terminal: 3 to 40 letters,
/// digits and `. _ / : -`, kept as the slip or the message has it, in capital letters and without the spaces that people type
/// between groups. Two are the same where their letters and digits are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference(String);

/// Why it is none.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum ReferenceRefusal {
    /// Another sign.
    #[error("Use only letters, digits and . _ / : - as on the slip or in the message.")]
    Signs,
    /// Too little to be one.
    #[error("Type all of it: at least {} letters or digits.", Reference::SHORTEST)]
    Short,
    /// Too much.
    #[error("Use at most {} letters and digits.", Reference::LONGEST)]
    Long,
}

impl Reference {
    const SHORTEST: usize = 3;
    /// How many signs it has at most.
    pub const LONGEST: usize = 40;

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its letters and digits alone, by which it is known.
    pub fn bare(&self) -> String {
        let known = |sign: &char| sign.is_ascii_alphanumeric();
        self.0.chars().filter(known).collect()
    }

    /// What was stored.
    pub fn stored(text: String) -> Self {
        Reference(text)
    }
}

impl FromStr for Reference {
    type Err = ReferenceRefusal;

    fn from_str(text: &str) -> Result<Self, ReferenceRefusal> {
        let written: String = text
            .chars()
            .filter(|sign| !sign.is_whitespace())
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        let fits = |sign: char| sign.is_ascii_alphanumeric() || "._/:-".contains(sign);
        if !written.chars().all(fits) {
            Err(ReferenceRefusal::Signs)
        } else if written.chars().filter(char::is_ascii_alphanumeric).count() < Self::SHORTEST {
            Err(ReferenceRefusal::Short)
        } else if written.len() > Self::LONGEST {
            Err(ReferenceRefusal::Long)
        } else {
            Ok(Reference(written))
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl maud::Render for Reference {
    fn render_to(&self, page: &mut String) {
        self.as_str().render_to(page);
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, ReferenceRefusal> {
        text.parse().map(|Reference(text)| text)
    }

    #[test]
    fn one_id_is_known_however_it_is_written() {
        let bare = |text: &str| text.parse().map(|reference: Reference| reference.bare());
        for written in [
            "MP261126.1042.A77",
            "mp261126-1042-a77",
            "MP261126 1042 A77.",
            "MP2611261042A77",
        ] {
            assert_eq!(bare(written), Ok("MP2611261042A77".to_owned()), "{written}");
        }

        assert_eq!(read(" mp261126.1042.a77 "), Ok("MP261126.1042.A77".into()));
        assert_eq!(read("3261 1264 207"), Ok("32611264207".into()));
        assert_eq!(read("004182"), Ok("004182".into()));
    }

    #[test]
    fn what_is_no_id_is_told_why() {
        assert_eq!(read("12"), Err(ReferenceRefusal::Short));
        assert_eq!(read("..."), Err(ReferenceRefusal::Short));
        assert_eq!(read("paid, thanks!"), Err(ReferenceRefusal::Signs));
        assert_eq!(read("١٢٣٤"), Err(ReferenceRefusal::Signs));
        assert_eq!(read(&"7".repeat(41)), Err(ReferenceRefusal::Long));
        assert_eq!(
            ReferenceRefusal::Short.to_string(),
            "Type all of it: at least 3 letters or digits."
        );
    }

    proptest! {
        #[test]
        fn what_was_read_reads_the_same_again(text in "[A-Za-z0-9 ._/:-]{3,45}") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.as_str().parse::<Reference>(), Ok(reference.clone()));
            }
        }
    }
}
