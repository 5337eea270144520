//! Where things stand: the stations that make them, the terminals, the tables.

use super::id_of;
use super::menu::MadeAt;
use crate::values::{AreaId, StationId, TableId, TaxClassId, TerminalId};

/// The stations of a small house, and the pass where orders come together. Drinks are expected within minutes, food within
/// a quarter of an hour.
pub static STATIONS: [Station; 3] = [
    Station {
        key: MadeAt::Kitchen.key(),
        name: "Kitchen",
        kind: "kitchen",
        soon_after_s: 8 * 60,
        late_after_s: 15 * 60,
    },
    Station {
        key: MadeAt::Bar.key(),
        name: "Bar",
        kind: "bar",
        soon_after_s: 3 * 60,
        late_after_s: 6 * 60,
    },
    Station {
        key: PASS,
        name: "Pass",
        kind: "expo",
        soon_after_s: 8 * 60,
        late_after_s: 15 * 60,
    },
];

/// What the id of the pass is made from.
const PASS: &str = "pass";

/// Where products are made, or come together.
pub struct Station {
    /// What its id is made from; never changes.
    pub key: &'static str,
    pub name: &'static str,
    pub kind: &'static str,
    /// The age at which a ticket is slow, in seconds.
    pub soon_after_s: i32,
    /// The age at which a ticket is late, in seconds.
    pub late_after_s: i32,
}

impl Station {
    /// The same on every machine.
    pub fn id(&self) -> StationId {
        station_id(self.key)
    }
}

impl MadeAt {
    /// What the station's id is made from.
    const fn key(self) -> &'static str {
        match self {
            MadeAt::Kitchen => "kitchen",
            MadeAt::Bar => "bar",
        }
    }

    /// The station's id, the same on every machine.
    pub fn station(self) -> StationId {
        station_id(self.key())
    }
}

fn station_id(key: &str) -> StationId {
    id_of("station", key)
}

/// Tills and wall displays. None is paired: a device proves itself with a code that an admin reads out.
pub static TERMINALS: [Terminal; 6] = [
    Terminal {
        key: "till 1",
        name: "Till 1",
        location: "Counter, by the door",
        kind: "till",
        has_drawer: true,
        board_of: None,
        idle_seconds: 120,
    },
    Terminal {
        key: "till 2",
        name: "Till 2",
        location: "Counter, by the bar",
        kind: "till",
        has_drawer: true,
        board_of: None,
        idle_seconds: 120,
    },
    Terminal {
        key: "floor tablet",
        name: "Floor tablet",
        location: "With the waiters",
        kind: "till",
        has_drawer: false,
        board_of: None,
        idle_seconds: 60,
    },
    Terminal {
        key: "kitchen display",
        name: "Kitchen display",
        location: "Above the pass",
        kind: "display",
        has_drawer: false,
        board_of: Some(MadeAt::Kitchen.key()),
        idle_seconds: 120,
    },
    Terminal {
        key: "bar display",
        name: "Bar display",
        location: "Beside the coffee machine",
        kind: "display",
        has_drawer: false,
        board_of: Some(MadeAt::Bar.key()),
        idle_seconds: 120,
    },
    Terminal {
        key: "pass display",
        name: "Pass display",
        location: "At the pass",
        kind: "display",
        has_drawer: false,
        board_of: Some(PASS),
        idle_seconds: 120,
    },
];

/// A device of the house.
pub struct Terminal {
    /// What its id is made from; never changes.
    pub key: &'static str,
    pub name: &'static str,
    pub location: &'static str,
    pub kind: &'static str,
    pub has_drawer: bool,
    /// The key of the station whose board it shows.
    pub board_of: Option<&'static str>,
    /// After this time without a touch it goes back to the tiles.
    pub idle_seconds: i32,
}

impl Terminal {
    /// The same on every machine.
    pub fn id(&self) -> TerminalId {
        id_of("terminal", self.key)
    }

    /// The station whose board it shows.
    pub fn board(&self) -> Option<StationId> {
        self.board_of.map(station_id)
    }
}

/// Inside and outside, fifteen tables in all.
pub static AREAS: [Area; 2] = [
    Area {
        key: "dining room",
        name: "Dining room",
        tables: &[
            ("1", 2),
            ("2", 2),
            ("3", 4),
            ("4", 4),
            ("5", 4),
            ("6", 4),
            ("7", 6),
            ("8", 8),
        ],
    },
    Area {
        key: "garden",
        name: "Garden",
        tables: &[
            ("G1", 2),
            ("G2", 4),
            ("G3", 4),
            ("G4", 4),
            ("G5", 6),
            ("G6", 6),
            ("G7", 10),
        ],
    },
];

/// A part of the floor with its tables: each a code and a number of seats.
pub struct Area {
    /// What its id is made from; never changes.
    pub key: &'static str,
    pub name: &'static str,
    pub tables: &'static [(&'static str, i16)],
}

impl Area {
    /// The same on every machine.
    pub fn id(&self) -> AreaId {
        id_of("area", self.key)
    }
}

/// The id of the table that was first called `code`, the same on every machine.
pub fn table_id(code: &str) -> TableId {
    id_of("table", code)
}

/// The tax classes of Uganda that a café meets: a name and a rate in basis points.
pub static TAX_CLASSES: [TaxClass; 2] = [
    TaxClass {
        tax: super::menu::Tax::Vat,
        name: "VAT 18%",
        rate_bp: 1_800,
    },
    TaxClass {
        tax: super::menu::Tax::Exempt,
        name: "Exempt",
        rate_bp: 0,
    },
];

/// A tax class with its rate.
pub struct TaxClass {
    pub tax: super::menu::Tax,
    pub name: &'static str,
    /// Hundredths of a percent.
    pub rate_bp: i32,
}

impl super::menu::Tax {
    /// The class's id, the same on every machine.
    pub fn class(self) -> TaxClassId {
        id_of(
            "tax class",
            match self {
                super::menu::Tax::Vat => "vat",
                super::menu::Tax::Exempt => "exempt",
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_has_fifteen_tables_in_two_areas() {
        let codes: Vec<&str> = AREAS
            .iter()
            .flat_map(|area| area.tables)
            .map(|(code, _)| *code)
            .collect();
        let different: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len()), (15, 15));
    }

    #[test]
    fn only_tills_have_drawers_and_every_display_has_a_board() {
        for terminal in &TERMINALS {
            assert_eq!(
                terminal.kind == "display",
                terminal.board_of.is_some(),
                "{}",
                terminal.name
            );
            assert!(
                !terminal.has_drawer || terminal.kind == "till",
                "{}",
                terminal.name
            );
        }
        assert_eq!(
            TERMINALS
                .iter()
                .filter(|terminal| terminal.has_drawer)
                .count(),
            2
        );
    }
}
