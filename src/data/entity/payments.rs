//! Money received. Table `payments`.

use sea_orm::entity::prelude::*;

use crate::values::{BusinessDate, Money, OrderId, PaymentId, ShiftId, StaffId, TerminalId};

/// A row of `payments`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub order_id: Option<OrderId>,
    pub shift_id: Option<ShiftId>,
    pub business_date: BusinessDate,
    #[sea_orm(column_type = "Text")]
    pub method: String,
    pub amount: Money,
    pub tip: Money,
    pub tendered: Option<Money>,
    pub change: Money,
    #[sea_orm(column_type = "Text")]
    pub reference: Option<String>,
    pub terminal_id: Option<TerminalId>,
    pub taken_by: Option<StaffId>,
    pub taken_at: TimeDateTimeWithTimeZone,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
