//! Texts as codes that a phone scans.

use std::fmt::Write;

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// The quiet frame around a code, in modules.
pub const FRAME: usize = 4;

/// A text as a code, black on white whatever the theme; `label` says what it leads to. Nothing where the text is too long
/// for one.
pub fn qr(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return html! {};
    };
    let side = code.width() + 2 * FRAME;
    html! {
        svg.qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(label) {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(dark(&code)) fill="#000" {}
        }
    }
}

/// How many modules a code of this text is wide without its frame; none where the text is too long for one.
pub fn qr_side(text: &str) -> Option<usize> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.width())
}

/// The dark modules, those beside each other as one rectangle.
fn dark(code: &QrCode) -> String {
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..]
                .iter()
                .take_while(|module| **module == Color::Dark)
                .count();
            if run > 0 {
                // Writing into a String cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + FRAME, y + FRAME);
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_picture_without_styles_and_one_that_is_too_long_is_none() {
        let html = qr("https://pos.example.com/r/0123456789abcdef", "Link").into_string();
        assert!(html.contains("<path d=\"M4 4h7v1h-7z"), "{html}");
        assert!(!html.contains("style"), "{html}");
        assert!(qr(&"w".repeat(5_000), "Link").into_string().is_empty());
    }
}
