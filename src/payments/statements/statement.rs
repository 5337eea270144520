//! A provider's statement, read: what came in, and what was left out.

use std::collections::HashMap;

use time::{Duration, OffsetDateTime, Time};

use super::cells::{When, amount, unwrapped, when};
use super::refusal::{Fault, StatementRefusal};
use super::table::{Column, Row, Table};
use crate::payments::payment::Method;
use crate::payments::reference::{Reference, ReferenceRefusal};
use crate::values::{Currency, DayRule, Money};

/// How many rows a statement has at most: a busy month of one café is a quarter of it.
pub const MOST_ROWS: usize = 20_000;
/// How much is kept of what a cell says of people.
const LONGEST_PAYER: usize = 80;

/// What the reading needs to know of the café.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its time zone.
    pub rule: &'a DayRule,
    /// Its currency.
    pub currency: Currency,
    /// This moment.
    pub now: OffsetDateTime,
}

/// What came in by one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it stands in the file.
    pub line: u64,
    /// What the provider calls it.
    pub reference: Reference,
    /// How much.
    pub amount: Money,
    /// Who sent it, as the provider says it.
    pub payer: Option<String>,
    /// When.
    pub at: OffsetDateTime,
}

/// Rows that are no money of the café's, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Money that went out: fees, withdrawals, reversals.
    pub outgoing: usize,
    /// What did not go through.
    pub unsuccessful: usize,
    /// The same transaction a second time.
    pub repeated: usize,
    /// Sums, remarks, rows without money.
    pub notes: usize,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub provider: Method,
    /// The beginning of the first day that it covers.
    pub from: OffsetDateTime,
    /// Where it ends: with its last day, or with its last row where that day is not over.
    pub to: OffsetDateTime,
    /// What came in, in the order of the file.
    pub lines: Vec<Line>,
    /// How many rows were read.
    pub rows: usize,
    /// How many of them are not among the lines.
    pub left_out: LeftOut,
}

/// What a row turned out to be.
enum Kind {
    Incoming(Line),
    Outgoing,
    Unsuccessful,
    Note,
}

impl Statement {
    /// Reads a file. `chosen` is whose it is, where somebody said so; else the file does, or its name.
    ///
    /// # Errors
    /// The sentence for whoever uploaded it.
    pub fn read(
        bytes: &[u8],
        name: &str,
        chosen: Option<Method>,
        place: Place,
    ) -> Result<Statement, StatementRefusal> {
        let table = Table::read(bytes)?;
        if table.len() > MOST_ROWS {
            return Err(StatementRefusal::TooManyRows);
        }
        let provider = chosen.or_else(|| whose(&table, name));
        let provider = provider.ok_or(StatementRefusal::Whose)?;
        let (mut lines, mut left_out) = (Vec::new(), LeftOut::default());
        let mut known: HashMap<String, (u64, Money)> = HashMap::new();
        let mut covers: Option<(OffsetDateTime, OffsetDateTime)> = None;
        for row in table.rows() {
            let refused = |fault| StatementRefusal::Row {
                line: row.line(),
                fault,
            };
            let at = time_of(&row, place).map_err(refused)?;
            if let Some((first, last)) = at {
                let (from, to) = covers.unwrap_or((first, last));
                covers = Some((from.min(first), to.max(last)));
            }
            match kind_of(&row, at.map(|(at, _)| at), place).map_err(refused)? {
                Kind::Outgoing => left_out.outgoing += 1,
                Kind::Unsuccessful => left_out.unsuccessful += 1,
                Kind::Note => left_out.notes += 1,
                Kind::Incoming(line) => match known.get(&line.reference.bare()) {
                    Some((_, amount)) if *amount == line.amount => left_out.repeated += 1,
                    Some((other, _)) => return Err(refused(Fault::Twice(*other))),
                    None => {
                        known.insert(line.reference.bare(), (line.line, line.amount));
                        lines.push(line);
                    }
                },
            }
        }
        let (first, last) = covers.ok_or(StatementRefusal::Empty)?;
        let (from, to) = whole_days(first, last, place);
        Ok(Statement {
            provider,
            from,
            to,
            lines,
            rows: table.len(),
            left_out,
        })
    }
}

