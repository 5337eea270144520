//! Puts the house into the database: what is missing, and nothing over what is there.

use std::collections::HashSet;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QuerySelect};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::floor::{AREAS, STATIONS, TAX_CLASSES, TERMINALS, table_id};
use super::menu::choices::GROUPS;
use super::menu::{Category, MENU, Product, Section};
use super::people::{self, NewPerson, PEOPLE, Passwords};
use super::{SeedError, Seeded};
use crate::data::entity;

/// Nobody works here yet.
pub(super) async fn is_empty(tx: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(entity::staff::Entity::find().count(tx).await? == 0)
}

/// Adds what is missing. Things come after what they belong to; where the café has something of its own under the same
/// name, the seed's is left out, and with it what would have belonged to it.
pub(super) async fn furnish(
    tx: &impl ConnectionTrait,
    passwords: Passwords,
    now: OffsetDateTime,
) -> Result<Seeded, SeedError> {
    let people = hire(tx, passwords, now).await?;
    let equipment = stations_and_terminals(tx, now).await?;
    let tables = areas_and_tables(tx).await?;
    let menu = menu(tx, now).await?;
    if menu > 0 {
        tx.execute_unprepared("UPDATE menu_version SET version = version + 1")
            .await?;
    }
    Ok(Seeded {
        people,
        rows: equipment + tables + menu,
    })
}

async fn hire(
    tx: &impl ConnectionTrait,
    passwords: Passwords,
    now: OffsetDateTime,
) -> Result<Vec<NewPerson>, SeedError> {
    let here: Vec<(Uuid, String)> = entity::staff::Entity::find()
        .select_only()
        .columns([entity::staff::Column::Id, entity::staff::Column::Username])
        .into_tuple()
        .all(tx)
        .await?;
    let missing = PEOPLE
        .iter()
        .filter(|member| {
            !here
                .iter()
                .any(|(id, username)| *id == member.id().uuid() || username == member.username)
        })
        .collect();
    let hired = people::with_passwords(missing, passwords).await?;
    let rows: Vec<_> = hired
        .iter()
        .map(|(member, _, hash)| entity::staff::Model {
            id: member.id(),
            username: member.username.to_owned(),
            name: member.name.to_owned(),
            role: member.role.to_string(),
            hue: member.hue,
            password_hash: hash.clone(),
            must_change_password: true,
            pin_hash: None,
            active: true,
            token_version: 0,
            last_password_change_at: None,
            last_forced_logout_at: None,
            created_at: now,
        })
        .collect();
    add::<entity::staff::Entity>(tx, rows).await?;
    Ok(hired
        .into_iter()
        .map(|(member, password, _)| NewPerson {
            username: member.username,
            name: member.name,
            role: member.role,
            password,
        })
        .collect())
}

async fn stations_and_terminals(
    tx: &impl ConnectionTrait,
    now: OffsetDateTime,
) -> Result<u64, DbErr> {
    let stations = (1..)
        .zip(&STATIONS)
        .map(|(sort, station)| entity::stations::Model {
            id: station.id(),
            name: station.name.to_owned(),
            kind: station.kind.to_owned(),
            sort,
            soon_after_s: station.soon_after_s,
            late_after_s: station.late_after_s,
            next_station_id: None,
            active: true,
            redirect_to: None,
            keys: json!({}),
            bump_at_once: false,
            quiet: json!([]),
            revision: 1,
            printer_id: None,
            prints_always: false,
        });
    let added = add::<entity::stations::Entity>(tx, stations.collect()).await?;
    let there = ids::<entity::stations::Entity>(tx, entity::stations::Column::Id).await?;
    let terminals = TERMINALS
        .iter()
        .filter(|terminal| {
            terminal
                .board()
                .is_none_or(|station| there.contains(&station.uuid()))
        })
        .map(|terminal| entity::terminals::Model {
            id: terminal.id(),
            name: terminal.name.to_owned(),
            location: terminal.location.to_owned(),
            kind: terminal.kind.to_owned(),
            has_drawer: terminal.has_drawer,
            station_id: terminal.board(),
            idle_seconds: terminal.idle_seconds,
            locks_after_send: false,
            printer_id: None,
            prints_receipts: true,
            device_token_hash: None,
            pairing_code_hash: None,
            pairing_expires_at: None,
            paired_at: None,
            revoked_at: None,
            last_seen_at: None,
            created_at: now,
        });
    Ok(added + add::<entity::terminals::Entity>(tx, terminals.collect()).await?)
}

async fn areas_and_tables(tx: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let areas = (1..).zip(&AREAS).map(|(sort, area)| entity::areas::Model {
        id: area.id(),
        name: area.name.to_owned(),
        sort,
        deleted_at: None,
    });
    let added = add::<entity::areas::Entity>(tx, areas.collect()).await?;
    let there = ids::<entity::areas::Entity>(tx, entity::areas::Column::Id).await?;
    let tables = AREAS
        .iter()
        .filter(|area| there.contains(&area.id().uuid()))
        .flat_map(|area| {
            (1..)
                .zip(area.tables)
                .map(|(sort, (code, seats))| entity::dining_tables::Model {
                    id: table_id(code),
                    area_id: area.id(),
                    code: (*code).to_owned(),
                    seats: *seats,
                    x: None,
                    y: None,
                    sort,
                    deleted_at: None,
                })
        });
    Ok(added + add::<entity::dining_tables::Entity>(tx, tables.collect()).await?)
}

