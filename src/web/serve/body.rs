use std::{io, time::Duration};

use futures_util::{StreamExt, stream};
use poem::Body;
use tokio::time::{Instant, timeout_at};

/// The same body, failing when nothing comes for `silence` or when it is not complete after `whole`.
pub(super) fn in_time(body: Body, silence: Duration, whole: Duration) -> Body {
    let end = Instant::now() + whole;
    let pieces = Box::pin(body.into_bytes_stream());
    Body::from_bytes_stream(stream::try_unfold(pieces, move |mut pieces| async move {
        let by = end.min(Instant::now() + silence);
        match timeout_at(by, pieces.next()).await {
            Ok(piece) => Ok(piece.transpose()?.map(|piece| (piece, pieces))),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the body of the request took too long",
            )),
        }
    }))
}