/// Whole days, so that no payment of the hours before the first transaction or after the last falls between two statements;
/// but of a day that is not over, only what has been.
fn whole_days(
    first: OffsetDateTime,
    last: OffsetDateTime,
    place: Place,
) -> (OffsetDateTime, OffsetDateTime) {
    let day = |at| place.rule.local(at).date();
    let midnight = |date| place.rule.moment_of(date, Time::MIDNIGHT);
    let to = match day(last).next_day() {
        Some(next) if day(last) != day(place.now) => midnight(next),
        _ => last,
    };
    (midnight(day(first)), to)
}

/// When a row was, and until when it may have been: a day without a time lasts until its end.
fn time_of(row: &Row, place: Place) -> Result<Option<(OffsetDateTime, OffsetDateTime)>, Fault> {
    let (date, time) = (row.cell(Column::Date), row.cell(Column::Time));
    if date.is_empty() {
        return Ok(None);
    }
    let read = match when(date) {
        Some(When::Day(_)) if !time.is_empty() && time != date => {
            when(&format!("{} {}", unwrapped(date), unwrapped(time)))
        }
        read => read,
    };
    // A row with neither id nor amount is a remark, whatever stands in the place of its date.
    let is_remark = row.cell(Column::Id).is_empty() && row.cell(Column::Amount).is_empty();
    let (first, last) = match read {
        None if is_remark => return Ok(None),
        None => return Err(Fault::Date(quoted(date))),
        Some(When::Moment(at)) => (at, at),
        Some(When::Local(at)) => {
            let at = place.rule.moment_of(at.date(), at.time());
            (at, at)
        }
        Some(When::Day(date)) => {
            let end = Time::MAX.replace_nanosecond(0).unwrap_or(Time::MIDNIGHT);
            let of = |time| place.rule.moment_of(date, time);
            (
                of(Time::MIDNIGHT),
                of(end).min(place.now.max(of(Time::MIDNIGHT))),
            )
        }
    };
    // A provider's clock may be some minutes ahead.
    if first > place.now + Duration::hours(1) || first.year() < 2000 {
        return Err(Fault::Ahead(place.rule.local(first).to_string()));
    }
    let moment = |at: OffsetDateTime| at.to_offset(time::UtcOffset::UTC);
    Ok(Some((moment(first), moment(last))))
}

fn kind_of(row: &Row, at: Option<OffsetDateTime>, place: Place) -> Result<Kind, Fault> {
    let (id, sum) = (row.cell(Column::Id), row.cell(Column::Amount));
    let at = match at {
        Some(at) if !id.is_empty() => at,
        // Totals and remarks have a sum, a date or a word, but never all that a transaction has.
        Some(_) if sum.is_empty() => return Ok(Kind::Note),
        Some(_) => {
            let came_in = came_in(row, place)?;
            return came_in.map_or(Ok(Kind::Outgoing), |_| Err(Fault::NoId));
        }
        None if !sum.is_empty() && id.contains(|sign: char| sign.is_ascii_digit()) => {
            return Err(Fault::Date(String::new()));
        }
        None => return Ok(Kind::Note),
    };
    if !succeeded(row.cell(Column::Status)) {
        return Ok(Kind::Unsuccessful);
    }
    let Some(amount) = came_in(row, place)? else {
        return Ok(Kind::Outgoing);
    };
    if amount.is_zero() {
        return Ok(Kind::Note);
    }
    Ok(Kind::Incoming(Line {
        line: row.line(),
        reference: reference_of(id)?,
        amount,
        payer: payer_of(row),
        at,
    }))
}

/// What came in by a row; nothing where it went out.
fn came_in(row: &Row, place: Place) -> Result<Option<Money>, Fault> {
    let text = row.cell(Column::Amount);
    if text.is_empty() || text == "-" {
        let went_out = row.has(Column::Debit) && !row.cell(Column::Debit).is_empty();
        return match went_out {
            true => Ok(None),
            false => Ok(Some(Money::ZERO)),
        };
    }
    let currency = row.cell(Column::Currency);
    if !currency.is_empty() && !currency.eq_ignore_ascii_case(place.currency.code()) {
        return Err(Fault::Currency(quoted(currency), place.currency.code()));
    }
    let amount = amount(text, place.currency).ok_or_else(|| Fault::Amount(quoted(text)))?;
    let went_out = amount.is_negative() || is_outgoing(row.cell(Column::Type));
    Ok((!went_out).then_some(amount))
}

