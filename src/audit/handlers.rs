//! The log, its chain, one order's story, and the exceptions.

use futures_util::try_join;
use poem::http::StatusCode;
use poem::{IntoResponse, Response, handler};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::chain::{self, Verdict};
use super::exceptions::{self, Figures, Kind, Tally};
use super::search::Asked;
use super::store::{self, Counted, Days};
use super::{story, view};
use crate::app::App;
use crate::data::seal;
use crate::settings::Settings;
use crate::staff::view::desk::desk;
use crate::staff::{Admin, Manager};
use crate::values::{BusinessDate, Money, OrderId, Period, StaffId};
use crate::web::answer::with_status;
use crate::web::{Asker, Error, FieldError, Frag, Page, Path, Query, Result, url};

/// The days of the exception list where none are asked for: it is read once a week.
const A_WEEK: i64 = 7;

/// A walk along a long chain keeps a core busy: one at a time.
static WALKING: Mutex<()> = Mutex::const_new(());

/// The log, as it is filtered, a page of it.
#[handler]
pub async fn show_log(app: App, by: Admin, Query(asked): Query<Asked>) -> Result<Response> {
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let db = app.db();
    let (search, faults) = asked.read();
    let (found, people, terminals, newest, waiting) = try_join!(
        store::find(db, &search, &rule),
        store::staff(db),
        store::terminals(db),
        seal::newest(db),
        seal::count_waiting(db),
    )?;
    let orders = store::orders_of(db, &found.rows).await?;
    let screen = view::log::Screen {
        asked: &asked,
        faults: &faults,
        found: &found,
        orders: &orders,
        people: &people,
        terminals: &terminals,
        standing: view::log::Standing {
            length: newest.0,
            head: &newest.1,
            waiting,
        },
        rule: &rule,
    };
    let page = Page(desk(
        &settings.cafe_name,
        &by,
        "Audit",
        &url::audit(),
        view::log::page(&screen),
    ));
    Ok(match faults.is_empty() {
        true => page.into_response(),
        false => with_status(StatusCode::UNPROCESSABLE_ENTITY, None, page),
    })
}

/// Walks the chain now.
#[handler]
pub async fn show_chain(app: App, by: Admin, asker: Asker) -> Result<Response> {
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let Ok(_walking) = WALKING.try_lock() else {
        return Err(Error::refused(
            StatusCode::CONFLICT,
            "being_verified",
            "The chain is being verified already. Look again in a minute.",
        ));
    };
    let verdict = chain::verify(app.db(), &chain::Asked::default(), app.clock().now()).await?;
    let content = view::log::verdict(&verdict, &rule);
    if let Verdict::Broken(broken) = &verdict {
        tracing::warn!(
            found = broken.sentence(&rule),
            "the audit log is not what it was"
        );
    }
    Ok(match asker {
        Asker::Fragment => Frag(content).into_response(),
        Asker::Page | Asker::Machine => Page(desk(
            &settings.cafe_name,
            &by,
            "Audit",
            &url::audit(),
            view::log::chain_page(content),
        ))
        .into_response(),
    })
}

/// One order's whole story.
#[handler]
pub async fn show_story(app: App, by: Manager, Path(id): Path<OrderId>) -> Result<Page> {
    let settings = app.settings().await?;
    let order = store::story_of(app.db(), id)
        .await?
        .ok_or(Error::NotFound("order"))?;
    let records = store::records_of(app.db(), &order).await?;
    let is_cut = records.log.len() > store::MOST;
    let events = story::tell(records);
    let title = format!("Order {}", order.number);
    let content = view::story::page(&order, &events, is_cut, &settings.day_rule());
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        &title,
        &url::order_story(id),
        content,
    )))
}

/// What is asked of the exception list: some days, and the rows behind one figure of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskedExceptions {
    from: String,
    to: String,
    person: String,
    kind: String,
    agreed: String,
}

