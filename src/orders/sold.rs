//! What was sold: the sums of orders that were settled, which reports add up.

use std::ops::{AddAssign, SubAssign};

use serde::{Deserialize, Serialize};

use crate::values::{BasisPoints, BusinessDate, Money, OrderId, Totals};

/// What one order came to, or many together; of a difference each part may be below zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sold {
    /// How many orders.
    pub orders: i64,
    /// How many guests.
    pub guests: i64,
    /// Lines before anything came off.
    pub subtotal: Money,
    /// What was given free.
    pub comps: Money,
    /// Discounts on lines and orders.
    pub discounts: Money,
    /// The service charge.
    pub service: Money,
    /// What cash rounding added.
    pub rounding: Money,
    /// What the guests paid or owe, rounded.
    pub total: Money,
    /// The tax at each rate, contained in the total.
    pub taxes: Vec<TaxSold>,
}

/// What was sold at one rate of tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxSold {
    /// "VAT 18%".
    pub name: String,
    /// Its rate.
    pub rate: BasisPoints,
    /// Without the tax.
    pub without_tax: Money,
    /// The tax.
    pub tax: Money,
}

/// An order that was settled, with what it comes to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldOrder {
    /// Which.
    pub id: OrderId,
    /// The date on which its sale counts.
    pub date: BusinessDate,
    /// What it comes to; of one that was called off since, nothing.
    pub sold: Sold,
}

impl Sold {
    /// Of one order: what its lines come to, what rounding added, and the names of its taxes, in the order of `totals.taxes`.
    pub fn of(guests: i64, totals: &Totals, rounding: Money, names: Vec<String>) -> Self {
        let taxes = totals.taxes.iter().zip(names).map(|(tax, name)| TaxSold {
            name,
            rate: tax.rate,
            without_tax: tax.without_tax,
            tax: tax.tax,
        });
        let mut sold = Sold {
            orders: 1,
            guests,
            subtotal: totals.subtotal,
            comps: totals.comps,
            discounts: totals.discounts(),
            service: totals.service,
            rounding,
            total: totals.total + rounding,
            taxes: Vec::new(),
        };
        for tax in taxes {
            sold.add_tax(&tax, false);
        }
        sold
    }

    fn add_tax(&mut self, more: &TaxSold, less: bool) {
        let (without_tax, tax) = match less {
            true => (-more.without_tax, -more.tax),
            false => (more.without_tax, more.tax),
        };
        let known = self
            .taxes
            .iter_mut()
            .find(|known| known.name == more.name && known.rate == more.rate);
        match known {
            Some(known) => {
                known.without_tax += without_tax;
                known.tax += tax;
            }
            None => self.taxes.push(TaxSold {
                without_tax,
                tax,
                ..more.clone()
            }),
        }
    }
}

impl AddAssign<&Sold> for Sold {
    fn add_assign(&mut self, more: &Sold) {
        self.orders += more.orders;
        self.guests += more.guests;
        self.subtotal += more.subtotal;
        self.comps += more.comps;
        self.discounts += more.discounts;
        self.service += more.service;
        self.rounding += more.rounding;
        self.total += more.total;
        for tax in &more.taxes {
            self.add_tax(tax, false);
        }
    }
}

impl SubAssign<&Sold> for Sold {
    fn sub_assign(&mut self, less: &Sold) {
        self.orders -= less.orders;
        self.guests -= less.guests;
        self.subtotal -= less.subtotal;
        self.comps -= less.comps;
        self.discounts -= less.discounts;
        self.service -= less.service;
        self.rounding -= less.rounding;
        self.total -= less.total;
        for tax in &less.taxes {
            self.add_tax(tax, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sold(total: i64, vat: i64) -> Sold {
        Sold {
            orders: 1,
            guests: 2,
            subtotal: Money::new(total),
            total: Money::new(total),
            taxes: vec![TaxSold {
                name: "VAT 18%".to_owned(),
                rate: BasisPoints::new(1_800).unwrap(),
                without_tax: Money::new(total - vat),
                tax: Money::new(vat),
            }],
            ..Sold::default()
        }
    }

    #[test]
    fn what_is_added_and_taken_off_again_is_nothing() {
        let mut all = Sold::default();
        let parts = [sold(11_800, 1_800), sold(5_900, 900)];
        for part in &parts {
            all += part;
        }
        assert_eq!(all.total, Money::new(17_700));
        assert_eq!(all.taxes.len(), 1, "one row for each rate");
        assert_eq!(all.taxes[0].tax, Money::new(2_700));
        for part in &parts {
            all -= part;
        }
        let taxes = std::mem::take(&mut all.taxes);
        assert_eq!(all, Sold::default());
        assert!(
            taxes
                .iter()
                .all(|tax| tax.tax.is_zero() && tax.without_tax.is_zero())
        );
    }

    #[test]
    fn rates_of_one_name_and_names_of_one_rate_stay_apart() {
        let mut all = sold(11_800, 1_800);
        let mut other = sold(1_000, 0);
        other.taxes[0].name = "Exempt".to_owned();
        all += &other;
        assert_eq!(all.taxes.len(), 2);
    }
}
