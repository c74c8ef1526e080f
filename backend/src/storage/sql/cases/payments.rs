//! Payments: what a case owes, and what becomes of it. Each change compares the state that it was decided on, in the statement
//! that changes it, so of two that come at once one is right and the other sees what that one did.

use async_trait::async_trait;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::payments::{NoPayment, PaymentRefusal, PaymentState, PaymentWay};
use onehall_protocol::{AuthorityCode, CaseId, CaseNumber, Money, PaymentId, StaffId, Timestamp};
use serde::de::DeserializeOwned;

use super::super::Database;
use super::super::sync::log_change;
use super::super::values::{self, Key};
use super::{attempted, keep_attempt, rows};
use crate::cases::model::{StoredCase, Viewer};
use crate::error::{Error, Result};
use crate::payments::PaymentStore;
use crate::payments::model::{
    AskRefund, Begin, Known, ListedPayment, NewCharge, NoteAtWindow, Owed, PAYABLE_FOR, Settle, Settled, StoredCharge,
    StoredPayment, StoredStep, not_possible,
};
use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use crate::sync::Logged;

/// The columns of [`payment`].
const PAYMENT: &str = "p.id, p.case_id, p.sequence, p.way, p.amount, p.state, p.begun_at, p.payable_until, p.opened_at, \
     p.asked_at, p.pay_at, p.reference, p.refusal, p.paid_at, p.refund_asked_at, p.refunded_at, p.clerk, p.clerk_name";

/// The most payments of one case that came to nothing: whoever begins and breaks off for fun is stopped.
const MOST_TRIES: u64 = 100;

/// A plain enum by its name, where there is one.
fn optional_named<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> sql::Result<Option<T>> {
    let name: Option<String> = row.get(column)?;
    let read = |name| serde_json::from_value(serde_json::Value::String(name));
    name.map(read)
        .transpose()
        .map_err(|cause| sql::Error::column(column, Error::from(cause)))
}

/// A payment from a row of [`PAYMENT`].
fn payment(row: &Row<'_>) -> sql::Result<StoredPayment> {
    let clerk: Option<StaffId> = values::optional_id(row, 16)?;
    let clerk_name: Option<String> = row.get(17)?;
    Ok(StoredPayment {
        id: values::id(row, 0)?,
        case: values::id(row, 1)?,
        sequence: row.get(2)?,
        way: values::named(row, 3)?,
        amount: Money::from_fen(row.get(4)?),
        state: values::named(row, 5)?,
        begun_at: values::time(row, 6)?,
        until: values::time(row, 7)?,
        opened_at: values::optional_time(row, 8)?,
        asked_at: values::optional_time(row, 9)?,
        pay_at: row.get(10)?,
        reference: row.get(11)?,
        refusal: optional_named(row, 12)?,
        paid_at: values::optional_time(row, 13)?,
        refund_asked_at: values::optional_time(row, 14)?,
        refunded_at: values::optional_time(row, 15)?,
        clerk: clerk.map(|clerk| (clerk, clerk_name.unwrap_or_default())),
    })
}

fn find_payment(db: &Connection, id: PaymentId) -> Result<StoredPayment> {
    let found = db
        .prepare_cached(&format!("SELECT {PAYMENT} FROM payment p WHERE p.id = ?1"))?
        .query_row([id.key()], payment)
        .optional()?;
    found.ok_or_else(Error::not_found)
}

fn charge(db: &Connection, case: CaseId) -> Result<Option<StoredCharge>> {
    let found = db
        .prepare_cached("SELECT lines, amount, before_result, state, payment FROM payment_charge WHERE case_id = ?1")?
        .query_row([case.key()], |row| {
            Ok(StoredCharge {
                lines: values::json(row, 0)?,
                amount: Money::from_fen(row.get(1)?),
                before_result: row.get(2)?,
                state: values::named(row, 3)?,
                payment: values::optional_id(row, 4)?,
            })
        })
        .optional()?;
    Ok(found)
}

fn owed(db: &Connection, case: StoredCase) -> Result<Owed> {
    let charge = charge(db, case.id)?;
    let named = charge.as_ref().and_then(|charge| charge.payment);
    Ok(Owed {
        payment: named.map(|id| find_payment(db, id)).transpose()?,
        ended_without: ended_without(db, case.id)?,
        case,
        charge,
    })
}

