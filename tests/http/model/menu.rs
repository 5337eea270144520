//! What is sold, and what a choice of it costs (product.md, section 3). Silence means regular: what is usual costs nothing
//! and is not printed, and a usual choice that was left out is said aloud.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::book::{Book, CONFLICT, FORBIDDEN, Outcome, must};

/// One thing that is sold.
#[derive(Debug, Clone)]
pub struct Product {
    pub id: Uuid,
    pub name: String,
    /// In the kitchen's language.
    pub second: Option<String>,
    /// What it costs where no list says otherwise.
    pub price: i64,
    /// What it costs at these hours, and on which list.
    pub listed: Option<(i64, &'static str)>,
    pub tax_name: String,
    pub tax_bp: i64,
    /// Which of the two stations makes it.
    pub station: usize,
    pub prep_seconds: Option<i64>,
    pub groups: Vec<Group>,
    pub sold_out: bool,
    /// The shift at whose end it is back by itself.
    pub out_until: Option<usize>,
    /// How many are left, where they are counted down.
    pub left: Option<i64>,
}

/// Prices of certain hours, every day.
#[derive(Debug, Clone)]
pub struct PriceList {
    pub id: Uuid,
    pub name: &'static str,
    /// In minutes after midnight; it begins at the first and is over at the second.
    pub hours: (i64, i64),
    pub prices: BTreeMap<Uuid, i64>,
}

/// Choices of one kind.
#[derive(Debug, Clone)]
pub struct Group {
    pub min: usize,
    pub max: usize,
    pub choices: Vec<Choice>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Choice {
    pub id: Uuid,
    pub name: String,
    /// As cooks read it.
    pub cook: String,
    pub price: i64,
    pub usual: bool,
    pub loud: bool,
    pub sold_out: bool,
}

/// The word before a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Plain,
    Extra,
    Light,
    Side,
    No,
}

/// A choice and how it is wanted.
pub type Pick = (Uuid, Word);

/// A choice as a line keeps it for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub id: Uuid,
    pub name: String,
    pub cook: String,
    pub price: i64,
    pub loud: bool,
    /// The usual, which nobody has to be told.
    pub silent: bool,
    pub word: Word,
}

impl Word {
    pub const ALOUD: [Word; 4] = [Word::Extra, Word::Light, Word::Side, Word::No];

    /// As forms and lines write it.
    pub fn written(self) -> &'static str {
        match self {
            Word::Plain => "",
            Word::Extra => "extra",
            Word::Light => "light",
            Word::Side => "side",
            Word::No => "no",
        }
    }
}

impl Product {
    pub fn costs(&self) -> i64 {
        self.listed.map_or(self.price, |(price, _)| price)
    }

    /// Takes pieces of it for an order; answers how many came from the countdown.
    pub fn take(&mut self, pieces: i64) -> Result<i64, u16> {
        must(!self.sold_out, CONFLICT)?;
        match &mut self.left {
            None => Ok(0),
            Some(left) => {
                must(*left >= pieces, CONFLICT)?;
                *left -= pieces;
                Ok(pieces)
            }
        }
    }

    /// Puts back what was given up unsent. The specification is silent on a countdown that was set anew meanwhile: the
    /// pieces are added to the new number, and to none where nobody counts any more.
    pub fn give_back(&mut self, pieces: i64) {
        if let Some(left) = &mut self.left {
            *left += pieces;
        }
    }

    /// What a single tap takes.
    pub fn usual(&self) -> Vec<Pick> {
        let groups = self.groups.iter();
        let usual = groups.flat_map(|group| group.usual().map(|choice| (choice.id, Word::Plain)));
        usual.collect()
    }

    /// Checks what was picked against the groups.
    pub fn choose(&self, picks: &[Pick]) -> Result<Vec<Chosen>, u16> {
        let known = |id: Uuid| self.choices().any(|choice| choice.id == id);
        must(picks.iter().all(|(id, _)| known(*id)), CONFLICT)?;
        let mut chosen = Vec::new();
        for group in &self.groups {
            chosen.extend(group.choose(picks)?);
        }
        Ok(chosen)
    }

    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.groups.iter().flat_map(|group| &group.choices)
    }

    pub fn choices_mut(&mut self) -> impl Iterator<Item = &mut Choice> {
        self.groups.iter_mut().flat_map(|group| &mut group.choices)
    }

    /// The picks that take one choice instead of the others of its group, where that takes only one.
    pub fn instead(&self, chosen: &[Chosen], one: Uuid) -> Vec<Pick> {
        let group = |id| {
            let mut groups = self.groups.iter();
            groups.position(|group| group.choices.iter().any(|choice| choice.id == id))
        };
        let single = group(one).is_some_and(|at| self.groups[at].max == 1);
        let gives_way = |id| id == one || (single && group(id) == group(one));
        let kept = chosen.iter().filter(|other| !gives_way(other.id));
        let kept = kept.map(|other| (other.id, other.word));
        kept.chain([(one, Word::Plain)]).collect()
    }
}

impl Group {
    fn usual(&self) -> impl Iterator<Item = &Choice> {
        let usual = self.choices.iter();
        usual
            .filter(|choice| choice.usual && !choice.sold_out)
            .take(self.max)
    }

