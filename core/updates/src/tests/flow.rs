//! What happens where nobody is evil and nothing breaks, and where a page does.

use std::sync::Arc;

use onehall_bundle::{Blob, Block, Hash, Range, Version};

use super::{City, Terminal, fresh, shown};
use crate::disk::Folder;
use crate::machine::{Told, Unfit};
use crate::mirror::{FetchError, FolderMirror};
use crate::testing::{FaultyDisk, bundle, wait};
use crate::{Ask, Outcome, UpdateError};

/// A terminal on which a release is good.
fn with_good(city: &City, number: u64) -> Terminal<FaultyDisk> {
    let terminal = fresh();
    terminal.updates.boot();
    terminal.staged(city);
    let terminal = terminal.restart();
    let page = terminal.updates.boot();
    assert_eq!(shown(&page), number);
    terminal.updates.ready(page.nonce);
    terminal
}

#[test]
fn a_release_comes_is_tried_and_is_good() {
    let mut city = City::new();
    let terminal = fresh();
    assert_eq!(shown(&terminal.updates.boot()), 0);
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    city.release(11, &[]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 11, .. }));
    let terminal = terminal.restart();
    let page = terminal.updates.boot();
    assert_eq!(shown(&page), 11);
    terminal.updates.ready(page.nonce);
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 11);
}

#[test]
fn a_catalog_travels_beside_the_pages_and_is_what_was_signed() {
    let mut city = City::new();
    let terminal = fresh();
    terminal.updates.boot();
    terminal.staged(&city);
    assert_eq!(terminal.updates.catalog(), None);
    let carry = |city: &mut City, content: &[u8]| {
        city.repository
            .add("ui-desktop", "ui-desktop.catalog.json", content.to_vec());
        city.publish();
    };
    carry(&mut city, b"first");
    // It comes with a release, and where there is none.
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    assert_eq!(terminal.updates.catalog().as_deref(), Some(&b"first"[..]));
    carry(&mut city, b"second");
    city.release(11, &[]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 11, .. }));
    assert_eq!(terminal.updates.catalog().as_deref(), Some(&b"second"[..]));
    // What somebody wrote over it is replaced.
    let written = crate::disk::replace(&terminal.disk, "catalog.json", b"evil");
    written.unwrap_or_else(|error| panic!("{error}"));
    city.publish();
    terminal.staged(&city);
    assert_eq!(terminal.updates.catalog().as_deref(), Some(&b"second"[..]));
    // A mirror that gives another one is not believed, and asked again; pages come all the same.
    carry(&mut city, b"third");
    city.release(12, &[]);
    let name = format!("{}.ui-desktop.catalog.json", Hash::of(b"third"));
    city.mirror.files().targets.insert(name.clone(), b"t_ird".to_vec());
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 12, .. }));
    assert_eq!(terminal.updates.catalog().as_deref(), Some(&b"second"[..]));
    assert_eq!(
        terminal.check(&city).map(|_| ()),
        Err(UpdateError::Fetch(FetchError::WrongContent))
    );
    city.mirror.files().targets.insert(name, b"third".to_vec());
    terminal.staged(&city);
    assert_eq!(terminal.updates.catalog().as_deref(), Some(&b"third"[..]));
}

