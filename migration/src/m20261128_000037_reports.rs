//! What a shift leaves beside its cash: what the other tenders came to, whose drawer it took over, each print of a report; and
//! on which Z a struck line was told of.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261128_000037_reports", up: UP, down: DOWN);

// A tender that was not counted has no row. Lines that a Z told of until now are those of its time.
const UP: &str = r#"
CREATE TABLE report_prints (
    id          uuid PRIMARY KEY,
    shift_id    uuid CONSTRAINT report_prints_shift REFERENCES shifts (id),
    z_number    integer CONSTRAINT report_prints_z REFERENCES z_reports (number),
    place       smallint NOT NULL,
    kind        text NOT NULL,
    printed_by  uuid CONSTRAINT report_prints_printed_by REFERENCES staff (id),
    terminal_id uuid CONSTRAINT report_prints_terminal REFERENCES terminals (id),
    printed_at  timestamptz NOT NULL,
    CONSTRAINT report_prints_of_one CHECK ((shift_id IS NULL) <> (z_number IS NULL)),
    CONSTRAINT report_prints_shift_place_once UNIQUE (shift_id, place),
    CONSTRAINT report_prints_z_place_once UNIQUE (z_number, place),
    CONSTRAINT report_prints_kind_known CHECK (kind IN ('first', 'copy')),
    CONSTRAINT report_prints_first_is_first CHECK ((kind = 'first') = (place = 1))
);
CREATE TRIGGER report_prints_append_only BEFORE UPDATE OR DELETE ON report_prints FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_prints_no_truncate BEFORE TRUNCATE ON report_prints EXECUTE FUNCTION refuse_change();

CREATE TABLE shift_tender_counts (
    count_id uuid NOT NULL CONSTRAINT shift_tender_counts_count REFERENCES shift_counts (id),
    method   text NOT NULL,
    counted  bigint NOT NULL,
    expected bigint NOT NULL,
    CONSTRAINT shift_tender_counts_once PRIMARY KEY (count_id, method),
    CONSTRAINT shift_tender_counts_method_known CHECK (method IN ('card', 'mtn_momo', 'airtel_money', 'pesapal')),
    CONSTRAINT shift_tender_counts_sensible CHECK (counted BETWEEN 0 AND 1000000000000)
);
CREATE TRIGGER shift_tender_counts_append_only BEFORE UPDATE OR DELETE ON shift_tender_counts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER shift_tender_counts_no_truncate BEFORE TRUNCATE ON shift_tender_counts EXECUTE FUNCTION refuse_change();

ALTER TABLE shifts ADD COLUMN taken_over_from uuid CONSTRAINT shifts_taken_over_from REFERENCES shifts (id);
CREATE UNIQUE INDEX shifts_taken_over_once ON shifts (taken_over_from) WHERE taken_over_from IS NOT NULL;

CREATE TABLE z_voids (
    line_id  uuid PRIMARY KEY CONSTRAINT z_voids_line REFERENCES order_lines (id),
    z_number integer NOT NULL CONSTRAINT z_voids_z REFERENCES z_reports (number)
);
INSERT INTO z_voids (line_id, z_number)
SELECT l.id, z.number FROM z_reports z
JOIN order_lines l ON l.voided_at >= (z.report ->> 'since')::timestamptz AND l.voided_at < (z.report ->> 'until')::timestamptz
WHERE l.state = 'voided' AND l.sent_at IS NOT NULL
ON CONFLICT (line_id) DO NOTHING;
CREATE TRIGGER z_voids_append_only BEFORE UPDATE OR DELETE ON z_voids FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER z_voids_no_truncate BEFORE TRUNCATE ON z_voids EXECUTE FUNCTION refuse_change();
"#;

const DOWN: &str = r#"
DROP TABLE z_voids;
ALTER TABLE shifts DROP COLUMN taken_over_from;
DROP TABLE shift_tender_counts;
DROP TABLE report_prints;
"#;
