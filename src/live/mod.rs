//! What makes every screen tell the truth soon after a commit.
//!
//! [`Changed`] says what to look at again, [`Live`] carries it to whoever listens in this process and, over Redis, in
//! the others. [`Feeds`] draws each watched [`View`] once per change and shares the picture, and [`sse_stream`] is the
//! body of one browser's stream. A lost message costs seconds, never a ticket: feeds also compare a cheap revision.

mod artist;
mod bus;
mod changed;
mod connection;
mod event;
mod feed;
mod news;
mod outflow;
mod redis;
mod region;
mod stream;
#[cfg(test)]
mod tests;
mod view;

pub use bus::{Live, LiveCounts, News, Subscriber};
pub use changed::Changed;
pub use event::{Named, encode};
pub use feed::{FeedCounts, Feeds, Pace};
pub use news::fingerprinted;
pub use outflow::{Outflow, Outlet};
pub use redis::answers as redis_answers;
pub use region::Watched;
pub use stream::{StreamOptions, sse_stream};
pub use view::{Picture, View};
