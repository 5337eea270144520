//! Doing it over HTTP: the people with their devices, and what each deed sends.

use std::time::Duration as StdDuration;

use cafe_pos::data::{By, Tx};
use cafe_pos::live::Changed;
use cafe_pos::orders;
use poem::http::Method;
use uuid::Uuid;

use super::book::{Book, Role};
use super::command::{Add, Command, Deed, OrderDeed, Pay, ShiftDeed, TicketDeed};
use super::menu::{Pick, Stock, Word};
use crate::house::*;

/// A request that was carried out and may come again.
#[derive(Clone)]
pub struct Sent {
    pub who: usize,
    method: Method,
    pub path: String,
    form: Vec<(String, String)>,
    key: String,
    /// Where the answer led to.
    pub redirect: String,
}

/// Everybody with a browser.
pub struct Actors {
    devices: Vec<Device>,
    /// What was carried out, oldest first.
    pub done: Vec<Sent>,
    signed_in_at: i64,
}

/// Usernames, roles and where they stand: two cashiers share a till, and somebody of each kind has a device of their own.
pub const PEOPLE: [(&str, Role, Option<&str>); 10] = [
    (WAITER, Role::Waiter, Some("Floor tablet")),
    (OTHER_WAITER, Role::Waiter, None),
    (CASHIER, Role::Cashier, Some("Till 1")),
    (OTHER_CASHIER, Role::Cashier, Some("Till 1")),
    (MANAGER, Role::Manager, Some("Till 2")),
    (OTHER_MANAGER, Role::Manager, None),
    (COOK, Role::Kitchen, None),
    (BARTENDER, Role::Bar, None),
    ("kitchen display", Role::Display(0), Some("Kitchen display")),
    ("bar display", Role::Display(1), Some("Bar display")),
];

/// A session lasts eight hours; nobody here works so long without signing in anew.
const SIGN_IN_AFTER: i64 = 2 * 3_600;

impl Actors {
    pub async fn arrive(house: &House, now: i64) -> Actors {
        let mut devices: Vec<Device> = Vec::new();
        for (at, (username, role, terminal)) in PEOPLE.iter().enumerate() {
            let device = match (role, terminal) {
                (Role::Display(_), Some(terminal)) => house.display(terminal).await,
                (_, Some(terminal)) => {
                    let beside = PEOPLE[..at]
                        .iter()
                        .position(|other| other.2 == Some(*terminal));
                    let mut device = house.person(username).await;
                    match beside {
                        Some(beside) => device.cookies.extend(terminal_of(&devices[beside])),
                        None => device = house.till(username, terminal).await,
                    }
                    device
                }
                (_, None) => house.person(username).await,
            };
            devices.push(device);
        }
        Actors {
            devices,
            done: Vec::new(),
            signed_in_at: now,
        }
    }

    /// Everybody signs in anew on the device they have, before their session ends.
    pub async fn stay_signed_in(&mut self, house: &House, now: i64) {
        if now - self.signed_in_at < SIGN_IN_AFTER {
            return;
        }
        self.signed_in_at = now;
        for (device, (username, role, _)) in self.devices.iter_mut().zip(PEOPLE) {
            if !matches!(role, Role::Display(_)) {
                device.cookies.extend(house.person(username).await.cookies);
            }
        }
    }

    pub fn device(&mut self, who: usize) -> &mut Device {
        &mut self.devices[who]
    }

    /// Does it; answers what came back, where it was a request at all.
    pub async fn act(&mut self, house: &House, book: &Book, command: &Command) -> Option<Answer> {
        let (sent, is_new) = match &command.deed {
            Deed::Price(..)
            | Deed::ChoicePrice(..)
            | Deed::ChoiceSoldOut(..)
            | Deed::Wait(_)
            | Deed::Sweep => {
                behind_the_scenes(house, command).await;
                return None;
            }
            Deed::Again(ago) => (self.done[self.done.len() - 1 - ago].clone(), false),
            Deed::KeyOfAnother(ago) => {
                let sent = self.done[self.done.len() - 1 - ago].clone();
                // Another person of the same standing, so that nothing but the key can be the reason.
                let other = another(sent.who)?;
                (Sent { who: other, ..sent }, false)
            }
            // The receipt of somebody who only looks on claims no key.
            Deed::Ticket(_, TicketDeed::Shown) => (request(book, command), false),
            _ => (request(book, command), true),
        };
        let form: Vec<(&str, &str)> = sent
            .form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let device = &mut self.devices[sent.who];
        let answer = device
            .change(sent.method.clone(), &sent.path, &form, &sent.key)
            .await;
        if is_new && answer.status.is_success() {
            let redirect = answer.header("hx-redirect").to_owned();
            self.done.push(Sent { redirect, ..sent });
        }
        Some(answer)
    }
}

