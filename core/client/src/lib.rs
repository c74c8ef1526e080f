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
use onehall_protocol::drafts::{AnswerConflict, Answers};
use onehall_protocol::identity::Session;
use onehall_protocol::{CaseId, CoreError, DraftId, Timestamp};
use serde::{Deserialize, Serialize};

pub mod bridge;
pub mod citizen;
mod filling;
mod model;
mod profile;
pub mod staff;
mod submission;

pub use filling::*;
pub use model::*;
pub use profile::Profile;
pub use submission::submission;

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
macro_rules! commands {
    ($(#[$set:meta])* $Command:ident, $AnyReply:ident {
        $($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? } -> $reply:ty;)+
    }) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_doc])* pub $field: $ty),* }

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
        pub enum $Command { $($(#[$doc])* $name($name)),+ }

        /// The replies, one for each command.
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $AnyReply { $(#[doc = concat!("Answers [`", stringify!($name), "`].")] $name($reply)),+ }
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
    /// Another terminal changed a draft: read it anew.
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
        answers: Answers,
    },
    /// Console: the queue changed.
    QueueChanged,
    /// Whether the backend can be reached.
    Connection {
        /// It can.
        online: bool,
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
    },
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
    /// Another terminal gave other answers: the citizen decides ([`citizen::ResolveConflict`]).
    Conflict {
        /// What the backend holds.
        conflicts: Vec<AnswerConflict>,
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