/// Whether a case ended without a result that is paid for.
fn ended_without(db: &Connection, case: CaseId) -> Result<bool> {
    let ended = db
        .prepare_cached("SELECT 1 FROM case_result WHERE case_id = ?1 AND kind <> 'issued'")?
        .exists([case.key()])?;
    Ok(ended)
}

/// Keeps what a case owes from now on, unless it has been paid. A payment that is under way for another amount counts no more.
pub(super) fn owe(db: &Connection, case: CaseId, new: Option<&NewCharge>) -> Result<()> {
    let owes = new.filter(|charge| charge.amount() > Money::ZERO);
    let Some(charge) = owes else {
        db.prepare_cached("DELETE FROM payment_charge WHERE case_id = ?1 AND state IN ('due', 'refused')")?
            .execute([case.key()])?;
        return Ok(());
    };
    db.prepare_cached(
        "INSERT INTO payment_charge (case_id, lines, amount, before_result, state) VALUES (?1, ?2, ?3, ?4, 'due')
         ON CONFLICT (case_id) DO UPDATE SET lines = excluded.lines, amount = excluded.amount,
             before_result = excluded.before_result
         WHERE payment_charge.state IN ('due', 'refused', 'begun', 'uncertain')",
    )?
    .execute(params![
        case.key(),
        values::to_json(&charge.lines)?,
        charge.amount().fen(),
        charge.before_result
    ])?;
    Ok(())
}

/// Whether a result has to wait for a payment.
pub(super) fn is_awaited(db: &Connection, case: CaseId) -> Result<bool> {
    let awaited = db
        .prepare_cached("SELECT 1 FROM payment_charge WHERE case_id = ?1 AND before_result = 1 AND state <> 'paid'")?
        .exists([case.key()])?;
    Ok(awaited)
}

/// Who did something with a payment, and what was said.
#[derive(Default)]
struct Doing<'a> {
    terminal: Option<TerminalKind>,
    clerk: Option<&'a (StaffId, String)>,
    reason: Option<&'a str>,
}

/// Adds to the history of the payments of a case.
fn note(
    db: &Connection,
    payment: &StoredPayment,
    state: PaymentState,
    doing: &Doing<'_>,
    now: Timestamp,
) -> Result<()> {
    let sequence: u64 = db
        .prepare_cached("SELECT coalesce(max(sequence), 0) + 1 FROM payment_event WHERE case_id = ?1")?
        .query_row([payment.case.key()], |row| row.get(0))?;
    db.prepare_cached(
        "INSERT INTO payment_event (case_id, sequence, payment, at, way, state, terminal, clerk, clerk_name, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        payment.case.key(),
        sequence,
        payment.id.key(),
        now.unix_millis(),
        values::name(&payment.way)?,
        values::name(&state)?,
        doing.terminal.map(|terminal| terminal.as_str().to_owned()),
        doing.clerk.map(|(clerk, _)| clerk.key()),
        doing.clerk.map(|(_, name)| name.clone()),
        doing.reason.map(str::to_owned),
    ])?;
    Ok(())
}

/// Takes the charge from being open to this state, for this payment. False where it is not open, or of another amount, by now.
fn take_charge(db: &Connection, case: CaseId, amount: Money, state: PaymentState, payment: PaymentId) -> Result<bool> {
    let taken = db
        .prepare_cached(
            "UPDATE payment_charge SET state = ?3, payment = ?4
             WHERE case_id = ?1 AND amount = ?2 AND state IN ('due', 'refused')",
        )?
        .execute(params![case.key(), amount.fen(), values::name(&state)?, payment.key()])?;
    Ok(taken == 1)
}

/// Why nothing can be begun for this amount.
fn refusal(owed: &Owed, amount: Money) -> NoPayment {
    match &owed.charge {
        Some(charge) => match charge.state {
            PaymentState::Paid => NoPayment::Paid,
            PaymentState::Begun | PaymentState::Uncertain => NoPayment::UnderWay,
            PaymentState::Refunded => NoPayment::NothingDue,
            PaymentState::Due | PaymentState::Refused if owed.ended_without => NoPayment::NothingDue,
            PaymentState::Due | PaymentState::Refused if charge.amount != amount => NoPayment::OtherAmount,
            // It was open when it was taken, and is so again: somebody else's came to nothing in between.
            PaymentState::Due | PaymentState::Refused => NoPayment::UnderWay,
        },
        None => NoPayment::NothingDue,
    }
}

