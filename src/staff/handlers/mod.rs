//! One function for each address of this room.

pub mod api;
pub mod own;
pub mod roster;
pub mod sign_in;

use poem::{FromRequest, Request, RequestBody};

use super::session::{self, Claims, Session};
use crate::app::App;
use crate::data::By;
use crate::web::Error;

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

impl<'a> FromRequest<'a> for Chooser {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let app = App::of(req)?;
        match session::session(&app, req).await {
            Ok(session) => Ok(Chooser::Here(Box::new(session))),
            Err(Error::SignedOut) => match session::claims(&app, req) {
                Some(claims) => Ok(Chooser::Gone(claims)),
                None => Err(Error::SignedOut.into()),
            },
            Err(other) => Err(other.into()),
        }
    }
}

/// Milliseconds since 1970, by which a page's clock ticks.
fn now_ms(app: &App) -> i64 {
    i64::try_from(app.clock().now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}
