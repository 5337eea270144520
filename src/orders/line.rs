//! One product on an order. Names, prices and taxes are copied when it is added: history never
//! changes.

use std::fmt::Display;
use std::str::FromStr;

use time::OffsetDateTime;

use super::discount::Given;
use crate::menu::{Choice, Chosen, Product, TaxClass};
use crate::values::{
    BasisPoints, LineId, Money, ProductId, Quantity, QuantityRefusal, StaffId, StationId,
    TaxClassId,
};

/// Where a line is on its way to the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineState {
    /// Not handed to the kitchen: changed and removed freely.
    Unsent,
    /// The kitchen has it.
    Sent,
    /// The kitchen works on it.
    Preparing,
    /// It waits to be carried out.
    Ready,
    /// The guest has it.
    Served,
    /// Struck out.
    Voided,
}

impl LineState {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            LineState::Unsent => "unsent",
            LineState::Sent => "sent",
            LineState::Preparing => "preparing",
            LineState::Ready => "ready",
            LineState::Served => "served",
            LineState::Voided => "voided",
        }
    }
}

impl LineState {
    /// Whether a station or the pass still has to do with it.
    pub fn is_underway(self) -> bool {
        matches!(
            self,
            LineState::Sent | LineState::Preparing | LineState::Ready
        )
    }
}

impl Display for LineState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LineState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [
            LineState::Unsent,
            LineState::Sent,
            LineState::Preparing,
            LineState::Ready,
            LineState::Served,
            LineState::Voided,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| format!("unknown state of a line: {text:?}"))
    }
}

/// One product on an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which one.
    pub id: LineId,
    /// Its place on the order, growing.
    pub position: i32,
    /// The product; none for an open item.
    pub product: Option<ProductId>,
    /// As guests read it.
    pub name: String,
    /// As cooks read it, where that differs.
    pub kitchen_name: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// The price of one with its choices, at the moment it was added.
    pub unit_price: Money,
    /// The price of the product alone at that moment; other choices later start from it.
    pub base_price: Money,
    /// How many of its pieces were taken from the product's countdown.
    pub from_stock: i16,
    /// The choices.
    pub modifiers: Vec<Chosen>,
    /// For the kitchen: "extra hot".
    pub note: Option<String>,
    /// What the guest must not get: "peanut".
    pub allergy: Option<String>,
    /// The guest's seat; none for the whole table.
    pub seat: Option<i16>,
    /// When it is to be cooked, 1 to 9.
    pub course: i16,
    /// Kept back until it is fired.
    pub held: bool,
    /// Kept back, and its station shows it in grey.
    pub announced: bool,
    /// How it is taxed.
    pub tax_class: TaxClassId,
    /// "VAT 18%".
    pub tax_name: String,
    /// The rate at that moment.
    pub tax_rate: BasisPoints,
    /// Where it is made.
    pub station: StationId,
    /// The name of that station.
    pub station_name: String,
    /// How long it should take, in seconds.
    pub prep_seconds: Option<i32>,
    /// A discount on this line.
    pub given: Option<Given>,
    /// The list that its price is of, where that is not the menu's own: "Happy hour".
    pub price_list: Option<String>,
    /// Given free.
    pub comped: bool,
    /// Where it is on its way.
    pub state: LineState,
    /// Who added it.
    pub added_by: StaffId,
    /// When it was added.
    pub added_at: OffsetDateTime,
    /// When it was handed to the kitchen.
    pub sent_at: Option<OffsetDateTime>,
    /// When it was ready.
    pub ready_at: Option<OffsetDateTime>,
}

/// What a tap on a product asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// How many.
    pub quantity: Quantity,
    /// For the kitchen.
    pub note: Option<String>,
    /// What the guest must not get.
    pub allergy: Option<String>,
    /// The guest's seat.
    pub seat: Option<i16>,
    /// When it is to be cooked.
    pub course: i16,
    /// How many of the pieces were taken from the product's countdown.
    pub from_stock: i16,
}

/// Something that is not on the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    /// What guests and cooks read.
    pub name: String,
    /// What one costs.
    pub price: Money,
    /// How many.
    pub quantity: Quantity,
    /// For the kitchen.
    pub note: Option<String>,
    /// The guest's seat.
    pub seat: Option<i16>,
    /// When it is to be cooked.
    pub course: i16,
    /// Where it is made, and that station's name.
    pub station: (StationId, String),
    /// How it is taxed.
    pub tax: TaxClass,
}

