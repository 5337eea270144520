//! Whether the log is what it was: the walk along its seals, and what it found, in words.

use poem::http::StatusCode;
use sea_orm::ConnectionTrait;
use time::{Duration, OffsetDateTime};

use super::recorded::Recorded;
use super::store;
use crate::data::seal::{self, Chain, Fault, Kept};
use crate::values::DayRule;
use crate::web::{Error, Result};

/// The sealing pass runs every second or so: what waits longer than this waits for somebody to look.
const SEALED_WITHIN: Duration = Duration::minutes(5);

/// The shortest beginning of a hash that is looked for.
const LEAST_OF_A_HASH: usize = 8;

/// What is to be proved.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Only as far as this Z.
    pub until_z: Option<i32>,
    /// That this hash, or its beginning, is in the chain.
    pub head: Option<String>,
}

/// What was found.
#[derive(Debug)]
pub enum Verdict {
    /// Everything fits.
    Whole(Whole),
    /// The first thing that does not.
    Broken(Box<Broken>),
}

/// A log that is what it was.
#[derive(Debug)]
pub struct Whole {
    /// Sealed rows.
    pub length: i64,
    /// The newest hash.
    pub head: String,
    /// When it was made.
    pub sealed_at: Option<OffsetDateTime>,
    /// How many rows wait for their seal.
    pub waiting: i64,
    /// Whether one of them has waited too long.
    pub waits_long: bool,
    /// How many Z reports keep heads that are in it.
    pub zs: usize,
    /// Where the hash is that was asked for.
    pub found: Option<i64>,
}

/// A log that is not.
#[derive(Debug)]
pub struct Broken {
    /// The first place that does not fit; nothing where a row stands beside the chain.
    pub at: Option<i64>,
    /// The row there.
    pub row: Option<Recorded>,
    /// What does not fit.
    pub why: Why,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Something in the chain.
    Chain(Fault),
    /// A row is neither sealed nor waits.
    NotSealed,
    /// Nothing in the chain has this hash.
    NoSuchHead(String),
}

/// Walks the chain and compares it with every head that a Z keeps.
///
/// # Errors
/// Where there is no such Z, or the hash cannot be one.
pub async fn verify(
    db: &impl ConnectionTrait,
    asked: &Asked,
    now: OffsetDateTime,
) -> Result<Verdict> {
    let heads = store::z_heads(db).await?;
    let until = match asked.until_z {
        None => None,
        Some(number) => {
            let z = heads.iter().find(|z| z.number == number);
            let z = z.ok_or_else(|| refused(format!("There is no Z report {number}.")))?;
            Some(z.head_number())
        }
    };
    let kept: Vec<Kept> = heads.iter().flat_map(store::ZHead::kept).collect();
    let (length, head, sealed_at) = match seal::walk(db, until, &kept).await? {
        Chain::Whole {
            length,
            head,
            sealed_at,
        } => (length, head, sealed_at),
        Chain::Broken { at, row, why } => {
            let row = match row {
                Some(row) => store::row(db, row).await?,
                None => None,
            };
            return Ok(broken(Some(at), row, Why::Chain(why)));
        }
    };
    if until.is_none()
        && let Some(row) = seal::unaccounted(db).await?
    {
        return Ok(broken(None, store::row(db, row).await?, Why::NotSealed));
    }
    let found = match &asked.head {
        None => None,
        Some(head) => {
            let head = as_hash(head)?;
            let numbers = seal::numbers_of(db, &head).await?;
            match numbers.into_iter().find(|number| *number <= length) {
                Some(number) => Some(number),
                None => return Ok(broken(None, None, Why::NoSuchHead(head))),
            }
        }
    };
    let zs = heads
        .iter()
        .filter(|z| until.is_none_or(|until| z.head_number() <= until));
    Ok(Verdict::Whole(Whole {
        length,
        head,
        sealed_at,
        waiting: seal::count_waiting(db).await?,
        waits_long: seal::is_waiting(db, now - SEALED_WITHIN).await?,
        zs: zs.count(),
        found,
    }))
}

fn broken(at: Option<i64>, row: Option<Recorded>, why: Why) -> Verdict {
    Verdict::Broken(Box::new(Broken { at, row, why }))
}

