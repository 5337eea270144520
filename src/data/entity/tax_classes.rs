//! Rates of tax. Table `tax_classes`.

use sea_orm::entity::prelude::*;

use crate::values::TaxClassId;

/// A row of `tax_classes`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tax_classes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaxClassId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub rate_bp: i32,
    pub sort: i32,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
