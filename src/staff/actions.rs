//! The verbs about people: signing in and out, choosing secrets, and what an admin decides.

use serde_json::json;
use time::OffsetDateTime;

use super::hashing::{self, Hashed};
use super::member::{Edit, Member, StaffRefusal, Username};
use super::person::{Person, Role};
use super::place::Place;
use super::secrets::{self, SecretRefusal, Typed};
use super::session::{Claims, Session};
use super::store;
use super::tries::{self, Asked, Try, TryRefusal};
use crate::app::App;
use crate::data::{By, Claim, Entry, Tx, Written};
use crate::live::Changed;
use crate::values::{PersonName, StaffId, TerminalId};
use crate::web::{Error, Result};

/// Somebody who has just shown who they are.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// What the new token says.
    pub claims: Claims,
    /// The signed token.
    pub token: String,
    /// Who it is.
    pub member: Member,
}

// ---- signing in and out -----------------------------------------------------------------------------

/// Signs in by name and password.
///
/// # Errors
/// The same refusals, after the same time, for names that nobody has.
pub async fn sign_in(
    app: &App,
    place: &Place,
    username: &str,
    password: &Typed,
) -> Result<Welcome> {
    app.tries().admit(&place.client)?;
    let a_try = Try::of(username, place.source(), Asked::Password);
    let member = tries::guarded(app, &a_try, async || {
        let member = store::find_by_username(app.db(), a_try.name()).await?;
        let right = hashing::matches(
            app,
            password,
            member.as_ref().map(|member| &member.password),
        )
        .await?;
        Ok(member.filter(|member| right && member.active))
    })
    .await?;
    welcome(app, place, member, With::Password).await
}

/// Signs in by tile and PIN, which needs a paired terminal.
///
/// # Errors
/// The same refusals, after the same time, for people who do not exist.
pub async fn sign_in_with_pin(
    app: &App,
    place: &Place,
    staff: StaffId,
    pin: &Typed,
) -> Result<Welcome> {
    app.tries().admit(&place.client)?;
    if place.terminal.is_none() {
        return Err(TryRefusal::PinNeedsTerminal.into());
    }
    let known = store::find(app.db(), staff).await?;
    // The tile says so, too; it is no try.
    if known
        .as_ref()
        .is_some_and(|member| member.active && member.pin.is_none())
    {
        return Err(TryRefusal::NoPin { asked: Asked::Pin }.into());
    }
    let name = known.map_or_else(|| staff.to_string(), |member| member.username);
    let a_try = Try::of(&name, place.source(), Asked::Pin);
    let member = tries::guarded(app, &a_try, async || {
        let member = store::find(app.db(), staff).await?;
        let right = hashing::matches(
            app,
            pin,
            member.as_ref().and_then(|member| member.pin.as_ref()),
        )
        .await?;
        Ok(member.filter(|member| right && member.active))
    })
    .await?;
    welcome(app, place, member, With::Pin).await
}

/// What somebody showed who they are with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Password,
    Pin,
}

impl With {
    fn as_str(self) -> &'static str {
        match self {
            With::Password => "password",
            With::Pin => "PIN",
        }
    }
}

async fn welcome(app: &App, place: &Place, member: Member, with: With) -> Result<Welcome> {
    let by = place.by(member.id, &member.name);
    let now = app
        .write_unkeyed(by, async |tx: &mut Tx| {
            tx.journal(
                Entry::new("staff.signed_in", "staff", member.id)
                    .after(json!({ "with": with.as_str() })),
            );
            Ok(tx.now())
        })
        .await?;
    let terminal = place.terminal.as_ref().map(|terminal| terminal.id);
    let only_on = terminal.filter(|_| with == With::Pin);
    token_for(app, member, only_on, now)
}

fn token_for(
    app: &App,
    member: Member,
    only_on: Option<TerminalId>,
    now: OffsetDateTime,
) -> Result<Welcome> {
    let claims = Claims::new(member.id, member.role, member.token_version, now).only_on(only_on);
    let token = claims.sign(app.session_secret())?;
    Ok(Welcome {
        claims,
        token,
        member,
    })
}

/// Ends this one session, on all instances and with all its renewals.
pub async fn sign_out(app: &App, session: &Session) -> Result<()> {
    let claims = &session.claims;
    app.write_unkeyed(By::from(&session.person), async |tx: &mut Tx| {
        store::revoke(tx, claims).await?;
        tx.journal(Entry::new("staff.signed_out", "staff", claims.sub));
        tx.changed(Changed::Staff(claims.sub));
        Ok(())
    })
    .await
}

