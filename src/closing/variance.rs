//! What is too much or missing after a count, and who has to agree with it.

use poem::http::StatusCode;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::staff::Role;
use crate::values::{Money, Note, StaffId};
use crate::web::Refusal;

/// A variance against the threshold of the owner's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variance {
    /// Counted less expected: below zero where something is missing.
    pub amount: Money,
    /// How much needs no approval, either way.
    pub threshold: Money,
}

impl Variance {
    /// Whether it needs a reason and an approval: strictly beyond the threshold, either way.
    pub fn needs_approval(&self) -> bool {
        self.amount.abs() > self.threshold
    }

    /// "Short by", "Over by", or "Exact".
    pub fn label(&self) -> &'static str {
        if self.amount.is_negative() {
            "Short by"
        } else if self.amount.is_positive() {
            "Over by"
        } else {
            "Exact"
        }
    }
}

/// Who is concerned with a variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    /// Whose shift it is.
    pub owner: StaffId,
    /// The owner's role.
    pub owner_role: Role,
    /// Who closes the shift.
    pub closer: StaffId,
    /// The closer's role.
    pub closer_role: Role,
}

/// How a variance stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum Standing {
    /// It needed no approval.
    Within,
    /// Somebody agreed with it.
    Approved {
        /// Who.
        by: StaffId,
        /// Why it came about.
        reason: String,
    },
    /// A manager's own, which nobody else has agreed with: it needs attention.
    Unapproved {
        /// Why it came about.
        reason: String,
    },
}

/// Why a shift was not closed with its variance.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum VarianceRefusal {
    /// Beyond the threshold it needs a reason.
    #[error("{}", reason_wanted(*.0))]
    ReasonWanted(Money),
    /// Beyond the threshold it needs a manager.
    #[error("More than {0} needs a manager. Ask one to enter their PIN here.")]
    ManagerWanted(Money),
    /// Nobody approves their own.
    #[error("Nobody approves their own variance. Another manager has to.")]
    OwnApproval,
}

fn reason_wanted(amount: Money) -> &'static str {
    if amount.is_negative() {
        "Add a reason for the shortage."
    } else {
        "Add a reason for the surplus."
    }
}

