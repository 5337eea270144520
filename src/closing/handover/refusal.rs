//! Why a drawer stayed where it is.

use poem::http::StatusCode;
use thiserror::Error;

use crate::values::{Money, ShiftId};
use crate::web::{Refusal, url};

/// Why a drawer was not handed over.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum HandoverRefusal {
    /// It is somebody else's to hand over.
    #[error("Only {0} hands this over, together with whoever takes it.")]
    NotYours(String),
    /// There is nothing to hand over.
    #[error("This shift has no cash to hand over. Pass its orders on, and close it.")]
    NoCash,
    /// Whoever takes no orders has no shift.
    #[error("{0} takes no orders, and so holds no drawer.")]
    NoShift(String),
    /// The two do not say the same.
    #[error("{name} counts {says}, not {counted}. Nothing was handed over: count again together.")]
    Disagreed {
        /// The shift.
        shift: ShiftId,
        /// Who was to take it.
        name: String,
        /// What they say is in it.
        says: Money,
        /// What was counted.
        counted: Money,
    },
}

impl Refusal for HandoverRefusal {
    fn status(&self) -> StatusCode {
        match self {
            HandoverRefusal::NotYours(_) => StatusCode::FORBIDDEN,
            _ => StatusCode::CONFLICT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            HandoverRefusal::NotYours(_) => "not_allowed",
            HandoverRefusal::NoCash => "no_cash",
            HandoverRefusal::NoShift(_) => "holds_no_drawer",
            HandoverRefusal::Disagreed { .. } => "counts_differ",
        }
    }

    fn way_on(&self) -> Option<(&'static str, String)> {
        match self {
            HandoverRefusal::Disagreed { shift, .. } => Some((
                "Count again",
                format!("{}?again=true", url::shift_count(*shift)),
            )),
            _ => None,
        }
    }
}
