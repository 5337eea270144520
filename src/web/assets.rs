//! The files below `/assets/`: embedded, compressed when the program was built, named by a hash of
//! their content, and therefore kept by browsers for ever.
//!
//! `asset!("css/app.css")` is the address to write into a page; a name that does not exist does not
//! compile. Bind [`Assets`] to `/assets/:file`.

use poem::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    VARY,
};
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Body, Endpoint, Request, Response};

/// The address of every file.
pub const PATTERN: &str = "/assets/:file";

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A year, which is as long as caches go.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// One embedded file in its three encodings.
pub struct Asset {
    /// Path below the source folder `assets/`.
    pub name: &'static str,
    /// Address with the hash of the content.
    pub url: &'static str,
    /// `Content-Type`.
    pub mime: &'static str,
    /// Sixteen hexadecimal digits of the content's SHA-256.
    pub hash: &'static str,
    /// As it is in the source.
    pub plain: &'static [u8],
    /// Brotli.
    pub brotli: &'static [u8],
    /// Gzip.
    pub gzip: &'static [u8],
}

/// The address of a file below `assets/`; fails to compile when there is none of that name.
#[macro_export]
macro_rules! asset {
    ($name:literal) => {
        const { $crate::web::assets::url($name) }
    };
}

/// What [`asset!`] calls; use that.
pub const fn url(name: &str) -> &'static str {
    let mut at = 0;
    while at < FILES.len() {
        if same(FILES[at].name, name) {
            return FILES[at].url;
        }
        at += 1;
    }
    panic!("no such file below assets/");
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Serves [`FILES`] to GET and HEAD.
pub struct Assets;

impl Endpoint for Assets {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        Ok(answer(
            request.method(),
            request.uri().path(),
            request.headers(),
        ))
    }
}

fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Response {
    // A nested route takes its prefix off the path; the last segment is unique anyway.
    let file = path.rsplit('/').next().unwrap_or(path);
    let Some(asset) = FILES
        .iter()
        .find(|asset| asset.url.strip_prefix("/assets/") == Some(file))
    else {
        return StatusCode::NOT_FOUND.into();
    };
    if method != Method::GET && method != Method::HEAD {
        return Response::builder()
            .status(StatusCode::METHOD_NOT_ALLOWED)
            .header(ALLOW, "GET, HEAD")
            .finish();
    }
    let coding = Coding::preferred(headers);
    let etag = format!("\"{}{}\"", asset.hash, coding.suffix());
    let known = known(headers, &etag);
    let mut response = Response::builder()
        .header(CACHE_CONTROL, FOR_EVER)
        .header(VARY, "Accept-Encoding")
        .header(ETAG, etag);
    if known {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response = response.header(CONTENT_TYPE, asset.mime);
    if let Some(token) = coding.token() {
        response = response.header(CONTENT_ENCODING, token);
    }
    // The server drops the body of an answer to HEAD and keeps its length.
    response.body(Body::from(coding.of(asset)))
}

fn known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|candidate| candidate.trim().trim_start_matches("W/"))
        .any(|candidate| candidate == etag || candidate == "*")
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    Brotli,
    Gzip,
    Plain,
}

impl Coding {
    /// The smallest one that the browser accepts. What it weighs at 0 it does not accept; other
    /// weights are not compared, since each of ours unpacks to the same bytes.
    fn preferred(headers: &HeaderMap) -> Coding {
        let accepted: Vec<(String, bool)> = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(weighed)
            .collect();
        let accepts = |token: &str| {
            let of = |name: &str| {
                accepted
                    .iter()
                    .find(|(each, _)| each == name)
                    .map(|(_, yes)| *yes)
            };
            of(token).or_else(|| of("*")).unwrap_or(false)
        };
        if accepts("br") {
            Coding::Brotli
        } else if accepts("gzip") {
            Coding::Gzip
        } else {
            Coding::Plain
        }
    }

