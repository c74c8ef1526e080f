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

#[cfg(target_os = "macos")]
fn command(address: &str) -> Option<Command> {
    let mut command = Command::new("open");
    command.arg(address);
    Some(command)
}

#[cfg(windows)]
fn command(address: &str) -> Option<Command> {
    let mut command = Command::new("explorer");
    command.arg(address);
    Some(command)
}

#[cfg(not(any(target_os = "macos", windows)))]
fn command(address: &str) -> Option<Command> {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"];
    screen.iter().find(|name| std::env::var_os(name).is_some())?;
    let mut command = Command::new("xdg-open");
    command.arg(address);
    Some(command)
}
