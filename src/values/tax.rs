//! What an order costs: lines, line discounts, order discount, service charge, tax — in this order, each rounded half up.
//!
//! What is taken from or put on the whole order is spread over its lines by largest remainder, ties to the earlier line,
//! so every total here is the sum of its lines, to the last shilling. A receipt, a split by lines and a report by
//! category therefore cannot disagree.

use thiserror::Error;

use super::ids::TaxClassId;
use super::money::Money;
use super::percent::BasisPoints;
use super::quantity::Quantity;
use super::spread::allocate;

/// A price lowered by a share of it or by an amount. Neither goes below zero: an amount beyond the price takes all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discount {
    /// A share of the price.
    Percent(BasisPoints),
    /// An amount off the price.
    Amount(Money),
    /// An amount, but no more than a share of the price.
    AmountUpTo(Money, BasisPoints),
}

impl Discount {
    /// What it takes from `price`: at least nothing, at most all of it.
    pub fn off(self, price: Money) -> Money {
        let taken = match self {
            Self::Percent(share) => price.percent(share),
            Self::Amount(amount) => amount,
            Self::AmountUpTo(amount, share) => amount.min(price.percent(share)),
        };
        taken.min(price).or_zero()
    }
}

/// Whether a line is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// The guest pays it.
    #[default]
    Charged,
    /// Given free: it stays in the subtotal, and the same amount is taken off as a comp.
    Comped,
    /// Struck out: it counts nowhere.
    Voided,
}

/// One line, as far as its price is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineInput {
    /// The price of one piece with its modifiers; below zero counts as zero.
    pub unit_price: Money,
    /// How many pieces.
    pub quantity: Quantity,
    /// The line's own discount.
    pub discount: Option<Discount>,
    /// The tax class that was on the line when it was added.
    pub tax_class: TaxClassId,
    /// The rate of that class at that moment.
    pub rate: BasisPoints,
    /// Whether it is charged, comped or voided.
    pub standing: Standing,
}

/// An order, as far as its price is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderInput<'a> {
    /// The lines, in the order of the bill.
    pub lines: &'a [LineInput],
    /// A discount on the whole order.
    pub discount: Option<Discount>,
    /// The service charge on the discounted sum, if the venue takes one.
    pub service: Option<BasisPoints>,
    /// Whether the prices contain the tax already (the default), or it is added to them.
    pub prices_include_tax: bool,
}

/// What one line comes to, with its share of everything. All amounts are zero or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTotals {
    /// Price times quantity.
    pub gross: Money,
    /// What was given free.
    pub comp: Money,
    /// The line's own discount.
    pub discount: Money,
    /// Its share of the order's discount.
    pub order_discount: Money,
    /// Its share of the service charge.
    pub service: Money,
    /// Its share of the tax of its class, contained or added.
    pub tax: Money,
    /// What the guest pays for it, tax included.
    pub total: Money,
}

impl LineTotals {
    /// The price after the line's own discount or comp.
    fn own_price(&self) -> Money {
        self.gross - self.comp - self.discount
    }

    /// The price after all discounts.
    fn discounted(&self) -> Money {
        self.own_price() - self.order_discount
    }

    /// What tax is reckoned on.
    fn taxable(&self) -> Money {
        self.discounted() + self.service
    }

    /// What the guest pays for it, without the tax.
    pub fn without_tax(&self) -> Money {
        self.total - self.tax
    }
}

/// The tax of one class at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxTotal {
    /// The class.
    pub tax_class: TaxClassId,
    /// Its rate.
    pub rate: BasisPoints,
    /// What was sold in it, without tax.
    pub without_tax: Money,
    /// The tax.
    pub tax: Money,
}

/// What an order comes to. All amounts are zero or more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// One for each line given, in the same order; all zero for a voided one.
    pub lines: Vec<LineTotals>,
    /// The sum of the lines that are not voided, before discounts.
    pub subtotal: Money,
    /// What was given free.
    pub comps: Money,
    /// The discounts of the lines.
    pub line_discounts: Money,
    /// The discount of the order.
    pub order_discount: Money,
    /// The service charge.
    pub service: Money,
    /// The tax by class and rate, in the order of the lines; classes without a charged line are left out.
    pub taxes: Vec<TaxTotal>,
    /// All the tax, contained in the total or added to it.
    pub tax: Money,
    /// What the guests pay.
    pub total: Money,
}

