//! Sentences for the person in front of the screen.

use maud::{Markup, html};

use super::controls::{Kind, icon};

/// The region that every page has; answers fill it through a partial with `hx-target="#notice"`.
pub fn region() -> Markup {
    html! {
        div #notice role="status" {}
        template #notice-template { (toast(Kind::Bad, "")) }
    }
}

/// What an answer writes into `#notice`: gone after 4 s, a refusal after 10.
/// While a dialog is open the script shows it inside the dialog, where it stays.
pub fn toast(kind: Kind, sentence: &str) -> Markup {
    toast_with(kind, sentence, html! {})
}

/// A toast with one action (a `.btn`), such as Undo: gone after 10 s.
pub fn toast_with(kind: Kind, sentence: &str, action: Markup) -> Markup {
    html! { p.toast data-kind=(kind.name()) { (kind.icon()) span { (sentence) } (action) } }
}

/// A sentence that stays where it is. `round` inside a card, else over the whole width.
pub fn banner(kind: Kind, round: bool, content: Markup) -> Markup {
    html! { div.banner.round[round] data-kind=(kind.name()) role="status" { (kind.icon()) span { (content) } } }
}

/// A banner with an icon of its own.
pub fn banner_with(kind: Kind, icon_name: &str, round: bool, content: Markup) -> Markup {
    html! { div.banner.round[round] data-kind=(kind.name()) role="status" { (icon(icon_name)) span { (content) } } }
}
