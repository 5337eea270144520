//! Money that a guest is asked for by a link of Pesapal's (payments.md, section 8; pesapal.md): whatever is said of it, at
//! whichever door and however often, it is in the books once or not at all.

use uuid::Uuid;

use super::book::*;
use super::command::{Called, Door, Fault, Guest, LinkDeed, Pay, Taking};
use super::links_back::AskedBack;

/// What was asked for, and what has become of it.
#[derive(Debug, Clone)]
pub struct Link {
    /// The server's; nil until it was read back.
    pub id: Uuid,
    pub order: usize,
    /// The shift of whoever asked.
    pub shift: usize,
    pub by: usize,
    pub amount: i64,
    pub tip: i64,
    /// Pieces of the lines with these ids.
    pub pieces: Vec<(Uuid, i64)>,
    pub state: Stand,
    /// The sentence for whoever looks at it.
    pub said: Option<&'static str>,
    pub gave_up: bool,
    /// Pesapal has taken it, and the guest can pay.
    pub is_taken: bool,
    /// What Pesapal calls it, once that was read back.
    pub tracking: Option<String>,
    pub page: Page,
    /// How often the loop has asked, and when it asks again.
    pub asked: usize,
    pub ask_at: Option<i64>,
    pub back: Option<AskedBack>,
    pub at: i64,
    /// When it came or was given up, and by whom where a person did.
    pub ended: Option<(i64, Option<usize>)>,
    /// In millionths of a second, once that was read back: of two in one moment the later one is shown first.
    pub ended_at: i64,
    /// When something of it changed.
    pub moved_at: i64,
}

/// How it stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Waiting,
    /// The money is here: which payment it is.
    Paid(usize),
    NotPaid,
    CalledOff,
}

/// How it stands at Pesapal.
#[derive(Debug, Clone)]
pub struct Page {
    pub stands: Code,
    /// How the guest pays, and what its provider calls that.
    pub way: &'static str,
    pub code: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Open,
    Paid,
    Failed,
    GivenBack,
}

/// What Pesapal says of one where it can be understood.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    pub code: Code,
    pub fault: Fault,
}

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Pending,
    Paid,
    Over,
    /// Somebody has to look.
    Kept,
}

/// Something that is said and does not fit: a manager finds out.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub link: usize,
    pub reason: &'static str,
    pub door: Door,
    pub payment: Option<usize>,
    pub amount: i64,
    pub currency: &'static str,
    pub at: i64,
}

const TOO_LONG: &str = "This took too long: nothing was paid within a day.";
const NOT_ANSWERED: &str = "Pesapal does not answer now. Ask the guest whether they have paid: if they have, wait for it; if not, take the money another way.";

/// What another amount is more than what was asked for.
pub const MORE: i64 = 1_000;

impl Taking {
    /// Why there is no link.
    fn said(&self) -> &'static str {
        match self {
            Taking::TooMuch => {
                "Pesapal does not take that much in one payment (its sandbox takes small amounts only). Ask for less, or take the money another way."
            }
            Taking::Forgot => "Pesapal says: InvalidIpnId.",
            _ => "Pesapal does not answer at the moment. Ask again, or take the money another way.",
        }
    }
}

impl Link {
    /// What the guest pays, the tip with it.
    pub fn total(&self) -> i64 {
        self.amount + self.tip
    }

    pub fn is_open(&self) -> bool {
        self.state == Stand::Waiting
    }

    /// The guest has paid, and nobody here knows it.
    pub fn is_there(&self) -> bool {
        self.page.stands == Code::Paid && self.payment().is_none()
    }

    pub fn payment(&self) -> Option<usize> {
        match self.state {
            Stand::Paid(payment) => Some(payment),
            _ => None,
        }
    }

    /// What Pesapal says when it is asked now; nothing where nobody can understand it.
    pub fn says(&self, fault: Fault) -> Option<Word> {
        let is_heard = self.is_taken && !matches!(fault, Fault::Breaks | Fault::Nonsense);
        let code = match fault {
            Fault::NotYet => Code::Open,
            _ => self.page.stands,
        };
        is_heard.then_some(Word { code, fault })
    }
}

