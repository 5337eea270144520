//! What is typed, sent and pasted by those who look for a way in, and by cats on keyboards.

use uuid::Uuid;

/// Chance that comes again with the same seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end.max(1) as u64) as usize
    }

    /// True this many times in a hundred.
    pub fn now_and_then(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Numbers that are none, or too many; words of the program in the wrong place; signs that cannot be seen.
const ODD: [&str; 74] = [
    "",
    " ",
    "\t\r\n",
    "0",
    "-0",
    "-1",
    "00012",
    "+5",
    " 5 ",
    "1.5",
    "1,5",
    "1.000",
    "1e3",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1_000",
    "32767",
    "32768",
    "-32769",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "99999999999999999999999999999999999999",
    "1,000,000,000,000",
    "1,000,000,000,001",
    "12,34",
    "UGX",
    "UGX 5",
    "5/=",
    "\u{2212}5",
    "5\u{a0}000",
    "٣",
    "１２",
    "½",
    "true",
    "false",
    "null",
    "undefined",
    "on",
    "[]",
    "{}",
    "{id}",
    "{line}",
    "dine_in",
    "takeaway",
    "drawer",
    "none",
    "hand_over",
    "full",
    "nothing",
    "admin",
    "extra:",
    "no:no",
    "'; DROP TABLE orders; --",
    "\" OR 1=1 --",
    "%00%ff",
    "../../etc/passwd",
    "\0",
    "a\0b",
    "\u{202e}drawkcab",
    "\u{200f}",
    "\u{feff}",
    "\u{10ffff}",
    "👩‍👩‍👧‍👦",
    "\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "${7*7}{{7*7}}",
    "\\u0000",
    "e\u{301}\u{301}\u{301}",
    "\u{1b}[2J",
];

/// Names of fields that no form has, or that nearly are one.
pub const ODD_NAMES: [&str; 16] = [
    "",
    "_key",
    "__proto__",
    "product[]",
    "m-",
    "m-\0",
    "word-",
    "word-2",
    "count_",
    "count_-500",
    "count_+500",
    "count_0500",
    "count_10000",
    "count_9223372036854775807",
    "count_99999999999999999999",
    "\u{202e}name",
];

/// Values as JSON writes them, some of which no JSON has.
pub const ODD_JSON: [&str; 26] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    "-1e-400",
    "9223372036854775807",
    "18446744073709551616",
    "[]",
    "[[]]",
    "{}",
    "[null]",
    "[1,\"a\",true]",
    "{\"$gt\":0}",
    "\"\\ud800\"",
    "\"\\udfff\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\\u0000\"",
    "\"unended",
    "NaN",
    "01",
    "+1",
    "'a'",
    "\"a\nb\"",
    "\u{7f}",
];

/// What stands in an address where an id is meant; already as it is written there.
pub const ODD_SEGMENTS: [&str; 24] = [
    "no-id",
    "0",
    "-1",
    "null",
    "%00",
    "%ff%fe",
    "%c3%28",
    "%",
    "%zz",
    "..",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2f",
    ".",
    "*",
    ":order",
    "%7Bid%7D",
    "{line}",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "01890a5d-ac96-774b-bcce-b302099a805",
    "01890a5d-ac96-774b-bcce-b302099a8057-",
    "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
    "%F0%9F%8D%95",
    "new",
];

/// What stands after the question mark.
pub const ODD_QUERIES: [&str; 14] = [
    "?",
    "&&&",
    "=",
    "q",
    "q=a&q=b",
    "order=%ff",
    "order=x&order=y",
    "%",
    "%00=%00",
    "q=%E0%A4%A",
    "to=//evil.test",
    "to=%0d%0aSet-Cookie:a=b",
    "view=%00&station=&table=",
    "a[]=1&a[b]=2;c=3",
];

/// The names that addresses ask for.
pub const QUERIES: [&str; 19] = [
    "category", "q", "seat", "course", "part", "amount", "tip", "to", "with", "done", "party",
    "again", "order", "view", "station", "table", "shiftId", "line", "from",
];

/// A value that a field did not expect.
pub fn odd(dice: &mut Dice, ids: &[Uuid]) -> String {
    let id = *dice.one_of(ids);
    match dice.below(100) {
        0..60 => (*dice.one_of(&ODD)).to_owned(),
        60..75 => id.to_string(),
        75..80 => format!("{{{}}}", id.to_string().to_uppercase()),
        80..85 => format!("extra:{id}"),
        85..88 => "a".repeat(61),
        88..91 => "é".repeat(201),
        91..93 => format!("Zoë{}", "\u{301}".repeat(200)),
        93..95 => "w".repeat(5_000),
        95..97 => "9".repeat(400),
        _ => Uuid::now_v7().to_string(),
    }
}
