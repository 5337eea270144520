//! Is the program well? For load balancers, containers and people.

use std::time::Duration;

use poem::http::StatusCode;
use poem::web::Json;
use poem::{IntoResponse, Response, handler};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;

/// How long the database may take to answer.
const LIMIT: Duration = Duration::from_secs(1);

/// 200 when the program serves and the database answers within a second, else 503.
#[handler]
pub async fn check(app: App) -> Response {
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

fn unavailable(reason: &str) -> Response {
    Json(json!({ "status": "unavailable", "reason": reason }))
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .into_response()
}
