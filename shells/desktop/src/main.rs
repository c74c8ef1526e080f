//! The desktop window. What it is besides its configuration is in `onehall-bridge`.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use onehall_bridge::{Frame, Keeps, Shell};
use onehall_client::Profile;
use onehall_protocol::identity::TerminalKind;

fn main() -> ExitCode {
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
    onehall_bridge::run(shell, tauri::generate_context!())
}
