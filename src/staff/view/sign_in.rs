//! Tiles and PIN on a paired till, else name and password.

use maud::{Markup, html};

use crate::staff::store::Listed;
use crate::terminals::Terminal;
use crate::ui::{self, Field, keypad::pin_keypad};
use crate::values::initials;
use crate::web::{FieldError, url};

/// The page of a till that several people share. `to` is where they are led on to.
pub fn tiles(
    cafe: &str,
    till: &Terminal,
    people: &[Listed],
    to: Option<&str>,
    now_ms: i64,
) -> Markup {
    let content = html! {
        main.login {
            section {
                (head(cafe, &till_line(till)))
                div.stack {
                    h2 #who.big-h { "Who is working?" }
                    @if people.is_empty() {
                        (ui::empty("users", "Nobody yet", "An admin adds people under Staff.", html! {}))
                    } @else {
                        fieldset.staff aria-labelledby="who" { @for one in people { (tile(one)) } }
                    }
                }
                footer.row.wrap {
                    a.btn.quiet href=(with_password(to)) hx-get=(with_password(to)) hx-target="#sheet" hx-swap="innerHTML" {
                        (ui::labelled("lock", "Use username and password"))
                    }
                }
            }
            form #pin.pin hx-post=(url::sign_in_pin()) hx-swap="none" aria-label="PIN" {
                div.row {
                    span.row data-chosen { b { "Tap your name" } }
                    p.pin-msg.push #pin-msg role="status" { "Enter PIN" }
                }
                (ui::error_place("staff", None))
                (pin_keypad("pin"))
                (leading(to))
                button.btn.xl.primary.wide hx-disable="this" { "Sign in" }
            }
        }
    };
    let page = ui::Page {
        now_ms: Some(now_ms),
        ..ui::Page::new(ui::BodyKind::Pos, "Sign in", cafe)
    };
    ui::page(page, content)
}

/// The page of any other browser. `faults` are why the last try was refused, where no script said so; `may_lack_trust`
/// shows the way to the server's own authority.
pub fn with_password_page(
    cafe: &str,
    device: Option<&Terminal>,
    username: &str,
    faults: &[FieldError],
    to: Option<&str>,
    may_lack_trust: bool,
) -> Markup {
    let place = device.map_or_else(|| "Sign in".to_owned(), |terminal| terminal.name.clone());
    let content = html! {
        main {
            (head(cafe, &place))
            section.card {
                form.stack method="post" action=(url::sign_in()) hx-post=(url::sign_in()) hx-swap="none" {
                    (fields(username, faults, to))
                    button.btn.lg.primary.wide hx-disable="this" { "Sign in" }
                }
            }
            @if let Some(board) = device.and_then(|terminal| terminal.station) {
                p { a.btn.quiet href=(url::board(board)) { (ui::labelled("chef", "Open the board")) } }
            }
            @if device.is_none() {
                p { a.btn.quiet href=(url::pair()) { (ui::labelled("tablet", "Make this a terminal")) } }
            }
            @if may_lack_trust {
                p { a.btn.quiet href=(url::trust()) { (ui::labelled("shield", "Trust this café")) } }
            }
        }
    };
    ui::page(ui::Page::new(ui::BodyKind::Plain, "Sign in", cafe), content)
}

/// The dialog over the tiles.
pub fn password_dialog(to: Option<&str>) -> Markup {
    ui::dialog(
        ui::Shape::Sheet,
        "Sign in with password",
        html! {
            form hx-post=(url::sign_in()) hx-swap="none" {
                div.body.stack { (fields("", &[], to)) }
                footer { button.btn.lg.primary hx-disable="this" { "Sign in" } }
            }
        },
    )
}

fn fields(username: &str, faults: &[FieldError], to: Option<&str>) -> Markup {
    let fault = |field: &str| FieldError::of(faults, field);
    html! {
        (Field::new("Username", "username").value(username).autocomplete("username").max(100).required().error(fault("username")))
        (Field::new("Password", "password").kind("password").autocomplete("current-password").max(200).required().error(fault("password")))
        (leading(to))
    }
}

fn leading(to: Option<&str>) -> Markup {
    html! { @if let Some(to) = to { input type="hidden" name="to" value=(to); } }
}

fn with_password(to: Option<&str>) -> String {
    let lead = to.map_or_else(url::sign_in, url::sign_in_to);
    format!(
        "{lead}{}with=password",
        if lead.contains('?') { '&' } else { '?' }
    )
}

fn head(cafe: &str, place: &str) -> Markup {
    html! {
        header.row {
            (ui::mark())
            div { h1 { (cafe) } small { (place) } }
            span.push {}
            (ui::clock())
        }
    }
}

fn till_line(till: &Terminal) -> String {
    match till.location.as_str() {
        "" => till.name.clone(),
        location => format!("{} · {location}", till.name),
    }
}

/// One person; the tile alone says who it is, the PIN proves it.
fn tile(one: &Listed) -> Markup {
    let role = one.role.label();
    let state = match (one.on_shift, one.has_pin) {
        (true, true) => format!("{role} · on shift"),
        (false, true) => role.to_owned(),
        (_, false) => format!("{role} · no PIN"),
    };
    html! {
        label {
            input type="radio" name="staff" value=(one.id) form="pin" required;
            (ui::avatar(&initials(&one.name), one.hue))
            b { (crate::staff::short_name(&one.name)) }
            small { (state) }
        }
    }
}
