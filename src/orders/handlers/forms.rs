//! What people type and tap at the till, parsed once.

use crate::form;
use crate::menu::Pick;
use crate::orders::change_sheets;
use crate::staff::Agreement;
use crate::values::{
    BasisPoints, LineId, ModifierId, Money, Note, OrderId, ProductId, Quantity, Short, StaffId,
    StationId, TableId, TaxClassId, Text,
};

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
    /// A line's course, and where it is made this time.
    pub struct LineCourse { course: one Course, station: opt StationId }
}

form! {
    /// Guests, or for whom a takeaway is.
    pub struct Details { guests: opt Guests, name: opt Short, phone: opt Phone }
}

form! {
    /// Why an order is called off, and who agrees where something of it was sent.
    pub struct Cancellation {
        chosen: opt Short,
        reason: opt Note,
        agreement: part Agreement,
    }
}

form! {
    /// Why a line is struck out or given free, how much of it, and who agrees.
    pub struct StrikeOut {
        quantity: opt Quantity,
        chosen: opt Short,
        reason: opt Note,
        agreement: part Agreement,
    }
}

form! {
    /// What is taken off, why, and who agrees. `from` is `pay` where it is asked on the pay screen.
    pub struct NewDiscount {
        named: opt Short,
        percent: opt BasisPoints,
        amount: money Money,
        none: flag bool,
        from: opt Short,
        chosen: opt Short,
        reason: opt Note,
        agreement: part Agreement,
    }
}

form! {
    /// Why a paid order is opened again, and who agrees.
    pub struct Reopening {
        chosen: opt Short,
        reason: opt Note,
        agreement: part Agreement,
    }
}

form! {
    /// Something that is not on the menu, and who agrees.
    pub struct NewOpenItem {
        name: one Short,
        price: money Money,
        quantity: opt Quantity,
        station: one StationId,
        tax: opt TaxClassId,
        note: opt Note,
        seat: opt Seat,
        course: opt Course,
        agreement: part Agreement,
    }
}

form! {
    /// Where the guests go.
    pub struct NewPlaceForm { table: one NewTable }
}

/// A table, or away with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum NewTable {
    /// This one.
    At(TableId),
    /// The guests take it away.
    Away,
}

impl std::str::FromStr for NewTable {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            change_sheets::TAKEAWAY => Ok(NewTable::Away),
            table => table
                .parse()
                .map(NewTable::At)
                .map_err(|_| "Choose a table."),
        }
    }
}

form! {
    /// Who serves an order from now on.
    pub struct NewWaiter { waiter: one StaffId }
}

form! {
    /// The order that takes everything in.
    pub struct MergeInto { order: one OrderId }
}

form! {
    /// Which lines go, how many pieces of each, and to which order; `fresh` is the id of one that is opened for them.
    pub struct Moves {
        line: many LineId,
        pieces: prefixed @ "pieces-" Pieces,
        order: opt OrderId,
        fresh: opt OrderId,
    }
}

/// Pieces of a line: `<line>:<how many>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Pieces(pub LineId, pub Quantity);

impl std::str::FromStr for Pieces {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let wrong = "Say how many of a line, from 1 to 999.";
        let (line, pieces) = text.split_once(':').ok_or(wrong)?;
        let line = line.parse().map_err(|_| wrong)?;
        Ok(Pieces(line, pieces.parse().map_err(|_| wrong)?))
    }
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

impl<'de> serde::Deserialize<'de> for Course {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
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
