//! Addresses of browsers, proxies and servers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::environment::items;

/// Scheme, host and port of a page, as browsers send it in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// As browsers write it: lower case, no slash at the end, no port that is the scheme's own.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, rest) = split_scheme(text)?;
        let host = rest.strip_suffix('/').unwrap_or(rest).to_lowercase();
        if host.contains('/') {
            return Err("is not an origin: it may have no path".to_owned());
        }
        let own_port = if scheme == "https" { ":443" } else { ":80" };
        Ok(Self(format!(
            "{scheme}://{}",
            host.strip_suffix(own_port).unwrap_or(&host)
        )))
    }
}

/// The beginning of addresses, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn known(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl From<&Origin> for BaseUrl {
    fn from(origin: &Origin) -> Self {
        Self(origin.0.clone())
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        split_scheme(text)?;
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

/// The scheme and the rest, which begins with a plausible host and port.
fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    let no_address = || "is not an address that begins with http:// or https://".to_owned();
    let (scheme, rest) = text
        .split_once("://")
        .filter(|(scheme, _)| ["http", "https"].contains(scheme))
        .ok_or_else(no_address)?;
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let host_is_plausible = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || "-._[]:".contains(c));
    if !host_is_plausible
        || port.is_some_and(|port| port.parse::<u16>().is_err())
        || text.contains(['?', '#'])
        || text.contains(char::is_whitespace)
    {
        return Err(no_address());
    }
    Ok((scheme, rest))
}

/// A range of network addresses, as in `172.20.0.0/16`; a single address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether the address is in this range. An IPv4 address that came through an IPv6 socket
    /// counts as what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let beyond = 32 - u32::from(self.prefix);
                (u64::from(ours.to_bits()) >> beyond) == (u64::from(theirs.to_bits()) >> beyond)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let beyond = 128 - u32::from(self.prefix);
                ours.to_bits().checked_shr(beyond) == theirs.to_bits().checked_shr(beyond)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no_network = || format!("has {text:?}, which is neither an address nor a range");
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address
            .parse::<IpAddr>()
            .map_err(|_| no_network())?
            .to_canonical();
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| {
            prefix.parse().map_err(|_| no_network())
        })?;
        if prefix > longest {
            return Err(no_network());
        }
        Ok(Self { address, prefix })
    }
}

/// Whose word about the real client is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Whether this peer may say for whom it asks.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(peer))
    }
}

impl Default for TrustedProxies {
    /// Only this machine.
    fn default() -> Self {
        Self(vec![
            Network {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                prefix: 8,
            },
            Network {
                address: IpAddr::V6(Ipv6Addr::LOCALHOST),
                prefix: 128,
            },
        ])
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        items(text)
            .map(Network::from_str)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusts(proxies: &str, peer: &str) -> bool {
        proxies
            .parse::<TrustedProxies>()
            .unwrap()
            .trusts(peer.parse().unwrap())
    }

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        assert!(trusts("172.20.0.0/16", "172.20.255.1"));
        assert!(!trusts("172.20.0.0/16", "172.21.0.1"));
        assert!(trusts("10.0.0.7", "10.0.0.7"));
        assert!(!trusts("10.0.0.7", "10.0.0.8"));
        assert!(trusts("10.0.0.7, fd00::/8", "fd12::1"));
        assert!(!trusts("fd00::/8", "fe80::1"));
        assert!(trusts("0.0.0.0/0", "203.0.113.9"));
        assert!(trusts("::/0", "2001:db8::1"));
        assert!(
            trusts("172.20.0.0/16", "::ffff:172.20.0.3"),
            "an IPv6 socket shows IPv4 peers so"
        );
    }

    #[test]
    fn by_default_only_this_machine_is_believed() {
        let trusted = TrustedProxies::default();
        assert!(trusted.trusts("127.0.0.1".parse().unwrap()));
        assert!(trusted.trusts("::1".parse().unwrap()));
        assert!(!trusted.trusts("192.168.1.20".parse().unwrap()));
    }

    #[test]
    fn wrong_ranges_are_refused() {
        for wrong in ["10.0.0.0/33", "::/129", "nginx", "10.0.0/8", "10.0.0.1/x"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        let origin = |text: &str| text.parse::<Origin>().map(|origin| origin.0);
        assert_eq!(
            origin("https://POS.Example.com/").unwrap(),
            "https://pos.example.com"
        );
        assert_eq!(
            origin("https://pos.example.com:443").unwrap(),
            "https://pos.example.com"
        );
        assert_eq!(
            origin("http://192.168.1.5:3000").unwrap(),
            "http://192.168.1.5:3000"
        );
        assert_eq!(origin("http://[::1]:3000").unwrap(), "http://[::1]:3000");
        for wrong in [
            "pos.example.com",
            "ftp://x",
            "https://",
            "https://x/till",
            "https://x:port",
            "https://a b",
            "https://x?y",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }
}