#[test]
fn what_kiosks_are_told_travels_and_what_cannot_be_read_leaves_what_was_told_before() {
    let mut city = City::new();
    let terminal = fresh();
    terminal.updates.boot();
    let carry = |city: &mut City, content: &str| {
        let content = content.as_bytes().to_vec();
        city.repository.add("ui-desktop", "ui-desktop.kiosks.json", content);
        city.publish();
    };
    let told = |terminal: &Terminal<FaultyDisk>| terminal.updates.kiosks().map(|kiosks| kiosks.version);
    carry(&mut city, r#"{"format":1,"kiosks":[{"theme":"dark"}],"version":1}"#);
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    assert_eq!(told(&terminal), Some(1));
    // Signed, and nothing that a kiosk understands: pages and catalog come all the same.
    city.repository
        .add("ui-desktop", "ui-desktop.catalog.json", b"catalog".to_vec());
    carry(&mut city, r#"{"format":1,"kiosks":[{"theme":"pink"}],"version":2}"#);
    let refused = terminal.check(&city).map(|_| ()).map_err(|error| error.to_string());
    let mistake = "ui-desktop.kiosks.json: kiosks[0].theme: is not `light` or `dark`";
    assert_eq!(refused, Err(mistake.to_owned()));
    assert_eq!((told(&terminal), terminal.updates.catalog().is_some()), (Some(1), true));
    city.release(11, &[]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 11, .. }));
    assert_eq!(told(&terminal), Some(1));
    // One that nobody signed is not looked at.
    carry(&mut city, r#"{"format":1,"kiosks":[],"version":3}"#);
    let signed = r#"{"format":1,"kiosks":[],"version":3}"#;
    let name = format!("{}.ui-desktop.kiosks.json", Hash::of(signed.as_bytes()));
    let other = signed.replace('3', "4").into_bytes();
    city.mirror.files().targets.insert(name.clone(), other);
    let error = terminal.check(&city).map(|_| ());
    assert_eq!(error, Err(UpdateError::Fetch(FetchError::WrongContent)));
    assert_eq!(told(&terminal), Some(1));
    city.mirror.files().targets.insert(name, signed.as_bytes().to_vec());
    terminal.staged(&city);
    assert_eq!(told(&terminal), Some(3));
}

#[test]
fn one_changed_text_costs_the_patch_and_what_is_inside_is_used_where_it_is() {
    let mut city = City::new();
    city.release(11, &[10]);
    let terminal = fresh();
    terminal.updates.boot();
    let Outcome::Staged { cost, .. } = terminal.staged(&city) else {
        panic!("nothing came")
    };
    assert_eq!(
        (cost.reused, cost.patched, cost.detours),
        (1, 1, 0),
        "style as it is, program by a patch, page anew"
    );
    assert!(cost.bytes < 300, "{} bytes for a program of 20,000", cost.bytes);
    let style = &crate::testing::contents(11)["assets/style.css"];
    assert!(
        !terminal.disk.names().contains(&format!("blobs/{}", Hash::of(style))),
        "it lies in the application"
    );
}

#[test]
fn a_check_with_nothing_new_is_one_request() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    city.mirror.files().asked.clear();
    city.mirror.files().sent = 0;
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    let files = city.mirror.files();
    assert_eq!(files.asked, ["timestamp.json"]);
    assert!(files.sent <= 2_048, "{} bytes", files.sent);
}

#[test]
fn a_check_that_saw_nothing_new_for_a_day_looks_at_everything_again() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    terminal.staged(&city);
    terminal.days_later(2);
    city.mirror.files().asked.clear();
    terminal.staged(&city);
    assert!(
        city.mirror.files().asked.contains(&"2.root.json".to_owned()),
        "also whether there is another root"
    );
}

#[test]
fn a_page_that_does_not_come_up_is_gone_after_two_starts_and_does_not_come_again() {
    let mut city = City::new();
    city.release(11, &[]);
    let mut terminal = with_good(&city, 11);
    city.release(12, &[11]);
    terminal.staged(&city);
    for expected in [12, 12, 11] {
        terminal = terminal.restart();
        assert_eq!(shown(&terminal.updates.boot()), expected);
    }
    assert_eq!(terminal.staged(&city), Outcome::UpToDate);
    let told = terminal.watch.told.lock().map(|told| told.clone()).unwrap_or_default();
    assert!(told.contains(&Told::RolledBack(12)), "{told:?}");
    city.release(13, &[11]);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 13, .. }));
}

#[test]
fn a_kiosk_changes_between_two_visits_in_a_new_web_view() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    assert_eq!(terminal.updates.quiet(), []);
    city.release(12, &[]);
    terminal.staged(&city);
    assert_eq!(terminal.updates.quiet(), [Ask::Rebuild]);
    let page = terminal.updates.boot();
    assert_eq!(shown(&page), 12);
    assert_eq!(terminal.updates.failed(page.nonce), [Ask::Rebuild]);
    let page = terminal.updates.boot();
    assert_eq!(terminal.updates.late(page.nonce), [Ask::Rebuild]);
    assert_eq!(shown(&terminal.updates.boot()), 11);
}

#[test]
fn a_download_that_broke_goes_on_where_it_ended() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = fresh();
    terminal.updates.boot();
    city.mirror.files().breaks_after = Some(4_000);
    let mut tries = 0;
    loop {
        tries += 1;
        match terminal.check(&city) {
            Ok((Outcome::Staged { .. }, _)) => break,
            Err(UpdateError::Fetch(FetchError::Unreachable)) => assert!(tries < 20, "it does not get on"),
            other => panic!("{other:?}"),
        }
    }
    assert!(tries > 2, "{tries}");
    let asked = city.mirror.files().asked.clone();
    assert!(asked.iter().any(|request| request.ends_with("+4000")), "{asked:?}");
}

