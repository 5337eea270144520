//! The venue's own settings: what an owner decides, as opposed to what the environment gives.
//!
//! Each setting is a row; a missing row means the default, so a new setting needs no migration.

mod actions;
pub mod handlers;
pub mod money_rules;
pub mod view;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::data::Tx;
use crate::live::Changed;
use crate::staff::Role;
use crate::values::{BasisPoints, Currency, DayRule, Money};
use crate::web::Result;

/// All settings, parsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Settings {
    /// On receipts and screens.
    pub cafe_name: String,
    /// The lines under the name on a receipt.
    pub address: String,
    /// The tax number on a receipt; empty when there is none.
    pub tax_number: String,
    /// What a receipt ends with.
    pub receipt_footer: String,
    /// The venue's one currency.
    pub currency: Currency,
    /// IANA name of the venue's time zone.
    pub time_zone: String,
    /// Minutes after midnight at which a business day ends.
    pub day_cutoff_minutes: u16,
    /// Whether menu prices contain the tax.
    pub prices_include_tax: bool,
    /// The service charge in basis points; 0 for none.
    pub service_charge_bp: u32,
    /// Whether waiters may take payments.
    pub waiters_take_payments: bool,
    /// The largest cash variance that needs no approval, per role; minor units.
    pub variance_threshold: Thresholds,
    /// What is often written for the kitchen or the bar, one tap each.
    pub note_templates: Vec<String>,
    /// Why something that was sent is struck out, one tap each.
    pub void_reasons: Vec<String>,
    /// Why something is given free, one tap each.
    pub comp_reasons: Vec<String>,
    /// How much one person may give free in a shift before an admin has to agree, in minor units; 0 for no limit.
    pub comp_limit: Money,
    /// The share of a bill that each role may take off alone; beyond it somebody has to agree who may.
    pub discount_limits: Shares,
    /// Discounts under a name, one tap each.
    pub discounts: Vec<NamedDiscount>,
    /// Why a price is lowered, one tap each.
    pub discount_reasons: Vec<String>,
    /// Why money is given back or a paid order is opened again, one tap each.
    pub refund_reasons: Vec<String>,
    /// How much may be given back at once before an admin has to agree, in minor units; 0 for no limit.
    pub refund_limit: Money,
    /// How much one person may pay out of their cash in a shift before a manager has to agree, in minor units; 0 for no limit.
    pub paid_out_limit: Money,
    /// What cash is paid out for, one tap each.
    pub paid_out_reasons: Vec<String>,
    /// Where cash that is put in comes from, one tap each.
    pub paid_in_reasons: Vec<String>,
    /// Why the drawer is opened without a sale, one tap each.
    pub no_sale_reasons: Vec<String>,
    /// What cash is rounded to, in minor units: 50 where there is no smaller coin; 0 for no rounding.
    pub cash_rounding: Money,
    /// How long ready lines of a closed order stay on the ready strip, in minutes.
    pub ready_lets_go_minutes: u16,
    /// At which full hour of the venue's clock a backup is made each day, 0 to 23.
    pub backup_hour: u8,
    /// How long a backup's file is kept, in days.
    pub backup_retention_days: u16,
    /// That somebody said the clock is right although later sales are there.
    pub clock_believed: Option<ClockBelieved>,
}

/// Sales that a wrong clock dated too late, so that the right one may be believed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockBelieved {
    /// What the clock read when somebody said that it is right.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The last of the sales that were dated too late.
    #[serde(with = "time::serde::rfc3339")]
    pub over: OffsetDateTime,
}

/// A discount that is given often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedDiscount {
    /// As people and bills say it.
    pub name: String,
    /// The share of the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_bp: Option<BasisPoints>,
    /// Or an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// A share for each role that takes orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Shares {
    /// For waiters.
    pub waiter: BasisPoints,
    /// For cashiers.
    pub cashier: BasisPoints,
    /// For managers.
    pub manager: BasisPoints,
    /// For admins.
    pub admin: BasisPoints,
}

impl Default for Shares {
    fn default() -> Self {
        Shares {
            waiter: BasisPoints::ZERO,
            cashier: BasisPoints::new(1_000).unwrap_or_default(),
            manager: BasisPoints::WHOLE,
            admin: BasisPoints::WHOLE,
        }
    }
}

impl Shares {
    /// The share of a role; kitchen and bar take no orders and have none.
    pub fn of(&self, role: Role) -> BasisPoints {
        match role {
            Role::Waiter => self.waiter,
            Role::Cashier => self.cashier,
            Role::Manager => self.manager,
            Role::Admin => self.admin,
            Role::Kitchen | Role::Bar => BasisPoints::ZERO,
        }
    }
}

/// An amount for each role that holds cash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Thresholds {
    /// For waiters.
    pub waiter: Money,
    /// For cashiers.
    pub cashier: Money,
    /// For managers.
    pub manager: Money,
    /// For admins.
    pub admin: Money,
}

impl Default for Thresholds {
    fn default() -> Self {
        let each = Money::new(5_000);
        Thresholds {
            waiter: each,
            cashier: each,
            manager: each,
            admin: each,
        }
    }
}

