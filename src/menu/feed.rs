//! The menu on screens that sell: they are told that it moved, and fetch again what they show of it.

use super::{store, view};
use crate::app::App;
use crate::live::{Changed, View};

/// The version of the menu.
#[derive(Debug, Clone, Copy)]
pub struct MenuView;

impl View<App> for MenuView {
    fn name(&self) -> String {
        "menu".to_owned()
    }

    fn cares(&self, change: &Changed) -> bool {
        *change == Changed::Menu
    }

    async fn draw(&self, app: &App) -> anyhow::Result<String> {
        Ok(view::version_region(self.revision(app).await?).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::version(app.db()).await?)
    }
}
