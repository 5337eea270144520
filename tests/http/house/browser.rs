//! A browser: what it sends, the cookies that it keeps, and what people do with it.

use std::collections::HashMap;
use std::sync::Arc;

use cafe_pos::values::OrderId;
use poem::endpoint::BoxEndpoint;
use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

use super::answer::{Answer, read};

/// A browser.
#[derive(Clone)]
pub struct Device {
    pub(super) endpoint: Arc<BoxEndpoint<'static, Response>>,
    pub db: DatabaseConnection,
    pub cookies: HashMap<String, String>,
}

impl Device {
    /// Asks for a page as a browser does.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[("accept", "text/html")])
            .await
    }

    /// Asks for a fragment as htmx does.
    pub async fn fragment(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[("hx-request", "true")])
            .await
    }

    /// Changes something as htmx does, under a fresh key.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.change(Method::POST, path, form, &key()).await
    }

    /// The same with PUT.
    pub async fn put(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.change(Method::PUT, path, form, &key()).await
    }

    /// The same with DELETE.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.change(Method::DELETE, path, &[], &key()).await
    }

    /// Changes something under a key of the test's own.
    pub async fn change(
        &mut self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
        key: &str,
    ) -> Answer {
        let headers = [
            ("hx-request", "true"),
            ("sec-fetch-site", "same-origin"),
            ("idempotency-key", key),
        ];
        let body = serde_urlencoded::to_string(form).expect("a form");
        let form = (method != Method::DELETE).then_some(body);
        self.send(method, path, form, &headers).await
    }

    /// Sends anything.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        form: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = form.map(|form| ("application/x-www-form-urlencoded", form));
        self.send_body(method, path, body, headers).await
    }

    /// Calls as an API client does.
    pub async fn send_json(
        &mut self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string()));
        let mut all = vec![("accept", "application/json")];
        all.extend(headers);
        self.send_body(method, path, body, &all).await
    }

    /// Sends a body of any kind.
    pub async fn send_body(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path.parse().expect("an address"))
            .header(header::HOST, "pos.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.cookie_header());
        }
        let request = match body {
            Some((kind, body)) => request.content_type(kind).body(body),
            None => request.finish(),
        };
        let response = self.endpoint.get_response(request).await;
        self.keep_cookies(&response);
        read(response).await
    }

    /// Sends what no browser of ours would: a request of the test's own, with none of this device's cookies, which stay
    /// as they are. Of a stream nothing but its beginning is read.
    pub async fn send_raw(&self, request: Request) -> Answer {
        read(self.endpoint.get_response(request).await).await
    }

    /// The header that carries this device's cookies.
    pub fn cookie_header(&self) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cookies.join("; ")
    }

    /// The raw response, for streams.
    pub async fn open(&self, path: &str) -> Response {
        let request = Request::builder()
            .uri(path.parse().expect("an address"))
            .header(header::COOKIE, self.cookie_header())
            .finish();
        self.endpoint.get_response(request).await
    }

    fn keep_cookies(&mut self, response: &Response) {
        for set in response.headers().get_all(header::SET_COOKIE) {
            let text = set.to_str().expect("a cookie");
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a cookie");
            let gone = value.is_empty() || attributes.to_lowercase().contains("max-age=0");
            if gone {
                self.cookies.remove(name.trim());
            } else {
                self.cookies
                    .insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }

    // ---- what people do -------------------------------------------------------------------------

    /// Opens a counter sale.
    pub async fn counter_sale(&mut self) -> OrderId {
        let id = OrderId::new();
        self.put(&format!("/orders/{id}"), &[("kind", "takeaway")])
            .await
            .must_be(StatusCode::OK);
        id
    }

    /// Opens an order at a table.
    pub async fn sit_down(&mut self, table: &str, guests: &str) -> OrderId {
        let id = OrderId::new();
        let table: Uuid = one(
            &self.db,
            "SELECT id FROM dining_tables WHERE code = $1",
            table,
        )
        .await;
        let table = table.to_string();
        let form = [
            ("kind", "dine_in"),
            ("table", table.as_str()),
            ("guests", guests),
        ];
        self.put(&format!("/orders/{id}"), &form)
            .await
            .must_be(StatusCode::OK);
        id
    }

    /// Taps a product, which takes its usual choices.
    pub async fn tap(&mut self, order: OrderId, product: &str) -> Answer {
        let product = product_id(&self.db, product).await;
        self.post(&format!("/orders/{order}/lines"), &[("product", &product)])
            .await
    }

    /// Hands the unsent lines to the kitchen.
    pub async fn hand_over_to_kitchen(&mut self, order: OrderId) -> Answer {
        self.post(&format!("/orders/{order}/sends"), &[]).await
    }
}

/// The id of a product by its name.
pub async fn product_id(db: &DatabaseConnection, name: &str) -> String {
    one::<Uuid>(db, "SELECT id FROM products WHERE name = $1", name)
        .await
        .to_string()
}

async fn one<T: sea_orm::TryGetable>(db: &DatabaseConnection, sql: &str, value: &str) -> T {
    db.query_one_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [value.into()],
    ))
    .await
    .expect("a query")
    .unwrap_or_else(|| panic!("no {value}"))
    .try_get("", "id")
    .expect("an id")
}

/// A form as it is filled in, with some fields otherwise: those that are given take the place of the usual ones, and what is
/// empty is left out.
pub fn filled_in<'a>(
    usual: &[(&'a str, &'a str)],
    otherwise: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = usual
        .iter()
        .filter(|(name, _)| otherwise.iter().all(|(other, _)| other != name));
    kept.chain(otherwise)
        .filter(|(_, value)| !value.is_empty())
        .copied()
        .collect()
}

/// A fresh idempotency key.
pub fn key() -> String {
    Uuid::now_v7().simple().to_string()
}
