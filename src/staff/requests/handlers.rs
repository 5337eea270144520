//! The managers' page, their answers, and the dialog that waits for one.

use std::str::FromStr;

use maud::html;
use poem::http::{StatusCode, header};
use poem::web::Json;
use poem::{IntoResponse, Response, handler};
use serde_json::json;

use super::view::Here;
use super::{Request, RequestRefusal, State, actions, feed, of, store, view};
use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::staff::approval::{approvers, note_denied};
use crate::staff::{Manager, OrderTaker, Person};
use crate::ui::{self, Kind};
use crate::values::{ApprovalId, Note};
use crate::web::{Asker, Error, Form, Frag, Once, Page, Path, Refusal, Result};

/// What a manager says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Verdict {
    /// Do it.
    Yes,
    /// Do not.
    No,
}

impl FromStr for Verdict {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "yes" => Ok(Verdict::Yes),
            "no" => Ok(Verdict::No),
            _ => Err("Approve it or refuse it."),
        }
    }
}

form! {
    /// A manager's answer.
    pub struct Answer { agree: one Verdict, note: opt Note }
}

/// What waits for an answer.
#[handler]
pub async fn list(app: App, by: Manager) -> Result<Page> {
    let waiting = feed::waiting(&app).await?;
    let settings = app.settings().await?;
    let (now, days) = (app.clock().now(), settings.day_rule());
    Ok(Page(view::page(
        &waiting,
        &by,
        &settings.cafe_name,
        now,
        &days,
    )))
}

/// A manager agrees, or does not.
#[handler]
pub async fn answer(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    Path(id): Path<ApprovalId>,
    Form(form): Form<Answer>,
) -> Result<Response> {
    let claim = once.of(&by, "approvals.answer", &(id, &form));
    let agrees = form.agree == Verdict::Yes;
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::answer(tx, &by, id, agrees, form.note.as_ref()).await
        })
        .await;
    if let Err(refusal) = written {
        note_answer_denied(&app, &by, id, &refusal).await?;
        return Err(refusal);
    }
    if asker == Asker::Machine {
        let state = match agrees {
            true => State::Approved,
            false => State::Refused,
        };
        return Ok(Json(json!({ "id": id, "state": state.as_str() })).into_response());
    }
    let (kind, sentence) = match agrees {
        true => (Kind::Ok, "You agreed. It is done as soon as they are told."),
        false => (Kind::Info, "You did not agree. They are told."),
    };
    let region = feed::region(&app).await?;
    Ok(Frag(html! {
        (region)
        hx-partial hx-target="#notice" { (ui::toast(kind, sentence)) }
    })
    .into_response())
}

/// Writes down who tried to agree to what they may not agree to, as at the asking device.
async fn note_answer_denied(app: &App, by: &Person, id: ApprovalId, refusal: &Error) -> Result<()> {
    let codes = [RequestRefusal::Own.code(), RequestRefusal::AdminOnly.code()];
    let is_denied = matches!(refusal, Error::Refused(refused) if codes.contains(&refused.code));
    if is_denied && let Some(request) = store::find(app.db(), id).await? {
        app.tries().admit(&by.client)?;
        note_denied(app, by, &request.deed, by.id, refusal).await?;
    }
    Ok(())
}

/// Looks for the answer, for whoever asked: nothing while there is none.
#[handler]
pub async fn look(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<ApprovalId>,
) -> Result<Response> {
    let request = of(&app, &by, id).await?;
    if request.is_waiting(app.clock().now()) && asker != Asker::Machine {
        return Ok(Response::builder()
            .status(StatusCode::NO_CONTENT)
            .header(header::CACHE_CONTROL, "no-store")
            .finish());
    }
    waiting(&app, &by, asker, &request).await
}

/// Whoever asked does not ask any more.
#[handler]
pub async fn withdraw(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ApprovalId>,
) -> Result<Response> {
    let claim = once.of(&by, "approvals.withdraw", &id);
    app.write(claim, async |tx: &mut Tx| {
        actions::withdraw(tx, &by, id).await
    })
    .await?;
    let request = of(&app, &by, id).await?;
    waiting(&app, &by, asker, &request).await
}

/// The part of the dialog that waits, or how it stands as JSON.
pub(super) async fn waiting(
    app: &App,
    by: &Person,
    asker: Asker,
    request: &Request,
) -> Result<Response> {
    let now = app.clock().now();
    if asker == Asker::Machine {
        return Ok(Json(json!({
            "asked": request.id,
            "state": request.state.as_str(),
            "summary": request.wish.summary,
            "expired": now >= request.expires_at,
            "answeredBy": request.answerer,
            "note": request.note,
        }))
        .into_response());
    }
    let place = Here {
        approvers: approvers(app, by).await?,
        on_terminal: by.terminal.is_some(),
    };
    Ok(Frag(view::standing(request, &place, now)).into_response())
}
