//! The screen of what is asked for through Pesapal, and what cashiers do there.

use std::time::Duration;

use poem::http::{StatusCode, header};
use poem::{IntoResponse, Request, Response, handler};
use serde_json::json;

use super::actions::{self, CalledOff};
use super::attempt::{Attempt, PesapalRefusal};
use super::hearing::Heard;
use super::{Failure, Payer, store, view};
use crate::app::App;
use crate::config::BaseUrl;
use crate::data::{Claim, Tx, Written};
use crate::form;
use crate::orders;
use crate::payments::actions::Take;
use crate::staff::{Cashier, Person};
use crate::values::{AttemptId, OrderId};
use crate::web::client::Client;
use crate::web::{Asker, Error, Form, Frag, Go, Once, Page, Path, Query, Result, url};

/// How long the till waits for the link before it shows the screen that waits for it.
const FIRST_WAIT: Duration = Duration::from_millis(2_500);

form! {
    /// Calling off: what the guest does instead.
    pub struct CallOff {
        cash: flag bool,
    }
}

/// What a guest is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// On which order.
    pub order: OrderId,
    /// How much of it.
    pub take: Take,
    /// How Pesapal reaches the guest.
    pub payer: Option<Payer>,
    /// The address of this till, as guests and Pesapal reach it.
    pub base: Option<String>,
}

/// Asks a guest for money through Pesapal, as the pay screen says, and leads to the screen with the link.
pub async fn start(
    app: &App,
    by: &Person,
    claim: Claim,
    asker: Asker,
    wanted: Wanted,
) -> Result<Response> {
    if !app.pesapal().is_configured() {
        return Err(PesapalRefusal::from(Failure::NotConfigured).into());
    }
    let id = AttemptId::new();
    let Wanted {
        order,
        take,
        payer,
        base,
    } = wanted;
    let payer = payer.map(|payer| payer.to_string());
    let written = app
        .write(claim.making(id), async |tx: &mut Tx| {
            actions::start(tx, by, id, order, &take, payer.as_deref()).await
        })
        .await?;
    let id = match written {
        Written::Done(()) => {
            let app = app.clone();
            submitting(id, async move { actions::submit(&app, id, base).await }).await;
            id
        }
        Written::Already(made) => made.map_or(id, AttemptId::from),
    };
    answered(app, asker, id, url::attempt(id)).await
}

/// Waits a moment for an attempt to be submitted. That goes on if the browser hangs up: nobody else submits it.
async fn submitting(id: AttemptId, submit: impl Future<Output = Result<()>> + Send + 'static) {
    let submitted = tokio::spawn(async move {
        if let Err(failure) = submit.await {
            tracing::error!(attempt = %id, ?failure, "what Pesapal answered is not stored");
        }
    });
    let _ = tokio::time::timeout(FIRST_WAIT, submitted).await;
}

/// The address of this till as the request came to it, where the settings do not say another.
pub fn base(app: &App, req: &Request) -> Option<String> {
    if let Some(base) = &app.config().base_url {
        return Some(base.as_str().to_owned());
    }
    let scheme = match Client::of(app, req).is_https {
        true => "https",
        false => "http",
    };
    let host = req.header(header::HOST)?;
    let base: BaseUrl = format!("{scheme}://{host}").parse().ok()?;
    Some(base.as_str().to_owned())
}

