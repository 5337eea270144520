//! Tables that guests sit at. Table `dining_tables`.

use sea_orm::entity::prelude::*;

use crate::values::{AreaId, TableId};

/// A row of `dining_tables`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dining_tables")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TableId,
    pub area_id: AreaId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub seats: i16,
    pub x: Option<i16>,
    pub y: Option<i16>,
    pub sort: i32,
    pub deleted_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