#[test]
fn a_patch_that_is_missing_damaged_or_of_another_base_is_followed_by_the_whole_file() {
    for harm in 0..3 {
        let mut city = City::new();
        city.release(11, &[10]);
        let (manifest, _) = bundle(11, &[10]);
        let patch = manifest.files[0].patches[0].blob.sha256;
        match harm {
            0 => drop(city.mirror.files().blobs.remove(&patch)),
            1 => drop(city.mirror.files().blobs.insert(patch, b"damaged".to_vec())),
            _ => {
                let mut files = city.mirror.files();
                let length = files.blobs[&patch].len();
                files.blobs.insert(patch, vec![0; length]);
            }
        }
        let terminal = fresh();
        terminal.updates.boot();
        let Outcome::Staged { cost, .. } = terminal.staged(&city) else {
            panic!("nothing came")
        };
        assert_eq!(cost.detours, 1, "{harm}");
        let terminal = terminal.restart();
        assert_eq!(shown(&terminal.updates.boot()), 11);
    }
}

#[test]
fn a_patch_of_which_nothing_more_comes_is_followed_by_the_whole_file() {
    for place in [0, 10] {
        let mut city = City::new();
        city.release(11, &[10]);
        let patch = bundle(11, &[10]).0.files[0].patches[0].blob;
        assert!(patch.size > 10);
        city.mirror.files().stalls_at = Some((patch.sha256, place));
        let terminal = fresh();
        terminal.updates.boot();
        if place > 0 {
            // More of it came: it is gone on with, and nothing larger is asked for.
            let slow = terminal.check(&city).map(|_| ());
            assert_eq!(slow, Err(UpdateError::Fetch(FetchError::TooSlow)));
            let asked = city.mirror.files().asked.clone();
            assert_eq!(asked.iter().filter(|request| request.contains('+')).count(), 1);
        }
        let Outcome::Staged { cost, .. } = terminal.staged(&city) else {
            panic!("nothing came")
        };
        assert_eq!((cost.patched, cost.detours), (0, 1), "{place}");
        let names = terminal.disk.names();
        assert!(!names.iter().any(|name| name.starts_with("parts/")), "{names:?}");
        let terminal = terminal.restart();
        assert_eq!(shown(&terminal.updates.boot()), 11);
    }
}

#[test]
fn where_nobody_is_there_every_way_is_asked_once_and_the_next_check_finds_the_patch() {
    let mut city = City::new();
    city.release(11, &[10]);
    city.mirror.files().breaks_after = Some(0);
    let terminal = fresh();
    terminal.updates.boot();
    let away = terminal.check(&city).map(|_| ());
    assert_eq!(away, Err(UpdateError::Fetch(FetchError::Unreachable)));
    let asked = city.mirror.files().asked.clone();
    assert_eq!(asked.iter().filter(|request| request.contains('+')).count(), 3);
    city.mirror.files().breaks_after = None;
    let Outcome::Staged { cost, .. } = terminal.staged(&city) else {
        panic!("nothing came")
    };
    assert_eq!((cost.patched, cost.detours), (1, 0));
}

#[test]
fn a_bomb_in_a_patch_costs_its_few_bytes_and_the_whole_file_comes() {
    let frame = onehall_bundle::patch::make(b"", &vec![0; 8 << 20]).unwrap_or_default();
    // The same in what a patch says of numbers that moved, before the patch itself.
    let length = u32::try_from(frame.len() + 1).unwrap_or_default().to_le_bytes();
    let before = [&b"\x5b\x2a\x4d\x18"[..], &length, &[1], &frame].concat();
    for bomb in [frame, before] {
        let mut city = City::new();
        let (mut manifest, mut blobs) = bundle(11, &[10]);
        manifest.files[0].patches[0].blob = Blob::of(&bomb);
        blobs.insert(Hash::of(&bomb), bomb);
        city.mirror.files().blobs.extend(blobs);
        city.repository
            .add("ui-desktop", "ui-desktop.11.json", manifest.to_bytes());
        city.policy.offers.push(crate::testing::offer(&manifest));
        city.publish();
        let terminal = fresh();
        terminal.updates.boot();
        let Outcome::Staged { cost, .. } = terminal.staged(&city) else {
            panic!("nothing came")
        };
        assert_eq!((cost.patched, cost.detours), (0, 1));
        let terminal = terminal.restart();
        assert_eq!(shown(&terminal.updates.boot()), 11);
    }
}

#[test]
fn a_bundle_for_another_profile_a_browser_or_another_protocol_is_not_taken() {
    type Change = fn(&mut onehall_bundle::Manifest);
    let changes: [(Change, Unfit); 4] = [
        (|manifest| manifest.profiles = vec!["kiosk".to_owned()], Unfit::Profile),
        (
            |manifest| manifest.flavour = onehall_bundle::Flavour::Web,
            Unfit::Flavour,
        ),
        (
            |manifest| manifest.protocol = Range { first: 4, last: 5 },
            Unfit::Protocol,
        ),
        (|manifest| manifest.data = Range { first: 9, last: 9 }, Unfit::Data),
    ];
    for (change, unfit) in changes {
        let mut city = City::new();
        let (mut manifest, blobs) = bundle(11, &[]);
        change(&mut manifest);
        city.mirror.files().blobs.extend(blobs);
        city.repository
            .add("ui-desktop", "ui-desktop.11.json", manifest.to_bytes());
        city.policy.offers.push(crate::testing::offer(&manifest));
        city.publish();
        let terminal = fresh();
        terminal.updates.boot();
        assert_eq!(terminal.check(&city), Err(UpdateError::Unfit(11, unfit)));
        let terminal = terminal.restart();
        assert_eq!(shown(&terminal.updates.boot()), 0);
    }
}