/// The screen of an attempt; its panel, for the screen that waits and has seen an older one.
#[handler]
pub async fn show(
    app: App,
    by: Cashier,
    asker: Asker,
    Path(id): Path<AttemptId>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response> {
    match asker {
        Asker::Fragment => {
            let attempt = found(&app, id).await?;
            let seen = asked.iter().find(|(name, _)| name == "seen");
            if seen.is_some_and(|(_, seen)| *seen == attempt.revision.to_string()) {
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            Ok(Frag(view::panel(&attempt)).into_response())
        }
        Asker::Machine => as_json(&app, id).await,
        Asker::Page => {
            let attempt = found(&app, id).await?;
            let order = orders::find(app.db(), attempt.order).await?;
            let settings = app.settings().await?;
            Ok(Page(view::page(&view::Screen {
                attempt: &attempt,
                order: &order,
                person: &by,
                cafe: &settings.cafe_name,
            }))
            .into_response())
        }
    }
}

/// Asks Pesapal now how it stands.
#[handler]
pub async fn ask_again(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<AttemptId>,
) -> Result<Response> {
    let attempt = found(&app, id).await?;
    actions::ask_now(&app, &attempt).await?;
    // What Pesapal said is in the books by itself; a refused question may be asked again under its key.
    let claim = once.of(&by, "attempts.ask", &id);
    app.write(claim, async |_: &mut Tx| Ok(())).await?;
    match asker {
        Asker::Fragment => Ok(Frag(view::panel(&found(&app, id).await?)).into_response()),
        asker => answered(&app, asker, id, url::attempt(id)).await,
    }
}

/// Another link for the same money, for a guest who cannot use the one there is; that is called off, unless it is paid.
#[handler]
pub async fn renew(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    req: &Request,
    Path(old): Path<AttemptId>,
) -> Result<Response> {
    let before = found(&app, old).await?;
    let (id, base) = (AttemptId::new(), base(&app, req));
    let claim = once.of(&by, "attempts.renew", &old).making(id);
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::renew(tx, &by, id, old).await
        })
        .await?;
    let id = match written {
        Written::Done(()) => {
            let app = app.clone();
            submitting(id, async move {
                actions::submit_instead(&app, id, &before, base).await
            })
            .await;
            id
        }
        Written::Already(made) => made.map_or(id, AttemptId::from),
    };
    // Where the guest was faster, there is nothing to pay any more.
    let is_paid = found(&app, old).await?.payment.is_some();
    let shown = if is_paid { old } else { id };
    answered(&app, asker, shown, url::attempt(shown)).await
}

/// Calls it off here and at Pesapal, and asks once more whether the guest was faster. Then leads to the pay screen, where
/// the guest pays in cash; or back to this one, where they have paid, or only they know.
#[handler]
pub async fn call_off(
    app: App,
    by: Cashier,
    once: Once,
    asker: Asker,
    Path(id): Path<AttemptId>,
    Form(instead): Form<CallOff>,
) -> Result<Response> {
    found(&app, id).await?;
    let claim = once.of(&by, "attempts.call_off", &(id, &instead));
    app.write(claim, async |tx: &mut Tx| actions::cancel(tx, id).await)
        .await?;
    let attempt = found(&app, id).await?;
    let off = match attempt.payment {
        Some(payment) => CalledOff::Heard(Heard::Paid(payment)),
        None => actions::call_off(&app, &attempt).await?,
    };
    let to = match off {
        CalledOff::Heard(Heard::Paid(_) | Heard::Looked(_)) | CalledOff::NotAnswered => {
            url::attempt(id)
        }
        _ if instead.cash => url::order_pay(attempt.order),
        _ => url::attempt(id),
    };
    answered(&app, asker, id, to).await
}

async fn found(app: &App, id: AttemptId) -> Result<Attempt> {
    let attempt = store::find(app.db(), id).await?;
    attempt.ok_or(Error::NotFound("payment"))
}

async fn answered(app: &App, asker: Asker, id: AttemptId, to: String) -> Result<Response> {
    match asker {
        Asker::Machine => as_json(app, id).await,
        asker => Ok(Go::to(asker, to).into_response()),
    }
}

async fn as_json(app: &App, id: AttemptId) -> Result<Response> {
    let attempt = found(app, id).await?;
    Ok(poem::web::Json(json!({
        "id": attempt.id,
        "orderId": attempt.order,
        "state": attempt.state.as_str(),
        "tookTooLong": attempt.gave_up,
        "amount": attempt.amount,
        "tip": attempt.tip,
        "currency": attempt.currency,
        "merchantReference": attempt.reference,
        "redirectUrl": attempt.redirect,
        "said": attempt.said,
        "paymentId": attempt.payment,
    }))
    .into_response())
}
