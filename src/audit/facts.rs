//! What the log keeps of a deed, in words: names instead of keys, amounts as money, and nothing that only a program reads.

use serde_json::{Map, Value};

use crate::values::{BasisPoints, Money};

/// One thing that was so, and is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// How it was, where that is known.
    pub was: Option<String>,
    /// How it is, where that is known.
    pub is: Option<String>,
}

/// What is known by other means, or by programs only.
const HIDDEN: [&str; 8] = [
    "reference",
    "order",
    "line",
    "items",
    "shift",
    "sha256",
    "entry",
    "reverses",
];

/// The keys under which amounts stand.
const AMOUNTS: [&str; 33] = [
    "total",
    "paid",
    "amount",
    "tip",
    "tendered",
    "change",
    "unit_price",
    "bill",
    "worth",
    "price",
    "expected",
    "counted",
    "variance",
    "float",
    "leftByLastShift",
    "difference",
    "sold",
    "corrections",
    "taken",
    "givenBack",
    "was",
    "refundLimit",
    "compLimit",
    "paidOutLimit",
    "cashRounding",
    "threshold",
    "tips",
    "discountAmount",
    "variance_threshold",
    "here",
    "base_price",
    "varianceLimit",
    "limit",
];

/// The longest text of one fact; the rest is cut off.
const LONGEST: usize = 240;

/// What changed, key by key; what stayed the same is left out.
pub fn facts(before: Option<&Value>, after: Option<&Value>, told: &[&str]) -> Vec<Fact> {
    let empty = Map::new();
    let (was, is) = match (before, after) {
        (Some(Value::Object(was)), Some(Value::Object(is))) => (was, is),
        (Some(Value::Object(was)), None) => (was, &empty),
        (None, Some(Value::Object(is))) => (&empty, is),
        // A word by itself: the name of a file, why a backup is made.
        (was, is) => return bare(was, is),
    };
    let later = was.keys().filter(|key| !is.contains_key(*key));
    let keys = is.keys().chain(later);
    keys.filter(|key| !HIDDEN.contains(&key.as_str()) && !told.contains(&key.as_str()))
        .filter_map(|key| {
            let (old, new) = (was.get(key), is.get(key));
            if old == new {
                return None;
            }
            let said = |value: Option<&Value>| value.and_then(|value| said(key, value));
            let (was, is) = (said(old), said(new));
            let label = label_of(key);
            (was.is_some() || is.is_some()).then_some(Fact { label, was, is })
        })
        .collect()
}

fn bare(was: Option<&Value>, is: Option<&Value>) -> Vec<Fact> {
    let said = |value: Option<&Value>| value.and_then(|value| said("", value));
    let (was, is) = (said(was), said(is));
    match was.is_some() || is.is_some() {
        true => vec![Fact {
            label: String::new(),
            was,
            is,
        }],
        false => Vec::new(),
    }
}

/// What a deed was done to, in a few words, and the keys that this tells.
pub fn about(
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<(String, &'static [&'static str])> {
    let of = |key: &str| {
        let find = |value: Option<&Value>| value.and_then(|value| value.get(key)).cloned();
        find(after)
            .or_else(|| find(before))
            .filter(|value| !value.is_null())
    };
    let text = |key: &str| of(key).and_then(|value| said(key, &value));
    if let (Some(name), Some(quantity)) = (text("name"), of("quantity").and_then(|it| it.as_i64()))
    {
        return Some((format!("{quantity} × {name}"), &["name", "quantity"]));
    }
    if let Some(lines) = of("lines")
        .filter(Value::is_array)
        .and_then(|lines| said("lines", &lines))
    {
        return Some((lines, &["lines"]));
    }
    if let Some(what) = text("what") {
        return Some((what, &["what", "deed"]));
    }
    if let (Some(amount), Some(method)) = (text("amount"), text("method")) {
        return Some((format!("{amount}, {method}"), &["amount", "method"]));
    }
    if let Some(name) = text("name") {
        return Some((name, &["name"]));
    }
    text("title").map(|title| (title, &["title"] as &[&str]))
}

/// A value in words; nothing where only a program reads it.
fn said(key: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(minor) if AMOUNTS.contains(&key) => Money::new(minor).to_string(),
            Some(share) if key.ends_with("Bp") || key.ends_with("_bp") => percent(share)?,
            _ => number.to_string(),
        },
        Value::String(text) if uuid::Uuid::try_parse(text).is_ok() => return None,
        Value::String(text) => word(text),
        Value::Array(list) => {
            let parts: Vec<String> = list.iter().filter_map(|value| said(key, value)).collect();
            if parts.is_empty() {
                return None;
            }
            parts.join(", ")
        }
        Value::Object(object) => object_in_words(object)?,
    };
    Some(cut(text))
}

fn percent(share: i64) -> Option<String> {
    BasisPoints::new(share).ok().map(|share| share.to_string())
}

