//! Parts of the floor. Table `areas`.

use sea_orm::entity::prelude::*;

use crate::values::AreaId;

/// A row of `areas`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "areas")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AreaId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub sort: i32,
    pub deleted_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
