//! `/metrics`: what is counted and measured, for Prometheus. To add a figure without labels, add it to [`gauges`].

mod process;
mod text;

use std::net::IpAddr;

use poem::http::header;
use poem::{Request, Response, handler};
use sha2::{Digest as _, Sha256};

use self::text::{Exposition, Kind, seconds};
use crate::app::App;
use crate::backups::Standing;
use crate::data::tally::Tally;
use crate::printers;
use crate::web::client;
use crate::web::figures::{BUCKETS, Figures};
use crate::web::security::bearer;
use crate::web::trail::Trail;
use crate::web::{Error, Result};

/// What proxies add. Behind one on this machine everybody comes from loopback.
const OF_PROXIES: [&str; 6] = [
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-real-ip",
    "forwarded",
    "via",
];

/// A figure without labels.
pub struct Gauge {
    /// What follows `cafe_pos_`, with its unit at the end.
    pub name: &'static str,
    /// Whether it only grows or goes up and down.
    pub kind: Kind,
    /// What it says.
    pub help: &'static str,
    /// The figure in the unit of its name; whole, or as [`seconds`] writes it.
    pub value: String,
}

/// All figures, for whoever is on this machine or knows the token; others are not even told that there are any.
#[handler]
pub async fn show(app: App, req: &Request) -> Result<Response> {
    if !may_read(&app, req) {
        return Err(Error::NotFound("page"));
    }
    let mut text = Exposition::default();
    if let Some(trail) = Trail::of(req) {
        requests(&mut text, trail.figures());
    }
    deeds(&mut text, &app);
    jobs(&mut text, &app);
    let told = gauges(&app).into_iter().chain(backups(&app).await);
    for gauge in told.chain(printing(&app).await) {
        let name = format!("cafe_pos_{}", gauge.name);
        text.family(&name, gauge.kind, gauge.help);
        text.sample(&name, &[], gauge.value);
    }
    process::tell(&mut text, app.began());
    Ok(Response::builder()
        .content_type(text::CONTENT_TYPE)
        .header(header::CACHE_CONTROL, "no-store")
        .body(text.into_text()))
}

/// The age of the last proved backup; nothing where backups are not kept here, or the database cannot say.
pub async fn backups(app: &App) -> Vec<Gauge> {
    let Ok(safety) = app.backed_up().await else {
        return Vec::new();
    };
    let Some(safety) = safety.as_ref() else {
        return Vec::new();
    };
    let standing = safety.here;
    let mut told = vec![Gauge {
        name: "backup_missing",
        kind: Kind::Gauge,
        help: "1 where there was no proved backup for 26 hours.",
        value: u8::from(standing.is_alarming()).to_string(),
    }];
    if let Standing::Good { at } | Standing::Late { at } = standing {
        let age = app.clock().now() - at;
        told.push(Gauge {
            name: "backup_age_seconds",
            kind: Kind::Gauge,
            help: "Since when the last proved backup is.",
            value: age.whole_seconds().max(0).to_string(),
        });
    }
    if !safety.elsewhere.is_empty() {
        told.push(Gauge {
            name: "backup_copies_missing",
            kind: Kind::Gauge,
            help: "Other places that got no copy for 26 hours.",
            value: safety.lacking().count().to_string(),
        });
    }
    told
}

/// What waits for printers; nothing where the database cannot say.
async fn printing(app: &App) -> Vec<Gauge> {
    let Ok(queue) = printers::queue_length(app.db(), app.clock().now()).await else {
        return Vec::new();
    };
    let gauge = |name, help, value: i64| Gauge {
        name,
        kind: Kind::Gauge,
        help,
        value: value.to_string(),
    };
    vec![
        gauge("print_queue", "What waits for a printer.", queue.waiting),
        gauge(
            "print_failed",
            "What was not printed in the last day, and nobody tries any more.",
            queue.failed,
        ),
        gauge(
            "printers_failing",
            "Printers in use that do not print at the moment.",
            queue.failing,
        ),
    ]
}

fn may_read(app: &App, req: &Request) -> bool {
    let is_led = OF_PROXIES.iter().any(|name| req.header(*name).is_some());
    let knows = || {
        let (token, given) = (app.config().metrics_token.as_ref()?, bearer(req)?);
        // Digests: how long comparing takes tells nothing of the token.
        let digest = |text: &str| Sha256::digest(text.as_bytes());
        Some(digest(token.reveal()) == digest(given))
    };
    is_here(client::peer(req), is_led) || knows().unwrap_or(false)
}

/// Whether somebody on this machine asks for themselves.
fn is_here(peer: IpAddr, is_led: bool) -> bool {
    peer.is_loopback() && !is_led
}

fn requests(text: &mut Exposition, figures: &Figures) {
    let figures = figures.read();
    let total = "cafe_pos_http_requests_total";
    text.family(
        total,
        Kind::Counter,
        "Requests answered, by the pattern of their address and the class of the status.",
    );
    for one in &figures {
        for (class, count) in &one.classes {
            let labels = [
                ("route", one.route),
                ("method", one.method),
                ("status", class),
            ];
            text.sample(total, &labels, count);
        }
    }
    let took = "cafe_pos_http_request_duration_seconds";
    text.family(
        took,
        Kind::Histogram,
        "From a request's head to the head of its answer.",
    );
    for one in &figures {
        let labels = [("route", one.route), ("method", one.method)];
        let ends = BUCKETS.iter().map(|end| seconds(*end));
        let ends = ends.chain(std::iter::once("+Inf".to_owned()));
        for (end, count) in ends.zip(&one.at_most) {
            let labels = [labels[0], labels[1], ("le", end.as_str())];
            text.sample(&format!("{took}_bucket"), &labels, count);
        }
        text.sample(&format!("{took}_sum"), &labels, seconds(one.micros));
        let all = one.at_most.last().copied().unwrap_or_default();
        text.sample(&format!("{took}_count"), &labels, all);
    }
}

