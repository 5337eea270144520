//! Turns `assets/` into what the program serves: one style sheet, a script for tills and one for walls, the icons.
//! Each gets a name with a hash of its content, is compressed once, here, and is embedded in the
//! binary through the generated `assets.rs` (see `src/web/assets.rs`).

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

/// The script of a page is one file made of these, in this order, then of every other file in `assets/js`.
/// One file, because htmx starts itself from a timer: were the stream extension a second file that
/// arrives late, htmx would already have looked at the page, and no stream would ever open.
const SCRIPT_HEAD: [&str; 3] = ["vendor/htmx.min.js", "vendor/hx-sse.min.js", "js/base.js"];

/// What only displays on a wall do: left out of the script that tills wait for at their first visit.
const WALLS_ONLY: [&str; 6] = [
    "articles.js",
    "board.js",
    "expo.js",
    "places.js",
    "receipts.js",
    "screen.js",
];

/// What only tills do.
const TILLS_ONLY: [&str; 7] = [
    "asks.js",
    "modifiers.js",
    "notes.js",
    "order.js",
    "print.js",
    "till.js",
    "unseen.js",
];

struct Served {
    name: String,
    mime: &'static str,
    content: Vec<u8>,
}

fn main() {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=build.rs");
    let assets = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("assets");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));

    let icons = read(&assets.join("icons.svg"));
    let mut generated = icon_names(&String::from_utf8(icons.clone()).expect("icons.svg is UTF-8"));
    let served = [
        file(
            "css/app.css",
            "text/css; charset=utf-8",
            read(&assets.join("css/app.css")),
        ),
        file("icons.svg", "image/svg+xml", icons),
        file(
            "js/app.js",
            "text/javascript; charset=utf-8",
            script(&assets, &WALLS_ONLY),
        ),
        file(
            "js/wall.js",
            "text/javascript; charset=utf-8",
            script(&assets, &TILLS_ONLY),
        ),
        file("mark.svg", "image/svg+xml", read(&assets.join("mark.svg"))),
    ];
    writeln!(
        generated,
        "/// Everything below `/assets/`.\npub static FILES: [Asset; {}] = [",
        served.len()
    )
    .expect("a string takes all");
    for asset in &served {
        generated.push_str(&entry(&out, asset));
    }
    generated.push_str("];\n");
    fs::write(out.join("assets.rs"), generated).expect("OUT_DIR is writable");
}

fn file(name: &str, mime: &'static str, content: Vec<u8>) -> Served {
    Served {
        name: name.into(),
        mime,
        content,
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The scripts as one, without some. Ours share `base.js` and stand in a block each, so that their names do not meet.
fn script(assets: &Path, without: &[&str]) -> Vec<u8> {
    let mut all = String::new();
    for vendored in &SCRIPT_HEAD[..2] {
        all.push_str(without_source_map(&text(&assets.join(vendored))));
        all.push('\n');
    }
    all.push_str("(() => {\n\"use strict\";\n");
    all.push_str(&without_comments(&text(&assets.join(SCRIPT_HEAD[2]))));
    for own in own_scripts(assets, without) {
        write!(all, "{{\n{}}}\n", without_comments(&text(&own))).expect("a string takes all");
    }
    all.push_str("})();\n");
    all.into_bytes()
}

fn own_scripts(assets: &Path, without: &[&str]) -> Vec<PathBuf> {
    let mut own: Vec<PathBuf> = fs::read_dir(assets.join("js"))
        .expect("assets/js is there")
        .map(|entry| entry.expect("assets/js is readable").path())
        .filter(|path| {
            path.extension().is_some_and(|ext| ext == "js") && !path.ends_with(SCRIPT_HEAD[2])
        })
        .filter(|path| !without.iter().any(|name| path.ends_with(name)))
        .collect();
    own.sort();
    own
}

fn text(path: &Path) -> String {
    String::from_utf8(read(path)).unwrap_or_else(|_| panic!("{} is not UTF-8", path.display()))
}

/// Our comments are for the source, and so is how far a line is indented; only comments that have lines of their own are
/// dropped, so that no string is touched (none of ours goes over several lines).
fn without_comments(script: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in script.lines() {
        let start = line.trim_start();
        let opens = start.starts_with("/*");
        if !(inside || opens || start.starts_with("//") || start.is_empty()) {
            kept.push_str(start);
            kept.push('\n');
        }
        inside = (inside || opens) && !start.ends_with("*/");
    }
    kept
}

/// The map is not shipped, and a dangling reference makes developer tools ask for it.
fn without_source_map(script: &str) -> &str {
    script
        .split("//# sourceMappingURL")
        .next()
        .unwrap_or(script)
        .trim_end()
}

fn icon_names(sprite: &str) -> String {
    let names: Vec<&str> = sprite
        .split("<symbol id=\"i-")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    format!(
        "/// The icons of the sprite.\npub static ICONS: [&str; {}] = {names:?};\n",
        names.len()
    )
}

fn entry(out: &Path, asset: &Served) -> String {
    let hash = Sha256::digest(&asset.content)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes all");
            hex
        });
    let (stem, extension) = Path::new(&asset.name)
        .file_name()
        .and_then(|file| file.to_str())
        .and_then(|file| file.rsplit_once('.'))
        .expect("an asset has an extension");
    let plain = out.join(format!("{hash}.{extension}"));
    fs::write(&plain, &asset.content).expect("OUT_DIR is writable");
    let brotli = once(&plain, "br", || brotli(&asset.content));
    let gzip = once(&plain, "gz", || gzip(&asset.content));
    format!(
        "    Asset {{\n        name: {:?},\n        url: \"/assets/{stem}.{}.{extension}\",\n        mime: {:?},\n        \
         hash: \"{}\",\n        plain: include_bytes!({plain:?}),\n        brotli: include_bytes!({brotli:?}),\n        \
         gzip: include_bytes!({gzip:?}),\n    }},\n",
        asset.name,
        &hash[..8],
        asset.mime,
        &hash[..16],
    )
}

/// Compresses only what changed: the file's name is the hash of its content.
fn once(plain: &Path, extension: &str, compress: impl FnOnce() -> Vec<u8>) -> PathBuf {
    let path = PathBuf::from(format!("{}.{extension}", plain.display()));
    if !path.exists() {
        fs::write(&path, compress()).expect("OUT_DIR is writable");
    }
    path
}

fn brotli(content: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 10,
        lgwin: 22,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &params).expect("memory to memory");
    compressed
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("memory to memory");
    encoder.finish().expect("memory to memory")
}
