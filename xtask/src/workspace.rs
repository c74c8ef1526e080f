//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder of the workspace.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    // Cargo says where xtask stands when it runs it, and said so when it compiled it: two clones that share a target
    // folder may share the compiled xtask, so the first counts.
    ROOT.get_or_init(|| {
        let xtask =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or(PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        xtask.parent().map_or(xtask.clone(), Path::to_owned)
    })
}

/// Cargo's target folder: `CARGO_TARGET_DIR`, or `target` in the workspace.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The bundle: `citizen` and `console` stand in it.
pub fn bundle() -> PathBuf {
    target().join("bundle")
}

/// The bundle of the desktop and the kiosk: `shell` stands in it. Beside the other, which is exchanged as a whole.
pub fn shell_bundle() -> PathBuf {
    target().join("bundle-shell")
}

/// The bundle of the preview of forms: `preview` stands in it.
pub fn preview_bundle() -> PathBuf {
    target().join("bundle-preview")
}

/// The demo city's files.
pub fn demo_city() -> PathBuf {
    root().join("backend/demo-city")
}

/// The built backend of a cargo profile.
pub fn backend(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" }).join("onehall")
}

/// Runs cargo in the workspace, the same cargo that runs this.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // What cargo tells a program that it runs would make a nested cargo believe that it builds xtask.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
    command
}

/// `cargo metadata` of the workspace's own packages.
///
/// # Errors
/// Cargo does not answer, or with something other than JSON.
pub fn metadata() -> anyhow::Result<&'static serde_json::Value> {
    static METADATA: OnceLock<serde_json::Value> = OnceLock::new();
    if let Some(metadata) = METADATA.get() {
        return Ok(metadata);
    }
    let text = crate::process::output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    Ok(METADATA.get_or_init(|| serde_json::from_str(&text).unwrap_or_default()))
}
