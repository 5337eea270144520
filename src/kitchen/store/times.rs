//! How fast the stations were, asked of tickets and lines that were kept.
//!
//! The thresholds of a station are those of today: what counts as late is judged anew when somebody changes them. So nothing
//! is summed up beforehand, and what makes a year bearable is how it is asked: once for tickets and once for lines, side by
//! side; times are gathered by product first and put in order then, instead of all lines at once.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, FromQueryResult,
    TransactionTrait, Value,
};
use time::{Duration, OffsetDateTime};

use super::all;
use crate::kitchen::figures::{
    ENOUGH, KitchenFigures, Learned, ProductFigures, Sent, StationFigures, TicketFigures, Times,
};
use crate::values::StationId;
use crate::web::Result;

/// Tickets of which something is left, with what is left of them: those sent from `$1` on and before `$2`. No line is fired
/// before its ticket is sent, nor after `$3` ([`fired_until`]), which spares looking through the lines of all other years.
const LEFT: &str = "FROM tickets t JOIN stations s ON s.id = t.station_id \
    JOIN ticket_lines l ON l.ticket_id = t.id AND l.voided_at IS NULL \
    WHERE t.sent_at >= $1 AND t.sent_at < $2 AND l.fired_at >= $1 AND l.fired_at <= $3";

/// How long a line took, where its time is its own, in seconds; of the tickets and lines that are joined as `t`, `l` and
/// `s`. Those that were tapped are done when they are done. Of those that a bump marked, it waited for the one that was due
/// last; the others may have stood ready for long, and their time would be that of what lay beside them.
const OWN: &str = "CASE WHEN t.bumped_at IS NULL OR l.done_at < t.bumped_at OR \
    l.fired_at + make_interval(secs => coalesce(l.prep_seconds, s.late_after_s)) >= \
    max(l.fired_at + make_interval(secs => coalesce(l.prep_seconds, s.late_after_s))) \
        FILTER (WHERE l.done_at = t.bumped_at) OVER (PARTITION BY t.id) \
    THEN date_part('epoch', l.done_at - l.fired_at) END AS took";

/// How fast the stations were with what was sent on some days. `days` holds when each of them began, oldest first, and
/// `until` when the last one ended; what is open is measured up to `now`.
pub async fn figures(
    db: &DatabaseConnection,
    days: &[OffsetDateTime],
    until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<KitchenFigures> {
    let from = days.first().copied().unwrap_or(until);
    let fired_until = fired_until(db, from, until, now).await?;
    let (work, products) = tokio::try_join!(
        work(db, days, until, fired_until, now),
        products(db, from, until, fired_until)
    )?;
    let Work {
        total,
        stations,
        sent,
    } = work;
    Ok(KitchenFigures {
        total,
        stations,
        products,
        sent,
    })
}

/// How long a station takes for each product that it was sent and finished often enough since then, by name.
pub async fn learned(
    db: &DatabaseConnection,
    since: OffsetDateTime,
    station: StationId,
) -> Result<Vec<Learned>> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        #[sea_orm(nested)]
        times: TimesRow,
    }
    let sql = format!(
        "WITH each AS ( \
           SELECT l.name, {OWN} \
           FROM tickets t JOIN stations s ON s.id = t.station_id JOIN ticket_lines l ON l.ticket_id = t.id \
           WHERE t.station_id = $1 AND t.bumped_at >= $2 AND l.fired_at >= $2 AND l.voided_at IS NULL), \
         product AS ( \
           SELECT name, array_agg(took) AS seconds FROM each WHERE took IS NOT NULL GROUP BY name HAVING count(*) >= $3) \
         SELECT name, times.* FROM product CROSS JOIN LATERAL (SELECT {TIMES} FROM unnest(product.seconds) AS took) times \
         ORDER BY name"
    );
    let rows: Vec<Row> = planned(db, &sql, [station.into(), since.into(), ENOUGH.into()]).await?;
    let learned = rows.into_iter().filter_map(|row| {
        let times = row.times.into_times()?;
        Some(Learned {
            name: row.name,
            times,
        })
    });
    Ok(learned.collect())
}

