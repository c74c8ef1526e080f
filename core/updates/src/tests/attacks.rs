//! Attacks on what is signed. Whoever holds the mirror, and some keys, comes no further than this.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_bundle::{Block, Hash};

use super::{City, Terminal, fresh, shown};
use crate::disk::Disk as _;
use crate::machine::{Kept, Release};
use crate::mirror::FetchError;
use crate::testing::{FaultyDisk, Files, Layout, bundle, day, offer, settings, wait};
use crate::trust::{MetadataFolder, SigstoreTrust, Trust as _, TrustError};
use crate::{Outcome, Settings, UpdateError};

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

/// The settings of a terminal that looks each time whether what it opens was signed, as every shell does.
fn looks(city: &City) -> Settings {
    Settings {
        root: Some(city.root.clone()),
        ..settings()
    }
}

/// One that does so, as it comes from the factory; its first page is shown.
fn fresh_with_root(city: &City) -> Terminal<FaultyDisk> {
    let disk = Arc::<FaultyDisk>::default();
    let terminal = Terminal::with(disk, looks(city));
    terminal.updates.boot();
    terminal
}

/// One that does so, whose release 11 is good.
fn with_root(city: &City) -> Terminal<FaultyDisk> {
    let terminal = fresh_with_root(city);
    assert!(matches!(terminal.staged(city), Outcome::Staged { release: 11, .. }));
    good(terminal)
}

/// It starts again, and its page comes up.
fn good(terminal: Terminal<FaultyDisk>) -> Terminal<FaultyDisk> {
    let terminal = terminal.restart();
    let page = terminal.updates.boot();
    assert_eq!(shown(&page), 11);
    terminal.updates.ready(page.nonce);
    terminal
}

/// What a city that is published proves of its releases.
fn proof(city: &City) -> Vec<u8> {
    let files = city.mirror.files();
    let text = |name: &str| String::from_utf8_lossy(&files.metadata[name]).into_owned();
    let mut documents = BTreeMap::from([("timestamp.json".to_owned(), text("timestamp.json"))]);
    for role in ["snapshot", "targets", "ui-desktop"] {
        let version = city.repository.versions[role];
        documents.insert(format!("{role}.json"), text(&format!("{version}.{role}.json")));
    }
    serde_json::to_vec(&documents).unwrap_or_default()
}

#[test]
fn whoever_writes_into_the_folder_of_updates_makes_no_page_of_what_was_not_signed() {
    let city = city();
    let mut terminal = with_root(&city);
    let good = terminal.updates.state().kept;
    let write = |terminal: &Terminal<FaultyDisk>, path: &str, content: &[u8]| {
        let written = terminal.disk.write(path, content);
        written.unwrap_or_else(|error| panic!("{path}: {error}"));
    };
    let Some(eleven) = good.committed else {
        panic!("11 is good")
    };
    let its_proof = terminal.disk.read(&format!("proofs/{}", eleven.manifest), u64::MAX);
    let its_proof = its_proof.ok().flatten().unwrap_or_else(|| panic!("11 has its proof"));
    // A release of theirs lies there, whole, and is said to be good; a repository of theirs names it, under the same root.
    let (manifest, blobs) = bundle(12, &[]);
    let bytes = manifest.to_bytes();
    let hash = Hash::of(&bytes);
    let mut theirs = City::new();
    for role in ["targets", "ui-desktop", "snapshot", "timestamp"] {
        theirs.repository.signs.insert(role, vec!["a thief", "another thief"]);
    }
    theirs.release(12, &[]);
    let mut signed = City::new();
    signed.release(12, &[]);
    for (what, proof, number, shows) in [
        ("no proof", None, 12, 0),
        ("none that can be read", Some(b"{".to_vec()), 12, 0),
        ("nothing in it", Some(b"{}".to_vec()), 12, 0),
        ("that of another release", Some(its_proof), 12, 0),
        ("that of thieves", Some(proof(&theirs)), 12, 0),
        ("another number", Some(proof(&signed)), 13, 0),
        // So that each of those above is known to fail for its own reason.
        ("that of the city", Some(proof(&signed)), 12, 12),
    ] {
        write(&terminal, &format!("releases/{hash}"), &bytes);
        for (blob, content) in &blobs {
            write(&terminal, &format!("blobs/{blob}"), content);
        }
        let place = format!("proofs/{hash}");
        match proof {
            Some(proof) => write(&terminal, &place, &proof),
            None => terminal.disk.remove(&place).unwrap_or_else(|error| panic!("{error}")),
        }
        let kept = Kept {
            committed: Some(Release {
                number,
                ..Release::of(&manifest, hash)
            }),
            ..good.clone()
        };
        write(&terminal, "state.json", &kept.to_bytes());
        terminal = terminal.restart();
        assert_eq!(shown(&terminal.updates.boot()), shows, "{what}");
    }
}

#[test]
fn what_was_signed_is_shown_whatever_became_of_its_signatures_since() {
    let mut city = city();
    let terminal = with_root(&city);
    // Other keys count now, and the release is named nowhere any more.
    let roles = &mut city.repository.roles;
    roles.insert("ui-desktop", Layout::new(&["desktop 4", "desktop 5"], 2));
    roles.insert("targets", Layout::new(&["targets 3"], 1));
    city.repository.targets.clear();
    city.policy.offers.clear();
    city.repository.publish_root(&mut city.mirror.files());
    city.publish();
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    let terminal = terminal.restart();
    terminal.days_later(4_000);
    assert_eq!(shown(&terminal.updates.boot()), 11);
}

