//! A shell from its first word to its last window.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use onehall_client::citizen::{Command, GetPreferences, Reply};
use onehall_client::{Preferences, Profile};
use onehall_core::platform::native::{InUse, Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::Language;
use onehall_protocol::identity::TerminalKind;
use tauri::utils::config::Csp;
use tauri::{App, Context, Manager, Wry, async_runtime};

use crate::plugin::{self, Given};
use crate::{Bundle, CONTENT_POLICY, Frame, Options, window};

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

/// Runs a shell until its window is closed.
#[must_use]
pub fn run(shell: Shell, context: Context<Wry>) -> ExitCode {
    let name = context.package_info().name.clone();
    let refuse = |code: u8, reason: &dyn Display| {
        eprintln!("{name}: {reason}");
        ExitCode::from(code)
    };
    let options = match Options::read(std::env::args().skip(1), std::env::var("ONEHALL_HALL").ok()) {
        Ok(options) => options,
        Err(error) => return refuse(2, &error),
    };
    if cfg!(target_os = "linux") && !has_display() {
        return refuse(1, &"there is no display (DISPLAY and WAYLAND_DISPLAY are not set)");
    }
    let app = match build(context, &options) {
        Ok(app) => app,
        Err(error) => return refuse(1, &error),
    };
    match start(&app, shell, &options) {
        Ok(()) => {
            let code = app.run_return(|_, _| {});
            // Not there where the profile is to stay.
            let _ = std::fs::remove_dir_all(window::passing_profile());
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(error) => refuse(1, &error),
    }
}

/// Why a shell does not come up.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("另一个窗口正在使用文件夹 {folder}，请先关闭它。 Another window uses the folder {folder}: close that one first.", folder = .0.display())]
    InUse(PathBuf),
    #[error("could not open the window: {0}")]
    Window(#[from] tauri::Error),
}

impl From<InUse> for StartError {
    fn from(InUse(folder): InUse) -> StartError {
        StartError::InUse(folder)
    }
}

fn build(mut context: Context<Wry>, options: &Options) -> tauri::Result<App> {
    let folder = options.ui.clone().unwrap_or_else(bundle_beside_us);
    context.set_assets(Box::new(Bundle::new(&folder)));
    context.config_mut().app.security.csp = Some(Csp::Policy(CONTENT_POLICY.to_owned()));
    tauri::Builder::default().plugin(plugin::plugin()).build(context)
}

fn start(app: &App, shell: Shell, options: &Options) -> Result<(), StartError> {
    let keep = match shell.keeps {
        Keeps::Nothing => Keep::Nothing,
        Keeps::Folder => Keep::Folder(match &options.data {
            Some(folder) => folder.clone(),
            None => app.path().app_data_dir()?,
        }),
    };
    let host = native(keep, async_runtime::handle().inner().clone())?;
    let core = Core::new(host, options.hall.clone(), shell.terminal);
    let public = shell.frame == Frame::FullScreen;
    let script = plugin::page_script(&Given {
        preferences: preferences(&core),
        language: if public {
            Some(Language::default())
        } else {
            language_of_the_system()
        },
        profile: shell.profile,
        locked: public,
    });
    app.manage(Bridge::new(core, shell.profile, capabilities(shell.frame)));
    Ok(window::open(app, shell.frame, shell.title, script)?)
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
