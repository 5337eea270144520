//! Requests that are bent at one place or several, and straight elsewhere, so that they get far.

use poem::Request;
use poem::http::{HeaderName, HeaderValue, Method, Uri, header};
use uuid::Uuid;

use super::deeds::{Fields, well_formed};
use super::scene::{Scene, with_each};
use super::words::{Dice, ODD_JSON, ODD_NAMES, ODD_QUERIES, ODD_SEGMENTS, QUERIES, odd};
use crate::house::*;

/// One request, and how it can be told.
#[derive(Clone)]
pub struct Shot {
    pub method: Method,
    pub address: String,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
}

impl Shot {
    /// A request of somebody with these cookies.
    pub fn request(&self, cookies: &str) -> Option<Request> {
        // What the library cannot even hold never reaches a handler over the wire either.
        let uri: Uri = self.address.parse().ok()?;
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(uri)
            .body(self.body.clone());
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("pos.test"));
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if !cookies.is_empty() {
            headers.append(header::COOKIE, HeaderValue::from_str(cookies).ok()?);
        }
        Some(request)
    }

    /// For the sentence of a test that failed.
    pub fn told(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let body: String = body.chars().take(600).collect();
        let address: String = self.address.chars().take(300).collect();
        format!("{} {address} {:?} {body:?}", self.method, self.headers)
    }
}

/// What a request is made from.
pub struct Generator<'a> {
    pub scene: &'a Scene,
    pub ids: Vec<Uuid>,
    pub dice: Dice,
    /// Keys that were used for something already.
    pub used: Vec<String>,
}