/// "2 × Espresso" of a line, "3 × 10,000" of banknotes, else one thing after the other.
fn object_in_words(object: &Map<String, Value>) -> Option<String> {
    if let (Some(Value::String(name)), Some(quantity)) = (
        object.get("name"),
        object.get("quantity").and_then(Value::as_i64),
    ) {
        return Some(format!("{quantity} × {name}"));
    }
    let parts: Vec<String> = object
        .iter()
        .filter(|(key, _)| !HIDDEN.contains(&key.as_str()))
        .filter_map(|(key, value)| match (key.parse::<i64>(), value.as_i64()) {
            (Ok(piece), Some(count)) => Some(format!("{count} × {}", Money::new(piece))),
            _ => said(key, value).map(|value| format!("{} {value}", label_of(key).to_lowercase())),
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Codes that are stored, as people say them.
fn word(text: &str) -> String {
    let known = match text {
        "mtn_momo" => "MTN MoMo",
        "airtel_money" => "Airtel Money",
        "pesapal" => "Pesapal",
        "cash" => "cash",
        "card" => "card",
        "wrong_payment" => "wrong payment",
        "goods_returned" => "goods returned",
        "dine_in" => "at a table",
        "paid_in" => "paid in",
        "paid_out" => "paid out",
        "tip_out" => "tips handed out",
        "drop" => "taken to the safe",
        "no_sale" => "opened without a sale",
        "first" => "original",
        other => other,
    };
    known.to_owned()
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// "leftByLastShift" and "left_by_last_shift" as "Left by last shift".
fn label_of(key: &str) -> String {
    let known = match key {
        "of" => "Out of",
        "was" => "It was",
        "bill" => "On the bill",
        "place" => "Place",
        "in_cash" => "In cash",
        "unit_price" => "Price of one",
        "lines" => "Lines",
        "struck" => "Struck out",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let mut label = String::new();
    for letter in key.chars() {
        match letter {
            '_' | '-' => label.push(' '),
            letter if letter.is_uppercase() => {
                label.push(' ');
                label.extend(letter.to_lowercase());
            }
            letter if label.is_empty() => label.extend(letter.to_uppercase()),
            letter => label.push(letter),
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn in_words(before: Value, after: Value) -> Vec<String> {
        let given = |value: &Value| (!value.is_null()).then(|| value.clone());
        let (before, after) = (given(&before), given(&after));
        facts(before.as_ref(), after.as_ref(), &[])
            .into_iter()
            .map(|fact| match (fact.was, fact.is) {
                (Some(was), Some(is)) => format!("{}: {was} → {is}", fact.label),
                (Some(was), None) => format!("{}: {was} →", fact.label),
                (None, is) => format!("{}: {}", fact.label, is.unwrap_or_default()),
            })
            .collect()
    }

    #[test]
    fn amounts_are_money_and_what_stayed_is_left_out() {
        assert_eq!(
            in_words(
                json!({ "total": 12_000, "name": "Ann", "reference": "20261122-0042" }),
                json!({ "total": 10_000, "name": "Ann" })
            ),
            ["Total: 12,000 → 10,000"]
        );
        assert_eq!(
            in_words(json!({ "pin": false }), json!({ "pin": true })),
            ["Pin: no → yes"]
        );
    }

    #[test]
    fn what_only_programs_read_is_not_shown() {
        let id = "0193a1b2-0000-7000-8000-000000000001";
        assert!(
            in_words(
                Value::Null,
                json!({ "order": id, "payment": id, "note": null, "items": [{ "line": id }] })
            )
            .is_empty()
        );
        assert!(in_words(Value::Null, Value::Null).is_empty());
    }

    #[test]
    fn lines_notes_and_codes_are_said_as_people_say_them() {
        assert_eq!(
            in_words(
                Value::Null,
                json!({ "lines": [{ "line": "x", "name": "Espresso", "quantity": 2 }] })
            ),
            ["Lines: 2 × Espresso"]
        );
        assert_eq!(
            in_words(Value::Null, json!({ "pieces": { "10000": 5 } })),
            ["Pieces: 5 × 10,000"]
        );
        assert_eq!(
            in_words(Value::Null, json!({ "leftByLastShift": 500 })),
            ["Left by last shift: 500"]
        );
        assert_eq!(
            in_words(Value::Null, json!({ "method": "mtn_momo" })),
            ["Method: MTN MoMo"]
        );
        assert_eq!(in_words(json!("a.tar"), Value::Null), [": a.tar →"]);
    }

    #[test]
    fn a_deed_says_what_it_was_done_to() {
        let about = |before, after| about(Some(&before), Some(&after)).map(|(words, _)| words);
        assert_eq!(
            about(json!({ "name": "Chips", "quantity": 3 }), Value::Null).as_deref(),
            Some("3 × Chips")
        );
        assert_eq!(
            about(Value::Null, json!({ "amount": 4_000, "method": "cash" })).as_deref(),
            Some("4,000, cash")
        );
        assert_eq!(
            about(Value::Null, json!({ "what": "Void 1 × Chips" })).as_deref(),
            Some("Void 1 × Chips")
        );
        assert_eq!(about(json!({ "pin": true }), Value::Null), None);
    }

    #[test]
    fn long_texts_are_cut() {
        let long = "é".repeat(1_000);
        let told = in_words(Value::Null, json!({ "note": long }));
        assert_eq!(told[0].chars().count(), "Note: ".len() + LONGEST + 1);
    }
}
