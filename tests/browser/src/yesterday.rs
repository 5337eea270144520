//! A café that was furnished before the journeys: making one takes four seconds, copying it one.

use std::env;
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};

/// An older one is of another day, and made anew.
const KEPT: Duration = Duration::from_secs(3 * 3600);

/// Puts a furnished café into `folder`; whoever is first makes it, in the folder that `make` is told. Blocks.
///
/// # Errors
/// Where it cannot be made or copied.
pub fn moves_into(
    folder: &Path,
    program: &Path,
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let shelf = shelf();
    fs::create_dir_all(&shelf)?;
    // Several journeys begin at once, and so may several that test.
    let lock = File::create(shelf.join("lock"))?;
    lock.lock()?;
    let kept = shelf.join(name(&fs::metadata(program)?)?);
    if !is_younger(&kept, KEPT) {
        for old in fs::read_dir(&shelf)? {
            let old = old?.path();
            // Nobody who found it good is still copying it.
            if old.is_dir() && !is_younger(&old, 2 * KEPT) {
                fs::remove_dir_all(old)?;
            }
        }
        let half = kept.with_extension("half");
        for gone in [&half, &kept] {
            if gone.exists() {
                fs::remove_dir_all(gone)?;
            }
        }
        make(&half)?;
        fs::rename(half, &kept)?;
    }
    lock.unlock()?;
    copy(&kept, folder)
}

/// Beside what cargo builds: `target/browser/cafes`.
fn shelf() -> PathBuf {
    let target = env::current_exe()
        .ok()
        .and_then(|test| Some(test.ancestors().nth(3)?.to_owned()));
    target.unwrap_or_else(env::temp_dir).join("cafes")
}

/// One for each program: another may have another schema.
fn name(program: &Metadata) -> Result<String> {
    let built = program.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!("{:x}-{:x}", built.as_nanos(), program.len()))
}

fn is_younger(kept: &Path, than: Duration) -> bool {
    let made = fs::metadata(kept).and_then(|kept| kept.modified());
    // One that lies ahead was made before the clock was set back.
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < than))
}

/// Copies a folder with its owners: the private Postgres of a program that runs as root belongs to another user.
///
/// # Errors
/// Where it is not copied whole.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = Command::new("cp")
        .args(["--archive", "--no-target-directory"])
        .args([from, to])
        .output()
        .context("cp does not start")?;
    ensure!(
        copied.status.success(),
        "cp: {}",
        String::from_utf8_lossy(&copied.stderr)
    );
    Ok(())
}
