//! What the core needs from its host. This folder and `platform` are the only places that know the target.
//!
//! On a native host every port is `Send + Sync` and its futures are `Send`, so that the core runs on any executor. In a
//! browser neither holds; [`SendOutsideWasm`] and [`SyncOutsideWasm`] say so once, here.

mod store;

use std::sync::Arc;

use async_trait::async_trait;
use onehall_client::Event;
use onehall_protocol::Timestamp;

#[cfg(not(target_family = "wasm"))]
mod markers {
    /// `Send`, but for wasm, where there is one thread.
    pub trait SendOutsideWasm: Send {}
    impl<T: Send> SendOutsideWasm for T {}
    /// `Sync`, but for wasm, where there is one thread.
    pub trait SyncOutsideWasm: Sync {}
    impl<T: Sync> SyncOutsideWasm for T {}
    /// A boxed future, `Send` outside wasm.
    pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
    /// A callback that gets events, `Send + Sync` outside wasm.
    pub type EventListener = dyn Fn(&super::Event) + Send + Sync;
    /// A callback that gets events as text, `Send + Sync` outside wasm.
    pub type TextListener = dyn Fn(String) + Send + Sync;
    /// A callback that gets the progress of an upload: bytes sent and in all.
    pub type ProgressListener = dyn Fn(u64, u64) + Send + Sync;
    /// A callback that gets signals of the poke stream.
    pub type PokeListener = dyn Fn(super::PokeSignal) + Send + Sync;
    /// A callback without a message.
    pub type ToldListener = dyn Fn() + Send + Sync;
}

#[cfg(target_family = "wasm")]
mod markers {
    /// `Send`, but for wasm, where there is one thread.
    pub trait SendOutsideWasm {}
    impl<T> SendOutsideWasm for T {}
    /// `Sync`, but for wasm, where there is one thread.
    pub trait SyncOutsideWasm {}
    impl<T> SyncOutsideWasm for T {}
    /// A boxed future, `Send` outside wasm.
    pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + 'a>>;
    /// A callback that gets events, `Send + Sync` outside wasm.
    pub type EventListener = dyn Fn(&super::Event);
    /// A callback that gets events as text, `Send + Sync` outside wasm.
    pub type TextListener = dyn Fn(String);
    /// A callback that gets the progress of an upload: bytes sent and in all.
    pub type ProgressListener = dyn Fn(u64, u64);
    /// A callback that gets signals of the poke stream.
    pub type PokeListener = dyn Fn(super::PokeSignal);
    /// A callback without a message.
    pub type ToldListener = dyn Fn();
}

pub use markers::{
    BoxFuture, EventListener, PokeListener, ProgressListener, SendOutsideWasm, SyncOutsideWasm, TextListener,
    ToldListener,
};
pub use store::{Store, StoreError, TERMINAL, Write, is_terminals, scanned, segment};

/// All that a host gives.
#[derive(Clone)]
pub struct Host {
    /// Requests to the backend.
    pub http: Arc<dyn Http>,
    /// The stream that says that something changed.
    pub pokes: Arc<dyn Pokes>,
    /// Values that stay on the terminal.
    pub store: Arc<dyn Store>,
    /// What was not sent yet; none where nothing may stay on the terminal (a public machine), or nothing can.
    pub journal: Option<Arc<dyn Journal>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Waiting.
    pub timer: Arc<dyn Timer>,
    /// Work that goes on by itself.
    pub spawner: Arc<dyn Spawner>,
    /// Random numbers.
    pub rng: Arc<dyn Rng>,
    /// Secrets of the session, where the terminal holds it itself; none where the host keeps a cookie that the core
    /// cannot read (a browser on the hall's own pages).
    pub secrets: Option<Arc<dyn SecretStore>>,
    /// The second part of the program, where the core is in one of two parts.
    pub later: Option<Arc<dyn Later>>,
}

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// A request to the backend. The host adds its cookies, and nothing else.
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address, or one that starts with a slash where the page came from.
    pub url: String,
    /// Header names (lower case) and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; none for an empty one.
    pub body: Option<Vec<u8>>,
    /// Called while the body is sent, if given.
    pub progress: Option<Box<ProgressListener>>,
}

/// An answer of the backend, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The value of a header by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a connection is fit for.
#[cfg(feature = "offline-catalog")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Whatever is useful.
    Good,
    /// Slow, or paid for by the byte: what nobody waits for comes later.
    Weak,
    /// Its citizen wants nothing loaded that they did not ask for.
    SavesData,
}

/// No answer came: there is no network, the backend is not there, or it took too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer;

/// Requests to the backend. Dropping the future ends the request.
#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
pub trait Http: SendOutsideWasm + SyncOutsideWasm {
    /// Sends a request and waits for the answer.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer>;

    /// Whether there may be a network. False only where it is known that nothing would leave this terminal now.
    fn may_leave(&self) -> bool {
        true
    }

    /// What the connection is fit for besides what somebody waits for.
    #[cfg(feature = "offline-catalog")]
    fn line(&self) -> Line {
        Line::Good
    }
}

/// The second part of the program that the core is in, on a host that loads it only when it is needed.
#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
pub trait Later: SendOutsideWasm + SyncOutsideWasm {
    /// Loads it; gives the same again where it is there or on its way.
    async fn load(&self) -> Result<(), NoAnswer>;
}

/// What the poke stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PokeSignal {
    /// The stream is open.
    Open,
    /// The stream is broken; the host tries again by itself.
    Broken,
    /// A poke, as JSON.
    Poke(String),
}

