//! A slip on a page: on the screen, and on the paper of a browser's printer.

use maud::{Markup, html};

use super::picture;
use super::slip::{Element, Look, Slip};
use crate::ui;

/// How a slip is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown {
    /// The id of its element, where something replaces it.
    pub id: Option<&'static str>,
    /// Whether it goes to paper as soon as it is drawn.
    pub printing: bool,
}

/// Elements that are drawn in one piece of markup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Middle,
    Table,
    Alone,
}

/// A slip as it is printed by the browser, on paper of 80 mm.
pub fn slip(slip: &Slip, shown: Shown) -> Markup {
    let groups = slip.elements.chunk_by(|one, next| {
        let group = group_of(one);
        group != Group::Alone && group == group_of(next)
    });
    html! {
        article.receipt id=[shown.id] aria-label={ (slip.name) ", 80 mm" } data-printing[shown.printing] {
            @for group in groups { (drawn(group)) }
        }
    }
}

fn group_of(element: &Element) -> Group {
    match element {
        Element::Heading { .. } | Element::Centred { .. } => Group::Middle,
        Element::Row { .. } | Element::Total { .. } | Element::Text { .. } => Group::Table,
        Element::Rule | Element::Qr { .. } | Element::Picture { .. } | Element::Space => {
            Group::Alone
        }
    }
}

fn drawn(group: &[Element]) -> Markup {
    match group {
        [Element::Rule] => html! { hr; },
        [Element::Space] => html! { br; },
        [
            Element::Qr {
                text,
                label,
                caption,
            },
        ] => html! {
            (ui::qr(text, label))
            @if !caption.is_empty() { div.c { (caption) } }
        },
        [Element::Picture { picture, label }] => picture::on_a_page(picture, label),
        [first, ..] if group_of(first) == Group::Middle => in_the_middle(group),
        _ => html! { table { @for element in group { (row(element)) } } },
    }
}

fn in_the_middle(group: &[Element]) -> Markup {
    let mut broken = false;
    let lines = group.iter().map(|element| {
        let after_words =
            std::mem::replace(&mut broken, matches!(element, Element::Centred { .. }));
        html! {
            @match element {
                Element::Heading { text } => { h2 { (text) } },
                Element::Centred { text } => { @if after_words { br; } (text) },
                _ => {},
            }
        }
    });
    let lines: Vec<Markup> = lines.collect();
    html! { div.c { @for line in lines { (line) } } }
}

fn row(element: &Element) -> Markup {
    match element {
        Element::Row { left, right, inset } => html! {
            tr { td { (moved_in(*inset)) (left) } td.num { (right) } }
        },
        Element::Total { left, right } => html! { tr.tot { td { (left) } td.num { (right) } } },
        Element::Text { text, look, inset } => {
            let text = html! { (moved_in(*inset)) (text) };
            let class = matches!(look, Look::Tall | Look::Huge).then_some("tot");
            html! {
                tr class=[class] {
                    td colspan="2" {
                        @match look {
                            Look::Plain | Look::Tall | Look::Huge => (text),
                            Look::Strong => b { (text) },
                            Look::Reversed => mark { (text) },
                        }
                    }
                }
            }
        }
        _ => html! {},
    }
}

fn moved_in(inset: bool) -> &'static str {
    if inset { "\u{a0}\u{a0}" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_is_one_table_and_words_in_the_middle_are_lines() {
        let mut it = Slip::new("Bill");
        it.heading("CAFÉ");
        it.centred("Acacia Avenue");
        it.centred("TIN 1");
        it.rule();
        it.row("1 Tea <b>", "3,000");
        it.inset(Look::Plain, "no sugar");
        it.total("TOTAL", "3,000");
        it.space();
        it.text_looking(Look::Strong, "UNAPPROVED");
        it.text_looking(Look::Reversed, "VOID");
        let drawn = slip(
            &it,
            Shown {
                id: Some("receipt"),
                printing: true,
            },
        );
        let expected = concat!(
            r#"<article class="receipt" id="receipt" aria-label="Bill, 80 mm" data-printing>"#,
            r#"<div class="c"><h2>CAFÉ</h2>Acacia Avenue<br>TIN 1</div><hr><table>"#,
            r#"<tr><td>1 Tea &lt;b&gt;</td><td class="num">3,000</td></tr>"#,
            "<tr><td colspan=\"2\">\u{a0}\u{a0}no sugar</td></tr>",
            r#"<tr class="tot"><td>TOTAL</td><td class="num">3,000</td></tr></table><br>"#,
            r#"<table><tr><td colspan="2"><b>UNAPPROVED</b></td></tr>"#,
            r#"<tr><td colspan="2"><mark>VOID</mark></td></tr></table></article>"#,
        );
        assert_eq!(drawn.into_string(), expected);
    }
}
