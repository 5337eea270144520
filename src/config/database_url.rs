//! The address of a Postgres server.

use std::str::FromStr;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;

use super::Secret;

/// What Postgres clients understand; other programs' addresses carry more.
const KNOWN: [&str; 17] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
];

/// The address of a Postgres server, and the schema in it. What other programs write into the same
/// address (`connection_limit`, `pgbouncer`, …) is left out.
#[derive(Clone, Debug)]
pub struct DatabaseUrl {
    url: Secret,
    schema: Option<String>,
}

impl DatabaseUrl {
    /// An address that this program made itself.
    pub fn known(url: &str) -> Self {
        Self {
            url: Secret::new(url),
            schema: None,
        }
    }

    /// The address with its password, as Postgres' own programs take it too.
    pub fn url(&self) -> &Secret {
        &self.url
    }

    /// Host, port and database, for sentences: without the password.
    pub fn place(&self) -> String {
        let options = PgConnectOptions::from_str(self.url.reveal()).ok();
        let place = options.map(|options| {
            let host = options.get_socket().map_or_else(
                || options.get_host().to_owned(),
                |socket| socket.display().to_string(),
            );
            format!(
                "{} at {host}:{}",
                options.get_database().unwrap_or_default(),
                options.get_port()
            )
        });
        place.unwrap_or_default()
    }

    /// The schema to work in (`?schema=`); `None` leaves that to the server.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The same server, another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let url = self.url.reveal();
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let server = place.rsplit_once('/').map_or(place, |(server, _)| server);
        let kept = query
            .split('&')
            .filter(|pair| !pair.starts_with("dbname=") && !pair.is_empty());
        let kept: Vec<&str> = kept.collect();
        let url = match kept.is_empty() {
            true => format!("{server}/{name}"),
            false => format!("{server}/{name}?{}", kept.join("&")),
        };
        Self {
            url: Secret::new(&url),
            schema: self.schema.clone(),
        }
    }

    /// The address as Postgres' own programs take it, without its password, and the password.
    pub fn for_programs(&self) -> (String, Option<Secret>) {
        let url = self.url.reveal();
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut password = None;
        let parameters: Vec<String> = query
            .split('&')
            .filter_map(|pair| match pair.split_once('=')? {
                ("password", secret) => {
                    password = Some(decoded(secret));
                    None
                }
                ("ssl-mode", mode) => Some(format!("sslmode={mode}")),
                ("ssl-root-cert" | "ssl-ca", path) => Some(format!("sslrootcert={path}")),
                ("ssl-cert", path) => Some(format!("sslcert={path}")),
                ("ssl-key", path) => Some(format!("sslkey={path}")),
                ("statement-cache-capacity" | "application_name", _) => None,
                _ => Some(pair.to_owned()),
            })
            .collect();
        let (scheme, rest) = place.split_once("://").unwrap_or(("postgresql", place));
        let rest = match rest.rsplit_once('@') {
            Some((user, server)) => match user.split_once(':') {
                Some((name, secret)) => {
                    password = Some(decoded(secret));
                    format!("{name}@{server}")
                }
                None => rest.to_owned(),
            },
            None => rest.to_owned(),
        };
        let query = match parameters.is_empty() {
            true => String::new(),
            false => format!("?{}", parameters.join("&")),
        };
        let password = password.map(|text| Secret::new(&text));
        (format!("{scheme}://{rest}{query}"), password)
    }

    /// How to connect, without a pool's sizes; no statement is logged.
    pub fn connect_options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new(self.url.reveal());
        options.sqlx_logging(false);
        if let Some(schema) = &self.schema {
            options.set_schema_search_path(schema);
        }
        options
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with("postgresql://") && !text.starts_with("postgres://") {
            return Err("does not begin with postgresql://".to_owned());
        }
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let parameters: Vec<(&str, &str)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let schema = parameters
            .iter()
            .find(|(name, _)| *name == "schema")
            .map(|(_, schema)| *schema);
        if let Some(schema) = schema.filter(|schema| !is_plain_name(schema)) {
            return Err(format!(
                "has the schema {schema:?}, which is not a name of letters, digits and underscores"
            ));
        }
        let kept: Vec<String> = parameters
            .iter()
            .filter(|(name, _)| KNOWN.contains(name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let url = if kept.is_empty() {
            place.to_owned()
        } else {
            format!("{place}?{}", kept.join("&"))
        };
        // The reasons name a part of the address, never the password.
        let options = PgConnectOptions::from_str(&url).map_err(|error| {
            format!("cannot be read ({}); letters such as / @ : # in the password are written as %2F %40 %3A %23", reason(&error))
        })?;
        if options.get_database().is_none() {
            return Err("names no database after the last slash".to_owned());
        }
        Ok(Self {
            url: Secret::new(&url),
            schema: schema.map(str::to_owned),
        })
    }
}

