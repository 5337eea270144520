//! What somebody asks a manager or an admin to agree to on a screen of their own. A request is for one deed with one
//! command, it is good for [`GOOD_FOR`], and an approval is used up in the transaction of that deed: so it is good once,
//! whatever two tills try. Owns the table `approval_requests`.
//!
//! [`super::approval::consent`] is the door for rooms that ask; nothing else makes a request or uses one.

mod actions;
pub mod feed;
pub mod handlers;
mod store;
mod view;

use poem::Response;
use poem::http::StatusCode;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::person::{Person, Role};
use crate::app::App;
use crate::data::{Claim, Tx};
use crate::values::{ApprovalId, OrderId, StaffId};
use crate::web::{Asker, Error, Refusal, Result};

pub use feed::{AsksView, RequestsView};
pub use store::{giving_up, spending};

/// How long a request waits for its answer, and an answer for its deed.
pub const GOOD_FOR: Duration = Duration::minutes(10);

/// How many requests of one person may wait at a time: a manager has to read them.
const MOST: usize = 10;

/// What a deed would be as things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// For whoever agrees: "Void 2 × Cappuccino, UGX 24,000, on Table 7: Changed their mind".
    pub summary: String,
    /// The order that it is about.
    pub order: Option<OrderId>,
    /// Where its form is sent.
    pub address: String,
    /// Whether a manager's agreement is not enough.
    pub only_admin: bool,
}

impl Wish {
    /// The same, saying that only an admin may agree.
    pub fn for_an_admin(self, only: bool) -> Wish {
        match only {
            false => self,
            true => Wish {
                summary: format!("{} (only an admin may agree)", self.summary),
                only_admin: true,
                ..self
            },
        }
    }
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered.
    Waiting,
    /// Somebody agreed, and the deed is not done yet.
    Approved,
    /// Somebody did not agree.
    Refused,
    /// Whoever asked does not ask any more.
    Withdrawn,
    /// The deed was done.
    Used,
}

impl State {
    const ALL: [State; 5] = [
        State::Waiting,
        State::Approved,
        State::Refused,
        State::Withdrawn,
        State::Used,
    ];

    fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Refused => "refused",
            State::Withdrawn => "withdrawn",
            State::Used => "used",
        }
    }

    fn stored(word: &str) -> Option<Self> {
        State::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which one.
    pub id: ApprovalId,
    /// What would be done, as a claim names it.
    pub deed: String,
    /// The claim's fingerprint of the command.
    pub fingerprint: Vec<u8>,
    /// What it would be, and about which order, and where that is asked.
    pub wish: Wish,
    /// Who asks.
    pub asked_by: StaffId,
    /// Their name.
    pub asker: String,
    /// The paired terminal that it was asked on.
    pub terminal: Option<String>,
    /// When.
    pub asked_at: OffsetDateTime,
    /// Until when it is good.
    pub expires_at: OffsetDateTime,
    /// How far it is.
    pub state: State,
    /// Who answered, if somebody did.
    pub answered_by: Option<StaffId>,
    /// Their name.
    pub answerer: Option<String>,
    /// What they said.
    pub note: Option<String>,
}

/// Who agreed to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Who.
    pub by: StaffId,
    /// Their name.
    pub name: String,
    /// Manager or admin.
    pub role: Role,
}

/// Why a request was not made, answered or used.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum RequestRefusal {
    /// The id is another's, or no UUID that anybody minted.
    #[error("This cannot be asked like that. Close the dialog and open it again.")]
    Unusable,
    /// Too many wait already.
    #[error("You are waiting for {MOST} answers already. Withdraw some first.")]
    TooMany,
    /// Nobody has answered yet.
    #[error("Nobody has agreed yet. Wait for the answer, or have a PIN entered here.")]
    NotAnswered,
    /// Somebody said no.
    #[error("{0} did not agree. Ask somebody else, or leave it.")]
    Refused(String),
    /// Whoever asked took it back.
    #[error("This was withdrawn. Ask again.")]
    Withdrawn,
    /// Its deed was done.
    #[error("This approval was used already. Ask again.")]
    Used,
    /// Too late.
    #[error("This was asked more than 10 minutes ago. Ask again.")]
    Expired,
    /// Another deed, another command, or the order changed meanwhile.
    #[error("What was agreed to is “{0}”. Put it back as it was, or ask again.")]
    SomethingElse(String),
    /// Demoted, deactivated, or without a password of their own.
    #[error("Whoever agreed may not approve any more. Ask somebody else.")]
    ApproverGone,
    /// Nobody approves what they ask themselves.
    #[error("Somebody else approves: ask another manager or an admin.")]
    Own,
    /// A manager may refuse it, and no more.
    #[error("Only an admin may agree to this. Ask one of them to answer it.")]
    AdminOnly,
    /// Somebody was faster.
    #[error("{0} has answered already.")]
    Answered(String),
}

