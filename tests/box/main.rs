//! What `deploy/box` puts on a small box, as far as it can be tried without being one: its units, its certificate authority,
//! and HTTPS by it in front of the built program. `make box` tries the rest, on a real systemd.

mod certificates;
mod https;
mod units;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A file of `deploy/box`.
fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy/box")
        .join(name)
}

/// A folder that other users can enter when root runs this.
fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("cafe-pos-box")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()
        .expect("a temporary folder")
}

/// What a command says, on both its outputs, and whether it ended well.
fn run(command: &mut Command) -> (bool, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.success(), text(&stdout) + &text(&stderr))
}

/// The same for what has to end well.
fn must(command: &mut Command) -> String {
    let (ended_well, said) = run(command);
    assert!(ended_well, "{command:?}: {said}");
    said
}
