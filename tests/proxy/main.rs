//! Debian's nginx with the shipped `deploy/nginx.conf` in front of two instances of the built program: what browsers get
//! through it, what they are told when it answers itself, and what the program learns of them.

mod follow;
mod https;
mod nginx;
// One harness for all tests that run two instances; freezing and slowing parts is what others do with it.
#[allow(dead_code)]
#[path = "../instances/servers.rs"]
mod servers;
mod venue;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use cafe_pos::seed::menu;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

use venue::{AMINA, PASSWORD, Venue, words};

/// A browser whose address is not nginx' own.
const TABLET: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Whom a forger would like to be.
const SOMEBODY_ELSE: &str = "203.0.113.9";

/// What stands in the place of an instance: it hears a request to its end and closes without a word.
struct Dying(Arc<AtomicUsize>, tokio::task::JoinHandle<()>);

impl Dying {
    fn at(address: &str) -> Self {
        let socket = std::net::TcpListener::bind(address).expect("its place");
        socket.set_nonblocking(true).expect("a socket");
        let socket = tokio::net::TcpListener::from_std(socket).expect("a socket");
        let heard = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            while let Ok((mut asker, _)) = socket.accept().await {
                let mut request = [0; 4096];
                if asker.read(&mut request).await.is_ok_and(|read| read > 0) {
                    counted.fetch_add(1, Relaxed);
                }
            }
        });
        Dying(heard, task)
    }

    /// How many requests it died over.
    fn heard(self) -> usize {
        self.1.abort();
        self.0.load(Relaxed)
    }
}

