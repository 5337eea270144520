//! The answers: whole pages, fragments, and the one place where an error is drawn and logged.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use maud::{Markup, html};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};
use serde_json::json;

use super::error::{Error, FieldError, Refused};
use super::extract::Asker;
use super::trail::{self, Trail};
use super::url;
use crate::data::failure::{self, Kind};
use crate::ui;

/// A piece of a page, for htmx to swap in.
#[derive(Debug)]
pub struct Frag(pub Markup);

impl IntoResponse for Frag {
    fn into_response(self) -> Response {
        html_response(StatusCode::OK, self.0)
    }
}

/// A whole page.
#[derive(Debug)]
pub struct Page(pub Markup);

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        html_response(StatusCode::OK, self.0)
    }
}

/// Sends the browser to another screen, whether htmx asked or the browser itself.
#[derive(Debug)]
pub struct Go {
    to: String,
    asker: Asker,
}

impl Go {
    /// To `to`, a path of `url`.
    pub fn to(asker: Asker, to: impl Into<String>) -> Self {
        Go {
            to: to.into(),
            asker,
        }
    }
}

impl IntoResponse for Go {
    fn into_response(self) -> Response {
        match self.asker {
            Asker::Fragment => Response::builder()
                .header("HX-Redirect", &self.to)
                .header(header::CACHE_CONTROL, "no-store")
                .finish(),
            Asker::Page | Asker::Machine => Response::builder()
                .status(StatusCode::SEE_OTHER)
                .header(header::LOCATION, &self.to)
                .header(header::CACHE_CONTROL, "no-store")
                .finish(),
        }
    }
}

/// An answer under another status than 200, with the seconds after which another try makes sense.
pub fn with_status(
    status: StatusCode,
    retry_after: Option<u64>,
    answer: impl IntoResponse,
) -> Response {
    let mut response = answer.into_response();
    response.set_status(status);
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn html_response(status: StatusCode, markup: Markup) -> Response {
    Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::VARY, "HX-Request")
        .body(markup.0)
}

/// Draws what handlers refuse and logs what breaks, once, with a reference a person can read out. A panic is a defect
/// like any other, and the till goes on.
#[derive(Debug, Clone, Copy)]
pub struct Answers;

impl<E: Endpoint> Middleware<E> for Answers {
    type Output = Answered<E>;

    fn transform(&self, inner: E) -> Answered<E> {
        Answered { inner }
    }
}

/// An endpoint whose errors are drawn.
pub struct Answered<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Answered<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        let asker = Asker::of(&req);
        let trail = Trail::of(&req).cloned();
        let (method, path) = (req.method().clone(), req.uri().path().to_owned());
        let error = match AssertUnwindSafe(self.inner.call(req)).catch_unwind().await {
            Ok(Ok(response)) => return Ok(response.into_response()),
            Ok(Err(failure)) => of_poem(failure),
            Err(panic) => anyhow::anyhow!("a handler panicked: {}", words_of(&panic)).into(),
        };
        let reference = log(&error, method.as_str(), &path, trail.as_ref());
        Ok(draw(&error, asker, reference.as_deref()))
    }
}

fn of_poem(failure: poem::Error) -> Error {
    match failure.downcast::<Error>() {
        Ok(error) => error,
        Err(other) if other.status() == StatusCode::METHOD_NOT_ALLOWED => Error::refused(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not do that.",
        ),
        Err(other) => other.into(),
    }
}