/// Asked every 5 seconds twelve times, every 15 eight times, every minute thirty times, then hourly for a day.
fn pause(asked: usize) -> i64 {
    match asked {
        ..12 => 5,
        12..20 => 15,
        20..50 => 60,
        _ => 3_600,
    }
}

/// So often it is asked in all, but for the last time.
const A_DAY: usize = 12 + 8 + 30 + 24;

impl Book {
    /// As a payment, but that no money moves; what open links ask for is not asked for twice.
    pub fn ask_by_link(&mut self, who: usize, at: usize, pay: &Pay, taking: &Taking) -> Outcome {
        let shift = self.shift_for(who);
        must(self.orders[at].balance() > 0, CONFLICT)?;
        must(self.orders[at].has_something_to_pay_for(), CONFLICT)?;
        let (amount, pieces) = self.asked_for(at, pay)?;
        let open = self
            .links
            .iter()
            .filter(|one| one.order == at && one.is_open());
        let asked: i64 = open.clone().map(|one| one.amount).sum();
        let fits = asked + amount <= self.orders[at].balance();
        must(open.count() == 0 || fits, CONFLICT)?;
        self.note("attempt.started");
        let link = self.asked(who, shift, at, (amount, pay.tip, pieces));
        self.submit(link, taking);
        Ok(())
    }

    fn asked(
        &mut self,
        who: usize,
        shift: usize,
        order: usize,
        (amount, tip, pieces): (i64, i64, Vec<(Uuid, i64)>),
    ) -> usize {
        self.links.push(Link {
            id: Uuid::nil(),
            order,
            shift,
            by: who,
            amount,
            tip,
            pieces,
            state: Stand::Waiting,
            said: None,
            gave_up: false,
            is_taken: false,
            tracking: None,
            page: Page {
                stands: Code::Open,
                way: "",
                code: String::new(),
            },
            asked: 0,
            ask_at: Some(self.now + pause(0)),
            back: None,
            at: self.now,
            ended: None,
            ended_at: 0,
            moved_at: self.now,
        });
        self.links.len() - 1
    }

    fn submit(&mut self, link: usize, taking: &Taking) {
        self.links[link].is_taken = matches!(taking, Taking::Takes | Taking::Early(_));
        match taking {
            Taking::Takes => {}
            Taking::Early(code) => {
                self.on_the_page(link, &Guest::Pays("MTNUG", code.clone()));
                self.told(link, Door::Ipn, Fault::None);
            }
            refusing => self.not_paid(link, refusing.said()),
        }
    }