/// A payment that is added.
struct New<'a> {
    id: PaymentId,
    case: CaseId,
    way: PaymentWay,
    amount: Money,
    state: PaymentState,
    clerk: Option<&'a (StaffId, String)>,
    now: Timestamp,
}

fn insert(db: &Connection, new: &New<'_>) -> Result<StoredPayment> {
    let sequence: u64 = db
        .prepare_cached("SELECT coalesce(max(sequence), 0) + 1 FROM payment WHERE case_id = ?1")?
        .query_row([new.case.key()], |row| row.get(0))?;
    let paid_at = (new.state == PaymentState::Paid).then(|| new.now.unix_millis());
    db.prepare_cached(
        "INSERT INTO payment (id, case_id, sequence, open_case, way, amount, state, begun_at, payable_until, paid_at, clerk,
             clerk_name)
         VALUES (?1, ?2, ?3, ?2, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        new.id.key(),
        new.case.key(),
        sequence,
        values::name(&new.way)?,
        new.amount.fen(),
        values::name(&new.state)?,
        new.now.unix_millis(),
        new.now.plus_seconds(PAYABLE_FOR).unix_millis(),
        paid_at,
        new.clerk.map(|(clerk, _)| clerk.key()),
        new.clerk.map(|(_, name)| name.clone()),
    ])?;
    find_payment(db, new.id)
}

fn begin(db: &Connection, begin: &Begin) -> Result<Owed> {
    if let Some((case, _)) = attempted(db, &begin.attempt)? {
        return owed(db, rows::find(db, case, &begin.viewer)?);
    }
    let before = owed(db, rows::find(db, begin.case, &begin.viewer)?)?;
    let case = before.case.clone();
    // Another press, or another terminal of the same citizen: the one that is under way is shown, and no second one begun.
    let same = |payment: &StoredPayment| {
        payment.state == PaymentState::Begun && payment.way == begin.way && payment.amount == begin.amount
    };
    if before.payment.as_ref().is_some_and(same) {
        keep_attempt(db, &begin.attempt, case.id, None, begin.now)?;
        return Ok(before);
    }
    if before.ended_without || !take_charge(db, case.id, begin.amount, PaymentState::Begun, begin.id)? {
        let now = owed(db, case.clone())?;
        // Another replica was faster with the same.
        if now.payment.as_ref().is_some_and(same) {
            keep_attempt(db, &begin.attempt, case.id, None, begin.now)?;
            return Ok(now);
        }
        return Err(not_possible(refusal(&now, begin.amount)));
    }
    let new = New {
        id: begin.id,
        case: case.id,
        way: begin.way,
        amount: begin.amount,
        state: PaymentState::Begun,
        clerk: None,
        now: begin.now,
    };
    let payment = insert(db, &new)?;
    if payment.sequence > MOST_TRIES {
        return Err(Error::too_many(86_400));
    }
    let doing = Doing {
        terminal: Some(begin.terminal),
        ..Doing::default()
    };
    note(db, &payment, PaymentState::Begun, &doing, begin.now)?;
    keep_attempt(db, &begin.attempt, case.id, None, begin.now)?;
    log_change(db, case.principal.id, Logged::Case(case.id), begin.now)?;
    owed(db, case)
}

fn note_at_window(db: &Connection, taken: &NoteAtWindow) -> Result<Owed> {
    let viewer = Viewer::Authority(taken.authority.clone());
    let case = rows::find(db, taken.case, &viewer)?;
    let before = owed(db, case.clone())?;
    // The same clerk pressed twice.
    let same = |payment: &StoredPayment| {
        let clerk = payment.clerk.as_ref().map(|(clerk, _)| *clerk);
        payment.state == PaymentState::Paid && payment.amount == taken.amount && clerk == Some(taken.clerk.0)
    };
    if before.payment.as_ref().is_some_and(same) {
        return Ok(before);
    }
    if before.ended_without || !take_charge(db, case.id, taken.amount, PaymentState::Paid, taken.id)? {
        let now = owed(db, case)?;
        return Err(not_possible(refusal(&now, taken.amount)));
    }
    let new = New {
        id: taken.id,
        case: case.id,
        way: PaymentWay::Cash,
        amount: taken.amount,
        state: PaymentState::Paid,
        clerk: Some(&taken.clerk),
        now: taken.now,
    };
    let payment = insert(db, &new)?;
    let doing = Doing {
        terminal: Some(taken.terminal),
        clerk: Some(&taken.clerk),
        reason: None,
    };
    note(db, &payment, PaymentState::Paid, &doing, taken.now)?;
    log_change(db, case.principal.id, Logged::Case(case.id), taken.now)?;
    owed(db, case)
}

