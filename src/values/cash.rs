//! Cash on the counter: what a guest may hand over, and what to hand back.

use std::collections::BTreeSet;

use super::currency::Currency;
use super::money::Money;

/// How many buttons there are in all, the exact amount among them.
const BUTTONS: usize = 6;

/// The amounts for the cash buttons: the exact amount first, then what a guest would hand over, ascending.
///
/// After the exact amount come its roundings up to a multiple of each note: 82,000 gives 85,000, 90,000 and 100,000.
/// Where buttons are left, they take the next multiples of the two largest notes, as long as they stay within twice what
/// is due: 120,000 and 150,000. At most six in all; none where nothing is due.
pub fn quick_cash(due: Money, currency: Currency) -> Vec<Money> {
    if !due.is_positive() {
        return Vec::new();
    }
    let mut amounts = BTreeSet::from([due]);
    amounts.extend(
        currency
            .notes()
            .iter()
            .map(|&note| multiple_from(due, note)),
    );
    let largest = amounts.last().copied().unwrap_or(due);
    let further = currency
        .notes()
        .iter()
        .take(2)
        .map(|&note| multiple_from(largest + Money::new(1), note));
    amounts.extend(further.filter(|&amount| amount <= due + due));
    amounts.into_iter().take(BUTTONS).collect()
}

/// The smallest multiple of `note` that is at least `amount`.
fn multiple_from(amount: Money, note: Money) -> Money {
    let over = amount.minor() % note.minor();
    if over == 0 {
        amount
    } else {
        amount + note - Money::new(over)
    }
}

/// The notes and coins to hand back, each with its number of pieces, largest first and as few as possible.
///
/// What is smaller than the smallest coin is left out, so the pieces may add up to a little less than `change`.
pub fn notes_back(change: Money, currency: Currency) -> Vec<(Money, i64)> {
    let mut left = change.or_zero().minor();
    let mut pieces = Vec::new();
    for value in currency.denominations() {
        let count = left / value.minor();
        left %= value.minor();
        if count > 0 {
            pieces.push((value, count));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn buttons(due: i64, currency: Currency) -> Vec<i64> {
        quick_cash(Money::new(due), currency)
            .into_iter()
            .map(Money::minor)
            .collect()
    }

    #[test]
    fn a_bill_of_82_000_offers_what_the_design_shows() {
        assert_eq!(
            buttons(82_000, Currency::Ugx),
            [82_000, 85_000, 90_000, 100_000, 120_000, 150_000]
        );
    }

    #[test]
    fn small_bills_offer_the_single_notes() {
        assert_eq!(
            buttons(9_000, Currency::Ugx),
            [9_000, 10_000, 20_000, 50_000]
        );
        assert_eq!(
            buttons(12_000, Currency::Ugx),
            [12_000, 15_000, 20_000, 50_000]
        );
        assert_eq!(
            buttons(3_400, Currency::Ugx),
            [3_400, 4_000, 5_000, 10_000, 20_000, 50_000]
        );
        assert_eq!(
            buttons(500, Currency::Ugx),
            [500, 1_000, 2_000, 5_000, 10_000, 20_000]
        );
        assert_eq!(buttons(100_000, Currency::Ugx), [100_000, 120_000, 150_000]);
    }

    #[test]
    fn kenya_rounds_to_fifty_first() {
        assert_eq!(
            buttons(82_000, Currency::Kes),
            [82_000, 85_000, 90_000, 100_000, 150_000]
        );
        assert_eq!(
            buttons(12_345, Currency::Kes),
            [12_345, 15_000, 20_000, 50_000, 100_000]
        );
    }

    #[test]
    fn nothing_due_offers_nothing() {
        assert!(buttons(0, Currency::Ugx).is_empty());
        assert!(buttons(-500, Currency::Ugx).is_empty());
    }

    #[test]
    fn change_goes_back_in_few_pieces() {
        let back = |change, currency| -> Vec<(i64, i64)> {
            notes_back(Money::new(change), currency)
                .into_iter()
                .map(|(value, count)| (value.minor(), count))
                .collect()
        };
        assert_eq!(
            back(18_000, Currency::Ugx),
            [(10_000, 1), (5_000, 1), (2_000, 1), (1_000, 1)]
        );
        assert_eq!(back(2_634, Currency::Ugx), [(2_000, 1), (500, 1), (100, 1)]);
        assert_eq!(back(6_000, Currency::Kes), [(5_000, 1), (1_000, 1)]);
        assert!(back(0, Currency::Ugx).is_empty());
        assert!(back(-1_000, Currency::Ugx).is_empty());
    }

    proptest! {
        #[test]
        fn every_button_covers_the_bill(due in 1..=Money::MAX.minor()) {
            for currency in Currency::ALL {
                let amounts = buttons(due, currency);
                prop_assert_eq!(amounts[0], due);
                prop_assert!(amounts.len() <= BUTTONS);
                prop_assert!(amounts.is_sorted_by(|smaller, larger| smaller < larger));
                let smallest_note = currency.notes().last().unwrap().minor();
                prop_assert!(amounts[1..].iter().all(|amount| amount % smallest_note == 0));
            }
        }

        #[test]
        fn the_pieces_are_the_change_down_to_the_smallest_coin(change in 0..=Money::MAX.minor()) {
            for currency in Currency::ALL {
                let handed: i64 = notes_back(Money::new(change), currency).iter().map(|(value, count)| value.minor() * count).sum();
                let smallest = currency.denominations().last().unwrap().minor();
                prop_assert_eq!(handed, change - change % smallest);
            }
        }
    }
}
