//! Dialogs: centred on a tablet, a sheet from below on a phone.

use maud::{Markup, html};

use super::controls::icon;

/// The shape of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As wide as a form.
    Sheet,
    /// Room for groups of choices.
    Wide,
    /// Along the end side.
    Drawer,
}

/// A dialog to swap into `#sheet` (`innerHTML`), where it opens by itself. Close it by answering with
/// [`closed`], or let a `data-close` button do it. `content` is a `div.body` and a `footer`,
/// most often inside one `form` (which lays itself out as if it were not there).
pub fn dialog(shape: Shape, title: &str, content: Markup) -> Markup {
    dialog_with(
        shape,
        title,
        html! { h2 #sheet-h tabindex="-1" autofocus { (title) } },
        content,
    )
}

/// A dialog with a heading of its own (which holds an `h2#sheet-h`).
pub fn dialog_with(shape: Shape, label: &str, heading: Markup, content: Markup) -> Markup {
    let class = match shape {
        Shape::Sheet => "sheet",
        Shape::Wide => "sheet wide",
        Shape::Drawer => "sheet drawer",
    };
    html! {
        dialog class=(class) aria-label=(label) {
            header {
                (heading)
                span.push {}
                button.btn.icon.quiet type="button" data-close aria-label="Close" { (icon("x")) }
            }
            div data-notice role="status" {}
            (content)
        }
    }
}

/// The partial that closes whatever is open in `#sheet`.
pub fn closed() -> Markup {
    html! { hx-partial hx-target="#sheet" {} }
}
