//! The link of each receipt, for guests, and each time that a receipt was printed.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000026_receipt_links", up: UP, down: DOWN);

// A token is kept as it is, because each copy of the receipt carries it again. It is looked for by its digest, so that how
// long that takes tells nothing of how much of a guess is right. What was paid before has a link from now on: two random
// UUIDs are 244 random bits.
const UP: &str = r#"
CREATE TABLE receipt_links (
    payment_id uuid PRIMARY KEY CONSTRAINT receipt_links_payment REFERENCES payments (id),
    token      text NOT NULL,
    digest     bytea NOT NULL,
    made_at    timestamptz NOT NULL,
    CONSTRAINT receipt_links_digest_unique UNIQUE (digest),
    CONSTRAINT receipt_links_long CHECK (length(token) >= 32)
);
INSERT INTO receipt_links (payment_id, token, digest, made_at)
SELECT p.id, t.token, sha256(convert_to(t.token, 'UTF8')), now()
FROM payments p
CROSS JOIN LATERAL (SELECT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') AS token WHERE p.id IS NOT NULL) t;
CREATE TRIGGER receipt_links_append_only BEFORE UPDATE OR DELETE ON receipt_links FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_links_no_truncate BEFORE TRUNCATE ON receipt_links EXECUTE FUNCTION refuse_change();

CREATE TABLE receipt_prints (
    id          uuid PRIMARY KEY,
    payment_id  uuid NOT NULL CONSTRAINT receipt_prints_payment REFERENCES payments (id),
    place       smallint NOT NULL,
    kind        text NOT NULL,
    printed_by  uuid CONSTRAINT receipt_prints_printed_by REFERENCES staff (id),
    terminal_id uuid CONSTRAINT receipt_prints_terminal REFERENCES terminals (id),
    printed_at  timestamptz NOT NULL,
    CONSTRAINT receipt_prints_place_once UNIQUE (payment_id, place),
    CONSTRAINT receipt_prints_kind_known CHECK (kind IN ('first', 'copy')),
    CONSTRAINT receipt_prints_first_is_first CHECK ((kind = 'first') = (place = 1))
);
CREATE TRIGGER receipt_prints_append_only BEFORE UPDATE OR DELETE ON receipt_prints FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_prints_no_truncate BEFORE TRUNCATE ON receipt_prints EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TABLE receipt_prints;
DROP TABLE receipt_links;
"#;
