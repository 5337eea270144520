//! What somebody looks for in the log.

use serde::Deserialize;

use super::deed;
use crate::values::{AuditId, BusinessDate, StaffId, TerminalId};
use crate::web::FieldError;

/// The longest text that is looked for, in characters.
pub const LONGEST_TEXT: usize = 60;

/// The filters as they stand in the address; what is left out, or empty, filters nothing.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The first business day.
    pub from: String,
    /// The last business day.
    pub to: String,
    /// Who did it, or agreed.
    pub person: String,
    /// A kind of deed, or one deed.
    pub kind: String,
    /// Where it was done.
    pub terminal: String,
    /// The order it was done to, by its number.
    pub order: String,
    /// Words in it.
    pub text: String,
    /// The row before which the page begins.
    pub before: String,
}

/// The order that somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAsked {
    /// By the number of its day: every order that has it.
    Number(i32),
    /// By its long number.
    Reference(String),
}

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// From this business day on.
    pub from: Option<BusinessDate>,
    /// To the end of this one.
    pub to: Option<BusinessDate>,
    /// Done or agreed to by them.
    pub person: Option<StaffId>,
    /// One of these deeds.
    pub deeds: Option<Vec<&'static str>>,
    /// Done there.
    pub terminal: Option<TerminalId>,
    /// Done to it.
    pub order: Option<OrderAsked>,
    /// With these words in it.
    pub text: Option<String>,
    /// Older than this row.
    pub before: Option<AuditId>,
}

impl Asked {
    /// What is looked for, and a sentence for each filter that cannot be read. Those are left out, the others hold.
    pub fn read(&self) -> (Search, Vec<FieldError>) {
        let mut faults = Vec::new();
        let mut fault = |field, sentence: &str| {
            faults.push(FieldError {
                field,
                sentence: sentence.to_owned(),
            });
        };
        let mut search = Search::default();
        for (field, text, date) in [
            ("from", &self.from, &mut search.from),
            ("to", &self.to, &mut search.to),
        ] {
            match text.trim() {
                "" => {}
                text => match text.parse::<BusinessDate>() {
                    Ok(read) => *date = Some(read),
                    Err(refusal) => fault(field, &refusal.to_string()),
                },
            }
        }
        if let (Some(from), Some(to)) = (search.from, search.to)
            && to < from
        {
            search.to = None;
            fault(
                "to",
                "The last day is before the first. Choose a later one.",
            );
        }
        match self.person.trim() {
            "" => {}
            id => match id.parse() {
                Ok(id) => search.person = Some(id),
                Err(_) => fault("person", "Choose a person from the list."),
            },
        }
        match self.terminal.trim() {
            "" => {}
            id => match id.parse() {
                Ok(id) => search.terminal = Some(id),
                Err(_) => fault("terminal", "Choose a terminal from the list."),
            },
        }
        match self.kind.trim() {
            "" => {}
            key => match deed::named(key) {
                Some(deeds) => search.deeds = Some(deeds),
                None => fault("kind", "Choose what was done from the list."),
            },
        }
        match order_of(&self.order) {
            Ok(order) => search.order = order,
            Err(sentence) => fault("order", sentence),
        }
        match words_of(&self.text) {
            Ok(text) => search.text = text,
            Err(sentence) => fault("text", sentence),
        }
        // Whoever shortens the address by hand begins with the newest row.
        search.before = self.before.trim().parse().ok();
        (search, faults)
    }

    /// The same filters as an address, further back than this row.
    pub fn further_back(&self, address: &str, row: AuditId) -> String {
        let row = row.to_string();
        let filters = [
            ("from", self.from.as_str()),
            ("to", &self.to),
            ("person", &self.person),
            ("kind", &self.kind),
            ("terminal", &self.terminal),
            ("order", &self.order),
            ("text", &self.text),
            ("before", &row),
        ];
        let given: Vec<_> = filters
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .collect();
        let query = serde_urlencoded::to_string(given).unwrap_or_default();
        format!("{address}?{query}")
    }
}

/// "42", "#42" or "20261122-0042".
fn order_of(text: &str) -> Result<Option<OrderAsked>, &'static str> {
    const SENTENCE: &str = "Write an order's number like 42 or 20261122-0042.";
    let text = text.trim().trim_start_matches('#').trim();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        _ if text.is_empty() => Ok(None),
        Some((date, number))
            if date.len() == 8 && digits(date) && digits(number) && number.len() <= 9 =>
        {
            Ok(Some(OrderAsked::Reference(text.to_owned())))
        }
        None if digits(text) => text
            .parse()
            .map(|number| Some(OrderAsked::Number(number)))
            .map_err(|_| SENTENCE),
        _ => Err(SENTENCE),
    }
}

fn words_of(text: &str) -> Result<Option<String>, &'static str> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("Remove the characters that cannot be printed, or type it again.");
    }
    match text.chars().count() {
        0 => Ok(None),
        1 => Err("Type two characters or more."),
        count if count > LONGEST_TEXT => Err("Use at most 60 characters."),
        _ => Ok(Some(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_known_by_either_number() {
        assert_eq!(order_of(" #42 "), Ok(Some(OrderAsked::Number(42))));
        assert_eq!(
            order_of("20261122-0042"),
            Ok(Some(OrderAsked::Reference("20261122-0042".into())))
        );
        assert_eq!(order_of(""), Ok(None));
        for wrong in ["4x", "-1", "99999999999", "2026-0042", "20261122-", "№ 4"] {
            assert!(order_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_faulty_filter_is_told_and_the_others_hold() {
        let asked = Asked {
            from: "yesterday".into(),
            to: "2026-11-22".into(),
            person: "ann".into(),
            kind: "refunds".into(),
            text: "x".into(),
            before: "nowhere".into(),
            ..Asked::default()
        };
        let (search, faults) = asked.read();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["from", "person", "text"]);
        assert!(search.to.is_some() && search.deeds.is_some() && search.from.is_none());
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_told() {
        let asked = Asked {
            from: "2026-11-23".into(),
            to: "2026-11-22".into(),
            ..Asked::default()
        };
        let (search, faults) = asked.read();
        assert_eq!(faults[0].field, "to");
        assert!(search.from.is_some() && search.to.is_none());
    }

    #[test]
    fn further_back_keeps_the_filters() {
        let asked = Asked {
            text: "a&b=c".into(),
            before: "old".into(),
            ..Asked::default()
        };
        let row = AuditId::new();
        assert_eq!(
            asked.further_back("/audit", row),
            format!("/audit?text=a%26b%3Dc&before={row}")
        );
    }
}
