//! How a slip is laid out on a roll of paper: which letters stand in which column.

use serde::{Deserialize, Serialize};

use super::letters::printable;
use super::printed::{Line, Place, Printed, Style, in_words};
use super::slip::{Element, Look, Slip};
use crate::ui;

/// By how many columns what belongs to the row above is moved in, and the second line of a row.
const INSET: usize = 2;

/// The side of a code's modules in dots, where there is room: half a millimetre and more, which every phone reads.
const MODULE: u16 = 6;

/// A roll of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Paper {
    /// 58 mm wide, of which 48 are printed on.
    #[serde(rename = "58")]
    Narrow,
    /// 80 mm wide, of which 72 are printed on.
    #[serde(rename = "80")]
    Wide,
}

impl Paper {
    /// How many letters stand beside each other.
    pub fn columns(self) -> usize {
        match self {
            Paper::Narrow => 32,
            Paper::Wide => 48,
        }
    }

    /// How many dots stand beside each other.
    pub fn dots(self) -> u16 {
        match self {
            Paper::Narrow => 384,
            Paper::Wide => 576,
        }
    }

    /// How wide it is, as people say it: "80 mm".
    pub fn label(self) -> &'static str {
        match self {
            Paper::Narrow => "58 mm",
            Paper::Wide => "80 mm",
        }
    }
}

/// The slip in words, as it stands on the paper.
pub fn text(slip: &Slip, paper: Paper) -> String {
    in_words(&layout(slip, paper))
}

/// The slip as it stands on the paper. No line is longer than the paper is wide, and no word is lost.
pub fn layout(slip: &Slip, paper: Paper) -> Vec<Printed> {
    let mut sheet = Sheet {
        paper,
        printed: Vec::new(),
    };
    for element in &slip.elements {
        sheet.add(element);
    }
    sheet.printed
}

struct Sheet {
    paper: Paper,
    printed: Vec<Printed>,
}

impl Sheet {
    fn add(&mut self, element: &Element) {
        match element {
            Element::Heading { text } => self.in_the_middle(text, Look::Huge),
            Element::Centred { text } => self.in_the_middle(text, Look::Plain),
            Element::Rule => self.line("-".repeat(self.paper.columns()), Look::Plain),
            Element::Row { left, right, inset } => self.row(left, right, *inset, Look::Plain),
            Element::Total { left, right } => self.row(left, right, false, Look::Tall),
            Element::Text { text, look, inset } => match look {
                Look::Reversed => self.strip(text),
                _ => self.row(text, "", *inset, *look),
            },
            Element::Qr { text, caption, .. } => self.code(text, caption),
            Element::Picture { picture, .. } => self.printed.push(Printed::Picture {
                picture: picture.fitting(self.paper.dots()).without_commands(),
                place: Place::Middle,
            }),
            Element::Space => self.space(),
        }
    }

    fn line(&mut self, text: String, look: Look) {
        // Nothing stands out where nothing stands.
        let style = match text.is_empty() {
            true => Style::default(),
            false => Style::of(look),
        };
        self.printed.push(Printed::Line(Line { text, style }));
    }

    fn space(&mut self) {
        self.line(String::new(), Look::Plain);
    }

    /// How many letters stand beside each other that look so.
    fn letters(&self, look: Look) -> usize {
        self.paper.columns() / Style::of(look).columns()
    }

    fn in_the_middle(&mut self, text: &str, look: Look) {
        let width = self.letters(look);
        for line in wrapped(&printable(text), width, width) {
            let before = width.saturating_sub(count(&line)) / 2;
            self.line(format!("{}{line}", " ".repeat(before)), look);
        }
    }

    /// White on black from edge to edge.
    fn strip(&mut self, text: &str) {
        let width = self.letters(Look::Reversed);
        let within = width - 2;
        for line in wrapped(&printable(text), within, within) {
            self.line(format!(" {line:<within$} "), Look::Reversed);
        }
    }

    /// The right part stands on the first line of the left one, beside how many there are of what, and the column under it
    /// stays free. A right part that takes more than half the paper stands under the left one.
    fn row(&mut self, left: &str, right: &str, inset: bool, look: Look) {
        let (left, right) = (printable(left), printable(right));
        let width = self.letters(look);
        let start = if inset { INSET } else { 0 };
        let beside = match count(&right) {
            0 => 0,
            wide => wide + 1,
        };
        let fits = beside <= width / 2 || start + count(&left) + beside <= width;
        let room = if fits { width - beside } else { width } - start;
        let mut lines = wrapped(&left, room, room.saturating_sub(INSET)).into_iter();
        let first = lines.next().unwrap_or_default();
        let first = format!("{}{first}", " ".repeat(start));
        match fits && !right.is_empty() {
            true => {
                let gap = width - count(&first) - count(&right);
                self.line(format!("{first}{}{right}", " ".repeat(gap)), look);
            }
            false => self.line(first, look),
        }
        for line in lines {
            self.line(format!("{}{line}", " ".repeat(start + INSET)), look);
        }
        if !fits {
            self.at_the_right(&right, look);
        }
    }

