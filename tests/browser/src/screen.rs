//! One screen and the person in front of it, who taps what they can see and reads what is there.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use chromiumoxide::Page;
use chromiumoxide::cdp::IntoEventKind;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetCpuThrottlingRateParams, SetDeviceMetricsOverrideParams,
    SetEmulatedMediaParams, SetFocusEmulationEnabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchMouseEventParams, DispatchMouseEventType, InsertTextParams, MouseButton,
};
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel, LogEntrySource};
use chromiumoxide::cdp::browser_protocol::network::{
    self, EmulateNetworkConditionsByRuleParams, EventRequestWillBeSent, EventResponseReceived,
    NetworkConditions,
};
use chromiumoxide::cdp::browser_protocol::page::{
    CaptureScreenshotFormat, CaptureScreenshotParams, NavigateParams,
};
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EvaluateParams, EventConsoleApiCalled, EventExceptionThrown,
};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::axe;

/// How many things may come before the one that is wanted.
const FARTHEST: usize = 120;

/// How long a person waits for what should come at once; generous, because two cores do everything here.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(25);

/// The size of a screen in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Pixels from left to right.
    pub width: i64,
    /// Pixels from top to bottom.
    pub height: i64,
}

impl View {
    /// A 10" tablet lying down.
    pub const TABLET: View = View {
        width: 1280,
        height: 800,
    };
    /// The same, standing.
    pub const UPRIGHT: View = View {
        width: 800,
        height: 1280,
    };
    /// A phone.
    pub const PHONE: View = View {
        width: 390,
        height: 844,
    };
    /// A display on the kitchen's wall.
    pub const WALL: View = View {
        width: 1920,
        height: 1080,
    };
}

type Faults = Arc<Mutex<Vec<String>>>;

/// A page in a browser of its own. Cheap to share: everything acts on the same page.
pub struct Screen {
    /// Whose it is, for messages.
    pub name: String,
    page: Page,
    address: String,
    faults: Faults,
    announced: Arc<Mutex<Vec<i64>>>,
    requests: Arc<Mutex<String>>,
    taps: AtomicUsize,
}

impl Screen {
    pub(crate) async fn on(page: Page, name: &str, address: &str, view: View) -> Result<Self> {
        let screen = Self {
            name: name.to_owned(),
            page,
            address: address.to_owned(),
            faults: Faults::default(),
            announced: Arc::default(),
            requests: Arc::default(),
            taps: AtomicUsize::new(0),
        };
        screen.watch().await?;
        screen.resize(view).await?;
        // Several windows in one browser: each behaves as the one in front.
        screen
            .page
            .execute(SetFocusEmulationEnabledParams::new(true))
            .await?;
        let still = MediaFeature::new("prefers-reduced-motion", "reduce");
        let still = SetEmulatedMediaParams::builder().feature(still).build();
        screen.page.execute(still).await?;
        Ok(screen)
    }

    /// Gives the screen another size.
    pub async fn resize(&self, view: View) -> Result<()> {
        let mut metrics = SetDeviceMetricsOverrideParams::new(view.width, view.height, 1.0, false);
        (metrics.screen_width, metrics.screen_height) = (Some(view.width), Some(view.height));
        self.page.execute(metrics).await?;
        Ok(())
    }

    // ---- what must not happen -----------------------------------------------------------------------

