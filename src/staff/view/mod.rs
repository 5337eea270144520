//! What people see of this room: signing in, one's own page, approvals, and the list of everybody.

pub mod again;
pub mod approval;
pub mod desk;
pub mod own;
pub mod roster;
pub mod sign_in;

pub use approval::{approval_fields, secret_fields};
