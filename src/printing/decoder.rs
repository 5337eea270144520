//! The bytes for a printer, read back into what it prints: for whoever wants to see a slip without paper, and for tests.
//!
//! It knows the commands that [`super::escpos`] writes, as the printer does, and refuses all others: what it reads is all that
//! a printer is told.

use thiserror::Error;

use super::bitmap::Bitmap;
use super::escpos::{ESC, FS, GS, LF};
use super::letters::{PAGE, letter_of};
use super::printed::{Line, Place, Printed, Style};

/// What is wrong with bytes that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("These bytes print no slip: {what} at byte {at}.")]
pub struct Unread {
    /// What is wrong.
    pub what: &'static str,
    /// Where.
    pub at: usize,
}

/// What a printer prints that is sent these bytes.
///
/// # Errors
/// Where they hold a command that no slip of ours has, or end in the middle of one.
pub fn decode(bytes: &[u8]) -> Result<Vec<Printed>, Unread> {
    let mut reader = Reader {
        bytes,
        at: 0,
        line: Line::default(),
        place: Place::Left,
        module: 0,
        code: None,
        printed: Vec::new(),
    };
    while reader.at < bytes.len() {
        reader.read()?;
    }
    reader.at_the_start_of_a_line()?;
    Ok(reader.printed)
}

/// The printer's state between two bytes.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The line so far; its style is that of the letters to come.
    line: Line,
    place: Place,
    module: u8,
    code: Option<String>,
    printed: Vec<Printed>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Unread> {
        match self.next()? {
            LF => {
                let text = std::mem::take(&mut self.line.text);
                let style = match text.is_empty() {
                    true => Style::default(),
                    false => self.line.style,
                };
                self.printed.push(Printed::Line(Line { text, style }));
                Ok(())
            }
            ESC => self.after_esc(),
            GS => self.after_gs(),
            FS => match self.next()? {
                b'.' => Ok(()),
                _ => self.refuse("an unknown command"),
            },
            byte => match letter_of(byte) {
                Some(letter) => {
                    self.line.text.push(letter);
                    Ok(())
                }
                None => self.refuse("a control character"),
            },
        }
    }

    fn after_esc(&mut self) -> Result<(), Unread> {
        self.at_the_start_of_a_line()?;
        match self.next()? {
            b'@' => {
                self.line.style = Style::default();
                self.place = Place::Left;
            }
            b'R' => self.expect(&[0])?,
            b't' => self.expect(&[PAGE])?,
            b'E' => self.line.style.bold = self.switch()?,
            b'a' => {
                self.place = match self.next()? {
                    0 => Place::Left,
                    1 => Place::Middle,
                    2 => Place::Right,
                    _ => return self.refuse("an unknown place"),
                }
            }
            b'd' => {
                let lines = self.next()?;
                self.printed.push(Printed::Feed(lines));
            }
            b'p' => {
                self.take(3)?;
                self.printed.push(Printed::Drawer);
            }
            _ => return self.refuse("an unknown command"),
        }
        Ok(())
    }

    fn after_gs(&mut self) -> Result<(), Unread> {
        self.at_the_start_of_a_line()?;
        match self.next()? {
            b'!' => {
                let size = self.next()?;
                if size & !0x11 != 0 {
                    return self.refuse("an unknown size");
                }
                self.line.style.wide = size & 0x10 != 0;
                self.line.style.high = size & 0x01 != 0;
                Ok(())
            }
            b'B' => {
                self.line.style.reversed = self.switch()?;
                Ok(())
            }
            b'V' => {
                self.expect(&[b'B', 0])?;
                self.printed.push(Printed::Cut);
                Ok(())
            }
            b'(' => self.code_command(),
            b'v' => self.picture(),
            _ => self.refuse("an unknown command"),
        }
    }

    fn code_command(&mut self) -> Result<(), Unread> {
        self.expect(b"k")?;
        let length = self.number()?;
        match self.take(length)? {
            [b'1', b'A', 50, 0] | [b'1', b'E', 49] => {}
            [b'1', b'C', module] => self.module = *module,
            [b'1', b'P', 48, data @ ..] => match std::str::from_utf8(data) {
                Ok(text) => self.code = Some(text.to_owned()),
                Err(_) => return self.refuse("a code of no text"),
            },
            [b'1', b'Q', 48] => match self.code.take() {
                Some(text) => self.printed.push(Printed::Qr {
                    text,
                    module: self.module,
                    place: self.place,
                }),
                None => return self.refuse("a code without a text"),
            },
            _ => return self.refuse("an unknown code"),
        }
        Ok(())
    }

    fn picture(&mut self) -> Result<(), Unread> {
        self.expect(&[b'0', 0])?;
        let (across, height) = (self.number()?, self.number()?);
        let dots = self.take(across * height)?.to_vec();
        let across = u16::try_from(across).unwrap_or_default();
        match Bitmap::new(across, dots) {
            Ok(picture) => self.printed.push(Printed::Picture {
                picture,
                place: self.place,
            }),
            Err(_) => return self.refuse("a picture without dots"),
        }
        Ok(())
    }

    /// How letters look changes between lines only, and so does everything else.
    fn at_the_start_of_a_line(&self) -> Result<(), Unread> {
        match self.line.text.is_empty() {
            true => Ok(()),
            false => self.refuse("a line without an end"),
        }
    }

    fn next(&mut self) -> Result<u8, Unread> {
        match self.bytes.get(self.at) {
            Some(byte) => {
                self.at += 1;
                Ok(*byte)
            }
            None => self.refuse("a command without its end"),
        }
    }

    fn take(&mut self, length: usize) -> Result<&[u8], Unread> {
        match self.bytes.get(self.at..self.at.saturating_add(length)) {
            Some(taken) => {
                self.at += length;
                Ok(taken)
            }
            None => self.refuse("a command without its end"),
        }
    }

    fn expect(&mut self, bytes: &[u8]) -> Result<(), Unread> {
        match self.take(bytes.len())? == bytes {
            true => Ok(()),
            false => self.refuse("an unknown command"),
        }
    }

    fn switch(&mut self) -> Result<bool, Unread> {
        match self.next()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.refuse("an unknown switch"),
        }
    }

    /// A number of two bytes, the lower one first.
    fn number(&mut self) -> Result<usize, Unread> {
        let (low, high) = (self.next()?, self.next()?);
        Ok(usize::from(u16::from_le_bytes([low, high])))
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T, Unread> {
        let at = self.at;
        Err(Unread { what, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_slip_of_ours_has_is_refused_with_its_place() {
        let refused = |bytes: &[u8]| decode(bytes).expect_err("refused").to_string();
        assert_eq!(
            refused(b"Tea\n\x1Bi"),
            "These bytes print no slip: an unknown command at byte 6."
        );
        assert!(refused(b"Tea").contains("a line without an end"));
        assert!(refused(b"Te\x1BE\x01a\n").contains("a line without an end"));
        assert!(refused(b"\x07").contains("a control character"));
        assert!(refused(b"\x1DV").contains("without its end"));
        assert!(refused(b"\x1Dv0\x00\xFF\xFF\xFF\xFFx").contains("without its end"));
        assert!(refused(b"\x1D(k\x03\x001Q0").contains("a code without a text"));
    }

    #[test]
    fn the_look_lasts_until_it_changes() {
        let printed = decode(b"\x1BE\x01A\nB\n\x1B@C\n\x1Bp\x00\x19\xFA").expect("read");
        let words = super::super::printed::in_words(&printed);
        assert_eq!(words, "* A\n* B\n  C\n  [drawer]\n");
    }
}
