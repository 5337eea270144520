//! What makes a good secret: passwords of at least 8 characters that nobody guesses first, PINs of
//! 4 to 6 digits that are no pattern. Pure; hashing is in [`super::hashing`].

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::values::search::fold;

/// The shortest password, in characters.
const SHORTEST: usize = 8;
/// The longest secret that is looked at, in characters: hashing megabytes is a way to stop a till.
const LONGEST: usize = 200;
/// Passwords that are tried first everywhere, one a line, in lower case.
static COMMON: &str = include_str!("common_passwords.txt");
/// PINs that follow a picture on the keypad or a date known to all, beyond the rules below.
const KNOWN_PINS: [&str; 22] = [
    "0007", "0070", "0420", "0852", "1004", "1123", "1230", "1324", "1342", "1793", "2580", "2468",
    "4711", "5683", "6969", "8520", "8675", "12369", "14789", "147258", "159753", "258369",
];
/// Letters and digits that nobody confuses on paper or on a screen.
const CLEAR: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// A secret as somebody typed it, to be compared with a stored one. It is never shown, logged or
/// made part of a request's fingerprint.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed(String);

impl Typed {
    /// The secret itself, for hashing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it can only be a PIN: passwords are longer.
    pub fn looks_like_pin(&self) -> bool {
        (4..=6).contains(&self.0.len()) && self.0.bytes().all(|digit| digit.is_ascii_digit())
    }
}

impl FromStr for Typed {
    type Err = SecretRefusal;

    fn from_str(text: &str) -> Result<Self, SecretRefusal> {
        match text.chars().count() {
            0 => Err(SecretRefusal::Empty),
            length if length > LONGEST => Err(SecretRefusal::TooLong),
            _ => Ok(Typed(text.to_owned())),
        }
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

impl Serialize for Typed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// Why a secret was not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SecretRefusal {
    /// Nothing was typed.
    #[error("Please fill this in.")]
    Empty,
    /// Shorter than [`SHORTEST`].
    #[error("Use at least 8 characters.")]
    TooShort,
    /// Longer than [`LONGEST`].
    #[error("Use at most 200 characters.")]
    TooLong,
    /// On the list of those that are tried first, or made of one.
    #[error("Too many people use this password. Choose another; three words in a row are good.")]
    Common,
    /// The person's or the café's own name.
    #[error(
        "Do not use a name of yours or of the café. Choose another; three words in a row are good."
    )]
    Name,
    /// The same as before.
    #[error("This is the password you have. Choose another.")]
    Same,
    /// Not 4 to 6 digits.
    #[error("A PIN has 4 to 6 digits.")]
    NotAPin,
    /// A pattern, a year.
    #[error("This PIN is easy to guess. Choose one without a pattern, and no year.")]
    EasyPin,
}

/// Checks a password that somebody chose; `names` are theirs and the café's.
///
/// # Errors
/// The sentence for the person who chooses.
pub fn check_password(password: &Typed, names: &[&str]) -> Result<(), SecretRefusal> {
    let typed = password.reveal();
    if typed.chars().count() < SHORTEST {
        return Err(SecretRefusal::TooShort);
    }
    let lower = typed.trim().to_lowercase();
    let core = core_of(&lower);
    if is_common(&lower) || is_common(&core) || is_pattern(&lower) || core.chars().count() < 3 {
        return Err(SecretRefusal::Common);
    }
    if names.iter().any(|name| is_name(&lower, &core, name)) {
        return Err(SecretRefusal::Name);
    }
    Ok(())
}

/// Checks a PIN that somebody chose.
///
/// # Errors
/// The sentence for the person who chooses.
pub fn check_pin(pin: &Typed) -> Result<(), SecretRefusal> {
    if !pin.looks_like_pin() {
        return Err(SecretRefusal::NotAPin);
    }
    let digits: Vec<i32> = pin
        .reveal()
        .bytes()
        .map(|digit| i32::from(digit - b'0'))
        .collect();
    let easy = is_run(&digits)
        || is_repeated(&digits)
        || is_doubled(&digits)
        || is_mirrored(&digits)
        || is_year(pin.reveal())
        || KNOWN_PINS.contains(&pin.reveal());
    if easy {
        Err(SecretRefusal::EasyPin)
    } else {
        Ok(())
    }
}

/// A password that is handed over once and must be replaced: twelve clear characters in three groups
/// (59 bits).
pub fn one_time_password() -> String {
    let mut random = rand::rng();
    let groups: [String; 3] = std::array::from_fn(|_| {
        (0..4)
            .map(|_| char::from(CLEAR[random.random_range(0..CLEAR.len())]))
            .collect()
    });
    groups.join("-")
}

