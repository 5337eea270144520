//! What came back, and what a person or a program reads in it.

use poem::Response;
use poem::http::StatusCode;
use scraper::{Html, Selector};

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: poem::http::HeaderMap,
    pub text: String,
}

pub async fn read(response: Response) -> Answer {
    let is_stream = response.content_type() == Some("text/event-stream");
    let (parts, body) = response.into_parts();
    let text = match is_stream {
        true => String::new(),
        false => body.into_string().await.unwrap_or_default(),
    };
    Answer {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

impl Answer {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn must_be(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The texts of all elements that match, white space folded.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&as_document(&self.text));
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector)
            .map(|element| {
                let text: String = element.text().collect();
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    /// The text of the one element that matches.
    #[track_caller]
    pub fn one(&self, selector: &str) -> String {
        let found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector}: {found:?} in {}", self.text);
        found.into_iter().next().unwrap_or_default()
    }

    /// What stands in the first element that matches, with its line breaks.
    pub fn typed(&self, selector: &str) -> String {
        let html = Html::parse_document(&as_document(&self.text));
        let selector = Selector::parse(selector).expect("a selector");
        let found = html.select(&selector).next();
        found.map_or_else(String::new, |element| element.text().collect())
    }

    /// The values of an attribute of all elements that match.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&as_document(&self.text));
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector)
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// What the person reads in `#notice`.
    pub fn notice(&self) -> String {
        self.all("hx-partial[hx-target='#notice'] .toast span")
            .join(" ")
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

/// Fragments parse like pages.
fn as_document(text: &str) -> String {
    if text.contains("<html") {
        text.to_owned()
    } else {
        format!("<html><body>{text}</body></html>")
    }
}
