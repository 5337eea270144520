//! The file of a backup: a tar of the manifest, the dump and the pictures, in this order.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::backup::{Contents, FORMAT, Finished, Manifest};
use super::cipher::{Reader, Writer};
use crate::config::Secret;

const MANIFEST: &str = "manifest.json";
const DUMP: &str = "database.dump";
const UPLOADS: &str = "uploads";
/// More than any manifest has; a foreign file must not fill the memory.
const LONGEST_MANIFEST: u64 = 4 * 1024 * 1024;

/// Counts what goes through, and hashes it.
pub(super) struct Measured<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Measured<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// The bytes and their SHA-256, lower-case hex.
    pub(super) fn told(self) -> (T, u64, String) {
        let hash = self.hash.finalize();
        let hex = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        (self.inner, self.bytes, hex)
    }

    fn note(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<T: Write> Write for Measured<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.note(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Measured<T> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.note(&into[..read]);
        Ok(read)
    }
}

/// A new file, or an empty one in its place, that nobody else on the machine may read: there is everything in a backup.
pub(super) fn create(path: &Path) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())
}

/// The length and SHA-256 of a file.
pub(super) fn measure(path: &Path) -> Result<(u64, String)> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut measured = Measured::new(file);
    io::copy(&mut measured, &mut io::sink())?;
    let (_, bytes, sha256) = measured.told();
    Ok((bytes, sha256))
}

