//! The pieces as a browser would find them, and every name that the source draws.

use std::path::{Path, PathBuf};

use maud::{Render, html};
use scraper::{Html, Selector};

use super::Kind;
use super::controls::{Field, Status, badge, error_place, icon, money_field, stepper};
use super::dialog::{self, Shape};
use super::keypad::{Denomination, denominations, money_keypad, pin_keypad};
use super::notice::{banner, toast};
use super::page::{BodyKind, Page, Person, Tab, Theme, TopBar, desk_nav, page, tabs, top_bar};
use super::wall::wall_bar;
use crate::web::assets::{FILES, ICONS};

fn drawn(markup: maud::Markup) -> Html {
    Html::parse_document(&markup.into_string())
}

fn find<'a>(html: &'a Html, selector: &str) -> Option<scraper::ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).next()
}

fn attribute<'a>(html: &'a Html, selector: &str, name: &str) -> Option<&'a str> {
    find(html, selector)
        .unwrap_or_else(|| panic!("{selector} is there"))
        .attr(name)
}

#[test]
fn a_page_links_what_is_served_and_holds_no_inline_script_or_style() {
    let html = drawn(page(
        Page::new(BodyKind::Pos, "Table 7", "Kahawa"),
        html! { main {} },
    ));
    for (selector, name) in [
        ("link[rel=stylesheet]", "href"),
        ("script", "src"),
        ("link[rel=icon]", "href"),
    ] {
        let url = attribute(&html, selector, name).unwrap();
        assert!(FILES.iter().any(|asset| asset.url == url), "{url}");
    }
    assert_eq!(
        find(&html, "title").unwrap().text().collect::<String>(),
        "Table 7 · Kahawa"
    );
    let text = html.html();
    assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick"));
    assert!(
        find(&html, "script")
            .unwrap()
            .text()
            .collect::<String>()
            .is_empty()
    );
}

#[test]
fn htmx_is_configured_with_json() {
    let html = drawn(page(
        Page::new(BodyKind::Plain, "Sign in", "Kahawa"),
        html! { main {} },
    ));
    let config: serde_json::Value =
        serde_json::from_str(attribute(&html, "meta[name=htmx-config]", "content").unwrap())
            .unwrap();
    assert_eq!(
        config["noSwap"],
        serde_json::json!([204, 304, "4xx", "5xx"])
    );
    assert_eq!(config["sse"]["reconnectMaxDelay"], 5000);
}

#[test]
fn a_stream_comes_with_the_banner_that_watches_it_and_swaps_only_partials() {
    let still = drawn(page(
        Page::new(BodyKind::Pos, "Receipt", "Kahawa"),
        html! { main {} },
    ));
    assert!(find(&still, "#stream").is_none() && find(&still, "#stale").is_none());

    let wall = Page {
        stream: Some("/api/realtime/stream?view=station&station=bar"),
        now_ms: Some(1_795_000_000_000),
        ..Page::new(BodyKind::Wall, "Bar", "Kahawa")
    };
    let html = drawn(page(wall, html! { main {} }));
    assert_eq!(
        attribute(&html, "#stream", "hx-sse:connect"),
        Some("/api/realtime/stream?view=station&station=bar")
    );
    assert_eq!(attribute(&html, "#stream", "hx-swap"), Some("none"));
    assert_eq!(
        attribute(&html, "#stream", "hx-trigger"),
        Some("load, live:retry")
    );
    assert_eq!(
        attribute(&html, "#stream", "hx-config"),
        Some("sse.pauseOnBackground:false")
    );
    assert_eq!(attribute(&html, "body", "data-now"), Some("1795000000000"));
    assert!(find(&html, "body > #stale.stale b").is_some());
}

#[test]
fn walls_are_dark_tills_and_offices_are_light_and_a_theme_overrides() {
    let theme = |kind, theme| {
        let html = drawn(page(
            Page {
                theme,
                ..Page::new(kind, "x", "y")
            },
            html! { main {} },
        ));
        attribute(&html, "html", "data-theme").map(str::to_owned)
    };
    assert_eq!(theme(BodyKind::Wall, None).as_deref(), Some("dark"));
    assert_eq!(theme(BodyKind::Pos, None).as_deref(), Some("light"));
    assert_eq!(
        theme(BodyKind::Desk, Some(Theme::Dark)).as_deref(),
        Some("dark")
    );
    assert_eq!(theme(BodyKind::Plain, None), None);
}