fn espresso() -> String {
    let mut products = menu::products();
    let espresso = products.find(|product| product.number == 101);
    espresso.expect("it is on the menu").id().to_string()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().expect("visible letters"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_come_compressed_and_carry_what_the_program_says_of_them() {
    let venue = Venue::open().await;
    let page = venue
        .get("/floor")
        .header("accept-encoding", "gzip")
        .send()
        .await
        .expect("a page");
    assert_eq!(page.status(), StatusCode::OK);
    let headers = page.headers().clone();
    assert_eq!(header(&headers, "content-encoding"), "gzip");
    assert!(header(&headers, "vary").contains("Accept-Encoding"));
    assert!(header(&headers, "content-security-policy").contains("default-src 'none'"));
    assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
    assert_eq!(header(&headers, "x-frame-options"), "DENY");
    assert_eq!(header(&headers, "strict-transport-security"), "", "by HTTP");
    assert_eq!(header(&headers, "server"), "nginx", "without its version");
    let reference = header(&headers, "x-request-id").to_owned();
    assert_eq!(reference.len(), 32, "{reference}");
    let packed = page.bytes().await.expect("its bytes");
    let mut plain = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut plain)
        .expect("it is what it says");
    assert!(plain.contains("</html>") && plain.len() > 2 * packed.len());
    // nginx writes its line when the answer is out.
    let begun = std::time::Instant::now();
    while !venue.nginx.log().contains(&reference) {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "one finds it again"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_of_a_screen_arrives_at_once() {
    let venue = Venue::open().await;
    let order = Uuid::now_v7();
    let float = [("cash", "pouch"), ("count_1000", "50")];
    venue.once("POST", "/shift/float", &float).await;
    let mut stream = venue
        .client
        .get(venue.at("/api/realtime/stream?view=floor"))
        .bearer_auth(&venue.session)
        .header("accept-encoding", "gzip")
        .send()
        .await
        .expect("a stream");
    assert_eq!(stream.status(), StatusCode::OK);
    assert_eq!(
        header(stream.headers(), "content-type"),
        "text/event-stream"
    );
    assert_eq!(header(stream.headers(), "content-encoding"), "");
    // What it begins with: the whole picture and a heartbeat.
    let first = venue::read_until(&mut stream, "event: heartbeat", Duration::from_secs(2)).await;
    assert!(first.contains("<hx-partial"), "{first}");

    let table = venue.table("4").await;
    let form = [("kind", "dine_in"), ("table", &table), ("guests", "2")];
    venue.once("PUT", &format!("/orders/{order}"), &form).await;
    let done = Instant::now();
    let event = venue::read_until(&mut stream, &table, Duration::from_secs(1)).await;
    assert!(event.contains("<hx-partial"), "{event}");
    println!("the floor showed it {:?} after the answer", done.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_of_a_browser_is_known_and_nobody_can_say_it_is_somebody_else() {
    let venue = Venue::open().await;
    let tablet = venue::client(Some(TABLET));
    let fail = async |door: String, name: &str| {
        let wrong = tablet
            .post(door + "/api/auth/login")
            .header("x-forwarded-for", SOMEBODY_ELSE)
            .header("x-real-ip", SOMEBODY_ELSE)
            .header("forwarded", format!("for={SOMEBODY_ELSE}"))
            .json(&serde_json::json!({ "username": name, "password": "not this one" }))
            .send()
            .await
            .expect("an answer");
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    };
    fail(venue.at(""), "through").await;
    assert_eq!(
        venue.places_that_failed_as("through").await,
        [format!("address:{TABLET}")]
    );
    // The program itself believes who stands on its own machine: without nginx, the forger would have succeeded.
    fail(venue.instances[0].door(), "around").await;
    assert_eq!(
        venue.places_that_failed_as("around").await,
        [format!("address:{SOMEBODY_ELSE}")]
    );

    // Nor does a browser that says it speaks HTTPS get a cookie which is lost by HTTP.
    let signed_in = tablet
        .post(venue.at("/sign-in"))
        .header("x-forwarded-proto", "https")
        .form(&[("username", AMINA), ("password", PASSWORD)])
        .send()
        .await
        .expect("an answer");
    assert_eq!(signed_in.status(), StatusCode::SEE_OTHER);
    let cookie = header(signed_in.headers(), "set-cookie");
    assert!(
        cookie.contains("HttpOnly") && !cookie.contains("Secure"),
        "{cookie}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_of_five_megabytes_passes_and_what_is_larger_is_refused_in_words() {
    let venue = Venue::open().await;
    let send = async |path: &str, megabytes: usize, name: &str, value: &str| {
        let answer = venue
            .client
            .post(venue.at(path))
            .bearer_auth(&venue.session)
            .header(name, value)
            .header("content-type", "image/jpeg")
            .body(vec![b'x'; megabytes * 1024 * 1024])
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let kind = header(answer.headers(), "content-type").to_owned();
        (kind, words(answer).await)
    };
    // The program has no use for it here and says so itself: it got that far.
    let (_, said) = send("/shift/float", 5, "accept", "text/html").await;
    assert!(
        said.contains("That is too large to send.") && said.contains("/assets/"),
        "{said}"
    );
    let (kind, said) = send("/shift/float", 7, "accept", "text/html").await;
    assert!(kind.starts_with("text/html"), "{kind}");
    assert!(
        said.contains("<main>") && said.contains("up to 5 MB") && !said.contains("/assets/"),
        "{said}"
    );
    let (kind, said) = send("/shift/float", 7, "hx-request", "true").await;
    assert!(kind.starts_with("text/html"), "{kind}");
    assert!(
        said.starts_with("<hx-partial hx-target=\"#notice\">"),
        "{said}"
    );
    let (kind, said) = send("/api/auth/password", 7, "accept", "*/*").await;
    assert!(kind.starts_with("application/json"), "{kind}");
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["code"], "too_large");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_any_length_that_is_uploaded_gets_to_the_program() {
    let venue = Venue::open().await;
    let edge = "the-edge";
    let mut body = format!(
        "--{edge}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.tar\"\r\n\r\n"
    )
    .into_bytes();
    body.resize(body.len() + 20 * 1024 * 1024, b'x');
    body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
    let send = async |session: &str| {
        let answer = venue
            .client
            .post(venue.at("/backups/files"))
            .bearer_auth(session)
            .header("accept", "application/json")
            .header("idempotency-key", "an-upload-of-twenty-megabytes")
            .header(
                "content-type",
                format!("multipart/form-data; boundary={edge}"),
            )
            .body(body.clone())
            .send()
            .await
            .expect("an answer");
        words(answer).await
    };
    let said = send(&venue.admin().await).await;
    assert!(
        said.contains("The file is not a backup of cafe-pos"),
        "{said}"
    );
    // Who may not is refused before the file has come; whoever says so, it is no page of nginx' own.
    let said = send(&venue.session).await;
    assert!(!said.contains("<center>"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_tries_to_sign_in_is_turned_away_before_the_program_and_others_are_not() {
    let venue = Venue::open().await;
    let flooder = venue::client(Some(TABLET));
    let mut turned_away = Vec::new();
    for number in 0..40 {
        let form = [
            ("username", format!("nobody{number}")),
            ("password", "guess".to_owned()),
        ];
        let answer = flooder.post(venue.at("/sign-in")).form(&form).send();
        let answer = answer.await.expect("an answer");
        match answer.status() {
            StatusCode::UNAUTHORIZED => {}
            StatusCode::TOO_MANY_REQUESTS => turned_away.push((number, answer)),
            other => panic!("{other}"),
        }
    }
    assert!(turned_away.len() >= 5, "only {} of 40", turned_away.len());
    let (first, answer) = turned_away.swap_remove(0);
    assert!(first >= 20, "a café may sign in at once, and {first} did");
    assert_ne!(header(answer.headers(), "retry-after"), "");
    assert!(
        words(answer)
            .await
            .contains("<h1>Please wait a moment</h1>")
    );

    let ask = flooder.get(venue.at("/sign-in")).send().await;
    assert_eq!(
        ask.expect("an answer").status(),
        StatusCode::OK,
        "looking is no try"
    );
    let other = venue::client(Some(Ipv4Addr::new(127, 0, 0, 3)));
    let form = [("username", AMINA), ("password", PASSWORD)];
    let answer = other.post(venue.at("/sign-in")).form(&form).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_goes_on_when_an_instance_is_lost_and_without_any_the_page_looks_again_by_itself() {
    let mut venue = Venue::open().await;
    for _ in 0..8 {
        venue.get("/floor").send().await.expect("a page");
    }
    let log = venue.nginx.log();
    for instance in &venue.instances {
        let address = instance.door().replace("http://", "");
        assert!(
            log.contains(&address),
            "nobody was led to {address}:\n{log}"
        );
    }
    let float = [("cash", "pouch"), ("count_1000", "50")];
    venue.once("POST", "/shift/float", &float).await;

    // One that takes what it is asked and dies over it: the other is asked, too, and it is done once.
    venue.instances[0].kill();
    let order = Uuid::now_v7();
    let path = format!("/orders/{order}");
    venue.once("PUT", &path, &[("kind", "takeaway")]).await;
    let heard = {
        let address = venue.instances[0].door().replace("http://", "");
        let dying = Dying::at(&address);
        let espresso = espresso();
        for _ in 0..6 {
            let form = [("product", espresso.as_str())];
            venue.once("POST", &format!("{path}/lines"), &form).await;
        }
        dying.heard()
    };
    assert!(heard > 0, "nothing was lost on the way");
    assert_eq!(venue.pieces_on(order).await, "6");

    venue.instances[1].kill();
    let nobody = async |path: &str, name: &str, value: &str| {
        let asked = venue.client.get(venue.at(path)).header(name, value).send();
        let answer = asked.await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(header(answer.headers(), "cache-control"), "no-store");
        words(answer).await
    };
    let page = nobody("/floor", "accept", "text/html").await;
    assert!(
        page.contains("http-equiv=\"refresh\"") && page.contains("back in a moment"),
        "{page}"
    );
    assert!(
        nobody("/floor", "hx-request", "true")
            .await
            .starts_with("<hx-partial")
    );
    let stream = nobody("/api/realtime/stream?view=floor", "hx-request", "true").await;
    assert!(
        stream.starts_with('{'),
        "htmx takes no HTML for a stream: {stream}"
    );

    venue.instances[1].start_again();
    venue.instances[1].is_well().await;
    let begun = Instant::now();
    while venue
        .get("/floor")
        .send()
        .await
        .expect("an answer")
        .status()
        != StatusCode::OK
    {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "nginx does not come back to it"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
