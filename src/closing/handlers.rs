//! Counting and closing a shift, its report, and the shifts that are open.

use poem::handler;
use serde::Deserialize;

use super::actions::{self, Close, PassOn, Tally};
use super::count::{self, Count, CountRefusal};
use super::in_the_way::unfinished;
use super::paper::{self, Frozen, Out};
use super::report::ShiftReport;
use super::tender::{self, figure};
use super::variance::{Variance, VarianceRefusal};
use super::{feed, list, slip, store, view};
use crate::app::App;
use crate::backups;
use crate::data::Tx;
use crate::form;
use crate::orders::{self, OpenOrder};
use crate::payments::Method;
use crate::printers::JobKind;
use crate::printing::Mark;
use crate::shifts::{self, Counted, CountedRefusal, Pieces, Shift};
use crate::staff::approval::{self, Agreed};
use crate::staff::{Agreement, Manager, OrderTaker, Person, Wish};
use crate::values::{CountId, Currency, Money, Note, OrderId, ShiftId};
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

form! {
    /// What was counted: cash, and what the other tenders say.
    pub struct CountForm {
        counts: numbered @ "count_" Pieces,
        card: money Money,
        mtn_momo: money Money,
        airtel_money: money Money,
        pesapal: money Money,
    }
}

impl CountForm {
    fn tenders(&self) -> Result<Vec<(Method, Money)>> {
        let typed = [
            figure("card", Method::Card, self.card)?,
            figure("mtn_momo", Method::MtnMomo, self.mtn_momo)?,
            figure("airtel_money", Method::AirtelMoney, self.airtel_money)?,
            figure("pesapal", Method::Pesapal, self.pesapal)?,
        ];
        Ok(typed.into_iter().flatten().collect())
    }
}

/// What is to become of an open order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Another open shift takes it.
    HandOver,
    /// Whoever takes it up next.
    CarryOver,
}

impl std::str::FromStr for Deed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "hand_over" => Ok(Deed::HandOver),
            "carry_over" => Ok(Deed::CarryOver),
            _ => Err("Hand the order over, or carry it over."),
        }
    }
}

form! {
    /// Which order is passed on, to whom, and why.
    pub struct PassOnForm { order: one OrderId, deed: one Deed, to: opt ShiftId, reason: one Note }
}

form! {
    /// Why there is a variance, and who agrees to it.
    pub struct CloseForm {
        /// The count that was on the screen.
        count: opt CountId,
        reason: opt Note,
        agreement: part Agreement,
    }
}

#[derive(Debug, Deserialize)]
struct Again {
    #[serde(default)]
    again: bool,
}

/// The screen that ends a shift: what is open, the blind count, and after it the variance.
#[handler]
pub async fn show_count(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Query(Again { again }): Query<Again>,
) -> Result<poem::Response> {
    use poem::IntoResponse;
    let shift = find(&app, &by, id).await?;
    if !shift.is_open() {
        return Ok(Go::to(asker, url::shift_report(id)).into_response());
    }
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let counts = store::counts(app.db(), id).await?;
    let ledger = shifts::ledger(app.db(), id).await?;
    let expected = actions::expected(app.db(), id).await?;
    let (open, takers) = in_the_way(&app, &shift).await?;
    let screen = view::Screen {
        shift: &shift,
        open: &open,
        takers: &takers,
        may_count: count::may_count(&shift, by.id, by.role, &counts, &expected),
        counts: &counts,
        expected: &expected,
        ledger: &ledger,
        again,
        threshold: settings.variance_threshold.of(shift.role),
        approvers: approval::approvers(&app, &by).await?,
        person: &by,
        cafe: &settings.cafe_name,
        rule: &rule,
        today: rule.date_of(app.clock().now()),
    };
    Ok(Page(view::page(&screen)).into_response())
}

