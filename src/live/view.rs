use std::future::Future;

use anyhow::Result;
use tokio_util::bytes::Bytes;

use super::Changed;

/// A drawn region as the event that carries it, encoded once for all connections.
pub type Picture = Bytes;

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

    /// A number that moves whenever the picture may look different; asked every few seconds, so it must be cheap. It
    /// catches what no message told: a lost one, or an instance killed between commit and publish.
    fn revision(&self, app: &A) -> impl Future<Output = Result<i64>> + Send;
}
