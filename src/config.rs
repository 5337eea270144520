//! The settings, parsed once at the start from the environment into types.
//!
//! Everything wrong is said at once, one plain line each with the variable's name, what is wrong
//! with it and an example; nothing is silently replaced by a default. An empty variable counts as
//! unset, because that is how Docker Compose hands over what `.env` leaves out.

mod address;
mod authority;
mod database_url;
mod elsewhere;
mod environment;
mod secret;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use redis::IntoConnectionInfo as _;
use tracing_subscriber::filter::Targets;

pub use address::{BaseUrl, Network, Origin, TrustedProxies};
pub use authority::LocalAuthority;
pub use database_url::DatabaseUrl;
pub use elsewhere::{Backups, BucketSetting};
pub use environment::{Environment, Fault, Faults};
pub use secret::{Secret, SessionSecret};

/// Where the data folder is when nothing is said and Postgres' own user cannot reach `./var`.
const SYSTEM_DATA_DIR: &str = "/var/lib/cafe-pos";
/// Pesapal's place for trying things out; its live place is `https://pay.pesapal.com/v3`.
const PESAPAL_SANDBOX: &str = "https://cybqa.pesapal.com/pesapalv3";
const LONGEST_CAFE_NAME: usize = 80;

/// All settings of one run.
#[derive(Clone, Debug)]
pub struct Config {
    pub app_env: AppEnv,
    pub database: DatabaseSetting,
    pub session_secret: SessionSecret,
    /// The event bus between instances; `None` keeps it in memory, for one instance.
    pub redis_url: Option<Secret>,
    /// The address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The origins that changing requests may come from; empty means the request's own host.
    pub origins: Vec<Origin>,
    /// The base of links the server makes; `None` means the request's own host.
    pub base_url: Option<BaseUrl>,
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: TrustedProxies,
    pub data_dir: PathBuf,
    /// A folder on the disk that the database is on; `None` where nobody said which of this machine's that is, if any.
    pub database_disk: Option<PathBuf>,
    pub backup_dir: PathBuf,
    /// What becomes of backups beside their files there.
    pub backups: Backups,
    pub upload_dir: PathBuf,
    /// The name on receipts and screens until the café sets another in its own settings.
    pub cafe_name: String,
    pub pesapal: Pesapal,
    /// Whoever knows it may read `/metrics` from elsewhere; `None` leaves it to this machine.
    pub metrics_token: Option<Secret>,
    /// The authority of this server's own that tablets are made to trust; `None` where a public one vouches for it.
    pub local_ca: Option<LocalAuthority>,
    pub log: LogFilter,
    pub log_format: LogFormat,
    /// What the person who starts this should be told: sentences, in order.
    pub notes: Vec<String>,
}

/// Where the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEnv {
    /// Secure cookies, JSON logs, no demo data.
    Production,
    /// On a developer's desk, or somebody is trying it out.
    Development,
}

/// Which Postgres keeps the café's data.
#[derive(Clone, Debug)]
pub enum DatabaseSetting {
    /// A server that somebody else runs.
    Server(DatabaseUrl),
    /// The program runs its own in this folder.
    Private {
        folder: PathBuf,
        /// Where the Postgres programs are; `None` looks for them.
        programs: Option<PathBuf>,
    },
}

/// How to reach Pesapal; without credentials the till explains what is missing.
#[derive(Clone, Debug)]
pub struct Pesapal {
    pub base_url: BaseUrl,
    pub credentials: Option<PesapalCredentials>,
    /// The id under which our notification address was registered; unset, we register it.
    pub ipn_id: Option<String>,
    /// Where Pesapal sends the guest's browser back to; unset, made from the base address.
    pub callback_url: Option<BaseUrl>,
    /// Signs notifications that a relay sends; unset, that door is closed.
    pub webhook_secret: Option<Secret>,
}

/// What Pesapal gave the café to sign in with.
#[derive(Clone, Debug)]
pub struct PesapalCredentials {
    pub consumer_key: Secret,
    pub consumer_secret: Secret,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Which log lines are written, as in `info,cafe_pos=debug`.
#[derive(Clone, Debug)]
pub struct LogFilter(pub Targets);

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Every setting that is wrong or missing.
    pub fn from_env() -> Result<Self, Faults> {
        Self::read(
            &Environment::of_this_process(),
            crate::data::private_postgres::can_reach,
        )
    }

