//! Where a request comes from: the browser's own address and whether it speaks HTTPS, also behind
//! proxies that are trusted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use poem::http::uri::Scheme;
use poem::http::{HeaderMap, HeaderName, header};
use poem::{Addr, FromRequest, Request, RequestBody};

use crate::app::App;
use crate::config::{Origin, TrustedProxies};

/// The far end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The address of the browser, or of the last proxy that is not ours.
    pub address: IpAddr,
    /// Whether the browser speaks HTTPS, so that its cookies may be kept from plain HTTP.
    pub is_https: bool,
}

impl Client {
    /// Told by the socket, and by the headers of proxies that are trusted.
    pub fn of(app: &App, req: &Request) -> Self {
        let peer = peer(req);
        let proxies = &app.config().trusted_proxies;
        let proxy_says_so = || {
            proxies.trusts(peer)
                && last_word(req.headers(), "x-forwarded-proto").is_some_and(|it| it == "https")
        };
        Client {
            address: browser(peer, req.headers(), proxies),
            is_https: req.scheme() == &Scheme::HTTPS
                || proxy_says_so()
                || is_at_https_origin(req.headers(), &app.config().origins),
        }
    }

    /// What is counted and locked together.
    pub fn network(&self) -> IpAddr {
        network(self.address)
    }
}

/// The near end of a request: the browser itself, or the last proxy.
pub fn peer(req: &Request) -> IpAddr {
    match req.remote_addr().0 {
        Addr::SocketAddr(address) => address.ip().to_canonical(),
        // A peer without a network address (a socket file, a test) is on this machine.
        _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

/// Whether the near end is a proxy whose headers are believed.
pub fn is_told_by_a_proxy(app: &App, req: &Request) -> bool {
    app.config().trusted_proxies.trusts(peer(req))
}

/// Whether this very request came over HTTPS. Where the nearest proxy says so or not, that is believed, and otherwise what
/// [`Client::of`] makes of the known origins, which cannot tell the two apart for the same host.
pub fn came_over_https(app: &App, req: &Request) -> bool {
    let word = last_word(req.headers(), "x-forwarded-proto");
    match word.filter(|_| is_told_by_a_proxy(app, req)) {
        Some(word) => word == "https",
        None => Client::of(app, req).is_https,
    }
}

/// Where this program is reached, for links that leave it: as it was set, or as this very request reached it. Nothing where
/// that is no name of a host.
pub fn own_address(app: &App, req: &Request) -> Option<String> {
    if let Some(base) = &app.config().base_url {
        return Some(base.as_str().trim_end_matches('/').to_owned());
    }
    let host = req.header(header::HOST)?;
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(sane) {
        return None;
    }
    let scheme = if came_over_https(app, req) {
        "https"
    } else {
        "http"
    };
    Some(format!("{scheme}://{host}"))
}

/// An IPv4 address, or the network of 64 bits that one household or café gets in IPv6 and in which a single device
/// changes its address at will.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

impl<'a> FromRequest<'a> for Client {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Client::of(&App::of(req)?, req))
    }
}

/// Goes back along `X-Forwarded-For` for as long as the next hop is trusted. What stands further left
/// was written by somebody whose word counts for nothing.
fn browser(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut nearest = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        if !proxies.trusts(nearest) {
            break;
        }
        match address(hop) {
            Some(further) => nearest = further,
            None => break,
        }
    }
    nearest
}

/// An address with or without a port: `10.0.0.7`, `10.0.0.7:5000`, `fd00::1`, `[fd00::1]:5000`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|it| it.ip());
    let bracketed = || {
        text.strip_prefix('[')?
            .strip_suffix(']')?
            .parse::<IpAddr>()
            .ok()
    };
    bare()
        .or_else(with_port)
        .or_else(bracketed)
        .map(|it| it.to_canonical())
}

/// Whether the browser is at an address that the settings know with HTTPS, for proxies that forget to say so. A host
/// that is known with and without is only believed when the browser itself says at which of them it is.
fn is_at_https_origin(headers: &HeaderMap, origins: &[Origin]) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_known = |text: String| {
        let origin = text.parse::<Origin>();
        origin.is_ok_and(|origin| origins.contains(&origin))
    };
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), _) => origin.starts_with("https://") && is_known(origin.to_owned()),
        (None, Some(host)) => {
            is_known(format!("https://{host}")) && !is_known(format!("http://{host}"))
        }
        (None, None) => false,
    }
}

