//! The last number of a shift report. Table `shift_report_numbers`.

use sea_orm::entity::prelude::*;

/// A row of `shift_report_numbers`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shift_report_numbers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub only: bool,
    pub last: i32,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
