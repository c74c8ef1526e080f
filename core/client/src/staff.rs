//! What the staff console asks of the core.

use onehall_forms::{Definition, Inputs};
use onehall_protocol::analytics::{InsightQuery, InsightView};
use onehall_protocol::cases::{ActOnCase, QueuePage, QueueQuery, StaffCaseView};
use onehall_protocol::catalog::{Catalog, FormReference};
use onehall_protocol::files::FileView;
use onehall_protocol::staff::{
    ChangeStaff, CreateStaff, StaffAccountSaved, StaffAccountView, StaffChallenge, StaffLogin, StaffSecondFactor,
    StaffSession,
};
use onehall_protocol::{CaseId, FileId, StaffId};

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

        /// How the hall is used (administrators).
        GetInsight {
            /// Which counts.
            query: InsightQuery
        } -> InsightView;
    }
}
