//! The keys of a bump bar: which one does what at a station. Any USB keypad is one.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::web::FieldError;

/// What a key does on a board. What its numbers do is in [`Numbers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// To the ticket before.
    Left,
    /// To the ticket after.
    Right,
    /// To the line above.
    Up,
    /// To the line below.
    Down,
    /// To the oldest ticket.
    First,
    /// To the newest ticket.
    Last,
    /// A page back.
    PageBack,
    /// A page on.
    PageOn,
    /// The line is done, or is not.
    LineDone,
    /// The ticket leaves the board.
    Bump,
    /// Takes back what was bumped here just now.
    Undo,
    /// Brings back what left the board last.
    Recall,
    /// Opens the list of what left the board.
    Recalls,
    /// Shows how much is to be made of everything.
    AllDay,
    /// Puts the ticket first.
    Priority,
    /// Silence for half an hour, or its end.
    Mute,
    /// Leaves whatever was selected.
    Cancel,
}

/// Each act with its field in the form, its name for people, and its usual key (kitchen.md section 5).
const ACTS: [(Act, &str, &str, &str); 17] = [
    (Act::Left, "key_left", "Ticket before", "ArrowLeft"),
    (Act::Right, "key_right", "Ticket after", "ArrowRight"),
    (Act::Up, "key_up", "Line above", "ArrowUp"),
    (Act::Down, "key_down", "Line below", "ArrowDown"),
    (Act::First, "key_first", "Oldest ticket", "Home"),
    (Act::Last, "key_last", "Newest ticket", "End"),
    (Act::PageBack, "key_page_back", "Page back", "PageUp"),
    (Act::PageOn, "key_page_on", "Page on", "PageDown"),
    (Act::LineDone, "key_line_done", "Line done", "Space"),
    (Act::Bump, "key_bump", "Bump", "Enter"),
    (Act::Undo, "key_undo", "Undo", "u"),
    (Act::Recall, "key_recall", "Recall the last", "Backspace"),
    (Act::Recalls, "key_recalls", "List to recall from", "r"),
    (Act::AllDay, "key_all_day", "All day", "s"),
    (Act::Priority, "key_priority", "Priority", "p"),
    (Act::Mute, "key_mute", "Mute", "m"),
    (Act::Cancel, "key_cancel", "Cancel", "Escape"),
];

/// The field of the ten numbers.
const NUMBERS: &str = "numbers";

/// Names of keys as browsers say them, as people do, and other ways to write them.
const NAMED: [(&str, &str, &[&str]); 13] = [
    ("Enter", "Enter", &["return"]),
    ("Space", "Space", &["spacebar"]),
    ("Backspace", "Backspace", &["back"]),
    ("Escape", "Esc", &[]),
    ("ArrowLeft", "Left", &["←"]),
    ("ArrowRight", "Right", &["→"]),
    ("ArrowUp", "Up", &["↑"]),
    ("ArrowDown", "Down", &["↓"]),
    ("PageUp", "Page Up", &["pgup"]),
    ("PageDown", "Page Down", &["pgdn", "pgdown"]),
    ("Home", "Home", &[]),
    ("End", "End", &[]),
    ("Delete", "Delete", &["del"]),
];

impl Act {
    /// All of them, in the order in which people read them.
    pub fn all() -> impl Iterator<Item = Act> {
        ACTS.into_iter().map(|(act, ..)| act)
    }

    fn entry(self) -> (&'static str, &'static str, &'static str) {
        let known = ACTS.into_iter().find(|(act, ..)| *act == self);
        known.map_or(("", "", ""), |(_, field, label, usual)| {
            (field, label, usual)
        })
    }

    /// Its field in a form.
    pub fn field(self) -> &'static str {
        self.entry().0
    }

    /// As it is stored, and as the script of the board knows it.
    pub fn name(self) -> &'static str {
        let field = self.field();
        field.strip_prefix("key_").unwrap_or(field)
    }

    /// As people call it.
    pub fn label(self) -> &'static str {
        self.entry().1
    }

    fn usual(self) -> Key {
        Key(self.entry().2.to_owned())
    }
}

/// A key: a sign of ASCII, small where it is a letter, or a name as browsers say it ("Enter", "F5").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// As browsers say it; the space bar is "Space".
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Key {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() == 1 && text.bytes().all(|sign| sign.is_ascii_graphic()) {
            return Ok(Key(text.to_ascii_lowercase()));
        }
        let word = text.replace([' ', '-', '_'], "").to_lowercase();
        let plain = |name: &str| name.replace(' ', "").to_lowercase();
        let named = NAMED.into_iter().find(|(name, label, others)| {
            plain(name) == word || plain(label) == word || others.contains(&word.as_str())
        });
        if let Some((name, ..)) = named {
            return Ok(Key(name.to_owned()));
        }
        let function = word
            .strip_prefix('f')
            .and_then(|number| number.parse().ok());
        match function.filter(|number: &u8| (1..=24).contains(number)) {
            Some(number) => Ok(Key(format!("F{number}"))),
            None => Err(
                "Write one letter, digit or sign, or a name such as Enter, Space, Page Up or F5.",
            ),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMED.into_iter().find(|(name, ..)| *name == self.0);
        match named {
            Some((_, label, _)) => f.write_str(label),
            None if self.0.len() == 1 => f.write_str(&self.0.to_ascii_uppercase()),
            None => f.write_str(&self.0),
        }
    }
}

