//! A station: where things are made, and by when.

use std::str::FromStr;

use crate::values::StationId;

/// A place in the café where lines are made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Station {
    /// Which one.
    pub id: StationId,
    /// As people call it: "Hot kitchen".
    pub name: String,
    /// Whose work it is.
    pub kind: StationKind,
    /// Where it stands among the others, lowest first.
    pub sort: i32,
    /// When its tickets count as slow and as late.
    pub pace: Pace,
}

/// Whose work a station is: the roles of `staff::guards::Cook`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StationKind {
    /// Cooked, by people of the kitchen.
    Kitchen,
    /// Poured and brewed, by people of the bar.
    Bar,
    /// The pass: sees whole orders and has no tickets of its own (`crate::pass`).
    Expo,
}

impl StationKind {
    /// As it is stored and as guards know it.
    pub fn as_str(self) -> &'static str {
        match self {
            StationKind::Kitchen => "kitchen",
            StationKind::Bar => "bar",
            StationKind::Expo => "expo",
        }
    }

    /// Whether tickets are made at such a station; at the other kind whole orders come together.
    pub fn makes(self) -> bool {
        self != StationKind::Expo
    }
}

impl FromStr for StationKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [StationKind::Kitchen, StationKind::Bar, StationKind::Expo]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or("Choose kitchen, bar or expo.")
    }
}

/// Where something is made that belongs to `station`, while what some stations get is sent to others instead: `elsewhere` are
/// the pairs. Pairs that lead in a circle lead nowhere.
pub fn made_at(station: StationId, elsewhere: &[(StationId, StationId)]) -> StationId {
    let mut at = station;
    for _ in elsewhere {
        match elsewhere.iter().find(|(from, _)| *from == at) {
            Some((_, to)) => at = *to,
            None => return at,
        }
    }
    match elsewhere.iter().any(|(from, _)| *from == at) {
        true => station,
        false => at,
    }
}

/// The ages, in seconds since sending, at which a ticket counts as slow and as late; `0 < soon < late`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pace {
    /// From here on it is slow.
    pub soon_s: i64,
    /// From here on it is late.
    pub late_s: i64,
}

impl Pace {
    /// The same pace stretched or shrunk so that late begins at `target_s`: who has half the time is
    /// warned after half the time.
    pub fn for_target(self, target_s: i64) -> Pace {
        let late_s = target_s.max(1);
        let soon_s = late_s.saturating_mul(self.soon_s) / self.late_s.max(1);
        Pace { soon_s, late_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_shrinks_in_proportion() {
        let hot = Pace {
            soon_s: 480,
            late_s: 900,
        };
        let fries = Pace {
            soon_s: 160,
            late_s: 300,
        };
        assert_eq!(hot.for_target(300), fries);
        assert_eq!(hot.for_target(900), hot);
    }

    #[test]
    fn what_is_sent_elsewhere_is_made_where_the_last_pair_leads() {
        let [grill, fry, cold, bar] = [(); 4].map(|()| StationId::new());
        assert_eq!(made_at(grill, &[]), grill);
        let pairs = [(grill, fry), (fry, cold)];
        assert_eq!(made_at(grill, &pairs), cold);
        assert_eq!(made_at(fry, &pairs), cold);
        assert_eq!(made_at(bar, &pairs), bar);
        assert_eq!(made_at(grill, &[(grill, fry), (fry, grill)]), grill);
    }

    #[test]
    fn kinds_are_stored_as_words() {
        for kind in [StationKind::Kitchen, StationKind::Bar, StationKind::Expo] {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("Grill".parse::<StationKind>().is_err());
    }
}
