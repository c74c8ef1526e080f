//! The program of a terminal: a native core with its store and journal in a folder, behind its bridge on standard input and
//! output, a line each way for each message.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use async_trait::async_trait;
use onehall_client::Profile;
use onehall_core::platform::native::{Keep, native};
use onehall_core::ports::{Clock, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer, NotKept};
use onehall_core::{Bridge, Core};
use onehall_protocol::Timestamp;
use onehall_protocol::identity::TerminalKind;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::runtime::Handle;

use super::Failure;

/// Asks for the keys of what is not sent yet: this word and a number on a line.
pub(super) const WHAT_IS_KEPT: &str = "kept";

/// What a terminal is told when it is switched on.
#[derive(Serialize, Deserialize)]
pub(super) struct Settings {
    /// Where it keeps what it keeps.
    pub(super) folder: PathBuf,
    /// Where the hall is.
    pub(super) hall: String,
    /// What it is.
    pub(super) kind: TerminalKind,
    /// How far its clock is off, in milliseconds.
    pub(super) clock_ms: i64,
    /// A mistake: it forgets what it sends before it knows that it arrived.
    pub(super) forgets: bool,
}

/// The answer to [`WHAT_IS_KEPT`].
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) id: u64,
    pub(super) kept: Vec<String>,
}

/// Is a terminal until standard input ends, or until it is killed. `settings` are those of whoever switches it on.
///
/// # Errors
/// Its folder is in use, or the settings are none.
pub fn live_terminal(settings: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let settings: Settings = serde_json::from_str(settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(live(settings))
}

async fn live(settings: Settings) -> Result<(), Failure> {
    let mut host = native(Keep::Folder(settings.folder), Handle::current())?;
    let right = Arc::clone(&host.clock);
    host.clock = Arc::new(Off {
        right,
        by_ms: settings.clock_ms,
    });
    let journal = host.journal.clone();
    if let Some(journal) = journal.clone().filter(|_| settings.forgets) {
        host.http = Arc::new(Forgetful {
            http: Arc::clone(&host.http),
            journal,
        });
    }
    let core = Core::new(host, settings.hall, settings.kind);
    let bridge = Bridge::new(core, Profile::Desktop, []);
    let (say, lines) = mpsc::channel::<String>();
    std::thread::spawn(move || {
        let mut out = std::io::stdout().lock();
        for line in lines {
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                return;
            }
        }
    });
    let told = say.clone();
    bridge.subscribe(Box::new(move |event| {
        let _ = told.send(event);
    }));
    let mut asked = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = asked.next_line().await? {
        let (bridge, say, journal) = (bridge.clone(), say.clone(), journal.clone());
        tokio::spawn(async move {
            let said = match line.strip_prefix(WHAT_IS_KEPT) {
                Some(id) => kept(id, journal).await,
                None => bridge.call(&line).await,
            };
            let _ = say.send(said);
        });
    }
    Ok(())
}

async fn kept(id: &str, journal: Option<Arc<dyn Journal>>) -> String {
    let kept = match journal {
        Some(journal) => all(&*journal).await,
        None => Vec::new(),
    };
    let kept = Kept {
        id: id.trim().parse().unwrap_or_default(),
        kept: kept.into_iter().map(|(key, _)| key).collect(),
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

async fn all(journal: &dyn Journal) -> Vec<(String, Vec<u8>)> {
    let kept = journal.kept().await;
    kept.unwrap_or_else(|NotKept| panic!("the journal cannot be read"))
}

/// A clock that is off.
struct Off {
    right: Arc<dyn Clock>,
    by_ms: i64,
}

impl Clock for Off {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.right.now().unix_millis() + self.by_ms)
    }
}

/// Forgets the answers that it sends.
struct Forgetful {
    http: Arc<dyn Http>,
    journal: Arc<dyn Journal>,
}

#[async_trait]
impl Http for Forgetful {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if request.method == Method::Patch {
            let about = request.url.rsplit('/').next().unwrap_or_default();
            for (key, _) in all(&*self.journal).await {
                if key.contains(about) {
                    self.journal.forget(&key).await;
                }
            }
        }
        self.http.send(request).await
    }
}
