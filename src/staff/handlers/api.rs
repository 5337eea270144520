//! Signing in for API clients (deployment.md section 4).

use poem::http::{StatusCode, header};
use poem::{Request, Response, handler};
use serde_json::{Value, json};

use super::AnySession;
use super::own::{NewPassword, keeps_its_token};
use super::sign_in::{Credentials, present};
use crate::app::App;
use crate::staff::actions::{self, Welcome};
use crate::staff::member::StaffRefusal;
use crate::staff::place::Place;
use crate::staff::session::{self, Claims, Session};
use crate::staff::{Role, SignedIn, cookies, store};
use crate::values::{StaffId, rfc3339};
use crate::web::{Error, Form, MaybeOnce, Result};

/// Gives a token for name and password.
#[handler]
pub async fn login(app: App, place: Place, Form(typed): Form<Credentials>) -> Result<Response> {
    let welcome = actions::sign_in(&app, &place, &typed.username, &typed.password).await?;
    Ok(as_json(welcomed(&welcome)))
}

/// Changes one's password and gives a token that goes on.
///
/// The one changing address besides signing in and out where clients may leave the key out, because they sign in with
/// it: a repetition with the old token answers 401, one with the new token 422 as for any wrong password, and neither
/// changes anything. With a key, a repetition with the new token answers as the first request did.
#[handler]
pub async fn set_password(
    app: App,
    req: &Request,
    place: Place,
    AnySession(session): AnySession,
    MaybeOnce(once): MaybeOnce,
    Form(typed): Form<NewPassword>,
) -> Result<Response> {
    let claim = once.map(|once| once.of(&session.person, "staff.choose_password", &()));
    if let Some(claim) = &claim
        && app.already(claim).await?
    {
        return Ok(as_json(welcomed(&still_here(&app, req, session).await?)));
    }
    let (current, new) = (&typed.current, &typed.new);
    let welcome = actions::change_password(&app, &place, &session, current, new, claim)
        .await?
        .done()
        .ok_or(StaffRefusal::PasswordMoved)?;
    let answer = as_json(welcomed(&welcome));
    if keeps_its_token(req) {
        return Ok(answer);
    }
    let cookies = cookies::signed_in(&app, &welcome.claims, &welcome.token, place.client.is_https);
    Ok(cookies::with(cookies, answer))
}

/// The session of this request as if it had just begun.
async fn still_here(app: &App, req: &Request, session: Session) -> Result<Welcome> {
    let token = session::token(req).ok_or(Error::SignedOut)?;
    let member = store::find(app.db(), session.claims.sub)
        .await?
        .ok_or(Error::SignedOut)?;
    Ok(Welcome {
        claims: session.claims,
        token,
        member,
    })
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
    if keeps_its_token(req) {
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
