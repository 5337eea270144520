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
        let version = self.revision(app).await?;
        // Whoever is shown this fetches the tiles once. Where no message told that the menu moved, what is remembered of it
        // is older than the version.
        app.forget_menu();
        Ok(view::version_region(version).into_string())
    }

    async fn revision(&self, app: &App) -> anyhow::Result<i64> {
        Ok(store::version(app.db()).await?)
    }
}
