//! The page and the root it hands out.

use poem::http::header;
use poem::{Request, Response, handler};

use super::view;
use crate::app::App;
use crate::config::Origin;
use crate::web::client::came_over_https;
use crate::web::{Error, Page, Result};

/// How to make a tablet trust this server.
#[handler]
pub async fn show(app: App, req: &Request) -> Result<Page> {
    let settings = app.settings().await?;
    let seen = view::Seen {
        authority: app.config().local_ca.as_ref(),
        over_https: came_over_https(&app, req),
        https: https_address(&app.config().origins, req.header(header::HOST)),
        now: app.clock().now(),
    };
    Ok(Page(view::page(&settings.cafe_name, &seen)))
}

/// The root, as devices take it.
#[handler]
pub async fn download(app: App) -> Result<Response> {
    let authority = app.config().local_ca.as_ref();
    let root = authority.ok_or(Error::NotFound("authority"))?;
    Ok(Response::builder()
        .content_type("application/x-x509-ca-cert")
        // Not an attachment: Safari and Firefox then ask at once whether to take it.
        .header(
            header::CONTENT_DISPOSITION,
            "inline; filename=\"cafe-root.crt\"",
        )
        .header(header::CACHE_CONTROL, "no-store")
        .body(root.der().to_vec()))
}

/// Where the browser finds the same server over HTTPS: the known origin of the host it asked, else the first known one, else
/// that host itself.
fn https_address(origins: &[Origin], host: Option<&str>) -> Option<Origin> {
    let bare = host.map(|host| match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    });
    let asked = bare.and_then(|host| format!("https://{host}").parse::<Origin>().ok());
    let mut secure = origins
        .iter()
        .filter(|origin| origin.as_str().starts_with("https://"));
    match asked {
        Some(asked) if origins.contains(&asked) => Some(asked),
        asked => secure.next().cloned().or(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(origins: &str, host: Option<&str>) -> Option<String> {
        let origins: Vec<Origin> = origins
            .split_whitespace()
            .map(|it| it.parse().unwrap())
            .collect();
        https_address(&origins, host).map(|origin| origin.as_str().to_owned())
    }

    #[test]
    fn the_way_to_https_is_the_host_that_was_asked_where_it_is_known() {
        let known = "http://cafe.local https://cafe.local https://192.168.1.10";
        let told = |host| address(known, host).unwrap();
        assert_eq!(told(Some("192.168.1.10")), "https://192.168.1.10");
        assert_eq!(told(Some("CAFE.local:80")), "https://cafe.local");
        assert_eq!(told(Some("evil.example")), "https://cafe.local");
        assert_eq!(told(None), "https://cafe.local");
    }

    #[test]
    fn where_no_origin_is_set_it_is_the_host_itself_without_its_port() {
        let told = |host| address("", host);
        assert_eq!(told(Some("10.0.0.5:3000")).unwrap(), "https://10.0.0.5");
        assert_eq!(told(Some("[fd00::1]:3000")).unwrap(), "https://[fd00::1]");
        assert_eq!(told(Some("[fd00::1]")).unwrap(), "https://[fd00::1]");
        assert_eq!(told(Some("\"><script>")), None);
        assert_eq!(told(None), None);
    }
}
