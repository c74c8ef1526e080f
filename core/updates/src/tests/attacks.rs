//! Attacks on what is signed. Whoever holds the mirror, and some keys, comes no further than this.

use onehall_bundle::{Block, Hash};

use super::{City, Terminal, fresh, shown};
use crate::testing::{FaultyDisk, Files, Layout, bundle, day, offer, wait};
use crate::trust::{Trust as _, TrustError};
use crate::{Outcome, UpdateError};

/// A terminal that has seen release 11.
fn seen(city: &City) -> Terminal<FaultyDisk> {
    let terminal = fresh();
    terminal.updates.boot();
    assert!(matches!(terminal.staged(city), Outcome::Staged { .. }));
    terminal
}

fn city() -> City {
    let mut city = City::new();
    city.release(11, &[]);
    city
}

/// Why a check is refused. What was shown before is shown after it.
fn refused(terminal: Terminal<FaultyDisk>, city: &City) -> UpdateError {
    let staged = terminal.updates.state().kept.staged;
    let error = match terminal.check(city) {
        Ok(outcome) => panic!("{outcome:?}"),
        Err(error) => error,
    };
    assert_eq!(terminal.updates.state().kept.staged, staged, "{error}");
    let terminal = terminal.restart();
    assert_eq!(
        shown(&terminal.updates.boot()),
        staged.map_or(0, |release| release.number)
    );
    error
}

fn trust(error: UpdateError) -> TrustError {
    match error {
        UpdateError::Trust(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn rollback_to_an_older_timestamp_is_refused() {
    let mut city = city();
    let old = city.mirror.files().clone();
    city.release(12, &[]);
    let terminal = seen(&city);
    *city.mirror.files() = old;
    assert!(matches!(trust(refused(terminal, &city)), TrustError::Rollback(_)));
}

#[test]
fn a_repository_that_is_frozen_is_noticed_and_what_runs_goes_on() {
    let city = city();
    let terminal = seen(&city);
    terminal.days_later(8);
    assert!(matches!(trust(refused(terminal, &city)), TrustError::Expired(_)));
}

#[test]
fn a_terminal_without_a_clock_takes_the_last_time_that_was_signed_for() {
    let mut city = city();
    for role in ["root", "targets", "halts", "ui-desktop", "snapshot", "timestamp"] {
        city.repository.ends.insert(role, 30);
    }
    city.publish();
    let terminal = seen(&city);
    terminal.days_later(6);
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    city.repository.ends.insert("timestamp", 5);
    city.publish();
    terminal.days_later(-300);
    assert!(
        matches!(trust(refused(terminal, &city)), TrustError::Expired(_)),
        "day 6 was seen"
    );
}

#[test]
fn parts_of_two_days_are_not_mixed() {
    let mut city = city();
    let old = city.mirror.files().clone();
    city.release(12, &[]);
    // The targets of yesterday under the snapshot of today, and the snapshot of yesterday under the timestamp of today.
    for (new, from) in [
        ("3.ui-desktop.json", "2.ui-desktop.json"),
        ("3.snapshot.json", "2.snapshot.json"),
    ] {
        let right = city.mirror.files().metadata[new].clone();
        city.mirror
            .files()
            .metadata
            .insert(new.to_owned(), old.metadata[from].clone());
        let terminal = fresh();
        terminal.updates.boot();
        let error = terminal.check(&city);
        assert!(
            matches!(error, Err(UpdateError::Trust(TrustError::Mismatch(_)))),
            "{new}: {error:?}"
        );
        city.mirror.files().metadata.insert(new.to_owned(), right);
        assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 12, .. }));
    }
}

#[test]
fn another_key_too_few_keys_and_one_key_twice_do_not_count() {
    for (role, signs) in [
        ("timestamp", vec!["a thief"]),
        ("snapshot", vec!["a thief"]),
        ("targets", vec!["targets 1"]),
        ("ui-desktop", vec!["desktop 1"]),
        ("ui-desktop", vec!["desktop 1", "desktop 1"]),
        ("ui-desktop", vec!["desktop 1", "a thief"]),
        ("ui-desktop", vec!["targets 1", "targets 2"]),
        ("ui-desktop", vec!["online", "halt"]),
        ("targets", vec!["online", "online"]),
    ] {
        let mut city = city();
        let terminal = seen(&city);
        city.repository.signs.insert(role, signs.clone());
        city.release(12, &[]);
        let error = trust(refused(terminal, &city));
        assert!(
            matches!(error, TrustError::NotSigned(_)),
            "{role} by {signs:?}: {error}"
        );
    }
}

