//! The cookies of a browser: its session, and who was last signed in there.

use poem::http::{HeaderValue, header};
use poem::{IntoResponse, Response};
use time::Duration;

use super::session::{COOKIE, Claims};
use crate::values::StaffId;

/// Says who was last signed in here, so that the same person can be asked for the PIN when the session
/// has ended. It gives no right to anything.
pub const LAST: &str = "pos_last";
/// How long that is remembered.
const REMEMBERED: Duration = Duration::hours(24);

/// The cookies of somebody who is signed in.
pub fn signed_in(claims: &Claims, token: &str, is_https: bool) -> [HeaderValue; 2] {
    [
        cookie(COOKIE, token, claims.seconds(), is_https),
        cookie(
            LAST,
            &claims.sub.to_string(),
            REMEMBERED.whole_seconds(),
            is_https,
        ),
    ]
}

/// What takes these cookies away.
pub fn signed_out(is_https: bool) -> [HeaderValue; 2] {
    [
        cookie(COOKIE, "", 0, is_https),
        cookie(LAST, "", 0, is_https),
    ]
}

/// A cookie that no script reads and no other site sends along with its requests; `seconds` is its age.
pub fn cookie(name: &str, value: &str, seconds: i64, is_https: bool) -> HeaderValue {
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("names, tokens and ids are visible ASCII")
}

/// An answer that also sets cookies.
pub fn with(cookies: impl IntoIterator<Item = HeaderValue>, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The person who was last signed in with this browser.
pub fn last(req: &poem::Request) -> Option<StaffId> {
    super::session::cookie(req, LAST)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::super::person::Role;
    use super::*;

    fn texts(cookies: &[HeaderValue]) -> Vec<&str> {
        cookies
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect()
    }

    #[test]
    fn a_session_is_kept_eight_hours_from_scripts_and_other_sites() {
        let claims = Claims::new(StaffId::new(), Role::Waiter, 0, OffsetDateTime::now_utc());
        let plain = signed_in(&claims, "a.b.c", false);
        assert_eq!(
            texts(&plain)[0],
            "pos_session=a.b.c; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax"
        );
        let secure = signed_in(&claims, "a.b.c", true);
        assert!(
            texts(&secure)
                .iter()
                .all(|cookie| cookie.ends_with("; Secure"))
        );
    }

    #[test]
    fn signing_out_takes_the_cookies_away() {
        for cookie in texts(&signed_out(false)) {
            assert!(cookie.contains("=; Path=/; Max-Age=0; "), "{cookie}");
        }
    }
}
