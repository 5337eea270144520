//! A manager's consent to one deed: given with their own PIN or password on the asking device, or on a screen of their own
//! (`requests`).

use poem::http::StatusCode;
use serde_json::json;

use super::actions::known_secret;
use super::hashing;
use super::member::Member;
use super::person::{Person, Role};
use super::requests::{self, Given, Wish};
use super::secrets::Typed;
use super::store;
use super::tries::{self, Asked, Try};
use crate::app::App;
use crate::data::{Claim, Entry, Tx};
use crate::form;
use crate::values::{ApprovalId, StaffId};
use crate::web::{Asker, Error, Result};

/// A manager or admin has consented to one deed. Only [`approve`] and the answer to a request make one, so an id of a person
/// in a request can never be an approval; actions that need consent take it as an argument.
#[derive(Clone, Debug)]
#[expect(
    clippy::manual_non_exhaustive,
    reason = "the attribute would let the rest of this crate make one"
)]
pub struct Approval {
    /// Who consented.
    pub by: StaffId,
    /// Their name at that time.
    pub name: String,
    /// Manager or admin.
    pub role: Role,
    _only_made_here: (),
}

/// A deed that not everybody may do alone is agreed to: by a manager's or an admin's own hand, or with an approval. Only
/// [`consent`] makes one.
#[derive(Clone, Debug)]
pub struct Consent(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Own(Role),
    Given(Approval),
    /// Of a request that was carried out before: nothing is asked again, and nothing is done again.
    Repeated,
}

impl Consent {
    /// Who agreed, where that is somebody else than who asked.
    pub fn by(&self) -> Option<StaffId> {
        match &self.0 {
            Kind::Given(approval) => Some(approval.by),
            Kind::Own(_) | Kind::Repeated => None,
        }
    }

    /// The role of whoever agreed; nothing of a request that was carried out before.
    pub fn role(&self) -> Option<Role> {
        match &self.0 {
            Kind::Given(approval) => Some(approval.role),
            Kind::Own(role) => Some(*role),
            Kind::Repeated => None,
        }
    }

    /// Whether an admin agreed, or is who asked.
    pub fn is_an_admins(&self) -> bool {
        match &self.0 {
            Kind::Given(approval) => approval.role == Role::Admin,
            Kind::Own(role) => *role == Role::Admin,
            Kind::Repeated => false,
        }
    }
}

form! {
    /// Who agrees to a deed: the fields of `approval_fields`, as a part of the form of whichever room asks. None of them is a
    /// part of the command, so that what was agreed to on another screen is the same command as what was asked.
    pub struct Agreement {
        /// Who enters a secret on this device.
        #[serde(skip_serializing)]
        approver: opt StaffId,
        /// Their PIN, on a paired terminal.
        #[serde(skip_serializing)]
        secret: opt Typed,
        /// Their password, anywhere.
        #[serde(skip_serializing)]
        password: opt Typed,
        /// Asks on the managers' own screens, under this id; the deed is not done.
        #[serde(skip_serializing)]
        ask: opt ApprovalId,
        /// What was asked before, and agreed to by now.
        #[serde(skip_serializing)]
        asked: opt ApprovalId,
    }
}

/// What is known of an agreement now.
#[derive(Debug)]
pub enum Agreed<T> {
    /// The claim to do the deed with, which uses an approval up that was given on another screen, and who agreed.
    Now(Claim, T),
    /// Somebody was asked on their own screen: nothing is done yet, and this is the answer to whoever asked.
    Later(poem::Response),
}

/// Who has been heard about a deed.
enum Heard {
    Repeated,
    Nobody,
    Somebody(Approval),
}

/// Asks for an agreement: managers and admins need nobody else's, and may give an admin's all the same. `wish` is what the
/// deed would be as things stand, for whoever is asked on their own screen; it is looked at only then, and again when the
/// deed is done with their answer.
///
/// # Errors
/// That somebody has to agree, or why what was typed, or answered, is no approval of this. Of a repetition (`claim` was
/// carried out before) nothing is asked again: the secret could be another by now, and would count as a wrong try.
pub async fn consent<F>(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: Claim,
    agreement: &Agreement,
    wish: F,
) -> Result<Agreed<Consent>>
where
    F: AsyncFnOnce() -> Result<Wish>,
{
    let (claim, kind) = match hear(app, by, asker, claim, agreement, wish).await? {
        Agreed::Later(answer) => return Ok(Agreed::Later(answer)),
        Agreed::Now(claim, Heard::Repeated) => (claim, Kind::Repeated),
        Agreed::Now(claim, Heard::Somebody(approval)) => (claim, Kind::Given(approval)),
        Agreed::Now(claim, Heard::Nobody) if by.role.manages() => (claim, Kind::Own(by.role)),
        Agreed::Now(..) => {
            return Err(wanted());
        }
    };
    Ok(Agreed::Now(claim, Consent(kind)))
}

