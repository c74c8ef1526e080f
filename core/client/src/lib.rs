//! The face of the core that a UI sees: commands, replies, events, and the [`CoreClient`] trait.
//!
//! A UI asks by a typed request and gets a typed reply, wherever the core runs: in process (browser, mini-app) or
//! behind a shell's bridge. Requests, replies and events are plain data, so that they can cross that bridge as JSON.
//!
//! ```
//! # use onehall_client::{citizen, CoreClient};
//! # async fn example(client: &dyn CoreClient) -> Result<(), onehall_protocol::CoreError> {
//! let catalog = client.ask(citizen::GetCatalog {}).await?;
//! # let _ = catalog; Ok(()) }
//! ```

use futures::future::LocalBoxFuture;
use onehall_protocol::drafts::{GivenAnswer, LostAnswer};
use onehall_protocol::files::UploadTo;
use onehall_protocol::identity::{Session, TerminalKind};
use onehall_protocol::{CaseId, CoreError, DraftId, Text, Timestamp};
use serde::{Deserialize, Serialize};

pub mod bridge;
pub mod citizen;
mod filling;
mod link;
mod model;
mod outbox;
mod phone;
mod profile;
pub mod staff;
mod submission;
mod supplement;

pub use filling::*;
pub use link::{Link, SCHEME};
pub use model::*;
pub use outbox::*;
pub use phone::{PhoneLogin, PhoneLoginEnd};
pub use profile::Profile;
pub use submission::submission;
pub use supplement::TypedSupplement;

/// A request of one of the command sets: knows its command, and the reply that answers it.
pub trait Request: Sized {
    /// The set of commands that it belongs to.
    type Command;
    /// The replies of that set.
    type AnyReply;
    /// What answers it.
    type Reply;
    /// As a command, to send.
    fn into_command(self) -> Self::Command;
    /// Out of the reply; none where the reply answers another request.
    fn from_reply(reply: Self::AnyReply) -> Option<Self::Reply>;
}

/// Declares a set of commands: a struct for each request, one enum over them, one enum over their replies.
/// A command that only terminals of the hall's own have is marked by the feature that brings it: `Name if "own-terminal" { … }`.
/// Pages of others do not carry the code that reads and writes it.
macro_rules! commands {
    ($(#[$set:meta])* $Command:ident, $AnyReply:ident {
        $($(#[$doc:meta])* $name:ident $(if $feature:tt)? { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? } -> $reply:ty;)+
    }) => {
        $(
            $(#[cfg(feature = $feature)])?
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_doc])* pub $field: $ty),* }

            $(#[cfg(feature = $feature)])?
            impl crate::Request for $name {
                type Command = $Command;
                type AnyReply = $AnyReply;
                type Reply = $reply;
                fn into_command(self) -> $Command {
                    $Command::$name(self)
                }
                fn from_reply(reply: $AnyReply) -> Option<$reply> {
                    match reply {
                        $AnyReply::$name(reply) => Some(reply),
                        #[allow(unreachable_patterns)]
                        _ => None,
                    }
                }
            }
        )+

        $(#[$set])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $Command { $($(#[cfg(feature = $feature)])? $(#[$doc])* $name($name)),+ }

        /// The replies, one for each command.
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $AnyReply {
            $($(#[cfg(feature = $feature)])? #[doc = concat!("Answers [`", stringify!($name), "`].")] $name($reply)),+
        }
    };
}
pub(crate) use commands;

/// What the core tells a UI by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Somebody logged in or out, or the session ended.
    SessionChanged {
        /// The session now.
        session: Option<Session>,
    },
    /// A case changed: read it anew.
    CaseChanged {
        /// Which.
        id: CaseId,
    },
    /// A draft changed, and not by what a page here asked: read it anew. What changed may be this terminal's own, as
    /// [`AnswerOrigin::own`](onehall_protocol::drafts::AnswerOrigin::own) says: a file that arrived, what an earlier start left.
    DraftChanged {
        /// Which.
        id: DraftId,
    },
    /// Where the saving of a draft stands.
    DraftSaving {
        /// Which.
        id: DraftId,
        /// Where it stands.
        state: SaveState,
    },
    /// Answers that another terminal gave came into a draft.
    DraftMerged {
        /// Which.
        id: DraftId,
        /// The answers; null for one that was taken away.
        answers: Vec<GivenAnswer>,
    },
    /// Which answers of a draft did not stand against later ones, all that are told of.
    DraftLost {
        /// Which draft.
        id: DraftId,
        /// The answers, the latest first.
        lost: Vec<LostAnswer>,
    },
    /// Who else has a draft open ([`citizen::AttendDraft`]).
    DraftPresence {
        /// Which draft.
        id: DraftId,
        /// The kind of each terminal.
        others: Vec<TerminalKind>,
    },
    /// Console: the queue changed.
    QueueChanged,
    /// What waits on this terminal changed: read it anew ([`citizen::ListQueued`]).
    OutboxChanged,
    /// Something that waited on this terminal is with the hall.
    OutboxSent {
        /// What it was.
        about: QueuedAbout,
        /// What it is called.
        title: Text,
        /// The case that it made or changed.
        case: CaseId,
    },
    /// What this terminal kept of what the backend does not hold yet was damaged: some of it may be lost. Said once.
    MayHaveLost,
    /// Whether the backend can be reached.
    Connection {
        /// It can.
        online: bool,
    },
    /// What was asked for just now comes from this terminal's copy, because the hall cannot be reached.
    ShownAsOf {
        /// When the copy last was as the hall had it.
        at: Timestamp,
    },
    /// The connection for pokes was broken and is back: something may have been missed, read anew what is shown.
    MayHaveMissed,
    /// An upload goes on.
    Upload {
        /// The number that the UI gave it.
        transfer: u32,
        /// Bytes sent.
        sent: u64,
        /// Bytes in all.
        total: u64,
        /// Whether it waits for the hall to be reached again, and then goes on by itself.
        #[serde(default)]
        waiting: bool,
    },
    /// An upload ended. The file of one that this core took up by itself is in the draft's answer already.
    UploadEnded {
        /// Its number.
        transfer: u32,
        /// To what it belongs.
        to: UploadTo,
        /// The question that it answers.
        path: String,
        /// The name of the file.
        name: String,
        /// Whether the hall took it.
        taken: bool,
        /// Why it did not; neither where its citizen ended it.
        error: Option<CoreError>,
    },
}

/// A file that is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadUnderWay {
    /// The number by which events name it.
    pub transfer: u32,
    /// The question that it answers.
    pub path: String,
    /// The name of the file.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Bytes sent.
    pub sent: u64,
    /// Whether it waits for the hall to be reached again.
    pub waiting: bool,
}

/// Where the saving of a draft stands. What is shown to the citizen must never be better than this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SaveState {
    /// Everything is with the backend.
    Saved {
        /// Since when.
        at: Timestamp,
    },
    /// Changes are on their way.
    Saving,
    /// The backend cannot be reached: the changes wait on this terminal and are sent again by themselves.
    Waiting {
        /// Whether they are on its disk, so that they outlive a closed window and an empty battery.
        #[serde(default)]
        kept: bool,
    },
    /// The backend refused the changes; they are still on this terminal.
    Refused {
        /// Why.
        error: CoreError,
    },
}

