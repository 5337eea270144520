//! A person as this room keeps them, and what may be changed about them.

use std::fmt;
use std::str::FromStr;

use poem::http::StatusCode;
use serde::Serialize;
use thiserror::Error;
use time::OffsetDateTime;

use super::hashing::Hashed;
use super::person::Role;
use crate::values::{PersonName, StaffId};
use crate::web::{Refusal, url};

/// The name somebody signs in with: 2 to 40 small letters, digits, dots, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_lowercase();
        let fits = (2..=40).contains(&name.len())
            && name.bytes().all(|sign| {
                sign.is_ascii_lowercase() || sign.is_ascii_digit() || b".-_".contains(&sign)
            })
            && name.starts_with(|first: char| first.is_ascii_alphanumeric());
        if fits {
            Ok(Username(name))
        } else {
            Err("Use 2 to 40 letters without accents, digits, dots or hyphens, such as amina.n.")
        }
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody who works here, or did.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Who.
    pub id: StaffId,
    /// What they sign in with.
    pub username: String,
    /// As colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The colour of their avatar, 1 to 8.
    pub hue: u8,
    /// Whether they may come in at all.
    pub active: bool,
    /// A new password must be chosen before anything else works.
    pub must_change_password: bool,
    /// Their password.
    pub password: Hashed,
    /// Their PIN, if they have one.
    pub pin: Option<Hashed>,
    /// Sessions of another version are over.
    pub token_version: i32,
    /// Sessions older than this are over.
    pub last_password_change_at: Option<OffsetDateTime>,
    /// Sessions older than this are over.
    pub last_forced_logout_at: Option<OffsetDateTime>,
}

/// What an admin decides about somebody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edit {
    /// As colleagues call them.
    pub name: PersonName,
    /// What they may do.
    pub role: Role,
    /// Whether they may come in at all.
    pub active: bool,
}

impl Member {
    /// Takes an admin's edit. `admins` are all active admins, under a lock that lasts as long as the
    /// change. A change of rights ends the person's sessions.
    ///
    /// # Errors
    /// When it would leave nobody to let people in.
    pub fn edit(
        &mut self,
        edit: &Edit,
        by: StaffId,
        admins: &[StaffId],
    ) -> Result<(), StaffRefusal> {
        let stays_admin = edit.active && edit.role == Role::Admin;
        let is_admin = self.active && self.role == Role::Admin;
        if self.id == by && !edit.active {
            return Err(StaffRefusal::Yourself);
        }
        if is_admin && !stays_admin && !admins.iter().any(|admin| *admin != self.id) {
            return Err(StaffRefusal::LastAdmin);
        }
        if self.id == by && is_admin && !stays_admin {
            return Err(StaffRefusal::OwnRole);
        }
        let rights_change = (self.role, self.active) != (edit.role, edit.active);
        self.name = edit.name.as_str().to_owned();
        self.role = edit.role;
        self.active = edit.active;
        if rights_change {
            self.token_version += 1;
        }
        Ok(())
    }

    /// Takes the password that the person chose; their other sessions end.
    pub fn choose_password(&mut self, password: Hashed, at: OffsetDateTime) {
        self.password = password;
        self.must_change_password = false;
        self.last_password_change_at = Some(at);
        self.token_version += 1;
    }

    /// Takes a password for one sign-in, after which another must be chosen; their sessions end. The PIN
    /// goes too: whoever knew the password may know it, and a PIN is as good a way in.
    pub fn reset_password(&mut self, password: Hashed, at: OffsetDateTime) {
        self.choose_password(password, at);
        self.must_change_password = true;
        self.pin = None;
    }

    /// Ends all sessions.
    pub fn force_out(&mut self, at: OffsetDateTime) {
        self.last_forced_logout_at = Some(at);
        self.token_version += 1;
    }
}

/// Why something was not done about a person.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum StaffRefusal {
    /// Nobody could let people in any more.
    #[error("This is the last active admin. Make somebody else an admin first.")]
    LastAdmin,
    /// Who deactivates themselves cannot undo it.
    #[error("You cannot deactivate yourself. Ask another admin.")]
    Yourself,
    /// Who demotes themselves cannot undo it.
    #[error("You cannot take away your own admin role. Ask another admin.")]
    OwnRole,
    /// One's own password is changed knowing the old one.
    #[error("Change your own password on your own page.")]
    OwnPassword,
    /// Usernames are unique.
    #[error("Somebody has this username already. Add a letter or a number.")]
    UsernameTaken,
    /// The password was changed while this change was under way.
    #[error("The password was changed elsewhere a moment ago. Sign in again.")]
    PasswordMoved,
}

