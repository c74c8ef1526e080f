//! What the operator of a terminal says of its updates: a file, whose place the command line or the environment names.
//!
//! ```json
//! { "repository": "https://hall.example/updates/", "channel": "stable", "hall": "lanchuan-01" }
//! ```
//! Nothing of it can be said by a page. The root of trust is built into the program; only a program without one takes it
//! from this file, and a program with neither has no updates.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use onehall_bundle::{Kiosks, Range, Version};
use onehall_client::Profile;
use onehall_client::bridge::{DATA, PROTOCOLS};
use onehall_protocol::identity::TerminalKind;
use onehall_updates::Settings;
use onehall_updates::disk::Folder;
use onehall_updates::download::Room;
use onehall_updates::machine::Native;
use onehall_updates::mirror::{FolderMirror, HttpLimits, HttpMirror, Mirror, Plain};
use serde::Deserialize;

use crate::Options;

/// The root of trust that was built into the program; empty where none was.
static ROOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/root.json"));

/// The folder of updates, beside what the shell keeps besides.
pub const KEPT: &str = "updates";

/// Whether an address without TLS may be asked: on this machine alone, by who develops.
const PLAIN: Plain = if cfg!(debug_assertions) {
    Plain::Loopback
} else {
    Plain::Never
};

/// What the file says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// An address or a folder; none: `/updates/` at the hall.
    repository: Option<String>,
    /// Where updates are kept; none: with what the shell keeps besides.
    folder: Option<PathBuf>,
    /// The root of trust, for a program that has none.
    root: Option<PathBuf>,
    channel: Option<String>,
    region: String,
    hall: String,
    /// How often the repository is asked.
    check_seconds: Option<u64>,
    /// Within which time a page has to be there.
    ready_seconds: Option<u64>,
    /// After which time without a touch nobody is disturbed any more, where nobody is logged in.
    idle_seconds: Option<u64>,
    /// How many bytes of an update may come from a server in a second; none: as many as come.
    bytes_per_second: Option<u64>,
    /// The folder below which the system mounts sticks; none: none is looked for.
    sticks: Option<PathBuf>,
}

/// The updates of a terminal, as they are set.
pub struct Configured {
    /// The root of trust.
    pub root: Vec<u8>,
    /// Where updates come from.
    pub mirror: Arc<dyn Mirror>,
    /// Where they are kept; none: with what the shell keeps besides.
    pub folder: Option<PathBuf>,
    /// What decides which releases this terminal takes.
    pub settings: Settings,
    /// How often the repository is asked.
    pub check_every: Duration,
    /// Within which time a page has to be there.
    pub ready_within: Duration,
    /// After which time without a touch nobody is disturbed any more.
    pub idle_after: Duration,
    /// The folder below which sticks with updates are looked for.
    pub sticks: Option<PathBuf>,
}

/// Why a shell does not start with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file, or the root that it names.
    #[error("{}: {reason}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Not the address of a repository.
    #[error("{0}")]
    Repository(String),
    /// A program without a root is told to update itself.
    #[error("{}: this program has no root of trust built in, and the file names none", .0.display())]
    NoRoot(PathBuf),
}

/// What a shell is.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// On the wire.
    pub terminal: TerminalKind,
    /// Its layout.
    pub profile: Profile,
    /// The release inside of it.
    pub inside: u64,
}

/// The updates as `file` sets them, where there is a file or a root in the program; none: this shell has none.
///
/// # Errors
/// The file cannot be read, or says what cannot be.
pub fn read(file: Option<&Path>, hall: &str, kind: Kind) -> Result<Option<Configured>, SettingsError> {
    read_with(ROOT, file, hall, kind)
}

/// What kiosks are told, as it came last and lies where the updates of a terminal are kept: for a program that is about to
/// start. Nothing where there are no updates.
pub fn kiosks(options: &Options) -> Option<Kiosks> {
    let said: File = match &options.updates {
        Some(file) => serde_json::from_slice(&fs::read(file).ok()?).ok()?,
        None => File::default(),
    };
    let beside = options
        .updates
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let folder = match (said.folder, &options.data) {
        (Some(folder), _) => beside.join(folder),
        (None, Some(data)) => data.join(KEPT),
        (None, None) => return None,
    };
    onehall_updates::kept_kiosks(&Folder::new(folder))
}

