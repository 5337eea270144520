//! Something that is to be printed, and what becomes of it.
//!
//! Nobody can know for certain that paper came out, so a job is printed at least once, and never twice in silence: whatever
//! is sent again after a try that broke off says so at its head.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::printer::PrinterRefusal;
use super::transport::Outcome;
use crate::printing::{Look, Slip};
use crate::values::{DayRule, OrderId, PrintJobId, PrinterId};

/// Paper that comes later than this says when it was wanted.
const LATE: Duration = Duration::minutes(2);
/// So long a drawer may take to open: then whoever waited has gone on, and an open drawer stands alone.
pub const DRAWER_OPENS_WITHIN: Duration = Duration::seconds(15);
/// So often a slip may break off until somebody has to look: else a printer that breaks off each time prints for ever.
const MOST_BREAKS: i32 = 3;
/// So long jobs are kept that are over.
pub const KEPT: Duration = Duration::days(14);

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// A ticket at its station.
    Ticket,
    /// A bill, before guests pay.
    Bill,
    /// A receipt.
    Receipt,
    /// The slip of money that went back.
    Refund,
    /// The slip of cash that moved.
    Cash,
    /// The report of a shift.
    ShiftReport,
    /// An X or a Z.
    Day,
    /// The page that tries a printer.
    Test,
    /// The cash drawer.
    Drawer,
}

impl JobKind {
    const ALL: [JobKind; 9] = [
        JobKind::Ticket,
        JobKind::Bill,
        JobKind::Receipt,
        JobKind::Refund,
        JobKind::Cash,
        JobKind::ShiftReport,
        JobKind::Day,
        JobKind::Test,
        JobKind::Drawer,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Ticket => "ticket",
            JobKind::Bill => "bill",
            JobKind::Receipt => "receipt",
            JobKind::Refund => "refund",
            JobKind::Cash => "cash",
            JobKind::ShiftReport => "shift_report",
            JobKind::Day => "day",
            JobKind::Test => "test",
            JobKind::Drawer => "drawer",
        }
    }

    /// What is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        JobKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its printer.
    Pending,
    /// It is at the printer now.
    Printing,
    /// It is on paper.
    Done,
    /// It is not, and nobody tries any more.
    Failed,
    /// Somebody does not want it any more.
    Cancelled,
}

impl JobState {
    /// Every state, the first first.
    pub const ALL: [JobState; 5] = [
        JobState::Pending,
        JobState::Printing,
        JobState::Done,
        JobState::Failed,
        JobState::Cancelled,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Pending => "pending",
            JobState::Printing => "printing",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    /// What is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        JobState::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A job that is to be printed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Where.
    pub printer: PrinterId,
    /// What it is.
    pub kind: JobKind,
    /// As people know it: "Receipt, Table 7, order 42".
    pub title: String,
    /// What stands on it; nothing where the drawer is opened.
    pub slip: Option<Slip>,
    /// What must not be printed twice by itself, if it is of that kind: "receipt:…".
    pub only_once: Option<String>,
    /// What it is about: a ticket, a payment.
    pub subject: Option<uuid::Uuid>,
    /// The order that it belongs to.
    pub order: Option<OrderId>,
    /// When it has no use any more.
    pub expires_at: Option<OffsetDateTime>,
}

/// A job as whoever prints it takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Which one.
    pub id: PrintJobId,
    /// What it is.
    pub kind: JobKind,
    /// What stands on it; nothing where the drawer is opened.
    pub slip: Option<Slip>,
    /// A try broke off before.
    pub doubtful: bool,
    /// How many did.
    pub breaks: i32,
    /// When it was wanted.
    pub created_at: OffsetDateTime,
    /// When it has no use any more.
    pub expires_at: Option<OffsetDateTime>,
    /// The printer that it was for, where this is another one.
    pub meant_for: Option<String>,
    /// The order that it belongs to.
    pub order: Option<OrderId>,
}

