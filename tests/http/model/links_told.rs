//! Words about money that was asked for by link, and what follows from them (payments.md, section 8; pesapal.md).

use super::book::*;
use super::charges::{bare, kept};
use super::command::{Door, Fault};
use super::links::{Code, Heard, Kept, Link, MORE, Stand, Word};
use super::waiting::Waited;

impl Book {
    /// A notification is a hint, whatever it says, and is answered like any other. Whoever asks at a till is told where
    /// Pesapal does not answer.
    pub fn knock(
        &mut self,
        who: usize,
        at: usize,
        door: Door,
        named: Option<usize>,
        fault: Fault,
    ) -> Outcome {
        let at = self.link_meant(at, named);
        if door != Door::Till {
            self.told(at, door, fault);
            return Ok(());
        }
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        let heard = self.told(at, door, fault);
        if matches!(heard, Some(Heard::Pending | Heard::Over)) {
            self.note_called_off(at, "Pesapal says that nothing was paid.");
        }
        must(heard.is_some(), CONFLICT)
    }

    /// The transaction counts; the reference only where nobody knows that.
    pub fn link_meant(&self, at: usize, named: Option<usize>) -> usize {
        match self.links[at].is_taken {
            true => at,
            false => named.unwrap_or(at),
        }
    }

    /// Pesapal is asked, and what it says is done; nothing where it does not answer.
    pub fn told(&mut self, at: usize, door: Door, fault: Fault) -> Option<Heard> {
        self.heard = None;
        let word = self.links[at].says(fault)?;
        self.heard = Some(self.hear(at, door, word));
        self.heard
    }

    fn hear(&mut self, at: usize, door: Door, word: Word) -> Heard {
        if word.code == Code::Open {
            return match self.links[at].payment() {
                Some(_) => Heard::Paid,
                None => Heard::Pending,
            };
        }
        let link = &self.links[at];
        let (amount, currency) = match word.fault {
            Fault::OtherAmount => (link.total() + MORE, "UGX"),
            Fault::OtherCurrency => (link.total(), "KES"),
            _ => (link.total(), "UGX"),
        };
        let is_paid = link.payment().is_some();
        let reason = match (word.code, word.fault) {
            (_, Fault::OtherReference) => "reference",
            (Code::Paid, _) if is_paid => return Heard::Paid,
            (Code::Paid, Fault::OtherCurrency) => "currency",
            (Code::Paid, Fault::OtherAmount) => "amount",
            (Code::Paid, _) => {
                self.record_link(at, door, (amount, currency));
                return Heard::Paid;
            }
            (Code::GivenBack, _) if is_paid && self.confirms_refund(at) => return Heard::Paid,
            (Code::GivenBack, _) if is_paid => "reversed",
            (_, _) if is_paid => "failed_after_paid",
            _ => {
                if self.links[at].is_open() {
                    self.not_paid(at, ended_by(word.code));
                }
                return Heard::Over;
            }
        };
        self.keep(at, reason, door, (amount, currency));
        // Another payment than this one says nothing of this one.
        if reason != "reference" && self.links[at].is_open() {
            self.not_paid(at, sentence(reason));
        }
        self.links[at].said = Some(sentence(reason));
        self.links[at].moved_at = self.now;
        Heard::Kept
    }

