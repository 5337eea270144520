//! The kitchen's pieces of work. Table `tickets`.

use sea_orm::entity::prelude::*;

use crate::values::{OrderId, StationId, TicketId};

/// A row of `tickets`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tickets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TicketId,
    pub order_id: OrderId,
    pub station_id: StationId,
    pub number: i32,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub guests: i16,
    #[sea_orm(column_type = "Text")]
    pub waiter: String,
    #[sea_orm(column_type = "Text")]
    pub customer: Option<String>,
    pub sent_at: TimeDateTimeWithTimeZone,
    pub started_at: Option<TimeDateTimeWithTimeZone>,
    #[sea_orm(column_type = "Text")]
    pub started_by: Option<String>,
    pub bumped_at: Option<TimeDateTimeWithTimeZone>,
    #[sea_orm(column_type = "Text")]
    pub bumped_by: Option<String>,
    pub recalled_at: Option<TimeDateTimeWithTimeZone>,
    pub shown_at: Option<TimeDateTimeWithTimeZone>,
    pub priority: bool,
    pub additions: i16,
    pub revision: i64,
    pub changes: i16,
    #[sea_orm(column_type = "Text")]
    pub former_title: Option<String>,
    pub clock_at: Option<TimeDateTimeWithTimeZone>,
    pub unpaid: bool,
    pub passed_from: Option<TicketId>,
    pub known_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
