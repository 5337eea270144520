//! One product on an order. Table `order_lines`.

use sea_orm::entity::prelude::*;

use crate::values::{LineId, Money, OrderId, ProductId, StaffId, StationId, TaxClassId};

/// A row of `order_lines`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LineId,
    pub order_id: OrderId,
    pub position: i32,
    pub product_id: Option<ProductId>,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub kitchen_name: Option<String>,
    pub quantity: i16,
    pub unit_price: Money,
    pub base_price: Money,
    pub from_stock: i16,
    #[sea_orm(column_type = "JsonBinary")]
    pub modifiers: Json,
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub allergy: Option<String>,
    pub seat: Option<i16>,
    pub course: i16,
    pub held: bool,
    pub tax_class_id: TaxClassId,
    #[sea_orm(column_type = "Text")]
    pub tax_name: String,
    pub tax_bp: i32,
    pub station_id: StationId,
    pub prep_seconds: Option<i32>,
    pub discount: Money,
    pub comped: bool,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub added_by: StaffId,
    pub added_at: TimeDateTimeWithTimeZone,
    pub sent_at: Option<TimeDateTimeWithTimeZone>,
    pub sent_by: Option<StaffId>,
    pub started_at: Option<TimeDateTimeWithTimeZone>,
    pub ready_at: Option<TimeDateTimeWithTimeZone>,
    pub served_at: Option<TimeDateTimeWithTimeZone>,
    pub served_by: Option<StaffId>,
    pub voided_at: Option<TimeDateTimeWithTimeZone>,
    pub voided_by: Option<StaffId>,
    #[sea_orm(column_type = "Text")]
    pub void_reason: Option<String>,
    pub void_approved_by: Option<StaffId>,
    pub comped_at: Option<TimeDateTimeWithTimeZone>,
    pub comped_by: Option<StaffId>,
    #[sea_orm(column_type = "Text")]
    pub comp_reason: Option<String>,
    pub comp_approved_by: Option<StaffId>,
    pub announced: bool,
    #[sea_orm(column_type = "Text")]
    pub discount_name: Option<String>,
    pub discount_bp: Option<i32>,
    pub discount_amount: Option<Money>,
    pub discount_most_bp: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub price_list: Option<String>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
