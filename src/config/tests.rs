use std::collections::{BTreeMap, BTreeSet};

use super::*;

const SECRET: (&str, &str) = ("POS_JWT_SECRET", "0123456789abcdef");
const SERVER: (&str, &str) = (
    "DATABASE_URL",
    "postgresql://posuser:hunter22@db:5432/pos?schema=cafe",
);

fn read(variables: &[(&str, &str)]) -> Config {
    Config::read(&variables.iter().copied().collect(), |_| true).unwrap()
}

/// The one line that is said about the one wrong setting.
fn refused(variables: &[(&str, &str)]) -> String {
    let faults = Config::read(&variables.iter().copied().collect(), |_| true).unwrap_err();
    assert_eq!(faults.to_string().lines().count(), 1, "{faults}");
    faults.to_string()
}

#[test]
fn nothing_set_is_a_private_postgres_beside_us() {
    let config = read(&[]);
    let var = std::path::absolute("var").unwrap();
    assert!(
        matches!(&config.database, DatabaseSetting::Private { folder, programs: None } if *folder == var.join("postgres"))
    );
    assert!(
        matches!(&config.session_secret, SessionSecret::KeptIn(path) if *path == var.join("session-secret"))
    );
    assert_eq!(config.app_env, AppEnv::Development);
    assert_eq!(config.listen.to_string(), "0.0.0.0:3000");
    assert_eq!(config.database_disk, Some(var.join("postgres")));
    assert_eq!(config.backup_dir, var.join("backups"));
    assert_eq!(config.upload_dir, var.join("uploads"));
    assert_eq!(config.cafe_name, "Café");
    assert_eq!(config.pesapal.base_url.as_str(), PESAPAL_SANDBOX);
    assert!(config.pesapal.credentials.is_none());
    assert!(config.redis_url.is_none() && config.base_url.is_none() && config.origins.is_empty());
    assert_eq!(config.log_format, LogFormat::Text);
    assert!(config.notes.is_empty());
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let config = read(&[("DATABASE_URL", ""), ("PORT", " "), ("CAFE_NAME", "")]);
    assert!(matches!(config.database, DatabaseSetting::Private { .. }));
    assert_eq!(
        (config.listen.port(), config.cafe_name.as_str()),
        (3000, "Café")
    );
}

#[test]
fn where_postgres_cannot_reach_the_working_folder_the_systems_one_is_taken_and_said() {
    let config = Config::read(&Environment::default(), |_| false).unwrap();
    assert_eq!(config.data_dir, Path::new(SYSTEM_DATA_DIR));
    assert_eq!(
        config.backup_dir,
        Path::new(SYSTEM_DATA_DIR).join("backups")
    );
    assert!(
        config.notes[0].contains(SYSTEM_DATA_DIR),
        "{:?}",
        config.notes
    );

    let named = Config::read(&[("DATA_DIR", "/srv/cafe")].into_iter().collect(), |_| {
        false
    })
    .unwrap();
    assert_eq!(
        named.data_dir,
        Path::new("/srv/cafe"),
        "what was asked for is never replaced"
    );
    let server = Config::read(&[SECRET, SERVER].into_iter().collect(), |_| false).unwrap();
    assert!(
        server.notes.is_empty(),
        "there is no Postgres of ours to reach anything"
    );
}

#[test]
fn production_on_a_server() {
    let config = read(&[
        SECRET,
        SERVER,
        ("APP_ENV", "production"),
        (
            "PUBLIC_APP_ORIGIN",
            "https://pos.example.com, http://192.168.1.5:3000/",
        ),
        ("TRUSTED_PROXIES", "172.20.0.0/16"),
        ("REDIS_URL", "redis://redis:6379"),
        ("HOST", "127.0.0.1"),
        ("PORT", "8080"),
    ]);
    let DatabaseSetting::Server(url) = &config.database else {
        panic!("a server was named")
    };
    assert_eq!(
        url.url().reveal(),
        "postgresql://posuser:hunter22@db:5432/pos"
    );
    assert_eq!(url.schema(), Some("cafe"));
    assert!(config.database_disk.is_none(), "it may be anywhere");
    let beside = read(&[SECRET, SERVER, ("DATABASE_DISK", "/srv/postgres")]);
    assert_eq!(beside.database_disk, Some(PathBuf::from("/srv/postgres")));
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(
        config
            .origins
            .iter()
            .map(Origin::as_str)
            .collect::<Vec<_>>(),
        ["https://pos.example.com", "http://192.168.1.5:3000"]
    );
    assert_eq!(config.base_url.unwrap().as_str(), "https://pos.example.com");
    assert!(config.trusted_proxies.trusts("172.20.0.9".parse().unwrap()));
    assert!(
        !config.trusted_proxies.trusts("127.0.0.1".parse().unwrap()),
        "a list replaces the default"
    );
}

