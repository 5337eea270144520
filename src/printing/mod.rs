//! Paper: what stands on a slip, and every way to draw it.
//!
//! A [`Slip`] is a document that knows no room: headings, rows, totals, a code. From it come the page on the screen and in the
//! browser's printer ([`view`]), its lines on a roll of 58 or 80 mm ([`layout`]), the bytes for a receipt printer ([`bytes`]),
//! and, from those bytes again, what the printer prints ([`decode`], [`svg`]). Names that a printer cannot write come out as
//! they sound.

mod bitmap;
mod decoder;
mod escpos;
mod letters;
mod paper;
mod picture;
mod print;
mod printed;
mod slip;
mod test_page;
pub mod view;

pub use bitmap::{Bitmap, NoPicture};
pub use decoder::{Unread, decode};
pub use escpos::{bytes, drawer_pulse};
pub use paper::{Paper, layout, text};
pub use picture::svg;
pub use print::{Mark, Print, PrintKind};
pub use printed::{Line, Place, Printed, Style, in_words};
pub use slip::{Element, Look, Slip};
pub use test_page::test_page;

#[cfg(test)]
pub(crate) mod tests;
