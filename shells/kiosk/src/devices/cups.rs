//! A printer behind a queue of CUPS, by CUPS' own programs. What is printed goes to `lp` through a pipe, so no file of ours is
//! ever made; the job is watched to its end, and whatever became of it, nothing of it stays in the spool.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{DeviceState, Fault, Paper, Patience, Printer};

/// How often a job is looked after.
const LOOK: Duration = Duration::from_millis(200);

/// How long a printer may be in a state in which it prints nothing, before its job is taken back. What a queue says between
/// jobs is of the last one: whether there is paper again shows only once something is printed.
const GRACE: Duration = Duration::from_secs(5);

/// How long a program of CUPS may take: its server may hang.
const ANSWER: Duration = Duration::from_secs(10);

/// A printer behind a queue.
pub struct CupsPrinter {
    queue: String,
    server: Option<String>,
}

impl CupsPrinter {
    /// The printer of a queue, at a server or its socket.
    pub fn new(queue: &str, server: Option<&str>) -> CupsPrinter {
        CupsPrinter {
            queue: queue.to_owned(),
            server: server.map(str::to_owned),
        }
    }

    /// What a program of CUPS prints; none where it does not answer well.
    fn ask(&self, program: &str, words: &[&str], input: &[u8]) -> Option<String> {
        let mut command = Command::new(program);
        command
            .args(words)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(server) = &self.server {
            command.env("CUPS_SERVER", server);
        }
        let mut child = command.spawn().ok()?;
        let stdin = child.stdin.take();
        thread::scope(|scope| {
            // Beside the waiting: a server that hangs takes nothing.
            let writing = scope.spawn(move || stdin.is_some_and(|mut stdin| stdin.write_all(input).is_ok()));
            let deadline = Instant::now() + ANSWER;
            while child.try_wait().ok()?.is_none() {
                if Instant::now() > deadline {
                    let _ = child.kill();
                }
                thread::sleep(Duration::from_millis(20));
            }
            let written = writing.join().unwrap_or(false);
            let output = child.wait_with_output().ok()?;
            (written && output.status.success()).then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        })
    }

    /// The job's name where it still waits or is printed; none where it is done.
    fn is_open(&self, job: &str) -> Option<bool> {
        let jobs = self.ask("lpstat", &["-o", &self.queue], b"")?;
        Some(jobs.lines().any(|line| line.split_whitespace().next() == Some(job)))
    }

    fn forget(&self, job: &str) {
        self.ask("cancel", &["-x", job], b"");
    }

    fn watch(&self, job: &str, patience: &Patience) -> Result<(), Fault> {
        let mut good = Instant::now();
        loop {
            match self.is_open(job) {
                Some(false) => return Ok(()),
                // The server is gone, and with it what can be said of the job.
                None => return Err(Fault::Missing),
                Some(true) => {}
            }
            patience.check()?;
            match self.state() {
                DeviceState::Ready | DeviceState::Busy => good = Instant::now(),
                state if good.elapsed() > GRACE => return Err(Fault::of(state).unwrap_or(Fault::Broken)),
                _ => {}
            }
            thread::sleep(LOOK);
        }
    }
}

/// How a queue is, by its attributes as `lpoptions` writes them.
fn state_of(attributes: &str) -> DeviceState {
    let value = |name: &str| {
        let begin = attributes.find(&format!("{name}="))? + name.len() + 1;
        attributes[begin..].split_whitespace().next()
    };
    let Some(state) = value("printer-state") else {
        return DeviceState::Missing;
    };
    let reasons = value("printer-state-reasons").unwrap_or("none");
    let because = |all: &[&str]| all.iter().any(|reason| reasons.contains(reason));
    if because(&["media-empty", "media-needed"]) {
        DeviceState::OutOfPaper
    } else if because(&["media-jam", "cover-open", "door-open"]) {
        DeviceState::Jammed
    } else if because(&["offline", "connecting-to-device", "shutdown", "timed-out"]) {
        DeviceState::Missing
    } else {
        match (state, value("printer-is-accepting-jobs")) {
            ("5", _) | (_, Some("false")) => DeviceState::Broken,
            ("4", _) => DeviceState::Busy,
            _ => DeviceState::Ready,
        }
    }
}

/// The job in what `lp` says: `request id is slips-12 (0 file(s))`.
fn job_of(said: &str) -> Option<&str> {
    said.split_once("request id is ")?.1.split_whitespace().next()
}

impl Printer for CupsPrinter {
    fn state(&self) -> DeviceState {
        match self.ask("lpoptions", &["-p", &self.queue], b"") {
            Some(attributes) => state_of(&attributes),
            None => DeviceState::Missing,
        }
    }

    fn print(&self, paper: &Paper<'_>, patience: &Patience) -> Result<(), Fault> {
        // The title says nothing: it stands in the server's log.
        let mut words = vec!["-d", &self.queue, "-t", "onehall"];
        let bytes = match paper {
            Paper::Slip(bytes) => {
                words.extend(["-o", "raw"]);
                bytes
            }
            Paper::Document(bytes) => bytes,
        };
        let said = self.ask("lp", &words, bytes).ok_or(Fault::Missing)?;
        let job = job_of(&said).ok_or(Fault::Broken)?;
        let printed = self.watch(job, patience);
        self.forget(job);
        printed
    }

    fn purge(&self) -> Result<(), Fault> {
        let done = self.ask("cancel", &["-a", "-x", &self.queue], b"");
        done.map(drop).ok_or(Fault::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_says_how_it_is() {
        let with = |state: u8, accepts: bool, reasons: &str| {
            state_of(&format!(
                "copies=1 device-uri=file:///dev/null finishings=3 job-sheets=none,none printer-info='Slips' \
                 printer-is-accepting-jobs={accepts} printer-is-shared=false printer-make-and-model='Local Raw Printer' \
                 printer-state={state} printer-state-change-time=1795737600 printer-state-reasons={reasons} printer-type=4"
            ))
        };
        assert_eq!(with(3, true, "none"), DeviceState::Ready);
        assert_eq!(with(4, true, "none"), DeviceState::Busy);
        assert_eq!(with(4, true, "media-empty-error"), DeviceState::OutOfPaper);
        assert_eq!(with(4, true, "toner-low-warning,media-jam-error"), DeviceState::Jammed);
        assert_eq!(with(5, true, "paused"), DeviceState::Broken);
        assert_eq!(with(3, false, "none"), DeviceState::Broken);
        assert_eq!(with(4, true, "offline-report"), DeviceState::Missing);
        assert_eq!(state_of(""), DeviceState::Missing);
    }

    #[test]
    fn a_job_is_known_by_what_lp_says() {
        assert_eq!(job_of("request id is slips-12 (0 file(s))\n"), Some("slips-12"));
        assert_eq!(job_of("lp: Error - The printer or class does not exist."), None);
    }

    #[test]
    fn a_server_that_is_not_there_is_a_printer_that_is_not_there() {
        let printer = CupsPrinter::new("slips", Some("/nowhere/at/all.sock"));
        assert_eq!(printer.state(), DeviceState::Missing);
        assert_eq!(printer.purge(), Err(Fault::Missing));
    }
}
