//! The page on which a drawer changes hands.

use poem::{IntoResponse, Response, handler};
use serde_json::json;

use super::actions::{self, Handover};
use super::refusal::HandoverRefusal;
use super::view;
use crate::app::App;
use crate::closing::actions::{self as closing, Close};
use crate::closing::handlers::wish;
use crate::closing::{count, store};
use crate::data::{By, Claim, Entry, Tx};
use crate::form;
use crate::shifts::{self, Shift};
use crate::staff::approval::{self, Agreed, Colleague};
use crate::staff::{self, Agreement, Confirmed, OrderTaker, Person, Typed};
use crate::values::{CountId, Money, Note, ShiftId, StaffId};
use crate::web::{Asker, Error, Form, Go, Once, Page, Path, Refusal, Result, url};

form! {
    /// Who takes the drawer, what they count in it, their secret; why there is a variance, and who agrees to it.
    pub struct HandoverForm {
        /// The count that was on the screen.
        count: opt CountId,
        taker: one StaffId,
        amount: money Money,
        #[serde(skip_serializing)]
        taker_secret: opt Typed,
        #[serde(skip_serializing)]
        taker_password: opt Typed,
        reason: opt Note,
        agreement: part Agreement,
    }
}

/// The page: what was counted, who takes it.
#[handler]
pub async fn show(
    app: App,
    by: OrderTaker,
    asker: Asker,
    Path(id): Path<ShiftId>,
) -> Result<Response> {
    let shift = find(&app, id).await?;
    actions::must_be_theirs(&shift, &by)?;
    let counts = store::counts(app.db(), id).await?;
    let expected = closing::expected(app.db(), id).await?;
    let count = count::closing_count(&counts, &expected);
    // Counting comes first, and what is closed has a report.
    let Some(count) = count.ok().filter(|_| shift.is_open()) else {
        return Ok(Go::to(asker, url::shift_count(id)).into_response());
    };
    let settings = app.settings().await?;
    let screen = view::Screen {
        shift: &shift,
        count,
        takers: takers(&app, &shift).await?,
        threshold: settings.variance_threshold.of(shift.role),
        approvers: approval::approvers(&app, &by).await?,
        person: &by,
        cafe: &settings.cafe_name,
    };
    Ok(Page(view::page(&screen)).into_response())
}

/// Whoever may hold a drawer and has none, those on shift first.
async fn takers(app: &App, shift: &Shift) -> Result<Vec<Colleague>> {
    let with_cash = shifts::all_open(app.db()).await?;
    let mut people = staff::order_takers(app).await?;
    people.retain(|one| {
        one.id != shift.staff
            && !with_cash
                .iter()
                .any(|other| other.staff == one.id && other.has_cash())
    });
    Ok(people)
}

/// Hands the drawer over.
#[handler]
pub async fn hand_over(
    app: App,
    by: OrderTaker,
    once: Once,
    asker: Asker,
    Path(id): Path<ShiftId>,
    Form(form): Form<HandoverForm>,
) -> Result<Response> {
    let shift = find(&app, id).await?;
    actions::must_be_theirs(&shift, &by)?;
    let says = form
        .amount
        .filter(|amount| !amount.is_negative())
        .ok_or_else(|| Error::field("amount", "Type what they count."))?;
    if form.taker == by.id {
        return Err(Error::field("taker", "Choose somebody else."));
    }
    let settings = app.settings().await?;
    let claim = once.of(&by, "closing.hand_over", &(id, &form));
    if app.already(&claim).await? {
        return Ok(Go::to(asker, url::shift_report(id)).into_response());
    }
    let address = url::shift_handover(id);
    let wish = async || wish(&app, &by, id, form.reason.as_ref(), address).await;
    let agreed = approval::approved(&app, &by, asker, claim, &form.agreement, wish).await?;
    let (claim, approval) = match agreed {
        Agreed::Later(answer) => return Ok(answer),
        Agreed::Now(claim, approval) => (claim, approval),
    };
    let taker = confirmed(&app, &by, &claim, &form).await?;
    let over = Handover {
        close: Close {
            count: form.count,
            approval,
            reason: form.reason,
        },
        taker,
        says,
    };
    let written = app
        .write(claim, async |tx: &mut Tx| {
            actions::hand_over(tx, &by, &settings, id, &over).await
        })
        .await;
    if let Err(refusal) = &written {
        note_disagreed(&app, &by, id, &over, refusal).await?;
    }
    written?;
    Ok(Go::to(asker, url::shift_report(id)).into_response())
}

async fn confirmed(
    app: &App,
    by: &Person,
    claim: &Claim,
    form: &HandoverForm,
) -> Result<Confirmed> {
    let secret = form.taker_secret.as_ref().or(form.taker_password.as_ref());
    let secret = secret.ok_or_else(|| {
        Error::field(
            "taker_secret",
            "Whoever takes it enters their PIN or password.",
        )
    })?;
    staff::confirmed(app, by, claim, form.taker, secret).await
}

/// That two people do not say the same of a drawer is written down, with what each says.
async fn note_disagreed(
    app: &App,
    by: &Person,
    shift: ShiftId,
    over: &Handover,
    refusal: &Error,
) -> Result<()> {
    let differ = HandoverRefusal::Disagreed {
        shift,
        name: String::new(),
        says: Money::ZERO,
        counted: Money::ZERO,
    };
    if !matches!(refusal, Error::Refused(refused) if refused.code == differ.code()) {
        return Ok(());
    }
    app.write_unkeyed(By::from(by), async |tx: &mut Tx| {
        tx.journal(
            Entry::new("drawer.not_taken_over", "shift", shift)
                .approved_by(Some(over.taker.by))
                .because(refusal.to_string())
                .after(json!({ "name": over.taker.name, "says": over.says })),
        );
        Ok(())
    })
    .await
}

async fn find(app: &App, id: ShiftId) -> Result<Shift> {
    shifts::find(app.db(), id)
        .await?
        .ok_or(Error::NotFound("shift"))
}