#[test]
fn what_one_terminal_took_under_a_later_root_is_shown_by_a_program_with_the_first() {
    let mut city = City::new();
    city.repository
        .roles
        .insert("targets", Layout::new(&["targets 3", "targets 4"], 2));
    // More than are followed at once.
    for _ in 0..40 {
        city.repository.publish_root(&mut city.mirror.files());
    }
    city.release(11, &[]);
    let terminal = fresh_with_root(&city);
    assert!(terminal.check(&city).is_err(), "the rest comes with the next check");
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 11, .. }));
    assert_eq!(shown(&good(terminal).restart().updates.boot()), 11);
}

/// How many things lie there with what shows that they were signed.
fn proofs(terminal: &Terminal<FaultyDisk>) -> usize {
    let names = terminal.disk.names();
    names.iter().filter(|name| name.starts_with("proofs/")).count()
}

/// A terminal on which a program of before, which kept no such thing, has release 11.
fn of_before(city: &City) -> Terminal<FaultyDisk> {
    let terminal = good(seen(city));
    assert_eq!(proofs(&terminal), 0);
    terminal
}

#[test]
fn what_a_program_of_before_took_is_shown_by_the_next_one_and_then_lies_there_with_its_signatures() {
    let mut city = city();
    city.repository
        .add("ui-desktop", "ui-desktop.catalog.json", b"signed".to_vec());
    city.publish();
    let terminal = of_before(&city);
    let terminal = Terminal::with(terminal.disk, looks(&city));
    assert_eq!(shown(&terminal.updates.boot()), 11);
    assert_eq!(terminal.updates.catalog(), Some(b"signed".to_vec()));
    assert_eq!(proofs(&terminal), 1, "of the release");
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    assert_eq!(proofs(&terminal), 2, "and of the catalog");
    // It is named nowhere any more.
    city.repository.targets.clear();
    city.policy.offers.clear();
    city.publish();
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 11);
    assert_eq!(terminal.updates.catalog(), None);
}

#[test]
fn what_a_program_of_before_took_and_nothing_shows_is_let_go_and_the_next_release_comes() {
    let mut city = city();
    let terminal = of_before(&city);
    city.repository.targets.clear();
    city.policy.offers.clear();
    city.publish();
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    let terminal = Terminal::with(terminal.disk, looks(&city));
    assert_eq!(shown(&terminal.updates.boot()), 0);
    city.release(12, &[11]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 12, .. }));
    assert_eq!(shown(&terminal.restart().updates.boot()), 12);
}

#[test]
fn what_could_not_be_shown_later_is_not_taken() {
    let city = city();
    let terminal = fresh_with_root(&city);
    // What is verified lies elsewhere.
    let elsewhere = MetadataFolder::at_the_root(Arc::clone(&terminal.disk));
    let trust = SigstoreTrust::new(&city.root, elsewhere, city.mirror.clone());
    let mut trust = trust.unwrap_or_else(|error| panic!("{error}"));
    let checked = wait(terminal.updates.check(&mut trust, city.mirror.as_ref()));
    assert_eq!(checked.err(), Some(UpdateError::Fetch(FetchError::Disk)));
    assert_eq!(terminal.updates.state().kept.staged, None);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 11, .. }));
}

#[test]
fn roots_that_another_root_left_behind_do_not_count() {
    let mut city = city();
    let terminal = with_root(&city);
    let mut other = City::new();
    other
        .repository
        .roles
        .insert("root", Layout::new(&["root 4", "root 5", "root 6"], 2));
    let left = other.repository.publish_root(&mut other.mirror.files());
    let written = terminal.disk.write("tuf/root_history/2.root.json", &left);
    written.unwrap_or_else(|error| panic!("{error}"));
    city.release(12, &[11]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 12, .. }));
    assert_eq!(shown(&terminal.restart().updates.boot()), 12);
}

#[test]
fn a_catalog_or_kiosks_that_somebody_wrote_there_are_not_believed() {
    let mut city = city();
    let kiosks =
        |version: u64| format!(r#"{{"format":1,"kiosks":[{{"theme":"dark"}}],"version":{version}}}"#).into_bytes();
    city.repository
        .add("ui-desktop", "ui-desktop.catalog.json", b"signed".to_vec());
    city.repository.add("ui-desktop", "ui-desktop.kiosks.json", kiosks(1));
    city.publish();
    let terminal = with_root(&city);
    let told = |terminal: &Terminal<FaultyDisk>| {
        let kiosks = terminal.updates.kiosks().map(|kiosks| kiosks.version);
        // As a program reads it that is about to start.
        let kept = crate::kept_kiosks(&terminal.disk, "ui-desktop", &city.root).map(|kiosks| kiosks.version);
        assert_eq!(kept, kiosks);
        (terminal.updates.catalog(), kiosks)
    };
    assert_eq!(told(&terminal), (Some(b"signed".to_vec()), Some(1)));
    // Also after what no release needs was taken away, twice over.
    let terminal = terminal.restart();
    terminal.updates.boot();
    assert_eq!(told(&terminal), (Some(b"signed".to_vec()), Some(1)));
    assert_eq!(
        crate::kept_kiosks(&terminal.disk, "ui-kiosk", &city.root),
        None,
        "of another kind of terminal"
    );
    for (name, content) in [("catalog.json", b"written".to_vec()), ("kiosks.json", kiosks(2))] {
        let written = terminal.disk.write(name, &content);
        written.unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(told(&terminal), (None, None));
    // What was signed is fetched again.
    let terminal = terminal.restart();
    terminal.updates.boot();
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    assert_eq!(told(&terminal), (Some(b"signed".to_vec()), Some(1)));
}
