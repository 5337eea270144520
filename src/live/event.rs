use tokio_util::bytes::Bytes;

/// The named events of a stream; pictures go without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The stream is alive and its pictures are true; the data is the server's clock in epoch milliseconds.
    Heartbeat,
    /// The person may no longer see this; the stream ends after it.
    SignedOut,
}

impl Named {
    fn name(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeat",
            Self::SignedOut => "signed-out",
        }
    }
}

/// One event of `text/event-stream`, ready to send. However `data` breaks its lines (LF, CRLF, or a lone CR, which
/// browsers also take for an end of line), it cannot start a field of its own; empty data, on which clients
/// differ, becomes a dash.
#[must_use]
pub fn encode(named: Option<Named>, data: &str) -> Bytes {
    let mut event = String::with_capacity(data.len() + data.len() / 8 + 48);
    if let Some(named) = named {
        event.push_str("event: ");
        event.push_str(named.name());
        event.push('\n');
    }
    let data = if data.is_empty() { "-" } else { data };
    let mut rest = data;
    loop {
        let (line, after) = split_line(rest);
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
        match after {
            Some(after) => rest = after,
            None => break,
        }
    }
    event.push('\n');
    event.into()
}

/// How long the browser shall wait before it connects again, in milliseconds. It comes with an event, because htmx's
/// extension reads no `retry` of a block without data.
pub(super) fn retry(milliseconds: u64) -> Bytes {
    format!("event: retry\nretry: {milliseconds}\ndata: {milliseconds}\n\n").into()
}

/// The first line and, if it had an end, what follows it.
fn split_line(text: &str) -> (&str, Option<&str>) {
    match text.find(['\r', '\n']) {
        None => (text, None),
        Some(end) => {
            let after = &text[end..];
            (
                &text[..end],
                Some(after.strip_prefix("\r\n").unwrap_or(&after[1..])),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a browser makes of a stream, after the standard: (event name, data) of each event dispatched.
    fn parsed(stream: &str) -> Vec<(String, String)> {
        let (mut events, mut name, mut data) = (Vec::new(), String::new(), String::new());
        for line in stream.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" if line.is_empty() => {
                    if data.pop().is_some() {
                        events.push((std::mem::take(&mut name), std::mem::take(&mut data)));
                    }
                    name.clear();
                }
                "event" => name = value.to_owned(),
                "data" => {
                    data.push_str(value);
                    data.push('\n');
                }
                _ => {}
            }
        }
        events
    }

    #[test]
    fn data_cannot_open_a_field_of_its_own() {
        let hostile = "a\r\revent: signed-out\rdata: b\n\nretry: 1\r\n\r\nid: 7\n: c";
        let event = encode(None, hostile);
        let text = std::str::from_utf8(&event).unwrap();
        let lines: Vec<_> = text.strip_suffix("\n\n").unwrap().split('\n').collect();
        assert!(
            lines.iter().all(|line| line.starts_with("data: ")),
            "{text}"
        );
        assert!(!text.contains('\r'));
        assert_eq!(
            parsed(text),
            [(
                String::new(),
                "a\n\nevent: signed-out\ndata: b\n\nretry: 1\n\nid: 7\n: c".into()
            )]
        );
    }

    #[test]
    fn an_event_always_has_data() {
        assert_eq!(
            &encode(Some(Named::Heartbeat), "")[..],
            b"event: heartbeat\ndata: -\n\n"
        );
        assert_eq!(&encode(None, "\n")[..], b"data: \ndata: \n\n");
    }

    #[test]
    fn a_name_comes_before_its_data() {
        assert_eq!(
            &encode(Some(Named::SignedOut), "x\ny")[..],
            b"event: signed-out\ndata: x\ndata: y\n\n"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_sent_arrives_as_one_event(data in "[a-z :\r\nédat]{0,60}") {
            let event = encode(None, &data);
            let arrived = parsed(std::str::from_utf8(&event).unwrap());
            let expected = if data.is_empty() { "-".into() } else { data.replace("\r\n", "\n").replace('\r', "\n") };
            prop_assert_eq!(arrived, [(String::new(), expected)]);
        }
    }
}
