//! The map: every URL bound to its handler, grouped by screen.

use std::sync::Arc;

use poem::http::Method;
use poem::middleware::AddData;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Route, RouteMethod};

use crate::app::App;
use crate::web::answer::Answers;
use crate::web::figures::Figures;
use crate::web::security::{Checks, Marks};
use crate::web::{assets, trail, url};
use crate::{
    audit, backups, closing, figures, health, kitchen, menu, metrics, orders, pass, payments,
    printers, settings, shifts, staff, stream, terminals, trust,
};

/// One address with what it does for each method.
pub struct Entry {
    /// A pattern of `url::at`.
    pub path: &'static str,
    /// The methods it answers.
    pub methods: Vec<Method>,
    endpoint: RouteMethod,
}

/// The map as it is built, and as tests walk it.
#[derive(Default)]
pub struct Map {
    entries: Vec<Entry>,
}

impl Map {
    /// Binds an address.
    #[must_use]
    pub fn at(mut self, path: &'static str, bound: Bound) -> Self {
        self.entries.push(Entry {
            path,
            methods: bound.methods,
            endpoint: bound.endpoint,
        });
        self
    }

    /// Every address with its methods.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// What one address does, method by method.
#[derive(Default)]
pub struct Bound {
    methods: Vec<Method>,
    endpoint: RouteMethod,
}

macro_rules! methods {
    ($($name:ident = $method:ident;)*) => {$(
        /// Answers this method.
        pub fn $name<E: IntoEndpoint>(endpoint: E) -> Bound where E::Endpoint: 'static {
            Bound::default().$name(endpoint)
        }
    )*
    impl Bound {$(
        /// Answers this method too.
        #[must_use]
        pub fn $name<E: IntoEndpoint>(mut self, endpoint: E) -> Self where E::Endpoint: 'static {
            self.methods.push(Method::$method);
            self.endpoint = self.endpoint.method(Method::$method, endpoint);
            self
        }
    )*}
    };
}

methods! {
    get = GET;
    post = POST;
    put = PUT;
    delete = DELETE;
}

/// The whole house.
pub fn map() -> Map {
    let map = Map::default();
    let map = machines(map);
    let map = signing_in(map);
    let map = house(map);
    let map = till(map);
    let map = order(map);
    let map = boards(map);
    let map = pay(map);
    shift(map)
}

fn machines(map: Map) -> Map {
    use url::at;
    map.at(at::health, get(health::check))
        .at(at::health_live, get(health::check_process))
        .at(at::metrics, get(metrics::show))
        .at(at::stream, get(stream::follow))
        .at(at::connections, get(health::list_connections))
        .at(at::api_login, post(staff::handlers::api::login))
        .at(at::api_logout, post(staff::handlers::api::logout))
        .at(at::api_logout_all, post(staff::handlers::api::logout_all))
        .at(at::api_me, get(staff::handlers::api::tell_me))
        .at(at::api_password, post(staff::handlers::api::set_password))
}

fn signing_in(map: Map) -> Map {
    use staff::handlers::{own, sign_in as it};
    use url::at;
    map.at(at::sign_in, get(it::ask_who).post(it::sign_in))
        .at(at::sign_in_pin, post(it::sign_in_with_pin))
        .at(
            at::sign_in_again,
            get(it::ask_again).post(it::sign_in_again),
        )
        .at(at::sign_out, post(it::sign_out))
        .at(at::sign_out_everywhere, post(it::sign_out_everywhere))
        .at(at::lock, post(it::sign_out))
        .at(at::me, get(own::show_me))
        .at(
            at::own_password,
            get(own::ask_password).post(own::set_password),
        )
        .at(at::own_pin, get(own::ask_pin).post(own::set_pin))
        .at(
            at::pair,
            get(terminals::handlers::ask_code).post(terminals::handlers::pair),
        )
        .at(at::trust, get(trust::handlers::show))
        .at(at::trust_root, get(trust::handlers::download))
}

