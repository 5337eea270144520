//! What Linux says of processes (proc(5)).

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

/// CPU time of one process in milliseconds, user and system, without what its children used.
pub fn cpu_ms(pid: u32) -> u64 {
    in_ms(fields(pid).map_or(0, |fields| ticks(&fields, 14) + ticks(&fields, 15)))
}

/// CPU time of a process, its living children and those that it has seen die, in milliseconds.
pub fn cpu_of_family_ms(parent: u32) -> u64 {
    let gone = fields(parent).map_or(0, |fields| ticks(&fields, 16) + ticks(&fields, 17));
    in_ms(gone) + family(parent).into_iter().map(cpu_ms).sum::<u64>()
}

/// A process and its children.
pub fn family(parent: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").expect("/proc");
    let children = all
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| fields(*pid).is_some_and(|fields| ticks(&fields, 4) == u64::from(parent)));
    std::iter::once(parent).chain(children).collect()
}

/// Resident memory in kilobytes.
pub fn resident_kb(pid: u32) -> u64 {
    in_status(pid, "VmRSS:")
}

/// The most that was ever resident, in kilobytes.
pub fn peak_kb(pid: u32) -> u64 {
    in_status(pid, "VmHWM:")
}

/// What the program of a process is called.
pub fn name(pid: u32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim().to_owned()
}

fn in_status(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// The fields of `/proc/<pid>/stat` from the third on; the second, the name, may hold anything.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// A field by its number in proc(5), where the state is the third.
fn ticks(fields: &[String], number: usize) -> u64 {
    fields
        .get(number - 3)
        .and_then(|field| field.parse().ok())
        .unwrap_or(0)
}

fn in_ms(ticks: u64) -> u64 {
    static PER_SECOND: OnceLock<u64> = OnceLock::new();
    let per_second = *PER_SECOND.get_or_init(|| {
        let said = Command::new("getconf").arg("CLK_TCK").output();
        said.ok()
            .and_then(|said| String::from_utf8(said.stdout).ok()?.trim().parse().ok())
            .unwrap_or(100)
    });
    ticks * 1_000 / per_second
}