#[test]
fn a_root_that_its_predecessor_did_not_sign_is_refused_and_one_that_it_did_counts() {
    let mut city = city();
    let terminal = seen(&city);
    city.repository
        .roles
        .insert("root", Layout::new(&["thief 1", "thief 2"], 2));
    city.repository.publish_root(&mut city.mirror.files());
    city.publish();
    assert!(matches!(trust(refused(terminal, &city)), TrustError::NotSigned(_)));

    let mut city = super::City::new();
    city.release(11, &[]);
    let terminal = seen(&city);
    let old = ["root 1", "root 2", "root 3"];
    city.repository
        .roles
        .insert("root", Layout::new(&["new 1", "new 2", "new 3"], 2));
    city.repository
        .roles
        .insert("ui-desktop", Layout::new(&["desktop 4", "desktop 5"], 2));
    city.repository
        .signs
        .insert("root", ["new 1", "new 2"].into_iter().chain(old).collect());
    city.repository.publish_root(&mut city.mirror.files());
    city.repository.signs.remove("root");
    city.release(12, &[]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 12, .. }));
    city.repository.publish_root(&mut city.mirror.files());
    assert!(
        terminal.restart().check(&city).is_ok(),
        "the new keys alone sign the next one"
    );
}

#[test]
fn a_key_that_was_taken_out_signs_nothing_any_more() {
    let mut city = city();
    let terminal = seen(&city);
    city.repository
        .roles
        .insert("ui-desktop", Layout::new(&["desktop 3", "desktop 4"], 2));
    city.repository
        .signs
        .insert("ui-desktop", vec!["desktop 1", "desktop 2"]);
    city.release(12, &[]);
    assert!(matches!(trust(refused(terminal, &city)), TrustError::NotSigned(_)));
    city.repository.signs.remove("ui-desktop");
    city.publish();
    let terminal = seen(&city);
    assert!(matches!(terminal.updates.state().kept.staged, Some(release) if release.number == 12));
}

#[test]
fn the_blocking_key_offers_nothing_and_another_role_names_no_release() {
    let mut city = city();
    let (manifest, blobs) = bundle(12, &[]);
    city.mirror.files().blobs.extend(blobs);
    let mut evil = city.policy.clone();
    evil.offers.push(offer(&manifest));
    // It names targets outside of what was handed to it, and offers where it should block.
    city.repository.add("halts", "ui-desktop.rollout.json", evil.to_bytes());
    city.repository.add("halts", "ui-desktop.12.json", manifest.to_bytes());
    city.publish();
    let terminal = seen(&city);
    assert!(matches!(terminal.updates.state().kept.staged, Some(release) if release.number == 11));
    city.repository.add("halts", "ui-desktop.halts.json", evil.to_bytes());
    city.repository.publish(&mut city.mirror.files());
    assert!(matches!(refused(terminal, &city), UpdateError::Signed { .. }));
}

#[test]
fn nobody_takes_a_halt_away_by_signing_for_the_terminals() {
    let mut city = city();
    city.halts.blocks = vec![Block::Halted(Hash::of(&bundle(11, &[]).0.to_bytes()))];
    city.publish();
    city.repository.add(
        "ui-desktop",
        "ui-desktop.halts.json",
        onehall_bundle::Halts::default().to_bytes(),
    );
    city.repository.publish(&mut city.mirror.files());
    let terminal = fresh();
    terminal.updates.boot();
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
}

