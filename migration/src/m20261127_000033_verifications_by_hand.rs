//! Who said that a transaction is a payment whose id was mistyped: what a person said can be taken back, what the ids say cannot.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000033_verifications_by_hand", up: UP, down: DOWN);

const UP: &str = r#"
ALTER TABLE payment_verifications ADD COLUMN said_by uuid CONSTRAINT payment_verifications_said_by REFERENCES staff (id);
ALTER TABLE payment_verifications DISABLE TRIGGER payment_verifications_append_only;
UPDATE payment_verifications v SET said_by = (SELECT a.staff_id FROM audit_log a
    WHERE a.subject_id = v.payment_id AND a.deed = 'payment.verified' ORDER BY a.at DESC LIMIT 1);
DROP TRIGGER payment_verifications_append_only ON payment_verifications;
CREATE TRIGGER payment_verifications_no_update BEFORE UPDATE ON payment_verifications FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_verifications_no_delete BEFORE DELETE ON payment_verifications FOR EACH ROW
    WHEN (OLD.said_by IS NULL) EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TRIGGER payment_verifications_no_delete ON payment_verifications;
DROP TRIGGER payment_verifications_no_update ON payment_verifications;
ALTER TABLE payment_verifications DROP COLUMN said_by;
CREATE TRIGGER payment_verifications_append_only BEFORE UPDATE OR DELETE ON payment_verifications FOR EACH ROW EXECUTE FUNCTION refuse_change();
"#;
