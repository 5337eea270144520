//! One order's whole story: what the log tells, and what other rows tell that the log does not, in the order of time.

use time::OffsetDateTime;

use super::facts::Fact;
use super::recorded::Recorded;
use super::store::{Record, Records};
use crate::values::Money;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: OffsetDateTime,
    /// What.
    pub what: String,
    /// What changed by it.
    pub facts: Vec<Fact>,
    /// Why.
    pub reason: Option<String>,
    /// Who did it.
    pub who: Option<String>,
    /// Who agreed.
    pub approver: Option<String>,
    /// Where.
    pub terminal: Option<String>,
    rank: i32,
}

/// Everything in the order in which it happened. What the log tells is not told again by the row itself.
pub fn tell(records: Records) -> Vec<Event> {
    let Records { log, others } = records;
    let mut events: Vec<Event> = others
        .into_iter()
        .filter(|record| !log.iter().any(|row| tells(row, record)))
        .map(Event::from)
        .collect();
    events.extend(log.into_iter().map(Event::from));
    events.sort_by_key(|event| (event.at, event.rank));
    events
}

/// Whether a row of the log is about this record: done in the same transaction, or naming it.
fn tells(row: &Recorded, record: &Record) -> bool {
    let Some(deeds) = &record.deeds else {
        return false;
    };
    let id = record.id.to_string();
    let names = |key: &str| {
        let named = row
            .after
            .as_ref()
            .and_then(|after| after.get(key)?.as_str());
        named == Some(id.as_str())
    };
    let is_one = deeds.contains(&row.deed);
    is_one && (row.at == record.at || row.subject_id == Some(record.id))
        || names("payment")
        || names("refund")
}

impl From<Record> for Event {
    fn from(record: Record) -> Self {
        let amount = record.amount.filter(|amount| *amount != Money::ZERO);
        Event {
            at: record.at,
            what: record.what,
            facts: amount
                .map(|amount| Fact {
                    label: "Amount".to_owned(),
                    was: None,
                    is: Some(amount.to_string()),
                })
                .into_iter()
                .collect(),
            reason: record.reason,
            who: record.who,
            approver: record.approver,
            terminal: record.terminal,
            rank: record.rank,
        }
    }
}

impl From<Recorded> for Event {
    fn from(row: Recorded) -> Self {
        let rank = match row.deed.as_str() {
            "order.sent" => 20,
            "order.settled" => 60,
            _ => 35,
        };
        Event {
            at: row.at,
            what: row.sentence(),
            facts: row.facts(),
            reason: row.reason,
            who: Some(row.actor),
            approver: row.approver,
            terminal: row.terminal,
            rank,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::values::AuditId;

    fn row(deed: &str, at: OffsetDateTime, after: serde_json::Value) -> Recorded {
        Recorded {
            id: AuditId::new(),
            at,
            deed: deed.to_owned(),
            actor: "Ann".to_owned(),
            approver: None,
            terminal: None,
            subject: "order".to_owned(),
            subject_id: None,
            reason: None,
            before: None,
            after: Some(after),
        }
    }

    fn record(what: &str, at: OffsetDateTime, deeds: &[&str]) -> Record {
        Record {
            id: Uuid::now_v7(),
            at,
            rank: 50,
            what: what.to_owned(),
            who: None,
            approver: None,
            terminal: None,
            amount: Some(Money::new(500)),
            reason: None,
            deeds: (!deeds.is_empty())
                .then(|| deeds.iter().map(|deed| (*deed).to_owned()).collect()),
        }
    }

    #[test]
    fn what_the_log_tells_is_told_once() {
        let (one, two) = (
            datetime!(2026-11-22 10:00 UTC),
            datetime!(2026-11-22 10:05 UTC),
        );
        let payment = record("Payment", two, &["payment.taken"]);
        let elsewhere = record("Payment", one, &["payment.taken"]);
        let confirmed = row(
            "attempt.confirmed",
            two,
            json!({ "payment": payment.id.to_string() }),
        );
        let told = tell(Records {
            log: vec![confirmed],
            others: vec![payment, elsewhere, record("Closed", two, &[])],
        });
        let told: Vec<&str> = told.iter().map(|event| event.what.as_str()).collect();
        assert_eq!(told, ["Payment", "Money that was asked for came", "Closed"]);
    }

    #[test]
    fn of_one_moment_sending_comes_before_paying() {
        let at = datetime!(2026-11-22 10:00 UTC);
        let told = tell(Records {
            log: vec![
                row("order.settled", at, json!({})),
                row("order.sent", at, json!({})),
            ],
            others: vec![record("Payment", at, &["payment.taken"])],
        });
        let told: Vec<&str> = told.iter().map(|event| event.what.as_str()).collect();
        assert_eq!(told, ["Sent", "Payment", "Paid in full"]);
    }
}
