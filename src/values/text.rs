//! Short texts that people type: names, notes, reasons.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use thiserror::Error;

/// A text of 1 to `MAX` characters without anything invisible in it: trimmed, each run of white space (line breaks too)
/// made one space. A text column, a string in JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize>(String);

/// The name of a person.
pub type PersonName = Text<60>;

/// A word or two: the name of a table, a product, a reason.
pub type Short = Text<60>;

/// A remark: on a line, on a void, on a count.
pub type Note = Text<200>;

/// Why a text was not taken.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TextRefusal {
    /// Nothing visible was typed.
    #[error("Type something here.")]
    Empty,
    /// It is longer than the field holds.
    #[error("Use at most {0} characters.")]
    TooLong(usize),
    /// It has characters that cannot be seen, such as those that turn the writing round.
    #[error("Remove the characters that cannot be printed, or type it again.")]
    Unprintable,
}

impl<const MAX: usize> Text<MAX> {
    /// The text, or `None` where nothing was typed.
    ///
    /// # Errors
    /// The sentence for the person who typed it.
    pub fn optional(text: &str) -> Result<Option<Self>, TextRefusal> {
        match text.parse() {
            Ok(text) => Ok(Some(text)),
            Err(TextRefusal::Empty) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// For `#[serde(default, deserialize_with = "text::optional")]`: a form field that may stay empty.
///
/// # Errors
/// The refusal's sentence.
pub fn optional<'de, const MAX: usize, D: Deserializer<'de>>(
    form: D,
) -> Result<Option<Text<MAX>>, D::Error> {
    let text = Option::<String>::deserialize(form)?;
    Text::optional(text.as_deref().unwrap_or_default()).map_err(D::Error::custom)
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = TextRefusal;

    fn from_str(text: &str) -> Result<Self, TextRefusal> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        if text
            .chars()
            .any(|letter| letter.is_control() || is_hidden(letter))
        {
            return Err(TextRefusal::Unprintable);
        }
        // Joiners shape letters and emoji, but alone they are nothing.
        if text
            .chars()
            .all(|letter| letter == ' ' || is_joiner(letter))
        {
            return Err(TextRefusal::Empty);
        }
        if text.chars().count() > MAX {
            return Err(TextRefusal::TooLong(MAX));
        }
        Ok(Self(text))
    }
}

/// Characters without a picture that could make one name look like another: writing direction, zero widths, tags.
fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = TextRefusal;

    fn try_from(text: String) -> Result<Self, TextRefusal> {
        text.parse()
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0
    }
}

impl<const MAX: usize> AsRef<str> for Text<MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<const MAX: usize> maud::Render for Text<MAX> {
    fn render_to(&self, page: &mut String) {
        self.0.as_str().render_to(page);
    }
}

impl<const MAX: usize> From<Text<MAX>> for sea_orm::Value {
    fn from(text: Text<MAX>) -> Self {
        text.0.into()
    }
}

impl<const MAX: usize> sea_orm::TryGetable for Text<MAX> {
    /// A stored text is taken as it is: what was once accepted stays readable when a limit changes.
    fn try_get_by<I: sea_orm::ColIdx>(
        row: &sea_orm::QueryResult,
        index: I,
    ) -> Result<Self, sea_orm::TryGetError> {
        <String as sea_orm::TryGetable>::try_get_by(row, index).map(Self)
    }
}

impl<const MAX: usize> sea_orm::sea_query::ValueType for Text<MAX> {
    fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
        <String as sea_orm::sea_query::ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        format!("Text<{MAX}>")
    }

    fn array_type() -> sea_orm::sea_query::ArrayType {
        sea_orm::sea_query::ArrayType::String
    }

    fn column_type() -> sea_orm::sea_query::ColumnType {
        sea_orm::sea_query::ColumnType::Text
    }
}

impl<const MAX: usize> sea_orm::sea_query::Nullable for Text<MAX> {
    fn null() -> sea_orm::Value {
        sea_orm::Value::String(None)
    }
}