impl Line {
    /// A fresh line of something that is not on the menu.
    pub(super) fn open(position: i32, item: OpenItem, by: StaffId, at: OffsetDateTime) -> Self {
        let (station, station_name) = item.station;
        Line {
            id: LineId::new(),
            position,
            product: None,
            name: item.name,
            kitchen_name: None,
            quantity: item.quantity,
            unit_price: item.price,
            base_price: item.price,
            from_stock: 0,
            modifiers: Vec::new(),
            note: item.note,
            allergy: None,
            seat: item.seat,
            course: item.course,
            held: false,
            announced: false,
            tax_class: item.tax.id,
            tax_name: item.tax.name,
            tax_rate: item.tax.rate,
            station,
            station_name,
            prep_seconds: None,
            given: None,
            price_list: None,
            comped: false,
            state: LineState::Unsent,
            added_by: by,
            added_at: at,
            sent_at: None,
            ready_at: None,
        }
    }

    /// A fresh line of a product with its choices made.
    pub(super) fn new(
        position: i32,
        product: &Product,
        choice: Choice,
        asked: NewLine,
        by: StaffId,
        at: OffsetDateTime,
    ) -> Self {
        Line {
            id: LineId::new(),
            position,
            product: Some(product.id),
            name: product.name.clone(),
            kitchen_name: product.kitchen_name.clone(),
            quantity: asked.quantity,
            unit_price: choice.unit_price,
            base_price: choice.base_price,
            from_stock: asked.from_stock,
            modifiers: choice.modifiers,
            note: asked.note,
            allergy: asked.allergy,
            seat: asked.seat,
            course: asked.course,
            held: false,
            announced: false,
            tax_class: product.tax.id,
            tax_name: product.tax.name.clone(),
            tax_rate: product.tax.rate,
            station: product.station,
            station_name: product.station_name.clone(),
            prep_seconds: product.prep_seconds,
            given: None,
            price_list: product.price_list.clone(),
            comped: false,
            state: LineState::Unsent,
            added_by: by,
            added_at: at,
            sent_at: None,
            ready_at: None,
        }
    }

    /// Hands it to the kitchen.
    pub(super) fn send(&mut self, at: OffsetDateTime) {
        self.state = LineState::Sent;
        self.sent_at = Some(at);
        (self.held, self.announced) = (false, false);
    }

    /// Other choices, at the prices that were captured when it was added.
    pub(super) fn choose(&mut self, choice: Choice) {
        let choice = choice.at_captured(self.base_price, &self.modifiers);
        self.unit_price = choice.unit_price;
        self.modifiers = choice.modifiers;
    }

    /// Takes in the pieces of a line that is equal to it.
    pub(super) fn swallow(&mut self, other: &Line) -> Result<(), QuantityRefusal> {
        self.quantity = self.quantity.plus(other.quantity)?;
        self.from_stock += other.from_stock;
        self.announced |= other.announced;
        Ok(())
    }

    /// Not handed to the kitchen yet.
    pub fn is_unsent(&self) -> bool {
        self.state == LineState::Unsent
    }

    /// With the kitchen, or past it, and not struck out.
    pub fn is_sent(&self) -> bool {
        !matches!(self.state, LineState::Unsent | LineState::Voided)
    }

    /// Struck out.
    pub fn is_voided(&self) -> bool {
        self.state == LineState::Voided
    }

    /// Ready or with the guest.
    pub fn is_made(&self) -> bool {
        matches!(self.state, LineState::Ready | LineState::Served)
    }

    /// Price times quantity, less its own discount; nothing when given free or struck out.
    pub fn total(&self) -> Money {
        if self.comped || self.is_voided() {
            return Money::ZERO;
        }
        self.gross().less(self.discount())
    }

    /// Price times quantity.
    pub fn gross(&self) -> Money {
        self.unit_price.times(self.quantity)
    }

    /// What its own discount takes off.
    pub fn discount(&self) -> Money {
        let off = |given: &Given| given.discount().off(self.gross());
        self.given.as_ref().map_or(Money::ZERO, off)
    }

    /// What the guest reads under the name: "Large, oat milk".
    pub fn choices(&self) -> String {
        let said: Vec<&str> = self
            .modifiers
            .iter()
            .filter(|modifier| !modifier.silent)
            .map(|modifier| modifier.name.as_str())
            .collect();
        said.join(", ")
    }

    /// What the choices add to the price of one.
    pub fn choices_price(&self) -> Money {
        self.modifiers.iter().map(|modifier| modifier.price).sum()
    }

    /// Two unsent lines that differ in nothing but their quantity are one line.
    pub(super) fn merges_with(&self, other: &Line) -> bool {
        self.is_unsent()
            && other.is_unsent()
            && self.product.is_some()
            && self.product == other.product
            && self.unit_price == other.unit_price
            && self.base_price == other.base_price
            && self.modifiers == other.modifiers
            && self.note == other.note
            && self.allergy == other.allergy
            && self.seat == other.seat
            && self.course == other.course
            && self.held == other.held
            && self.given.is_none()
            && other.given.is_none()
            && self.price_list == other.price_list
            && self.comped == other.comped
            && self.tax_class == other.tax_class
            && self.tax_rate == other.tax_rate
            && self.station == other.station
    }
}