/// That somebody has to agree, said where they are chosen.
pub fn wanted() -> Error {
    Error::field(
        "approver",
        "A manager or an admin has to agree: choose who, and have them enter their PIN.",
    )
}

/// The same where whether somebody has to agree turns out with the deed itself: nothing where nobody was asked.
///
/// # Errors
/// Why what was typed, or answered, is no approval of this.
pub async fn approved<F>(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: Claim,
    agreement: &Agreement,
    wish: F,
) -> Result<Agreed<Option<Approval>>>
where
    F: AsyncFnOnce() -> Result<Wish>,
{
    Ok(match hear(app, by, asker, claim, agreement, wish).await? {
        Agreed::Later(answer) => Agreed::Later(answer),
        Agreed::Now(claim, Heard::Somebody(approval)) => Agreed::Now(claim, Some(approval)),
        Agreed::Now(claim, Heard::Repeated | Heard::Nobody) => Agreed::Now(claim, None),
    })
}

async fn hear<F>(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: Claim,
    agreement: &Agreement,
    wish: F,
) -> Result<Agreed<Heard>>
where
    F: AsyncFnOnce() -> Result<Wish>,
{
    if app.already(&claim).await? {
        return Ok(Agreed::Now(claim, Heard::Repeated));
    }
    if let Some(id) = agreement.ask {
        let answer = requests::ask(app, by, asker, &claim, id, wish().await?).await?;
        return Ok(Agreed::Later(answer));
    }
    let Agreement {
        approver,
        secret,
        password,
        asked,
        ..
    } = agreement;
    if let Some((approver, secret)) = given(*approver, secret.as_ref(), password.as_ref())? {
        let approval = match approve(app, by, approver, secret).await {
            Ok(approval) => approval,
            Err(refusal) => {
                note_denied(app, by, claim.deed(), approver, &refusal).await?;
                return Err(refusal);
            }
        };
        // Somebody agreed here: nobody has to look for it on their own screen any more.
        let claim = match asked {
            Some(id) => claim.spending(requests::giving_up(*id, by)),
            None => claim,
        };
        return Ok(Agreed::Now(claim, Heard::Somebody(approval)));
    }
    let Some(id) = asked else {
        return Ok(Agreed::Now(claim, Heard::Nobody));
    };
    let Given {
        by: who,
        name,
        role,
    } = requests::given(app, by, &claim, *id, wish().await?).await?;
    let spending = requests::spending(*id, by, &claim);
    let approval = Approval {
        by: who,
        name,
        role,
        _only_made_here: (),
    };
    Ok(Agreed::Now(
        claim.spending(spending),
        Heard::Somebody(approval),
    ))
}

/// Somebody who may be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Approver {
    /// Who.
    pub id: StaffId,
    /// As colleagues call them.
    pub name: String,
    /// Manager or admin.
    pub role: Role,
    /// Whether they have a shift open, and so are likely in the house.
    pub on_shift: bool,
}

/// Whom this person may ask: active managers and admins but themselves, those on shift first.
pub async fn approvers(app: &App, by: &Person) -> Result<Vec<Approver>> {
    let people = store::everybody(app.db(), app.clock().now()).await?;
    Ok(people
        .into_iter()
        .filter(|one| {
            one.active && one.role.manages() && !one.must_change_password && one.id != by.id
        })
        .map(|one| Approver {
            id: one.id,
            name: one.name,
            role: one.role,
            on_shift: one.on_shift,
        })
        .collect())
}

/// Somebody who may serve an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// As colleagues call them.
    pub name: String,
    /// Whether they have a shift open.
    pub on_shift: bool,
}

/// Who may serve orders: those on shift first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn order_takers(app: &App) -> Result<Vec<Colleague>> {
    let people = store::everybody(app.db(), app.clock().now()).await?;
    let takers = people
        .into_iter()
        .filter(|one| one.active && one.role.takes_orders());
    Ok(takers
        .map(|one| Colleague {
            id: one.id,
            name: one.name,
            on_shift: one.on_shift,
        })
        .collect())
}

/// What somebody typed into `approval_fields`: who approves, and their PIN or their password; nothing
/// where nobody was chosen.
///
/// # Errors
/// The field that is still empty.
pub fn given<'a>(
    approver: Option<StaffId>,
    secret: Option<&'a Typed>,
    password: Option<&'a Typed>,
) -> Result<Option<(StaffId, &'a Typed)>> {
    match (approver, secret.or(password)) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Error::field("approver", "Choose who approves.")),
        (Some(_), None) => Err(Error::field("secret", "Enter the PIN or the password.")),
        (Some(approver), Some(typed)) => Ok(Some((approver, typed))),
    }
}

