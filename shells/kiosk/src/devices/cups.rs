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
    /// In whose name it prints, and whose jobs alone it takes back.
    visit: Option<String>,
}

impl CupsPrinter {
    /// The printer of a queue, at a server or its socket; for a visit, or for whoever keeps all of them.
    pub fn new(queue: &str, server: Option<&str>, visit: Option<&str>) -> CupsPrinter {
        CupsPrinter {
            queue: queue.to_owned(),
            server: server.map(str::to_owned),
            visit: visit.map(str::to_owned),
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
        match &self.visit {
            Some(visit) => self.ask("cancel", &["-U", visit, "-x", job], b""),
            None => self.ask("cancel", &["-x", job], b""),
        };
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

/// The jobs of somebody in what `lpstat` lists: `slips-12  visit-17  1024  Sat Nov 28 …`.
fn jobs_of<'a>(listed: &'a str, whose: &str) -> Vec<&'a str> {
    let lines = listed.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    lines.filter_map(|(job, user)| (user == whose).then_some(job)).collect()
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
        if let Some(visit) = &self.visit {
            words.extend(["-U", visit.as_str()]);
        }
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
        let Some(visit) = &self.visit else {
            let done = self.ask("cancel", &["-a", "-x", &self.queue], b"");
            return done.map(drop).ok_or(Fault::Missing);
        };
        let deadline = Instant::now() + ANSWER;
        loop {
            // Asked in its name: whose a job is a server may say to nobody else.
            let listed = self.ask("lpstat", &["-U", visit, "-o", &self.queue], b"");
            let listed = listed.ok_or(Fault::Missing)?;
            let left = jobs_of(&listed, visit);
            if left.is_empty() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Fault::Busy);
            }
            // One that is being printed ends a moment later.
            left.into_iter().for_each(|job| self.forget(job));
            thread::sleep(LOOK);
        }
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
    fn of_all_jobs_those_of_one_visit_are_taken_back() {
        let listed = "slips-12                visit-17          1024   Sat Nov 28 07:00:00 2026\n\
                      slips-13                visit-171         1024   Sat Nov 28 07:00:01 2026\n\
                      slips-14                visit-17          2048   Sat Nov 28 07:00:02 2026\n\n";
        assert_eq!(jobs_of(listed, "visit-17"), ["slips-12", "slips-14"]);
        assert_eq!(jobs_of(listed, "visit-18"), Vec::<&str>::new());
        assert_eq!(jobs_of("", "visit-17"), Vec::<&str>::new());
    }

    #[test]
    fn a_server_that_is_not_there_is_a_printer_that_is_not_there() {
        for visit in [None, Some("visit-17")] {
            let printer = CupsPrinter::new("slips", Some("/nowhere/at/all.sock"), visit);
            assert_eq!(printer.state(), DeviceState::Missing);
            assert_eq!(printer.purge(), Err(Fault::Missing));
        }
    }
}
