//! What is new in a picture for a screen that shows the one before it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use maud::{Markup, PreEscaped};

const PARTIAL: (&str, &str) = ("<hx-partial", "</hx-partial>");
const ARTICLE: (&str, &str) = ("<article", "</article>");
/// What may differ in two markups that are the same: the text of a time, which ticks in the browser; and of articles their
/// number on the board (`data-n`, `span.key`), which moves on when one leaves, and the receipt (`i.seen`), which each screen
/// gives and takes away by itself. Each with how it begins and ends, and whether its opening tag counts.
const TIME: (&str, &str, bool) = ("<time", "</time>", true);
const RECEIPT: (&str, &str, bool) = ("<i class=\"seen\"", "</i>", false);
const PLACE: [Differing; 4] = [
    TIME,
    (NUMBER, "\"", false),
    (KEY, "</span>", false),
    RECEIPT,
];
/// The same for a fingerprint, and how old something is: the browser says that by itself.
const LOOKS: [Differing; 6] = [
    PLACE[0],
    PLACE[1],
    PLACE[2],
    PLACE[3],
    (" data-age=\"", "\"", false),
    (" data-age-label", "</span></span>", false),
];
const NUMBER: &str = " data-n=\"";
const KEY: &str = "<span class=\"key\"";

/// The partials that changed; in them, articles that did not are only named: those that follow each other in one empty
/// article, `data-same="<id>=<number> <id>…"`. Nothing where a picture is not made of partials alone.
pub(super) fn since(before: &str, now: &str) -> Option<String> {
    let before: HashMap<&str, &str> = partials(before)?.into_iter().map(opened).collect();
    let mut news = String::new();
    for partial in partials(now)? {
        let (opening, inside) = opened(partial);
        match before.get(opening) {
            Some(known) if is_same(known, inside, &[TIME, RECEIPT]) => {}
            Some(known) => {
                news.push_str(opening);
                with_what_changed(known, inside, &mut news);
            }
            None => news.push_str(partial),
        }
    }
    Some(news)
}

/// The same markup, each of its articles with the fingerprint (`data-print`) of what lasts in it, neither ages nor its number:
/// a screen that shows one with the same leaves it alone when it is sent the whole picture, which saves a slow one most of
/// the work.
pub fn fingerprinted(markup: &Markup) -> Markup {
    let mut printed = String::with_capacity(markup.0.len() + 2_000);
    let mut rest = markup.0.as_str();
    for article in elements(&markup.0, ARTICLE) {
        let (before, from) = rest.split_at(article.as_ptr().addr() - rest.as_ptr().addr());
        let mut print = DefaultHasher::new();
        lasting(article, &LOOKS)
            .collect::<String>()
            .hash(&mut print);
        printed.push_str(before);
        printed.push_str(ARTICLE.0);
        printed.push_str(&format!(" data-print=\"{:016x}\"", print.finish()));
        printed.push_str(&article[ARTICLE.0.len()..]);
        rest = &from[article.len()..];
    }
    printed.push_str(rest);
    PreEscaped(printed)
}

/// The partials of a picture that consists of nothing else.
fn partials(picture: &str) -> Option<Vec<&str>> {
    let found: Vec<&str> = elements(picture, PARTIAL).collect();
    let length: usize = found.iter().map(|partial| partial.len()).sum();
    (length == picture.trim_ascii().len()).then_some(found)
}

/// The opening tag, and everything after it.
fn opened(element: &str) -> (&str, &str) {
    element.split_at(element.find('>').map_or(element.len(), |end| end + 1))
}

fn with_what_changed(before: &str, now: &str, news: &mut String) {
    let known: HashMap<&str, &str> = elements(before, ARTICLE)
        .filter_map(|article| Some((id_of(article)?, article)))
        .collect();
    let is_known = |article: &str| {
        let before = id_of(article).and_then(|id| known.get(id));
        before.is_some_and(|before| is_same(before, article, &PLACE))
    };
    let mut rest = now;
    let mut same = Vec::new();
    for article in elements(now, ARTICLE) {
        let (between, from) = rest.split_at(article.as_ptr().addr() - rest.as_ptr().addr());
        rest = &from[article.len()..];
        let place = is_known(article).then(|| place_of(article)).flatten();
        if place.is_none() || !between.is_empty() {
            still_there(&mut same, news);
        }
        news.push_str(between);
        match place {
            Some(place) => same.push(place),
            None => news.push_str(article),
        }
    }
    still_there(&mut same, news);
    news.push_str(rest);
}

