//! The authority of the box: whom it may vouch for, and that tablets have to be made to trust it once.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{folder, must, run, shipped};

const NAMES: [&str; 4] = ["--name", "cafe.local", "--address", "192.168.1.10"];

/// The two folders of a box.
pub struct Authority(TempDir);

impl Authority {
    /// Made for `cafe.local` and one address.
    pub fn made() -> Self {
        let made = Self(folder());
        assert_eq!(must(made.script("issue").args(NAMES)), "issued\n");
        made
    }

    pub fn script(&self, what: &str) -> Command {
        self.run_by(&shipped("certificates.sh"), what)
    }

    fn run_by(&self, script: &Path, what: &str) -> Command {
        let mut command = Command::new(script);
        command.arg(what);
        command.env("CAFE_AUTHORITY", self.0.path().join("authority"));
        command.env("CAFE_TLS", self.tls(""));
        command
    }

    /// A file that nginx or the program reads.
    pub fn tls(&self, name: &str) -> PathBuf {
        self.0.path().join("tls").join(name)
    }

    fn secret(&self, name: &str) -> PathBuf {
        self.0.path().join("authority").join(name)
    }

    /// The SHA-256 fingerprint that a person is told at the end of the installation.
    pub fn fingerprint(&self) -> String {
        let said = must(&mut self.script("show"));
        said.trim().lines().last().expect("a line").to_owned()
    }

    /// Whether a browser that trusts the root would believe a certificate, and why not.
    fn verifies(&self, certificate: &Path) -> (bool, String) {
        let mut verify = Command::new("openssl");
        verify.args(["verify", "-purpose", "sslserver", "-CAfile"]);
        run(verify.arg(self.tls("root.crt")).arg(certificate))
    }

    /// What somebody makes who has stolen the key.
    fn forged(&self, name: &str) -> PathBuf {
        let here = self.0.path();
        let (extensions, key) = (here.join("forged.cnf"), here.join("forged.key"));
        let (request, certificate) = (here.join("forged.csr"), here.join("forged.crt"));
        fs::write(&extensions, format!("subjectAltName = {name}\n")).expect("a file");
        let mut ask = Command::new("openssl");
        ask.args(["req", "-new", "-newkey", "ec", "-pkeyopt"]);
        ask.args([
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/O=x",
            "-keyout",
        ]);
        must(ask.arg(key).arg("-out").arg(&request));
        let mut sign = Command::new("openssl");
        sign.args(["x509", "-req", "-days", "1", "-set_serial", "7", "-in"]);
        sign.arg(request)
            .arg("-CA")
            .arg(self.secret("root.crt"))
            .arg("-CAkey")
            .arg(self.secret("root.key"));
        must(
            sign.arg("-extfile")
                .arg(extensions)
                .arg("-out")
                .arg(&certificate),
        );
        certificate
    }
}

fn text_of(certificate: &Path) -> String {
    let mut show = Command::new("openssl");
    show.args(["x509", "-noout", "-text", "-in"]);
    must(show.arg(certificate))
}

fn read(path: PathBuf) -> Vec<u8> {
    fs::read(path).expect("a file")
}

#[test]
fn what_it_issues_is_believed_by_whoever_trusts_the_root_and_by_nobody_else() {
    let authority = Authority::made();
    let leaf = authority.tls("fullchain.pem");
    assert!(authority.verifies(&leaf).0);
    let (believed, _) = run(Command::new("openssl").arg("verify").arg(&leaf));
    assert!(!believed, "no other authority knows it");
    let text = text_of(&leaf);
    assert!(
        text.contains("DNS:cafe.local, IP Address:192.168.1.10"),
        "{text}"
    );
    let lives = |days: u32| {
        let mut check = Command::new("openssl");
        check.args(["x509", "-noout", "-checkend"]);
        check
            .arg((days * 24 * 60 * 60).to_string())
            .arg("-in")
            .arg(&leaf);
        run(&mut check).0
    };
    // Browsers take none for longer.
    assert!(lives(396) && !lives(398));
}

#[test]
fn a_stolen_key_forges_no_other_site() {
    let authority = Authority::made();
    assert!(text_of(&authority.tls("root.crt")).contains("X509v3 Name Constraints: critical"));
    assert!(authority.verifies(&authority.forged("DNS:cafe.local")).0);
    for name in [
        "DNS:bank.example",
        "DNS:local",
        "DNS:notcafe.local",
        "IP:192.168.1.11",
        "IP:fd00::1",
        "DNS:cafe.local, DNS:bank.example",
    ] {
        let (believed, said) = authority.verifies(&authority.forged(name));
        assert!(!believed, "{name}");
        assert!(said.contains("subtree violation"), "{name}: {said}");
    }

    let no_address = Authority(folder());
    must(no_address.script("issue").args(&NAMES[..2]));
    let (believed, _) = no_address.verifies(&no_address.forged("IP:192.168.1.10"));
    assert!(!believed, "where no address was named, none is meant");
}

