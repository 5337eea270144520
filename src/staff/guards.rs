//! Who may come in: the first line of every handler. There is no second place to look.

use std::ops::Deref;

use poem::{FromRequest, Request, RequestBody};

use super::person::{Person, Role};
use super::session;
use crate::app::App;
use crate::data::By;
use crate::terminals::{self, Terminal};
use crate::values::StationId;
use crate::web::{Error, Result};

/// Declares a guard: a person whose role passes, or the sentence that they read.
macro_rules! guards {
    ($($(#[$meta:meta])* $name:ident: |$person:ident, $settings:ident| $passes:expr, $sentence:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Person);

        impl Deref for $name {
            type Target = Person;

            fn deref(&self) -> &Person {
                &self.0
            }
        }

        impl From<&$name> for By {
            fn from(guard: &$name) -> By {
                By::from(&guard.0)
            }
        }

        impl<'a> FromRequest<'a> for $name {
            async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
                let app = App::of(req)?;
                let $person = session::person(&app, req).await?;
                let $settings = app.settings().await?;
                if $passes {
                    Ok($name($person))
                } else {
                    Err(Error::not_allowed($sentence).into())
                }
            }
        }
    )*};
}

guards! {
    /// Anybody who works here and is signed in.
    SignedIn: |_person, _settings| true, "";

    /// May open orders, change them and send them, and hold a shift.
    OrderTaker: |person, _settings| person.role.takes_orders(),
        "Orders are taken by waiters, cashiers and managers.";

    /// May take payments.
    Cashier: |person, settings| person.role.takes_payments(&settings),
        "Payments are taken by cashiers and managers.";

    /// May give money back and open a paid order again, with a manager's agreement where they are none.
    Refunder: |person, _settings| person.role.refunds(),
        "Money is given back by cashiers and managers.";

    /// May mark products as sold out.
    StockKeeper: |person, _settings| person.role.keeps_stock(),
        "Cashiers, cooks and managers mark products as sold out.";

    /// Manager or admin.
    Manager: |person, _settings| person.role.manages(),
        "Only managers may do this. Ask one to sign in.";

    /// Admin.
    Admin: |person, _settings| person.role == Role::Admin,
        "Only admins may do this.";
}

/// Whoever works at a board: a cook at their kind of station, somebody at a till that is bound to
/// it, a manager, or the paired display itself.
#[derive(Debug, Clone)]
pub enum Cook {
    /// A person; the terminal they stand at is in it.
    Person(Person),
    /// A wall display that is bound to one board.
    Display(std::sync::Arc<Terminal>),
}

impl Cook {
    /// Refuses where this board is not theirs. `kind` is the station's: `kitchen`, `bar` or `expo`.
    pub fn may_work_at(&self, station: StationId, kind: &str) -> Result<()> {
        let allowed = match (self, self.by_binding()) {
            (_, Some(terminal)) => terminal.station == Some(station),
            (Cook::Display(_), None) => false,
            (Cook::Person(person), None) => match person.role {
                Role::Admin | Role::Manager => true,
                Role::Kitchen => kind == "kitchen",
                Role::Bar => kind == "bar",
                Role::Cashier | Role::Waiter => false,
            },
        };
        if allowed { Ok(()) } else { Err(not_theirs()) }
    }

    /// Whether any board is theirs. Who has none is told so before it is looked for, and so not whether it exists.
    fn has_a_board(&self) -> bool {
        match self {
            Cook::Person(person) if !matches!(person.role, Role::Cashier | Role::Waiter) => true,
            _ => self.by_binding().is_some_and(|it| it.station.is_some()),
        }
    }

    /// The terminal whose board is theirs because they are at it, and for no other reason: a display, or
    /// the till of somebody who sells.
    pub fn by_binding(&self) -> Option<&Terminal> {
        match self {
            Cook::Display(terminal) => Some(terminal),
            Cook::Person(person) => match person.role {
                Role::Cashier | Role::Waiter => person.terminal.as_deref(),
                Role::Admin | Role::Manager | Role::Kitchen | Role::Bar => None,
            },
        }
    }
}

impl From<&Cook> for By {
    fn from(cook: &Cook) -> By {
        match cook {
            Cook::Person(person) => By::from(person),
            Cook::Display(terminal) => By {
                staff: None,
                terminal: Some(terminal.id),
                name: terminal.name.clone(),
            },
        }
    }
}

fn not_theirs() -> Error {
    Error::not_allowed(
        "This board is not yours. It is worked by its own people, or at a terminal that is bound to it.",
    )
}

impl<'a> FromRequest<'a> for Cook {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        match AtWork::from_request(req, body).await? {
            AtWork(cook) if cook.has_a_board() => Ok(cook),
            _ => Err(not_theirs().into()),
        }
    }
}

/// Whoever works here, with a board or without, or a display.
#[derive(Debug, Clone)]
pub struct AtWork(pub Cook);

impl<'a> FromRequest<'a> for AtWork {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let app = App::of(req)?;
        // A person who signed in on a display's browser acts as themselves; else it is the display.
        match session::person(&app, req).await {
            Ok(person) => Ok(AtWork(Cook::Person(person))),
            Err(Error::SignedOut) => match terminals::device(&app, req).await? {
                Some(terminal) if terminal.is_display() => Ok(AtWork(Cook::Display(terminal))),
                _ => Err(Error::SignedOut.into()),
            },
            Err(other) => Err(other.into()),
        }
    }
}
