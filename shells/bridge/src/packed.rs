//! The pages inside the program, as one run of bytes: the release, then path and content of each file, each after its
//! length. What builds the program packs, the program unpacks.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The files of a bundle, by their paths, such as `assets/shell.0123.js`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// All files of a folder and of those in it. Links are none: one could lead out of it. What a server keeps besides for
/// browsers is left out: nothing compresses between a window and its own process.
pub fn gather(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    gather_below(folder, "", &mut files)?;
    Ok(files)
}

fn gather_below(folder: &Path, below: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let (kind, path) = (entry.file_type()?, format!("{below}{name}"));
        if kind.is_dir() {
            gather_below(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() && !(name.ends_with(".br") || name.ends_with(".gz")) {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Packs a release.
#[allow(dead_code)] // Only what builds the program packs.
pub fn pack(release: u64, files: &Files) -> Vec<u8> {
    let mut packed = release.to_le_bytes().to_vec();
    for (path, content) in files {
        for part in [path.as_bytes(), content] {
            packed.extend_from_slice(&(part.len() as u64).to_le_bytes());
            packed.extend_from_slice(part);
        }
    }
    packed
}

/// The release and its files; none where these bytes are none.
pub fn unpack(packed: &[u8]) -> Option<(u64, BTreeMap<String, &[u8]>)> {
    let mut rest = packed;
    let release = number(&mut rest)?;
    let mut files = BTreeMap::new();
    while !rest.is_empty() {
        let path = std::str::from_utf8(part(&mut rest)?).ok()?;
        files.insert(path.to_owned(), part(&mut rest)?);
    }
    Some((release, files))
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (bytes, after) = rest.split_first_chunk::<8>()?;
    *rest = after;
    Some(u64::from_le_bytes(*bytes))
}

fn part<'p>(rest: &mut &'p [u8]) -> Option<&'p [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_there_again_and_what_is_torn_is_nothing() {
        let files = Files::from([
            ("index.html".to_owned(), b"<!doctype html>".to_vec()),
            ("assets/空.js".to_owned(), Vec::new()),
        ]);
        let packed = pack(42, &files);
        let (release, unpacked) = unpack(&packed).unwrap_or_else(|| panic!("nothing"));
        let unpacked: Files = unpacked
            .into_iter()
            .map(|(path, content)| (path, content.to_vec()))
            .collect();
        assert_eq!((release, unpacked), (42, files));
        // Between two files it is whole, as shorter a bundle; nowhere else.
        let whole: Vec<usize> = (0..=packed.len())
            .filter(|end| unpack(&packed[..*end]).is_some())
            .collect();
        assert_eq!(whole.len(), 3, "{whole:?}");
    }
}
