//! From a folder of pages to a release: manifest, contents, compressed contents, patches.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use onehall_bundle::{
    Blob, CspHashes, File, FileName, Flavour, Hash, Kiosks, Manifest, Patch, Range, Version, canonical, patch,
};

use serde::Deserialize;
use serde_json::Value;

use crate::office::{Failure, Office, file};

/// Patches are made from so many releases before.
const PATCHES_FROM: usize = 3;

/// The most bytes of a catalog that terminals take.
const LONGEST_CATALOG: usize = 8 << 20;

/// What is said of a bundle.
#[derive(Debug, Clone)]
pub struct Facts {
    pub version: Version,
    pub revision: String,
    pub flavour: Flavour,
    pub profiles: Vec<String>,
    pub protocol: Range,
    pub data: Range,
    pub entry: FileName,
}

/// What the build says of pages, beside them; nothing where it was not `cargo xtask bundle`, and no revision where they are of no
/// commit.
#[derive(Debug, Default)]
pub struct Built {
    pub revision: Option<String>,
    pub flavour: Option<Flavour>,
    pub protocol: Option<Range>,
    pub data: Option<Range>,
}

/// The same as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BuiltFile {
    format: u32,
    flavour: String,
    revision: Option<String>,
    protocol: [u32; 2],
    data: [u32; 2],
}

/// The file of it. It is no part of the bundle.
const BUILT: &str = "facts.json";

impl Built {
    pub fn of(folder: &Path) -> Result<Built, Failure> {
        let path = folder.join(BUILT);
        let damaged = |what: String| Failure::Damaged {
            path: path.clone(),
            what,
        };
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Built::default()),
            bytes => bytes.map_err(|error| file(&path, error))?,
        };
        let built: BuiltFile = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if built.format != 1 {
            return Err(damaged(format!("format {} is not known here", built.format)));
        }
        let flavours = [Flavour::Web, Flavour::Shell];
        let flavour = flavours.into_iter().find(|flavour| flavour.name() == built.flavour);
        let range = |[first, last]: [u32; 2]| Some(Range { first, last });
        Ok(Built {
            revision: built.revision,
            flavour: Some(flavour.ok_or_else(|| damaged(format!("`{}` is no flavour", built.flavour)))?),
            protocol: range(built.protocol),
            data: range(built.data),
        })
    }
}

impl Office {
    /// Makes the next release of a role of a folder of pages; its manifest.
    pub fn stage(&self, role: &str, folder: &Path, facts: Facts) -> Result<Manifest, Failure> {
        let mut contents = BTreeMap::new();
        gather(folder, "", &mut contents)?;
        let old = self.manifests(role)?;
        let mut files = Vec::new();
        for (path, content) in &contents {
            files.push(self.file(path, content, &old)?);
        }
        let manifest = Manifest {
            release: old.first().map_or(0, |(_, manifest)| manifest.release) + 1,
            version: facts.version,
            revision: facts.revision,
            flavour: facts.flavour,
            profiles: facts.profiles,
            protocol: facts.protocol,
            data: facts.data,
            entry: facts.entry,
            csp: CspHashes::default(),
            files,
        };
        let (bytes, name) = (manifest.to_bytes(), format!("{role}.{}.json", manifest.release));
        Manifest::read(&bytes).map_err(|mistake| Failure::Mistake(name.clone(), mistake))?;
        self.write(&format!("targets/{role}/{name}"), &bytes)?;
        Ok(manifest)
    }

    /// Has a catalog travel with a role; its version.
    pub fn carry(&self, role: &str, from: &Path) -> Result<String, Failure> {
        let content = fs::read(from).map_err(|error| file(from, error))?;
        let value: Value = self.parsed(&from.display().to_string(), &content)?;
        let version = value["catalog"]["version"].as_str().filter(|_| value["format"] == 1);
        let Some(version) = version.filter(|_| content.len() <= LONGEST_CATALOG && value["documents"].is_array())
        else {
            return Err(Failure::Nothing(
                "this is no catalog that terminals take: `onehall city snapshot` writes one",
            ));
        };
        self.write(&format!("targets/{role}/{role}.catalog.json"), &content)?;
        Ok(version.to_owned())
    }

