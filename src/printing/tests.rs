//! Whatever stands on a slip: nothing is wider than the paper, nothing is lost, and no name is a command.

use proptest::collection::vec;
use proptest::prelude::*;

use super::bitmap::is_obeyed_anywhere;
use super::letters::printable;
use super::*;

const PAPERS: [Paper; 2] = [Paper::Narrow, Paper::Wide];

/// What a printer prints that is sent a slip, in words: what was laid out, fed and cut.
pub(crate) fn read_back(slip: &Slip, paper: Paper) -> String {
    let mut printed = decode(&bytes(slip, paper)).expect("read");
    assert_eq!(printed.pop(), Some(Printed::Cut));
    assert_eq!(printed.pop(), Some(Printed::Feed(3)));
    let words = in_words(&printed);
    assert_eq!(words, text(slip, paper));
    words
}

/// Anything that can be typed, and much that cannot.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,90}",
        "\\PC{0,40}",
        "[A-Za-z]{30,90}",
        vec(any::<char>(), 0..40).prop_map(String::from_iter),
        vec(0_u8..=0x20, 0..20).prop_map(|bytes| bytes.into_iter().map(char::from).collect()),
        Just("\u{1b}p\0\u{19}\u{fa}\u{1d}V\0\n\r".to_owned()),
    ]
}

fn look() -> impl Strategy<Value = Look> {
    prop_oneof![
        Just(Look::Plain),
        Just(Look::Strong),
        Just(Look::Tall),
        Just(Look::Huge),
        Just(Look::Reversed),
    ]
}

fn element() -> impl Strategy<Value = Element> {
    let picture = (1_u16..700, 0_u16..12)
        .prop_map(|(wide, high)| Bitmap::drawn(wide, high, |x, y| (x ^ y) % 3 == 0));
    let any_picture = (vec(0x03_u8..0x16, 72..=72), 1_u16..73)
        .prop_filter_map("whole rows", |(dots, across)| {
            Bitmap::new(across, dots).ok()
        });
    let picture = prop_oneof![picture, any_picture];
    prop_oneof![
        words().prop_map(|text| Element::Heading { text }),
        words().prop_map(|text| Element::Centred { text }),
        Just(Element::Rule),
        Just(Element::Space),
        (words(), words(), any::<bool>()).prop_map(|(left, right, inset)| Element::Row {
            left,
            right,
            inset
        }),
        (words(), words()).prop_map(|(left, right)| Element::Total { left, right }),
        (words(), look(), any::<bool>()).prop_map(|(text, look, inset)| Element::Text {
            text,
            look,
            inset
        }),
        (words(), words()).prop_map(|(text, caption)| Element::Qr {
            text,
            label: String::new(),
            caption
        }),
        picture.prop_map(|picture| Element::Picture {
            picture,
            label: String::new()
        }),
    ]
}

fn slip() -> impl Strategy<Value = Slip> {
    vec(element(), 0..12).prop_map(|elements| Slip {
        name: "Any".to_owned(),
        elements,
    })
}

/// The letters of a text without the space between them.
fn letters(text: &str) -> String {
    text.split_whitespace().collect()
}

/// All letters that the words of a slip come to, in the order in which they are printed.
fn letters_of(slip: &Slip, paper: Paper) -> String {
    let said = slip.elements.iter().map(|element| match element {
        Element::Heading { text } | Element::Centred { text } | Element::Text { text, .. } => {
            letters(&printable(text))
        }
        Element::Row { left, right, .. } | Element::Total { left, right } => {
            letters(&format!("{}{}", printable(left), printable(right)))
        }
        Element::Rule => "-".repeat(paper.columns()),
        Element::Qr { caption, .. } => letters(&printable(caption)),
        Element::Picture { .. } | Element::Space => String::new(),
    });
    said.collect()
}

/// The same letters in any order: where a row goes on below, its amount stands between its words.
fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_line_is_wider_than_the_paper_and_no_letter_is_lost(slip in slip()) {
        for paper in PAPERS {
            let printed = layout(&slip, paper);
            let mut said = String::new();
            for piece in &printed {
                match piece {
                    Printed::Line(line) => {
                        prop_assert!(line.columns() <= paper.columns(), "{line:?}");
                        said.push_str(&letters(&line.text));
                    }
                    Printed::Picture { picture, .. } => prop_assert!(picture.width() <= paper.dots()),
                    _ => {}
                }
            }
            prop_assert_eq!(sorted(&said), sorted(&letters_of(&slip, paper)));
        }
    }

    #[test]
    fn a_printer_is_told_what_is_laid_out_and_nothing_else(slip in slip()) {
        for paper in PAPERS {
            let printed = decode(&bytes(&slip, paper)).expect("read");
            let mut expected = layout(&slip, paper);
            expected.extend([Printed::Feed(3), Printed::Cut]);
            prop_assert_eq!(&printed, &expected);
        }
    }

    #[test]
    fn nothing_is_obeyed_before_its_turn(slip in slip()) {
        let bytes = bytes(&slip, Paper::Narrow);
        let mut pairs = bytes.windows(2).map(|pair| [pair[0], pair[1]]);
        prop_assert!(!pairs.any(is_obeyed_anywhere));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    /// Bytes that begin like commands go further into them.
    #[test]
    fn any_commands_are_read_or_refused(
        parts in vec((prop::sample::select(b"\x1B\x1D\x1C\x0A".to_vec()), prop::sample::select(b"@tREadp!BV(vk0.1".to_vec()), vec(0_u8..80, 0..9)), 0..30)
    ) {
        let bytes: Vec<u8> = parts.into_iter().flat_map(|(begin, letter, rest)| {
            [vec![begin, letter], rest].concat()
        }).collect();
        let _ = decode(&bytes);
    }

    #[test]
    fn a_stored_slip_is_the_same(slip in slip()) {
        let stored = serde_json::to_string(&slip).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Slip>(&stored).expect("a slip"), slip);
    }
}

#[test]
fn the_test_page_shows_everything_a_printer_may_get_wrong() {
    let page = test_page(
        "Café Kahawa",
        "Kitchen",
        Paper::Narrow,
        "Sun 22 Nov 2026 08:00",
    );
    let bytes = bytes(&page, Paper::Narrow);
    let expected = "  [picture: 384 by 16 dots]
#   CAFÉ KAHAWA
             Test page
  --------------------------------
  Printer                  Kitchen
  Paper                      58 mm
  Printed    Sun 22 Nov 2026 08:00
  --------------------------------
  Accents: é è ê ñ ç ö ü Å ø ß
  Signs: € £ ½ × ° - _ \\ | ~
  Other writing: ng bunaa qhw@ Cha
    pizza
  --------------------------------
* Bold
+ Tall
# Huge
!  White on black
  1 product with a name     12,500
    that is longer than
    this paper is wide
+ TOTAL                     12,500
  --------------------------------

  [code: Kitchen]

      Scan: the printer's name
    The paper is cut below this
               line.
  [3 lines of paper]
  [cut]
";
    assert_eq!(in_words(&decode(&bytes).expect("read")), expected);
    let drawn = svg(&bytes, Paper::Narrow).expect("drawn").into_string();
    assert!(drawn.contains(r#"viewBox="0 0 448 "#), "{drawn}");
    assert!(
        drawn.contains(r##"fill="#fff" font-weight="700" xml:space="preserve"> White on black"##)
    );
    assert!(svg(b"\x1Bi", Paper::Narrow).is_err());
}
