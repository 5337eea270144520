//! Tills and displays. Table `terminals`.

use sea_orm::entity::prelude::*;

use crate::values::{PrinterId, StationId, TerminalId};

/// A row of `terminals`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "terminals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TerminalId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub location: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub has_drawer: bool,
    pub station_id: Option<StationId>,
    pub idle_seconds: i32,
    pub locks_after_send: bool,
    pub printer_id: Option<PrinterId>,
    pub prints_receipts: bool,
    pub device_token_hash: Option<Vec<u8>>,
    pub pairing_code_hash: Option<Vec<u8>>,
    pub pairing_expires_at: Option<TimeDateTimeWithTimeZone>,
    pub paired_at: Option<TimeDateTimeWithTimeZone>,
    pub revoked_at: Option<TimeDateTimeWithTimeZone>,
    pub last_seen_at: Option<TimeDateTimeWithTimeZone>,
    pub created_at: TimeDateTimeWithTimeZone,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