impl Totals {
    /// Discounts of lines and order together, without comps.
    pub fn discounts(&self) -> Money {
        self.line_discounts + self.order_discount
    }
}

/// The order is beyond any amount the program keeps.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("This order is too large; check the prices and quantities.")]
pub struct OrderTooLarge;

/// What the order comes to.
///
/// # Errors
/// Where the lines come to more than [`Money::MAX`] before discounts, voided ones left out.
pub fn totals(order: &OrderInput<'_>) -> Result<Totals, OrderTooLarge> {
    let mut lines: Vec<LineTotals> = order.lines.iter().map(own_totals).collect();
    let gross: i128 = lines
        .iter()
        .map(|line| i128::from(line.gross.minor()))
        .sum();
    if gross > i128::from(Money::MAX.minor()) {
        return Err(OrderTooLarge);
    }
    spread_discount(&mut lines, order.discount);
    spread_service(&mut lines, order.service);
    let taxes = tax_by_class(&mut lines, order);

    let sum = |part: fn(&LineTotals) -> Money| lines.iter().map(part).sum::<Money>();
    Ok(Totals {
        subtotal: sum(|line| line.gross),
        comps: sum(|line| line.comp),
        line_discounts: sum(|line| line.discount),
        order_discount: sum(|line| line.order_discount),
        service: sum(|line| line.service),
        tax: sum(|line| line.tax),
        total: sum(|line| line.total),
        taxes,
        lines,
    })
}

fn own_totals(line: &LineInput) -> LineTotals {
    let gross = line.unit_price.or_zero().times(line.quantity);
    match line.standing {
        Standing::Voided => LineTotals::default(),
        Standing::Comped => LineTotals {
            gross,
            comp: gross,
            ..LineTotals::default()
        },
        Standing::Charged => {
            let discount = line
                .discount
                .map_or(Money::ZERO, |discount| discount.off(gross));
            LineTotals {
                gross,
                discount,
                ..LineTotals::default()
            }
        }
    }
}

fn spread_discount(lines: &mut [LineTotals], discount: Option<Discount>) {
    let prices: Vec<i64> = lines.iter().map(|line| line.own_price().minor()).collect();
    let off = discount.map_or(Money::ZERO, |discount| {
        discount.off(Money::new(prices.iter().sum()))
    });
    for (line, share) in lines.iter_mut().zip(allocate(off, &prices)) {
        line.order_discount = share;
    }
}

fn spread_service(lines: &mut [LineTotals], service: Option<BasisPoints>) {
    let prices: Vec<i64> = lines.iter().map(|line| line.discounted().minor()).collect();
    let charge = Money::new(prices.iter().sum()).percent(service.unwrap_or_default());
    for (line, share) in lines.iter_mut().zip(allocate(charge, &prices)) {
        line.service = share;
    }
}

fn tax_by_class(lines: &mut [LineTotals], order: &OrderInput<'_>) -> Vec<TaxTotal> {
    let mut taxes: Vec<TaxTotal> = Vec::new();
    for input in order
        .lines
        .iter()
        .filter(|line| line.standing == Standing::Charged)
    {
        let (tax_class, rate) = (input.tax_class, input.rate);
        if taxes
            .iter()
            .any(|tax| (tax.tax_class, tax.rate) == (tax_class, rate))
        {
            continue;
        }
        let is_in_class = |line: &LineInput| (line.tax_class, line.rate) == (tax_class, rate);
        let mut of_class: Vec<&mut LineTotals> = lines
            .iter_mut()
            .zip(order.lines)
            .filter(|(_, line)| is_in_class(line))
            .map(|(totals, _)| totals)
            .collect();
        taxes.push(tax_of_class(
            &mut of_class,
            tax_class,
            rate,
            order.prices_include_tax,
        ));
    }
    taxes
}

