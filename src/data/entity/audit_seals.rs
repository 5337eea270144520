//! The hash chain of the log. Table `audit_seals`.

use sea_orm::entity::prelude::*;

use crate::values::AuditId;

/// A row of `audit_seals`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_seals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub audit_id: AuditId,
    pub hash: Vec<u8>,
    pub sealed_at: TimeDateTimeWithTimeZone,
}

/// Joins are written in the rooms' stores.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
