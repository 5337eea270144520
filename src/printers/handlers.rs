//! The printers as managers keep them, and what waits for them.

use maud::{Markup, html};
use poem::handler;

use super::job::JobState;
use super::printer::Description;
use super::store::{self, Sought};
use super::{actions, view};
use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::live::{Changed, View};
use crate::printing::Paper;
use crate::staff::Manager;
use crate::staff::view::desk::{desk, desk_following};
use crate::ui;
use crate::values::{PrintJobId, PrinterId, Short, TerminalId};
use crate::web::{Error, Form, Frag, Once, Page, Path, Query, Result, url};

use super::address::Address;

form! {
    /// What a manager says about a printer.
    pub struct Described {
        name: one Short,
        address: one Address,
        paper: one Paper,
        agent: opt TerminalId,
        stand_in: opt PrinterId,
        active: flag bool,
        revision: opt i64,
    }
}

form! {
    /// Another printer, where one is meant.
    pub struct At { printer: opt PrinterId }
}

form! {
    /// The printer that gets what waits.
    pub struct To { to: one PrinterId }
}

impl Described {
    fn description(self) -> Description {
        Description {
            name: self.name,
            address: self.address,
            paper: self.paper,
            agent: self.agent,
            stand_in: self.stand_in,
            active: self.active,
        }
    }
}

/// The printers and what waits for them, as they are now.
#[derive(Debug, Clone, Copy)]
pub struct PrintersView;

impl View<App> for PrintersView {
    fn name(&self) -> String {
        "printers".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        matches!(change, Changed::Printers | Changed::Terminal(_))
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(redrawn(app).await?.into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::revision(app.db()).await?)
    }
}

async fn seen(app: &App) -> Result<view::Seen> {
    let (now, settings) = (app.clock().now(), app.settings().await?);
    Ok(view::Seen {
        printers: store::all(app.db()).await?,
        open: store::open_jobs(app.db(), now).await?,
        queue: store::queue(app.db(), now).await?,
        now,
        rule: settings.day_rule(),
    })
}

async fn redrawn(app: &App) -> Result<Markup> {
    Ok(view::redrawn(&seen(app).await?))
}

/// The page.
#[handler]
pub async fn show(app: App, by: Manager) -> Result<Page> {
    let settings = app.settings().await?;
    let content = view::page_content(&seen(&app).await?);
    Ok(Page(desk_following(
        "printers",
        (&settings.cafe_name, "Printers"),
        &by,
        &url::printers(),
        content,
    )))
}

/// What a manager looks for in the list of jobs.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    printer: String,
    #[serde(default)]
    state: String,
    before: Option<PrintJobId>,
}

/// Everything that was printed or was to be.
#[handler]
pub async fn list_jobs(app: App, by: Manager, Query(asked): Query<Asked>) -> Result<Page> {
    let settings = app.settings().await?;
    let all = store::all(app.db()).await?;
    // What is not there is not looked for: an old link still shows something.
    let sought = Sought {
        printer: asked.printer.parse().ok(),
        state: JobState::stored(&asked.state),
        before: asked.before,
    };
    let jobs = store::jobs(app.db(), sought).await?;
    let content = view::jobs_page(&all, sought, &jobs, &settings.day_rule());
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Printed",
        &url::printers(),
        content,
    )))
}

/// The form for a new printer.
#[handler]
pub async fn ask_new(app: App, _by: Manager) -> Result<Frag> {
    let all = store::all(app.db()).await?;
    let agents = store::agents(app.db()).await?;
    Ok(Frag(view::new_dialog(&all, &agents, &new_key())))
}

/// Adds a printer.
#[handler]
pub async fn add(
    app: App,
    by: Manager,
    once: Once,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let it = described.description();
    let claim = once.of(&by, "printers.add", &it);
    let id = PrinterId::new();
    app.write(claim, async |tx: &mut Tx| actions::add(tx, id, &it).await)
        .await?;
    closed(
        &app,
        "Added. Print a test page, then say under Stations and Terminals who prints there.",
    )
    .await
}

/// The form for one printer.
#[handler]
pub async fn ask_edit(app: App, _by: Manager, Path(id): Path<PrinterId>) -> Result<Frag> {
    let all = store::all(app.db()).await?;
    let agents = store::agents(app.db()).await?;
    let printer = all.iter().find(|printer| printer.id == id);
    let printer = printer.ok_or(Error::NotFound("printer"))?;
    Ok(Frag(view::edit_dialog(printer, &all, &agents, &new_key)))
}

