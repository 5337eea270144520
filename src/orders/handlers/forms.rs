//! What people type and tap at the till, parsed once.

use crate::form;
use crate::menu::Pick;
use crate::values::{LineId, ModifierId, Note, ProductId, Quantity, Short, TableId, Text};

/// A telephone number as people write it.
type Phone = Text<30>;

form! {
    /// A new order.
    pub struct NewOrder {
        kind: one String,
        table: opt TableId,
        guests: opt Guests,
        name: opt Short,
        phone: opt Phone,
    }
}

form! {
    /// A tap on a product, or the sheet of its choices.
    pub struct Tap {
        product: one ProductId,
        quantity: opt Quantity,
        /// Present where the sheet was used: then no choice means none.
        choices: flag bool,
        modifier: many ModifierId,
        of_group: prefixed @ "m-" ModifierId,
        /// Words before choices: `extra:<id>`.
        words: prefixed @ "word-" Pick,
        note: opt Note,
        allergy: opt Short,
        seat: opt Seat,
        course: opt Course,
    }
}

form! {
    /// Other choices for a line.
    pub struct Choices {
        modifier: many ModifierId,
        of_group: prefixed @ "m-" ModifierId,
        /// Words before choices: `extra:<id>`.
        words: prefixed @ "word-" Pick,
        note: opt Note,
        allergy: opt Short,
    }
}

form! {
    /// One choice instead of another one of its group.
    pub struct OtherChoice { modifier: one ModifierId }
}

form! {
    /// A quantity.
    pub struct SetQuantity { quantity: one Quantity }
}

form! {
    /// One more or one less.
    pub struct Step { by: one Steps }
}

form! {
    /// A line's note and allergy.
    pub struct LineNote { note: opt Note, allergy: opt Short }
}

form! {
    /// A line's seat; `next` goes round the table.
    pub struct LineSeat { seat: opt Seat, next: flag bool }
}

form! {
    /// A line's course.
    pub struct LineCourse { course: one Course }
}

form! {
    /// Guests, or for whom a takeaway is.
    pub struct Details { guests: opt Guests, name: opt Short, phone: opt Phone }
}

form! {
    /// Why an order is called off.
    pub struct Cancellation { reason: opt Note }
}

form! {
    /// Nothing but the address.
    pub struct Nothing {}
}

form! {
    /// Which lines were carried out: all that are ready where none is named.
    pub struct Servings { line: many LineId, from: opt Short }
}

/// A number within bounds, with the sentence for one that is not.
macro_rules! bounded {
    ($(#[$meta:meta])* $name:ident: $from:literal..=$to:literal, $sentence:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
        pub struct $name(pub i16);

        impl std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                match text.trim().parse() {
                    Ok(number @ $from..=$to) => Ok($name(number)),
                    _ => Err($sentence),
                }
            }
        }
    };
}

bounded! { /// How many guests.
Guests: 1..=99, "Between 1 and 99 guests." }
bounded! { /// A seat of the table.
Seat: 1..=99, "Seats are numbered from 1." }
bounded! { /// When a line is to be cooked.
Course: 1..=9, "Courses are numbered from 1 to 9." }
bounded! { /// By how many a quantity changes.
Steps: -999..=999, "Between −999 and 999." }

impl Tap {
    /// What was picked; `None` takes the usual.
    pub fn picks(&self) -> Option<Vec<Pick>> {
        let ticked = self.modifier.iter().chain(&self.of_group).copied();
        let picks = Pick::from_form(ticked, &self.words);
        (self.choices || !picks.is_empty()).then_some(picks)
    }
}

impl Choices {
    /// What was picked.
    pub fn picks(&self) -> Vec<Pick> {
        let ticked = self.modifier.iter().chain(&self.of_group).copied();
        Pick::from_form(ticked, &self.words)
    }
}
