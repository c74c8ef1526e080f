//! Opens the browser, where there is one.

use std::process::{Command, Stdio};

/// Opens an address in the person's browser. Where there is none (a server, a container) nothing happens: the address is
/// printed in any case.
pub fn open(address: &str) {
    let Some(mut command) = command(address) else { return };
    let opened = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Ok(mut child) = opened {
        // Somebody has to take note of its end; it may last as long as the browser.
        std::thread::spawn(move || child.wait());
    }
}

/// What opens an address on this system, where somebody sits in front of it.
fn command(address: &str) -> Option<Command> {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => {
            let screens = ["DISPLAY", "WAYLAND_DISPLAY"];
            screens.iter().find(|name| std::env::var_os(name).is_some())?;
            "xdg-open"
        }
    };
    let mut command = Command::new(program);
    command.arg(address);
    Some(command)
}