    async fn watch(&self) -> Result<()> {
        self.fault_of(|said: &EventConsoleApiCalled| {
            let bad = matches!(
                said.r#type,
                ConsoleApiCalledType::Error | ConsoleApiCalledType::Assert
            );
            let words = |word: &chromiumoxide::cdp::js_protocol::runtime::RemoteObject| {
                word.value
                    .as_ref()
                    .map(Value::to_string)
                    .or(word.description.clone())
                    .unwrap_or_default()
            };
            bad.then(|| {
                format!(
                    "console: {}",
                    said.args.iter().map(words).collect::<Vec<_>>().join(" ")
                )
            })
        })
        .await?;
        self.fault_of(|thrown: &EventExceptionThrown| {
            let details = &thrown.exception_details;
            let what = details
                .exception
                .as_ref()
                .and_then(|thrown| thrown.description.clone());
            Some(format!(
                "exception: {} {}",
                details.text,
                what.unwrap_or_default()
            ))
        })
        .await?;
        // Where the content policy is broken, among others. What the network says comes with a status below.
        self.fault_of(|entry: &EventEntryAdded| {
            let entry = &entry.entry;
            let bad =
                entry.level == LogEntryLevel::Error && entry.source != LogEntrySource::Network;
            bad.then(|| format!("{}: {}", entry.source.as_ref(), entry.text))
        })
        .await?;
        let requests = self.requests.clone();
        self.fault_of(move |sent: &EventRequestWillBeSent| {
            let line = format!("{} {}\n", sent.request.method, sent.request.url);
            requests.lock().ok()?.push_str(&line);
            None
        })
        .await?;
        let (announced, requests) = (self.announced.clone(), self.requests.clone());
        self.fault_of(move |answer: &EventResponseReceived| {
            let (status, url) = (answer.response.status, &answer.response.url);
            let headers = answer.response.headers.inner();
            if let Ok(mut requests) = requests.lock() {
                requests.push_str(&format!("    {status} {url} {headers}\n"));
            }
            let known = announced
                .lock()
                .is_ok_and(|announced| announced.contains(&status));
            (status >= 500 || (status >= 400 && !known)).then(|| format!("HTTP {status} of {url}"))
        })
        .await
    }

