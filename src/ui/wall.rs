//! What hangs on a wall: its bar, and what each screen keeps for itself.

use maud::{Markup, html};

use super::controls::{clock, icon};
use super::page::conn;

/// The bar at the top of a wall display: what it shows, counts, then the controls it always has
/// (connection, sound, size of the text, what else the screen keeps) with `actions` before the clock.
pub fn wall_bar(icon_name: &str, title: &str, counts: Markup, actions: Markup) -> Markup {
    html! {
        header.top {
            (icon(icon_name))
            h1 { (title) }
            (counts)
            span.push {}
            (conn("Live"))
            button.btn #sound type="button" data-sound { (icon("sound")) span {} }
            button.btn type="button" data-zoom="-1" aria-label="Smaller text" { (icon("smaller")) }
            button.btn type="button" data-zoom="1" aria-label="Bigger text" { (icon("bigger")) }
            button.btn type="button" data-dialog="screen" aria-label="This screen: size, colours, sounds" { (icon("settings")) }
            (actions)
            (clock())
        }
    }
}

/// Sizes, colours and sounds of this one screen, which the browser keeps: `screen.js` and `sound.js` do the rest.
/// The size follows from how big the screen is and from where it is read (kitchen.md section 7).
pub fn screen_dialog() -> Markup {
    html! {
        dialog #screen.sheet aria-label="This screen" {
            header {
                h2 tabindex="-1" autofocus { "This screen" }
                span.push {}
                button.btn.icon.quiet type="button" data-close aria-label="Close" { (icon("x")) }
            }
            div.body.stack {
                div.pairs {
                    label.field { "Diagonal in inches" input #screen-inches type="number" inputmode="decimal" min="5" max="120" step="any"; }
                    label.field { "Read from how many metres" input #screen-metres type="number" inputmode="decimal" min="0.3" max="20" step="any"; }
                }
                p #screen-size role="status" {}
                button.btn.lg type="button" data-screen="use" { "Use this size" }
                (one_of("Colours", "screen-theme", &[("dark", "Dark"), ("light", "Light")]))
                (one_of("Loudness", "screen-volume", &[("low", "Low"), ("usual", "Usual"), ("high", "High")]))
                fieldset.block {
                    legend { "Hear how each sounds" }
                    div.row.wrap {
                        @for (tone, label) in TONES { button.btn type="button" data-hear=(tone) { (label) } }
                    }
                }
            }
            footer { button.btn.lg.primary type="button" data-close { "Done" } }
        }
    }
}

fn one_of(label: &str, name: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        div {
            b aria-hidden="true" { (label) }
            fieldset.seg {
                legend.vh { (label) }
                @for (value, label) in choices { label { input type="radio" name=(name) value=(value); (label) } }
            }
        }
    }
}

/// The tones of a board (assets/js/sound.js).
const TONES: [(&str, &str); 6] = [
    ("new", "New ticket"),
    ("addon", "Add-on"),
    ("void", "Void"),
    ("late", "Late"),
    ("ready", "Ready"),
    ("problem", "Cut off"),
];
