//! A month of trade to look at: 30 business days that end yesterday, with weekends and lunches, rounds and tips,
//! drawers that were counted and now and then do not agree.
//!
//! Orders follow the till's own rules (`orders::Order`), so lines merge, tax, settling and closing are what the till
//! would have made of it; what comes out is written many rows at a time. Chance falls the same way each time. Left out
//! is the audit log: it tells of deeds, and nobody did these. There is no Z report either: nobody made one.

mod books;
mod chance;
mod day;
mod drawer;
mod guests;
mod report;
mod roster;
mod tender;
mod visit;

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, TransactionTrait,
};
use time::OffsetDateTime;

use super::floor::{STATIONS, TERMINALS};
use super::people::PEOPLE;
use super::{SeedError, lock};
use crate::config::AppEnv;
use crate::data::entity::{
    areas, business_days, dining_tables, shift_report_numbers, staff, terminals,
};
use crate::menu::{self, Menu};
use crate::settings::{self, Settings};
use crate::values::{BusinessDate, DayRule, StaffId, StationId, TableId};

use books::Books;
use day::Overnight;
use guests::Taste;

/// How many days of trade are added.
const DAYS: usize = 30;

/// What was added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Month {
    /// Business days.
    pub days: usize,
    /// Orders, cancelled ones among them.
    pub orders: usize,
}

/// The café that trades.
struct House {
    menu: Menu,
    tables: Vec<Table>,
    names: HashMap<StaffId, String>,
    boards: HashMap<StationId, &'static str>,
    settings: Settings,
    days: DayRule,
}

/// A table where guests are waited on.
struct Table {
    id: TableId,
    code: String,
    area: String,
    seats: i16,
}

/// Adds the days of the last month on which the café had not begun to trade: all 30 in a new house, none in one that is
/// older than that, so none the second time.
///
/// # Errors
/// In production, and where the seeded people, terminals or menu are not there.
pub async fn add_month(
    db: &DatabaseConnection,
    env: AppEnv,
    now: OffsetDateTime,
) -> Result<Month, SeedError> {
    if env == AppEnv::Production {
        return Err(SeedError::DemoInProduction);
    }
    let tx = db.begin().await?;
    lock(&tx).await?;
    let house = House::load(&tx).await?;
    let taste = Taste::of(&house.menu);
    let dates = dates(&tx, &house.days, now).await?;
    let mut overnight = Overnight {
        reports: last_report(&tx).await?,
        ..Overnight::default()
    };
    let mut books = Books::default();
    for date in &dates {
        day::trade(&house, &taste, *date, &mut overnight, &mut books)?;
    }
    let month = Month {
        days: dates.len(),
        orders: books.orders(),
    };
    books.store(&tx).await?;
    shift_report_numbers::Entity::update_many()
        .col_expr(shift_report_numbers::Column::Last, overnight.reports.into())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(month)
}

/// The dates to trade on, oldest first.
async fn dates(
    tx: &impl ConnectionTrait,
    days: &DayRule,
    now: OffsetDateTime,
) -> Result<Vec<BusinessDate>, DbErr> {
    let first: Option<BusinessDate> = business_days::Entity::find()
        .select_only()
        .column(business_days::Column::Date)
        .order_by_asc(business_days::Column::Date)
        .into_tuple()
        .one(tx)
        .await?;
    let today = days.date_of(now);
    let mut dates: Vec<BusinessDate> =
        std::iter::successors(Some(today.previous()), |date| Some(date.previous()))
            .take(DAYS)
            .filter(|date| first.is_none_or(|first| *date < first))
            .collect();
    dates.reverse();
    Ok(dates)
}

/// The number of the last shift report. Held until the month is written, so that nobody takes the next one meanwhile.
async fn last_report(tx: &impl ConnectionTrait) -> Result<i32, DbErr> {
    let last = shift_report_numbers::Entity::find()
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(last.map_or(0, |row| row.last))
}

impl House {
    async fn load(tx: &impl ConnectionTrait) -> Result<Self, SeedError> {
        let unreadable = |failure: crate::web::Error| SeedError::Unreadable(format!("{failure:?}"));
        let settings = settings::load(tx, "Café").await.map_err(unreadable)?;
        let menu = menu::load(tx, &settings.day_rule(), OffsetDateTime::UNIX_EPOCH)
            .await
            .map_err(unreadable)?;
        let house = House {
            tables: tables(tx).await?,
            names: names(tx).await?,
            boards: boards(),
            days: settings.day_rule(),
            settings,
            menu,
        };
        house.must_be_seeded(tx).await?;
        Ok(house)
    }

    async fn must_be_seeded(&self, tx: &impl ConnectionTrait) -> Result<(), SeedError> {
        let sold = super::menu::products()
            .filter(|product| self.menu.product(product.id()).is_some())
            .count();
        let devices = terminals::Entity::find().all(tx).await?;
        let whole = PEOPLE
            .iter()
            .all(|member| self.names.contains_key(&member.id()))
            && TERMINALS
                .iter()
                .all(|terminal| devices.iter().any(|device| device.id == terminal.id()))
            && sold * 2 > super::menu::products().count()
            && !self.tables.is_empty();
        if whole {
            Ok(())
        } else {
            Err(SeedError::NotSeeded)
        }
    }

    fn name(&self, staff: StaffId) -> String {
        self.names.get(&staff).cloned().unwrap_or_default()
    }

    /// The display on which a station's tickets are bumped.
    fn board(&self, station: StationId) -> &'static str {
        self.boards
            .get(&station)
            .copied()
            .unwrap_or("Kitchen display")
    }
}

async fn tables(tx: &impl ConnectionTrait) -> Result<Vec<Table>, DbErr> {
    let areas: HashMap<_, _> = areas::Entity::find()
        .all(tx)
        .await?
        .into_iter()
        .map(|area| (area.id, area.name))
        .collect();
    let tables = dining_tables::Entity::find()
        .filter(dining_tables::Column::DeletedAt.is_null())
        .order_by_asc(dining_tables::Column::Code)
        .all(tx)
        .await?;
    let known = tables.into_iter().map(|table| Table {
        id: table.id,
        code: table.code,
        area: areas.get(&table.area_id).cloned().unwrap_or_default(),
        seats: table.seats,
    });
    Ok(known.collect())
}

async fn names(tx: &impl ConnectionTrait) -> Result<HashMap<StaffId, String>, DbErr> {
    let people: Vec<(StaffId, String)> = staff::Entity::find()
        .select_only()
        .columns([staff::Column::Id, staff::Column::Name])
        .into_tuple()
        .all(tx)
        .await?;
    Ok(people.into_iter().collect())
}

fn boards() -> HashMap<StationId, &'static str> {
    STATIONS
        .iter()
        .filter_map(|station| {
            let display = TERMINALS
                .iter()
                .find(|terminal| terminal.board() == Some(station.id()))?;
            Some((station.id(), display.name))
        })
        .collect()
}
