//! Every address once: `url::order_lines(order)` for markup, `url::at::order_lines` for the map of
//! routes.

use crate::values::*;

/// Declares addresses: a function that fills in the parameters, and the pattern in `at`.
macro_rules! urls {
    ($($(#[$meta:meta])* $name:ident($($param:ident: $ty:ty),*) = $pattern:literal;)*) => {
        $(
            $(#[$meta])*
            pub fn $name($($param: $ty),*) -> String {
                #[allow(unused_mut)]
                let mut path = String::from($pattern);
                $(path = path.replacen(concat!(":", stringify!($param)), &$param.to_string(), 1);)*
                path
            }
        )*

        /// The patterns, for binding.
        #[allow(non_upper_case_globals)]
        pub mod at {
            $(
                $(#[$meta])*
                pub const $name: &str = $pattern;
            )*
        }
    };
}

/// The sign-in page that leads on to `address`, a path of this program.
pub fn sign_in_to(address: &str) -> String {
    let query = serde_urlencoded::to_string([("to", address)]).unwrap_or_default();
    format!("{}?{query}", sign_in())
}

/// The address of an order whose id the browser mints in place of `{id}` (`data-mint`, assets/js/keys.js).
pub fn minted_order() -> String {
    at::order.replace(":order", "{id}")
}

/// A pattern of an order's line, for the line that is selected in the browser: assets/js/order.js writes its id in place
/// of `{line}`.
pub fn of_selected_line(pattern: &str, order: OrderId) -> String {
    pattern
        .replace(":order", &order.to_string())
        .replace(":line", "{line}")
}

/// A path of this program that a browser asks to be led to, and never another site.
pub fn own_path(text: &str) -> Option<&str> {
    let own = text.starts_with('/')
        && !text.starts_with("//")
        && !text.starts_with("/api/")
        && !text.starts_with("/sign-in")
        && text.len() <= 1_000
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    own.then_some(text)
}

urls! {
    /// Where each person begins: the floor, a board, or the house.
    home() = "/";

    /// Tiles and PIN on a paired terminal, else name and password.
    sign_in() = "/sign-in";
    /// POST signs in by tile and PIN.
    sign_in_pin() = "/sign-in/pin";
    /// Asks the person whose session ended for the PIN, over whatever is on the screen.
    sign_in_again() = "/sign-in/again";
    /// Leaves this browser.
    sign_out() = "/sign-out";
    /// Leaves every browser.
    sign_out_everywhere() = "/sign-out/everywhere";
    /// Back to the tiles of a shared tablet.
    lock() = "/lock";
    /// One's own password.
    own_password() = "/me/password";
    /// One's own PIN.
    own_pin() = "/me/pin";
    /// One's own page: PIN, password, signing out.
    me() = "/me";
    /// Makes this browser a paired terminal.
    pair() = "/pair";
    /// How a device is made to trust this server's own certificate.
    trust() = "/trust";
    /// The root of this server's own authority.
    trust_root() = "/trust/root.crt";

    /// Everybody who works here.
    staff() = "/staff";
    /// The form for a new colleague.
    new_staff_member() = "/staff/new";
    /// One person: GET opens the form, PUT changes.
    staff_member(staff: StaffId) = "/staff/:staff";
    /// Unlocks a person who typed wrong secrets too often.
    staff_unlock(staff: StaffId) = "/staff/:staff/unlock";
    /// Ends all of a person's sessions.
    staff_force_out(staff: StaffId) = "/staff/:staff/force-out";
    /// A one-time password for a person.
    staff_reset_password(staff: StaffId) = "/staff/:staff/password";
    /// All tills and displays.
    terminals() = "/terminals";
    /// The form for a new terminal.
    new_terminal() = "/terminals/new";
    /// One terminal: GET opens the form, PUT changes.
    terminal(terminal: TerminalId) = "/terminals/:terminal";
    /// POST makes a pairing code for a terminal, GET says whether it was used.
    terminal_code(terminal: TerminalId) = "/terminals/:terminal/code";
    /// A terminal's pairing: DELETE revokes it.
    terminal_pairing(terminal: TerminalId) = "/terminals/:terminal/pairing";

    /// All stations.
    stations() = "/stations";
    /// The form for a new station.
    new_station() = "/stations/new";
    /// One station: GET opens the form, PUT changes.
    station(station: StationId) = "/stations/:station";

    /// All printers with what waits for them: POST adds one.
    printers() = "/printers";
    /// The form for a new printer.
    new_printer() = "/printers/new";
    /// Everything that was printed or was to be.
    print_jobs() = "/printers/jobs";
    /// One printer: GET opens the form, PUT changes.
    printer(printer: PrinterId) = "/printers/:printer";
    /// POST prints the page that tries a printer.
    printer_tests(printer: PrinterId) = "/printers/:printer/tests";
    /// POST has a printer wait, DELETE lets it go on.
    printer_pause(printer: PrinterId) = "/printers/:printer/pause";
    /// POST has what waits for a printer printed at another one.
    printer_moves(printer: PrinterId) = "/printers/:printer/moves";
    /// One thing that is printed: GET shows it, DELETE cancels it.
    print_job(job: PrintJobId) = "/print-jobs/:job";
    /// POST tries it again, here or elsewhere.
    print_job_tries(job: PrintJobId) = "/print-jobs/:job/tries";
    /// POST gives a print agent what it is to print next.
    agent_next() = "/api/print-agent/next";
    /// POST takes a print agent's word for what became of a job.
    agent_report(job: PrintJobId) = "/api/print-agent/jobs/:job";

    /// The lists of prices that count at certain hours: POST adds one.
    price_lists() = "/menu/price-lists";
    /// The form for a new price list.
    new_price_list() = "/menu/price-lists/new";
    /// One price list with its prices: PUT changes what is said about it, DELETE takes it away.
    price_list(list: PriceListId) = "/menu/price-lists/:list";
    /// The form for what is said about a price list.
    price_list_details(list: PriceListId) = "/menu/price-lists/:list/details";
    /// The products that may be put on a price list.
    price_list_products(list: PriceListId) = "/menu/price-lists/:list/products";
    /// A product on a price list: GET opens the form, PUT gives it a price, DELETE takes it off.
    listed_price(list: PriceListId, product: ProductId) = "/menu/price-lists/:list/products/:product";

    /// What is counted, for Prometheus.
    metrics() = "/metrics";

    /// Tables, ready strip, open orders.
    floor() = "/floor";
    /// Open orders as a list.
    orders() = "/orders";
    /// What waits to be served.
    ready() = "/ready";
    /// The dialog of a new takeaway.
    new_takeaway() = "/takeaway/new";
    /// Makes an order (PUT, with an id minted by the client), or shows it.
    order(order: OrderId) = "/orders/:order";
    /// The orders of a table, or a new one there.
    table(table: TableId) = "/tables/:table";
    /// Lines: POST adds.
    order_lines(order: OrderId) = "/orders/:order/lines";
    /// One line: DELETE removes, GET opens its sheet.
    order_line(order: OrderId, line: LineId) = "/orders/:order/lines/:line";
    /// POST when the screen of an order without lines is left.
    order_leaving(order: OrderId) = "/orders/:order/leaving";
    /// A line's quantity: PUT sets it, POST changes it by some.
    order_line_quantity(order: OrderId, line: LineId) = "/orders/:order/lines/:line/quantity";
    /// A line's note: PUT; GET opens the sheet.
    order_line_note(order: OrderId, line: LineId) = "/orders/:order/lines/:line/note";
    /// A line's modifiers: PUT; GET opens the sheet.
    order_line_modifiers(order: OrderId, line: LineId) = "/orders/:order/lines/:line/modifiers";
    /// POST takes one choice of a line instead of another one of its group.
    order_line_choice(order: OrderId, line: LineId) = "/orders/:order/lines/:line/choice";
    /// A line's seat: PUT.
    order_line_seat(order: OrderId, line: LineId) = "/orders/:order/lines/:line/seat";
    /// A line's course: PUT.
    order_line_course(order: OrderId, line: LineId) = "/orders/:order/lines/:line/course";
    /// POST hands the unsent lines to the kitchen.
    order_sends(order: OrderId) = "/orders/:order/sends";
    /// POST sends a course and nothing else.
    order_course_fire(order: OrderId, course: i16) = "/orders/:order/courses/:course/fire";
    /// POST keeps the unsent lines of a course back, DELETE gives them free.
    order_course_hold(order: OrderId, course: i16) = "/orders/:order/courses/:course/hold";
    /// POST sends a line that was kept back.
    order_line_fire(order: OrderId, line: LineId) = "/orders/:order/lines/:line/fire";
    /// POST keeps an unsent line back, DELETE gives it free.
    order_line_hold(order: OrderId, line: LineId) = "/orders/:order/lines/:line/hold";
    /// Strikes a sent line out.
    order_line_void(order: OrderId, line: LineId) = "/orders/:order/lines/:line/void";
    /// Gives a sent line free.
    order_line_comp(order: OrderId, line: LineId) = "/orders/:order/lines/:line/comp";
    /// Something that is not on the menu.
    order_open_items(order: OrderId) = "/orders/:order/open-items";
    /// The guests sit down elsewhere.
    order_place(order: OrderId) = "/orders/:order/place";
    /// Somebody else serves it.
    order_waiter(order: OrderId) = "/orders/:order/waiter";
    /// POST puts everything of it on another order.
    order_merge(order: OrderId) = "/orders/:order/merge";
    /// POST gives some of its lines to another order.
    order_moves(order: OrderId) = "/orders/:order/moves";
    /// POST cancels an order; of what was sent somebody has to agree.
    order_discount(order: OrderId) = "/orders/:order/discount";
    /// A discount on one line.
    order_line_discount(order: OrderId, line: LineId) = "/orders/:order/lines/:line/discount";
    /// A paid order is opened again.
    order_reopening(order: OrderId) = "/orders/:order/reopening";
    /// Calling an order off.
    order_cancellation(order: OrderId) = "/orders/:order/cancellation";
    /// POST prints the tickets of an order once more, as duplicates.
    order_ticket_prints(order: OrderId) = "/orders/:order/ticket-prints";
    /// PUT: guests, name, phone; GET opens the sheet.
    order_details(order: OrderId) = "/orders/:order/details";
    /// POST marks ready lines as served.
    order_servings(order: OrderId) = "/orders/:order/servings";
    /// The menu grid of a category, or of a search.
    order_menu(order: OrderId) = "/orders/:order/menu";
    /// The sheet of a product's choices.
    order_product(order: OrderId, product: ProductId) = "/orders/:order/products/:product";
    /// What is sold out.
    stock() = "/menu/stock";
    /// Marks a product sold out, counts it down, or takes it back.
    product_stock(product: ProductId) = "/menu/products/:product/stock";

    /// The pay screen.
    order_pay(order: OrderId) = "/orders/:order/pay";
    /// POST takes a payment.
    order_payments(order: OrderId) = "/orders/:order/payments";
    /// The bill, as guests are shown it before they pay.
    order_bill(order: OrderId) = "/orders/:order/bill";
    /// POST notes that one is handed to them.
    order_bills(order: OrderId) = "/orders/:order/bills";
    /// Money of a payment goes back.
    payment_refund(payment: PaymentId) = "/payments/:payment/refund";
    /// POST asks Pesapal now whether it has given it back.
    payment_refund_asks(payment: PaymentId) = "/payments/:payment/refund/asks";
    /// The slip of money that was given back.
    refund(refund: RefundId) = "/refunds/:refund";
    /// POST waits for mobile money that a guest is about to send.
    order_attempts(order: OrderId) = "/orders/:order/attempts";
    /// Mobile money that is waited for, came late or is for no order.
    pending_payments() = "/payments/pending";
    /// Money for no order: GET opens the dialog, POST records it.
    unplaced_payments() = "/payments/unplaced";
    /// Money for no order: GET asks which one it goes on, POST puts it there.
    payment_placement(payment: PaymentId) = "/payments/:payment/placement";
    /// What is waited for has come: GET asks for its id, POST records it.
    attempt_confirmation(attempt: AttemptId) = "/payments/attempts/:attempt/confirmation";
    /// What is waited for does not come: GET asks why, POST ends it.
    attempt_failure(attempt: AttemptId) = "/payments/attempts/:attempt/failure";
    /// The statements of providers: POST reads one in.
    statements() = "/payments/statements";
    /// What one statement says, and what it proves.
    statement(statement: StatementId) = "/payments/statements/:statement";
    /// POST records a transaction of a statement that nobody has booked.
    statement_payments(statement: StatementId) = "/payments/statements/:statement/payments";
    /// POST says which payment such a transaction is, whose id was mistyped.
    statement_verifications(statement: StatementId) = "/payments/statements/:statement/verifications";
    /// DELETE takes that back.
    statement_verification(statement: StatementId, transaction: StatementLineId) = "/payments/statements/:statement/verifications/:transaction";
    /// The receipt of a payment.
    payment_receipt(payment: PaymentId) = "/payments/:payment/receipt";
    /// How the drawer fares after a cash payment; POST opens it once more.
    payment_drawer(payment: PaymentId) = "/payments/:payment/drawer";
    /// POST notes that it goes to paper.
    payment_prints(payment: PaymentId) = "/payments/:payment/prints";
    /// The same for guests, who have the link.
    guest_receipt(token: &str) = "/r/:token";

    /// Money that is asked for through Pesapal: the link, and how it stands.
    attempt(attempt: AttemptId) = "/attempts/:attempt";
    /// POST asks Pesapal now.
    attempt_asks(attempt: AttemptId) = "/attempts/:attempt/asks";
    /// POST makes another link in its place.
    attempt_renewals(attempt: AttemptId) = "/attempts/:attempt/renewals";
    /// POST calls it off; the guest may pay in cash instead.
    attempt_cancellation(attempt: AttemptId) = "/attempts/:attempt/cancellation";
    /// Pesapal says that something happened to a payment.
    pesapal_ipn() = "/api/payments/pesapal/ipn";
    /// A relay of the café's says so, signed.
    pesapal_webhook() = "/api/payments/pesapal/webhook";
    /// Where a guest's browser comes back from Pesapal.
    pesapal_return() = "/payments/pesapal/return";

    /// The boards one may open.
    boards() = "/kitchen";
    /// One station's board.
    board(station: StationId) = "/kitchen/stations/:station";
    /// What may be recalled to a board.
    board_recalls(station: StationId) = "/kitchen/stations/:station/recalls";
    /// What is to be made on a board in all, and how it is wanted.
    board_all_day(station: StationId) = "/kitchen/stations/:station/all-day";
    /// POST starts a ticket.
    ticket_start(ticket: TicketId) = "/kitchen/tickets/:ticket/start";
    /// POST bumps a ticket, DELETE recalls it.
    ticket_bump(ticket: TicketId) = "/kitchen/tickets/:ticket/bump";
    /// POST marks a line done, DELETE takes it back.
    ticket_line_done(ticket: TicketId, line: TicketLineId) = "/kitchen/tickets/:ticket/lines/:line/done";
    /// POST says that a struck-out line was seen.
    ticket_line_seen(ticket: TicketId, line: TicketLineId) = "/kitchen/tickets/:ticket/lines/:line/seen";
    /// POST puts a ticket before the others, DELETE where it belongs.
    ticket_priority(ticket: TicketId) = "/kitchen/tickets/:ticket/priority";
    /// POST recalls a ticket from the list, with a new age or not.
    ticket_recall(ticket: TicketId) = "/kitchen/tickets/:ticket/recall";
    /// POST says that a ticket can be seen on a screen.
    ticket_shown(ticket: TicketId) = "/kitchen/tickets/:ticket/shown";
    /// POST says that the station of a ticket that no screen shows was told.
    ticket_told(ticket: TicketId) = "/kitchen/tickets/:ticket/told";
    /// POST prints a ticket once more, as a duplicate.
    ticket_prints(ticket: TicketId) = "/kitchen/tickets/:ticket/prints";

    /// What was carried out from a pass lately.
    pass_servings(pass: StationId) = "/pass/:pass/servings";
    /// DELETE takes back that something was carried out from a pass.
    pass_serving(pass: StationId, serving: ServingId) = "/pass/:pass/servings/:serving";
    /// POST carries lines of an order out from a pass.
    pass_order(pass: StationId, order: OrderId) = "/pass/:pass/orders/:order/servings";

    /// One's own shift.
    shift() = "/shift";
    /// POST starts a shift, or gives an open one its float.
    shift_float() = "/shift/float";
    /// GET opens the count, POST locks it.
    shift_count(shift: ShiftId) = "/shifts/:shift/count";
    /// POST hands an open order to another shift, or carries it over.
    shift_orders(shift: ShiftId) = "/shifts/:shift/orders";
    /// POST closes the shift.
    shift_close(shift: ShiftId) = "/shifts/:shift/close";
    /// Hands a counted drawer to somebody else; both confirm.
    shift_handover(shift: ShiftId) = "/shifts/:shift/handover";
    /// The shift report.
    shift_report(shift: ShiftId) = "/shifts/:shift/report";
    /// POST notes that it goes to paper.
    shift_report_prints(shift: ShiftId) = "/shifts/:shift/report/prints";
    /// Cash that moves without a sale; POST puts in, pays out, drops or tips out.
    shift_cash(shift: ShiftId) = "/shifts/:shift/cash";
    /// POST opens the drawer without a sale.
    shift_openings(shift: ShiftId) = "/shifts/:shift/openings";
    /// The slip of one movement of cash.
    shift_cash_entry(shift: ShiftId, entry: CashEntryId) = "/shifts/:shift/cash/:entry";
    /// POST takes a movement of cash back.
    shift_cash_reversal(shift: ShiftId, entry: CashEntryId) = "/shifts/:shift/cash/:entry/reversal";
    /// Every shift that is open, for managers.
    shifts() = "/shifts";
    /// The dates that are open, and the last Z reports.
    days() = "/days";
    /// A business date, as `2026-11-22`: its X report, or its Z.
    day(date: String) = "/days/:date";
    /// POST closes a business date.
    day_closing(date: String) = "/days/:date/closing";
    /// POST notes that the Z report of a date goes to paper.
    day_prints(date: String) = "/days/:date/prints";

    /// What managers are asked to agree to.
    approvals() = "/approvals";
    /// DELETE takes a request back.
    approval(approval: ApprovalId) = "/approvals/:approval";
    /// POST answers a request, GET looks for the answer.
    approval_answer(approval: ApprovalId) = "/approvals/:approval/answer";

    /// The audit log, for admins.
    audit() = "/audit";
    /// Whether the chain of its seals is whole.
    audit_chain() = "/audit/chain";
    /// Who strikes out, gives free or opens the drawer more often than others, for managers.
    exceptions() = "/audit/exceptions";
    /// One order's whole story, for managers.
    order_story(order: OrderId) = "/orders/:order/story";

    /// How the kitchen did on some days, for managers.
    kitchen_figures() = "/kitchen/figures";

    /// What this screen depends on, and how each part stands.
    connections() = "/connections";

    /// Live pictures of a screen, over SSE.
    stream() = "/api/realtime/stream";
    /// Does the program serve, and the database answer?
    health() = "/api/health";
    /// Does the program serve?
    health_live() = "/api/health/live";
    /// What the venue decides; PUT changes what is about money.
    settings() = "/settings";
    /// Backups: the page; POST makes one, PUT says when and for how long.
    backups() = "/backups";
    /// Their list, for a page that waits for one.
    backups_list() = "/backups/list";
    /// Files that somebody uploads.
    backup_uploads() = "/backups/files";
    /// A backup's file.
    backup_file(backup: BackupId) = "/backups/:backup/file";
    /// POST restores it beside the data and compares.
    backup_proofs(backup: BackupId) = "/backups/:backup/proofs";
    /// Signs in by name and password, for API clients.
    api_login() = "/api/auth/login";
    /// Ends this session.
    api_logout() = "/api/auth/logout";
    /// Ends all sessions of the person.
    api_logout_all() = "/api/auth/logout-all";
    /// Who am I?
    api_me() = "/api/auth/me";
    /// Changes one's password.
    api_password() = "/api/auth/password";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_led_on_within_this_program_only() {
        for own in ["/floor", "/orders/1?menu=2#x", "/"] {
            assert_eq!(own_path(own), Some(own));
        }
        for other in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a b",
            "/a\r\nb",
            "",
            "floor",
            "/sign-in",
            "/api/auth/me",
        ] {
            assert_eq!(own_path(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_was_asked_for_survives_the_sign_in() {
        assert_eq!(
            sign_in_to("/orders/1?menu=a&b=ü"),
            "/sign-in?to=%2Forders%2F1%3Fmenu%3Da%26b%3D%C3%BC"
        );
    }
}