/// When the last line of the tickets that were sent then can have been fired: nothing is fired on a ticket any more that has
/// left its board. A day is added for clocks that were wrong in between.
async fn fired_until(
    db: &DatabaseConnection,
    from: OffsetDateTime,
    until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<OffsetDateTime> {
    #[derive(FromQueryResult)]
    struct Row {
        last: Option<OffsetDateTime>,
    }
    let sql = "SELECT max(coalesce(bumped_at, $3)) AS last FROM tickets WHERE sent_at >= $1 AND sent_at < $2";
    let rows: Vec<Row> = planned(db, sql, [from.into(), until.into(), now.into()]).await?;
    let last = rows.into_iter().find_map(|row| row.last);
    Ok(last.unwrap_or(until) + Duration::DAY)
}

/// What became of tickets.
struct Work {
    /// All stations together.
    total: TicketFigures,
    /// Each of them.
    stations: Vec<StationFigures>,
    /// When they were sent.
    sent: Vec<Sent>,
}

/// All stations together, and each. A ticket is due when its slowest line is; a course that was held counts from when it was
/// fired, as on the board. A ticket keeps the time of its last recall alone, so how often it was recalled is
/// read from the audit log. When tickets were sent is told by quarters of an hour: the clocks of all places in the world
/// differ by whole ones, so whoever knows the place can tell the hour.
async fn work(
    db: &DatabaseConnection,
    days: &[OffsetDateTime],
    until: OffsetDateTime,
    fired_until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Work> {
    #[derive(FromQueryResult)]
    struct Row {
        station_id: Option<StationId>,
        name: Option<String>,
        tickets: i64,
        open: i64,
        late: i64,
        recalls: i64,
        #[sea_orm(nested)]
        times: TimesRow,
        sent_days: Option<Vec<i32>>,
        sent_at: Option<Vec<OffsetDateTime>>,
        sent_tickets: Option<Vec<i64>>,
    }
    let sql = format!(
        "WITH each AS MATERIALIZED ( \
           SELECT t.station_id, t.sent_at, t.bumped_at, date_part('epoch', t.bumped_at - t.sent_at) AS took, \
                  coalesce(t.bumped_at, $4) >= \
                  max(greatest(t.sent_at, CASE WHEN l.held THEN l.fired_at END) \
                      + make_interval(secs => greatest(coalesce(l.prep_seconds, s.late_after_s), 1))) AS late, \
                  CASE WHEN t.recalled_at IS NULL THEN 0 ELSE greatest(1, (SELECT count(*) FROM audit_log a \
                       WHERE a.subject_id = t.id AND a.deed = 'ticket.recalled')) END AS recalls \
           {LEFT} GROUP BY t.id), \
         sums AS ( \
           SELECT station_id, count(*) AS tickets, count(*) FILTER (WHERE bumped_at IS NULL) AS open, \
                  count(*) FILTER (WHERE late) AS late, coalesce(sum(recalls), 0)::bigint AS recalls, {TIMES} \
           FROM each GROUP BY GROUPING SETS ((station_id), ())), \
         quarters AS ( \
           SELECT station_id, width_bucket(sent_at, $5::timestamptz[]) AS day, count(*) AS tickets, \
                  to_timestamp(floor(date_part('epoch', sent_at) / 900) * 900) AS at \
           FROM each GROUP BY 1, 2, 4), \
         sent AS ( \
           SELECT station_id, array_agg(day) AS sent_days, array_agg(at) AS sent_at, array_agg(tickets) AS sent_tickets \
           FROM quarters GROUP BY station_id) \
         SELECT sums.*, s.name, sent.sent_days, sent.sent_at, sent.sent_tickets \
         FROM sums LEFT JOIN stations s ON s.id = sums.station_id LEFT JOIN sent ON sent.station_id = sums.station_id \
         ORDER BY s.sort, s.name"
    );
    let from = days.first().copied().unwrap_or(until);
    let values = [
        from.into(),
        until.into(),
        fired_until.into(),
        now.into(),
        days.to_vec().into(),
    ];
    let rows: Vec<Row> = planned(db, &sql, values).await?;
    let mut work = Work {
        total: TicketFigures::default(),
        stations: Vec::new(),
        sent: Vec::new(),
    };
    for row in rows {
        let tickets = TicketFigures {
            tickets: row.tickets,
            open: row.open,
            late: row.late,
            recalls: row.recalls,
            times: row.times.into_times(),
        };
        let Some(station) = row.station_id else {
            work.total = tickets;
            continue;
        };
        work.stations.push(StationFigures {
            station,
            name: row.name.unwrap_or_default(),
            work: tickets,
        });
        let days = row.sent_days.unwrap_or_default().into_iter();
        let moments = row.sent_at.unwrap_or_default().into_iter();
        let counts = row.sent_tickets.unwrap_or_default().into_iter();
        let sent = days.zip(moments).zip(counts);
        work.sent.extend(sent.map(|((day, at), tickets)| Sent {
            station,
            day,
            at,
            tickets,
        }));
    }
    Ok(work)
}

/// What each station made of each product. Of two targets that were given at the same moment the longer one counts.
async fn products(
    db: &DatabaseConnection,
    from: OffsetDateTime,
    until: OffsetDateTime,
    fired_until: OffsetDateTime,
) -> Result<Vec<ProductFigures>> {
    #[derive(FromQueryResult)]
    struct Row {
        station_id: StationId,
        name: String,
        pieces: i64,
        prep_seconds: Option<i32>,
        late_after_s: i32,
        #[sea_orm(nested)]
        times: TimesRow,
    }
    let sql = format!(
        "WITH each AS (SELECT t.station_id, l.name, l.quantity, l.prep_seconds, l.fired_at, {OWN} {LEFT}), \
         targets AS MATERIALIZED ( \
           SELECT station_id, name, prep_seconds, sum(quantity) AS pieces, max(fired_at) AS last, \
                  array_agg(took) FILTER (WHERE took IS NOT NULL) AS seconds \
           FROM each GROUP BY station_id, name, prep_seconds), \
         product AS ( \
           SELECT station_id, name, sum(pieces)::bigint AS pieces, \
                  (array_agg(prep_seconds ORDER BY last DESC, prep_seconds DESC NULLS LAST))[1] AS prep_seconds \
           FROM targets GROUP BY station_id, name) \
         SELECT product.*, s.late_after_s, times.* \
         FROM product JOIN stations s ON s.id = product.station_id \
         CROSS JOIN LATERAL (SELECT {TIMES} FROM targets g, unnest(g.seconds) AS took \
                             WHERE g.station_id = product.station_id AND g.name = product.name) times \
         ORDER BY s.sort, s.name, pieces DESC, product.name"
    );
    let rows: Vec<Row> = planned(db, &sql, [from.into(), until.into(), fired_until.into()]).await?;
    let products = rows.into_iter().map(|row| ProductFigures {
        station: row.station_id,
        name: row.name,
        pieces: row.pieces,
        times: row.times.into_times(),
        target_s: row.prep_seconds.unwrap_or(row.late_after_s).into(),
        has_own_target: row.prep_seconds.is_some(),
    });
    Ok(products.collect())
}

#[derive(FromQueryResult)]
struct TimesRow {
    samples: i64,
    median_s: Option<i64>,
    p90_s: Option<i64>,
}

impl TimesRow {
    fn into_times(self) -> Option<Times> {
        Some(Times {
            samples: self.samples,
            median_s: self.median_s?,
            p90_s: self.p90_s?,
        })
    }
}

/// The columns of [`TimesRow`] from seconds that are called `took`; what has none is left out.
const TIMES: &str = "count(took) AS samples, \
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY took))::numeric)::bigint AS median_s, \
    round((percentile_cont(0.9) WITHIN GROUP (ORDER BY took))::numeric)::bigint AS p90_s";

/// Asks with a plan that is made for these very values. The plans that connections keep suit questions that find a few rows
/// whatever is asked; between a day and a year lies the difference between looking up each ticket's lines and reading them
/// through. A month is put in order in memory.
async fn planned<T: FromQueryResult>(
    db: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    let reading: DatabaseTransaction = db
        .begin_with_config(None, Some(AccessMode::ReadOnly))
        .await?;
    reading
        .execute_unprepared(
            "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '16MB'",
        )
        .await?;
    let rows = all(&reading, sql, values).await?;
    reading.commit().await?;
    Ok(rows)
}
