//! People who work here, past and present. Table `staff`.

use sea_orm::entity::prelude::*;

use crate::values::StaffId;

/// A row of `staff`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StaffId,
    #[sea_orm(column_type = "Text")]
    pub username: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub role: String,
    pub hue: i16,
    #[sea_orm(column_type = "Text")]
    pub password_hash: String,
    pub must_change_password: bool,
    #[sea_orm(column_type = "Text")]
    pub pin_hash: Option<String>,
    pub active: bool,
    pub token_version: i32,
    pub last_password_change_at: Option<TimeDateTimeWithTimeZone>,
    pub last_forced_logout_at: Option<TimeDateTimeWithTimeZone>,
    pub created_at: TimeDateTimeWithTimeZone,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