/// Somebody else who may do the same.
pub fn another(who: usize) -> Option<usize> {
    [1, 0, 3, 2, 5, 4].get(who).copied()
}

fn terminal_of(device: &Device) -> Option<(String, String)> {
    let name = cafe_pos::terminals::device::COOKIE;
    device
        .cookies
        .get(name)
        .map(|token| (name.to_owned(), token.clone()))
}

async fn behind_the_scenes(house: &House, command: &Command) {
    let changed = match &command.deed {
        Deed::Price(product, price) => {
            let sql = "UPDATE products SET price = $2 WHERE id = $1";
            house
                .execute(sql, [(*product).into(), (*price).into()])
                .await
        }
        Deed::ChoicePrice(choice, price) => {
            let sql = "UPDATE modifiers SET price_delta = $2 WHERE id = $1";
            house
                .execute(sql, [(*choice).into(), (*price).into()])
                .await
        }
        Deed::ChoiceSoldOut(choice, out) => {
            let sql = "UPDATE modifiers SET sold_out = $2 WHERE id = $1";
            house.execute(sql, [(*choice).into(), (*out).into()]).await
        }
        Deed::Sweep => {
            let sweep = async |tx: &mut Tx| orders::cancel_abandoned(tx).await;
            house
                .app
                .write_unkeyed(By::system(), sweep)
                .await
                .expect("the job");
            0
        }
        _ => 0,
    };
    if changed > 0 {
        house.app.live().publish(vec![Changed::Menu]);
        // The message is heard by a task of its own.
        tokio::time::sleep(StdDuration::from_millis(2)).await;
    }
}

/// What a deed sends.
fn request(book: &Book, command: &Command) -> Sent {
    let mut form = Vec::new();
    let (method, path) = match &command.deed {
        Deed::Order(order, deed) => order_request(book, *order, deed, &mut form),
        Deed::Ticket(ticket, deed) => ticket_request(*ticket, deed, &mut form),
        Deed::Shift(shift, deed) => shift_request(book, *shift, deed, &mut form),
        Deed::StartShift { cash, hundreds } => {
            let place = match cash {
                None => "none",
                Some(true) => "drawer",
                Some(false) => "pouch",
            };
            put(&mut form, "cash", place);
            put_cash(&mut form, *hundreds);
            (Method::POST, "/shift/float".to_owned())
        }
        Deed::Stock(product, stock) => {
            match stock {
                Stock::SoldOut => put(&mut form, "sold_out", "on"),
                Stock::OutThisShift => put(&mut form, "until_shift_end", "on"),
                Stock::Left(left) => put(&mut form, "left", left),
                Stock::OnSale => put(&mut form, "back", "on"),
            }
            (Method::POST, format!("/menu/products/{product}/stock"))
        }
        _ => unreachable!("{command:?} is no request"),
    };
    Sent {
        who: command.who,
        method,
        path,
        form,
        key: key(),
        redirect: String::new(),
    }
}

type Fields = Vec<(String, String)>;

fn put(form: &mut Fields, name: &str, value: impl ToString) {
    form.push((name.to_owned(), value.to_string()));
}

fn may(form: &mut Fields, name: &str, value: &Option<impl ToString>) {
    if let Some(value) = value {
        put(form, name, value.to_string());
    }
}

/// Cash in hundreds, counted in the largest notes and the rest in coins.
fn put_cash(form: &mut Fields, hundreds: Option<i64>) {
    if let Some(hundreds) = hundreds {
        put(form, "count_50000", hundreds / 500);
        put(form, "count_100", hundreds % 500);
    }
}

/// Words stand before choices (`word-0=extra:<id>`), plain choices are ticked.
fn put_picks(form: &mut Fields, picks: &[Pick]) {
    for (at, (id, word)) in picks.iter().enumerate() {
        match word {
            Word::Plain => put(form, &format!("m-{at}"), id),
            word => put(
                form,
                &format!("word-{at}"),
                format!("{}:{id}", word.written()),
            ),
        }
    }
}

