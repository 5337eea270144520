//! How a shift's variance stands. Table `shift_variances`.

use sea_orm::entity::prelude::*;

use crate::values::{CountId, Money, ShiftId, StaffId};

/// A row of `shift_variances`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shift_variances")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub shift_id: ShiftId,
    pub count_id: CountId,
    pub amount: Money,
    pub threshold: Money,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub approved_by: Option<StaffId>,
    pub approved_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