/// What was said at a panic, which is either of two kinds of text or nothing that can be read.
fn words_of(panic: &Box<dyn Any + Send>) -> &str {
    let panic = panic.as_ref();
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// Logs a defect and answers the reference under which it was logged: that of the request.
fn log(error: &Error, method: &str, path: &str, trail: Option<&Trail>) -> Option<String> {
    use poem::error::ResponseError;
    if !error.status().is_server_error() {
        tracing::debug!(method, path, refusal = %error, "refused");
        return None;
    }
    let reference = trail.map_or_else(trail::new_id, |trail| trail.reference().to_owned());
    match error {
        Error::Database(failure) => {
            tracing::error!(method, path, reference, %failure, "a query failed");
        }
        Error::Unexpected(failure) => {
            tracing::error!(
                method,
                path,
                reference,
                failure = format!("{failure:#}"),
                "failed"
            );
        }
        _ => tracing::warn!(method, path, reference, "unavailable"),
    }
    Some(reference)
}

fn draw(error: &Error, asker: Asker, reference: Option<&str>) -> Response {
    // A broken connection to the database, or a full disk, is an outage and not a defect: say it as such.
    let outage = match error {
        Error::Database(failure) => match failure::kind(failure) {
            Kind::Unreachable => Some(Error::Unavailable),
            Kind::Full => Some(Error::Full),
            _ => None,
        },
        _ => None,
    };
    let error = outage.as_ref().unwrap_or(error);
    let mut response = match asker {
        Asker::Machine => as_json(error, reference),
        Asker::Fragment => as_partials(error, reference),
        Asker::Page => as_page(error, reference),
    };
    if let Error::Refused(Refused {
        retry_after: Some(seconds),
        ..
    }) = error
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn as_json(error: &Error, reference: Option<&str>) -> Response {
    use poem::error::ResponseError;
    let mut body = json!({ "error": error.to_string(), "code": code(error) });
    if let Error::Invalid(fields) = error {
        body["fields"] = fields
            .iter()
            .map(|fault| json!({ "field": fault.field, "error": fault.sentence }))
            .collect();
    }
    if let Some(reference) = reference {
        body["reference"] = json!(reference);
    }
    Response::builder()
        .status(error.status())
        .content_type("application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.to_string())
}

fn as_partials(error: &Error, reference: Option<&str>) -> Response {
    use poem::error::ResponseError;
    let sentence = sentence(error, reference);
    let way_on = match error {
        Error::Refused(refused) => refused.way_on.clone(),
        Error::SignedOut => Some(("Sign in", url::sign_in())),
        Error::PasswordChangeRequired => Some(("Choose a password", url::own_password())),
        _ => None,
    };
    let fields: &[FieldError] = match error {
        Error::Invalid(fields) => fields,
        _ => &[],
    };
    let beside = match error {
        Error::Refused(refused) => refused.field,
        _ => None,
    };
    html_response(
        error.status(),
        html! {
            @if let Some(field) = beside {
                hx-partial hx-target={ "#err-" (field) } { (ui::field_error(&sentence)) }
            } @else {
                hx-partial hx-target="#notice" {
                    (ui::notice::toast_with(ui::Kind::Bad, &sentence, way_on_button(way_on.as_ref())))
                }
            }
            @for fault in fields {
                hx-partial hx-target={ "#err-" (fault.field) } { (ui::field_error(&fault.sentence)) }
            }
        },
    )
}

fn as_page(error: &Error, reference: Option<&str>) -> Response {
    use poem::error::ResponseError;
    let to = match error {
        Error::SignedOut => Some(url::sign_in()),
        Error::PasswordChangeRequired => Some(url::own_password()),
        _ => None,
    };
    if let Some(to) = to {
        return Go::to(Asker::Page, to).into_response();
    }
    let sentence = sentence(error, reference);
    let content = html! {
        main.narrow {
            section.card {
                (ui::empty("warn", "That did not work", &sentence, html! {
                    a.btn.primary href=(url::home()) { "Back to the start" }
                }))
            }
        }
    };
    let page = ui::Page::new(ui::BodyKind::Plain, "That did not work", "cafe-pos");
    html_response(error.status(), ui::page(page, content))
}

fn way_on_button(way_on: Option<&(&'static str, String)>) -> Markup {
    html! {
        @if let Some((label, to)) = way_on { a.btn href=(to) { (label) } }
    }
}

fn sentence(error: &Error, reference: Option<&str>) -> String {
    match reference {
        Some(reference) => format!("{error} Reference {reference}."),
        None => error.to_string(),
    }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::SignedOut => "signed_out",
        Error::PasswordChangeRequired => "password_change_required",
        Error::NotAllowed(_) => "not_allowed",
        Error::NotFound(_) => "not_found",
        Error::Refused(refused) => refused.code,
        Error::Invalid(_) => "invalid",
        Error::Unavailable => "unavailable",
        Error::Full => "disk_full",
        Error::Database(_) | Error::Unexpected(_) => "unexpected",
    }
}

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, Request, Route, get, handler};

    use super::*;

    #[handler]
    async fn faint() -> &'static str {
        panic!("the waiter fainted")
    }

    /// What somebody reads who asks with this header.
    async fn read(name: &str, value: &str) -> (Response, String) {
        let till = Route::new().at("/", get(faint)).with(Answers);
        let request = Request::builder().header(name, value).finish();
        let mut response = till.get_response(request).await;
        let text = response.take_body().into_string().await.unwrap();
        (response, text)
    }

    #[tokio::test]
    async fn a_panic_is_answered_as_any_defect_is_with_a_reference_and_no_word_of_it() {
        for (name, value) in [
            ("accept", "text/html"),
            ("hx-request", "true"),
            ("accept", "application/json"),
        ] {
            let (response, text) = read(name, value).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert!(!text.contains("fainted"), "{text}");
            assert!(text.contains("Something went wrong on our side."), "{text}");
            assert!(text.to_lowercase().contains("reference"), "{text}");
        }
        let (_, text) = read("accept", "application/json").await;
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["code"], "unexpected");
        assert_eq!(body["reference"].as_str().unwrap().len(), 12);
        let (_, text) = read("hx-request", "true").await;
        assert!(
            text.starts_with("<hx-partial hx-target=\"#notice\">"),
            "{text}"
        );
    }
}
