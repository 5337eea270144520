//! The stations as managers keep them.

use maud::html;
use poem::handler;

use super::hands::{Hands, Ring};
use super::plan::{Description, Place, Span};
use super::{actions, store, view};
use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::kitchen::StationKind;
use crate::kitchen::keys::{Act, Key, Keys, Numbers};
use crate::printers;
use crate::staff::Manager;
use crate::staff::view::desk::desk;
use crate::ui;
use crate::values::{PrinterId, Short, StationId};
use crate::web::{Error, Form, Frag, Once, Page, Path, Result, url};

form! {
    /// What a manager says about a station. A key that is left empty is the usual one.
    pub struct Described {
        name: one Short,
        kind: one StationKind,
        sort: one Place,
        soon: one Span,
        late: one Span,
        active: flag bool,
        next: opt StationId,
        redirect: opt StationId,
        watched: flag bool,
        printer: opt PrinterId,
        prints_always: flag bool,
        bump_at_once: flag bool,
        ring: many Ring,
        key_left: opt Key,
        key_right: opt Key,
        key_up: opt Key,
        key_down: opt Key,
        key_first: opt Key,
        key_last: opt Key,
        key_page_back: opt Key,
        key_page_on: opt Key,
        key_line_done: opt Key,
        key_bump: opt Key,
        key_undo: opt Key,
        key_recall: opt Key,
        key_recalls: opt Key,
        key_all_day: opt Key,
        key_priority: opt Key,
        key_mute: opt Key,
        key_cancel: opt Key,
        numbers: opt Numbers,
        revision: opt i64,
    }
}

impl TryFrom<Described> for Description {
    type Error = Error;

    fn try_from(it: Described) -> Result<Self> {
        let keys = [
            (Act::Left, it.key_left),
            (Act::Right, it.key_right),
            (Act::Up, it.key_up),
            (Act::Down, it.key_down),
            (Act::First, it.key_first),
            (Act::Last, it.key_last),
            (Act::PageBack, it.key_page_back),
            (Act::PageOn, it.key_page_on),
            (Act::LineDone, it.key_line_done),
            (Act::Bump, it.key_bump),
            (Act::Undo, it.key_undo),
            (Act::Recall, it.key_recall),
            (Act::Recalls, it.key_recalls),
            (Act::AllDay, it.key_all_day),
            (Act::Priority, it.key_priority),
            (Act::Mute, it.key_mute),
            (Act::Cancel, it.key_cancel),
        ];
        let keys = Keys::with(keys, it.numbers).map_err(|fault| Error::Invalid(vec![fault]))?;
        let is_quiet = |ring: &Ring| !it.ring.contains(ring);
        Ok(Description {
            name: it.name,
            kind: it.kind,
            sort: it.sort,
            soon: it.soon,
            late: it.late,
            active: it.active,
            next: it.next,
            redirect: it.redirect,
            watched: it.watched,
            printer: it.printer,
            prints_always: it.prints_always,
            hands: Hands {
                keys,
                bump_at_once: it.bump_at_once,
                quiet: Ring::ALL.into_iter().filter(is_quiet).collect(),
            },
        })
    }
}

/// The list.
#[handler]
pub async fn list(app: App, by: Manager) -> Result<Page> {
    let settings = app.settings().await?;
    let content = view::page_content(&store::all(app.db()).await?);
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Stations",
        &url::stations(),
        content,
    )))
}

/// The form for a new station.
#[handler]
pub async fn ask_new(app: App, _by: Manager) -> Result<Frag> {
    let all = store::all(app.db()).await?;
    let printers = printers::all(app.db()).await?;
    Ok(Frag(view::new_dialog(&all, &printers, &new_key())))
}

/// Adds a station.
#[handler]
pub async fn add(
    app: App,
    by: Manager,
    once: Once,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let it = Description::try_from(described)?;
    let claim = once.of(&by, "stations.add", &it);
    let id = StationId::new();
    app.write(claim, async |tx: &mut Tx| actions::add(tx, id, &it).await)
        .await?;
    closed(&app, "Added. Products and displays may be given to it now.").await
}

/// The form for one station.
#[handler]
pub async fn ask_edit(app: App, _by: Manager, Path(id): Path<StationId>) -> Result<Frag> {
    let all = store::all(app.db()).await?;
    let station = all.iter().find(|station| station.id == id);
    let station = station.ok_or(Error::NotFound("station"))?;
    let printers = printers::all(app.db()).await?;
    Ok(Frag(view::edit_dialog(
        station,
        &all,
        &printers,
        &new_key(),
    )))
}

/// Changes what is said about a station.
#[handler]
pub async fn edit(
    app: App,
    by: Manager,
    once: Once,
    Path(id): Path<StationId>,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let seen = described.revision;
    let it = Description::try_from(described)?;
    let claim = once.of(&by, "stations.edit", &(id, seen, &it));
    app.write(claim, async |tx: &mut Tx| {
        actions::describe(tx, id, seen, &it).await
    })
    .await?;
    closed(&app, "Saved. The boards follow by themselves.").await
}

async fn closed(app: &App, said: &str) -> Result<Frag> {
    let redrawn = view::redrawn(&store::all(app.db()).await?);
    Ok(Frag(
        html! { (ui::dialog::closed()) (redrawn) (view::said(said)) },
    ))
}

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
