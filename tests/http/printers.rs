//! Printers, and what comes out of them: real TCP servers that are good, mute, out of paper, gone, or no printers at all.

#[path = "../printer/mod.rs"]
mod printer;

mod agents;
mod drawers;
mod fate;
mod kept;
mod slips;
mod tickets;

use cafe_pos::printers::spool;
use poem::http::StatusCode;
use time::Duration;
use uuid::Uuid;

pub use self::printer::{Manner, Printer};
use super::house::*;

/// A café with one printer, at which the till "Till 1" prints, whose drawer hangs on it.
pub struct Counter {
    pub house: House,
    pub printer: Printer,
    pub id: String,
    /// Amina at Till 1, with 50,000 in its drawer.
    pub till: Device,
    pub manager: Device,
}

impl Counter {
    pub async fn with(manner: Manner) -> Counter {
        let house = House::open().await;
        let printer = Printer::on(manner).await;
        let mut manager = house.person(MANAGER).await;
        let id = add(
            &house,
            &mut manager,
            "Counter printer",
            printer.address(),
            &[],
        )
        .await;
        house
            .execute(
                "UPDATE terminals SET printer_id = $1 WHERE name = 'Till 1'",
                [id.parse::<Uuid>().expect("an id").into()],
            )
            .await;
        let mut till = house.till(CASHIER, "Till 1").await;
        let float = [("cash", "drawer"), ("count_10000", "5")];
        till.post("/shift/float", &float)
            .await
            .must_be(StatusCode::OK);
        Counter {
            house,
            printer,
            id,
            till,
            manager,
        }
    }

    /// Sells an espresso for cash; answers the payment.
    pub async fn sell(&mut self) -> String {
        let order = self.till.counter_sale().await;
        self.till
            .tap(order, "Espresso")
            .await
            .must_be(StatusCode::OK);
        let paid = self
            .till
            .post(&format!("/orders/{order}/payments"), &[("part", "full")])
            .await
            .must_be(StatusCode::OK);
        let to = paid.header("hx-redirect");
        let payment = to.split('/').nth(2).expect("a payment");
        payment.to_owned()
    }

    /// Prints what can be printed now.
    pub async fn print(&self) {
        spool::print_due(&self.house.app).await.expect("printed");
    }

    /// The same after a while.
    pub async fn print_after(&self, seconds: i64) {
        self.house.hand.advance(Duration::seconds(seconds));
        self.print().await;
    }

    /// How many jobs are in this state.
    pub async fn jobs(&self, state: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM print_jobs WHERE state = '{state}'");
        self.house.number(&sql).await
    }

    /// Why the job of this kind is not on paper.
    pub async fn reason(&self, kind: &str) -> String {
        let sql = "SELECT coalesce(reason, '') AS reason FROM print_jobs WHERE kind = $1 ORDER BY id DESC LIMIT 1";
        let row = self.house.row(sql, [kind.into()]).await;
        row.try_get("", "reason").expect("a reason")
    }

    pub async fn job(&self, kind: &str) -> String {
        let sql = "SELECT id FROM print_jobs WHERE kind = $1 ORDER BY id DESC LIMIT 1";
        let row = self.house.row(sql, [kind.into()]).await;
        row.try_get::<Uuid>("", "id").expect("a job").to_string()
    }
}

/// Adds a printer as a manager does; answers its id.
pub async fn add(
    house: &House,
    manager: &mut Device,
    name: &str,
    address: &str,
    more: &[(&str, &str)],
) -> String {
    let form = form(name, address, more);
    manager
        .post("/printers", &form)
        .await
        .must_be(StatusCode::OK);
    house.id::<Uuid>("printers", "name", name).await.to_string()
}

/// A printer's form as it is filled in.
pub fn form<'a>(
    name: &'a str,
    address: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("name", name),
        ("address", address),
        ("paper", "80"),
        ("active", "true"),
    ];
    filled_in(&usual, more)
}
