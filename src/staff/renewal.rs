//! Sessions that grow old while people work: fresh tokens for a browser in use, and, when the session
//! is over all the same, the PIN asked in place, with nothing on the screen lost.

use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

use super::cookies;
use super::place::Place;
use super::session::{self, COOKIE, Claims};
use super::store;
use super::view::again;
use crate::app::App;
use crate::terminals;
use crate::web::answer::with_status;
use crate::web::client::Client;
use crate::web::{Asker, Error, Go, Result, url};

/// Renews sessions and devices on the way out, and asks for the PIN where a session has ended.
#[derive(Debug, Clone, Copy)]
pub struct Renewals;

impl<E: Endpoint> Middleware<E> for Renewals {
    type Output = Renewed<E>;

    fn transform(&self, inner: E) -> Renewed<E> {
        Renewed { inner }
    }
}

/// An endpoint whose sessions are renewed.
pub struct Renewed<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Renewed<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        let Ok(app) = App::of(&req) else {
            return Ok(self.inner.call(req).await?.into_response());
        };
        let visit = Visit::of(&app, &req);
        match self.inner.call(req).await {
            Ok(answer) => {
                let mut response = answer.into_response();
                visit.renew(&app, &mut response).await;
                Ok(response)
            }
            Err(failure) if matches!(failure.downcast_ref::<Error>(), Some(Error::SignedOut)) => {
                visit.ask_again(&app).await?.ok_or(failure)
            }
            Err(failure) => Err(failure),
        }
    }
}

/// What is kept of a request until its answer is there.
struct Visit {
    asker: Asker,
    client: Client,
    method: Method,
    address: String,
    is_stream: bool,
    claims: Option<Claims>,
    last: Option<crate::values::StaffId>,
    device: Option<String>,
}

impl Visit {
    fn of(app: &App, req: &Request) -> Self {
        let uri = req.uri();
        Visit {
            asker: Asker::of(req),
            client: Client::of(app, req),
            method: req.method().clone(),
            address: uri
                .path_and_query()
                .map_or_else(|| uri.path().to_owned(), ToString::to_string),
            is_stream: uri.path() == url::at::stream,
            // Only cookies are renewed: API clients sign in again.
            claims: session::cookie(req, COOKIE)
                .and_then(|token| Claims::read_ended(&token, app.session_secret())),
            last: cookies::last(app, req),
            device: terminals::device::token_of(req),
        }
    }

    /// A failure here must not cost an answer that is already there.
    async fn renew(&self, app: &App, response: &mut Response) {
        // A stream that reconnects by itself is nobody at work, and signing in or out has decided already.
        if self.is_stream || response.headers().contains_key(header::SET_COOKIE) {
            return;
        }
        if let Ok(Some((claims, token))) = self.fresh_token(app).await {
            for cookie in cookies::signed_in(app, &claims, &token, self.client.is_https) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        if let Some(cookie) = self.fresh_device(app, response).await {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    async fn fresh_token(&self, app: &App) -> Result<Option<(Claims, String)>> {
        let now = app.clock().now();
        let Some(claims) = self.claims.as_ref().filter(|claims| claims.is_current(now)) else {
            return Ok(None);
        };
        let Some(renewed) = claims.renewed(now) else {
            return Ok(None);
        };
        let device = self.device.as_deref().map(terminals::device::hash);
        if session::check(app, claims, device).await?.is_none() {
            return Ok(None);
        }
        let token = renewed.sign(app.session_secret())?;
        Ok(Some((renewed, token)))
    }

    /// Each page that a device opens makes its pairing last as long as on the first day.
    async fn fresh_device(
        &self,
        app: &App,
        response: &Response,
    ) -> Option<poem::http::HeaderValue> {
        let opened = self.asker == Asker::Page
            && self.method == Method::GET
            && response.status() == StatusCode::OK;
        let token = self.device.as_deref().filter(|_| opened)?;
        let paired = terminals::paired(app, terminals::device::hash(token))
            .await
            .ok()?
            .is_some();
        paired.then(|| terminals::cookie(token, self.client.is_https))
    }

    /// What to answer somebody whose session is over; nothing where they have to sign in from the start.
    async fn ask_again(&self, app: &App) -> Result<Option<Response>> {
        let terminal = match &self.device {
            Some(token) => terminals::paired(app, terminals::device::hash(token)).await?,
            None => None,
        };
        let is_display = terminal.as_ref().is_some_and(|it| it.is_display());
        match self.asker {
            // Whoever was signed in on a display has gone, and it shows its board again.
            Asker::Page | Asker::Fragment if is_display && !self.is_stream => {
                let home = Go::to(self.asker, url::home()).into_response();
                Ok(Some(match self.asker {
                    Asker::Fragment => with_status(StatusCode::UNAUTHORIZED, None, home),
                    _ => home,
                }))
            }
            Asker::Page if self.method == Method::GET => {
                let to = url::sign_in_to(&self.address);
                Ok(Some(
                    Response::builder()
                        .status(StatusCode::SEE_OTHER)
                        .header(header::LOCATION, to)
                        .finish(),
                ))
            }
            // The script asks when the stream tells it that the session is over.
            Asker::Fragment if !self.is_stream => {
                let Some(member) = self.who_was_here(app).await? else {
                    return Ok(None);
                };
                Ok(Some(again::over_the_screen(&member, terminal.is_some())))
            }
            _ => Ok(None),
        }
    }

    /// The person whose time was up. Who was forced out, deactivated or signed out is asked nothing here.
    async fn who_was_here(&self, app: &App) -> Result<Option<super::Member>> {
        let staff = match &self.claims {
            Some(claims) if !claims.is_current(app.clock().now()) => Some(claims.sub),
            Some(_) => None,
            None => self.last,
        };
        Ok(match staff {
            Some(staff) => store::find(app.db(), staff)
                .await?
                .filter(|member| member.active),
            None => None,
        })
    }
}

/// The dialog that asks again, for the script whose stream was refused.
pub async fn who_is_asked(
    app: &App,
    req: &Request,
    place: &Place,
) -> Result<Option<(super::Member, bool)>> {
    let visit = Visit::of(app, req);
    let member = visit.who_was_here(app).await?;
    Ok(member.map(|member| (member, place.terminal.is_some())))
}
