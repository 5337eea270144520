//! The pages of statements.

use poem::http::StatusCode;
use poem::{IntoResponse, Response, handler};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::statement::{Place, Statement};
use super::store::{self, File, Which};
use super::{actions, view};
use crate::app::App;
use crate::data::{Tx, Written};
use crate::form;
use crate::payments::payment::Method;
use crate::staff::Manager;
use crate::staff::view::desk::desk;
use crate::ui;
use crate::values::{Currency, PaymentId, StatementId, StatementLineId};
use crate::web::error::Refused;
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Result, Upload, url};

/// A statement of a busy month is a fifth of it.
const LARGEST: usize = 5 * 1024 * 1024;

form! {
    /// A transaction that nobody has booked.
    pub struct Unbooked { transaction: one StatementLineId }
}

form! {
    /// Which payment such a transaction is.
    pub struct SamePayment { transaction: one StatementLineId, payment: one PaymentId }
}

/// The statements that were read in, and what is in none.
#[handler]
pub async fn list(app: App, by: Manager) -> Result<Page> {
    let settings = app.settings().await?;
    let mut nowhere = Vec::new();
    for provider in [Method::MtnMomo, Method::AirtelMoney] {
        if let Some((from, to)) = store::covered(app.db(), provider).await? {
            let (booked, count) = store::missing(app.db(), provider, from, to).await?;
            nowhere.push(view::Nowhere {
                provider,
                from,
                to,
                booked,
                count,
            });
        }
    }
    let latest = store::latest(app.db()).await?;
    let content = view::list(&latest, &nowhere, &settings.day_rule());
    let here = url::statements();
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Statements",
        &here,
        content,
    )))
}

/// One statement, with what it verifies and what it does not.
#[handler]
pub async fn show(app: App, by: Manager, Path(id): Path<StatementId>) -> Result<Page> {
    let settings = app.settings().await?;
    let content = view::page(&shown(&app, id).await?, &settings.day_rule());
    let here = url::statements();
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Statement",
        &here,
        content,
    )))
}

async fn shown(app: &App, id: StatementId) -> Result<view::Shown> {
    let statement = store::find(app.db(), id).await?;
    let (provider, from, to) = (statement.provider, statement.from, statement.to);
    let (missing, missing_count) = store::missing(app.db(), provider, from, to).await?;
    Ok(view::Shown {
        differing: store::lines(app.db(), id, Which::Differing).await?,
        unbooked: store::lines(app.db(), id, Which::Unbooked).await?,
        verified: store::lines(app.db(), id, Which::Verified).await?,
        alike: store::alike(app.db(), id, None).await?,
        missing,
        missing_count,
        statement,
    })
}

/// Reads a statement in.
#[handler]
pub async fn read_in(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    upload: Upload,
) -> Result<Response> {
    let upload = upload.read("file", LARGEST, too_large).await?;
    let chosen = match upload.text("provider") {
        "" => None,
        word => Some(
            Method::stored(word)
                .filter(|method| method.is_mobile_money())
                .ok_or_else(|| Error::field("provider", "Choose MTN MoMo or Airtel Money."))?,
        ),
    };
    let file = File {
        name: upload.file_name.clone(),
        sha256: hex(&Sha256::digest(&upload.bytes)),
    };
    let claim = once.of(&by, "statements.read_in", &(chosen, &file.sha256));
    let settings = app.settings().await?;
    let now = app.clock().now();
    // Twenty thousand rows take longer than other requests should wait for.
    let read = tokio::task::spawn_blocking(move || {
        let place = Place {
            rule: &settings.day_rule(),
            currency: Currency::venue(),
            now,
        };
        Statement::read(&upload.bytes, &upload.file_name, chosen, place)
    });
    let statement = &read.await.map_err(anyhow::Error::from)??;
    let id = StatementId::new();
    let file = &file;
    let written = app
        .write(claim.making(id), async |tx: &mut Tx| {
            actions::read_in(tx, &by, id, file, statement).await
        })
        .await?;
    let id = match written {
        Written::Done(()) => id,
        Written::Already(made) => made
            .map(StatementId::from)
            .ok_or(Error::NotFound("statement"))?,
    };
    if asker == Asker::Machine {
        let statement = store::find(app.db(), id).await?;
        return Ok(poem::web::Json(json!({
            "id": id,
            "provider": statement.provider,
            "rows": statement.rows,
            "new": statement.lines,
            "verified": statement.verified,
            "differ": statement.differ,
            "unbooked": statement.unbooked,
        }))
        .into_response());
    }
    Ok(Go::to(asker, url::statement(id)).into_response())
}

fn too_large() -> Error {
    Error::Refused(Refused {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "too_large",
        sentence: "This file has more than 5 MB. Export fewer days at a time.".to_owned(),
        retry_after: None,
        way_on: None,
        field: Some("file"),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Books a transaction that nobody has, as money for no order.
#[handler]
pub async fn record(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    Path(id): Path<StatementId>,
    Form(unbooked): Form<Unbooked>,
) -> Result<Response> {
    let claim = once.of(&by, "statements.record", &(id, &unbooked));
    let payment = PaymentId::new();
    app.write(claim.making(payment), async |tx: &mut Tx| {
        actions::record(tx, payment, id, unbooked.transaction).await
    })
    .await
    .map_err(as_a_notice)?;
    let word = "Recorded. Put it on an order under Mobile money.";
    redrawn(&app, asker, id, word).await
}

/// Says which payment a transaction is that nobody has booked.
#[handler]
pub async fn say_which(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    Path(id): Path<StatementId>,
    Form(same): Form<SamePayment>,
) -> Result<Response> {
    let claim = once.of(&by, "statements.say_which", &(id, &same));
    app.write(claim, async |tx: &mut Tx| {
        actions::say_which(tx, &by, id, same.transaction, same.payment).await
    })
    .await?;
    redrawn(&app, asker, id, "It is verified now.").await
}

/// Takes back what somebody said of a transaction.
#[handler]
pub async fn take_back(
    app: App,
    by: Manager,
    once: Once,
    asker: Asker,
    Path((id, line)): Path<(StatementId, StatementLineId)>,
) -> Result<Response> {
    let claim = once.of(&by, "statements.take_back", &(id, line));
    app.write(claim, async |tx: &mut Tx| {
        actions::take_back(tx, id, line).await
    })
    .await?;
    redrawn(&app, asker, id, "Taken back: nobody has booked it.").await
}

async fn redrawn(app: &App, asker: Asker, id: StatementId, word: &str) -> Result<Response> {
    if asker != Asker::Fragment {
        return Ok(Go::to(asker, url::statement(id)).into_response());
    }
    let rule = app.settings().await?.day_rule();
    let drawn = view::redrawn(&shown(app, id).await?, &rule);
    let word = ui::toast(ui::Kind::Ok, word);
    Ok(Frag(maud::html! { (drawn) hx-partial hx-target="#notice" { (word) } }).into_response())
}

/// There is no field here to say it at.
fn as_a_notice(failure: Error) -> Error {
    match failure {
        Error::Refused(refused) => Error::Refused(Refused {
            field: None,
            ..refused
        }),
        other => other,
    }
}