impl<const MAX: usize> sea_orm::IntoActiveValue<Self> for Text<MAX> {
    fn into_active_value(self) -> sea_orm::ActiveValue<Self> {
        sea_orm::ActiveValue::Set(self)
    }
}

/// Two capitals for a picture that is not there: `Flat white` is FW. A name of one word, or one whose second word is no
/// word (`Rolex, 2 eggs`), gives its first two letters.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first: Vec<char> = words
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    let second = words
        .next()
        .and_then(|word| word.chars().next())
        .filter(|letter| letter.is_alphabetic());
    let letters = first
        .first()
        .copied()
        .into_iter()
        .chain(second.or(first.get(1).copied()));
    letters.flat_map(char::to_uppercase).take(2).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Value;

    use super::*;

    #[test]
    fn a_text_is_trimmed_and_its_white_space_made_plain() {
        let note: Note = "  no\r\n onions,\tplease ".parse().unwrap();
        assert_eq!(note.as_str(), "no onions, please");
        assert_eq!(
            "Nalwôga Ñandi 👩‍🍳"
                .parse::<PersonName>()
                .unwrap()
                .to_string(),
            "Nalwôga Ñandi 👩‍🍳"
        );
        assert_eq!(
            maud::html! { (Text::<9>("<b>&".into())) }.into_string(),
            "&lt;b&gt;&amp;"
        );
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let sentence = |text: &str| text.parse::<Text<5>>().unwrap_err().to_string();
        assert_eq!(sentence(" \n "), "Type something here.");
        assert_eq!(sentence("\u{200d}"), "Type something here.");
        assert_eq!(sentence("sixsix"), "Use at most 5 characters.");
        for text in ["a\0b", "a\u{1b}[", "a\u{202e}b", "a\u{200b}b", "\u{feff}a"] {
            assert_eq!(
                sentence(text),
                "Remove the characters that cannot be printed, or type it again.",
                "{text:?}"
            );
        }
        assert!("ééééé".parse::<Text<5>>().is_ok());
    }

    #[derive(Deserialize)]
    struct Form {
        name: PersonName,
        #[serde(default, deserialize_with = "optional")]
        note: Option<Note>,
    }

    #[test]
    fn a_form_field_may_stay_empty_where_it_says_so() {
        let form: Form = serde_json::from_str(r#"{"name":" Amina ","note":"  "}"#).unwrap();
        assert_eq!((form.name.as_str(), form.note), ("Amina", None));
        let form: Form = serde_json::from_str(r#"{"name":"Amina"}"#).unwrap();
        assert_eq!(form.note, None);
        assert!(serde_json::from_str::<Form>(r#"{"name":""}"#).is_err());
        assert!(
            serde_json::from_str::<Form>(&format!(
                r#"{{"name":"A","note":"{}"}}"#,
                "x".repeat(201)
            ))
            .is_err()
        );
    }

    #[test]
    fn a_text_is_a_text_column() {
        let name: Short = "Veranda".parse().unwrap();
        assert_eq!(Value::from(name), Value::from("Veranda"));
        assert_eq!(Value::from(None::<Note>), Value::String(None));
    }

    #[test]
    fn initials_are_two_capitals() {
        let cases = [
            ("Flat white", "FW"),
            ("Beef burger", "BB"),
            ("Katogo, beef", "KB"),
            ("Rolex, 2 eggs", "RO"),
            ("Tilapia & chips", "TI"),
            ("Cappuccino", "CA"),
            ("Amina N.", "AN"),
            ("éclair", "ÉC"),
            ("7Up", "7U"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_within_its_bounds_and_taken_again(text in ".*") {
            if let Ok(taken) = text.parse::<Text<12>>() {
                prop_assert!((1..=12).contains(&taken.as_str().chars().count()));
                prop_assert!(!taken.as_str().chars().any(char::is_control));
                prop_assert_eq!(taken.as_str().parse::<Text<12>>(), Ok(taken.clone()));
            }
        }

        #[test]
        fn initials_never_are_longer_than_two(name in ".*") {
            prop_assert!(initials(&name).chars().count() <= 2);
        }
    }
}
