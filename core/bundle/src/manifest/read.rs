//! Reading a manifest.

use std::collections::BTreeSet;

use super::{Blob, CspHashes, File, Flavour, Manifest, Patch, Range};
use crate::read::{At, Fields, document};
use crate::{FileName, Hash, Mistake, Wrong};

/// The format that is read and written here.
pub(super) const FORMAT: u64 = 1;

pub(super) fn manifest(bytes: &[u8]) -> Result<Manifest, Mistake> {
    let value = document(bytes, Manifest::LONGEST)?;
    let whole = At::whole(&value);
    whole.format(FORMAT)?;
    let fields = whole.object(&[
        "format", "release", "version", "revision", "flavour", "profiles", "protocol", "data", "entry", "csp", "files",
    ])?;
    let revision = fields.get("revision")?;
    let profiles = fields.get("profiles")?;
    let manifest = Manifest {
        release: fields.get("release")?.number(u64::from(u32::MAX))?,
        version: fields.get("version")?.parsed("a version")?,
        revision: hexadecimal(&revision)?,
        flavour: flavour(&fields.get("flavour")?)?,
        profiles: profiles.words(16)?,
        protocol: range(fields.get("protocol")?)?,
        data: range(fields.get("data")?)?,
        entry: fields.get("entry")?.parsed("the path of a file in a bundle")?,
        csp: csp(fields.get("csp")?)?,
        files: files(&fields.get("files")?)?,
    };
    if manifest.profiles.is_empty() {
        return Err(profiles.wrong(Wrong::Missing));
    }
    if manifest.file(manifest.entry.as_str()).is_none() {
        return Err(Wrong::NamesNothing.at("entry"));
    }
    Ok(manifest)
}

fn hexadecimal(at: &At<'_>) -> Result<String, Mistake> {
    let text = at.text(64)?;
    if text.len() < 7 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(at.wrong(Wrong::Not("a revision of git")));
    }
    Ok(text.to_owned())
}

fn flavour(at: &At<'_>) -> Result<Flavour, Mistake> {
    match at.text(20)? {
        "web" => Ok(Flavour::Web),
        "shell" => Ok(Flavour::Shell),
        _ => Err(at.wrong(Wrong::Not("`web` or `shell`"))),
    }
}

fn range(at: At<'_>) -> Result<Range, Mistake> {
    let place = at.clone();
    let fields = at.object(&["first", "last"])?;
    let end = |name: &str| {
        let number = fields.get(name)?.number(u64::from(u32::MAX))?;
        Ok::<u32, Mistake>(u32::try_from(number).unwrap_or(u32::MAX))
    };
    let range = Range {
        first: end("first")?,
        last: end("last")?,
    };
    if range.first > range.last {
        return Err(place.wrong(Wrong::Backwards));
    }
    Ok(range)
}

fn csp(at: At<'_>) -> Result<CspHashes, Mistake> {
    let fields = at.object(&["scripts", "styles"])?;
    let hashes = |name: &str| {
        let list = fields.get(name)?.list(64)?;
        list.iter().map(csp_hash).collect::<Result<Vec<String>, Mistake>>()
    };
    Ok(CspHashes {
        scripts: hashes("scripts")?,
        styles: hashes("styles")?,
    })
}

/// A hash goes into a header between quotes: whatever could end them is refused.
fn csp_hash(at: &At<'_>) -> Result<String, Mistake> {
    let text = at.text(100)?;
    let digits = ["sha256-", "sha384-", "sha512-"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if digits.is_empty() || !digits.bytes().all(plain) {
        return Err(at.wrong(Wrong::Not("a hash of a content security policy")));
    }
    Ok(text.to_owned())
}

fn files(at: &At<'_>) -> Result<Vec<File>, Mistake> {
    let mut files: Vec<File> = Vec::new();
    let mut paths = BTreeSet::new();
    let mut whole = 0_u64;
    for item in at.list(Manifest::MOST_FILES)? {
        let place = item.clone();
        let file = file(item)?;
        whole = whole.saturating_add(file.content.size);
        if whole > Manifest::LARGEST {
            return Err(place.wrong(Wrong::TooMuch));
        }
        // On some disks `A` and `a` are one file.
        if !paths.insert(file.path.folded()) {
            return Err(place.wrong(Wrong::Twice));
        }
        files.push(file);
    }
    let folder_too = files.iter().position(|file| {
        let below = format!("{}/", file.path.folded());
        paths
            .range(below.clone()..)
            .next()
            .is_some_and(|next| next.starts_with(&below))
    });
    match folder_too {
        Some(index) => Err(Wrong::AlsoAFolder.at(format!("files[{index}].path"))),
        None => Ok(files),
    }
}

fn file(at: At<'_>) -> Result<File, Mistake> {
    let fields = at.object(&["path", "sha256", "size", "zstd", "patches"])?;
    let content = blob(&fields)?;
    let path: FileName = fields.get("path")?.parsed("the path of a file in a bundle")?;
    let zstd = match fields.find("zstd") {
        Some(zstd) => Some(blob(&zstd.object(&["sha256", "size"])?)?),
        None => None,
    };
    let mut patches: Vec<Patch> = Vec::new();
    if let Some(list) = fields.find("patches") {
        for item in list.list(Manifest::MOST_PATCHES)? {
            let place = item.clone();
            let fields = item.object(&["from", "sha256", "size"])?;
            let patch = Patch {
                from: hash(&fields.get("from")?)?,
                blob: blob(&fields)?,
            };
            if patches.iter().any(|other| other.from == patch.from) {
                return Err(place.wrong(Wrong::Twice));
            }
            patches.push(patch);
        }
    }
    Ok(File {
        path,
        content,
        zstd,
        patches,
    })
}

fn blob(fields: &Fields<'_>) -> Result<Blob, Mistake> {
    Ok(Blob {
        sha256: hash(&fields.get("sha256")?)?,
        size: fields.get("size")?.number(Manifest::LARGEST_FILE)?,
    })
}

fn hash(at: &At<'_>) -> Result<Hash, Mistake> {
    at.parsed("a SHA-256 in small hexadecimal digits")
}
