//! What handlers ask for in their signatures, apart from people (`staff`) and forms (`form`).

use poem::http::StatusCode;
use poem::{FromRequest, Request, RequestBody};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Result};
use crate::app::App;
use crate::data::{By, Claim, Key};

impl<'a> FromRequest<'a> for App {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(App::of(req)?)
    }
}

/// The idempotency key of a changing request: header `Idempotency-Key`.
///
/// A plain form post cannot set headers; its hidden field `_key` is taken where the header is
/// missing (see `security`, which moves it there).
#[derive(Debug, Clone)]
pub struct Once {
    key: Key,
    secret: std::sync::Arc<[u8]>,
}

impl Once {
    /// Binds the key to who does what with which command.
    pub fn of(self, by: impl Into<By>, deed: &'static str, command: &impl Serialize) -> Claim {
        Claim::new(self.key, by.into(), deed, command, &self.secret)
    }
}

impl<'a> FromRequest<'a> for Once {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let app = App::of(req)?;
        let key = req.header("idempotency-key").ok_or_else(|| {
            Error::refused(
                StatusCode::BAD_REQUEST,
                "key_missing",
                "This request carries no idempotency key. Reload the page and try again.",
            )
        })?;
        Ok(Once {
            key: Key::parse(key)?,
            secret: app.key_secret(),
        })
    }
}

/// The key of a request whose clients may leave it out.
#[derive(Debug, Clone)]
pub struct MaybeOnce(pub Option<Once>);

impl<'a> FromRequest<'a> for MaybeOnce {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        match req.header("idempotency-key") {
            Some(_) => Ok(MaybeOnce(Some(Once::from_request(req, body).await?))),
            None => Ok(MaybeOnce(None)),
        }
    }
}

/// The parameters in the address; what does not parse does not exist.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<'a, T: DeserializeOwned + Send> FromRequest<'a> for Path<T> {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let params = req
            .path_params::<T>()
            .map_err(|_| Error::NotFound("page"))?;
        Ok(Path(params))
    }
}

/// The query of the address; what does not parse is a bad request.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<'a, T: DeserializeOwned + Send> FromRequest<'a> for Query<T> {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let query: Result<T> =
            serde_urlencoded::from_str(req.uri().query().unwrap_or("")).map_err(|_| {
                Error::refused(
                    StatusCode::BAD_REQUEST,
                    "bad_query",
                    "This address cannot be read.",
                )
            });
        Ok(Query(query?))
    }
}

/// How the request wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A browser that opens a page.
    Page,
    /// htmx, which swaps fragments.
    Fragment,
    /// An API client.
    Machine,
}

impl Asker {
    /// Told by the address and the headers.
    pub fn of(req: &Request) -> Self {
        let accepts = req.header("accept").unwrap_or("");
        if req.header("hx-request").is_some() {
            Asker::Fragment
        } else if req.uri().path().starts_with("/api/")
            || req.uri().path() == "/sync"
            || (accepts.contains("application/json") && !accepts.contains("text/html"))
        {
            Asker::Machine
        } else {
            Asker::Page
        }
    }
}

impl<'a> FromRequest<'a> for Asker {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Asker::of(req))
    }
}
