//! The cookies of a browser: its session, and who was last signed in there.

use hmac::{Hmac, KeyInit, Mac};
use poem::http::{HeaderValue, header};
use poem::{IntoResponse, Response};
use sha2::Sha256;
use time::Duration;

use super::session::{COOKIE, Claims};
use crate::app::{App, derived_secret};
use crate::values::StaffId;

/// Says who was last signed in here, so that the same person can be asked for the PIN when the session
/// has ended. It gives no right to anything, and it is signed: a stranger who could write it would be told
/// whose id it is.
pub const LAST: &str = "pos_last";
/// How long that is remembered.
const REMEMBERED: Duration = Duration::hours(24);

/// The cookies of somebody who is signed in.
pub fn signed_in(app: &App, claims: &Claims, token: &str, is_https: bool) -> [HeaderValue; 2] {
    let last = signed(claims.sub, &secret(app));
    [
        cookie(COOKIE, token, claims.seconds(), is_https),
        cookie(LAST, &last, REMEMBERED.whole_seconds(), is_https),
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
pub fn last(app: &App, req: &poem::Request) -> Option<StaffId> {
    let text = super::session::cookie(req, LAST)?;
    read(&text, &secret(app))
}

fn secret(app: &App) -> std::sync::Arc<[u8]> {
    derived_secret(app.session_secret().as_bytes(), b"who was last here")
}

/// The id and the first 16 bytes of its signature: `<id>.<32 hexadecimal digits>`.
fn signed(staff: StaffId, secret: &[u8]) -> String {
    let whole = signature(staff, secret).finalize().into_bytes();
    let hex = whole
        .iter()
        .take(16)
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("{staff}.{hex}")
}

fn read(text: &str, secret: &[u8]) -> Option<StaffId> {
    let (staff, hex) = text.split_once('.')?;
    let staff: StaffId = staff.parse().ok()?;
    let given = u128::from_str_radix(hex, 16).ok()?.to_be_bytes();
    signature(staff, secret)
        .verify_truncated_left(&given)
        .ok()?;
    Some(staff)
}

fn signature(staff: StaffId, secret: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any size");
    mac.update(staff.to_string().as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cookies: &[HeaderValue]) -> Vec<&str> {
        cookies
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect()
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_and_other_sites() {
        let text = |is_https| cookie(COOKIE, "a.b.c", 28_800, is_https);
        assert_eq!(
            text(false),
            "pos_session=a.b.c; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax"
        );
        assert!(text(true).to_str().unwrap().ends_with("; Secure"));
    }

    #[test]
    fn who_was_last_here_is_believed_only_as_this_program_wrote_it() {
        let (ann, bo) = (StaffId::new(), StaffId::new());
        let text = signed(ann, b"a secret");
        assert_eq!(read(&text, b"a secret"), Some(ann));
        assert_eq!(read(&text, b"another"), None);
        let (_, signature) = text.split_once('.').unwrap();
        for forged in [
            ann.to_string(),
            format!("{ann}."),
            format!("{ann}.{}", &signature[..16]),
            format!("{bo}.{signature}"),
            "nobody.0".to_owned(),
        ] {
            assert_eq!(read(&forged, b"a secret"), None, "{forged}");
        }
    }

    #[test]
    fn signing_out_takes_the_cookies_away() {
        for cookie in texts(&signed_out(false)) {
            assert!(cookie.contains("=; Path=/; Max-Age=0; "), "{cookie}");
        }
    }
}
