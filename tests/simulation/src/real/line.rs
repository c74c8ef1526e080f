//! A terminal as a process: how it is started, spoken to over its bridge, and killed.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::channel::oneshot;
use onehall_client::bridge::{Answer, Call, Envelope, EventMessage, Outcome, PROTOCOLS, Reply};
use onehall_client::citizen;
use onehall_core::ports::EventListener;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, ErrorCode};
use serde_json::Value;

use super::terminal::{Kept, Settings, WHAT_IS_KEPT};
use crate::chance::Chance;
use crate::machines::{self, Client, On};
use crate::world::{World, lock};

/// All hold a token: a browser's cookie is not a native host's.
const KINDS: [TerminalKind; 4] = [
    TerminalKind::Desktop,
    TerminalKind::Mobile,
    TerminalKind::MiniApp,
    TerminalKind::Desktop,
];

/// A terminal with a folder of its own, whose hall is at this address.
pub(super) struct Machine {
    index: usize,
    folder: PathBuf,
    hall: String,
}

impl Machine {
    pub(super) fn new(index: usize, folder: PathBuf, hall: String) -> Machine {
        Machine { index, folder, hall }
    }
}

#[async_trait]
impl machines::Machine for Machine {
    fn switch_on(&self, world: &Arc<World>, number: u64, listener: Box<EventListener>) -> On {
        let mut chance = Chance::new(world.plan.seed, &format!("terminal {} life {number}", self.index));
        let hour = 3_600_000;
        let settings = Settings {
            folder: self.folder.clone(),
            hall: self.hall.clone(),
            kind: KINDS[self.index % KINDS.len()],
            clock_ms: chance.below(2 * hour + 1) as i64 - hour as i64,
            forgets: world.plan.bug == Some(crate::Bug::JournalForgottenBeforeTheAnswer),
        };
        let line = Arc::new(Line::open(&settings, listener).unwrap_or_else(|why| panic!("no terminal: {why}")));
        let ends = Arc::clone(&line);
        On {
            core: Client::Elsewhere(line),
            off: Box::new(move || ends.kill()),
        }
    }

    async fn unsent(&self, core: Option<Client>) -> Vec<String> {
        match core {
            Some(Client::Elsewhere(line)) => line.unsent().await,
            _ => Vec::new(),
        }
    }
}

type Waiting<T> = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<T>>>>>;

/// The line to a terminal.
pub(crate) struct Line {
    process: Mutex<Child>,
    speech: Mutex<ChildStdin>,
    next: AtomicU64,
    calls: Waiting<Outcome>,
    looks: Waiting<Vec<String>>,
}

impl Line {
    fn open(settings: &Settings, listener: Box<EventListener>) -> std::io::Result<Line> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("terminal")
            .arg(serde_json::to_string(settings)?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let speech = process.stdin.take().ok_or_else(missing)?;
        let said = process.stdout.take().ok_or_else(missing)?;
        let (calls, looks) = (Waiting::default(), Waiting::default());
        *lock(&calls) = Some(HashMap::new());
        *lock(&looks) = Some(HashMap::new());
        let hearer = Hearer {
            calls: Arc::clone(&calls),
            looks: Arc::clone(&looks),
            listener,
        };
        std::thread::spawn(move || hearer.hear(BufReader::new(said)));
        Ok(Line {
            process: Mutex::new(process),
            speech: Mutex::new(speech),
            next: AtomicU64::new(1),
            calls,
            looks,
        })
    }

    /// Ends the terminal so that it can finish nothing.
    fn kill(&self) {
        let mut process = lock(&self.process);
        let _ = process.kill();
        let _ = process.wait();
    }

    pub(crate) async fn dispatch(&self, command: citizen::Command) -> Result<citizen::Reply, CoreError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let envelope = Envelope {
            protocol: PROTOCOLS.max,
            id,
            call: Call::Ask(Box::new(command)),
        };
        let text = serde_json::to_string(&envelope).unwrap_or_default();
        match self.ask(&self.calls, id, &text).await {
            Outcome::Ok(Answer::Ask(reply)) => Ok(*reply),
            Outcome::Ok(_) => Err(CoreError::new(ErrorCode::InvalidReply, Default::default())),
            Outcome::Error(error) => Err(error),
        }
    }

    async fn unsent(&self) -> Vec<String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.ask(&self.looks, id, &format!("{WHAT_IS_KEPT} {id}")).await
    }

    /// Says something and waits for what comes back. Who is dead never says anything.
    async fn ask<T>(&self, waiting: &Waiting<T>, id: u64, text: &str) -> T {
        let (sender, answer) = oneshot::channel();
        let waits = lock(waiting)
            .as_mut()
            .map(|waiting| waiting.insert(id, sender))
            .is_some();
        let said = waits && writeln!(lock(&self.speech), "{text}").is_ok();
        if said && let Ok(answer) = answer.await {
            return answer;
        }
        std::future::pending().await
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.kill();
    }
}

struct Hearer {
    calls: Waiting<Outcome>,
    looks: Waiting<Vec<String>>,
    listener: Box<EventListener>,
}

impl Hearer {
    fn hear(self, lines: impl BufRead) {
        for line in lines.lines().map_while(Result::ok) {
            self.take(&line);
        }
        // Nothing more will come.
        lock(&self.calls).take();
        lock(&self.looks).take();
    }

    fn take(&self, line: &str) {
        let tree: Value = serde_json::from_str(line).unwrap_or_default();
        if tree.get("event").is_some() {
            if let Ok(EventMessage { event, .. }) = serde_json::from_value(tree) {
                (self.listener)(&event);
            }
        } else if tree.get("outcome").is_some() {
            match serde_json::from_value::<Reply>(tree) {
                Ok(reply) => answer(&self.calls, reply.id, reply.outcome),
                // Whoever waits for it waits in vain, and that shows.
                Err(why) => eprintln!("a reply of a terminal cannot be read: {why}"),
            }
        } else if let Ok(kept) = serde_json::from_value::<Kept>(tree) {
            answer(&self.looks, kept.id, kept.kept);
        }
    }
}

fn answer<T>(waiting: &Waiting<T>, id: u64, said: T) {
    let sender = lock(waiting).as_mut().and_then(|waiting| waiting.remove(&id));
    if let Some(sender) = sender {
        let _ = sender.send(said);
    }
}
