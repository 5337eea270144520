//! The audit log: one append-only row for each deed that touches money, people, settings or a sent
//! line, written in the transaction of the deed.

use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::batch::Write;
use crate::values::{AuditId, StaffId, TerminalId};

/// Who did something: a person (on a terminal or not), a display, or the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The person, if it was one.
    pub staff: Option<StaffId>,
    /// The paired terminal it was done on.
    pub terminal: Option<TerminalId>,
    /// The name as it was then, for people to read.
    pub name: String,
}

impl By {
    /// The program itself: background jobs, the payment gateway's word.
    pub fn system() -> Self {
        By {
            staff: None,
            terminal: None,
            name: "System".to_owned(),
        }
    }

    /// A stable text for keys: one person is one actor on every terminal.
    pub fn actor(&self) -> String {
        match (self.staff, self.terminal) {
            (Some(staff), _) => format!("staff:{staff}"),
            (None, Some(terminal)) => format!("terminal:{terminal}"),
            (None, None) => "system".to_owned(),
        }
    }
}

/// One row to be written: what happened to what, and how it was before and after.
#[derive(Debug, Clone)]
pub struct Entry {
    deed: &'static str,
    subject: &'static str,
    subject_id: Option<uuid::Uuid>,
    approver: Option<StaffId>,
    reason: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Entry {
    /// A deed (`order.cancelled`) upon a subject (`order`).
    pub fn new(deed: &'static str, subject: &'static str, id: impl Into<uuid::Uuid>) -> Self {
        Entry {
            subject_id: Some(id.into()),
            ..Entry::general(deed, subject)
        }
    }

    /// A deed upon something that has no id.
    pub fn general(deed: &'static str, subject: &'static str) -> Self {
        Entry {
            deed,
            subject,
            subject_id: None,
            approver: None,
            reason: None,
            before: None,
            after: None,
        }
    }

    /// The person whose approval it was done with.
    pub fn approved_by(mut self, approver: Option<StaffId>) -> Self {
        self.approver = approver;
        self
    }

    /// Why it was done.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// What was so before. Never secrets.
    pub fn before(mut self, facts: impl Serialize) -> Self {
        self.before = serde_json::to_value(facts).ok();
        self
    }

    /// What is so now. Never secrets.
    pub fn after(mut self, facts: impl Serialize) -> Self {
        self.after = serde_json::to_value(facts).ok();
        self
    }
}

/// The rows to be written, and the marks that they are not sealed yet.
pub(super) fn writes(by: &By, entries: Vec<Entry>, at: OffsetDateTime) -> Vec<Write> {
    if entries.is_empty() {
        return Vec::new();
    }
    let rows: Vec<Value> = entries.into_iter().map(|entry| entry.row(by)).collect();
    let rows = Value::Array(rows);
    let log = Write::new(
        "audit_log",
        uuid::Uuid::nil(),
        "INSERT INTO audit_log (id, at, deed, staff_id, approver_id, terminal_id, actor, subject, subject_id, reason, before, after) \
         SELECT id, $2, deed, staff_id, approver_id, terminal_id, actor, subject, subject_id, reason, before, after \
         FROM jsonb_to_recordset($1) AS e (id uuid, deed text, staff_id uuid, approver_id uuid, terminal_id uuid, actor text, \
              subject text, subject_id uuid, reason text, before jsonb, after jsonb)",
        [rows.clone().into(), at.into()],
    );
    let unsealed = Write::new(
        "audit_unsealed",
        uuid::Uuid::nil(),
        "INSERT INTO audit_unsealed (audit_id) SELECT id FROM jsonb_to_recordset($1) AS e (id uuid)",
        [rows.into()],
    );
    vec![log, unsealed]
}

impl Entry {
    fn row(self, by: &By) -> Value {
        json!({
            "id": AuditId::new(),
            "deed": self.deed,
            "staff_id": by.staff,
            "approver_id": self.approver,
            "terminal_id": by.terminal,
            "actor": by.name,
            "subject": self.subject,
            "subject_id": self.subject_id,
            "reason": self.reason,
            "before": self.before,
            "after": self.after,
        })
    }
}
