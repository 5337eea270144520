//! The one stream of a screen: which pictures it shows, and who may see them.

use poem::{FromRequest, IntoResponse, Request, Response, handler};
use serde::Deserialize;

use crate::app::App;
use crate::closing::ShiftsView;
use crate::kitchen;
use crate::live::{Outlet, StreamOptions, Watched, sse_stream};
use crate::orders::{self, FloorView, OrderView};
use crate::staff::{Cook, Role, session};
use crate::terminals;
use crate::values::{OrderId, ShiftId, StationId};
use crate::web::{Asker, Error, Go, Query, Result, url};

/// What a screen asks for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    view: String,
    order: Option<OrderId>,
    station: Option<StationId>,
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
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let views = match wanted.view.as_str() {
        "board" => vec![board(&app, req, &wanted).await?],
        view => till(&app, req, view, &wanted).await?,
    };
    let (allowed_app, ticket) = (app.clone(), Admission::of(&app, req).await?);
    let options = StreamOptions::new(app.live(), outlet, app.stop().clone(), move || {
        let (app, ticket) = (allowed_app.clone(), ticket.clone());
        async move { ticket.stands(&app).await }
    });
    Ok(sse_stream(views, options))
}

async fn board(app: &App, req: &Request, wanted: &Wanted) -> Result<Watched> {
    let cook = Cook::from_request_without_body(req)
        .await
        .map_err(of_poem)?;
    let station = wanted.station.ok_or(Error::NotFound("board"))?;
    let station = kitchen::station(app.db(), station).await?;
    cook.may_work_at(station.id, station.kind.as_str())?;
    Ok(app.feeds().watch(app, kitchen::BoardView(station.id)))
}

async fn till(app: &App, req: &Request, view: &str, wanted: &Wanted) -> Result<Vec<Watched>> {
    let person = session::person(app, req).await?;
    if !person.role.takes_orders() {
        return Err(Error::not_allowed(
            "Orders are seen by waiters, cashiers and managers.",
        ));
    }
    match (view, wanted.order) {
        ("order", Some(order)) => {
            // Of what does not exist no picture could ever be drawn.
            orders::find(app.db(), order).await?;
            let settings = app.settings().await?;
            let pays = person.role.takes_payments(&settings);
            Ok(vec![app.feeds().watch(app, OrderView { order, pays })])
        }
        ("shifts", _) if !person.role.manages() => Err(Error::not_allowed(
            "The shifts of others are seen by managers.",
        )),
        ("shifts", _) => Ok(vec![app.feeds().watch(app, ShiftsView)]),
        ("floor" | "", _) => Ok(vec![app.feeds().watch(app, FloorView)]),
        _ => Err(Error::NotFound("view")),
    }
}

/// By what a stream was admitted: asked again twice a second.
#[derive(Clone)]
enum Admission {
    /// A person, on the device with this key if it is one.
    Session(session::Claims, Option<terminals::DeviceKey>),
    /// A display, with the board that it was bound to when it connected.
    Display(terminals::DeviceKey, Option<StationId>),
}

impl Admission {
    async fn of(app: &App, req: &Request) -> Result<Self> {
        match session::session(app, req).await {
            Ok(session) => Ok(Admission::Session(session.claims, terminals::key_of(req))),
            Err(Error::SignedOut) => {
                let key = terminals::key_of(req).ok_or(Error::SignedOut)?;
                let terminal = terminals::paired(app, key).await?.ok_or(Error::SignedOut)?;
                Ok(Admission::Display(key, terminal.station))
            }
            Err(other) => Err(other),
        }
    }

    /// A database that does not answer is no reason to sign anybody out.
    async fn stands(&self, app: &App) -> bool {
        match self {
            Admission::Session(claims, device) => {
                claims.is_current(app.clock().now())
                    && session::check(app, claims, *device)
                        .await
                        .map_or(true, |row| row.is_some())
            }
            // Bound to another board meanwhile: the display has to go there.
            Admission::Display(key, station) => {
                terminals::paired(app, *key).await.map_or(true, |terminal| {
                    terminal.is_some_and(|terminal| terminal.station == *station)
                })
            }
        }
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

fn of_poem(failure: poem::Error) -> Error {
    match failure.downcast::<Error>() {
        Ok(error) => error,
        Err(other) => other.into(),
    }
}