fn read_with(
    built_in: &[u8],
    file: Option<&Path>,
    hall: &str,
    kind: Kind,
) -> Result<Option<Configured>, SettingsError> {
    let wrong = |file: &Path, reason: &dyn std::fmt::Display| SettingsError::File {
        file: file.to_owned(),
        reason: reason.to_string(),
    };
    let said = match file {
        None if built_in.is_empty() => return Ok(None),
        None => File::default(),
        Some(file) => {
            let text = fs::read(file).map_err(|error| wrong(file, &error))?;
            serde_json::from_slice(&text).map_err(|error| wrong(file, &error))?
        }
    };
    // What the file names lies beside it, wherever the shell was started.
    let beside = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let root = match &said.root {
        _ if !built_in.is_empty() => built_in.to_vec(),
        Some(root) => {
            let root = beside.join(root);
            fs::read(&root).map_err(|error| wrong(&root, &error))?
        }
        None => return Err(SettingsError::NoRoot(file.unwrap_or(beside).to_owned())),
    };
    let limits = HttpLimits::held_to(said.bytes_per_second)
        .map_err(|few| wrong(file.unwrap_or(beside), &format!("`bytes_per_second`: {few}")))?;
    let name = kind.profile.name();
    Ok(Some(Configured {
        root,
        mirror: mirror(said.repository.as_deref(), beside, hall, limits)?,
        folder: said.folder.map(|folder| beside.join(folder)),
        settings: Settings {
            native: Native {
                core: version(),
                profile: name.to_owned(),
                protocol: Range {
                    first: PROTOCOLS.min,
                    last: PROTOCOLS.max,
                },
                data: Range {
                    first: DATA.min,
                    last: DATA.max,
                },
                inside: kind.inside,
            },
            role: format!("ui-{name}"),
            channel: said.channel.unwrap_or_else(|| "stable".to_owned()),
            region: said.region,
            hall: said.hall,
            kind: name.to_owned(),
            room: Room::default(),
        },
        check_every: Duration::from_secs(said.check_seconds.unwrap_or(3600).max(1)),
        ready_within: Duration::from_secs(said.ready_seconds.unwrap_or(20).max(1)),
        idle_after: Duration::from_secs(said.idle_seconds.unwrap_or(match kind.terminal {
            TerminalKind::Kiosk => 60,
            _ => 600,
        })),
        sticks: said.sticks.map(|folder| beside.join(folder)),
    }))
}

fn mirror(
    repository: Option<&str>,
    beside: &Path,
    hall: &str,
    limits: HttpLimits,
) -> Result<Arc<dyn Mirror>, SettingsError> {
    let address = match repository {
        None => format!("{hall}/updates/"),
        Some(address) if address.contains("://") => address.to_owned(),
        Some(folder) => return Ok(Arc::new(FolderMirror::new(beside.join(folder)))),
    };
    let mirror = HttpMirror::new(&address, PLAIN, limits);
    Ok(Arc::new(
        mirror.map_err(|error| SettingsError::Repository(error.to_string()))?,
    ))
}

