//! Whoever keeps the kiosk running: each visit is a child process with a folder of its own, started anew when it is over, when
//! it falls, and when it falls silent. With a visit end all its processes, and its folder with whatever they left in it.

use std::fs::{self, DirBuilder, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process_group};

/// What a child says while its page lives.
pub const ALIVE: &str = "alive";

/// As what a child ends whose visit is over.
pub const VISIT_OVER: i32 = 40;

/// Names the folder of a visit to the child whose it is.
pub const FOLDER: &str = "ONEHALL_KIOSK_VISIT";

/// Tells a child how many visits there were before it, and how many of them left something: `12/0`.
const ENDED: &str = "ONEHALL_KIOSK_ENDED";

/// What became of the visits since a kiosk was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    /// How many there were.
    pub all: u64,
    /// How many left something that could not be taken away.
    pub unclean: u64,
}

impl Ended {
    /// What whoever keeps this process says of the visits before.
    pub fn told() -> Ended {
        let told = std::env::var(ENDED).unwrap_or_default();
        Ended::read(&told).unwrap_or_default()
    }

    fn read(told: &str) -> Option<Ended> {
        let (all, unclean) = told.split_once('/')?;
        Some(Ended {
            all: all.parse().ok()?,
            unclean: unclean.parse().ok()?,
        })
    }

    fn written(self) -> String {
        format!("{}/{}", self.all, self.unclean)
    }
}

/// How long a first page may take.
const START: Duration = Duration::from_secs(60);

/// How often it is looked whether a child has ended.
const TICK: Duration = Duration::from_millis(100);

/// How long processes that were killed may still write.
const DYING: Duration = Duration::from_secs(10);

/// The longest wait before a child is started again that never lived.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How a kiosk is kept.
pub struct Keeping {
    /// The program of a visit.
    pub program: PathBuf,
    /// The words that it is started with.
    pub words: Vec<String>,
    /// After which time without a sign of life it is started anew.
    pub silence: Duration,
    /// Whether a window that somebody closes opens again.
    pub stays: bool,
}

/// Why a visit ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Its citizen is done.
    Over,
    /// It fell silent and was killed.
    Silent,
    /// It ended by itself.
    Fell(Option<i32>),
}

/// Why nothing is kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The folder of visits.
    #[error("{}: {reason}", .folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another one keeps this kiosk.
    #[error("{}: a kiosk runs here already", .0.display())]
    InUse(PathBuf),
}

/// Where visits have their folders: in memory, where the system has such a place for us.
fn root() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
        Some(runtime) => PathBuf::from(runtime).join("onehall-kiosk"),
        None => std::env::temp_dir().join(format!("onehall-kiosk-{}", geteuid().as_raw())),
    }
}

/// The folder of visits, ours alone; held as long as the file lives.
fn open_root(root: &Path) -> Result<File, KeepError> {
    let wrong = |reason: String| KeepError::Folder {
        folder: root.to_owned(),
        reason,
    };
    let made = DirBuilder::new().mode(0o700).create(root);
    if let Err(error) = made
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(wrong(error.to_string()));
    }
    let found = fs::symlink_metadata(root).map_err(|error| wrong(error.to_string()))?;
    if !found.is_dir() || found.uid() != geteuid().as_raw() || found.mode() & 0o077 != 0 {
        return Err(wrong("is not a folder of ours alone".to_owned()));
    }
    let lock = File::create(root.join("lock")).map_err(|error| wrong(error.to_string()))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(KeepError::InUse(root.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(wrong(error.to_string())),
    }
}

/// Takes away whatever visits left, also those that a power cut ended. Says whether nothing remains.
fn wipe(root: &Path) -> bool {
    let deadline = Instant::now() + DYING;
    loop {
        let left: Vec<PathBuf> = fs::read_dir(root)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.is_dir())
            .collect();
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

/// Keeps a kiosk until it is told to end.
///
/// # Errors
/// There is no folder for it.
pub fn keep(keeping: &Keeping) -> Result<ExitCode, KeepError> {
    let root = root();
    let _held = open_root(&root)?;
    let mut wait = Duration::ZERO;
    let mut ended = Ended::default();
    for number in 1_u64.. {
        say_wiped(wipe(&root));
        let begun = Instant::now();
        let (end, lived) = match visit(keeping, &root.join(format!("visit-{number}")), ended) {
            Ok(ended) => ended,
            Err(error) => {
                eprintln!("onehall-kiosk: could not start the window: {error}");
                (End::Fell(None), false)
            }
        };
        let clean = wipe(&root);
        say_wiped(clean);
        ended.all += 1;
        ended.unclean += u64::from(!clean);
        match end {
            // Whoever closes a window that does not stay is done with it; what was wrong at the start is wrong again.
            End::Fell(Some(0)) if !keeping.stays => return Ok(ExitCode::SUCCESS),
            End::Fell(Some(2)) => return Ok(ExitCode::from(2)),
            End::Over => {}
            End::Silent => eprintln!("onehall-kiosk: the window hung: it is started anew"),
            End::Fell(code) => {
                let code = code.map_or("a signal".to_owned(), |code| format!("code {code}"));
                eprintln!("onehall-kiosk: the window ended by {code}: it is started anew");
            }
        }
        wait = if lived || begun.elapsed() > START {
            Duration::ZERO
        } else {
            (wait * 2).clamp(Duration::from_millis(500), LONGEST_WAIT)
        };
        thread::sleep(wait);
    }
    Ok(ExitCode::SUCCESS)
}

fn say_wiped(clean: bool) {
    if !clean {
        eprintln!("onehall-kiosk: something of the last visit could not be taken away");
    }
}

/// One visit; why it ended, and whether its page ever lived.
fn visit(keeping: &Keeping, folder: &Path, before: Ended) -> std::io::Result<(End, bool)> {
    DirBuilder::new().mode(0o700).create(folder)?;
    let mut command = Command::new(&keeping.program);
    command
        .args(&keeping.words)
        .env(FOLDER, folder)
        .env(ENDED, before.written());
    // Whatever anything in there keeps of its own accord, it keeps in there.
    for place in [
        "HOME",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
    ] {
        command.env(place, folder);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Its own group, with the processes of its web view: they end together.
        .process_group(0)
        .spawn()?;
    let (said, heard) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if line == ALIVE && said.send(()).is_err() {
                    return;
                }
            }
        });
    }
    let mut lived = false;
    let mut last = Instant::now();
    let end = loop {
        match heard.recv_timeout(TICK) {
            Ok(()) => (lived, last) = (true, Instant::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(TICK),
        }
        if let Some(ended) = child.try_wait()? {
            break why(ended);
        }
        let patience = if lived {
            keeping.silence
        } else {
            START.max(keeping.silence)
        };
        if last.elapsed() > patience {
            break End::Silent;
        }
    };
    end_group(&mut child);
    Ok((end, lived))
}

