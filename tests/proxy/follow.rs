//! `deploy/proxy/follow.sh`, with a name service and an nginx of this test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::nginx::shipped;

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its rights");
}

#[test]
fn nginx_reads_its_settings_again_when_instances_came_or_went_and_only_then() {
    let folder = TempDir::new().expect("a temporary folder");
    let here = folder.path();
    // Each look sees the next line; after the last one the pause fails, which ends the loop.
    let looks = [
        "10.0.0.2",
        "10.0.0.2",
        "10.0.0.3 10.0.0.2",
        "10.0.0.2 10.0.0.3",
        "",
        "10.0.0.4",
    ];
    fs::write(here.join("looks"), looks.join("\n") + "\n").expect("what is seen");
    program(
        here,
        "getent",
        "echo x >>$(dirname $0)/n; for a in $(sed -n \"$(wc -l <$(dirname $0)/n)p\" $(dirname $0)/looks); do echo \"$a STREAM $2\"; done",
    );
    program(
        here,
        "sleep",
        "[ $(wc -l <$(dirname $0)/n) -lt 6 ] || { echo done >$(dirname $0)/done; exit 1; }",
    );
    program(
        here,
        "nginx",
        "echo \"$(wc -l <$(dirname $0)/n) $*\" >>$(dirname $0)/reloads",
    );
    let path = format!(
        "{}:{}",
        here.display(),
        std::env::var("PATH").expect("a path")
    );
    let script = shipped("deploy/proxy/follow.sh");
    let rights = fs::metadata(&script).expect("it is shipped").permissions();
    assert_eq!(
        rights.mode() & 0o111,
        0o111,
        "the container runs only what may be run"
    );
    let started = Command::new("/bin/sh")
        .arg(script)
        .env("PATH", path)
        .output();
    assert!(started.expect("a shell").status.success());
    let begun = Instant::now();
    while !here.join("done").exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "it does not look"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let reloads = fs::read_to_string(here.join("reloads")).expect("reloads");
    assert_eq!(reloads, "3 -s reload\n6 -s reload\n");
}
