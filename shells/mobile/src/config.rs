//! What an application says when it opens the core, and why that may fail.

use onehall_client::Profile;
use onehall_core::platform::native::InUse;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, ErrorCode, Language};

/// What an application says when it opens the core. The kinds are words, as on the wire, not enums: an enum would cross
/// by its position.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Config {
    /// The hall's origin: `https://hall.example.gov.cn`.
    pub base_url: String,
    /// A folder of the application's own, left out of backups; the core makes it.
    pub data_folder: String,
    /// What the backend is told about the terminal: `mobile`.
    pub terminal: String,
    /// The layout of the pages: `mobile`.
    pub profile: String,
    /// What the application can do besides, by name; `hello` tells it to the pages.
    pub capabilities: Vec<String>,
}

/// Why the core could not be opened. One shape, with a stable code in it: the variants of an error cross by their
/// position, a code does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum OpenError {
    /// It could not be opened.
    #[error("open the core: {code} ({reason})")]
    Refused {
        /// A code of the glossary: `client/store_in_use`.
        code: String,
        /// For a log: which setting, or what the operating system said. No personal data.
        reason: String,
    },
}

impl OpenError {
    pub(crate) fn new(code: ErrorCode, reason: impl ToString) -> OpenError {
        OpenError::Refused {
            code: code.as_str().to_owned(),
            reason: reason.to_string(),
        }
    }
}

impl From<InUse> for OpenError {
    fn from(error: InUse) -> OpenError {
        OpenError::new(ErrorCode::StoreInUse, error)
    }
}

/// A configuration that was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) terminal: TerminalKind,
    pub(crate) profile: Profile,
}

impl Settings {
    /// Reads what can be wrong in a configuration.
    pub(crate) fn read(config: &Config) -> Result<Settings, OpenError> {
        let wrong = |what: &str| OpenError::new(ErrorCode::InvalidConfiguration, what);
        // A person's terminal only: no application passes for a clerk's console or for the backend itself.
        let terminals = [
            TerminalKind::Desktop,
            TerminalKind::Mobile,
            TerminalKind::Kiosk,
            TerminalKind::MiniApp,
        ];
        Ok(Settings {
            base_url: origin(&config.base_url).ok_or_else(|| wrong("base_url is not an origin"))?,
            terminal: terminals
                .into_iter()
                .find(|kind| kind.as_str() == config.terminal)
                .ok_or_else(|| wrong("terminal is none of desktop, mobile, kiosk and mini_app"))?,
            profile: Profile::from_name(&config.profile)
                .ok_or_else(|| wrong("profile is none of desktop, mobile, kiosk and mini-app"))?,
        })
        .and_then(|settings| match config.data_folder.is_empty() {
            true => Err(wrong("data_folder is empty")),
            false => Ok(settings),
        })
    }
}

/// `scheme://host[:port]`, without the slash that people put behind it.
pub(crate) fn origin(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let other = |letter: char| !letter.is_ascii_graphic() || matches!(letter, '/' | '?' | '#' | '@' | '\\');
    (!authority.is_empty() && !authority.contains(other)).then(|| text.to_owned())
}

/// The error that stands in a reply which the core itself could not give.
pub(crate) fn fault(code: ErrorCode) -> CoreError {
    CoreError::new(code, Language::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            base_url: "https://hall.example.gov.cn/".to_owned(),
            data_folder: "/data/onehall".to_owned(),
            terminal: "mobile".to_owned(),
            profile: "mobile".to_owned(),
            capabilities: Vec::new(),
        }
    }

    #[test]
    fn a_configuration_is_read_into_the_words_of_the_core() {
        let settings = Settings::read(&config());
        let expected = Settings {
            base_url: "https://hall.example.gov.cn".to_owned(),
            terminal: TerminalKind::Mobile,
            profile: Profile::Mobile,
        };
        assert_eq!(settings, Ok(expected));
    }

    #[test]
    fn what_is_wrong_in_a_configuration_is_named_by_one_stable_code() {
        type Change = fn(&mut Config);
        let changes: [(&str, Change); 9] = [
            ("base_url", |config| config.base_url = "hall.example.gov.cn".to_owned()),
            ("base_url", |config| {
                config.base_url = "ftp://hall.example.gov.cn".to_owned()
            }),
            ("base_url", |config| {
                config.base_url = "https://hall.example.gov.cn/hall".to_owned()
            }),
            ("base_url", |config| {
                config.base_url = "https://me:secret@hall.example.gov.cn".to_owned()
            }),
            ("base_url", |config| config.base_url = "https://".to_owned()),
            ("terminal", |config| config.terminal = "console".to_owned()),
            ("terminal", |config| config.terminal = "Mobile".to_owned()),
            ("profile", |config| config.profile = "watch".to_owned()),
            ("data_folder", |config| config.data_folder = String::new()),
        ];
        for (setting, change) in changes {
            let mut wrong = config();
            change(&mut wrong);
            let Err(OpenError::Refused { code, reason }) = Settings::read(&wrong) else {
                panic!("{wrong:?} was taken");
            };
            assert_eq!(code, "client/invalid_configuration");
            assert!(reason.starts_with(setting), "{reason} does not name {setting}");
            assert!(!reason.contains("secret"), "{reason} tells what was written there");
        }
    }
}
