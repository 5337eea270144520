//! Where somebody stands who wants to sign in: their network address and, if it is paired, the
//! terminal.

use std::sync::Arc;

use poem::{FromRequest, Request, RequestBody};

use super::tries::Source;
use crate::app::App;
use crate::data::By;
use crate::terminals::{self, Terminal};
use crate::web::Result;
use crate::web::client::Client;

/// The far end of a request that nobody has signed in on.
#[derive(Clone, Debug)]
pub struct Place {
    /// The network address.
    pub client: Client,
    /// The paired terminal, if it is one.
    pub terminal: Option<Arc<Terminal>>,
}

impl Place {
    /// Told by the socket and the device's token.
    pub async fn of(app: &App, req: &Request) -> Result<Self> {
        Ok(Place {
            client: Client::of(app, req),
            terminal: terminals::device(app, req).await?,
        })
    }

    /// Where wrong secrets are counted.
    pub fn source(&self) -> Source {
        Source::of(self.terminal.as_deref(), &self.client)
    }

    /// Whether it is a wall display, on which nobody has to be asked who they are.
    pub fn is_display(&self) -> bool {
        self.terminal.as_deref().is_some_and(Terminal::is_display)
    }

    /// The paired till; a wall display is none.
    pub fn till(&self) -> Option<&Terminal> {
        self.terminal
            .as_deref()
            .filter(|terminal| !terminal.is_display())
    }

    /// This person, doing something from here.
    pub fn by(&self, staff: crate::values::StaffId, name: &str) -> By {
        By {
            staff: Some(staff),
            terminal: self.terminal.as_ref().map(|terminal| terminal.id),
            name: name.to_owned(),
        }
    }
}

impl<'a> FromRequest<'a> for Place {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Place::of(&App::of(req)?, req).await?)
    }
}
