//! The paper as it comes out of the printer, drawn from the very bytes that are sent.

use maud::{Markup, html};

use super::bitmap::Bitmap;
use super::decoder::{Unread, decode};
use super::paper::Paper;
use super::printed::{Line, Place, Printed};
use crate::ui::{self, qr::FRAME};

/// A letter is so many dots wide, and so many high.
const LETTER: (usize, usize) = (12, 24);

/// White between two lines, in dots.
const BETWEEN: usize = 6;

/// The margin around what is printed, in dots.
const MARGIN: usize = 32;

/// The picture of a slip, from its bytes, as an SVG whose unit is a dot of the printer.
///
/// # Errors
/// Where the bytes print no slip of ours.
pub fn svg(bytes: &[u8], paper: Paper) -> Result<Markup, Unread> {
    let printed = decode(bytes)?;
    let width = usize::from(paper.dots());
    let mut top = MARGIN;
    let mut placed = Vec::new();
    for piece in &printed {
        placed.push((top, piece));
        top += height(piece);
    }
    let (wide, high) = (width + 2 * MARGIN, top + MARGIN);
    Ok(html! {
        svg.paper xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (wide) " " (high) } width=(wide) height=(high)
            font-family="monospace" font-size=(LETTER.1 - 2) role="img" aria-label={ "Paper, " (paper.label()) } {
            rect width=(wide) height=(high) fill="#fff" {}
            @for (top, piece) in placed { g transform={ "translate(" (MARGIN) " " (top) ")" } { (drawn(piece, width)) } }
        }
    })
}

fn height(piece: &Printed) -> usize {
    let line = LETTER.1 + BETWEEN;
    match piece {
        Printed::Line(Line { style, .. }) if style.high => line + LETTER.1,
        Printed::Line(_) | Printed::Cut | Printed::Drawer => line,
        Printed::Qr { text, module, .. } => code_side(text, *module),
        Printed::Picture { picture, .. } => usize::from(picture.height()),
        Printed::Feed(lines) => line * usize::from(*lines),
    }
}

fn drawn(piece: &Printed, width: usize) -> Markup {
    match piece {
        Printed::Line(line) => letters(line),
        Printed::Qr {
            text,
            module,
            place,
        } => {
            let (side, frame) = (code_side(text, *module), FRAME * usize::from(*module));
            let (left, framed) = (left_of(*place, side, width), side + 2 * frame);
            html! {
                g transform={ "translate(" (left) " 0) translate(-" (frame) " -" (frame) ")" } {
                    svg width=(framed) height=(framed) { (ui::qr(text, text)) }
                }
            }
        }
        Printed::Picture { picture, place } => {
            let left = left_of(*place, usize::from(picture.width()), width);
            html! { path transform={ "translate(" (left) " 0)" } d=(picture.path()) {} }
        }
        Printed::Feed(_) => html! {},
        Printed::Cut => html! {
            line x2=(width - 2 * LETTER.0) y1="15" y2="15" stroke="#888" stroke-width="2" stroke-dasharray="12 8" {}
        },
        Printed::Drawer => html! { text y=(LETTER.1) fill="#888" { "(The drawer opens.)" } },
    }
}

/// The letters of a line, each in its column whatever the font.
fn letters(line: &Line) -> Markup {
    let style = line.style;
    let (across, down) = (style.columns(), if style.high { 2 } else { 1 });
    let inked = if style.reversed { "#fff" } else { "#000" };
    let weight = if style.bold { "700" } else { "400" };
    let columns = line.columns() * LETTER.0;
    let at: Vec<String> = (0..line.text.chars().count())
        .map(|column| (column * LETTER.0).to_string())
        .collect();
    html! {
        @if style.reversed { rect width=(columns) height=(LETTER.1 * down) {} }
        text transform={ "scale(" (across) " " (down) ")" } y=(LETTER.1 - 4) x=(at.join(" ")) fill=(inked) font-weight=(weight)
            xml:space="preserve" { (line.text) }
    }
}

/// The side of a code, in dots.
fn code_side(text: &str, module: u8) -> usize {
    ui::qr_side(text).unwrap_or_default() * usize::from(module)
}

fn left_of(place: Place, wide: usize, width: usize) -> usize {
    let free = width.saturating_sub(wide);
    match place {
        Place::Left => 0,
        Place::Middle => free / 2,
        Place::Right => free,
    }
}

/// A picture of dots on a page: the café's logo on the slip that a browser prints.
pub fn on_a_page(picture: &Bitmap, label: &str) -> Markup {
    html! {
        svg.picture viewBox={ "0 0 " (picture.width()) " " (picture.height()) } role="img" aria-label=(label) {
            path d=(picture.path()) {}
        }
    }
}