fn house(map: Map) -> Map {
    use backups::handlers as backup;
    use kitchen::stations::handlers as station;
    use menu::price_lists::handlers as priced;
    use printers::agent;
    use printers::handlers as printer;
    use staff::handlers::roster;
    use staff::requests::handlers as request;
    use terminals::handlers as terminal;
    use url::at;
    map.at(at::staff, get(roster::list).post(roster::hire))
        .at(at::new_staff_member, get(roster::ask_new))
        .at(at::staff_member, get(roster::ask_edit).put(roster::edit))
        .at(at::staff_unlock, post(roster::unlock))
        .at(at::staff_force_out, post(roster::force_out))
        .at(at::staff_reset_password, post(roster::reset_password))
        .at(at::terminals, get(terminal::list).post(terminal::add))
        .at(at::new_terminal, get(terminal::ask_new))
        .at(at::terminal, get(terminal::ask_edit).put(terminal::edit))
        .at(
            at::terminal_code,
            get(terminal::show_code_state).post(terminal::make_code),
        )
        .at(at::terminal_pairing, delete(terminal::revoke))
        .at(at::stations, get(station::list).post(station::add))
        .at(at::new_station, get(station::ask_new))
        .at(at::station, get(station::ask_edit).put(station::edit))
        .at(at::printers, get(printer::show).post(printer::add))
        .at(at::new_printer, get(printer::ask_new))
        .at(at::print_jobs, get(printer::list_jobs))
        .at(at::printer, get(printer::ask_edit).put(printer::edit))
        .at(at::printer_tests, post(printer::test))
        .at(
            at::printer_pause,
            post(printer::pause).delete(printer::resume),
        )
        .at(at::printer_moves, post(printer::move_jobs))
        .at(
            at::print_job,
            get(printer::show_job).delete(printer::cancel),
        )
        .at(at::print_job_tries, post(printer::try_again))
        .at(at::agent_next, post(agent::next))
        .at(at::agent_report, post(agent::report))
        .at(at::price_lists, get(priced::show_all).post(priced::add))
        .at(at::new_price_list, get(priced::ask_new))
        .at(
            at::price_list,
            get(priced::show).put(priced::edit).delete(priced::delete),
        )
        .at(at::price_list_details, get(priced::ask_edit))
        .at(at::price_list_products, get(priced::choose_product))
        .at(
            at::listed_price,
            get(priced::ask_price)
                .put(priced::set_price)
                .delete(priced::take_off),
        )
        .at(
            at::settings,
            get(settings::handlers::show).put(settings::handlers::change_money),
        )
        .at(
            at::backups,
            get(backup::list).post(backup::make).put(backup::plan),
        )
        .at(at::backups_list, get(backup::look_again))
        .at(at::backup_uploads, post(backup::upload))
        .at(at::backup_file, get(backup::download))
        .at(at::backup_proofs, post(backup::prove))
        .at(at::kitchen_figures, get(figures::handlers::show_kitchen))
        .at(at::audit, get(audit::handlers::show_log))
        .at(at::audit_chain, get(audit::handlers::show_chain))
        .at(at::exceptions, get(audit::handlers::show_exceptions))
        .at(at::order_story, get(audit::handlers::show_story))
        .at(at::approvals, get(request::list))
        .at(at::approval, delete(request::withdraw))
        .at(
            at::approval_answer,
            get(request::look).post(request::answer),
        )
}

fn till(map: Map) -> Map {
    use orders::handlers as it;
    use url::at;
    map.at(at::home, get(stream::go_home))
        .at(at::floor, get(it::show_floor))
        .at(at::orders, get(it::list_orders))
        .at(at::ready, get(it::show_ready))
        .at(at::table, get(it::open_table))
        .at(at::new_takeaway, get(it::ask_takeaway))
        .at(at::stock, get(menu::handlers::show_stock))
        .at(at::product_stock, post(menu::handlers::set_stock))
}

