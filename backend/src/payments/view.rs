//! What a case owes, as people see it.

use onehall_protocol::payments::{
    CasePayment, Charge, PaymentReceipt, PaymentState, PaymentStep, PaymentUnderWay, PaymentWay,
};

use super::model::{Owed, StoredCharge, StoredPayment, StoredStep};
use crate::state::AppState;

/// As its citizen sees it.
pub(crate) fn of(state: &AppState, owed: &Owed) -> CasePayment {
    let charge = owed.charge.as_ref();
    // What ended without a result that is paid for owes nothing any more; what was paid stays told.
    let charge = charge.filter(|charge| !(owed.ended_without && charge.state.is_open()));
    let open = charge.is_some_and(|charge| charge.state.is_open());
    let ways = if open && state.payments.is_there() {
        vec![PaymentWay::Code, PaymentWay::Card]
    } else {
        Vec::new()
    };
    CasePayment {
        charge: charge.map(|charge| seen(owed, charge)),
        ways,
    }
}

fn seen(owed: &Owed, charge: &StoredCharge) -> Charge {
    let payment = owed.payment.as_ref();
    let under_way = payment.filter(|_| charge.state.is_under_way());
    Charge {
        lines: charge.lines.clone(),
        amount: charge.amount,
        state: charge.state,
        before_result: charge.before_result,
        payment: under_way.map(|payment| PaymentUnderWay {
            id: payment.id,
            way: payment.way,
            pay_at: payment.pay_at.clone(),
            until: payment.until,
        }),
        refusal: payment
            .filter(|_| charge.state == PaymentState::Refused)
            .and_then(|payment| payment.refusal),
        receipt: payment.and_then(|payment| receipt(owed, payment)),
    }
}

/// What shows that it was paid.
pub(super) fn receipt(owed: &Owed, payment: &StoredPayment) -> Option<PaymentReceipt> {
    if !matches!(payment.state, PaymentState::Paid | PaymentState::Refunded) {
        return None;
    }
    Some(PaymentReceipt {
        number: format!("{}-P{}", owed.case.number, payment.sequence),
        way: payment.way,
        amount: payment.amount,
        paid_at: payment.paid_at?,
        reference: payment.reference.clone(),
        refunded_at: payment.refunded_at,
    })
}

/// A step as staff see it.
pub(super) fn step(step: StoredStep) -> PaymentStep {
    PaymentStep {
        at: step.at,
        way: step.way,
        state: step.state,
        clerk: step.clerk,
        reason: step.reason,
    }
}