#[test]
fn the_keys_are_for_root_alone_and_the_root_for_everybody() {
    let authority = Authority::made();
    let mode = |path: PathBuf| path.metadata().expect("a file").mode() & 0o777;
    assert_eq!(mode(authority.secret("")), 0o700);
    assert_eq!(mode(authority.secret("root.key")), 0o600);
    assert_eq!(mode(authority.tls("privkey.pem")), 0o600);
    assert_eq!(mode(authority.tls("root.crt")), 0o644);
    for public in ["root.crt", "fullchain.pem"] {
        let text = String::from_utf8(read(authority.tls(public))).expect("PEM");
        assert!(!text.contains("PRIVATE KEY"), "{public}");
    }
}

#[test]
fn a_certificate_is_kept_until_its_end_is_near_and_renewed_by_the_same_root() {
    let authority = Authority::made();
    let (root, leaf) = (
        read(authority.tls("root.crt")),
        read(authority.tls("fullchain.pem")),
    );
    assert_eq!(must(&mut authority.script("issue")), "kept\n");
    assert_eq!(read(authority.tls("fullchain.pem")), leaf);

    // One that has 30 days left, as in a year from now.
    let shorter = folder();
    let script = shorter.path().join("certificates.sh");
    let text = fs::read_to_string(shipped("certificates.sh")).expect("the script");
    assert!(text.contains("leaf_days=397\n"));
    fs::copy(shipped("certificates.sh"), &script).expect("a copy");
    fs::write(&script, text.replace("leaf_days=397", "leaf_days=30")).expect("a copy");
    fs::remove_file(authority.tls("fullchain.pem")).expect("it was there");
    assert_eq!(must(&mut authority.run_by(&script, "issue")), "issued\n");
    let near = read(authority.tls("fullchain.pem"));

    assert_eq!(must(&mut authority.script("issue")), "issued\n");
    assert_ne!(read(authority.tls("fullchain.pem")), near);
    assert_eq!(read(authority.tls("root.crt")), root);
    assert!(authority.verifies(&authority.tls("fullchain.pem")).0);
}

#[test]
fn a_key_that_does_not_fit_is_replaced_with_its_certificate() {
    let authority = Authority::made();
    // As when the power goes between the two.
    fs::copy(authority.secret("root.key"), authority.tls("privkey.pem")).expect("a copy");
    assert_eq!(must(&mut authority.script("issue")), "issued\n");
    assert_eq!(must(&mut authority.script("issue")), "kept\n");
}

#[test]
fn other_names_need_another_root_and_are_refused_until_somebody_asks_for_one() {
    let authority = Authority::made();
    let leaf = read(authority.tls("fullchain.pem"));
    let other = ["--name", "cafe.local", "--address", "192.168.1.11"];
    let (done, said) = run(authority.script("issue").args(other));
    assert!(
        !done && said.contains("may not vouch for cafe.local,192.168.1.11"),
        "{said}"
    );
    assert!(said.contains("certificates.sh new-root"), "{said}");
    assert_eq!(read(authority.tls("fullchain.pem")), leaf);
    assert_eq!(must(&mut authority.script("issue")), "kept\n");

    // Fewer are within what it may.
    assert_eq!(
        must(authority.script("issue").args(&NAMES[..2])),
        "issued\n"
    );

    let before = authority.fingerprint();
    assert_eq!(must(authority.script("new-root").args(other)), "issued\n");
    assert_ne!(authority.fingerprint(), before);
    assert!(authority.verifies(&authority.tls("fullchain.pem")).0);
}

#[test]
fn what_is_no_name_gets_into_no_certificate() {
    let authority = Authority(folder());
    for wrong in [
        ["--name", "cafe.local,DNS:bank.example"],
        ["--name", "cafe\nDNS=x"],
        ["--name", "192.168.1.10"],
        ["--name", ""],
        ["--address", "192.168.1.256"],
        ["--address", "cafe.local"],
    ] {
        let (done, _) = run(authority
            .script("issue")
            .args(["--name", "a.local"])
            .args(wrong));
        assert!(!done, "{wrong:?}");
    }
    assert!(!authority.secret("").exists());
}