/// The ten keys that address tickets: those of 0 to 9, in this order. 0 and then another means the tickets from 10 on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Numbers(Vec<Key>);

impl Default for Numbers {
    fn default() -> Self {
        Numbers((0..10).map(|digit: u8| Key(digit.to_string())).collect())
    }
}

impl FromStr for Numbers {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let keys: Option<Vec<Key>> = text
            .split_whitespace()
            .map(|key| key.parse().ok())
            .collect();
        match keys.filter(|keys| keys.len() == 10) {
            Some(keys) => Ok(Numbers(keys)),
            None => Err(
                "Write ten keys with spaces between them, first the one for 0: 0 1 2 3 4 5 6 7 8 9.",
            ),
        }
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names of two words would be read as two keys.
        let keys: Vec<String> = self
            .0
            .iter()
            .map(|key| key.to_string().replace(' ', ""))
            .collect();
        f.write_str(&keys.join(" "))
    }
}

/// The keys of a station; no two acts share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    acts: BTreeMap<Act, Key>,
    numbers: Numbers,
}

impl Default for Keys {
    fn default() -> Self {
        Keys {
            acts: Act::all().map(|act| (act, act.usual())).collect(),
            numbers: Numbers::default(),
        }
    }
}

impl Keys {
    /// The usual keys, but for these.
    ///
    /// # Errors
    /// Where a key would do two things; at the field of the second one.
    pub fn with(
        chosen: impl IntoIterator<Item = (Act, Option<Key>)>,
        numbers: Option<Numbers>,
    ) -> Result<Keys, FieldError> {
        let mut keys = Keys::default();
        let chosen = chosen
            .into_iter()
            .filter_map(|(act, key)| Some((act, key?)));
        keys.acts.extend(chosen);
        keys.numbers = numbers.unwrap_or_default();
        match keys.clash() {
            Some(fault) => Err(fault),
            None => Ok(keys),
        }
    }

    fn clash(&self) -> Option<FieldError> {
        let mut taken: HashMap<&Key, String> = HashMap::new();
        let numbers = self.numbers.0.iter().zip(0..);
        for (key, number) in numbers {
            if let Some(other) = taken.insert(key, format!("number {number}")) {
                return Some(twice(NUMBERS, key, &other, &format!("number {number}")));
            }
        }
        self.acts.iter().find_map(|(act, key)| {
            let other = taken.insert(key, act.label().to_owned())?;
            Some(twice(act.field(), key, &other, act.label()))
        })
    }

    /// The key of an act.
    pub fn key_of(&self, act: Act) -> Key {
        self.acts.get(&act).cloned().unwrap_or_else(|| act.usual())
    }

    /// The keys of the numbers.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Whether they are all the usual ones.
    pub fn are_usual(&self) -> bool {
        *self == Keys::default()
    }

    /// What each key does, by its name: "bump", or a digit. The script of the board reads it.
    pub fn by_key(&self) -> BTreeMap<String, String> {
        let acts = self
            .acts
            .iter()
            .map(|(act, key)| (key.0.clone(), act.name().to_owned()));
        let numbers = self
            .numbers
            .0
            .iter()
            .zip(0..)
            .map(|(key, number): (_, u8)| (key.0.clone(), number.to_string()));
        acts.chain(numbers).collect()
    }

    /// As it is stored: only what is not usual, so that a key that becomes usual later reaches everybody else.
    pub fn stored(&self) -> Json {
        let unusual = self.acts.iter().filter(|(act, key)| **key != act.usual());
        let mut stored: serde_json::Map<String, Json> = unusual
            .map(|(act, key)| (act.name().to_owned(), json!(key)))
            .collect();
        if self.numbers != Numbers::default() {
            stored.insert(NUMBERS.to_owned(), json!(self.numbers));
        }
        Json::Object(stored)
    }

    /// Reads what was stored. What cannot be read, or would do two things, is the usual: a board without keys helps
    /// nobody.
    pub fn read(stored: &Json) -> Keys {
        let key = |json: &Json| json.as_str().and_then(|text| text.parse().ok());
        let chosen = Act::all().map(|act| (act, stored.get(act.name()).and_then(key)));
        let numbers = stored
            .get(NUMBERS)
            .and_then(Json::as_array)
            .and_then(|keys| {
                let keys: Option<Vec<Key>> = keys.iter().map(key).collect();
                keys.filter(|keys| keys.len() == 10).map(Numbers)
            });
        Keys::with(chosen, numbers).unwrap_or_default()
    }
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.stored().serialize(to)
    }
}

fn twice(field: &'static str, key: &Key, one: &str, other: &str) -> FieldError {
    FieldError {
        field,
        sentence: format!(
            "{key} would do two things, {one} and {other}. Give each a key of its own."
        ),
    }
}

#[cfg(test)]
mod tests;
