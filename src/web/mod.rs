//! The edge: addresses, forms, answers, errors, what every request passes. Knows no room.

pub mod answer;
pub mod ask;
pub mod assets;
pub mod client;
pub mod error;
pub mod extract;
pub mod figures;
pub mod form;
pub mod security;
pub mod serve;
pub mod trail;
pub mod upload;
pub mod url;

pub use answer::{Frag, Go, Page};
pub use error::{Error, FieldError, Refusal, Refused, Result};
pub use extract::{Asker, MaybeOnce, Once, Path, Query};
pub use form::{Draft, Form, said};
pub use upload::Upload;
