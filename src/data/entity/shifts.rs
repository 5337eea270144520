//! A person's responsibility for cash. Table `shifts`.

use sea_orm::entity::prelude::*;

use crate::values::{BusinessDate, Money, ShiftId, StaffId, TerminalId};

/// A row of `shifts`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shifts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ShiftId,
    pub staff_id: StaffId,
    pub business_date: BusinessDate,
    #[sea_orm(column_type = "Text")]
    pub cash: String,
    pub drawer_terminal_id: Option<TerminalId>,
    pub opened_at: TimeDateTimeWithTimeZone,
    pub opened_terminal_id: Option<TerminalId>,
    pub float_amount: Option<Money>,
    #[sea_orm(column_type = "JsonBinary")]
    pub float_counts: Option<Json>,
    #[sea_orm(column_type = "Text")]
    pub float_note: Option<String>,
    pub cash_started_at: Option<TimeDateTimeWithTimeZone>,
    pub closed_at: Option<TimeDateTimeWithTimeZone>,
    pub closed_by: Option<StaffId>,
    pub report_number: Option<i32>,
    #[sea_orm(column_type = "JsonBinary")]
    pub report: Option<Json>,
    pub revision: i64,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
