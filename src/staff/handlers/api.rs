//! Signing in for API clients (deployment.md section 4).

use poem::http::{StatusCode, header};
use poem::{Request, Response, handler};
use serde_json::{Value, json};

use super::AnySession;
use super::own::{NewPassword, keeps_its_token};
use super::sign_in::{Credentials, present};
use crate::app::App;
use crate::staff::actions::{self, Welcome};
use crate::staff::place::Place;
use crate::staff::session::{self, Claims};
use crate::staff::{Role, SignedIn, cookies};
use crate::values::{StaffId, rfc3339};
use crate::web::{Form, Result};

/// Gives a token for name and password.
#[handler]
pub async fn login(app: App, place: Place, Form(typed): Form<Credentials>) -> Result<Response> {
    let welcome = actions::sign_in(&app, &place, &typed.username, &typed.password).await?;
    Ok(as_json(welcomed(&welcome)))
}

/// Changes one's password and gives a token that goes on.
#[handler]
pub async fn set_password(
    app: App,
    req: &Request,
    place: Place,
    AnySession(session): AnySession,
    Form(typed): Form<NewPassword>,
) -> Result<Response> {
    let welcome =
        actions::change_password(&app, &place, &session, &typed.current, &typed.new).await?;
    let answer = as_json(welcomed(&welcome));
    if keeps_its_token(req.headers()) {
        return Ok(answer);
    }
    let cookies = cookies::signed_in(&app, &welcome.claims, &welcome.token, place.client.is_https);
    Ok(cookies::with(cookies, answer))
}

/// Ends this session.
#[handler]
pub async fn logout(app: App, req: &Request, place: Place) -> Result<Response> {
    if let Some(session) = present(&app, req).await? {
        actions::sign_out(&app, &session).await?;
    }
    Ok(gone(req, &place))
}

/// Ends all sessions of the person.
#[handler]
pub async fn logout_all(
    app: App,
    req: &Request,
    place: Place,
    AnySession(session): AnySession,
) -> Result<Response> {
    actions::sign_out_everywhere(&app, &session).await?;
    Ok(gone(req, &place))
}

/// Who am I?
#[handler]
pub async fn tell_me(app: App, req: &Request, person: SignedIn) -> Result<Response> {
    let session = session::session(&app, req).await?;
    let terminal = person
        .terminal
        .as_ref()
        .map(|it| json!({ "id": it.id, "name": it.name, "kind": it.kind }));
    Ok(as_json(json!({
        "staff": staff(person.id, &person.name, person.role),
        "mustChangePassword": false,
        "expiresAt": ends(&session.claims),
        "terminal": terminal,
    })))
}

fn welcomed(welcome: &Welcome) -> Value {
    let member = &welcome.member;
    json!({
        "token": welcome.token,
        "expiresAt": ends(&welcome.claims),
        "staff": staff(member.id, &member.name, member.role),
        "mustChangePassword": member.must_change_password,
    })
}

fn staff(id: StaffId, name: &str, role: Role) -> Value {
    json!({ "id": id, "name": name, "role": role })
}

fn ends(claims: &Claims) -> String {
    rfc3339(claims.ends())
}

fn gone(req: &Request, place: &Place) -> Response {
    let answer = Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::CACHE_CONTROL, "no-store")
        .finish();
    if keeps_its_token(req.headers()) {
        return answer;
    }
    cookies::with(cookies::signed_out(place.client.is_https), answer)
}

fn as_json(body: Value) -> Response {
    Response::builder()
        .content_type("application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.to_string())
}
