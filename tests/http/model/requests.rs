//! What each deed sends: method, address and fields, as the screens' own controls send them.

use poem::http::Method;
use uuid::Uuid;

use super::actors::Sent;
use super::book::Book;
use super::command::{
    Add, Agreed, Back, Command, Deed, Less, OrderDeed, Secret, ShiftDeed, Strike, TicketDeed,
    Which, Why,
};
use super::discounts::percent;
use super::menu::{Pick, Stock, Word};
use super::requests_of_money::{
    end_wait_request, link_form, link_request, loose_request, pay_form,
};
use crate::house::key;

/// What a deed sends.
pub fn request(book: &Book, command: &Command) -> Sent {
    let mut form = Vec::new();
    let (method, path) = match &command.deed {
        Deed::Order(order, deed) => order_request(book, *order, deed, &mut form),
        Deed::Refund(payment, asked) => {
            match asked.back {
                Back::Wrong { amount, tip } => {
                    may(&mut form, "amount", &amount);
                    may(&mut form, "tip", &tip);
                }
                Back::Goods { line, pieces } => {
                    put(&mut form, "kind", "goods_returned");
                    put(&mut form, "item", format!("{line}={pieces}"));
                }
            }
            may(&mut form, "reference", &asked.reference);
            may(&mut form, "another_way", &asked.another_way.then_some("on"));
            may(&mut form, "in_cash", &asked.in_cash.then_some("on"));
            put_why(book, &mut form, &asked.why);
            (Method::POST, format!("/payments/{payment}/refund"))
        }
        Deed::EndWait(wait, ending) => end_wait_request(*wait, ending, &mut form),
        Deed::Link(link, deed) => link_request(book.links[*link].id, deed, &mut form),
        Deed::AskBack(payment, _) => {
            put(&mut form, "desk", "on");
            (Method::POST, format!("/payments/{payment}/refund/asks"))
        }
        Deed::Place(payment, order) => {
            put(&mut form, "order", order);
            (Method::POST, format!("/payments/{payment}/placement"))
        }
        Deed::Record(loose) => loose_request(loose, &mut form),
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
        Deed::ListPrice {
            on: (list, product),
            was,
            price,
        } => {
            let list = book.lists[*list].id;
            let path = format!("/menu/price-lists/{list}/products/{product}");
            match (price, was) {
                (Some(price), was) => {
                    put(&mut form, "price", price);
                    may(&mut form, "was", was);
                    (Method::PUT, path)
                }
                (None, Some(was)) => (Method::DELETE, format!("{path}?was={was}")),
                (None, None) => (Method::DELETE, path),
            }
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

pub type Fields = Vec<(String, String)>;

pub fn put(form: &mut Fields, name: &str, value: impl ToString) {
    form.push((name.to_owned(), value.to_string()));
}

pub fn may(form: &mut Fields, name: &str, value: &Option<impl ToString>) {
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
        OrderDeed::Cancel(why) => {
            put_why(book, form, why);
            at("/cancellation")
        }
        OrderDeed::Pay(pay) => {
            pay_form(pay, form);
            at("/payments")
        }
        OrderDeed::AskByLink(pay, _) => {
            link_form(pay, form);
            at("/payments")
        }
        OrderDeed::WaitFor(pay) => {
            pay_form(pay, form);
            at("/attempts")
        }
        OrderDeed::NothingToPay => {
            put(form, "method", "nothing_to_pay");
            at("/payments")
        }
        OrderDeed::Reopen(why) => {
            put_why(book, form, why);
            at("/reopening")
        }
        OrderDeed::Discount(asked) => {
            match asked.less {
                Less::Named(name) => put(form, "named", name),
                Less::Share(share) => put(form, "percent", percent(share)),
                Less::Amount(amount) => put(form, "amount", amount),
                Less::Nothing => put(form, "none", "on"),
            }
            put_why(book, form, &asked.why);
            match asked.line {
                Some(line) => of(&line, "/discount"),
                None => at("/discount"),
            }
        }
        OrderDeed::Hold { which, held } => {
            let method = if *held { Method::POST } else { Method::DELETE };
            return (method, at(&format!("{}/hold", of_which(which))));
        }
        OrderDeed::Fire(which) => at(&format!("{}/fire", of_which(which))),
        OrderDeed::Void(strike) => {
            put_strike(book, form, strike);
            of(&strike.line, "/void")
        }
        OrderDeed::Comp(strike) => {
            put_strike(book, form, strike);
            of(&strike.line, "/comp")
        }
        OrderDeed::OpenItem(item) => {
            put(form, "name", item.name);
            may(form, "price", &item.price);
            put(form, "quantity", item.quantity);
            put(form, "station", book.stations[item.station]);
            put(form, "tax", book.taxes[item.tax].id);
            may(form, "note", &item.note);
            may(form, "seat", &item.seat);
            put(form, "course", item.course);
            put_agreed(book, form, item.agreed);
            at("/open-items")
        }
        OrderDeed::MoveTo(table) => {
            match table {
                Some(table) => put(form, "table", book.tables[*table].id),
                None => put(form, "table", "takeaway"),
            }
            at("/place")
        }
        OrderDeed::Transfer(to) => {
            put(form, "waiter", book.people[*to].id);
            at("/waiter")
        }
        OrderDeed::Merge(to) => {
            put(form, "order", to);
            at("/merge")
        }
        OrderDeed::Give {
            lines,
            to,
            is_fresh,
        } => {
            for (line, pieces) in lines {
                put(form, "line", line);
                if let Some(pieces) = pieces {
                    put(form, &format!("pieces-{line}"), format!("{line}:{pieces}"));
                }
            }
            put(form, if *is_fresh { "fresh" } else { "order" }, to);
            at("/moves")
        }
    };
    (Method::POST, path)
}

fn of_which(which: &Which) -> String {
    match which {
        Which::Line(line) => format!("/lines/{line}"),
        Which::Course(course) => format!("/courses/{course}"),
    }
}

fn put_strike(book: &Book, form: &mut Fields, strike: &Strike) {
    may(form, "quantity", &strike.pieces);
    put_why(book, form, &strike.why);
}

fn put_why(book: &Book, form: &mut Fields, why: &Why) {
    may(form, "chosen", &why.chosen);
    may(form, "reason", &why.written);
    put_agreed(book, form, why.agreed);
}

fn put_agreed(book: &Book, form: &mut Fields, agreed: Option<Agreed>) {
    let Some(Agreed { by, secret }) = agreed else {
        return;
    };
    put(form, "approver", book.people[by].id);
    match secret {
        Secret::Password => put(form, "password", PASSWORD),
        Secret::Pin => put(form, "secret", PIN),
        Secret::Wrong => put(form, "password", "not theirs at all"),
    }
}

/// Everybody's password, and the PIN of those who agree.
pub const PASSWORD: &str = "password123";
pub const PIN: &str = "4071";

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

fn ticket_request(ticket: Uuid, deed: &TicketDeed, form: &mut Fields) -> (Method, String) {
    let at = |rest: &str| format!("/kitchen/tickets/{ticket}/{rest}");
    match deed {
        TicketDeed::Shown => (Method::POST, at("shown")),
        TicketDeed::Start => (Method::POST, at("start")),
        TicketDeed::Done(line) => (Method::POST, at(&format!("lines/{line}/done"))),
        TicketDeed::NotDone(line) => (Method::DELETE, at(&format!("lines/{line}/done"))),
        TicketDeed::Bump { seen, changes } => {
            may(form, "additions", seen);
            may(form, "changes", changes);
            (Method::POST, at("bump"))
        }
        TicketDeed::Recall => (Method::DELETE, at("bump")),
        TicketDeed::RecallFromList { anew } => {
            may(form, "anew", &anew.then_some("on"));
            (Method::POST, at("recall"))
        }
        TicketDeed::Seen(line) => (Method::POST, at(&format!("lines/{line}/seen"))),
        TicketDeed::First(true) => (Method::POST, at("priority")),
        TicketDeed::First(false) => (Method::DELETE, at("priority")),
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
                put(form, "password", PASSWORD);
            }
            format!("/shifts/{shift}/close")
        }
    };
    (Method::POST, path)
}
