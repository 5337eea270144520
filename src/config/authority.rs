//! The certificate of an authority of the café's own, which tablets are made to trust.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::asn1::{PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::{Decode as _, DecodePem as _, Encode as _, Tag, Tagged as _};
use x509_cert::ext::pkix::BasicConstraints;

/// A root takes a kilobyte.
const LARGEST: u64 = 64 * 1024;

/// The root of a certificate authority, as it is given to tablets. What is private about it never gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAuthority {
    name: String,
    until: OffsetDateTime,
    der: Arc<[u8]>,
}

impl LocalAuthority {
    /// Reads a PEM file with one certificate. One that has ended is taken: the till must go on, and [`Self::until`] is for
    /// whoever tells people.
    ///
    /// # Errors
    /// What is wrong with the file, to be read after "which".
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let unreadable = |error| format!("cannot be read ({error})");
        if fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
            return Err("is too large for a certificate".to_owned());
        }
        Self::from_pem(&fs::read(path).map_err(unreadable)?)
    }

    fn from_pem(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "is not a PEM file".to_owned())?;
        // Whoever has the key can be this server. Also as a part of the file it would be one slip away from every tablet.
        if text.contains("PRIVATE KEY") {
            return Err("holds a private key: name the file with the certificate alone".to_owned());
        }
        match text.matches("-----BEGIN ").count() {
            1 => {}
            count => {
                return Err(format!(
                    "holds {count} PEM blocks instead of one certificate"
                ));
            }
        }
        // Some tools write words before and after it.
        let (from, to) = (text.find("-----BEGIN "), text.rfind("-----"));
        let block = from.zip(to).and_then(|(from, to)| text.get(from..to + 5));
        let certificate = Certificate::from_pem(block.unwrap_or_default())
            .map_err(|error| format!("is not a certificate in PEM ({error})"))?;
        if !may_sign(&certificate) {
            return Err("is no authority's certificate: it may not sign others".to_owned());
        }
        let until = certificate
            .tbs_certificate
            .validity
            .not_after
            .to_unix_duration();
        let der = certificate
            .to_der()
            .map_err(|error| format!("is not a certificate ({error})"))?;
        Ok(Self {
            name: common_name(&certificate).unwrap_or_else(|| "without a name".to_owned()),
            until: OffsetDateTime::UNIX_EPOCH + until,
            der: der.into(),
        })
    }

    /// The name under which devices list it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it ends, and with it all that it vouched for.
    pub fn until(&self) -> OffsetDateTime {
        self.until
    }

    /// The certificate, as devices take it.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its SHA-256 fingerprint as openssl and devices write it: `4E:19:…`.
    pub fn fingerprint(&self) -> String {
        let bytes: Vec<String> = Sha256::digest(&self.der)
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        bytes.join(":")
    }
}

fn may_sign(certificate: &Certificate) -> bool {
    let extensions = certificate.tbs_certificate.extensions.as_deref();
    let found = extensions
        .unwrap_or_default()
        .iter()
        .find(|one| one.extn_id == BasicConstraints::OID);
    found
        .and_then(|one| BasicConstraints::from_der(one.extn_value.as_bytes()).ok())
        .is_some_and(|constraints| constraints.ca)
}

fn common_name(certificate: &Certificate) -> Option<String> {
    let parts = &certificate.tbs_certificate.subject.0;
    let found = parts
        .iter()
        .flat_map(|part| part.0.iter())
        .find(|one| one.oid == COMMON_NAME)?;
    let value = &found.value;
    let text = match value.tag() {
        Tag::Utf8String => Utf8StringRef::try_from(value).ok()?.as_str().to_owned(),
        Tag::PrintableString => PrintableStringRef::try_from(value)
            .ok()?
            .as_str()
            .to_owned(),
        Tag::TeletexString => TeletexStringRef::try_from(value).ok()?.as_str().to_owned(),
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made once with deploy/box/certificates.sh; the keys are gone.
    const ROOT: &str = include_str!("testdata/root.pem");
    const LEAF: &str = include_str!("testdata/leaf.pem");

    fn refused(text: &str) -> String {
        LocalAuthority::from_pem(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_root_is_known_by_its_name_its_end_and_its_fingerprint() {
        let root = LocalAuthority::from_pem(ROOT.as_bytes()).unwrap();
        assert_eq!(root.name(), "cafe-pos at cafe.local (2026-11-26)");
        assert_eq!(
            root.fingerprint(),
            include_str!("testdata/root.sha256").trim()
        );
        assert_eq!(root.until().year(), 2036);
        assert_eq!(root.der()[0], 0x30);
    }

    #[test]
    fn text_beside_the_certificate_is_no_part_of_it() {
        let bare = LocalAuthority::from_pem(ROOT.as_bytes()).unwrap();
        let told = format!("\nsubject=O = cafe-pos\n{ROOT}\n\nThat was it.\n");
        assert_eq!(bare, LocalAuthority::from_pem(told.as_bytes()).unwrap());
    }

    #[test]
    fn a_file_with_a_private_key_is_refused_wherever_the_key_stands() {
        for kind in [
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "RSA PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ] {
            let key = format!("-----BEGIN {kind}-----\nMIG=\n-----END {kind}-----\n");
            for file in [key.clone(), format!("{ROOT}{key}"), format!("{key}{ROOT}")] {
                assert!(refused(&file).starts_with("holds a private key"), "{kind}");
            }
        }
    }

    #[test]
    fn what_is_no_root_is_refused() {
        assert!(refused(LEAF).starts_with("is no authority's certificate"));
        assert!(refused("").starts_with("holds 0 PEM blocks"));
        assert!(refused(&format!("{ROOT}{LEAF}")).starts_with("holds 2 PEM blocks"));
        assert!(refused(&ROOT.replace("MII", "MIX")).starts_with("is not a certificate"));
        assert_eq!(
            LocalAuthority::from_pem(&[0x30, 0x82, 0xff]).unwrap_err(),
            "is not a PEM file"
        );
        let request =
            "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n";
        assert!(refused(request).starts_with("is not a certificate"));
    }
}