/// Changes what is said about a printer.
#[handler]
pub async fn edit(
    app: App,
    by: Manager,
    once: Once,
    Path(id): Path<PrinterId>,
    Form(described): Form<Described>,
) -> Result<Frag> {
    let seen = described.revision;
    let it = described.description();
    let claim = once.of(&by, "printers.edit", &(id, seen, &it));
    app.write(claim, async |tx: &mut Tx| {
        actions::describe(tx, id, seen, &it).await
    })
    .await?;
    closed(&app, "Saved.").await
}

/// Prints the page that tries a printer.
#[handler]
pub async fn test(app: App, by: Manager, once: Once, Path(id): Path<PrinterId>) -> Result<Frag> {
    let claim = once.of(&by, "printers.test", &id);
    let settings = app.settings().await?;
    let now = app.clock().now();
    let at = settings.day_rule().local(now);
    let at = format!("{}, {}", at.day(), at.time());
    app.write(claim, async |tx: &mut Tx| {
        actions::test(tx, id, &settings.cafe_name, &at).await
    })
    .await?;
    said(&app, "The test page is on its way.").await
}

/// A printer waits.
#[handler]
pub async fn pause(app: App, by: Manager, once: Once, Path(id): Path<PrinterId>) -> Result<Frag> {
    let claim = once.of(&by, "printers.pause", &id);
    app.write(claim, async |tx: &mut Tx| {
        actions::pause(tx, id, true).await
    })
    .await?;
    said(&app, "It waits. What is to be printed there is kept.").await
}

/// A printer goes on.
#[handler]
pub async fn resume(app: App, by: Manager, once: Once, Path(id): Path<PrinterId>) -> Result<Frag> {
    let claim = once.of(&by, "printers.resume", &id);
    app.write(claim, async |tx: &mut Tx| {
        actions::pause(tx, id, false).await
    })
    .await?;
    said(&app, "It prints again.").await
}

/// Everything that waits for a printer is printed at another one.
#[handler]
pub async fn move_jobs(
    app: App,
    by: Manager,
    once: Once,
    Path(id): Path<PrinterId>,
    Form(To { to }): Form<To>,
) -> Result<Frag> {
    let claim = once.of(&by, "printers.move_jobs", &(id, to));
    app.write(claim, async |tx: &mut Tx| {
        actions::move_all(tx, id, to).await
    })
    .await?;
    closed(&app, "What waited is printed there.").await
}

/// A job, as it stands on paper, with what may be done about it.
#[handler]
pub async fn show_job(app: App, _by: Manager, Path(id): Path<PrintJobId>) -> Result<Frag> {
    let kept = store::job(app.db(), id).await?;
    let all = store::all(app.db()).await?;
    Ok(Frag(view::job_dialog(id, &kept, &all, &new_key)))
}

/// A job is tried again, here or elsewhere.
#[handler]
pub async fn try_again(
    app: App,
    by: Manager,
    once: Once,
    Path(id): Path<PrintJobId>,
    Form(At { printer }): Form<At>,
) -> Result<Frag> {
    let claim = once.of(&by, "print_jobs.again", &(id, printer));
    app.write(claim, async |tx: &mut Tx| {
        actions::again(tx, id, printer).await
    })
    .await?;
    closed(&app, "It is on its way.").await
}

/// A job is not printed any more.
#[handler]
pub async fn cancel(app: App, by: Manager, once: Once, Path(id): Path<PrintJobId>) -> Result<Frag> {
    let claim = once.of(&by, "print_jobs.cancel", &id);
    app.write(claim, async |tx: &mut Tx| actions::cancel(tx, id).await)
        .await?;
    closed(&app, "It is not printed.").await
}

async fn closed(app: &App, sentence: &str) -> Result<Frag> {
    let redrawn = redrawn(app).await?;
    Ok(Frag(
        html! { (ui::dialog::closed()) (redrawn) (view::said(sentence)) },
    ))
}

async fn said(app: &App, sentence: &str) -> Result<Frag> {
    let redrawn = redrawn(app).await?;
    Ok(Frag(html! { (redrawn) (view::said(sentence)) }))
}

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