/// The orders that have to be passed on, and the shifts that could take them.
async fn in_the_way(app: &App, shift: &Shift) -> Result<(Vec<OpenOrder>, Vec<Shift>)> {
    let open = unfinished(orders::open_of_shift(app.db(), shift.id).await?);
    let mut takers = shifts::all_open(app.db()).await?;
    takers.retain(|other| other.id != shift.id);
    Ok((open, takers))
}

/// Locks a count.
#[handler]
pub async fn lock_count(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Form(form): Form<CountForm>,
) -> Result<Go> {
    let tenders = form.tenders()?;
    if form.counts.is_empty() && tenders.is_empty() {
        return Err(nothing_typed(&app, id).await?);
    }
    let pieces = match find(&app, &by, id).await?.has_cash() {
        true => Counted::new(&form.counts, Currency::venue())?,
        false => Counted::default(),
    };
    let tally = Tally { pieces, tenders };
    let claim = once.of(&by, "closing.lock_count", &(id, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::lock_count(tx, &by, id, &tally).await
    })
    .await?;
    Ok(Go::to(asker, url::shift_count(id)))
}

/// What is said to an empty form.
async fn nothing_typed(app: &App, id: ShiftId) -> Result<Error> {
    let shift = shifts::find(app.db(), id).await?;
    Ok(match shift.is_none_or(|shift| shift.has_cash()) {
        true => CountedRefusal::Nothing.into(),
        false => CountRefusal::Nothing.into(),
    })
}

/// Hands an open order over, or carries it over.
#[handler]
pub async fn pass_on(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Form(form): Form<PassOnForm>,
) -> Result<poem::Response> {
    use poem::IntoResponse;
    let how = match (form.deed, form.to) {
        (Deed::CarryOver, _) => PassOn::CarryOver,
        (Deed::HandOver, Some(to)) => PassOn::HandOver(to),
        (Deed::HandOver, None) => {
            return Err(Error::field("to", "Choose whose shift takes the order."));
        }
    };
    let claim = once.of(&by, "closing.pass_on", &(id, &form));
    app.write(claim, async |tx: &mut Tx| {
        actions::pass_on(tx, &by, id, form.order, how, &form.reason).await
    })
    .await?;
    if asker != Asker::Fragment {
        return Ok(Go::to(asker, url::shift_count(id)).into_response());
    }
    let shift = find(&app, &by, id).await?;
    let (open, takers) = in_the_way(&app, &shift).await?;
    Ok(Frag(view::passed_on(id, &open, &takers)).into_response())
}

/// Closes a shift.
#[handler]
pub async fn close(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Form(form): Form<CloseForm>,
) -> Result<poem::Response> {
    use poem::IntoResponse;
    let settings = app.settings().await?;
    let claim = once.of(&by, "closing.close", &(id, &form));
    let wish = async || wish(&app, &by, id, form.reason.as_ref(), url::shift_close(id)).await;
    let agreed = approval::approved(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, approval) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, approval) => (claim, approval),
    };
    let close = Close {
        count: form.count,
        approval,
        reason: form.reason,
    };
    app.write(claim, async |tx: &mut Tx| {
        actions::close(tx, &by, &settings, id, &close).await
    })
    .await?;
    Ok(Go::to(asker, url::shift_report(id)).into_response())
}

/// To close a shift with the variance of its last count. The owner cannot be who agrees: [`actions::close`] sees to that.
pub(super) async fn wish(
    app: &App,
    by: &Person,
    id: ShiftId,
    reason: Option<&Note>,
    address: String,
) -> Result<Wish> {
    let shift = find(app, by, id).await?;
    shift.must_be_open()?;
    let counts = store::counts(app.db(), id).await?;
    let expected = actions::expected(app.db(), id).await?;
    let count = count::closing_count(&counts, &expected)?;
    let threshold = app.settings().await?.variance_threshold.of(shift.role);
    let largest = tender::largest(count.variance(), &count.tenders, threshold);
    let reason = reason.ok_or_else(|| {
        let wanted = VarianceRefusal::ReasonWanted(largest.amount);
        Error::field("reason", wanted.to_string())
    })?;
    Ok(Wish {
        summary: format!(
            "Close the shift of {}, {}: {}",
            shift.name,
            in_words(count, threshold),
            reason.as_str(),
        ),
        order: None,
        address,
        only_admin: false,
    })
}