#[test]
fn the_former_name_of_the_origin_is_read_and_ours_wins() {
    let former = ("NEXT_PUBLIC_APP_ORIGIN", "https://old.example.com");
    assert_eq!(
        read(&[former]).origins[0].as_str(),
        "https://old.example.com"
    );
    let both = read(&[
        former,
        ("PUBLIC_APP_ORIGIN", "https://new.example.com"),
        ("APP_BASE_URL", "https://links.example.com/pos/"),
    ]);
    assert_eq!(both.origins[0].as_str(), "https://new.example.com");
    assert_eq!(
        both.base_url.unwrap().as_str(),
        "https://links.example.com/pos"
    );
}

#[test]
fn a_wrong_setting_is_one_line_with_its_name_what_is_wrong_and_an_example() {
    for (name, value) in [
        ("PORT", "80a"),
        ("PORT", "70000"),
        ("HOST", "my-laptop"),
        ("APP_ENV", "prod"),
        ("LOG", "cafe_pos=loud"),
        ("LOG_FORMAT", "xml"),
        ("TRUSTED_PROXIES", "nginx"),
        ("PUBLIC_APP_ORIGIN", "pos.example.com"),
        ("APP_BASE_URL", "pos.example.com"),
        ("PESAPAL_BASE_URL", "pesapal"),
        ("CAFE_NAME", "Café\u{7}"),
    ] {
        let line = refused(&[(name, value)]);
        assert!(
            line.starts_with(&format!("{name} is {value:?}, which ")),
            "{line}"
        );
        let example = line
            .split_once(&format!("; an example: {name}="))
            .expect("an example")
            .1;
        read(&[(name, example)]);
    }
}

#[test]
fn a_secret_that_is_wrong_is_not_repeated() {
    for (name, value) in [
        ("POS_JWT_SECRET", "hunter22"),
        ("METRICS_TOKEN", "hunter22"),
        ("METRICS_TOKEN", "change-me-hunter22"),
        ("REDIS_URL", "http://:hunter22@redis"),
        ("DATABASE_URL", "mysql://pos:hunter22@db/pos"),
    ] {
        let set = if name == "DATABASE_URL" {
            vec![SECRET, (name, value)]
        } else {
            vec![(name, value)]
        };
        let line = refused(&set);
        assert!(
            line.starts_with(name) && line.contains("; an example: "),
            "{line}"
        );
        assert!(!line.contains("hunter22"), "{line}");
    }
}

#[test]
fn an_address_that_redis_would_not_take_is_a_wrong_setting() {
    for good in [
        "redis://redis:6379",
        "redis://:hunter22@10.0.0.7:6379/3",
        "redis://[fd00::1]",
    ] {
        let config = read(&[("REDIS_URL", good)]);
        assert_eq!(config.redis_url.unwrap().reveal(), good);
    }
    for (wrong, why) in [
        ("redis", "is not an address that begins with redis://"),
        ("redis://", "is not an address as in"),
        ("redis://redis:port", "is not an address as in"),
        ("redis://redis:6379/till", "is not an address as in"),
        ("redis://:hunter22@@@/redis", "is not an address as in"),
        ("rediss://redis:6379", "TLS to Redis is not built in"),
    ] {
        let line = refused(&[("REDIS_URL", wrong)]);
        assert!(
            line.starts_with("REDIS_URL ") && line.contains(why),
            "{wrong}: {line}"
        );
        assert!(
            line.ends_with("; an example: REDIS_URL=redis://redis:6379"),
            "{line}"
        );
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let wrong: Environment = [
        ("PORT", "x"),
        ("LOG_FORMAT", "y"),
        ("POS_JWT_SECRET", "short"),
    ]
    .into_iter()
    .collect();
    let faults = Config::read(&wrong, |_| true).unwrap_err();
    let named: BTreeSet<&str> = faults
        .0
        .iter()
        .map(|fault| fault.variable.as_str())
        .collect();
    assert_eq!(
        named,
        BTreeSet::from(["PORT", "LOG_FORMAT", "POS_JWT_SECRET"])
    );
}

#[test]
fn a_server_without_a_session_secret_is_refused() {
    assert!(refused(&[SERVER]).starts_with("POS_JWT_SECRET is not set, but DATABASE_URL is"));
    assert!(
        refused(&[SERVER, ("POS_JWT_SECRET", "15characters...")]).contains("has 15 characters")
    );
}

#[test]
fn pesapals_credentials_come_in_pairs() {
    assert!(
        refused(&[("PESAPAL_CONSUMER_KEY", "k")]).starts_with("PESAPAL_CONSUMER_SECRET is not set")
    );
    assert!(
        refused(&[("PESAPAL_CONSUMER_SECRET", "s")]).starts_with("PESAPAL_CONSUMER_KEY is not set")
    );
    let both = [
        ("PESAPAL_CONSUMER_KEY", "k"),
        ("PESAPAL_CONSUMER_SECRET", "s"),
    ];
    assert_eq!(
        read(&both)
            .pesapal
            .credentials
            .unwrap()
            .consumer_secret
            .reveal(),
        "s"
    );
    let real = read(&[both[0], both[1], ("APP_ENV", "production")]);
    assert!(real.notes[0].contains("sandbox"), "{:?}", real.notes);
}

#[test]
fn a_secret_may_be_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwt");
    std::fs::write(&path, "from-a-docker-secret\n").unwrap();
    let path = path.to_str().unwrap();
    let SessionSecret::Given(secret) = read(&[("POS_JWT_SECRET_FILE", path)]).session_secret else {
        panic!("it was given")
    };
    assert_eq!(secret.reveal(), "from-a-docker-secret");

    assert!(refused(&[SECRET, ("POS_JWT_SECRET_FILE", path)]).contains("both set"));
    assert!(
        refused(&[("REDIS_URL_FILE", "/nowhere")])
            .starts_with("REDIS_URL_FILE is \"/nowhere\", which cannot be read")
    );
    assert!(refused(&[SERVER, ("POS_JWT_SECRET_FILE", "/nowhere")]).contains("cannot be read"));
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    assert!(
        refused(&[("DATABASE_URL_FILE", empty.to_str().unwrap()), SECRET])
            .contains("which is empty")
    );
}