#[test]
fn a_status_is_always_colour_icon_and_word() {
    use Status::{Cancelled, Due, Free, Held, New, Paid, Preparing, Ready, Reserved};
    for status in [
        New, Preparing, Ready, Due, Paid, Cancelled, Held, Free, Reserved,
    ] {
        let html = drawn(badge(status));
        assert_eq!(
            attribute(&html, ".badge", "data-status"),
            Some(status.name())
        );
        assert!(
            attribute(&html, "use", "href")
                .unwrap()
                .ends_with(&format!("#i-{}", status.name()))
        );
        assert_eq!(
            find(&html, ".badge").unwrap().text().collect::<String>(),
            status.label()
        );
        assert!(ICONS.contains(&status.name()), "{}", status.name());
    }
}

#[test]
fn what_people_typed_stays_text() {
    let hostile = "\"><script>alert(1)</script>";
    let html = drawn(html! {
        (Field::new(hostile, "name").value(hostile).error(Some(hostile)).hint(hostile).render())
        (toast(Kind::Bad, hostile)) (banner(Kind::Warn, true, html! { (hostile) }))
        (dialog::dialog(Shape::Sheet, hostile, html! {}))
    });
    assert!(find(&html, "script").is_none());
    assert_eq!(attribute(&html, "input", "value"), Some(hostile));
}

#[test]
fn a_field_says_which_sentence_is_about_it() {
    let html = drawn(money_field(
        "UGX",
        "Amount",
        "tendered",
        "9,000.50",
        Some("Use whole shillings."),
        None,
    ));
    assert_eq!(
        attribute(&html, "input", "aria-describedby"),
        Some("err-tendered")
    );
    assert_eq!(attribute(&html, "input", "aria-invalid"), Some("true"));
    assert_eq!(
        find(&html, "#err-tendered")
            .unwrap()
            .text()
            .collect::<String>(),
        "Use whole shillings."
    );
    let calm = drawn(error_place("tendered", None));
    assert!(
        find(&calm, "#err-tendered")
            .unwrap()
            .children()
            .next()
            .is_none(),
        ":empty hides it"
    );
}

#[test]
fn a_closed_dialog_is_a_partial_for_the_sheet() {
    assert_eq!(
        dialog::closed().into_string(),
        r##"<hx-partial hx-target="#sheet"></hx-partial>"##
    );
}

#[test]
fn bars_tell_where_one_is_and_who_one_is() {
    let person = Person {
        name: "Amina N.".to_owned(),
        initials: "AN".to_owned(),
        hue: 1,
        me: "/me".to_owned(),
        lock: "/lock".to_owned(),
    };
    let bar = TopBar {
        back: Some(("Floor", "/floor")),
        title: Some("Table 7"),
        person: Some(&person),
        ..TopBar::default()
    };
    let tab = Tab {
        icon: "ready",
        label: "Ready",
        href: "/ready",
        count: Some(("n-ready", 0)),
        status: Some("ready"),
        here: true,
    };
    let html = drawn(html! { (top_bar(bar, tabs(&[tab]))) });
    assert_eq!(
        attribute(&html, "a[href='/floor']", "aria-label"),
        Some("Back to Floor")
    );
    assert_eq!(
        attribute(&html, "a[href='/ready']", "aria-current"),
        Some("page")
    );
    assert!(
        attribute(&html, "#n-ready", "hidden").is_some(),
        "no number where nothing waits"
    );
    let name: String = find(&html, "a[href='/me'] .vh").unwrap().text().collect();
    assert_eq!(name, "Amina N., your own page");
    assert_eq!(
        attribute(&html, "form[action='/lock']", "method"),
        Some("post")
    );
    let wall = drawn(wall_bar("chef", "Kitchen", html! {}, html! {}));
    for control in [
        "#conn",
        "[data-sound]",
        "[data-zoom='1']",
        "time[data-tick=clock]",
    ] {
        assert!(find(&wall, control).is_some(), "{control}");
    }
}

#[tokio::test]
async fn every_page_of_a_device_that_locks_itself_carries_what_locks_it() {
    let plain = async || drawn(page(Page::new(BodyKind::Plain, "PIN", "Kahawa"), html! {}));
    let reader = |lock| super::page::Reader {
        lock,
        ..super::page::Reader::default()
    };
    for after_send in [false, true] {
        let lock = super::page::Lock {
            idle_seconds: 90,
            after_send,
        };
        let shared = super::page::drawn_for(reader(Some(lock)), plain()).await;
        let form = "form[hidden][action='/lock']";
        assert_eq!(attribute(&shared, form, "data-idle"), Some("90"));
        assert_eq!(
            attribute(&shared, form, "data-after-send").is_some(),
            after_send
        );
    }
    for own in [
        super::page::drawn_for(reader(None), plain()).await,
        plain().await,
    ] {
        assert!(find(&own, "form[data-idle]").is_none());
    }
}

