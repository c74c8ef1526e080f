//! What the build knows of the pages of the shells, beside them: `onehall update stage` takes it from there.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use super::fingerprint;
use crate::{process, workspace};

/// The file. It is no part of the bundle.
const FILE: &str = "facts.json";

/// Where it stands what pages and the programs around them agree on.
const AGREEMENTS: &str = "core/client/src/bridge.rs";

/// Writes it into the folder of a flavour, unless the same is there.
///
/// # Errors
/// The sources do not say it, or it cannot be written.
pub fn write(folder: &Path, flavour: &str) -> Result<()> {
    let source = fs::read_to_string(workspace::root().join(AGREEMENTS))
        .with_context(|| format!("could not read {AGREEMENTS}"))?;
    let mut facts = json!({
        "format": 1,
        "flavour": flavour,
        "protocol": range(&source, "PROTOCOLS")?,
        "data": range(&source, "DATA")?,
    });
    if let Some(revision) = revision() {
        facts["revision"] = revision.into();
    }
    let (file, text) = (folder.join(FILE), format!("{facts}\n"));
    if fs::read_to_string(&file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    fs::write(&file, text).with_context(|| format!("could not write {}", file.display()))
}

/// The commit; none where there is no git, or where something that the pages are made of is in no commit.
fn revision() -> Option<String> {
    let git = |words: &[&str]| process::output(Command::new("git").current_dir(workspace::root()).args(words)).ok();
    let changed = git(&[&["status", "--porcelain", "--"][..], &fingerprint::INPUTS].concat())?;
    let commit = git(&["rev-parse", "HEAD"])?;
    changed.trim().is_empty().then(|| commit.trim().to_owned())
}

/// Both ends of a range of versions, as a constant of the sources says it.
fn range(source: &str, name: &str) -> Result<[u32; 2]> {
    let end = |end: &str| -> Option<u32> {
        let constant = source.split(&format!("pub const {name}: ProtocolRange =")).nth(1)?;
        let value = constant.split(';').next()?.split(&format!("{end}: ")).nth(1)?;
        let digits = value.split(|letter: char| !letter.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    let ends = end("min").zip(end("max"));
    let (first, last) = ends.with_context(|| format!("{AGREEMENTS} does not say {name}"))?;
    Ok([first, last])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_and_programs_agree_on_is_found_in_the_sources() -> Result<()> {
        let said = "pub const PROTOCOLS: ProtocolRange = ProtocolRange { min: 2, max: 13 };\n\
                    pub const DATA: ProtocolRange = ProtocolRange {\n    min: 1,\n    max: 4,\n};";
        assert_eq!((range(said, "PROTOCOLS")?, range(said, "DATA")?), ([2, 13], [1, 4]));
        assert!(range(said, "FORMS").is_err());
        let source = fs::read_to_string(workspace::root().join(AGREEMENTS))?;
        for name in ["PROTOCOLS", "DATA"] {
            let [first, last] = range(&source, name)?;
            assert!((1..=last).contains(&first), "{name}");
        }
        Ok(())
    }
}