    fn choose(&self, picks: &[Pick]) -> Result<Vec<Chosen>, u16> {
        let word_of = |choice: &Choice| {
            let pick = picks.iter().find(|(id, _)| *id == choice.id);
            pick.map(|(_, word)| *word)
        };
        let mut taken = Vec::new();
        let mut left_out = Vec::new();
        for choice in &self.choices {
            match word_of(choice) {
                None => {}
                Some(Word::No) => left_out.push(choice.chosen(Word::No)),
                Some(word) => {
                    must(!choice.sold_out, CONFLICT)?;
                    taken.push(choice.chosen(word));
                }
            }
        }
        must((self.min..=self.max).contains(&taken.len()), CONFLICT)?;
        // Where only one is taken, another one says it all; otherwise the cook is told what was left out.
        if self.max > 1 || taken.is_empty() {
            let silent = self.usual().filter(|choice| word_of(choice).is_none());
            left_out.extend(silent.map(|choice| choice.chosen(Word::No)));
        }
        taken.extend(left_out);
        Ok(taken)
    }
}

impl Choice {
    fn chosen(&self, word: Word) -> Chosen {
        let (small, big) = (self.name.to_lowercase(), self.cook.to_uppercase());
        let (name, cook) = match word {
            Word::Plain => (self.name.clone(), self.cook.clone()),
            Word::Extra => (format!("Extra {small}"), format!("EXTRA {big}")),
            Word::Light => (format!("Light {small}"), format!("LIGHT {big}")),
            Word::Side => (format!("Side of {small}"), format!("SIDE {big}")),
            Word::No => (format!("No {small}"), format!("NO {big}")),
        };
        Chosen {
            id: self.id,
            name,
            cook,
            price: price_with(word, self.price),
            loud: self.loud || word != Word::Plain,
            silent: word == Word::Plain && self.usual && self.price == 0,
            word,
        }
    }
}

/// Extra costs its surcharge twice, but makes nothing cheaper twice; what is left out costs nothing.
fn price_with(word: Word, price: i64) -> i64 {
    match word {
        Word::No => 0,
        Word::Extra if price > 0 => 2 * price,
        _ => price,
    }
}

/// Other choices later count from the prices that were captured when the line was added.
pub fn at_captured(chosen: &mut [Chosen], before: &[Chosen]) {
    let taken = |one: &&Chosen| one.word != Word::No;
    for one in chosen.iter_mut().filter(|one| one.word != Word::No) {
        let was = before.iter().filter(taken).find(|was| was.id == one.id);
        if let Some(was) = was {
            let doubled = was.word == Word::Extra && was.price > 0;
            let single = if doubled { was.price / 2 } else { was.price };
            one.price = price_with(one.word, single);
        }
    }
}

/// The price of one piece, never below zero.
pub fn unit_price(base: i64, chosen: &[Chosen]) -> i64 {
    (base + chosen.iter().map(|one| one.price).sum::<i64>()).max(0)
}

/// Finds a product to change it.
pub fn of(menu: &mut [Product], id: Uuid) -> Result<&mut Product, u16> {
    menu.iter_mut().find(|one| one.id == id).ok_or(CONFLICT)
}

/// How a product is sold from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    SoldOut,
    OutThisShift,
    Left(i64),
    OnSale,
}

/// A mark replaces the one before it altogether.
pub fn mark(product: &mut Product, stock: Stock, own_shift: Option<usize>) -> Outcome {
    must(
        stock != Stock::OutThisShift || own_shift.is_some(),
        CONFLICT,
    )?;
    product.sold_out = matches!(stock, Stock::SoldOut | Stock::OutThisShift);
    product.out_until = own_shift.filter(|_| stock == Stock::OutThisShift);
    product.left = match stock {
        Stock::Left(left) => Some(left),
        _ => None,
    };
    Ok(())
}

impl Book {
    /// The clock decides what counts: where two lists do, the lower price.
    pub fn put_prices(&mut self) {
        let minute = (self.now + KAMPALA).rem_euclid(86_400) / 60;
        for product in &mut self.menu {
            let counting = self.lists.iter().filter(|list| {
                let (from, until) = list.hours;
                (from..until).contains(&minute)
            });
            let prices =
                counting.filter_map(|list| Some((*list.prices.get(&product.id)?, list.name)));
            product.listed = prices.min();
        }
    }

    /// What a product costs on a list, or that it is not on it any more; `was` is what whoever says so saw there.
    pub fn list_price(
        &mut self,
        who: usize,
        (list, product): (usize, Uuid),
        was: Option<i64>,
        price: Option<i64>,
    ) -> Outcome {
        must(self.people[who].role.manages(), FORBIDDEN)?;
        let here = self.lists[list].prices.get(&product).copied();
        match price {
            Some(price) => {
                must(here == was, CONFLICT)?;
                self.lists[list].prices.insert(product, price);
                self.note("price_list.priced");
            }
            None if here.is_none() => {}
            None => {
                must(here == was, CONFLICT)?;
                self.lists[list].prices.remove(&product);
                self.note("price_list.taken_off");
            }
        }
        self.put_prices();
        Ok(())
    }
}

/// Seconds that its clocks are ahead of UTC.
const KAMPALA: i64 = 3 * 3_600;