impl Refusal for VarianceRefusal {
    fn status(&self) -> StatusCode {
        match self {
            VarianceRefusal::ReasonWanted(_) => StatusCode::UNPROCESSABLE_ENTITY,
            VarianceRefusal::ManagerWanted(_) | VarianceRefusal::OwnApproval => {
                StatusCode::FORBIDDEN
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            VarianceRefusal::ReasonWanted(_) => "reason_wanted",
            VarianceRefusal::ManagerWanted(_) => "approval_wanted",
            VarianceRefusal::OwnApproval => "own_approval",
        }
    }
}

/// How a variance stands when the shift is closed. `approver` proved with their own PIN that they agree; a manager who
/// closes somebody else's shift agrees by doing so; a manager's own stands as unapproved where nobody else agreed.
///
/// # Errors
/// Where a reason or an approval is missing.
pub fn settle(
    variance: Variance,
    parties: Parties,
    reason: Option<&Note>,
    approver: Option<StaffId>,
) -> Result<Standing, VarianceRefusal> {
    if !variance.needs_approval() {
        return Ok(Standing::Within);
    }
    let reason = reason
        .map(|reason| reason.as_str().to_owned())
        .ok_or(VarianceRefusal::ReasonWanted(variance.amount))?;
    let is_own = parties.closer == parties.owner;
    match approver {
        Some(approver) if approver == parties.owner => Err(VarianceRefusal::OwnApproval),
        Some(by) => Ok(Standing::Approved { by, reason }),
        None if !is_own && parties.closer_role.manages() => Ok(Standing::Approved {
            by: parties.closer,
            reason,
        }),
        None if is_own && parties.owner_role.manages() => Ok(Standing::Unapproved { reason }),
        None => Err(VarianceRefusal::ManagerWanted(variance.threshold)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn variance(amount: i64) -> Variance {
        Variance {
            amount: Money::new(amount),
            threshold: Money::new(5_000),
        }
    }

    fn own(role: Role) -> Parties {
        let owner = StaffId::new();
        Parties {
            owner,
            owner_role: role,
            closer: owner,
            closer_role: role,
        }
    }

    fn by_manager() -> Parties {
        Parties {
            closer: StaffId::new(),
            closer_role: Role::Manager,
            ..own(Role::Cashier)
        }
    }

    fn reason() -> Option<Note> {
        Some("Wrong change to table 15".parse().unwrap())
    }

    #[test]
    fn the_threshold_itself_needs_nobody_and_one_more_does() {
        for within in [-5_000, -1, 0, 1, 5_000] {
            let standing = settle(variance(within), own(Role::Cashier), None, None);
            assert_eq!(standing, Ok(Standing::Within), "{within}");
        }
        for beyond in [-5_001, 5_001] {
            let refused = settle(
                variance(beyond),
                own(Role::Cashier),
                reason().as_ref(),
                None,
            );
            assert_eq!(
                refused,
                Err(VarianceRefusal::ManagerWanted(Money::new(5_000)))
            );
        }
    }

    #[test]
    fn beyond_the_threshold_a_reason_comes_first() {
        let missing = settle(
            variance(-7_800),
            own(Role::Cashier),
            None,
            Some(StaffId::new()),
        );
        assert_eq!(
            missing.unwrap_err().to_string(),
            "Add a reason for the shortage."
        );
        let surplus = settle(variance(7_800), own(Role::Manager), None, None);
        assert_eq!(
            surplus.unwrap_err().to_string(),
            "Add a reason for the surplus."
        );
    }

    #[test]
    fn nobody_approves_their_own() {
        for role in [Role::Cashier, Role::Manager, Role::Admin] {
            let parties = own(role);
            let refused = settle(
                variance(-7_800),
                parties,
                reason().as_ref(),
                Some(parties.owner),
            );
            assert_eq!(refused, Err(VarianceRefusal::OwnApproval));
        }
    }

    #[test]
    fn a_manager_approves_with_a_pin_or_by_closing_somebody_elses_shift() {
        let ruth = StaffId::new();
        let approved = settle(
            variance(-7_800),
            own(Role::Cashier),
            reason().as_ref(),
            Some(ruth),
        );
        assert!(matches!(approved, Ok(Standing::Approved { by, .. }) if by == ruth));
        let parties = by_manager();
        let approved = settle(variance(-7_800), parties, reason().as_ref(), None);
        assert!(matches!(approved, Ok(Standing::Approved { by, .. }) if by == parties.closer));
    }

    #[test]
    fn a_managers_own_stands_as_unapproved_until_another_agrees() {
        let unapproved = settle(variance(9_000), own(Role::Manager), reason().as_ref(), None);
        assert!(matches!(unapproved, Ok(Standing::Unapproved { .. })));
        let approved = settle(
            variance(9_000),
            own(Role::Manager),
            reason().as_ref(),
            Some(StaffId::new()),
        );
        assert!(matches!(approved, Ok(Standing::Approved { .. })));
    }

    proptest! {
        #[test]
        fn approval_depends_on_the_size_alone(amount in -1_000_000..=1_000_000_i64, threshold in 0..=1_000_000_i64) {
            let variance = Variance { amount: Money::new(amount), threshold: Money::new(threshold) };
            let mirrored = Variance { amount: Money::new(-amount), ..variance };
            prop_assert_eq!(variance.needs_approval(), amount.abs() > threshold);
            prop_assert_eq!(variance.needs_approval(), mirrored.needs_approval());
        }

        #[test]
        fn no_cashier_ever_closes_beyond_the_threshold_alone(amount in -1_000_000..=1_000_000_i64) {
            for role in [Role::Cashier, Role::Waiter] {
                let standing = settle(variance(amount), own(role), reason().as_ref(), None);
                prop_assert_eq!(standing.is_ok(), !variance(amount).needs_approval());
            }
        }
    }
}
