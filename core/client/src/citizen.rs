//! What the citizen's UI asks of the core.

use onehall_forms::{Definition, Inputs};
use onehall_protocol::account::{
    ActorInvited, AnswerDelegation, AskToAct, ClosingView, DelegationView, Delegations, InviteActor, MergeTicket,
    MergeView, SessionEnd, SessionView,
};
use onehall_protocol::assurance::{HallVisit, LevelView};
use onehall_protocol::authorization::{AuthorizationView, ConfirmDevice, ConsentView, DeviceView, LogoutView, Onward};
use onehall_protocol::cases::{AnswerSupplement, CaseSummary, CaseView, Rating, WithdrawCase};
use onehall_protocol::catalog::{Catalog, FormReference, ListPage, ServiceItem};
use onehall_protocol::contacts::{ClaimView, ContactKind, ContactsView};
use onehall_protocol::drafts::{AnswerChange, DraftSaved, DraftSummary, DraftView, Receipt, StartDraft, SubmitDraft};
pub use onehall_protocol::files::UploadTo;
use onehall_protocol::files::{FileOffer, FileView, ReuseFile};
use onehall_protocol::halls::{self, AppointmentView, DisplayView, HallView, SlotDay, TicketView};
use onehall_protocol::identity::{CodeSent, Session};
use onehall_protocol::passkeys::{PasskeyPurpose, PasskeyView};
use onehall_protocol::{
    AppointmentId, CaseId, ClaimId, ClientId, ContactId, DelegationId, DraftId, FileId, HallCode, IdempotencyKey,
    ItemCode, Language, ListCode, MaterialCode, PasskeyId, PersonId, QueueCode, SessionId, Text,
};
use serde_json::Value;

