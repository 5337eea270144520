//! The page of cash that moves without a sale, its deeds, and the slip of each.

use poem::{IntoResponse, Response, handler};
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use serde_json::json;

use super::actions::{self, Asked, Back};
use super::movement::{Alone, CashRefusal, Moved, Movement};
use super::{slip, store, view};
use crate::app::App;
use crate::closing;
use crate::data::{By, Claim, Entry, Tx, Written};
use crate::form;
use crate::payments;
use crate::printers::{self, ForTill, JobKind};
use crate::settings::Settings;
use crate::shifts::shift::{CashPlace, Shift};
use crate::shifts::store as shifts;
use crate::staff::approval::{self, Agreed, Consent};
use crate::staff::{Agreement, OrderTaker, Person, Refunder, Wish};
use crate::values::{CashEntryId, Money, Note, ShiftId, Short};
use crate::web::{Asker, Error, Form, Go, Once, Page, Path, Query, Refusal, Result, said, url};

form! {
    /// What moves, how much, why, and who agrees.
    pub struct NewMovement {
        movement: one Movement,
        amount: money Money,
        chosen: opt Short,
        reason: opt Note,
        agreement: part Agreement,
    }
}

form! {
    /// Why the drawer is opened, and who agrees.
    pub struct NewOpening { chosen: opt Short, reason: opt Note, agreement: part Agreement }
}

form! {
    /// Why something is taken back, and who agrees.
    pub struct NewReversal { reason: one Note, agreement: part Agreement }
}

#[derive(Debug, Deserialize)]
struct Which {
    #[serde(default)]
    kind: String,
}

/// What moved the cash of a shift by hand, and the form of what is chosen.
#[handler]
pub async fn show(
    app: App,
    by: OrderTaker,
    Path(id): Path<ShiftId>,
    Query(which): Query<Which>,
) -> Result<Page> {
    let shift = find(&app, &by, id).await?;
    let settings = app.settings().await?;
    let opens = matches!(shift.cash, CashPlace::Drawer { .. }) && by.role.refunds();
    let chosen = match which.kind.parse() {
        _ if !shift.is_open() || !shift.has_cash() => None,
        Ok(movement) => Some(view::Chosen::Movement(movement)),
        Err(_) if which.kind == view::OPENING && opens => Some(view::Chosen::Opening),
        Err(_) => None,
    };
    let moved = store::of_shift(app.db(), id).await?;
    let alone = alone(app.db(), settings.paid_out_limit, id).await?;
    let screen = view::Screen {
        shift: &shift,
        moved: &moved,
        chosen,
        opens,
        alone: alone.after(&moved),
        approvers: approval::approvers(&app, &by).await?,
        person: &by,
        settings: &settings,
    };
    Ok(Page(view::page(&screen)))
}

/// Moves cash.
#[handler]
pub async fn book(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Form(form): Form<NewMovement>,
) -> Result<Response> {
    let movement = form.movement;
    let amount = form
        .amount
        .filter(|amount| amount.is_positive())
        .ok_or_else(|| Error::field("amount", "Type how much."))?;
    let reason = match movement.wants_reason() {
        true => Some(said(form.chosen.as_ref(), form.reason.as_ref())?),
        false => form.reason.as_ref().map(|note| note.as_str().to_owned()),
    };
    let limit = app.settings().await?.paid_out_limit;
    let shift = find(&app, &by, id).await?;
    let claim = once.of(&by, "shifts.cash", &(id, &form));
    let ledger = shifts::ledger(app.db(), id).await?;
    let moved = store::of_shift(app.db(), id).await?;
    let needed = alone(app.db(), limit, id)
        .await?
        .after(&moved)
        .is_beyond(movement, amount, &ledger);
    let wish = || Wish {
        summary: format!(
            "{} {}, {}{}",
            movement.deed(),
            amount.text_with_code(),
            of(&shift),
            because(reason.as_deref())
        ),
        order: None,
        address: url::shift_cash(id),
        only_admin: false,
    };
    let agreed = agree(
        &app,
        &by,
        asker,
        claim,
        (&shift, needed),
        &form.agreement,
        wish,
    )
    .await?;
    let (claim, consent) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, consent),
    };
    let entry = CashEntryId::new();
    let settings = app.settings().await?;
    let written = app
        .write(claim.making(entry), async |tx: &mut Tx| {
            let asked = Asked {
                movement,
                amount,
                reason: reason.clone(),
                alone: alone(&*tx, limit, id).await?,
                consent: consent.clone(),
            };
            actions::book(tx, &by, id, entry, asked).await?;
            print(tx, id, entry, &settings).await
        })
        .await;
    if let Err(refusal) = &written {
        note_refused(&app, &by, id, json!({ "amount": amount }), refusal).await?;
    }
    let written = written?;
    answer(&app, asker, id, made(written, entry)).await
}

