//! The settings that admins change on a page.

use maud::html;
use poem::handler;

use super::money_rules::Asked;
use super::{actions, view};
use crate::app::App;
use crate::data::Tx;
use crate::staff::Admin;
use crate::staff::view::desk::desk;
use crate::ui;
use crate::web::{Form, Frag, Once, Page, Result, url};

/// The page.
#[handler]
pub async fn show(app: App, by: Admin) -> Result<Page> {
    let settings = app.settings().await?;
    let content = view::page_content(&settings, &new_key());
    Ok(Page(desk(
        &settings.cafe_name,
        &by,
        "Settings",
        &url::settings(),
        content,
    )))
}

/// Changes what is decided about money.
#[handler]
pub async fn change_money(
    app: App,
    by: Admin,
    once: Once,
    Form(asked): Form<Asked>,
) -> Result<Frag> {
    let claim = once.of(&by, "settings.money", &asked);
    let cafe = app.config().cafe_name.clone();
    app.write(claim, async |tx: &mut Tx| {
        actions::change_money(tx, &cafe, &asked).await
    })
    .await?;
    let settings = app.settings().await?;
    Ok(Frag(html! {
        hx-partial hx-target="#money-rules" hx-swap="outerHTML" { (view::money(&settings, &new_key())) }
        hx-partial hx-target="#notice" { (ui::toast(ui::Kind::Ok, "Saved. It counts from now on.")) }
    }))
}

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
