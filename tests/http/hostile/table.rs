//! Who may do what: the expectation, written down door by door.

use cafe_pos::staff::Role;

use crate::house::*;

/// Who may come in at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody, signed in or not.
    Anybody,
    /// Everybody; what was typed decides, and may be wrong.
    KnowsASecret,
    /// Whoever is signed in, also before having chosen a password.
    AnySession,
    /// Whoever works here.
    SignedIn,
    OrderTakers,
    Cashiers,
    /// Cashiers and managers, never waiters.
    Refunders,
    StockKeepers,
    Managers,
    Admins,
    /// Whoever works here, and displays.
    SignedInOrDisplay,
    /// Those of the kitchen's board: its cooks, managers, its display, and a waiter at a till bound to it.
    KitchenBoard,
    /// Whoever takes orders, and the display of the pass.
    Pass,
}

use Who::*;

/// THE table. What follows `?` is asked of the same address.
pub const MAY: &[(&str, &str, Who)] = &[
    ("GET", "/api/health", Anybody),
    ("GET", "/api/health/live", Anybody),
    // From this machine, as here: `tests/http/metrics.rs` comes from elsewhere.
    ("GET", "/metrics", Anybody),
    ("GET", "/api/realtime/stream", OrderTakers),
    ("GET", "/api/realtime/stream?view=ready", OrderTakers),
    (
        "GET",
        "/api/realtime/stream?view=order&order=:order",
        OrderTakers,
    ),
    (
        "GET",
        "/api/realtime/stream?view=table&table=:table",
        OrderTakers,
    ),
    ("GET", "/api/realtime/stream?view=shifts", Managers),
    ("GET", "/api/realtime/stream?view=asks", Managers),
    ("GET", "/api/realtime/stream?view=approvals", Managers),
    ("GET", "/api/realtime/stream?view=desk", Cashiers),
    (
        "GET",
        "/api/realtime/stream?view=pay&order=:order",
        Cashiers,
    ),
    (
        "GET",
        "/api/realtime/stream?view=board&station=:station",
        KitchenBoard,
    ),
    ("GET", "/api/realtime/stream?view=board&station=:pass", Pass),
    ("GET", "/connections", SignedInOrDisplay),
    ("POST", "/api/auth/login", KnowsASecret),
    ("POST", "/api/auth/logout", Anybody),
    ("POST", "/api/auth/logout-all", AnySession),
    ("GET", "/api/auth/me", SignedIn),
    ("POST", "/api/auth/password", AnySession),
    ("GET", "/sign-in", Anybody),
    ("POST", "/sign-in", KnowsASecret),
    ("POST", "/sign-in/pin", KnowsASecret),
    ("GET", "/sign-in/again", Anybody),
    ("POST", "/sign-in/again", KnowsASecret),
    ("POST", "/sign-out", Anybody),
    ("POST", "/sign-out/everywhere", AnySession),
    ("POST", "/lock", Anybody),
    ("GET", "/me", SignedIn),
    ("GET", "/me/password", AnySession),
    ("POST", "/me/password", AnySession),
    ("GET", "/me/pin", SignedIn),
    ("POST", "/me/pin", SignedIn),
    ("GET", "/pair", Anybody),
    ("POST", "/pair", KnowsASecret),
    ("GET", "/trust", Anybody),
    ("GET", "/trust/root.crt", Anybody),
    ("GET", "/staff", Admins),
    ("POST", "/staff", Admins),
    ("GET", "/staff/new", Admins),
    ("GET", "/staff/:staff", Admins),
    ("PUT", "/staff/:staff", Admins),
    ("POST", "/staff/:staff/unlock", Admins),
    ("POST", "/staff/:staff/force-out", Admins),
    ("POST", "/staff/:staff/password", Admins),
    ("GET", "/terminals", Admins),
    ("POST", "/terminals", Admins),
    ("GET", "/terminals/new", Admins),
    ("GET", "/terminals/:terminal", Admins),
    ("PUT", "/terminals/:terminal", Admins),
    ("GET", "/terminals/:terminal/code", Admins),
    ("POST", "/terminals/:terminal/code", Admins),
    ("DELETE", "/terminals/:terminal/pairing", Admins),
    ("GET", "/approvals", Managers),
    // One's own only: tests/http/approvals.rs.
    ("DELETE", "/approvals/:approval", OrderTakers),
    ("GET", "/approvals/:approval/answer", OrderTakers),
    ("POST", "/approvals/:approval/answer", Managers),
    ("GET", "/stations", Managers),
    ("POST", "/stations", Managers),
    ("GET", "/stations/new", Managers),
    ("GET", "/stations/:station", Managers),
    ("PUT", "/stations/:station", Managers),
    ("GET", "/settings", Admins),
    ("PUT", "/settings", Admins),
    ("GET", "/menu/price-lists", Managers),
    ("POST", "/menu/price-lists", Managers),
    ("GET", "/menu/price-lists/new", Managers),
    ("GET", "/menu/price-lists/:list", Managers),
    ("PUT", "/menu/price-lists/:list", Managers),
    ("DELETE", "/menu/price-lists/:list", Managers),
    ("GET", "/menu/price-lists/:list/details", Managers),
    ("GET", "/menu/price-lists/:list/products", Managers),
    ("GET", "/menu/price-lists/:list/products/:product", Managers),
    ("PUT", "/menu/price-lists/:list/products/:product", Managers),
    (
        "DELETE",
        "/menu/price-lists/:list/products/:product",
        Managers,
    ),
    ("GET", "/backups", Managers),
    ("POST", "/backups", Admins),
    ("PUT", "/backups", Admins),
    ("GET", "/backups/list", Managers),
    ("POST", "/backups/files", Admins),
    ("GET", "/backups/:backup/file", Admins),
    ("POST", "/backups/:backup/proofs", Admins),
    ("GET", "/", Anybody),
    ("GET", "/floor", OrderTakers),
    ("GET", "/orders", OrderTakers),
    ("GET", "/ready", OrderTakers),
    ("GET", "/tables/:table", OrderTakers),
    ("GET", "/takeaway/new", OrderTakers),
    ("GET", "/menu/stock", StockKeepers),
    ("POST", "/menu/products/:product/stock", StockKeepers),
    ("GET", "/orders/:order", OrderTakers),
    ("PUT", "/orders/:order", OrderTakers),
    ("GET", "/orders/:order/menu", OrderTakers),
    ("GET", "/orders/:order/products/:product", OrderTakers),
    ("POST", "/orders/:order/lines", OrderTakers),
    ("DELETE", "/orders/:order/lines/:line", OrderTakers),
    ("PUT", "/orders/:order/lines/:line/quantity", OrderTakers),
    ("POST", "/orders/:order/lines/:line/quantity", OrderTakers),
    ("GET", "/orders/:order/lines/:line/note", OrderTakers),
    ("POST", "/orders/:order/lines/:line/note", OrderTakers),
    ("GET", "/orders/:order/lines/:line/seat", OrderTakers),
    ("POST", "/orders/:order/lines/:line/seat", OrderTakers),
    ("GET", "/orders/:order/lines/:line/course", OrderTakers),
    ("POST", "/orders/:order/lines/:line/course", OrderTakers),
    ("GET", "/orders/:order/lines/:line/modifiers", OrderTakers),
    ("POST", "/orders/:order/lines/:line/modifiers", OrderTakers),
    ("POST", "/orders/:order/lines/:line/choice", OrderTakers),
    ("POST", "/orders/:order/sends", OrderTakers),
    ("POST", "/orders/:order/servings", OrderTakers),
    ("GET", "/orders/:order/cancellation", OrderTakers),
    ("POST", "/orders/:order/cancellation", OrderTakers),
    ("POST", "/orders/:order/courses/:course/fire", OrderTakers),
    ("POST", "/orders/:order/courses/:course/hold", OrderTakers),
    ("DELETE", "/orders/:order/courses/:course/hold", OrderTakers),
    ("POST", "/orders/:order/lines/:line/fire", OrderTakers),
    ("POST", "/orders/:order/lines/:line/hold", OrderTakers),
    ("DELETE", "/orders/:order/lines/:line/hold", OrderTakers),
    // With a manager's approval, without which nothing happens: tests/http/after_sending.
    ("GET", "/orders/:order/lines/:line/void", OrderTakers),
    ("POST", "/orders/:order/lines/:line/void", OrderTakers),
    ("GET", "/orders/:order/lines/:line/comp", OrderTakers),
    ("POST", "/orders/:order/lines/:line/comp", OrderTakers),
    ("GET", "/orders/:order/open-items", OrderTakers),
    ("POST", "/orders/:order/open-items", OrderTakers),
    ("GET", "/orders/:order/place", OrderTakers),
    ("POST", "/orders/:order/place", OrderTakers),
    ("GET", "/orders/:order/waiter", OrderTakers),
    ("POST", "/orders/:order/waiter", OrderTakers),
    ("GET", "/orders/:order/merge", OrderTakers),
    ("POST", "/orders/:order/merge", OrderTakers),
    ("GET", "/orders/:order/moves", OrderTakers),
    ("POST", "/orders/:order/moves", OrderTakers),
    ("GET", "/orders/:order/details", OrderTakers),
    ("POST", "/orders/:order/details", OrderTakers),
    ("POST", "/orders/:order/leaving", OrderTakers),
    ("GET", "/kitchen", SignedInOrDisplay),
    ("GET", "/audit", Admins),
    ("GET", "/audit?person=x&from=&order=42&text=ann", Admins),
    ("GET", "/audit/chain", Admins),
    ("GET", "/audit/exceptions", Managers),
    (
        "GET",
        "/audit/exceptions?from=2026-11-01&to=2026-11-26",
        Managers,
    ),
    ("GET", "/orders/:order/story", Managers),
    ("GET", "/kitchen/figures", Managers),
    (
        "GET",
        "/kitchen/figures?from=2026-11-01&to=2026-11-26",
        Managers,
    ),
    ("GET", "/kitchen/stations/:station", KitchenBoard),
    ("GET", "/kitchen/stations/:station/recalls", KitchenBoard),
    ("GET", "/kitchen/stations/:station/all-day", KitchenBoard),
    (
        "POST",
        "/kitchen/tickets/:ticket/lines/:line/seen",
        KitchenBoard,
    ),
    ("POST", "/kitchen/tickets/:ticket/recall", KitchenBoard),
    ("POST", "/kitchen/tickets/:ticket/priority", KitchenBoard),
    ("DELETE", "/kitchen/tickets/:ticket/priority", KitchenBoard),
    ("POST", "/kitchen/tickets/:ticket/start", KitchenBoard),
    (
        "POST",
        "/kitchen/tickets/:ticket/lines/:line/done",
        KitchenBoard,
    ),
    (
        "DELETE",
        "/kitchen/tickets/:ticket/lines/:line/done",
        KitchenBoard,
    ),
    ("POST", "/kitchen/tickets/:ticket/bump", KitchenBoard),
    ("DELETE", "/kitchen/tickets/:ticket/bump", KitchenBoard),
    ("POST", "/kitchen/tickets/:ticket/shown", KitchenBoard),
    ("POST", "/kitchen/tickets/:ticket/told", OrderTakers),
    ("GET", "/pass/:pass/servings", Pass),
    ("DELETE", "/pass/:pass/servings/:serving", Pass),
    ("POST", "/pass/:pass/orders/:order/servings", Pass),
    ("GET", "/orders/:order/pay", Cashiers),
    ("POST", "/orders/:order/payments", Cashiers),
    ("GET", "/orders/:order/bill", OrderTakers),
    ("POST", "/orders/:order/bills", OrderTakers),
    ("GET", "/payments/:payment/receipt", Cashiers),
    ("GET", "/payments/:payment/refund", Refunders),
    ("POST", "/payments/:payment/refund", Refunders),
    ("POST", "/payments/:payment/refund/asks", Cashiers),
    ("GET", "/refunds/:refund", Refunders),
    ("GET", "/orders/:order/discount", OrderTakers),
    ("POST", "/orders/:order/discount", OrderTakers),
    ("GET", "/orders/:order/lines/:line/discount", OrderTakers),
    ("POST", "/orders/:order/lines/:line/discount", OrderTakers),
    ("GET", "/orders/:order/reopening", Refunders),
    ("POST", "/orders/:order/reopening", Refunders),
    ("POST", "/payments/:payment/prints", Cashiers),
    // Who has the link: tests/http/receipt_links.rs.
    ("GET", "/r/:token", Anybody),
    ("GET", "/attempts/:attempt", Cashiers),
    ("POST", "/attempts/:attempt/asks", Cashiers),
    ("POST", "/attempts/:attempt/cancellation", Cashiers),
    ("POST", "/attempts/:attempt/renewals", Cashiers),
    // What these say counts for nothing by itself: tests/http/pesapal.rs.
    ("GET", "/api/payments/pesapal/ipn", Anybody),
    ("POST", "/api/payments/pesapal/ipn", Anybody),
    ("POST", "/api/payments/pesapal/webhook", KnowsASecret),
    ("GET", "/payments/pesapal/return", Anybody),
    ("POST", "/orders/:order/attempts", Cashiers),
    ("GET", "/payments/pending", Cashiers),
    ("GET", "/payments/unplaced", Cashiers),
    ("POST", "/payments/unplaced", Cashiers),
    ("GET", "/payments/:payment/placement", Cashiers),
    ("POST", "/payments/:payment/placement", Cashiers),
    ("GET", "/payments/attempts/:attempt/confirmation", Cashiers),
    ("POST", "/payments/attempts/:attempt/confirmation", Cashiers),
    ("GET", "/payments/attempts/:attempt/failure", Cashiers),
    ("POST", "/payments/attempts/:attempt/failure", Cashiers),
    ("GET", "/payments/statements", Managers),
    ("POST", "/payments/statements", Managers),
    ("GET", "/payments/statements/:statement", Managers),
    ("POST", "/payments/statements/:statement/payments", Managers),
    (
        "POST",
        "/payments/statements/:statement/verifications",
        Managers,
    ),
    (
        "DELETE",
        "/payments/statements/:statement/verifications/:transaction",
        Managers,
    ),
    ("GET", "/shift", OrderTakers),
    ("POST", "/shift/float", OrderTakers),
    ("GET", "/shifts", Managers),
    ("GET", "/days", Managers),
    ("GET", "/days/:date", Managers),
    ("POST", "/days/:date/closing", Managers),
    ("GET", "/shifts/:shift/count", OrderTakers),
    ("POST", "/shifts/:shift/count", OrderTakers),
    ("GET", "/shifts/:shift/cash", OrderTakers),
    ("POST", "/shifts/:shift/cash", OrderTakers),
    ("POST", "/shifts/:shift/openings", Refunders),
    ("GET", "/shifts/:shift/cash/:entry", OrderTakers),
    ("GET", "/shifts/:shift/cash/:entry/reversal", OrderTakers),
    ("POST", "/shifts/:shift/cash/:entry/reversal", OrderTakers),
    ("POST", "/shifts/:shift/orders", OrderTakers),
    ("POST", "/shifts/:shift/close", OrderTakers),
    ("GET", "/shifts/:shift/report", OrderTakers),
];

