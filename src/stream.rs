//! The one stream of a screen: which pictures it shows, and who may see them.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{IntoResponse, Request, Response, handler};
use serde::Deserialize;

use crate::app::App;
use crate::closing::ShiftsView;
use crate::kitchen::{self, receipts::UnseenView};
use crate::live::{Outlet, StreamOptions, Watched, sse_stream};
use crate::menu::MenuView;
use crate::orders::{self, FloorView, OrderView, ReadyView, TableView, presence::Visit};
use crate::pass::{PassView, Runner};
use crate::payments::desk::feed::{AttemptsView, DeskView};
use crate::printers::PrintersView;
use crate::staff::requests::{AsksView, RequestsView};
use crate::staff::{AtWork, Cook, Role, session};
use crate::terminals;
use crate::values::{OrderId, ShiftId, StationId, TableId};
use crate::web::{Asker, Error, Go, Query, Result, url};

/// What a screen asks for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    view: String,
    order: Option<OrderId>,
    station: Option<StationId>,
    table: Option<TableId>,
    /// Accepted from clients that send it. It is no authority, and at present it narrows nothing either: pictures are
    /// shared by all who watch, and there is none of one shift alone.
    #[serde(rename = "shiftId")]
    _shift: Option<ShiftId>,
}

/// Live pictures over SSE: all of them on connect, then each new one, and a heartbeat.
#[handler]
pub async fn follow(
    app: App,
    req: &Request,
    outlet: Outlet,
    // Who may see nothing at all is not told what is wrong with the question.
    AtWork(by): AtWork,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    if app.stop().is_cancelled() {
        // A proxy leads on to another instance; a stream that ends at once would be taken for one that was there.
        return Ok(Response::builder()
            .status(StatusCode::SERVICE_UNAVAILABLE)
            .header(header::RETRY_AFTER, 1)
            .finish());
    }
    let (mut visit, mut binding) = (None, None);
    let views = match wanted.view.as_str() {
        "board" => {
            let (views, by_binding) = board(&app, by, &wanted).await?;
            binding = by_binding;
            views
        }
        view => {
            let (views, begun) = till(&app, req, view, &wanted).await?;
            visit = begun.map(Arc::new);
            views
        }
    };
    let ticket = Admission::of(&app, req, binding).await?;
    let allowed_app = app.clone();
    let options = StreamOptions::new(app.live(), outlet, app.stop().clone(), move || {
        let (app, ticket, visit) = (allowed_app.clone(), ticket.clone(), visit.clone());
        async move {
            if let Some(visit) = visit {
                visit.go_on();
            }
            ticket.stands(&app).await
        }
    });
    Ok(sse_stream(views, options))
}

/// The picture of a board or of a pass, and the board of the device where that gives the right to it.
async fn board(app: &App, by: Cook, wanted: &Wanted) -> Result<(Vec<Watched>, Option<StationId>)> {
    let station = wanted.station.ok_or(Error::NotFound("board"))?;
    let station = kitchen::station(app.db(), station).await?;
    if !station.kind.makes() {
        let runner = Runner::of(app, by).await?;
        runner.enter(app, station.id).await?;
        let views = vec![app.feeds().watch(app, PassView(station.id))];
        return Ok((views, runner.binding()));
    }
    by.may_work_at(station.id, station.kind.as_str())?;
    let views = vec![app.feeds().watch(app, kitchen::BoardView(station.id))];
    Ok((views, by.by_binding().and_then(|it| it.station)))
}

