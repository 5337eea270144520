//! The PIN asked in place: a dialog over whatever is on the screen, none of which is lost.

use maud::{Markup, html};
use poem::Response;
use poem::http::{StatusCode, header};

use crate::staff::Member;
use crate::ui::{self, Field, Kind, keypad::pin_keypad};
use crate::values::initials;
use crate::web::url;

/// The answer to a request whose session is over: nothing was done, and the same person is asked.
pub fn over_the_screen(member: &Member, on_terminal: bool) -> Response {
    Response::builder()
        .status(StatusCode::UNAUTHORIZED)
        .content_type("text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .body(html! { hx-partial hx-target="#sign-in-again" { (dialog(member, on_terminal)) } }.0)
}

/// The dialog for `#sign-in-again`.
pub fn dialog(member: &Member, on_terminal: bool) -> Markup {
    let name = crate::staff::short_name(&member.name);
    let content = html! {
        form hx-post=(url::sign_in_again()) hx-target="#sign-in-again" hx-swap="innerHTML" {
            input type="hidden" name="staff" value=(member.id);
            div.body.stack {
                p { "You were signed in for long. Nothing on this screen is lost." }
                @if on_terminal && member.pin.is_some() {
                    (pin_keypad("pin"))
                } @else {
                    (Field::new("Password", "password").kind("password").autocomplete("current-password").max(200).required())
                }
            }
            footer {
                a.btn.lg.quiet href=(url::sign_in()) { "Somebody else" }
                button.btn.lg.primary hx-disable="this" { "Go on" }
            }
        }
    };
    let title = format!("Still you, {name}?");
    let heading = html! {
        (ui::avatar(&initials(&member.name), member.hue))
        h2 tabindex="-1" autofocus { (title) }
    };
    ui::dialog::dialog_with(ui::Shape::Sheet, &title, heading, content)
}

/// Nothing to ask: another tab was asked before, or the session was renewed under an older stream. What
/// is put there tells the script that it may connect again.
pub fn nothing_to_ask() -> Markup {
    html! { hx-partial hx-target="#sign-in-again" { span hidden {} } }
}

/// What takes the dialog away again, with a word about what to do now.
pub fn done() -> Markup {
    html! {
        hx-partial hx-target="#sign-in-again" {}
        hx-partial hx-target="#notice" { (ui::toast(Kind::Ok, "Welcome back. Tap once more what you wanted to do.")) }
    }
}
