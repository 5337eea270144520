//! Signing in, staying in, and being sent out.

mod admins;
mod approving;
mod by_name;
mod clients;
mod growing_old;
mod passwords;
mod pins;
mod wrong_tries;

use cafe_pos::staff::{self, Typed};
use cafe_pos::values::StaffId;
use poem::http::Method;
use serde_json::Value;

use super::house::*;

/// What everybody of the seed has as password.
const SEEDED: &str = "password123";
const OWN: &str = "three green mangoes";

fn typed(secret: &str) -> Typed {
    secret.parse().expect("a secret")
}

impl Device {
    /// Signs in as a browser does.
    async fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        self.post(
            "/sign-in",
            &[("username", username), ("password", password)],
        )
        .await
    }

    /// Signs in from an address of the café's network, behind the trusted proxy.
    async fn sign_in_from(&mut self, address: &str, username: &str, password: &str) -> Answer {
        let form = serde_urlencoded::to_string([("username", username), ("password", password)])
            .expect("a form");
        let headers = [
            ("hx-request", "true"),
            ("sec-fetch-site", "same-origin"),
            ("x-forwarded-for", address),
        ];
        self.send(Method::POST, "/sign-in", Some(form), &headers)
            .await
    }

    /// Calls the API with JSON, and with a token if there is one.
    async fn api(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let bearer = token
            .map(|token| format!("Bearer {token}"))
            .unwrap_or_default();
        let mut headers = vec![];
        if token.is_some() {
            headers.push(("authorization", bearer.as_str()));
        }
        self.send_json(method, path, body, &headers).await
    }
}

async fn set_pin(house: &House, username: &str, pin: &str) {
    let hash = staff::hashing::hash_now(pin).expect("a hash");
    let done = house
        .execute(
            "UPDATE staff SET pin_hash = $2 WHERE username = $1",
            [username.into(), hash.as_str().into()],
        )
        .await;
    assert_eq!(done, 1);
}

async fn id_of(house: &House, username: &str) -> StaffId {
    house.id("staff", "username", username).await
}
