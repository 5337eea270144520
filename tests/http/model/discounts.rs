//! Prices that are lowered (product.md, sections 1 and 5; cash.md, section 2).

use uuid::Uuid;

use super::book::*;
use super::command::{Discount, Less};
use super::screens::money;

/// All of a price, in basis points.
pub const WHOLE: i64 = 10_000;

/// A discount as it was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub name: String,
    pub off: Off,
    /// The share that whoever agreed may give: an amount stays within it, whatever leaves the bill later.
    pub most: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    Share(i64),
    /// A share, and no more than what that was when somebody agreed to it.
    UpTo(i64, i64),
    Amount(i64),
}

/// That a price was lowered once, or put up again.
#[derive(Debug, Clone)]
pub struct Lowered {
    pub given: Option<Given>,
    pub worth: i64,
    pub because: Because,
}

/// What an order comes to.
#[derive(Debug, Default)]
pub struct Sums {
    pub subtotal: i64,
    pub free: i64,
    pub on_lines: i64,
    pub on_order: i64,
    /// The tax that the prices contain, by its name.
    pub taxes: Vec<(String, i64)>,
}

impl Given {
    /// What it takes off a price.
    pub fn of(&self, price: i64) -> i64 {
        let off = match self.off {
            Off::Share(share) => share_of(price, share),
            Off::UpTo(share, amount) => amount.min(share_of(price, share)),
            Off::Amount(amount) => amount.min(share_of(price, self.most)),
        };
        off.clamp(0, price)
    }

    /// "Staff 10%", "Event 50%, at most 5,000".
    pub fn label(&self) -> String {
        match self.off {
            Off::Share(share) => format!("{} {}%", self.name, percent(share)),
            Off::UpTo(share, amount) => {
                format!(
                    "{} {}%, at most {}",
                    self.name,
                    percent(share),
                    money(amount)
                )
            }
            Off::Amount(_) => self.name.clone(),
        }
    }

    /// Its part for some pieces of a line, and the rest: a share goes with each, an amount is parted as they are.
    pub fn parted(&self, pieces: i64, of: i64) -> (Given, Given) {
        let with = |off| Given {
            off,
            ..self.clone()
        };
        let part = |amount: i64| amount * pieces / of;
        match self.off {
            Off::Share(_) => (self.clone(), self.clone()),
            Off::UpTo(share, amount) => (
                with(Off::UpTo(share, part(amount))),
                with(Off::UpTo(share, amount - part(amount))),
            ),
            Off::Amount(amount) => (
                with(Off::Amount(part(amount))),
                with(Off::Amount(amount - part(amount))),
            ),
        }
    }
}

/// 12.5 for 1,250 basis points.
pub fn percent(share: i64) -> String {
    match share % 100 {
        0 => (share / 100).to_string(),
        _ => format!("{}.{:02}", share / 100, share % 100)
            .trim_end_matches('0')
            .to_owned(),
    }
}

/// Half up.
fn share_of(price: i64, share: i64) -> i64 {
    (2 * price * share + WHOLE) / (2 * WHOLE)
}

/// By largest remainder, ties to the earlier one.
fn spread(whole: i64, over: &[i64]) -> Vec<i64> {
    let sum: i64 = over.iter().sum();
    if sum == 0 {
        return vec![0; over.len()];
    }
    let parts = over
        .iter()
        .map(|part| i128::from(whole) * i128::from(*part));
    let (mut shares, mut rests) = (Vec::new(), Vec::new());
    for (at, part) in parts.enumerate() {
        let (share, rest) = (part / i128::from(sum), part % i128::from(sum));
        shares.push(i64::try_from(share).expect("a part of an amount"));
        rests.push((-rest, at));
    }
    rests.sort_unstable();
    let missing = whole - shares.iter().sum::<i64>();
    for (_, at) in rests
        .into_iter()
        .take(usize::try_from(missing).unwrap_or(0))
    {
        shares[at] += 1;
    }
    shares
}

impl Line {
    /// What its own discount takes off its price, whoever pays that.
    pub fn reduced(&self) -> i64 {
        self.given
            .as_ref()
            .map_or(0, |given| given.of(self.worth()))
    }

    fn is_charged(&self) -> bool {
        self.state != State::Voided && self.free.is_none()
    }
}

impl Order {
    pub fn total(&self) -> i64 {
        let sums = self.sums();
        sums.subtotal - sums.free - sums.on_lines - sums.on_order
    }

    fn on_order(&self, prices: &[i64]) -> i64 {
        let given = self.given.as_ref();
        given.map_or(0, |given| given.of(prices.iter().sum()))
    }

    /// What each line comes to in the end: the discount of the order is spread over them.
    pub fn of_each(&self) -> Vec<i64> {
        let prices: Vec<i64> = self.lines.iter().map(Line::total).collect();
        let shares = spread(self.on_order(&prices), &prices);
        let each = prices.iter().zip(shares);
        each.map(|(price, share)| price - share).collect()
    }

    /// Lines, their discounts, the discount of the order, and the tax of each class on the sum of that class, half up.
    pub fn sums(&self) -> Sums {
        let prices: Vec<i64> = self.lines.iter().map(Line::total).collect();
        let on_order = self.on_order(&prices);
        let mut classes: Vec<(&str, i64, i64)> = Vec::new();
        for (line, total) in self.lines.iter().zip(self.of_each()) {
            if !line.is_charged() {
                continue;
            }
            let mut known = classes.iter_mut();
            match known.find(|(name, _, _)| *name == line.tax_name) {
                Some((_, _, sum)) => *sum += total,
                None => classes.push((&line.tax_name, line.tax_bp, total)),
            }
        }
        let tax = |sum: i64, bp: i64| (2 * sum * bp + WHOLE + bp) / (2 * (WHOLE + bp));
        let classes = classes.into_iter().filter(|(_, bp, _)| *bp > 0);
        let charged = self.lines.iter().filter(|line| line.is_charged());
        Sums {
            subtotal: self.live().map(Line::worth).sum(),
            free: self.given_away(),
            on_lines: charged.map(Line::reduced).sum(),
            on_order,
            taxes: classes
                .map(|(name, bp, sum)| (name.to_owned(), tax(sum, bp)))
                .collect(),
        }
    }

