//! Encryption of a backup's file with a passphrase, in the age format (<https://age-encryption.org/v1>), so that the `age`
//! program opens it where this one is not at hand.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::{Mutex, PoisonError};

use age::secrecy::SecretString;
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use anyhow::{Context, Result, bail};

use crate::config::Secret;

/// What the name of an encrypted file ends with.
pub(super) const ENDING: &str = ".age";
/// How an encrypted file begins.
const HEAD: &[u8] = b"age-encryption.org/";
/// scrypt with N = 2^17 and r = 8 takes 128 MiB for a moment: what OWASP's Password Storage Cheat Sheet asks for, and what an
/// instance of 512 MB has.
const WORK: u8 = 17;
/// What the `age` program makes takes 256 MiB; more than that is meant to do harm.
const MOST_WORK: u8 = 18;
/// One at a time: three of them at once would not fit into an instance.
static WORKING: Mutex<()> = Mutex::new(());

/// Writes a file, encrypted where there is a passphrase.
pub(super) enum Writer<W: Write> {
    Plain(W),
    Encrypted(Box<StreamWriter<W>>),
}

impl<W: Write> Writer<W> {
    pub(super) fn new(into: W, passphrase: Option<&Secret>) -> Result<Self> {
        let Some(passphrase) = passphrase else {
            return Ok(Self::Plain(into));
        };
        let mut recipient = scrypt::Recipient::new(hidden(passphrase));
        recipient.set_work_factor(WORK);
        let _alone = WORKING.lock().unwrap_or_else(PoisonError::into_inner);
        let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _))
            .context("the passphrase cannot be used")?;
        Ok(Self::Encrypted(Box::new(encryptor.wrap_output(into)?)))
    }

    /// Writes the end, without which nothing can be read.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(into) => Ok(into),
            Self::Encrypted(stream) => stream.finish(),
        }
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(into) => into.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(into) => into.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}

/// Reads a file as it was before it was encrypted, if it was.
pub(super) enum Reader<R: Read> {
    Plain(BufReader<R>),
    Encrypted(Box<StreamReader<BufReader<R>>>),
}

impl<R: Read> Reader<R> {
    /// # Errors
    /// A sentence: that `name` is encrypted and there is no passphrase, or that it is not this one.
    pub(super) fn new(from: R, passphrase: Option<&Secret>, name: &str) -> Result<Self> {
        let mut from = BufReader::with_capacity(1 << 20, from);
        if !from.fill_buf()?.starts_with(HEAD) {
            return Ok(Self::Plain(from));
        }
        let damaged = || format!("{name} is damaged or was cut off");
        let decryptor = Decryptor::new_buffered(from).with_context(damaged)?;
        if !decryptor.is_scrypt() {
            bail!(
                "{name} is not a backup of cafe-pos: it was encrypted for a key, not with a passphrase"
            );
        }
        let Some(passphrase) = passphrase else {
            bail!("{name} is encrypted: give its passphrase in BACKUP_PASSPHRASE");
        };
        let mut identity = scrypt::Identity::new(hidden(passphrase));
        identity.set_max_work_factor(MOST_WORK);
        let _alone = WORKING.lock().unwrap_or_else(PoisonError::into_inner);
        match decryptor.decrypt(std::iter::once(&identity as _)) {
            Ok(stream) => Ok(Self::Encrypted(Box::new(stream))),
            Err(
                DecryptError::DecryptionFailed
                | DecryptError::KeyDecryptionFailed
                | DecryptError::NoMatchingKeys,
            ) => {
                bail!(
                    "{name} was encrypted with another passphrase: give that one in BACKUP_PASSPHRASE"
                )
            }
            Err(DecryptError::ExcessiveWork { .. }) => {
                bail!(
                    "{name} is not a backup of cafe-pos: opening it would take more memory than one of ours does"
                )
            }
            Err(failure) => Err(failure).with_context(damaged),
        }
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(from) => from.read(into),
            Self::Encrypted(stream) => stream.read(into),
        }
    }
}

fn hidden(passphrase: &Secret) -> SecretString {
    passphrase.reveal().to_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted(bytes: &[u8], passphrase: &str) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), Some(&Secret::new(passphrase))).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn read(file: &[u8], passphrase: Option<&str>) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let passphrase = passphrase.map(Secret::new);
        Reader::new(file, passphrase.as_ref(), "it")?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn what_was_encrypted_is_read_with_its_passphrase_only() {
        let bytes = b"coffee ".repeat(30_000);
        let file = encrypted(&bytes, "a long passphrase");
        assert!(!file.windows(7).any(|seven| seven == b"coffee "));
        assert_eq!(read(&file, Some("a long passphrase")).unwrap(), bytes);
        let wrong = read(&file, Some("another passphrase")).unwrap_err();
        assert!(wrong.to_string().contains("another passphrase"), "{wrong}");
        let none = read(&file, None).unwrap_err();
        assert!(none.to_string().contains("BACKUP_PASSPHRASE"), "{none}");
        assert_eq!(read(b"plain", Some("any")).unwrap(), b"plain");
    }

    #[test]
    fn one_that_was_cut_or_changed_is_never_taken_for_whole() {
        let file = encrypted(&b"coffee ".repeat(30_000), "a long passphrase");
        for end in [20, 100, 200, file.len() / 2, file.len() - 1] {
            assert!(
                read(&file[..end], Some("a long passphrase")).is_err(),
                "{end}"
            );
        }
        let mut changed = file.clone();
        let at = changed.len() - 100;
        changed[at] ^= 1;
        assert!(read(&changed, Some("a long passphrase")).is_err());
    }
}
