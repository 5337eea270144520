//! Who may do what, at every address: everybody of the house at every door, with good words, unknown ids and nonsense.

use cafe_pos::staff::Role;
use poem::http::{Method, StatusCode};

use super::deeds::well_formed;
use super::scene::{Scene, routes, unknown, with_each};
use super::table::{CALLERS, Caller, MAY, Who, Word};
use super::watch;
use crate::house::*;

/// The callers with their browsers; a session that somebody ends is begun again.
struct Door {
    gone: Vec<(Caller, Device)>,
}

impl Door {
    async fn of(house: &House) -> Door {
        house
            .execute(
                "UPDATE staff SET role = 'admin' WHERE username IN ('ivan', 'harriet', 'esther')",
                [],
            )
            .await;
        house
            .execute(
                "UPDATE staff SET must_change_password = true WHERE username = $1",
                [OTHER_MANAGER.into()],
            )
            .await;
        house
            .execute(
                "UPDATE terminals SET station_id = (SELECT id FROM stations WHERE name = 'Kitchen') \
                 WHERE name = 'Floor tablet'",
                [],
            )
            .await;
        let mut admin = house.person(ADMIN).await;
        let id = async |username: &str| house.id::<uuid::Uuid>("staff", "username", username).await;
        let deactivated = house.person("ivan").await;
        admin
            .put(
                &format!("/staff/{}", id("ivan").await),
                &[("name", "Ivan Mugabi"), ("role", "admin")],
            )
            .await
            .must_be(StatusCode::OK);
        let forced_out = house.person("harriet").await;
        house.hand.advance(time::Duration::seconds(1));
        admin
            .post(&format!("/staff/{}/force-out", id("harriet").await), &[])
            .await
            .must_be(StatusCode::OK);
        let signed_out = house.person("esther").await;
        signed_out
            .clone()
            .post("/sign-out", &[])
            .await
            .must_be(StatusCode::OK);
        let revoked = house.display("Kitchen display").await;
        let terminal = house.terminal("Kitchen display").await;
        admin
            .delete(&format!("/terminals/{terminal}/pairing"))
            .await
            .must_be(StatusCode::OK);
        house
            .execute(
                "UPDATE terminals SET revoked_at = NULL WHERE name = 'Kitchen display'",
                [],
            )
            .await;
        let gone = vec![
            (Caller::Nobody, house.browser()),
            (Caller::Deactivated, deactivated),
            (Caller::ForcedOut, forced_out),
            (Caller::SignedOut, signed_out),
            (Caller::RevokedDisplay, revoked),
            (
                Caller::KitchenDisplay,
                house.display("Kitchen display").await,
            ),
            (Caller::BarDisplay, house.display("Bar display").await),
            (Caller::PassDisplay, house.display("Pass display").await),
            (
                Caller::WaiterAtTheKitchen,
                house.till(OTHER_WAITER, "Floor tablet").await,
            ),
        ];
        Door { gone }
    }

    async fn browser_of(&self, house: &House, caller: Caller) -> Device {
        if let Some((_, device)) = self.gone.iter().find(|(who, _)| *who == caller) {
            let mut device = device.clone();
            if caller == Caller::WaiterAtTheKitchen {
                device
                    .cookies
                    .extend(house.person(OTHER_WAITER).await.cookies);
            }
            return device;
        }
        match caller {
            Caller::Role(_, username) => house.person(username).await,
            _ => house.person(OTHER_MANAGER).await,
        }
    }
}

/// How a request is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    /// As somebody would who may.
    Well,
    /// The same about what does not exist.
    Unknown,
    /// Nonsense without a key: whoever may not must not even be told what is wrong with it.
    Badly,
}

async fn ask(
    scene: &Scene,
    device: &mut Device,
    method: &Method,
    pattern: &str,
    caller: Caller,
    put: Put,
) -> Answer {
    let username = match caller {
        Caller::Role(_, username) => username,
        _ => OTHER_WAITER,
    };
    let path = match put {
        Put::Well => scene.filled(method, pattern, username),
        Put::Unknown => unknown(pattern),
        Put::Badly => with_each(pattern, |_| "no-id".to_owned()),
    };
    let key = key();
    let mut headers = vec![("hx-request", "true"), ("sec-fetch-site", "same-origin")];
    if put == Put::Badly {
        headers.push(("accept", "application/json"));
        return device
            .send_body(
                method.clone(),
                &path,
                Some(("application/json", "{\"broken\":".to_owned())),
                &headers,
            )
            .await;
    }
    headers.push(("idempotency-key", &key));
    let bare = pattern.split('?').next().unwrap_or(pattern);
    let form = well_formed(scene, method, bare).expect("a known address");
    let body = serde_urlencoded::to_string(form).expect("a form");
    let has_form = !matches!(*method, Method::GET | Method::DELETE);
    device
        .send(method.clone(), &path, has_form.then_some(body), &headers)
        .await
}

#[test]
fn the_table_of_rights_knows_every_address() {
    for (method, pattern) in routes() {
        assert!(
            MAY.iter()
                .any(|(its, at, _)| *its == method.as_str() && *at == pattern),
            "nobody has said who may {method} {pattern}: add (\"{method}\", \"{pattern}\", …) to MAY in tests/http/hostile/table.rs"
        );
    }
    for (method, at, _) in MAY {
        let bare = at.split('?').next().unwrap_or(at);
        assert!(
            routes()
                .iter()
                .any(|(its, pattern)| its.as_str() == *method && *pattern == bare),
            "{method} {at} is no address any more: take it out of MAY in tests/http/hostile/table.rs"
        );
    }
}

