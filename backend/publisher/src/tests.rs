//! What is typed to publish, and what a terminal makes of it.

mod overview;
mod token;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use onehall_bundle::{Hash, Manifest, Offer, Range, Version};
use onehall_updates::disk::Folder;
use onehall_updates::download::Room;
use onehall_updates::machine::{Native, Told};
use onehall_updates::mirror::FolderMirror;
use onehall_updates::store::Inside;
use onehall_updates::trust::{MetadataFolder, SigstoreTrust, TrustError};
use onehall_updates::{Outcome, Settings, UpdateError, Updates, Watch};
use time::OffsetDateTime;

use crate::office::Failure;
use crate::testing::Place;

fn day(days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000 + days * 86_400).unwrap_or_else(|error| panic!("{error}"))
}

impl Place {
    fn do_(&mut self, line: &str) {
        self.run(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }

    fn sign(&mut self, keys: &[&str]) {
        for key in keys {
            self.do_(&format!("sign --key @office/keys/{key}.json"));
        }
    }

    /// An office with its keys, published once.
    fn founded(name: &str) -> Place {
        let mut place = Place::new(name, day(0));
        place.do_("init --terminal ui-desktop");
        for key in ["r1", "r2", "r3"] {
            place.do_(&format!("add-key root {key}"));
        }
        for key in ["t1", "t2"] {
            place.do_(&format!("add-key targets {key}"));
        }
        place.do_("add-key snapshot online");
        place.do_("add-key timestamp online");
        place.do_("add-key halts halt");
        for key in ["d1", "d2", "d3"] {
            place.do_(&format!("add-key ui-desktop {key}"));
        }
        place.sign(&["r1", "r2", "r3", "t1", "t2", "halt", "d1", "d2"]);
        place.publish().unwrap_or_else(|error| panic!("{error}"));
        place
    }

    fn pages(&self, program: &[u8]) {
        let folder = self.root.join("pages/assets");
        let _ = fs::remove_dir_all(self.root.join("pages"));
        let written = fs::create_dir_all(&folder)
            .and_then(|()| {
                fs::write(
                    folder.join(format!("app.{}.wasm", &Hash::of(program).to_string()[..12])),
                    program,
                )
            })
            .and_then(|()| fs::write(folder.join("app.wasm.br"), b"for browsers"))
            .and_then(|()| fs::write(self.root.join("pages/index.html"), b"<!doctype html>"));
        written.unwrap_or_else(|error| panic!("{error}"));
    }

    fn stage(&mut self) {
        self.do_("stage ui-desktop @pages --version 1.0.0 --revision 0123abc --profile desktop");
    }

    fn terminal(&self, name: &str) -> Terminal {
        let root = fs::read(self.repository().join("metadata/1.root.json")).unwrap_or_else(|error| panic!("{error}"));
        Terminal {
            folder: self.root.join(name),
            root,
            now: Arc::new(Clock(Mutex::new(day(0)))),
        }
    }
}

struct Clock(Mutex<OffsetDateTime>);

impl Watch for Clock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, _: Told) {}
}

struct Nothing;

impl Inside for Nothing {
    fn release(&self) -> u64 {
        0
    }

    fn content(&self, _: Hash) -> Option<Arc<[u8]>> {
        None
    }
}

/// A terminal with the root of the first day inside of it.
struct Terminal {
    folder: PathBuf,
    root: Vec<u8>,
    now: Arc<Clock>,
}

impl Terminal {
    fn updates(&self) -> Updates<Folder> {
        let all = Range { first: 1, last: 1 };
        let settings = Settings {
            native: Native {
                core: Version([1, 0, 0]),
                profile: "desktop".to_owned(),
                protocol: all,
                data: all,
                inside: 0,
            },
            role: "ui-desktop".to_owned(),
            channel: "stable".to_owned(),
            region: String::new(),
            hall: String::new(),
            kind: "desktop".to_owned(),
            room: Room::default(),
        };
        Updates::open(Folder::new(&self.folder), Arc::new(Nothing), settings, self.now.clone())
    }

