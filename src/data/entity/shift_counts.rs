//! Counts of a shift's cash. Table `shift_counts`.

use sea_orm::entity::prelude::*;

use crate::values::{CountId, Money, ShiftId, StaffId};

/// A row of `shift_counts`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shift_counts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CountId,
    pub shift_id: ShiftId,
    pub number: i16,
    pub counted_by: StaffId,
    pub counted_at: TimeDateTimeWithTimeZone,
    #[sea_orm(column_type = "JsonBinary")]
    pub denominations: Json,
    pub counted: Money,
    pub expected: Money,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
