//! How a payment is begun, asked after, broken off and given back.

use std::time::Duration;

use onehall_protocol::payments::{PaymentRefusal, PaymentState};

use super::model::{Begin, Known, Owed, Settle, StoredPayment};
use super::provider::{Answer, Order};
use crate::cases::{item_name, tell};
use crate::clock;
use crate::error::{Error, Result};
use crate::state::AppState;

/// How often the hall looks for payments that nobody asked after.
const EVERY: Duration = Duration::from_secs(20);

/// Seconds for which a payment is left to its citizen's terminal before the hall asks by itself.
const LEFT_ALONE: i64 = 20;

/// Seconds between two questions about one payment, whoever asks: a provider is not asked at each press.
const ASKED_AGAIN: i64 = 2;

/// The most payments that one look asks after.
const AT_ONCE: u32 = 50;

/// Begins a payment, and has its provider know of it. What was begun and not told to the provider, because the process was killed
/// in between or its answer was lost, is told to it now: the same id makes the same payment.
///
/// # Errors
/// `payments/unavailable`, and nothing is charged then; what the store says.
pub async fn begin(state: &AppState, asked: Begin) -> Result<()> {
    if !state.payments.is_there() {
        return Err(super::provider::unavailable());
    }
    let owed = state.storage.begin_payment(asked).await?;
    tell(state, &owed.case);
    let Some(payment) = owed.payment.clone() else {
        return Ok(());
    };
    if payment.state != PaymentState::Begun || payment.opened_at.is_some() {
        return Ok(());
    }
    tracing::info!(case = %payment.case, payment = %payment.id, "a payment was begun");
    open(state, &owed, &payment).await
}

async fn open(state: &AppState, owed: &Owed, payment: &StoredPayment) -> Result<()> {
    let order = Order {
        id: payment.id,
        amount: payment.amount,
        way: payment.way,
        what: item_name(state, &owed.case),
        until: payment.until,
    };
    match state.payments.open(&order).await {
        Ok(opened) => {
            let now = state.clock.now();
            state.storage.payment_opened(payment.id, opened.pay_at, now).await
        }
        Err(error) => {
            tracing::warn!(%error, payment = %payment.id, "a payment could not be opened");
            // Nobody was told how to pay it; and nobody is to be able to.
            close(state, payment).await?;
            Err(error)
        }
    }
}

/// Asks what became of a payment, and keeps it. Somebody who asks again at once is told what is known.
///
/// # Errors
/// What the store says. A provider that cannot be reached is no error: then nobody knows, and that is kept.
pub async fn ask(state: &AppState, payment: &StoredPayment) -> Result<()> {
    let now = state.clock.now();
    let asked_now = payment.asked_at.is_some_and(|at| at.plus_seconds(ASKED_AGAIN) > now);
    // Its provider is being told of it: what it says before that it knows of no such payment means nothing.
    let is_opened_now = payment.opened_at.is_none() && payment.begun_at.plus_seconds(LEFT_ALONE) > now;
    if asked_now || is_opened_now || !payment.state.is_under_way() {
        return Ok(());
    }
    match state.payments.ask(payment.id).await {
        // It is over, or the provider never heard of it: then it never shall.
        Ok(Answer::Unknown) => close(state, payment).await,
        Ok(Answer::Waiting) if payment.until < now => close(state, payment).await,
        answer => settle(state, payment, known(answer)).await,
    }
}

/// Breaks a payment off, unless it is paid by now.
///
/// # Errors
/// What the store says.
pub async fn close(state: &AppState, payment: &StoredPayment) -> Result<()> {
    let closed = match known(state.payments.close(payment.id).await) {
        // Closed because its time was over, not because somebody broke it off.
        Known::Refused(PaymentRefusal::Cancelled) if payment.until < state.clock.now() => {
            Known::Refused(PaymentRefusal::Expired)
        }
        known => known,
    };
    settle(state, payment, closed).await
}

/// Has the provider give back what was paid.
///
/// # Errors
/// What the store says.
pub async fn refund(state: &AppState, payment: &StoredPayment) -> Result<()> {
    // All of what was paid goes back, which need not be what was due.
    let back = match state.payments.ask(payment.id).await {
        Ok(Answer::Paid { amount, .. }) => state.payments.refund(payment.id, amount).await,
        Ok(Answer::Unknown) if payment.state == PaymentState::Paid => {
            state.payments.refund(payment.id, payment.amount).await
        }
        answer => answer,
    };
    match back {
        Ok(Answer::Refunded) => settle(state, payment, Known::Refunded).await,
        // It stays paid, and is asked for again.
        Ok(_) => settle(state, payment, Known::Silence).await,
        Err(error) => {
            tracing::warn!(%error, payment = %payment.id, "a payment could not be given back yet");
            settle(state, payment, Known::Silence).await
        }
    }
}

fn known(answer: Result<Answer>) -> Known {
    match answer {
        Ok(Answer::Waiting) => Known::Waiting,
        Ok(Answer::Paid { reference, amount }) => Known::Paid { reference, amount },
        Ok(Answer::Refused { why }) => Known::Refused(why),
        Ok(Answer::Refunded) => Known::Refunded,
        Ok(Answer::Unknown) => Known::Silence,
        Err(error) => {
            tracing::warn!(%error, "a provider of payments said nothing");
            Known::Silence
        }
    }
}

async fn settle(state: &AppState, payment: &StoredPayment, known: Known) -> Result<()> {
    let other_amount = matches!(&known, Known::Paid { amount, .. } if *amount != payment.amount);
    let settle = Settle {
        id: payment.id,
        known,
        now: state.clock.now(),
    };
    let settled = state.storage.settle_payment(settle).await?;
    if settled.changed {
        let now = settled.payment.state;
        tracing::info!(case = %payment.case, payment = %payment.id, state = ?now, "a payment moved on");
        if now == PaymentState::Paid {
            metrics::counter!("onehall_payments_total").increment(1);
        }
        if other_amount {
            tracing::error!(payment = %payment.id, "another amount was paid than was due");
        }
        tell(state, &settled.case);
    }
    Ok(())
}

/// Asks after what nobody asked after, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        if let Err(error) = follow_up(&state).await {
            tracing::error!(%error, "could not ask after payments");
        }
    })
    .await;
}

/// Asks after each payment that was left alone, and gives back what is to be given back. How many it were.
///
/// # Errors
/// What the store says.
pub async fn follow_up(state: &AppState) -> Result<usize> {
    if !state.payments.is_there() {
        return Ok(0);
    }
    let before = state.clock.now().plus_seconds(-LEFT_ALONE);
    let payments = state.storage.payments_to_follow(before, AT_ONCE).await?;
    for payment in &payments {
        let followed: Result<(), Error> = if payment.refund_asked_at.is_some() {
            refund(state, payment).await
        } else {
            ask(state, payment).await
        };
        // One that cannot be kept now does not keep the others waiting.
        if let Err(error) = followed {
            tracing::error!(%error, payment = %payment.id, "could not keep what became of a payment");
        }
    }
    Ok(payments.len())
}