#[test]
fn another_manifest_or_a_manifest_with_another_number_is_refused() {
    let mut city = city();
    let (mut manifest, _) = bundle(12, &[]);
    city.repository
        .add("ui-desktop", "ui-desktop.12.json", manifest.to_bytes());
    manifest.revision = "fedcba9".to_owned();
    city.policy.offers.push(offer(&manifest));
    city.publish();
    let terminal = fresh();
    terminal.updates.boot();
    assert_eq!(refused(terminal, &city), UpdateError::OtherManifest(12));
    // The content of 11 under the number of 13, which would be a rollback that looks like an update.
    let mut old = offer(&bundle(11, &[]).0);
    old.release = 13;
    city.policy.offers = vec![old];
    city.repository
        .add("ui-desktop", "ui-desktop.13.json", bundle(11, &[]).0.to_bytes());
    city.publish();
    let terminal = fresh();
    terminal.updates.boot();
    assert_eq!(refused(terminal, &city), UpdateError::OtherManifest(13));
}

#[test]
fn wrong_contents_of_the_right_length_are_refused_whatever_way_they_come() {
    let city = city();
    let wrong = |files: &mut Files| {
        for content in files.blobs.values_mut() {
            content.iter_mut().for_each(|byte| *byte ^= 1);
        }
    };
    wrong(&mut city.mirror.files());
    let terminal = fresh();
    terminal.updates.boot();
    assert_eq!(
        refused(terminal, &city),
        UpdateError::Fetch(crate::mirror::FetchError::WrongContent)
    );
}

#[test]
fn a_policy_that_is_not_the_signed_one_is_refused_though_it_has_its_name_and_length() {
    let mut city = city();
    let terminal = seen(&city);
    city.release(12, &[]);
    let targets: Vec<String> = city.mirror.files().targets.keys().cloned().collect();
    for name in targets.iter().filter(|name| name.ends_with("rollout.json")) {
        let mut files = city.mirror.files();
        let policy = files.targets.get_mut(name).unwrap_or_else(|| panic!("{name}"));
        // Another salt: another draw.
        let text = String::from_utf8_lossy(policy).replace("salt 12", "salt 13");
        *policy = text.into_bytes();
    }
    assert_eq!(
        refused(terminal, &city),
        UpdateError::Fetch(crate::mirror::FetchError::WrongContent)
    );
}

#[test]
fn names_of_roles_and_targets_lead_nowhere() {
    let mut city = City::new();
    city.repository
        .roles
        .insert("../../evil", Layout::new(&["desktop 1"], 1));
    city.repository
        .roles
        .insert("root", city.repository.roles["root"].clone());
    city.repository.delegations.push(("../../evil", vec!["*"]));
    city.repository
        .add("../../evil", "../../../etc/passwd", b"content".to_vec());
    // The file of a role at a server has its name in one part.
    city.repository.publish(&mut city.mirror.files());
    let evil: Vec<(String, Vec<u8>)> = city.mirror.files().metadata.clone().into_iter().collect();
    for (name, content) in evil {
        city.mirror.files().metadata.insert(name.replace('/', "%2F"), content);
    }
    let terminal = fresh();
    let mut trust = terminal.trust(&city);
    let found = wait(async {
        trust.refresh(day(0)).await?;
        trust.find("../../../etc/passwd", day(0)).await
    });
    assert!(found.is_ok(), "{found:?}");
    for name in terminal.disk.names() {
        let name = name.trim_end_matches(".new");
        let parts: Vec<&str> = name.split('/').collect();
        assert!(parts.len() <= 3 && !parts.contains(&"..") && name.is_ascii(), "{name}");
    }
}

#[test]
fn metadata_that_is_none_is_refused_and_leaves_what_was_verified() {
    for garbage in [&b""[..], b"{}", b"null", b"<html>", br#"{"signed":{},"signatures":[]}"#] {
        let mut city = city();
        let terminal = seen(&city);
        city.release(12, &[]);
        city.mirror
            .files()
            .metadata
            .insert("timestamp.json".to_owned(), garbage.to_vec());
        let error = trust(refused(terminal, &city));
        assert!(matches!(error, TrustError::Malformed(_)), "{error}");
    }
}

#[test]
fn metadata_that_never_ends_is_cut_off() {
    let mut city = city();
    let terminal = seen(&city);
    city.release(12, &[]);
    let long = vec![b' '; 20 << 20];
    city.mirror.files().metadata.insert("timestamp.json".to_owned(), long);
    assert_eq!(
        trust(refused(terminal, &city)),
        TrustError::Fetch(crate::mirror::FetchError::TooLong)
    );
}
