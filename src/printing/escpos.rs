//! A slip as the bytes that a receipt printer understands (ESC/POS).
//!
//! The dozen commands are written here, each once, because the crate that has them (`escpos`) has four of them wrong: the page's
//! table (every hyphen, Ô, ®), the partial cut, the drawer's pulse, and what becomes of letters outside the page.
//! [`super::decoder`] reads the same commands and nothing else.

use super::bitmap::Bitmap;
use super::letters::{PAGE, byte_of};
use super::paper::{Paper, layout};
use super::printed::{Place, Printed, Style};
use super::slip::Slip;

/// Begins a command.
pub const ESC: u8 = 0x1B;
/// Begins a command of another family.
pub const GS: u8 = 0x1D;
/// Begins a command about Asian letters.
pub const FS: u8 = 0x1C;
/// Ends a line.
pub const LF: u8 = 0x0A;

/// As after switching on; American letters; code page 858. Many cheap printers begin with Chinese letters, two bytes each, and
/// have to be told that there are none.
const BEGIN: &[u8] = &[ESC, b'@', FS, b'.', ESC, b'R', 0, ESC, b't', PAGE];

/// A pulse of 50 ms for the drawer on the first connector, and half a second until the next may come.
const PULSE: &[u8] = &[ESC, b'p', 0, 25, 250];

/// Feeds to the knife and cuts all but a corner.
const CUT: &[u8] = &[GS, b'V', b'B', 0];

/// Lines of paper before the cut: what tears a slip off where a printer has no knife.
const TEAR_OFF: u8 = 3;

/// The bytes that open the cash drawer, and nothing else: it opens before the paper comes, and also where none is left.
pub fn drawer_pulse() -> Vec<u8> {
    let mut tape = Tape {
        bytes: BEGIN.to_vec(),
        style: Style::default(),
    };
    tape.add(&Printed::Drawer);
    tape.bytes
}

/// The bytes that print a slip on this paper and cut it off.
pub fn bytes(slip: &Slip, paper: Paper) -> Vec<u8> {
    let mut tape = Tape {
        bytes: BEGIN.to_vec(),
        style: Style::default(),
    };
    for piece in layout(slip, paper) {
        tape.add(&piece);
    }
    tape.add(&Printed::Feed(TEAR_OFF));
    tape.add(&Printed::Cut);
    tape.bytes
}

/// The bytes so far, and how letters look after them.
struct Tape {
    bytes: Vec<u8>,
    style: Style,
}

impl Tape {
    fn add(&mut self, piece: &Printed) {
        match piece {
            Printed::Line(line) => {
                self.look(line.style);
                self.bytes.extend(line.text.chars().filter_map(byte_of));
                self.bytes.push(LF);
            }
            Printed::Qr {
                text,
                module,
                place,
            } => self.placed(*place, |tape| tape.code(text, *module)),
            Printed::Picture { picture, place } => {
                self.placed(*place, |tape| tape.picture(picture));
            }
            Printed::Feed(lines) => self.bytes.extend([ESC, b'd', *lines]),
            Printed::Cut => self.bytes.extend(CUT),
            Printed::Drawer => self.bytes.extend(PULSE),
        }
    }

    /// What follows looks so. Only what differs is said.
    fn look(&mut self, style: Style) {
        let before = std::mem::replace(&mut self.style, style);
        if before.bold != style.bold {
            self.bytes.extend([ESC, b'E', u8::from(style.bold)]);
        }
        if (before.wide, before.high) != (style.wide, style.high) {
            let size = u8::from(style.wide) << 4 | u8::from(style.high);
            self.bytes.extend([GS, b'!', size]);
        }
        if before.reversed != style.reversed {
            self.bytes.extend([GS, b'B', u8::from(style.reversed)]);
        }
    }