/// Takes a listener off when it is dropped.
pub struct Subscription(Option<Box<dyn FnOnce()>>);

impl Subscription {
    /// A subscription that ends by `end`.
    #[must_use]
    pub fn new(end: impl FnOnce() + 'static) -> Subscription {
        Subscription(Some(Box::new(end)))
    }

    /// Lets the listener stay as long as the core.
    pub fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

/// The core as the citizen's UI sees it.
pub trait CoreClient {
    /// Carries a command out.
    ///
    /// # Errors
    /// Whatever may leave the core: one [`CoreError`] with a stable code.
    fn dispatch(&self, command: citizen::Command) -> LocalBoxFuture<'static, Result<citizen::Reply, CoreError>>;

    /// Calls `listener` with each event, until the subscription is dropped.
    fn subscribe(&self, listener: Box<dyn Fn(Event)>) -> Subscription;
}

impl dyn CoreClient + '_ {
    /// Asks, and gives the typed reply.
    ///
    /// # Errors
    /// As [`CoreClient::dispatch`].
    pub fn ask<R>(&self, request: R) -> LocalBoxFuture<'static, Result<R::Reply, CoreError>>
    where
        R: Request<Command = citizen::Command, AnyReply = citizen::Reply> + 'static,
    {
        let reply = self.dispatch(request.into_command());
        Box::pin(async move { answered::<R>(reply.await?) })
    }
}

/// The core as the staff console sees it.
pub trait StaffClient {
    /// Carries a command out.
    ///
    /// # Errors
    /// Whatever may leave the core: one [`CoreError`] with a stable code.
    fn dispatch(&self, command: staff::Command) -> LocalBoxFuture<'static, Result<staff::Reply, CoreError>>;

    /// Calls `listener` with each event, until the subscription is dropped.
    fn subscribe(&self, listener: Box<dyn Fn(Event)>) -> Subscription;
}

impl dyn StaffClient + '_ {
    /// Asks, and gives the typed reply.
    ///
    /// # Errors
    /// As [`StaffClient::dispatch`].
    pub fn ask<R>(&self, request: R) -> LocalBoxFuture<'static, Result<R::Reply, CoreError>>
    where
        R: Request<Command = staff::Command, AnyReply = staff::Reply> + 'static,
    {
        let reply = self.dispatch(request.into_command());
        Box::pin(async move { answered::<R>(reply.await?) })
    }
}

fn answered<R: Request>(reply: R::AnyReply) -> Result<R::Reply, CoreError> {
    R::from_reply(reply).ok_or_else(|| {
        CoreError::new(
            onehall_protocol::ErrorCode::InvalidReply,
            onehall_protocol::Language::ZhCn,
        )
    })
}