fn order(map: Map) -> Map {
    use orders::handlers as it;
    use url::at;
    map.at(at::order, get(it::show).put(it::open))
        .at(at::order_menu, get(it::show_menu))
        .at(at::order_product, get(it::show_choices))
        .at(at::order_lines, post(it::add_line))
        .at(at::order_line, delete(it::remove_line))
        .at(
            at::order_line_quantity,
            put(it::set_quantity).post(it::step_quantity),
        )
        .at(at::order_line_note, get(it::ask_note).post(it::set_note))
        .at(at::order_line_seat, get(it::ask_seat).post(it::set_seat))
        .at(
            at::order_line_course,
            get(it::ask_course).post(it::set_course),
        )
        .at(
            at::order_line_modifiers,
            get(it::ask_modifiers).post(it::set_modifiers),
        )
        .at(at::order_line_choice, post(it::choose_instead))
        .at(at::order_sends, post(it::send))
        .at(at::order_servings, post(it::serve))
        .at(
            at::order_discount,
            get(it::ask_discount).post(it::give_discount),
        )
        .at(
            at::order_line_discount,
            get(it::ask_line_discount).post(it::give_line_discount),
        )
        .at(at::order_reopening, get(it::ask_reopen).post(it::reopen))
        .at(at::order_cancellation, get(it::ask_cancel).post(it::cancel))
        .at(at::order_course_fire, post(it::fire_course))
        .at(
            at::order_course_hold,
            post(it::hold_course).delete(it::release_course),
        )
        .at(at::order_line_fire, post(it::fire_line))
        .at(
            at::order_line_hold,
            post(it::hold_line).delete(it::release_line),
        )
        .at(at::order_line_void, get(it::ask_void).post(it::void))
        .at(at::order_line_comp, get(it::ask_comp).post(it::comp))
        .at(
            at::order_open_items,
            get(it::ask_open_item).post(it::add_open_item),
        )
        .at(at::order_place, get(it::ask_place).post(it::move_to))
        .at(at::order_waiter, get(it::ask_waiter).post(it::transfer))
        .at(at::order_merge, get(it::ask_merge).post(it::merge))
        .at(at::order_moves, get(it::ask_moves).post(it::give_lines))
        .at(
            at::order_details,
            get(it::ask_details).post(it::set_details),
        )
        .at(at::order_ticket_prints, post(it::print_tickets))
        .at(at::order_leaving, post(it::leave))
}

fn boards(map: Map) -> Map {
    use kitchen::handlers as it;
    use pass::handlers as at_pass;
    use url::at;
    map.at(at::boards, get(it::show_boards))
        .at(at::board, get(it::show_board))
        .at(at::board_recalls, get(it::list_recalls))
        .at(at::board_all_day, get(it::show_all_day))
        .at(at::ticket_start, post(it::start))
        .at(
            at::ticket_line_done,
            post(it::finish_line).delete(it::reopen_line),
        )
        .at(at::ticket_line_seen, post(it::see_void))
        .at(at::ticket_bump, post(it::bump).delete(it::recall))
        .at(at::ticket_recall, post(it::recall_from_list))
        .at(
            at::ticket_priority,
            post(it::put_first).delete(it::put_back),
        )
        .at(at::ticket_shown, post(it::shown))
        .at(at::ticket_told, post(kitchen::receipts::handlers::tell))
        .at(at::ticket_prints, post(it::print_again))
        .at(at::pass_servings, get(at_pass::list_servings))
        .at(at::pass_serving, delete(at_pass::take_back))
        .at(at::pass_order, post(at_pass::serve))
}

