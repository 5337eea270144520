//! A till that several people share goes back to the tiles by itself, whatever is on its screen.

use poem::{Endpoint, Middleware, Request};

use super::session;
use crate::app::App;
use crate::ui;
use crate::web::Asker;

/// Lets every page lock itself that a signed-in till is shown, refusals among them.
#[derive(Debug, Clone, Copy)]
pub struct SharedTills;

impl<E: Endpoint> Middleware<E> for SharedTills {
    type Output = Locking<E>;

    fn transform(&self, inner: E) -> Locking<E> {
        Locking { inner }
    }
}

/// An endpoint whose pages lock themselves.
pub struct Locking<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Locking<E> {
    type Output = E::Output;

    async fn call(&self, req: Request) -> poem::Result<E::Output> {
        let lock = lock(&req).await;
        ui::page::locking_itself(lock, self.inner.call(req)).await
    }
}

/// When the till locks itself; nothing where nobody is signed in or the device is nobody else's. A wall display goes on
/// showing its board.
async fn lock(req: &Request) -> Option<ui::page::Lock> {
    let draws_nothing = Asker::of(req) != Asker::Page || req.uri().path().starts_with("/assets/");
    if draws_nothing {
        return None;
    }
    let app = App::of(req).ok()?;
    let terminal = session::session(&app, req).await.ok()?.person.terminal?;
    (!terminal.is_display()).then_some(ui::page::Lock {
        idle_seconds: terminal.idle_seconds,
        after_send: terminal.locks_after_send,
    })
}
