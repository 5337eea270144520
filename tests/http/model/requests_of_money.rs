//! What a payment sends, and what the desk does where mobile money is waited for.

use poem::http::Method;
use uuid::Uuid;

use super::command::{Ending, LinkDeed, Loose, Part, Pay};
use super::requests::{Fields, may, put};

pub fn pay_form(pay: &Pay, form: &mut Fields) {
    put(form, "method", pay.method.written());
    may(form, "reference", &pay.reference);
    put_part(&pay.part, form);
    may(form, "amount", &pay.amount);
    may(form, "tendered", &pay.tendered);
    may(form, "tip", &Some(pay.tip).filter(|tip| *tip != 0));
    may(form, "expected", &pay.expected);
    may(form, "shown", &pay.shown);
}

/// The same, for a link.
pub fn link_form(pay: &Pay, form: &mut Fields) {
    pay_form(pay, form);
    for (name, value) in form {
        if name == "method" {
            "pesapal".clone_into(value);
        }
    }
}

/// One piece of a line is said as the line alone.
fn put_part(part: &Part, form: &mut Fields) {
    match part {
        Part::AsSaid => {}
        Part::Full => put(form, "part", "full"),
        Part::Even(people) => {
            put(form, "part", "even");
            put(form, "people", people);
        }
        Part::Items { pieces, seats } => {
            put(form, "part", "item");
            for (line, of_it) in pieces {
                match of_it {
                    1 => put(form, "item", line),
                    of_it => put(form, "item", format!("{line}={of_it}")),
                }
            }
            seats.iter().for_each(|seat| put(form, "seat", seat));
        }
    }
}

pub fn end_wait_request(wait: Uuid, ending: &Ending, form: &mut Fields) -> (Method, String) {
    let path = match ending {
        Ending::Came(reference) => {
            put(form, "transaction", reference);
            "confirmation"
        }
        Ending::Failed { chosen, written } => {
            put(form, "deed", "failed");
            may(form, "chosen", chosen);
            may(form, "reason", written);
            "failure"
        }
        Ending::Withdrawn => {
            put(form, "deed", "withdrawn");
            "failure"
        }
    };
    (Method::POST, format!("/payments/attempts/{wait}/{path}"))
}

/// What somebody at a till does about a link.
pub fn link_request(link: Uuid, deed: &LinkDeed, form: &mut Fields) -> (Method, String) {
    let path = match deed {
        LinkDeed::CallOff { cash, .. } => {
            may(form, "cash", &cash.then_some("on"));
            "cancellation"
        }
        LinkDeed::Renew { .. } => "renewals",
        _ => "asks",
    };
    (Method::POST, format!("/attempts/{link}/{path}"))
}

pub fn loose_request(loose: &Loose, form: &mut Fields) -> (Method, String) {
    put(form, "method", loose.method.written());
    may(form, "transaction", &loose.reference);
    may(form, "amount", &loose.amount);
    may(form, "tip", &Some(loose.tip).filter(|tip| *tip != 0));
    (Method::POST, "/payments/unplaced".to_owned())
}
