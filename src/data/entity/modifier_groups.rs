//! Choices that products offer. Table `modifier_groups`.

use sea_orm::entity::prelude::*;

use crate::values::ModifierGroupId;

/// A row of `modifier_groups`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "modifier_groups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ModifierGroupId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub min_choices: i16,
    pub max_choices: i16,
    pub sort: i32,
    pub deleted_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
