//! Who comes, when, and what they want.

use time::{Date, Weekday};

use super::chance::Chance;
use crate::menu::{Choice, Menu, Pick, Product};
use crate::seed::menu::{self as shelf, MENU};
use crate::values::ProductId;

/// The first guests come this many minutes after the day begins: at seven, where it begins at four.
pub(super) const OPENING: i64 = 180;

/// Of a hundred guests on a weekday and on a day of the weekend, how many come in each hour from opening on. Offices
/// bring breakfast and lunch; weekends begin late and end late.
const WEEKDAY_HOURS: [u32; 15] = [6, 10, 8, 6, 6, 12, 13, 7, 4, 5, 6, 6, 6, 4, 1];
const WEEKEND_HOURS: [u32; 15] = [1, 5, 9, 11, 10, 8, 8, 6, 5, 5, 6, 8, 9, 7, 2];

/// Somebody at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    /// Minutes after the day begins.
    pub(super) comes: i64,
    pub(super) wants: Wants,
}

/// Whether they stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wants {
    /// A table for this many.
    Table(i16),
    /// Something from the counter, at once.
    Counter,
    /// Something to fetch, under a name.
    Takeaway(&'static str),
}

/// The time of day, as far as appetite goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meal {
    Breakfast,
    Lunch,
    Afternoon,
    Dinner,
}

impl Meal {
    /// What is eaten at this time, in minutes after the day begins.
    pub(super) fn at(minutes: i64) -> Self {
        match minutes - OPENING {
            ..240 => Meal::Breakfast,
            240..480 => Meal::Lunch,
            480..660 => Meal::Afternoon,
            _ => Meal::Dinner,
        }
    }
}

/// Everybody who comes on one day, in the order of their coming: 80 to 180 parties.
pub(super) fn of_day(date: Date, chance: &mut Chance) -> Vec<Party> {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let usual = match date.weekday() {
        Weekday::Monday => 90,
        Weekday::Tuesday => 94,
        Weekday::Wednesday => 100,
        Weekday::Thursday => 108,
        Weekday::Friday => 142,
        Weekday::Saturday => 166,
        Weekday::Sunday => 130,
    };
    let hours = if weekend {
        WEEKEND_HOURS
    } else {
        WEEKDAY_HOURS
    };
    let hours: Vec<(i64, u32)> = (0..).zip(hours).collect();
    let parties = chance.between(usual - 10, usual + 14);
    let mut comes: Vec<i64> = (0..parties)
        .filter_map(|_| {
            let hour = chance.weighted(&hours)?;
            Some(OPENING + hour * 60 + chance.between(0, 59))
        })
        .collect();
    comes.sort_unstable();
    comes
        .into_iter()
        .map(|comes| Party {
            comes,
            wants: wants(weekend, chance),
        })
        .collect()
}

fn wants(weekend: bool, chance: &mut Chance) -> Wants {
    const SIZES: [(i16, u32); 8] = [
        (1, 16),
        (2, 38),
        (3, 15),
        (4, 17),
        (5, 5),
        (6, 5),
        (8, 3),
        (10, 1),
    ];
    const NAMES: [&str; 12] = [
        "Nakitto",
        "Okello",
        "Mirembe",
        "Kato",
        "Achieng",
        "Tendo",
        "Byaruhanga",
        "Nassali",
        "Opio",
        "Kirabo",
        "Musoke",
        "Auma",
    ];
    if chance.happens(if weekend { 66 } else { 56 }) {
        Wants::Table(chance.weighted(&SIZES).unwrap_or(2))
    } else if chance.happens(30) {
        Wants::Takeaway(chance.pick(&NAMES).copied().unwrap_or("Kato"))
    } else {
        Wants::Counter
    }
}

/// One thing that somebody wants.
#[derive(Debug, Clone)]
pub(super) struct Wish<'a> {
    pub(super) product: &'a Product,
    pub(super) choice: Choice,
    pub(super) note: Option<&'static str>,
    pub(super) allergy: Option<&'static str>,
    /// The guest who wants it, counted from 1, where the table says so.
    pub(super) seat: Option<i16>,
}

/// What is asked of the menu.
#[derive(Debug, Clone, Copy)]
enum Appetite {
    Drink,
    Food,
    After,
}

/// The menu as guests see it: what is popular, by shelf.
pub(super) struct Taste<'a> {
    menu: &'a Menu,
    /// For each shelf of the seed's menu, its products that are on sale, with how often they are asked for.
    shelves: Vec<Vec<(ProductId, u32)>>,
}