#[tokio::test]
async fn a_page_knows_who_reads_it_and_on_which_till_and_a_wall_is_everybodys() {
    let reader = super::page::Reader {
        me: Some("7".to_owned()),
        terminal: Some("3".to_owned()),
        ..super::page::Reader::default()
    };
    for (kind, me, terminal) in [
        (BodyKind::Pos, Some("7"), Some("3")),
        (BodyKind::Wall, None, None),
    ] {
        let drawing = async { drawn(page(Page::new(kind, "Bar", "Kahawa"), html! {})) };
        let html = super::page::drawn_for(reader.clone(), drawing).await;
        let body = find(&html, "body").unwrap();
        assert_eq!(
            (body.attr("data-me"), body.attr("data-terminal")),
            (me, terminal)
        );
    }
}

#[test]
fn the_back_office_has_its_own_bar() {
    let person = Person {
        name: "Ruth T.".to_owned(),
        initials: "RT".to_owned(),
        hue: 5,
        me: "/me".to_owned(),
        lock: "/lock".to_owned(),
    };
    let link = Tab {
        icon: "users",
        label: "Staff",
        href: "/staff",
        count: None,
        status: None,
        here: true,
    };
    let desk = Page {
        ..Page::new(BodyKind::Desk, "Staff", "Kahawa")
    };
    let html = drawn(page(
        desk,
        html! { (desk_nav("Kahawa", &[link], &person)) main {} },
    ));
    assert_eq!(
        attribute(&html, "nav a[href='/staff']", "aria-current"),
        Some("page")
    );
    assert!(find(&html, "nav form[action='/lock'] button").is_some());
}

#[test]
fn a_count_names_its_inputs_by_what_they_are_worth() {
    let note = Denomination {
        value: 50_000,
        label: "50,000",
        count: "x",
        error: Some("Use a whole number."),
    };
    let html = drawn(denominations("Notes", &[note], false));
    assert_eq!(
        attribute(&html, "input[data-value='50000']", "name"),
        Some("count_50000")
    );
    assert_eq!(
        attribute(&html, "input", "value"),
        Some("x"),
        "what was typed stays"
    );
    assert_eq!(
        find(&html, "#err-count_50000")
            .unwrap()
            .text()
            .collect::<String>(),
        "Use a whole number."
    );
    let locked = drawn(denominations("Notes", &[note], true));
    assert!(attribute(&locked, "input", "readonly").is_some());
}

#[test]
fn a_pin_is_never_shown_and_never_kept_by_the_browser() {
    let html = drawn(pin_keypad("pin"));
    assert_eq!(attribute(&html, "input", "type"), Some("password"));
    assert_eq!(attribute(&html, "input", "autocomplete"), Some("off"));
    assert_eq!(attribute(&html, "input", "maxlength"), Some("6"));
    let digits = Selector::parse("[data-digit]").unwrap();
    assert_eq!(html.select(&digits).count(), 10);
    assert_eq!(
        drawn(money_keypad("tendered")).select(&digits).count(),
        11,
        "and three noughts"
    );
}

#[test]
fn a_stepper_sends_what_it_shows() {
    let html = drawn(stepper("Guests", "guests", 3, 1, 20));
    assert_eq!(attribute(&html, "input[name=guests]", "value"), Some("3"));
    assert_eq!(
        find(&html, "output").unwrap().text().collect::<String>(),
        "3"
    );
}

#[test]
fn an_unknown_icon_is_a_box() {
    let html = drawn(icon("of something else"));
    assert!(attribute(&html, "use", "href").unwrap().ends_with("#i-box"));
}

/// A misspelt icon would be a box on some screen that nobody looks at.
#[test]
fn every_icon_named_in_the_source_is_in_the_sprite() {
    let mut seen = 0;
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for call in [
            "icon(\"",
            "labelled(\"",
            "wall_bar(\"",
            "empty(\"",
            "icon: \"",
        ] {
            for rest in text.split(call).skip(1) {
                let name = rest.split('"').next().unwrap();
                if name == "of something else" || name.contains("split") || name.starts_with(')') {
                    continue;
                }
                assert!(ICONS.contains(&name), "{name:?} in {}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
