//! What a principal's earlier cases can give to a new application: answers, certificates, files.

use async_trait::async_trait;
use onehall_protocol::cases::ResultKind;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::Answers;
use onehall_protocol::files::FileView;
use onehall_protocol::{CaseId, CaseNumber, ItemCode, PersonId, Timestamp};

use crate::error::Result;

/// How many of a principal's cases are looked through: who applies every week is not asked for what was said years ago.
pub const MOST_EARLIER_CASES: usize = 20;

/// A case of the past, or one that is still under way, with what it can give to a new application.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierCase {
    /// The case.
    pub id: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// Its service item.
    pub item: ItemCode,
    /// The form that it was filled with.
    pub form: FormReference,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The last answers.
    pub answers: Answers,
    /// Paths of the answers that its authority has found wanting and that were not given anew.
    pub wanting: Vec<String>,
    /// How it ended, if it did.
    pub result: Option<EarlierResult>,
}

/// How an earlier case ended.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierResult {
    /// How.
    pub kind: ResultKind,
    /// When.
    pub at: Timestamp,
    /// The number of the certificate or decision.
    pub document_number: Option<String>,
    /// The document.
    pub file: Option<FileView>,
}

impl EarlierCase {
    /// Whether its answers and files may be offered again. Not those that an authority refused, for what they say may be
    /// the reason; but those of an application that its citizen took back or let lapse: nobody has found fault with them.
    #[must_use]
    pub fn may_be_used_again(&self) -> bool {
        !self.result.as_ref().is_some_and(|result| {
            matches!(
                result.kind,
                ResultKind::Rejected | ResultKind::NotAccepted | ResultKind::Terminated
            )
        })
    }

    /// Whether the answer at a path stands: its authority did not ask for it, or for what it stands in, again.
    #[must_use]
    pub fn stands(&self, path: &str) -> bool {
        let within = |wanting: &String| {
            path.strip_prefix(wanting.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !self.wanting.iter().any(within)
    }

    /// The result, where it is a certificate: the matter ended well.
    #[must_use]
    pub fn certificate(&self) -> Option<&EarlierResult> {
        self.result.as_ref().filter(|result| result.kind == ResultKind::Issued)
    }
}

/// Earlier cases in storage.
#[async_trait]
pub trait EarlierCases {
    /// At most `most` cases of this one principal that last changed; the last submitted first.
    ///
    /// # Errors
    /// What the engine says.
    async fn earlier_cases(&self, principal: PersonId, most: usize) -> Result<Vec<EarlierCase>>;
}
