//! One visit: this process, its web view, and what both know. It ends as a whole.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use onehall_bridge::Core;
use rustix::process::{Signal, getpgrp, kill_process_group};
use serde_json::json;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Runtime, State, Wry};

use crate::config::Config;
use crate::devices::Fitted;
use crate::hub::Hub;
use crate::keeper::{ALIVE, Ended, VISIT_OVER};
use crate::remote::Told;
use crate::wipe;

/// The plugin's name, as the permissions and `kiosk.js` say it.
const NAME: &str = "onehall-kiosk";

/// The devices, where this kiosk has a file that names them.
struct Devices(Option<Arc<Hub>>);

/// What the kiosk was told from afar, where it has a file that says which one it is.
struct Remote(Option<Told>);

/// The plugin over a core.
pub fn plugin(mut config: Option<Config>, told: Option<Told>, core: Core) -> TauriPlugin<Wry> {
    let given = config.as_ref().map(|config| {
        json!({ "hall": config.hall, "number": config.number, "place": config.place, "idle_seconds": config.idle_seconds })
    });
    let mut remote = String::new();
    if let (Some(config), Some(told)) = (&mut config, &told) {
        told.narrow(&mut config.devices);
        told.tell(&core);
        remote = told.script(config.idle_seconds);
    }
    let hub = config.map(|config| {
        let fitted = Fitted::of(&config.devices, config.simulators);
        let hub = Hub::new(fitted, config.hall, core);
        hub.tell_how_it_is(Ended::told());
        hub
    });
    let script = format!(
        "{}({});\n{remote}",
        include_str!("kiosk.js").trim_end(),
        given.unwrap_or_default()
    );
    tauri::plugin::Builder::new(NAME)
        .invoke_handler(tauri::generate_handler![device, pulse, over])
        .js_init_script(script)
        .setup(move |app, _| {
            tauri::Manager::manage(app, Devices(hub));
            tauri::Manager::manage(app, Remote(told));
            Ok(())
        })
        .build()
}

/// Does something with the devices.
#[tauri::command]
async fn device(devices: State<'_, Devices>, ask: String) -> Result<String, ()> {
    match &devices.0 {
        Some(hub) => Ok(hub.ask(&ask).await),
        None => Err(()),
    }
}

/// The page lives. Says whether the kiosk is told something newer than what this visit began with.
#[tauri::command]
fn pulse(remote: State<'_, Remote>) -> bool {
    // Nobody may be there to hear it: a program that is not kept.
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{ALIVE}").and_then(|()| out.flush());
    remote.0.as_ref().is_some_and(Told::is_newer)
}

/// The visit is over, and this process with it. What it leaves whoever keeps it takes away.
#[tauri::command]
async fn over<R: Runtime>(app: AppHandle<R>, devices: State<'_, Devices>) -> Result<(), ()> {
    if let Some(hub) = &devices.0 {
        hub.forget();
    }
    app.exit(VISIT_OVER);
    Ok(())
}

/// Ends this visit once whoever keeps it is gone, and has taken away what it leaves.
pub fn end_with_keeper(folder: PathBuf) {
    thread::spawn(move || {
        let mut rest = [0; 64];
        let mut keeper = std::io::stdin();
        while keeper.read(&mut rest).is_ok_and(|read| read > 0) {}
        let _ = wipe::by_another();
        // Nobody could, or not all of it.
        let _ = fs::remove_dir_all(&folder);
        // Not by `exit`: what a web view does then waits for its own thread, which goes on.
        let _ = kill_process_group(getpgrp(), Signal::KILL);
    });
}
