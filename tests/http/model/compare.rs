//! What is compared after a command, and what after many.

use std::collections::BTreeSet;

use poem::http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::command::{Command, Deed, OrderDeed, ShiftDeed};
use super::run::{Day, put_clock};
use super::screens::{LOOKED_AFTER, Seen};
use super::stored::differences;
use super::{boards, desk, floor, screens, shift_screens, stored, stored_money};
use crate::house::Answer;

/// Everything must hold, or it is said which thing does not.
const INVARIANTS: [(&str, &str); 13] = [
    (
        "nothing but cash goes into a drawer",
        "SELECT count(*) FROM cash_entries c JOIN payments p ON p.id = c.payment_id WHERE p.method <> 'cash' AND c.kind <> 'refund'",
    ),
    (
        "every payment in cash is in the cash of its shift, to the shilling",
        "SELECT count(*) FROM payments p WHERE p.method = 'cash' AND p.amount + p.tip <> \
      (SELECT coalesce(sum(c.amount), 0) FROM cash_entries c WHERE c.payment_id = p.id AND c.kind IN ('sale', 'tip'))",
    ),
    (
        "an order's paid is the sum of its payments less its refunds",
        "SELECT count(*) FROM orders o WHERE o.paid <> (SELECT coalesce(sum(p.amount), 0) FROM payments p \
      LEFT JOIN payment_placements l ON l.payment_id = p.id WHERE coalesce(p.order_id, l.order_id) = o.id) \
      - (SELECT coalesce(sum(r.amount), 0) FROM refunds r WHERE r.order_id = o.id)",
    ),
    (
        "no piece of a line is paid for twice",
        "SELECT count(*) FROM order_lines l WHERE (SELECT coalesce(sum(pp.quantity), 0) FROM paid_pieces pp WHERE pp.line_id = l.id) \
      - (SELECT coalesce(sum(rp.quantity), 0) FROM returned_pieces rp WHERE rp.line_id = l.id) NOT BETWEEN 0 AND l.quantity",
    ),
    (
        "what was given back in cash left the drawer of the shift that gave it",
        "SELECT count(*) FROM (SELECT p.id, r.shift_id, sum(r.amount + r.tip) AS back FROM refunds r JOIN payments p ON p.id = r.payment_id \
      WHERE p.method = 'cash' OR r.in_cash GROUP BY p.id, r.shift_id) b WHERE -b.back <> (SELECT coalesce(sum(c.amount), 0) FROM cash_entries c \
      WHERE c.payment_id = b.id AND c.shift_id = b.shift_id AND c.kind = 'refund')",
    ),
    (
        "no ticket on a board is without lines, and none of its lines is of another order",
        "SELECT count(*) FROM tickets t WHERE (t.bumped_at IS NULL AND NOT EXISTS (SELECT 1 FROM ticket_lines k WHERE k.ticket_id = t.id)) \
      OR EXISTS (SELECT 1 FROM ticket_lines k JOIN order_lines l ON l.id = k.line_id WHERE k.ticket_id = t.id AND l.order_id <> t.order_id)",
    ),
    (
        "a sent line is with the kitchen exactly once, and so is one that is kept back and that it was told of",
        "SELECT count(*) FROM order_lines l WHERE (l.state <> 'unsent' OR l.announced)::int <> \
      (SELECT count(*) FROM ticket_lines k WHERE k.line_id = l.id)",
    ),
    (
        "the kitchen has as many pieces as were ordered, and strikes out what was struck out",
        "SELECT count(*) FROM order_lines l JOIN ticket_lines k ON k.line_id = l.id \
      WHERE k.quantity <> l.quantity OR (l.state = 'voided') <> (k.voided_at IS NOT NULL)",
    ),
    (
        "order numbers have no gaps",
        "SELECT count(*) FROM (SELECT count(*) AS n, max(number) AS last FROM orders GROUP BY business_date) d WHERE d.n <> d.last",
    ),
    (
        "shift reports have no gaps",
        "SELECT coalesce(max(report_number), 0) - count(report_number) FROM shifts",
    ),
    (
        "nobody has two open shifts, and no drawer",
        "SELECT count(*) FROM (SELECT 1 FROM shifts WHERE closed_at IS NULL GROUP BY staff_id HAVING count(*) > 1 UNION ALL \
      SELECT 1 FROM shifts WHERE closed_at IS NULL AND cash = 'drawer' GROUP BY drawer_terminal_id HAVING count(*) > 1) twice",
    ),
    (
        "every open order has an open shift, or was carried over, or is paid",
        "SELECT count(*) FROM orders o JOIN shifts s ON s.id = o.shift_id WHERE s.closed_at IS NOT NULL AND o.settled_at IS NULL \
      AND o.closed_at IS NULL AND o.cancelled_at IS NULL",
    ),
    (
        "nothing is counted below nothing",
        "SELECT count(*) FROM products WHERE stock_left < 0",
    ),
];

