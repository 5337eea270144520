//! The journeys in one program, two at a time wherever they stand: a program for each file left one core idle at the end of
//! every file, and linked the browser's protocol as often. What measures frames is alone: `hundred` and `walls`.
//!
//! One of them: `cargo test --manifest-path tests/browser/Cargo.toml --test all paying::`

mod approvals;
mod backups;
mod board;
mod closing;
mod everybody;
mod expo;
mod fingers;
mod giving_back;
mod journeys;
mod keyboard;
mod layout;
mod looks;
mod order;
mod paying;
mod pesapal;
mod price_lists;
mod printers;
mod statements;

/// A file that is named nowhere would be run nowhere.
#[test]
fn every_journey_is_run() {
    let (here, manifest) = (include_str!("all.rs"), include_str!("../Cargo.toml"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    let mut files = 0;
    for file in std::fs::read_dir(folder).expect("the folder of this file") {
        let file = file.expect("a file").path();
        let name = file.file_stem().expect("a name").to_string_lossy();
        let is_here = here.contains(&format!("\nmod {name};\n"));
        let is_alone = manifest.contains(&format!("path = \"tests/{name}.rs\""));
        assert!(
            is_here != is_alone,
            "{name} is run {}",
            if is_here { "twice" } else { "nowhere" }
        );
        files += 1;
    }
    assert!(files > 15, "{files} files");
}
