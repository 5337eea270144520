//! Refunds that Pesapal was asked for: one for each payment.

use sea_orm_migration::prelude::ConnectionTrait;

crate::sql_migration!("m20261127_000027_pesapal_refunds", up: UP, down: DOWN);

// The row is there before Pesapal is asked, so that nobody asks twice while an answer is on its way; what it refused may be
// asked for anew. `refund_id` is what is in the books once Pesapal has accepted it, which is not yet that the money went.
const UP: &str = r#"
CREATE TABLE pesapal_refunds (
    payment_id uuid PRIMARY KEY CONSTRAINT pesapal_refunds_payment REFERENCES payments (id),
    amount     bigint NOT NULL,
    state      text NOT NULL,
    said       text,
    refund_id  uuid CONSTRAINT pesapal_refunds_refund REFERENCES refunds (id),
    asked_by   uuid CONSTRAINT pesapal_refunds_asked_by REFERENCES staff (id),
    asked_at   timestamptz NOT NULL,
    moved_at   timestamptz NOT NULL,
    CONSTRAINT pesapal_refunds_state_known CHECK (state IN ('asking', 'refused', 'accepted', 'confirmed')),
    CONSTRAINT pesapal_refunds_amount_positive CHECK (amount > 0),
    CONSTRAINT pesapal_refunds_refund_once UNIQUE (refund_id)
);
"#;

const DOWN: &str = r#"
DROP TABLE pesapal_refunds;
"#;
