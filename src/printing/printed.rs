//! What comes out of a printer, line by line, and the same in words.

use std::fmt;

use super::bitmap::Bitmap;
use super::slip::Look;

/// A piece of what is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Printed {
    /// A line of letters.
    Line(Line),
    /// A code that a phone scans.
    Qr {
        /// What it says.
        text: String,
        /// The side of its modules in dots.
        module: u8,
        /// Where it stands.
        place: Place,
    },
    /// A picture.
    Picture {
        /// The picture.
        picture: Bitmap,
        /// Where it stands.
        place: Place,
    },
    /// So many empty lines, so that the paper is out of the printer.
    Feed(u8),
    /// The paper is cut, all but a corner.
    Cut,
    /// The cash drawer springs open.
    Drawer,
}

/// A line of letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The letters, each a column of the paper, or two where they are wide.
    pub text: String,
    /// How they look.
    pub style: Style,
}

/// How letters look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Bold.
    pub bold: bool,
    /// Twice as wide.
    pub wide: bool,
    /// Twice as high.
    pub high: bool,
    /// White on black.
    pub reversed: bool,
}

/// Where something stands that is narrower than the paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Middle,
    /// At the right edge.
    Right,
}

impl Style {
    /// How letters are printed that are to stand out so.
    pub fn of(look: Look) -> Self {
        let style = Style {
            bold: look != Look::Plain,
            ..Style::default()
        };
        match look {
            Look::Plain | Look::Strong => style,
            Look::Tall => Style {
                high: true,
                ..style
            },
            Look::Huge => Style {
                high: true,
                wide: true,
                ..style
            },
            Look::Reversed => Style {
                high: true,
                reversed: true,
                ..style
            },
        }
    }

    /// How many columns a letter takes.
    pub fn columns(self) -> usize {
        if self.wide { 2 } else { 1 }
    }

    /// What stands before such a line where it is written out.
    fn sign(self) -> char {
        match self {
            Style { reversed: true, .. } => '!',
            Style { wide: true, .. } => '#',
            Style { high: true, .. } => '+',
            Style { bold: true, .. } => '*',
            _ => ' ',
        }
    }
}

impl Line {
    /// How many columns of the paper it takes.
    pub fn columns(&self) -> usize {
        self.text.chars().count() * self.style.columns()
    }
}

impl fmt::Display for Printed {
    /// A line that people read: with `#` before huge letters, `+` before tall ones, `*` before bold ones, `!` before white on
    /// black. What is no line stands in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Printed::Line(line) => {
                let written = format!("{} {}", line.style.sign(), line.text);
                f.write_str(written.trim_end())
            }
            Printed::Qr { text, .. } => write!(f, "  [code: {text}]"),
            Printed::Picture { picture, .. } => {
                let (width, height) = (picture.width(), picture.height());
                write!(f, "  [picture: {width} by {height} dots]")
            }
            Printed::Feed(lines) => write!(f, "  [{lines} lines of paper]"),
            Printed::Cut => f.write_str("  [cut]"),
            Printed::Drawer => f.write_str("  [drawer]"),
        }
    }
}

/// Everything that is printed, in words, a line each.
pub fn in_words(printed: &[Printed]) -> String {
    let lines = printed.iter().map(|piece| format!("{piece}\n"));
    lines.collect()
}