/// Somebody at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Nobody,
    Role(Role, &'static str),
    /// A waiter at a till that is bound to the kitchen's board.
    WaiterAtTheKitchen,
    /// A manager who has not chosen a password yet.
    Newcomer,
    /// Admins whose sessions are over, each in another way.
    Deactivated,
    ForcedOut,
    SignedOut,
    KitchenDisplay,
    BarDisplay,
    PassDisplay,
    /// A display of the kitchen whose pairing was taken back.
    RevokedDisplay,
}

pub const CALLERS: [Caller; 16] = [
    Caller::Nobody,
    Caller::Role(Role::Admin, ADMIN),
    Caller::Role(Role::Manager, MANAGER),
    Caller::Role(Role::Cashier, CASHIER),
    Caller::Role(Role::Waiter, WAITER),
    Caller::Role(Role::Kitchen, COOK),
    Caller::Role(Role::Bar, BARTENDER),
    Caller::WaiterAtTheKitchen,
    Caller::Newcomer,
    Caller::Deactivated,
    Caller::ForcedOut,
    Caller::SignedOut,
    Caller::KitchenDisplay,
    Caller::BarDisplay,
    Caller::PassDisplay,
    Caller::RevokedDisplay,
];

/// What the door should say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    In,
    SignIn,
    No,
}