/// Whether money went over that a clerk can have given back: it is paid, or another amount came than was due, of which alone a
/// payment that is uncertain has a reference.
fn can_go_back(payment: &StoredPayment) -> bool {
    match payment.state {
        PaymentState::Paid => true,
        PaymentState::Uncertain => payment.reference.is_some(),
        _ => false,
    }
}

fn ask_refund(db: &Connection, refund: &AskRefund) -> Result<Owed> {
    let viewer = Viewer::Authority(refund.authority.clone());
    let case = rows::find(db, refund.case, &viewer)?;
    let before = owed(db, case.clone())?;
    let Some(payment) = before.payment.as_ref().filter(|one| can_go_back(one)) else {
        return Err(not_possible(NoPayment::NotPaid));
    };
    if payment.refund_asked_at.is_some() {
        return Ok(before);
    }
    let (id, now) = (payment.id, refund.now.unix_millis());
    let asked = db
        .prepare_cached(
            "UPDATE payment SET refund_asked_at = ?2 WHERE id = ?1 AND state = ?3 AND refund_asked_at IS NULL",
        )?
        .execute(params![id.key(), now, values::name(&payment.state)?])?;
    if asked != 1 {
        return Err(not_possible(NoPayment::NotPaid));
    }
    let doing = Doing {
        terminal: Some(refund.terminal),
        clerk: Some(&refund.clerk),
        reason: Some(&refund.reason),
    };
    // What came over the counter goes back over it, as the clerk says by this.
    if payment.way == PaymentWay::Cash {
        give_back(db, payment, &doing, refund.now)?;
    } else {
        note(db, payment, payment.state, &doing, refund.now)?;
    }
    log_change(db, case.principal.id, Logged::Case(case.id), refund.now)?;
    owed(db, case)
}

/// What was paid is given back. False where it was before.
fn give_back(db: &Connection, payment: &StoredPayment, doing: &Doing<'_>, now: Timestamp) -> Result<bool> {
    let back = db
        .prepare_cached(
            "UPDATE payment SET state = 'refunded', refunded_at = ?2, open_case = NULL WHERE id = ?1 AND state = 'paid'",
        )?
        .execute(params![payment.id.key(), now.unix_millis()])?;
    if back != 1 {
        return Ok(false);
    }
    // What a result waits for is due again, or it could never be issued. What did not count as paid changes nothing.
    db.prepare_cached(
        "UPDATE payment_charge
         SET state = CASE WHEN before_result = 1 AND NOT EXISTS (SELECT 1 FROM case_result r WHERE r.case_id = ?1)
             THEN 'due' ELSE 'refunded' END
         WHERE case_id = ?1 AND payment = ?2 AND state = 'paid'",
    )?
    .execute(params![payment.case.key(), payment.id.key()])?;
    note(db, payment, PaymentState::Refunded, doing, now)?;
    Ok(true)
}

/// The charge stands as its payment does.
fn charge_follows(db: &Connection, payment: &StoredPayment, state: PaymentState) -> Result<()> {
    db.prepare_cached("UPDATE payment_charge SET state = ?3 WHERE case_id = ?1 AND payment = ?2")?
        .execute(params![payment.case.key(), payment.id.key(), values::name(&state)?])?;
    Ok(())
}