impl Thresholds {
    /// The amount of a role; kitchen and bar hold no cash, a cashier's amount stands for them.
    pub fn of(&self, role: Role) -> Money {
        match role {
            Role::Waiter => self.waiter,
            Role::Manager => self.manager,
            Role::Admin => self.admin,
            Role::Cashier | Role::Kitchen | Role::Bar => self.cashier,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            cafe_name: "Café".to_owned(),
            address: String::new(),
            tax_number: String::new(),
            receipt_footer: "Thank you. Come again.".to_owned(),
            currency: Currency::default(),
            time_zone: "Africa/Kampala".to_owned(),
            day_cutoff_minutes: 4 * 60,
            prices_include_tax: true,
            service_charge_bp: 0,
            waiters_take_payments: false,
            variance_threshold: Thresholds::default(),
            note_templates: [
                "Extra hot",
                "No ice",
                "Well done",
                "Sauce on the side",
                "To share",
            ]
            .map(str::to_owned)
            .to_vec(),
            void_reasons: [
                "Changed their mind",
                "Entered wrongly",
                "Sold out",
                "Took too long",
                "Sent twice",
            ]
            .map(str::to_owned)
            .to_vec(),
            comp_reasons: [
                "Not as it should be",
                "Took too long",
                "Left without paying",
                "Staff meal",
                "Guest of the house",
            ]
            .map(str::to_owned)
            .to_vec(),
            comp_limit: Money::new(100_000),
            discount_limits: Shares::default(),
            discounts: [("Staff", 1_000), ("Regular guest", 500)]
                .map(|(name, share)| NamedDiscount {
                    name: name.to_owned(),
                    percent_bp: BasisPoints::new(share).ok(),
                    amount: None,
                })
                .to_vec(),
            discount_reasons: [
                "Took too long",
                "Not as it should be",
                "Regular guest",
                "Event",
            ]
            .map(str::to_owned)
            .to_vec(),
            refund_reasons: [
                "Wrong method taken",
                "Wrong amount taken",
                "Paid twice",
                "Not as it should be",
                "Not served",
            ]
            .map(str::to_owned)
            .to_vec(),
            refund_limit: Money::ZERO,
            paid_out_limit: Money::new(100_000),
            paid_out_reasons: ["Market", "Supplies", "Transport", "Repair", "Staff advance"]
                .map(str::to_owned)
                .to_vec(),
            paid_in_reasons: ["Change from the bank", "From the safe", "Owner"]
                .map(str::to_owned)
                .to_vec(),
            no_sale_reasons: ["Change for a guest", "Note fell behind", "Count in between"]
                .map(str::to_owned)
                .to_vec(),
            cash_rounding: Money::ZERO,
            ready_lets_go_minutes: 30,
            backup_hour: 3,
            backup_retention_days: 30,
            clock_believed: None,
        }
    }
}

impl Settings {
    /// The service charge, if the venue takes one.
    pub fn service_charge(&self) -> Option<BasisPoints> {
        BasisPoints::new(self.service_charge_bp.into())
            .ok()
            .filter(|points| !points.is_zero())
    }

    /// How instants become business dates and local times here.
    pub fn day_rule(&self) -> DayRule {
        self.time_zone
            .parse()
            .ok()
            .and_then(|zone| DayRule::new(zone, self.day_cutoff_minutes).ok())
            .unwrap_or_default()
    }
}

#[derive(FromQueryResult)]
struct Row {
    key: String,
    value: Value,
}

/// Reads all settings; `cafe_name` is the environment's, which a stored one beats.
pub async fn load(db: &impl ConnectionTrait, cafe_name: &str) -> Result<Settings> {
    let rows = Row::find_by_statement(Statement::from_string(
        db.get_database_backend(),
        "SELECT key, value FROM settings",
    ))
    .all(db)
    .await?;
    let mut stored: Map<String, Value> = rows.into_iter().map(|row| (row.key, row.value)).collect();
    stored
        .entry("cafeName")
        .or_insert_with(|| Value::String(cafe_name.to_owned()));
    let settings = parse(Value::Object(stored))?;
    settings.currency.set_venue();
    Ok(settings)
}

/// Settings by name, as they are stored; what is missing has its default.
pub fn parse(stored: Value) -> Result<Settings> {
    Ok(serde_json::from_value(stored)
        .map_err(|failure| anyhow::anyhow!("the stored settings cannot be read: {failure}"))?)
}

/// Holds all settings until the transaction ends: who only reads does not wait. One that was never changed has no row that
/// could be locked.
async fn hold(tx: &Tx) -> Result<()> {
    tx.execute_unprepared("LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE")
        .await?;
    Ok(())
}

/// Stores one setting by its name as [`Settings`] is serialised.
pub async fn store(tx: &mut Tx, key: &str, value: Value) -> Result<()> {
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO settings (key, value, updated_at, updated_by) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
        [
            key.into(),
            value.into(),
            tx.now().into(),
            tx.by().staff.into(),
        ],
    ))
    .await?;
    tx.changed(Changed::Settings);
    Ok(())
}
