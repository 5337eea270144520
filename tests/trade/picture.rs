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

/// The articles that a picture only names (`data-same="<id>=<number> <id>…"`) are those that were shown before; nothing where
/// one of them was not.
pub fn completed(markup: &str, before: Option<&str>) -> Option<String> {
    let mut whole = String::new();
    let mut rest = markup;
    while let Some((start, from)) = rest.split_once("<article data-same=\"") {
        let (named, end) = from.split_once("\"></article>")?;
        whole.push_str(start);
        for named in named.split(' ') {
            let (id, number) = match named.split_once('=') {
                Some((id, number)) => (id, Some(number)),
                None => (named, None),
            };
            whole.push_str(&numbered(article_of(before?, id)?, number));
        }
        rest = end;
    }
    whole.push_str(rest);
    Some(whole)
}

fn article_of<'a>(markup: &'a str, id: &str) -> Option<&'a str> {
    let mark = format!(" id=\"{id}\"");
    markup.split_inclusive("</article>").find_map(|piece| {
        let article = &piece[piece.find("<article")?..];
        article
            .split('>')
            .next()?
            .contains(&mark)
            .then_some(article)
    })
}

/// An article with the number that it has on the board now.
fn numbered(article: &str, number: Option<&str>) -> String {
    let Some(number) = number else {
        return article.to_owned();
    };
    let replaced = |text: String, before: &str, end: char| {
        let Some((start, rest)) = text.split_once(before) else {
            return text;
        };
        let rest = rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
        assert!(rest.starts_with([end, ' ']), "{rest:.40}");
        format!("{start}{before}{number}{rest}")
    };
    let article = replaced(article.to_owned(), " data-n=\"", '"');
    let article = replaced(article, "\"Key ", '"');
    let span = article
        .find("<span aria-label=\"Key ")
        .map(|at| &article[at..]);
    let opening = span.and_then(|span| Some(format!("{}>", span.split_once('>')?.0)));
    replaced(article, &opening.expect("a key"), '<')
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
    // Each screen gives its own receipt, and takes it away by itself.
    if element.attr("class") == Some("seen") {
        return;
    }
    markup.push('<');
    markup.push_str(name);
    // How old something is ticks in the browser, and is drawn anew every few seconds whether or not anything happened.
    let tells_age = element.attr("data-age").is_some();
    for (attribute, value) in element.value().attrs() {
        if ["data-new", "data-age", "data-print"].contains(&attribute)
            || (tells_age && attribute == "aria-label")
        {
            continue;
        }
        markup.push_str(&format!(" {attribute}=\"{value}\""));
    }
    markup.push('>');
    if name != "time" && element.attr("data-age-label").is_none() {
        write_children(element, markup);
    }
    markup.push_str(&format!("</{name}>"));
}