impl Refusal for RequestRefusal {
    fn status(&self) -> StatusCode {
        match self {
            RequestRefusal::Own | RequestRefusal::AdminOnly => StatusCode::FORBIDDEN,
            _ => StatusCode::CONFLICT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            RequestRefusal::Unusable => "bad_request_id",
            RequestRefusal::TooMany => "too_many_requests_waiting",
            RequestRefusal::NotAnswered => "not_answered",
            RequestRefusal::Refused(_) => "not_agreed",
            RequestRefusal::Withdrawn => "withdrawn",
            RequestRefusal::Used => "approval_used",
            RequestRefusal::Expired => "approval_expired",
            RequestRefusal::SomethingElse(_) => "agreed_to_something_else",
            RequestRefusal::ApproverGone => "approver_gone",
            RequestRefusal::Own => "own_approval",
            RequestRefusal::AdminOnly => "admin_only",
            RequestRefusal::Answered(_) => "answered",
        }
    }
}

impl Request {
    /// Whether somebody may still answer it.
    pub fn is_waiting(&self, now: OffsetDateTime) -> bool {
        self.state == State::Waiting && now < self.expires_at
    }

    /// Whether it is an agreement to this, and still good; answers who agreed.
    fn agreed(
        &self,
        deed: &str,
        fingerprint: &[u8],
        summary: &str,
        now: OffsetDateTime,
    ) -> Result<StaffId, RequestRefusal> {
        let answerer = || self.answerer.clone().unwrap_or_default();
        let is_this = self.deed == deed && self.fingerprint == fingerprint;
        match (self.state, self.answered_by) {
            (State::Refused, _) => Err(RequestRefusal::Refused(answerer())),
            (State::Withdrawn, _) => Err(RequestRefusal::Withdrawn),
            (State::Used, _) => Err(RequestRefusal::Used),
            (State::Waiting | State::Approved, _) if now >= self.expires_at => {
                Err(RequestRefusal::Expired)
            }
            (State::Approved, Some(by)) if is_this && self.wish.summary == summary => Ok(by),
            (State::Approved, Some(_)) => {
                Err(RequestRefusal::SomethingElse(self.wish.summary.clone()))
            }
            (State::Waiting | State::Approved, _) => Err(RequestRefusal::NotAnswered),
        }
    }

    /// Whether this person may answer it now.
    fn must_be_open_to(&self, by: StaffId, now: OffsetDateTime) -> Result<(), RequestRefusal> {
        let answerer = || self.answerer.clone().unwrap_or_default();
        if self.asked_by == by {
            return Err(RequestRefusal::Own);
        }
        match self.state {
            State::Waiting if now < self.expires_at => Ok(()),
            State::Waiting => Err(RequestRefusal::Expired),
            State::Withdrawn => Err(RequestRefusal::Withdrawn),
            State::Approved | State::Refused | State::Used => {
                Err(RequestRefusal::Answered(answerer()))
            }
        }
    }
}

/// Asks for what a claim would do, under an id that the form carries: whoever asks the same again while that is open is
/// told how it stands. Answers the part of the dialog that waits.
pub(super) async fn ask(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: &Claim,
    id: ApprovalId,
    wish: Wish,
) -> Result<Response> {
    if !id.is_minted() {
        return Err(RequestRefusal::Unusable.into());
    }
    let asking = claim.instead("approvals.ask", id);
    let (deed, fingerprint) = (claim.deed(), claim.fingerprint());
    app.write(asking, async |tx: &mut Tx| {
        actions::ask(tx, by, id, deed, fingerprint, &wish).await
    })
    .await?;
    let now = app.clock().now();
    let open = store::open_of(app.db(), by.id, deed, fingerprint, now).await?;
    let request = match open {
        Some(open) => open,
        None => of(app, by, id).await?,
    };
    handlers::waiting(app, by, asker, &request).await
}

