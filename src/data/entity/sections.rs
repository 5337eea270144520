//! The menu's second level. Table `sections`.

use sea_orm::entity::prelude::*;

use crate::values::{CategoryId, SectionId};

/// A row of `sections`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SectionId,
    pub category_id: CategoryId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub sort: i32,
    pub deleted_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