impl<'a> Taste<'a> {
    pub(super) fn of(menu: &'a Menu) -> Self {
        let shelves = MENU
            .iter()
            .map(|category| {
                category
                    .sections
                    .iter()
                    .flat_map(|section| section.products)
                    .filter(|product| menu.product(product.id()).is_some())
                    .map(|product| (product.id(), popularity(product)))
                    .collect()
            })
            .collect();
        Taste { menu, shelves }
    }

    /// What the guests of a table want first: nearly everybody a drink, most of them something to eat.
    pub(super) fn first_round(
        &self,
        guests: i16,
        meal: Meal,
        chance: &mut Chance,
    ) -> Vec<Wish<'a>> {
        let by_seat = guests > 1 && chance.happens(35);
        let hungry = if meal == Meal::Afternoon { 45 } else { 82 };
        let mut wishes = Vec::new();
        for guest in 1..=guests {
            let seat = by_seat.then_some(guest);
            if chance.happens(84) {
                wishes.extend(self.wish(Appetite::Drink, meal, guests, seat, chance));
            }
            if chance.happens(hungry) {
                wishes.extend(self.wish(Appetite::Food, meal, guests, seat, chance));
            }
        }
        if wishes.is_empty() {
            wishes.extend(self.wish(Appetite::Drink, meal, guests, None, chance));
        }
        wishes
    }

    /// What some of them want after that.
    pub(super) fn second_round(
        &self,
        guests: i16,
        meal: Meal,
        chance: &mut Chance,
    ) -> Vec<Wish<'a>> {
        let wanted = chance.between(1, i64::from(guests.min(4)));
        (0..wanted)
            .filter_map(|_| self.wish(Appetite::After, meal, guests, None, chance))
            .collect()
    }

    /// What somebody takes from the counter.
    pub(super) fn to_go(&self, meal: Meal, chance: &mut Chance) -> Vec<Wish<'a>> {
        let wanted = chance
            .weighted(&[(1, 48), (2, 34), (3, 14), (4, 4)])
            .unwrap_or(1);
        let first = if meal == Meal::Lunch || meal == Meal::Dinner {
            Appetite::Food
        } else {
            Appetite::Drink
        };
        let mut wishes: Vec<Wish<'a>> = self
            .wish(first, meal, 1, None, chance)
            .into_iter()
            .collect();
        for _ in 1..wanted {
            let next = if chance.happens(50) {
                Appetite::Drink
            } else {
                Appetite::After
            };
            wishes.extend(self.wish(next, meal, 1, None, chance));
        }
        wishes
    }

    fn wish(
        &self,
        appetite: Appetite,
        meal: Meal,
        guests: i16,
        seat: Option<i16>,
        chance: &mut Chance,
    ) -> Option<Wish<'a>> {
        const NOTES: [&str; 6] = [
            "Bring it with the rest",
            "Cut in two",
            "Sauce apart",
            "Not too sweet",
            "For the child, please first",
            "Lemon apart",
        ];
        const ALLERGIES: [&str; 4] = ["Groundnuts", "Milk", "Egg", "Wheat"];
        let product = (0..10).find_map(|_| {
            let shelf = chance.weighted(shelves(appetite, meal))?;
            self.popular(shelf, guests, chance)
        })?;
        Some(Wish {
            product,
            choice: choose(product, chance)?,
            note: chance
                .happens(4)
                .then(|| chance.pick(&NOTES).copied())
                .flatten(),
            allergy: chance
                .happens(1)
                .then(|| chance.pick(&ALLERGIES).copied())
                .flatten(),
            seat,
        })
    }

    /// A product of a shelf; nobody orders a platter for four alone.
    fn popular(&self, shelf: usize, guests: i16, chance: &mut Chance) -> Option<&'a Product> {
        let products = self.shelves.get(shelf)?;
        let product = self.menu.product(chance.weighted(products)?)?;
        let for_several = product.price.minor() > 100_000;
        (!for_several || guests >= 4).then_some(product)
    }
}

/// What the favourites are favourites by.
fn popularity(product: &shelf::Product) -> u32 {
    product
        .favourite
        .map_or(4, |rank| 30_u32.saturating_sub(rank.unsigned_abs()))
}