impl Who {
    /// What somebody is told who comes to such a door.
    pub fn says_to(self, caller: Caller) -> Word {
        use Role::*;
        let role = match caller {
            _ if matches!(self, Anybody | KnowsASecret) => return Word::In,
            Caller::Nobody
            | Caller::Deactivated
            | Caller::ForcedOut
            | Caller::SignedOut
            | Caller::RevokedDisplay => return Word::SignIn,
            Caller::KitchenDisplay | Caller::BarDisplay | Caller::PassDisplay => {
                return match (self, caller) {
                    (SignedInOrDisplay, _)
                    | (KitchenBoard, Caller::KitchenDisplay)
                    | (Pass, Caller::PassDisplay) => Word::In,
                    (KitchenBoard | Pass, _) => Word::No,
                    _ => Word::SignIn,
                };
            }
            Caller::Newcomer if self == AnySession => return Word::In,
            Caller::Newcomer => return Word::No,
            Caller::WaiterAtTheKitchen if self == KitchenBoard => return Word::In,
            Caller::WaiterAtTheKitchen => Waiter,
            Caller::Role(role, _) => role,
        };
        let may = match self {
            Anybody | KnowsASecret | AnySession | SignedIn | SignedInOrDisplay => true,
            OrderTakers | Pass => matches!(role, Waiter | Cashier | Manager | Admin),
            Cashiers | Refunders => matches!(role, Cashier | Manager | Admin),
            StockKeepers => matches!(role, Cashier | Kitchen | Bar | Manager | Admin),
            Managers => matches!(role, Manager | Admin),
            Admins => role == Admin,
            KitchenBoard => matches!(role, Kitchen | Manager | Admin),
        };
        if may { Word::In } else { Word::No }
    }
}
