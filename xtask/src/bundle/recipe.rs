//! The recipe of the bundles: `ui/bundle.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workspace;

/// What the bundles are made of. Paths are absolute.
#[derive(Debug)]
pub struct Recipe {
    /// Style sheets of every flavour, in order.
    pub styles: Vec<PathBuf>,
    /// The list of icons.
    pub icons: PathBuf,
    /// Files to take as they are, by the name of their placeholder.
    pub files: BTreeMap<String, PathBuf>,
    /// Scripts in which placeholders are filled, by the name of their placeholder.
    pub scripts: BTreeMap<String, PathBuf>,
    /// The bundles.
    pub flavours: Vec<Flavour>,
}

/// One bundle.
#[derive(Debug)]
pub struct Flavour {
    /// Its name: the folder that it is written to.
    pub name: String,
    /// The program.
    pub bin: String,
    /// Built only when asked for, with the cargo feature of its name in place of the default ones.
    pub alone: bool,
    /// A release of it is in two parts: it has a door.
    pub in_two: bool,
    /// The page.
    pub html: PathBuf,
    /// Further pages of the same program, by file name.
    pub pages: BTreeMap<String, PathBuf>,
    /// The service worker that keeps it, where it opens without a network.
    pub worker: Option<PathBuf>,
    /// Where it is served, with slashes around.
    pub base: String,
    /// Its own style sheets, after those of every flavour.
    pub styles: Vec<PathBuf>,
}

impl Recipe {
    /// Reads the recipe.
    ///
    /// # Errors
    /// It cannot be read, or a part is missing.
    pub fn read() -> Result<Recipe> {
        let folder = workspace::root().join("ui");
        let text = fs::read_to_string(folder.join("bundle.json")).context("could not read ui/bundle.json")?;
        let recipe: Value = serde_json::from_str(&text).context("ui/bundle.json is not JSON")?;
        Recipe::from_json(&recipe, &folder).context("ui/bundle.json is incomplete")
    }

    fn from_json(recipe: &Value, folder: &Path) -> Result<Recipe> {
        let flavours = recipe["flavours"].as_object().context("`flavours` is missing")?;
        let flavour = |(name, flavour): (&String, &Value)| {
            Ok(Flavour {
                name: name.clone(),
                bin: text(flavour, "bin")?.to_owned(),
                alone: flavour["alone"].as_bool().unwrap_or(false),
                in_two: flavour["in_two"].as_bool().unwrap_or(false),
                html: folder.join(text(flavour, "html")?),
                pages: match flavour.get("pages") {
                    Some(_) => table(flavour, "pages", folder)?,
                    None => BTreeMap::new(),
                },
                worker: flavour["worker"].as_str().map(|path| folder.join(path)),
                base: text(flavour, "base")?.to_owned(),
                styles: list(flavour, "styles", folder)?,
            })
        };
        Ok(Recipe {
            styles: list(recipe, "styles", folder)?,
            icons: folder.join(text(recipe, "icons")?),
            files: table(recipe, "files", folder)?,
            scripts: table(recipe, "scripts", folder)?,
            flavours: flavours.iter().map(flavour).collect::<Result<_>>()?,
        })
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("`{key}` is missing"))
}

fn list(value: &Value, key: &str, folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = value[key].as_array().with_context(|| format!("`{key}` is missing"))?;
    let path = |path: &Value| path.as_str().map(|path| folder.join(path));
    paths
        .iter()
        .map(path)
        .collect::<Option<_>>()
        .with_context(|| format!("`{key}` is not a list of paths"))
}

fn table(value: &Value, key: &str, folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let paths = value[key].as_object().with_context(|| format!("`{key}` is missing"))?;
    let entry = |(name, path): (&String, &Value)| Some((name.clone(), folder.join(path.as_str()?)));
    paths
        .iter()
        .map(entry)
        .collect::<Option<_>>()
        .with_context(|| format!("`{key}` is not a table of paths"))
}