/// Money for no order of so long ago is compared with everything else only; none came at that very second.
const TODAY: i64 = 8 * 3_600 + 5;

impl Day {
    pub async fn compare(
        &mut self,
        command: &Command,
        who: usize,
        path: Option<&str>,
        answer: Option<&Answer>,
        on_boards: bool,
    ) {
        self.look();
        self.compare_house().await;
        let target = self.target(command, path);
        let now = self.book.now;
        let moved = self.book.links.iter().filter(|link| link.moved_at == now);
        let moved: BTreeSet<usize> = moved.map(|link| link.order).collect();
        let touched = |at: &usize| self.book.orders[*at].touched_at == now || moved.contains(at);
        let orders = 0..self.book.orders.len();
        let orders: Vec<usize> = orders
            .filter(|at| touched(at) || target == Some(*at))
            .collect();
        for at in &orders {
            self.compare_order(*at).await;
        }
        if let Some(at) = target {
            self.compare_panel(at, who, answer).await;
        }
        if self.is_about_loose_money(&command.deed) {
            self.compare_loose_money(now - TODAY).await;
            self.compare_desk(who).await;
        }
        if !orders.is_empty() {
            self.compare_floor().await;
        }
        if on_boards || matches!(command.deed, Deed::Ticket(..)) {
            let station = self.step % 2;
            self.compare_board(station).await;
        }
        match &command.deed {
            Deed::Shift(id, deed) => {
                let at = self.book.shifts.iter().position(|shift| shift.id == *id);
                if let Some(at) = at {
                    self.compare_count_screen(at, command.who).await;
                    let closed =
                        matches!(deed, ShiftDeed::Close { .. }) && !self.book.shifts[at].is_open();
                    if closed && answer.is_some_and(|answer| answer.status == StatusCode::OK) {
                        self.compare_report(at).await;
                    }
                }
                self.compare_shift_list().await;
            }
            Deed::Order(_, OrderDeed::Pay(_)) | Deed::Refund(..) | Deed::StartShift { .. } => {
                if let Some(at) = self.book.open_shift_of(command.who) {
                    self.compare_count_screen(at, command.who).await;
                }
            }
            _ => {}
        }
    }

    /// Whether something of the desk may be another thing with it.
    fn is_about_loose_money(&self, deed: &Deed) -> bool {
        let now = self.book.now;
        match deed {
            Deed::Link(..)
            | Deed::Poll(_)
            | Deed::AskBack(..)
            | Deed::PollBack(_)
            | Deed::Order(_, OrderDeed::AskByLink(..)) => {
                self.book.links.iter().any(|link| link.moved_at == now)
            }
            Deed::Place(..) | Deed::Record(_) | Deed::EndWait(..) => true,
            Deed::Refund(id, _) => {
                let money = self.book.payment(*id).map(|at| &self.book.payments[at]);
                money.is_some_and(|money| money.order.is_none() || money.link.is_some())
            }
            Deed::Order(_, OrderDeed::WaitFor(_)) => true,
            _ => false,
        }
    }

