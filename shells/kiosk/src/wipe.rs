//! What is taken away once a visit has ended, however it did. Each step takes what no other does: the test leaves out one after
//! the other, and finds what remains.
//!
//! Its keeper takes the steps. Where that is gone, another process of this program does, which the visit itself starts: none can
//! end itself before it takes away what it writes.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use rustix::process::{Pid, Signal, getpgrp, kill_process_group};

use crate::devices::Fitted;

/// Names the processes of a visit to whoever is to take away what it leaves, in place of its keeper.
const GROUP: &str = "ONEHALL_KIOSK_GROUP";

/// How long processes that were killed may still write.
const DYING: Duration = Duration::from_secs(10);

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ends the processes of the visit, and with them what they remember and hold: the clipboard, too.
    Processes,
    /// Takes away the folders of visits, also those that a power cut ended.
    Folders,
    /// Takes back what waits at the printers.
    Printers,
}

impl Step {
    /// All of them, in their order: what still runs would print and write again, and a print server may be slow to answer.
    pub const ALL: [Step; 3] = [Step::Processes, Step::Folders, Step::Printers];
}

/// Where a visit leaves something.
pub struct Places<'a> {
    /// Its processes; none where there was no visit yet.
    pub processes: Option<Processes>,
    /// The printers.
    pub printers: &'a Fitted,
    /// The folders.
    pub folders: Folders<'a>,
}

/// The processes of a visit: a group, in which is all that it started.
pub enum Processes {
    /// That of a child.
    Child(Child),
    /// That of a visit without a keeper.
    Left(Pid),
}

/// Folders of visits.
#[derive(Debug, Clone, Copy)]
pub enum Folders<'a> {
    /// All in the folder in which each visit has one.
    All(&'a Path),
    /// That of one visit: another keeper may have begun with the next.
    One(&'a Path),
}

impl Places<'_> {
    /// Takes these steps, each whatever became of the one before. Says whether nothing remains of what they take.
    pub fn wipe(&mut self, steps: &[Step]) -> bool {
        let mut clean = true;
        for step in steps {
            clean &= self.take(*step);
        }
        clean
    }

    fn take(&mut self, step: Step) -> bool {
        match step {
            Step::Processes => {
                if let Some(processes) = &mut self.processes {
                    processes.end();
                }
                true
            }
            Step::Printers => self.printers.purge(),
            Step::Folders => self.folders.take(),
        }
    }
}

impl Processes {
    fn end(&mut self) {
        let group = match self {
            Processes::Child(child) => i32::try_from(child.id()).ok().and_then(Pid::from_raw),
            Processes::Left(group) => Some(*group),
        };
        if let Some(group) = group {
            // Not there where all have ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
        if let Processes::Child(child) = self {
            let _ = child.wait();
        }
    }
}

impl Folders<'_> {
    fn left(self) -> Vec<PathBuf> {
        let paths: Vec<PathBuf> = match self {
            Folders::All(root) => {
                let entries = fs::read_dir(root).into_iter().flatten();
                entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
            }
            Folders::One(folder) => vec![folder.to_owned()],
        };
        paths.into_iter().filter(|path| path.is_dir()).collect()
    }

