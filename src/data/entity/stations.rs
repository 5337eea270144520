//! Where things are made. Table `stations`.

use sea_orm::entity::prelude::*;

use crate::values::{PrinterId, StationId};

/// A row of `stations`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StationId,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub sort: i32,
    pub soon_after_s: i32,
    pub late_after_s: i32,
    pub next_station_id: Option<StationId>,
    pub active: bool,
    pub redirect_to: Option<StationId>,
    #[sea_orm(column_type = "JsonBinary")]
    pub keys: Json,
    pub bump_at_once: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub quiet: Json,
    pub revision: i64,
    pub printer_id: Option<PrinterId>,
    pub prints_always: bool,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