    /// Money that comes late is money, also where it was given up. What was typed in by hand before on the same order, as the
    /// same sum, is this very money; else it is for no order, under an id that tells it apart.
    fn record_link(&mut self, at: usize, door: Door, told: (i64, &'static str)) {
        let link = self.links[at].clone();
        let method = match link.page.way {
            way if way.starts_with("MTN") => Method::Mtn,
            way if way.starts_with("AIRTEL") => Method::Airtel,
            _ => Method::Card,
        };
        let code = kept(&link.page.code);
        let is_used = self.has_paid(method, &code);
        if let Some(typed) = self.typed_by_hand(&link, method, &code) {
            self.payments[typed].link = Some(at);
            return self.paid_by_link(at, typed, None);
        }
        let reference = match is_used {
            true => told_apart(&code, link.tracking.as_deref().unwrap_or_default()),
            false => code,
        };
        let money = Payment {
            amount: link.amount,
            tip: link.tip,
            link: Some(at),
            ..self.loose(method, reference)
        };
        let order = Some(link.order).filter(|_| !is_used);
        let payment = self.arrive(order, Some(link.shift), &link.pieces, money);
        let said = match self.payments[payment].order {
            _ if is_used => Some(sentence("used_reference")),
            None => Some(FOR_NO_ORDER),
            Some(_) => None,
        };
        self.paid_by_link(at, payment, said);
        if is_used {
            self.keep(at, "used_reference", door, told);
        }
    }

    fn paid_by_link(&mut self, at: usize, payment: usize, said: Option<&'static str>) {
        let now = self.now;
        let link = &mut self.links[at];
        link.state = Stand::Paid(payment);
        link.said = said;
        link.gave_up = false;
        link.ask_at = None;
        link.ended = Some((now, None));
        link.moved_at = now;
        self.note("attempt.confirmed");
    }

    /// A card's slip has no id of the provider's, and what was waited for was asked for besides.
    fn typed_by_hand(&self, link: &Link, method: Method, code: &str) -> Option<usize> {
        let is_it = |money: &Payment| {
            let reference = money.reference.as_deref();
            money.order == Some(link.order)
                && (money.method, money.amount + money.tip) == (method, link.total())
                && reference.is_some_and(|typed| bare(typed) == bare(code))
        };
        let mut all = self.payments.iter().enumerate();
        let (typed, money) = all.find(|(_, money)| method.is_mobile() && is_it(money))?;
        let was_asked_for = money.link.is_some()
            || self
                .waits
                .iter()
                .any(|wait| wait.state == Waited::Came(typed));
        (!was_asked_for).then_some(typed)
    }

    /// The same is kept once.
    pub fn keep(
        &mut self,
        at: usize,
        reason: &'static str,
        door: Door,
        (amount, currency): (i64, &'static str),
    ) {
        let is_same = |kept: &Kept| {
            (kept.link, kept.reason, kept.amount, kept.currency) == (at, reason, amount, currency)
        };
        if self.kept.iter().any(is_same) {
            return;
        }
        self.kept.push(Kept {
            link: at,
            reason,
            door,
            payment: self.links[at].payment(),
            amount,
            currency,
            at: self.now,
        });
        self.links[at].moved_at = self.now;
        self.note("payment.orphaned");
    }

    pub fn not_paid(&mut self, at: usize, said: &'static str) {
        let now = self.now;
        let link = &mut self.links[at];
        link.state = Stand::NotPaid;
        link.said = Some(said);
        link.ended = Some((now, None));
        if !link.is_taken {
            link.ask_at = None;
        }
        link.moved_at = now;
        self.note("attempt.failed");
    }
}

const FOR_NO_ORDER: &str = "The order did not owe this any more when it came, so the money is for no order. A manager puts it on one or gives it back.";

fn ended_by(code: Code) -> &'static str {
    match code {
        Code::GivenBack => "Pesapal has given the money back to the guest.",
        _ => {
            "The payment failed. Pesapal says: Unable to Authorize Transaction.Kindly contact your bank"
        }
    }
}

/// What a cashier reads of what a manager has to look at.
fn sentence(reason: &str) -> &'static str {
    match reason {
        "amount" => {
            "Pesapal tells of another amount than was asked for. A manager has to look at it."
        }
        "currency" => {
            "Pesapal tells of another currency than the café's. A manager has to look at it."
        }
        "reference" => {
            "Pesapal tells of another payment than this one. A manager has to look at it."
        }
        "reversed" => {
            "Pesapal has given this money back to the guest. A manager has to look at it."
        }
        "failed_after_paid" => {
            "Pesapal says now that this was not paid. A manager has to look at it."
        }
        _ => "Its transaction id was typed in by hand before. A manager has to look at it.",
    }
}

/// By the end of Pesapal's own id.
fn told_apart(code: &str, tracking: &str) -> String {
    let bare: Vec<char> = tracking
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let end: String = bare[bare.len().saturating_sub(16)..].iter().collect();
    format!("{code}-{}", end.to_uppercase())
}