/// What committed transactions of this instance did since its start.
fn deeds(text: &mut Exposition, app: &App) {
    for (tally, name, label, help) in [
        (
            Tally::OrderOpened,
            "orders_opened",
            "kind",
            "Orders opened here.",
        ),
        (
            Tally::OrderSettled,
            "orders_settled",
            "kind",
            "Orders settled here.",
        ),
        (
            Tally::OrderCancelled,
            "orders_cancelled",
            "kind",
            "Orders called off here.",
        ),
        (
            Tally::PaymentTaken,
            "payments",
            "method",
            "Payments taken here.",
        ),
    ] {
        let name = format!("cafe_pos_{name}_total");
        text.family(&name, Kind::Counter, help);
        for (kind, count) in app.tallies().of(tally) {
            text.sample(&name, &[(label, kind)], count);
        }
    }
}

fn jobs(text: &mut Exposition, app: &App) {
    let jobs = app.jobs().read();
    let name = "cafe_pos_job_failures_total";
    text.family(name, Kind::Counter, "Runs of a background job that failed.");
    for (job, told) in &jobs {
        text.sample(name, &[("job", job)], told.failures);
    }
    let name = "cafe_pos_job_last_success_timestamp_seconds";
    text.family(name, Kind::Gauge, "When a background job last succeeded.");
    for (job, told) in &jobs {
        if let Some(at) = told.succeeded {
            text.sample(name, &[("job", job)], at);
        }
    }
}

/// Every figure that has no labels, as it is now. A figure that is not known at the moment is left out.
fn gauges(app: &App) -> Vec<Gauge> {
    let mut gauges = Vec::new();
    let mut add = |kind, name, help, value: String| {
        gauges.push(Gauge {
            name,
            kind,
            help,
            value,
        });
    };
    use Kind::{Counter, Gauge as Level};
    let feeds = app.feeds().counts();
    add(
        Level,
        "streams",
        "Open event streams.",
        feeds.streams.to_string(),
    );
    add(
        Level,
        "views",
        "Pictures that are kept drawn.",
        feeds.views.to_string(),
    );
    add(
        Counter,
        "drawings_total",
        "Pictures drawn.",
        feeds.drawings.to_string(),
    );
    add(
        Counter,
        "drawing_failures_total",
        "Drawings, and looks at a revision, that failed.",
        feeds.failures.to_string(),
    );
    add(
        Counter,
        "deliveries_total",
        "Pictures handed to streams.",
        feeds.deliveries.to_string(),
    );

    let live = app.live();
    let counts = live.counts();
    add(
        Level,
        "bus_connected",
        "1 when changes made by other instances arrive here at once (or there are none), else 0.",
        u8::from(live.is_connected()).to_string(),
    );
    if let Some(lag) = live.lag() {
        add(
            Level,
            "bus_lag_seconds",
            "How long the last message took through Redis and back.",
            seconds(micros(lag)),
        );
    }
    add(
        Counter,
        "bus_published_total",
        "Batches of changes announced.",
        counts.published.to_string(),
    );
    add(
        Counter,
        "bus_received_total",
        "Batches of changes heard from other instances.",
        counts.received.to_string(),
    );
    add(
        Counter,
        "bus_lagged_total",
        "Times that a listener here was too slow.",
        counts.lagged.to_string(),
    );
    add(
        Counter,
        "bus_connects_total",
        "Times that Redis was connected to.",
        counts.connects.to_string(),
    );
    add(
        Counter,
        "bus_unreadable_total",
        "Messages of other instances that could not be read.",
        counts.unreadable.to_string(),
    );

    let pool = app.db().get_postgres_connection_pool();
    let (open, idle) = (pool.size() as usize, pool.num_idle());
    add(
        Level,
        "db_connections",
        "Open connections to Postgres.",
        open.to_string(),
    );
    add(
        Level,
        "db_connections_idle",
        "Connections to Postgres that wait for work.",
        idle.to_string(),
    );
    add(
        Level,
        "db_connections_in_use",
        "Connections to Postgres at work.",
        open.saturating_sub(idle).to_string(),
    );
    add(
        Level,
        "db_connections_max",
        "As many connections to Postgres as there may be.",
        pool.options().get_max_connections().to_string(),
    );

    if let Some(visitors) = app.visitors() {
        add(
            Level,
            "http_connections",
            "Open connections of browsers and proxies.",
            visitors.open().to_string(),
        );
        add(
            Counter,
            "http_connections_turned_away_total",
            "Connections refused because there were too many.",
            visitors.turned_away().to_string(),
        );
    }
    add(
        Level,
        "stopping",
        "1 while the program stops, else 0.",
        u8::from(app.stop().is_cancelled()).to_string(),
    );
    gauges
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_is_not_here_and_neither_is_whoever_a_proxy_leads() {
        for (peer, is_led, expected) in [
            ("127.0.0.1", false, true),
            ("::1", false, true),
            ("127.0.0.1", true, false),
            ("192.168.1.5", false, false),
            ("172.20.0.3", true, false),
        ] {
            assert_eq!(is_here(peer.parse().unwrap(), is_led), expected, "{peer}");
        }
    }
}