use crate::{
    DraftForm, FileContent, Outcome, PhoneLogin, PhoneLoginEnd, Preferences, Queued, SearchHit, TakenBack,
    UploadUnderWay, commands,
};

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
        /// Logs in with a phone number whose account was not used for long, after `identity/confirm_identity` and with the same code.
        ConfirmLogIn {
            /// The phone number as typed.
            phone: String,
            /// The code.
            code: String,
            /// The identity number of whose account it is; absent where the number is new to who logs in.
            #[serde(default)]
            citizen_id: Option<String>
        } -> Session;
        /// Ends the session; what this terminal knew of the person is forgotten. Where answers wait that the backend does not
        /// hold, it fails with `drafts/unsent`, unless they may be lost.
        LogOut {
            /// Whether answers that cannot be sent may be lost; they may not where this is absent.
            #[serde(default)]
            discard_unsent: bool
        } -> ();
        /// Begins a login that a phone confirms (desktop, kiosk). `request/not_found` where there is none.
        BeginPhoneLogin {} -> PhoneLogin;
        /// Waits until a phone has confirmed the login that was begun last, or nobody did. Who goes away cancels it.
        AwaitPhoneLogin {} -> PhoneLoginEnd;

        /// The assurance level of who is logged in, and the ways to a higher one.
        GetLevel {} -> LevelView;
        /// Raises the level to L2: name and number are matched with the register. `identity/not_matched` says no more than that.
        MatchDocument {
            /// The name on the identity document.
            name: String,
            /// The number on it, as typed.
            citizen_id: String
        } -> Session;
        /// Raises the level to L3: a picture is matched with the one on the identity document.
        MatchFace {
            /// JPEG or PNG, in base64.
            picture: String
        } -> Session;
        /// A code to show at a window, with which a clerk raises the level.
        AskHallVisit {} -> HallVisit;

        /// What the browser takes to make a passkey or to ask for one, in the shape of WebAuthn.
        PasskeyOptions {
            /// For what.
            purpose: PasskeyPurpose
        } -> Value;
        /// Logs in with a passkey.
        LogInWithPasskey {
            /// What the browser gave (`AuthenticationResponseJSON`).
            credential: Value
        } -> Session;
        /// One's passkeys, the oldest first.
        ListPasskeys {} -> Vec<PasskeyView>;
        /// Adds a passkey that the browser made. `identity/step_up_required` where one has to show first that one is there.
        AddPasskey {
            /// What it is to be called.
            name: String,
            /// What the browser gave (`RegistrationResponseJSON`).
            credential: Value
        } -> PasskeyView;
        /// Removes a passkey.
        RemovePasskey {
            /// Which.
            id: PasskeyId
        } -> ();
        /// Shows by a passkey that one is there; it counts for ten minutes.
        ProveWithPasskey {
            /// What the browser gave (`AuthenticationResponseJSON`).
            credential: Value
        } -> ();
        /// Sends a one-time code to who is logged in.
        SendProofCode {
            /// Where to; to what comes first where this is absent.
            #[serde(default)]
            by: Option<ContactKind>
        } -> CodeSent;
        /// Shows by that code that one is there; it counts for ten minutes.
        ProveWithCode {
            /// The code.
            code: String,
            /// Where it went; to what comes first where this is absent.
            #[serde(default)]
            by: Option<ContactKind>
        } -> ();
        /// What logs one in by a code, and what was done with the account.
        ListContacts {} -> ContactsView;
        /// Sends a one-time code to a phone number or an e-mail address that is to be added.
        /// `identity/step_up_required` where one has to show first that one is there; of the following, too.
        SendContactCode {
            /// As typed.
            to: String
        } -> CodeSent;
        /// Adds what the code was sent to.
        AddContact {
            /// As typed.
            to: String,
            /// The code.
            code: String
        } -> ContactsView;
        /// What becomes of another account of one's own, where it becomes part of this one.
        LookAtMerge {
            /// `details.merge` of `identity/contact_in_use`.
            ticket: String
        } -> MergeView;
        /// Has it become part of this one.
        MergeAccounts {
            /// As of [`LookAtMerge`].
            ticket: String
        } -> Session;
        /// Opens an account for a child without a phone of its own, and acts for it from then on.
        OpenForChild {
            /// The child's name.
            name: String,
            /// Its identity number.
            citizen_id: String
        } -> DelegationView;
        /// Asks for an account to which one can no longer log in, by identity document and face.
        AskForAccount {
            /// The name on the document.
            name: String,
            /// Its number.
            citizen_id: String,
            /// JPEG or PNG, in base64.
            picture: String
        } -> ClaimView;
        /// Stops that somebody gets an account: this one, or the other one that this one asks for.
        StopClaim {
            /// Which.
            id: ClaimId
        } -> ();
        /// A ticket for the account that one asked for, once its time has come (`request/too_many` before).
        TakeUpClaim {
            /// Which.
            id: ClaimId
        } -> MergeTicket;
        /// Removes one; the last one stays (`identity/last_contact`).
        RemoveContact {
            /// Which.
            id: ContactId
        } -> ContactsView;
        /// Has a phone number come first.
        PutContactFirst {
            /// Which.
            id: ContactId
        } -> ContactsView;

        /// What an application of somebody else asks of who is logged in here; also before anybody is.
        GetAuthorization {
            /// What the page was opened with.
            request: String
        } -> AuthorizationView;
        /// Allows some of what an application asks for. The page goes on to the address.
        GrantAuthorization {
            /// What the page was opened with.
            request: String,
            /// Names of what is given; `openid` is always among them.
            scopes: Vec<String>
        } -> Onward;
        /// Refuses what an application asks for. The page goes on to the address.
        RefuseAuthorization {
            /// What the page was opened with.
            request: String
        } -> Onward;
        /// Whether an application of somebody else wants the citizen logged out of the hall, too, and where to go then.
        GetLogout {
            /// What the page was opened with.
            request: String
        } -> LogoutView;
        /// Which machine shows a code, where it stands, and what it asks for.
        GetDevice {
            /// The code, as it was read or typed.
            code: String
        } -> DeviceView;
        /// Lets a machine in. A number that does not stand on its screen ends its question: `identity/wrong_code`.
        LetDeviceIn {
            /// The code.
            code: String,
            /// The number, and what is given.
            confirm: ConfirmDevice
        } -> ();
        /// Does not let a machine in; it is told so.
        RefuseDevice {
            /// The code.
            code: String
        } -> ();
        /// What the citizen has allowed, and to whom; the newest first.
        ListConsents {} -> Vec<ConsentView>;
        /// Takes back what was allowed to an application: it is logged out at once.
        WithdrawConsent {
            /// The application.
            client: ClientId
        } -> ();

        /// The terminals on which the citizen is logged in, the last used first.
        ListSessions {} -> Vec<SessionView>;
        /// Logs another terminal out, at once.
        EndSession {
            /// Which.
            id: SessionId
        } -> ();
        /// Logs all other terminals out, at once.
        EndOtherSessions {} -> ();
        /// Why the last session of this terminal is no more, where its citizen ended it from elsewhere; nothing of theirs is left
        /// here then.
        WhySessionEnded {} -> Option<SessionEnd>;
        /// Who acts for the citizen and their companies, and for whom the citizen acts.
        ListDelegations {} -> Delegations;
        /// Lets somebody act for the citizen, or for a company of theirs, once they have agreed.
        Appoint {
            /// Whom, for what, until when.
            invite: InviteActor
        } -> ActorInvited;
        /// Asks somebody whether the citizen may act for them.
        OfferToAct {
            /// Whom, for what, until when.
            ask: AskToAct
        } -> DelegationView;
        /// An invitation by its code, to be answered.
        FindInvitation {
            /// The code as typed.
            code: String
        } -> DelegationView;
        /// Answers what waits for the citizen's answer.
        DecideDelegation {
            /// Which.
            id: DelegationId,
            /// Yes or no.
            answer: AnswerDelegation
        } -> DelegationView;
        /// Ends a delegation, or takes back what was asked.
        EndDelegation {
            /// Which.
            id: DelegationId
        } -> ();
        /// All that the hall holds of the citizen, or of a child whose guardian they are by the register, as one file.
        DownloadOwnData {
            /// The child.
            #[serde(default)]
            child: Option<PersonId>
        } -> FileContent;
        /// What the end of the account takes away, and what stays.
        GetClosing {} -> ClosingView;
        /// Sends the code by which closing the account is confirmed.
        SendClosingCode {} -> CodeSent;
        /// Closes the account, and forgets the citizen here.
        CloseAccount {
            /// The code.
            code: String
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
        /// until the hall has the file or refuses it; a file for a draft goes on after a restart, too. Where nobody waits for the
        /// reply any longer, a file for a draft goes into the answer by itself when it has arrived; `CancelUpload` ends it.
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
        /// Keeps on this terminal what was typed for a supplement, until it is handed in; gives whether it outlives the
        /// program. On a public machine nothing is kept.
        KeepSupplement if "own-terminal" {
            /// Which case.
            id: CaseId,
            /// What was typed; none to forget it.
            typed: Option<crate::TypedSupplement>
        } -> bool;
        /// What was typed on this terminal for a supplement and not handed in.
        GetTypedSupplement if "own-terminal" {
            /// Which case.
            id: CaseId,
            /// When the supplement was asked for: what was typed for an earlier one is not of use.
            requested_at: onehall_protocol::Timestamp
        } -> Option<crate::TypedSupplement>;
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

        /// The halls that give numbers or make appointments, as they are now.
        ListHalls {} -> Vec<HallView>;
        /// A hall, as it is now.
        GetHall {
            /// Which.
            code: HallCode
        } -> HallView;
        /// Who is called in a hall, for its screen.
        GetDisplay {
            /// Which hall.
            code: HallCode
        } -> DisplayView;
        /// Listens to what moves in a hall, from now on and in no other: `QueueChanged` tells of it.
        WatchHall {
            /// Which; none to stop.
            #[serde(default)]
            code: Option<HallCode>
        } -> ();
        /// Draws a number. At a kiosk nobody has to be logged in.
        TakeTicket {
            /// In which hall.
            hall: HallCode,
            /// Of which queue.
            ticket: halls::TakeTicket,
            /// Names this attempt.
            key: IdempotencyKey
        } -> TicketView;
        /// The citizen's numbers of today that are still to be dealt with.
        ListTickets {} -> Vec<TicketView>;
        /// A number, by its address.
        GetTicket {
            /// Its address.
            follow: String
        } -> TicketView;
        /// Gives a number up.
        LeaveQueue {
            /// Its address.
            follow: String
        } -> TicketView;
        /// The times of a queue for which appointments are made.
        ListSlots {
            /// In which hall.
            hall: HallCode,
            /// Of which queue.
            queue: QueueCode
        } -> Vec<SlotDay>;
        /// The citizen's appointments of today and later.
        ListAppointments {} -> Vec<AppointmentView>;
        /// Makes an appointment.
        BookAppointment {
            /// Where, for what and when.
            appointment: halls::BookAppointment,
            /// Names this attempt.
            key: IdempotencyKey
        } -> AppointmentView;
        /// Moves an appointment to another time.
        MoveAppointment {
            /// Which.
            id: AppointmentId,
            /// When it is then.
            to: halls::MoveAppointment,
            /// Names this attempt.
            key: IdempotencyKey
        } -> AppointmentView;
        /// Takes an appointment back.
        CancelAppointment {
            /// Which.
            id: AppointmentId
        } -> AppointmentView;
        /// Checks in for an appointment: it becomes a number.
        CheckIn {
            /// Which.
            id: AppointmentId,
            /// Names this attempt.
            key: IdempotencyKey
        } -> TicketView;
        /// Checks in with the code of an appointment; nobody has to be logged in.
        CheckInByCode {
            /// In which hall.
            hall: HallCode,
            /// The code, as typed or scanned.
            code: String,
            /// Names this attempt.
            key: IdempotencyKey
        } -> TicketView;
    }
}