#[tokio::test]
async fn whoever_may_not_is_told_so_before_anything_else_and_nothing_changes() {
    let scene = Scene::open().await;
    let door = Door::of(&scene.house).await;
    watch::changes(&scene.house).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    for (method, pattern, who) in MAY {
        let method: Method = method.parse().expect("a method");
        for caller in CALLERS {
            let word = who.says_to(caller);
            if word == Word::In {
                continue;
            }
            let mut device = door.browser_of(&scene.house, caller).await;
            for put in [Put::Well, Put::Unknown, Put::Badly] {
                let answer = ask(&scene, &mut device.clone(), &method, pattern, caller, put).await;
                let told = answer.status;
                let expected = match word {
                    // Who may see some picture is told of a question that nobody understands.
                    _ if pattern.contains("/stream")
                        && put == Put::Badly
                        && sees_something(caller) =>
                    {
                        told.is_client_error()
                    }
                    Word::SignIn => told == StatusCode::UNAUTHORIZED,
                    // Who works at some board is told of one that does not exist.
                    _ if put != Put::Well && works_at_another(*who, &method, pattern, caller) => {
                        told.is_client_error()
                    }
                    _ => told == StatusCode::FORBIDDEN,
                };
                if !expected {
                    let text = answer.text;
                    wrong.push(format!(
                        "{caller:?} {put:?} {method} {pattern}: should be {word:?}, but {told} {text}"
                    ));
                }
                let changed = watch::changes(&scene.house).await;
                if !changed.is_empty() {
                    wrong.push(format!(
                        "{caller:?} {put:?} {method} {pattern} changed {changed:?}"
                    ));
                }
                asked += 1;
            }
            // A page leads to signing in and nowhere else.
            if method == Method::GET && word == Word::SignIn {
                let page = device.get(&unknown(pattern)).await;
                let leads_to = page.header("location");
                assert!(
                    page.status == StatusCode::UNAUTHORIZED
                        || (page.status == StatusCode::SEE_OTHER
                            && (leads_to == "/" || leads_to.starts_with("/sign-in"))),
                    "{caller:?} {pattern}: {} to {leads_to:?}",
                    page.status
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{asked} requests of people who may not");
}

fn sees_something(caller: Caller) -> bool {
    Who::SignedInOrDisplay.says_to(caller) == Word::In
}

/// Whether this address leads to boards of which one is the caller's, though not this one. Whoever takes orders sees a
/// pass, which has no tickets.
fn works_at_another(who: Who, method: &Method, pattern: &str, caller: Caller) -> bool {
    match who {
        Who::KitchenBoard => {
            has_a_board(caller) || (*method == Method::GET && Who::Pass.says_to(caller) == Word::In)
        }
        Who::Pass => {
            pattern.contains("/stream")
                && (has_a_board(caller) || Who::KitchenBoard.says_to(caller) == Word::In)
        }
        _ => false,
    }
}

fn has_a_board(caller: Caller) -> bool {
    matches!(
        caller,
        Caller::BarDisplay
            | Caller::PassDisplay
            | Caller::Role(Role::Bar, _)
            | Caller::WaiterAtTheKitchen
    )
}

#[tokio::test]
async fn whoever_may_is_let_in_and_nothing_breaks() {
    let scene = Scene::open().await;
    let door = Door::of(&scene.house).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    // Deeds upon oneself end sessions, and are tried last.
    let (last, first): (Vec<_>, Vec<_>) = MAY
        .iter()
        .partition(|(_, at, who)| *who == Who::AnySession || at.starts_with("/sign-"));
    for (method, pattern, who) in first.into_iter().chain(last) {
        let method: Method = method.parse().expect("a method");
        for caller in CALLERS
            .into_iter()
            .filter(|caller| who.says_to(*caller) == Word::In)
        {
            for put in [Put::Well, Put::Unknown, Put::Badly] {
                let mut device = door.browser_of(&scene.house, caller).await;
                let answer = ask(&scene, &mut device, &method, pattern, caller, put).await;
                let told = answer.status;
                let shut_out = matches!(told, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
                if told.is_server_error() || (shut_out && who != Who::KnowsASecret) {
                    let text = answer.text;
                    wrong.push(format!(
                        "{caller:?} {put:?} {method} {pattern}: {told} {text}"
                    ));
                }
                asked += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{asked} requests of people who may");
}

#[tokio::test]
async fn a_shift_belongs_to_one_person_and_managers() {
    let scene = Scene::open().await;
    watch::changes(&scene.house).await;
    let another = scene.id("another's shift").to_string();
    for (method, pattern) in routes() {
        if !pattern.contains(":shift") {
            continue;
        }
        let path = with_each(pattern, |_| another.clone());
        let form = well_formed(&scene, &method, pattern).expect("a known address");
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let ask = async |username: &str| {
            let mut device = scene.house.person(username).await;
            match method {
                Method::GET => device.fragment(&path).await,
                _ => device.change(method.clone(), &path, &form, &key()).await,
            }
        };
        let refused = ask(CASHIER).await;
        assert_eq!(
            refused.status,
            StatusCode::FORBIDDEN,
            "{method} {pattern}: {}",
            refused.text
        );
        let changed = watch::changes(&scene.house).await;
        // Who names an approver has the secret looked at first.
        assert!(
            changed
                .iter()
                .all(|table| table.starts_with("sign_in") || table.starts_with("audit")),
            "{method} {pattern} changed {changed:?}"
        );
        let manager = ask(MANAGER).await;
        assert!(
            !manager.status.is_server_error(),
            "{method} {pattern}: {} {}",
            manager.status,
            manager.text
        );
        watch::changes(&scene.house).await;
    }
}
