//! One's own page: PIN, password, signing out.

use maud::{Markup, html};

use crate::staff::{Member, Person};
use crate::ui::{self, Field, Kind};
use crate::web::url;

/// Who one is and what one can do about it. `said` is a word about what was just done.
pub fn me(cafe: &str, person: &Person, member: &Member, said: Option<&str>) -> Markup {
    let content = html! {
        (bar("Your page"))
        main {
            @if let Some(said) = said { (ui::banner(Kind::Ok, true, html! { (said) })) }
            section.card.stack {
                header.row {
                    (ui::avatar(&crate::values::initials(&member.name), member.hue))
                    div { h2 { (member.name) } small { (member.role.label()) " · " (member.username) } }
                }
                a.btn.lg.wide href=(url::own_pin()) {
                    (ui::labelled("key", if member.pin.is_some() { "Change PIN" } else { "Set a PIN" }))
                }
                a.btn.lg.wide href=(url::own_password()) { (ui::labelled("lock", "Change password")) }
                @if person.role.manages() || person.role == crate::staff::Role::Cashier {
                    a.btn.lg.wide href=(url::pending_payments()) { (ui::labelled("phone", "Mobile money")) }
                }
                @if person.role.manages() {
                    a.btn.lg.wide href=(url::approvals()) { (ui::labelled("check", "Approvals")) }
                    a.btn.lg.wide href=(url::statements()) { (ui::labelled("check", "Statements")) }
                    a.btn.lg.wide href=(url::shifts()) { (ui::labelled("cash", "Shifts")) }
                    a.btn.lg.wide href=(url::kitchen_figures()) { (ui::labelled("chart", "Kitchen figures")) }
                }
                @if person.role == crate::staff::Role::Admin {
                    a.btn.lg.wide href=(url::staff()) { (ui::labelled("users", "Staff")) }
                    a.btn.lg.wide href=(url::terminals()) { (ui::labelled("tablet", "Terminals")) }
                }
            }
            section.card.stack {
                form method="post" action=(url::sign_out()) {
                    button.btn.lg.wide { (ui::labelled("out", "Sign out here")) }
                }
                form method="post" action=(url::sign_out_everywhere()) {
                    button.btn.lg.wide.danger { (ui::labelled("out", "Sign out everywhere")) }
                }
            }
        }
    };
    ui::page(
        ui::Page::new(ui::BodyKind::Plain, "Your page", cafe),
        content,
    )
}

/// Chooses a password. `must`: nothing else works before. `key` makes a nervous second tap repeat the first.
pub fn password(cafe: &str, username: &str, must: bool, key: &str) -> Markup {
    let content = html! {
        @if !must { (bar("Change password")) }
        main {
            section.card {
                form.stack method="post" action=(url::own_password()) hx-post=(url::own_password()) hx-swap="none" {
                    (ui::key_input(key))
                    h1.big-h { @if must { "Choose a password" } @else { "Change password" } }
                    @if must { p { "The one you were given works once. Choose your own before you go on." } }
                    input.vh type="text" name="username" value=(username) autocomplete="username" readonly tabindex="-1" aria-hidden="true";
                    (Field::new(if must { "The password you were given" } else { "Your password now" }, "current")
                        .kind("password").autocomplete("current-password").max(200).required())
                    (Field::new("New password", "new").kind("password").autocomplete("new-password").max(200).required()
                        .hint("At least 8 characters. Three words in a row are good and easy to type."))
                    (Field::new("New password again", "again").kind("password").autocomplete("new-password").max(200).required())
                    button.btn.lg.primary.wide hx-disable="this" { "Save password" }
                    @if !must { p { small { "You stay signed in here; everywhere else you sign in again." } } }
                }
            }
            @if must {
                form method="post" action=(url::sign_out()) { button.btn.quiet { "Sign in as somebody else" } }
            }
        }
    };
    ui::page(
        ui::Page::new(ui::BodyKind::Plain, "Password", cafe),
        content,
    )
}

/// Sets a PIN. `key` makes a nervous second tap repeat the first.
pub fn pin(cafe: &str, has_pin: bool, on_terminal: bool, key: &str) -> Markup {
    let (label, hint) = match (has_pin, on_terminal) {
        (true, true) => ("Your PIN or password now", "Either will do."),
        _ => ("Your password now", "So that nobody sets a PIN for you."),
    };
    let content = html! {
        (bar("PIN"))
        main {
            section.card {
                form.stack method="post" action=(url::own_pin()) hx-post=(url::own_pin()) hx-swap="none" {
                    (ui::key_input(key))
                    h1.big-h { @if has_pin { "Change PIN" } @else { "Set a PIN" } }
                    p { "With a PIN you sign in on the café's own tablets: tap your name, then the digits." }
                    (Field::new(label, "current").kind("password").autocomplete("current-password").max(200).required().hint(hint))
                    (pin_field("New PIN", "pin", "4 to 6 digits: no pattern, no year."))
                    (pin_field("New PIN again", "again", ""))
                    button.btn.lg.primary.wide hx-disable="this" { "Save PIN" }
                }
            }
        }
    };
    ui::page(ui::Page::new(ui::BodyKind::Plain, "PIN", cafe), content)
}

fn pin_field(label: &str, name: &str, hint: &str) -> Markup {
    let hint = Some(hint).filter(|hint| !hint.is_empty());
    ui::around(
        label,
        name,
        None,
        hint,
        html! {
            input id=(name) name=(name) type="password" inputmode="numeric" autocomplete="off" maxlength="6" required
                aria-describedby={ "err-" (name) };
        },
    )
}

fn bar(title: &str) -> Markup {
    html! {
        header.top {
            a.btn.quiet href=(url::home()) { (ui::labelled("left", "Back")) }
            span.meta { (title) }
        }
    }
}
