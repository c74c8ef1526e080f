//! Payments as they are kept.

use onehall_protocol::identity::TerminalKind;
use onehall_protocol::payments::{FeeLine, NoPayment, PaymentRefusal, PaymentState, PaymentWay};
use onehall_protocol::{AuthorityCode, CaseId, CaseNumber, ErrorCode, ItemCode, Money, PaymentId, StaffId, Timestamp};

use crate::cases::model::{Attempt, StoredCase, Viewer};
use crate::error::Error;

/// Seconds for which a payment that was begun can be paid.
pub const PAYABLE_FOR: i64 = 900;

/// What a case is going to owe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCharge {
    /// What for; the sum is what is owed.
    pub lines: Vec<FeeLine>,
    /// Whether the result is issued only once it is paid.
    pub before_result: bool,
}

impl NewCharge {
    /// All of it.
    #[must_use]
    pub fn amount(&self) -> Money {
        let sum = self
            .lines
            .iter()
            .fold(0i64, |sum, line| sum.saturating_add(line.amount.fen()));
        Money::from_fen(sum)
    }
}

/// What a case owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCharge {
    /// What for.
    pub lines: Vec<FeeLine>,
    /// All of it.
    pub amount: Money,
    /// Whether the result is issued only once it is paid.
    pub before_result: bool,
    /// How it stands.
    pub state: PaymentState,
    /// The payment of which the state speaks.
    pub payment: Option<PaymentId>,
}

/// A payment that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPayment {
    /// Its id, by which its provider knows it, too.
    pub id: PaymentId,
    /// Of which case.
    pub case: CaseId,
    /// Its place among those of the case, from 1.
    pub sequence: u64,
    /// By which way.
    pub way: PaymentWay,
    /// How much.
    pub amount: Money,
    /// How it stands.
    pub state: PaymentState,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// Until when it can be paid.
    pub until: Timestamp,
    /// When the provider said that it knows of it.
    pub opened_at: Option<Timestamp>,
    /// When the provider was last asked after it.
    pub asked_at: Option<Timestamp>,
    /// What a phone opens, or what a payment terminal is given.
    pub pay_at: Option<String>,
    /// The provider's number for it.
    pub reference: Option<String>,
    /// Why it came to nothing.
    pub refusal: Option<PaymentRefusal>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When somebody asked for it to be given back.
    pub refund_asked_at: Option<Timestamp>,
    /// When it was given back.
    pub refunded_at: Option<Timestamp>,
    /// The clerk who took it.
    pub clerk: Option<(StaffId, String)>,
}

/// A case with what it owes.
#[derive(Debug, Clone, PartialEq)]
pub struct Owed {
    /// The case.
    pub case: StoredCase,
    /// Whether it ended without a result that is paid for.
    pub ended_without: bool,
    /// What it owes; none where nothing.
    pub charge: Option<StoredCharge>,
    /// The last payment.
    pub payment: Option<StoredPayment>,
}

/// Begins a payment.
#[derive(Debug, Clone, PartialEq)]
pub struct Begin {
    /// Names the attempt.
    pub attempt: Attempt,
    /// The case.
    pub case: CaseId,
    /// Who begins it must be allowed to see it.
    pub viewer: Viewer,
    /// The id of the new payment.
    pub id: PaymentId,
    /// By which way.
    pub way: PaymentWay,
    /// What its citizen saw.
    pub amount: Money,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// A clerk took the money.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteAtWindow {
    /// The case.
    pub case: CaseId,
    /// Of the clerk's authority alone.
    pub authority: AuthorityCode,
    /// The id of the new payment.
    pub id: PaymentId,
    /// What was taken.
    pub amount: Money,
    /// The clerk.
    pub clerk: (StaffId, String),
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// A clerk gives back what was paid.
#[derive(Debug, Clone, PartialEq)]
pub struct AskRefund {
    /// The case.
    pub case: CaseId,
    /// Of the clerk's authority alone.
    pub authority: AuthorityCode,
    /// The clerk.
    pub clerk: (StaffId, String),
    /// Why.
    pub reason: String,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// What is known of a payment now, or that nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It is not paid, and can be.
    Waiting,
    /// It is paid.
    Paid {
        /// The provider's number for it.
        reference: String,
        /// What was paid.
        amount: Money,
    },
    /// It came to nothing, and never can be paid.
    Refused(PaymentRefusal),
    /// It was given back.
    Refunded,
    /// The provider did not answer.
    Silence,
}

/// Keeps what is known of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settle {
    /// Which.
    pub id: PaymentId,
    /// What is known.
    pub known: Known,
    /// When.
    pub now: Timestamp,
}

/// What came of that.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The case.
    pub case: StoredCase,
    /// The payment as it is now.
    pub payment: StoredPayment,
    /// Whether the state is another one than before.
    pub changed: bool,
}

/// One step of a payment, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStep {
    /// When.
    pub at: Timestamp,
    /// By which way.
    pub way: PaymentWay,
    /// How the payment stood then.
    pub state: PaymentState,
    /// The clerk, where one did it.
    pub clerk: Option<String>,
    /// What was said with it.
    pub reason: Option<String>,
}

/// A payment in the list of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPayment {
    /// The payment.
    pub payment: StoredPayment,
    /// The number of its case.
    pub number: CaseNumber,
    /// The service item.
    pub item: ItemCode,
}

/// The refusal of what cannot be paid, noted or given back now.
#[must_use]
pub fn not_possible(why: NoPayment) -> Error {
    Error::new(ErrorCode::PaymentNotPossible).with_details(serde_json::json!({ "why": why }))
}