    /// Something that the printer itself moves to its place.
    fn placed(&mut self, place: Place, add: impl FnOnce(&mut Self)) {
        let number = match place {
            Place::Left => 0,
            Place::Middle => 1,
            Place::Right => 2,
        };
        self.bytes.extend([ESC, b'a', number]);
        add(self);
        self.bytes.extend([ESC, b'a', 0]);
    }

    /// A code that the printer draws by itself: the second model, with modules of this size, readable when a sixth of it is
    /// not.
    fn code(&mut self, text: &str, module: u8) {
        self.code_command(b'A', &[50, 0]);
        self.code_command(b'C', &[module]);
        self.code_command(b'E', &[49]);
        let mut data = vec![48];
        data.extend(text.as_bytes());
        self.code_command(b'P', &data);
        self.code_command(b'Q', &[48]);
    }

    fn code_command(&mut self, what: u8, arguments: &[u8]) {
        // The layout has no code of more than some thousand bytes.
        let length = u16::try_from(arguments.len() + 2).unwrap_or(u16::MAX);
        self.bytes.extend([GS, b'(', b'k']);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend([b'1', what]);
        self.bytes.extend(arguments);
    }

    fn picture(&mut self, picture: &Bitmap) {
        self.bytes.extend([GS, b'v', b'0', 0]);
        self.bytes.extend(picture.across().to_le_bytes());
        self.bytes.extend(picture.height().to_le_bytes());
        self.bytes.extend(picture.dots());
    }
}

#[cfg(test)]
mod tests {
    use super::super::slip::Look;
    use super::*;

    fn body(draw: impl FnOnce(&mut Slip)) -> Vec<u8> {
        let mut slip = Slip::new("Test");
        draw(&mut slip);
        let bytes = bytes(&slip, Paper::Narrow);
        let end = [&[ESC, b'd', 3], CUT].concat();
        let body = bytes.strip_prefix(BEGIN).expect("begins");
        body.strip_suffix(&*end).expect("ends").to_vec()
    }

    #[test]
    fn letters_are_bytes_of_the_page_and_only_what_changes_is_said() {
        let said = body(|slip| {
            slip.text("Thé 3 €");
            slip.text_looking(Look::Strong, "A");
            slip.text_looking(Look::Huge, "B");
            slip.text("C");
        });
        let mut expected = b"Th\x82 3 \xD5\n".to_vec();
        expected.extend(b"\x1BE\x01A\n\x1D!\x11B\n\x1BE\x00\x1D!\x00C\n");
        assert_eq!(said, expected);
    }

    #[test]
    fn a_code_and_a_picture_are_commands_with_a_length() {
        let said = body(|slip| slip.qr("http://a/b", "Label", ""));
        let mut expected =
            b"\n\x1Ba\x01\x1D(k\x04\x001A2\x00\x1D(k\x03\x001C\x06\x1D(k\x03\x001E1".to_vec();
        expected.extend(b"\x1D(k\x0D\x001P0http://a/b\x1D(k\x03\x001Q0\x1Ba\x00\n");
        assert_eq!(said, expected);
        let said = body(|slip| slip.picture(Bitmap::drawn(8, 2, |x, y| x == y), "Logo"));
        assert_eq!(
            said,
            b"\x1Ba\x01\x1Dv0\x00\x01\x00\x02\x00\x80\x40\x1Ba\x00"
        );
    }

    #[test]
    fn the_drawer_opens_with_bytes_of_its_own_and_no_slip_can_open_it() {
        assert_eq!(drawer_pulse(), [BEGIN, PULSE].concat());
        let mut slip = Slip::new("Receipt");
        slip.text("Paid \u{1b}p\0\u{19}\u{fa}");
        let bytes = bytes(&slip, Paper::Wide);
        let said = [BEGIN, b"Paid p\xA3\n"].concat();
        assert_eq!(bytes[..said.len()], said);
        let pulse = b"\x1Bp";
        assert!(!bytes.windows(2).any(|pair| pair == pulse));
    }
}
