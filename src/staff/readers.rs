//! What each page knows of who reads it: a till that several people share goes back to the tiles by itself, whatever is
//! on its screen.

use poem::{Endpoint, Middleware, Request};

use super::session;
use crate::app::App;
use crate::terminals::Terminal;
use crate::ui;
use crate::web::Asker;

/// Lets every page know who reads it, and lock itself where a signed-in till is shown it, refusals among them.
#[derive(Debug, Clone, Copy)]
pub struct KnownReaders;

impl<E: Endpoint> Middleware<E> for KnownReaders {
    type Output = Knowing<E>;

    fn transform(&self, inner: E) -> Knowing<E> {
        Knowing { inner }
    }
}

/// An endpoint whose pages know.
pub struct Knowing<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Knowing<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> poem::Result<E::Output> {
        let reader = reader(&req).await.unwrap_or_default();
        ui::page::drawn_for(reader, self.inner.call(req)).await
    }
}

/// Who asks for a page, and when their till locks itself: not where the device is nobody else's. A wall display goes on
/// showing its board.
async fn reader(req: &Request) -> Option<ui::page::Reader> {
    let draws_nothing = Asker::of(req) != Asker::Page || req.uri().path().starts_with("/assets/");
    if draws_nothing {
        return None;
    }
    let app = App::of(req).ok()?;
    let person = session::session(&app, req).await.ok()?.person;
    let lock = |terminal: &Terminal| ui::page::Lock {
        idle_seconds: terminal.idle_seconds,
        after_send: terminal.locks_after_send,
    };
    let till = person.terminal.filter(|terminal| !terminal.is_display());
    Some(ui::page::Reader {
        me: Some(person.id.to_string()),
        manages: person.role.manages(),
        terminal: till.as_ref().map(|till| till.id.to_string()),
        lock: till.as_deref().map(lock),
    })
}
