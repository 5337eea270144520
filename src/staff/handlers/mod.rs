//! One function for each address of this room.

pub mod api;
pub mod own;
pub mod roster;
pub mod sign_in;

use poem::{FromRequest, Request, RequestBody};

use super::session::{self, Session};
use crate::app::App;

/// A session that stands, whatever it may do: also one that must choose a password before anything else.
#[derive(Clone, Debug)]
pub struct AnySession(pub Session);

impl<'a> FromRequest<'a> for AnySession {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(AnySession(session::session(&App::of(req)?, req).await?))
    }
}

/// Milliseconds since 1970, by which a page's clock ticks.
fn now_ms(app: &App) -> i64 {
    i64::try_from(app.clock().now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}
