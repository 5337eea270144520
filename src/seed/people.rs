//! The people of a new café: fourteen over all six roles. The owner renames them or lets them go.

use rand::Rng;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::{SeedError, id_of};
use crate::data::entity::staff;
use crate::staff::{Role, hashing};
use crate::values::StaffId;

/// Everybody who works here, highest role first.
pub static PEOPLE: [Member; 14] = [
    Member::new("ruth", "Ruth Kabonesa", Role::Admin, 1),
    Member::new("daniel", "Daniel Ssemwanga", Role::Manager, 5),
    Member::new("irene", "Irene Atuhaire", Role::Manager, 7),
    Member::new("amina", "Amina Nantale", Role::Cashier, 2),
    Member::new("brian", "Brian Okot", Role::Cashier, 6),
    Member::new("stella", "Stella Akello", Role::Cashier, 4),
    Member::new("moses", "Moses Wasswa", Role::Waiter, 3),
    Member::new("joan", "Joan Kyomugisha", Role::Waiter, 8),
    Member::new("ivan", "Ivan Mugabi", Role::Waiter, 5),
    Member::new("fatuma", "Fatuma Nalule", Role::Waiter, 7),
    Member::new("peter", "Peter Lubega", Role::Kitchen, 1),
    Member::new("harriet", "Harriet Apio", Role::Kitchen, 6),
    Member::new("kevin", "Kevin Tumusiime", Role::Bar, 2),
    Member::new("esther", "Esther Namono", Role::Bar, 4),
];

/// What everybody signs in with the first time, except in production.
pub const KNOWN_PASSWORD: &str = "password123";

/// Somebody who works here.
#[derive(Debug)]
pub struct Member {
    pub username: &'static str,
    pub name: &'static str,
    pub role: Role,
    /// The colour of the tile, 1 to 8.
    pub hue: i16,
}

impl Member {
    const fn new(username: &'static str, name: &'static str, role: Role, hue: i16) -> Self {
        Member {
            username,
            name,
            role,
            hue,
        }
    }

    /// The same on every machine.
    pub fn id(&self) -> StaffId {
        id_of("staff", self.username)
    }
}

/// Which passwords seeded people get. Whichever it is, a new one must be chosen at the first sign-in, and nobody has
/// a PIN before having set one: a PIN is a person's own, and works only on a paired terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passwords {
    /// `password123` for everybody, for trying things out.
    Known,
    /// A random one for each, told once, for production.
    OneTime,
}

impl From<crate::config::AppEnv> for Passwords {
    fn from(env: crate::config::AppEnv) -> Self {
        match env {
            crate::config::AppEnv::Production => Passwords::OneTime,
            crate::config::AppEnv::Development => Passwords::Known,
        }
    }
}

/// Somebody who was added, with the password to sign in with. It is stored nowhere else in plain text.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPerson {
    pub username: &'static str,
    pub name: &'static str,
    pub role: Role,
    pub password: String,
}

// A password must not reach a log by way of `{:?}`.
impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPerson")
            .field("username", &self.username)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Those who were seeded and have never chosen a password of their own.
///
/// # Errors
/// A failed query.
pub async fn never_signed_in(db: &impl ConnectionTrait) -> Result<Vec<&'static Member>, DbErr> {
    let waiting: Vec<StaffId> = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::MustChangePassword.eq(true))
        .filter(staff::Column::LastPasswordChangeAt.is_null())
        .filter(staff::Column::Active.eq(true))
        .into_tuple()
        .all(db)
        .await?;
    Ok(PEOPLE
        .iter()
        .filter(|member| waiting.contains(&member.id()))
        .collect())
}

/// A password for each of `members` with its hash, each with a salt of its own. Slow by design: some 20 ms a head.
pub(super) async fn with_passwords(
    members: Vec<&'static Member>,
    passwords: Passwords,
) -> Result<Vec<(&'static Member, String, String)>, SeedError> {
    let hash_all = move || -> Result<_, SeedError> {
        let mut hashed = Vec::with_capacity(members.len());
        for member in members {
            let password = match passwords {
                Passwords::Known => KNOWN_PASSWORD.to_owned(),
                Passwords::OneTime => one_time_password(),
            };
            let hash = hashing::hash_now(&password)
                .map_err(|failure| SeedError::Hash(failure.to_string()))?;
            hashed.push((member, password, hash.as_str().to_owned()));
        }
        Ok(hashed)
    };
    tokio::task::spawn_blocking(hash_all)
        .await
        .map_err(|failure| SeedError::Hash(failure.to_string()))?
}

/// Twelve letters and digits that are not mistaken for each other when read aloud, in three groups: 59 random bits.
fn one_time_password() -> String {
    const SIGNS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut rng = rand::rng();
    let mut group = || -> String {
        (0..4)
            .map(|_| char::from(SIGNS[rng.random_range(0..SIGNS.len())]))
            .collect()
    };
    [group(), group(), group()].join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use argon2::{Argon2, PasswordHash, PasswordVerifier};

    use super::*;

    #[test]
    fn fourteen_people_work_in_six_roles() {
        let roles: HashSet<_> = PEOPLE.iter().map(|member| member.role).collect();
        let usernames: HashSet<_> = PEOPLE.iter().map(|member| member.username).collect();
        assert_eq!((PEOPLE.len(), roles.len(), usernames.len()), (14, 6, 14));
        assert!(PEOPLE.iter().all(|member| (1..=8).contains(&member.hue)));
    }

    #[test]
    fn one_time_passwords_are_long_and_never_the_same() {
        let made: HashSet<_> = (0..1_000).map(|_| one_time_password()).collect();
        assert_eq!(made.len(), 1_000);
        assert!(made.iter().all(|password| password.len() == 14));
    }

    #[tokio::test]
    async fn known_passwords_are_stored_under_salts_of_their_own() {
        let members: Vec<_> = PEOPLE[..2].iter().collect();
        let people = with_passwords(members, Passwords::Known).await.unwrap();
        assert_ne!(people[0].2, people[1].2);
        for (_, password, hash) in &people {
            assert_eq!(password, "password123");
            assert!(hash.starts_with("$argon2id$"));
            let hash = PasswordHash::new(hash).unwrap();
            assert!(
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            );
        }
    }

    #[tokio::test]
    async fn in_production_everybody_gets_another_password() {
        assert_eq!(
            Passwords::from(crate::config::AppEnv::Production),
            Passwords::OneTime
        );
        let members: Vec<_> = PEOPLE[..2].iter().collect();
        let people = with_passwords(members, Passwords::OneTime).await.unwrap();
        assert_ne!(people[0].1, people[1].1);
        assert!(
            people
                .iter()
                .all(|(_, password, _)| password != KNOWN_PASSWORD)
        );
    }

    #[test]
    fn a_password_is_not_in_the_debug_output() {
        let person = NewPerson {
            username: "amina",
            name: "Amina Nantale",
            role: Role::Cashier,
            password: "hunter2".to_owned(),
        };
        assert!(!format!("{person:?}").contains("hunter2"));
    }
}