/// Who struck out, gave free, lowered or opened more than others, on some days; and what stands behind a figure.
#[handler]
pub async fn show_exceptions(
    app: App,
    by: Manager,
    Query(asked): Query<AskedExceptions>,
) -> Result<Response> {
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let today = rule.date_of(app.clock().now());
    let framed = |content| {
        Page(desk(
            &settings.cafe_name,
            &by,
            "Exceptions",
            &url::exceptions(),
            content,
        ))
    };
    let period = match asked.period(today) {
        Ok(period) => period,
        Err(faults) => {
            let content = view::exceptions::asked_wrongly(&asked.from, &asked.to, &faults, today);
            return Ok(with_status(
                StatusCode::UNPROCESSABLE_ENTITY,
                None,
                framed(content),
            ));
        }
    };
    let days = days_of(period, &settings);
    let content = match asked.behind() {
        Some((person, kind, agreed)) => {
            let (rows, people) = try_join!(
                store::rows(app.db(), &days, kind, person, agreed),
                store::people(app.db()),
            )?;
            let name = people
                .iter()
                .find(|one| one.id == person)
                .map(|one| one.name.as_str());
            let name = name.ok_or(Error::NotFound("person"))?;
            view::exceptions::behind(period, kind, (name, agreed), &rows, &rule)
        }
        None => {
            let list = list(&app, &days).await?;
            view::exceptions::page(period, today, &list)
        }
    };
    Ok(framed(content).into_response())
}

fn days_of(period: Period, settings: &Settings) -> Days {
    let rule = settings.day_rule();
    Days {
        from: period.from(),
        to: period.to(),
        begins: rule.begins(period.from()),
        ends: rule.begins(period.to().next()),
    }
}

async fn list(app: &App, days: &Days) -> Result<view::exceptions::List> {
    let db = app.db();
    let (people, handled, counted, patterns) = try_join!(
        store::people(db),
        store::orders_handled(db, days),
        store::counted(db, days, &Kind::COUNTED),
        store::counted(db, days, &Kind::PATTERNS),
    )?;
    let figures =
        |counted: &[Vec<Counted>], who: fn(&Counted) -> Option<StaffId>| -> Vec<Figures> {
            let all = people.iter().map(|person| Figures {
                id: person.id,
                name: person.name.clone(),
                role: person.role,
                orders: handled
                    .iter()
                    .find(|(who, _)| *who == person.id)
                    .map_or(0, |(_, orders)| *orders),
                tallies: counted
                    .iter()
                    .map(|kind| tally(kind, person.id, who))
                    .collect(),
            });
            all.collect()
        };
    let has_any = |person: &Figures| person.tallies.iter().any(|tally| tally.count > 0);
    let mut doers = figures(&counted, |counted| counted.who);
    doers.retain(|person| person.orders > 0 || has_any(person));
    let mut approvers = figures(&counted, |counted| counted.approver);
    approvers.retain(has_any);
    let mut patterns = figures(&patterns, |counted| counted.who);
    patterns.retain(has_any);
    Ok(view::exceptions::List {
        doers: exceptions::by_orders(doers),
        approvers: exceptions::by_number(approvers),
        patterns,
    })
}

fn tally(counted: &[Counted], person: StaffId, who: fn(&Counted) -> Option<StaffId>) -> Tally {
    let mine = counted.iter().filter(|one| who(one) == Some(person));
    mine.fold(Tally::default(), |sum, one| Tally {
        count: sum.count + one.count,
        amount: sum.amount + one.amount,
    })
}

impl AskedExceptions {
    fn period(&self, today: BusinessDate) -> Result<Period, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut date = |field, text: &str| match text.trim() {
            "" => None,
            text => text
                .parse::<BusinessDate>()
                .map_err(|refusal| faults.push(fault(field, refusal.to_string())))
                .ok(),
        };
        let (from, to) = (date("from", &self.from), date("to", &self.to));
        if !faults.is_empty() {
            return Err(faults);
        }
        let to = to.unwrap_or(today);
        let from = from.unwrap_or_else(|| Period::up_to(to, A_WEEK).from());
        Period::between(from, to).map_err(|refusal| vec![fault("to", refusal.to_string())])
    }

    /// The figure whose rows are asked for; an address that was cut short shows the list.
    fn behind(&self) -> Option<(StaffId, Kind, bool)> {
        Some((
            self.person.parse().ok()?,
            Kind::of(&self.kind)?,
            self.agreed == "yes",
        ))
    }
}

fn fault(field: &'static str, sentence: String) -> FieldError {
    FieldError { field, sentence }
}

/// Nothing, for figures that are about no amount.
pub(super) fn shown(kind: Kind, amount: Money) -> Option<Money> {
    (kind.has_amount() && amount != Money::ZERO).then_some(amount)
}
