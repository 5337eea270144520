//! Spreading an amount over parts so that the parts always add up to the whole.

use super::money::Money;

/// Shares of `total` in proportion to `weights`, by largest remainder, ties to the earlier part.
///
/// The shares add up to `total` exactly (there are none for no weights). A weight below zero counts as zero; where all
/// weights are zero, the parts share evenly. A share of a total within the sum of the weights never exceeds its weight,
/// so a discount spread over prices takes none below zero.
pub fn allocate(total: Money, weights: &[i64]) -> Vec<Money> {
    let mut weights: Vec<i128> = weights
        .iter()
        .map(|&weight| i128::from(weight.max(0)))
        .collect();
    if weights.iter().all(|&weight| weight == 0) {
        weights.fill(1);
    }
    let whole: i128 = weights.iter().sum();
    let size = i128::from(total.minor()).abs();
    let mut shares: Vec<i128> = weights.iter().map(|weight| size * weight / whole).collect();
    let missing = size - shares.iter().sum::<i128>();

    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    // A stable sort: of equal remainders the earlier part comes first.
    by_remainder.sort_by_key(|&part| -(size * weights[part] % whole));
    for &part in by_remainder
        .iter()
        .take(usize::try_from(missing).unwrap_or_default())
    {
        shares[part] += 1;
    }

    let sign = total.minor().signum();
    shares
        .into_iter()
        .map(|share| {
            Money::new(i64::try_from(share).expect("a share is not larger than the total") * sign)
        })
        .collect()
}

/// `total` in `parts` shares that differ by one `step` at most, larger ones first: 82,000 for three in steps of 100 is
/// 27,400, 27,300 and 27,300.
///
/// What is less than a step goes to the first share. A total too small for a step each is shared by minor units.
pub fn split_evenly(total: Money, parts: usize, step: Money) -> Vec<Money> {
    let step = step.minor().max(1);
    let steps = total.minor() / step;
    let step = if steps.unsigned_abs() < parts as u64 {
        1
    } else {
        step
    };
    let whole_steps = Money::new(total.minor() / step);
    let mut shares: Vec<Money> = allocate(whole_steps, &vec![1; parts])
        .into_iter()
        .map(|share| Money::new(share.minor() * step))
        .collect();
    if let Some(first) = shares.first_mut() {
        *first += Money::new(total.minor() % step);
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn shares(total: i64, weights: &[i64]) -> Vec<i64> {
        allocate(Money::new(total), weights)
            .into_iter()
            .map(Money::minor)
            .collect()
    }

    fn evenly(total: i64, parts: usize, step: i64) -> Vec<i64> {
        split_evenly(Money::new(total), parts, Money::new(step))
            .into_iter()
            .map(Money::minor)
            .collect()
    }

    #[test]
    fn the_largest_remainder_gets_the_odd_shilling_and_ties_go_to_the_earlier() {
        assert_eq!(shares(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(shares(10, &[5, 3, 2]), [5, 3, 2]);
        assert_eq!(shares(7, &[10, 11, 10]), [2, 3, 2]);
        assert_eq!(shares(-100, &[1, 1, 1]), [-34, -33, -33]);
    }

    #[test]
    fn parts_without_weight_get_nothing_unless_all_are() {
        assert_eq!(shares(5, &[0, 3, 0, 2]), [0, 3, 0, 2]);
        assert_eq!(shares(5, &[0, 0]), [3, 2]);
        assert_eq!(shares(5, &[-7, 1]), [0, 5]);
        assert_eq!(shares(5, &[]), Vec::<i64>::new());
    }

    #[test]
    fn guests_share_a_bill_in_payable_amounts() {
        assert_eq!(evenly(82_000, 3, 100), [27_400, 27_300, 27_300]);
        assert_eq!(evenly(82_050, 3, 100), [27_450, 27_300, 27_300]);
        assert_eq!(evenly(200, 3, 100), [67, 67, 66]);
        assert_eq!(evenly(10, 3, 0), [4, 3, 3]);
        assert_eq!(evenly(0, 2, 100), [0, 0]);
        assert_eq!(evenly(500, 0, 100), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_fair(total in -Money::MAX.minor()..=Money::MAX.minor(), weights in vec(0..=Money::MAX.minor(), 1..40)) {
            let shares = shares(total, &weights);
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
            for (&share, &weight) in shares.iter().zip(&weights) {
                if whole > 0 {
                    // Less than one unit away from the exact share.
                    let exact = i128::from(total) * i128::from(weight);
                    prop_assert!((i128::from(share) * whole - exact).abs() < whole);
                }
                if i128::from(total.abs()) <= whole {
                    prop_assert!(share.abs() <= weight);
                }
            }
        }

        #[test]
        fn equal_weights_never_favour_the_later(total in 0..=Money::MAX.minor(), parts in 1_usize..40) {
            let shares = shares(total, &vec![7; parts]);
            prop_assert!(shares.is_sorted_by(|earlier, later| earlier >= later));
            prop_assert!(shares[0] - shares[parts - 1] <= 1);
        }

        #[test]
        fn an_even_split_adds_up(total in 0..=Money::MAX.minor(), parts in 1_usize..40, step in 0_i64..5_000) {
            let shares = evenly(total, parts, step);
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            prop_assert!(shares.is_sorted_by(|earlier, later| earlier >= later));
            prop_assert!(shares[0] - shares[parts - 1] < step.max(1) * 2);
        }
    }
}
