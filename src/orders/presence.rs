//! Who has an order on their screen, so that two people at one table know of each other (pains.md 3). Kept in the database,
//! because their streams may be at two instances; true for seconds, and nobody's record: no key, no audit.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use maud::{Markup, html};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::app::App;
use crate::live::Changed;
use crate::staff::short_name;
use crate::ui;
use crate::values::{OrderId, StaffId, initials};
use crate::web::Result;

/// How long somebody counts as there whose stream has said nothing more: its instance was killed.
const STAYS: Duration = Duration::seconds(30);
/// How often a stream says that it is still there.
const SAYS_SO_EVERY: std::time::Duration = std::time::Duration::from_secs(10);

/// Somebody who looks at an order.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Present {
    /// Who.
    pub id: StaffId,
    /// As colleagues call them.
    pub name: String,
    /// The colour of their avatar, 1 to 8.
    pub hue: i16,
}

/// One stream that shows an order; they leave when it is dropped.
pub struct Visit {
    app: App,
    order: OrderId,
    staff: StaffId,
    stream: Uuid,
    said: Mutex<Instant>,
}

impl Visit {
    /// Says that they are there. A database that cannot note it costs the others the sight of them, and nobody a stream.
    pub async fn begin(app: &App, order: OrderId, staff: StaffId) -> Visit {
        let visit = Visit {
            app: app.clone(),
            order,
            staff,
            stream: Uuid::new_v4(),
            said: Mutex::new(Instant::now()),
        };
        visit.say().await;
        app.live().publish(vec![Changed::Watchers(order)]);
        visit
    }

    /// Says so again when it is time. Nobody waits for that: whoever asks has to find out whether the stream may go on, and a
    /// database that is slow to write must not hold up that a revoked session ends.
    pub fn go_on(self: &Arc<Self>) {
        let is_due = {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = said.elapsed() >= SAYS_SO_EVERY;
            if is_due {
                *said = Instant::now();
            }
            is_due
        };
        if is_due {
            let visit = Arc::clone(self);
            tokio::spawn(async move { visit.say().await });
        }
    }

    async fn say(&self) {
        let until = self.app.clock().now() + STAYS;
        let sql = "INSERT INTO order_presence (stream, order_id, staff_id, until) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (stream) DO UPDATE SET until = $4";
        let values = [
            self.stream.into(),
            self.order.into(),
            self.staff.into(),
            until.into(),
        ];
        let said = run(self.app.db(), sql, values).await;
        if let Err(failure) = said {
            tracing::debug!(%failure, "it was not noted who looks at an order");
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (app, order, stream) = (self.app.clone(), self.order, self.stream);
        runtime.spawn(async move {
            let sql = "DELETE FROM order_presence WHERE stream = $1";
            // What is not taken away is over in half a minute.
            if run(app.db(), sql, [stream.into()]).await.is_ok() {
                app.live().publish(vec![Changed::Watchers(order)]);
            }
        });
    }
}

/// Who looks at an order now, by name.
pub(super) async fn of_order(
    db: &impl ConnectionTrait,
    order: OrderId,
    now: OffsetDateTime,
) -> Result<Vec<Present>> {
    let sql = "SELECT id, name, hue FROM staff WHERE id IN (SELECT staff_id FROM order_presence WHERE order_id = $1 AND until > $2) \
               ORDER BY name, id";
    let values = [order.into(), now.into()];
    let found = Present::find_by_statement(statement(db, sql, values));
    Ok(found.all(db).await?)
}

/// Forgets who was killed with their instance.
pub async fn forget_old(db: &impl ConnectionTrait, now: OffsetDateTime) -> Result<()> {
    let sql = "DELETE FROM order_presence WHERE until < $1";
    Ok(run(db, sql, [now.into()]).await?)
}

async fn run(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> std::result::Result<(), DbErr> {
    db.execute_raw(statement(db, sql, values)).await?;
    Ok(())
}

fn statement(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// Where the others are shown; the stream fills it. Whoever reads it is left out by the style sheet.
pub(super) fn region() -> Markup {
    html! { span #order-people.people role="status" {} }
}

/// Everybody who looks at the order.
pub(super) fn picture(people: &[Present]) -> Markup {
    html! {
        hx-partial hx-target="#order-people" hx-swap="innerMorph" {
            @for one in people {
                span id={ "present-" (one.id) } data-own=(one.id) {
                    (ui::avatar(&initials(&one.name), one.hue.unsigned_abs().try_into().unwrap_or(1)))
                    span { (short_name(&one.name)) " is here, too" }
                }
            }
        }
    }
}