/// A root that was made for tests; its key is gone.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/testdata/root.pem");

#[test]
fn an_authority_of_our_own_is_read_at_the_start() {
    assert!(read(&[]).local_ca.is_none());
    let authority = read(&[("LOCAL_CA", ROOT)]).local_ca.unwrap();
    assert_eq!(authority.name(), "cafe-pos at cafe.local (2026-11-26)");
}

#[test]
fn a_file_that_is_no_root_certificate_is_one_line_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = std::fs::read_to_string(ROOT).unwrap();
    let key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----\n";
    for (content, why) in [
        (None, "which cannot be read ("),
        (Some("hello".to_owned()), "which holds 0 PEM blocks"),
        (Some(format!("{root}{key}")), "which holds a private key"),
    ] {
        let path = folder.path().join("root.crt");
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let path = path.to_str().unwrap();
        let line = refused(&[("LOCAL_CA", path)]);
        assert!(
            line.starts_with(&format!("LOCAL_CA is {path:?}, {why}")),
            "{line}"
        );
        assert!(line.ends_with("; an example: LOCAL_CA=/etc/cafe-pos/tls/root.crt"));
        assert!(!line.contains("MIGHAgEAMBMG"), "{line}");
    }
}

#[test]
fn no_secret_is_in_the_debug_print() {
    let config = read(&[
        SECRET,
        SERVER,
        ("REDIS_URL", "redis://:hunter22@redis"),
        ("PESAPAL_WEBHOOK_SECRET", "hunter22"),
        ("METRICS_TOKEN", "hunter22-and-more-of-it"),
    ]);
    let printed = format!("{config:?}");
    assert!(
        !printed.contains("hunter22") && !printed.contains(SECRET.1),
        "{printed}"
    );
}

/// What Docker Compose reads and the program does not.
const COMPOSE: [&str; 4] = [
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "POSTGRES_DB",
    "POS_SUBNET",
];

/// The variables of `.env.example` with their values, whether commented out or not.
fn example() -> BTreeMap<String, String> {
    let text = include_str!("../../.env.example");
    let set = text
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='));
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    set.filter(|(name, _)| name.chars().all(is_name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn the_example_lists_exactly_what_is_read() {
    let env = Environment::default();
    Config::read(&env, |_| true).unwrap();
    let read: BTreeSet<&str> = env.asked().into_iter().chain(COMPOSE).collect();
    let example = example();
    assert_eq!(
        example.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        read
    );
}

#[test]
fn every_value_in_the_example_is_accepted_but_the_secrets_that_everybody_can_read() {
    let mut example = example();
    example.remove("LOCAL_CA");
    let refused = Config::read(&example.clone().into_iter().collect(), |_| true).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "POS_JWT_SECRET begins with change-me, as the example does that everybody can read; \
         an example: POS_JWT_SECRET=$(openssl rand -hex 32)\n\
         BACKUP_PASSPHRASE begins with change-me, as the example does that everybody can read; \
         an example: BACKUP_PASSPHRASE=$(openssl rand -base64 24)"
    );
    example.insert(SECRET.0.to_owned(), SECRET.1.to_owned());
    let passphrase = "three cups before noon".to_owned();
    example.insert("BACKUP_PASSPHRASE".to_owned(), passphrase);
    // A file of the box, not of this machine.
    example.insert("LOCAL_CA".to_owned(), ROOT.to_owned());
    Config::read(&example.into_iter().collect(), |_| true).unwrap();
}

#[test]
fn each_variable_of_the_example_has_a_line_of_meaning_above_it() {
    let lines: Vec<&str> = include_str!("../../.env.example").lines().collect();
    for name in example().keys() {
        let at = lines
            .iter()
            .position(|line| {
                line.trim_start_matches("# ")
                    .starts_with(&format!("{name}="))
            })
            .unwrap();
        let above = lines[at - 1];
        assert!(
            above.starts_with("# ") && above.ends_with('.') && above.len() > 20,
            "{name}: {above:?}"
        );
    }
}
