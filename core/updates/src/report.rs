//! Telling a hall what became of releases: which release, and what. Nothing of who says it is added.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onehall_protocol::EventId;
use onehall_protocol::updates::{MOST_REPORTS, UpdateOutcome, UpdateReport, UpdateReports};
use reqwest::{StatusCode, Url};
use uuid::Builder;

use crate::disk::{Disk, replace};
use crate::machine::Told;
use crate::mirror::FetchError;

/// The file of what waits to be told.
const FILE: &str = "reports.json";

/// The most bytes of it.
const LONGEST: u64 = 64 * 1024;

/// What waits to be told. It is on the disk before [`Reports::note`] returns, so that whatever ends the program, the next start
/// tells it: also of a page that brought the program down.
pub struct Reports<D> {
    disk: D,
    app: String,
    waiting: Mutex<Waiting>,
    noted: Condvar,
}

#[derive(Default)]
struct Waiting {
    reports: Vec<UpdateReport>,
    /// Whether one of them was never tried to be sent by this program.
    fresh: bool,
}

impl<D: Disk> Reports<D> {
    /// What waits on a disk; `app` is the role that signs for this kind of terminal.
    pub fn open(disk: D, app: &str) -> Reports<D> {
        let kept = disk.read(FILE, LONGEST).ok().flatten();
        // What cannot be read is forgotten: it was to be counted, no more.
        let reports: Vec<UpdateReport> = kept
            .and_then(|kept| serde_json::from_slice(&kept).ok())
            .unwrap_or_default();
        Reports {
            disk,
            app: app.to_owned(),
            waiting: Mutex::new(Waiting {
                fresh: !reports.is_empty(),
                reports,
            }),
            noted: Condvar::new(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what happened, to be sent.
    pub fn note(&self, told: Told) {
        let Some(report) = report(told) else { return };
        let mut waiting = self.waiting();
        waiting.reports.push(report);
        // The latest say most.
        let surplus = waiting.reports.len().saturating_sub(MOST_REPORTS);
        waiting.reports.drain(..surplus);
        waiting.fresh = true;
        self.keep(&waiting.reports);
        self.noted.notify_all();
    }

    /// Waits until something was noted that nobody has tried to send yet, or for this time; whether there is something.
    pub fn wait(&self, at_most: Duration) -> bool {
        let quiet = |waiting: &mut Waiting| !waiting.fresh;
        let waited = self.noted.wait_timeout_while(self.waiting(), at_most, quiet);
        waited.unwrap_or_else(PoisonError::into_inner).0.fresh
    }

    /// Sends what waits. What the hall does not answer waits on.
    pub async fn send(&self, reporter: &Reporter) {
        let reports = {
            let mut waiting = self.waiting();
            waiting.fresh = false;
            waiting.reports.clone()
        };
        if reports.is_empty() {
            return;
        }
        let told = UpdateReports {
            app: self.app.clone(),
            reports,
        };
        let body = serde_json::to_vec(&told).unwrap_or_default();
        if reporter.send(body).await.is_ok() {
            let mut waiting = self.waiting();
            waiting.reports.retain(|report| !told.reports.contains(report));
            self.keep(&waiting.reports);
        }
    }

    fn keep(&self, reports: &[UpdateReport]) {
        let content = serde_json::to_vec(reports).unwrap_or_default();
        // Where it cannot be kept it is told of as long as this program runs.
        if let Err(error) = replace(&self.disk, FILE, &content) {
            tracing::warn!(kind = ?error.kind(), "what became of a release was not written down");
        }
    }
}

/// A report of its own number: nothing ties two of one terminal together. None where this system draws no numbers.
fn report(told: Told) -> Option<UpdateReport> {
    let (release, outcome) = match told {
        Told::Committed(release) => (release, UpdateOutcome::Committed),
        Told::RolledBack(release) => (release, UpdateOutcome::RolledBack),
        Told::Damaged(release) => (release, UpdateOutcome::Damaged),
        Told::Staged(release) => (release, UpdateOutcome::Staged),
        Told::Dropped(release, _) => (release, UpdateOutcome::Dropped),
        Told::NotDownloaded(release) => (release, UpdateOutcome::NotDownloaded),
        Told::Revoked(release) => (release, UpdateOutcome::Revoked),
    };
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    let id = EventId(Builder::from_random_bytes(bytes).into_uuid());
    Some(UpdateReport { id, release, outcome })
}

/// How long a hall may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where reports go, below a hall.
const PATH: &str = "/api/v1/updates/reports";

/// An address at which there can be no hall.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the address of a hall")]
pub struct NotAHall(String);

/// Tells one hall.
#[derive(Debug, Clone)]
pub struct Reporter {
    client: reqwest::Client,
    address: Url,
    terminal: String,
}

impl Reporter {
    /// Tells the hall at an origin, as a kind of terminal.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(hall: &str, terminal: &str) -> Result<Reporter, NotAHall> {
        let wrong = || NotAHall(hall.to_owned());
        let address = Url::parse(hall).and_then(|url| url.join(PATH)).map_err(|_| wrong())?;
        // Once in a process; whoever was first chose the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent("OneHall")
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| wrong())?;
        Ok(Reporter {
            client,
            address,
            terminal: terminal.to_owned(),
        })
    }

    /// Sends reports as JSON. Whether the hall has decided on them: what it refused for good need not be sent again.
    ///
    /// # Errors
    /// Nobody answered, or the hall cannot take them now.
    pub async fn send(&self, reports: Vec<u8>) -> Result<bool, FetchError> {
        let request = self
            .client
            .post(self.address.clone())
            .header("content-type", "application/json")
            .header("onehall-terminal", &self.terminal)
            .body(reports);
        let answer = request.send().await.map_err(|_| FetchError::Unreachable)?;
        match answer.status() {
            status if status.is_success() => Ok(true),
            StatusCode::TOO_MANY_REQUESTS => Err(FetchError::Refused(429)),
            status if status.is_client_error() => Ok(false),
            status => Err(FetchError::Refused(status.as_u16())),
        }
    }
}
