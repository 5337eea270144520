//! The ledger of a drawer or pouch. Table `cash_entries`.

use sea_orm::entity::prelude::*;

use crate::values::{BusinessDate, CashEntryId, Money, PaymentId, ShiftId, StaffId};

/// A row of `cash_entries`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cash_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CashEntryId,
    pub shift_id: ShiftId,
    pub business_date: BusinessDate,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub amount: Money,
    pub payment_id: Option<PaymentId>,
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    pub entered_by: StaffId,
    pub approved_by: Option<StaffId>,
    pub at: TimeDateTimeWithTimeZone,
    pub reverses: Option<CashEntryId>,
    pub slip: Option<i32>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
