//! A shell from its first word to its last window.

use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use onehall_client::citizen::{Command, GetPreferences, Reply};
use onehall_client::{Preferences, Profile};
use onehall_core::platform::native::{InUse, Keep, native_at};
use onehall_core::{Bridge, Core};
use onehall_protocol::Language;
use onehall_protocol::identity::TerminalKind;
use onehall_updates::disk::Folder;
use onehall_updates::store::Inside;
use onehall_updates::{Reporter, Reports, Updates};
use tauri::plugin::TauriPlugin;
use tauri::utils::config::Csp;
use tauri::{App, Context, Manager, Wry, async_runtime};

use crate::assets::Pages;
use crate::boots::Boots;
use crate::checks::{self, Log};
use crate::floor::Floor;
use crate::options::OptionsError;
use crate::plugin::{self, Given};
use crate::settings::{self, Configured, Kind, SettingsError};
use crate::window::{self, Look};
use crate::{CONTENT_POLICY, Frame, Options};

/// What makes one shell another than the other.
#[derive(Debug, Clone, Copy)]
pub struct Shell {
    /// Which kind of terminal it is.
    pub terminal: TerminalKind,
    /// The layout of its pages.
    pub profile: Profile,
    /// What it keeps when it ends.
    pub keeps: Keeps,
    /// How its window stands.
    pub frame: Frame,
    /// The window's title.
    pub title: &'static str,
}

/// What a shell keeps when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing at all.
    Nothing,
    /// The store of the person whose computer it is.
    Folder,
}

/// What makes a kind of shell that does more than show pages: a kiosk's devices.
#[derive(Default)]
pub struct Fittings {
    /// What proves that it is a kiosk of a hall.
    pub kiosk: Option<String>,
    /// A plugin of its own, over the core. Its commands are permitted by the shell's capability.
    pub plugin: Option<Box<dyn FnOnce(Core) -> TauriPlugin<Wry>>>,
    /// The page that is opened first, such as `/matters`; empty for the home page.
    pub address: String,
    /// Asked where another window holds the folder: whether that one took over what was wanted, so that this start is done.
    pub in_use: Option<TakenOver>,
}

/// Says of the folder that another window holds whether that window took over what was wanted.
pub type TakenOver = Box<dyn FnOnce(&Path) -> bool>;

/// Reads the command line of a program; where that says nothing to run, what it ends with.
///
/// # Errors
/// The code to end with: it asked for help, or does not say what can be done. Why was printed.
pub fn read_options(name: &str) -> Result<Options, ExitCode> {
    read_words(name, std::env::args().skip(1))
}