/// The version of this program.
pub fn version() -> Version {
    // The three numbers of cargo are always one.
    env!("CARGO_PKG_VERSION").parse().unwrap_or(Version([0, 0, 0]))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;
    use std::time::Instant;

    use tauri::async_runtime;

    use super::*;

    const KIOSK: Kind = Kind {
        terminal: TerminalKind::Kiosk,
        profile: Profile::Kiosk,
        inside: 7,
    };

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("onehall-settings-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
            Folder(folder)
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            let file = self.0.join(name);
            fs::write(&file, text).unwrap_or_else(|error| panic!("{error}"));
            file
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn without_a_root_and_without_a_file_there_are_no_updates() {
        let read = read_with(b"", None, "https://hall.example", KIOSK);
        assert!(matches!(read, Ok(None)));
    }

    #[test]
    fn a_root_that_is_built_in_is_not_taken_from_a_file() {
        let folder = Folder::new("root");
        folder.write("root.json", "of the file");
        let file = folder.write(
            "updates.json",
            r#"{"root":"root.json","folder":"kept","hall":"lanchuan-01"}"#,
        );
        let root = |built_in: &[u8]| {
            let read = read_with(built_in, Some(&file), "https://hall.example", KIOSK);
            read.unwrap_or_else(|error| panic!("{error}"))
                .map(|configured| (configured.root, configured.folder))
        };
        let kept = Some(folder.0.join("kept"));
        assert_eq!(root(b"built in"), Some((b"built in".to_vec(), kept.clone())));
        assert_eq!(root(b""), Some((b"of the file".to_vec(), kept)));
    }

    #[test]
    fn the_terminal_is_what_the_program_is_and_the_channel_what_its_operator_set() {
        let folder = Folder::new("terminal");
        let file = folder.write("updates.json", r#"{"channel":"early","region":"440100"}"#);
        let read = read_with(b"root", Some(&file), "https://hall.example", KIOSK);
        let Ok(Some(Configured { settings, .. })) = read else {
            panic!("no updates")
        };
        assert_eq!((settings.role.as_str(), settings.kind.as_str()), ("ui-kiosk", "kiosk"));
        assert_eq!(
            (settings.channel.as_str(), settings.region.as_str()),
            ("early", "440100")
        );
        assert_eq!((settings.native.profile.as_str(), settings.native.inside), ("kiosk", 7));
    }

    #[test]
    fn no_more_comes_in_a_second_than_its_operator_allows() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
        let address = server.local_addr().unwrap_or_else(|error| panic!("{error}"));
        let serves = thread::spawn(move || -> io::Result<()> {
            let (mut connection, _) = server.accept()?;
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte)?;
                head.extend(byte);
            }
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 30000\r\nconnection: close\r\n\r\n")?;
            connection.write_all(&[7; 30_000])
        });
        let folder = Folder::new("pace");
        folder.write("root.json", "root");
        let said = format!(r#"{{"root":"root.json","repository":"http://{address}/","bytes_per_second":100000}}"#);
        let file = folder.write("updates.json", &said);
        let Ok(Some(Configured { mirror, .. })) = read_with(b"", Some(&file), "https://hall.example", KIOSK) else {
            panic!("no updates")
        };
        let began = Instant::now();
        let came = async_runtime::block_on(mirror.metadata("timestamp.json", 30_000));
        assert_eq!(came, Ok(Some(vec![7; 30_000])));
        assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
        assert!(matches!(serves.join(), Ok(Ok(()))));
    }

    #[test]
    fn what_is_wrong_in_the_file_is_named() {
        let folder = Folder::new("wrong");
        let error = |text: &str, hall: &str| {
            let file = folder.write("updates.json", text);
            match read_with(b"", Some(&file), hall, KIOSK) {
                Err(error) => error.to_string(),
                Ok(_) => panic!("{text} is taken"),
            }
        };
        assert!(error("{\"chanel\":\"x\"}", "https://h").contains("chanel"));
        assert!(error("{}", "https://h").contains("no root of trust"));
        assert!(error("{\"root\":\"gone.json\"}", "https://h").contains("gone.json"));
        folder.write("root.json", "root");
        let slow = "{\"root\":\"root.json\",\"bytes_per_second\":16383}";
        assert!(error(slow, "https://h").contains("`bytes_per_second`: at least 16384 are needed"));
        let elsewhere = "{\"root\":\"root.json\",\"repository\":\"http://hall.example/updates\"}";
        assert!(
            error(elsewhere, "https://h").contains("https"),
            "an address without TLS"
        );
        assert!(
            error("{\"root\":\"root.json\"}", "http://hall.example").contains("https"),
            "a hall without TLS"
        );
    }
}