/// Whether the provider says that it went out, was given back, or is the provider's own.
fn is_outgoing(kind: &str) -> bool {
    const OUT: [&str; 22] = [
        "dr",
        "debit",
        "out",
        "outgoing",
        "withdrawal",
        "withdraw",
        "withdrawn",
        "cashout",
        "payout",
        "fee",
        "fees",
        "charge",
        "charges",
        "commission",
        "reversal",
        "reversed",
        "refund",
        "sweep",
        "disbursement",
        "sent",
        "tax",
        "b2c",
    ];
    let kind = kind.to_lowercase();
    kind.split(|sign: char| !sign.is_alphanumeric())
        .any(|word| OUT.contains(&word))
}

/// Whether it went through; where nothing is said, it did.
fn succeeded(status: &str) -> bool {
    const DONE: [&str; 12] = [
        "success",
        "successful",
        "succeeded",
        "completed",
        "complete",
        "ok",
        "ts",
        "paid",
        "settled",
        "processed",
        "approved",
        "received",
    ];
    let status = status.to_lowercase();
    let mut words = status
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .peekable();
    let says_no = |word: &str| matches!(word, "not" | "un" | "partially");
    words.peek().is_none()
        || (words.clone().any(|word| DONE.contains(&word)) && !words.any(says_no))
}

fn reference_of(id: &str) -> Result<Reference, Fault> {
    let id = unwrapped(id);
    id.parse().map_err(|refusal| {
        let is_shortened = id
            .to_uppercase()
            .split_once("E+")
            .is_some_and(|(front, back)| {
                front.contains(|sign: char| sign.is_ascii_digit())
                    && back.bytes().all(|sign| sign.is_ascii_digit())
            });
        match refusal {
            ReferenceRefusal::Signs if is_shortened => Fault::ShortenedId(quoted(id)),
            _ => Fault::Id(quoted(id)),
        }
    })
}

fn payer_of(row: &Row) -> Option<String> {
    let (name, number) = (row.cell(Column::Payer), row.cell(Column::Number));
    let said = match (name.is_empty(), number.is_empty() || number == name) {
        (false, false) => format!("{name} {number}"),
        (false, true) => name.to_owned(),
        _ => number.to_owned(),
    };
    let words: Vec<&str> = said.split_whitespace().collect();
    let said: String = words
        .join(" ")
        .chars()
        .filter(|sign| !sign.is_control())
        .take(LONGEST_PAYER)
        .collect();
    (!said.is_empty()).then_some(said)
}

/// A cell as a sentence may hold it.
fn quoted(text: &str) -> String {
    text.chars()
        .filter(|sign| !sign.is_control())
        .take(40)
        .collect()
}

/// Whose statement it is, as what stands above it, the names of its columns or its own name tell; only where they do not, the
/// first rows: a guest may be called as the other network is.
fn whose(table: &Table, name: &str) -> Option<Method> {
    let heading = format!(
        "{} {} {}",
        table.above,
        table.columns(),
        name.to_lowercase()
    );
    let rows = || {
        let first: Vec<String> = table.rows().take(5).map(|row| row.all()).collect();
        format!("{heading} {}", first.join(" ").to_lowercase())
    };
    named_in(&heading).or_else(|| named_in(&rows()))
}

/// The one network that a text in small letters is about.
fn named_in(said: &str) -> Option<Method> {
    let airtel = said.contains("airtel");
    let mtn = [
        "mtn",
        "momo",
        "fri:",
        "external transaction id",
        "financial transaction id",
    ]
    .iter()
    .any(|word| said.contains(word));
    match (mtn, airtel) {
        (true, false) => Some(Method::MtnMomo),
        (false, true) => Some(Method::AirtelMoney),
        _ => None,
    }
}

#[cfg(test)]
#[path = "statement/tests.rs"]
mod tests;