fn pay(map: Map) -> Map {
    use payments::desk::handlers as desk;
    use payments::handlers as it;
    use payments::pesapal::{doors, handlers as link};
    use payments::statements::handlers as statement;
    use url::at;
    map.at(at::order_pay, get(it::show))
        .at(at::order_payments, post(it::take))
        .at(at::order_bill, get(it::show_bill))
        .at(at::order_bills, post(it::print_bill))
        .at(
            at::payment_refund,
            get(payments::refunds::handlers::ask).post(payments::refunds::handlers::give),
        )
        .at(
            at::payment_refund_asks,
            post(payments::refunds::handlers::ask_pesapal),
        )
        .at(at::refund, get(payments::refunds::handlers::show))
        .at(at::payment_receipt, get(it::show_receipt))
        .at(at::payment_prints, post(it::print_receipt))
        .at(
            at::payment_drawer,
            get(it::show_drawer).post(it::open_drawer),
        )
        .at(at::guest_receipt, get(it::show_to_guest))
        .at(at::attempt, get(link::show))
        .at(at::attempt_asks, post(link::ask_again))
        .at(at::attempt_renewals, post(link::renew))
        .at(at::attempt_cancellation, post(link::call_off))
        .at(
            at::pesapal_ipn,
            get(doors::notify).post(doors::notify_in_body),
        )
        .at(at::pesapal_webhook, post(doors::relay))
        .at(at::pesapal_return, get(doors::come_back))
        .at(at::order_attempts, post(desk::start))
        .at(at::pending_payments, get(desk::show))
        .at(
            at::unplaced_payments,
            get(desk::ask_loose).post(desk::record),
        )
        .at(
            at::payment_placement,
            get(desk::ask_placement).post(desk::place),
        )
        .at(
            at::attempt_confirmation,
            get(desk::ask_confirmation).post(desk::confirm),
        )
        .at(at::attempt_failure, get(desk::ask_failure).post(desk::fail))
        .at(
            at::statements,
            get(statement::list).post(statement::read_in),
        )
        .at(at::statement, get(statement::show))
        .at(at::statement_payments, post(statement::record))
        .at(at::statement_verifications, post(statement::say_which))
        .at(at::statement_verification, delete(statement::take_back))
}

fn shift(map: Map) -> Map {
    use closing::day::handlers as day;
    use closing::handlers as end;
    use closing::handover::handlers as over;
    use shifts::cash::handlers as cash;
    use shifts::handlers as own;
    use url::at;
    map.at(at::shift, get(own::show))
        .at(at::shift_float, post(own::start))
        .at(at::shifts, get(end::list_open))
        .at(at::shift_count, get(end::show_count).post(end::lock_count))
        .at(at::shift_cash, get(cash::show).post(cash::book))
        .at(at::shift_openings, post(cash::open_drawer))
        .at(at::shift_cash_entry, get(cash::show_slip))
        .at(
            at::shift_cash_reversal,
            get(cash::ask_back).post(cash::take_back),
        )
        .at(at::shift_orders, post(end::pass_on))
        .at(at::shift_close, post(end::close))
        .at(at::shift_handover, get(over::show).post(over::hand_over))
        .at(at::shift_report, get(end::show_report))
        .at(at::shift_report_prints, post(end::print_report))
        .at(at::days, get(day::list))
        .at(at::day, get(day::show))
        .at(at::day_closing, post(day::close))
        .at(at::day_prints, post(day::print))
}

/// The endpoint that serves everything, with what every request passes.
pub fn endpoint(app: App) -> impl Endpoint {
    let mut patterns = vec![assets::PATTERN];
    let assets = trail::Bound {
        inner: assets::Assets,
        route: patterns.len(),
    };
    let mut routes = Route::new().at(assets::PATTERN, assets);
    for entry in map().entries {
        patterns.push(entry.path);
        let route = patterns.len();
        let inner = entry.endpoint;
        routes = routes.at(entry.path, trail::Bound { inner, route });
    }
    routes
        .with(staff::Renewals)
        .with(Checks)
        .with(Answers)
        .with(staff::KnownReaders)
        .with(Marks)
        .with(trail::Trails(Arc::new(Figures::of(patterns))))
        .with(AddData::new(app))
}
