//! The page "Make this tablet trust the café". It needs no script, and works before HTTPS does.

use maud::{Markup, html};
use time::OffsetDateTime;

use crate::config::{LocalAuthority, Origin};
use crate::ui;
use crate::web::url;

/// What the page is about.
pub struct Seen<'a> {
    /// The authority, if there is one.
    pub authority: Option<&'a LocalAuthority>,
    /// Whether this very page came over HTTPS.
    pub over_https: bool,
    /// The same server over HTTPS.
    pub https: Option<Origin>,
    /// Now.
    pub now: OffsetDateTime,
}

/// The page.
pub fn page(cafe: &str, seen: &Seen<'_>) -> Markup {
    let content = html! {
        main.trust {
            header.row { (ui::mark()) div { h1 { (cafe) } small { "Make this tablet trust the café" } } }
            @match seen.authority {
                Some(authority) => { (connection(seen)) (steps(authority, seen)) }
                None => p { "This server has no authority of its own, so there is nothing to put on a tablet." }
            }
            p { a.btn.quiet href=(url::sign_in()) { (ui::labelled("left", "Sign in")) } }
        }
    };
    ui::page(
        ui::Page::new(ui::BodyKind::Plain, "Trust this café", cafe),
        content,
    )
}

fn connection(seen: &Seen<'_>) -> Markup {
    match seen.over_https {
        true => ui::banner(
            ui::Kind::Ok,
            true,
            html! { "This page came over HTTPS. If the browser warned you on the way here, this device does not trust the café yet." },
        ),
        false => ui::banner(
            ui::Kind::Info,
            true,
            html! { "This page came without HTTPS, as it must the first time. That is why you compare the fingerprint below." },
        ),
    }
}

fn steps(authority: &LocalAuthority, seen: &Seen<'_>) -> Markup {
    html! {
        @if authority.until() < seen.now {
            (ui::banner(ui::Kind::Bad, true, html! { "This authority ended on " (authority.until().date()) ". Whoever looks after the server makes a new one; until then nothing on this page helps." }))
        }
        p { "The till speaks HTTPS with a certificate that the café made itself. A device believes it once the café's authority is on it. Then the till can be installed as an app and, later, work while the server is away. Do this on the café's own devices only." }
        section.card {
            h2 { "1. Compare" }
            dl.stack {
                div { dt { "Authority" } dd { b { (authority.name()) } } }
                div { dt { "SHA-256 fingerprint" } dd.fingerprint { (authority.fingerprint()) } }
                div { dt { "Good until" } dd { (authority.until().date()) } }
            }
            p { "Whoever installed the server was shown the same fingerprint. If it is another, stop: somebody stands in between." }
        }
        section.card {
            h2 { "2. Download" }
            p { a.btn.lg.primary.wide href=(url::trust_root()) { (ui::labelled("shield", "Download the authority")) } }
        }
        section.card {
            h2 { "3. Put it on this device" }
            (device("iPad and iPhone", html! {
                li { "Open this page in Safari, tap Download above, then Allow." }
                li { "Settings, Profile Downloaded, Install. More Details shows the fingerprint." }
                li { "Settings, General, About, Certificate Trust Settings: switch on " b { (authority.name()) } ". Without this switch nothing changes." }
            }))
            (device("Android", html! {
                li { "Tap Download above." }
                li { "In Settings search for “CA certificate”. It is under Security, Encryption and credentials, Install a certificate." }
                li { "Choose CA certificate, Install anyway, and the file cafe-root.crt." }
            }))
            (device("Chromebook", html! {
                li { "Download above. In Chrome open Settings, Privacy and security, Security, Manage certificates." }
                li { "Under Authorities choose Import and the file, and tick “Trust this certificate for identifying websites”." }
            }))
            (device("Windows", html! {
                li { "Open the downloaded file, Install Certificate, Local Machine." }
                li { "Place it in the store “Trusted Root Certification Authorities”. Chrome and Edge read it from there." }
            }))
            (device("Mac", html! {
                li { "Open the downloaded file; Keychain Access takes it." }
                li { "Open it there, and under Trust choose Always Trust." }
            }))
            (device("Firefox, anywhere", html! {
                li { "Tap Download above, and tick “Trust this CA to identify websites”." }
                li { "If it does not ask: Settings, Privacy and Security, View Certificates, Authorities, Import." }
            }))
        }
        section.card {
            h2 { "4. Try it" }
            p { "Close the browser and open it again. This address must open without a warning:" }
            @match &seen.https {
                Some(https) => p { a.address href={ (https.as_str()) (url::sign_in()) } { (https.as_str()) } }
                None => p { "https:// and the name of this server." }
            }
        }
    }
}

fn device(name: &str, steps: Markup) -> Markup {
    html! {
        details.device {
            summary { (name) }
            ol { (steps) }
        }
    }
}
