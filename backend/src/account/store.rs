//! What the account needs of a storage engine, as whole commands.

use async_trait::async_trait;
use onehall_protocol::account::SessionEnd;
use onehall_protocol::{ClaimId, PersonId, Timestamp};

use super::model::{
    AnswerTo, AskFor, Claim, CloseAccount, Closed, EndDelegation, EndSessions, LookForCode, Merge, MergeLook, Merged,
    NewClaim, OpenChild, StopClaim, StoredClaim, StoredDelegation, StoredSession,
};
use crate::error::Result;
use crate::files::StoredFile;
use crate::secrets::TokenHash;

/// The account in storage.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// The sessions of a person that have not ended, the last used first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn sessions(&self, person: PersonId, now: Timestamp) -> Result<Vec<StoredSession>>;

    /// Ends sessions of a person, with all that hangs on them, and leaves the mark by which their terminals are told. Gives
    /// how many.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn end_sessions(&self, end: EndSessions) -> Result<usize>;

    /// Why a session ended, where its citizen ended it and it would otherwise still count.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn session_end(&self, session: TokenHash, now: Timestamp) -> Result<Option<SessionEnd>>;

    /// The delegations of which these are one of the two, and the open ones that wait for one of these phone numbers; the newest
    /// first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn delegations(
        &self,
        person: PersonId,
        companies: Vec<PersonId>,
        phones: Vec<[u8; 32]>,
    ) -> Result<Vec<StoredDelegation>>;

    /// One of the two asks.
    ///
    /// # Errors
    /// `request/too_many` beyond what one person may ask in a day.
    async fn ask_for_delegation(&self, ask: AskFor) -> Result<StoredDelegation>;

    /// The open delegation of a code, if there is one.
    ///
    /// # Errors
    /// `request/too_many` beyond what one person may try in an hour.
    async fn delegation_by_code(&self, look: LookForCode) -> Result<Option<StoredDelegation>>;

    /// The other one answers. A code counts once.
    ///
    /// # Errors
    /// `request/not_found` where it is not open, or does not wait for them.
    async fn answer_delegation(&self, answer: AnswerTo) -> Result<StoredDelegation>;

    /// One of the two ends what is under way, or takes back what they asked.
    ///
    /// # Errors
    /// `request/not_found` where they are none of the two, or nothing is left to end.
    async fn end_delegation(&self, end: EndDelegation) -> Result<StoredDelegation>;

    /// The files of a person's own drafts and cases, as far as they may read them; oldest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn files_of_person(&self, person: PersonId) -> Result<Vec<StoredFile>>;

    /// Closes an account: all of it, or nothing. What the law has kept, the cases that have ended, stays.
    ///
    /// # Errors
    /// `identity/wrong_code`; `identity/open_cases` where a case has not ended; `request/too_many`.
    async fn close_account(&self, close: CloseAccount) -> Result<Closed>;

    /// What becomes of the account `from` where it becomes part of `into`.
    ///
    /// # Errors
    /// `request/not_found` where one of them is none; `identity/other_person` where they are two persons'.
    async fn look_at_merge(&self, into: PersonId, from: PersonId, now: Timestamp) -> Result<MergeLook>;

    /// Makes two accounts one: all of it, or nothing.
    ///
    /// # Errors
    /// As [`AccountStore::look_at_merge`]; `identity/merge_blocked` where both have a draft for one item.
    async fn merge_accounts(&self, merge: Merge) -> Result<Merged>;

    /// The accounts that became part of this one, the first first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn merged_into(&self, person: PersonId) -> Result<Vec<PersonId>>;

    /// Opens an account for a child, or finds the one that another guardian has opened, and lets the guardian act for it.
    ///
    /// # Errors
    /// `identity/number_in_use` where something logs the child's account in: it answers for itself.
    async fn open_child(&self, open: OpenChild) -> Result<StoredDelegation>;

    /// What is open of accounts that are asked for, for or by this one.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn claims(&self, person: PersonId) -> Result<Vec<StoredClaim>>;

    /// Asks for the account of an identity number, with a note in it.
    ///
    /// # Errors
    /// `request/not_found` where no other account has it; `identity/other_person` where who asks has a number of their own;
    /// `identity/forbidden` as long as guardians act for it; `request/too_many` for some days after its citizen has stopped one, but
    /// at a window; `identity/wrong_code` where the clerk's code was used meanwhile.
    async fn claim_account(&self, claim: NewClaim) -> Result<Claim>;

    /// Either of the two stops it.
    ///
    /// # Errors
    /// `request/not_found` where none is open.
    async fn stop_claim(&self, stop: StopClaim) -> Result<StoredClaim>;

    /// The account that can be taken up now.
    ///
    /// # Errors
    /// `request/not_found` where none is open of this account; `request/too_many` until its time has come.
    async fn ripe_claim(&self, by: PersonId, claim: ClaimId, now: Timestamp) -> Result<PersonId>;
}
