use serde::{Deserialize, Serialize};

use crate::values::{OrderId, ShiftId, StaffId, StationId, TerminalId};

/// What to look at again after a commit; never how it looks. Serialised, it is the message between instances.
///
/// The short names are the wire's, so that a message of a busy minute stays one small packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Changed {
    /// An order: its lines, its courses, its payments, its state.
    #[serde(rename = "o")]
    Order(OrderId),
    /// A station's board: a ticket came, moved on or left.
    #[serde(rename = "k")]
    Station(StationId),
    /// Who looks at an order.
    #[serde(rename = "w")]
    Watchers(OrderId),
    /// Tickets that no screen shows.
    #[serde(rename = "u")]
    Unseen,
    /// Areas, tables, or who sits where.
    #[serde(rename = "f")]
    Floor,
    /// Products, prices, modifiers, what is sold out.
    #[serde(rename = "m")]
    Menu,
    /// A person: name, role, PIN, whether they may still be signed in.
    #[serde(rename = "p")]
    Staff(StaffId),
    /// A paired device.
    #[serde(rename = "t")]
    Terminal(TerminalId),
    /// A shift: opened, counted, closed, or cash moved in its drawer.
    #[serde(rename = "s")]
    Shift(ShiftId),
    /// What managers are asked to agree to.
    #[serde(rename = "a")]
    Approvals,
    /// Money that somebody waits for, or that is for no order.
    #[serde(rename = "y")]
    Payments,
    /// Printers, and what is to be printed.
    #[serde(rename = "j")]
    Printers,
    /// The venue's own settings.
    #[serde(rename = "v")]
    Settings,
}

impl Changed {
    /// Whether somebody's permission may have changed with it, so that open streams ask again at once.
    #[must_use]
    pub fn concerns_rights(&self) -> bool {
        matches!(self, Self::Staff(_) | Self::Terminal(_) | Self::Shift(_))
    }
}
