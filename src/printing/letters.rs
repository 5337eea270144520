//! Which letters a printer has, and what stands for those that it has not.
//!
//! Printers are set to code page 858: ASCII, the letters of Western Europe, the euro. Everything else is written in those, as
//! it sounds or as what it shows. What is left is one byte and one column for each letter, and never a control character:
//! whatever somebody types into a name, no printer takes it for a command.

use deunicode::deunicode_char;

/// The number of the code page in the printer's command.
pub const PAGE: u8 = 19;

/// Code page 858 from 0x80 on.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// The byte of a letter, where the printer has it. Those that look like another or like nothing do not count.
pub fn byte_of(letter: char) -> Option<u8> {
    match letter {
        ' '..='~' => u8::try_from(letter).ok(),
        '\u{ad}' | '\u{a0}' => None,
        _ => {
            let place = UPPER.chars().position(|other| other == letter)?;
            u8::try_from(place + 0x80).ok()
        }
    }
}

/// The letter of a byte, where it is one.
pub fn letter_of(byte: u8) -> Option<char> {
    match byte {
        0x20..=0x7E => Some(char::from(byte)),
        0x80.. => UPPER.chars().nth(usize::from(byte - 0x80)),
        _ => None,
    }
}

/// A text in the printer's letters, with one space between two words.
pub fn printable(text: &str) -> String {
    let mut written = String::new();
    for letter in text.chars() {
        if letter.is_whitespace() {
            written.push(' ');
        } else if byte_of(letter).is_some() {
            written.push(letter);
        } else if !letter.is_control() {
            push_stand_in(&mut written, letter);
        }
    }
    let words: Vec<&str> = written.split_ascii_whitespace().collect();
    words.join(" ")
}

/// A letter as it sounds, a picture as what it shows.
fn push_stand_in(written: &mut String, letter: char) {
    let Some(stand_in) = deunicode_char(letter) else {
        written.push('?');
        return;
    };
    // Some signs that cannot be seen stand for a space there.
    if stand_in.trim().is_empty() {
        return;
    }
    // What a picture shows is a word of its own.
    let is_word = !letter.is_alphanumeric() && stand_in.len() > 1 && is_wordy(stand_in);
    if is_word {
        written.push(' ');
    }
    let letters = stand_in.chars().filter(|letter| byte_of(*letter).is_some());
    for (place, stand_in) in letters.enumerate() {
        // The table has some small letters as capitals, and the other way round.
        written.push(match letter {
            _ if letter.is_lowercase() => stand_in.to_ascii_lowercase(),
            _ if letter.is_uppercase() && place == 0 => stand_in.to_ascii_uppercase(),
            _ => stand_in,
        });
    }
    if is_word {
        written.push(' ');
    }
}

fn is_wordy(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_page_is_found_again() {
        assert_eq!(UPPER.chars().count(), 128);
        for byte in (0x20..=0x7E)
            .chain(0x80..=0xFE)
            .filter(|byte| *byte != 0xF0)
        {
            let letter = letter_of(byte).expect("a letter");
            assert_eq!(byte_of(letter), Some(byte), "{letter}");
        }
        assert_eq!((letter_of(0x1B), letter_of(0x7F)), (None, None));
        let known = [
            ('-', 0x2D),
            ('é', 0x82),
            ('€', 0xD5),
            ('Ô', 0xE2),
            ('Ò', 0xE3),
        ];
        for (letter, byte) in known {
            assert_eq!(byte_of(letter), Some(byte), "{letter}");
        }
    }

    #[test]
    fn what_a_printer_has_not_is_written_as_it_sounds() {
        let pairs = [
            (
                "Café Kahawa, crème brûlée 3 €",
                "Café Kahawa, crème brûlée 3 €",
            ),
            ("Ŋŋoma", "Ngngoma"),
            ("ቡና", "bunaa"),
            ("قهوة", "qhw@"),
            ("名古屋", "Ming Gu Wu"),
            ("Борщ", "Borshch"),
            ("Ζεστό", "Zesto"),
            ("Pizza🍕special", "Pizza pizza special"),
            ("−1,250 … “x” ’y’", "-1,250 ... \"x\" 'y'"),
            ("Łódź ǝ", "Lódz @"),
            ("e\u{301}te\u{301}", "ete"),
            ("\u{e000}", "?"),
        ];
        for (text, says) in pairs {
            assert_eq!(printable(text), says, "{text}");
        }
    }

    #[test]
    fn no_control_character_gets_through() {
        assert_eq!(
            printable("Tea\u{1b}p\0\u{19}\u{fa}\n\r\tand\u{7f}\u{1d}V\u{0}"),
            "Teapú andV"
        );
        assert_eq!(
            printable("a\u{200b}\u{202e}\u{feff}b\u{a0}\u{2003}c"),
            "ab c"
        );
    }
}
