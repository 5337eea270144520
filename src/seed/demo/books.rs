//! The rows of a month, and how they reach the database: many at a time.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Iterable};

use super::drawer::DrawerBook;
use super::roster::Cashier;
use super::tender::Paid;
use super::visit::Visit;
use crate::data::entity;
use crate::orders::{Line, OrderRefusal, Place};
use crate::values::{BusinessDate, PaymentId, ShiftId};

/// Postgres takes at most 65,535 values in one statement.
const VALUES: usize = 60_000;

/// Everything that was traded.
#[derive(Default)]
pub(super) struct Books {
    days: Vec<entity::business_days::Model>,
    numbers: Vec<entity::order_numbers::Model>,
    shifts: Vec<entity::shifts::Model>,
    counts: Vec<entity::shift_counts::Model>,
    variances: Vec<entity::shift_variances::Model>,
    orders: Vec<entity::orders::Model>,
    lines: Vec<entity::order_lines::Model>,
    tickets: Vec<entity::tickets::Model>,
    ticket_lines: Vec<entity::ticket_lines::Model>,
    payments: Vec<entity::payments::Model>,
    entries: Vec<entity::cash_entries::Model>,
}

impl Books {
    pub(super) fn open_day(&mut self, date: BusinessDate, orders: i32) {
        self.days.push(entity::business_days::Model {
            date,
            z_number: None,
            z_at: None,
            z_by: None,
        });
        self.numbers
            .push(entity::order_numbers::Model { date, last: orders });
    }

    /// Writes down money that was received.
    pub(super) fn pay(
        &mut self,
        visit: &Visit,
        id: PaymentId,
        paid: &Paid,
        cashier: Cashier,
        shift: ShiftId,
        date: BusinessDate,
    ) {
        self.payments.push(entity::payments::Model {
            id,
            order_id: Some(visit.order.id),
            shift_id: Some(shift),
            business_date: date,
            method: paid.method.as_str().to_owned(),
            amount: paid.amount,
            tip: paid.tip,
            tendered: paid.tendered,
            change: paid.change,
            reference: paid.reference.clone(),
            terminal_id: Some(cashier.till),
            taken_by: Some(cashier.staff),
            taken_at: paid.at,
        });
    }

    /// Writes a visit down: the order, its lines, its tickets.
    pub(super) fn write(&mut self, visit: Visit) -> Result<(), OrderRefusal> {
        let totals = visit.order.totals()?;
        for line in &visit.order.lines {
            self.lines.push(line_row(&visit, line));
        }
        let order = visit.order;
        let (table, name) = match &order.place {
            Place::Table { id, .. } => (Some(*id), None),
            Place::Takeaway { name, .. } => (None, name.clone()),
        };
        self.orders.push(entity::orders::Model {
            id: order.id,
            business_date: order.business_date,
            number: order.number,
            kind: order.kind().as_str().to_owned(),
            table_id: table,
            guests: order.guests,
            customer_name: name,
            customer_phone: None,
            waiter_id: order.waiter,
            opened_by: visit.opened_by,
            terminal_id: Some(visit.terminal),
            shift_id: order.shift,
            opened_at: order.opened_at,
            tax_included: order.tax_included,
            service_bp: order.service.map_or(0, |service| service.get()),
            subtotal: totals.subtotal,
            comps: totals.comps,
            discount: totals.discounts(),
            service: totals.service,
            tax: totals.tax,
            total: totals.total,
            discount_name: None,
            discount_bp: None,
            discount_amount: None,
            discount_most_bp: None,
            rounding: order.rounding,
            paid: order.paid,
            first_sent_at: order.first_sent_at,
            bill_printed_at: order.bill_printed_at,
            billed_total: None,
            billed_seen: None,
            settled_at: order.settled_at,
            settled_date: order.settled_date,
            closed_at: order.closed_at,
            cancelled_at: order.cancelled_at,
            cancelled_by: visit.cancelled.map(|cancelled| cancelled.by),
            cancel_reason: visit.cancelled.map(|cancelled| cancelled.reason.to_owned()),
            carried_at: None,
            carried_by: None,
            carried_reason: None,
            updated_at: visit.over,
            revision: order.revision,
            cancel_approved_by: None,
            reference: order.reference,
        });
        self.tickets.extend(visit.tickets);
        self.ticket_lines.extend(visit.ticket_lines);
        Ok(())
    }