    fn at_the_right(&mut self, text: &str, look: Look) {
        let width = self.letters(look);
        let room = width - INSET;
        for line in wrapped(text, room, room) {
            self.line(format!("{line:>width$}"), look);
        }
    }

    /// A code with its caption; where the text is too long for one, the text itself.
    fn code(&mut self, text: &str, caption: &str) {
        let text: String = text.chars().filter(|one| !one.is_control()).collect();
        let module = ui::qr_side(&text).and_then(|side| module(side, self.paper));
        match module {
            Some(module) => {
                let place = Place::Middle;
                // Printers leave no white around a code, and phones need some.
                self.space();
                self.printed.push(Printed::Qr {
                    text,
                    module,
                    place,
                });
                self.space();
                self.in_the_middle(caption, Look::Plain);
            }
            None => self.row(&text, "", false, Look::Plain),
        }
    }
}

/// The side of a code's modules in dots, where a code that is `side` modules wide fits on the paper.
fn module(side: usize, paper: Paper) -> Option<u8> {
    let dots = (paper.dots() / u16::try_from(side).ok()?).min(MODULE);
    u8::try_from(dots).ok().filter(|dots| *dots > 1)
}

fn count(text: &str) -> usize {
    text.chars().count()
}

/// A printable text in lines of at most `first` letters, and `further` from the second on. A word that is longer than a line
/// is broken.
fn wrapped(text: &str, first: usize, further: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = if lines.is_empty() { first } else { further };
        let (before, after) = (count(&line), count(word));
        // What is broken anyway begins where there is room: "1 Donaudampf…" keeps its number beside it.
        let is_broken_anyway = after > further && before + 1 < width;
        if before > 0 && before + 1 + after > width && !is_broken_anyway {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars() {
            let width = if lines.is_empty() { first } else { further };
            if count(&line) >= width.max(1) {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(draw: impl FnOnce(&mut Slip)) -> String {
        let mut slip = Slip::new("Test");
        draw(&mut slip);
        text(&slip, Paper::Narrow)
    }

    #[test]
    fn a_long_name_goes_on_below_and_the_column_of_the_money_stays_free() {
        let said = shown(|slip| {
            slip.row("2 Rolex with avocado, tomato and two eggs", "16,000");
            slip.inset_row("extra chilli sauce from the house on the side", "1,500");
            slip.row("1 Donaudampfschifffahrtsgesellschaft", "9,000");
            slip.row("Tea", "");
        });
        let expected = "  2 Rolex with avocado,     16,000
    tomato and two eggs
    extra chilli sauce from  1,500
      the house on the side
  1 Donaudampfschifffahrtsge 9,000
    sellschaft
  Tea
";
        assert_eq!(said, expected);
    }

    #[test]
    fn a_right_part_of_more_than_half_the_paper_stands_below() {
        let said = shown(|slip| {
            slip.row("Cash", "Drawer at the garden counter");
            slip.row("Opened", "Sun 22 Nov 2026, 08:00");
            slip.row("Closed by", "Nakato Wasswa Namukasa Ssebunya Kato");
        });
        let expected = "  Cash
      Drawer at the garden counter
  Opened    Sun 22 Nov 2026, 08:00
  Closed by
            Nakato Wasswa Namukasa
                     Ssebunya Kato
";
        assert_eq!(said, expected);
    }

    #[test]
    fn every_look_has_its_own_width() {
        let said = shown(|slip| {
            slip.heading("Café Kahawa Kololo");
            slip.centred("Acacia Avenue");
            slip.rule();
            slip.total("TOTAL UGX", "82,000");
            slip.text_looking(Look::Strong, "UNAPPROVED");
            slip.text_looking(Look::Tall, "2 × Flat white");
            slip.text_looking(Look::Huge, "Table 7");
            slip.text_looking(Look::Reversed, "Allergy: nuts, sesame, and milk too");
            slip.space();
            slip.qr(
                "https://pos.example.com/r/1",
                "Receipt",
                "Scan to keep this",
            );
        });
        let expected = "#   Café Kahawa
#      Kololo
           Acacia Avenue
  --------------------------------
+ TOTAL UGX                 82,000
* UNAPPROVED
+ 2 × Flat white
# Table 7
!  Allergy: nuts, sesame, and
!  milk too


  [code: https://pos.example.com/r/1]

         Scan to keep this
";
        assert_eq!(said, expected);
    }

    #[test]
    fn a_code_is_as_large_as_the_paper_allows_and_what_fits_in_none_is_written_out() {
        assert_eq!(module(29, Paper::Narrow), Some(6));
        assert_eq!(module(177, Paper::Wide), Some(3));
        assert_eq!(module(177, Paper::Narrow), Some(2));
        let long = "w".repeat(5_000);
        let said = shown(|slip| slip.qr(&long, "Long", "Scan"));
        assert_eq!(said.matches('w').count(), 5_000);
        assert!(!said.contains("Scan"));
    }
}