/// Ends a stream when it is dropped.
pub trait StreamHandle: SendOutsideWasm + SyncOutsideWasm {}

/// The stream that says that something changed.
pub trait Pokes: SendOutsideWasm + SyncOutsideWasm {
    /// Listens at `url`, sending `headers`, until the handle is dropped. The host reconnects by itself.
    fn listen(
        &self,
        url: &str,
        headers: Vec<(&'static str, String)>,
        listener: Box<PokeListener>,
    ) -> Box<dyn StreamHandle>;

    /// Whether this host can listen at all. Where it cannot, the core asks the hall to answer when something changes.
    fn streams(&self) -> bool {
        true
    }

    /// Joins the other cores that share this host's store (tabs of a browser), until what this gives is dropped. None on a
    /// host whose store one core has for itself. `told` is called when another one says that it changed the store.
    fn others(&self, told: Box<ToldListener>) -> Option<Box<dyn Others>> {
        drop(told);
        None
    }
}

/// The other cores that share a host's store.
pub trait Others: SendOutsideWasm + SyncOutsideWasm {
    /// Comes back when this core is the one of them that keeps the store up to date, which it is until this is dropped.
    fn lead(&self) -> BoxFuture<'static, ()>;
    /// Tells them that something in the store changed.
    fn tell(&self);
}

/// It could not be kept: the disk is full, the storage is forbidden, the key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keep it on this terminal")]
pub struct NotKept;

/// What the backend does not hold yet, under a key each: `person/draft/<draft>/<writer>`, `person/begun/<draft>/<writer>` and
/// `person/outbox/<id>`. Kept so that neither a crash nor a power cut takes it, and unreadable to who finds the disk.
#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
pub trait Journal: SendOutsideWasm + SyncOutsideWasm {
    /// Keeps a value in place of the one before. It is on the disk once this returns.
    ///
    /// # Errors
    /// It could not be kept; what was kept before stays.
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept>;
    /// All that is kept and that no other running core (another tab) is about to send. What another one has in its outbox may
    /// be among it as `person/elsewhere/<id>`, to be shown, and what else it has, at `person/<rest>`, as
    /// `person/theirs/<rest>`, to be asked for at a log-out.
    ///
    /// # Errors
    /// It cannot be read now; it stays as it is.
    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept>;
    /// Forgets a value: the backend holds it, or nobody wants it.
    async fn forget(&self, key: &str);
    /// Forgets everything beyond recovery: the key is destroyed first.
    async fn erase(&self);
    /// Whether damage was found since this was asked last, by which something that was kept may be lost.
    fn was_damaged(&self) -> bool {
        false
    }
}

/// A secret cannot be read now: the key store is locked, the disk fails. Whether there is one is not known, so nothing is made
/// in its place, and nothing that it hides is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("read a secret of this terminal")]
pub struct NoSecret;

/// Secrets of the session: its tokens, and their key. Kept in the key store of the operating system where there is one; in memory
/// on a public machine.
#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
pub trait SecretStore: SendOutsideWasm + SyncOutsideWasm {
    /// The secret of this name; none where there is none.
    ///
    /// # Errors
    /// It cannot be read now.
    async fn get(&self, name: &str) -> Result<Option<String>, NoSecret>;
    /// Keeps a secret. A host that cannot keep it drops it: the next start begins logged out.
    async fn put(&self, name: &str, secret: String);
    /// Destroys a secret, or a key.
    async fn delete(&self, name: &str);

    /// The public half of the key of this name (P-256, both coordinates); a new key where there is none. The private half stays
    /// here: in hardware where the host has some, else in software, kept as any other secret. None where nothing can be kept.
    ///
    /// # Errors
    /// The key cannot be read now.
    #[cfg(feature = "native")]
    async fn public_key(&self, name: &str) -> Result<Option<[u8; 64]>, NoSecret> {
        crate::platform::native::keys::public(self, name).await
    }

    /// A signature (ES256, both numbers) with the key of this name.
    ///
    /// # Errors
    /// The key cannot be read now.
    #[cfg(feature = "native")]
    async fn sign(&self, name: &str, message: &[u8]) -> Result<Option<[u8; 64]>, NoSecret> {
        crate::platform::native::keys::sign(self, name, message).await
    }
}

/// The time.
pub trait Clock: SendOutsideWasm + SyncOutsideWasm {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Waiting.
pub trait Timer: SendOutsideWasm + SyncOutsideWasm {
    /// Completes after so many milliseconds.
    fn sleep(&self, millis: u32) -> BoxFuture<'static, ()>;
}

/// Work that goes on by itself.
pub trait Spawner: SendOutsideWasm + SyncOutsideWasm {
    /// Runs a future to its end.
    fn spawn(&self, work: BoxFuture<'static, ()>);
}

/// Random numbers fit for keys.
pub trait Rng: SendOutsideWasm + SyncOutsideWasm {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

// A native core must be usable from any thread. This does not compile where it is not.
#[cfg(not(target_family = "wasm"))]
const _: () = {
    const fn is_send_sync<T: Send + Sync>() {}
    is_send_sync::<crate::Core>();
};

/// Erases the type of a future.
#[cfg(not(target_family = "wasm"))]
pub fn boxed<'a, T>(future: impl Future<Output = T> + Send + 'a) -> BoxFuture<'a, T> {
    Box::pin(future)
}

/// Erases the type of a future.
#[cfg(target_family = "wasm")]
pub fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> BoxFuture<'a, T> {
    Box::pin(future)
}
