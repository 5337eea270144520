//! Money of Pesapal's that goes back through it (payments.md, section 6; money.md): asked for once for each payment, booked
//! when it was accepted.

use uuid::Uuid;

use super::book::*;
use super::command::{Door, Fault};
use super::links::{Code, Link};

/// What Pesapal was asked to give back of one payment.
#[derive(Debug, Clone)]
pub struct AskedBack {
    pub state: Answered,
    pub amount: i64,
    /// It is in the books.
    pub is_booked: bool,
    /// Who asked last.
    pub by: usize,
    /// When it was asked for first.
    pub since: i64,
    pub at: i64,
    /// How often the loop has asked, and when it asks again.
    pub questions: usize,
    pub ask_at: Option<i64>,
    pub gave_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Its answer is on the way, or was lost.
    NotYet,
    Refused,
    Accepted,
    /// It has done it.
    Confirmed,
}

/// How long an answer may be on its way.
pub const ANSWERS_WITHIN: i64 = 60;

/// How long a refund of which nothing was heard stays in sight.
const UNHEARD: i64 = 30 * 86_400;

/// Asked every five minutes six times, every hour for a day, every six hours until two weeks are over.
fn pause(questions: usize) -> i64 {
    match questions {
        ..6 => 5 * 60,
        6..30 => 3_600,
        _ => 6 * 3_600,
    }
}

/// So often it is asked in all, but for the last time.
const TWO_WEEKS: usize = 6 + 24 + 52;

impl AskedBack {
    /// Pesapal has not done it yet, or it is not in the books.
    pub fn is_in_sight(&self, now: i64) -> bool {
        let is_old = self.gave_up && self.at <= now - UNHEARD;
        (self.is_waited_for() && !is_old) || self.is_to_be_booked()
    }

    pub fn is_waited_for(&self) -> bool {
        matches!(self.state, Answered::NotYet | Answered::Accepted)
    }

    pub fn is_to_be_booked(&self) -> bool {
        self.is_accepted() && !self.is_booked
    }

    fn is_accepted(&self) -> bool {
        matches!(self.state, Answered::Accepted | Answered::Confirmed)
    }

    fn is_on_its_way(&self, now: i64) -> bool {
        self.state == Answered::NotYet && now < self.at + ANSWERS_WITHIN
    }
}

impl Book {
    /// Mobile money in full only, a card also in part, and what came to nothing there or went back already not at all.
    pub fn ask_for_it_back(
        &mut self,
        who: usize,
        link: usize,
        amount: i64,
        fault: Fault,
    ) -> Outcome {
        let (now, before) = (self.now, self.links[link].back.clone());
        if let Some(before) = &before
            && before.is_accepted()
        {
            // What it has accepted has only to be booked.
            return must(!before.is_booked && before.amount == amount, CONFLICT);
        }
        must(
            !before.as_ref().is_some_and(|one| one.is_on_its_way(now)),
            CONFLICT,
        )?;
        let since = before.as_ref().map_or(now, |one| one.since);
        let was_lost = before.is_some_and(|one| one.state == Answered::NotYet);
        let asked = &mut self.links[link];
        let is_card = asked
            .payment()
            .is_some_and(|at| self.payments[at].method == Method::Card);
        must(is_card || amount == asked.total(), INVALID)?;
        let state = match (fault, asked.page.stands) {
            (Fault::Breaks | Fault::Nonsense, _) => Answered::NotYet,
            (_, Code::Paid) => Answered::Accepted,
            // A refusal of the second says nothing of the first, whose answer was lost.
            _ if was_lost => Answered::NotYet,
            _ => Answered::Refused,
        };
        asked.back = Some(AskedBack {
            state,
            amount,
            is_booked: false,
            by: who,
            since,
            at: now,
            questions: 0,
            ask_at: (state != Answered::Refused).then_some(now + pause(0)),
            gave_up: false,
        });
        asked.moved_at = now;
        match state {
            Answered::Accepted => {
                self.note("refund.accepted");
                return Ok(());
            }
            Answered::Refused => self.note("refund.refused"),
            _ => {}
        }
        self.refuse(CONFLICT)
    }

    /// Somebody at a till or at the desk wants to know.
    pub fn ask_whether_it_went_back(&mut self, who: usize, id: Uuid, fault: Fault) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        let link = self.payment(id).and_then(|at| self.payments[at].link);
        let link = link.ok_or(NOT_FOUND)?;
        let back = self.links[link].back.as_ref().ok_or(NOT_FOUND)?;
        if !back.is_waited_for() {
            return Ok(());
        }
        must(self.told(link, Door::Till, fault).is_some(), CONFLICT)
    }

    /// Which the loop would ask about now.
    pub fn due_refunds(&self) -> Vec<usize> {
        let due = |link: &Link| {
            let back = link.back.as_ref().filter(|back| back.is_waited_for());
            let ask_at = back.and_then(|back| back.ask_at);
            ask_at.is_some_and(|at| at <= self.now)
        };
        let all = self.links.iter().enumerate();
        all.filter(|(_, link)| due(link))
            .map(|(at, _)| at)
            .collect()
    }

    /// Until it says so, or nothing was heard of it for two weeks.
    pub fn ask_about_refunds(&mut self, fault: Fault) {
        let now = self.now;
        for at in self.due_refunds() {
            let mut asked = 0;
            if let Some(back) = &mut self.links[at].back {
                asked = back.questions;
                back.questions += 1;
                back.ask_at = Some(now + pause(back.questions));
            }
            self.links[at].moved_at = now;
            self.told(at, Door::Poll, fault);
            let back = self.links[at].back.as_mut();
            let unheard = back.filter(|back| asked >= TWO_WEEKS && back.is_waited_for());
            if let Some(back) = unheard {
                (back.gave_up, back.ask_at, back.at) = (true, None, now);
                self.note("refund.unheard");
            }
        }
    }

    pub fn book_what_was_accepted(&mut self, link: usize) {
        self.links[link].moved_at = self.now;
        if let Some(back) = &mut self.links[link].back {
            back.is_booked = true;
        }
    }

    /// Nothing goes back another way while Pesapal may be giving it back.
    pub fn must_not_be_underway(&self, link: usize) -> Outcome {
        let back = self.links[link].back.as_ref();
        let is_underway =
            back.is_some_and(|back| back.is_on_its_way(self.now) || back.is_to_be_booked());
        must(!is_underway, CONFLICT)
    }

    /// Pesapal says that it has given a payment back: whether it was asked to.
    pub fn confirms_refund(&mut self, link: usize) -> bool {
        let now = self.now;
        let one = &mut self.links[link];
        let Some(back) = one
            .back
            .as_mut()
            .filter(|back| back.state != Answered::Refused)
        else {
            return false;
        };
        if back.state != Answered::Confirmed {
            (back.state, back.at) = (Answered::Confirmed, now);
            (back.questions, back.ask_at, back.gave_up) = (0, None, false);
            one.moved_at = now;
            self.note("refund.confirmed");
        }
        true
    }
}