/// "short by UGX 7,800, Card over by UGX 500": what somebody agrees to.
fn in_words(count: &Count, threshold: Money) -> String {
    let say = |amount| {
        let variance = Variance { amount, threshold };
        let label = variance.label().to_lowercase();
        format!("{label} {}", amount.abs().text_with_code())
    };
    let others = count.tenders.iter().filter_map(|line| {
        let amount = line.variance().filter(|amount| !amount.is_zero())?;
        Some(format!("{} {}", line.method.label(), say(amount)))
    });
    let cash = count.variance();
    let cash = (!cash.is_zero()).then(|| say(cash));
    let all: Vec<String> = cash.into_iter().chain(others).collect();
    all.join(", ")
}

/// The report of a closed shift.
#[handler]
pub async fn show_report(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<ShiftId>,
) -> Result<poem::Response> {
    use poem::IntoResponse;
    find(&app, &by, id).await?;
    let Some(stored) = shifts::report(app.db(), id).await? else {
        return Ok(Go::to(asker, url::shift_count(id)).into_response());
    };
    if asker == Asker::Machine {
        return Ok(poem::web::Json(stored).into_response());
    }
    let settings = app.settings().await?;
    let last = store::last_print(app.db(), Frozen::Shift(id)).await?;
    let mark = Mark::of_what_is_shown(last);
    let page = slip::page(id, &read(id, stored)?, mark, &by, &settings);
    Ok(Page(page).into_response())
}

/// Notes that the report of a closed shift goes to paper, and draws it as it does.
#[handler]
pub async fn print_report(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
) -> Result<poem::Response> {
    find(&app, &by, id).await?;
    let of = Frozen::Shift(id);
    let claim = once.of(&by, "shifts.print_report", &id);
    let stored = shifts::report(app.db(), id).await?;
    let stored = stored.ok_or(Error::NotFound("report"))?;
    let (report, settings) = (read(id, stored)?, app.settings().await?);
    let written = app
        .write(claim, async |tx: &mut Tx| {
            let print = actions::print(tx, of).await?;
            let slip = slip::slip(&report, Mark::of_print(print), &settings);
            let title = format!("Shift report {}", report.number);
            let out = paper::send(tx, JobKind::ShiftReport, title, slip).await?;
            Ok((print, out))
        })
        .await?;
    let (last, out) = match written.done() {
        Some((print, out)) => (Some(print), out),
        None => (store::last_print(app.db(), of).await?, Out::Nowhere),
    };
    let last = last.ok_or(Error::NotFound("report"))?;
    let (to, page) = (url::shift_report_prints(id), url::shift_report(id));
    Ok(paper::answer(asker, last, out, (&to, page), || {
        slip::slip(&report, Mark::of_print(last), &settings)
    }))
}

fn read(id: ShiftId, stored: serde_json::Value) -> Result<ShiftReport> {
    Ok(serde_json::from_value(stored)
        .map_err(|failure| anyhow::anyhow!("the report of shift {id} cannot be read: {failure}"))?)
}

/// The shifts that are open, and the last reports.
#[handler]
pub async fn list_open(app: App, by: Manager) -> Result<Page> {
    let shifts = feed::load(&app).await?;
    let cafe = &app.settings().await?.cafe_name;
    let now = app.clock().now();
    let safety = app.backed_up().await?;
    let alarm = safety.as_ref().as_ref();
    let alarm = alarm.map(|safety| backups::view::alarm(safety, now));
    Ok(Page(list::page(
        &shifts,
        &by,
        cafe,
        now,
        &alarm.unwrap_or_default(),
    )))
}

async fn find(app: &App, by: &Person, id: ShiftId) -> Result<Shift> {
    let shift = shifts::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("shift"))?;
    shift.must_be_for(by.id, by.role)?;
    Ok(shift)
}