impl Refusal for StaffRefusal {
    fn code(&self) -> &'static str {
        match self {
            StaffRefusal::LastAdmin => "last_admin",
            StaffRefusal::Yourself | StaffRefusal::OwnRole | StaffRefusal::OwnPassword => {
                "yourself"
            }
            StaffRefusal::UsernameTaken => "username_taken",
            StaffRefusal::PasswordMoved => "password_moved",
        }
    }

    fn status(&self) -> StatusCode {
        StatusCode::CONFLICT
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            StaffRefusal::UsernameTaken => Some("username"),
            _ => None,
        }
    }

    fn way_on(&self) -> Option<(&'static str, String)> {
        match self {
            StaffRefusal::OwnPassword => Some(("Change password", url::own_password())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn member(role: Role) -> Member {
        Member {
            id: StaffId::new(),
            username: "ann".to_owned(),
            name: "Ann Kabuye".to_owned(),
            role,
            hue: 1,
            active: true,
            must_change_password: true,
            password: Hashed::stored("old".to_owned()),
            pin: None,
            token_version: 3,
            last_password_change_at: None,
            last_forced_logout_at: None,
        }
    }

    fn edit(role: Role, active: bool) -> Edit {
        Edit {
            name: "Ann K.".parse().unwrap(),
            role,
            active,
        }
    }

    #[test]
    fn usernames_are_small_and_plain() {
        for (typed, kept) in [
            ("amina.n", "amina.n"),
            (" Amina ", "amina"),
            ("bo-2", "bo-2"),
            ("7up", "7up"),
        ] {
            assert_eq!(typed.parse::<Username>().unwrap().as_str(), kept);
        }
        for wrong in [
            "",
            "a",
            "amina n",
            "ámina",
            "-amina",
            ".a",
            "a\0b",
            &"a".repeat(41),
        ] {
            assert!(wrong.parse::<Username>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_change_of_rights_ends_sessions_and_a_new_name_does_not() {
        let (mut ann, admin) = (member(Role::Waiter), StaffId::new());
        ann.edit(&edit(Role::Waiter, true), admin, &[admin])
            .unwrap();
        assert_eq!((ann.name.as_str(), ann.token_version), ("Ann K.", 3));
        ann.edit(&edit(Role::Cashier, true), admin, &[admin])
            .unwrap();
        assert_eq!((ann.role, ann.token_version), (Role::Cashier, 4));
        ann.edit(&edit(Role::Cashier, false), admin, &[admin])
            .unwrap();
        assert_eq!((ann.active, ann.token_version), (false, 5));
    }

    #[test]
    fn the_last_admin_stays() {
        let mut ann = member(Role::Admin);
        let (id, other) = (ann.id, StaffId::new());
        for change in [edit(Role::Manager, true), edit(Role::Admin, false)] {
            assert_eq!(
                ann.edit(&change, other, &[id]),
                Err(StaffRefusal::LastAdmin)
            );
        }
        ann.edit(&edit(Role::Manager, true), other, &[id, other])
            .unwrap();
        assert_eq!(ann.role, Role::Manager);
    }

    #[test]
    fn nobody_locks_themselves_out() {
        let mut ann = member(Role::Admin);
        let (id, other) = (ann.id, StaffId::new());
        assert_eq!(
            ann.edit(&edit(Role::Admin, false), id, &[id, other]),
            Err(StaffRefusal::Yourself)
        );
        assert_eq!(
            ann.edit(&edit(Role::Waiter, true), id, &[id, other]),
            Err(StaffRefusal::OwnRole)
        );
        ann.edit(&edit(Role::Admin, true), id, &[id]).unwrap();
        assert_eq!(ann.token_version, 3);
    }

    #[test]
    fn an_inactive_admin_is_nobodys_last() {
        let mut ann = member(Role::Admin);
        ann.active = false;
        ann.edit(&edit(Role::Waiter, false), StaffId::new(), &[])
            .unwrap();
        assert_eq!(ann.role, Role::Waiter);
    }

    #[test]
    fn passwords_and_forcing_out_end_sessions() {
        let at = datetime!(2026-11-22 09:00 UTC);
        let mut ann = member(Role::Waiter);
        ann.pin = Some(Hashed::stored("4071".to_owned()));
        ann.choose_password(Hashed::stored("new".to_owned()), at);
        assert!(!ann.must_change_password && ann.pin.is_some());
        assert_eq!(
            (ann.token_version, ann.last_password_change_at),
            (4, Some(at))
        );
        ann.reset_password(Hashed::stored("once".to_owned()), at);
        assert!(ann.must_change_password && ann.pin.is_none());
        ann.force_out(at);
        assert_eq!(
            (ann.token_version, ann.last_forced_logout_at),
            (6, Some(at))
        );
    }
}
