//! What guests, Pesapal and others do who are at no screen of the café's, and what Pesapal does wrong meanwhile.

use std::time::Duration as StdDuration;

use poem::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::actors::Actors;
use super::book::Book;
use super::command::{Called, Command, Deed, Door, Fault, Guest, LinkDeed, OrderDeed, Taking};
use super::links::{Heard, Link, MORE};
use super::run::Day;
use crate::house::{Answer, House};
use crate::pesapal::{
    self,
    simulator::{Call, Faults},
};
use cafe_pos::payments::{pesapal::ask_due, refunds};

const IPN: &str = "/api/payments/pesapal/ipn";

/// What Pesapal does wrong while this is done.
pub fn faults_of(book: &Book, command: &Command) -> Faults {
    match &command.deed {
        Deed::Order(_, OrderDeed::AskByLink(_, taking)) => taking_it(taking),
        Deed::Refund(_, asked) => answering(asked.pesapal, &[Call::Refund], 0),
        Deed::Poll(fault) | Deed::PollBack(fault) => answering(*fault, &[Call::Status], 0),
        Deed::AskBack(payment, fault) => {
            let link = book.payment(*payment).and_then(|at| book.payments[at].link);
            let other = link.map_or(0, |link| book.links[link].total() + MORE);
            answering(*fault, &[Call::Status], other)
        }
        Deed::Link(at, deed) => {
            let asked = |at: usize| book.links[at].total() + MORE;
            match deed {
                LinkDeed::Guest(Guest::Pays(_, code)) => Faults {
                    called: Some(code.clone()),
                    ..Faults::default()
                },
                LinkDeed::Told { named, fault, .. } => {
                    let meant = book.link_meant(*at, *named);
                    answering(*fault, &[Call::Status], asked(meant))
                }
                LinkDeed::Relayed { fault, .. } => answering(*fault, &[Call::Status], asked(*at)),
                LinkDeed::Renew { taking, fault } => {
                    let made = taking_it(taking);
                    let mut faults = answering(*fault, &[Call::Cancel, Call::Status], asked(*at));
                    faults.breaks.extend(made.breaks);
                    faults.garbage.extend(made.garbage);
                    (faults.limit, faults.forgot_ipns) = (made.limit, made.forgot_ipns);
                    faults
                }
                LinkDeed::CallOff { fault, .. } => {
                    answering(*fault, &[Call::Cancel, Call::Status], asked(*at))
                }
                _ => Faults::default(),
            }
        }
        _ => Faults::default(),
    }
}

fn taking_it(taking: &Taking) -> Faults {
    let mut faults = Faults::default();
    match taking {
        Taking::Takes => {}
        Taking::Breaks => faults.breaks = vec![Call::Submit],
        Taking::Nonsense => faults.garbage = vec![Call::Submit],
        Taking::TooMuch => faults.limit = Some(0),
        Taking::Forgot => faults.forgot_ipns = true,
        Taking::Early(code) => {
            faults.early = true;
            faults.called = Some(code.clone());
        }
    }
    faults
}

fn answering(fault: Fault, calls: &[Call], other: i64) -> Faults {
    let mut faults = Faults::default();
    match fault {
        Fault::None => {}
        Fault::Breaks => faults.breaks = calls.to_vec(),
        Fault::Nonsense => faults.garbage = calls.to_vec(),
        Fault::NotYet => faults.pending_first = u32::MAX,
        Fault::OtherAmount => faults.other_amount = Some(json!(other)),
        Fault::OtherCurrency => faults.other_currency = Some("KES".to_owned()),
        Fault::OtherReference => faults.other_reference = Some("another".to_owned()),
    }
    faults
}

/// What Pesapal is told goes on where the till does not wait for it any longer.
pub async fn settle_links(house: &House, command: &Command) {
    if !matches!(
        command.deed,
        Deed::Order(_, OrderDeed::AskByLink(..)) | Deed::Link(_, LinkDeed::Renew { .. })
    ) {
        return;
    }
    let starting = "SELECT count(*) FROM payment_attempts WHERE state = 'starting'";
    while house.number(starting).await > 0 {
        tokio::time::sleep(StdDuration::from_millis(20)).await;
    }
}

/// What a stranger calls a transaction that Pesapal has not taken, or that there is not.
fn tracking_of(link: &Link) -> String {
    let invented = || format!("invented-{}", link.id.simple());
    link.tracking.clone().unwrap_or_else(invented)
}