/// Percent signs undone, as in the parts of an address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 63
}

fn reason(error: &sea_orm::sqlx::Error) -> String {
    match error {
        sea_orm::sqlx::Error::Configuration(reason) => reason.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> DatabaseUrl {
        text.parse().unwrap()
    }

    fn refused(text: &str) -> String {
        text.parse::<DatabaseUrl>().unwrap_err()
    }

    #[test]
    fn the_schema_is_taken_out_and_the_rest_that_postgres_knows_stays() {
        let url = read(
            "postgresql://posuser:pw@db:5432/pos?schema=cafe&sslmode=require&connection_limit=5",
        );
        assert_eq!(
            url.url().reveal(),
            "postgresql://posuser:pw@db:5432/pos?sslmode=require"
        );
        assert_eq!(url.schema(), Some("cafe"));
        assert_eq!(
            read("postgres://u@h/pos?schema=public").url().reveal(),
            "postgres://u@h/pos"
        );
        assert_eq!(read("postgres:///pos?host=/run/postgresql").schema(), None);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, problem) in [
            (
                "mysql://u:hunter22@h/pos",
                "does not begin with postgresql://",
            ),
            ("postgresql://u:hunter22@h:5432/", "names no database"),
            ("postgresql://u:hunter22@h:54x/pos", "invalid port number"),
            ("postgresql://u:hunter22/x@h:5432/pos", "%2F"),
            ("postgresql://u:hunter22@h/pos?sslmode=maybe", "maybe"),
            (
                "postgresql://u:hunter22@h/pos?schema=a\"b",
                "letters, digits and underscores",
            ),
        ] {
            let said = refused(text);
            assert!(said.contains(problem), "{text}: {said}");
            assert!(!said.contains("hunter22"), "{said}");
        }
    }

    #[test]
    fn postgres_own_programs_get_the_password_apart() {
        let url = read(
            "postgresql://pos%40x:s%2Fe%3Acret@db.example:5433/pos?schema=cafe&ssl-mode=require&statement-cache-capacity=0",
        );
        let (address, password) = url.for_programs();
        assert_eq!(
            address,
            "postgresql://pos%40x@db.example:5433/pos?sslmode=require"
        );
        assert_eq!(password.unwrap().reveal(), "s/e:cret");
        let (address, password) =
            read("postgres://localhost/pos?host=/run/pg&password=x%20y").for_programs();
        assert_eq!(
            (address.as_str(), password.unwrap().reveal()),
            ("postgres://localhost/pos?host=/run/pg", "x y")
        );
    }

    #[test]
    fn another_database_of_the_server_has_the_same_way_in() {
        let url =
            read("postgresql://a:b@h:1/pos?schema=cafe&sslmode=require").with_database("other");
        assert_eq!(
            url.url().reveal(),
            "postgresql://a:b@h:1/other?sslmode=require"
        );
        assert_eq!(url.schema(), Some("cafe"));
        let url = read("postgres://h/pos").with_database("other");
        assert_eq!(url.url().reveal(), "postgres://h/other");
    }
}