/// What becomes of a job after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is on paper.
    Done,
    /// It waits for another try.
    Again {
        /// This one broke off: some of it may be on paper.
        broke: bool,
        /// Why it is not.
        reason: String,
    },
    /// Nobody tries any more.
    Failed(String),
}

impl Taken {
    /// Whether it has no use any more.
    pub fn is_too_late(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_some_and(|until| until <= now)
    }

    /// What becomes of it.
    pub fn after(&self, outcome: Outcome, now: OffsetDateTime) -> Next {
        match outcome {
            Outcome::Printed | Outcome::Taken => Next::Done,
            Outcome::NotBegun(reason) if self.is_too_late(now) => Next::Failed(reason),
            Outcome::NotBegun(reason) => Next::Again {
                broke: false,
                reason,
            },
            // A drawer that may be open is looked at, not opened again.
            Outcome::BrokeOff(reason) if self.kind == JobKind::Drawer => {
                Next::Failed(format!("{reason} The drawer may be open."))
            }
            Outcome::BrokeOff(reason) if self.breaks + 1 >= MOST_BREAKS => Next::Failed(format!(
                "{reason} That was so {MOST_BREAKS} times. Look at the printer, then print it again."
            )),
            Outcome::BrokeOff(reason) => Next::Again {
                broke: true,
                reason,
            },
        }
    }

    /// The slip with what has to be said at its head.
    pub fn slip_for_paper(&self, now: OffsetDateTime, rule: &DayRule) -> Option<Slip> {
        let mut head = Slip::new("");
        if self.doubtful {
            head.text_looking(Look::Reversed, "PRINTED AGAIN");
            head.text_looking(
                Look::Strong,
                "The printer broke off before. There may be another one of this.",
            );
        }
        if let Some(meant_for) = &self.meant_for {
            head.text_looking(Look::Reversed, format!("FOR {}", meant_for.to_uppercase()));
        }
        if now - self.created_at >= LATE {
            let (wanted, printed) = (rule.local(self.created_at), rule.local(now));
            let day = match wanted.date() == printed.date() {
                true => String::new(),
                false => format!("{}, ", wanted.day()),
            };
            head.text_looking(
                Look::Strong,
                format!(
                    "LATE: wanted {day}{}, printed {}",
                    wanted.time(),
                    printed.time()
                ),
            );
        }
        let mut slip = self.slip.clone()?;
        slip.elements.splice(0..0, head.elements);
        Some(slip)
    }
}

/// A job in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Which one.
    pub id: PrintJobId,
    /// Where it is printed.
    pub printer: (PrinterId, String),
    /// The printer that it was for, where this is another one.
    pub meant_for: Option<String>,
    /// What it is.
    pub kind: JobKind,
    /// As people know it.
    pub title: String,
    /// How far it is.
    pub state: JobState,
    /// How often it was tried.
    pub tries: i32,
    /// Some of it may be on paper.
    pub doubtful: bool,
    /// Why it is not on paper yet.
    pub reason: Option<String>,
    /// Who wanted it.
    pub asked_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it was over.
    pub ended_at: Option<OffsetDateTime>,
}

/// What somebody wants of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// That it is tried again, here or at another printer.
    Again,
    /// That it is not printed any more.
    Cancel,
}