    /// Screens are read at a moment of their own, however long reading the ones before took.
    fn look(&self) {
        put_clock(&self.house, (self.book.now + LOOKED_AFTER) * 1_000 + 500);
    }

    /// The order that a command, or a request that came again, is about.
    fn target(&self, command: &Command, path: Option<&str>) -> Option<usize> {
        let of_ticket = |id: Uuid| {
            self.book
                .tickets
                .iter()
                .find(|ticket| ticket.id == id)
                .map(|ticket| ticket.order)
        };
        let of_payment = |id: Uuid| {
            let at = self.book.payment(id)?;
            self.book.payments[at].on()
        };
        let of_wait = |id: Uuid| {
            let link = self.book.links.iter().find(|link| link.id == id);
            let of_link = link.map(|link| link.order);
            of_link.or_else(|| self.book.wait(id).map(|at| self.book.waits[at].order))
        };
        let of_order = |id: Uuid| self.book.orders.iter().position(|order| order.id == id);
        match (&command.deed, path) {
            (Deed::Order(id, _), _) => of_order(*id),
            (Deed::Ticket(id, _), _) => of_ticket(*id),
            (Deed::Refund(id, _) | Deed::AskBack(id, _), _) => of_payment(*id),
            (Deed::EndWait(id, _), _) => of_wait(*id),
            (Deed::Link(at, _), _) => Some(self.book.links[*at].order),
            (Deed::Place(_, order), _) => of_order(*order),
            (Deed::Shift(_, ShiftDeed::PassOn { order, .. }), _) => of_order(*order),
            (_, Some(path)) => {
                let ids = path.split('/').filter_map(|part| part.parse::<Uuid>().ok());
                let mut orders = ids.filter_map(|id| {
                    of_order(id)
                        .or_else(|| of_ticket(id))
                        .or_else(|| of_payment(id))
                        .or_else(|| of_wait(id))
                });
                orders.next()
            }
            _ => None,
        }
    }

    async fn compare_house(&mut self) {
        let stored = stored::house(&self.house, &self.book).await;
        stored::learn_shifts(&mut self.book, &stored);
        differences(
            "house",
            &stored::expected_house(&self.book),
            &stored,
            &mut self.wrong,
        );
    }

    async fn compare_order(&mut self, at: usize) {
        let stored = stored::order(&self.house, self.book.orders[at].id).await;
        stored::learn(&mut self.book, at, &stored);
        let title = self.book.title(&self.book.orders[at]);
        differences(
            &title,
            &stored::expected_order(&self.book, at),
            &stored,
            &mut self.wrong,
        );
        if self.book.links.iter().any(|link| link.order == at) {
            let stored = stored_money::links(&self.house, self.book.orders[at].id).await;
            stored_money::learn_links(&mut self.book, at, &stored);
            differences(
                &format!("{title} › links"),
                &stored_money::expected_links(&self.book, at),
                &stored,
                &mut self.wrong,
            );
        }
    }

    async fn compare_loose_money(&mut self, since: i64) {
        let stored = stored_money::loose(&self.house, since).await;
        stored_money::learn_loose(&mut self.book, since, &stored);
        differences(
            "money for no order",
            &stored_money::expected_loose(&self.book, since),
            &stored,
            &mut self.wrong,
        );
    }

    /// Where money is waited for, is for no order or is doubtful; for those who may take payments.
    async fn compare_desk(&mut self, who: usize) {
        if !self.book.people[who].role.takes_payments() {
            return;
        }
        self.look();
        let page = self.actors.device(who).get("/payments/pending").await;
        let seen = desk::desk(&Seen::read(&page.text));
        differences(
            "desk",
            &desk::expected_desk(&self.book, self.book.now + LOOKED_AFTER),
            &seen,
            &mut self.wrong,
        );
    }

