//! Until whose shift ends a product is sold out.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261126_000007_sold_out_shift", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE products ADD COLUMN sold_out_shift uuid CONSTRAINT products_sold_out_shift_fkey REFERENCES shifts (id);
CREATE INDEX products_sold_out_shift ON products (sold_out_shift) WHERE sold_out_shift IS NOT NULL;
"#;

const DOWN: &str = r#"
ALTER TABLE products DROP COLUMN sold_out_shift;
"#;
