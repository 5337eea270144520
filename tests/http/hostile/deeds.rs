//! A well-formed form for every changing address: what is refused in these tests is refused for the reason that is
//! tested, and what is bent in them was straight before.

use poem::http::Method;
use uuid::Uuid;

use super::scene::{Scene, routes};
use crate::house::*;

/// Fields with their values, in the order of a form.
pub type Fields = Vec<(String, String)>;

/// What somebody who may fills in; nothing where the address is not known here.
pub fn well_formed(scene: &Scene, method: &Method, pattern: &str) -> Option<Fields> {
    let id = |name: &str| scene.id(name).to_string();
    let form: Vec<(&str, String)> = match (method.as_str(), pattern) {
        ("POST", "/api/auth/login") => vec![
            ("username", OTHER_CASHIER.into()),
            ("password", "password123".into()),
        ],
        ("POST", "/api/auth/password") => vec![
            ("current", "password123".into()),
            ("new", "a long walk to Jinja".into()),
        ],
        ("POST", "/me/password") => vec![
            ("current", "password123".into()),
            ("new", "a long walk to Jinja".into()),
            ("again", "a long walk to Jinja".into()),
        ],
        ("POST", "/me/pin") => vec![
            ("current", "password123".into()),
            ("pin", "7391".into()),
            ("again", "7391".into()),
        ],
        ("POST", "/sign-in") => vec![
            ("username", OTHER_CASHIER.into()),
            ("password", "password123".into()),
            ("to", "/floor".into()),
        ],
        ("POST", "/sign-in/pin") => vec![
            ("staff", id("staff")),
            ("pin", "7391".into()),
            ("to", "/floor".into()),
        ],
        ("POST", "/sign-in/again") => vec![
            ("staff", id("staff")),
            ("pin", String::new()),
            ("password", "password123".into()),
        ],
        ("POST", "/pair") => vec![("code", "ABCD-2345".into())],
        ("POST", "/staff") => vec![
            ("name", "Grace Auma".into()),
            ("username", format!("grace-{}", Uuid::now_v7().simple())),
            ("role", "waiter".into()),
        ],
        ("PUT", "/staff/:staff") => vec![
            ("name", "Fatuma Nalule".into()),
            ("role", "waiter".into()),
            ("active", "on".into()),
        ],
        ("POST", "/terminals") | ("PUT", "/terminals/:terminal") => vec![
            ("name", format!("Till {}", Uuid::now_v7().simple())),
            ("location", "Veranda".into()),
            ("kind", "till".into()),
            ("has_drawer", "on".into()),
            ("station", id("bar")),
            ("idle_seconds", "120".into()),
            ("locks_after_send", "on".into()),
            ("printer", id("other printer")),
            ("prints_receipts", "on".into()),
        ],
        ("POST", "/printers") | ("PUT", "/printers/:printer") => vec![
            ("name", format!("Printer {}", Uuid::now_v7().simple())),
            ("address", "192.168.1.51".into()),
            ("paper", "58".into()),
            ("agent", String::new()),
            ("stand_in", id("other printer")),
            ("active", "on".into()),
            ("revision", "0".into()),
        ],
        ("POST", "/printers/:printer/moves") => vec![("to", id("other printer"))],
        ("POST", "/print-jobs/:job/tries") => vec![("printer", id("other printer"))],
        ("POST", "/payments/:payment/prints") => vec![("here", "true".into())],
        ("POST", "/api/print-agent/jobs/:job") => {
            vec![("outcome", "printed".into()), ("reason", String::new())]
        }
        ("POST", "/stations") | ("PUT", "/stations/:station") => vec![
            ("name", format!("Grill {}", Uuid::now_v7().simple())),
            ("kind", "kitchen".into()),
            ("sort", "3".into()),
            ("soon", "8:00".into()),
            ("late", "15".into()),
            ("active", "on".into()),
            ("next", id("bar")),
            ("redirect", String::new()),
            ("watched", "true".to_owned()),
            ("printer", id("other printer")),
            ("prints_always", "true".to_owned()),
            ("bump_at_once", "on".into()),
            ("ring", "new".into()),
            ("key_left", "Left".into()),
            ("key_right", "Right".into()),
            ("key_up", "Up".into()),
            ("key_down", "Down".into()),
            ("key_first", "Home".into()),
            ("key_last", "End".into()),
            ("key_page_back", "Page Up".into()),
            ("key_page_on", "Page Down".into()),
            ("key_line_done", "Space".into()),
            ("key_bump", "F5".into()),
            ("key_undo", "U".into()),
            ("key_recall", "Backspace".into()),
            ("key_recalls", "R".into()),
            ("key_all_day", "S".into()),
            ("key_priority", "P".into()),
            ("key_mute", "M".into()),
            ("key_cancel", "Esc".into()),
            ("numbers", "0 1 2 3 4 5 6 7 8 9".into()),
            ("revision", "1".into()),
        ],
        ("PUT", "/settings") => vec![
            ("service_charge", "10%".into()),
            ("cash_rounding", "50".into()),
            ("waiters_take_payments", "true".into()),
            ("waiter_share", "0".into()),
            ("cashier_share", "10".into()),
            ("manager_share", "100".into()),
            ("admin_share", "100".into()),
            ("discounts", "Staff: 10%\nLoyalty card: 2,000".into()),
            ("discount_reasons", "Took too long\nEvent".into()),
            ("void_reasons", "Sold out".into()),
            ("comp_reasons", "Staff meal".into()),
            ("refund_reasons", "Paid twice".into()),
            ("comp_limit", "100,000".into()),
            ("refund_limit", String::new()),
            ("paid_out_limit", "100,000".into()),
            ("paid_out_reasons", "Market".into()),
            ("paid_in_reasons", "Owner".into()),
            ("no_sale_reasons", "Change for a guest".into()),
            ("waiter_variance", "5,000".into()),
            ("cashier_variance", "5,000".into()),
            ("manager_variance", "5,000".into()),
            ("admin_variance", "5,000".into()),
            ("seen", "0123456789abcdef".into()),
        ],
        ("POST", "/menu/price-lists") | ("PUT", "/menu/price-lists/:list") => vec![
            ("name", format!("H {}", Uuid::now_v7().simple())),
            ("day", "Fri".into()),
            ("from", "22:00".into()),
            ("until", "02:00".into()),
            ("active", "on".into()),
            ("revision", "1".into()),
        ],
        ("PUT", "/menu/price-lists/:list/products/:product") => vec![
            ("price", "1,500".into()),
            ("was", String::new()),
            ("q", "espr".into()),
        ],
        ("PUT", "/backups") => vec![("hour", "3".into()), ("days", "30".into())],
        ("POST", "/menu/products/:product/stock") => vec![
            ("left", "12".into()),
            ("sold_out", String::new()),
            ("until_tomorrow", String::new()),
            ("until_shift_end", String::new()),
            ("back", String::new()),
        ],
        ("PUT", "/orders/:order") => vec![
            ("kind", "dine_in".into()),
            ("table", id("table")),
            ("guests", "4".into()),
            ("name", "Ms Achieng".into()),
            ("phone", "+256 700 000001".into()),
        ],
        ("POST", "/orders/:order/lines") => vec![
            ("product", id("product")),
            ("quantity", "2".into()),
            ("choices", String::new()),
            ("modifier", id("table")),
            ("m-1", id("table")),
            ("word-1", format!("extra:{}", id("table"))),
            ("note", "very hot".into()),
            ("allergy", "nuts".into()),
            ("seat", "1".into()),
            ("course", "1".into()),
        ],
        ("POST", "/orders/:order/lines/:line/modifiers") => vec![
            ("modifier", id("table")),
            ("m-1", id("table")),
            ("word-1", format!("no:{}", id("table"))),
            ("note", "very hot".into()),
            ("allergy", "nuts".into()),
        ],
        ("PUT", "/orders/:order/lines/:line/quantity") => vec![("quantity", "3".into())],
        ("POST", "/orders/:order/lines/:line/quantity") => vec![("by", "1".into())],
        ("POST", "/orders/:order/lines/:line/note") => {
            vec![("note", "very hot".into()), ("allergy", "nuts".into())]
        }
        ("POST", "/orders/:order/lines/:line/seat") => {
            vec![("seat", "2".into()), ("next", String::new())]
        }
        ("POST", "/orders/:order/lines/:line/course") => {
            vec![("course", "2".into()), ("station", id("bar"))]
        }
        ("POST", "/orders/:order/lines/:line/choice") => vec![("modifier", id("table"))],
        ("POST", "/orders/:order/servings") => {
            vec![("line", id("sent line")), ("from", "ready".into())]
        }
        ("POST", "/pass/:pass/orders/:order/servings") => vec![("line", id("sent line"))],
        ("POST", "/orders/:order/cancellation") => vec![
            ("chosen", "Sent twice".into()),
            ("reason", "They left".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/orders/:order/lines/:line/void" | "/orders/:order/lines/:line/comp") => vec![
            ("quantity", "1".into()),
            ("chosen", "Sent twice".into()),
            ("reason", "They left".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/orders/:order/discount" | "/orders/:order/lines/:line/discount") => vec![
            ("named", String::new()),
            ("percent", "5".into()),
            ("amount", String::new()),
            ("none", String::new()),
            ("from", "pay".into()),
            ("chosen", "Event".into()),
            ("reason", "As promised".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
        ],
        ("POST", "/orders/:order/reopening") => vec![
            ("chosen", "Paid twice".into()),
            ("reason", "They come back".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
        ],
        ("POST", "/payments/:payment/refund") => vec![
            ("kind", "wrong_payment".into()),
            ("amount", "100".into()),
            ("tip", String::new()),
            ("item", id("sent line")),
            ("reference", String::new()),
            ("another_way", "on".into()),
            ("in_cash", "on".into()),
            ("shown", String::new()),
            ("chosen", "Paid twice".into()),
            ("reason", "By mistake".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
        ],
        ("POST", "/payments/:payment/refund/asks") => vec![("desk", "on".into())],
        ("POST", "/orders/:order/open-items") => vec![
            ("name", "Corkage".into()),
            ("price", "15,000".into()),
            ("quantity", "1".into()),
            ("station", id("bar")),
            ("tax", String::new()),
            ("note", "red".into()),
            ("seat", "1".into()),
            ("course", "1".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/orders/:order/place") => vec![("table", id("table"))],
        ("POST", "/orders/:order/waiter") => vec![("waiter", id("staff"))],
        ("POST", "/orders/:order/merge") => vec![("order", id("paid order"))],
        ("POST", "/orders/:order/moves") => vec![
            ("line", id("sent line")),
            ("pieces-1", format!("{}:1", id("sent line"))),
            ("order", String::new()),
            ("fresh", Uuid::now_v7().to_string()),
        ],
        ("POST", "/orders/:order/details") => vec![
            ("guests", "3".into()),
            ("name", "Ms Achieng".into()),
            ("phone", "0700".into()),
        ],
        (
            "POST",
            "/orders/:order/bills" | "/shifts/:shift/report/prints" | "/days/:date/prints",
        ) => vec![],
        ("POST", "/approvals/:approval/answer") => {
            vec![("agree", "yes".into()), ("note", "quickly".into())]
        }
        ("POST", "/orders/:order/payments") => vec![
            ("method", "mtn_momo".into()),
            ("part", "amount".into()),
            ("people", "3".into()),
            ("item", id("sent line")),
            ("seat", "1".into()),
            ("reference", "3261 1264 207".into()),
            ("payer", "+256 772 418906".into()),
            ("amount", "1,000".into()),
            ("tendered", "2,000".into()),
            ("tip", "500".into()),
            ("expected", String::new()),
            ("shown", String::new()),
        ],
        ("POST", "/attempts/:attempt/cancellation") => vec![("cash", "on".into())],
        ("POST", "/api/payments/pesapal/ipn") => vec![
            (
                "OrderTrackingId",
                "b945e4af-80a5-4ec1-8706-e03f8332fb04".into(),
            ),
            ("OrderNotificationType", "IPNCHANGE".into()),
            ("OrderMerchantReference", id("attempt")),
        ],
        ("POST", "/api/payments/pesapal/webhook") => vec![
            ("orderId", id("attempt")),
            ("amount", "1000".into()),
            ("payment_method", "MTN".into()),
            (
                "transaction_tracking_id",
                "b945e4af-80a5-4ec1-8706-e03f8332fb04".into(),
            ),
        ],
        ("POST", "/orders/:order/attempts") => vec![
            ("method", "airtel_money".into()),
            ("part", "amount".into()),
            ("people", "3".into()),
            ("item", id("sent line")),
            ("seat", "1".into()),
            ("amount", "1,000".into()),
            ("tip", "500".into()),
            ("expected", String::new()),
            ("shown", String::new()),
            ("payer", "Ms Achieng, 0772 418906".into()),
        ],
        ("POST", "/payments/unplaced") => vec![
            ("method", "airtel_money".into()),
            ("transaction", format!("MP{}", Uuid::now_v7().simple())),
            ("amount", "12,000".into()),
            ("tip", String::new()),
            ("payer", "Okello".into()),
        ],
        ("POST", "/payments/:payment/placement") => vec![("order", id("order"))],
        ("POST", "/payments/attempts/:attempt/confirmation") => vec![
            ("transaction", format!("MP{}", Uuid::now_v7().simple())),
            ("desk", "on".into()),
        ],
        ("POST", "/payments/attempts/:attempt/failure") => vec![
            ("deed", "failed".into()),
            ("chosen", "No message came".into()),
            ("reason", "They left".into()),
            ("desk", "on".into()),
        ],
        ("POST", "/payments/statements/:statement/payments") => {
            vec![("transaction", id("unbooked"))]
        }
        ("POST", "/payments/statements/:statement/verifications") => {
            vec![("transaction", id("unbooked")), ("payment", id("payment"))]
        }
        ("POST", "/kitchen/tickets/:ticket/bump") => {
            vec![("additions", "0".into()), ("changes", "0".into())]
        }
        ("POST", "/kitchen/tickets/:ticket/recall") => vec![("anew", "on".into())],
        ("POST", "/shift/float") => vec![
            ("cash", "pouch".into()),
            ("count_10000", "5".into()),
            ("note", "as yesterday".into()),
            ("order", id("order")),
        ],
        ("POST", "/shifts/:shift/count") => vec![
            ("count_10000", "5".into()),
            ("card", "9,000".into()),
            ("mtn_momo", String::new()),
            ("airtel_money", String::new()),
            ("pesapal", String::new()),
        ],
        ("POST", "/shifts/:shift/orders") => vec![
            ("order", id("order")),
            ("deed", "carry_over".into()),
            ("to", id("another's shift")),
            ("reason", "The guests stay".into()),
        ],
        ("POST", "/shifts/:shift/cash") => vec![
            ("movement", "paid_in".into()),
            ("amount", "500".into()),
            ("chosen", "Owner".into()),
            ("reason", "For change".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/shifts/:shift/openings") => vec![
            ("chosen", "Change for a guest".into()),
            ("reason", "A big note".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/shifts/:shift/cash/:entry/reversal") => vec![
            ("reason", "By mistake".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/shifts/:shift/handover") => vec![
            ("count", id("payment")),
            ("taker", id("staff")),
            ("amount", "50,000".into()),
            ("taker_secret", String::new()),
            ("taker_password", String::new()),
            ("reason", "The day is over".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        ("POST", "/shifts/:shift/close") => vec![
            ("count", id("payment")),
            ("reason", "A note was torn".into()),
            ("approver", String::new()),
            ("secret", String::new()),
            ("password", String::new()),
            ("ask", String::new()),
            ("asked", String::new()),
        ],
        (
            "POST",
            "/api/auth/logout"
            | "/api/auth/logout-all"
            | "/sign-out"
            | "/sign-out/everywhere"
            | "/lock"
            | "/staff/:staff/unlock"
            | "/staff/:staff/force-out"
            | "/staff/:staff/password"
            | "/terminals/:terminal/code"
            | "/backups"
            | "/backups/:backup/proofs"
            | "/backups/files"
            | "/payments/statements"
            | "/days/:date/closing"
            | "/orders/:order/sends"
            | "/orders/:order/leaving"
            | "/attempts/:attempt/asks"
            | "/orders/:order/courses/:course/fire"
            | "/orders/:order/courses/:course/hold"
            | "/orders/:order/lines/:line/fire"
            | "/orders/:order/lines/:line/hold"
            | "/attempts/:attempt/renewals"
            | "/kitchen/tickets/:ticket/lines/:line/seen"
            | "/kitchen/tickets/:ticket/priority"
            | "/kitchen/tickets/:ticket/start"
            | "/kitchen/tickets/:ticket/lines/:line/done"
            | "/kitchen/tickets/:ticket/shown"
            | "/kitchen/tickets/:ticket/told"
            | "/kitchen/tickets/:ticket/prints"
            | "/orders/:order/ticket-prints"
            | "/payments/:payment/drawer"
            | "/printers/:printer/tests"
            | "/printers/:printer/pause"
            | "/api/print-agent/next",
        ) => vec![],
        ("DELETE" | "GET", _) => vec![],
        _ => return None,
    };
    Some(
        form.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// The fields of every form that the program declares, read from its sources.
fn declared_fields() -> Vec<String> {
    let mut files = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src"
    ))];
    let mut fields = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder");
            files.extend(inside.map(|entry| entry.expect("a file").path()));
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && !path.ends_with("web/form.rs")
        {
            fields.extend(fields_in(
                &std::fs::read_to_string(&path).expect("a source"),
            ));
        }
    }
    fields
}

/// `name: one Type` and `name: prefixed @ "m-" Type` inside `form! { … }`; the prefix counts as the name.
fn fields_in(source: &str) -> Vec<String> {
    let forms = source.split("\nform! {").skip(1);
    let body = |form: &str| form.split("\n}").next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for form in forms.map(body) {
        for part in form.split(['{', ',', '\n']) {
            let Some((name, kind)) = part.split_once(':') else {
                continue;
            };
            let kind = kind.trim();
            let word = kind.split(' ').next().unwrap_or_default();
            match word {
                "numbered" | "prefixed" => {
                    let prefix = kind.split('"').nth(1).expect("a prefix");
                    names.push(prefix.to_owned());
                }
                "one" | "opt" | "money" | "many" | "flag" => names.push(name.trim().to_owned()),
                _ => {}
            }
        }
    }
    names
}

#[tokio::test]
async fn every_changing_address_and_every_field_of_a_form_is_known_here() {
    let scene = Scene::open().await;
    let mut known = Vec::new();
    for (method, pattern) in routes() {
        let form = well_formed(&scene, &method, pattern).unwrap_or_else(|| {
            panic!(
                "{method} {pattern} is new: say in `well_formed` (tests/http/hostile/deeds.rs) what somebody who may fills in"
            )
        });
        known.extend(form.into_iter().map(|(name, _)| name));
    }
    let declared = declared_fields();
    assert!(declared.len() > 50, "forms are not found: {declared:?}");
    for field in declared {
        assert!(
            known
                .iter()
                .any(|name| *name == field
                    || (field.ends_with(['-', '_']) && name.starts_with(&field))),
            "the field {field:?} of a form is in no form here: add it to `well_formed` (tests/http/hostile/deeds.rs)"
        );
    }
}