    /// Gives a discount, or takes it off; answers what it takes off now.
    fn lower(&mut self, line: Option<Uuid>, given: Option<Given>) -> Result<i64, u16> {
        let worth = match line {
            None => {
                self.given = given;
                self.sums().on_order
            }
            Some(id) => {
                let mut lines = self.lines.iter_mut();
                let line = lines.find(|one| one.id == id).ok_or(CONFLICT)?;
                must(line.is_charged(), CONFLICT)?;
                line.given = given;
                line.reduced()
            }
        };
        must(self.balance() >= 0, CONFLICT)?;
        Ok(worth)
    }

    /// Lines that come or go make no discount more than whoever stands for it may give.
    pub fn keeps_discounts_of(&self, before: &Order) -> bool {
        let of_lines = self.lines.iter().map(|line| &line.given);
        let mut given = of_lines.chain([&self.given]).flatten();
        given.all(|given| self.is_within(given.most) || !before.is_within(given.most))
    }

    /// Each within its line, and all together within the bill; what somebody agreed to who may give more is not counted, and
    /// each may be half a shilling beyond, being rounded by itself.
    fn is_within(&self, most: i64) -> bool {
        let counts = |given: &Option<Given>| given.as_ref().is_some_and(|one| one.most <= most);
        let sums = self.sums();
        let (mut off, mut leeway) = (0, 0);
        for line in self.lines.iter().filter(|line| counts(&line.given)) {
            let reduced = if line.is_charged() { line.reduced() } else { 0 };
            if reduced > share_of(line.worth(), most) {
                return false;
            }
            off += reduced;
            leeway += 1;
        }
        if counts(&self.given) {
            off += sums.on_order;
            leeway += 1;
        }
        off == 0 || off <= share_of(sums.subtotal - sums.free, most) + leeway
    }
}

impl Role {
    /// The share of a price that somebody may take off alone; the default settings.
    pub fn gives(self) -> i64 {
        match self {
            Role::Cashier => 1_000,
            role if role.manages() => WHOLE,
            _ => 0,
        }
    }
}

impl Discount {
    /// A discount from the list is a reason in itself, and so is taking one off.
    pub fn reason(&self) -> Option<String> {
        let own = match self.less {
            Less::Named(name) => Some(name.to_owned()),
            Less::Nothing => Some("Taken off".to_owned()),
            _ => None,
        };
        self.why.reason().or(own)
    }

    /// Under which name how much is taken off.
    fn off(&self) -> Result<Option<(String, Off)>, u16> {
        let name = || self.why.chosen.unwrap_or("Discount").to_owned();
        Ok(match self.less {
            Less::Nothing => None,
            Less::Named("Staff") => Some(("Staff".to_owned(), Off::Share(1_000))),
            Less::Named("Regular guest") => Some(("Regular guest".to_owned(), Off::Share(500))),
            Less::Named(_) | Less::Share(0) | Less::Amount(0) => return Err(INVALID),
            Less::Share(share) => Some((name(), Off::Share(share))),
            Less::Amount(amount) => Some((name(), Off::Amount(amount))),
        })
    }

    /// What is asked before anybody looks at the order.
    pub fn must_be_clear(&self) -> Outcome {
        self.off()?;
        must(self.reason().is_some(), INVALID)
    }
}

impl Book {
    /// Within a person's own limit nobody else is asked; what cannot be given at all is refused before anybody is.
    pub fn discount(&mut self, who: usize, at: usize, asked: &Discount) -> Outcome {
        self.must_be_open(at)?;
        let reason = asked.reason().ok_or(INVALID)?;
        let own = self.people[who].role.gives();
        let (mut most, mut agreed) = (own, None);
        let off = asked.off()?;
        let given = |most| {
            let off = off.clone();
            off.map(|(name, off)| Given { name, off, most })
        };
        if off.is_some() {
            let mut draft = self.orders[at].clone();
            let full = draft.lower(asked.line, given(WHOLE))?;
            must(full > 0, CONFLICT)?;
            let within = draft.lower(asked.line, given(own))?;
            if within < full || !draft.is_within(own) {
                agreed = self.agree(who, asked.why.agreed)?;
                most = agreed.map_or(own, |by| self.people[by].role.gives());
            }
        }
        let mut given = given(most);
        // Beyond what a cashier gives alone it does not grow with what is ordered later.
        if let Some(one) = &mut given
            && let Off::Share(share) = one.off
            && share > own.min(Role::Cashier.gives())
        {
            let worth = self.orders[at]
                .clone()
                .lower(asked.line, Some(one.clone()))?;
            one.off = Off::UpTo(share, worth);
        }
        let deed = match given {
            Some(_) => "order.discounted",
            None => "order.discount_taken_off",
        };
        let order = &mut self.orders[at];
        let worth = order.lower(asked.line, given.clone())?;
        order.lowered.push(Lowered {
            given,
            worth,
            because: Because {
                by: who,
                agreed,
                at: self.now,
                reason,
            },
        });
        self.note(deed);
        Ok(())
    }
}
