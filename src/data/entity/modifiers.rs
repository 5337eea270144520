//! One choice of a group. Table `modifiers`.

use sea_orm::entity::prelude::*;

use crate::values::{ModifierGroupId, ModifierId, Money};

/// A row of `modifiers`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "modifiers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ModifierId,
    pub group_id: ModifierGroupId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub kitchen_name: Option<String>,
    pub price_delta: Money,
    pub is_default: bool,
    pub loud: bool,
    pub sold_out: bool,
    pub sort: i32,
    pub deleted_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