/// Ends all of the person's sessions.
pub async fn sign_out_everywhere(app: &App, session: &Session) -> Result<()> {
    let staff = session.claims.sub;
    app.write_unkeyed(By::from(&session.person), async |tx: &mut Tx| {
        end_sessions(tx, staff, "staff.signed_out_everywhere").await
    })
    .await
}

async fn end_sessions(tx: &mut Tx, staff: StaffId, deed: &'static str) -> Result<()> {
    let mut member = store::find_for_update(tx, staff).await?;
    member.force_out(tx.now());
    store::save(tx, &member).await?;
    tx.journal(Entry::new(deed, "staff", staff));
    tx.changed(Changed::Staff(staff));
    Ok(())
}

// ---- one's own secrets ------------------------------------------------------------------------------

/// Replaces one's own password; all other sessions end and this one goes on with a new token. Without a
/// key, a second request finds its session over and changes nothing either.
///
/// # Errors
/// When the current one is wrong or the new one is easy to guess.
pub async fn change_password(
    app: &App,
    place: &Place,
    session: &Session,
    current: &Typed,
    new: &Typed,
    claim: Option<Claim>,
) -> Result<Written<Welcome>> {
    app.tries().admit(&place.client)?;
    let seen = store::find(app.db(), session.claims.sub)
        .await?
        .ok_or(Error::SignedOut)?;
    let settings = app.settings().await?;
    secrets::check_password(new, &[&seen.username, &seen.name, &settings.cafe_name])
        .map_err(|refusal| Error::field("new", refusal.to_string()))?;
    own_secret(app, place, &seen, async || {
        hashing::matches(app, current, Some(&seen.password)).await
    })
    .await?;
    if current == new {
        return Err(Error::field("new", SecretRefusal::Same.to_string()));
    }
    let hashed = hashing::hash(app, new).await?;
    let choose = async |tx: &mut Tx| {
        let mut member = store::find_for_update(tx, seen.id).await?;
        if member.password != seen.password {
            return Err(StaffRefusal::PasswordMoved.into());
        }
        member.choose_password(hashed.clone(), tx.now());
        store::save(tx, &member).await?;
        tx.journal(Entry::new("staff.password_changed", "staff", member.id));
        tx.changed(Changed::Staff(member.id));
        Ok(member)
    };
    let written = match claim {
        Some(claim) => app.write(claim, choose).await?,
        None => Written::Done(app.write_unkeyed(By::from(&session.person), choose).await?),
    };
    match written {
        Written::Done(member) => {
            token_for(app, member, session.claims.terminal, app.clock().now()).map(Written::Done)
        }
        Written::Already(made) => Ok(Written::Already(made)),
    }
}

/// Sets one's own PIN, knowing one's password or the PIN so far.
///
/// # Errors
/// When the secret is wrong or the PIN is easy to guess.
pub async fn set_pin(
    app: &App,
    place: &Place,
    by: &Person,
    secret: &Typed,
    pin: &Typed,
    claim: Claim,
) -> Result<()> {
    // Asked again the secret could be wrong by now, and would be counted as a try.
    if app.already(&claim).await? {
        return Ok(());
    }
    app.tries().admit(&place.client)?;
    secrets::check_pin(pin).map_err(|refusal| Error::field("pin", refusal.to_string()))?;
    let seen = store::find(app.db(), by.id)
        .await?
        .ok_or(Error::SignedOut)?;
    let known = known_secret(place.terminal.is_some(), &seen, secret, Asked::Own)?;
    own_secret(app, place, &seen, async || {
        hashing::matches(app, secret, Some(&known)).await
    })
    .await?;
    let hashed = hashing::hash(app, pin).await?;
    app.write(claim, async |tx: &mut Tx| {
        let mut member = store::find_for_update(tx, seen.id).await?;
        let had = member.pin.is_some();
        member.pin = Some(hashed.clone());
        store::save(tx, &member).await?;
        let entry = Entry::new("staff.pin_set", "staff", member.id);
        tx.journal(
            entry
                .before(json!({ "pin": had }))
                .after(json!({ "pin": true })),
        );
        tx.changed(Changed::Staff(member.id));
        Ok(())
    })
    .await?;
    Ok(())
}

/// What a typed secret is compared with: what looks like a PIN can be no password, and a PIN counts for
/// nothing away from a paired terminal.
pub(super) fn known_secret(
    on_terminal: bool,
    member: &Member,
    typed: &Typed,
    asked: Asked,
) -> Result<Hashed> {
    match (typed.looks_like_pin(), on_terminal) {
        (false, _) => Ok(member.password.clone()),
        (true, true) => member
            .pin
            .clone()
            .ok_or_else(|| TryRefusal::NoPin { asked }.into()),
        (true, false) => Err(TryRefusal::PinNeedsTerminal.into()),
    }
}

