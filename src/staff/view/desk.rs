//! The frame of the back office: where one can go, and who one is.

use maud::{Markup, html};

use crate::staff::{Person, Role};
use crate::ui;
use crate::web::url;

/// A page of the back office. `here` is the address of the entry that it belongs to.
pub fn desk(cafe: &str, person: &Person, title: &str, here: &str, main: Markup) -> Markup {
    framed(
        ui::Page::new(ui::BodyKind::Desk, title, cafe),
        person,
        here,
        main,
    )
}

/// A page of the back office that follows the picture of this name.
pub fn desk_following(
    view: &str,
    (cafe, title): (&str, &str),
    person: &Person,
    here: &str,
    main: Markup,
) -> Markup {
    let stream = format!("{}?view={view}", url::stream());
    let page = ui::Page {
        stream: Some(&stream),
        sign_in: Some(&url::sign_in()),
        ..ui::Page::new(ui::BodyKind::Desk, title, cafe)
    };
    framed(page, person, here, main)
}

fn framed(page: ui::Page, person: &Person, here: &str, main: Markup) -> Markup {
    let cafe = page.cafe;
    let entry = |icon: &str, label: &str, to: String| {
        html! { a href=(to) aria-current=[(to == here).then_some("page")] { (ui::labelled(icon, label)) } }
    };
    let content = html! {
        nav aria-label="Back office" {
            a.brand href=(url::home()) aria-label=(cafe) { (ui::mark()) span { (cafe) } }
            @if person.role.takes_orders() { (entry("floor", "Floor", url::floor())) }
            @if person.role.manages() {
                (entry("check", "Approvals", url::approvals()))
                (entry("cash", "Shifts", url::shifts()))
                (entry("lock", "Days", url::days()))
                (entry("phone", "Mobile money", url::pending_payments()))
                (entry("check", "Statements", url::statements()))
                (entry("chart", "Kitchen figures", url::kitchen_figures()))
                (entry("warn", "Exceptions", url::exceptions()))
                (entry("chef", "Stations", url::stations()))
                (entry("print", "Printers", url::printers()))
                (entry("percent", "Price lists", url::price_lists()))
            }
            @if person.role == Role::Admin {
                (entry("users", "Staff", url::staff()))
                (entry("tablet", "Terminals", url::terminals()))
                (entry("settings", "Settings", url::settings()))
                (entry("search", "Audit", url::audit()))
            }
            @if person.role.manages() { (entry("shield", "Backups", url::backups())) }
            div.push.row { (ui::page::person(&person.shown())) }
        }
        main { (main) }
    };
    ui::page(page, content)
}
