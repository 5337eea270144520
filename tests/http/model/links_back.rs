//! Money of Pesapal's that goes back through it (payments.md, section 6; money.md): asked for once for each payment, booked
//! when it was accepted.

use super::book::*;
use super::command::Fault;
use super::links::Code;

/// What Pesapal was asked to give back of one payment.
#[derive(Debug, Clone)]
pub struct AskedBack {
    pub state: Answered,
    pub amount: i64,
    /// It is in the books.
    pub is_booked: bool,
    pub at: i64,
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

impl AskedBack {
    fn is_accepted(&self) -> bool {
        matches!(self.state, Answered::Accepted | Answered::Confirmed)
    }

    fn is_on_its_way(&self, now: i64) -> bool {
        self.state == Answered::NotYet && now < self.at + ANSWERS_WITHIN
    }
}

impl Book {
    /// Mobile money in full only, a card also in part, and what came to nothing there or went back already not at all.
    pub fn ask_for_it_back(&mut self, link: usize, amount: i64, fault: Fault) -> Outcome {
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
            at: now,
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

    pub fn book_what_was_accepted(&mut self, link: usize) {
        self.links[link].moved_at = self.now;
        if let Some(back) = &mut self.links[link].back {
            back.is_booked = true;
        }
    }

    /// Nothing goes back another way while Pesapal may be giving it back.
    pub fn must_not_be_underway(&self, link: usize) -> Outcome {
        let back = self.links[link].back.as_ref();
        let is_underway = back.is_some_and(|back| {
            back.is_on_its_way(self.now) || (back.is_accepted() && !back.is_booked)
        });
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
            one.moved_at = now;
            self.note("refund.confirmed");
        }
        true
    }
}