fn settle(db: &Connection, settle: &Settle) -> Result<Settled> {
    let before = find_payment(db, settle.id)?;
    let now = settle.now;
    db.prepare_cached("UPDATE payment SET asked_at = ?2 WHERE id = ?1")?
        .execute(params![before.id.key(), now.unix_millis()])?;
    let nothing = Doing::default();
    let changed = match (before.state, &settle.known) {
        (PaymentState::Begun | PaymentState::Uncertain, known) => settle_open(db, &before, known, now)?,
        (PaymentState::Refused, Known::Paid { reference, amount }) => paid_late(db, &before, reference, *amount, now)?,
        (PaymentState::Paid, Known::Refunded) => give_back(db, &before, &nothing, now)?,
        _ => false,
    };
    let case = rows::find(db, before.case, &Viewer::System)?;
    if changed {
        log_change(db, case.principal.id, Logged::Case(case.id), now)?;
    }
    Ok(Settled {
        case,
        payment: find_payment(db, settle.id)?,
        changed,
    })
}

/// What is known of a payment that is under way.
fn settle_open(db: &Connection, payment: &StoredPayment, known: &Known, now: Timestamp) -> Result<bool> {
    let mut doing = Doing::default();
    let (state, reference, refusal): (_, Option<&str>, Option<PaymentRefusal>) = match known {
        Known::Waiting => (PaymentState::Begun, None, None),
        Known::Paid { reference, amount } if *amount == payment.amount => {
            (PaymentState::Paid, Some(reference.as_str()), None)
        }
        // Neither paid nor to be begun anew: somebody has to look at it.
        Known::Paid { reference, .. } => {
            doing.reason = Some("other_amount");
            (PaymentState::Uncertain, Some(reference.as_str()), None)
        }
        Known::Refused(why) => (PaymentState::Refused, None, Some(*why)),
        // It was paid, and is given back: nothing is paid.
        Known::Refunded => (PaymentState::Refused, None, Some(PaymentRefusal::Cancelled)),
        Known::Silence => (PaymentState::Uncertain, None, None),
    };
    // That another amount was paid is told once, also where nobody knew before what had become of it.
    let is_told = doing.reason.is_none() || payment.reference.is_some();
    if state == payment.state && is_told {
        return Ok(false);
    }
    let (paid, over) = (state == PaymentState::Paid, state == PaymentState::Refused);
    // What its case owes has changed while it was under way, or it ended and owes nothing any more: it goes back.
    let owes_other = paid && charge(db, payment.case)?.is_some_and(|charge| charge.amount != payment.amount);
    let surplus = owes_other || paid && ended_without(db, payment.case)?;
    if surplus {
        doing.reason = Some("surplus");
    }
    let moved = db
        .prepare_cached(
            "UPDATE payment SET state = ?3, reference = coalesce(?4, reference), refusal = ?5, paid_at = ?6,
                 open_case = CASE WHEN ?7 = 1 THEN NULL ELSE open_case END,
                 refund_asked_at = coalesce(?8, refund_asked_at)
             WHERE id = ?1 AND state = ?2",
        )?
        .execute(params![
            payment.id.key(),
            values::name(&payment.state)?,
            values::name(&state)?,
            reference.map(str::to_owned),
            refusal.map(|why| values::name(&why)).transpose()?,
            paid.then(|| now.unix_millis()),
            over || owes_other,
            surplus.then(|| now.unix_millis()),
        ])?;
    if moved != 1 {
        return Ok(false);
    }
    let charged = if owes_other { PaymentState::Due } else { state };
    charge_follows(db, payment, charged)?;
    note(db, payment, state, &doing, now)?;
    Ok(true)
}

/// Paid, although it was over: what should not be. Where the case still owes it, it counts; where not, it is given back.
fn paid_late(db: &Connection, payment: &StoredPayment, reference: &str, amount: Money, now: Timestamp) -> Result<bool> {
    let counts = amount == payment.amount
        && !ended_without(db, payment.case)?
        && take_charge(db, payment.case, amount, PaymentState::Paid, payment.id)?;
    let moved = db
        .prepare_cached(
            "UPDATE payment SET state = 'paid', reference = ?2, refusal = NULL, paid_at = ?3,
                 open_case = CASE WHEN ?4 = 1 THEN case_id ELSE NULL END,
                 refund_asked_at = CASE WHEN ?4 = 1 THEN NULL ELSE ?3 END
             WHERE id = ?1 AND state = 'refused'",
        )?
        .execute(params![payment.id.key(), reference, now.unix_millis(), counts])?;
    if moved != 1 {
        return Err(Error::broken("keep a payment that came late"));
    }
    let doing = Doing {
        reason: Some(if counts { "late" } else { "surplus" }),
        ..Doing::default()
    };
    note(db, payment, PaymentState::Paid, &doing, now)?;
    Ok(true)
}

