//! What was carried out from a pass. Table `servings`.

use sea_orm::entity::prelude::*;

use crate::values::{OrderId, ServingId, StationId};

/// A row of `servings`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "servings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServingId,
    pub order_id: OrderId,
    pub station_id: StationId,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub what: String,
    pub lines: Vec<Uuid>,
    pub served_at: TimeDateTimeWithTimeZone,
    #[sea_orm(column_type = "Text")]
    pub served_by: String,
    pub taken_back_at: Option<TimeDateTimeWithTimeZone>,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
