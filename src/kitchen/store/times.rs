//! How fast the stations were, asked of tickets and lines that were kept.
//!
//! The thresholds of a station are those of today: what counts as late is judged anew when somebody changes them.

use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use super::all;
use crate::kitchen::figures::{
    ENOUGH, KitchenFigures, Learned, ProductFigures, Sent, StationFigures, TicketFigures, Times,
};
use crate::values::StationId;
use crate::web::Result;

/// Tickets of which something is left, with what is left of them: those sent from `$1` on and before `$2`. No line is fired
/// before its ticket is sent, which spares looking through the lines of all the years before.
const LEFT: &str = "FROM tickets t JOIN stations s ON s.id = t.station_id \
    JOIN ticket_lines l ON l.ticket_id = t.id AND l.voided_at IS NULL \
    WHERE t.sent_at >= $1 AND t.sent_at < $2 AND l.fired_at >= $1";

/// Lines whose time is their own, of the tickets and lines that are joined as `t`, `l` and `s`. Those that were tapped are
/// done when they are done. Of those that a bump marked, it waited for the one that was due last; the others may have
/// stood ready for long, and their time would be that of what lay beside them.
const OWN: &str = "l.done_at IS NOT NULL AND (t.bumped_at IS NULL OR l.done_at < t.bumped_at OR \
    l.fired_at + make_interval(secs => coalesce(l.prep_seconds, s.late_after_s)) >= \
    max(l.fired_at + make_interval(secs => coalesce(l.prep_seconds, s.late_after_s))) \
        FILTER (WHERE l.done_at = t.bumped_at) OVER (PARTITION BY t.id))";

/// How fast the stations were with what was sent on some days. `days` holds when each of them began, oldest first, and
/// `until` when the last one ended; what is open is measured up to `now`.
pub async fn figures(
    db: &impl ConnectionTrait,
    days: &[OffsetDateTime],
    until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<KitchenFigures> {
    let from = days.first().copied().unwrap_or(until);
    let (total, stations) = work(db, from, until, now).await?;
    Ok(KitchenFigures {
        total,
        stations,
        products: products(db, from, until).await?,
        sent: sent(db, days, until).await?,
    })
}

/// How long a station takes for each product that it was sent and finished often enough since then, by name.
pub async fn learned(
    db: &impl ConnectionTrait,
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
           SELECT l.name, extract(epoch FROM l.done_at - l.fired_at) AS took, {OWN} AS own \
           FROM tickets t JOIN stations s ON s.id = t.station_id JOIN ticket_lines l ON l.ticket_id = t.id \
           WHERE t.station_id = $1 AND t.bumped_at >= $2 AND l.fired_at >= $2 AND l.voided_at IS NULL) \
         SELECT name, {} FROM each WHERE own GROUP BY name HAVING count(*) >= $3 ORDER BY name",
        times_of("took", "own"),
    );
    let rows: Vec<Row> = all(db, &sql, [station.into(), since.into(), ENOUGH.into()]).await?;
    let learned = rows.into_iter().filter_map(|row| {
        let times = row.times.into_times()?;
        Some(Learned {
            name: row.name,
            times,
        })
    });
    Ok(learned.collect())
}