    fn take(self) -> bool {
        let deadline = Instant::now() + DYING;
        loop {
            let left = self.left();
            if left.is_empty() {
                return true;
            }
            if Instant::now() > deadline {
                return false;
            }
            for folder in left {
                // What is still being written is taken away the next time round.
                let _ = fs::remove_dir_all(folder);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// For a visit whose keeper is gone: has another process take the steps, the first of which ends this one.
///
/// # Errors
/// There is none, or it ended before this one.
pub fn by_another() -> io::Result<()> {
    let mut another = Command::new(std::env::current_exe()?);
    another
        .args(std::env::args_os().skip(1))
        .env(GROUP, getpgrp().as_raw_pid().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // Who read it may be gone with the keeper.
        .stderr(Stdio::null())
        .process_group(0)
        .status()
        .map(drop)
}

/// For that other process: the processes of the visit. None where this process is no such one.
pub fn left() -> Option<Processes> {
    let group = std::env::var(GROUP).ok()?.parse().ok();
    // The first process of a system stands for all of them.
    let group = group.and_then(Pid::from_raw).filter(|group| !group.is_init())?;
    Some(Processes::Left(group))
}

#[cfg(test)]
mod tests {
    use std::fs::DirBuilder;
    use std::io::{BufRead, BufReader};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::devices::{DeviceState, Fault, Paper, Patience, Printer, Stops};

    /// A printer without paper, in which waits what it was given.
    #[derive(Clone, Default)]
    struct Tray(Arc<AtomicBool>);

    impl Printer for Tray {
        fn state(&self) -> DeviceState {
            DeviceState::OutOfPaper
        }

        fn print(&self, _: &Paper<'_>, _: &Patience) -> Result<(), Fault> {
            self.0.store(true, Ordering::SeqCst);
            Err(Fault::OutOfPaper)
        }

        fn purge(&self) -> Result<(), Fault> {
            self.0.store(false, Ordering::SeqCst);
            Ok(())
        }
    }

    /// Whether a process of a group lives. One that has ended and that nobody asked about does not.
    fn lives(group: u32) -> bool {
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        all.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok())
            .any(|stat| {
                // Behind the name, in which anything may stand: state, parent, group.
                let (_, rest) = stat.rsplit_once(')').unwrap_or_default();
                let mut rest = rest.split_whitespace();
                let (state, its) = (rest.next(), rest.nth(1));
                state != Some("Z") && its == Some(group.to_string().as_str())
            })
    }

    /// A visit that has ended and left something everywhere.
    struct Visit {
        root: PathBuf,
        group: u32,
        trays: [Tray; 2],
        printers: Fitted,
    }

    impl Visit {
        fn ended(name: &str) -> (Visit, Child) {
            let root = std::env::temp_dir().join(format!("onehall-wipe-{name}-{}", std::process::id()));
            let folder = root.join("visit-1");
            let made = DirBuilder::new().recursive(true).create(&folder);
            made.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            // The process ends; what it started goes on.
            let script = "sleep 600 </dev/null >/dev/null 2>&1 & echo 620102198805143827 > \"$0/card\"; echo over";
            let mut child = Command::new("/bin/sh")
                .args(["-c", script])
                .arg(&folder)
                .stdout(Stdio::piped())
                .process_group(0)
                .spawn()
                .unwrap_or_else(|error| panic!("{error}"));
            let mut said = String::new();
            let heard = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut said));
            assert!(matches!(heard, Some(Ok(_))) && said == "over\n", "it said {said:?}");
            let trays = [Tray::default(), Tray::default()];
            let patience = Arc::<Stops>::default().patience(Duration::from_secs(1));
            for tray in &trays {
                assert_eq!(tray.print(&Paper::Slip(b"A012"), &patience), Err(Fault::OutOfPaper));
            }
            let printers = Fitted {
                slips: Some(Box::new(trays[0].clone())),
                documents: Some(Box::new(trays[1].clone())),
                ..Fitted::default()
            };
            let group = child.id();
            (
                Visit {
                    root,
                    group,
                    trays,
                    printers,
                },
                child,
            )
        }

        /// Which steps have something to take. What was killed may take this long to be gone.
        fn residue(&self, dying: Duration) -> Vec<Step> {
            let deadline = Instant::now() + dying;
            while lives(self.group) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
            let waits = |tray: &Tray| tray.0.load(Ordering::SeqCst);
            let folder = fs::read_dir(&self.root).is_ok_and(|mut entries| entries.next().is_some());
            let found = [lives(self.group), folder, self.trays.iter().any(waits)];
            let all = Step::ALL.into_iter().zip(found);
            all.filter_map(|(step, found)| found.then_some(step)).collect()
        }
    }

    impl Drop for Visit {
        fn drop(&mut self) {
            if let Some(group) = i32::try_from(self.group).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            let _ = fs::remove_dir_all(&self.root);
        }
    }

    #[test]
    fn nothing_remains_of_a_visit_and_something_does_where_a_step_is_left_out() {
        let left_out = [None].into_iter().chain(Step::ALL.map(Some));
        let kept = [true, false]
            .into_iter()
            .flat_map(|kept| left_out.clone().map(move |step| (kept, step)));
        for (number, (kept, left_out)) in kept.enumerate() {
            let (visit, mut child) = Visit::ended(&number.to_string());
            assert_eq!(
                visit.residue(Duration::ZERO),
                Step::ALL,
                "there is something for each step"
            );
            let mut steps = Step::ALL.to_vec();
            steps.retain(|step| Some(*step) != left_out);
            // A visit that its keeper left has ended itself, and nobody asks about it.
            let folder = visit.root.join("visit-1");
            let group = i32::try_from(visit.group).ok().and_then(Pid::from_raw);
            let (processes, folders) = match kept {
                true => (Some(Processes::Child(child)), Folders::All(&visit.root)),
                false => {
                    let _ = child.wait();
                    (group.map(Processes::Left), Folders::One(&folder))
                }
            };
            let mut places = Places {
                processes,
                printers: &visit.printers,
                folders,
            };
            assert!(places.wipe(&steps));
            let dying = if left_out == Some(Step::Processes) {
                Duration::ZERO
            } else {
                DYING
            };
            assert_eq!(visit.residue(dying), Vec::from_iter(left_out));
        }
    }

    #[test]
    fn what_one_visit_left_is_taken_away_and_the_next_one_of_another_keeper_stays() {
        let (visit, child) = Visit::ended("one");
        let (one, next) = (visit.root.join("visit-1"), visit.root.join("visit-2"));
        let made = DirBuilder::new().create(&next);
        made.unwrap_or_else(|error| panic!("{}: {error}", next.display()));
        let mut places = Places {
            processes: Some(Processes::Child(child)),
            printers: &visit.printers,
            folders: Folders::One(&one),
        };
        assert!(places.wipe(&Step::ALL));
        assert!(next.is_dir() && !one.exists());
    }

    #[test]
    fn what_cannot_be_taken_away_is_said_and_keeps_nothing_else() {
        /// A printer behind a server that does not answer.
        struct Gone;

        impl Printer for Gone {
            fn state(&self) -> DeviceState {
                DeviceState::Missing
            }

            fn print(&self, _: &Paper<'_>, _: &Patience) -> Result<(), Fault> {
                Err(Fault::Missing)
            }

            fn purge(&self) -> Result<(), Fault> {
                Err(Fault::Missing)
            }
        }

        let (mut visit, child) = Visit::ended("gone");
        visit.printers.slips = Some(Box::new(Gone));
        visit.trays[0].0.store(false, Ordering::SeqCst);
        let mut places = Places {
            processes: Some(Processes::Child(child)),
            printers: &visit.printers,
            folders: Folders::All(&visit.root),
        };
        assert!(!places.wipe(&Step::ALL), "who runs the kiosk is told");
        assert_eq!(visit.residue(DYING), []);
    }
}
