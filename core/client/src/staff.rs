//! What the staff console asks of the core.

use onehall_forms::{Definition, Inputs};
use onehall_protocol::analytics::{InsightQuery, InsightView};
use onehall_protocol::assurance::{CheckInPerson, CheckedInPerson};
use onehall_protocol::cases::{ActOnCase, QueuePage, QueueQuery, StaffCaseView};
use onehall_protocol::catalog::{Catalog, FormReference};
use onehall_protocol::contacts::ClaimView;
use onehall_protocol::files::FileView;
use onehall_protocol::halls::{self, CounterNumber, FloorView, HallView};
use onehall_protocol::passkeys::PasskeyView;
use onehall_protocol::staff::{
    AuditChain, AuditPage, AuditQuery, ChangeStaff, CreateStaff, StaffAccountSaved, StaffAccountView, StaffChallenge,
    StaffLogin, StaffPasskeyFactor, StaffProof, StaffSecondFactor, StaffSession,
};
use onehall_protocol::updates::ReleaseHealth;
use onehall_protocol::{CaseId, FileId, HallCode, IdempotencyKey, PasskeyId, StaffId, TicketId};
use serde_json::Value;

use crate::{FileContent, Preferences, commands};

commands! {
    /// A command of the staff console.
    Command, Reply {
        /// The preferences of this terminal.
        GetPreferences {} -> Preferences;
        /// Keeps the preferences of this terminal; also sets the language in which errors speak.
        SetPreferences {
            /// The new ones.
            preferences: Preferences
        } -> ();

        /// The session that the backend knows of this console, if any. Starts the pokes where there is one.
        RestoreSession {} -> Option<StaffSession>;
        /// First step of the login.
        LogIn {
            /// Account and password.
            login: StaffLogin
        } -> StaffChallenge;
        /// Second step of the login.
        ConfirmLogIn {
            /// The one-time password, and a new password where one must be set.
            second_factor: StaffSecondFactor
        } -> StaffSession;
        /// Shows anew that one is there, by the one-time password: what cannot be undone asks for it
        /// (`identity/step_up_required`).
        StepUp {
            /// The one-time password.
            proof: StaffProof
        } -> ();
        /// Second step of the login by a passkey; what a browser needs for it came with the first step.
        ConfirmWithPasskey {
            /// The answer of the passkey, and a new password where one must be set.
            factor: StaffPasskeyFactor
        } -> StaffSession;
        /// What a browser needs to ask for a passkey of who sits here.
        StepUpOptions {} -> Value;
        /// As `StepUp`, by a passkey.
        StepUpWithPasskey {
            /// What the browser said.
            credential: Value
        } -> ();
        /// One's own passkeys, the oldest first.
        ListPasskeys {} -> Vec<PasskeyView>;
        /// What a browser needs to make a passkey.
        PasskeyOptions {} -> Value;
        /// Adds the passkey that a browser has made.
        AddPasskey {
            /// What it is called.
            name: String,
            /// What the browser said.
            credential: Value
        } -> PasskeyView;
        /// Removes a passkey of one's own.
        RemovePasskey {
            /// Which.
            id: PasskeyId
        } -> ();
        /// Ends the session.
        LogOut {} -> ();

        /// The catalog, for names.
        GetCatalog {} -> Catalog;
        /// A version of a form, to show answers.
        GetForm {
            /// Which.
            form: FormReference
        } -> Definition;
        /// What a form is evaluated with besides the answers.
        GetFormInputs {
            /// Which form.
            form: FormReference
        } -> Inputs;

        /// A page of the queue.
        GetQueue {
            /// Which cases.
            query: QueueQuery
        } -> QueuePage;
        /// A case.
        GetCase {
            /// Which.
            id: CaseId
        } -> StaffCaseView;
        /// Acts on a case.
        Act {
            /// Which case.
            id: CaseId,
            /// What is done.
            action: ActOnCase
        } -> StaffCaseView;
        /// Uploads a result. Events `Upload` tell how far it is.
        UploadResult {
            /// Which case.
            id: CaseId,
            /// Name, type and bytes.
            file: FileContent,
            /// A number of the UI's by which the events name this upload.
            transfer: u32
        } -> FileView;
        /// Reads a file of a case.
        ReadFile {
            /// Which.
            id: FileId
        } -> FileContent;

        /// Raises the level of the account of a citizen who stands at the window (window clerks).
        RaiseLevel {
            /// What was compared.
            check: CheckInPerson
        } -> CheckedInPerson;
        /// Asks for the account of a citizen who stands at the window and can no longer log in to it (window clerks).
        AskAtWindow {
            /// What was compared.
            check: CheckInPerson
        } -> ClaimView;

        /// A key that names one attempt.
        NewKey {} -> IdempotencyKey;
        /// The halls that give numbers, as citizens see them.
        ListHalls {} -> Vec<HallView>;
        /// A hall as its clerks see it (window clerks, administrators).
        GetFloor {
            /// Which.
            hall: HallCode
        } -> FloorView;
        /// Begins to work at a counter, or stops (window clerks).
        SitAt {
            /// In which hall.
            hall: HallCode,
            /// At which counter; none to stop.
            #[serde(default)]
            counter: Option<CounterNumber>
        } -> FloorView;
        /// Calls the next to one's counter (window clerks).
        CallNext {
            /// In which hall.
            hall: HallCode,
            /// Names this attempt: a retry calls nobody else.
            key: IdempotencyKey
        } -> FloorView;
        /// Does something with a number (window clerks).
        HandleTicket {
            /// In which hall.
            hall: HallCode,
            /// Which.
            ticket: TicketId,
            /// What.
            doing: halls::HandleTicket,
            /// Names this attempt.
            key: IdempotencyKey
        } -> FloorView;

        /// All accounts (administrators).
        ListAccounts {} -> Vec<StaffAccountView>;
        /// Creates an account (administrators).
        CreateAccount {
            /// The account.
            account: CreateStaff
        } -> StaffAccountSaved;
        /// Changes an account (administrators).
        ChangeAccount {
            /// Which.
            id: StaffId,
            /// What changes.
            change: ChangeStaff
        } -> StaffAccountSaved;

        /// Lines of the audit, the newest first (administrators).
        ListAudit {
            /// Which.
            query: AuditQuery
        } -> AuditPage;
        /// Whether the audit is as it was written (administrators of the whole hall).
        CheckAudit {} -> AuditChain;
        /// The lines of the audit as one file (administrators).
        ExportAudit {
            /// Which.
            query: AuditQuery
        } -> FileContent;

        /// How the hall is used (administrators).
        GetInsight {
            /// Which counts.
            query: InsightQuery
        } -> InsightView;
        /// What became of each release of the pages on the terminals that told of it (administrators of the whole hall).
        GetUpdates {} -> Vec<ReleaseHealth>;
    }
}