/// The value that the nearest proxy gave.
fn last_word<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(name)
        .iter()
        .next_back()?
        .to_str()
        .ok()?
        .rsplit(',')
        .next()
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn told(peer: &str, forwarded: &[&str], proxies: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        browser(peer.parse().unwrap(), &headers, &proxies.parse().unwrap()).to_string()
    }

    #[test]
    fn a_stranger_cannot_say_whose_address_it_has() {
        assert_eq!(
            told("203.0.113.9", &["10.0.0.1"], "127.0.0.1"),
            "203.0.113.9"
        );
        assert_eq!(told("203.0.113.9", &[], "127.0.0.1"), "203.0.113.9");
    }

    #[test]
    fn behind_our_proxies_it_is_the_last_address_that_is_none_of_them() {
        let ours = "127.0.0.1, 172.20.0.0/16";
        assert_eq!(told("127.0.0.1", &["192.168.1.20"], ours), "192.168.1.20");
        assert_eq!(
            told("172.20.0.2", &["1.1.1.1, 192.168.1.20, 172.20.0.3"], ours),
            "192.168.1.20"
        );
        assert_eq!(
            told("172.20.0.2", &["1.1.1.1", "192.168.1.20"], ours),
            "192.168.1.20"
        );
        assert_eq!(
            told("127.0.0.1", &["172.20.0.9"], ours),
            "172.20.0.9",
            "all ours: the furthest one known"
        );
        assert_eq!(
            told("::ffff:127.0.0.1", &["192.168.1.20"], ours),
            "192.168.1.20"
        );
    }

    #[test]
    fn what_is_no_address_ends_the_way_back() {
        assert_eq!(told("127.0.0.1", &["unknown"], "127.0.0.1"), "127.0.0.1");
        assert_eq!(
            told("127.0.0.1", &["10.0.0.7, nonsense"], "127.0.0.1"),
            "127.0.0.1"
        );
        assert_eq!(told("127.0.0.1", &[""], "127.0.0.1"), "127.0.0.1");
    }

    #[test]
    fn ports_and_brackets_are_taken_off() {
        for (hop, expected) in [
            ("10.0.0.7:5000", "10.0.0.7"),
            ("[fd00::1]:5000", "fd00::1"),
            ("[fd00::1]", "fd00::1"),
            ("fd00::1", "fd00::1"),
        ] {
            assert_eq!(told("127.0.0.1", &[hop], "127.0.0.1"), expected);
        }
    }

    #[test]
    fn a_browser_at_an_https_origin_of_the_settings_speaks_https_whatever_a_proxy_forgets() {
        let origins = |list: &[&str]| -> Vec<Origin> {
            list.iter().map(|origin| origin.parse().unwrap()).collect()
        };
        let speaks = |headers: &[(HeaderName, &str)], known: &[&str]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(name, HeaderValue::from_str(value).unwrap());
            }
            is_at_https_origin(&map, &origins(known))
        };
        let secure = ["https://pos.example.com", "http://192.168.1.5:3000"];
        for (name, value, expected) in [
            (header::HOST, "pos.example.com", true),
            (header::HOST, "POS.example.com:443", true),
            (header::HOST, "192.168.1.5:3000", false),
            (header::HOST, "elsewhere.example.com", false),
            (header::ORIGIN, "https://pos.example.com", true),
            (header::ORIGIN, "http://pos.example.com", false),
            (header::ORIGIN, "https://evil.example", false),
            (header::ORIGIN, "null", false),
        ] {
            assert_eq!(speaks(&[(name, value)], &secure), expected, "{value}");
        }
        let both = ["https://pos.example.com", "http://pos.example.com"];
        let here = [
            (header::HOST, "pos.example.com"),
            (header::ORIGIN, "https://pos.example.com"),
        ];
        assert!(!speaks(&here[..1], &both), "a cookie would be lost");
        assert!(speaks(&here, &both));
        assert!(!speaks(&[], &secure));
    }

    #[test]
    fn one_ipv6_network_counts_as_one() {
        let network = |text: &str| {
            Client {
                address: text.parse().unwrap(),
                is_https: false,
            }
            .network()
        };
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("10.0.0.7").to_string(), "10.0.0.7");
    }
}
