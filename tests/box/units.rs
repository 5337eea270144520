//! systemd's own opinion of the units. It need not run for that.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::{folder, must, run, shipped};

fn units() -> Vec<PathBuf> {
    let files = fs::read_dir(shipped("")).expect("the folder");
    let mut units: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    units.retain(|path| {
        path.extension()
            .is_some_and(|it| it == "service" || it == "timer")
    });
    units
}

#[test]
fn systemd_has_nothing_to_say_about_the_units() {
    let folder = folder();
    let mut placed = Vec::new();
    for unit in units() {
        // It looks whether what is started is there.
        let here = folder.path().display().to_string();
        let text = fs::read_to_string(&unit).expect("a unit");
        for line in text.lines() {
            let started = line.strip_prefix("ExecStart=/opt/cafe-pos/");
            if let Some(program) = started.and_then(|it| it.split_whitespace().next()) {
                let program = folder.path().join(program);
                fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
                fs::write(&program, "").expect("a program");
                fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("a program");
            }
        }
        let to = folder.path().join(unit.file_name().expect("a name"));
        fs::write(&to, text.replace("/opt/cafe-pos", &here)).expect("a unit");
        placed.push(to);
    }
    assert!(placed.len() >= 6, "{placed:?}");
    let said = must(Command::new("systemd-analyze").arg("verify").args(&placed));
    // A word that it does not know is only a warning.
    assert_eq!(said.trim(), "");
}

#[test]
fn the_program_may_do_little_beside_its_work() {
    let (_, help) = run(Command::new("systemd-analyze").arg("--help"));
    if !help.contains("--offline") {
        println!("systemd before 250 cannot judge a unit that is not installed.");
        return;
    }
    // Of 100; without its limits the unit has 92.
    let mut judge = Command::new("systemd-analyze");
    judge.args(["security", "--offline=true", "--threshold=15", "--no-pager"]);
    must(judge.arg(shipped("cafe-pos.service")));
}
