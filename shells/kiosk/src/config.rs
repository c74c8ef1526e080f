//! What a kiosk is, as its operator writes it: where it stands, what proves that it does, and what devices it has.
//!
//! ```json
//! {
//!   "hall": "central", "number": 3, "place": "一楼 3 号自助终端", "key": "…",
//!   "devices": {
//!     "slips": { "kind": "cups", "queue": "slips" },
//!     "documents": { "kind": "cups", "queue": "a4" },
//!     "id_card": { "kind": "simulator" }
//!   },
//!   "simulators": "simulators.json"
//! }
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use onehall_protocol::HallCode;
use serde::Deserialize;

/// What the file says.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The hall in which it stands.
    pub hall: HallCode,
    /// Its number there, as in `halls/<hall>.toml`.
    pub number: u16,
    /// Where it stands, as its citizens know it.
    pub place: String,
    /// What proves to the hall that it is this kiosk.
    pub key: String,
    /// Its devices; one that is not named is not there.
    #[serde(default)]
    pub devices: Devices,
    /// The file that says what simulators do.
    #[serde(default)]
    pub simulators: Option<PathBuf>,
    /// After how many seconds without a sign of life the window is started anew.
    #[serde(default = "silence")]
    pub silence_seconds: u64,
    /// After how many seconds without a touch a visit ends. The page asks half a minute before.
    #[serde(default = "idle")]
    pub idle_seconds: u32,
}

fn silence() -> u64 {
    20
}

fn idle() -> u32 {
    120
}

/// The least: whoever reads before they touch something, and then is asked, has time for both.
const SHORTEST_IDLE: u32 = 40;

/// Which devices there are, and how each is driven.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Devices {
    /// Reads identity cards.
    pub id_card: Option<Driver>,
    /// Reads QR codes and barcodes.
    pub codes: Option<Driver>,
    /// Scans papers.
    pub scanner: Option<Driver>,
    /// Takes a picture of whoever stands there.
    pub camera: Option<Driver>,
    /// Prints numbers and receipts on a roll.
    pub slips: Option<PrinterKind>,
    /// Prints results on A4.
    pub documents: Option<PrinterKind>,
    /// Shows where to put something, and where to take it.
    pub light: Option<Driver>,
    /// Says whether the case is open.
    pub door: Option<Driver>,
}

/// How what is no printer is driven. Those of vendors are added here.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Driver {
    /// By a file.
    Simulator,
}

/// How a printer is driven.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PrinterKind {
    /// By a queue of CUPS.
    Cups {
        /// The queue's name.
        queue: String,
        /// The server or its socket; none: the one of this machine.
        #[serde(default)]
        server: Option<String>,
    },
    /// By a file.
    Simulator,
}

/// Why a kiosk does not start with its file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", .file.display())]
pub struct ConfigError {
    file: PathBuf,
    reason: String,
}

impl Config {
    /// Reads the file. What it names lies beside it.
    ///
    /// # Errors
    /// It cannot be read, or says what cannot be.
    pub fn read(file: &Path) -> Result<Config, ConfigError> {
        let wrong = |reason: String| ConfigError {
            file: file.to_owned(),
            reason,
        };
        let text = fs::read(file).map_err(|error| wrong(error.to_string()))?;
        let mut config: Config = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain(&config.key) {
            return Err(wrong(
                "`key` must be letters, digits and signs without spaces".to_owned(),
            ));
        }
        if config.silence_seconds == 0 {
            return Err(wrong("`silence_seconds` must be at least 1".to_owned()));
        }
        if config.idle_seconds < SHORTEST_IDLE {
            return Err(wrong(format!("`idle_seconds` must be at least {SHORTEST_IDLE}")));
        }
        for printer in [&config.devices.slips, &config.devices.documents].into_iter().flatten() {
            // A name that begins with a dash would be an option of `lp`.
            if let PrinterKind::Cups { queue, .. } = printer
                && (!plain(queue) || queue.starts_with('-') || queue.contains(['/', '#']))
            {
                return Err(wrong(format!("`{queue}` is no name of a queue")));
            }
        }
        let beside = file.parent().unwrap_or(Path::new(""));
        config.simulators = config.simulators.map(|simulators| beside.join(simulators));
        Ok(config)
    }

    /// What proves to the hall that this is its kiosk.
    pub fn proof(&self) -> String {
        format!("{}/{}/{}", self.hall, self.number, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = std::env::temp_dir().join(format!("onehall-kiosk-config-{}", std::process::id()));
        let file = folder.join(format!("{:?}.json", std::thread::current().id()));
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, text));
        written.unwrap_or_else(|error| panic!("{error}"));
        let read = Config::read(&file).map_err(|error| error.to_string());
        let _ = fs::remove_file(&file);
        read
    }

    #[test]
    fn a_kiosk_knows_its_hall_and_proves_which_one_it_is() {
        let config = read(
            r#"{"hall":"central","number":3,"place":"一楼","key":"k-1","simulators":"s.json",
                "devices":{"slips":{"kind":"cups","queue":"slips"},"door":{"kind":"simulator"}}}"#,
        );
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.proof(), "central/3/k-1");
        assert!(config.simulators.is_some_and(|file| file.is_absolute()));
        assert!(config.devices.id_card.is_none() && config.devices.slips.is_some());
        assert!(config.devices.light.is_none() && config.devices.door.is_some());
        assert_eq!((config.silence_seconds, config.idle_seconds), (20, 120));
    }

    #[test]
    fn what_is_wrong_in_the_file_is_named() {
        let with = |rest: &str| {
            let text = format!(r#"{{"hall":"central","number":3,"place":"一楼","key":"k"{rest}}}"#);
            read(&text).err().unwrap_or_default()
        };
        assert_eq!(with(""), "");
        assert!(with(r#","devices":{"fridge":{"kind":"simulator"}}"#).contains("fridge"));
        assert!(with(r#","devices":{"id_card":{"kind":"acme"}}"#).contains("acme"));
        assert!(with(r#","devices":{"slips":{"kind":"cups","queue":"-o"}}"#).contains("no name of a queue"));
        assert!(with(r#","silence_seconds":0"#).contains("silence_seconds"));
        assert!(with(r#","idle_seconds":39"#).contains("idle_seconds"));
        assert!(
            read(r#"{"hall":"central","number":3,"place":"x","key":"a b"}"#).is_err_and(|error| error.contains("key"))
        );
    }
}