async fn own_secret(
    app: &App,
    place: &Place,
    member: &Member,
    matches: impl AsyncFnOnce() -> Result<bool>,
) -> Result<()> {
    let a_try = Try::of(&member.username, place.source(), Asked::Own);
    tries::guarded(app, &a_try, async || Ok(matches().await?.then_some(()))).await
}

// ---- what an admin decides --------------------------------------------------------------------------

/// A new colleague as an admin describes them.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Their id.
    pub id: StaffId,
    /// What they will sign in with.
    pub username: Username,
    /// As colleagues call them.
    pub name: PersonName,
    /// What they may do.
    pub role: Role,
}

/// Lets somebody start to work here, with a password for their first sign-in.
pub async fn hire(tx: &mut Tx, new: &NewMember, password: &Hashed) -> Result<()> {
    let member = Member {
        id: new.id,
        username: new.username.as_str().to_owned(),
        name: new.name.as_str().to_owned(),
        role: new.role,
        hue: store::next_hue(&*tx).await?,
        active: true,
        must_change_password: true,
        password: password.clone(),
        pin: None,
        token_version: 0,
        last_password_change_at: None,
        last_forced_logout_at: None,
    };
    store::insert(tx, &member).await?;
    tx.journal(Entry::new("staff.hired", "staff", member.id).after(facts(&member)));
    tx.changed(Changed::Staff(member.id));
    Ok(())
}

/// Changes a person's name, role, or whether they may come in.
pub async fn edit(tx: &mut Tx, by: &Person, staff: StaffId, edit: &Edit) -> Result<()> {
    // The admins first, then the person: of two admins who demote each other, the second finds the first done.
    let admins = store::active_admins_for_update(tx).await?;
    let mut member = store::find_for_update(tx, staff).await?;
    let before = facts(&member);
    member.edit(edit, by.id, &admins)?;
    store::save(tx, &member).await?;
    tx.journal(
        Entry::new("staff.edited", "staff", staff)
            .before(before)
            .after(facts(&member)),
    );
    tx.changed(Changed::Staff(staff));
    Ok(())
}

/// Gives a person a password for one sign-in, after which they choose another.
pub async fn reset_password(tx: &mut Tx, staff: StaffId, password: &Hashed) -> Result<()> {
    let mut member = store::find_for_update(tx, staff).await?;
    if tx.by().staff == Some(staff) {
        return Err(StaffRefusal::OwnPassword.into());
    }
    member.reset_password(password.clone(), tx.now());
    store::save(tx, &member).await?;
    store::forget_all_failures(tx, &member.username).await?;
    tx.journal(Entry::new("staff.password_reset", "staff", staff));
    tx.changed(Changed::Staff(staff));
    Ok(())
}

/// Lets somebody try again who typed wrong secrets too often.
pub async fn unlock(tx: &mut Tx, staff: StaffId) -> Result<()> {
    let member = store::find_for_update(tx, staff).await?;
    store::forget_all_failures(tx, &member.username).await?;
    tx.journal(Entry::new("staff.unlocked", "staff", staff));
    tx.changed(Changed::Staff(staff));
    Ok(())
}

/// Ends all of a person's sessions.
pub async fn force_out(tx: &mut Tx, staff: StaffId) -> Result<()> {
    end_sessions(tx, staff, "staff.forced_out").await
}

/// A password for one sign-in, for the person of this username or full name; for the command
/// `staff reset-password`, which is how the last admin comes back in.
///
/// # Errors
/// When nobody, or more than one person, is called so.
pub async fn reset_password_by_command(app: &App, name: &str) -> Result<(String, String)> {
    let member = match store::find_by_username(app.db(), &tries::name_key(name)).await? {
        Some(member) => member,
        None => match store::find_by_name(app.db(), name.trim()).await?.as_slice() {
            [only] => only.clone(),
            [] => return Err(Error::NotFound("person")),
            _ => {
                return Err(
                    anyhow::anyhow!("several people are called {name}: give the username").into(),
                );
            }
        },
    };
    let password = secrets::one_time_password();
    let hashed = hashing::hash_now(&password)?;
    app.write_unkeyed(By::system(), async |tx: &mut Tx| {
        reset_password(tx, member.id, &hashed).await
    })
    .await?;
    Ok((member.username, password))
}

/// Whether a keyed deed was done now, for answers that show a secret once.
pub fn done_now<T>(written: &Written<T>) -> bool {
    matches!(written, Written::Done(_))
}

/// What the log keeps of a person: no secrets.
fn facts(member: &Member) -> serde_json::Value {
    json!({
        "username": member.username,
        "name": member.name,
        "role": member.role,
        "active": member.active,
    })
}