/// Takes the approver's own secret. Wrong ones are counted and locked as at sign-in, and the address has no more
/// tries than there.
///
/// # Errors
/// When the secret is wrong, or they may not approve what this person asks.
pub async fn approve(
    app: &App,
    by: &Person,
    approver: StaffId,
    secret: &Typed,
) -> Result<Approval> {
    // What is refused is written down, so not even this may be asked without end.
    app.tries().admit(&by.client)?;
    if approver == by.id {
        return Err(Error::not_allowed(
            "Somebody else approves: ask another manager or an admin.",
        ));
    }
    let member = recognised(app, by, approver, secret, Asked::Approval).await?;
    if !member.role.manages() {
        return Err(Error::not_allowed(
            "Only a manager or an admin may approve this.",
        ));
    }
    must_know_own_password(&member)?;
    Ok(Approval {
        by: member.id,
        name: member.name,
        role: member.role,
        _only_made_here: (),
    })
}

/// A colleague has confirmed with their own secret that they have a part in one deed. Only [`confirmed`] makes one.
#[derive(Clone, Debug)]
#[expect(
    clippy::manual_non_exhaustive,
    reason = "the attribute would let the rest of this crate make one"
)]
pub struct Confirmed {
    /// Who.
    pub by: StaffId,
    /// Their name at that time.
    pub name: String,
    /// What they may do.
    pub role: Role,
    _only_made_here: (),
}

/// Takes the secret of a colleague who has a part in the deed, as [`approve`] does; they need not manage.
///
/// # Errors
/// When the secret is wrong, or known to more than its owner.
pub async fn confirmed(
    app: &App,
    by: &Person,
    claim: &Claim,
    colleague: StaffId,
    secret: &Typed,
) -> Result<Confirmed> {
    app.tries().admit(&by.client)?;
    let known = match recognised(app, by, colleague, secret, Asked::Colleague).await {
        Ok(member) => must_know_own_password(&member).map(|()| member),
        Err(refusal) => Err(refusal),
    };
    match known {
        Ok(member) => Ok(Confirmed {
            by: member.id,
            name: member.name,
            role: member.role,
            _only_made_here: (),
        }),
        Err(refusal) => {
            note_denied(app, by, claim.deed(), colleague, &refusal).await?;
            Err(refusal)
        }
    }
}

/// The active person whose secret this is.
async fn recognised(
    app: &App,
    by: &Person,
    who: StaffId,
    secret: &Typed,
    asked: Asked,
) -> Result<Member> {
    let known = store::find(app.db(), who).await?;
    let (name, hashed) = match &known {
        Some(member) => {
            let hashed = known_secret(by.terminal.is_some(), member, secret, asked)?;
            (member.username.clone(), Some(hashed))
        }
        None => (who.to_string(), None),
    };
    let a_try = Try::of(&name, by.source(), asked);
    tries::guarded(app, &a_try, async || {
        let right = hashing::matches(app, secret, hashed.as_ref()).await?;
        Ok(known.filter(|member| right && member.active))
    })
    .await
}

/// A password that the seed or an admin gave is known to more than its owner.
fn must_know_own_password(member: &Member) -> Result<()> {
    match member.must_change_password {
        true => Err(Error::not_allowed(format!(
            "{} must choose a password of their own first.",
            member.name
        ))),
        false => Ok(()),
    }
}

/// Writes down that somebody tried to have a deed approved and was refused, apart from the deed, which rolls back. A failure
/// of our own is nobody's, and of more tries a minute than are let through nothing is written.
pub(super) async fn note_denied(
    app: &App,
    by: &Person,
    deed: &str,
    approver: StaffId,
    refusal: &Error,
) -> Result<()> {
    let is_denied = match refusal {
        Error::NotAllowed(_) => true,
        Error::Refused(refused) => refused.status != StatusCode::TOO_MANY_REQUESTS,
        _ => false,
    };
    if !is_denied {
        return Ok(());
    }
    app.write_unkeyed(by.into(), async |tx: &mut Tx| {
        let named = store::find(&*tx, approver).await?;
        tx.journal(
            Entry::general("approval.denied", "approval")
                .because(refusal.to_string())
                .after(json!({
                    "deed": deed,
                    "approver": named.as_ref().map(|member| member.id),
                    "name": named.as_ref().map(|member| &member.name),
                })),
        );
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_takes_a_person_and_one_secret() {
        let (ruth, pin, password): (_, Typed, Typed) = (
            StaffId::new(),
            "8305".parse().unwrap(),
            "three green mangoes".parse().unwrap(),
        );
        assert!(given(None, None, None).unwrap().is_none());
        for (secret, other) in [
            (Some(&pin), None),
            (None, Some(&pin)),
            (Some(&pin), Some(&password)),
        ] {
            assert_eq!(
                given(Some(ruth), secret, other).unwrap(),
                Some((ruth, &pin))
            );
        }
        assert_eq!(
            given(Some(ruth), None, None).unwrap_err().to_string(),
            "Enter the PIN or the password."
        );
        assert_eq!(
            given(None, None, Some(&password)).unwrap_err().to_string(),
            "Choose who approves."
        );
    }
}
