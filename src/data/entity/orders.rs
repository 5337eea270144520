//! What guests have asked for. Table `orders`.

use sea_orm::entity::prelude::*;

use crate::values::{BusinessDate, Money, OrderId, ShiftId, StaffId, TableId, TerminalId};

/// A row of `orders`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    pub business_date: BusinessDate,
    pub number: i32,
    #[sea_orm(column_type = "Text")]
    pub reference: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub table_id: Option<TableId>,
    pub guests: i16,
    #[sea_orm(column_type = "Text")]
    pub customer_name: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub customer_phone: Option<String>,
    pub waiter_id: StaffId,
    pub opened_by: StaffId,
    pub terminal_id: Option<TerminalId>,
    pub shift_id: Option<ShiftId>,
    pub opened_at: TimeDateTimeWithTimeZone,
    pub tax_included: bool,
    pub service_bp: i32,
    pub subtotal: Money,
    pub comps: Money,
    pub discount: Money,
    pub service: Money,
    pub tax: Money,
    pub total: Money,
    pub rounding: Money,
    pub paid: Money,
    pub first_sent_at: Option<TimeDateTimeWithTimeZone>,
    pub bill_printed_at: Option<TimeDateTimeWithTimeZone>,
    pub billed_total: Option<Money>,
    pub billed_seen: Option<Money>,
    pub settled_at: Option<TimeDateTimeWithTimeZone>,
    pub settled_date: Option<BusinessDate>,
    pub closed_at: Option<TimeDateTimeWithTimeZone>,
    pub cancelled_at: Option<TimeDateTimeWithTimeZone>,
    pub cancelled_by: Option<StaffId>,
    #[sea_orm(column_type = "Text")]
    pub cancel_reason: Option<String>,
    pub carried_at: Option<TimeDateTimeWithTimeZone>,
    pub carried_by: Option<StaffId>,
    #[sea_orm(column_type = "Text")]
    pub carried_reason: Option<String>,
    pub updated_at: TimeDateTimeWithTimeZone,
    pub revision: i64,
    pub cancel_approved_by: Option<StaffId>,
    #[sea_orm(column_type = "Text")]
    pub discount_name: Option<String>,
    pub discount_bp: Option<i32>,
    pub discount_amount: Option<Money>,
    pub discount_most_bp: Option<i32>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
