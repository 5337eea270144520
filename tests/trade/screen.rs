//! A screen that follows its stream as the browser does: it keeps the newest picture of each region, connects again when
//! the stream ends or falls silent (`assets/js/live.js`), and is led to another instance when its own does not answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rand::Rng as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::picture::{self, Region};

/// No heartbeat for so long, and the browser connects again.
const DOUBT: Duration = Duration::from_millis(7_500);
/// No answer for so long, and the browser tries another connection.
const PACE: Duration = Duration::from_secs(2);

/// By what a screen is admitted.
#[derive(Debug, Clone)]
pub enum Pass {
    /// A person's session.
    Session(String),
    /// The token of a paired terminal.
    Device(String),
}

impl Pass {
    /// A request under this pass.
    pub fn get(&self, client: &reqwest::Client, url: String) -> reqwest::RequestBuilder {
        match self {
            Pass::Session(token) => client.get(url).bearer_auth(token),
            Pass::Device(token) => client
                .get(url)
                .header("cookie", format!("pos_device={token}")),
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone)]
pub struct View {
    /// As it is printed.
    pub name: String,
    /// What the stream is asked for.
    pub query: String,
    /// The pages that show the same.
    pub pages: Vec<String>,
    /// Who looks.
    pub pass: Pass,
}

/// What is shown now.
#[derive(Debug, Default)]
pub struct Shown {
    /// Each region with the time since when it looks like this.
    pub regions: BTreeMap<String, (Region, Instant)>,
    /// Pictures that came and were not looked at yet, by the first region they carry; in the order in which they came where
    /// each says only what changed.
    unseen: BTreeMap<String, Vec<(String, Instant)>>,
    /// Whether they do.
    of_articles: bool,
    /// How often it was connected.
    pub connections: u32,
    /// Since when it has no stream, after it had one.
    lost: Option<Instant>,
    /// The longest time without one, from its end to the first picture of the next.
    longest_gap: Duration,
    /// When the server said that this person may not see it any more, or refused a new connection.
    pub sent_away: Option<Instant>,
}

impl Shown {
    /// Takes in what came. Most pictures are soon followed by the next, and only the last ones are read: those that look
    /// like the newest say since when it is shown.
    fn look(&mut self) {
        if self.of_articles {
            return self.look_at_each();
        }
        for (_, pictures) in std::mem::take(&mut self.unseen) {
            let mut pictures = pictures.into_iter().rev();
            let Some((newest, mut since)) = pictures.next() else {
                continue;
            };
            let regions = picture::carried(&newest);
            let mut always = true;
            for (earlier, at) in pictures {
                if earlier != newest && picture::carried(&earlier) != regions {
                    always = false;
                    break;
                }
                since = at;
            }
            for (id, region) in regions {
                let before = self.regions.get(&id).map(|(region, _)| region);
                if !always || before != Some(&region) {
                    self.regions.insert(id, (region, since));
                }
            }
        }
    }
}

impl Shown {
    fn look_at_each(&mut self) {
        let unseen = std::mem::take(&mut self.unseen);
        for (picture, at) in unseen.into_values().flatten() {
            for (id, mut region) in picture::carried(&picture) {
                let before = self.regions.get(&id).map(|(region, _)| region);
                let known = before.map(|region| region.markup.as_str());
                region.markup = picture::completed(&region.markup, known).unwrap_or_else(|| {
                    panic!("#{id} leaves out what was never shown: {picture:.300}")
                });
                if before != Some(&region) {
                    self.regions.insert(id, (region, at));
                }
            }
        }
    }
}

/// A screen and the task that follows its stream.
pub struct Screen {
    /// What it looks at.
    pub view: View,
    shown: Arc<Mutex<Shown>>,
    wish: watch::Sender<Wish>,
    task: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Wish {
    asleep: bool,
    /// Moves when it shall begin anew at its first door.
    turn: u32,
}

impl Screen {
    /// Opens it at the first of these doors.
    pub fn open(view: View, doors: Vec<String>) -> Self {
        let shown = Arc::new(Mutex::new(Shown {
            of_articles: ["board", "pass"].contains(&view.name.as_str()),
            ..Shown::default()
        }));
        let (wish, wishes) = watch::channel(Wish::default());
        let follower = Follower {
            view: view.clone(),
            doors,
            shown: Arc::clone(&shown),
            wishes,
            client: cafe_pos::web::ask::client().build().expect("a client"),
            retry: Duration::from_secs(1),
        };
        let task = tokio::spawn(follower.run());
        Self {
            view,
            shown,
            wish,
            task,
        }
    }

    /// What it shows.
    pub fn shown(&self) -> MutexGuard<'_, Shown> {
        let mut shown = self.shown.lock().expect("no panic");
        shown.look();
        shown
    }

    /// The longest time that it was without a stream, from the end of one to the first picture of the next.
    pub fn longest_gap(&self) -> Duration {
        let shown = self.shown();
        let lasting = shown.lost.map(|since| since.elapsed()).unwrap_or_default();
        shown.longest_gap.max(lasting)
    }

