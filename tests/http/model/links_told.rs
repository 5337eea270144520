//! Words about money that was asked for by link, and what follows from them (payments.md, section 8; pesapal.md).

use super::book::*;
use super::charges::{bare, kept};
use super::command::{Door, Fault};
use super::links::{Code, Heard, Kept, MORE, Stand, Word};

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
        must(self.told(at, door, fault).is_some(), CONFLICT)
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
                    self.not_paid(at);
                }
                return Heard::Over;
            }
        };
        self.keep(at, reason, door, (amount, currency));
        // Another payment than this one says nothing of this one.
        if reason != "reference" && self.links[at].is_open() {
            self.not_paid(at);
        }
        self.links[at].says_why = true;
        self.links[at].moved_at = self.now;
        Heard::Kept
    }

    /// Money that comes late is money, also where it was given up. What was typed in by hand before is the same money where it
    /// is as much and on the same order; else it is for no order, under an id that tells it apart.
    fn record_link(&mut self, at: usize, door: Door, told: (i64, &'static str)) {
        let link = self.links[at].clone();
        let method = match link.page.way {
            way if way.starts_with("MTN") => Method::Mtn,
            way if way.starts_with("AIRTEL") => Method::Airtel,
            _ => Method::Card,
        };
        let code = kept(&link.page.code);
        let is_used = self.has_paid(method, &code);
        let is_same = |money: &Payment| {
            let id = money.reference.as_deref().map(bare);
            (money.order, money.method, money.amount + money.tip, id)
                == (Some(link.order), method, link.total(), Some(bare(&code)))
        };
        let typed = self
            .payments
            .iter()
            .position(|money| method.is_mobile() && money.link.is_none() && is_same(money));
        if let Some(payment) = typed {
            self.payments[payment].link = Some(at);
            self.link_is_paid(at, payment, false);
            return;
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
        self.link_is_paid(at, payment, self.payments[payment].order.is_none());
        if is_used {
            self.keep(at, "used_reference", door, told);
        }
    }

    fn link_is_paid(&mut self, at: usize, payment: usize, says_why: bool) {
        let link = &mut self.links[at];
        link.state = Stand::Paid(payment);
        link.says_why = says_why;
        link.gave_up = false;
        link.ask_at = None;
        link.moved_at = self.now;
        self.note("attempt.confirmed");
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

    pub fn not_paid(&mut self, at: usize) {
        let link = &mut self.links[at];
        link.state = Stand::NotPaid;
        link.says_why = true;
        link.ask_at = link.ask_at.filter(|_| link.is_taken);
        link.moved_at = self.now;
        self.note("attempt.failed");
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
