//! An attempt: how far it is, when it is asked about again, and when to stop.

use poem::http::StatusCode;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::client::Failure;
use crate::payments::items::Pieces;
use crate::payments::payment::Method;
use crate::payments::reference::Reference;
use crate::values::{AttemptId, Money, OrderId, PaymentId, ShiftId};
use crate::web::{Refusal, url};

/// How far an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is stored, and Pesapal is being told.
    Starting,
    /// The guest has the link.
    Waiting,
    /// The money is here.
    Confirmed,
    /// It came to nothing.
    Failed,
    /// Somebody here called it off.
    Cancelled,
}

impl State {
    /// Every state.
    pub const ALL: [State; 5] = [
        State::Starting,
        State::Waiting,
        State::Confirmed,
        State::Failed,
        State::Cancelled,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Waiting => "waiting",
            State::Confirmed => "confirmed",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    /// The state that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether the money may still come and nobody has given it up.
    pub fn is_open(self) -> bool {
        matches!(self, State::Starting | State::Waiting)
    }
}

/// What the guest paid with on Pesapal's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// MTN Mobile Money.
    MtnMomo,
    /// Airtel Money.
    AirtelMoney,
    /// A card, and whatever else there is.
    Card,
}

impl Channel {
    /// What Pesapal's word stands for.
    pub fn of(word: &str) -> Self {
        let word = word.to_ascii_uppercase();
        if word.contains("MTN") {
            Channel::MtnMomo
        } else if word.contains("AIRTEL") {
            Channel::AirtelMoney
        } else {
            Channel::Card
        }
    }

    /// The method under which it is in the books.
    pub fn method(self) -> Method {
        match self {
            Channel::MtnMomo => Method::MtnMomo,
            Channel::AirtelMoney => Method::AirtelMoney,
            Channel::Card => Method::Card,
        }
    }

    /// The channel that is stored under this word.
    pub fn stored(word: &str) -> Option<Self> {
        let all = [Channel::MtnMomo, Channel::AirtelMoney, Channel::Card];
        all.into_iter().find(|it| it.method().as_str() == word)
    }
}

/// Money that was asked for through Pesapal.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// The order that it is for.
    pub order: OrderId,
    /// The shift that asked.
    pub shift: Option<ShiftId>,
    /// What of the order it pays.
    pub amount: Money,
    /// What comes beside it.
    pub tip: Money,
    /// The currency's code.
    pub currency: String,
    /// What of the order it is for, where it is paid by item.
    pub pieces: Vec<Pieces>,
    /// How to reach the guest, if somebody said so.
    pub payer: Option<String>,
    /// How far it is.
    pub state: State,
    /// Whether it ended because nothing was heard for too long.
    pub gave_up: bool,
    /// Why it ended, or what was said last: a sentence.
    pub said: Option<String>,
    /// Our reference at Pesapal, unique for ever.
    pub reference: String,
    /// Pesapal's id of it.
    pub tracking: Option<String>,
    /// Where the guest pays.
    pub redirect: Option<String>,
    /// How often its status was asked.
    pub asked: i32,
    /// The payment that came of it.
    pub payment: Option<PaymentId>,
    /// When it was stored.
    pub started_at: OffsetDateTime,
    /// Grows with every change that a person sees.
    pub revision: i64,
}

impl Attempt {
    /// What the guest is asked for.
    pub fn total(&self) -> Money {
        self.amount + self.tip
    }
}

/// The pause after so many questions about one attempt; nothing when it is time to give up. Notifications may get lost,
/// so every attempt is asked about for a day.
pub fn pause(asked: i32) -> Option<Duration> {
    match asked {
        ..12 => Some(Duration::seconds(5)),
        12..20 => Some(Duration::seconds(15)),
        20..50 => Some(Duration::seconds(60)),
        50..74 => Some(Duration::hours(1)),
        _ => None,
    }
}

/// When the next question is due, however the one of now turns out.
pub fn next_question(asked: i32, now: OffsetDateTime) -> OffsetDateTime {
    now + pause(asked).unwrap_or(Duration::hours(1))
}

/// How long Pesapal has to take an attempt before it is ended. Longer than telling it may take.
pub const STARTING: Duration = Duration::seconds(60);

/// What is said of an attempt that Pesapal never confirmed to have taken. Nobody has its link, so nobody can pay it.
pub const NOT_TAKEN: &str =
    "Pesapal did not answer, so there is no link. Ask again, or take the money another way.";
/// What is said of an attempt that was called off here while Pesapal could not be asked how it stands.
pub const NOT_ANSWERED: &str = "Pesapal does not answer now. Ask the guest whether they have paid: if they have, wait for it; if not, take the money another way.";
/// What is said of one that was called off here, and Pesapal knows of no money.
pub const NOTHING_PAID: &str = "Pesapal says that nothing was paid.";
/// What is said of one in whose place another link was made.
pub const RENEWED: &str = "A new link was made for it.";
/// What is said of a new link whose money came through the one before.
pub const PAID_BEFORE: &str = "The guest has paid through the link before it.";
/// What is said after a day of waiting.
pub const TOO_LONG: &str = "This took too long: nothing was paid within a day.";

