//! What is in the tables, and the one moment that a dump and this count agree on.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait,
};

use super::backup::{Contents, OWN_TABLES, Table};

/// A moment of the database that others can look at too, for as long as this is kept.
pub(super) struct Moment {
    tx: DatabaseTransaction,
    /// Its name, for `pg_dump --snapshot`.
    pub(super) name: String,
}

impl Moment {
    /// This one. `db` needs a connection for as long as the moment is kept.
    pub(super) async fn now(db: &DatabaseConnection) -> Result<Self> {
        use sea_orm::{AccessMode, IsolationLevel};
        let tx = db
            .begin_with_config(
                Some(IsolationLevel::RepeatableRead),
                Some(AccessMode::ReadOnly),
            )
            .await?;
        // It stands still while the dump is written, and counting a large table takes its time.
        tx.execute_unprepared(
            "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0",
        )
        .await?;
        let asked =
            Statement::from_string(tx.get_database_backend(), "SELECT pg_export_snapshot()");
        let row = tx.query_one_raw(asked).await?.context("no snapshot")?;
        let name = row.try_get_by_index(0)?;
        Ok(Self { tx, name })
    }

    /// What is in the tables of a schema at this moment.
    pub(super) async fn contents(&self, schema: &str) -> Result<Contents> {
        contents(&self.tx, schema).await
    }

    /// The migrations that the schema has, in order; none where it has none.
    pub(super) async fn migrations(&self, schema: &str) -> Result<Vec<String>> {
        let backend = self.tx.get_database_backend();
        let there = Statement::from_sql_and_values(
            backend,
            "SELECT to_regclass($1) IS NOT NULL AS there",
            [format!("{}.seaql_migrations", quoted(schema)).into()],
        );
        let row = self.tx.query_one_raw(there).await?.context("no answer")?;
        if !row.try_get::<bool>("", "there")? {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT version FROM {}.seaql_migrations ORDER BY version",
            quoted(schema)
        );
        let rows = self
            .tx
            .query_all_raw(Statement::from_string(backend, sql))
            .await?;
        rows.iter()
            .map(|row| Ok(row.try_get("", "version")?))
            .collect()
    }

    /// Lets it go.
    pub(super) async fn over(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

/// What is in the tables of a schema, counted row by row.
pub(super) async fn contents(db: &impl ConnectionTrait, schema: &str) -> Result<Contents> {
    let backend = db.get_database_backend();
    let listed = Statement::from_sql_and_values(
        backend,
        "SELECT c.relname AS name, \
           coalesce((SELECT json_agg(a.attname ORDER BY a.attname) FROM pg_attribute a \
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'bigint'::regtype), '[]') AS numbers \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($2) ORDER BY c.relname",
        [schema.into(), OWN_TABLES.map(str::to_owned).to_vec().into()],
    );
    let mut tables = BTreeMap::new();
    for row in db.query_all_raw(listed).await? {
        let name: String = row.try_get("", "name")?;
        let numbers: serde_json::Value = row.try_get("", "numbers")?;
        let numbers: Vec<String> = serde_json::from_value(numbers)?;
        tables.insert(name.clone(), count(db, schema, &name, &numbers).await?);
    }
    Ok(Contents(tables))
}

async fn count(
    db: &impl ConnectionTrait,
    schema: &str,
    table: &str,
    numbers: &[String],
) -> Result<Table> {
    let sums: String = numbers
        .iter()
        .enumerate()
        .map(|(at, column)| format!(", sum({})::text AS s{at}", quoted(column)))
        .collect();
    let sql = format!(
        "SELECT count(*) AS rows{sums} FROM {}.{}",
        quoted(schema),
        quoted(table)
    );
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?
        .with_context(|| format!("{table} was not counted"))?;
    let mut told = Table {
        rows: row.try_get("", "rows")?,
        sums: BTreeMap::new(),
    };
    for (at, column) in numbers.iter().enumerate() {
        if let Some(sum) = row.try_get::<Option<String>>("", &format!("s{at}"))? {
            told.sums.insert(column.clone(), sum);
        }
    }
    Ok(told)
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
