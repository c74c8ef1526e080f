//! The layer rule: dependencies between the workspace's crates only point down.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace;

/// Which crates of the workspace each crate may depend on, for building and for its tests alike.
const MAY_USE: &[(&str, &[&str])] = &[
    ("onehall-protocol", &[]),
    ("onehall-forms", &["onehall-protocol"]),
    ("onehall-forms-conformance", &["onehall-forms", "onehall-protocol"]),
    ("onehall-form-importers", &["onehall-forms", "onehall-protocol"]),
    (
        "onehall-forms-fuzz",
        &[
            "onehall-form-importers",
            "onehall-forms-conformance",
            "onehall-forms",
            "onehall-protocol",
        ],
    ),
    ("onehall-client", &["onehall-forms", "onehall-protocol"]),
    ("onehall-sync", &["onehall-protocol"]),
    ("onehall-bundle", &[]),
    ("onehall-updates", &["onehall-bundle", "onehall-protocol"]),
    ("onehall-publisher", &["onehall-bundle", "onehall-updates"]),
    (
        "onehall-core",
        &["onehall-client", "onehall-forms", "onehall-protocol", "onehall-sync"],
    ),
    ("onehall-store-conformance", &["onehall-core"]),
    ("onehall-ui-macro", &[]),
    (
        "onehall-ui",
        &[
            "onehall-core",
            "onehall-client",
            "onehall-forms",
            "onehall-protocol",
            "onehall-ui-macro",
        ],
    ),
    (
        "onehall-bridge",
        &[
            "onehall-bundle",
            "onehall-core",
            "onehall-client",
            "onehall-protocol",
            "onehall-updates",
        ],
    ),
    (
        "onehall-desktop",
        &["onehall-bridge", "onehall-client", "onehall-protocol"],
    ),
    (
        "onehall-kiosk",
        &["onehall-bridge", "onehall-bundle", "onehall-client", "onehall-protocol"],
    ),
    (
        "onehall-mobile",
        &[
            "onehall-bundle",
            "onehall-core",
            "onehall-client",
            "onehall-protocol",
            "onehall-updates",
        ],
    ),
    ("onehall-mobile-bindgen", &[]),
    (
        "onehall-mini-app-sdk",
        &["onehall-core", "onehall-client", "onehall-protocol"],
    ),
    (
        "onehall-backend",
        &[
            "onehall-form-importers",
            "onehall-forms",
            "onehall-protocol",
            "onehall-publisher",
            "onehall-sync",
        ],
    ),
    (
        "onehall-tests",
        &[
            "onehall-backend",
            "onehall-core",
            "onehall-client",
            "onehall-forms",
            "onehall-protocol",
            "onehall-sync",
        ],
    ),
    (
        "onehall-simulation",
        &[
            "onehall-backend",
            "onehall-core",
            "onehall-client",
            "onehall-protocol",
            "onehall-sync",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that speak to the network or the browser by themselves: pages go through the core instead.
const NOT_IN_THE_UI: &[&str] = &["reqwest", "gloo-net", "gloo-storage", "ureq", "hyper"];

/// Checks the workspace as it stands.
///
/// # Errors
/// An edge that points up, or a crate that the rule does not know.
pub fn check() -> Result<()> {
    let wrong = violations(workspace::metadata()?)?;
    if wrong.is_empty() {
        return Ok(());
    }
    let mut text = String::new();
    for line in &wrong {
        let _ = write!(text, "\n  {line}");
    }
    bail!("{} against the layers of ARCHITECTURE.md:{text}", wrong.len());
}

fn violations(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"]
        .as_array()
        .context("`cargo metadata` names no packages")?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().context("a package without a name")?;
        let Some((_, may_use)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!(
                "{name} has no place in the layers yet: give it one in xtask/src/check/layers.rs"
            ));
            continue;
        };
        let dependencies = package["dependencies"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        for dependency in dependencies.iter().filter_map(|dependency| dependency["name"].as_str()) {
            if names.contains(&dependency) && !may_use.contains(&dependency) {
                wrong.push(format!("{name} depends on {dependency}, which does not stand below it"));
            }
            if name == "onehall-ui" && NOT_IN_THE_UI.contains(&dependency) {
                wrong.push(format!(
                    "{name} depends on {dependency}: pages reach the backend only through CoreClient"
                ));
            }
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn package(name: &str, uses: &[&str]) -> serde_json::Value {
        let dependencies: Vec<_> = uses.iter().map(|name| json!({ "name": name, "kind": "dev" })).collect();
        json!({ "name": name, "dependencies": dependencies })
    }

    #[test]
    fn an_edge_that_points_up_is_named_even_where_only_tests_use_it() -> anyhow::Result<()> {
        let packages = json!({ "packages": [
            package("onehall-protocol", &["serde"]),
            package("onehall-forms", &["onehall-protocol", "onehall-backend"]),
            package("onehall-backend", &["onehall-forms", "axum"]),
        ]});
        let wrong = super::violations(&packages)?;
        assert_eq!(
            wrong,
            ["onehall-forms depends on onehall-backend, which does not stand below it"]
        );
        Ok(())
    }

    #[test]
    fn a_crate_without_a_place_and_a_page_with_its_own_network_are_named() -> anyhow::Result<()> {
        let packages =
            json!({ "packages": [package("onehall-fax", &[]), package("onehall-ui", &["gloo-net", "leptos"])] });
        let wrong = super::violations(&packages)?;
        assert!(
            wrong.len() == 2 && wrong[0].contains("onehall-fax") && wrong[1].contains("gloo-net"),
            "{wrong:?}"
        );
        Ok(())
    }
}
