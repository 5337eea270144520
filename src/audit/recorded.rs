//! A row of the log, as people read it.

use sea_orm::FromQueryResult;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::deed;
use super::facts::{self, Fact};
use crate::values::{AuditId, OrderId};

/// A row of the log, with the names of those in it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Recorded {
    /// Its id.
    pub id: AuditId,
    /// When it was done.
    pub at: OffsetDateTime,
    /// What was done, as it is stored.
    pub deed: String,
    /// Who did it, as they were called then.
    pub actor: String,
    /// Who agreed.
    pub approver: Option<String>,
    /// Where.
    pub terminal: Option<String>,
    /// To what kind of thing.
    pub subject: String,
    /// To which one.
    pub subject_id: Option<Uuid>,
    /// Why.
    pub reason: Option<String>,
    /// How it was before.
    pub before: Option<Value>,
    /// How it was after.
    pub after: Option<Value>,
}

impl Recorded {
    /// What was done, in one sentence.
    pub fn sentence(&self) -> String {
        let label = deed::label(&self.deed);
        match self.about() {
            Some((about, _)) => format!("{label}: {about}"),
            None => label.to_owned(),
        }
    }

    /// What changed by it, apart from what the sentence says.
    pub fn facts(&self) -> Vec<Fact> {
        let told = self.about().map_or(&[] as &[&str], |(_, told)| told);
        facts::facts(self.before.as_ref(), self.after.as_ref(), told)
    }

    fn about(&self) -> Option<(String, &'static [&'static str])> {
        facts::about(self.before.as_ref(), self.after.as_ref())
    }

    /// The order that it was done to, where the row itself says so.
    pub fn order(&self) -> Option<OrderId> {
        if self.subject == "order" {
            return self.subject_id.map(OrderId::from);
        }
        let named = [&self.after, &self.before].into_iter().flatten();
        named
            .filter_map(|facts| facts.get("order")?.as_str()?.parse().ok())
            .next()
    }
}
