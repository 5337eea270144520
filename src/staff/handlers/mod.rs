//! One function for each address of this room.

pub mod api;
pub mod own;
pub mod roster;
pub mod sign_in;

use poem::{FromRequest, Request, RequestBody};

use super::session::{self, Claims, Session};
use crate::app::App;
use crate::data::{By, Claim};
use crate::web::{Error, Once, Result};

/// A session that stands, whatever it may do: also one that must choose a password before anything else.
#[derive(Clone, Debug)]
pub struct AnySession(pub Session);

impl<'a> FromRequest<'a> for AnySession {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(AnySession(session::session(&App::of(req)?, req).await?))
    }
}

/// Whoever chooses a password: on a session that stands, or on one that is over because of that very choice, whose
/// answer was lost on the way.
#[derive(Clone, Debug)]
pub enum Chooser {
    /// A session that stands.
    Here(Box<Session>),
    /// One that is over.
    Gone(Claims),
}

impl From<&Chooser> for By {
    fn from(chooser: &Chooser) -> By {
        match chooser {
            Chooser::Here(session) => By::from(&session.person),
            Chooser::Gone(claims) => By {
                staff: Some(claims.sub),
                terminal: None,
                name: String::new(),
            },
        }
    }
}

impl Chooser {
    /// Binds the key to this choice. What was chosen is a secret, and so no part of it.
    fn claim(&self, once: Once) -> Claim {
        once.of(self, "staff.choose_password", &())
    }

    /// Somebody whose session is over, if the request is the one that ended it.
    async fn gone(app: &App, req: &Request, body: &mut RequestBody) -> Result<Self> {
        let chooser = Chooser::Gone(session::claims(app, req).ok_or(Error::SignedOut)?);
        let once = Once::from_request(req, body).await;
        match once.map(|once| chooser.claim(once)) {
            Ok(claim) if app.already(&claim).await? => Ok(chooser),
            _ => Err(Error::SignedOut),
        }
    }
}

impl<'a> FromRequest<'a> for Chooser {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let app = App::of(req)?;
        match session::session(&app, req).await {
            Ok(session) => Ok(Chooser::Here(Box::new(session))),
            Err(Error::SignedOut) => Ok(Chooser::gone(&app, req, body).await?),
            Err(other) => Err(other.into()),
        }
    }
}

/// Milliseconds since 1970, by which a page's clock ticks.
fn now_ms(app: &App) -> i64 {
    i64::try_from(app.clock().now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}
