//! What Pesapal answers, read from its JSON. Whatever does not fit is unreadable, and unreadable is not believed.

use serde_json::{Value, json};

/// How a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The guest has not finished. Pesapal calls it invalid, with an error that reads as if something were wrong.
    Pending,
    /// The guest has paid.
    Completed,
    /// It came to nothing.
    Failed,
    /// It was paid and given back.
    Reversed,
}

/// What Pesapal says of one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// How it stands.
    pub code: Code,
    /// Our reference, as Pesapal has it.
    pub reference: String,
    /// The amount, unread: what it is depends on the currency.
    pub amount: Value,
    /// The currency's code.
    pub currency: String,
    /// Its word for how the guest paid.
    pub method: String,
    /// The provider's own id of the transaction.
    pub confirmation: Option<String>,
    /// Why it came to nothing.
    pub description: String,
}

/// The longest text of Pesapal's that is kept.
const LONGEST: usize = 200;

impl Status {
    /// Reads a status; nothing where it says none. The `status` beside it only tells that the question was understood.
    pub fn read(answer: &Value) -> Option<Self> {
        let code = match integer(&answer["status_code"]) {
            Some(0) => Code::Pending,
            Some(1) => Code::Completed,
            Some(2) => Code::Failed,
            Some(3) => Code::Reversed,
            Some(_) => return None,
            None if is_pending(answer) => Code::Pending,
            None => return None,
        };
        Some(Status {
            code,
            reference: text(&answer["merchant_reference"]),
            amount: answer["amount"].clone(),
            currency: text(&answer["currency"]),
            method: text(&answer["payment_method"]),
            confirmation: Some(text(&answer["confirmation_code"])).filter(|code| !code.is_empty()),
            description: text(&answer["description"]),
        })
    }

    /// What is kept of it where a person has to look. The number of a card or telephone is not among it.
    pub fn told(&self) -> Value {
        json!({
            "status": match self.code {
                Code::Pending => "pending",
                Code::Completed => "completed",
                Code::Failed => "failed",
                Code::Reversed => "reversed",
            },
            "reference": self.reference,
            "amount": self.amount,
            "currency": self.currency,
            "method": self.method,
            "confirmation": self.confirmation,
            "description": self.description,
        })
    }
}

fn is_pending(answer: &Value) -> bool {
    answer["error"]["code"].as_str() == Some("payment_details_not_found")
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text on one line, without what no page or column takes.
pub fn text(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    let plain = text
        .chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign });
    plain
        .collect::<String>()
        .trim()
        .chars()
        .take(LONGEST)
        .collect()
}

/// Why Pesapal refuses, if it does: its word for it, and its sentence.
pub fn refusal(answer: &Value) -> Option<(String, String)> {
    let error = &answer["error"];
    let (code, message) = (text(&error["code"]), text(&error["message"]));
    if !code.is_empty() || !message.is_empty() {
        return Some((code, message));
    }
    let status = text(&answer["status"]);
    let refused = !status.is_empty() && status != "200";
    refused.then(|| (String::new(), text(&answer["message"])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(answer: Value) -> Option<Code> {
        Status::read(&answer).map(|status| status.code)
    }

    #[test]
    fn a_status_is_what_the_code_says_and_not_that_the_question_worked() {
        assert_eq!(code(json!({ "status_code": 1 })), Some(Code::Completed));
        assert_eq!(code(json!({ "status_code": 2 })), Some(Code::Failed));
        assert_eq!(code(json!({ "status_code": "3" })), Some(Code::Reversed));
        assert_eq!(
            code(json!({ "status": "200", "message": "Request processed" })),
            None
        );
        assert_eq!(code(json!({ "status_code": 7, "status": "200" })), None);
        assert_eq!(
            code(json!({ "payment_status_description": "Completed" })),
            None
        );
        for odd in [
            json!(null),
            json!([]),
            json!("paid"),
            json!({ "status_code": 1.5 }),
        ] {
            assert_eq!(code(odd.clone()), None, "{odd}");
        }
    }

    #[test]
    fn before_the_guest_has_finished_it_is_pending_however_it_is_put() {
        let before = json!({
            "status_code": 0, "payment_status_description": "INVALID", "status": "500",
            "error": { "code": "payment_details_not_found", "message": "Pending Payment" },
        });
        assert_eq!(code(before), Some(Code::Pending));
        let bare = json!({ "status": "500", "error": { "code": "payment_details_not_found" } });
        assert_eq!(code(bare), Some(Code::Pending));
    }

    #[test]
    fn what_is_refused_is_told_in_its_words_on_one_line() {
        let refused = json!({ "error": { "code": "x", "message": "No\r\nway" }, "status": "500" });
        assert_eq!(refusal(&refused), Some(("x".into(), "No  way".into())));
        let short = json!({ "status": "500", "message": "Rejected" });
        assert_eq!(refusal(&short), Some((String::new(), "Rejected".into())));
        assert_eq!(refusal(&json!({ "error": null, "status": "200" })), None);
        assert_eq!(refusal(&json!({})), None);
        let long = json!({ "message": "w".repeat(9_000), "status": "500" });
        assert_eq!(refusal(&long).unwrap().1.len(), LONGEST);
    }
}
