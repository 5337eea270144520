//! Days of trade and their Z. Table `business_days`.

use sea_orm::entity::prelude::*;

use crate::values::{BusinessDate, StaffId};

/// A row of `business_days`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "business_days")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: BusinessDate,
    pub z_number: Option<i32>,
    pub z_at: Option<TimeDateTimeWithTimeZone>,
    pub z_by: Option<StaffId>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
