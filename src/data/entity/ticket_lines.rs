//! One line of a ticket. Table `ticket_lines`.

use sea_orm::entity::prelude::*;

use crate::values::{LineId, TicketId, TicketLineId};

/// A row of `ticket_lines`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TicketLineId,
    pub ticket_id: TicketId,
    pub line_id: LineId,
    pub position: i32,
    pub quantity: i16,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub second_name: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub modifiers: Json,
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub allergy: Option<String>,
    pub seat: Option<i16>,
    pub course: i16,
    pub prep_seconds: Option<i32>,
    pub addition: i16,
    pub held: bool,
    pub fired_at: Option<TimeDateTimeWithTimeZone>,
    pub done_at: Option<TimeDateTimeWithTimeZone>,
    #[sea_orm(column_type = "Text")]
    pub done_by: Option<String>,
    pub voided_at: Option<TimeDateTimeWithTimeZone>,
    pub void_seen_at: Option<TimeDateTimeWithTimeZone>,
    pub step: i16,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