    /// The panel that came with the answer; where none did, the page, for somebody who may take payments and somebody who
    /// may not in turn.
    async fn compare_panel(&mut self, at: usize, who: usize, answer: Option<&Answer>) {
        let order = &self.book.orders[at];
        let told = answer.filter(|answer| {
            answer.status == StatusCode::OK && answer.text.contains("order-lines")
        });
        let (who, seen) = match told {
            Some(answer) => (who, Seen::read(&answer.text)),
            None => {
                let who = [1, 2][self.step % 2];
                let page = self
                    .actors
                    .device(who)
                    .get(&format!("/orders/{}", order.id))
                    .await;
                (who, Seen::read(&page.text))
            }
        };
        let pays = self.book.people[who].role.takes_payments();
        let expected = screens::expected_panel(&self.book, order, pays);
        differences("panel", &expected, &screens::panel(&seen), &mut self.wrong);
    }

    async fn compare_floor(&mut self) {
        self.look();
        let page = self.actors.device(self.step % 6).get("/floor").await;
        let seen = floor::floor(&Seen::read(&page.text));
        differences(
            "floor",
            &floor::expected_floor(&self.book),
            &seen,
            &mut self.wrong,
        );
    }

    async fn compare_board(&mut self, station: usize) {
        let id = self.station(station).await;
        self.look();
        let page = self
            .actors
            .device(8 + station)
            .get(&format!("/kitchen/stations/{id}"))
            .await;
        let seen = boards::board(&Seen::read(&page.text));
        differences(
            "board",
            &boards::expected_board(&self.book, station),
            &seen,
            &mut self.wrong,
        );
    }

    async fn station(&self, station: usize) -> Uuid {
        self.house
            .id("stations", "name", ["Kitchen", "Bar"][station])
            .await
    }

    async fn compare_count_screen(&mut self, at: usize, who: usize) {
        let shift = &self.book.shifts[at];
        let may_see = shift.owner == who || self.book.people[who].role.manages();
        let page = self
            .actors
            .device(who)
            .get(&format!("/shifts/{}/count", shift.id))
            .await;
        if !may_see || !shift.is_open() {
            let right = if may_see {
                StatusCode::SEE_OTHER
            } else {
                StatusCode::FORBIDDEN
            };
            if page.status != right {
                self.wrong.push(format!(
                    "the count screen must answer {right}, is {}",
                    page.status
                ));
            }
            return;
        }
        let seen = shift_screens::count_screen(&Seen::read(&page.text));
        differences(
            "count",
            &shift_screens::expected_count_screen(&self.book, at),
            &seen,
            &mut self.wrong,
        );
    }

    async fn compare_shift_list(&mut self) {
        let page = self.actors.device(4).get("/shifts").await;
        let seen = shift_screens::shift_list(&Seen::read(&page.text));
        differences(
            "shifts",
            &shift_screens::expected_shift_list(&self.book),
            &seen,
            &mut self.wrong,
        );
    }

    async fn compare_report(&mut self, at: usize) {
        let sql = "SELECT report FROM shifts WHERE id = $1";
        let row = self.house.row(sql, [self.book.shifts[at].id.into()]).await;
        let stored: Value = row.try_get("", "report").expect("a report");
        differences(
            "report",
            &shift_screens::expected_report(&self.book, at),
            &shift_screens::report(&stored),
            &mut self.wrong,
        );
    }

    pub async fn compare_everything(&mut self) {
        self.compare_house().await;
        // What has been quiet for a day is not read again: nothing points at it any more.
        let first = self.book.orders.len().saturating_sub(300);
        for at in first..self.book.orders.len() {
            self.compare_order(at).await;
            if self.book.orders[at].is_open() {
                self.compare_panel(at, 0, None).await;
            }
        }
        self.compare_loose_money(0).await;
        self.compare_desk(2).await;
        self.compare_floor().await;
        self.compare_shift_list().await;
        for station in 0..2 {
            self.compare_board(station).await;
        }
        for (what, sql) in INVARIANTS {
            let broken = self.house.number(sql).await;
            if broken != 0 {
                self.wrong.push(format!("{what}: {broken} times not"));
            }
        }
    }
}