    /// How often its stream ended.
    pub fn gaps(&self) -> u32 {
        self.shown().connections.saturating_sub(1)
    }

    /// Reads nothing more until it is woken.
    pub fn sleep(&self) {
        self.wish.send_modify(|wish| wish.asleep = true);
    }

    /// Reads on.
    pub fn wake(&self) {
        self.wish.send_modify(|wish| wish.asleep = false);
    }

    /// Goes back to its first door.
    pub fn come_home(&self) {
        self.wish.send_modify(|wish| wish.turn += 1);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Follower {
    view: View,
    doors: Vec<String>,
    shown: Arc<Mutex<Shown>>,
    wishes: watch::Receiver<Wish>,
    client: reqwest::Client,
    retry: Duration,
}

/// Why a stream is not read any more.
enum End {
    Broken,
    SentAway,
    ComeHome,
}

impl Follower {
    async fn run(mut self) {
        let (mut tried, mut refused) = (0, 0);
        loop {
            let door = &self.doors[tried % self.doors.len()];
            let url = format!("{door}/api/realtime/stream?{}", self.view.query);
            let asked = timeout(PACE, self.view.pass.get(&self.client, url).send()).await;
            let end = match asked {
                Ok(Ok(answer)) if answer.status().is_success() => {
                    self.shown().connections += 1;
                    let end = self.read(answer).await;
                    // Unless it began earlier: with a stream that brought no picture, or with one that fell silent.
                    self.shown().lost.get_or_insert_with(Instant::now);
                    end
                }
                Ok(Ok(answer)) if [401, 403].contains(&answer.status().as_u16()) => End::SentAway,
                // A proxy leads on at once to an instance that is there.
                Ok(Err(nobody)) if nobody.is_connect() && refused + 1 < self.doors.len() => {
                    tried += 1;
                    refused += 1;
                    continue;
                }
                _ => End::Broken,
            };
            refused = 0;
            match end {
                End::Broken => {
                    tried += 1;
                    sleep(self.pause()).await;
                }
                End::ComeHome => tried = 0,
                End::SentAway => {
                    self.shown().sent_away = Some(Instant::now());
                    return;
                }
            }
        }
    }

    /// As long as the server asked for, give or take 30 %: htmx does that to spread those who come back.
    fn pause(&self) -> Duration {
        self.retry * rand::rng().random_range(70..=130) / 100
    }

    async fn read(&mut self, mut answer: reqwest::Response) -> End {
        let turn = self.wishes.borrow().turn;
        let (mut waiting, mut heard) = (Vec::new(), Instant::now());
        loop {
            if self.wishes.borrow().asleep {
                if self.wishes.wait_for(|wish| !wish.asleep).await.is_err() {
                    return End::SentAway;
                }
                heard = Instant::now();
            }
            let chunk = tokio::select! {
                chunk = answer.chunk() => chunk,
                () = sleep(DOUBT.saturating_sub(heard.elapsed())) => {
                    self.shown().lost.get_or_insert(heard);
                    return End::Broken;
                }
                moved = self.wishes.changed() => {
                    if moved.is_err() {
                        return End::SentAway; // nobody looks any more
                    }
                    if self.wishes.borrow().turn != turn {
                        return End::ComeHome;
                    }
                    continue;
                }
            };
            let Ok(Some(chunk)) = chunk else {
                return End::Broken;
            };
            waiting.extend_from_slice(&chunk);
            while let Some(end) = waiting.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = waiting.drain(..end + 2).collect();
                match self.take(std::str::from_utf8(&event).expect("text")) {
                    Some("heartbeat") => heard = Instant::now(),
                    Some("signed-out") => return End::SentAway,
                    _ => {}
                }
            }
        }
    }

    /// Takes one event in; answers its name.
    fn take<'e>(&mut self, event: &'e str) -> Option<&'e str> {
        let field = |name: &str| {
            let lines = event.lines();
            lines
                .filter_map(move |line| line.strip_prefix(name)?.strip_prefix(": "))
                .next()
        };
        if let Some(pause) = field("retry").and_then(|pause| pause.parse().ok()) {
            self.retry = Duration::from_millis(pause);
        }
        let name = field("event");
        if name.is_none() {
            let data = event.lines().filter_map(|line| line.strip_prefix("data: "));
            let data = data.collect::<Vec<_>>().join("\n");
            let mut shown = self.shown();
            let target = match shown.of_articles {
                true => String::new(),
                false => data.split('"').nth(1).unwrap_or_default().to_owned(),
            };
            if let Some(since) = shown.lost.take() {
                shown.longest_gap = shown.longest_gap.max(since.elapsed());
            }
            let unseen = shown.unseen.entry(target).or_default();
            unseen.push((data, Instant::now()));
        }
        name
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().expect("no panic")
    }
}