/// A hash as a Z prints it: white space between its parts is none of it.
fn as_hash(text: &str) -> Result<String> {
    let hash: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let is_hash = (LEAST_OF_A_HASH..=64).contains(&hash.len())
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_hash {
        true => Ok(hash),
        false => Err(refused(
            "Write the hash as it is printed on the Z report: 8 to 64 of the letters a to f and digits.".to_owned(),
        )),
    }
}

fn refused(sentence: String) -> Error {
    Error::refused(StatusCode::UNPROCESSABLE_ENTITY, "cannot_verify", sentence)
}

impl Whole {
    /// What was found, a line for each thing.
    pub fn lines(&self, rule: &DayRule) -> Vec<String> {
        let mut lines = vec![match self.length {
            0 => "Nothing was sealed yet.".to_owned(),
            1 => "The one sealed row is what it was.".to_owned(),
            length => format!("All {} sealed rows are what they were.", grouped(length)),
        }];
        if let Some(at) = self.sealed_at {
            lines.push(format!(
                "The newest was sealed at {}; its hash is {}.",
                rule.local(at),
                self.head
            ));
        }
        lines.push(match self.zs {
            0 => "No Z report keeps a head yet.".to_owned(),
            1 => "The head that 1 Z report keeps is in the chain.".to_owned(),
            zs => format!("The heads that {zs} Z reports keep are in the chain."),
        });
        if let Some(number) = self.found {
            lines.push(format!(
                "The hash that was asked for is that of row {number} of the chain."
            ));
        }
        lines.push(match (self.waiting, self.waits_long) {
            (0, _) => "No row waits for its seal.".to_owned(),
            (1, false) => "1 row waits for its seal.".to_owned(),
            (waiting, false) => format!("{} rows wait for their seal.", grouped(waiting)),
            (waiting, true) => format!(
                "{} rows wait for their seal, longer than five minutes: sealing stands still. Is the program running?",
                grouped(waiting)
            ),
        });
        lines
    }
}

impl Broken {
    /// What does not fit, and which row it is.
    pub fn sentence(&self, rule: &DayRule) -> String {
        let at = self.at.map(grouped).unwrap_or_default();
        let found = match &self.why {
            Why::Chain(Fault::Changed) => {
                format!("Row {at} of the chain is not what was sealed: it, or its seal, was changed.")
            }
            Why::Chain(Fault::RowMissing) => {
                format!("Row {at} of the chain is gone: its seal is there, and what it sealed is not.")
            }
            Why::Chain(Fault::SealMissing) => format!("Row {at} of the chain is missing, although the chain goes on or went on."),
            Why::Chain(Fault::OtherHead(z)) => format!(
                "{z} keeps another hash of row {at} of the chain: what lies before it was sealed anew, or the report was changed."
            ),
            Why::Chain(Fault::CutOff(z)) => format!(
                "The chain ends before row {at}, and it went on when {z} was made: its end was cut off."
            ),
            Why::NotSealed => {
                "A row is not in the chain and does not wait for its seal: its seal was taken away, or it came in past this program.".to_owned()
            }
            Why::NoSuchHead(head) => format!("No row of the chain has a hash that begins with {head}."),
        };
        let before = match self.at {
            Some(at) if at > 1 => format!(" The {} before it fit.", grouped(at - 1)),
            _ => String::new(),
        };
        match &self.row {
            Some(row) => format!(
                "{found}{before} It says: {}, {}, {} (id {}).",
                row.sentence(),
                row.actor,
                rule.local(row.at),
                row.id
            ),
            None => format!("{found}{before}"),
        }
    }
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_taken_as_it_is_printed() {
        assert_eq!(as_hash(" ABCD ef01\n").unwrap(), "abcdef01");
        assert!(as_hash("abcdef0").is_err());
        assert!(as_hash("abcdefgh").is_err());
        assert!(as_hash(&"a".repeat(65)).is_err());
    }

    #[test]
    fn what_does_not_fit_is_said_with_its_number() {
        let broken = Broken {
            at: Some(1_235),
            row: None,
            why: Why::Chain(Fault::Changed),
        };
        assert_eq!(
            broken.sentence(&DayRule::default()),
            "Row 1,235 of the chain is not what was sealed: it, or its seal, was changed. The 1,234 before it fit."
        );
        assert_eq!(grouped(1_000_000), "1,000,000");
    }
}