    /// Has what kiosks are told travel with a role; its version. However it was written, it is signed in its one form.
    pub fn tell(&self, role: &str, from: &Path) -> Result<u64, Failure> {
        let content = fs::read(from).map_err(|error| file(from, error))?;
        let name = from.display().to_string();
        let value: Value = self.parsed(&name, &content)?;
        // A number that has no one form is in none that is read.
        let written = canonical(&value).unwrap_or(content);
        let kiosks = Kiosks::read(&written).map_err(|mistake| Failure::Mistake(name, mistake))?;
        self.write(&format!("targets/{role}/{role}.kiosks.json"), &written)?;
        Ok(kiosks.version)
    }

    fn file(&self, path: &FileName, content: &[u8], old: &[(Vec<u8>, Manifest)]) -> Result<File, Failure> {
        let make = |base: &[u8]| patch::make(base, content).map_err(|_| Failure::Machine("compress a file"));
        let blob = Blob::of(content);
        self.put_blob(content)?;
        let compressed = make(b"")?;
        let zstd = if compressed.len() < content.len() {
            self.put_blob(&compressed)?;
            Some(Blob::of(&compressed))
        } else {
            None
        };
        let whole = zstd.map_or(blob.size, |zstd| zstd.size);
        let mut patches: Vec<Patch> = Vec::new();
        for (_, manifest) in old.iter().take(PATCHES_FROM) {
            let same = manifest
                .files
                .iter()
                .find(|file| stem(file.path.as_str()) == stem(path.as_str()));
            let Some(from) = same.map(|file| file.content.sha256).filter(|from| *from != blob.sha256) else {
                continue;
            };
            if patches.iter().any(|patch| patch.from == from) {
                continue;
            }
            let Some(base) = self.read(&format!("repository/blobs/{from}"))? else {
                continue;
            };
            let made = make(&base)?;
            // What terminals would not use need not be there.
            if made.len() as u64 <= whole / 10 * 6 {
                self.put_blob(&made)?;
                let blob = Blob::of(&made);
                patches.push(Patch { from, blob });
            }
        }
        Ok(File {
            path: path.clone(),
            content: blob,
            zstd,
            patches,
        })
    }

    fn put_blob(&self, content: &[u8]) -> Result<(), Failure> {
        let path = format!("repository/blobs/{}", Hash::of(content));
        if self.path(&path).is_file() {
            return Ok(());
        }
        self.write(&path, content)
    }
}

/// A path without the hash that a build puts into names: `assets/app.0f3a9c12.wasm` and `assets/app.77aa01bc.wasm` are one.
fn stem(path: &str) -> String {
    let is_hash = |part: &&str| part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    path.split('.')
        .filter(|part| !is_hash(part))
        .collect::<Vec<_>>()
        .join(".")
}

/// All files of a folder. What a server keeps besides for browsers is left out, as a terminal has its own compression, and so is
/// what the build says of them.
fn gather(folder: &Path, below: &str, contents: &mut BTreeMap<FileName, Vec<u8>>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| file(folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| file(folder, error))?;
        let place = entry.path();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(|error| file(&place, error))?;
        if kind.is_dir() {
            gather(&place, &format!("{name}/"), contents)?;
        } else if !(name.ends_with(".br") || name.ends_with(".gz") || name == BUILT) {
            let parsed: FileName = name.parse().map_err(|_| Failure::NotInABundle(name.clone()))?;
            if !kind.is_file() {
                return Err(Failure::NotInABundle(name));
            }
            contents.insert(parsed, fs::read(&place).map_err(|error| file(&place, error))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_file_is_the_same_one_whatever_hash_its_build_put_into_its_name() {
        assert_eq!(super::stem("assets/app.0f3a9c12.wasm"), "assets/app.wasm");
        assert_eq!(super::stem("assets/app-later.77aa01bcdd.wasm"), "assets/app-later.wasm");
        assert_eq!(super::stem("index.html"), "index.html");
    }
}
