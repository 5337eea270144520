//! What the café counts with: money, quantities, percentages, ids, business dates, times and texts.
//!
//! Pure: nothing stands below this room, nothing here waits, reads a file or knows SQL. What comes from a person is
//! parsed into these types once, at the edge, and a refusal's `Display` is the sentence that the person reads.
//! Values draw themselves (`maud::Render`), so that two screens cannot show one amount in two ways.

mod column;

pub mod age;
pub mod business_date;
pub mod business_day;
pub mod cash;
pub mod clock;
pub mod currency;
pub mod ids;
pub mod money;
pub mod percent;
pub mod period;
pub mod quantity;
pub mod search;
pub mod spread;
pub mod tax;
pub mod text;
pub mod typed;

pub use age::{age_words, minutes_seconds};
pub use business_date::{BusinessDate, DateRefusal};
pub use business_day::{DayRefusal, DayRule, LocalTime, Zone, ZoneRefusal};
pub use cash::{notes_back, quick_cash};
pub use clock::{Clock, ClockHand, epoch_millis, rfc3339};
pub use currency::{Currency, CurrencyRefusal};
pub use ids::*;
pub use money::Money;
pub use percent::{BasisPoints, PercentRefusal};
pub use period::{Period, PeriodRefusal};
pub use quantity::{Quantity, QuantityRefusal};
pub use search::Search;
pub use spread::{allocate, split_evenly};
pub use tax::{
    Discount, LineInput, LineTotals, OrderInput, OrderTooLarge, Standing, TaxTotal, Totals, totals,
};
pub use text::{Note, PersonName, Short, Text, TextRefusal, initials};
pub use typed::MoneyRefusal;
