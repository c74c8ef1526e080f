//! The desktop window, and what a person's computer has besides: one window for each folder, links from outside, its place on
//! the screen, notifications and a tray. What both shells have is in `onehall-bridge`.
//!
//! - `second`: a start where a window is open already.
//! - `desk`: the plugin; what a window that nobody looks at tells, and where its links lead.
//! - `place`: where the window stands.
//! - `tray`, `bus`: what the desktop environment offers, where it does.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

#[cfg_attr(not(target_os = "linux"), path = "no_bus.rs")]
mod bus;
mod desk;
mod place;
mod second;
mod texts;
mod tray;

use std::path::Path;
use std::process::ExitCode;

use onehall_bridge::{Fittings, Frame, Keeps, Shell};
use onehall_client::{Link, Profile};
use onehall_protocol::identity::TerminalKind;

fn main() -> ExitCode {
    let (links, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| Link::is_meant(word));
    let options = match onehall_bridge::read_words("onehall-desktop", words.into_iter()) {
        Ok(options) => options,
        Err(code) => return code,
    };
    // One window shows one page.
    let link = links.into_iter().next().unwrap_or_default();
    let shell = Shell {
        terminal: TerminalKind::Desktop,
        profile: Profile::Desktop,
        keeps: Keeps::Folder,
        frame: Frame::Window {
            width: 1280.0,
            height: 800.0,
        },
        title: "政务服务大厅",
    };
    let data = options.data.clone();
    let fittings = Fittings {
        address: desk::address_of(&link),
        plugin: Some(Box::new(move |core| desk::plugin(core, data))),
        in_use: Some(Box::new(move |folder: &Path| {
            let taken_over = second::hand_over(folder, &link);
            if taken_over {
                println!("{}", second::SHOWN);
            }
            taken_over
        })),
        ..Fittings::default()
    };
    onehall_bridge::run_with(shell, tauri::generate_context!(), options, fittings)
}