// Shelves by their place in MENU.
const COFFEE: usize = 0;
const TEA: usize = 1;
const BREAKFAST: usize = 2;
const MAINS: usize = 3;
const SOUPS: usize = 4;
const SIDES: usize = 5;
const BAKERY: usize = 6;
const SOFT: usize = 7;
const ALCOHOL: usize = 8;

fn shelves(appetite: Appetite, meal: Meal) -> &'static [(usize, u32)] {
    match (appetite, meal) {
        (Appetite::Drink, Meal::Breakfast) => &[(COFFEE, 58), (TEA, 30), (SOFT, 12)],
        (Appetite::Drink, Meal::Lunch) => &[(SOFT, 50), (COFFEE, 25), (TEA, 17), (ALCOHOL, 8)],
        (Appetite::Drink, Meal::Afternoon) => &[(COFFEE, 45), (TEA, 25), (SOFT, 24), (ALCOHOL, 6)],
        (Appetite::Drink, Meal::Dinner) => &[(ALCOHOL, 40), (SOFT, 36), (COFFEE, 12), (TEA, 12)],
        (Appetite::Food, Meal::Breakfast) => &[(BREAKFAST, 78), (BAKERY, 22)],
        (Appetite::Food, Meal::Lunch) => &[(MAINS, 66), (SOUPS, 16), (SIDES, 10), (BREAKFAST, 8)],
        (Appetite::Food, Meal::Afternoon) => &[(BAKERY, 54), (SIDES, 30), (SOUPS, 16)],
        (Appetite::Food, Meal::Dinner) => &[(MAINS, 78), (SOUPS, 13), (SIDES, 9)],
        (Appetite::After, Meal::Dinner) => &[(ALCOHOL, 40), (BAKERY, 25), (SOFT, 20), (TEA, 15)],
        (Appetite::After, _) => &[(BAKERY, 36), (COFFEE, 34), (TEA, 12), (SOFT, 18)],
    }
}

/// Answers a product's questions: mostly as usual, sometimes not.
fn choose(product: &Product, chance: &mut Chance) -> Option<Choice> {
    let mut chosen = Vec::new();
    for group in &product.groups {
        let usual: Vec<_> = group
            .modifiers
            .iter()
            .filter(|modifier| modifier.is_default)
            .map(|modifier| modifier.id)
            .collect();
        let must_be_asked = usual.len() < group.min;
        let differs = chance.happens(if group.min > 0 { 24 } else { 12 });
        if must_be_asked || differs {
            chosen.extend(chance.pick(&group.modifiers).map(|modifier| modifier.id));
        } else {
            chosen.extend(usual);
        }
    }
    let picks: Vec<Pick> = chosen.into_iter().map(Pick::plain).collect();
    product.choose(&picks).ok()
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::date;

    use super::*;

    #[test]
    fn weekends_are_busier_and_begin_later() {
        let mut chance = Chance::of(1);
        let monday = of_day(date!(2026 - 11 - 16), &mut chance);
        let saturday = of_day(date!(2026 - 11 - 21), &mut chance);
        assert!(saturday.len() > monday.len() + 30);
        let before_nine = |parties: &[Party]| {
            parties
                .iter()
                .filter(|party| party.comes < OPENING + 120)
                .count()
                * 100
                / parties.len()
        };
        assert!(before_nine(&monday) > before_nine(&saturday));
    }

    #[test]
    fn every_day_brings_eighty_to_a_hundred_and_eighty_parties_in_order() {
        for day in 0..400 {
            let date = date!(2026 - 01 - 01) + Duration::days(day);
            let parties = of_day(date, &mut Chance::of(day.unsigned_abs()));
            assert!(
                (80..=180).contains(&parties.len()),
                "{date}: {}",
                parties.len()
            );
            assert!(parties.is_sorted_by_key(|party| party.comes));
        }
    }

    #[test]
    fn shelves_are_where_the_menu_has_them() {
        let keys: Vec<&str> = MENU.iter().map(|category| category.key).collect();
        assert_eq!(
            [
                keys[COFFEE],
                keys[TEA],
                keys[BREAKFAST],
                keys[MAINS],
                keys[SOUPS]
            ],
            ["coffee", "tea", "breakfast", "mains", "soups and salads"]
        );
        assert_eq!(
            [keys[SIDES], keys[BAKERY], keys[SOFT], keys[ALCOHOL]],
            [
                "sides and bites",
                "bakery",
                "juice and soda",
                "beer and wine"
            ]
        );
    }
}
