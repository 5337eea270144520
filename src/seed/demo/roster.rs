//! Who works when: an early and a late cashier, each with a drawer of their own, and three waiters.

use time::Date;

use super::guests::OPENING;
use crate::seed::floor::TERMINALS;
use crate::seed::people::{Member, PEOPLE};
use crate::staff::Role;
use crate::values::{StaffId, TerminalId};

/// When the late cashier takes over, in minutes after the day begins: at three in the afternoon.
pub(super) const HANDOVER: i64 = OPENING + 480;

/// The staff of one day. Everybody has days off in turn.
pub(super) struct Roster {
    early: StaffId,
    late: StaffId,
    waiters: Vec<StaffId>,
    /// Who approves what is missing.
    pub(super) manager: StaffId,
}

/// Somebody at a till with a drawer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cashier {
    pub(super) staff: StaffId,
    pub(super) till: TerminalId,
    /// When they start, in minutes after the day begins.
    pub(super) from: i64,
    /// When they may go.
    pub(super) until: i64,
}

impl Roster {
    pub(super) fn of(date: Date) -> Self {
        let turn = usize::try_from(date.to_julian_day()).unwrap_or(0);
        let nth = |role, nth: usize| {
            let all: Vec<StaffId> = of_role(role).map(Member::id).collect();
            all[(turn + nth) % all.len()]
        };
        Roster {
            early: nth(Role::Cashier, 0),
            late: nth(Role::Cashier, 1),
            waiters: (0..3).map(|waiter| nth(Role::Waiter, waiter)).collect(),
            manager: nth(Role::Manager, 0),
        }
    }

    /// Both cashiers, the early one first.
    pub(super) fn cashiers(&self) -> [Cashier; 2] {
        [
            Cashier {
                staff: self.early,
                till: TERMINALS[0].id(),
                from: OPENING - 15,
                until: HANDOVER + 5,
            },
            Cashier {
                staff: self.late,
                till: TERMINALS[1].id(),
                from: HANDOVER - 20,
                until: OPENING + 920,
            },
        ]
    }

    /// Who takes money at this time.
    pub(super) fn cashier(&self, minutes: i64) -> Cashier {
        let [early, late] = self.cashiers();
        if minutes < HANDOVER { early } else { late }
    }

    /// The waiters on the floor at this time: one in the morning, two over lunch, two in the evening.
    pub(super) fn waiters(&self, minutes: i64) -> &[StaffId] {
        match minutes - OPENING {
            ..210 => &self.waiters[..1],
            210..480 => &self.waiters[..2],
            480..660 => &self.waiters[1..],
            _ => &self.waiters[2..],
        }
    }
}

fn of_role(role: Role) -> impl Iterator<Item = &'static Member> {
    PEOPLE.iter().filter(move |member| member.role == role)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn two_cashiers_share_the_day_and_never_a_drawer() {
        let roster = Roster::of(date!(2026 - 11 - 21));
        let [early, late] = roster.cashiers();
        assert_ne!(early.staff, late.staff);
        assert_ne!(early.till, late.till);
        assert_eq!(roster.cashier(HANDOVER - 1), early);
        assert_eq!(roster.cashier(HANDOVER), late);
        assert!(late.from < HANDOVER);
    }

    #[test]
    fn somebody_is_always_on_the_floor_and_everybody_has_days_off() {
        let days = [
            date!(2026 - 11 - 20),
            date!(2026 - 11 - 21),
            date!(2026 - 11 - 22),
        ];
        let mut early = Vec::new();
        for day in days {
            let roster = Roster::of(day);
            assert!((OPENING..OPENING + 900).all(|minutes| !roster.waiters(minutes).is_empty()));
            early.push(roster.cashiers()[0].staff);
        }
        early.dedup();
        assert_eq!(early.len(), 3);
    }
}