    /// It starts, shows a page that comes up, and asks: the release that it shows, and what came.
    fn start(&self, mirror: &Path) -> (u64, Result<Outcome, UpdateError>) {
        let updates = self.updates();
        let page = updates.boot();
        updates.ready(page.nonce);
        let mirror = Arc::new(FolderMirror::new(mirror));
        let kept = MetadataFolder::beside(Folder::new(&self.folder));
        let trust = SigstoreTrust::new(&self.root, kept, mirror.clone());
        let mut trust = trust.unwrap_or_else(|error| panic!("{error}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let outcome = runtime
            .block_on(updates.check(&mut trust, mirror.as_ref()))
            .map(|(outcome, _)| outcome);
        (page.bundle.map_or(0, |bundle| bundle.manifest.release), outcome)
    }
}

fn program(text: &str) -> Vec<u8> {
    let mut program: Vec<u8> = (0..2_000)
        .flat_map(|number: u64| Hash::of(&number.to_be_bytes()).to_string().into_bytes())
        .collect();
    program.splice(50_000..50_000, text.bytes());
    program
}

#[test]
fn from_an_empty_folder_to_a_page_on_a_terminal_and_its_correction() {
    let mut place = Place::founded("life");
    let terminal = place.terminal("terminal");
    assert_eq!(terminal.start(&place.repository()), (0, Ok(Outcome::UpToDate)));
    place.pages(&program("first"));
    place.stage();
    place.do_("rollout ui-desktop 1 --share 100");
    place.sign(&["d1", "d3"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(
        terminal.start(&place.repository()).1,
        Ok(Outcome::Staged { release: 1, .. })
    ));
    place.pages(&program("second"));
    place.stage();
    place.do_("rollout ui-desktop 2 --share 100");
    place.sign(&["d2", "d3"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    let (shown, outcome) = terminal.start(&place.repository());
    let Ok(Outcome::Staged { release: 2, cost }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((shown, cost.patched, cost.reused), (1, 1, 1));
    assert!(cost.bytes < 1_000, "{} bytes for one text in 128 KB", cost.bytes);
    assert_eq!(terminal.start(&place.repository()).0, 2);
}

#[test]
fn nothing_is_published_without_its_signatures_or_a_yes() {
    let mut place = Place::founded("signatures");
    place.pages(&program("first"));
    place.stage();
    place.do_("rollout ui-desktop 1 --share 100");
    let before = fs::read(place.repository().join("metadata/timestamp.json")).unwrap_or_default();
    let lacking = |place: &mut Place, has: usize| match place.publish() {
        Err(Failure::NotSigned {
            role,
            has: found,
            needed: 2,
            ..
        }) => assert_eq!((role.as_str(), found), ("ui-desktop", has)),
        other => panic!("{other:?}"),
    };
    lacking(&mut place, 0);
    place.sign(&["d1"]);
    lacking(&mut place, 1);
    place.sign(&["d1"]);
    lacking(&mut place, 1);
    assert!(
        matches!(place.run("sign --key @office/keys/halt.json"), Err(Failure::Nothing(_))),
        "it counts for none"
    );
    place.sign(&["d2"]);
    place.person.agrees = false;
    assert!(matches!(place.publish(), Err(Failure::SaidNo)));
    assert_eq!(
        fs::read(place.repository().join("metadata/timestamp.json")).unwrap_or_default(),
        before
    );
    place.person.agrees = true;
    // What is changed after it was signed needs new signatures.
    place.do_("rollout ui-desktop 1 --share 50");
    lacking(&mut place, 0);
    place.sign(&["d1", "d2"]);
    assert!(
        matches!(
            place.run("publish --key @office/keys/d1.json"),
            Err(Failure::NotSigned { .. })
        ),
        "not an online key"
    );
    place.publish().unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_halt_needs_its_own_key_alone_and_a_revocation_takes_back() {
    let mut place = Place::founded("halt");
    place.pages(&program("first"));
    place.stage();
    place.do_("rollout ui-desktop 1 --share 100");
    place.sign(&["d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    let (early, late) = (place.terminal("early"), place.terminal("late"));
    assert!(early.start(&place.repository()).1.is_ok());
    assert_eq!(early.start(&place.repository()).0, 1);
    place.do_("halt ui-desktop 1");
    place.sign(&["halt"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(late.start(&place.repository()).1, Ok(Outcome::UpToDate));
    assert_eq!(early.start(&place.repository()), (1, Ok(Outcome::UpToDate)));
    place.do_("revoke ui-desktop 1");
    place.sign(&["halt"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert!(early.start(&place.repository()).1.is_ok());
    assert_eq!(early.start(&place.repository()).0, 0);
    place.do_("halt ui-desktop 1");
    assert!(
        fs::read_to_string(place.root.join("office/targets/halts/ui-desktop.halts.json"))
            .is_ok_and(|text| text.contains("\"revoked\":true"))
    );
}

#[test]
fn a_key_is_rotated_in_band_and_the_old_one_counts_nowhere() {
    let mut place = Place::founded("rotate");
    let terminal = place.terminal("terminal");
    assert!(terminal.start(&place.repository()).1.is_ok());
    place.do_("rotate root r3 r4");
    place.sign(&["r1", "r2", "r4"]);
    let short = place.publish();
    assert!(
        matches!(&short, Err(Failure::NotSigned { role, .. }) if role == "root"),
        "three of the old ones too: {short:?}"
    );
    place.sign(&["r3"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(terminal.start(&place.repository()).1, Ok(Outcome::UpToDate));
    place.do_("rotate ui-desktop d3 d4");
    place.sign(&["t1", "t2", "d1", "d4"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    place.pages(&program("first"));
    place.stage();
    assert!(matches!(
        place.run("sign --key @office/keys/d3.json"),
        Err(Failure::Nothing(_))
    ));
    place.do_("rollout ui-desktop 1 --share 100");
    place.sign(&["d4", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(
        terminal.start(&place.repository()).1,
        Ok(Outcome::Staged { release: 1, .. })
    ));
    assert!(matches!(place.run("rotate root r3 r9"), Err(Failure::NoKey(..))));
}

#[test]
fn a_timestamp_that_nobody_signs_anew_stops_updates_and_status_says_so_before() {
    let mut place = Place::founded("status");
    let terminal = place.terminal("terminal");
    let status = |place: &mut Place| {
        place.person.said.clear();
        place.do_("status");
        place.person.said.join("\n")
    };
    assert!(!status(&mut place).contains("END"), "{:?}", place.person.said);
    place.person.now = day(2);
    *terminal.now.0.lock().unwrap_or_else(PoisonError::into_inner) = day(2);
    assert!(status(&mut place).contains("HAS ENDED"));
    let frozen = terminal.start(&place.repository()).1;
    assert!(
        matches!(frozen, Err(UpdateError::Trust(TrustError::Expired(_)))),
        "{frozen:?}"
    );
    place.do_("refresh --key @office/keys/online.json");
    assert_eq!(terminal.start(&place.repository()).1, Ok(Outcome::UpToDate));
    place.person.now = day(80);
    assert!(
        status(&mut place).contains("ENDS IN 10 DAYS"),
        "{:?}",
        place.person.said
    );
}

#[test]
fn a_stick_has_all_that_a_terminal_needs_and_what_is_missing_is_said() {
    let mut place = Place::founded("export");
    place.pages(&program("first"));
    place.stage();
    place.do_("rollout ui-desktop 1 --share 100");
    place.sign(&["d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    place.do_("export @stick");
    let terminal = place.terminal("terminal");
    let stick = place.root.join("stick");
    assert!(matches!(
        terminal.start(&stick).1,
        Ok(Outcome::Staged { release: 1, .. })
    ));
    assert_eq!(terminal.start(&stick).0, 1);
    let blobs = fs::read_dir(place.repository().join("blobs")).unwrap_or_else(|error| panic!("{error}"));
    for blob in blobs {
        let _ = fs::remove_file(blob.unwrap_or_else(|error| panic!("{error}")).path());
    }
    assert!(matches!(place.run("export @stick2"), Err(Failure::Damaged { .. })));
    assert!(!place.root.join("stick2").exists());
}

#[test]
fn a_key_on_the_disk_is_opened_by_its_passphrase_alone() {
    let mut place = Place::founded("keys");
    let file = fs::read_to_string(place.root.join("office/keys/r1.json")).unwrap_or_default();
    assert!(
        file.contains("\"sealed\"") && file.contains("\"name\": \"r1\""),
        "{file}"
    );
    // Something to sign.
    place.do_("add-key root r5");
    place.person.passphrase = "another passphrase";
    assert!(
        matches!(place.run("sign --key @office/keys/r1.json"), Err(Failure::WrongPassphrase(name)) if name == "r1")
    );
    place.person.passphrase = "short";
    assert!(matches!(place.run("add-key root r9"), Err(Failure::ShortPassphrase)));
    place.person.passphrase = "correct horse battery";
    // Whoever changes the public part gets no signature of it.
    let other = fs::read_to_string(place.root.join("office/keys/r2.json")).unwrap_or_default();
    let public = |file: &str| {
        let value: serde_json::Value = serde_json::from_str(file).unwrap_or_default();
        value["public"].as_str().unwrap_or_default().to_owned()
    };
    let forged = file.replace(&public(&file), &public(&other));
    fs::write(place.root.join("office/keys/r1.json"), forged).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(
        place.run("sign --key @office/keys/r1.json"),
        Err(Failure::WrongPassphrase(_))
    ));
}

#[test]
fn a_share_that_grows_keeps_its_draw() {
    let mut place = Place::founded("share");
    place.pages(&program("first"));
    place.stage();
    // What is offered, and what was said of it.
    let rollout = |place: &mut Place, terms: &str| {
        place.person.said.clear();
        place.do_(&format!("rollout ui-desktop 1 {terms}"));
        let policy = crate::office::Office::new(&place.root.join("office")).policy("ui-desktop");
        let offers = policy.map(|policy| policy.offers).unwrap_or_default();
        (offers[0].clone(), place.person.said.clone())
    };
    let terms = "--channel early --hall lanchuan-01 --kind desktop --core-first 1.2.0 --forced";
    let (first, _) = rollout(&mut place, &format!("--share 10 {terms}"));
    assert!(first.forced && first.halls == ["lanchuan-01"], "{first:?}");
    // A share that grows reaches nobody else.
    let (grown, said) = rollout(&mut place, "--share 50");
    let expected = Offer { share: 50, ..first };
    assert_eq!(grown, expected);
    let lines = [
        "release 1 of ui-desktop is for 50 % (before: 10 %), once signed and published",
        "  channels: early",
        "  halls: lanchuan-01",
        "  kinds: desktop",
        "  versions of the core: from 1.2.0 on",
        "  forced: yes",
    ];
    assert_eq!(said, lines);
    let (moved, said) = rollout(&mut place, "--share 50 --hall lanchuan-02");
    let expected = Offer {
        halls: vec!["lanchuan-02".to_owned()],
        ..grown
    };
    assert_eq!(moved, expected);
    assert_eq!(said[2], "  halls: lanchuan-02 (before: lanchuan-01)");
    // Only who says so widens it, and is told how far.
    let (wide, said) = rollout(&mut place, "--share 100 --everywhere --channel stable");
    let expected = Offer {
        share: 100,
        channels: vec!["stable".to_owned()],
        halls: Vec::new(),
        terminals: Vec::new(),
        core_first: None,
        forced: false,
        ..moved
    };
    assert_eq!(wide, expected);
    let lines = [
        "  channels: stable (before: early)",
        "  halls: all (before: lanchuan-02)",
        "  kinds: all (before: desktop)",
        "  versions of the core: all (before: from 1.2.0 on)",
        "  forced: no (before: yes)",
    ];
    assert_eq!(said[1..], lines);
    assert!(matches!(
        place.run("rollout ui-desktop 7 --share 50"),
        Err(Failure::NoRelease(_, 7))
    ));
    assert!(matches!(
        place.run("rollout ui-kiosk 1 --share 50"),
        Err(Failure::NoRole(..))
    ));
}

#[test]
fn what_cannot_be_in_a_bundle_and_an_office_that_is_there_are_said() {
    let mut place = Place::founded("refusals");
    assert!(matches!(
        place.run("init --terminal ui-desktop"),
        Err(Failure::NotEmpty(_))
    ));
    place.pages(&program("first"));
    let _ = fs::write(place.root.join("pages/.hidden"), b"x");
    let staged = place.run("stage ui-desktop @pages --version 1.0.0 --revision 0123abc --profile desktop");
    assert!(matches!(staged, Err(Failure::NotInABundle(_))));
    let _ = fs::remove_file(place.root.join("pages/.hidden"));
    let staged = place.run("stage ui-desktop @pages --version 1.0.0 --revision main --profile desktop");
    assert!(matches!(staged, Err(Failure::Mistake(..))), "terminals would refuse it");
}

#[test]
fn what_the_build_says_of_its_pages_is_taken_and_not_contradicted() {
    let mut place = Place::founded("built");
    place.pages(&program("first"));
    let stage = "stage ui-desktop @pages --version 1.0.0 --profile desktop";
    assert!(matches!(place.run(stage), Err(Failure::Nothing(_))), "of no commit");
    let facts = place.root.join("pages/facts.json");
    let says = |text: &str| fs::write(&facts, text).unwrap_or_else(|error| panic!("{error}"));
    says(r#"{"format":2}"#);
    assert!(matches!(place.run(stage), Err(Failure::Damaged { .. })));
    let revision = "3f2a0b1c4d5e6f708192a3b4c5d6e7f801234567";
    says(&format!(
        r#"{{"data":[1,2],"flavour":"shell","format":1,"protocol":[2,3],"revision":"{revision}"}}"#
    ));
    for (words, fact, said, built) in [
        ("--revision 0123abc", "revision", "0123abc", revision),
        ("--protocol 1-1", "protocol", "1-1", "2-3"),
        ("--data 2", "data", "2-2", "1-2"),
        ("--flavour web", "flavour", "web", "shell"),
    ] {
        let refused = place.run(&format!("{stage} {words}"));
        let Err(error) = refused else { panic!("{words}") };
        assert_eq!(
            error.to_string(),
            format!("updates/not_as_built: `--{fact}` says {said}, and the pages were built as {built}")
        );
    }
    for agrees in ["", " --revision 3f2a0b1c --protocol 2-3 --data 1-2 --flavour shell"] {
        place.do_(&format!("{stage}{agrees}"));
    }
    for release in [1, 2] {
        let manifest = place
            .root
            .join(format!("office/targets/ui-desktop/ui-desktop.{release}.json"));
        let bytes = fs::read(manifest).unwrap_or_else(|error| panic!("{error}"));
        let manifest = Manifest::read(&bytes).unwrap_or_else(|mistake| panic!("{mistake}"));
        assert_eq!(manifest.revision, revision);
        assert_eq!(manifest.protocol, Range { first: 2, last: 3 });
        assert_eq!(manifest.data, Range { first: 1, last: 2 });
        assert!(manifest.file("facts.json").is_none(), "it is no part of the bundle");
    }
}
