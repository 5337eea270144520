//! Who may not try again yet, and until when. Table `sign_in_locks`.

use sea_orm::entity::prelude::*;

/// A row of `sign_in_locks`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_locks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name_key: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub source: String,
    pub until: TimeDateTimeWithTimeZone,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
