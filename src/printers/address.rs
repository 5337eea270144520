//! Where a printer is: on the café's network, or at a device file of the machine that prints.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The port on which receipt printers take what they print as it is (JetDirect).
const USUAL_PORT: u16 = 9100;
/// A box with several printers has the next ones. No other port is asked: what a manager types here must not make the server
/// knock at whatever else is on its network.
const PORTS: std::ops::RangeInclusive<u16> = 9100..=9199;

/// Where a printer is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A printer on the network.
    Network {
        /// Its name or number.
        host: String,
        /// Its port, 9100 to 9199.
        port: u16,
    },
    /// A printer on a cable: a character device, such as `/dev/usb/lp0`.
    Device(String),
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.starts_with('/') {
            return device(text);
        }
        let (host, port) = split(text)?;
        let is_name = |host: &str| {
            (1..=253).contains(&host.len())
                && host
                    .split('.')
                    .all(|part| !part.is_empty() && part.len() <= 63)
                && host
                    .bytes()
                    .all(|sign| sign.is_ascii_alphanumeric() || b".-".contains(&sign))
        };
        let is_number = host.parse::<std::net::Ipv6Addr>().is_ok();
        if !is_number && !is_name(host) {
            return Err(
                "Write the printer's address, such as 192.168.1.50, or its device, such as /dev/usb/lp0.",
            );
        }
        if !PORTS.contains(&port) {
            return Err("Printers listen on port 9100. Ports 9100 to 9199 may be given.");
        }
        Ok(Address::Network {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

fn device(text: &str) -> Result<Address, &'static str> {
    let is_one = text.starts_with("/dev/")
        && text.len() <= 100
        && !text.contains("..")
        && text
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || b"/-_.:".contains(&sign));
    match is_one {
        true => Ok(Address::Device(text.to_owned())),
        false => Err("A device begins with /dev/, such as /dev/usb/lp0."),
    }
}

/// Host and port; an address of the sixth version with a port stands in brackets.
fn split(text: &str) -> Result<(&str, u16), &'static str> {
    let port = |text: &str| {
        let port = text.bytes().all(|sign| sign.is_ascii_digit());
        let port = port.then(|| text.parse().ok()).flatten();
        port.ok_or("The port is a number, such as 9100.")
    };
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("A bracket is missing.")?;
        return match rest.strip_prefix(':') {
            Some(typed) => Ok((host, port(typed)?)),
            None => Ok((host, USUAL_PORT)),
        };
    }
    match text.split_once(':') {
        // Two of them and more: a number without a port.
        Some((_, rest)) if rest.contains(':') => Ok((text, USUAL_PORT)),
        Some((host, typed)) => Ok((host, port(typed)?)),
        None => Ok((text, USUAL_PORT)),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Network { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Network { host, port } => write!(f, "{host}:{port}"),
            Address::Device(path) => f.write_str(path),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (typed, read) in [
            ("192.168.1.50", "192.168.1.50:9100"),
            (" 192.168.1.50:9101 ", "192.168.1.50:9101"),
            ("Kitchen-Printer.local", "kitchen-printer.local:9100"),
            ("fe80::1", "[fe80::1]:9100"),
            ("[fe80::1]:9102", "[fe80::1]:9102"),
            ("/dev/usb/lp0", "/dev/usb/lp0"),
        ] {
            let address: Address = typed.parse().expect(typed);
            assert_eq!(address.to_string(), read);
            assert_eq!(address.to_string().parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_printer_is_refused() {
        for typed in [
            "",
            "http://192.168.1.50",
            "192.168.1.50:80",
            "192.168.1.50:6379",
            "192.168.1.50:99999",
            "192.168.1.50:",
            "192.168.1.50:+9100",
            "a b",
            "-o/x",
            "..",
            "user@host",
            "/etc/passwd",
            "/dev/../etc/passwd",
            "/dev/usb/lp0; reboot",
            "[::1",
            &"a".repeat(300),
        ] {
            assert!(typed.parse::<Address>().is_err(), "{typed}");
        }
    }
}
