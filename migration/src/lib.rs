//! The schema of cafe-pos, one file per family of tables.
//!
//! The files are SQL rather than a schema builder: constraints, partial indexes and triggers are
//! rules of the café (see `data` in the application), and they read best in the language that
//! enforces them. A file is never edited once it was merged; a change is a new file.

use sea_orm_migration::prelude::*;

mod m20261122_000001_people;
mod m20261122_000002_house;
mod m20261122_000003_trade;
mod m20261122_000004_record;
mod m20261122_000005_last_sale;
mod m20261125_000006_captured;
mod m20261126_000007_sold_out_shift;
mod m20261126_000008_fewer_indexes;
mod m20261126_000009_bookkeeping;
mod m20261126_000010_backups;
mod m20261126_000011_backup_copies;
mod m20261127_000012_after_sending;
mod m20261127_000013_kitchen_figures;
mod m20261127_000014_expo;
mod m20261127_000015_stations;
mod m20261127_000016_receipts;
mod m20261127_000017_figures;
mod m20261127_000018_references;
mod m20261127_000019_paid_pieces;
mod m20261127_000020_bills;
mod m20261127_000021_attempts;
mod m20261127_000022_reductions;
mod m20261127_000023_pesapal_ipn;
mod m20261127_000024_statements;
mod m20261127_000025_approval_requests;
mod m20261127_000026_receipt_links;
mod m20261127_000027_pesapal_refunds;
mod m20261127_000028_refunds_waited_for;
mod m20261127_000029_receipt_contents;
mod m20261127_000030_admins_and_bills;
mod m20261127_000031_price_list_revisions;
mod m20261127_000032_receipts_of_orders;
mod m20261127_000033_verifications_by_hand;
mod m20261128_000034_taken_back;
mod m20261128_000035_z_reports;
mod m20261128_000036_audit_read;
mod m20261128_000037_reports;
mod m20261128_000039_printers;

/// All migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_people::Migration),
            Box::new(m20261122_000002_house::Migration),
            Box::new(m20261122_000003_trade::Migration),
            Box::new(m20261122_000004_record::Migration),
            Box::new(m20261122_000005_last_sale::Migration),
            Box::new(m20261125_000006_captured::Migration),
            Box::new(m20261126_000007_sold_out_shift::Migration),
            Box::new(m20261126_000008_fewer_indexes::Migration),
            Box::new(m20261126_000009_bookkeeping::Migration),
            Box::new(m20261126_000010_backups::Migration),
            Box::new(m20261126_000011_backup_copies::Migration),
            Box::new(m20261127_000012_after_sending::Migration),
            Box::new(m20261127_000013_kitchen_figures::Migration),
            Box::new(m20261127_000014_expo::Migration),
            Box::new(m20261127_000015_stations::Migration),
            Box::new(m20261127_000016_receipts::Migration),
            Box::new(m20261127_000017_figures::Migration),
            Box::new(m20261127_000018_references::Migration),
            Box::new(m20261127_000019_paid_pieces::Migration),
            Box::new(m20261127_000020_bills::Migration),
            Box::new(m20261127_000021_attempts::Migration),
            Box::new(m20261127_000022_reductions::Migration),
            Box::new(m20261127_000023_pesapal_ipn::Migration),
            Box::new(m20261127_000024_statements::Migration),
            Box::new(m20261127_000025_approval_requests::Migration),
            Box::new(m20261127_000026_receipt_links::Migration),
            Box::new(m20261127_000027_pesapal_refunds::Migration),
            Box::new(m20261127_000028_refunds_waited_for::Migration),
            Box::new(m20261127_000029_receipt_contents::Migration),
            Box::new(m20261127_000030_admins_and_bills::Migration),
            Box::new(m20261127_000031_price_list_revisions::Migration),
            Box::new(m20261127_000032_receipts_of_orders::Migration),
            Box::new(m20261127_000033_verifications_by_hand::Migration),
            Box::new(m20261128_000034_taken_back::Migration),
            Box::new(m20261128_000035_z_reports::Migration),
            Box::new(m20261128_000036_audit_read::Migration),
            Box::new(m20261128_000037_reports::Migration),
            Box::new(m20261128_000039_printers::Migration),
        ]
    }
}

/// Makes a migration of two pieces of SQL; each runs in a transaction of its own.
macro_rules! sql_migration {
    ($name:literal, up: $up:expr, down: $down:expr) => {
        pub struct Migration;

        impl sea_orm_migration::prelude::MigrationName for Migration {
            fn name(&self) -> &str {
                $name
            }
        }

        #[sea_orm_migration::prelude::async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                manager.get_connection().execute_unprepared($up).await?;
                Ok(())
            }

            async fn down(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                manager.get_connection().execute_unprepared($down).await?;
                Ok(())
            }
        }
    };
}
pub(crate) use sql_migration;
