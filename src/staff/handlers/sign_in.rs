//! Signing in and out, and being asked again.

use poem::web::Redirect;
use poem::{IntoResponse, Request, Response, handler};
use serde::Deserialize;

use super::AnySession;
use crate::app::App;
use crate::form;
use crate::staff::actions::{self, Welcome};
use crate::staff::place::Place;
use crate::staff::secrets::Typed;
use crate::staff::session::{self, Session};
use crate::staff::view::{again, sign_in as view};
use crate::staff::{cookies, renewal, store};
use crate::values::StaffId;
use crate::web::answer::with_status;
use crate::web::client::came_over_https;
use crate::web::{Asker, Draft, Error, Form, Frag, Go, Page, Query, Result, url};

/// Where somebody wants to be led on to, and whether they asked for the password form.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    to: Option<String>,
    with: Option<String>,
}

form! {
    /// Name and password.
    pub struct Credentials { username: one String, password: one Typed, to: opt String }
}

form! {
    /// Tile and PIN.
    pub struct TileAndPin { staff: opt StaffId, pin: one Typed, to: opt String }
}

form! {
    /// The same person, once more.
    pub struct Again { staff: one StaffId, pin: opt Typed, password: opt Typed }
}

/// Tiles on a paired till, else the form for name and password.
#[handler]
pub async fn ask_who(
    app: App,
    req: &Request,
    asker: Asker,
    place: Place,
    Query(wish): Query<Wish>,
) -> Result<Response> {
    let settings = app.settings().await?;
    let to = wish.to.as_deref().and_then(url::own_path);
    let with_password = wish.with.as_deref() == Some("password");
    if asker == Asker::Fragment && with_password {
        return Ok(Frag(view::password_dialog(to)).into_response());
    }
    let page = match place.till().filter(|_| !with_password) {
        Some(till) => {
            let mut people = store::everybody(app.db(), app.clock().now()).await?;
            people.retain(|one| one.active);
            view::tiles(&settings.cafe_name, till, &people, to, super::now_ms(&app))
        }
        None => view::with_password_page(
            &settings.cafe_name,
            place.terminal.as_deref(),
            "",
            &[],
            to,
            may_lack_trust(&app, req, &place),
        ),
    };
    Ok(Page(page).into_response())
}

/// Signs in by name and password. Without a script the page is drawn again where that fails, with what was typed but
/// the password.
#[handler]
pub async fn sign_in(
    app: App,
    req: &Request,
    asker: Asker,
    place: Place,
    Draft { form, typed }: Draft<Credentials>,
) -> Result<Response> {
    let welcome = match form {
        Ok(it) => actions::sign_in(&app, &place, &it.username, &it.password).await,
        Err(faults) => Err(faults),
    };
    let (username, to) = (typed.text("username"), typed.text("to"));
    let refused = match welcome {
        Ok(welcome) => return Ok(led_on(&app, asker, &place, &welcome, Some(&to))),
        Err(refused) => refused,
    };
    let Some(again) = refused.on_form("password").filter(|_| asker == Asker::Page) else {
        return Err(refused);
    };
    let page = view::with_password_page(
        &app.settings().await?.cafe_name,
        place.terminal.as_deref(),
        &username,
        &again.faults,
        url::own_path(&to),
        may_lack_trust(&app, req, &place),
    );
    Ok(with_status(again.status, again.retry_after, Page(page)))
}

/// Whether this device may still have to be made to trust our own authority: it came without HTTPS, or it is new here. Over
/// HTTPS nobody can tell whether the browser warned.
fn may_lack_trust(app: &App, req: &Request, place: &Place) -> bool {
    app.config().local_ca.is_some() && (place.terminal.is_none() || !came_over_https(app, req))
}

/// Signs in by tile and PIN.
#[handler]
pub async fn sign_in_with_pin(
    app: App,
    asker: Asker,
    place: Place,
    Form(typed): Form<TileAndPin>,
) -> Result<Response> {
    let staff = typed
        .staff
        .ok_or_else(|| Error::field("staff", "Tap your name first."))?;
    let welcome = actions::sign_in_with_pin(&app, &place, staff, &typed.pin).await?;
    Ok(led_on(&app, asker, &place, &welcome, typed.to.as_deref()))
}

fn led_on(app: &App, asker: Asker, place: &Place, welcome: &Welcome, to: Option<&str>) -> Response {
    let to = match to.and_then(url::own_path) {
        _ if welcome.member.must_change_password => url::own_password(),
        Some(to) => to.to_owned(),
        None => url::home(),
    };
    let cookies = cookies::signed_in(app, &welcome.claims, &welcome.token, place.client.is_https);
    cookies::with(cookies, Go::to(asker, to))
}

/// The dialog that asks the person whose session ended in the middle of work. A wall display needs nobody: it is led
/// to its board, which may be another one by now.
#[handler]
pub async fn ask_again(app: App, req: &Request, asker: Asker, place: Place) -> Result<Response> {
    let is_signed_in = session::session(&app, req).await.is_ok();
    if place.is_display() && !is_signed_in {
        return Ok(Go::to(asker, url::home()).into_response());
    }
    if asker != Asker::Fragment {
        return Ok(Redirect::see_other(url::sign_in()).into_response());
    }
    if is_signed_in {
        return Ok(Frag(again::nothing_to_ask()).into_response());
    }
    Ok(match renewal::who_is_asked(&app, req, &place).await? {
        Some((member, on_terminal)) => Frag(again::dialog(&member, on_terminal)).into_response(),
        None => Go::to(asker, url::sign_in()).into_response(),
    })
}

/// The same person signs in again, and the screen stays as it is.
#[handler]
pub async fn sign_in_again(app: App, place: Place, Form(typed): Form<Again>) -> Result<Response> {
    let welcome = match (&typed.pin, &typed.password) {
        (Some(pin), _) => actions::sign_in_with_pin(&app, &place, typed.staff, pin).await?,
        (None, Some(password)) => {
            let known = store::find(app.db(), typed.staff).await?;
            let username = known.map_or_else(|| typed.staff.to_string(), |member| member.username);
            actions::sign_in(&app, &place, &username, password).await?
        }
        (None, None) => return Err(Error::field("password", "Please fill this in.")),
    };
    let cookies = cookies::signed_in(&app, &welcome.claims, &welcome.token, place.client.is_https);
    Ok(cookies::with(cookies, Frag(again::done())))
}

/// Leaves this browser.
#[handler]
pub async fn sign_out(app: App, req: &Request, asker: Asker, place: Place) -> Result<Response> {
    if let Some(session) = present(&app, req).await? {
        actions::sign_out(&app, &session).await?;
    }
    Ok(cookies::with(
        cookies::signed_out(place.client.is_https),
        Go::to(asker, url::sign_in()),
    ))
}

/// Leaves every browser.
#[handler]
pub async fn sign_out_everywhere(
    app: App,
    asker: Asker,
    place: Place,
    AnySession(session): AnySession,
) -> Result<Response> {
    actions::sign_out_everywhere(&app, &session).await?;
    Ok(cookies::with(
        cookies::signed_out(place.client.is_https),
        Go::to(asker, url::sign_in()),
    ))
}

/// The session, if there is one: who leaves a session that is over has left.
pub(super) async fn present(app: &App, req: &Request) -> Result<Option<Session>> {
    match session::session(app, req).await {
        Ok(session) => Ok(Some(session)),
        Err(Error::SignedOut) => Ok(None),
        Err(other) => Err(other),
    }
}
