//! The page of figures.

use futures_util::future::try_join_all;
use poem::http::StatusCode;
use poem::{IntoResponse, Response, handler};
use serde::Deserialize;

use super::overview::Overview;
use super::view;
use crate::app::App;
use crate::staff::Manager;
use crate::staff::view::desk::desk;
use crate::values::{BusinessDate, DayRule, Period};
use crate::web::answer::with_status;
use crate::web::{Asker, Error, FieldError, Page, Query, Result, url};
use crate::{kitchen, orders};

/// The first and the last day as they stand in the address; what is left out is today, or the same day.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// How the kitchen did on some days, today if none are given.
#[handler]
pub async fn show_kitchen(
    app: App,
    by: Manager,
    asker: Asker,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let settings = app.settings().await?;
    let rule = settings.day_rule();
    let today = rule.date_of(app.clock().now());
    let framed = |content| {
        let here = url::kitchen_figures();
        Page(desk(
            &settings.cafe_name,
            &by,
            "Kitchen figures",
            &here,
            content,
        ))
    };
    match asked.period(today) {
        Ok(period) => {
            let overview = overview(&app, period, &rule).await?;
            if asker == Asker::Machine {
                return Ok(poem::web::Json(overview.as_json()).into_response());
            }
            Ok(framed(view::page(&overview, today, settings.currency)).into_response())
        }
        Err(faults) if asker == Asker::Page => {
            let page = framed(view::asked_wrongly(&asked.from, &asked.to, &faults, today));
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, None, page))
        }
        Err(faults) => Err(Error::Invalid(faults)),
    }
}

async fn overview(app: &App, period: Period, rule: &DayRule) -> Result<Overview> {
    let (db, now) = (app.db(), app.clock().now());
    let (begins, until) = period.moments(rule);
    let figures = kitchen::figures(db, &begins, until, now).await?;
    let since = now - kitchen::LEARNED_OVER;
    let learned = try_join_all(figures.stations.iter().map(async |work| {
        let known = kitchen::learned(db, since, work.station).await?;
        Ok::<_, Error>((work.station, known))
    }));
    let learned = learned.await?;
    let from = begins.first().copied().unwrap_or(until);
    let voids = orders::voids_after_send(db, from, until).await?;
    Ok(Overview::of(period, figures, learned, voids, rule))
}

impl Asked {
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
        Period::between(from.unwrap_or(to), to)
            .map_err(|refusal| vec![fault("to", refusal.to_string())])
    }
}

fn fault(field: &'static str, sentence: String) -> FieldError {
    FieldError { field, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Result<String, Vec<(&'static str, String)>> {
        let (from, to) = (from.to_owned(), to.to_owned());
        let today = "2026-11-26".parse().unwrap();
        Asked { from, to }
            .period(today)
            .map(|period| format!("{} {}", period.from().iso(), period.to().iso()))
            .map_err(|faults| {
                let said = faults.into_iter();
                said.map(|fault| (fault.field, fault.sentence)).collect()
            })
    }

    #[test]
    fn what_is_left_out_is_today_or_the_same_day() {
        assert_eq!(period("", ""), Ok("2026-11-26 2026-11-26".into()));
        assert_eq!(
            period("2026-11-20", " "),
            Ok("2026-11-20 2026-11-26".into())
        );
        assert_eq!(period("", "2026-11-20"), Ok("2026-11-20 2026-11-20".into()));
    }

    #[test]
    fn each_faulty_date_is_told_at_its_place() {
        let not_a_date = "Write the date like 2026-11-22.".to_owned();
        assert_eq!(
            period("yesterday", "2026-13-01"),
            Err(vec![("from", not_a_date.clone()), ("to", not_a_date)])
        );
        let backwards = "The last day is before the first. Choose a later one.";
        assert_eq!(
            period("2026-11-27", ""),
            Err(vec![("to", backwards.to_owned())])
        );
        assert_eq!(
            period("2024-11-26", "2026-11-26"),
            Err(vec![("to", "Choose 366 days at most.".to_owned())])
        );
    }
}
