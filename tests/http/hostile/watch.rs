//! Whether anything in the database changed: every table says so itself, by a trigger.
//!
//! This sees more than a checksum does: a row written with what it held already, and one that came and went. What is
//! rolled back is not seen, because it did not happen.

use sea_orm::ConnectionTrait;

use crate::house::House;

/// A terminal's last sign of life is written by looking at it, and what became of an order that was left is seen to some
/// seconds later: neither belongs to the request that is being watched.
const TRIGGER: &str = "
CREATE UNLOGGED TABLE noticed (what text NOT NULL);
CREATE FUNCTION notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'terminals' AND TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'last_seen_at' = to_jsonb(OLD) - 'last_seen_at' THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'idempotency_keys' AND to_jsonb(NEW) ->> 'deed' = 'orders.leave' THEN
        RETURN NULL;
    END IF;
    INSERT INTO noticed VALUES (TG_TABLE_NAME);
    RETURN NULL;
END
$$;
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'noticed' LOOP
        EXECUTE format('CREATE TRIGGER notice AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION notice()', one);
    END LOOP;
END
$$";

/// Has the tables of this café watched from now on.
pub async fn begin(house: &House) {
    house
        .db
        .execute_unprepared(TRIGGER)
        .await
        .expect("triggers");
}

/// The tables that changed since somebody last asked, each once.
pub async fn changes(house: &House) -> Vec<String> {
    let sql = "WITH seen AS (DELETE FROM noticed RETURNING what) \
        SELECT coalesce(string_agg(DISTINCT what, ' '), '') AS what FROM seen";
    let what: String = house.row(sql, []).await.try_get("", "what").expect("text");
    what.split_whitespace().map(str::to_owned).collect()
}
