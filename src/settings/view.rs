//! How the settings look.

use maud::{Markup, html};

use super::Settings;
use super::money_rules::MoneyRules;
use crate::ui::{self, Field};
use crate::values::{BasisPoints, Money};
use crate::web::url;

/// The page.
pub fn page_content(settings: &Settings, key: &str) -> Markup {
    html! {
        header { h1 { "Settings" } }
        (money(settings, key))
    }
}

/// What is decided about money, in one form: it is saved as a whole.
pub fn money(settings: &Settings, key: &str) -> Markup {
    let limits = settings.discount_limits;
    let discounts: Vec<String> = settings.discounts.iter().map(ToString::to_string).collect();
    let service = settings.service_charge().unwrap_or_default();
    html! {
        form.stack #money-rules hx-put=(url::settings()) hx-target="#notice" {
            (ui::key_input(key))
            input type="hidden" name="seen" value=(MoneyRules::from(settings).fingerprint());
            section.card.stack {
                h2 { "Bills" }
                div.pairs {
                    (share("Service charge", "service_charge", service, "Percent of the bill after discounts. 0 for none. Orders that are open keep what they were opened with."))
                    (amount(settings, "Round cash to", "cash_rounding", settings.cash_rounding, "The smallest coin in the drawer. Empty: nothing is rounded. Other ways to pay never are."))
                }
                label.switch {
                    input type="checkbox" role="switch" name="waiters_take_payments" value="true" checked[settings.waiters_take_payments];
                    " Waiters take payments"
                }
                (ui::error_place("waiters_take_payments", None))
            }
            section.card.stack {
                h2 { "Discounts" }
                p.dim { "How much of a bill each may take off alone, in percent. Beyond it somebody has to agree who may." }
                div.pairs {
                    (share("Waiters", "waiter_share", limits.waiter, ""))
                    (share("Cashiers", "cashier_share", limits.cashier, ""))
                    (share("Managers", "manager_share", limits.manager, ""))
                    (share("Admins", "admin_share", limits.admin, ""))
                }
                div.pairs {
                    (list("Discounts with a name", "discounts", &discounts, "One on a line: Staff: 10% or Loyalty card: 2,000. Each is one tap."))
                    (list("Why a price is lowered", "discount_reasons", &settings.discount_reasons, "One reason on a line. Another one can always be typed."))
                }
            }
            section.card.stack {
                h2 { "Taken back, given free, given back" }
                div.pairs {
                    (list("Why a line is voided", "void_reasons", &settings.void_reasons, "One reason on a line."))
                    (list("Why something is free", "comp_reasons", &settings.comp_reasons, "One reason on a line."))
                    (list("Why money is given back", "refund_reasons", &settings.refund_reasons, "One reason on a line; also why a paid order is opened again."))
                    (amount(settings, "Free in a shift, up to", "comp_limit", settings.comp_limit, "For one person; beyond it an admin has to agree. Empty: no limit."))
                    (amount(settings, "Given back at once, up to", "refund_limit", settings.refund_limit, "Beyond it an admin has to agree. Empty: no limit."))
                }
            }
            (drawers(settings))
            div { button.btn.lg.primary hx-disable="this" { "Save" } }
        }
    }
}

fn drawers(settings: &Settings) -> Markup {
    let most = settings.variance_threshold;
    html! {
        section.card.stack {
            h2 { "Drawers" }
            p.dim { "How much a count may differ from what should be there before another manager has to agree, either way. Empty: nothing may." }
            div.pairs {
                (amount(settings, "Waiters", "waiter_variance", most.waiter, ""))
                (amount(settings, "Cashiers", "cashier_variance", most.cashier, ""))
                (amount(settings, "Managers", "manager_variance", most.manager, ""))
                (amount(settings, "Admins", "admin_variance", most.admin, ""))
            }
            div.pairs {
                (list("What cash is paid out for", "paid_out_reasons", &settings.paid_out_reasons, "One reason on a line."))
                (list("Where cash that is put in comes from", "paid_in_reasons", &settings.paid_in_reasons, "One reason on a line."))
                (list("Why a drawer is opened without a sale", "no_sale_reasons", &settings.no_sale_reasons, "One reason on a line."))
                (amount(settings, "Paid out in a shift, up to", "paid_out_limit", settings.paid_out_limit, "For one person; beyond it a manager has to agree. Empty: no limit."))
            }
        }
    }
}

fn share(label: &str, name: &str, share: BasisPoints, hint: &str) -> Markup {
    let shown = share.to_string();
    let field = Field::new(label, name).value(&shown).max(8).required();
    match hint {
        "" => html! { (field) },
        hint => html! { (field.hint(hint)) },
    }
}

fn amount(settings: &Settings, label: &str, name: &str, amount: Money, hint: &str) -> Markup {
    let shown = match amount.is_zero() {
        true => String::new(),
        false => amount.to_string(),
    };
    ui::money_field(
        settings.currency.code(),
        label,
        name,
        &shown,
        None,
        Some(hint),
    )
}

fn list(label: &str, name: &str, lines: &[String], hint: &str) -> Markup {
    let rows = lines.len().clamp(3, 12);
    ui::around(
        label,
        name,
        None,
        Some(hint),
        html! {
            textarea id=(name) name=(name) rows=(rows) maxlength="1400" aria-describedby={ "err-" (name) } { (lines.join("\n")) }
        },
    )
}