    /// Writes down a shift that is over, with its drawer where it had one.
    pub(super) fn close_shift(&mut self, shift: entity::shifts::Model, drawer: Option<DrawerBook>) {
        self.shifts.push(shift);
        if let Some(book) = drawer {
            self.entries.extend(book.entries);
            self.counts.extend(book.counts);
            self.variances.extend(book.variance);
        }
    }

    /// How many orders there are.
    pub(super) fn orders(&self) -> usize {
        self.orders.len()
    }

    /// Stores all of it. What others point at comes first.
    pub(super) async fn store(self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        add::<entity::business_days::Entity>(tx, self.days).await?;
        add::<entity::order_numbers::Entity>(tx, self.numbers).await?;
        add::<entity::shifts::Entity>(tx, self.shifts).await?;
        add::<entity::shift_counts::Entity>(tx, self.counts).await?;
        add::<entity::shift_variances::Entity>(tx, self.variances).await?;
        add::<entity::orders::Entity>(tx, self.orders).await?;
        add::<entity::order_lines::Entity>(tx, self.lines).await?;
        add::<entity::tickets::Entity>(tx, self.tickets).await?;
        add::<entity::ticket_lines::Entity>(tx, self.ticket_lines).await?;
        add::<entity::payments::Entity>(tx, self.payments).await?;
        crate::payments::link_all(tx).await?;
        add::<entity::cash_entries::Entity>(tx, self.entries).await
    }
}

fn line_row(visit: &Visit, line: &Line) -> entity::order_lines::Model {
    let life = visit.lives.get(&line.id);
    entity::order_lines::Model {
        id: line.id,
        order_id: visit.order.id,
        position: line.position,
        product_id: line.product,
        name: line.name.clone(),
        kitchen_name: line.kitchen_name.clone(),
        quantity: line.quantity.get(),
        unit_price: line.unit_price,
        base_price: line.base_price,
        from_stock: line.from_stock,
        modifiers: serde_json::json!(line.modifiers),
        note: line.note.clone(),
        allergy: line.allergy.clone(),
        seat: line.seat,
        course: line.course,
        held: line.held,
        tax_class_id: line.tax_class,
        tax_name: line.tax_name.clone(),
        tax_bp: line.tax_rate.get(),
        station_id: line.station,
        prep_seconds: line.prep_seconds,
        discount: line.discount(),
        discount_name: line.given.as_ref().map(|given| given.name.clone()),
        discount_bp: None,
        discount_amount: None,
        discount_most_bp: None,
        price_list: line.price_list.clone(),
        comped: line.comped,
        state: line.state.as_str().to_owned(),
        added_by: line.added_by,
        added_at: line.added_at,
        sent_at: line.sent_at,
        sent_by: life.map(|life| life.sent_by),
        started_at: life.map(|life| life.started_at),
        ready_at: line.ready_at,
        served_at: life.map(|life| life.served_at),
        served_by: life.map(|life| life.served_by),
        voided_at: None,
        voided_by: None,
        void_reason: None,
        void_approved_by: None,
        comped_at: None,
        comped_by: None,
        comp_reason: None,
        comp_approved_by: None,
        announced: line.announced,
    }
}

async fn add<E>(tx: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Send,
{
    let at_a_time = VALUES / E::Column::iter().count();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some = rows
            .by_ref()
            .take(at_a_time)
            .map(IntoActiveModel::into_active_model);
        E::insert_many::<E::ActiveModel, _>(some)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
