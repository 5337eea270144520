//! What every request passes: the headers that browsers obey, protection against cross-site
//! forgery, the limit of a body, and the key of plain form posts.

use poem::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Middleware, Request, Response};

use super::error::Error;
use super::form::bytes_of;
use super::url;
use crate::app::App;

/// Scripts, styles and pictures only from here; nothing inline, nothing framed.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The largest body that any route but an upload reads, in bytes.
const LARGEST_BODY: u64 = 1024 * 1024;

/// The largest file that an upload takes, in bytes: nginx lets as much pass.
pub const LARGEST_UPLOAD: u64 = 4 * 1024 * 1024 * 1024;

/// Checks requests on their way in.
#[derive(Debug, Clone, Copy)]
pub struct Checks;

impl<E: Endpoint> Middleware<E> for Checks {
    type Output = Checked<E>;

    fn transform(&self, inner: E) -> Checked<E> {
        Checked { inner }
    }
}

/// An endpoint behind the checks.
pub struct Checked<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Checked<E> {
    type Output = E::Output;

    async fn call(&self, mut req: Request) -> poem::Result<E::Output> {
        if !matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
            check_length(&req)?;
            check_origin(&req)?;
            take_key_from_form(&mut req).await?;
        }
        self.inner.call(req).await
    }
}

/// Marks answers on their way out, refusals among them.
#[derive(Debug, Clone, Copy)]
pub struct Marks;

impl<E: Endpoint> Middleware<E> for Marks {
    type Output = Marked<E>;

    fn transform(&self, inner: E) -> Marked<E> {
        Marked { inner }
    }
}

/// An endpoint whose answers are marked.
pub struct Marked<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Marked<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        let mut response = self.inner.call(req).await?.into_response();
        mark(&mut response);
        Ok(response)
    }
}

fn mark(response: &mut Response) {
    let is_page = response
        .content_type()
        .is_some_and(|kind| kind.starts_with("text/html"));
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    // Only pages: Chromium applies the policy of the icons' own file to what uses them.
    if is_page {
        set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        set(header::X_FRAME_OPTIONS, "DENY");
        set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
    }
}

/// Whether a file comes in here, which may be long.
pub(super) fn is_upload(req: &Request) -> bool {
    [url::at::backup_uploads, url::at::statements].contains(&req.uri().path())
}

fn check_length(req: &Request) -> Result<(), Error> {
    let length = req
        .header(header::CONTENT_LENGTH)
        .and_then(|length| length.parse::<u64>().ok())
        .unwrap_or(0);
    let most = match is_upload(req) {
        true => LARGEST_UPLOAD,
        false => LARGEST_BODY,
    };
    if length > most {
        return Err(Error::too_large());
    }
    Ok(())
}

/// Refuses changing requests that another site made a browser send.
///
/// `Sec-Fetch-Site` decides where the browser sends it (on HTTPS and localhost); elsewhere `Origin`
/// must be one of the allowed origins. Whoever signs in as a [`bearer`] rides on no cookie, even if one
/// comes along, and another site cannot make a browser send that header.
fn check_origin(req: &Request) -> Result<(), Error> {
    let forged = || {
        Error::refused(
            StatusCode::FORBIDDEN,
            "cross_site",
            "This request came from another site and was not carried out.",
        )
    };
    if bearer(req).is_some() {
        return Ok(());
    }
    match (req.header("sec-fetch-site"), req.header(header::ORIGIN)) {
        (Some("same-origin" | "none"), _) => Ok(()),
        (Some(_), _) => Err(forged()),
        (None, Some(origin)) => {
            let app = App::of(req)?;
            let allowed = match app.config().origins.as_slice() {
                [] => {
                    let host = req.header(header::HOST).unwrap_or("");
                    origin.split_once("://").is_some_and(|(scheme, rest)| {
                        matches!(scheme, "http" | "https") && rest == host
                    })
                }
                origins => origins.iter().any(|allowed| allowed.as_str() == origin),
            };
            if allowed { Ok(()) } else { Err(forged()) }
        }
        // Browsers send one of the two with every changing request; a client without either is no
        // browser and carries nobody's cookie by accident.
        (None, None) if req.header(header::COOKIE).is_none() => Ok(()),
        (None, None) => Err(forged()),
    }
}

/// The token of a client that signs in by `Authorization: Bearer`, even an empty one: then no cookie counts.
pub fn bearer(req: &Request) -> Option<&str> {
    let header = req.header(header::AUTHORIZATION)?.trim();
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Moves a plain form's hidden `_key` into the header that everything else looks at.
async fn take_key_from_form(req: &mut Request) -> Result<(), Error> {
    let is_form = req
        .header(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form || req.header("idempotency-key").is_some() {
        return Ok(());
    }
    let bytes = bytes_of(req.take_body()).await?;
    let key = serde_urlencoded::from_bytes::<Vec<(String, String)>>(&bytes)
        .unwrap_or_default()
        .into_iter()
        .find(|(name, _)| name == "_key")
        .and_then(|(_, key)| HeaderValue::from_str(&key).ok());
    if let Some(key) = key {
        req.headers_mut().insert("idempotency-key", key);
    }
    req.set_body(Body::from_bytes(bytes));
    Ok(())
}