/// Whether a job in this state may be tried again or cancelled.
///
/// # Errors
/// The sentence that says why not.
pub fn may(wish: Wish, kind: JobKind, state: JobState) -> Result<(), PrinterRefusal> {
    match (wish, state) {
        (Wish::Again, _) if kind == JobKind::Drawer => Err(PrinterRefusal::DrawerTooLate),
        (_, JobState::Printing) => Err(PrinterRefusal::BeingPrinted),
        (_, JobState::Done) => Err(PrinterRefusal::Printed),
        (_, JobState::Cancelled) => Err(PrinterRefusal::Cancelled),
        (_, JobState::Pending | JobState::Failed) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::printing::{Paper, text};

    const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

    fn job(kind: JobKind) -> Taken {
        let mut slip = Slip::new("Test");
        slip.text("2 x Flat white");
        Taken {
            id: PrintJobId::new(),
            kind,
            slip: (kind != JobKind::Drawer).then_some(slip),
            doubtful: false,
            breaks: 0,
            created_at: NOON,
            expires_at: (kind == JobKind::Drawer).then_some(NOON + DRAWER_OPENS_WITHIN),
            meant_for: None,
            order: None,
        }
    }

    fn not_begun() -> Outcome {
        Outcome::NotBegun("It is out of paper.".into())
    }

    fn broke_off() -> Outcome {
        Outcome::BrokeOff("It went away in the middle.".into())
    }

    #[test]
    fn a_job_waits_until_it_is_on_paper_and_says_when_it_may_be_there_twice() {
        let mut it = job(JobKind::Ticket);
        assert_eq!(it.after(Outcome::Printed, NOON), Next::Done);
        let hours = NOON + Duration::hours(9);
        let Next::Again { broke, .. } = it.after(not_begun(), hours) else {
            panic!("it waits however long");
        };
        assert!(!broke);
        let Next::Again { broke, .. } = it.after(broke_off(), NOON) else {
            panic!("it is tried again");
        };
        assert!(broke);
        it.breaks = 2;
        assert!(matches!(it.after(broke_off(), NOON), Next::Failed(_)));
    }

    #[test]
    fn a_drawer_opens_at_once_or_not_at_all() {
        let it = job(JobKind::Drawer);
        assert!(matches!(it.after(not_begun(), NOON), Next::Again { .. }));
        let later = NOON + DRAWER_OPENS_WITHIN;
        assert!(matches!(it.after(not_begun(), later), Next::Failed(_)));
        assert!(matches!(it.after(broke_off(), NOON), Next::Failed(_)));
        assert!(it.is_too_late(later) && !it.is_too_late(NOON));
        assert_eq!(it.slip_for_paper(NOON, &DayRule::default()), None);
    }

    #[test]
    fn what_is_not_as_it_should_be_stands_at_the_head() {
        let rule = DayRule::parse("Africa/Kampala", "04:00").expect("a rule");
        let shown = |it: &Taken, at| {
            let slip = it.slip_for_paper(at, &rule).expect("a slip");
            text(&slip, Paper::Wide)
        };
        let mut it = job(JobKind::Ticket);
        assert_eq!(shown(&it, NOON), "  2 x Flat white\n");
        it.doubtful = true;
        it.meant_for = Some("Kitchen".into());
        let said = shown(&it, NOON + Duration::hours(1));
        let expected = "!  PRINTED AGAIN
* The printer broke off before. There may be
*   another one of this.
!  FOR KITCHEN
* LATE: wanted 15:00, printed 16:00
  2 x Flat white
";
        assert_eq!(said, expected);
        assert!(shown(&it, NOON + Duration::days(1)).contains("wanted 28 Nov 2026, 15:00,"));
    }

    #[test]
    fn only_what_is_not_on_paper_is_printed_again_or_cancelled() {
        let wishes = [Wish::Again, Wish::Cancel];
        for state in JobState::ALL {
            for wish in wishes {
                let open = matches!(state, JobState::Pending | JobState::Failed);
                assert_eq!(may(wish, JobKind::Ticket, state).is_ok(), open, "{state:?}");
            }
        }
        let refused = may(Wish::Again, JobKind::Drawer, JobState::Failed);
        assert_eq!(refused, Err(PrinterRefusal::DrawerTooLate));
        assert!(may(Wish::Cancel, JobKind::Drawer, JobState::Pending).is_ok());
    }

    #[test]
    fn every_word_that_is_stored_is_found_again() {
        for kind in JobKind::ALL {
            assert_eq!(JobKind::stored(kind.as_str()), Some(kind));
        }
        for state in JobState::ALL {
            assert_eq!(JobState::stored(state.as_str()), Some(state));
        }
        assert_eq!(JobKind::stored("poem"), None);
        assert_eq!(JobState::stored("lost"), None);
    }
}
