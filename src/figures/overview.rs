//! Everything on the page, put together.

use serde_json::{Value, json};

use super::hours::{Hour, by_hour, days_of_trade};
use crate::kitchen::{
    Finding, KitchenFigures, Learned, ProductFigures, StationFigures, TicketFigures,
};
use crate::orders::VoidsFor;
use crate::values::Period;
use crate::values::{DayRule, Money, StationId};

/// The kitchen on a range of days.
pub struct Overview {
    /// Which days.
    pub period: Period,
    /// On how many of them anything was sent.
    pub days: i64,
    /// All stations together.
    pub total: TicketFigures,
    /// Each station that was sent something.
    pub stations: Vec<StationOverview>,
    /// Tickets by the hour; of each, `by_station` is in the order of `stations`.
    pub hours: Vec<Hour>,
    /// What was struck out after it was sent, by reason.
    pub voids: Vec<VoidsFor>,
}

/// One station on these days.
pub struct StationOverview {
    /// Its tickets.
    pub station: StationFigures,
    /// What it made.
    pub products: Vec<ProductOverview>,
}

/// One product of a station.
pub struct ProductOverview {
    /// On these days.
    pub work: ProductFigures,
    /// What the station's own bumps of late teach about it.
    pub learned: Option<Learned>,
}

impl Overview {
    /// Puts together what the rooms answered; `learned` is for each of the stations what is known there.
    pub fn of(
        period: Period,
        kitchen: KitchenFigures,
        mut learned: Vec<(StationId, Vec<Learned>)>,
        voids: Vec<VoidsFor>,
        rule: &DayRule,
    ) -> Self {
        let KitchenFigures {
            total,
            stations,
            mut products,
            sent,
        } = kitchen;
        let ids: Vec<StationId> = stations.iter().map(|station| station.station).collect();
        let mut known_at = |station: StationId| {
            let at = learned.iter().position(|(of, _)| *of == station);
            at.map_or_else(Vec::new, |at| learned.swap_remove(at).1)
        };
        let stations = stations.into_iter().map(|station| {
            let mut known = known_at(station.station);
            let own = products.extract_if(.., |product| product.station == station.station);
            let own = own.map(|work| {
                let at = known.iter().position(|learned| learned.name == work.name);
                let learned = at.map(|at| known.swap_remove(at));
                ProductOverview { work, learned }
            });
            let products = own.collect();
            StationOverview { station, products }
        });
        Overview {
            period,
            days: days_of_trade(&sent),
            total,
            stations: stations.collect(),
            hours: by_hour(&sent, &ids, rule),
            voids,
        }
    }

    /// Struck out in all: lines, and what they would have cost.
    pub fn voided(&self) -> (i64, Money) {
        let lines = self.voids.iter().map(|voids| voids.lines).sum();
        let value = self.voids.iter().map(|voids| voids.value).sum();
        (lines, value)
    }

    /// For API clients: times in seconds, money in minor units.
    pub fn as_json(&self) -> Value {
        let stations: Vec<Value> = self.stations.iter().map(StationOverview::as_json).collect();
        let (lines, value) = self.voided();
        json!({
            "from": self.period.from(),
            "to": self.period.to(),
            "daysOfTrade": self.days,
            "total": self.total,
            "stations": stations,
            "hours": self.hours,
            "voids": { "lines": lines, "value": value, "reasons": self.voids },
        })
    }
}

impl StationOverview {
    fn as_json(&self) -> Value {
        let products = self.products.iter().map(ProductOverview::as_json);
        let mut json = json!(self.station);
        json["products"] = products.collect();
        json
    }
}

impl ProductOverview {
    /// How far it is from its target, where that is worth noticing.
    pub fn finding(&self) -> Option<Finding> {
        self.work.finding()
    }

    fn as_json(&self) -> Value {
        let mut json = json!(self.work);
        json["finding"] = json!(self.finding());
        json["learned"] = self.learned.as_ref().map_or(Value::Null, |learned| {
            let mut json = json!(learned.times);
            json["suggestedS"] = learned.suggested_s().into();
            json
        });
        json
    }
}