impl Actors {
    /// Does what is done at no screen; nothing where it is done at one.
    pub async fn at_pesapals_doors(
        &mut self,
        house: &House,
        book: &Book,
        command: &Command,
    ) -> Option<Option<Answer>> {
        let (at, deed) = match &command.deed {
            Deed::Poll(_) => {
                // A few at a time, until all were asked about.
                for _ in 0..=book.due_links().len() / 4 {
                    ask_due(&house.app).await.expect("the loop");
                }
                return Some(None);
            }
            Deed::PollBack(_) => {
                for _ in 0..=book.due_refunds().len() / 4 {
                    refunds::ask_due(&house.app).await.expect("the loop");
                }
                return Some(None);
            }
            Deed::Link(at, deed) => (*at, deed),
            _ => return None,
        };
        let link = &book.links[at];
        Some(Some(match deed {
            LinkDeed::Guest(guest) => {
                let (code, way) = match guest {
                    Guest::Pays(way, _) => (1, *way),
                    Guest::Fails => (2, ""),
                    Guest::HasItBack => (3, ""),
                };
                self.pesapal.turns(&tracking_of(link), code, way);
                return Some(None);
            }
            LinkDeed::Told { door, named, .. } => {
                let named = &book.links[named.unwrap_or(at)];
                let (tracking, reference) = (tracking_of(link), named.id.to_string());
                match door {
                    Door::Till => return None,
                    door => self.knock(house, *door, &tracking, &reference).await,
                }
            }
            LinkDeed::Invented { by_relay: false } => {
                let (one, other) = (format!("invented-{at}"), Uuid::nil().to_string());
                self.knock(house, Door::Ipn, &one, &other).await
            }
            LinkDeed::Invented { by_relay: true } => {
                let order = book.orders[link.order].id.to_string();
                let said = said(&order, link.total(), None, &format!("invented-{at}"));
                self.relay(house, &said, &pesapal::sign(&said)).await
            }
            LinkDeed::Forged => {
                let said = said(&link.id.to_string(), link.total(), None, &tracking_of(link));
                self.relay(house, &said, &"0".repeat(64)).await
            }
            LinkDeed::Relayed {
                called,
                more,
                currency,
                ..
            } => {
                let name = match called {
                    Called::Reference => link.id,
                    Called::Order => book.orders[link.order].id,
                    Called::AnotherOrder => {
                        let mut others = book.orders.iter().enumerate();
                        let other = others.find(|(other, _)| *other != link.order);
                        other.map_or(Uuid::nil(), |(_, order)| order.id)
                    }
                };
                let amount = link.total() + more;
                let said = said(&name.to_string(), amount, *currency, &tracking_of(link));
                self.relay(house, &said, &pesapal::sign(&said)).await
            }
            LinkDeed::CallOff { .. } | LinkDeed::Renew { .. } => return None,
        }))
    }

    fn address(&mut self) -> String {
        self.knocks += 1;
        format!("203.0.{}.{}", self.knocks / 250 % 250, self.knocks % 250)
    }

    async fn knock(
        &mut self,
        house: &House,
        door: Door,
        tracking: &str,
        reference: &str,
    ) -> Answer {
        let kind = match door {
            Door::Return => "CALLBACKURL",
            _ => "IPNCHANGE",
        };
        let words = json!({
            "OrderTrackingId": tracking, "OrderNotificationType": kind, "OrderMerchantReference": reference,
        });
        let query =
            serde_urlencoded::to_string(words.as_object().expect("words")).expect("a query");
        let address = self.address();
        let headers = [("x-forwarded-for", address.as_str())];
        let mut stranger = house.browser();
        match door {
            Door::IpnInBody => {
                let body = Some(("application/json", words.to_string()));
                stranger.send_body(Method::POST, IPN, body, &headers).await
            }
            Door::Return => {
                let path = format!("/payments/pesapal/return?{query}");
                stranger.send(Method::GET, &path, None, &headers).await
            }
            _ => {
                let path = format!("{IPN}?{query}");
                stranger.send(Method::GET, &path, None, &headers).await
            }
        }
    }

    async fn relay(&mut self, house: &House, said: &str, signature: &str) -> Answer {
        let address = self.address();
        let headers = [
            ("x-forwarded-for", address.as_str()),
            ("x-pesapal-signature", signature),
        ];
        let body = Some(("application/json", said.to_owned()));
        let path = "/api/payments/pesapal/webhook";
        house
            .browser()
            .send_body(Method::POST, path, body, &headers)
            .await
    }
}

fn said(order: &str, amount: i64, currency: Option<&str>, tracking: &str) -> String {
    let mut said = json!({
        "orderId": order, "amount": amount, "payment_method": "MTN", "transaction_tracking_id": tracking,
    });
    if let Some(currency) = currency {
        said["currency"] = json!(currency);
    }
    said.to_string()
}

impl Day {
    /// What strangers are told, and where a cashier is led who called off.
    pub fn check_what_is_told(&mut self, after: &Book, command: &Command, answer: &Answer) {
        let Deed::Link(at, deed) = &command.deed else {
            return;
        };
        let told = || answer.json()["status"].clone();
        let (right, is) = match (deed, after.heard) {
            // 500 has Pesapal notify us again.
            (
                LinkDeed::Told {
                    door: Door::Ipn | Door::IpnInBody,
                    ..
                },
                None,
            ) => (json!(500), told()),
            (
                LinkDeed::Told {
                    door: Door::Ipn | Door::IpnInBody,
                    ..
                },
                _,
            )
            | (LinkDeed::Invented { by_relay: false }, _) => (json!(200), told()),
            (LinkDeed::Relayed { .. }, heard) if answer.status.is_success() => {
                let right = match heard {
                    Some(Heard::Paid) => "recorded",
                    Some(Heard::Over) => "not_paid",
                    _ => "waiting",
                };
                (json!(right), told())
            }
            (LinkDeed::CallOff { cash, .. }, heard) if answer.status.is_success() => {
                let link = &after.links[*at];
                let is_silent = link.is_taken && heard.is_none();
                let is_told = link.payment().is_some() || heard == Some(Heard::Kept) || is_silent;
                let right = match *cash && !is_told {
                    true => format!("/orders/{}/pay", after.orders[link.order].id),
                    false => format!("/attempts/{}", link.id),
                };
                (json!(right), Value::from(answer.header("hx-redirect")))
            }
            // A guest who was faster needs no other link.
            (LinkDeed::Renew { .. }, _) if answer.status.is_success() => {
                let link = &after.links[*at];
                let is_led_back = answer.header("hx-redirect") == format!("/attempts/{}", link.id);
                (json!(link.payment().is_some()), json!(is_led_back))
            }
            _ => return,
        };
        if right != is {
            self.wrong
                .push(format!("what is told must be {right}, is {is}"));
        }
    }
}
