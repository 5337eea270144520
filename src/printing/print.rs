//! Each time that a receipt or a report was printed: the first is the original, all others are copies and say so.

use time::OffsetDateTime;

use super::slip::Slip;
use crate::values::DayRule;

/// Which print of its paper it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintKind {
    /// The original.
    First,
    /// Another one.
    Copy,
}

impl PrintKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            PrintKind::First => "first",
            PrintKind::Copy => "copy",
        }
    }
}

/// A print of a receipt or a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// The number of it among those of the same paper, from 1.
    pub place: i16,
    /// When.
    pub at: OffsetDateTime,
}

impl Print {
    /// The next print.
    pub fn after(last: Option<Print>, at: OffsetDateTime) -> Print {
        Print {
            place: last.map_or(0, |last| last.place).saturating_add(1),
            at,
        }
    }

    /// Which one it is.
    pub fn kind(self) -> PrintKind {
        match self.place {
            1 => PrintKind::First,
            _ => PrintKind::Copy,
        }
    }
}

/// What a receipt or a report says of itself where it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing: it is the original, on its way to paper or not printed yet.
    Original,
    /// That it is a copy: this one, or of what was printed then.
    Copy(Print),
}

impl Mark {
    /// Of one that is looked at: once the original is on paper, nothing else may be taken for it.
    pub fn of_what_is_shown(last: Option<Print>) -> Mark {
        last.map_or(Mark::Original, Mark::Copy)
    }

    /// Of the very print that was just made.
    pub fn of_print(print: Print) -> Mark {
        match print.kind() {
            PrintKind::First => Mark::Original,
            PrintKind::Copy => Mark::Copy(print),
        }
    }

    /// Says on a slip that it is a copy, and of which print.
    pub fn said_on(self, slip: &mut Slip, rule: &DayRule) {
        let Mark::Copy(print) = self else {
            return;
        };
        let at = rule.local(print.at);
        let at = format!("{}, {}", at.day(), at.time());
        slip.heading("COPY");
        match print.kind() {
            PrintKind::First => slip.centred(format!("First printed {at}")),
            PrintKind::Copy => slip.centred(format!("No. {}, {at}", print.place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_first_print_is_the_original_and_nothing_after_it_can_be_taken_for_that() {
        let noon = datetime!(2026-11-28 12:00 UTC);
        let first = Print::after(None, noon);
        assert_eq!((first.place, first.kind()), (1, PrintKind::First));
        assert_eq!(Mark::of_print(first), Mark::Original);
        assert_eq!(Mark::of_what_is_shown(None), Mark::Original);
        assert_eq!(Mark::of_what_is_shown(Some(first)), Mark::Copy(first));
        let copy = Print::after(Some(first), noon);
        assert_eq!((copy.place, copy.kind()), (2, PrintKind::Copy));
        assert_eq!(Mark::of_print(copy), Mark::Copy(copy));
    }
}
