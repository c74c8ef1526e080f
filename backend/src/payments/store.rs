//! What payments need of a storage engine.

use async_trait::async_trait;
use onehall_protocol::{AuthorityCode, CaseId, PaymentId, Timestamp};

use super::model::{AskRefund, Begin, ListedPayment, NoteAtWindow, Owed, Settle, Settled, StoredPayment, StoredStep};
use crate::cases::model::Viewer;
use crate::error::Result;

/// Payments in storage. What a case owes comes with the command that makes the case, or that hands a supplement in.
#[async_trait]
pub trait PaymentStore: Send + Sync {
    /// What a case owes.
    ///
    /// # Errors
    /// `request/not_found` for whoever may not see the case.
    async fn owed(&self, case: CaseId, viewer: Viewer) -> Result<Owed>;

    /// Begins a payment: one for each case, whoever asks, and however often. The same attempt, and another that asks for the
    /// same way while one is under way, get that one.
    ///
    /// # Errors
    /// `request/not_found`; `request/idempotency_conflict`; `payments/not_possible`.
    async fn begin_payment(&self, begin: Begin) -> Result<Owed>;

    /// Keeps that the provider knows of a payment, and how it is paid.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn payment_opened(&self, id: PaymentId, pay_at: Option<String>, now: Timestamp) -> Result<()>;

    /// Keeps what is known of a payment. One that is settled stays so, but that what is paid may be given back.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn settle_payment(&self, settle: Settle) -> Result<Settled>;

    /// Keeps that a clerk took the money. Noted twice by the same clerk, it is one payment.
    ///
    /// # Errors
    /// `request/not_found`; `payments/not_possible`.
    async fn note_payment(&self, note: NoteAtWindow) -> Result<Owed>;

    /// Keeps that what was paid is to be given back, also where it was another amount than was due. What a clerk took, a clerk has
    /// given back with this.
    ///
    /// # Errors
    /// `request/not_found`; `payments/not_possible`.
    async fn ask_refund(&self, refund: AskRefund) -> Result<Owed>;

    /// Payments of which somebody has to be asked what became of them, the one that was asked after longest ago first:
    /// under way and not asked after since `before`, or to be given back.
    ///
    /// # Errors
    /// What the engine says.
    async fn payments_to_follow(&self, before: Timestamp, most: u32) -> Result<Vec<StoredPayment>>;

    /// All that happened with the payments of a case, the oldest first.
    ///
    /// # Errors
    /// What the engine says.
    async fn payment_steps(&self, case: CaseId) -> Result<Vec<StoredStep>>;

    /// What was paid to an authority between two moments, given back since or not, and what nobody is sure of; the last first.
    ///
    /// # Errors
    /// What the engine says.
    async fn payments_between(
        &self,
        authority: AuthorityCode,
        from: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<ListedPayment>>;
}
