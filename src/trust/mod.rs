//! What makes a tablet believe a certificate that this server made itself: the root of its own authority and how to put it
//! on each kind of device. Without that browsers warn, and neither install the till nor let it work offline. Nobody has to
//! be signed in, because it comes before everything else. Owns no table; the root is the setting `LOCAL_CA`.

pub mod handlers;
mod view;
