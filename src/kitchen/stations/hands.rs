//! With what a station is worked: its keys, and its ears.

use std::str::FromStr;

use serde::Serialize;

use crate::kitchen::keys::Keys;

/// How a station is worked with keys and ears.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Hands {
    /// What each key does.
    pub keys: Keys,
    /// A number bumps its ticket at once, instead of only selecting it.
    pub bump_at_once: bool,
    /// What does not ring.
    pub quiet: Vec<Ring>,
}

/// What rings on a board, each with a tone of its own (assets/js/sound.js) and something to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ring {
    /// A new ticket, until somebody touches it.
    New,
    /// An addition to a ticket.
    AddOn,
    /// Something was taken off a ticket, until somebody acknowledges it.
    Void,
    /// A ticket should have been done by now.
    Late,
    /// Something is ready to be carried out.
    Ready,
    /// The screen is cut off.
    Problem,
}

impl Ring {
    /// All of them.
    pub const ALL: [Ring; 6] = [
        Ring::New,
        Ring::AddOn,
        Ring::Void,
        Ring::Late,
        Ring::Ready,
        Ring::Problem,
    ];

    /// As it is stored, and as the script knows it.
    pub fn name(self) -> &'static str {
        match self {
            Ring::New => "new",
            Ring::AddOn => "addon",
            Ring::Void => "void",
            Ring::Late => "late",
            Ring::Ready => "ready",
            Ring::Problem => "problem",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Ring::New => "New ticket",
            Ring::AddOn => "Add-on",
            Ring::Void => "Void",
            Ring::Late => "Late",
            Ring::Ready => "Ready",
            Ring::Problem => "Cut off",
        }
    }
}

impl FromStr for Ring {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Ring::ALL.into_iter().find(|ring| ring.name() == text);
        named.ok_or("Choose what rings from the list.")
    }
}
