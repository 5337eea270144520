//! A serving: what was carried out from a pass at one moment, and until when it can be taken back.

use poem::http::StatusCode;
use thiserror::Error;
use time::OffsetDateTime;

use crate::kitchen::RECALL_WITHIN;
use crate::values::{LineId, OrderId, ServingId, StationId};
use crate::web::Refusal;

/// What was carried out from a pass at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// Which one.
    pub id: ServingId,
    /// The order.
    pub order: OrderId,
    /// The pass.
    pub station: StationId,
    /// Who it was for: "Table 7".
    pub title: String,
    /// What it was: "2 Katogo, Rolex".
    pub what: String,
    /// When.
    pub at: OffsetDateTime,
    /// The person's or the display's name.
    pub by: String,
    /// When it was taken back.
    pub taken_back_at: Option<OffsetDateTime>,
    /// Its lines that the guest still has.
    pub lines: Vec<LineId>,
}

/// Why a serving was not taken back.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ServingRefusal {
    /// Somebody else was quicker.
    #[error("{0} is back on the pass already.")]
    TakenBack(String),
    /// Too long ago.
    #[error("{0} was served more than 15 minutes ago. Its lines stay served.")]
    LongAgo(String),
}

impl Refusal for ServingRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            ServingRefusal::TakenBack(_) => "taken_back",
            ServingRefusal::LongAgo(_) => "recall_too_late",
        }
    }
}

impl Serving {
    /// Takes it back.
    pub fn take_back(&mut self, now: OffsetDateTime) -> Result<(), ServingRefusal> {
        if self.taken_back_at.is_some() {
            return Err(ServingRefusal::TakenBack(self.title.clone()));
        }
        if now - self.at > RECALL_WITHIN {
            return Err(ServingRefusal::LongAgo(self.title.clone()));
        }
        self.taken_back_at = Some(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn serving() -> Serving {
        Serving {
            id: ServingId::new(),
            order: OrderId::new(),
            station: StationId::new(),
            title: "Table 7".to_owned(),
            what: "2 Katogo".to_owned(),
            at: NOON,
            by: "Pass display".to_owned(),
            taken_back_at: None,
            lines: vec![LineId::new()],
        }
    }

    #[test]
    fn a_serving_is_taken_back_once() {
        let mut serving = serving();
        assert_eq!(serving.take_back(NOON + Duration::SECOND), Ok(()));
        let again = serving.take_back(NOON + Duration::SECOND);
        assert_eq!(again, Err(ServingRefusal::TakenBack("Table 7".to_owned())));
    }

    #[test]
    fn a_serving_can_be_taken_back_for_a_quarter_of_an_hour() {
        let over = NOON + RECALL_WITHIN;
        assert_eq!(serving().take_back(over), Ok(()));
        let late = serving().take_back(over + Duration::SECOND);
        assert_eq!(late, Err(ServingRefusal::LongAgo("Table 7".to_owned())));
    }
}