    async fn fault_of<E: IntoEventKind + Unpin>(
        &self,
        judge: impl Fn(&E) -> Option<String> + Send + 'static,
    ) -> Result<()> {
        let mut events = self.page.event_listener::<E>().await?;
        let faults = self.faults.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let (Some(fault), Ok(mut faults)) = (judge(&event), faults.lock()) {
                    faults.push(fault);
                }
            }
        });
        Ok(())
    }

    /// A refusal of this status (below 500) is part of the journey.
    pub fn will_be_refused(&self, status: i64) {
        if let Ok(mut announced) = self.announced.lock() {
            announced.push(status);
        }
    }

    /// Forgets the faults that contain `words`: what a script says while the cable is pulled.
    pub fn forgive(&self, words: &str) {
        if let Ok(mut faults) = self.faults.lock() {
            faults.retain(|fault| !fault.contains(words));
        }
    }

    /// What went wrong so far, with the screen's name.
    pub fn faults(&self) -> Vec<String> {
        let faults = self
            .faults
            .lock()
            .map_or_else(|_| Vec::new(), |faults| faults.clone());
        faults
            .iter()
            .map(|fault| format!("{}: {fault}", self.name))
            .collect()
    }

    /// Looks at the whole screen with axe-core; what is serious or critical is a fault of `screen`.
    pub async fn can_be_used_by_all(&self, screen: &str) -> Result<()> {
        self.comes_to_rest().await?;
        if self.ask("typeof axe === 'undefined'").await? == json!(true) {
            self.ask(&format!("{}; true", axe::LIBRARY)).await?;
        }
        let violations = self.ask(axe::RUN).await?;
        let grave = axe::grave(&violations).into_iter();
        self.is_wrong(grave.map(|fault| format!("axe, {screen}: {fault}")));
        Ok(())
    }

    /// Puts on the dark theme or the light one.
    pub async fn wears(&self, theme: &str) -> Result<()> {
        let theme = format!(
            "void (document.documentElement.dataset.theme = {})",
            json!(theme)
        );
        self.ask(&theme).await.map(|_| ())
    }

    /// Remembers faults that were found on the screen.
    pub(crate) fn is_wrong(&self, found: impl Iterator<Item = String>) {
        if let Ok(mut faults) = self.faults.lock() {
            faults.extend(found);
        }
    }

    /// Fonts are there, nothing moves any more.
    pub(crate) async fn comes_to_rest(&self) -> Result<()> {
        let rest = "document.fonts.ready.then(() => Promise.race([
            Promise.all(document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity).map(one => one.finished)),
            new Promise(done => setTimeout(done, 1500)),
        ])).then(() => new Promise(done => setTimeout(done, 30))).then(() => true, () => true)";
        self.ask(rest).await.map(|_| ())
    }

    // ---- what a person does -------------------------------------------------------------------------

    /// Types an address of the program.
    pub async fn goes_to(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.address);
        self.page.execute(NavigateParams::new(url)).await?;
        self.until(
            &format!("{path} loads"),
            "document.readyState === 'complete' || 'it is loading'",
        )
        .await
    }

    /// Loads the page again.
    pub async fn reloads(&self) -> Result<()> {
        let path = self.ask("location.pathname + location.search").await?;
        self.goes_to(path.as_str().unwrap_or("/")).await
    }

    /// Taps the first visible thing that fits `css` and holds `text` (any, when empty), where a finger would
    /// reach it: it has to stand still, be enabled and lie on top.
    pub async fn taps(&self, css: &str, text: &str) -> Result<()> {
        let (x, y) = self.reaches(css, text).await?;
        self.presses(x, y, 1).await
    }

    /// Taps twice as fast as a nervous finger can.
    pub async fn taps_twice(&self, css: &str, text: &str) -> Result<()> {
        let (x, y) = self.reaches(css, text).await?;
        self.presses(x, y, 1).await?;
        self.presses(x, y, 2).await
    }

    /// Taps one spot several times, whatever comes to lie there meanwhile.
    pub async fn taps_on_the_spot(
        &self,
        css: &str,
        text: &str,
        times: i64,
        pause: Duration,
    ) -> Result<()> {
        let (x, y) = self.reaches(css, text).await?;
        for tap in 1..=times {
            if tap > 1 {
                sleep(pause).await;
            }
            self.presses(x, y, tap).await?;
        }
        Ok(())
    }

    /// From now on every answer takes so much longer, as it does where the network is weak.
    pub async fn is_far_away(&self, delay: Duration) -> Result<()> {
        let everything = String::new();
        let weak = NetworkConditions::new(everything, delay.as_secs_f64() * 1e3, -1.0, -1.0);
        let weak = EmulateNetworkConditionsByRuleParams::new(false, vec![weak]);
        self.page.execute(weak).await?;
        Ok(())
    }

    /// From now on the device is so many times slower than this machine.
    pub(crate) async fn is_slower(&self, times: f64) -> Result<()> {
        self.page
            .execute(SetCpuThrottlingRateParams::new(times))
            .await?;
        Ok(())
    }

    /// Its requests are not looked at any more: being told of every piece of a stream takes time that others need.
    pub(crate) async fn is_left_alone(&self) -> Result<()> {
        self.page.execute(network::DisableParams::default()).await?;
        Ok(())
    }

    /// How often the browser has asked for an address with `part` in it by this method.
    pub fn asked(&self, method: &str, part: &str) -> usize {
        let requests = self.requests();
        let asked = requests.lines().filter(|line| line.starts_with(method));
        asked.filter(|line| line.contains(part)).count()
    }

    async fn presses(&self, x: f64, y: f64, clicks: i64) -> Result<()> {
        for kind in [
            DispatchMouseEventType::MousePressed,
            DispatchMouseEventType::MouseReleased,
        ] {
            let mut event = DispatchMouseEventParams::new(kind, x, y);
            event.button = Some(MouseButton::Left);
            event.click_count = Some(clicks);
            self.page.execute(event).await?;
        }
        self.taps.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// How often this person has tapped, from the first page on.
    pub fn tapped(&self) -> usize {
        self.taps.load(Ordering::Relaxed)
    }

    async fn reaches(&self, css: &str, text: &str) -> Result<(f64, f64)> {
        let what = format!("{css} {text:?} can be tapped");
        let place = format!("({REACH})({}, {})", json!(css), json!(text));
        let point = self.wait(&what, &place).await?;
        let number = |axis: &str| point[axis].as_f64().context("a point");
        Ok((number("x")?, number("y")?))
    }

    /// Taps into a field and types over what is there.
    pub async fn types(&self, css: &str, text: &str) -> Result<()> {
        let field = format!(
            "(css => {{ const field = document.querySelector(css); if (!field || document.readyState !== 'complete') return 'no such field';
                field.scrollIntoView({{ block: 'nearest' }}); field.focus(); field.select?.(); return document.activeElement === field || 'no focus'; }})({})",
            json!(css)
        );
        self.until(&format!("{css} can be typed into"), &field)
            .await?;
        self.page.execute(InsertTextParams::new(text)).await?;
        Ok(())
    }

    /// Presses a key of the keyboard: "Tab", "Enter", "/".
    pub async fn hits(&self, key: &str) -> Result<()> {
        self.page.find_element("body").await?.press_key(key).await?;
        Ok(())
    }

    /// Types where the cursor is.
    pub async fn writes(&self, text: &str) -> Result<()> {
        self.page.execute(InsertTextParams::new(text)).await?;
        Ok(())
    }

    /// Goes with the Tab key to the first thing that fits `css` and holds `text`, as whoever has no mouse does.
    pub async fn tabs_to(&self, css: &str, text: &str) -> Result<()> {
        self.sees(css, text).await?;
        let there = format!(
            "(([css, text]) => document.activeElement.matches(css) && document.activeElement.textContent.includes(text))({})",
            json!([css, text])
        );
        for _ in 0..FARTHEST {
            if self.ask(&there).await? == Value::Bool(true) {
                return Ok(());
            }
            self.hits("Tab").await?;
        }
        bail!(
            "{}: {css} {text:?} is not reached with {FARTHEST} tabs",
            self.name
        )
    }

    // ---- what a person sees -------------------------------------------------------------------------

    /// Waits until something visible fits `css` and holds `text`.
    pub async fn sees(&self, css: &str, text: &str) -> Result<()> {
        self.sees_within(PATIENCE, css, text).await
    }

    /// The same with a time of its own.
    pub async fn sees_within(&self, patience: Duration, css: &str, text: &str) -> Result<()> {
        let look = format!(
            "({SEE})({}, {}) > 0 || ({SAYS})({})",
            json!(css),
            json!(text),
            json!(css)
        );
        self.wait_for(patience, &format!("{css} says {text:?}"), &look)
            .await
            .map(|_| ())
    }

    /// Waits until nothing visible fits `css` and holds `text`.
    pub async fn sees_no(&self, css: &str, text: &str) -> Result<()> {
        let look = format!(
            "({SEE})({}, {}) === 0 || 'it is still there'",
            json!(css),
            json!(text)
        );
        self.until(&format!("no {css} says {text:?}"), &look).await
    }

    /// How many visible things fit.
    pub async fn counts(&self, css: &str, text: &str) -> Result<u64> {
        let look = format!("({SEE})({}, {})", json!(css), json!(text));
        self.ask(&look).await?.as_u64().context("a count")
    }

    /// The words of the first thing that fits.
    pub async fn reads(&self, css: &str) -> Result<String> {
        let words = self.ask(&format!("({SAYS})({})", json!(css))).await?;
        Ok(words.as_str().unwrap_or_default().to_owned())
    }

    /// What stands in a field.
    pub async fn value_of(&self, css: &str) -> Result<String> {
        let value = self
            .ask(&format!("document.querySelector({})?.value", json!(css)))
            .await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// An attribute of the first thing that fits.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<String> {
        let look = format!(
            "document.querySelector({})?.getAttribute({})",
            json!(css),
            json!(name)
        );
        let value = self.ask(&look).await?;
        Ok(value
            .as_str()
            .with_context(|| format!("{css} has no {name}"))?
            .to_owned())
    }

    /// The path in the address bar.
    pub async fn path(&self) -> Result<String> {
        Ok(self
            .ask("location.pathname")
            .await?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// Waits until the path begins with `start`.
    pub async fn arrives_at(&self, start: &str) -> Result<()> {
        let look = format!(
            "document.readyState === 'complete' && location.pathname.startsWith({}) || location.pathname",
            json!(start)
        );
        self.until(&format!("it is at {start}"), &look).await
    }

    /// Waits until the page's stream has brought a picture, so that nothing is missed from now on.
    pub async fn is_live(&self) -> Result<()> {
        let look = "(document.querySelector('#stream')?._htmx?.sse?.reader && document.body.dataset.live !== 'stale') ? true : 'no stream'";
        self.until("the stream runs", look).await
    }

    /// A picture of what the screen shows now.
    pub async fn picture(&self, to: &Path) -> Result<()> {
        // A control that was just used rests for a moment, and looks it.
        self.sees_no("[data-resting]", "").await?;
        self.comes_to_rest().await?;
        self.picture_at_once(to).await
    }

    pub(crate) async fn picture_at_once(&self, to: &Path) -> Result<()> {
        let params = CaptureScreenshotParams {
            format: Some(CaptureScreenshotFormat::Png),
            ..CaptureScreenshotParams::default()
        };
        let taken = timeout(
            PATIENCE,
            self.page.screenshot(chromiumoxide::page::ScreenshotParams {
                cdp_params: params,
                ..Default::default()
            }),
        );
        std::fs::write(to, taken.await??)?;
        Ok(())
    }

    /// What the browser asked for, and what was answered.
    pub(crate) fn requests(&self) -> String {
        self.requests
            .lock()
            .map_or_else(|_| String::new(), |requests| requests.clone())
    }

    /// The page as it stands, for whoever looks into a failure.
    pub(crate) async fn markup(&self) -> Result<String> {
        let markup = self
            .ask("location.href + '\\n' + document.documentElement.outerHTML")
            .await?;
        Ok(markup.as_str().unwrap_or_default().to_owned())
    }

    // ---- the page -----------------------------------------------------------------------------------

    /// Waits until `look` is true; else it says what is in the way.
    pub async fn until(&self, what: &str, look: &str) -> Result<()> {
        self.wait(what, look).await.map(|_| ())
    }

    async fn wait(&self, what: &str, look: &str) -> Result<Value> {
        self.wait_for(PATIENCE, what, look).await
    }

    /// A text is a reason to go on waiting, and so is a page that is just being left.
    async fn wait_for(&self, patience: Duration, what: &str, look: &str) -> Result<Value> {
        let until = Instant::now() + patience;
        loop {
            let why = match timeout(PATIENCE, self.ask(look)).await {
                Ok(Ok(Value::String(why))) => why,
                Ok(Ok(Value::Null | Value::Bool(false))) => String::new(),
                Ok(Ok(found)) => return Ok(found),
                Ok(Err(failure)) => failure.to_string(),
                Err(_) => "the page does not answer".to_owned(),
            };
            if Instant::now() > until {
                let path = self.path().await.unwrap_or_default();
                bail!(
                    "{}, at {path}, waits in vain until {what}: {why}",
                    self.name
                );
            }
            sleep(GLANCE).await;
        }
    }

    /// The value of an expression in the page; promises are waited for.
    pub async fn ask(&self, expression: &str) -> Result<Value> {
        let ask = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true)
            .build()
            .map_err(anyhow::Error::msg)?;
        let answer = self.page.execute(ask).await?.result;
        if let Some(thrown) = answer.exception_details {
            let what = thrown.exception.and_then(|thrown| thrown.description);
            bail!("{} {}", thrown.text, what.unwrap_or_default());
        }
        Ok(answer.result.value.unwrap_or(Value::Null))
    }
}

