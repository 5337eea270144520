//! Backups that are encrypted, and copies of them at other places.

use std::fs;
use std::path::Path;

use crate::cafe::*;
use crate::storage::{SECRET, Storage, names};

const PASSPHRASE: &str = "three cups before noon";

/// The same café on a new machine: an empty disk, and the settings that its owner wrote down.
fn new_machine(cafe: &Cafe) -> Cafe {
    Cafe {
        data: folder(),
        backups: folder(),
        settings: cafe.settings.clone(),
    }
}

/// A picture that makes the backup longer than one part of an upload.
fn add_a_long_picture(cafe: &Cafe) {
    let noise: Vec<u8> = (0..20_000_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    fs::write(cafe.data.path().join("uploads/long.jpg"), noise).expect("a picture");
}

#[test]
fn an_encrypted_backup_comes_back_with_its_passphrase_and_with_no_other() {
    let mut cafe = Cafe::furnished();
    let plain = cafe.backup();
    cafe.settings = vec![("BACKUP_PASSPHRASE", PASSPHRASE.to_owned())];
    let file = cafe.backup();
    let name = file.file_name().expect("a name").to_str().expect("text");
    assert!(name.ends_with(".tar.age"), "{name}");
    let bytes = fs::read(&file).expect("the file");
    assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    // Neither what people are called nor what the café took is readable, beside the file either.
    let beside = fs::read_to_string(format!("{}.json", file.display())).expect("the manifest");
    for told in ["database.dump", "PGDMP", "audit_log"] {
        assert!(!bytes.windows(told.len()).any(|it| it == told.as_bytes()));
        assert!(!beside.contains(told), "{beside}");
    }
    // Those that were made before are read as before.
    let plain = plain.file_name().expect("a name").to_str().expect("text");
    cafe.call(&["backup", "verify", plain]).done();

    let mut other = new_machine(&cafe);
    let path = file.to_str().expect("text");
    other.settings = Vec::new();
    let complaint = other.call(&["restore", path]).complaint();
    assert!(
        complaint.contains("is encrypted: give its passphrase in BACKUP_PASSPHRASE"),
        "{complaint}"
    );
    other.settings = vec![("BACKUP_PASSPHRASE", "three cups after noon".to_owned())];
    let complaint = other.call(&["restore", path]).complaint();
    assert!(
        complaint.contains("was encrypted with another passphrase"),
        "{complaint}"
    );
    other.settings = cafe.settings.clone();
    let cut = other.backups.path().join("cut.tar.age");
    fs::write(&cut, &bytes[..bytes.len() - 1]).expect("a file");
    let complaint = other
        .call(&["restore", cut.to_str().expect("text")])
        .complaint();
    assert!(complaint.contains("damaged or was cut off"), "{complaint}");

    let said = other.call(&["restore", path]).done();
    assert!(said.contains("compared with the backup"), "{said}");
    assert!(
        other
            .data
            .path()
            .join("uploads/products/cake.jpg")
            .is_file()
    );
}

#[test]
fn a_weak_passphrase_is_refused_at_the_start() {
    let cafe = Cafe {
        data: folder(),
        backups: folder(),
        settings: vec![("BACKUP_PASSPHRASE", "espresso".to_owned())],
    };
    let said = cafe.call(&["check"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.starts_with("BACKUP_PASSPHRASE has 8 characters"),
        "{}",
        said.err
    );
    assert!(!said.err.contains("espresso"), "{}", said.err);
}

#[test]
fn from_the_storage_a_café_comes_back_on_a_machine_that_has_nothing() {
    let storage = Storage::with_bucket();
    let mut cafe = Cafe::furnished();
    add_a_long_picture(&cafe);
    cafe.settings = storage.settings(SECRET);
    cafe.settings
        .push(("BACKUP_PASSPHRASE", PASSPHRASE.to_owned()));
    let file = cafe.backup();
    let name = file
        .file_name()
        .expect("a name")
        .to_str()
        .expect("text")
        .to_owned();
    let said = cafe.call(&["backup", "copy"]).done();
    assert!(said.contains("backups at 127.0.0.1:"), "{said}");
    assert_eq!(storage.files(), [name.clone(), format!("{name}.json")]);
    let check = cafe.call(&["check"]).out;
    assert!(check.contains("ok      copy of backups"), "{check}");
    // A second call has nothing to do.
    cafe.call(&["backup", "copy"]).done();
    cafe.lose_everything();

    let new = new_machine(&cafe);
    let listed = new.call(&["backup", "fetch", "--list"]).done();
    assert!(listed.contains(&name), "{listed}");
    let fetched = new.call(&["backup", "fetch"]).done();
    assert_eq!(
        fetched.trim(),
        new.backups.path().join(&name).to_str().expect("text")
    );
    let said = new.call(&["restore", &name]).done();
    assert!(said.contains("and 2 pictures, compared"), "{said}");
    let long = fs::metadata(new.data.path().join("uploads/long.jpg")).expect("the picture");
    assert_eq!(long.len(), 20_000_000);
    // It is known there as a backup that was proved, and needs no second copy.
    let list = new.call(&["backup", "list"]).done();
    assert!(
        list.starts_with("good ") && list.contains("Found in the folder"),
        "{list}"
    );
    new.call(&["backup", "copy"]).done();
    assert_eq!(storage.files().len(), 2);
}

#[test]
fn a_storage_that_refuses_or_is_gone_is_told_and_tried_again() {
    let storage = Storage::with_bucket();
    let mut cafe = Cafe::furnished();
    cafe.settings = storage.settings("another-secret");
    cafe.backup();
    let complaint = cafe.call(&["backup", "copy"]).complaint();
    assert!(complaint.contains("it refused"), "{complaint}");
    assert!(!complaint.contains("Signature="), "{complaint}");
    let check = cafe.call(&["check"]).out;
    assert!(check.contains("none in backups at 127.0.0.1:"), "{check}");
    let complaint = cafe.call(&["backup", "fetch"]).complaint();
    assert!(complaint.contains("it refused"), "{complaint}");
    drop(storage);
    let complaint = cafe.call(&["backup", "fetch"]).complaint();
    assert!(complaint.contains("it cannot be reached"), "{complaint}");
}

#[test]
fn a_folder_gets_every_backup_unless_its_disk_is_not_mounted() {
    let mut cafe = Cafe::furnished();
    let disk = folder();
    let copies = disk.path().join("cafe");
    cafe.settings = vec![("BACKUP_COPY_DIR", copies.to_str().expect("text").to_owned())];
    let first = cafe.backup();
    let complaint = cafe.call(&["backup", "copy"]).complaint();
    assert!(complaint.contains("there is no folder"), "{complaint}");
    assert!(!copies.exists());

    // The try is repeated after half an hour; another backup is tried at once.
    fs::create_dir(&copies).expect("a folder");
    let second = cafe.backup();
    cafe.call(&["backup", "copy"]).done();
    let name = |file: &Path| {
        file.file_name()
            .expect("a name")
            .to_str()
            .expect("text")
            .to_owned()
    };
    let at_place = names(&copies);
    assert!(at_place.contains(&name(&second)), "{at_place:?}");
    assert!(!at_place.contains(&name(&first)), "{at_place:?}");
    assert_eq!(
        fs::read(copies.join(name(&second))).expect("the copy"),
        fs::read(&second).expect("the file")
    );

    // The mount point without its disk.
    fs::rename(&copies, disk.path().join("elsewhere")).expect("moved");
    fs::create_dir(&copies).expect("a folder");
    cafe.backup();
    let complaint = cafe.call(&["backup", "copy"]).complaint();
    assert!(complaint.contains("its disk is not mounted"), "{complaint}");
    assert!(names(&copies).is_empty());
}
