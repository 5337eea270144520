//! What is sold. Table `products`.

use sea_orm::entity::prelude::*;

use crate::values::{Money, ProductId, SectionId, ShiftId, StationId, TaxClassId};

/// A row of `products`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub number: i32,
    pub section_id: SectionId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub kitchen_name: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub sku: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub price: Money,
    #[sea_orm(column_type = "Text")]
    pub image: Option<String>,
    pub tax_class_id: TaxClassId,
    pub station_id: StationId,
    pub prep_seconds: Option<i32>,
    pub favourite: Option<i32>,
    pub sort: i32,
    pub active: bool,
    pub sold_out: bool,
    pub sold_out_until: Option<TimeDateTimeWithTimeZone>,
    pub sold_out_shift: Option<ShiftId>,
    pub stock_left: Option<i32>,
    pub created_at: TimeDateTimeWithTimeZone,
    pub deleted_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