    fn token(self) -> Option<&'static str> {
        match self {
            Coding::Brotli => Some("br"),
            Coding::Gzip => Some("gzip"),
            Coding::Plain => None,
        }
    }

    /// Each encoding is a representation of its own and so has an entity tag of its own.
    fn suffix(self) -> &'static str {
        match self {
            Coding::Brotli => "-br",
            Coding::Gzip => "-gz",
            Coding::Plain => "",
        }
    }

    fn of(self, asset: &Asset) -> &'static [u8] {
        match self {
            Coding::Brotli => asset.brotli,
            Coding::Gzip => asset.gzip,
            Coding::Plain => asset.plain,
        }
    }
}

/// `gzip;q=0.5` as its name and whether it is accepted at all.
fn weighed(item: &str) -> (String, bool) {
    let (token, weight) = item.split_once(';').unwrap_or((item, ""));
    let zero = weight
        .trim()
        .strip_prefix("q=")
        .is_some_and(|q| !q.is_empty() && q.chars().all(|digit| matches!(digit, '0' | '.')));
    (token.trim().to_ascii_lowercase(), !zero)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use poem::Route;
    use poem::test::{TestClient, TestResponse};
    use sha2::{Digest, Sha256};

    use super::*;

    fn browser() -> TestClient<Route> {
        TestClient::new(Route::new().at("/assets/:file", Assets))
    }

    async fn ask(encodings: &str) -> TestResponse {
        browser()
            .get(asset!("css/app.css"))
            .header("accept-encoding", encodings)
            .send()
            .await
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_under_the_name_of_its_content() {
        let url = asset!("css/app.css");
        assert!(
            url.starts_with("/assets/app.")
                && url.ends_with(".css")
                && url.len() == "/assets/app.01234567.css".len()
        );
        let answer = browser().get(url).send().await;
        answer.assert_status_is_ok();
        answer.assert_header("cache-control", FOR_EVER);
        answer.assert_header("content-type", "text/css; charset=utf-8");
        answer.assert_header("vary", "Accept-Encoding");
        assert_eq!(
            answer.0.into_body().into_vec().await.unwrap(),
            read("css/app.css")
        );
    }

    #[tokio::test]
    async fn the_encoding_is_the_smallest_that_the_browser_accepts() {
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br;q=0", Some("gzip")),
            ("br;q=0.000, gzip;q=0.5", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("*", Some("br")),
            ("*;q=0, gzip", Some("gzip")),
            ("br;q=0, *", Some("gzip")),
            ("gzip;q=0", None),
            ("*;q=0", None),
            ("deflate", None),
            ("", None),
        ] {
            let answer = ask(accepted).await;
            answer.assert_status_is_ok();
            let chosen = answer
                .0
                .headers()
                .get("content-encoding")
                .map(|it| it.to_str().unwrap());
            assert_eq!(chosen, encoding, "accepting {accepted:?}");
        }
    }

    #[tokio::test]
    async fn compressed_bodies_unpack_to_the_source() {
        use std::io::Read;
        let source = read("css/app.css");
        let packed = ask("gzip").await.0.into_body().into_vec().await.unwrap();
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed[..])
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, source);
        let packed = ask("br").await.0.into_body().into_vec().await.unwrap();
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &packed[..], &mut unpacked).unwrap();
        assert_eq!(unpacked, source);
    }

    #[tokio::test]
    async fn a_browser_that_has_it_is_told_so() {
        let first = ask("br").await;
        let tag = first
            .0
            .headers()
            .get("etag")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'));
        for (known, encodings, status) in [
            (tag.clone(), "br", StatusCode::NOT_MODIFIED),
            (
                format!("\"other\", W/{tag}"),
                "br",
                StatusCode::NOT_MODIFIED,
            ),
            ("*".into(), "br", StatusCode::NOT_MODIFIED),
            (tag.clone(), "gzip", StatusCode::OK),
            ("\"other\"".into(), "br", StatusCode::OK),
        ] {
            let answer = browser()
                .get(asset!("css/app.css"))
                .header("accept-encoding", encodings)
                .header("if-none-match", &known)
                .send()
                .await;
            answer.assert_status(status);
            answer.assert_header("vary", "Accept-Encoding");
        }
    }

    #[tokio::test]
    async fn only_get_and_head_are_served_and_only_what_exists() {
        let url = asset!("js/app.js");
        browser().head(url).send().await.assert_status_is_ok();
        let refused = browser().post(url).send().await;
        refused.assert_status(StatusCode::METHOD_NOT_ALLOWED);
        refused.assert_header("allow", "GET, HEAD");
        browser()
            .get("/assets/app.00000000.css")
            .send()
            .await
            .assert_status(StatusCode::NOT_FOUND);
    }

    #[test]
    fn addresses_are_unique() {
        for asset in &FILES {
            assert_eq!(
                FILES.iter().filter(|other| other.url == asset.url).count(),
                1,
                "{}",
                asset.url
            );
        }
    }

    #[test]
    fn vendored_files_are_the_pinned_ones() {
        let versions = String::from_utf8(read("vendor/VERSIONS")).unwrap();
        let mut checked = 0;
        for line in versions
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let [file, _package, version, _path, sum, _licence] = columns[..] else {
                panic!("six columns: {line}");
            };
            let digest = Sha256::digest(read(&format!("vendor/{file}")));
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, sum, "{file} is not version {version}");
            checked += 1;
        }
        let scripts = std::fs::read_dir(folder().join("vendor"))
            .unwrap()
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|ext| ext == "js")
            })
            .count();
        assert_eq!(
            checked, scripts,
            "every vendored script has its line in VERSIONS"
        );
    }

    /// pains.md 6: everything of a first visit is at most 60 kB; the largest page of a till, an order's, takes up to 7.5 of
    /// them, and a board as it begins a day some 2 (`BENCH=visits make bench`).
    #[test]
    fn a_first_visit_is_small() {
        let of = |name: &str| {
            FILES
                .iter()
                .find(|asset| asset.name == name)
                .unwrap()
                .gzip
                .len()
        };
        assert!(
            of("css/app.css") + of("icons.svg") <= 21_000,
            "styles and icons"
        );
        let all = FILES.iter().map(|asset| asset.gzip.len()).sum::<usize>();
        let (till, wall) = (all - of("js/wall.js"), all - of("js/app.js"));
        assert!(till <= 53_500 && wall <= 57_200, "{till} and {wall}");
    }

    /// A sprite that is not well-formed shows no icon at all, without a word in any log.
    #[test]
    fn comments_of_svg_files_hold_no_double_hyphen() {
        for name in ["icons.svg", "mark.svg"] {
            let svg = String::from_utf8(read(name)).unwrap();
            for comment in svg.split("<!--").skip(1) {
                let (text, _) = comment.split_once("-->").unwrap();
                assert!(!text.contains("--"), "{name}: {text}");
            }
        }
    }

    /// What people typed reaches the page as text only, and the Content-Security-Policy allows no eval.
    #[test]
    fn our_scripts_write_no_html_and_evaluate_nothing() {
        let mut seen = 0;
        for entry in std::fs::read_dir(folder().join("js")).unwrap() {
            let path = entry.unwrap().path();
            let script = std::fs::read_to_string(&path).unwrap();
            for banned in [
                "innerHTML",
                "outerHTML",
                "insertAdjacent",
                "document.write",
                "eval(",
                "Function(",
                "setAttribute(\"style\"",
            ] {
                assert!(!script.contains(banned), "{banned} in {}", path.display());
            }
            seen += 1;
        }
        assert!(seen > 5);
    }

    #[test]
    fn the_script_is_whole_and_without_the_comments_of_its_source() {
        for (name, is_of_walls) in [("js/app.js", false), ("js/wall.js", true)] {
            let script = FILES.iter().find(|asset| asset.name == name).unwrap();
            let script = std::str::from_utf8(script.plain).unwrap();
            assert!(script.starts_with("var htmx="));
            for part in ["registerExtension(\"sse\"", "Idempotency-Key", "live:retry"] {
                assert!(script.contains(part), "{part}");
            }
            assert_eq!(script.contains("text-scale"), is_of_walls, "{name}");
            assert!(!script.contains("sourceMappingURL"));
            assert!(
                !script
                    .lines()
                    .any(|line| line.trim_start().starts_with("//"))
            );
        }
    }

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets"))
    }

    fn read(name: &str) -> Vec<u8> {
        std::fs::read(folder().join(name)).unwrap()
    }
}
