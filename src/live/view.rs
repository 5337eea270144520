use std::future::Future;

use anyhow::Result;
use tokio_util::bytes::Bytes;

use super::{Changed, encode};

/// A drawn region as the events that carry it, encoded once for all connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    number: u64,
    whole: Bytes,
    /// What is new in it for who has the one before.
    news: Option<Bytes>,
}

impl Picture {
    /// The picture of this number; `news` is what is new since the one before.
    pub(super) fn new(number: u64, html: &str, news: Option<&str>) -> Self {
        Self {
            number,
            whole: encode(None, html),
            news: news.map(|news| encode(None, news)),
        }
    }

    /// Which of its view's pictures it is.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether both look different.
    pub(super) fn differs_from(&self, other: &Self) -> bool {
        self.whole != other.whole
    }

    /// The event for a screen that was sent the picture of this number last.
    #[must_use]
    pub fn for_one_who_has(&self, last: Option<u64>) -> Bytes {
        let has_the_one_before = last.is_some_and(|last| last + 1 == self.number);
        match &self.news {
            Some(news) if has_the_one_before => news.clone(),
            _ => self.whole.clone(),
        }
    }
}

/// A region of a screen that several connections may show: a board, an order's panel, the floor.
///
/// `A` is what it draws from (the `App`). Whatever distinguishes two drawings (the station, the order, the role) must
/// be in `name`, and nothing personal may be drawn: everybody who watches the same name gets the same picture.
pub trait View<A>: Clone + Send + Sync + 'static {
    /// Names the picture; two views of one name are one.
    fn name(&self) -> String;

    /// Whether the picture may look different after this change.
    fn cares(&self, change: &Changed) -> bool;

    /// The region as HTML: one or more `<hx-partial>`, never empty.
    fn draw(&self, app: &A) -> impl Future<Output = Result<String>> + Send;

    /// Whether it is made of `<article id>`s that are many and mostly stay as they are. Screens are then sent those that
    /// changed, and of the others only where they stand.
    fn is_of_articles(&self) -> bool {
        false
    }

    /// A number that moves whenever the picture may look different; asked every few seconds, so it must be cheap. It
    /// catches what no message told: a lost one, or an instance killed between commit and publish.
    fn revision(&self, app: &A) -> impl Future<Output = Result<i64>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_picture_before_is_sent_what_is_new_in_it() {
        let picture = Picture::new(7, "whole", Some("news"));
        let sent = |last| String::from_utf8(picture.for_one_who_has(last).to_vec()).unwrap();
        assert_eq!(sent(Some(6)), "data: news\n\n");
        for last in [None, Some(5), Some(7)] {
            assert_eq!(sent(last), "data: whole\n\n", "{last:?}");
        }
        let all_new = Picture::new(7, "whole", None);
        assert_eq!(
            all_new.for_one_who_has(Some(6)),
            picture.for_one_who_has(None)
        );
    }
}