/// Opens the drawer without a sale.
#[handler]
pub async fn open_drawer(
    app: App,
    by: Refunder,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Form(form): Form<NewOpening>,
) -> Result<Response> {
    let reason = said(form.chosen.as_ref(), form.reason.as_ref())?;
    let shift = find(&app, &by, id).await?;
    let claim = once.of(&by, "shifts.open_drawer", &(id, &form));
    if !app.already(&claim).await? {
        shift.must_take_cash()?;
    }
    let wish = async || {
        Ok(Wish {
            summary: format!("Open the drawer without a sale, {}: {reason}", of(&shift)),
            order: None,
            address: url::shift_openings(id),
            only_admin: false,
        })
    };
    let agreed = approval::consent(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, consent) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, consent),
    };
    let entry = CashEntryId::new();
    let settings = app.settings().await?;
    let written = app
        .write(claim.making(entry), async |tx: &mut Tx| {
            actions::open_drawer(tx, &by, id, entry, reason.clone(), consent.clone()).await?;
            print(tx, id, entry, &settings).await
        })
        .await?;
    answer(&app, asker, id, made(written, entry)).await
}

/// The page that asks why a movement is taken back.
#[handler]
pub async fn ask_back(
    app: App,
    by: OrderTaker,
    Path((id, entry)): Path<(ShiftId, CashEntryId)>,
) -> Result<Page> {
    let shift = find(&app, &by, id).await?;
    let moved = entry_of(&app, id, entry).await?;
    moved.reversal()?;
    let settings = app.settings().await?;
    let approvers = approval::approvers(&app, &by).await?;
    let alone = alone(app.db(), settings.paid_out_limit, id).await?;
    Ok(Page(view::back_page(
        &shift, &moved, alone, &approvers, &by, &settings,
    )))
}

/// Takes a movement back.
#[handler]
pub async fn take_back(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path((id, entry)): Path<(ShiftId, CashEntryId)>,
    Form(form): Form<NewReversal>,
) -> Result<Response> {
    let limit = app.settings().await?.paid_out_limit;
    let shift = find(&app, &by, id).await?;
    let moved = entry_of(&app, id, entry).await?;
    let claim = once.of(&by, "shifts.take_back", &(id, entry, &form));
    let ledger = shifts::ledger(app.db(), id).await?;
    let all = store::of_shift(app.db(), id).await?;
    let alone_now = alone(app.db(), limit, id).await?.after(&all);
    // Of what cannot be taken back the transaction says why.
    let needed = moved
        .reversal()
        .is_ok_and(|(movement, amount)| alone_now.is_beyond_back(movement, amount, &ledger));
    let reason = form.reason.as_str();
    let wish = || Wish {
        summary: format!(
            "Take back: {} {}, {}: {reason}",
            moved.done(),
            moved.amount.abs().text_with_code(),
            of(&shift)
        ),
        order: None,
        address: url::shift_cash_reversal(id, entry),
        only_admin: false,
    };
    let agreed = agree(
        &app,
        &by,
        asker,
        claim,
        (&shift, needed),
        &form.agreement,
        wish,
    )
    .await?;
    let (claim, consent) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, consent) => (claim, consent),
    };
    let made_entry = CashEntryId::new();
    let settings = app.settings().await?;
    let written = app
        .write(claim.making(made_entry), async |tx: &mut Tx| {
            let back = Back {
                entry,
                reason: reason.to_owned(),
                alone: alone(&*tx, limit, id).await?,
                consent: consent.clone(),
            };
            actions::take_back(tx, &by, id, made_entry, back).await?;
            print(tx, id, made_entry, &settings).await
        })
        .await;
    if let Err(refusal) = &written {
        note_refused(
            &app,
            &by,
            id,
            json!({ "amount": moved.amount.abs() }),
            refusal,
        )
        .await?;
    }
    let written = written?;
    answer(&app, asker, id, made(written, made_entry)).await
}