async fn menu(tx: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64, DbErr> {
    let mut added = tax_classes(tx).await?;
    added += modifiers(tx).await?;
    added += categories_and_sections(tx).await?;
    let before = ids::<entity::products::Entity>(tx, entity::products::Column::Id).await?;
    added += products(tx, now).await?;
    let mut products = ids::<entity::products::Entity>(tx, entity::products::Column::Id).await?;
    products.retain(|id| !before.contains(id));
    added += questions_of(tx, &products).await?;
    Ok(added)
}

async fn tax_classes(tx: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let classes = (1..)
        .zip(&TAX_CLASSES)
        .map(|(sort, class)| entity::tax_classes::Model {
            id: class.tax.class(),
            name: class.name.to_owned(),
            rate_bp: class.rate_bp,
            sort,
        });
    add::<entity::tax_classes::Entity>(tx, classes.collect()).await
}

async fn modifiers(tx: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let groups = (1..)
        .zip(GROUPS)
        .map(|(sort, group)| entity::modifier_groups::Model {
            id: group.id(),
            name: group.name.to_owned(),
            min_choices: group.min,
            max_choices: group.max,
            sort,
            deleted_at: None,
        });
    let added = add::<entity::modifier_groups::Entity>(tx, groups.collect()).await?;
    let modifiers = GROUPS.iter().flat_map(|group| {
        (1..)
            .zip(group.modifiers)
            .map(|(sort, modifier)| entity::modifiers::Model {
                id: group.modifier_id(modifier),
                group_id: group.id(),
                name: modifier.name.to_owned(),
                kitchen_name: modifier.kitchen_name.map(str::to_owned),
                price_delta: modifier.price,
                is_default: modifier.usual,
                loud: modifier.loud,
                sold_out: false,
                sort,
                deleted_at: None,
            })
    });
    Ok(added + add::<entity::modifiers::Entity>(tx, modifiers.collect()).await?)
}

async fn categories_and_sections(tx: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let categories = (1..)
        .zip(MENU)
        .map(|(sort, category)| entity::categories::Model {
            id: category.id(),
            name: category.name.to_owned(),
            icon: category.icon.to_owned(),
            hue: category.hue,
            sort,
            deleted_at: None,
        });
    let added = add::<entity::categories::Entity>(tx, categories.collect()).await?;
    let there = ids::<entity::categories::Entity>(tx, entity::categories::Column::Id).await?;
    let sections = MENU
        .iter()
        .filter(|category| there.contains(&category.id().uuid()))
        .flat_map(|category| {
            (1..)
                .zip(category.sections)
                .map(|(sort, section)| section_row(category, section, sort))
        });
    Ok(added + add::<entity::sections::Entity>(tx, sections.collect()).await?)
}

fn section_row(category: &Category, section: &Section, sort: i32) -> entity::sections::Model {
    entity::sections::Model {
        id: section.id(),
        category_id: category.id(),
        name: section.name.to_owned(),
        sort,
        deleted_at: None,
    }
}

async fn products(tx: &impl ConnectionTrait, now: OffsetDateTime) -> Result<u64, DbErr> {
    let sections = ids::<entity::sections::Entity>(tx, entity::sections::Column::Id).await?;
    let stations = ids::<entity::stations::Entity>(tx, entity::stations::Column::Id).await?;
    let classes = ids::<entity::tax_classes::Entity>(tx, entity::tax_classes::Column::Id).await?;
    let rows = MENU
        .iter()
        .flat_map(|category| category.sections)
        .filter(|section| sections.contains(&section.id().uuid()))
        .filter(|section| stations.contains(&section.made_at.station().uuid()))
        .flat_map(|section| {
            (1..)
                .zip(section.products)
                .map(move |(sort, product)| product_row(section, product, sort, now))
        })
        .filter(|row| classes.contains(&row.tax_class_id.uuid()));
    add::<entity::products::Entity>(tx, rows.collect()).await
}

fn product_row(
    section: &Section,
    product: &Product,
    sort: i32,
    now: OffsetDateTime,
) -> entity::products::Model {
    entity::products::Model {
        id: product.id(),
        number: product.number,
        section_id: section.id(),
        name: product.name.to_owned(),
        kitchen_name: product.kitchen_name.map(str::to_owned),
        sku: product.sku.map(str::to_owned),
        description: product.description.to_owned(),
        price: product.price,
        image: None,
        tax_class_id: product.tax.class(),
        station_id: section.made_at.station(),
        prep_seconds: Some(product.prep_seconds),
        favourite: product.favourite,
        sort,
        active: true,
        sold_out: false,
        sold_out_until: None,
        sold_out_shift: None,
        stock_left: None,
        created_at: now,
        deleted_at: None,
    }
}

/// Which groups the products ask about that were added just now. What the café took off an older one stays off.
async fn questions_of(tx: &impl ConnectionTrait, added: &HashSet<Uuid>) -> Result<u64, DbErr> {
    let questions = super::menu::products()
        .filter(|product| added.contains(&product.id().uuid()))
        .flat_map(|product| {
            (1..)
                .zip(product.groups)
                .map(|(sort, group)| entity::product_modifier_groups::Model {
                    product_id: product.id(),
                    group_id: group.id(),
                    sort,
                })
        });
    add::<entity::product_modifier_groups::Entity>(tx, questions.collect()).await
}

/// Adds the rows that no constraint refuses, and says how many that were.
async fn add<E>(tx: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    E::insert_many::<E::ActiveModel, _>(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await
}

/// The ids of a table's rows.
async fn ids<E: EntityTrait>(
    tx: &impl ConnectionTrait,
    id: E::Column,
) -> Result<HashSet<Uuid>, DbErr> {
    let all: Vec<Uuid> = E::find()
        .select_only()
        .column(id)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(all.into_iter().collect())
}