/// Every picture in the folder, by its path in it; none where there is no folder.
pub(super) fn uploads_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inside) = folders.pop() {
        let entries = match fs::read_dir(folder.join(&inside)) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => continue,
            other => other.with_context(|| folder.join(&inside).display().to_string())?,
        };
        for entry in entries {
            let entry = entry?;
            let path = inside.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the file and the manifest beside it, and makes sure that both are on the disk before they have their names.
///
/// # Errors
/// When something cannot be read or written, a full disk above all; nothing half-written is left under the file's name.
pub(super) fn write(
    folder: &Path,
    file: &str,
    manifest: Manifest,
    dump: &Path,
    uploads: (&Path, &[PathBuf]),
    passphrase: Option<&Secret>,
) -> Result<Finished> {
    let part = folder.join(format!("{file}.part"));
    let written = write_part(&part, &manifest, dump, uploads, passphrase);
    let (bytes, sha256) = match written {
        Ok(measured) => measured,
        Err(failure) => {
            let _ = fs::remove_file(&part);
            return Err(failure);
        }
    };
    let finished = Finished {
        file: file.to_owned(),
        bytes,
        sha256,
        proved_at: None,
        manifest: told_openly(manifest, passphrase.is_some()),
    };
    fs::rename(&part, folder.join(file))?;
    write_beside(folder, &finished)?;
    Ok(finished)
}

/// The manifest as it may stand beside the file: what the café took is told by an encrypted one only inside.
pub(super) fn told_openly(manifest: Manifest, encrypted: bool) -> Manifest {
    match encrypted {
        true => Manifest {
            contents: Contents::default(),
            ..manifest
        },
        false => manifest,
    }
}

fn write_part(
    part: &Path,
    manifest: &Manifest,
    dump: &Path,
    (uploads, pictures): (&Path, &[PathBuf]),
    passphrase: Option<&Secret>,
) -> Result<(u64, String)> {
    let file = create(part)?;
    let writer = Writer::new(Measured::new(file), passphrase)?;
    let mut tar = tar::Builder::new(BufWriter::with_capacity(1 << 20, writer));
    let told = serde_json::to_vec_pretty(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(told.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(manifest.made_at.unix_timestamp().unsigned_abs());
    tar.append_data(&mut header, MANIFEST, told.as_slice())?;
    tar.append_path_with_name(dump, DUMP)?;
    for picture in pictures {
        // One that was taken away since is not part of the café any more.
        match tar.append_path_with_name(uploads.join(picture), Path::new(UPLOADS).join(picture)) {
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    let writer = tar
        .into_inner()?
        .into_inner()
        .map_err(|failure| failure.into_error())?;
    let (file, bytes, sha256) = writer.finish()?.told();
    file.sync_all()?;
    Ok((bytes, sha256))
}

/// Writes the manifest beside a file that is there.
pub(super) fn write_beside(folder: &Path, finished: &Finished) -> Result<()> {
    let part = folder.join(format!("{}.json.part", finished.file));
    let mut file = create(&part)?;
    file.write_all(&serde_json::to_vec_pretty(finished)?)?;
    file.sync_all()?;
    fs::rename(&part, beside(folder, &finished.file))?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Where the manifest of a file is.
pub(super) fn beside(folder: &Path, file: &str) -> PathBuf {
    folder.join(format!("{file}.json"))
}

/// What stands beside a file; nothing where nothing readable does.
pub(super) fn told_beside(folder: &Path, file: &str) -> Option<Finished> {
    let told = fs::read(beside(folder, file)).ok()?;
    serde_json::from_slice(&told).ok()
}

/// What was read out of a backup's file.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub(super) manifest: Manifest,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// Whether it took a passphrase to read it.
    pub(super) encrypted: bool,
}

/// What is to be done with what is in a file; what is not wanted is only compared with the manifest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Into<'a> {
    pub(super) dump: Option<&'a Path>,
    pub(super) uploads: Option<&'a Path>,
}

/// Reads the whole file and compares everything with what the manifest says.
///
/// # Errors
/// A sentence that says what the file is instead: no backup of this program, one of a newer format, cut off or damaged, or
/// encrypted with another passphrase.
pub(super) fn unpack(path: &Path, passphrase: Option<&Secret>, into: Into) -> Result<Unpacked> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let (bytes, sha256) = measure(path)?;
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let reader = Reader::new(file, passphrase, &name)?;
    let encrypted = matches!(reader, Reader::Encrypted(_));
    let mut tar = tar::Archive::new(reader);
    let manifest = unpack_from(&mut tar, &name, into)?;
    // An encrypted file proves only at its very end that nothing of it is missing.
    io::copy(&mut tar.into_inner(), &mut io::sink())
        .with_context(|| format!("{name} is damaged or was cut off"))?;
    Ok(Unpacked {
        manifest,
        bytes,
        sha256,
        encrypted,
    })
}

fn unpack_from<R: Read>(tar: &mut tar::Archive<R>, name: &str, to: Into) -> Result<Manifest> {
    let foreign = || format!("{name} is not a backup of cafe-pos");
    let cut_off = || format!("{name} is damaged or was cut off");
    let mut entries = tar.entries().with_context(foreign)?;
    let mut first = match entries.next() {
        Some(Ok(entry)) if entry.path().is_ok_and(|path| path == Path::new(MANIFEST)) => entry,
        _ => bail!(foreign()),
    };
    ensure!(first.size() <= LONGEST_MANIFEST, foreign());
    let mut told = Vec::new();
    first.read_to_end(&mut told).with_context(cut_off)?;
    let manifest = read_manifest(&told, name)?;
    let mut second = match entries.next() {
        Some(Ok(entry)) if entry.path().is_ok_and(|path| path == Path::new(DUMP)) => entry,
        _ => bail!(cut_off()),
    };
    let out: Box<dyn Write> = match to.dump {
        Some(dump) => Box::new(create(dump)?),
        None => Box::new(io::sink()),
    };
    let mut measured = Measured::new(out);
    io::copy(&mut second, &mut measured).with_context(cut_off)?;
    let (_, bytes, sha256) = measured.told();
    ensure!(
        (bytes, &sha256) == (manifest.dump_bytes, &manifest.dump_sha256),
        cut_off()
    );
    let mut pictures = 0;
    for entry in entries {
        let mut entry = entry.with_context(cut_off)?;
        let inside = entry.path()?.into_owned();
        let inside = inside.strip_prefix(UPLOADS).with_context(foreign)?;
        let plain = inside
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        ensure!(plain && entry.header().entry_type().is_file(), foreign());
        pictures += 1;
        match to.uploads {
            Some(folder) => put(&mut entry, &folder.join(inside)).with_context(cut_off)?,
            None => {
                io::copy(&mut entry, &mut io::sink()).with_context(cut_off)?;
            }
        }
    }
    ensure!(pictures == manifest.uploads, cut_off());
    Ok(manifest)
}

fn read_manifest(told: &[u8], name: &str) -> Result<Manifest> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    let version: Version = serde_json::from_slice(told)
        .with_context(|| format!("{name} is not a backup of cafe-pos"))?;
    ensure!(
        version.format <= FORMAT,
        "{name} was made by a newer version of this program: restore it with that version"
    );
    serde_json::from_slice(told)
        .with_context(|| format!("{name} has a manifest that cannot be read"))
}

/// A picture is there whole or not at all.
fn put(entry: &mut impl Read, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    io::copy(entry, &mut file)?;
    file.sync_all()?;
    Ok(fs::rename(&part, path)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use time::macros::datetime;

    use super::*;
    use crate::backups::backup::Contents;
    use crate::values::BackupId;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with_backup() -> (Self, Finished) {
            let folder = Folder(tempfile::tempdir().unwrap());
            fs::write(folder.path("dump"), "the dump").unwrap();
            fs::create_dir_all(folder.path("uploads/products")).unwrap();
            fs::write(folder.path("uploads/products/a.jpg"), "a picture").unwrap();
            let uploads = folder.path("uploads");
            let pictures = uploads_in(&uploads).unwrap();
            let (dump_bytes, dump_sha256) = measure(&folder.path("dump")).unwrap();
            let manifest = Manifest {
                format: FORMAT,
                id: BackupId::new(),
                made_at: datetime!(2026-11-26 12:00 UTC),
                program: "0.1.0".to_owned(),
                postgres: "15.18".to_owned(),
                schema: "public".to_owned(),
                migrations: vec!["m1".to_owned()],
                dump_bytes,
                dump_sha256,
                uploads: pictures.len() as u64,
                contents: Contents::default(),
            };
            let dump = folder.path("dump");
            let finished = write(
                folder.0.path(),
                "cafe-pos-1.tar",
                manifest,
                &dump,
                (&uploads, &pictures),
                None,
            )
            .unwrap();
            (folder, finished)
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn unpack(&self, file: &str) -> Result<Unpacked> {
            let (out, back) = (self.path("out"), self.path("back"));
            let into = Into {
                dump: Some(&out),
                uploads: Some(&back),
            };
            unpack(&self.path(file), None, into)
        }

        fn complaint(&self, file: &str) -> String {
            match self.unpack(file) {
                Ok(_) => panic!("{file} was taken"),
                Err(failure) => failure.to_string(),
            }
        }
    }

    #[test]
    fn what_was_packed_comes_out_and_the_manifest_beside_it_is_true() {
        let (folder, finished) = Folder::with_backup();
        let unpacked = folder.unpack("cafe-pos-1.tar").unwrap();
        assert_eq!(unpacked.manifest, finished.manifest);
        assert_eq!(
            (unpacked.bytes, &unpacked.sha256),
            (finished.bytes, &finished.sha256)
        );
        assert_eq!(
            measure(&folder.path("cafe-pos-1.tar")).unwrap(),
            (finished.bytes, finished.sha256.clone())
        );
        assert_eq!(fs::read_to_string(folder.path("out")).unwrap(), "the dump");
        assert_eq!(
            fs::read_to_string(folder.path("back/products/a.jpg")).unwrap(),
            "a picture"
        );
        assert_eq!(
            told_beside(folder.0.path(), "cafe-pos-1.tar"),
            Some(finished)
        );
        assert!(!folder.path("cafe-pos-1.tar.part").exists());
        for file in ["cafe-pos-1.tar", "cafe-pos-1.tar.json"] {
            let mode = fs::metadata(folder.path(file))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }

    #[test]
    fn a_file_that_was_cut_off_or_changed_is_refused_wherever_it_was() {
        let (folder, finished) = Folder::with_backup();
        let whole = fs::read(folder.path("cafe-pos-1.tar")).unwrap();
        // The last two blocks are the tar's end and its padding: without them everything is still there.
        let entries_end = whole.len() - 1024;
        for end in [0, 1, 511, 512, 700, 1024, 2048, 2560, entries_end - 600] {
            fs::write(folder.path("cut.tar"), &whole[..end]).unwrap();
            let complaint = folder.complaint("cut.tar");
            assert!(
                complaint.contains("cut off") || complaint.contains("not a backup"),
                "{end}: {complaint}"
            );
        }
        let at = whole
            .windows(8)
            .position(|eight| eight == b"the dump")
            .unwrap();
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(folder.path("changed.tar"), changed).unwrap();
        assert!(folder.complaint("changed.tar").contains("damaged"));
        assert_eq!(finished.manifest.uploads, 1);
    }

    #[test]
    fn foreign_files_and_those_of_a_newer_format_are_named() {
        let (folder, finished) = Folder::with_backup();
        fs::write(
            folder.path("text.tar"),
            "PGDMP is how pg_dump's own files begin",
        )
        .unwrap();
        assert!(
            folder
                .complaint("text.tar")
                .contains("text.tar is not a backup of cafe-pos")
        );
        let mut tar = tar::Builder::new(File::create(folder.path("new.tar")).unwrap());
        let told = br#"{"format": 2, "else": "entirely"}"#;
        let mut header = tar::Header::new_gnu();
        header.set_size(told.len() as u64);
        tar.append_data(&mut header, MANIFEST, told.as_slice())
            .unwrap();
        tar.finish().unwrap();
        assert!(folder.complaint("new.tar").contains("newer version"));
        drop(finished);
    }

    #[test]
    fn no_entry_leads_out_of_the_folder() {
        let (folder, finished) = Folder::with_backup();
        let mut tar = tar::Builder::new(File::create(folder.path("evil.tar")).unwrap());
        let told = serde_json::to_vec(&finished.manifest).unwrap();
        for (name, bytes) in [
            (MANIFEST, told.as_slice()),
            (DUMP, b"the dump"),
            ("uploads/x", b"evil"),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_path(name).unwrap();
            if name == "uploads/x" {
                // The crate itself refuses to write such a name.
                header.as_old_mut().name[..19].copy_from_slice(b"uploads/../../x.txt");
            }
            header.set_cksum();
            tar.append(&header, bytes).unwrap();
        }
        tar.finish().unwrap();
        assert!(folder.complaint("evil.tar").contains("not a backup"));
        assert!(!folder.path("../x.txt").exists() && !folder.path("x.txt").exists());
    }
}
