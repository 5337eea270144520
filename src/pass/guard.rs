//! Who may come in: whoever carries out.

use poem::{FromRequest, Request, RequestBody};

use crate::app::App;
use crate::data::By;
use crate::kitchen::{self, Station};
use crate::staff::{AtWork, Cook};
use crate::values::StationId;
use crate::web::{Error, Result};

/// Somebody who takes orders, or the display that hangs at a pass.
#[derive(Debug, Clone)]
pub struct Runner(Cook);

impl Runner {
    /// Refuses whoever has nothing to carry out.
    pub async fn of(app: &App, by: Cook) -> Result<Self> {
        let may = match &by {
            Cook::Person(person) => person.role.takes_orders(),
            Cook::Display(terminal) => match terminal.station {
                Some(station) => !kitchen::station(app.db(), station).await?.kind.makes(),
                None => false,
            },
        };
        if may {
            Ok(Runner(by))
        } else {
            Err(not_theirs())
        }
    }

    /// The pass where they stand: any for a person, its own for a display.
    pub async fn enter(&self, app: &App, pass: StationId) -> Result<Station> {
        let station = kitchen::station(app.db(), pass).await?;
        if station.kind.makes() {
            return Err(Error::NotFound("pass"));
        }
        if self.binding().is_some_and(|bound| bound != pass) {
            return Err(not_theirs());
        }
        Ok(station)
    }

    /// The pass that is theirs because the device hangs there, and for no other reason.
    pub fn binding(&self) -> Option<StationId> {
        match &self.0 {
            Cook::Display(terminal) => terminal.station,
            Cook::Person(_) => None,
        }
    }

    /// Whether it is somebody who has other screens to go to.
    pub fn is_person(&self) -> bool {
        matches!(self.0, Cook::Person(_))
    }
}

impl From<&Runner> for By {
    fn from(runner: &Runner) -> By {
        By::from(&runner.0)
    }
}

impl<'a> FromRequest<'a> for Runner {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let app = App::of(req)?;
        let AtWork(by) = AtWork::from_request(req, body).await?;
        Ok(Runner::of(&app, by).await?)
    }
}

fn not_theirs() -> Error {
    Error::not_allowed(
        "Orders are carried out by waiters, cashiers and managers, or at the display of the pass.",
    )
}
