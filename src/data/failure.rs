//! What a failed query means: a broken rule by name, a lock to try again, a server out of reach.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// The kinds of failure that code decides on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A constraint or unique index refused; its name.
    Constraint(String),
    /// Deadlock or serialisation failure: the same work may succeed when repeated.
    Retry,
    /// No connection, or it broke.
    Unreachable,
    /// The server has no room left on its disk.
    Full,
    /// Everything else: a defect.
    Other,
}

/// Sorts a failure by its SQLSTATE (PostgreSQL manual, appendix A) and the driver's error.
pub fn kind(failure: &DbErr) -> Kind {
    let runtime = match failure {
        DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime) => runtime,
        DbErr::ConnectionAcquire(_) => return Kind::Unreachable,
        _ => return Kind::Other,
    };
    let RuntimeErr::SqlxError(source) = runtime else {
        return Kind::Other;
    };
    let Some(refused) = source.as_database_error() else {
        return match source.as_ref() {
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed
            | SqlxError::Protocol(_) => Kind::Unreachable,
            _ => Kind::Other,
        };
    };
    if let Some(name) = refused.constraint() {
        return Kind::Constraint(name.to_owned());
    }
    match refused.code().as_deref() {
        Some("40001" | "40P01" | "55P03") => Kind::Retry,
        Some("53100") => Kind::Full,
        // admin shutdown, crash shutdown, cannot connect now, connection failures
        Some("57P01" | "57P02" | "57P03" | "08000" | "08003" | "08006" | "53300") => {
            Kind::Unreachable
        }
        _ => Kind::Other,
    }
}

/// The name of the constraint that refused, if one did.
pub fn constraint(failure: &DbErr) -> Option<String> {
    match kind(failure) {
        Kind::Constraint(name) => Some(name),
        _ => None,
    }
}

/// Turns the refusal of one named constraint into a sentence, and leaves other failures as they are.
pub trait OnConstraint<T> {
    /// Answers `refusal` where the constraint `name` refused.
    fn on_constraint<R: Into<crate::web::Error>>(
        self,
        name: &str,
        refusal: impl FnOnce() -> R,
    ) -> crate::web::Result<T>;
}

impl<T> OnConstraint<T> for Result<T, DbErr> {
    fn on_constraint<R: Into<crate::web::Error>>(
        self,
        name: &str,
        refusal: impl FnOnce() -> R,
    ) -> crate::web::Result<T> {
        self.map_err(|failure| match constraint(&failure) {
            Some(refused) if refused == name => refusal().into(),
            _ => failure.into(),
        })
    }
}

impl<T> OnConstraint<T> for crate::web::Result<T> {
    fn on_constraint<R: Into<crate::web::Error>>(
        self,
        name: &str,
        refusal: impl FnOnce() -> R,
    ) -> crate::web::Result<T> {
        self.map_err(|failure| match &failure {
            crate::web::Error::Database(source) if constraint(source).as_deref() == Some(name) => {
                refusal().into()
            }
            _ => failure,
        })
    }
}