/// All stations together, and each. A ticket is due when its slowest line is; a course that was held counts from when it was
/// fired, as on the board. A ticket keeps the time of its last recall alone, so how often it was recalled is
/// read from the audit log.
async fn work(
    db: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(TicketFigures, Vec<StationFigures>)> {
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
    }
    let sql = format!(
        "WITH each AS ( \
           SELECT t.station_id, t.bumped_at, extract(epoch FROM t.bumped_at - t.sent_at) AS took, \
                  coalesce(t.bumped_at, $3) AS at, \
                  max(greatest(t.sent_at, CASE WHEN l.held THEN l.fired_at END) \
                      + make_interval(secs => greatest(coalesce(l.prep_seconds, s.late_after_s), 1))) AS due, \
                  CASE WHEN t.recalled_at IS NULL THEN 0 ELSE greatest(1, (SELECT count(*) FROM audit_log a \
                       WHERE a.subject_id = t.id AND a.deed = 'ticket.recalled')) END AS recalls \
           {LEFT} GROUP BY t.id), \
         sums AS ( \
           SELECT station_id, count(*) AS tickets, count(*) FILTER (WHERE bumped_at IS NULL) AS open, \
                  count(*) FILTER (WHERE at >= due) AS late, coalesce(sum(recalls), 0)::bigint AS recalls, {} \
           FROM each GROUP BY GROUPING SETS ((station_id), ())) \
         SELECT sums.*, s.name FROM sums LEFT JOIN stations s ON s.id = sums.station_id ORDER BY s.sort, s.name",
        times_of("took", "bumped_at IS NOT NULL"),
    );
    let rows: Vec<Row> = all(db, &sql, [from.into(), until.into(), now.into()]).await?;
    let (mut total, mut stations) = (TicketFigures::default(), Vec::new());
    for row in rows {
        let work = TicketFigures {
            tickets: row.tickets,
            open: row.open,
            late: row.late,
            recalls: row.recalls,
            times: row.times.into_times(),
        };
        match row.station_id {
            None => total = work,
            Some(station) => stations.push(StationFigures {
                station,
                name: row.name.unwrap_or_default(),
                work,
            }),
        }
    }
    Ok((total, stations))
}

/// What each station made of each product.
async fn products(
    db: &impl ConnectionTrait,
    from: OffsetDateTime,
    until: OffsetDateTime,
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
        "WITH each AS ( \
           SELECT s.id AS station_id, s.name AS station, s.sort, s.late_after_s, l.id, l.name, l.quantity, l.prep_seconds, \
                  l.fired_at, extract(epoch FROM l.done_at - l.fired_at) AS took, {OWN} AS own \
           {LEFT}) \
         SELECT station_id, name, sum(quantity)::bigint AS pieces, late_after_s, \
                (array_agg(prep_seconds ORDER BY fired_at DESC, id DESC))[1] AS prep_seconds, {} \
         FROM each GROUP BY station_id, station, sort, late_after_s, name ORDER BY sort, station, sum(quantity) DESC, name",
        times_of("took", "own"),
    );
    let rows: Vec<Row> = all(db, &sql, [from.into(), until.into()]).await?;
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

/// When tickets were sent, by quarters of an hour: the clocks of all places in the world differ by whole ones, so
/// whoever knows the place can tell the hour.
async fn sent(
    db: &impl ConnectionTrait,
    days: &[OffsetDateTime],
    until: OffsetDateTime,
) -> Result<Vec<Sent>> {
    #[derive(FromQueryResult)]
    struct Row {
        station_id: StationId,
        day: i32,
        at: OffsetDateTime,
        tickets: i64,
    }
    let sql = format!(
        "SELECT t.station_id, width_bucket(t.sent_at, $3::timestamptz[]) AS day, count(DISTINCT t.id) AS tickets, \
                to_timestamp(floor(extract(epoch FROM t.sent_at) / 900) * 900) AS at \
         {LEFT} GROUP BY 1, 2, 4 ORDER BY 4, 1"
    );
    let from = days.first().copied().unwrap_or(until);
    let values = [from.into(), until.into(), days.to_vec().into()];
    let rows: Vec<Row> = all(db, &sql, values).await?;
    let sent = rows.into_iter().map(|row| Sent {
        station: row.station_id,
        day: row.day,
        at: row.at,
        tickets: row.tickets,
    });
    Ok(sent.collect())
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

/// The columns of [`TimesRow`]: how often `counts` was so, and how many seconds it `took` then.
fn times_of(took: &str, counts: &str) -> String {
    let of = |share: &str| {
        format!(
            "round((percentile_cont({share}) WITHIN GROUP (ORDER BY ({took})::double precision) \
             FILTER (WHERE {counts}))::numeric)::bigint"
        )
    };
    format!(
        "count(*) FILTER (WHERE {counts}) AS samples, {} AS median_s, {} AS p90_s",
        of("0.5"),
        of("0.9")
    )
}
