//! Tokens made by hand, for what no library would sign.

use cafe_pos::staff::session::{self, Claims};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::house::*;

/// As the parts of a token are written.
pub fn base64url(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..=three.len() {
            text.push(char::from(SIGNS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// A token with any header and any claims, signed with HMAC-SHA-256 under this secret.
pub fn crafted(header: &Value, claims: &Value, secret: &str) -> String {
    let signed = format!(
        "{}.{}",
        base64url(header.to_string().as_bytes()),
        base64url(claims.to_string().as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", base64url(&mac.finalize().into_bytes()))
}

/// What the session of this browser says.
pub fn claims_of(device: &Device, house: &House) -> Claims {
    let token = &device.cookies[session::COOKIE];
    Claims::read(token, SECRET, house.app.clock().now()).expect("a session")
}

/// What the claims say, but for one thing; without it where it is null.
pub fn but(claims: &Value, name: &str, value: Value) -> Value {
    let mut other = claims.clone();
    let fields = other.as_object_mut().expect("claims");
    match value {
        Value::Null => fields.remove(name),
        value => fields.insert(name.to_owned(), value),
    };
    other
}