/// The pictures of a till's screen, and where somebody works on an order, that they are there.
async fn till(
    app: &App,
    req: &Request,
    view: &str,
    wanted: &Wanted,
) -> Result<(Vec<Watched>, Option<Visit>)> {
    let person = session::person(app, req).await?;
    if !person.role.takes_orders() {
        return Err(Error::not_allowed(
            "Orders are seen by waiters, cashiers and managers.",
        ));
    }
    let mut visit = None;
    let mut views = match (view, wanted.order) {
        ("order", Some(order)) => {
            // Of what does not exist no picture could ever be drawn.
            orders::find(app.db(), order).await?;
            let settings = app.settings().await?;
            let pays = person.role.takes_payments(&settings);
            visit = Some(Visit::begin(app, order, person.id).await);
            vec![
                app.feeds().watch(app, OrderView { order, pays }),
                app.feeds().watch(app, AttemptsView { order, pays }),
                app.feeds().watch(app, MenuView),
                app.feeds().watch(app, ReadyView),
            ]
        }
        ("table", _) => {
            let table = wanted.table.ok_or(Error::NotFound("table"))?;
            vec![
                app.feeds().watch(app, TableView(table)),
                app.feeds().watch(app, ReadyView),
            ]
        }
        ("ready", _) => vec![app.feeds().watch(app, ReadyView)],
        ("pay" | "desk", _) if !person.role.takes_payments(&*app.settings().await?) => {
            return Err(Error::not_allowed(
                "Payments are taken by cashiers and managers.",
            ));
        }
        ("pay", Some(order)) => {
            orders::find(app.db(), order).await?;
            vec![
                app.feeds().watch(app, AttemptsView { order, pays: true }),
                app.feeds().watch(app, ReadyView),
            ]
        }
        ("desk", _) => vec![
            app.feeds().watch(
                app,
                DeskView {
                    refunds: person.role.refunds(),
                },
            ),
            app.feeds().watch(app, ReadyView),
        ],
        ("shifts", _) if !person.role.manages() => {
            return Err(Error::not_allowed(
                "The shifts of others are seen by managers.",
            ));
        }
        ("shifts", _) => vec![app.feeds().watch(app, ShiftsView)],
        ("printers", _) if !person.role.manages() => {
            return Err(Error::not_allowed("Printers are looked after by managers."));
        }
        ("printers", _) => vec![app.feeds().watch(app, PrintersView)],
        ("asks" | "approvals", _) if !person.role.manages() => {
            return Err(Error::not_allowed("Only managers are asked to approve."));
        }
        // Which every manager's stream has.
        ("asks", _) => Vec::new(),
        ("approvals", _) => vec![app.feeds().watch(app, RequestsView)],
        ("floor" | "", _) => vec![app.feeds().watch(app, FloorView)],
        _ => return Err(Error::NotFound("view")),
    };
    if person.role.manages() && view != "approvals" {
        views.push(app.feeds().watch(app, AsksView));
    }
    if view != "asks" {
        views.push(app.feeds().watch(app, UnseenView));
    }
    Ok((views, visit))
}

/// By what a stream was admitted: asked again twice a second.
#[derive(Clone)]
struct Admission {
    /// Whoever is signed in; a display follows its board without anybody.
    session: Option<session::Claims>,
    device: Option<terminals::DeviceKey>,
    /// The board that the device was bound to when it connected, where that gave the right.
    binding: Option<StationId>,
}

impl Admission {
    async fn of(app: &App, req: &Request, binding: Option<StationId>) -> Result<Self> {
        let session = match session::session(app, req).await {
            Ok(session) => Some(session.claims),
            Err(Error::SignedOut) if binding.is_some() => None,
            Err(other) => return Err(other),
        };
        Ok(Admission {
            session,
            device: terminals::key_of(req),
            binding,
        })
    }

    /// A database that does not answer is no reason to sign anybody out.
    async fn stands(&self, app: &App) -> bool {
        self.is_signed_in(app).await.unwrap_or(true) && self.is_bound(app).await.unwrap_or(true)
    }

    async fn is_signed_in(&self, app: &App) -> Result<bool> {
        let Some(claims) = &self.session else {
            return Ok(true);
        };
        Ok(claims.is_current(app.clock().now())
            && session::check(app, claims, self.device).await?.is_some())
    }

    /// Bound to another board meanwhile, or to none: who was here because of it has to go.
    async fn is_bound(&self, app: &App) -> Result<bool> {
        let (Some(board), Some(key)) = (self.binding, self.device) else {
            return Ok(true);
        };
        let terminal = terminals::paired(app, key).await?;
        Ok(terminal.is_some_and(|terminal| terminal.station == Some(board)))
    }
}

/// Where each person begins.
#[handler]
pub async fn go_home(app: App, asker: Asker, req: &Request) -> Result<Response> {
    let to = match session::person(&app, req).await {
        Ok(person) => match person.role {
            Role::Kitchen | Role::Bar => url::boards(),
            _ => url::floor(),
        },
        Err(Error::SignedOut) => match terminals::device(&app, req).await? {
            Some(terminal) if terminal.is_display() => url::boards(),
            _ => url::sign_in(),
        },
        Err(Error::PasswordChangeRequired) => url::own_password(),
        Err(other) => return Err(other),
    };
    Ok(Go::to(asker, to).into_response())
}
