//! Asking the repository now and then, in a thread of its own: what it costs, no page waits for.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use onehall_updates::disk::Folder;
use onehall_updates::machine::Told;
use onehall_updates::mirror::{FolderMirror, Mirror};
use onehall_updates::trust::{MetadataFolder, SigstoreTrust, Trust, TrustError};
use onehall_updates::{Outcome, Reporter, Reports, Watch};
use tauri::{AppHandle, Runtime, async_runtime};
use time::OffsetDateTime;

use crate::boots::Boots;
use crate::settings::Configured;
use crate::sticks::Sticks;

/// The first check waits for the first page; where that does not come, for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked whether a stick was put in.
const LOOK: Duration = Duration::from_secs(3);

/// The clock of this machine, and what updates tell, as lines for whoever looks after the terminal and as reports for the hall.
pub struct Log {
    name: String,
    reports: Reports<Folder>,
}

impl Log {
    /// The log of a program.
    pub fn new(name: &str, reports: Reports<Folder>) -> Arc<Log> {
        Arc::new(Log {
            name: name.to_owned(),
            reports,
        })
    }

    fn say(&self, line: &str) {
        eprintln!("{}: updates: {line}", self.name);
    }
}

impl Watch for Log {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn told(&self, told: Told) {
        self.say(&match told {
            Told::Committed(release) => format!("release {release} is good here"),
            Told::RolledBack(release) => format!("release {release} showed no page twice: the last good one is back"),
            Told::Damaged(release) => format!("release {release} is damaged on the disk"),
            Told::Staged(release) => {
                format!("release {release} is here and waits for the next start or a quiet moment")
            }
            Told::Dropped(release, why) => format!("release {release} is let go: {why}"),
            Told::NotDownloaded(release) => format!("release {release} did not come"),
            Told::Revoked(release) => format!("release {release} was taken back"),
        });
        self.reports.note(told);
    }
}

/// Begins to ask. Nothing where the root is none: what runs goes on.
pub fn begin<R: Runtime>(
    app: &AppHandle<R>,
    boots: &Arc<Boots>,
    log: Arc<Log>,
    folder: Folder,
    reporter: Option<Reporter>,
    set: Configured,
) {
    let mut checks = Checks {
        app: app.clone(),
        boots: Arc::clone(boots),
        sticks: Sticks::below(set.sticks.clone()),
        log,
        folder,
        reporter,
        set,
    };
    let mut trust = match checks.trust(Arc::clone(&checks.set.mirror)) {
        Ok(trust) => trust,
        Err(error) => return checks.log.say(&format!("there are none: {error}")),
    };
    thread::spawn(move || {
        checks.boots.wait_for_page(PATIENCE);
        // What was told before the program ended the last time, and what this start brought.
        checks.report();
        let mut said = String::new();
        loop {
            let mirror = Arc::clone(&checks.set.mirror);
            let line = checks.check(&mut trust, mirror.as_ref());
            // The same thing every hour is said once.
            if line != said {
                checks.log.say(&line);
                said = line;
            }
            checks.rest();
        }
    });
}

/// Gives the core the catalog that travelled with the pages.
pub fn hand_catalog(boots: &Boots, log: &Log) {
    match boots.hand_catalog() {
        Ok(true) => log.say("the services of the hall are those that came with the pages"),
        Ok(false) => {}
        Err(error) => log.say(&format!("the catalog that came with the pages was not taken: {error}")),
    }
}

/// What asks, and whom.
struct Checks<R: Runtime> {
    app: AppHandle<R>,
    boots: Arc<Boots>,
    log: Arc<Log>,
    folder: Folder,
    reporter: Option<Reporter>,
    sticks: Sticks,
    set: Configured,
}

impl<R: Runtime> Checks<R> {
    /// A verifier over what was verified before, wherever that came from.
    fn trust(&self, mirror: Arc<dyn Mirror>) -> Result<SigstoreTrust, TrustError> {
        SigstoreTrust::new(&self.set.root, MetadataFolder::beside(self.folder.clone()), mirror)
    }

    /// Asks a repository; what came of it, in a line.
    fn check(&self, trust: &mut dyn Trust, mirror: &dyn Mirror) -> String {
        let Some(updates) = self.boots.updates() else {
            return String::new();
        };
        let line = match async_runtime::block_on(updates.check(trust, mirror)) {
            Ok((outcome, asked)) => {
                self.boots.answer(&self.app, &asked);
                match outcome {
                    Outcome::Busy | Outcome::UpToDate => "there is nothing newer".to_owned(),
                    Outcome::Staged { release, cost } => format!(
                        "release {release} came in {} bytes, {} files were here, {} were patched",
                        cost.bytes, cost.reused, cost.patched
                    ),
                }
            }
            Err(error) => error.to_string(),
        };
        hand_catalog(&self.boots, &self.log);
        self.report();
        line
    }

    fn report(&self) {
        if let Some(reporter) = &self.reporter {
            async_runtime::block_on(self.log.reports.send(reporter));
        }
    }

    /// Until the next check: what is told meanwhile is sent at once, and a stick is looked at when it is put in.
    fn rest(&mut self) {
        let drawn = self.boots.updates().and_then(|updates| updates.state().boot);
        let until = Instant::now() + spread(self.set.check_every, drawn.map_or(0, |boot| boot.nonce.0));
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let looks = self.sticks.are_looked_for();
            if self.log.reports.wait(if looks { left.min(LOOK) } else { left }) {
                self.report();
            }
            for stick in self.sticks.put_in() {
                let line = self.take(&stick);
                self.log.say(&format!("stick {}: {line}", stick.display()));
            }
        }
    }

    /// Takes what a stick has, by the very verifier that a server meets: what is older than what was seen, over, or not
    /// signed by those who may is refused, and what runs goes on.
    fn take(&self, stick: &Path) -> String {
        let mirror = Arc::new(FolderMirror::new(stick));
        match self.trust(mirror.clone()) {
            Ok(mut trust) => self.check(&mut trust, mirror.as_ref()),
            Err(error) => error.to_string(),
        }
    }
}

/// A tenth earlier or later, by a number that was drawn: terminals that were switched on at once do not ask at once for ever.
fn spread(every: Duration, drawn: u128) -> Duration {
    let share = u32::try_from(drawn % 2_001).unwrap_or_default();
    every / 10_000 * (9_000 + share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_spread_over_a_fifth_of_their_time() {
        let every = Duration::from_secs(3600);
        let all: Vec<u64> = (0..2_001).map(|drawn| spread(every, drawn).as_secs()).collect();
        assert_eq!((all.iter().min(), all.iter().max()), (Some(&3240), Some(&3960)));
    }
}
