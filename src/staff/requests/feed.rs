//! The shared pictures of what waits for a manager.

use super::{Request, store, view};
use crate::app::App;
use crate::live::{Changed, View};
use crate::web::Result;

/// What waits, over whatever page a manager is on.
#[derive(Debug, Clone, Copy)]
pub struct AsksView;

impl View<App> for AsksView {
    fn name(&self) -> String {
        "asks".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        RequestsView.cares(change)
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(view::banners(&waiting(app).await?).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        RequestsView.revision(app).await
    }
}

/// What waits, on the page where it is answered.
#[derive(Debug, Clone, Copy)]
pub struct RequestsView;

impl View<App> for RequestsView {
    fn name(&self) -> String {
        "approvals".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        *change == Changed::Approvals
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(region(app).await?.into_string())
    }

    // What is too old to be answered leaves the picture, too.
    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::waiting_revision(app.db(), app.clock().now()).await?)
    }
}

/// The page's region as things stand.
pub(super) async fn region(app: &App) -> Result<maud::Markup> {
    let days = app.settings().await?.day_rule();
    Ok(view::region(&waiting(app).await?, &days))
}

/// What waits for an answer now.
pub(super) async fn waiting(app: &App) -> Result<Vec<Request>> {
    store::waiting(app.db(), app.clock().now()).await
}