/// Who agreed to what a claim would do, if somebody did and the approval is still good. That it is used once is
/// [`spending`]'s, in the transaction of the deed.
pub(super) async fn given(
    app: &App,
    by: &Person,
    claim: &Claim,
    id: ApprovalId,
    wish: Wish,
) -> Result<Given> {
    let request = of(app, by, id).await?;
    let now = app.clock().now();
    let who = request.agreed(claim.deed(), claim.fingerprint(), &wish.summary, now)?;
    let member = super::store::find(app.db(), who).await?;
    let member = member
        .filter(|one| one.active && one.role.manages() && !one.must_change_password)
        .ok_or(RequestRefusal::ApproverGone)?;
    Ok(Given {
        by: member.id,
        name: member.name,
        role: member.role,
    })
}

/// A request that this person made. Another's does not exist for them.
async fn of(app: &App, by: &Person, id: ApprovalId) -> Result<Request> {
    store::find(app.db(), id)
        .await?
        .filter(|request| request.asked_by == by.id)
        .ok_or(Error::NotFound("request"))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

    fn request(state: State) -> Request {
        let answered = !matches!(state, State::Waiting | State::Withdrawn);
        Request {
            id: ApprovalId::new(),
            deed: "orders.void".to_owned(),
            fingerprint: vec![7],
            wish: Wish {
                summary: "Void 1 × Chips".to_owned(),
                order: None,
                address: "/orders".to_owned(),
                only_admin: false,
            },
            asked_by: StaffId::new(),
            asker: "Moses".to_owned(),
            terminal: None,
            asked_at: NOON,
            expires_at: NOON + GOOD_FOR,
            state,
            answered_by: answered.then(StaffId::new),
            answerer: answered.then(|| "Daniel".to_owned()),
            note: None,
        }
    }

    #[test]
    fn an_approval_is_for_one_deed_with_one_command_as_things_stood() {
        let request = request(State::Approved);
        let agreed = |deed, fingerprint: &[u8], summary| {
            request.agreed(deed, fingerprint, summary, NOON).ok()
        };
        assert_eq!(
            agreed("orders.void", &[7], "Void 1 × Chips"),
            request.answered_by
        );
        assert_eq!(agreed("orders.comp", &[7], "Void 1 × Chips"), None);
        assert_eq!(agreed("orders.void", &[8], "Void 1 × Chips"), None);
        assert_eq!(agreed("orders.void", &[7], "Void 2 × Chips"), None);
    }

    #[test]
    fn only_what_was_agreed_to_lately_and_not_used_is_good() {
        let late = NOON + GOOD_FOR;
        for (state, at, refusal) in [
            (State::Waiting, NOON, RequestRefusal::NotAnswered),
            (State::Waiting, late, RequestRefusal::Expired),
            (State::Approved, late, RequestRefusal::Expired),
            (
                State::Refused,
                NOON,
                RequestRefusal::Refused("Daniel".to_owned()),
            ),
            (State::Withdrawn, NOON, RequestRefusal::Withdrawn),
            (State::Used, NOON, RequestRefusal::Used),
        ] {
            let refused = request(state).agreed("orders.void", &[7], "Void 1 × Chips", at);
            assert_eq!(refused, Err(refusal), "{state:?}");
        }
    }

    #[test]
    fn whoever_asks_does_not_answer_and_what_was_answered_is_not_answered_again() {
        let waiting = request(State::Waiting);
        assert_eq!(
            waiting.must_be_open_to(waiting.asked_by, NOON),
            Err(RequestRefusal::Own)
        );
        assert_eq!(waiting.must_be_open_to(StaffId::new(), NOON), Ok(()));
        for state in [State::Approved, State::Refused, State::Used] {
            let refused = request(state).must_be_open_to(StaffId::new(), NOON);
            assert_eq!(refused, Err(RequestRefusal::Answered("Daniel".to_owned())));
        }
        let late = NOON + GOOD_FOR;
        assert_eq!(
            waiting.must_be_open_to(StaffId::new(), late),
            Err(RequestRefusal::Expired)
        );
    }
}
