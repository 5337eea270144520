//! One function per URL of the boards: read input, write, read, draw.

use poem::http::StatusCode;
use poem::{IntoResponse, Response, handler};

use super::figures::LEARNED_OVER;
use super::station::Station;
use super::stations::{self, view as stations_view};
use super::store::{self, Home};
use super::ticket::{self, Ticket};
use super::{actions, prints, view};
use crate::app::App;
use crate::data::{By, Claim, Tx};
use crate::form;
use crate::live::{Changed, View};
use crate::orders;
use crate::pass::{self, Runner};
use crate::printers;
use crate::staff::{AtWork, Cook, Role};
use crate::ui;
use crate::values::{StationId, TicketId, TicketLineId};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Result, url};

form! {
    /// What was on the screen when it was tapped.
    pub struct Seen {
        /// The number of additions; whoever does not say has seen all.
        additions: opt i16,
        /// The number of voids and moves, likewise.
        changes: opt i16,
    }
}

form! {
    /// How a ticket comes back.
    pub struct Back {
        /// Its age begins again.
        anew: flag bool,
    }
}

/// A station's board, its counts and what "Recall" brings back: one picture for all who watch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardView(pub StationId);

impl View<App> for BoardView {
    fn name(&self) -> String {
        format!("board:{}", self.0)
    }

    fn cares(&self, change: &Changed) -> bool {
        *change == Changed::Station(self.0)
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        let board = store::find_board(app.db(), self.0).await?;
        let hands = stations::hands_of(app.db(), self.0).await?;
        let picture = view::picture(&board, app.clock().now()).into_string();
        Ok(picture + &stations_view::hands_redrawn(&hands).into_string())
    }

    fn is_of_articles(&self) -> bool {
        true
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::board_revision(app.db(), self.0, app.clock().now()).await?)
    }
}

/// The boards one may open; a display goes to its own.
#[handler]
pub async fn show_boards(app: App, AtWork(by): AtWork, asker: Asker) -> Result<Response> {
    let person = match by {
        Cook::Display(terminal) => {
            let to = terminal.station.map_or_else(url::sign_in, url::board);
            return Ok(Go::to(asker, to).into_response());
        }
        Cook::Person(ref person) => person,
    };
    let mut stations = store::stations(app.db()).await?;
    stations.retain(|station| match station.kind.makes() {
        true => may_work_at(&by, station).is_ok(),
        false => person.role.takes_orders(),
    });
    let cafe = &app.settings().await?.cafe_name;
    Ok(Page(view::chooser(&stations, person, cafe)).into_response())
}

/// A station's board; at the pass, whole orders.
#[handler]
pub async fn show_board(
    app: App,
    AtWork(by): AtWork,
    Path(station): Path<StationId>,
) -> Result<Page> {
    let station = store::station(app.db(), station).await?;
    if !station.kind.makes() {
        let by = Runner::of(&app, by).await?;
        return pass::handlers::show(&app, &by, station.id).await;
    }
    may_work_at(&by, &station)?;
    let board = store::find_board(app.db(), station.id).await?;
    let settings = app.settings().await?;
    let way_back = matches!(by, Cook::Person(_));
    let now = app.clock().now();
    let hands = stations::hands_of(app.db(), station.id).await?;
    Ok(Page(view::page(&board, now, &settings, &hands, way_back)))
}

