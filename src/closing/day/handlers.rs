//! The dates that are open, the X report of one, and its closing.

use std::time::Duration;

use poem::{IntoResponse, Response, handler};
use time::OffsetDateTime;

use super::drawers::{Drawer, Held, by_drawer};
use super::report::DayReport;
use super::{actions, slip, store, view};
use crate::app::App;
use crate::closing::actions as closing;
use crate::closing::paper::{self, Frozen, Out};
use crate::closing::store::{is_counted, last_print};
use crate::data::{By, Claim, Tx, seal};
use crate::form;
use crate::payments;
use crate::printers::{self, JobKind};
use crate::printing::Mark;
use crate::shifts::{self, Ledger, Shift};
use crate::staff::view::desk::desk;
use crate::staff::{Manager, Person};
use crate::values::{BusinessDate, DayRule, ShiftId};
use crate::web::{Asker, Error, Form, Go, Once, Page, Path, Result, url};

/// How many Zs are listed, and how many open dates.
const LISTED: i64 = 40;

form! {
    /// That somebody wants to close a date.
    pub struct Closing {}
}

/// The dates that are open, and the last Zs.
#[handler]
pub async fn list(app: App, by: Manager) -> Result<Page> {
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let today = rule.date_of(app.clock().now());
    let mut open = store::not_closed(app.db(), LISTED).await?;
    if !open.contains(&today) && store::of(app.db(), today).await?.is_none() {
        open.insert(0, today);
    }
    let made = store::last(app.db(), LISTED).await?;
    let made = made
        .into_iter()
        .map(store::Made::report)
        .collect::<Result<Vec<_>>>()?;
    let content = view::list(&open, today, &made, &rule);
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Days",
        &url::days(),
        content,
    )))
}

/// A date: its X report and what is open, or its Z.
#[handler]
pub async fn show(
    app: App,
    by: Manager,
    asker: Asker,
    Path(date): Path<BusinessDate>,
) -> Result<Response> {
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let now = app.clock().now();
    let own = own_uncounted(&app, &by, date).await?;
    let own_moved = own.as_ref().map(|(_, moved)| moved);
    let report = match store::of(app.db(), date).await? {
        Some(made) => made.report()?,
        None => x_report(&app, &rule, date, own_moved).await?,
    };
    let at_printer = printers::till_paper(app.db(), by.terminal_id()).await?;
    if asker == Asker::Machine {
        return Ok(poem::web::Json(report).into_response());
    }
    let drawers = drawers_of(&app, &rule, date, own.map(|(shift, _)| shift)).await?;
    let last = match &report.z {
        Some(z) => last_print(app.db(), Frozen::Z(z.number)).await?,
        None => None,
    };
    let mark = Mark::of_what_is_shown(last);
    let waiting = payments::count_waiting(app.db()).await?;
    let is_first = store::first(app.db()).await?.is_none();
    let screen = view::Screen {
        mark,
        at_printer: at_printer.is_some(),
        drawers: &drawers,
        is_first,
        report: &report,
        waiting,
        today: rule.date_of(now),
        person: &by,
        settings: &settings,
    };
    Ok(Page(view::page(&screen)).into_response())
}

/// What a date comes to so far; without the cash of a shift of whoever reads that is not counted, and what moved it.
async fn x_report(
    app: &App,
    rule: &DayRule,
    date: BusinessDate,
    own: Option<&Ledger>,
) -> Result<DayReport> {
    let read = actions::read(app.db(), rule, date, app.clock().now()).await?;
    Ok(match own {
        Some(moved) => read.report.before_own_count(moved),
        None => read.report,
    })
}

/// The open shift of whoever reads, where they have yet to count its cash, and what moved it on the date: not even a manager
/// knows what to count.
async fn own_uncounted(
    app: &App,
    by: &Person,
    date: BusinessDate,
) -> Result<Option<(ShiftId, Ledger)>> {
    let own = shifts::open_of(app.db(), by.id).await?;
    let Some(own) = own.filter(Shift::has_cash) else {
        return Ok(None);
    };
    if is_counted(app.db(), own.id).await? {
        return Ok(None);
    }
    let moved = shifts::ledger_on(app.db(), own.id, date).await?;
    // What moved nothing on this date is in no sum of it.
    Ok((!moved.sums.is_empty()).then_some((own.id, moved)))
}

