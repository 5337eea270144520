//! The audit log is read: newest first, by who, by what was done; and what was printed again is found by its time.
//!
//! All grow at their end, where the newest rows are, or at that of one person or deed. The log's summary of blocks by time
//! (`000008`) could not say which rows come first, and a page of it is exactly that.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261128_000036_audit_read", up: UP, down: DOWN);

const UP: &str = r#"
DROP INDEX audit_log_by_time;
CREATE INDEX audit_log_by_time ON audit_log (at, id);
CREATE INDEX audit_log_by_deed ON audit_log (deed, at, id);
CREATE INDEX audit_log_by_person ON audit_log (staff_id, at, id) WHERE staff_id IS NOT NULL;
CREATE INDEX audit_log_by_approver ON audit_log (approver_id, at, id) WHERE approver_id IS NOT NULL;
CREATE INDEX approval_requests_of_order ON approval_requests (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX bills_printed_again ON bills (printed_at) WHERE kind <> 'first';
CREATE INDEX receipt_prints_again ON receipt_prints (printed_at) WHERE kind = 'copy';
CREATE INDEX order_lines_comped_at ON order_lines (comped_at) WHERE comped_at IS NOT NULL;
"#;

const DOWN: &str = r#"
DROP INDEX order_lines_comped_at;
DROP INDEX receipt_prints_again;
DROP INDEX bills_printed_again;
DROP INDEX approval_requests_of_order;
DROP INDEX audit_log_by_approver;
DROP INDEX audit_log_by_person;
DROP INDEX audit_log_by_deed;
DROP INDEX audit_log_by_time;
CREATE INDEX audit_log_by_time ON audit_log USING brin (at);
"#;
