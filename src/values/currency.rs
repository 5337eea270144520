//! The currencies a venue may trade in, and the one that this venue does.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::money::Money;

/// A currency: its code, its decimals, and the notes and coins that lie in a drawer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Currency {
    /// Uganda shilling.
    #[default]
    Ugx,
    /// Kenya shilling.
    Kes,
    /// Tanzania shilling.
    Tzs,
    /// Rwanda franc.
    Rwf,
    /// US dollar.
    Usd,
    /// Euro.
    Eur,
}

/// What is known of a currency. Notes and coins are in minor units, largest first.
struct Facts {
    code: &'static str,
    decimals: u32,
    units: &'static str,
    notes: &'static [Money],
    coins: &'static [Money],
    share_step: Money,
}

const fn m(minor: i64) -> Money {
    Money::new(minor)
}

static UGX: Facts = Facts {
    code: "UGX",
    decimals: 0,
    units: "shillings",
    notes: &[
        m(50_000),
        m(20_000),
        m(10_000),
        m(5_000),
        m(2_000),
        m(1_000),
    ],
    coins: &[m(500), m(200), m(100), m(50)],
    share_step: m(100),
};
static KES: Facts = Facts {
    code: "KES",
    decimals: 2,
    units: "shillings",
    notes: &[m(100_000), m(50_000), m(20_000), m(10_000), m(5_000)],
    coins: &[m(2_000), m(1_000), m(500), m(100)],
    share_step: m(100),
};
static TZS: Facts = Facts {
    code: "TZS",
    decimals: 2,
    units: "shillings",
    notes: &[m(1_000_000), m(500_000), m(200_000), m(100_000), m(50_000)],
    coins: &[m(50_000), m(20_000), m(10_000), m(5_000)],
    share_step: m(5_000),
};
static RWF: Facts = Facts {
    code: "RWF",
    decimals: 0,
    units: "francs",
    notes: &[m(5_000), m(2_000), m(1_000), m(500)],
    coins: &[m(100), m(50), m(20), m(10)],
    share_step: m(10),
};
static USD: Facts = Facts {
    code: "USD",
    decimals: 2,
    units: "dollars",
    notes: &[m(10_000), m(5_000), m(2_000), m(1_000), m(500), m(100)],
    coins: &[m(25), m(10), m(5), m(1)],
    share_step: m(1),
};
static EUR: Facts = Facts {
    code: "EUR",
    decimals: 2,
    units: "euros",
    notes: &[m(10_000), m(5_000), m(2_000), m(1_000), m(500)],
    coins: &[m(200), m(100), m(50), m(20), m(10), m(5), m(2), m(1)],
    share_step: m(1),
};

/// The venue's currency. Process-wide because values draw themselves; set from the setting at the start and when it
/// changes, and read by everything that writes an amount.
static VENUE: Chosen = Chosen::new();

impl Currency {
    /// Every currency the program knows, for the setting's list.
    pub const ALL: [Self; 6] = [
        Self::Ugx,
        Self::Kes,
        Self::Tzs,
        Self::Rwf,
        Self::Usd,
        Self::Eur,
    ];

    /// The venue's currency; Uganda shillings until it is set.
    pub fn venue() -> Self {
        VENUE.get()
    }

    /// Makes this the venue's currency, from now on and in the whole process.
    pub fn set_venue(self) {
        VENUE.set(self);
    }

    /// The ISO 4217 code, such as `UGX`.
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// How many decimals an amount has: UGX 0, KES 2.
    pub fn decimals(self) -> u32 {
        self.facts().decimals
    }

    /// The unit's name in the plural, for sentences: `shillings`.
    pub fn units(self) -> &'static str {
        self.facts().units
    }

    /// The notes in use, largest first.
    pub fn notes(self) -> &'static [Money] {
        self.facts().notes
    }

    /// The coins in use, largest first.
    pub fn coins(self) -> &'static [Money] {
        self.facts().coins
    }

    /// Notes, then coins, largest first: the rows of a count. Where a coin and a note have one value, both are here.
    pub fn denominations(self) -> impl Iterator<Item = Money> {
        self.notes().iter().chain(self.coins()).copied()
    }

    /// The step in which an evenly split bill is still payable in cash: UGX 100.
    pub fn share_step(self) -> Money {
        self.facts().share_step
    }

    fn facts(self) -> &'static Facts {
        match self {
            Self::Ugx => &UGX,
            Self::Kes => &KES,
            Self::Tzs => &TZS,
            Self::Rwf => &RWF,
            Self::Usd => &USD,
            Self::Eur => &EUR,
        }
    }
}

/// The code is none that the program knows.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("Choose one of these currencies: UGX, KES, TZS, RWF, USD, EUR.")]
pub struct CurrencyRefusal;

impl FromStr for Currency {
    type Err = CurrencyRefusal;

    fn from_str(code: &str) -> Result<Self, CurrencyRefusal> {
        let code = code.trim();
        Self::ALL
            .into_iter()
            .find(|currency| currency.code().eq_ignore_ascii_case(code))
            .ok_or(CurrencyRefusal)
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyRefusal;

    fn try_from(code: String) -> Result<Self, CurrencyRefusal> {
        code.parse()
    }
}

impl From<Currency> for &'static str {
    fn from(currency: Currency) -> Self {
        currency.code()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl maud::Render for Currency {
    fn render_to(&self, page: &mut String) {
        page.push_str(self.code());
    }
}

/// A place for one choice among [`Currency::ALL`] that any thread may read and change.
struct Chosen(AtomicU8);

impl Chosen {
    const fn new() -> Self {
        Self(AtomicU8::new(0))
    }

    fn get(&self) -> Currency {
        Currency::ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }

    fn set(&self, currency: Currency) {
        self.0.store(currency as u8, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_back() {
        let chosen = Chosen::new();
        assert_eq!(chosen.get(), Currency::Ugx);
        for currency in Currency::ALL {
            chosen.set(currency);
            assert_eq!(chosen.get(), currency);
        }
    }

    #[test]
    fn a_currency_is_its_code() {
        for currency in Currency::ALL {
            assert_eq!(currency.code().parse(), Ok(currency));
            let json = serde_json::to_string(&currency).unwrap();
            assert_eq!(serde_json::from_str::<Currency>(&json).unwrap(), currency);
            assert!(CurrencyRefusal.to_string().contains(currency.code()));
        }
        assert_eq!(" kes ".parse(), Ok(Currency::Kes));
        assert_eq!("XXX".parse::<Currency>(), Err(CurrencyRefusal));
    }

    #[test]
    fn notes_and_coins_fall_and_every_one_is_worth_something() {
        for currency in Currency::ALL {
            for kind in [currency.notes(), currency.coins()] {
                assert!(
                    kind.is_sorted_by(|larger, smaller| larger > smaller),
                    "{currency}"
                );
                assert!(kind.iter().all(|value| value.is_positive()), "{currency}");
            }
            let smallest = currency.denominations().last().unwrap();
            assert!(
                currency
                    .denominations()
                    .all(|value| value.minor() % smallest.minor() == 0),
                "{currency}"
            );
            assert_eq!(
                currency.share_step().minor() % smallest.minor(),
                0,
                "{currency}"
            );
        }
        let rows: Vec<_> = Currency::Ugx.denominations().map(Money::minor).collect();
        assert_eq!(
            rows,
            [
                50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50
            ]
        );
    }
}