fn to_follow(db: &Connection, before: Timestamp, most: u32) -> Result<Vec<StoredPayment>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {PAYMENT} FROM payment p
         WHERE (p.state IN ('begun', 'uncertain') OR (p.state = 'paid' AND p.refund_asked_at IS NOT NULL))
           AND coalesce(p.asked_at, p.begun_at) <= ?1
         ORDER BY coalesce(p.asked_at, p.begun_at), p.id LIMIT ?2"
    ))?;
    let found = statement.query_map(params![before.unix_millis(), most], payment)?;
    Ok(found.collect::<sql::Result<_>>()?)
}

fn steps(db: &Connection, case: CaseId) -> Result<Vec<StoredStep>> {
    let mut statement = db.prepare_cached(
        "SELECT at, way, state, clerk_name, reason FROM payment_event WHERE case_id = ?1 ORDER BY sequence",
    )?;
    let found = statement.query_map([case.key()], |row| {
        Ok(StoredStep {
            at: values::time(row, 0)?,
            way: values::named(row, 1)?,
            state: values::named(row, 2)?,
            clerk: row.get(3)?,
            reason: row.get(4)?,
        })
    })?;
    Ok(found.collect::<sql::Result<_>>()?)
}

fn between(
    db: &Connection,
    authority: &AuthorityCode,
    (from, until): (Timestamp, Timestamp),
    most: u32,
) -> Result<Vec<ListedPayment>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {PAYMENT}, c.number, c.item FROM payment p JOIN case_record c ON c.id = p.case_id
         WHERE c.authority = ?1 AND p.state IN ('paid', 'refunded', 'uncertain')
           AND coalesce(p.paid_at, p.begun_at) >= ?2 AND coalesce(p.paid_at, p.begun_at) < ?3
         ORDER BY coalesce(p.paid_at, p.begun_at) DESC, p.id DESC LIMIT ?4"
    ))?;
    let bounds = params![authority.as_str(), from.unix_millis(), until.unix_millis(), most];
    let found = statement.query_map(bounds, |row| {
        Ok(ListedPayment {
            payment: payment(row)?,
            number: CaseNumber(row.get(18)?),
            item: values::parsed(row, 19)?,
        })
    })?;
    Ok(found.collect::<sql::Result<_>>()?)
}

#[async_trait]
impl PaymentStore for Database {
    async fn owed(&self, case: CaseId, viewer: Viewer) -> Result<Owed> {
        self.read(move |db| owed(db, rows::find(db, case, &viewer)?)).await
    }

    async fn begin_payment(&self, asked: Begin) -> Result<Owed> {
        self.write(move |tx| begin(tx, &asked)).await
    }

    async fn payment_opened(&self, id: PaymentId, pay_at: Option<String>, now: Timestamp) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE payment SET opened_at = ?3, pay_at = ?2 WHERE id = ?1 AND opened_at IS NULL AND state = 'begun'",
            )?
            .execute(params![id.key(), pay_at, now.unix_millis()])?;
            Ok(())
        })
        .await
    }

    async fn settle_payment(&self, known: Settle) -> Result<Settled> {
        self.write(move |tx| settle(tx, &known)).await
    }

    async fn note_payment(&self, taken: NoteAtWindow) -> Result<Owed> {
        self.write(move |tx| note_at_window(tx, &taken)).await
    }

    async fn ask_refund(&self, refund: AskRefund) -> Result<Owed> {
        self.write(move |tx| ask_refund(tx, &refund)).await
    }

    async fn payments_to_follow(&self, before: Timestamp, most: u32) -> Result<Vec<StoredPayment>> {
        self.read(move |db| to_follow(db, before, most)).await
    }

    async fn payment_steps(&self, case: CaseId) -> Result<Vec<StoredStep>> {
        self.read(move |db| steps(db, case)).await
    }

    async fn payments_between(
        &self,
        authority: AuthorityCode,
        from: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<ListedPayment>> {
        self.read(move |db| between(db, &authority, (from, until), most)).await
    }
}
