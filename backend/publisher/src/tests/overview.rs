//! What whoever looks after a repository sees of it, and a stick of another day.

use std::fs;

use onehall_updates::trust::TrustError;
use onehall_updates::{Outcome, UpdateError};

use super::{Place, day, program};
use crate::{Stopped, published};

#[test]
fn what_is_published_is_seen_and_what_is_drafted_is_not() {
    let mut place = Place::founded("overview");
    let seen = |place: &Place| {
        let all = published(&place.repository()).unwrap_or_else(|error| panic!("{error}"));
        let line = |one: crate::Published| (one.release, one.offer.map(|offer| offer.share), one.stopped);
        all.into_iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(seen(&place), []);
    for text in ["first", "second", "third"] {
        place.pages(&program(text));
        place.stage();
    }
    place.do_("rollout ui-desktop 1 --share 100");
    place.do_("rollout ui-desktop 3 --share 10 --channel early");
    place.sign(&["d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    place.do_("rollout ui-desktop 3 --share 50");
    assert_eq!(
        seen(&place),
        [(3, Some(10), None), (2, None, None), (1, Some(100), None)]
    );
    place.do_("halt ui-desktop 3");
    place.do_("revoke ui-desktop 1");
    assert_eq!(seen(&place)[0], (3, Some(10), None), "nobody has signed it");
    place.sign(&["halt", "d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    let stopped = [
        (3, Some(50), Some(Stopped::Halted)),
        (2, None, None),
        (1, Some(100), Some(Stopped::Revoked)),
    ];
    assert_eq!(seen(&place), stopped);
    place.do_("revoke ui-desktop 3");
    place.sign(&["halt"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(seen(&place)[0].2, Some(Stopped::Revoked));
    assert!(published(&place.root.join("nowhere")).is_ok_and(|all| all.is_empty()));
    let _ = fs::write(place.repository().join("metadata/timestamp.json"), b"{");
    assert!(published(&place.repository()).is_err());
}

#[test]
fn a_stick_of_another_day_is_refused_and_said_and_what_runs_goes_on() {
    let mut place = Place::founded("sticks");
    for (text, release) in [("first", 1), ("second", 2)] {
        place.pages(&program(text));
        place.stage();
        place.do_(&format!("rollout ui-desktop {release} --share 100"));
        place.sign(&["d1", "d2"]);
        place.publish().unwrap_or_else(|error| panic!("{error}"));
        place.do_(&format!("export @stick{release}"));
    }
    let root = place.root.clone();
    let stick = |number: u64| root.join(format!("stick{number}"));
    let terminal = place.terminal("terminal");
    assert!(matches!(
        terminal.start(&stick(2)).1,
        Ok(Outcome::Staged { release: 2, .. })
    ));
    let (shown, older) = terminal.start(&stick(1));
    assert!(
        matches!(&older, Err(UpdateError::Trust(TrustError::Rollback(_)))),
        "{older:?}"
    );
    assert_eq!(shown, 2);
    // What a stick brought counts against a server, too.
    let server = place.root.join("stick1");
    assert!(terminal.start(&server).1.is_err());
    // A true one that lay in a drawer for too long.
    *terminal.now.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = day(2);
    let (shown, old) = terminal.start(&stick(2));
    assert!(
        matches!(&old, Err(UpdateError::Trust(TrustError::Expired(_)))),
        "{old:?}"
    );
    assert_eq!(shown, 2);
    // One that was taken out while it was written: what would make it count is not on it.
    let torn = place.root.join("torn");
    let written = fs::create_dir_all(&torn).and_then(|()| fs::write(torn.join("targets"), b"no folder"));
    written.unwrap_or_else(|error| panic!("{error}"));
    assert!(place.run("export @torn").is_err());
    assert!(!torn.join("metadata/timestamp.json").exists());
    // One that lost what it needs.
    let blobs = fs::read_dir(stick(2).join("blobs")).unwrap_or_else(|error| panic!("{error}"));
    for blob in blobs.flatten() {
        let _ = fs::remove_file(blob.path());
    }
    assert!(place.terminal("another").start(&stick(2)).1.is_err());
}

#[test]
fn a_catalog_goes_with_the_pages_and_onto_a_stick() {
    let mut place = Place::founded("catalog");
    let write = |place: &Place, text: &str| {
        fs::write(place.root.join("catalog.json"), text).unwrap_or_else(|error| panic!("{error}"));
    };
    for wrong in [
        "{}",
        r#"{"format":2,"catalog":{"version":"a"},"documents":[]}"#,
        r#"{"format":1,"documents":[]}"#,
    ] {
        write(&place, wrong);
        assert!(place.run("catalog ui-desktop @catalog.json").is_err(), "{wrong}");
    }
    let catalog = r#"{"format":1,"catalog":{"version":"a"},"documents":[]}"#;
    write(&place, catalog);
    place.do_("catalog ui-desktop @catalog.json");
    place.sign(&["d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    place.do_("export @stick");
    let terminal = place.terminal("terminal");
    assert_eq!(terminal.start(&place.root.join("stick")).1, Ok(Outcome::UpToDate));
    assert_eq!(terminal.updates().catalog().as_deref(), Some(catalog.as_bytes()));
}

#[test]
fn what_kiosks_are_told_is_signed_in_its_one_form_and_what_cannot_be_is_not_drafted() {
    let mut place = Place::founded("kiosks");
    let write = |place: &Place, text: &str| {
        fs::write(place.root.join("kiosks.json"), text).unwrap_or_else(|error| panic!("{error}"));
    };
    write(
        &place,
        r#"{ "format": 1, "version": 1, "kiosks": [{ "theme": "pink" }] }"#,
    );
    let refused = place
        .run("kiosks ui-desktop @kiosks.json")
        .map_err(|error| error.to_string());
    assert!(refused.is_err_and(|error| error.contains("kiosks[0].theme")));
    write(
        &place,
        r#"{ "version": 1, "format": 1, "kiosks": [{ "theme": "dark" }] }"#,
    );
    place.do_("kiosks ui-desktop @kiosks.json");
    place.sign(&["d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
    place.do_("export @stick");
    let terminal = place.terminal("terminal");
    assert_eq!(terminal.start(&place.root.join("stick")).1, Ok(Outcome::UpToDate));
    let told = terminal.updates().kiosks().map(|kiosks| kiosks.of("central", 3).theme);
    assert_eq!(told, Some(Some(onehall_bundle::Theme::Dark)));
}