/// As [`read_options`], of these words after the program's name.
///
/// # Errors
/// As there.
pub fn read_words(name: &str, words: impl Iterator<Item = String>) -> Result<Options, ExitCode> {
    match Options::read(words, std::env::var("ONEHALL_HALL").ok()) {
        Ok(options) => Ok(options),
        Err(help @ OptionsError::Help) => {
            print!("{help}");
            Err(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{name}: {error}");
            Err(ExitCode::from(2))
        }
    }
}

/// Runs a shell with what it has besides, until its window is closed.
#[must_use]
pub fn run_with(shell: Shell, context: Context<Wry>, options: Options, mut fittings: Fittings) -> ExitCode {
    let name = context.package_info().name.clone();
    let refuse = |code: u8, reason: &dyn Display| {
        eprintln!("{name}: {reason}");
        ExitCode::from(code)
    };
    if cfg!(target_os = "linux") && !has_display() {
        return refuse(1, &"there is no display (DISPLAY and WAYLAND_DISPLAY are not set)");
    }
    let pages = match floor(&options) {
        Ok(floor) => Pages::new(Arc::new(floor)),
        Err(error) => return refuse(2, &error),
    };
    let app = match build(context, pages.clone()) {
        Ok(app) => app,
        Err(error) => return refuse(1, &error),
    };
    let in_use = fittings.in_use.take();
    match start(&app, shell, &options, pages, fittings) {
        Ok(boots) => {
            let code = app.run_return(move |app, event| boots.heard(app, &event));
            // Not there where the profile is to stay.
            let _ = fs::remove_dir_all(window::passing_profile());
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(error) => {
            let taken_over = match (&error, in_use) {
                (StartError::InUse(folder), Some(hand_over)) => hand_over(folder),
                _ => false,
            };
            if taken_over {
                ExitCode::SUCCESS
            } else {
                refuse(1, &error)
            }
        }
    }
}

/// Why a shell does not come up.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("另一个窗口正在使用文件夹 {folder}，请先关闭它。 Another window uses the folder {folder}: close that one first.", folder = .0.display())]
    InUse(PathBuf),
    #[error("could not open the window: {0}")]
    Window(#[from] tauri::Error),
    #[error("{0}")]
    Settings(#[from] SettingsError),
}

impl From<InUse> for StartError {
    fn from(InUse(folder): InUse) -> StartError {
        StartError::InUse(folder)
    }
}

/// Pages that nobody signed do not take the place of those that were built in.
#[derive(Debug, thiserror::Error)]
#[error("this program has its pages inside: there is no --ui")]
struct PagesInside;

/// The pages that always boot: those inside the program, else a folder.
fn floor(options: &Options) -> Result<Floor, PagesInside> {
    match (Floor::built_in(), &options.ui) {
        (Some(_), Some(_)) => Err(PagesInside),
        (Some(floor), None) => Ok(floor),
        (None, Some(folder)) => Ok(Floor::folder(folder)),
        (None, None) => Ok(Floor::folder(&bundle_beside_us())),
    }
}

fn build(mut context: Context<Wry>, pages: Pages) -> tauri::Result<App> {
    context.set_assets(Box::new(pages));
    context.config_mut().app.security.csp = Some(Csp::Policy(CONTENT_POLICY.to_owned()));
    tauri::Builder::default().plugin(plugin::plugin()).build(context)
}

fn start(
    app: &App,
    shell: Shell,
    options: &Options,
    pages: Pages,
    fittings: Fittings,
) -> Result<Arc<Boots>, StartError> {
    let kind = Kind {
        terminal: shell.terminal,
        profile: shell.profile,
        inside: pages.floor().release(),
    };
    let set = settings::read(options.updates.as_deref(), &options.hall, kind)?;
    let own = || match &options.data {
        Some(folder) => Ok(folder.clone()),
        None => app.path().app_data_dir(),
    };
    let keep = match shell.keeps {
        Keeps::Nothing => Keep::Nothing,
        Keeps::Folder => Keep::Folder(own()?),
    };
    let runtime = async_runtime::handle().inner().clone();
    let host = native_at(keep, fittings.kiosk.as_deref(), runtime)?;
    let core = Core::new(host, options.hall.clone(), shell.terminal);
    if let Some(plugin) = fittings.plugin {
        app.handle().plugin(plugin(core.clone()))?;
    }
    let public = shell.frame == Frame::FullScreen;
    let idle_after = set.as_ref().map_or(Duration::MAX, |set| set.idle_after);
    let given = Given {
        preferences: preferences(&core),
        language: if public {
            Some(Language::default())
        } else {
            language_of_the_system()
        },
        profile: shell.profile,
        locked: public,
        idle: u64::try_from(idle_after.as_millis()).unwrap_or(u64::MAX),
    };
    let look = Look {
        frame: shell.frame,
        title: shell.title,
    };
    app.manage(Bridge::new(core.clone(), shell.profile, capabilities(shell.frame)));
    let name = &app.package_info().name;
    let boots = match set {
        None => {
            let boots = Boots::new(pages, look, given, core, None, Duration::MAX);
            app.manage(Arc::clone(&boots));
            boots.open(app.handle(), &fittings.address)?;
            if !Floor::is_built_in() {
                eprintln!(
                    "{name}: these pages are not signed, and there are no updates (--updates FILE): for developers"
                );
            }
            boots
        }
        Some(set) => {
            let inside = pages.floor().clone();
            let place = match &set.folder {
                Some(folder) => folder.clone(),
                None => own()?.join(settings::KEPT),
            };
            let boots = |updates, ready_within| Boots::new(pages, look, given, core, Some(updates), ready_within);
            with_updates(app, set, inside, &place, &options.hall, &fittings.address, boots)?
        }
    };
    Ok(boots)
}

/// The first window of a shell that has updates, and what asks for them from then on.
fn with_updates(
    app: &App,
    set: Configured,
    inside: Arc<Floor>,
    place: &Path,
    hall: &str,
    address: &str,
    boots: impl FnOnce(Updates<Folder>, Duration) -> Arc<Boots>,
) -> Result<Arc<Boots>, StartError> {
    app.manage(hold(place)?);
    let folder = Folder::new(place);
    let reports = Reports::open(folder.clone(), &set.settings.role);
    let log = Log::new(&app.package_info().name, reports);
    let updates = Updates::open(folder.clone(), inside, set.settings.clone(), log.clone());
    let boots = boots(updates, set.ready_within);
    app.manage(Arc::clone(&boots));
    boots.listen(app.handle());
    // Before the first page asks for it.
    checks::hand_catalog(&boots, &log);
    boots.open(app.handle(), address)?;
    let reporter = Reporter::new(hall, &set.settings.kind).ok();
    checks::begin(app.handle(), &boots, log, folder, reporter, set);
    Ok(boots)
}

/// A folder that one process holds, as long as this lives.
struct Held(#[allow(dead_code)] Option<File>);

/// Holds the folder of updates: two windows would count each other's tries. Where it cannot be written nothing is tried, and
/// what is inside the program is shown.
fn hold(folder: &Path) -> Result<Held, StartError> {
    let open = || {
        fs::create_dir_all(folder)?;
        File::create(folder.join("lock"))
    };
    let Ok(file) = open() else { return Ok(Held(None)) };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(folder.to_owned())),
        _ => Ok(Held(Some(file))),
    }
}

/// What the page can do besides. On a public machine a dialog would show its disk, and a saved file would stay on it.
fn capabilities(frame: Frame) -> Vec<String> {
    match frame {
        Frame::Window { .. } => ["files", "save", "print"].map(str::to_owned).to_vec(),
        Frame::FullScreen => Vec::new(),
    }
}

/// What the person chose the last time, for the first paint.
fn preferences(core: &Core) -> Preferences {
    match async_runtime::block_on(core.dispatch(Command::GetPreferences(GetPreferences {}))) {
        Ok(Reply::GetPreferences(preferences)) => preferences,
        _ => Preferences::default(),
    }
}

/// The language of the system, where its environment says it. A web view knows only those whose locales are installed.
fn language_of_the_system() -> Option<Language> {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match set {
        Some(locale) => Some(language_of_locale(&locale)),
        None if cfg!(target_os = "linux") => Some(Language::default()),
        None => None,
    }
}

/// The language of a POSIX locale such as `en_GB.UTF-8`; ours where the hall does not speak it.
fn language_of_locale(locale: &str) -> Language {
    let tag = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    Language::from_tag(&tag).unwrap_or_default()
}

/// The bundle that `cargo xtask` builds beside the program's folder.
fn bundle_beside_us() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let target = program.parent().and_then(std::path::Path::parent);
    target
        .map(|target| target.join("bundle-shell/shell"))
        .unwrap_or_default()
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|display| !display.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_that_speaks_english_is_answered_in_english_and_any_other_in_chinese() {
        for (locale, language) in [
            ("en_GB.UTF-8", Language::En),
            ("en", Language::En),
            ("zh_CN.UTF-8", Language::ZhCn),
            ("zh_TW@hanzi", Language::ZhCn),
            ("fr_FR.UTF-8", Language::ZhCn),
            ("C.UTF-8", Language::ZhCn),
            ("POSIX", Language::ZhCn),
        ] {
            assert_eq!(language_of_locale(locale), language, "{locale}");
        }
    }
}
