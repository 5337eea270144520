//! A slip: what stands on a piece of paper, whichever way it is drawn.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::bitmap::Bitmap;

/// A document for paper. Stored as JSON; a field that is added later needs a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// What people call it: "Receipt", "Kitchen ticket".
    pub name: String,
    /// What stands on it, from top to bottom.
    pub elements: Vec<Element>,
}

/// A part of a slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Element {
    /// What it is, large and in the middle.
    Heading {
        /// The words.
        text: String,
    },
    /// Words in the middle.
    Centred {
        /// The words.
        text: String,
    },
    /// A line across the paper.
    Rule,
    /// Words on the left, and what they come to on the right.
    Row {
        /// On the left.
        left: String,
        /// On the right.
        #[serde(default)]
        right: String,
        /// It belongs to the row above it.
        #[serde(default)]
        inset: bool,
    },
    /// The row that people look for.
    Total {
        /// On the left.
        left: String,
        /// On the right.
        right: String,
    },
    /// Words across the whole paper.
    Text {
        /// The words.
        text: String,
        /// How they stand out.
        #[serde(default)]
        look: Look,
        /// They belong to what is above them.
        #[serde(default)]
        inset: bool,
    },
    /// A code that a phone scans.
    Qr {
        /// What it says.
        text: String,
        /// Where it leads, for whoever cannot see it.
        label: String,
        /// The words under it.
        #[serde(default)]
        caption: String,
    },
    /// A picture in the middle: the café's logo.
    Picture {
        /// The picture.
        picture: Bitmap,
        /// What it shows, for whoever cannot see it.
        label: String,
    },
    /// An empty line.
    Space,
}

/// How words stand out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// They do not.
    #[default]
    Plain,
    /// Bold.
    Strong,
    /// Bold and twice as high.
    Tall,
    /// Bold, twice as high and twice as wide: read from where one stands.
    Huge,
    /// White on black across the paper: nobody may overlook it.
    Reversed,
}

impl Slip {
    /// A slip with nothing on it yet.
    pub fn new(name: impl Display) -> Self {
        Slip {
            name: name.to_string(),
            elements: Vec::new(),
        }
    }

    /// What it is, large and in the middle.
    pub fn heading(&mut self, text: impl Display) {
        let text = text.to_string();
        self.elements.push(Element::Heading { text });
    }

    /// Words in the middle.
    pub fn centred(&mut self, text: impl Display) {
        let text = text.to_string();
        self.elements.push(Element::Centred { text });
    }

    /// A line across the paper.
    pub fn rule(&mut self) {
        self.elements.push(Element::Rule);
    }

    /// Words on the left, and what they come to on the right.
    pub fn row(&mut self, left: impl Display, right: impl Display) {
        self.push_row(left, right, false);
    }

    /// A row that belongs to the one above it.
    pub fn inset_row(&mut self, left: impl Display, right: impl Display) {
        self.push_row(left, right, true);
    }

    fn push_row(&mut self, left: impl Display, right: impl Display, inset: bool) {
        self.elements.push(Element::Row {
            left: left.to_string(),
            right: right.to_string(),
            inset,
        });
    }

    /// The row that people look for.
    pub fn total(&mut self, left: impl Display, right: impl Display) {
        self.elements.push(Element::Total {
            left: left.to_string(),
            right: right.to_string(),
        });
    }

    /// Words across the whole paper.
    pub fn text(&mut self, text: impl Display) {
        self.push_text(text, Look::Plain, false);
    }

    /// Words that stand out.
    pub fn text_looking(&mut self, look: Look, text: impl Display) {
        self.push_text(text, look, false);
    }

    /// Words that belong to what is above them.
    pub fn inset(&mut self, look: Look, text: impl Display) {
        self.push_text(text, look, true);
    }

    fn push_text(&mut self, text: impl Display, look: Look, inset: bool) {
        let text = text.to_string();
        self.elements.push(Element::Text { text, look, inset });
    }

    /// A code that a phone scans, with the words under it.
    pub fn qr(&mut self, text: impl Display, label: impl Display, caption: impl Display) {
        self.elements.push(Element::Qr {
            text: text.to_string(),
            label: label.to_string(),
            caption: caption.to_string(),
        });
    }

    /// A picture in the middle.
    pub fn picture(&mut self, picture: Bitmap, label: impl Display) {
        let label = label.to_string();
        self.elements.push(Element::Picture { picture, label });
    }

    /// An empty line.
    pub fn space(&mut self) {
        self.elements.push(Element::Space);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slip_that_was_stored_comes_back_and_one_of_before_has_defaults() {
        let mut slip = Slip::new("Receipt");
        slip.picture(Bitmap::drawn(9, 2, |x, y| x == y), "Café Kahawa");
        slip.heading("BILL");
        slip.row("1 Espresso", "4,000");
        slip.inset(Look::Strong, "no sugar");
        slip.qr("https://x/r/1", "The receipt", "Scan");
        slip.space();
        let stored = serde_json::to_value(&slip).expect("JSON");
        assert_eq!(
            stored["elements"][0]["picture"],
            json!({"across": 2, "dots": "80004000"})
        );
        assert_eq!(
            stored["elements"][1],
            json!({"is": "heading", "text": "BILL"})
        );
        assert_eq!(
            serde_json::from_value::<Slip>(stored).expect("a slip"),
            slip
        );
        let of_before =
            json!({"name": "Bill", "elements": [{"is": "row", "left": "A"}, {"is": "rule"}]});
        let mut bill = Slip::new("Bill");
        bill.row("A", "");
        bill.rule();
        assert_eq!(
            serde_json::from_value::<Slip>(of_before).expect("a slip"),
            bill
        );
    }
}
