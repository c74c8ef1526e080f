//! The files of a bundle, each named after its content, so that a browser may keep it for ever.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::fingerprint;

/// The `assets` folder of a bundle while it is put together.
pub struct Assets {
    folder: PathBuf,
    base: String,
    addresses: BTreeMap<String, String>,
    hashes: BTreeMap<String, String>,
}

impl Assets {
    /// An empty folder `assets` in `folder`, served below `base`.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn new(folder: PathBuf, base: &str) -> Result<Assets> {
        fs::create_dir_all(folder.join("assets")).with_context(|| format!("could not create {}", folder.display()))?;
        Ok(Assets {
            folder,
            base: base.to_owned(),
            addresses: BTreeMap::new(),
            hashes: BTreeMap::new(),
        })
    }

    /// Adds a file for the placeholder `{{key}}`; its file name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, key: &str, name: &str, extension: &str, content: &[u8]) -> Result<String> {
        let file = format!("{name}.{}.{extension}", fingerprint::short(content));
        fs::write(self.folder.join("assets").join(&file), content)
            .with_context(|| format!("could not write {file}"))?;
        let address = format!("{}assets/{file}", self.base);
        self.hashes.insert(address.clone(), fingerprint::of_bytes(content));
        self.addresses.insert(key.to_owned(), address);
        Ok(file)
    }

    /// Nothing stands where the placeholder `{{key}}` is.
    pub fn leave_out(&mut self, key: &str) {
        self.put(key, String::new());
    }

    /// A text stands where the placeholder `{{key}}` is.
    pub fn put(&mut self, key: &str, text: String) {
        self.addresses.insert(key.to_owned(), text);
    }

    /// All files so far: the hash of each, by its address.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }

    /// Writes a file beside `assets`, under its own name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn page(&self, name: &str, content: &str) -> Result<()> {
        fs::write(self.folder.join(name), content).with_context(|| format!("could not write {name}"))
    }

    /// Puts the addresses of the files added so far where `{{key}}` stands.
    ///
    /// # Errors
    /// A placeholder that names no file.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let key = from[2..].split("}}").next().unwrap_or_default();
            let is_key = !key.is_empty()
                && key
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            if is_key && from[2 + key.len()..].starts_with("}}") {
                let Some(address) = self.addresses.get(key) else {
                    bail!("nothing is called `{{{{{key}}}}}`")
                };
                filled.push_str(address);
                rest = &from[key.len() + 4..];
            } else {
                filled.push_str("{{");
                rest = &from[2..];
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::{Assets, fingerprint};

    #[test]
    fn a_name_follows_the_content_and_a_placeholder_the_name() -> anyhow::Result<()> {
        let folder = std::env::temp_dir().join(format!("onehall-assets-{}", std::process::id()));
        let mut assets = Assets::new(folder.clone(), "/console/")?;
        let first = assets.add("css", "console", "css", b"a{}")?;
        let second = assets.add("css", "console", "css", b"b{}")?;
        assert_ne!(first, second);
        let hash = |file: &str| assets.files().get(&format!("/console/assets/{file}")).cloned();
        assert_eq!(hash(&first), Some(fingerprint::of_bytes(b"a{}")));
        assert_eq!(hash(&second), Some(fingerprint::of_bytes(b"b{}")));
        assert_eq!(
            assets.fill("<link href=\"{{css}}\"> {{ x")?,
            format!("<link href=\"/console/assets/{second}\"> {{{{ x")
        );
        assert!(
            assets.fill("{{fonts}}").is_err(),
            "an unknown placeholder must not reach a page"
        );
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }
}