    /// The one that is open is called off, and the same money is asked for once more, unless the guest was faster.
    fn renew(&mut self, who: usize, at: usize, taking: &Taking, fault: Fault) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        must(self.links[at].is_open(), CONFLICT)?;
        let shift = self.shift_for(who);
        let old = self.links[at].clone();
        let open = self.links.iter().filter(|one| one.order == old.order);
        let asked: i64 = open.filter(|one| one.is_open()).map(|one| one.amount).sum();
        must(asked <= self.orders[old.order].balance(), CONFLICT)?;
        self.give_up(at, "A new link was made for it.", Some(who));
        self.note("attempt.started");
        let new = self.asked(who, shift, old.order, (old.amount, old.tip, old.pieces));
        match self.ask_whether_faster(at, fault) {
            Some(Heard::Paid | Heard::Kept) => {
                self.give_up(new, "The guest has paid through the link before it.", None);
                self.links[new].ask_at = None;
            }
            _ => self.submit(new, taking),
        }
        Ok(())
    }

    fn give_up(&mut self, at: usize, said: &'static str, by: Option<usize>) {
        let now = self.now;
        let link = &mut self.links[at];
        link.state = Stand::CalledOff;
        link.said = Some(said);
        link.ended = Some((now, by));
        link.moved_at = now;
        self.note("attempt.cancelled");
    }

    pub fn link_deed(&mut self, who: usize, at: usize, deed: &LinkDeed) -> Outcome {
        match deed {
            LinkDeed::Guest(guest) => self.on_the_page(at, guest),
            LinkDeed::Told { door, named, fault } => {
                return self.knock(who, at, *door, *named, *fault);
            }
            LinkDeed::Relayed {
                called,
                more,
                currency,
                fault,
            } => {
                let link = &self.links[at];
                let (amount, code) = (link.total() + more, currency.unwrap_or("UGX"));
                let reason = match (called, code, more) {
                    (Called::AnotherOrder, ..) => Some("reference"),
                    (_, "UGX", 0) => None,
                    (_, "UGX", _) => Some("amount"),
                    _ => Some("currency"),
                };
                if let Some(reason) = reason {
                    self.keep(at, reason, Door::Relay, (amount, code));
                    return self.refuse(CONFLICT);
                }
                // What is in the books as it says it is not asked about.
                if self.links[at].payment().is_some() {
                    self.heard = Some(Heard::Paid);
                    return Ok(());
                }
                match self.told(at, Door::Relay, *fault) {
                    Some(Heard::Kept) => return self.refuse(CONFLICT),
                    Some(Heard::Pending) if self.links[at].is_open() => {}
                    // It is asked again, at once.
                    Some(Heard::Pending) | None => self.links[at].ask_at = Some(self.now),
                    Some(_) => {}
                }
            }
            LinkDeed::Forged => return Err(401),
            LinkDeed::Invented { by_relay: true } => return Err(503),
            LinkDeed::Invented { by_relay: false } => {}
            LinkDeed::Renew { taking, fault } => return self.renew(who, at, taking, *fault),
            LinkDeed::CallOff { fault, .. } => {
                must(self.people[who].role.takes_payments(), FORBIDDEN)?;
                if self.links[at].is_open() {
                    self.give_up(at, "Called off at the till.", Some(who));
                }
                if self.links[at].payment().is_none() {
                    self.ask_whether_faster(at, *fault);
                }
            }
        }
        Ok(())
    }

    /// Where Pesapal does not say it only the guest knows.
    fn ask_whether_faster(&mut self, at: usize, fault: Fault) -> Option<Heard> {
        let heard = self.told(at, Door::Till, fault);
        if self.links[at].is_taken && heard.is_none() {
            self.note_called_off(at, NOT_ANSWERED);
        }
        heard
    }

    /// What is known now of one that was called off.
    pub fn note_called_off(&mut self, at: usize, said: &'static str) {
        let link = &mut self.links[at];
        if link.state == Stand::CalledOff {
            link.said = Some(said);
            link.moved_at = self.now;
        }
    }

    /// What is refused leaves something behind.
    pub fn refuse(&mut self, status: u16) -> Outcome {
        self.leaves_a_trace = true;
        Err(status)
    }

    fn on_the_page(&mut self, at: usize, guest: &Guest) {
        let page = &mut self.links[at].page;
        match guest {
            Guest::Pays(way, code) => {
                page.stands = Code::Paid;
                page.way = way;
                if page.code.is_empty() {
                    page.code.clone_from(code);
                }
            }
            Guest::Fails => page.stands = Code::Failed,
            Guest::HasItBack => page.stands = Code::GivenBack,
        }
    }

    /// Which the loop would ask about now.
    pub fn due_links(&self) -> Vec<usize> {
        let due = |link: &Link| link.ask_at.is_some_and(|at| at <= self.now);
        let all = self.links.iter().enumerate();
        all.filter(|(_, link)| due(link))
            .map(|(at, _)| at)
            .collect()
    }

    /// What somebody has to look at is not asked about again, nor what nothing was heard of for a day; but what has failed is:
    /// the guest may try again.
    pub fn ask_about_links(&mut self, fault: Fault) {
        for at in self.due_links() {
            let link = &mut self.links[at];
            let asked = link.asked;
            link.asked += 1;
            link.ask_at = Some(self.now + pause(link.asked));
            link.moved_at = self.now;
            match self.told(at, Door::Poll, fault) {
                Some(Heard::Paid) => {}
                Some(Heard::Kept) => self.links[at].ask_at = None,
                _ if asked < A_DAY => {}
                _ => {
                    self.links[at].ask_at = None;
                    if self.links[at].is_open() {
                        self.not_paid(at, TOO_LONG);
                        self.links[at].gave_up = true;
                    }
                }
            }
        }
    }
}