fn tax_of_class(
    lines: &mut [&mut LineTotals],
    tax_class: TaxClassId,
    rate: BasisPoints,
    included: bool,
) -> TaxTotal {
    let taxable: Vec<i64> = lines.iter().map(|line| line.taxable().minor()).collect();
    let sum = Money::new(taxable.iter().sum());
    let tax = if included {
        contained_tax(sum, rate)
    } else {
        sum.percent(rate)
    };
    for (line, share) in lines.iter_mut().zip(allocate(tax, &taxable)) {
        line.tax = share;
        line.total = if included {
            line.taxable()
        } else {
            line.taxable() + share
        };
    }
    TaxTotal {
        tax_class,
        rate,
        without_tax: if included { sum - tax } else { sum },
        tax,
    }
}

/// The tax that a price contains at this rate, rounded half up: 12,966 of 85,000 at 18 %.
pub fn contained_tax(price: Money, rate: BasisPoints) -> Money {
    let rate = i128::from(rate.get());
    price.ratio(rate, 10_000 + rate)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn class(number: u128) -> TaxClassId {
        Uuid::from_u128(number).into()
    }

    fn points(points: i64) -> BasisPoints {
        BasisPoints::new(points).unwrap()
    }

    fn line(price: i64, quantity: i64) -> LineInput {
        LineInput {
            unit_price: Money::new(price),
            quantity: Quantity::new(quantity).unwrap(),
            discount: None,
            tax_class: class(18),
            rate: points(1_800),
            standing: Standing::Charged,
        }
    }

    fn order(lines: &[LineInput]) -> OrderInput<'_> {
        OrderInput {
            lines,
            discount: None,
            service: None,
            prices_include_tax: true,
        }
    }

    #[test]
    fn vat_of_18_percent_in_85_000_is_12_966() {
        assert_eq!(
            contained_tax(Money::new(85_000), points(1_800)),
            Money::new(12_966)
        );
        let sale = totals(&order(&[line(38_000, 1), line(47_000, 1)])).unwrap();
        assert_eq!(
            (sale.total, sale.tax),
            (Money::new(85_000), Money::new(12_966))
        );
        assert_eq!(sale.taxes[0].without_tax, Money::new(72_034));
    }

    #[test]
    fn the_bill_of_the_design_adds_up() {
        let lines = [
            line(7_000, 2),
            line(5_000, 1),
            line(12_000, 1),
            line(8_000, 2),
            line(38_000, 1),
            line(2_000, 1),
        ];
        let staff = Some(Discount::Percent(points(1_000)));
        let bill = totals(&OrderInput {
            discount: staff,
            ..order(&lines)
        })
        .unwrap();
        assert_eq!(bill.subtotal, Money::new(87_000));
        assert_eq!(bill.order_discount, Money::new(8_700));
        assert_eq!(bill.tax, Money::new(11_944));
        assert_eq!(bill.total, Money::new(78_300));
    }

    #[test]
    fn tax_is_added_where_prices_exclude_it() {
        let lines = [
            line(10_000, 1),
            LineInput {
                tax_class: class(0),
                rate: BasisPoints::ZERO,
                ..line(4_000, 1)
            },
        ];
        let bill = totals(&OrderInput {
            prices_include_tax: false,
            ..order(&lines)
        })
        .unwrap();
        assert_eq!(bill.total, Money::new(15_800));
        assert_eq!(bill.taxes.len(), 2);
        assert_eq!(bill.lines[0].total, Money::new(11_800));
        assert_eq!(bill.lines[1].total, Money::new(4_000));
    }

    #[test]
    fn tax_is_rounded_once_per_class_not_per_line() {
        // Each 5 contains 0.76, which is 1; together the fifteen contain 2.29, which is 2 and not 3.
        let bill = totals(&order(&[line(5, 1), line(5, 1), line(5, 1)])).unwrap();
        assert_eq!(bill.tax, Money::new(2));
        let shares: Vec<_> = bill.lines.iter().map(|line| line.tax.minor()).collect();
        assert_eq!(shares, [1, 1, 0]);
    }

    #[test]
    fn two_rates_of_one_class_are_kept_apart() {
        let before = LineInput {
            rate: points(1_600),
            ..line(10_000, 1)
        };
        let bill = totals(&order(&[line(10_000, 1), before, line(10_000, 1)])).unwrap();
        let taxes: Vec<_> = bill
            .taxes
            .iter()
            .map(|tax| (tax.rate, tax.tax.minor()))
            .collect();
        assert_eq!(taxes, [(points(1_800), 3_051), (points(1_600), 1_379)]);
    }

    #[test]
    fn the_service_charge_is_on_the_discounted_sum_and_taxed_with_its_lines() {
        let free = LineInput {
            tax_class: class(0),
            rate: BasisPoints::ZERO,
            ..line(10_000, 1)
        };
        let lines = [line(20_000, 1), free];
        let bill = totals(&OrderInput {
            discount: Some(Discount::Amount(Money::new(6_000))),
            service: Some(points(1_000)),
            ..order(&lines)
        })
        .unwrap();
        assert_eq!(bill.service, Money::new(2_400));
        assert_eq!(bill.total, Money::new(26_400));
        assert_eq!(bill.lines[0].service, Money::new(1_600));
        assert_eq!(bill.tax, contained_tax(Money::new(17_600), points(1_800)));
    }

    #[test]
    fn the_line_discount_comes_before_the_order_discount() {
        let lines = [
            LineInput {
                discount: Some(Discount::Percent(points(5_000))),
                ..line(10_000, 1)
            },
            line(15_000, 1),
        ];
        let bill = totals(&OrderInput {
            discount: Some(Discount::Percent(points(1_000))),
            ..order(&lines)
        })
        .unwrap();
        assert_eq!(bill.line_discounts, Money::new(5_000));
        assert_eq!(bill.order_discount, Money::new(2_000));
        assert_eq!(bill.discounts(), Money::new(7_000));
        assert_eq!(bill.lines[0].order_discount, Money::new(500));
        assert_eq!(bill.total, Money::new(18_000));
    }

    #[test]
    fn a_voided_line_counts_nowhere_and_a_comped_one_stays_in_the_subtotal() {
        let lines = [
            line(10_000, 1),
            LineInput {
                standing: Standing::Comped,
                ..line(5_000, 2)
            },
            LineInput {
                standing: Standing::Voided,
                ..line(7_000, 1)
            },
        ];
        let bill = totals(&OrderInput {
            service: Some(points(1_000)),
            ..order(&lines)
        })
        .unwrap();
        assert_eq!(
            (bill.subtotal, bill.comps, bill.total),
            (Money::new(20_000), Money::new(10_000), Money::new(11_000))
        );
        assert_eq!(bill.lines[1].total, Money::ZERO);
        assert_eq!(bill.lines[2], LineTotals::default());
    }

    #[test]
    fn no_discount_takes_more_than_the_price() {
        let all = Some(Discount::Amount(Money::new(50_000)));
        let bill = totals(&order(&[LineInput {
            discount: all,
            ..line(3_000, 2)
        }]))
        .unwrap();
        assert_eq!(
            (bill.line_discounts, bill.total, bill.tax),
            (Money::new(6_000), Money::ZERO, Money::ZERO)
        );
        let bill = totals(&OrderInput {
            discount: all,
            ..order(&[line(3_000, 2)])
        })
        .unwrap();
        assert_eq!(
            (bill.order_discount, bill.total),
            (Money::new(6_000), Money::ZERO)
        );
        assert_eq!(
            Discount::Amount(Money::new(-500)).off(Money::new(3_000)),
            Money::ZERO
        );
        let bill = totals(&order(&[line(-3_000, 2)])).unwrap();
        assert_eq!(bill.total, Money::ZERO);
    }

    #[test]
    fn an_empty_order_costs_nothing_and_a_huge_one_is_refused() {
        assert_eq!(totals(&order(&[])).unwrap(), Totals::default());
        let huge = line(Money::MAX.minor(), 999);
        assert_eq!(totals(&order(&[huge; 20])), Err(OrderTooLarge));
        assert!(
            totals(&order(&[LineInput {
                standing: Standing::Voided,
                ..huge
            }]))
            .is_ok()
        );
    }

    fn any_discount() -> impl Strategy<Value = Option<Discount>> {
        prop_oneof![
            Just(None),
            (0_i64..=10_000).prop_map(|share| Some(Discount::Percent(points(share)))),
            (-5_000_i64..200_000).prop_map(|amount| Some(Discount::Amount(Money::new(amount)))),
        ]
    }

    fn any_line() -> impl Strategy<Value = LineInput> {
        let standing = prop_oneof![
            6 => Just(Standing::Charged),
            1 => Just(Standing::Comped),
            1 => Just(Standing::Voided),
        ];
        let rate = prop_oneof![
            Just((18, 1_800_i64)),
            Just((0, 0)),
            Just((6, 600)),
            Just((18, 1_650))
        ];
        (
            -2_000_i64..150_000,
            1_i64..=12,
            any_discount(),
            rate,
            standing,
        )
            .prop_map(
                |(price, quantity, discount, (number, rate), standing)| LineInput {
                    discount,
                    tax_class: class(number),
                    rate: points(rate),
                    standing,
                    ..line(price, quantity)
                },
            )
    }

    proptest! {
        #[test]
        fn parts_add_up_to_wholes_and_nothing_is_below_zero(
            lines in vec(any_line(), 0..25), discount in any_discount(), service in proptest::option::of(0_i64..=3_000),
            prices_include_tax: bool,
        ) {
            let service = service.map(points);
            let bill = totals(&OrderInput { lines: &lines, discount, service, prices_include_tax }).unwrap();

            let discounted = bill.subtotal - bill.comps - bill.line_discounts - bill.order_discount;
            prop_assert_eq!(bill.service, discounted.percent(service.unwrap_or_default()));
            let added = if prices_include_tax { Money::ZERO } else { bill.tax };
            prop_assert_eq!(bill.total, discounted + bill.service + added);

            prop_assert_eq!(bill.lines.len(), lines.len());
            for line in &bill.lines {
                let parts = [line.gross, line.comp, line.discount, line.order_discount, line.service, line.tax, line.total];
                prop_assert!(parts.iter().all(|part| !part.is_negative()), "{:?}", line);
                prop_assert!(!line.discounted().is_negative() && !line.without_tax().is_negative(), "{:?}", line);
                prop_assert_eq!(line.without_tax() + line.tax, line.total);
            }

            let taxed: Money = bill.taxes.iter().map(|tax| tax.tax).sum();
            let untaxed: Money = bill.taxes.iter().map(|tax| tax.without_tax).sum();
            prop_assert_eq!(taxed, bill.tax);
            prop_assert_eq!(untaxed + taxed, bill.total);
            for tax in &bill.taxes {
                let of_class = |part: fn(&LineTotals) -> Money| -> Money {
                    bill.lines.iter().zip(&lines)
                        .filter(|(_, line)| (line.tax_class, line.rate) == (tax.tax_class, tax.rate))
                        .map(|(totals, _)| part(totals)).sum()
                };
                prop_assert_eq!(of_class(|line| line.tax), tax.tax);
                prop_assert_eq!(of_class(|line| line.taxable()) - if prices_include_tax { tax.tax } else { Money::ZERO }, tax.without_tax);
            }
        }

        #[test]
        fn contained_and_added_tax_agree_within_half_a_unit(price in 0_i64..1_000_000_000, rate in 0_i64..=10_000) {
            let (price, rate) = (Money::new(price), points(rate));
            let gross = price + price.percent(rate);
            let back = gross - contained_tax(gross, rate);
            prop_assert!((back - price).abs() <= Money::new(1));
        }

        #[test]
        fn a_line_that_is_voided_might_as_well_not_be_there(lines in vec(any_line(), 1..12), discount in any_discount()) {
            let kept: Vec<_> = lines.iter().copied().filter(|line| line.standing != Standing::Voided).collect();
            let all = totals(&OrderInput { discount, ..order(&lines) }).unwrap();
            let without = totals(&OrderInput { discount, ..order(&kept) }).unwrap();
            prop_assert_eq!((all.subtotal, all.tax, all.total), (without.subtotal, without.tax, without.total));
            prop_assert_eq!(all.taxes, without.taxes);
        }
    }
}
