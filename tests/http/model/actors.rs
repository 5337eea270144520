//! Doing it over HTTP: the people with their devices, and who sends what again.

use std::collections::VecDeque;
use std::time::{Duration as StdDuration, Instant};

use super::at_pesapal::{faults_of, settle_links};
use super::book::{Book, Role};
use super::command::{Command, Deed, TicketDeed};
use super::requests::{PASSWORD, PIN, request};
use crate::house::*;
use crate::pesapal::simulator::Simulator;
use cafe_pos::data::{By, Tx};
use cafe_pos::live::Changed;
use cafe_pos::orders;
use poem::http::{Method, StatusCode};

/// A request that was carried out and may come again.
#[derive(Clone)]
pub struct Sent {
    pub who: usize,
    pub method: Method,
    pub path: String,
    pub form: Vec<(String, String)>,
    pub key: String,
    /// Where the answer led to.
    pub redirect: String,
}

/// Everybody with a browser.
pub struct Actors {
    devices: Vec<Device>,
    /// What was carried out, oldest first.
    pub done: Vec<Sent>,
    signed_in_at: i64,
    /// When secrets were entered last.
    secrets: VecDeque<Instant>,
    pub pesapal: Simulator,
    /// How many strangers knocked, each from an address of their own.
    pub knocks: usize,
}

/// Usernames, roles and where they stand: two cashiers share a till, and somebody of each kind has a device of their own.
pub const PEOPLE: [(&str, Role, Option<&str>); 11] = [
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
    (ADMIN, Role::Admin, None),
];

/// A session lasts eight hours; nobody here works so long without signing in anew.
const SIGN_IN_AFTER: i64 = 2 * 3_600;

impl Actors {
    pub async fn arrive(house: &House, pesapal: Simulator, now: i64) -> Actors {
        let mut devices: Vec<Device> = Vec::new();
        for (at, (username, role, terminal)) in PEOPLE.iter().enumerate() {
            let mut device = match (role, terminal) {
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
            if role.manages() {
                let form = [("current", PASSWORD), ("pin", PIN), ("again", PIN)];
                let set = device.change(Method::POST, "/me/pin", &form, &key()).await;
                set.must_be(StatusCode::OK);
                device.cookies.extend(house.person(username).await.cookies);
            }
            devices.push(device);
        }
        Actors {
            devices,
            done: Vec::new(),
            signed_in_at: now,
            secrets: VecDeque::new(),
            pesapal,
            knocks: 0,
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

    /// Does it, while Pesapal does wrong what it is said to; answers what came back, where it was a request at all.
    pub async fn act(&mut self, house: &House, book: &Book, command: &Command) -> Option<Answer> {
        self.pesapal
            .with(|faults| *faults = faults_of(book, command));
        let answer = match self.at_pesapals_doors(house, book, command).await {
            Some(answer) => answer,
            None => self.at_the_screens(house, book, command).await,
        };
        settle_links(house, command).await;
        self.pesapal.with(|faults| *faults = Default::default());
        answer
    }

    async fn at_the_screens(
        &mut self,
        house: &House,
        book: &Book,
        command: &Command,
    ) -> Option<Answer> {
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
                // Who may agree to what the first one asked may be the other one.
                if sent.form.iter().any(|(name, _)| name == "approver") {
                    return None;
                }
                // A discount and a refund that cannot be are refused as such before their key is looked at.
                let judged_first = ["/discount", "/refund"];
                if judged_first.iter().any(|end| sent.path.ends_with(end)) {
                    return None;
                }
                (Sent { who: other, ..sent }, false)
            }
            // The receipt of somebody who only looks on claims no key.
            Deed::Ticket(_, TicketDeed::Shown) => (request(book, command), false),
            // Asked once more Pesapal is asked once more, whatever the key.
            Deed::Link(..) | Deed::AskBack(..) => (request(book, command), false),
            _ => (request(book, command), true),
        };
        let form: Vec<(&str, &str)> = sent
            .form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        if form.iter().any(|(name, _)| *name == "approver") {
            self.wait_for_the_valve().await;
        }
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

    /// All of them have one address, from which so many secrets are looked at in a minute; nobody waits for that in `make test`.
    async fn wait_for_the_valve(&mut self) {
        let minute = StdDuration::from_secs(60);
        self.secrets.push_back(Instant::now());
        while self.secrets.len() > 50 {
            match self.secrets[0].elapsed() > minute {
                true => _ = self.secrets.pop_front(),
                false => tokio::time::sleep(StdDuration::from_millis(200)).await,
            }
        }
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
