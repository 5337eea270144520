//! Everybody who works here, for admins.

use maud::{Markup, html};
use poem::handler;

use crate::app::App;
use crate::data::Tx;
use crate::form;
use crate::staff::actions::{self, NewMember};
use crate::staff::member::{Edit, Username};
use crate::staff::secrets::{Typed, one_time_password};
use crate::staff::view::{desk, roster as view};
use crate::staff::{Admin, Member, Role, hashing, store};
use crate::ui;
use crate::values::{PersonName, StaffId};
use crate::web::{Error, Form, Frag, Once, Page, Path, Result, url};

form! {
    /// A new colleague.
    pub struct New { name: one PersonName, username: one Username, role: one Role }
}

form! {
    /// What is changed about a person.
    pub struct Change { name: one PersonName, role: one Role, active: flag bool }
}

/// The list.
#[handler]
pub async fn list(app: App, by: Admin) -> Result<Page> {
    let settings = app.settings().await?;
    let people = store::everybody(app.db(), app.clock().now()).await?;
    let content = view::page_content(&people, &settings.day_rule());
    Ok(Page(desk::desk(
        &settings.cafe_name,
        &by,
        "Staff",
        &url::staff(),
        content,
    )))
}

/// The form for a new colleague.
#[handler]
pub async fn ask_new(_by: Admin) -> Result<Frag> {
    Ok(Frag(view::new_dialog(&new_key())))
}

/// Adds a colleague and shows the password for the first sign-in, once.
#[handler]
pub async fn hire(app: App, by: Admin, once: Once, Form(new): Form<New>) -> Result<Frag> {
    let claim = once.of(&by, "staff.hire", &new);
    let member = NewMember {
        id: StaffId::new(),
        username: new.username,
        name: new.name,
        role: new.role,
    };
    let (password, hashed) = one_time(&app).await?;
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::hire(tx, &member, &hashed).await
        })
        .await?;
    let hired = store::find_by_username(app.db(), member.username.as_str())
        .await?
        .ok_or(Error::NotFound("person"))?;
    let password = actions::done_now(&written).then_some(password.as_str());
    Ok(Frag(html! {
        (view::one_time_dialog(&hired.name, &hired.username, password, hired.id, &new_key()))
        (redrawn(&app).await?)
    }))
}

/// The form for one person.
#[handler]
pub async fn ask_edit(app: App, by: Admin, Path(staff): Path<StaffId>) -> Result<Frag> {
    let member = member(&app, staff).await?;
    let locked = store::is_locked(app.db(), &member.username, app.clock().now()).await?;
    let keys = std::array::from_fn(|_| new_key());
    Ok(Frag(view::edit_dialog(
        &member,
        locked,
        by.id == staff,
        &keys,
    )))
}

/// Changes a person's name, role, or whether they may come in.
#[handler]
pub async fn edit(
    app: App,
    by: Admin,
    once: Once,
    Path(staff): Path<StaffId>,
    Form(change): Form<Change>,
) -> Result<Frag> {
    let claim = once.of(&by, "staff.edit", &(staff, &change));
    let edit = Edit {
        name: change.name,
        role: change.role,
        active: change.active,
    };
    app.write(claim, async |tx: &mut Tx| {
        actions::edit(tx, &by, staff, &edit).await
    })
    .await?;
    closed(&app, "Saved.").await
}

/// Lets a person try again.
#[handler]
pub async fn unlock(app: App, by: Admin, once: Once, Path(staff): Path<StaffId>) -> Result<Frag> {
    let claim = once.of(&by, "staff.unlock", &staff);
    app.write(claim, async |tx: &mut Tx| actions::unlock(tx, staff).await)
        .await?;
    closed(&app, "Unlocked. They can try again now.").await
}

/// Ends all of a person's sessions.
#[handler]
pub async fn force_out(
    app: App,
    by: Admin,
    once: Once,
    Path(staff): Path<StaffId>,
) -> Result<Frag> {
    let claim = once.of(&by, "staff.force_out", &staff);
    app.write(claim, async |tx: &mut Tx| {
        actions::force_out(tx, staff).await
    })
    .await?;
    closed(&app, "Signed out everywhere.").await
}

/// Gives a person a password for one sign-in and shows it once.
#[handler]
pub async fn reset_password(
    app: App,
    by: Admin,
    once: Once,
    Path(staff): Path<StaffId>,
) -> Result<Frag> {
    let claim = once.of(&by, "staff.reset_password", &staff);
    let member = member(&app, staff).await?;
    let (password, hashed) = one_time(&app).await?;
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::reset_password(tx, staff, &hashed).await
        })
        .await?;
    let password = actions::done_now(&written).then_some(password.as_str());
    Ok(Frag(html! {
        (view::one_time_dialog(&member.name, &member.username, password, staff, &new_key()))
        (redrawn(&app).await?)
    }))
}

async fn one_time(app: &App) -> Result<(String, hashing::Hashed)> {
    let password = one_time_password();
    let typed: Typed = password
        .parse()
        .map_err(|refusal| anyhow::anyhow!("a one-time password: {refusal}"))?;
    let hashed = hashing::hash(app, &typed).await?;
    Ok((password, hashed))
}

async fn member(app: &App, staff: StaffId) -> Result<Member> {
    store::find(app.db(), staff)
        .await?
        .ok_or(Error::NotFound("person"))
}

async fn redrawn(app: &App) -> Result<Markup> {
    let people = store::everybody(app.db(), app.clock().now()).await?;
    Ok(view::redrawn(&people, &app.settings().await?.day_rule()))
}

async fn closed(app: &App, said: &str) -> Result<Frag> {
    Ok(Frag(
        html! { (ui::dialog::closed()) (redrawn(app).await?) (view::said(said)) },
    ))
}

fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}
