//! A picture of black and white dots, as a printer burns it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A picture of dots, each row a whole number of bytes, the leftmost dot the highest bit. As JSON its dots are written in
/// hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Bitmap {
    /// Bytes in a row.
    across: u16,
    dots: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    across: u16,
    dots: String,
}

/// The dots do not make whole rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("This picture has no whole rows of dots.")]
pub struct NoPicture;

impl Bitmap {
    /// A picture of rows of `across` bytes.
    ///
    /// # Errors
    /// Where these are no whole rows, none at all, or more than a printer counts.
    pub fn new(across: u16, dots: Vec<u8>) -> Result<Self, NoPicture> {
        let in_a_row = usize::from(across);
        let is_whole = in_a_row > 0 && !dots.is_empty() && dots.len().is_multiple_of(in_a_row);
        match is_whole && dots.len() / in_a_row <= usize::from(u16::MAX) {
            true => Ok(Bitmap { across, dots }),
            false => Err(NoPicture),
        }
    }

    /// A picture that is black where `is_black(x, y)` says so. It is at least one dot high, and as wide as whole bytes are.
    pub fn drawn(width: u16, height: u16, is_black: impl Fn(u16, u16) -> bool) -> Self {
        let across = width.div_ceil(8).max(1);
        let byte = |y, at: u16| {
            let bits = (0..8).filter(|bit| {
                let x = at.saturating_mul(8).saturating_add(*bit);
                x < width && is_black(x, y)
            });
            bits.fold(0_u8, |byte, bit| byte | (0x80 >> bit))
        };
        let rows = 0..height.max(1);
        let dots = rows.flat_map(|y| (0..across).map(move |at| (y, at)));
        Bitmap {
            across,
            dots: dots.map(|(y, at)| byte(y, at)).collect(),
        }
    }

    /// Bytes in a row.
    pub fn across(&self) -> u16 {
        self.across
    }

    /// The rows after each other.
    pub fn dots(&self) -> &[u8] {
        &self.dots
    }

    /// Dots in a row.
    pub fn width(&self) -> u16 {
        self.across.saturating_mul(8)
    }

    /// How many rows.
    pub fn height(&self) -> u16 {
        u16::try_from(self.dots.len() / usize::from(self.across)).unwrap_or(u16::MAX)
    }

    /// Whether a dot is black. Nothing is black outside.
    pub fn is_black(&self, x: u16, y: u16) -> bool {
        let at = usize::from(y) * usize::from(self.across) + usize::from(x / 8);
        let byte = self.dots.get(at).filter(|_| x < self.width());
        byte.is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// The same, made smaller where it is wider than `width` dots.
    pub fn fitting(&self, width: u16) -> Self {
        if self.width() <= width {
            return self.clone();
        }
        let scaled = |dot: u16| {
            let source = u32::from(dot) * u32::from(self.width()) / u32::from(width.max(1));
            u16::try_from(source).unwrap_or(u16::MAX)
        };
        let height = u32::from(self.height()) * u32::from(width) / u32::from(self.width());
        let height = u16::try_from(height).unwrap_or(u16::MAX);
        Bitmap::drawn(width, height, |x, y| self.is_black(scaled(x), scaled(y)))
    }

    /// The same, without the few dots that a printer would take for a command: some are obeyed wherever they stand, also in
    /// the middle of a picture, and one of them opens the drawer.
    pub fn without_commands(mut self) -> Self {
        for at in 1..self.dots.len() {
            if is_obeyed_anywhere([self.dots[at - 1], self.dots[at]]) {
                self.dots[at - 1] = 0;
            }
        }
        self
    }

    /// The black dots as the path of an SVG, those beside each other as one rectangle.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for y in 0..self.height() {
            let mut x = 0;
            while x < self.width() {
                let run = (x..self.width()).take_while(|x| self.is_black(*x, y));
                let run = u16::try_from(run.count()).unwrap_or(u16::MAX);
                if run > 0 {
                    // Writing into a String cannot fail.
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        path
    }
}

/// Whether two bytes begin a command that is obeyed as it arrives: for the printer's state, its recovery, the drawer.
pub fn is_obeyed_anywhere(pair: [u8; 2]) -> bool {
    matches!(pair, [0x10, 0x04 | 0x05 | 0x14])
}

impl From<Bitmap> for Stored {
    fn from(bitmap: Bitmap) -> Self {
        let digits = bitmap.dots.iter().map(|byte| format!("{byte:02x}"));
        Stored {
            across: bitmap.across,
            dots: digits.collect(),
        }
    }
}

impl TryFrom<Stored> for Bitmap {
    type Error = NoPicture;

    fn try_from(stored: Stored) -> Result<Self, NoPicture> {
        let byte = |pair: &[u8]| {
            let digits = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(digits, 16).ok()
        };
        let pairs = stored.dots.as_bytes().chunks(2);
        let dots: Option<Vec<u8>> = pairs.map(byte).collect();
        Bitmap::new(stored.across, dots.ok_or(NoPicture)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_whole_rows_and_is_made_to_fit() {
        assert_eq!(Bitmap::new(2, vec![0; 3]), Err(NoPicture));
        assert_eq!(Bitmap::new(0, vec![0; 3]), Err(NoPicture));
        assert_eq!(Bitmap::new(1, Vec::new()), Err(NoPicture));
        let half = Bitmap::drawn(800, 100, |x, _| x < 400);
        assert_eq!((half.width(), half.height()), (800, 100));
        let small = half.fitting(384);
        assert_eq!((small.width(), small.height()), (384, 48));
        assert!(small.is_black(191, 47) && !small.is_black(192, 0) && !small.is_black(0, 48));
        assert_eq!(small.fitting(576), small);
    }

    #[test]
    fn a_picture_that_would_open_the_drawer_loses_a_dot() {
        let dots = vec![0x10, 0x14, 0x01, 0x00, 0x10, 0x04, 0x10, 0x10];
        let picture = Bitmap::new(4, dots).expect("a picture");
        let kept = [0x00, 0x14, 0x01, 0x00, 0x00, 0x04, 0x10, 0x10];
        assert_eq!(picture.without_commands().dots(), kept);
    }

    #[test]
    fn dots_beside_each_other_are_one_rectangle() {
        let bitmap = Bitmap::drawn(10, 2, |x, y| x == 9 || (y == 1 && x < 3));
        assert_eq!(bitmap.dots(), [0x00, 0x40, 0xE0, 0x40]);
        assert_eq!(bitmap.path(), "M9 0h1v1h-1zM0 1h3v1h-3zM9 1h1v1h-1z");
    }
}
