//! Backups as they are made, lost, proved and restored, with the real program on its private Postgres.

mod cafe;
mod elsewhere;
mod storage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cafe::*;

#[test]
fn a_lost_disk_comes_back_with_every_row_sum_and_picture() {
    let cafe = Cafe::with_trade();
    let file = cafe.backup();
    let was = contents(&file);
    assert!(
        was["orders"]["rows"].as_i64().expect("orders") > 500,
        "{was}"
    );
    assert!(
        was["payments"]["sums"]["amount"]
            .as_str()
            .expect("a sum")
            .len()
            > 5,
        "{was}"
    );
    cafe.lose_everything();

    let name = file.file_name().expect("a name").to_str().expect("text");
    let said = cafe.call(&["restore", name]).done();
    assert!(
        said.contains("1 pictures, compared with the backup"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(cafe.data.path().join("uploads/products/cake.jpg"))
            .expect("the picture"),
        "a picture"
    );
    let again = cafe.backup();
    assert_eq!(trade(&contents(&again)), trade(&was));
    // Nobody is still signed in who was sent out since.
    assert_eq!(contents(&again)["staff"]["rows"], was["staff"]["rows"]);
    assert_ne!(
        contents(&again)["audit_log"]["rows"],
        was["audit_log"]["rows"]
    );
    assert!(
        cafe.call(&["check"]).out.contains("ok      migrations"),
        "check"
    );
}

#[test]
fn what_is_there_is_saved_before_something_is_put_in_its_place() {
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let path = file.to_str().expect("text");
    let complaint = cafe.call(&["restore", path]).complaint();
    assert!(complaint.contains("say --replace"), "{complaint}");

    let serving = Serving::of(&cafe);
    let complaint = cafe.call(&["restore", "--replace", path]).complaint();
    assert!(complaint.contains("stop it first"), "{complaint}");
    drop(serving);

    let said = cafe.call(&["restore", "--replace", path]).done();
    let saved = said
        .lines()
        .find_map(|line| line.strip_prefix("What was there is in "));
    let saved = PathBuf::from(saved.expect("where it is"));
    assert_eq!(trade(&contents(&saved)), trade(&contents(&file)));
    // Both are in the folder, so both are in the list again once the program has looked.
    let list = cafe.call(&["backup", "list"]).done();
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.contains("Found in the folder"), "{list}");
    let said = cafe.call(&["backup", "verify"]).done();
    assert!(said.starts_with("good "), "{said}");
}

#[test]
fn no_wrong_file_harms_anything() {
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let was = contents(&file);
    let whole = fs::read(&file).expect("the file");
    let wrong = |name: &str, bytes: &[u8]| {
        let path = cafe.backups.path().join(name);
        fs::write(&path, bytes).expect("a file");
        cafe.call(&["restore", "--replace", path.to_str().expect("text")])
            .complaint()
    };
    let cut = wrong("cut.tar", &whole[..whole.len() / 2]);
    assert!(cut.contains("damaged or was cut off"), "{cut}");
    let foreign = wrong("foreign.tar", b"PGDMP");
    assert!(foreign.contains("is not a backup of cafe-pos"), "{foreign}");
    let empty = wrong("empty.tar", b"");
    assert!(empty.contains("is not a backup of cafe-pos"), "{empty}");
    let missing = cafe.call(&["restore", "nothing.tar"]).complaint();
    assert!(
        missing.contains("There is no file nothing.tar"),
        "{missing}"
    );

    // The same length, so that the tar stays whole: a migration that this program does not know.
    let text = String::from_utf8_lossy(&whole[..whole.len().min(64 * 1024)]).into_owned();
    let at = text.find("m20261126_0000").expect("a migration");
    let mut newer = whole.clone();
    newer[at..at + 9].copy_from_slice(b"m20991231");
    let newer = wrong("newer.tar", &newer);
    assert!(newer.contains("newer version"), "{newer}");

    assert_eq!(trade(&contents(&cafe.backup())), trade(&was));
}

#[test]
fn a_backup_that_changed_on_its_disk_is_found_out() {
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let mut bytes = fs::read(&file).expect("the file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&file, bytes).expect("the file");
    let complaint = cafe.call(&["backup", "verify"]).complaint();
    assert!(complaint.contains("damaged or was cut off"), "{complaint}");
    let list = cafe.call(&["backup", "list"]).done();
    assert!(list.starts_with("unproved"), "{list}");
}

#[test]
fn a_backup_that_cannot_be_written_is_told_as_failed_and_leaves_nothing_behind() {
    let cafe = Cafe::furnished();
    let nowhere = cafe.data.path().join("a-file");
    fs::write(&nowhere, "").expect("a file");
    let said = Said::of(
        cafe.program(&["backup", "run"])
            .env("BACKUP_DIR", &nowhere)
            .output()
            .expect("the program"),
    );
    let complaint = said.complaint();
    assert!(complaint.contains("cannot be made"), "{complaint}");
    let list = cafe.call(&["backup", "list"]).done();
    assert!(
        list.starts_with("failed") && list.contains("cannot be made"),
        "{list}"
    );
    assert_eq!(
        fs::read_dir(cafe.backups.path())
            .expect("the folder")
            .count(),
        0
    );
}

#[test]
fn the_drill_goes_well() {
    let drill = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/drill.sh");
    let cafe = Cafe::furnished();
    let file = cafe.backup();
    let mut command = Command::new(&drill);
    command
        .arg(&file)
        .env("CAFE_POS", env!("CARGO_BIN_EXE_cafe-pos"));
    let said = Said::of(command.output().expect("the drill")).done();
    assert!(said.contains("Restored the café of"), "{said}");
    assert!(
        said.ends_with("The drill went well: every table has its rows and its sums again.\n"),
        "{said}"
    );
}
