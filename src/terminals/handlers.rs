//! The terminals as an admin keeps them, and the page on which a device becomes one.

use maud::{Markup, html};
use poem::{IntoResponse, Response, handler};

use super::code::PairingCode;
use super::terminal::{Description, IdleSeconds, Kind, TerminalRefusal};
use super::{actions, device, store, view};
use crate::app::App;
use crate::data::{By, Tx, Written};
use crate::form;
use crate::staff::place::Place;
use crate::staff::view::desk::desk;
use crate::staff::{Admin, cookies};
use crate::values::{PrinterId, Short, StationId, TerminalId, Text};
use crate::web::answer::with_status;
use crate::web::{Asker, Draft, Error, Form, Frag, Go, Once, Page, Path, Result, url};

form! {
    /// What an admin says about a terminal.
    pub struct Described {
        name: one Short,
        location: opt Text<60>,
        kind: one Kind,
        has_drawer: flag bool,
        station: opt StationId,
        idle_seconds: one IdleSeconds,
        locks_after_send: flag bool,
        printer: opt PrinterId,
        prints_receipts: flag bool,
    }
}

form! {
    /// A code as it was typed on the device.
    pub struct Typed { code: one PairingCode }
}

impl From<Described> for Description {
    fn from(it: Described) -> Self {
        Description {
            name: it.name,
            location: it.location,
            kind: it.kind,
            has_drawer: it.has_drawer,
            station: it.station,
            idle_seconds: it.idle_seconds,
            locks_after_send: it.locks_after_send,
            printer: it.printer,
            prints_receipts: it.prints_receipts,
        }
    }
}

/// The list.
#[handler]
pub async fn list(app: App, by: Admin) -> Result<Page> {
    let (settings, now) = (app.settings().await?, app.clock().now());
    let terminals = store::all(app.db(), now).await?;
    let content = view::page_content(&terminals, now, app.config().local_ca.is_some());
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Terminals",
        &url::terminals(),
        content,
    )))
}

/// The form for a new terminal.
#[handler]
pub async fn ask_new(app: App, _by: Admin) -> Result<Frag> {
    let choices = choices(&app).await?;
    Ok(Frag(view::new_dialog(&choices, &new_key())))
}

/// Adds a terminal; the next step is its pairing code.
#[handler]
pub async fn add(
    app: App,
    by: Admin,
    once: Once,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let it = Description::from(described);
    let claim = once.of(&by, "terminals.add", &it);
    let id = TerminalId::new();
    app.write(claim, async |tx: &mut Tx| actions::add(tx, id, &it).await)
        .await?;
    closed(&app, "Added. Pair a device with it now.").await
}

/// The form for one terminal.
#[handler]
pub async fn ask_edit(app: App, _by: Admin, Path(id): Path<TerminalId>) -> Result<Frag> {
    let terminal = store::find(app.db(), id).await?;
    let keys = std::array::from_fn(|_| new_key());
    let choices = choices(&app).await?;
    Ok(Frag(view::edit_dialog(&terminal, &choices, &keys)))
}

async fn choices(app: &App) -> Result<view::Choices> {
    Ok(view::Choices {
        boards: store::boards(app.db()).await?,
        printers: store::printers(app.db()).await?,
    })
}

/// Changes what is said about a terminal.
#[handler]
pub async fn edit(
    app: App,
    by: Admin,
    once: Once,
    Path(id): Path<TerminalId>,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let it = Description::from(described);
    let claim = once.of(&by, "terminals.edit", &(id, &it));
    app.write(claim, async |tx: &mut Tx| {
        actions::describe(tx, id, &it).await
    })
    .await?;
    closed(&app, "Saved.").await
}

/// Makes a pairing code and shows it once.
#[handler]
pub async fn make_code(
    app: App,
    by: Admin,
    once: Once,
    Path(id): Path<TerminalId>,
) -> Result<Frag> {
    let claim = once.of(&by, "terminals.make_code", &id);
    let terminal = store::find(app.db(), id).await?;
    let code = PairingCode::new();
    let hashed = code.hashed(&actions::secret(&app));
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::make_code(tx, id, &hashed).await
        })
        .await?;
    let shown = matches!(written, Written::Done(())).then(|| code.shown());
    Ok(Frag(html! {
        (view::code_dialog(&terminal, shown.as_deref(), &new_key()))
        (redrawn(&app).await?)
    }))
}

/// Whether the code that is being shown was typed already.
#[handler]
pub async fn show_code_state(app: App, _by: Admin, Path(id): Path<TerminalId>) -> Result<Frag> {
    let terminals = store::all(app.db(), app.clock().now()).await?;
    let terminal = terminals
        .iter()
        .find(|one| one.id == id)
        .ok_or(Error::NotFound("terminal"))?;
    Ok(Frag(view::code_state(terminal)))
}

/// Takes a terminal's pairing back.
#[handler]
pub async fn revoke(app: App, by: Admin, once: Once, Path(id): Path<TerminalId>) -> Result<Frag> {
    let claim = once.of(&by, "terminals.revoke", &id);
    app.write(claim, async |tx: &mut Tx| actions::revoke(tx, id).await)
        .await?;
    closed(&app, "The device is no longer paired.").await
}

/// Where a device becomes a terminal.
#[handler]
pub async fn ask_code(app: App, place: Place) -> Result<Page> {
    let settings = app.settings().await?;
    Ok(Page(view::pair(
        &settings.cafe_name,
        place.terminal.as_deref(),
        "",
        &[],
        &new_key(),
    )))
}

/// Makes the asking device a terminal. A repetition shows which one the device is.
#[handler]
pub async fn pair(
    app: App,
    asker: Asker,
    place: Place,
    once: Once,
    Draft { form, typed }: Draft<Typed>,
) -> Result<Response> {
    // Nobody is signed in here, and who the device is to become only the code says.
    let claim = once.of(By::system(), "terminals.pair", &());
    // What is no code at all is nobody's secret, and may be mended.
    let mended = form.as_ref().err().map(|_| typed.text("code"));
    let paired = match form {
        Ok(it) => actions::pair(&app, &place, &it.code, claim).await,
        Err(faults) => Err(faults),
    };
    let refused = match paired {
        Ok(Written::Done((terminal, token))) => {
            let to = match terminal.station.filter(|_| terminal.is_display()) {
                Some(board) => url::board(board),
                None => url::sign_in(),
            };
            let cookie = device::cookie(&token, place.client.is_https);
            return Ok(cookies::with([cookie], Go::to(asker, to)));
        }
        Ok(Written::Already(_)) if place.terminal.is_some() => {
            return Ok(Go::to(asker, url::pair()).into_response());
        }
        Ok(Written::Already(_)) => TerminalRefusal::CodeUsedUp.into(),
        Err(refused) => refused,
    };
    // Without a script the page is drawn again.
    let Some(again) = refused.on_form("code").filter(|_| asker == Asker::Page) else {
        return Err(refused);
    };
    let page = view::pair(
        &app.settings().await?.cafe_name,
        place.terminal.as_deref(),
        &mended.unwrap_or_default(),
        &again.faults,
        &new_key(),
    );
    Ok(with_status(again.status, again.retry_after, Page(page)))
}

async fn redrawn(app: &App) -> Result<Markup> {
    let now = app.clock().now();
    Ok(view::redrawn(&store::all(app.db(), now).await?, now))
}

async fn closed(app: &App, said: &str) -> Result<Frag> {
    Ok(Frag(
        html! { (crate::ui::dialog::closed()) (redrawn(app).await?) (view::said(said)) },
    ))
}

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
