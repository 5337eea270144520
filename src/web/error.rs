//! The one error type at the web's edge. Rooms refuse with enums of their own whose `Display` is a
//! sentence for the person at the till; `?` carries them here. [`super::answer`] draws it.

use std::fmt::Display;

use poem::http::StatusCode;
use sea_orm::DbErr;

use crate::data::failure::{self, Kind};

/// What a handler or action answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not carried out.
#[derive(Debug)]
pub enum Error {
    /// 401: nobody is signed in, or the session ended.
    SignedOut,
    /// 403 `password_change_required`: a new password must be chosen before anything else works.
    PasswordChangeRequired,
    /// 403: the person may not do this.
    NotAllowed(String),
    /// 404: the thing, or the page, does not exist.
    NotFound(&'static str),
    /// 4xx: a rule of the café refuses; the sentence says what to do next.
    Refused(Refused),
    /// 422: what was typed does not fit; one sentence per field.
    Invalid(Vec<FieldError>),
    /// 503: the database cannot be reached at the moment.
    Unavailable,
    /// 503: nothing more can be stored, because the disk is full.
    Full,
    /// A failed query; becomes [`Error::Unavailable`], [`Error::Full`] or a defect when it is answered.
    Database(DbErr),
    /// 500: a defect, logged once with a reference.
    Unexpected(anyhow::Error),
}

/// A refusal ready to be shown.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The status of the answer, 400 to 499.
    pub status: StatusCode,
    /// For API clients: a stable word for the kind of refusal.
    pub code: &'static str,
    /// What the person reads.
    pub sentence: String,
    /// Seconds after which another try makes sense, for 423 and 429.
    pub retry_after: Option<u64>,
    /// Where the way on is: a label and an address.
    pub way_on: Option<(&'static str, String)>,
    /// The field of the form that it is about; it is shown there instead of as a notice.
    pub field: Option<&'static str>,
}

/// One faulty field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: &'static str,
    /// What is wrong with it and how it should be.
    pub sentence: String,
}

impl FieldError {
    /// What is wrong with this field, if something is.
    pub fn of<'a>(faults: &'a [FieldError], field: &str) -> Option<&'a str> {
        faults
            .iter()
            .find(|fault| fault.field == field)
            .map(|fault| fault.sentence.as_str())
    }
}

/// How a form is answered that is drawn again.
#[derive(Debug, Clone)]
pub struct Again {
    /// The status of the answer.
    pub status: StatusCode,
    /// Seconds after which another try makes sense.
    pub retry_after: Option<u64>,
    /// What its fields say.
    pub faults: Vec<FieldError>,
}

/// A room's enum of refusals. `Display` is the sentence shown at the till.
pub trait Refusal: Display {
    /// The status of the answer; a conflict with the present state unless said otherwise.
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    /// A stable word for API clients.
    fn code(&self) -> &'static str {
        "refused"
    }

    /// Seconds until another try makes sense.
    fn retry_after(&self) -> Option<u64> {
        None
    }

    /// Where the person can mend it.
    fn way_on(&self) -> Option<(&'static str, String)> {
        None
    }

    /// The field of the form that it is about, if every form that can meet it has one of this name.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Error::Refused(Refused {
            status: refusal.status(),
            code: refusal.code(),
            sentence: refusal.to_string(),
            retry_after: refusal.retry_after(),
            way_on: refusal.way_on(),
            field: refusal.field(),
        })
    }
}

impl Error {
    /// A refusal without an enum of its own, for the edge itself.
    pub fn refused(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Self {
        Error::Refused(Refused {
            status,
            code,
            sentence: sentence.into(),
            retry_after: None,
            way_on: None,
            field: None,
        })
    }

    /// More than any form has.
    pub fn too_large() -> Self {
        Error::refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "That is too large to send.",
        )
    }

    /// What nobody can make sense of.
    pub fn unreadable() -> Self {
        Error::refused(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "This request cannot be read. Reload the page and try again.",
        )
    }

    /// One faulty field.
    pub fn field(field: &'static str, sentence: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldError {
            field,
            sentence: sentence.into(),
        }])
    }

    /// How the form that met this is drawn again; nothing where another try at it would not help. What is about no field
    /// is said at `field`.
    pub fn on_form(&self, field: &'static str) -> Option<Again> {
        match self {
            Error::Refused(refused) => Some(Again {
                status: refused.status,
                retry_after: refused.retry_after,
                faults: vec![FieldError {
                    field: refused.field.unwrap_or(field),
                    sentence: refused.sentence.clone(),
                }],
            }),
            Error::Invalid(faults) => Some(Again {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                retry_after: None,
                faults: faults.clone(),
            }),
            _ => None,
        }
    }

    /// The person's role does not reach this far.
    pub fn not_allowed(sentence: impl Into<String>) -> Self {
        Error::NotAllowed(sentence.into())
    }
}

impl From<DbErr> for Error {
    fn from(failure: DbErr) -> Self {
        Error::Database(failure)
    }
}

impl From<anyhow::Error> for Error {
    fn from(failure: anyhow::Error) -> Self {
        Error::Unexpected(failure)
    }
}

impl From<poem::Error> for Error {
    fn from(failure: poem::Error) -> Self {
        match failure.status() {
            StatusCode::NOT_FOUND => Error::NotFound("page"),
            StatusCode::PAYLOAD_TOO_LARGE => Error::too_large(),
            status if status.is_client_error() => Error::unreadable(),
            _ => Error::Unexpected(anyhow::anyhow!("{failure}")),
        }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::SignedOut => write!(f, "Please sign in."),
            Error::PasswordChangeRequired => write!(f, "Choose a new password first."),
            Error::NotAllowed(sentence) => write!(f, "{sentence}"),
            Error::NotFound(what) => write!(f, "This {what} does not exist (any more)."),
            Error::Refused(refused) => write!(f, "{}", refused.sentence),
            Error::Invalid(fields) => write!(
                f,
                "{}",
                fields
                    .first()
                    .map_or("Check the form.", |first| &first.sentence)
            ),
            Error::Unavailable => write!(
                f,
                "The till's memory does not answer at the moment. Nothing was changed; try again in a few seconds."
            ),
            Error::Full => write!(
                f,
                "There is no room left on the server's disk. Nothing was changed; whoever looks after it has to make some."
            ),
            Error::Database(_) | Error::Unexpected(_) => write!(
                f,
                "Something went wrong on our side. Nothing was changed; try again."
            ),
        }
    }
}

impl std::error::Error for Error {}

// Handlers answer `Result<_, Error>`; the answer itself is drawn by the middleware `answer`, which
// alone knows whether a person, a script or an API client is asking.
impl poem::error::ResponseError for Error {
    fn status(&self) -> StatusCode {
        match self {
            Error::SignedOut => StatusCode::UNAUTHORIZED,
            Error::PasswordChangeRequired | Error::NotAllowed(_) => StatusCode::FORBIDDEN,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Refused(refused) => refused.status,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Unavailable | Error::Full => StatusCode::SERVICE_UNAVAILABLE,
            Error::Database(failure) => match failure::kind(failure) {
                Kind::Unreachable | Kind::Full => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Error::Unexpected(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
