//! Is the program well? For load balancers, containers and people.

use std::time::{Duration, Instant};

use maud::{Markup, html};
use poem::http::StatusCode;
use poem::web::Json;
use poem::{IntoResponse, Response, handler};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;
use crate::live::Live;
use crate::printers::{self, Printer, Standing};
use crate::staff::AtWork;
use crate::ui::{self, Kind, Shape};
use crate::web::Frag;

/// How long the database may take to answer.
const LIMIT: Duration = Duration::from_secs(1);

/// 200 when the program serves and the database answers within a second, else 503; also when it stops, before it
/// closes its door.
#[handler]
pub async fn check(app: App) -> Response {
    if app.stop().is_cancelled() {
        return unavailable("The program is stopping.");
    }
    let asked = tokio::time::timeout(LIMIT, app.db().execute_unprepared("SELECT 1")).await;
    match asked {
        Ok(Ok(_)) => Json(json!({ "status": "ok" })).into_response(),
        Ok(Err(_)) => unavailable("The database refuses."),
        Err(_) => unavailable("The database does not answer."),
    }
}

/// 200 as long as the program itself serves.
#[handler]
pub async fn check_process() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// What this screen depends on, part by part, so that one sees what goes on when something does not.
#[handler]
pub async fn list_connections(app: App, _by: AtWork) -> Frag {
    let begun = Instant::now();
    let asked = tokio::time::timeout(LIMIT, app.db().execute_unprepared("SELECT 1")).await;
    let database = matches!(asked, Ok(Ok(_))).then(|| begun.elapsed());
    let printers = printers::all(app.db()).await.unwrap_or_default();
    let standing = printers.iter().filter(|one| one.active);
    let standing: Vec<_> = standing
        .map(|one| (one, one.standing(app.clock().now())))
        .collect();
    let online = app.pesapal().is_configured();
    Frag(connections(database, app.live(), online, &standing))
}

fn connections(
    database: Option<Duration>,
    live: &Live,
    online: bool,
    printers: &[(&Printer, Standing)],
) -> Markup {
    let part = |name: &str, kind: Kind, word: &str, told: String| {
        html! { li.row { b { (name) } span.push {} (ui::badge_of(kind, kind != Kind::Ok, word)) small.full { (told) } } }
    };
    let content = html! {
        div.body {
            ul.parts {
                (part("Server", Kind::Ok, "Answers", "It keeps orders, kitchen, cash and shifts. They go on for as long as this device reaches it.".to_owned()))
                @match database {
                    Some(took) => (part("Database", Kind::Ok, "Answers", format!("It answered within {} ms.", took.as_millis().max(1)))),
                    None => (part("Database", Kind::Bad, "Does not answer", "Nothing can be changed until it is back; what is on the screen may be old.".to_owned())),
                }
                @match (live.is_shared(), live.is_connected()) {
                    (false, _) => (part("Other servers", Kind::Ok, "None", "This is the only one.".to_owned())),
                    (true, true) => (part("Other servers", Kind::Ok, "Connected", "Changes made there are here within a second.".to_owned())),
                    (true, false) => (part("Other servers", Kind::Warn, "Not connected", "Changes made there take a few seconds to be here.".to_owned())),
                }
                @match online {
                    true => (part("Internet", Kind::Ok, "For Pesapal only", "Everything else goes on without it.".to_owned())),
                    false => (part("Internet", Kind::Ok, "Not needed", "Only online payments would need it, and none are set up.".to_owned())),
                }
                @if printers.is_empty() {
                    (part("Printers", Kind::Ok, "None set up", "Receipts and reports are printed by this device's browser.".to_owned()))
                }
                @for (printer, standing) in printers {
                    @let waiting = printer.fares.waiting;
                    @let waits = if waiting == 0 { String::new() } else { format!(" {waiting} waiting.") };
                    @match (standing, &printer.fares.failing) {
                        (Standing::Failing, Some((_, why))) => (part(&printer.name, Kind::Bad, "Does not print", format!("{why}{waits}"))),
                        (Standing::Unreached, _) => (part(&printer.name, Kind::Bad, "Not reached", format!("Its print agent was not heard of.{waits}"))),
                        (Standing::Paused, _) => (part(&printer.name, Kind::Warn, "Paused", format!("A manager told it to wait.{waits}"))),
                        _ => (part(&printer.name, Kind::Ok, "Prints", format!("It prints what is sent to it.{waits}"))),
                    }
                }
            }
        }
        footer { button.btn.lg.primary type="button" data-close { "Close" } }
    };
    ui::dialog(Shape::Sheet, "Connections", content)
}

fn unavailable(reason: &str) -> Response {
    Json(json!({ "status": "unavailable", "reason": reason }))
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .into_response()
}
