//! People and what their role lets them do (product.md section 1).

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::tries::Source;
use crate::data::By;
use crate::settings::Settings;
use crate::terminals::Terminal;
use crate::ui;
use crate::values::{StaffId, TerminalId, TokenId, initials};
use crate::web::client::Client;
use crate::web::url;

/// A person's one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the house and the program.
    Admin,
    /// Runs the day.
    Manager,
    /// Takes orders and money.
    Cashier,
    /// Takes orders.
    Waiter,
    /// Cooks.
    Kitchen,
    /// Makes drinks.
    Bar,
}

impl Role {
    /// Every role, highest first.
    pub const ALL: [Role; 6] = [
        Role::Admin,
        Role::Manager,
        Role::Cashier,
        Role::Waiter,
        Role::Kitchen,
        Role::Bar,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Manager => "manager",
            Role::Cashier => "cashier",
            Role::Waiter => "waiter",
            Role::Kitchen => "kitchen",
            Role::Bar => "bar",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Role::Admin => "Admin",
            Role::Manager => "Manager",
            Role::Cashier => "Cashier",
            Role::Waiter => "Waiter",
            Role::Kitchen => "Kitchen",
            Role::Bar => "Bar",
        }
    }

    /// May open orders, change and send them, hold a shift, see the floor.
    pub fn takes_orders(self) -> bool {
        !matches!(self, Role::Kitchen | Role::Bar)
    }

    /// May take payments.
    pub fn takes_payments(self, settings: &Settings) -> bool {
        match self {
            Role::Admin | Role::Manager | Role::Cashier => true,
            Role::Waiter => settings.waiters_take_payments,
            Role::Kitchen | Role::Bar => false,
        }
    }

    /// May give money back and open a paid order again, with a manager's agreement where they are none.
    pub fn refunds(self) -> bool {
        matches!(self, Role::Admin | Role::Manager | Role::Cashier)
    }

    /// May mark products as sold out or count them down.
    pub fn keeps_stock(self) -> bool {
        self != Role::Waiter
    }

    /// Manager or admin: may approve what others may not do alone.
    pub fn manages(self) -> bool {
        matches!(self, Role::Admin | Role::Manager)
    }
}

impl Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Role::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or("Choose a role.")
    }
}

/// Somebody who is signed in, on this terminal if it is a paired one.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// As colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The colour of their avatar, 1 to 8.
    pub hue: u8,
    /// The paired terminal that the request came from.
    pub terminal: Option<Arc<Terminal>>,
    /// The session's token.
    pub token: TokenId,
    /// Where the request came from.
    pub client: Client,
}

impl Person {
    /// The paired terminal that they are at.
    pub fn terminal_id(&self) -> Option<TerminalId> {
        self.terminal.as_ref().map(|terminal| terminal.id)
    }

    /// "Amina N." for the corner of a screen: the first name and an initial.
    pub fn short_name(&self) -> String {
        short_name(&self.name)
    }

    /// Where wrong secrets that are typed on this device are counted.
    pub fn source(&self) -> Source {
        Source::of(self.terminal.as_deref(), &self.client)
    }

    /// As the bars of screens show them.
    pub fn shown(&self) -> ui::Person {
        ui::Person {
            name: self.short_name(),
            initials: initials(&self.name),
            hue: self.hue,
            me: url::me(),
            lock: url::lock(),
        }
    }
}

/// First name and the initial of the last: "Amina N.".
pub fn short_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    match (words.next(), words.next_back()) {
        (Some(first), Some(last)) => {
            let initial = last.chars().next().map(|c| c.to_uppercase().to_string());
            format!("{first} {}.", initial.unwrap_or_default())
        }
        (Some(only), None) => only.to_owned(),
        _ => String::new(),
    }
}

impl From<&Person> for By {
    fn from(person: &Person) -> By {
        By {
            staff: Some(person.id),
            terminal: person.terminal_id(),
            name: person.name.clone(),
        }
    }
}