fn order_request(
    book: &Book,
    order: Uuid,
    deed: &OrderDeed,
    form: &mut Fields,
) -> (Method, String) {
    let at = |rest: &str| format!("/orders/{order}{rest}");
    let of = |line: &Uuid, rest: &str| at(&format!("/lines/{line}{rest}"));
    let path = match deed {
        OrderDeed::Open {
            table,
            guests,
            name,
            phone,
        } => {
            put(
                form,
                "kind",
                if table.is_some() {
                    "dine_in"
                } else {
                    "takeaway"
                },
            );
            may(form, "table", &table.map(|table| book.tables[table].id));
            put(form, "guests", guests);
            may(form, "name", name);
            may(form, "phone", phone);
            return (Method::PUT, at(""));
        }
        OrderDeed::Add(add) => {
            add_form(add, form);
            at("/lines")
        }
        OrderDeed::Step { line, by } => {
            put(form, "by", by);
            of(line, "/quantity")
        }
        OrderDeed::Quantity { line, quantity } => {
            put(form, "quantity", quantity);
            return (Method::PUT, of(line, "/quantity"));
        }
        OrderDeed::Remove(line) => return (Method::DELETE, of(line, "")),
        OrderDeed::Note {
            line,
            note,
            allergy,
        } => {
            may(form, "note", note);
            may(form, "allergy", allergy);
            of(line, "/note")
        }
        OrderDeed::Seat { line, seat } => {
            may(form, "seat", seat);
            of(line, "/seat")
        }
        OrderDeed::NextSeat(line) => {
            put(form, "next", 1);
            of(line, "/seat")
        }
        OrderDeed::Course { line, course } => {
            put(form, "course", course);
            of(line, "/course")
        }
        OrderDeed::Choose {
            line,
            picks,
            note,
            allergy,
        } => {
            put_picks(form, picks);
            may(form, "note", note);
            may(form, "allergy", allergy);
            of(line, "/modifiers")
        }
        OrderDeed::Instead { line, choice } => {
            put(form, "modifier", choice);
            of(line, "/choice")
        }
        OrderDeed::Details {
            guests,
            name,
            phone,
        } => {
            may(form, "guests", guests);
            may(form, "name", name);
            may(form, "phone", phone);
            at("/details")
        }
        OrderDeed::Send => at("/sends"),
        OrderDeed::Serve { lines, from_strip } => {
            lines.iter().for_each(|line| put(form, "line", line));
            may(form, "from", &from_strip.then_some("ready"));
            at("/servings")
        }
        OrderDeed::Cancel => at("/cancellation"),
        OrderDeed::Pay(pay) => {
            pay_form(pay, form);
            at("/payments")
        }
        OrderDeed::NothingToPay => {
            put(form, "method", "nothing_to_pay");
            at("/payments")
        }
    };
    (Method::POST, path)
}

fn add_form(add: &Add, form: &mut Fields) {
    if let Some(undo) = &add.undo {
        form.extend(undo.iter().cloned());
        return;
    }
    put(form, "product", add.product);
    put(form, "quantity", add.quantity);
    if let Some(picks) = &add.picks {
        put(form, "choices", 1);
        put_picks(form, picks);
    }
    may(form, "note", &add.note);
    may(form, "allergy", &add.allergy);
    may(form, "seat", &add.seat);
    put(form, "course", add.course);
}

fn pay_form(pay: &Pay, form: &mut Fields) {
    may(form, "part", &pay.in_full.then_some("full"));
    may(form, "amount", &pay.amount);
    may(form, "tendered", &pay.tendered);
    may(form, "tip", &Some(pay.tip).filter(|tip| *tip != 0));
    may(form, "expected", &pay.expected);
}

fn ticket_request(ticket: Uuid, deed: &TicketDeed, form: &mut Fields) -> (Method, String) {
    let at = |rest: &str| format!("/kitchen/tickets/{ticket}/{rest}");
    match deed {
        TicketDeed::Shown => (Method::POST, at("shown")),
        TicketDeed::Start => (Method::POST, at("start")),
        TicketDeed::Done(line) => (Method::POST, at(&format!("lines/{line}/done"))),
        TicketDeed::NotDone(line) => (Method::DELETE, at(&format!("lines/{line}/done"))),
        TicketDeed::Bump { seen } => {
            may(form, "additions", seen);
            (Method::POST, at("bump"))
        }
        TicketDeed::Recall => (Method::DELETE, at("bump")),
    }
}

fn shift_request(
    book: &Book,
    shift: Uuid,
    deed: &ShiftDeed,
    form: &mut Fields,
) -> (Method, String) {
    let path = match deed {
        ShiftDeed::Count { hundreds } => {
            put_cash(form, *hundreds);
            format!("/shifts/{shift}/count")
        }
        ShiftDeed::PassOn { order, to } => {
            put(form, "order", order);
            put(
                form,
                "deed",
                if to.is_some() {
                    "hand_over"
                } else {
                    "carry_over"
                },
            );
            may(form, "to", to);
            put(form, "reason", "Guests are still here");
            format!("/shifts/{shift}/orders")
        }
        ShiftDeed::Close {
            count,
            reason,
            approver,
        } => {
            may(form, "count", count);
            may(form, "reason", &reason.then_some("A note was torn"));
            if let Some(approver) = approver {
                put(form, "approver", book.people[*approver].id);
                put(form, "password", "password123");
            }
            format!("/shifts/{shift}/close")
        }
    };
    (Method::POST, path)
}
