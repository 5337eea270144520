//! The page that says whether a printer is set up as it should be.

use super::bitmap::Bitmap;
use super::paper::Paper;
use super::slip::{Look, Slip};

/// Every piece of a slip once, with the letters that go wrong where a printer is set up differently. `at` says when it was
/// asked for.
pub fn test_page(cafe: &str, printer: &str, paper: Paper, at: &str) -> Slip {
    let mut slip = Slip::new("Test page");
    slip.picture(ruler(paper), "A frame from edge to edge");
    slip.heading(cafe.to_uppercase());
    slip.centred("Test page");
    slip.rule();
    slip.row("Printer", printer);
    slip.row("Paper", paper.label());
    slip.row("Printed", at);
    slip.rule();
    slip.text("Accents: é è ê ñ ç ö ü Å ø ß");
    slip.text("Signs: € £ ½ × ° - _ \\ | ~");
    slip.text("Other writing: ŋ ቡና قهوة 茶 🍕");
    slip.rule();
    slip.text_looking(Look::Strong, "Bold");
    slip.text_looking(Look::Tall, "Tall");
    slip.text_looking(Look::Huge, "Huge");
    slip.text_looking(Look::Reversed, "White on black");
    slip.row(
        "1 product with a name that is longer than this paper is wide",
        "12,500",
    );
    slip.total("TOTAL", "12,500");
    slip.rule();
    slip.qr(
        printer,
        "The name of the printer",
        "Scan: the printer's name",
    );
    slip.centred("The paper is cut below this line.");
    slip
}

/// A frame as wide as the paper is printed on, with a mark every 12 dots: a letter is as wide.
fn ruler(paper: Paper) -> Bitmap {
    let (wide, high) = (paper.dots(), 16);
    Bitmap::drawn(wide, high, |x, y| {
        let is_edge = x == 0 || x == wide - 1 || y == 0 || y == high - 1;
        is_edge || (x % 12 == 0 && y < 8)
    })
}