/// A password without the digits and signs that people put at its ends, and with letters in place of
/// the signs that stand for them: `P@ssw0rd2026!` is `password`.
fn core_of(lower: &str) -> String {
    let letters: String = lower
        .trim_end_matches(|letter: char| !letter.is_alphabetic())
        .trim_start_matches(|letter: char| letter.is_ascii_digit() || "!#*.-_".contains(letter))
        .chars()
        .map(|letter| match letter {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect();
    letters
}

fn is_common(lower: &str) -> bool {
    COMMON.lines().any(|common| common == lower)
}

/// One thing repeated, or a row of the alphabet, of the digits or of the keyboard.
fn is_pattern(lower: &str) -> bool {
    let letters: Vec<i32> = lower.chars().map(|letter| letter as i32).collect();
    let rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890"];
    let on_a_row = rows.iter().any(|row| {
        let back: String = row.chars().rev().collect();
        row.repeat(3).contains(lower) || back.repeat(3).contains(lower)
    });
    on_a_row
        || is_repeated(&letters)
        || letters
            .windows(2)
            .all(|pair| pair[1] - pair[0] == letters[1] - letters[0])
}

fn is_name(lower: &str, core: &str, name: &str) -> bool {
    let plain = |text: &str| -> String {
        fold(text)
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect()
    };
    let without_end = lower.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let typed = [plain(lower), plain(core), plain(without_end)];
    let is = |word: &str| word.chars().count() >= 3 && typed.iter().any(|typed| typed == word);
    is(&plain(name))
        || fold(name)
            .split(|letter: char| !letter.is_alphanumeric())
            .any(is)
}

/// Each digit differs from the one before by the same step, round the nine: 1111, 1234, 7890, 2468, 9630.
fn is_run(digits: &[i32]) -> bool {
    let step = (digits[1] - digits[0]).rem_euclid(10);
    digits
        .windows(2)
        .all(|pair| (pair[1] - pair[0]).rem_euclid(10) == step)
}

/// A piece of at most half the length, again and again: 1212, 12121, 123123.
fn is_repeated<T: PartialEq>(signs: &[T]) -> bool {
    (1..=signs.len() / 2).any(|period| {
        signs
            .iter()
            .zip(&signs[period..])
            .all(|(sign, later)| sign == later)
    })
}

/// Pairs: 1122, 445566.
fn is_doubled(digits: &[i32]) -> bool {
    digits.len().is_multiple_of(2) && digits.chunks(2).all(|pair| pair[0] == pair[1])
}

/// The same from both ends: 1221, 12321.
fn is_mirrored(digits: &[i32]) -> bool {
    digits.iter().eq(digits.iter().rev())
}

fn is_year(pin: &str) -> bool {
    pin.len() == 4 && (pin.starts_with("19") || pin.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 3] = ["ann.k", "Ann Kabuye", "Café Kahawa"];

    fn password(text: &str) -> Result<(), SecretRefusal> {
        check_password(&text.parse()?, &NAMES)
    }

    fn pin(text: &str) -> Result<(), SecretRefusal> {
        check_pin(&text.parse()?)
    }

    #[test]
    fn a_password_has_eight_characters_and_is_its_own() {
        assert_eq!(password("tea and mangoes"), Ok(()));
        assert_eq!(password("ñandú-íbis"), Ok(()));
        assert_eq!(password("Ann likes green mangoes"), Ok(()));
        assert_eq!(password("k4mpala-hill-seven"), Ok(()));
        assert_eq!(password(&one_time_password()), Ok(()));
        assert_eq!(password("seven77"), Err(SecretRefusal::TooShort));
        assert_eq!(password("ñññ"), Err(SecretRefusal::TooShort));
        assert_eq!(password(&"x".repeat(201)), Err(SecretRefusal::TooLong));
        assert_eq!(password(""), Err(SecretRefusal::Empty));
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused_however_they_are_dressed_up() {
        for common in [
            "password123",
            "PASSWORD123",
            "P@ssw0rd2026!",
            "password",
            "12345678",
            "1234567890",
            "98765432",
            "87654321",
            "qwertyui",
            "QWERTY123",
            "asdfghjkl",
            "iloveyou",
            "Welcome1",
            "welcome2026",
            "aaaaaaaa",
            "abcabcabc",
            "abcdefgh",
            "12121212",
            "11111111",
            "2026-11-22",
            "admin123",
            "letmein99",
            "kampala256",
            "Uganda2026",
        ] {
            assert_eq!(password(common), Err(SecretRefusal::Common), "{common}");
        }
    }

    #[test]
    fn names_are_no_passwords() {
        for name in [
            "annkabuye",
            "Kabuye2026",
            "ann.k123",
            "Café Kahawa",
            "kahawa12",
            "CAFEKAHAWA",
            "k@buye99!",
        ] {
            assert_eq!(password(name), Err(SecretRefusal::Name), "{name}");
        }
    }

    #[test]
    fn a_pin_has_four_to_six_digits() {
        for good in ["4071", "83051", "740296"] {
            assert_eq!(pin(good), Ok(()), "{good}");
        }
        for bad in ["407", "7402961", "40a1", "４０７１", "-407", "40 71"] {
            assert_eq!(pin(bad), Err(SecretRefusal::NotAPin), "{bad}");
        }
    }

    #[test]
    fn pins_that_anybody_would_try_are_refused() {
        for easy in [
            "0000", "1111", "999999", "1234", "4321", "123456", "7890", "0987", "2468", "8642",
            "1357", "1212", "6969", "121212", "12121", "123123", "1122", "445566", "1221", "12321",
            "1900", "1987", "2026", "2099", "2580", "147258", "159753",
        ] {
            assert_eq!(pin(easy), Err(SecretRefusal::EasyPin), "{easy}");
        }
    }

    #[test]
    fn a_typed_secret_shows_nothing() {
        let typed: Typed = "tea and mangoes".parse().unwrap();
        assert_eq!(format!("{typed:?}"), "Typed(…)");
        assert_eq!(serde_json::to_string(&typed).unwrap(), "null");
    }

    #[test]
    fn one_time_passwords_are_clear_and_differ() {
        let (first, second) = (one_time_password(), one_time_password());
        assert_ne!(first, second);
        assert_eq!(first.len(), 14);
        assert!(
            first
                .chars()
                .all(|sign| sign == '-' || CLEAR.contains(&(sign as u8)))
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_rules(text in ".*") {
            if let Ok(typed) = text.parse::<Typed>() {
                let _ = check_password(&typed, &[&text, "Ann"]);
                let _ = check_pin(&typed);
            }
        }
    }

    #[test]
    fn the_rules_leave_enough_pins() {
        let free = (0..10_000)
            .filter(|number| pin(&format!("{number:04}")).is_ok())
            .count();
        assert!(free > 9_400, "{free}");
    }
}