    /// Reads the given environment. `reachable` says whether the user that a private Postgres
    /// would run as can get at a folder.
    ///
    /// # Errors
    /// Every setting that is wrong or missing.
    pub fn read(env: &Environment, reachable: impl Fn(&Path) -> bool) -> Result<Self, Faults> {
        let mut notes = Vec::new();
        let app_env = env.choice(
            "APP_ENV",
            &[
                ("development", AppEnv::Development),
                ("production", AppEnv::Production),
            ],
        );
        let app_env = app_env.unwrap_or(AppEnv::Development);
        let server = env.secret_as(
            "DATABASE_URL",
            "postgresql://posuser:secret@localhost:5432/pos",
            DatabaseUrl::from_str,
        );
        let programs = env.path("POS_PG_BIN");
        let data_dir = data_dir(env, env.is_set("DATABASE_URL"), reachable, &mut notes);
        let database = match server {
            Some(server) => DatabaseSetting::Server(server),
            None => DatabaseSetting::Private {
                folder: data_dir.join("postgres"),
                programs,
            },
        };
        let disk = env.path("DATABASE_DISK");
        let database_disk = match &database {
            DatabaseSetting::Private { folder, .. } => Some(folder.clone()),
            DatabaseSetting::Server(_) => disk,
        };
        let origins = origins(env);
        let config = Self {
            app_env,
            database,
            database_disk,
            session_secret: session_secret(env, &data_dir),
            redis_url: env.secret_as("REDIS_URL", "redis://redis:6379", redis_url),
            listen: listen(env),
            base_url: env
                .parsed("APP_BASE_URL", "https://pos.example.com")
                .or_else(|| origins.first().map(BaseUrl::from)),
            origins,
            trusted_proxies: env
                .parsed("TRUSTED_PROXIES", "127.0.0.1,172.20.0.0/16")
                .unwrap_or_default(),
            backup_dir: env
                .path("BACKUP_DIR")
                .unwrap_or_else(|| data_dir.join("backups")),
            backups: Backups::read(env),
            upload_dir: env
                .path("UPLOAD_DIR")
                .unwrap_or_else(|| data_dir.join("uploads")),
            cafe_name: env
                .checked("CAFE_NAME", "Café Nile", cafe_name)
                .unwrap_or_else(|| "Café".to_owned()),
            pesapal: pesapal(env, &mut notes),
            metrics_token: env.secret_as(
                "METRICS_TOKEN",
                "$(openssl rand -hex 32)",
                Secret::for_metrics,
            ),
            local_ca: env.checked("LOCAL_CA", "/etc/cafe-pos/tls/root.crt", |path| {
                LocalAuthority::read(Path::new(path))
            }),
            log: env.parsed("LOG", "info,cafe_pos=debug").unwrap_or_default(),
            log_format: log_format(env, app_env),
            data_dir,
            notes,
        };
        env.faults().map_or(Ok(config), Err)
    }
}

fn data_dir(
    env: &Environment,
    has_server: bool,
    reachable: impl Fn(&Path) -> bool,
    notes: &mut Vec<String>,
) -> PathBuf {
    env.path("DATA_DIR").unwrap_or_else(|| {
        let beside = std::path::absolute("var").unwrap_or_else(|_| PathBuf::from("var"));
        if has_server || reachable(&beside.join("postgres")) {
            return beside;
        }
        notes.push(format!(
            "The data is kept in {SYSTEM_DATA_DIR}, because the user that Postgres runs as cannot reach {}; set DATA_DIR to choose another folder.",
            beside.display()
        ));
        PathBuf::from(SYSTEM_DATA_DIR)
    })
}

fn session_secret(env: &Environment, data_dir: &Path) -> SessionSecret {
    let example = "$(openssl rand -hex 32)";
    match env.secret_as("POS_JWT_SECRET", example, Secret::for_sessions) {
        Some(secret) => SessionSecret::Given(secret),
        None => {
            // With a server there may be several instances, and each would make its own.
            if env.is_set("DATABASE_URL") && !env.is_set("POS_JWT_SECRET") {
                env.fault("POS_JWT_SECRET", "is not set, but DATABASE_URL is: it signs sessions and needs at least 16 characters", example);
            }
            SessionSecret::KeptIn(data_dir.join("session-secret"))
        }
    }
}

