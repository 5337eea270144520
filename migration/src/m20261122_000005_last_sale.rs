//! The time of the last sale, which trade asks each time: a clock that reads earlier is not believed.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261122_000005_last_sale", up: UP, down: DOWN);

const UP: &str = r#"
CREATE INDEX payments_by_time ON payments (taken_at);
CREATE INDEX orders_by_time ON orders (opened_at);
"#;

const DOWN: &str = r#"
DROP INDEX orders_by_time;
DROP INDEX payments_by_time;
"#;
