//! Reads the configuration and what the window is permitted.

fn main() {
    tauri_build::build();
}