fn listen(env: &Environment) -> SocketAddr {
    let host = env.checked("HOST", "0.0.0.0", |host| match host {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        address => address
            .parse()
            .map_err(|_| "is not an address of this machine".to_owned()),
    });
    let port = env.checked("PORT", "3000", |port| {
        port.parse()
            .map_err(|_| "is not a number from 0 to 65535".to_owned())
    });
    SocketAddr::new(
        host.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        port.unwrap_or(3000),
    )
}

fn origins(env: &Environment) -> Vec<Origin> {
    // The former system's name is read too, so that its .env works; ours wins.
    let ours = env.list("PUBLIC_APP_ORIGIN", "https://pos.example.com");
    let former = env.list("NEXT_PUBLIC_APP_ORIGIN", "https://pos.example.com");
    ours.or(former).unwrap_or_default()
}

fn pesapal(env: &Environment, notes: &mut Vec<String>) -> Pesapal {
    let base_url = env.parsed("PESAPAL_BASE_URL", "https://pay.pesapal.com/v3");
    let key = env.secret("PESAPAL_CONSUMER_KEY");
    let secret = env.secret("PESAPAL_CONSUMER_SECRET");
    for (given, missing, name, other) in [
        (
            &key,
            &secret,
            "PESAPAL_CONSUMER_SECRET",
            "PESAPAL_CONSUMER_KEY",
        ),
        (
            &secret,
            &key,
            "PESAPAL_CONSUMER_KEY",
            "PESAPAL_CONSUMER_SECRET",
        ),
    ] {
        if given.is_some() && missing.is_none() {
            env.fault(
                name,
                &format!("is not set, but {other} is: Pesapal gives both together"),
                "qkio1BGGYAXTu2JOfm7XSXNruoZsrqEW",
            );
        }
    }
    if key.is_some() && base_url.is_none() && env.text("APP_ENV").as_deref() == Some("production") {
        notes.push("Pesapal's sandbox takes the payments: set PESAPAL_BASE_URL=https://pay.pesapal.com/v3 for real money.".to_owned());
    }
    Pesapal {
        base_url: base_url.unwrap_or_else(|| BaseUrl::known(PESAPAL_SANDBOX)),
        credentials: key
            .zip(secret)
            .map(|(consumer_key, consumer_secret)| PesapalCredentials {
                consumer_key,
                consumer_secret,
            }),
        ipn_id: env.text("PESAPAL_IPN_ID"),
        callback_url: env.parsed(
            "PESAPAL_CALLBACK_URL",
            "https://pos.example.com/payments/pesapal/return",
        ),
        webhook_secret: env.secret("PESAPAL_WEBHOOK_SECRET"),
    }
}

fn log_format(env: &Environment, app_env: AppEnv) -> LogFormat {
    let asked = env.choice(
        "LOG_FORMAT",
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
    );
    asked.unwrap_or(match app_env {
        AppEnv::Production => LogFormat::Json,
        AppEnv::Development => LogFormat::Text,
    })
}

/// What the client of Redis would make of it is found out here, where it is still a wrong setting.
fn redis_url(text: &str) -> Result<Secret, String> {
    match text.split_once("://") {
        Some(("redis", _)) if text.into_connection_info().is_ok() => Ok(Secret::new(text)),
        Some(("redis", _)) => Err(
            "is not an address as in redis://user:password@host:6379/0, with the signs of a password that an address does not take written as %40"
                .to_owned(),
        ),
        Some(("rediss", _)) => Err(
            "begins with rediss://, but TLS to Redis is not built in: reach it with redis:// over a network of your own"
                .to_owned(),
        ),
        _ => Err("is not an address that begins with redis://".to_owned()),
    }
}

fn cafe_name(text: &str) -> Result<String, String> {
    if text.chars().count() > LONGEST_CAFE_NAME || text.chars().any(char::is_control) {
        return Err(format!(
            "is not one line of at most {LONGEST_CAFE_NAME} characters"
        ));
    }
    Ok(text.to_owned())
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| "is not a list of levels (error, warn, info, debug, trace), each after a part's name if it has one".to_owned())
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        // These two tell the story of each statement and each migration at the level of news.
        let quiet = ["sqlx", "sea_orm_migration"].map(|part| (part, tracing::Level::WARN));
        Self(
            Targets::new()
                .with_default(tracing::Level::INFO)
                .with_targets(quiet),
        )
    }
}

#[cfg(test)]
mod tests;