/// The reference of a payment: what its provider calls it, and Pesapal's own id where it says nothing that can be one.
pub fn reference(confirmation: Option<&str>, tracking: &str) -> Option<Reference> {
    let said = confirmation.and_then(|code| code.parse().ok());
    said.or_else(|| tracking.parse().ok())
}

/// The same for money whose reference was typed in by hand before: told apart by the end of Pesapal's own id.
pub fn told_apart(reference: &Reference, tracking: &str) -> Reference {
    let bare: String = tracking
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let end: String = bare
        .chars()
        .skip(bare.chars().count().saturating_sub(16))
        .collect();
    let room = Reference::LONGEST - end.len() - 1;
    let begin: String = reference.as_str().chars().take(room).collect();
    Reference::stored(format!("{begin}-{}", end.to_ascii_uppercase()))
}

/// Why nothing is asked for, or nothing can be done about what was.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum PesapalRefusal {
    /// Pesapal is not set up, does not answer, or refuses.
    #[error("{0}")]
    Failed(Failure),
    /// A link that is open asks for the same money.
    #[error("A Pesapal link already asks for {} of this order. Cancel it first.", .1.text_with_code())]
    AskedAlready(AttemptId, Money),
    /// It is over, so it has no new link.
    #[error("This link is over. Ask again from the pay screen.")]
    Over(OrderId),
    /// The order does not owe as much any more.
    #[error("The order owes {} now. Cancel the link and ask again from the pay screen.", .0.text_with_code())]
    OwesLess(Money),
    /// Pesapal has not said yet how it calls it.
    #[error("Pesapal has not answered yet. Wait a moment.")]
    NoLinkYet,
    /// The address that guests are led back to is unknown.
    #[error("Set APP_BASE_URL to the address of this till as guests reach it; Pesapal needs it.")]
    NoAddress,
}

impl From<Failure> for PesapalRefusal {
    fn from(failure: Failure) -> Self {
        PesapalRefusal::Failed(failure)
    }
}

impl Refusal for PesapalRefusal {
    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn code(&self) -> &'static str {
        match self {
            PesapalRefusal::Failed(failure) => failure.code(),
            PesapalRefusal::AskedAlready(..) => "asked_already",
            PesapalRefusal::Over(_) => "link_over",
            PesapalRefusal::OwesLess(_) => "owes_less",
            PesapalRefusal::NoLinkYet => "no_link_yet",
            PesapalRefusal::NoAddress => "pesapal_not_configured",
        }
    }

    fn way_on(&self) -> Option<(&'static str, String)> {
        match self {
            PesapalRefusal::AskedAlready(attempt, _) => Some(("Show it", url::attempt(*attempt))),
            PesapalRefusal::Over(order) => Some(("Pay", url::order_pay(*order))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_often_at_first_and_for_a_day_in_all() {
        let mut asked = 0;
        let mut waited = Duration::ZERO;
        while let Some(pause) = pause(asked) {
            waited += pause;
            asked += 1;
        }
        assert_eq!(asked, 12 + 8 + 30 + 24);
        assert_eq!(waited, Duration::minutes(33) + Duration::hours(24));
    }

    #[test]
    fn the_channel_is_what_pesapals_word_stands_for() {
        for (word, method) in [
            ("MTN", Method::MtnMomo),
            ("MTNUG", Method::MtnMomo),
            ("Airtel", Method::AirtelMoney),
            ("AIRTELUG", Method::AirtelMoney),
            ("Visa", Method::Card),
            ("MASTERCARD", Method::Card),
            ("", Method::Card),
            ("Shells", Method::Card),
        ] {
            assert_eq!(Channel::of(word).method(), method, "{word}");
        }
    }

    #[test]
    fn a_payment_always_has_a_reference_and_one_that_was_used_is_told_apart() {
        let tracking = "b945e4af-80a5-4ec1-8706-e03f8332fb04";
        let code = reference(Some("6513008693186320103009"), tracking).unwrap();
        assert_eq!(code.as_str(), "6513008693186320103009");
        for odd in [None, Some(""), Some("paid, thanks!")] {
            let own = reference(odd, tracking).unwrap();
            assert_eq!(own.as_str(), tracking.to_uppercase());
        }
        let apart = told_apart(&code, tracking);
        assert_eq!(apart.as_str(), "6513008693186320103009-8706E03F8332FB04");
        let long = reference(Some(&"7".repeat(40)), tracking).unwrap();
        assert_eq!(
            told_apart(&long, tracking).as_str().len(),
            Reference::LONGEST
        );
    }

    #[test]
    fn every_state_and_channel_is_found_again_by_its_stored_word() {
        for state in State::ALL {
            assert_eq!(State::stored(state.as_str()), Some(state));
        }
        for channel in [Channel::MtnMomo, Channel::AirtelMoney, Channel::Card] {
            assert_eq!(Channel::stored(channel.method().as_str()), Some(channel));
        }
    }
}
