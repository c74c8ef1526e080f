//! Declares the plugin's commands, so that a window must be permitted each of them.

fn main() {
    tauri_plugin::Builder::new(&["dispatch", "listen"]).build();
}
