//! One's own page, password and PIN.

use poem::http::HeaderMap;
use poem::{IntoResponse, Response, handler};
use serde::Deserialize;

use super::AnySession;
use crate::app::App;
use crate::form;
use crate::staff::place::Place;
use crate::staff::secrets::Typed;
use crate::staff::view::own as view;
use crate::staff::{SignedIn, actions, cookies, store};
use crate::web::{Asker, Error, Form, Go, Once, Page, Query, Result, url};

/// What was just done, when one comes back from doing it.
#[derive(Debug, Default, Deserialize)]
pub struct Said {
    done: Option<String>,
}

form! {
    /// A new password; people type it twice, clients once.
    pub struct NewPassword { current: one Typed, new: one Typed, again: opt Typed }
}

form! {
    /// A new PIN, typed twice.
    pub struct NewPin { current: one Typed, pin: one Typed, again: one Typed }
}

/// One's own page.
#[handler]
pub async fn show_me(app: App, person: SignedIn, Query(said): Query<Said>) -> Result<Page> {
    let settings = app.settings().await?;
    let member = store::find(app.db(), person.id)
        .await?
        .ok_or(Error::SignedOut)?;
    let said = match said.done.as_deref() {
        Some("pin") => Some("Your PIN is saved."),
        Some("password") => Some("Your password is saved. You are signed out everywhere else."),
        _ => None,
    };
    Ok(Page(view::me(&settings.cafe_name, &person, &member, said)))
}

/// The form for a new password.
#[handler]
pub async fn ask_password(app: App, AnySession(session): AnySession) -> Result<Page> {
    let settings = app.settings().await?;
    let member = store::find(app.db(), session.claims.sub)
        .await?
        .ok_or(Error::SignedOut)?;
    Ok(Page(view::password(
        &settings.cafe_name,
        &member.username,
        session.must_change_password,
    )))
}

/// Takes a new password; this browser goes on with a new session, all others end.
#[handler]
pub async fn set_password(
    app: App,
    asker: Asker,
    place: Place,
    AnySession(session): AnySession,
    Form(typed): Form<NewPassword>,
) -> Result<Response> {
    if typed.again.as_ref() != Some(&typed.new) {
        return Err(Error::field(
            "again",
            "These two are not the same. Type the new password again.",
        ));
    }
    let welcome =
        actions::change_password(&app, &place, &session, &typed.current, &typed.new).await?;
    let to = if session.must_change_password {
        url::home()
    } else {
        format!("{}?done=password", url::me())
    };
    let cookies = cookies::signed_in(&app, &welcome.claims, &welcome.token, place.client.is_https);
    Ok(cookies::with(cookies, Go::to(asker, to)))
}

/// The form for a new PIN.
#[handler]
pub async fn ask_pin(app: App, person: SignedIn) -> Result<Page> {
    let settings = app.settings().await?;
    let member = store::find(app.db(), person.id)
        .await?
        .ok_or(Error::SignedOut)?;
    let key = uuid::Uuid::now_v7().to_string();
    Ok(Page(view::pin(
        &settings.cafe_name,
        member.pin.is_some(),
        person.terminal.is_some(),
        &key,
    )))
}

/// Takes a new PIN.
#[handler]
pub async fn set_pin(
    app: App,
    asker: Asker,
    place: Place,
    person: SignedIn,
    once: Once,
    Form(typed): Form<NewPin>,
) -> Result<Response> {
    if typed.again != typed.pin {
        return Err(Error::field(
            "again",
            "These two are not the same. Type the new PIN again.",
        ));
    }
    let claim = once.of(&person, "staff.set_pin", &());
    actions::set_pin(&app, &place, &person, &typed.current, &typed.pin, claim).await?;
    Ok(Go::to(asker, format!("{}?done=pin", url::me())).into_response())
}

/// Whether a client signed in by `Authorization` and so keeps its token itself.
pub(super) fn keeps_its_token(headers: &HeaderMap) -> bool {
    headers.contains_key(poem::http::header::AUTHORIZATION)
}