/// How many visible elements fit and hold the words.
const SEE: &str = "(css, words) => document.readyState === 'loading' ? 0 : [...document.querySelectorAll(css)].filter(found =>
    found.checkVisibility({ visibilityProperty: true }) && (found.textContent + ' ').replace(/\\s+/g, ' ').includes(words)).length";

/// The words of the first one that fits.
const SAYS: &str = "css => document.querySelector(css)?.textContent.replace(/\\s+/g, ' ').trim().slice(0, 300) ?? 'nothing fits'";

/// The middle of the first visible element that fits and holds the words, once it stands still; or what is in
/// the way of a finger.
const REACH: &str = "(css, words) => {
    if (document.readyState !== 'complete') return 'the page is loading';
    const target = [...document.querySelectorAll(css)].find(found =>
        found.checkVisibility({ visibilityProperty: true }) && (found.textContent + ' ').replace(/\\s+/g, ' ').includes(words));
    if (!target) return 'it is not there';
    if (target.disabled || target.getAttribute('aria-disabled') === 'true') return 'it is disabled';
    target.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const box = target.getBoundingClientRect();
    const place = [box.x, box.y, box.width, box.height].join();
    const still = window.__reached?.target === target && window.__reached.place === place;
    window.__reached = { target, place };
    if (!still || 'moved' in document.body.dataset) return 'it moves';
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const top = document.elementFromPoint(x, y);
    if (!top || !(target.contains(top) || top.contains(target) && top.tagName === 'LABEL'))
        return 'it is covered by ' + (top ? top.outerHTML.slice(0, 120) : 'the edge of the screen');
    return { x, y };
}";