#[test]
fn a_new_native_program_lets_go_what_it_does_not_understand() {
    let mut city = City::new();
    city.release(11, &[]);
    let mut terminal = with_good(&city, 11);
    terminal.settings.native.protocol = Range { first: 7, last: 8 };
    terminal.settings.native.core = Version([2, 0, 0]);
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 0);
}

#[test]
fn what_the_blocking_key_revoked_is_gone_and_the_one_before_is_back() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    city.halts.blocks = vec![Block::Revoked(Hash::of(&bundle(11, &[]).0.to_bytes()))];
    city.publish();
    let (_, asked) = terminal.check(&city).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(asked, [Ask::Interrupt]);
    assert_eq!(terminal.updates.quiet(), [Ask::Rebuild]);
    assert_eq!(shown(&terminal.updates.boot()), 0);
}

#[test]
fn a_disk_without_room_refuses_the_update_and_shows_what_there_is() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    city.release(12, &[]);
    terminal.disk.fill(true);
    assert_eq!(terminal.check(&city), Err(UpdateError::Fetch(FetchError::NoRoom)));
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 11);
    terminal.disk.fill(false);
    assert!(matches!(terminal.staged(&city), Outcome::Staged { release: 12, .. }));
    let mut small = terminal.restart();
    small.settings.room.disk = 1_000;
    let small = small.restart();
    city.release(13, &[]);
    small.updates.boot();
    assert_eq!(small.check(&city), Err(UpdateError::Fetch(FetchError::NoRoom)));
}

#[test]
fn what_somebody_changes_on_the_disk_becomes_no_page() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    let page = &crate::testing::contents(11)["assets/app.wasm"];
    terminal.disk.damage(&format!("blobs/{}", Hash::of(page)));
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 0);
    assert!(
        matches!(terminal.staged(&city), Outcome::Staged { release: 11, .. }),
        "and it comes again"
    );
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 11);
}

#[test]
fn old_releases_leave_the_disk() {
    let mut city = City::new();
    city.release(11, &[]);
    let terminal = with_good(&city, 11);
    city.release(12, &[]);
    terminal.staged(&city);
    let terminal = terminal.restart();
    terminal.updates.ready(terminal.updates.boot().nonce);
    let old = &crate::testing::contents(11)["assets/app.wasm"];
    let names = terminal.disk.names();
    assert!(!names.contains(&format!("blobs/{}", Hash::of(old))), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("parts/")), "{names:?}");
}

#[test]
fn a_stick_is_a_mirror_and_the_verifier_is_the_same() {
    let mut city = City::new();
    city.release(11, &[]);
    let root = std::env::temp_dir().join(format!("onehall-stick-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    let write = |folder: &str, name: String, content: &[u8]| {
        let place = root.join(folder);
        let done = std::fs::create_dir_all(&place).and_then(|()| std::fs::write(place.join(name), content));
        done.unwrap_or_else(|error| panic!("{error}"));
    };
    let files = city.mirror.files().clone();
    files
        .metadata
        .iter()
        .for_each(|(name, content)| write("metadata", name.clone(), content));
    files
        .targets
        .iter()
        .for_each(|(name, content)| write("targets", name.clone(), content));
    files
        .blobs
        .iter()
        .for_each(|(name, content)| write("blobs", name.to_string(), content));
    let stick = Arc::new(FolderMirror::new(&root));
    let terminal = Terminal::new(Arc::new(Folder::new(root.join("terminal"))));
    terminal.updates.boot();
    let kept = crate::trust::MetadataFolder::beside(Arc::clone(&terminal.disk));
    let trust = crate::trust::SigstoreTrust::new(&city.root, kept, stick.clone());
    let mut trust = trust.unwrap_or_else(|error| panic!("{error}"));
    let outcome = wait(terminal.updates.check(&mut trust, stick.as_ref()));
    assert!(
        matches!(outcome, Ok((Outcome::Staged { release: 11, .. }, _))),
        "{outcome:?}"
    );
    let terminal = terminal.restart();
    assert_eq!(shown(&terminal.updates.boot()), 11, "on a real disk");
    let _ = std::fs::remove_dir_all(&root);
}
