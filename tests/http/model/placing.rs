//! Money that came for no order: what becomes of it (product.md, section 5; money.md; pesapal.md).

use uuid::Uuid;

use super::book::*;
use super::charges::{is_readable, kept};
use super::command::Loose;

impl Book {
    /// All of it goes on one order that owes as much, and on which there is something to pay for; of what was given back
    /// nothing does.
    pub fn place(&mut self, who: usize, id: Uuid, order: Uuid) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        let at = self.orders.iter().position(|one| one.id == order);
        let at = at.ok_or(NOT_FOUND)?;
        let payment = self.payment(id).ok_or(NOT_FOUND)?;
        must(self.payments[payment].on().is_none(), CONFLICT)?;
        let (amount, tip) = (self.payments[payment].amount, self.payments[payment].tip);
        must(self.left_of(payment) == (amount, tip), CONFLICT)?;
        let order = &self.orders[at];
        must(!order.cancelled && order.balance() > 0, CONFLICT)?;
        must(order.has_something_to_pay_for(), CONFLICT)?;
        must(amount <= order.balance(), INVALID)?;
        self.payments[payment].placed = Some((at, who));
        let shift = self.payments[payment].shift;
        let shift = shift.filter(|shift| self.shifts[*shift].is_open());
        self.put_on(at, shift, amount);
        self.note("payment.placed");
        Ok(())
    }

    /// In the shift of whoever records it, where they have one.
    pub fn record_loose(&mut self, who: usize, loose: &Loose) -> Outcome {
        must(self.people[who].role.takes_payments(), FORBIDDEN)?;
        let reference = loose.reference.as_deref().filter(|text| is_readable(text));
        let reference = reference.ok_or(INVALID)?;
        let amount = loose.amount.filter(|amount| *amount > 0).ok_or(INVALID)?;
        must(loose.method.is_mobile(), INVALID)?;
        must(!self.has_paid(loose.method, reference), CONFLICT)?;
        let money = Payment {
            by: Some(who),
            amount,
            tip: loose.tip,
            ..self.loose(loose.method, kept(reference))
        };
        self.arrive(None, self.open_shift_of(who), &[], money);
        Ok(())
    }
}
