//! What the citizen's UI asks of the core.

use onehall_forms::{Definition, Inputs};
use onehall_protocol::cases::{AnswerSupplement, CaseSummary, CaseView, Rating, WithdrawCase};
use onehall_protocol::catalog::{Catalog, FormReference, ListPage, ServiceItem};
use onehall_protocol::drafts::{AnswerChange, DraftSaved, DraftSummary, DraftView, Receipt, StartDraft, SubmitDraft};
pub use onehall_protocol::files::UploadTo;
use onehall_protocol::files::{FileOffer, FileView, ReuseFile};
use onehall_protocol::identity::{CodeSent, Session};
use onehall_protocol::{CaseId, DraftId, FileId, IdempotencyKey, ItemCode, Language, ListCode, MaterialCode, Text};
use serde_json::Value;

use crate::{DraftForm, FileContent, Outcome, Preferences, Queued, SearchHit, TakenBack, UploadUnderWay, commands};

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
            id: DraftId,
            /// Whether answers that the backend does not take now may be submitted as this terminal has them: what is given
            /// then is handed in by a [`Submit`] that may wait (`wait_as`), and goes after them.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            may_wait: bool
        } -> SubmitDraft;
        /// Waits until all changes of a draft are with the backend, and says the revision. Fails where they cannot be.
        FlushDraft {
            /// Which draft.
            id: DraftId
        } -> DraftSaved;
        /// Forgets an answer that did not stand against a later one. To bring it back is an ordinary change.
        DismissLost {
            /// Which draft.
            id: DraftId,
            /// Which one, by its number.
            n: u32
        } -> ();
        /// Says that the citizen has a draft open here, or has it no more, until they leave. Those who have it open elsewhere
        /// are told by events `DraftPresence`, and so is this terminal of them.
        AttendDraft {
            /// Which draft.
            id: DraftId,
            /// Whether it is open.
            here: bool
        } -> ();
        /// The address of the hall's own pages, without a slash at the end; empty where the page itself comes from there.
        GetHallAddress {} -> String;
        /// Throws a draft away.
        DiscardDraft {
            /// Which.
            id: DraftId
        } -> ();
        /// Uploads a file. Events `Upload` tell how far it is. Where the connection breaks, it waits and goes on where it was,
        /// until the hall has the file or refuses it; a file for a draft goes on after a restart, too.
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
        /// The files on their way, also those that an earlier page chose, or that were chosen before this core started. Events
        /// `Upload` and `UploadEnded` tell of them; `CancelUpload` ends one.
        ListUploads {
            /// To what they belong.
            to: UploadTo
        } -> Vec<UploadUnderWay>;
        /// Puts an uploaded file into the answer to its question, where it is not there: for a file that arrives when its page is
        /// gone.
        AttachFile {
            /// The draft.
            draft: DraftId,
            /// The question.
            path: String,
            /// The file.
            file: FileView
        } -> ();
        /// Ends an upload that is under way.
        CancelUpload {
            /// Its number.
            transfer: u32
        } -> ();
        /// Files that the hall has of a material, which a draft or a supplement can have instead of an upload; the best first.
        OfferedFiles {
            /// A draft, or a case that waits for a supplement.
            to: UploadTo,
            /// The material that its form, or the supplement, asks for.
            material: MaterialCode
        } -> Vec<FileOffer>;
        /// Takes an offered file over into a draft or a supplement. What comes belongs into the answer, like an uploaded file.
        ReuseOffered {
            /// A draft, or a case that waits for a supplement.
            to: UploadTo,
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
            key: IdempotencyKey,
            /// What it is called while it waits on this terminal, where the hall cannot be reached. Absent, it does not wait
            /// but fails. It never waits where nothing may stay on the terminal (a kiosk).
            #[serde(default)]
            wait_as: Option<Text>
        } -> Outcome<Receipt>;

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
            key: IdempotencyKey,
            /// As of [`Submit`].
            #[serde(default)]
            wait_as: Option<Text>
        } -> Outcome<CaseView>;
        /// Takes an application back.
        Withdraw {
            /// Which case.
            id: CaseId,
            /// Why.
            withdrawal: WithdrawCase,
            /// As of [`Submit`].
            #[serde(default)]
            wait_as: Option<Text>
        } -> Outcome<CaseView>;
        /// Rates a service.
        Rate {
            /// Which case.
            id: CaseId,
            /// The rating.
            rating: Rating,
            /// As of [`Submit`].
            #[serde(default)]
            wait_as: Option<Text>
        } -> Outcome<CaseView>;

        /// What waits on this terminal until the hall can be reached, and what the hall refused of it; in the order in which
        /// it was left. Only what is the citizen's who is logged in.
        ListQueued {} -> Vec<Queued>;
        /// Takes back what waits. Fails with `outbox/may_have_arrived` where it has left this terminal and the hall cannot be
        /// asked what became of it.
        CancelQueued {
            /// Which.
            id: IdempotencyKey
        } -> TakenBack;
        /// Tries at once to send what waits, or once more what was refused.
        RetryQueued {
            /// Which.
            id: IdempotencyKey
        } -> ();
    }
}