impl Generator<'_> {
    /// A request to this address, bent somewhere.
    pub fn shot(&mut self, method: &Method, pattern: &str) -> Shot {
        let mut headers = Vec::new();
        let address = self.address(method, pattern);
        self.asker(&mut headers);
        self.key(&mut headers);
        self.odd_header(&mut headers);
        let form = well_formed(self.scene, method, pattern).expect("a known address");
        let body = match *method {
            Method::GET => Vec::new(),
            _ => self.body(form, &mut headers),
        };
        let method = match self.dice.below(40) {
            0 => {
                let odd = [
                    "HEAD", "OPTIONS", "PATCH", "TRACE", "FOO", "post", "PROPFIND", "GET",
                    "DELETE", "PUT",
                ];
                self.dice.one_of(&odd).parse().expect("a method")
            }
            _ => method.clone(),
        };
        Shot {
            method,
            address,
            headers,
            body,
        }
    }

    fn address(&mut self, method: &Method, pattern: &str) -> String {
        let mut path = self.scene.filled(method, pattern, ADMIN);
        if pattern.contains(':') && self.dice.now_and_then(20) {
            let segment = match self.dice.below(10) {
                0..5 => (*self.dice.one_of(&ODD_SEGMENTS)).to_owned(),
                5..9 => self.dice.one_of(&self.ids).to_string(),
                _ => "a".repeat(4_000),
            };
            let bent = self.dice.below(pattern.matches(':').count());
            let names: Vec<&str> = pattern
                .split('/')
                .filter_map(|part| part.strip_prefix(':'))
                .collect();
            let straight = path.split('/').zip(pattern.split('/'));
            let straight: Vec<String> = straight
                .filter(|(_, part)| part.starts_with(':'))
                .map(|(value, _)| value.to_owned())
                .collect();
            path = with_each(pattern, |name| {
                match names.iter().position(|its| *its == name) {
                    Some(at) if at == bent => segment.clone(),
                    Some(at) => straight[at].clone(),
                    None => name.to_owned(),
                }
            });
        }
        let asks = *method == Method::GET;
        if self.dice.now_and_then(if asks { 60 } else { 10 }) {
            let query = match self.dice.now_and_then(30) {
                true => (*self.dice.one_of(&ODD_QUERIES)).to_owned(),
                false => {
                    let pairs: Fields = (0..=self.dice.below(3))
                        .map(|_| {
                            let name = (*self.dice.one_of(&QUERIES)).to_owned();
                            (name, odd(&mut self.dice, &self.ids))
                        })
                        .collect();
                    serde_urlencoded::to_string(pairs).expect("a query")
                }
            };
            path = format!("{path}?{query}");
        }
        path
    }

    /// A person, a script or a machine, from here.
    fn asker(&mut self, headers: &mut Vec<(HeaderName, HeaderValue)>) {
        let asks = match self.dice.below(3) {
            0 => ("hx-request", "true"),
            1 => ("accept", "text/html"),
            _ => ("accept", "application/json"),
        };
        put(headers, asks.0, asks.1);
        put(headers, "sec-fetch-site", "same-origin");
        // Tries are counted for each address: these come from everywhere.
        let far = format!("10.{}.{}.9", self.dice.below(250), self.dice.below(250));
        put(headers, "x-forwarded-for", &far);
    }

    fn key(&mut self, headers: &mut Vec<(HeaderName, HeaderValue)>) {
        let name = HeaderName::from_static("idempotency-key");
        let value: Vec<u8> = match self.dice.below(40) {
            0 => return,
            1 => Vec::new(),
            2 => b"short".to_vec(),
            3 => vec![b'k'; 201],
            4 => b"with some spaces in it".to_vec(),
            5 => "schl\u{fc}ssel-f\u{fc}r-alles".as_bytes().to_vec(),
            6 => vec![0xff; 20],
            7 | 8 if !self.used.is_empty() => self.dice.one_of(&self.used).as_bytes().to_vec(),
            9 => {
                headers.push((name.clone(), HeaderValue::from_str(&key()).expect("a key")));
                key().into_bytes()
            }
            _ => {
                let fresh = key();
                self.used.push(fresh.clone());
                fresh.into_bytes()
            }
        };
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            headers.push((name, value));
        }
    }

    fn odd_header(&mut self, headers: &mut Vec<(HeaderName, HeaderValue)>) {
        const ODD: [(&str, &str); 16] = [
            ("cookie", "pos_session=a.b.c; pos_device=;;;=; pos_last=%00"),
            ("cookie", "=; ; pos_session"),
            ("content-length", "99999999999999999999"),
            ("content-length", "-1"),
            ("content-length", "2000000"),
            ("content-encoding", "gzip"),
            ("x-forwarded-for", "\u{22}><script>, ::1, 999.1.1.1"),
            ("x-forwarded-proto", "https,gopher"),
            ("hx-request", "false"),
            ("hx-target", "\"><script>"),
            ("hx-current-url", "javascript:alert(1)"),
            ("accept", "*/*;q=nonsense"),
            ("if-none-match", "*"),
            ("range", "bytes=0-0,-1"),
            ("x-http-method-override", "DELETE"),
            ("origin", "null"),
        ];
        if self.dice.now_and_then(15) {
            let (name, value) = *self.dice.one_of(&ODD);
            put(headers, name, value);
        }
    }

    fn body(&mut self, mut form: Fields, headers: &mut Vec<(HeaderName, HeaderValue)>) -> Vec<u8> {
        for _ in 0..self.dice.below(4) {
            self.bend(&mut form);
        }
        let (kind, body) = match self.dice.below(100) {
            0..60 => (
                "application/x-www-form-urlencoded",
                serde_urlencoded::to_string(&form)
                    .expect("a form")
                    .into_bytes(),
            ),
            60..80 => ("application/json", self.json(&form)),
            80..82 => (
                "application/x-www-form-urlencoded",
                (0..10_000)
                    .map(|n| format!("m-{n}=1&"))
                    .collect::<String>()
                    .into_bytes(),
            ),
            82 => ("application/x-www-form-urlencoded", vec![b'a'; 300_000]),
            83 => (
                "application/json",
                [b"[".repeat(60_000), b"]".repeat(60_000)].concat(),
            ),
            84 => ("application/json", b"{\"a\":".repeat(5_000)),
            85 => (
                "application/x-www-form-urlencoded",
                b"note=%ff%fe&product=%&by=%zz&=&&&".to_vec(),
            ),
            86 => (
                "application/x-www-form-urlencoded",
                vec![0, 159, 146, 150, 255],
            ),
            87 => ("application/json", vec![0xef, 0xbb, 0xbf, b'{', b'}']),
            88 => ("application/json", Vec::new()),
            89 => ("application/json", b"[{\"by\":1}]".to_vec()),
            90 => ("application/json; charset=utf-16", self.json(&form)),
            91 => (
                "APPLICATION/X-WWW-FORM-URLENCODED;;;",
                serde_urlencoded::to_string(&form)
                    .expect("a form")
                    .into_bytes(),
            ),
            92 => (
                "multipart/form-data; boundary=x",
                b"--x\r\ncontent-disposition: form-data; name=by\r\n\r\n1\r\n--x--\r\n".to_vec(),
            ),
            93 => ("multipart/form-data", b"--".to_vec()),
            94 => ("text/plain", self.json(&form)),
            95 => (
                "application/xml",
                b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>".to_vec(),
            ),
            96 => (
                "",
                serde_urlencoded::to_string(&form)
                    .expect("a form")
                    .into_bytes(),
            ),
            97 => ("nonsense", Vec::new()),
            _ => ("application/octet-stream", vec![255; 64]),
        };
        if !kind.is_empty() {
            put(headers, "content-type", kind);
        }
        body
    }

    /// One field missing, twice, in another's place, or with something odd in it.
    fn bend(&mut self, form: &mut Fields) {
        if form.is_empty() || self.dice.now_and_then(15) {
            let name = (*self.dice.one_of(&ODD_NAMES)).to_owned();
            form.push((name, odd(&mut self.dice, &self.ids)));
            return;
        }
        let at = self.dice.below(form.len());
        match self.dice.below(10) {
            0 => drop(form.remove(at)),
            1 => {
                let twice = (form[at].0.clone(), odd(&mut self.dice, &self.ids));
                form.insert(self.dice.below(form.len()), twice);
            }
            2 => {
                let other = self.dice.below(form.len());
                form[at].1 = form[other].1.clone();
            }
            3 => form[at].0 = form[at].0.to_uppercase(),
            _ => form[at].1 = odd(&mut self.dice, &self.ids),
        }
    }

    /// The same as JSON, of which some values are written by hand.
    fn json(&mut self, form: &Fields) -> Vec<u8> {
        let fields: Vec<String> = form
            .iter()
            .map(|(name, value)| {
                let value = match self.dice.now_and_then(30) {
                    true => (*self.dice.one_of(&ODD_JSON)).to_owned(),
                    false => serde_json::Value::from(value.as_str()).to_string(),
                };
                format!("{}:{value}", serde_json::Value::from(name.as_str()))
            })
            .collect();
        format!("{{{}}}", fields.join(",")).into_bytes()
    }
}

fn put(headers: &mut Vec<(HeaderName, HeaderValue)>, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse(), HeaderValue::from_str(value)) {
        headers.push((name, value));
    }
}
