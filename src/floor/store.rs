//! The queries of the floor.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::data::entity::{areas, dining_tables};
use crate::values::{AreaId, TableId};
use crate::web::{Error, Result};

/// A part of the floor with its tables in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Which one.
    pub id: AreaId,
    /// "Veranda".
    pub name: String,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A table that guests sit at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which one.
    pub id: TableId,
    /// "7", "B1".
    pub code: String,
    /// The name of its area.
    pub area: String,
    /// How many it seats.
    pub seats: i16,
}

/// The whole floor in order.
pub async fn areas(db: &impl ConnectionTrait) -> Result<Vec<Area>> {
    let tables = dining_tables::Entity::find()
        .filter(dining_tables::Column::DeletedAt.is_null())
        .order_by_asc(dining_tables::Column::Sort)
        .order_by_asc(dining_tables::Column::Code)
        .all(db)
        .await?;
    let areas = areas::Entity::find()
        .filter(areas::Column::DeletedAt.is_null())
        .order_by_asc(areas::Column::Sort)
        .all(db)
        .await?;
    Ok(areas
        .into_iter()
        .map(|area| Area {
            tables: tables
                .iter()
                .filter(|table| table.area_id == area.id)
                .map(|table| Table {
                    id: table.id,
                    code: table.code.clone(),
                    area: area.name.clone(),
                    seats: table.seats,
                })
                .collect(),
            id: area.id,
            name: area.name,
        })
        .collect())
}

/// One table, or "not found".
pub async fn table(db: &impl ConnectionTrait, id: TableId) -> Result<Table> {
    let (table, area) = dining_tables::Entity::find_by_id(id)
        .filter(dining_tables::Column::DeletedAt.is_null())
        .one(db)
        .await?
        .map(async |table| {
            let area = areas::Entity::find_by_id(table.area_id).one(db).await;
            area.map(|area| (table, area))
        })
        .ok_or(Error::NotFound("table"))?
        .await?;
    Ok(Table {
        id: table.id,
        code: table.code,
        area: area.map(|area| area.name).unwrap_or_default(),
        seats: table.seats,
    })
}