fn why(ended: ExitStatus) -> End {
    match ended.code() {
        Some(VISIT_OVER) => End::Over,
        code => End::Fell(code),
    }
}

/// Ends a child and whatever it started.
fn end_group(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Not there where all have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("onehall-keeper-{name}-{}", std::process::id()));
            let made = DirBuilder::new().mode(0o700).create(&folder);
            made.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            Folder(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// A visit as a shell script that finds its folder in `$HOME`.
    fn visited(name: &str, script: &str, silence: Duration) -> (End, bool, Folder) {
        let root = Folder::new(name);
        let keeping = Keeping {
            program: PathBuf::from("/bin/sh"),
            words: vec!["-c".to_owned(), script.to_owned()],
            silence,
            stays: false,
        };
        let before = Ended { all: 12, unclean: 1 };
        let ended = visit(&keeping, &root.0.join("visit-1"), before);
        let (end, lived) = ended.unwrap_or_else(|error| panic!("{error}"));
        (end, lived, root)
    }

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn a_visit_ends_as_it_says_and_what_it_left_is_taken_away() {
        let script = "echo alive; echo 620102198805143827 > $HOME/card; mkdir $TMPDIR/a; echo x > $TMPDIR/a/b; exit 40";
        let (end, lived, root) = visited("over", script, LONG);
        assert_eq!((end, lived), (End::Over, true));
        assert!(root.0.join("visit-1/card").is_file(), "there is something to take away");
        assert!(wipe(&root.0));
        let left = fs::read_dir(&root.0).map(Iterator::count);
        assert_eq!(left.ok(), Some(0));
    }

    #[test]
    fn a_visit_is_told_what_became_of_those_before() {
        let (end, ..) = visited("told", "test \"$ONEHALL_KIOSK_ENDED\" = 12/1 && exit 40", LONG);
        assert_eq!(end, End::Over);
        assert_eq!(Ended::read("12/1"), Some(Ended { all: 12, unclean: 1 }));
        for told in ["", "12", "12/", "-1/0", "a/b"] {
            assert_eq!(Ended::read(told), None, "{told}");
        }
    }

    #[test]
    fn a_visit_that_falls_says_so_and_one_that_never_lived_too() {
        assert_eq!(visited("fell", "echo alive; exit 41", LONG).0, End::Fell(Some(41)));
        let (end, lived, _root) = visited("never", "exit 1", LONG);
        assert_eq!((end, lived), (End::Fell(Some(1)), false));
        let (end, _, _root) = visited("killed", "kill -9 $$", LONG);
        assert_eq!(end, End::Fell(None));
    }

    #[test]
    fn a_visit_that_falls_silent_is_killed_with_all_that_it_started() {
        // What it started goes on writing for ever.
        let script = "echo alive; (while :; do echo $$ > $HOME/still; sleep 0.05; done) & sleep 600";
        let (end, lived, root) = visited("silent", script, Duration::from_millis(200));
        assert_eq!((end, lived), (End::Silent, true));
        assert!(wipe(&root.0), "nobody writes any more");
    }

    #[test]
    fn the_folder_of_visits_is_ours_alone_and_one_keeper_has_it() {
        let root = Folder::new("root");
        let held = open_root(&root.0).unwrap_or_else(|error| panic!("{error}"));
        assert!(matches!(open_root(&root.0), Err(KeepError::InUse(_))));
        drop(held);
        assert!(open_root(&root.0).is_ok());
        let open = root.0.join("open");
        let made = DirBuilder::new().mode(0o777).create(&open);
        made.unwrap_or_else(|error| panic!("{error}"));
        let opened = fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o777));
        opened.unwrap_or_else(|error| panic!("{error}"));
        assert!(
            matches!(open_root(&open), Err(KeepError::Folder { .. })),
            "others can write there"
        );
        let link = root.0.join("link");
        std::os::unix::fs::symlink(&root.0, &link).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            matches!(open_root(&link), Err(KeepError::Folder { .. })),
            "it leads elsewhere"
        );
    }
}
