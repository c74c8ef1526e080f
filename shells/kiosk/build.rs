//! Reads the configuration and what the window is permitted; declares the kiosk's own commands.

fn main() {
    let kiosk = tauri_build::InlinedPlugin::new().commands(&["device", "pulse", "over"]);
    let attributes = tauri_build::Attributes::new().plugin("onehall-kiosk", kiosk);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
