//! What was sold lately is found by its time as well as what was sold long ago.
//!
//! A summary of blocks knows nothing of those that were written since it was last brought up to date, so each question reads
//! them all. Left to vacuum alone that is a fifth of the table; now each range is summed up when the next one begins, by a
//! background process of Postgres.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000017_figures", up: UP, down: DOWN);

const UP: &str = r#"
ALTER INDEX tickets_by_time SET (autosummarize = on);
ALTER INDEX ticket_lines_by_time SET (autosummarize = on);
"#;

const DOWN: &str = r#"
ALTER INDEX ticket_lines_by_time RESET (autosummarize);
ALTER INDEX tickets_by_time RESET (autosummarize);
"#;
