//! The command line of a shell.

use std::path::PathBuf;

use tauri::Url;

/// The backend where neither `--hall` nor the environment names one: that of `cargo xtask run`.
const HALL: &str = "http://127.0.0.1:8080";

/// What a shell was started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The backend's origin, without a slash at the end.
    pub hall: String,
    /// The folder of the UI bundle; none: the one beside the program.
    pub ui: Option<PathBuf>,
    /// The folder in which the shell keeps what it keeps; none: the person's folder for application data.
    pub data: Option<PathBuf>,
    /// The file that says what of updates an operator decides.
    pub updates: Option<PathBuf>,
    /// The file that says what a kiosk is.
    pub kiosk: Option<PathBuf>,
}

/// What `--help` says.
const HELP: &str = "\
Usage: onehall-desktop [options] [onehall://…], onehall-kiosk [options]

  --hall URL      the hall; without it ONEHALL_HALL, else http://127.0.0.1:8080
  --data DIR      where is kept what is kept; without it the person's folder for application data
  --updates FILE  what of updates an operator decides (docs/updates.md)
  --kiosk FILE    what a kiosk is: its hall, its devices (docs/kiosk.md)
  --ui DIR        the pages, for a program that has none inside
  --help          this
";

/// Why a shell does not start with these words.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Not one of ours.
    #[error("`{0}` is not an option; `--help` says which there are")]
    Unknown(String),
    /// Asks what there is.
    #[error("{HELP}")]
    Help,
    /// An option without its value.
    #[error("`--{0}` needs a value")]
    NoValue(&'static str),
    /// Not the address of a hall.
    #[error("`{0}` is not the address of a hall, such as http://127.0.0.1:8080")]
    NotAHall(String),
}

impl Options {
    /// Reads the words after the program's name; `environment` is the hall that `ONEHALL_HALL` names.
    ///
    /// # Errors
    /// A word that is no option, an option without its value, a hall that is no origin.
    pub fn read(words: impl Iterator<Item = String>, environment: Option<String>) -> Result<Options, OptionsError> {
        let (mut hall, mut ui, mut data, mut updates, mut kiosk) = (None, None, None, None, None);
        let mut words = words;
        while let Some(word) = words.next() {
            let (name, glued) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            let (name, place) = match name {
                "--hall" => ("hall", &mut hall),
                "--ui" => ("ui", &mut ui),
                "--data" => ("data", &mut data),
                "--updates" => ("updates", &mut updates),
                "--kiosk" => ("kiosk", &mut kiosk),
                "--help" | "-h" => return Err(OptionsError::Help),
                _ => return Err(OptionsError::Unknown(word)),
            };
            *place = Some(glued.or_else(|| words.next()).ok_or(OptionsError::NoValue(name))?);
        }
        let hall = hall.or(environment).unwrap_or_else(|| HALL.to_owned());
        Ok(Options {
            hall: origin(&hall).ok_or(OptionsError::NotAHall(hall))?,
            ui: ui.map(PathBuf::from),
            data: data.map(PathBuf::from),
            updates: updates.map(PathBuf::from),
            kiosk: kiosk.map(PathBuf::from),
        })
    }
}

/// The origin that an address names, where it names nothing more.
fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && bare && anonymous).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str], environment: Option<&str>) -> Result<Options, OptionsError> {
        Options::read(
            words.iter().map(|word| (*word).to_owned()),
            environment.map(str::to_owned),
        )
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_default() {
        let hall = |words: &[&str], environment| read(words, environment).map(|options| options.hall);
        assert_eq!(hall(&[], None), Ok("http://127.0.0.1:8080".to_owned()));
        assert_eq!(
            hall(&[], Some("https://hall.example/")),
            Ok("https://hall.example".to_owned())
        );
        assert_eq!(
            hall(&["--hall", "http://h:1"], Some("https://x")),
            Ok("http://h:1".to_owned())
        );
        assert_eq!(
            read(&["--ui=a=b"], None).map(|options| options.ui),
            Ok(Some(PathBuf::from("a=b")))
        );
    }

    #[test]
    fn what_is_no_hall_and_what_is_no_option_is_named() {
        for hall in [
            "ftp://hall",
            "hall.example",
            "http://hall/path",
            "http://hall/?q",
            "http://me:secret@hall",
        ] {
            assert_eq!(
                read(&["--hall", hall], None),
                Err(OptionsError::NotAHall(hall.to_owned()))
            );
        }
        assert_eq!(
            read(&["--public"], None),
            Err(OptionsError::Unknown("--public".to_owned()))
        );
        assert_eq!(read(&["--kiosk"], None), Err(OptionsError::NoValue("kiosk")));
        assert_eq!(read(&["--data"], None), Err(OptionsError::NoValue("data")));
    }

    #[test]
    fn whoever_asks_what_there_is_reads_of_every_option() {
        for words in [["--help"], ["-h"]] {
            assert_eq!(read(&words, None), Err(OptionsError::Help));
        }
        for name in ["--hall", "--ui", "--data", "--updates", "--kiosk"] {
            assert!(HELP.contains(&format!("  {name} ")), "{name}");
            assert_eq!(
                read(&[name], None),
                Err(OptionsError::NoValue(name.trim_start_matches('-')))
            );
        }
    }
}