/// The elements of a kind that holds none of its own kind. Text cannot be taken for one: its signs are escaped.
fn elements<'a>(
    markup: &'a str,
    (opening, closing): (&'static str, &'static str),
) -> impl Iterator<Item = &'a str> {
    let mut rest = markup;
    std::iter::from_fn(move || {
        let from = &rest[rest.find(opening)?..];
        let end = from.find(closing)? + closing.len();
        rest = &from[end..];
        Some(&from[..end])
    })
}

fn id_of(article: &str) -> Option<&str> {
    let (opening, _) = opened(article);
    let (_, id) = opening.split_once(" id=\"")?;
    Some(id.split_once('"')?.0)
}

/// The id of an article, and its number where it has one.
fn place_of(article: &str) -> Option<String> {
    let id = id_of(article)?;
    let number = || {
        let (_, key) = article.split_once(KEY)?.1.split_once('>')?;
        Some(key.split_once('<')?.0.trim())
    };
    Some(match number() {
        Some(number) => format!("{id}={number}"),
        None => id.to_owned(),
    })
}

/// Says that these articles are what they were, and that they follow each other.
fn still_there(same: &mut Vec<String>, news: &mut String) {
    if !same.is_empty() {
        news.push_str(&format!(
            "<article data-same=\"{}\"></article>",
            same.join(" ")
        ));
        same.clear();
    }
}

type Differing = (&'static str, &'static str, bool);

/// Whether both are the same but for what may differ.
fn is_same(one: &str, other: &str, but_for: &[Differing]) -> bool {
    let text = |markup| lasting(markup, but_for).collect::<String>();
    one == other || text(one) == text(other)
}

