//! Every field is needed, bounded and of its kind, and a mistake is named with its place.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Blob, CspHashes, File, Flavour, Manifest, Patch, Range};
use crate::{Hash, Version, canonical};

fn name(path: &str) -> crate::FileName {
    path.parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn manifest() -> Manifest {
    let file = |path: &str, content: &[u8]| File {
        path: name(path),
        content: Blob::of(content),
        zstd: None,
        patches: Vec::new(),
    };
    let mut script = file("assets/a.js", b"script");
    script.zstd = Some(Blob::of(b"small"));
    script.patches = vec![Patch {
        from: Hash::of(b"old"),
        blob: Blob::of(b"patch"),
    }];
    Manifest {
        release: 7,
        version: Version([1, 42, 0]),
        revision: "0123abc".to_owned(),
        flavour: Flavour::Shell,
        profiles: vec!["desktop".to_owned(), "kiosk".to_owned()],
        protocol: Range { first: 1, last: 2 },
        data: Range { first: 1, last: 1 },
        entry: name("index.html"),
        csp: CspHashes::default(),
        files: vec![script, file("index.html", b"<!doctype html>")],
    }
}

fn value() -> Value {
    serde_json::from_slice(&manifest().to_bytes()).unwrap_or_default()
}

fn bytes(value: &Value) -> Vec<u8> {
    canonical(value).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said of the manifest after a change.
fn said(change: impl FnOnce(&mut Value)) -> String {
    let mut changed = value();
    change(&mut changed);
    match Manifest::read(&bytes(&changed)) {
        Ok(_) => "nothing".to_owned(),
        Err(mistake) => mistake.to_string(),
    }
}

#[test]
fn a_manifest_is_read_as_it_was_written_and_has_one_form() {
    let written = manifest();
    assert_eq!(Manifest::read(&written.to_bytes()), Ok(written.clone()));
    let mut other = written.clone();
    other.files.reverse();
    other.profiles.reverse();
    assert_eq!(other.to_bytes(), written.to_bytes(), "order is no difference");
}

#[test]
fn the_form_of_today_is_read_for_ever() {
    let frozen = br#"{"csp":{"scripts":["sha256-q+/="],"styles":[]},"data":{"first":1,"last":1},"entry":"index.html","files":[{"path":"index.html","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3}],"flavour":"web","format":1,"profiles":["desktop"],"protocol":{"first":1,"last":3},"release":10420,"revision":"abcdef0123456789abcdef0123456789abcdef01","version":"1.42.0"}"#;
    let manifest = Manifest::read(frozen).unwrap_or_else(|mistake| panic!("{mistake}"));
    assert_eq!(
        (manifest.release, manifest.flavour, manifest.size()),
        (10420, Flavour::Web, 3)
    );
    assert_eq!(
        manifest.file("index.html").map(|file| file.content),
        Some(Blob::of(b"abc"))
    );
    assert_eq!(manifest.to_bytes(), frozen);
}

#[test]
fn each_field_is_needed_and_no_other_is_known() {
    let whole = value();
    for field in whole.as_object().into_iter().flatten().map(|(name, _)| name.clone()) {
        let missing = said(|manifest| drop(manifest.as_object_mut().and_then(|fields| fields.remove(&field))));
        assert_eq!(missing, format!("{field}: is missing"));
        let no_kind = said(|manifest| manifest[&field] = Value::Null);
        assert!(no_kind.starts_with(&field), "{no_kind}");
    }
    assert_eq!(
        said(|manifest| manifest["forced"] = true.into()),
        "forced: is not known here"
    );
    assert_eq!(
        said(|manifest| manifest["files"][0]["mode"] = 511.into()),
        "files[0].mode: is not known here"
    );
}

#[test]
fn a_mistake_is_named_with_its_place() {
    for (change, expected) in [
        (
            json!([["format"], 2]),
            "format: is of a format that this version does not know",
        ),
        (json!([["version"], "1.42"]), "version: is not a version"),
        (json!([["revision"], "main"]), "revision: is not a revision of git"),
        (json!([["flavour"], "native"]), "flavour: is not `web` or `shell`"),
        (json!([["profiles"], []]), "profiles: is missing"),
        (json!([["profiles", 1], "desktop"]), "profiles[1]: is there twice"),
        (json!([["protocol", "first"], 3]), "protocol: begins after its end"),
        (json!([["entry"], "start.html"]), "entry: names what is not there"),
        (json!([["release"], -1]), "release: is not a whole number"),
        (
            json!([["csp", "scripts"], ["sha256-a' 'unsafe-inline"]]),
            "csp.scripts[0]: is not a hash of a content security policy",
        ),
        (
            json!([["csp", "styles"], ["unsafe-inline"]]),
            "csp.styles[0]: is not a hash of a content security policy",
        ),
        (
            json!([["files", 0, "path"], "../a.js"]),
            "files[0].path: is not the path of a file in a bundle",
        ),
        (json!([["files", 0, "path"], "INDEX.html"]), "files[1]: is there twice"),
        (
            json!([["files", 0, "path"], "Index.html/a.js"]),
            "files[1].path: is also a folder of another file",
        ),
        (
            json!([["files", 0, "size"], (32 << 20) + 1]),
            "files[0].size: is more than there may be",
        ),
        (
            json!([["files", 0, "sha256"], "00"]),
            "files[0].sha256: is not a SHA-256 in small hexadecimal digits",
        ),
        (
            json!([["files", 0, "patches", 0, "size"], "90"]),
            "files[0].patches[0].size: is not a whole number",
        ),
        (json!([["version"], "1.4\u{7}2.0"]), "document: is not JSON"),
    ] {
        let said = said(|manifest| {
            let mut place = manifest;
            for step in change[0].as_array().into_iter().flatten() {
                place = match (step.as_str(), step.as_u64()) {
                    (Some(name), _) => &mut place[name],
                    (None, index) => &mut place[usize::try_from(index.unwrap_or_default()).unwrap_or_default()],
                };
            }
            *place = change[1].clone();
        });
        assert_eq!(said, expected);
    }
}

#[test]
fn a_manifest_in_another_form_is_refused_whatever_it_says() {
    let good = String::from_utf8(manifest().to_bytes()).unwrap_or_default();
    for other in [
        format!("{good} "),
        format!("\u{feff}{good}"),
        good.replacen("\"release\":7", "\"release\":7.0", 1),
        good.replacen("\"release\":7", "\"release\":8,\"release\":7", 1),
        good.replacen("index.html", "\\u0069ndex.html", 1),
    ] {
        assert!(Manifest::read(other.as_bytes()).is_err(), "{other}");
    }
    assert!(Manifest::read(good.as_bytes()).is_ok());
    let long = vec![b' '; Manifest::LONGEST + 1];
    assert_eq!(
        Manifest::read(&long).map_err(|mistake| mistake.wrong),
        Err(crate::Wrong::TooLong)
    );
}

#[test]
fn more_than_a_terminal_holds_is_refused() {
    let many = said(|manifest| {
        let file = manifest["files"][1].clone();
        manifest["files"] = (0..=Manifest::MOST_FILES)
            .map(|number| {
                let mut file = file.clone();
                file["path"] = format!("f{number}").into();
                file
            })
            .collect();
    });
    assert_eq!(many, "files: is more than there may be");
    let large = said(|manifest| {
        let file = manifest["files"][1].clone();
        manifest["files"] = (0..3)
            .map(|number| {
                let mut file = file.clone();
                file["path"] = format!("f{number}").into();
                file["size"] = Manifest::LARGEST_FILE.into();
                file
            })
            .collect();
    });
    assert_eq!(large, "files[2]: is more than there may be");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fail_otherwise_than_by_a_mistake(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Manifest::read(&bytes).is_err());
    }

    #[test]
    fn a_changed_byte_is_refused_or_read_as_what_it_says(at in 0_usize..700, byte in 0x20_u8..0x7f) {
        let mut bytes = manifest().to_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(read) = Manifest::read(&bytes) {
            prop_assert_eq!(read.to_bytes().len(), bytes.len());
        }
    }
}
