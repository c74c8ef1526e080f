//! The kiosk window: all of the screen, and nothing is left when it ends. What it is besides its configuration is in
//! `onehall-bridge`.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use onehall_bridge::{Frame, Keeps, Shell};
use onehall_client::Profile;
use onehall_protocol::identity::TerminalKind;

fn main() -> ExitCode {
    let shell = Shell {
        terminal: TerminalKind::Kiosk,
        profile: Profile::Kiosk,
        keeps: Keeps::Nothing,
        frame: Frame::FullScreen,
        title: "政务服务大厅",
    };
    onehall_bridge::run(shell, tauri::generate_context!())
}
