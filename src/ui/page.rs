//! The whole document: head, body kind, the regions every page has, and its one stream.

use maud::{DOCTYPE, Markup, html};

use super::controls::{avatar, icon, mark};
use super::notice;
use crate::asset;
use crate::web::url;

/// htmx's settings, each a decision:
/// errors are never swapped as a main target (a refusal comes as partials, a proxy's page must not land in a panel);
/// a morph leaves `open` alone, which dialogs and `details` set themselves; history is the browser's own
/// (no address is pushed); a stream is tried again within 5 s; indicator styles are in our style sheet.
const HTMX: &str = r#"{"includeIndicatorCSS":false,"defaultTimeout":15000,"history":false,"extensions":"sse,articles","noSwap":[204,304,"4xx","5xx"],"morphIgnore":["data-htmx-powered","open"],"sse":{"reconnectMaxDelay":5000,"connectTimeout":5000}}"#;

/// How a page uses the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// A till: fixed height, inner scrollers, light.
    Pos,
    /// A display on a wall: dark, its text scales with the screen, its stream runs in the background too.
    Wall,
    /// The back office: a `nav` beside a `main` that scrolls, compact, light.
    Desk,
    /// One card in the middle: passwords, pairing, errors. Follows the system's theme.
    Plain,
}

/// Colours of a page, where they should not follow its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on light ground.
    Light,
    /// Light ink on dark ground.
    Dark,
}

/// What a document needs to know besides its content.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Names this screen in the tab and in the list of windows: "Table 7".
    pub title: &'a str,
    /// The café's name.
    pub cafe: &'a str,
    /// How the page uses the screen.
    pub body: BodyKind,
    /// `None` follows the kind of body.
    pub theme: Option<Theme>,
    /// Address of the page's one stream; pages without one show nothing about being live.
    pub stream: Option<&'a str>,
    /// Where a till goes when its stream is refused (401, 403, 409).
    pub sign_in: Option<&'a str>,
    /// The server's clock, milliseconds since 1970: ages tick by it until the first heartbeat says it again.
    pub now_ms: Option<i64>,
    /// The café's time zone ("Africa/Kampala"), for the time of day; without it the device's own.
    pub zone: Option<&'a str>,
    /// Drawn for a paired display, which nobody signs in on: when its pairing is over, it says so where it hangs.
    pub display: bool,
}

impl<'a> Page<'a> {
    /// A page of that kind without a stream; set the other fields with `..`.
    pub fn new(body: BodyKind, title: &'a str, cafe: &'a str) -> Self {
        Page {
            title,
            cafe,
            body,
            theme: None,
            stream: None,
            sign_in: None,
            now_ms: None,
            zone: None,
            display: false,
        }
    }
}

/// The full document around `content`, which holds the direct children of `body`:
/// a `header.top`, perhaps a `.banner`, one `main`, perhaps a `footer` (`nav` and `main` for the back office).
pub fn page(page: Page<'_>, content: Markup) -> Markup {
    let class = match page.body {
        BodyKind::Pos => "pos",
        BodyKind::Wall => "wall",
        BodyKind::Desk => "desk",
        BodyKind::Plain => "plain",
    };
    let reader = match page.body {
        BodyKind::Wall => Reader::default(),
        _ => reader(),
    };
    // The back office has nothing that moves but this.
    let asks = format!("{}?view=asks", url::stream());
    let is_asked = reader.manages && page.body == BodyKind::Desk;
    let address = page.stream.or(is_asked.then_some(asks.as_str()));
    html! {
        (DOCTYPE)
        // Classes and not `:has()`, which looks again whenever anything on the page comes or goes.
        html.wall[page.body == BodyKind::Wall] lang="en" data-theme=[theme(&page)] data-density=[(page.body == BodyKind::Desk).then_some("compact")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                title { (page.title) " · " (page.cafe) }
                meta name="robots" content="noindex, nofollow";
                meta name="htmx-config" content=(HTMX);
                link rel="icon" href=(asset!("mark.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(asset!("css/app.css"));
                @if page.body == BodyKind::Wall { script defer src=(asset!("js/wall.js")) {} } @else { script defer src=(asset!("js/app.js")) {} }
            }
            body class=(class) data-sign-in=[page.sign_in] data-me=[reader.me] data-terminal=[reader.terminal] data-now=[page.now_ms] data-zone=[page.zone] data-display[page.display] data-still[address.is_none()] {
                (content)
                @if let Some(address) = address { (stream(address, page.body, page.display)) }
                @if page.body == BodyKind::Wall { (super::wall::screen_dialog()) }
                @if address.is_some() { (banners(page.body, reader.manages)) }
                (notice::region())
                div #sheet {}
                div #sign-in-again data-ask=(url::sign_in_again()) {}
                (idle_lock())
            }
        }
    }
}

/// When a till that several people share goes back to the tiles by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// After so many seconds without a touch.
    pub idle_seconds: u32,
    /// And as soon as something was sent.
    pub after_send: bool,
}

