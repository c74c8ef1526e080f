//! The kiosk window: all of the screen, the devices around it, and nothing is left when a visit ends. What it is besides is in
//! `onehall-bridge`.
//!
//! - `keeper`: the process that is started; each visit is a child of it. `wipe`: what is taken away after each.
//! - `visit`: the child, a window and its plugin.
//! - `hub`: what a page may ask of the devices; `devices`: these.
//! - `config`: the file in which its operator says what this kiosk is; `remote`: what it is told from afar besides.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod config;
mod devices;
mod hub;
mod keeper;
mod remote;
mod visit;
mod wipe;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use onehall_bridge::{Fittings, Frame, Keeps, Options, Shell};
use onehall_client::Profile;
use onehall_protocol::identity::TerminalKind;

use crate::config::Config;
use crate::devices::Fitted;
use crate::keeper::Keeping;
use crate::remote::Told;
use crate::wipe::{Folders, Places, Processes, Step};

/// After which time without a sign of life a window is started anew, where no file says so.
const SILENCE: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let options = match onehall_bridge::read_options("onehall-kiosk") {
        Ok(options) => options,
        Err(code) => return code,
    };
    let config = match options.kiosk.as_deref().map(Config::read).transpose() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("onehall-kiosk: {error}");
            return ExitCode::from(2);
        }
    };
    match (std::env::var_os(keeper::FOLDER), wipe::left()) {
        (Some(folder), Some(processes)) => wipe(Path::new(&folder), processes, config),
        (Some(folder), None) => {
            visit::end_with_keeper(PathBuf::from(folder));
            show(options, config)
        }
        (None, _) => keep(&options, config),
    }
}

/// What a visit left whose keeper is gone.
fn wipe(folder: &Path, processes: Processes, config: Option<Config>) -> ExitCode {
    let mut places = Places {
        processes: Some(processes),
        printers: &printers(config),
        folders: Folders::One(folder),
    };
    match places.wipe(&Step::ALL) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What a visit may print with.
fn printers(config: Option<Config>) -> Fitted {
    config.map_or_else(Fitted::default, |config| Fitted::of(&config.devices, config.simulators))
}

/// One visit.
fn show(options: Options, config: Option<Config>) -> ExitCode {
    let shell = Shell {
        terminal: TerminalKind::Kiosk,
        profile: Profile::Kiosk,
        keeps: Keeps::Nothing,
        frame: Frame::FullScreen,
        title: "政务服务大厅",
    };
    let told = config.as_ref().map(|config| Told::last(&options, config));
    let fittings = Fittings {
        kiosk: config.as_ref().map(Config::proof),
        plugin: Some(Box::new(|core| visit::plugin(config, told, core))),
        ..Fittings::default()
    };
    onehall_bridge::run_with(shell, tauri::generate_context!(), options, fittings)
}

/// One visit after the other.
fn keep(options: &Options, config: Option<Config>) -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if options.data.is_none()
        && let Some(data) = own_data()
    {
        // A visit has a home of its own, and what is to stay (its updates) stays here.
        words.extend(["--data".to_owned(), data.to_string_lossy().into_owned()]);
    }
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => {
            eprintln!("onehall-kiosk: could not find the program: {error}");
            return ExitCode::FAILURE;
        }
    };
    let keeping = Keeping {
        program,
        words,
        silence: config
            .as_ref()
            .map_or(SILENCE, |config| Duration::from_secs(config.silence_seconds)),
        // On a public floor a window that is closed opens again; while one develops it is closed to end it.
        stays: config.is_some() && !cfg!(debug_assertions),
        printers: printers(config),
    };
    match keeper::keep(&keeping) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("onehall-kiosk: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where a kiosk keeps what is to stay: where Tauri would.
fn own_data() -> Option<PathBuf> {
    let set = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let data = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")))?;
    Some(data.join("org.onehall.kiosk"))
}
