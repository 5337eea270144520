//! The moment that no test can hit by chance: a commit stands, and nobody has been told of it.
//!
//! `CAFE_POS_FAILPOINT=die-after-commit:3` ends the program there, as a power cut would, at the third commit since the
//! start that has something to tell; `mute-after-commit:3` loses what that one and all later ones have to tell. Only
//! debug builds know of it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use crate::live::Changed;

static CHOSEN: LazyLock<Option<Failpoint>> = LazyLock::new(|| {
    let chosen = std::env::var("CAFE_POS_FAILPOINT").ok()?;
    Some(Failpoint::parse(&chosen).unwrap_or_else(|| panic!("no failpoint: {chosen:?}")))
});
static COMMITS: AtomicU64 = AtomicU64::new(0);

#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Die,
    Mute,
}

#[derive(Debug, PartialEq, Eq)]
struct Failpoint {
    fate: Fate,
    at: u64,
}

impl Failpoint {
    fn parse(text: &str) -> Option<Self> {
        let (name, at) = text.split_once(':')?;
        let fate = match name {
            "die-after-commit" => Fate::Die,
            "mute-after-commit" => Fate::Mute,
            _ => return None,
        };
        let at = at.parse().ok()?;
        Some(Self { fate, at })
    }
}

/// A commit stands; these changes are about to be published.
pub(super) fn after_commit(changes: &mut Vec<Changed>) {
    let Some(chosen) = CHOSEN.as_ref() else {
        return;
    };
    if changes.is_empty() || COMMITS.fetch_add(1, SeqCst) + 1 < chosen.at {
        return;
    }
    match chosen.fate {
        Fate::Die => std::process::abort(),
        Fate::Mute => changes.clear(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failpoint_is_named_with_the_commit_at_which_it_acts() {
        let at = |text| Failpoint::parse(text);
        let (die, mute) = (Fate::Die, Fate::Mute);
        assert_eq!(
            at("die-after-commit:1"),
            Some(Failpoint { fate: die, at: 1 })
        );
        assert_eq!(
            at("mute-after-commit:20"),
            Some(Failpoint { fate: mute, at: 20 })
        );
        assert_eq!(at("die-after-commit"), None);
        assert_eq!(at("sleep:1"), None);
    }
}