/// Who asks for a page, and on which device.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// The person's id: what carries `data-own` with it is theirs.
    pub me: Option<String>,
    /// Whether others ask them to agree to something.
    pub manages: bool,
    /// The paired till's id.
    pub terminal: Option<String>,
    /// When the device locks itself; `None` where it is nobody else's.
    pub lock: Option<Lock>,
}

tokio::task_local! {
    static READER: Reader;
}

/// Draws what is drawn meanwhile for this reader. Known to the request and not to the page, so that no page can forget it:
/// not even an error's.
pub async fn drawn_for<T>(reader: Reader, drawing: impl Future<Output = T>) -> T {
    READER.scope(reader, drawing).await
}

fn reader() -> Reader {
    READER.try_with(Reader::clone).unwrap_or_default()
}

/// What `idle.js` sends when nobody has touched the screen for so long, or something was sent.
fn idle_lock() -> Markup {
    let lock = reader().lock;
    html! {
        @if let Some(lock) = lock {
            form hidden method="post" action=(url::lock()) data-idle=(lock.idle_seconds) data-after-send[lock.after_send] {}
        }
    }
}

fn theme(page: &Page<'_>) -> Option<&'static str> {
    match (page.theme, page.body) {
        (Some(Theme::Dark), _) | (None, BodyKind::Wall) => Some("dark"),
        (Some(Theme::Light), _) | (None, BodyKind::Pos | BodyKind::Desk) => Some("light"),
        (None, BodyKind::Plain) => None,
    }
}

/// What a stream has to say that has no place on the page itself: what managers are asked, and what no screen shows.
fn banners(body: BodyKind, manages: bool) -> Markup {
    html! {
        @if matches!(body, BodyKind::Pos | BodyKind::Desk) {
            div.banners {
                @if manages { div #asks role="status" {} }
                @if body == BodyKind::Pos { div #unseen role="alert" {} }
            }
        }
    }
}

/// The banner that says NOT LIVE, and the element that holds the stream. `none`: only partials are swapped.
/// `live:retry`: a first connection that fails is not tried again by the extension. `drop`: never two at once.
fn stream(address: &str, body: BodyKind, display: bool) -> Markup {
    html! {
        div #stale.banner.stale data-kind="warn" role="alert" {
            (icon("offline"))
            span {
                b {}
                span data-paired { " This screen may be out of date. Connecting again …" }
                @if display { span data-unpaired { " This display is no longer paired. An admin makes a new code for it under Terminals." } }
            }
            @if display { a.btn data-unpaired href=(url::pair()) { "Pair it again" } }
        }
        div #stream hidden hx-sse:connect=(address) hx-trigger="load, live:retry" hx-swap="none" hx-sync="drop"
            hx-config=[(body == BodyKind::Wall).then_some("sse.pauseOnBackground:false")] {}
    }
}

/// The bar at the top of a till's screen.
#[derive(Clone, Copy, Default)]
pub struct TopBar<'a> {
    /// Where one came from: label and address. Without it the mark is shown.
    pub back: Option<(&'a str, &'a str)>,
    /// The screen's `h1`; leave it out where tabs stand in its place (and write a hidden `h1` in `main`).
    pub title: Option<&'a str>,
    /// One quiet line beside the title.
    pub meta: Option<&'a str>,
    /// Who is signed in.
    pub person: Option<&'a Person>,
}

/// Who is signed in, as bars show it: a tap on the name leads to their own page, one on the lock goes back to the tiles.
#[derive(Clone, Debug)]
pub struct Person {
    /// "Amina N."
    pub name: String,
    /// Two letters: "AN".
    pub initials: String,
    /// 1 to 8.
    pub hue: u8,
    /// Address of their own page.
    pub me: String,
    /// Address that locks the tablet when something is posted to it.
    pub lock: String,
}

/// The person's name and the button that locks.
pub fn person(person: &Person) -> Markup {
    html! {
        // No aria-label: the initials are seen too, and who speaks to the machine says what they see.
        a.btn.quiet href=(person.me) {
            (avatar(&person.initials, person.hue))
            span.hide-s aria-hidden="true" { (person.name) }
            span.vh { (person.name) ", your own page" }
        }
        form.lock method="post" action=(person.lock) {
            button.btn.icon.quiet aria-label="Lock this tablet" { (icon("lock")) }
        }
    }
}

/// The bar at the top of a till's screen; `middle` stands after the title (tabs, badges) and may be empty.
pub fn top_bar(bar: TopBar<'_>, middle: Markup) -> Markup {
    html! {
        header.top {
            @if let Some((label, address)) = bar.back {
                a.btn.quiet href=(address) aria-label={ "Back to " (label) } { (icon("left")) span.hide-s { (label) } }
            } @else {
                (mark())
            }
            @if let Some(title) = bar.title { h1 { (title) } }
            @if let Some(meta) = bar.meta { span.meta { (meta) } }
            (middle)
            span.push {}
            // Filled by the stream of screens that have no tabs: what waits to be carried out.
            @if bar.person.is_some() { span #ready-bell hidden {} }
            (conn("Online"))
            @if let Some(signed_in) = bar.person { (person(signed_in)) }
        }
    }
}

/// The navigation of the back office, beside its `main`.
pub fn desk_nav(cafe: &str, links: &[Tab<'_>], signed_in: &Person) -> Markup {
    html! {
        nav aria-label="Back office" {
            div.brand { (mark()) span { (cafe) } }
            @for link in links {
                a href=(link.href) aria-current=[link.here.then_some("page")] { (icon(link.icon)) (link.label) }
            }
            span.push {}
            (person(signed_in))
        }
    }
}

/// The chip that says whether the screen is live; `live.js` rewrites it while it is not, and a tap on it lists what the
/// screen depends on. A page without a stream
/// cannot know, and does not show it: give every signed-in page one, if only for its heartbeat.
pub fn conn(calm: &str) -> Markup {
    html! {
        // The hidden words name the button where a phone has no room for the others.
        button #conn.conn type="button" data-kind="ok" hx-get=(url::connections()) hx-target="#sheet" {
            (icon("wifi")) span.hide-s { (calm) } span.vh { ": connections" }
        }
    }
}

/// One of the tabs of a till: icon, label, address, how many wait there, and whether one is on it.
#[derive(Clone, Copy)]
pub struct Tab<'a> {
    /// Name of the icon.
    pub icon: &'a str,
    /// What it says.
    pub label: &'a str,
    /// Where it goes.
    pub href: &'a str,
    /// Id and count of its number, which a feed may rewrite; 0 shows none.
    pub count: Option<(&'a str, usize)>,
    /// The number's colour: "ready".
    pub status: Option<&'a str>,
    /// Whether this page is it.
    pub here: bool,
}

/// The tabs in a till's top bar; on a phone they lie at the bottom.
pub fn tabs(tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav.tabs aria-label="Main" {
            @for tab in tabs {
                a href=(tab.href) data-status=[tab.status] aria-current=[tab.here.then_some("page")] {
                    (icon(tab.icon)) (tab.label)
                    @if let Some((id, count)) = tab.count { (tab_count(id, count)) }
                }
            }
        }
    }
}

/// The number on a tab, by itself for a feed (swap it with `outerHTML`).
pub fn tab_count(id: &str, count: usize) -> Markup {
    html! { span.n id=(id) hidden[count == 0] { (count) } }
}
