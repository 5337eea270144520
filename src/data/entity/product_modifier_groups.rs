//! Which groups a product offers. Table `product_modifier_groups`.

use sea_orm::entity::prelude::*;

use crate::values::{ModifierGroupId, ProductId};

/// A row of `product_modifier_groups`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product_modifier_groups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: ModifierGroupId,
    pub sort: i32,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