/// The slip of a movement.
#[handler]
pub async fn show_slip(
    app: App,
    by: OrderTaker,
    Path((id, entry)): Path<(ShiftId, CashEntryId)>,
) -> Result<Page> {
    let shift = find(&app, &by, id).await?;
    let moved = entry_of(&app, id, entry).await?;
    let settings = app.settings().await?;
    Ok(Page(slip::page(&shift, &moved, &by, &settings)))
}

/// How far somebody may go alone in this shift, before what moved in it is looked at ([`Alone::after`]).
async fn alone(db: &impl ConnectionTrait, limit: Money, shift: ShiftId) -> Result<Alone> {
    Ok(Alone {
        paid_out: limit,
        tips: payments::tips_that_came(db, shift).await?,
        counted: closing::is_counted(db, shift).await?,
        put_back: Money::ZERO,
    })
}

/// Whoever asks for more cash than there should be, by hand or for a guest, learns how much that is: each such question is written down.
pub async fn note_refused(
    app: &App,
    by: &Person,
    shift: ShiftId,
    asked: serde_json::Value,
    refusal: &Error,
) -> Result<()> {
    let short = CashRefusal::DrawerShort.code();
    if !matches!(refusal, Error::Refused(refused) if refused.code == short) {
        return Ok(());
    }
    app.write_unkeyed(By::from(by), async |tx: &mut Tx| {
        tx.journal(Entry::new("cash.refused", "shift", shift).after(asked));
        Ok(())
    })
    .await
}

/// Asks for somebody's word where it is needed, or where they were asked.
async fn agree(
    app: &App,
    by: &Person,
    asker: Asker,
    claim: Claim,
    (shift, needed): (&Shift, bool),
    agreement: &Agreement,
    wish: impl FnOnce() -> Wish,
) -> Result<Agreed<Option<Consent>>> {
    if app.already(&claim).await? {
        return Ok(Agreed::Now(claim, None));
    }
    // Nobody is asked to agree to what cannot be done.
    shift.must_take_cash()?;
    if !needed {
        return Ok(Agreed::Now(claim, None));
    }
    let wish = async || Ok(wish());
    let agreed = approval::consent(app, by, asker, claim, agreement, wish).await?;
    Ok(match agreed {
        Agreed::Later(answer) => Agreed::Later(answer),
        Agreed::Now(claim, consent) => Agreed::Now(claim, Some(consent)),
    })
}

async fn answer(app: &App, asker: Asker, shift: ShiftId, entry: CashEntryId) -> Result<Response> {
    if asker != Asker::Machine {
        return Ok(Go::to(asker, url::shift_cash_entry(shift, entry)).into_response());
    }
    let moved = entry_of(app, shift, entry).await?;
    Ok(poem::web::Json(json!({
        "id": moved.id,
        "number": moved.number,
        "kind": moved.kind,
        "amount": moved.amount,
        "reason": moved.reason,
    }))
    .into_response())
}

fn made(written: Written<()>, entry: CashEntryId) -> CashEntryId {
    match written {
        Written::Done(()) => entry,
        Written::Already(made) => made.map_or(entry, CashEntryId::from),
    }
}

fn of(shift: &Shift) -> String {
    format!("{}, {}", shift.cash.to_string().to_lowercase(), shift.name)
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}

async fn find(app: &App, by: &Person, id: ShiftId) -> Result<Shift> {
    let shift = shifts::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("shift"))?;
    shift.must_be_for(by.id, by.role)?;
    Ok(shift)
}

/// Prints the slip that goes into the drawer, where the till has a printer.
async fn print(tx: &mut Tx, shift: ShiftId, entry: CashEntryId, settings: &Settings) -> Result<()> {
    if printers::till_paper(&*tx, tx.by().terminal)
        .await?
        .is_none()
    {
        return Ok(());
    }
    let (held, moved) = (
        shifts::find(&*tx, shift).await?,
        store::find(&*tx, shift, entry).await?,
    );
    let (held, moved) = held.zip(moved).ok_or(Error::NotFound("entry"))?;
    let it = ForTill {
        kind: JobKind::Cash,
        title: format!("Cash slip {}, {}", moved.number, held.name),
        slip: slip::slip(&held, &moved, settings),
        subject: Some(entry.uuid()),
        order: None,
    };
    printers::queue_for_till(tx, it).await?;
    Ok(())
}

async fn entry_of(app: &App, shift: ShiftId, entry: CashEntryId) -> Result<Moved> {
    store::find(app.db(), shift, entry)
        .await?
        .ok_or(Error::NotFound("entry"))
}
