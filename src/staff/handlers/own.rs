//! One's own page, password and PIN.

use poem::{IntoResponse, Request, Response, handler};
use serde::Deserialize;

use super::{AnySession, Chooser};
use crate::app::App;
use crate::data::Written;
use crate::form;
use crate::staff::actions::Welcome;
use crate::staff::place::Place;
use crate::staff::secrets::Typed;
use crate::staff::view::own as view;
use crate::staff::{SignedIn, actions, cookies, store};
use crate::web::security::bearer;
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
        &new_key(),
    )))
}

/// Takes a new password; this browser goes on with a new session, all others end. A repetition goes on to where the
/// first request led.
#[handler]
pub async fn set_password(
    app: App,
    asker: Asker,
    place: Place,
    chooser: Chooser,
    once: Once,
    Form(typed): Form<NewPassword>,
) -> Result<Response> {
    let claim = chooser.claim(once);
    if app.already(&claim).await? {
        return chosen_before(&app, asker, &place, &chooser, &typed.new).await;
    }
    let Chooser::Here(session) = chooser else {
        return Err(Error::SignedOut);
    };
    if typed.again.as_ref() != Some(&typed.new) {
        return Err(Error::field(
            "again",
            "These two are not the same. Type the new password again.",
        ));
    }
    let (current, new) = (&typed.current, &typed.new);
    let written =
        actions::change_password(&app, &place, &session, current, new, Some(claim)).await?;
    let to = if session.must_change_password {
        url::home()
    } else {
        password_saved()
    };
    Ok(match written {
        Written::Done(welcome) => goes_on(&app, asker, &place, &welcome, to),
        Written::Already(_) => Go::to(asker, to).into_response(),
    })
}

/// Where the choice of a password led already. Whose new session was lost with the answer gets another by the new
/// password, as at any door.
async fn chosen_before(
    app: &App,
    asker: Asker,
    place: &Place,
    chooser: &Chooser,
    new: &Typed,
) -> Result<Response> {
    let Chooser::Gone(claims) = chooser else {
        return Ok(Go::to(asker, password_saved()).into_response());
    };
    let member = store::find(app.db(), claims.sub)
        .await?
        .ok_or(Error::SignedOut)?;
    let welcome = actions::sign_in(app, place, &member.username, new).await?;
    Ok(goes_on(app, asker, place, &welcome, password_saved()))
}

fn goes_on(app: &App, asker: Asker, place: &Place, welcome: &Welcome, to: String) -> Response {
    let cookies = cookies::signed_in(app, &welcome.claims, &welcome.token, place.client.is_https);
    cookies::with(cookies, Go::to(asker, to))
}

fn password_saved() -> String {
    format!("{}?done=password", url::me())
}

/// The form for a new PIN.
#[handler]
pub async fn ask_pin(app: App, person: SignedIn) -> Result<Page> {
    let settings = app.settings().await?;
    let member = store::find(app.db(), person.id)
        .await?
        .ok_or(Error::SignedOut)?;
    Ok(Page(view::pin(
        &settings.cafe_name,
        member.pin.is_some(),
        person.terminal.is_some(),
        &new_key(),
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

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Whether a client signed in by `Authorization` and so keeps its token itself.
pub(super) fn keeps_its_token(req: &Request) -> bool {
    bearer(req).is_some()
}
