//! The one version of the menu. Table `menu_version`.

use sea_orm::entity::prelude::*;

/// A row of `menu_version`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "menu_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub only: bool,
    pub version: i64,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
