//! The process itself, under the names that Prometheus' own dashboards know.

use std::fs;

use super::text::{Exposition, Kind};

/// Memory, open files, start and version; `began` is the start in seconds since 1970. What the system does not tell is
/// left out.
pub fn tell(text: &mut Exposition, began: i64) {
    let mut add = |name: &str, help: &str, value: u64| {
        text.family(name, Kind::Gauge, help);
        text.sample(name, &[], value);
    };
    if let Some(bytes) = resident_bytes() {
        add(
            "process_resident_memory_bytes",
            "Memory that the program holds.",
            bytes,
        );
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        add(
            "process_open_fds",
            "Files and connections that are open.",
            files.count() as u64,
        );
    }
    add(
        "process_start_time_seconds",
        "When the program started, in seconds since 1970.",
        u64::try_from(began).unwrap_or_default(),
    );
    let name = "cafe_pos_build_info";
    text.family(
        name,
        Kind::Gauge,
        "Always 1; the label says which version runs.",
    );
    text.sample(name, &[("version", env!("CARGO_PKG_VERSION"))], 1);
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
