//! What a screen shows, region by region, in a form that can be compared: the passing of time alone makes no difference.

use std::collections::BTreeMap;

use scraper::{ElementRef, Html, Node, Selector};

/// What a region holds, and whether its own element is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Whether a picture replaces what is inside the element, and not the element.
    pub inside: bool,
    /// Its markup.
    pub markup: String,
}

/// The regions that an event of a stream carries, by their ids.
pub fn carried(event: &str) -> BTreeMap<String, Region> {
    let fragment = Html::parse_fragment(event);
    let partials = Selector::parse("hx-partial").expect("a selector");
    fragment
        .select(&partials)
        .map(|partial| {
            let target = partial.attr("hx-target").expect("a target");
            let id = target.strip_prefix('#').expect("an id").to_owned();
            let swap = partial.attr("hx-swap").expect("a way to swap");
            let region = Region {
                inside: swap.starts_with("inner"),
                markup: inside(partial),
            };
            (id, region)
        })
        .collect()
}

/// The same region on a page, if the page has it.
pub fn on_page(page: &Html, id: &str, wanted: &Region) -> Option<String> {
    let selector = Selector::parse(&format!("[id='{id}']")).expect("a selector");
    let element = page.select(&selector).next()?;
    let mut markup = String::new();
    if wanted.inside {
        return Some(inside(element));
    }
    write(element, &mut markup);
    Some(markup)
}

fn inside(element: ElementRef) -> String {
    let mut markup = String::new();
    write_children(element, &mut markup);
    markup
}

fn write_children(element: ElementRef, markup: &mut String) {
    for child in element.children() {
        match (child.value(), ElementRef::wrap(child)) {
            (Node::Text(text), _) => markup.push_str(text),
            (_, Some(element)) => write(element, markup),
            _ => {}
        }
    }
}

fn write(element: ElementRef, markup: &mut String) {
    let name = element.value().name();
    markup.push('<');
    markup.push_str(name);
    // A ticket is new for a while; what it says of its age ticks in the browser.
    for (attribute, value) in element
        .value()
        .attrs()
        .filter(|(name, _)| *name != "data-new")
    {
        markup.push_str(&format!(" {attribute}=\"{value}\""));
    }
    markup.push('>');
    if name != "time" {
        write_children(element, markup);
    }
    markup.push_str(&format!("</{name}>"));
}