/// The cash of a date by drawer, but that of the `hidden` shift.
async fn drawers_of(
    app: &App,
    rule: &DayRule,
    date: BusinessDate,
    hidden: Option<ShiftId>,
) -> Result<Vec<Drawer>> {
    let moved = shifts::cash_of_day(app.db(), date).await?;
    let ids: Vec<ShiftId> = moved.iter().map(|(shift, _)| shift.id).collect();
    let counts = store::last_counts(app.db(), &ids).await?;
    let mut held = Vec::with_capacity(moved.len());
    for (shift, ledger) in moved {
        let closed = shift
            .closed
            .filter(|closed| rule.date_of(closed.at) == date);
        let counted = match (closed, counts.get(&shift.id)) {
            (Some(_), Some(counted)) => {
                let expected = shifts::ledger(app.db(), shift.id).await?.expected();
                Some((*counted, *counted - expected))
            }
            _ => None,
        };
        let moved = (hidden != Some(shift.id)).then_some(ledger);
        held.push(Held::of(&shift, moved, counted));
    }
    Ok(by_drawer(held))
}

/// Closes a date.
#[handler]
pub async fn close(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    Path(date): Path<BusinessDate>,
    Form(form): Form<Closing>,
) -> Result<Go> {
    let rule = app.settings().await?.day_rule();
    let claim = once.of(&by, "days.close", &(date, &form));
    if !app.already(&claim).await? {
        let now = app.clock().now();
        let happened = shifts::is_day(app.db(), date).await?;
        actions::may(app.db(), &rule, date, now, happened).await?;
        seal_until(&app, now).await?;
    }
    app.write(claim, async |tx: &mut Tx| {
        actions::close(tx, &by, &rule, date).await
    })
    .await?;
    Ok(Go::to(asker, url::day(date.iso())))
}

/// Notes that the Z of a date goes to paper, and draws it as it does. Of an X, which says something else each time, there are no
/// copies: it comes out of the printer of the till, or of the browser's.
#[handler]
pub async fn print(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    Path(date): Path<BusinessDate>,
) -> Result<Response> {
    let claim = once.of(&by, "days.print", &date);
    let settings = app.settings().await?;
    let Some(made) = store::of(app.db(), date).await? else {
        return print_x(&app, &by, claim, asker, date).await;
    };
    let (number, of) = (made.number, Frozen::Z(made.number));
    let report = made.report()?;
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let print = closing::print(tx, of).await?;
            let slip = slip::slip(&report, Mark::of_print(print), &settings);
            let title = format!("Z report {number}");
            let out = paper::send(tx, JobKind::Day, title, slip).await?;
            Ok((print, out))
        })
        .await?;
    let (last, out) = match written.done() {
        Some((print, out)) => (Some(print), out),
        None => (last_print(app.db(), of).await?, Out::Nowhere),
    };
    let last = last.ok_or(Error::NotFound("print"))?;
    let to = (url::day_prints(date.iso()), url::day(date.iso()));
    let to = (to.0.as_str(), to.1);
    Ok(paper::answer(asker, last, out, to, || {
        slip::slip(&report, Mark::of_print(last), &settings)
    }))
}

async fn print_x(
    app: &App,
    by: &Manager,
    claim: Claim,
    asker: Asker,
    date: BusinessDate,
) -> Result<Response> {
    let settings = app.settings().await?;
    let own = own_uncounted(app, by, date).await?;
    let own_moved = own.as_ref().map(|(_, moved)| moved);
    let report = x_report(app, &settings.day_rule(), date, own_moved).await?;
    let slip = slip::slip(&report, Mark::Original, &settings);
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let title = format!("X report, {date}");
            paper::send(tx, JobKind::Day, title, slip.clone()).await
        })
        .await?;
    let out = written.done().unwrap_or(Out::Nowhere);
    if asker != Asker::Fragment {
        return Ok(Go::to(asker, url::day(date.iso())).into_response());
    }
    let to = url::day_prints(date.iso());
    Ok(paper::sent(&slip, out, &to))
}

/// Takes what was written until then into the audit log's chain, whose newest hash the Z prints. Another instance may be at it;
/// then this waits, at most a second, since a Z is not held up by it.
async fn seal_until(app: &App, until: OffsetDateTime) -> Result<()> {
    for _ in 0..20 {
        let sealed = app
            .write_unkeyed(By::system(), async |tx: &mut Tx| seal::seal(tx).await)
            .await?;
        if !seal::is_waiting(app.db(), until).await? {
            break;
        }
        if sealed == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}
