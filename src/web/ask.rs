//! Asking other servers.

use reqwest::{Client, ClientBuilder};

/// A client of other servers, before its settings. There is one provider of cryptography for the whole program, and
/// whoever comes first installs it.
pub fn client() -> ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().user_agent(concat!("cafe-pos/", env!("CARGO_PKG_VERSION")))
}