/// Somebody begins to work on a ticket.
#[handler]
pub async fn start(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<StatusCode> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.start", &ticket);
    work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::start(tx, ticket).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody has finished one line.
#[handler]
pub async fn finish_line(
    app: App,
    by: Cook,
    once: Once,
    Path((ticket, line)): Path<(TicketId, TicketLineId)>,
) -> Result<StatusCode> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.finish_line", &(ticket, line));
    work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::finish_line(tx, ticket, line).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A line was not finished after all.
#[handler]
pub async fn reopen_line(
    app: App,
    by: Cook,
    once: Once,
    Path((ticket, line)): Path<(TicketId, TicketLineId)>,
) -> Result<StatusCode> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.reopen_line", &(ticket, line));
    work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::reopen_line(tx, ticket, line).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A ticket is done and leaves the board. Whoever bumped it is offered to take that back in place.
#[handler]
pub async fn bump(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
    Form(seen): Form<Seen>,
) -> Result<Response> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.bump", &(ticket, &seen));
    let seen = ticket::Seen {
        additions: seen.additions,
        changes: seen.changes,
    };
    let bumped = work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::bump(tx, ticket, seen).await
    })
    .await?;
    Ok(match bumped {
        Some(ticket) => Frag(view::bumped(&ticket)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// A bumped ticket comes back to the board.
#[handler]
pub async fn recall(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<StatusCode> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.recall", &ticket);
    work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::recall(tx, ticket, false).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A bumped ticket comes back to the board from the list, with its age or with a new one.
#[handler]
pub async fn recall_from_list(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
    Form(back): Form<Back>,
) -> Result<Frag> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.recall_from_list", &(ticket, &back));
    work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::recall(tx, ticket, back.anew).await
    })
    .await?;
    Ok(Frag(ui::dialog::closed()))
}

/// What may be recalled to a board.
#[handler]
pub async fn list_recalls(app: App, by: Cook, Path(station): Path<StationId>) -> Result<Frag> {
    let station = store::station(app.db(), station).await?;
    may_work_at(&by, &station)?;
    let now = app.clock().now();
    let recalls = store::recallable(app.db(), station.id, now).await?;
    let days = app.settings().await?.day_rule();
    let prints = !printers::of_stations(app.db(), &[station.id])
        .await?
        .is_empty();
    Ok(Frag(view::recalls(&recalls, prints, &days, now)))
}

/// Prints a ticket once more, as a duplicate.
#[handler]
pub async fn print_again(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<Frag> {
    let home = store::home_of(app.db(), ticket).await?;
    by.may_work_at(home.station_id, &home.kind)?;
    let claim = once.of(&by, "kitchen.print_again", &ticket);
    app.write(claim, async |tx: &mut Tx| {
        prints::duplicate(tx, ticket).await
    })
    .await?;
    Ok(Frag(view::said(
        "A duplicate is on its way to the printer.",
    )))
}

/// What is to be made on a board in all, with how it is wanted, by when, and how long it takes as a rule.
#[handler]
pub async fn show_all_day(app: App, by: Cook, Path(station): Path<StationId>) -> Result<Frag> {
    let board = store::find_board(app.db(), station).await?;
    may_work_at(&by, &board.station)?;
    let since = app.clock().now() - LEARNED_OVER;
    let learned = store::learned(app.db(), since, station).await?;
    Ok(Frag(view::all_day_sheet(&board, &learned)))
}

/// Somebody has seen that a line was struck out.
#[handler]
pub async fn see_void(
    app: App,
    by: Cook,
    once: Once,
    Path((ticket, line)): Path<(TicketId, TicketLineId)>,
) -> Result<StatusCode> {
    let home = enter(&app, &by, ticket).await?;
    let claim = once.of(&by, "kitchen.see_void", &(ticket, line));
    work_on(&app, claim, home, async |tx: &mut Tx| {
        actions::see_void(tx, ticket, line).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A ticket goes before the others.
#[handler]
pub async fn put_first(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<StatusCode> {
    prioritise(&app, &by, once, ticket, true).await
}

/// A ticket goes where it belongs.
#[handler]
pub async fn put_back(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<StatusCode> {
    prioritise(&app, &by, once, ticket, false).await
}

async fn prioritise(
    app: &App,
    by: &Cook,
    once: Once,
    ticket: TicketId,
    first: bool,
) -> Result<StatusCode> {
    let home = enter(app, by, ticket).await?;
    let claim = once.of(by, "kitchen.prioritise", &(ticket, first));
    work_on(app, claim, home, async |tx: &mut Tx| {
        actions::prioritise(tx, ticket, first).await
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One deed upon a ticket. Its order is locked first (the order of locks is order, then ticket), and
/// follows in the same transaction how far the ticket's lines are now. Answers the ticket, unless the same
/// request was carried out before.
///
/// The picture comes from the feed alone, to every screen of the station at once. An answer with a picture of its own
/// could arrive after the feed's next one, and would wipe a ticket off the board that came in meanwhile: a board,
/// unlike an order, has no revision by which a screen could tell which is older.
async fn work_on<F>(app: &App, claim: Claim, home: Home, deed: F) -> Result<Option<Ticket>>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Ticket> + Clone,
{
    let claim = claim.holding(orders::row(home.order_id));
    let written = app
        .write(claim, async move |tx: &mut Tx| {
            let mut order = orders::lock(tx, home.order_id).await?;
            let ticket = deed(tx).await?;
            orders::progressed(tx, &mut order, &ticket.progress()).await?;
            Ok(ticket)
        })
        .await?;
    Ok(written.done())
}

/// Finishes what stations without a screen have had on paper for long enough.
///
/// # Errors
/// When the database does not answer.
pub async fn finish_printed(app: &App) -> Result<()> {
    for (ticket, order) in prints::printed_and_over(app.db(), app.clock().now()).await? {
        let finished = app.write_unkeyed(By::system(), async |tx: &mut Tx| {
            let mut order = orders::lock(tx, order).await?;
            let ticket = prints::finish_printed(tx, ticket).await?;
            orders::progressed(tx, &mut order, &ticket.progress()).await
        });
        match finished.await {
            // Somebody was faster, at a board after all.
            Ok(()) | Err(Error::Refused(_) | Error::NotFound(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// A ticket is on a screen where it is made. Whoever only looks on gives no receipt.
#[handler]
pub async fn shown(
    app: App,
    by: Cook,
    once: Once,
    Path(ticket): Path<TicketId>,
) -> Result<StatusCode> {
    let home = enter(&app, &by, ticket).await?;
    if makes(&by, home.station_id) {
        let claim = once.of(&by, "kitchen.shown", &ticket);
        app.write(claim, async |tx: &mut Tx| {
            actions::shown(tx, ticket, home.order_id).await
        })
        .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Where a ticket belongs, for those who may work there.
async fn enter(app: &App, by: &Cook, ticket: TicketId) -> Result<Home> {
    let home = store::home_of(app.db(), ticket).await?;
    by.may_work_at(home.station_id, &home.kind)?;
    Ok(home)
}

fn may_work_at(by: &Cook, station: &Station) -> Result<()> {
    by.may_work_at(station.id, station.kind.as_str())
}

/// Whether what this screen shows reaches those who make it: it hangs at the station, or a cook holds it.
fn makes(by: &Cook, station: StationId) -> bool {
    match by {
        Cook::Display(_) => true,
        Cook::Person(person) => {
            let bound = person
                .terminal
                .as_ref()
                .is_some_and(|terminal| terminal.station == Some(station));
            bound || matches!(person.role, Role::Kitchen | Role::Bar)
        }
    }
}
