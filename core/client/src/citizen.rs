//! What the citizen's UI asks of the core.

use onehall_forms::{Definition, Inputs};
use onehall_protocol::cases::{AnswerSupplement, CaseSummary, CaseView, Rating, WithdrawCase};
use onehall_protocol::catalog::{Catalog, FormReference, ListPage, ServiceItem};
use onehall_protocol::drafts::{AnswerChange, DraftSaved, DraftSummary, DraftView, Receipt, StartDraft, SubmitDraft};
use onehall_protocol::files::{FileOffer, FileView, ReuseFile};
use onehall_protocol::identity::{CodeSent, Session};
use onehall_protocol::{CaseId, DraftId, FileId, IdempotencyKey, ItemCode, Language, ListCode, MaterialCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DraftForm, FileContent, Preferences, SearchHit, commands};

/// Which of two answers stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The answer of this terminal.
    Mine,
    /// The answer that the backend holds.
    Theirs,
}

/// To what an uploaded file belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum UploadTo {
    /// A draft.
    Draft(DraftId),
    /// A case that waits for a supplement.
    Case(CaseId),
}

commands! {
    /// A command of the citizen's UI.
    Command, Reply {
        /// The preferences of this terminal.
        GetPreferences {} -> Preferences;
        /// Keeps the preferences of this terminal; also sets the language in which errors speak.
        SetPreferences {
            /// The new ones.
            preferences: Preferences
        } -> ();

        /// The session that the backend knows of this terminal, if any. Starts the pokes where there is one.
        RestoreSession {} -> Option<Session>;
        /// Sends a one-time code by text message.
        RequestCode {
            /// The phone number as typed.
            phone: String
        } -> CodeSent;
        /// Logs in with phone number and code.
        LogIn {
            /// The phone number as typed.
            phone: String,
            /// The code.
            code: String
        } -> Session;
        /// Ends the session; what this terminal knew of the person is forgotten. Where answers wait that the backend does not
        /// hold, it fails with `drafts/unsent`, unless they may be lost.
        LogOut {
            /// Whether answers that cannot be sent may be lost; they may not where this is absent.
            #[serde(default)]
            discard_unsent: bool
        } -> ();

        /// The catalog. Fetched once and kept; asked anew by its version.
        GetCatalog {} -> Catalog;
        /// Looks a service up: Chinese, English, part of a word, pinyin, its initials. An empty query finds nothing.
        SearchCatalog {
            /// The words.
            query: String,
            /// The language whose names are marked and preferred.
            language: Language,
            /// Most hits.
            limit: usize
        } -> Vec<SearchHit>;
        /// A service item with its guide.
        GetItem {
            /// Which.
            code: ItemCode
        } -> ServiceItem;
        /// A version of a form.
        GetForm {
            /// Which.
            form: FormReference
        } -> Definition;
        /// What a form is evaluated with besides the answers: the city's working days, and the lists that it lets choose
        /// from.
        GetFormInputs {
            /// Which form.
            form: FormReference
        } -> Inputs;
        /// Looks an entry of a list up: Chinese, English, pinyin, its initials, a code. Without words: the entries right
        /// below another one, or at the top.
        SearchList {
            /// The list.
            list: ListCode,
            /// The words.
            query: Option<String>,
            /// The code of an entry: only what lies below it.
            parent: Option<String>
        } -> ListPage;

        /// The open drafts, the last changed first.
        ListDrafts {} -> Vec<DraftSummary>;
        /// Starts a draft for an item, or gives the open one.
        OpenDraft {
            /// For what and for whom.
            start: StartDraft
        } -> DraftView;
        /// A draft.
        GetDraft {
            /// Which.
            id: DraftId
        } -> DraftView;
        /// Takes changed answers to save them; answers at once. Events `DraftSaving` tell how it goes.
        ChangeAnswers {
            /// Which draft.
            id: DraftId,
            /// The changes; null takes an answer away.
            changes: Vec<AnswerChange>,
            /// The page on which the citizen is.
            page: Option<String>
        } -> ();
        /// A draft as a UI sees it that does not link the form engine: the path of pages, and one page with its questions.
        /// What this terminal changed is in it at once.
        ViewDraft {
            /// Which draft.
            id: DraftId,
            /// Which page; none for the one on which the citizen was, or the first on which something is wrong.
            page: Option<String>
        } -> DraftForm;
        /// Takes what a person typed as the answer to a question, reads it as the question's kind says (`1,200` is
        /// `"1200.00"`), and changes the answer; gives the answer that it was read as.
        TypeAnswer {
            /// Which draft.
            id: DraftId,
            /// Which question, by its answer path.
            path: String,
            /// What was typed.
            text: String,
            /// The page on which the citizen is.
            page: Option<String>
        } -> Value;
        /// Brings every change to the backend, evaluates the answers as of today, and gives what is to be submitted. Fails
        /// with `forms/invalid_answers` where something is missing or wrong.
        PrepareSubmission {
            /// Which draft.
            id: DraftId
        } -> SubmitDraft;
        /// Waits until all changes of a draft are with the backend, and says the revision. Fails where they cannot be.
        FlushDraft {
            /// Which draft.
            id: DraftId
        } -> DraftSaved;
        /// Decides between two answers.
        ResolveConflict {
            /// Which draft.
            id: DraftId,
            /// Which answer.
            path: String,
            /// Which one stays.
            keep: Keep
        } -> ();
        /// Throws a draft away.
        DiscardDraft {
            /// Which.
            id: DraftId
        } -> ();
        /// Uploads a file. Events `Upload` tell how far it is.
        UploadFile {
            /// To what it belongs.
            to: UploadTo,
            /// The question that it answers.
            path: String,
            /// Name, type and bytes.
            file: FileContent,
            /// A number of the UI's by which the events name this upload.
            transfer: u32
        } -> FileView;
        /// Ends an upload that is under way.
        CancelUpload {
            /// Its number.
            transfer: u32
        } -> ();
        /// Files that the hall has of a material, which a draft can have instead of an upload; the best first.
        OfferedFiles {
            /// The draft.
            draft: DraftId,
            /// The material that its form asks for.
            material: MaterialCode
        } -> Vec<FileOffer>;
        /// Takes an offered file over into a draft. What comes belongs into the answer, like an uploaded file.
        ReuseOffered {
            /// The draft.
            draft: DraftId,
            /// The question that it answers, and the file that was offered.
            reuse: ReuseFile
        } -> FileView;
        /// Takes a file of a draft away.
        RemoveFile {
            /// The draft.
            draft: DraftId,
            /// The file.
            file: FileId
        } -> ();
        /// Reads a file of one's own: a material or a result.
        ReadFile {
            /// Which.
            id: FileId
        } -> FileContent;
        /// A key that names one attempt of a submission. A UI keeps it with the attempt: a second press of the button, or
        /// a retry after a broken connection, is the same attempt.
        NewKey {} -> IdempotencyKey;
        /// Submits a draft. The same key makes the same case, however often it is asked.
        Submit {
            /// Which draft.
            id: DraftId,
            /// What the citizen checked.
            submission: SubmitDraft,
            /// Names this attempt.
            key: IdempotencyKey
        } -> Receipt;

        /// The citizen's cases, the last changed first.
        ListCases {} -> Vec<CaseSummary>;
        /// A case.
        GetCase {
            /// Which.
            id: CaseId
        } -> CaseView;
        /// Hands in what was asked for.
        Supplement {
            /// Which case.
            id: CaseId,
            /// The answers.
            supplement: AnswerSupplement,
            /// Names this attempt.
            key: IdempotencyKey
        } -> CaseView;
        /// Takes an application back.
        Withdraw {
            /// Which case.
            id: CaseId,
            /// Why.
            withdrawal: WithdrawCase
        } -> CaseView;
        /// Rates a service.
        Rate {
            /// Which case.
            id: CaseId,
            /// The rating.
            rating: Rating
        } -> CaseView;
    }
}
