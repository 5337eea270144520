//! Prometheus' text format, version 0.0.4: families with a sentence and a kind, then a line for each series.

use std::fmt::{Display, Write as _};

/// The type of the answer's content.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a family is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, and begins at nothing with the program.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How many took at most how long.
    Histogram,
}

/// The text as it grows.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a family; its series follow.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    /// One series of the family.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let mut told = String::new();
        for (label, word) in labels {
            let comma = if told.is_empty() { "" } else { "," };
            let _ = write!(told, "{comma}{label}=\"{}\"", escaped(word));
        }
        match told.as_str() {
            "" => self.line(format_args!("{name} {value}")),
            labels => self.line(format_args!("{name}{{{labels}}} {value}")),
        }
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a text in memory does not fail.
        let _ = writeln!(self.0, "{line}");
    }
}

/// Microseconds as the seconds that Prometheus counts in.
pub fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_label_ends_its_line_or_its_quotes() {
        let mut text = Exposition::default();
        text.family("a", Kind::Gauge, "two\nlines");
        text.sample("a", &[("x", "say \"hi\"\n\\"), ("y", "z")], 1);
        text.sample("b", &[], seconds(1_500));
        assert_eq!(
            text.into_text(),
            "# HELP a two\\nlines\n# TYPE a gauge\na{x=\"say \\\"hi\\\"\\n\\\\\",y=\"z\"} 1\nb 0.001500\n"
        );
    }
}
