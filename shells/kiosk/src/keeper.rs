//! Whoever keeps the kiosk running: each visit is a child process with a folder of its own, started anew when it is over, when
//! it falls, and when it falls silent. After each comes the wipe.

use std::fs::{self, DirBuilder, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::geteuid;

use crate::devices::Fitted;
use crate::wipe::{Folders, Places, Processes, Step};

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
    /// What a visit may print with.
    pub printers: Fitted,
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

/// The number of the first visit. No keeper before used it: what it left may still be taken away.
fn first() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}

/// Keeps a kiosk until it is told to end.
///
/// # Errors
/// There is no folder for it.
pub fn keep(keeping: &Keeping) -> Result<ExitCode, KeepError> {
    let root = root();
    let _held = open_root(&root)?;
    let wipe = |child: Option<Child>| {
        let mut places = Places {
            processes: child.map(Processes::Child),
            printers: &keeping.printers,
            folders: Folders::All(&root),
        };
        let clean = places.wipe(&Step::ALL);
        if !clean {
            eprintln!("onehall-kiosk: something of the last visit could not be taken away");
        }
        clean
    };
    // What a visit left that a power cut ended.
    wipe(None);
    let mut wait = Duration::ZERO;
    let mut ended = Ended::default();
    for number in first().. {
        let begun = Instant::now();
        let (end, lived, child) = match visit(keeping, &root.join(format!("visit-{number}")), ended) {
            Ok((end, lived, child)) => (end, lived, Some(child)),
            Err(error) => {
                eprintln!("onehall-kiosk: could not start the window: {error}");
                (End::Fell(None), false, None)
            }
        };
        let clean = wipe(child);
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

/// One visit: why it ended, whether its page ever lived, and its process, which may run still.
fn visit(keeping: &Keeping, folder: &Path, before: Ended) -> std::io::Result<(End, bool, Child)> {
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
        if let Ok(Some(ended)) = child.try_wait() {
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
    Ok((end, lived, child))
}

fn why(ended: ExitStatus) -> End {
    match ended.code() {
        Some(VISIT_OVER) => End::Over,
        code => End::Fell(code),
    }
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
    struct Visited {
        end: End,
        lived: bool,
        child: Option<Child>,
        root: Folder,
    }

    impl Visited {
        fn wipe(&mut self) -> bool {
            let mut places = Places {
                processes: self.child.take().map(Processes::Child),
                printers: &Fitted::default(),
                folders: Folders::All(&self.root.0),
            };
            places.wipe(&Step::ALL)
        }
    }

    fn visited(name: &str, script: &str, silence: Duration) -> Visited {
        let root = Folder::new(name);
        let keeping = Keeping {
            program: PathBuf::from("/bin/sh"),
            words: vec!["-c".to_owned(), script.to_owned()],
            silence,
            stays: false,
            printers: Fitted::default(),
        };
        let before = Ended { all: 12, unclean: 1 };
        let ended = visit(&keeping, &root.0.join("visit-1"), before);
        let (end, lived, child) = ended.unwrap_or_else(|error| panic!("{error}"));
        Visited {
            end,
            lived,
            child: Some(child),
            root,
        }
    }

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn a_visit_ends_as_it_says_and_what_it_left_is_taken_away() {
        let script = "echo alive; echo 620102198805143827 > $HOME/card; mkdir $TMPDIR/a; echo x > $TMPDIR/a/b; exit 40";
        let mut visited = visited("over", script, LONG);
        assert_eq!((&visited.end, visited.lived), (&End::Over, true));
        let card = visited.root.0.join("visit-1/card");
        assert!(card.is_file(), "there is something to take away");
        assert!(visited.wipe());
        let left = fs::read_dir(&visited.root.0).map(Iterator::count);
        assert_eq!(left.ok(), Some(0));
    }

    #[test]
    fn a_visit_is_told_what_became_of_those_before() {
        let visited = visited("told", "test \"$ONEHALL_KIOSK_ENDED\" = 12/1 && exit 40", LONG);
        assert_eq!(visited.end, End::Over);
        assert_eq!(Ended::read("12/1"), Some(Ended { all: 12, unclean: 1 }));
        for told in ["", "12", "12/", "-1/0", "a/b"] {
            assert_eq!(Ended::read(told), None, "{told}");
        }
    }

    #[test]
    fn whatever_a_visit_keeps_of_its_own_accord_it_keeps_in_its_folder() {
        for place in [
            "HOME",
            "TMPDIR",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
        ] {
            let script = format!("test -n \"${place}\" && test \"${place}\" = \"$ONEHALL_KIOSK_VISIT\" && exit 40");
            assert_eq!(visited("places", &script, LONG).end, End::Over, "{place}");
        }
    }

    #[test]
    fn a_visit_that_falls_says_so_and_one_that_never_lived_too() {
        assert_eq!(visited("fell", "echo alive; exit 41", LONG).end, End::Fell(Some(41)));
        let never = visited("never", "exit 1", LONG);
        assert_eq!((never.end, never.lived), (End::Fell(Some(1)), false));
        assert_eq!(visited("killed", "kill -9 $$", LONG).end, End::Fell(None));
    }

    #[test]
    fn a_visit_that_falls_silent_is_killed_with_all_that_it_started() {
        // What it started goes on writing for ever.
        let script = "echo alive; (while :; do echo $$ > $HOME/still; sleep 0.05; done) & sleep 600";
        let mut visited = visited("silent", script, Duration::from_millis(200));
        assert_eq!((&visited.end, visited.lived), (&End::Silent, true));
        assert!(visited.wipe(), "nobody writes any more");
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