/// What stands around that.
fn lasting<'a>(markup: &'a str, but_for: &'a [Differing]) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(markup);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let found = but_for
            .iter()
            .filter_map(|differing| Some((text.find(differing.0)?, differing)));
        let Some((at, (opening, closing, counts))) = found.min_by_key(|(at, _)| *at) else {
            return Some(text);
        };
        let begins = match counts {
            true => text[at..].find('>').map_or(text.len(), |end| at + end + 1),
            false => at,
        };
        let from = begins.max(at + opening.len());
        rest = text[from..]
            .find(closing)
            .map(|end| &text[from + end + closing.len()..]);
        Some(&text[..begins])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ticket(id: &str, text: &str, age: &str) -> String {
        format!(
            "<article class=\"kt\" id=\"k-{id}\"><time datetime=\"noon\">{age}</time>{text}</article>"
        )
    }

    fn board(tickets: &str, count: usize) -> String {
        format!(
            "<hx-partial hx-target=\"#board\" hx-swap=\"innerMorph\">{tickets}</hx-partial>\
             <hx-partial hx-target=\"#count\" hx-swap=\"innerMorph\">{count}</hx-partial>"
        )
    }

    #[test]
    fn only_what_changed_is_told() {
        let before = board(
            &(ticket("1", "Rolex", "0:01") + &ticket("2", "Chips", "0:01")),
            2,
        );
        let now = board(
            &(ticket("1", "Rolex", "0:07") + &ticket("2", "No chips", "0:07")),
            2,
        );
        let told = format!(
            "<hx-partial hx-target=\"#board\" hx-swap=\"innerMorph\"><article data-same=\"k-1\"></article>{}</hx-partial>",
            ticket("2", "No chips", "0:07")
        );
        assert_eq!(since(&before, &now), Some(told));
    }

    #[test]
    fn what_came_is_told_whole_and_what_left_is_not_there() {
        let before = board(&(ticket("1", "Rolex", "") + &ticket("2", "Chips", "")), 2);
        let now = board(&(ticket("2", "Chips", "") + &ticket("3", "Tea", "")), 2);
        let told = format!(
            "<hx-partial hx-target=\"#board\" hx-swap=\"innerMorph\"><article data-same=\"k-2\"></article>{}</hx-partial>",
            ticket("3", "Tea", "")
        );
        assert_eq!(since(&before, &now), Some(told));
        let empty = board("<div>All caught up</div>", 2);
        let told = "<hx-partial hx-target=\"#board\" hx-swap=\"innerMorph\"><div>All caught up</div></hx-partial>";
        assert_eq!(since(&now, &empty), Some(told.to_owned()));
    }

    #[test]
    fn time_alone_is_no_news_but_what_it_counts_from_is() {
        let before = board(&ticket("1", "Rolex", "0:01"), 1);
        assert_eq!(
            since(&before, &board(&ticket("1", "Rolex", "9:59"), 1)),
            Some(String::new())
        );
        let later = before.replace("noon", "one");
        assert_eq!(since(&before, &later), since(&board("", 1), &later));
    }

    #[test]
    fn a_receipt_that_was_given_is_no_news() {
        let receipt = "<i class=\"seen\" id=\"seen-1-0-0\" hx-post=\"/shown\"></i>";
        let before = board(&ticket("1", &format!("{receipt}Rolex"), "0:01"), 1);
        let given = board(&ticket("1", "Rolex", "0:02"), 1);
        assert_eq!(since(&before, &given), Some(String::new()));
    }

    #[test]
    fn who_moves_up_when_another_leaves_is_told_the_new_number_only() {
        let card = |id: &str, n: usize| {
            format!(
                "<article class=\"kt\" id=\"k-{id}\" data-n=\"{n}\"><span class=\"key\" aria-label=\"Key {n}\">{n}</span>Rolex</article>"
            )
        };
        let before = board(&(card("1", 1) + &card("2", 2)), 2);
        let told = "<hx-partial hx-target=\"#board\" hx-swap=\"innerMorph\"><article data-same=\"k-2=1\"></article></hx-partial>";
        assert_eq!(
            since(&before, &board(&card("2", 1), 2)),
            Some(told.to_owned())
        );
    }

    #[test]
    fn the_fingerprint_of_an_article_moves_with_all_of_it_but_time_and_number() {
        let print = |id: &str, text: &str, age: &str, n: u8| {
            let inside = format!(
                "<span class=\"key\" aria-label=\"Key {n}\">{n}</span>\
                 <span data-age-label><svg></svg><span>{age} old</span></span>{text}"
            );
            let opening = format!("class=\"kt\" data-age=\"{age}\" data-n=\"{n}\"");
            let article = ticket(id, &inside, age).replace("class=\"kt\"", &opening);
            let printed =
                fingerprinted(&PreEscaped(format!("<p>Before</p>{article}<p>After</p>"))).0;
            let (before, from) = printed.split_once(" data-print=\"").expect("a print");
            let (print, after) = from.split_once('"').expect("its end");
            assert_eq!(
                format!("{before}{after}"),
                format!("<p>Before</p>{article}<p>After</p>")
            );
            print.to_owned()
        };
        let known = print("1", "Rolex", "0:01", 1);
        assert_eq!(known, print("1", "Rolex", "7:30", 4));
        assert_ne!(known, print("1", "Rolex, no onions", "0:01", 1));
        assert_ne!(known, print("2", "Rolex", "0:01", 1));
    }

    #[test]
    fn what_is_not_made_of_partials_has_no_news() {
        assert_eq!(since("<p>1</p>", "<p>2</p>"), None);
    }

    proptest! {
        #[test]
        fn with_what_is_shown_the_news_are_the_picture(before in proptest::collection::vec((0..9u8, 0..3u8), 0..7), now in proptest::collection::vec((0..9u8, 0..3u8), 0..7)) {
            let drawn = |tickets: &[(u8, u8)]| {
                let mut seen = Vec::new();
                let each = tickets.iter().filter(|(id, _)| !seen.contains(id) && { seen.push(*id); true });
                let tickets: Vec<String> = each.map(|(id, text)| ticket(&id.to_string(), &text.to_string(), "")).collect();
                board(&tickets.concat(), tickets.len())
            };
            let (before, now) = (drawn(&before), drawn(&now));
            let mut told = since(&before, &now).expect("partials");
            while let Some((start, from)) = told.split_once("<article data-same=\"") {
                let (ids, end) = from.split_once("\"></article>").expect("its end");
                let known = |id: &str| elements(&before, ARTICLE).find(|article| id_of(article) == Some(id)).expect("known");
                told = format!("{start}{}{end}", ids.split(' ').map(known).collect::<String>());
            }
            for partial in elements(&now, PARTIAL) {
                prop_assert!(told.contains(partial) || before.contains(partial));
            }
        }
    }
}
