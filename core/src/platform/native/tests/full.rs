//! A disk that is full at any moment: at every byte of a small journal, all along a small store, and while a store is opened and
//! written anew.
//!
//! Processes of their own try it: the limit that stands for a full disk holds for a whole process. Of a store each disk has one,
//! for sled may not let go of a database that it could not write.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use super::stores::copy;
use super::{Folder, files, runtime, secrets};
use crate::platform::native::{FileJournal, FileSecrets, SealedStore, SledStore};
use crate::ports::{Journal, NotKept, Store, Write};
use crate::testing::killed::{When, folder_of_child, killed, say_kept, this};

/// So many values are kept in the store, by twos.
const BATCHES: usize = 20;
/// On so many disks between an empty one and one that has room for all of it.
const SIZES: u64 = 30;
/// Values of a store that is written anew: how many are kept, how many of them stay, and how long each is.
const MANY: usize = 60;
const STAY: usize = 10;
const LONG: usize = 50_000;

/// From now on a file of this process takes so many bytes; none: as many as there are.
fn room(bytes: Option<u64>) {
    let Rlimit { maximum, .. } = getrlimit(Resource::Fsize);
    let limit = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    setrlimit(Resource::Fsize, limit).unwrap_or_else(|error| panic!("{error}"));
}

/// Keeps some values in a journal that takes so many bytes. Gives whether it kept all.
async fn journal_of(bytes: u64, folder: &Path, secrets: &Arc<FileSecrets>, runtime: &Runtime) -> bool {
    let open = || FileJournal::new(folder.join("journal"), secrets.clone(), runtime.handle().clone());
    let (mut kept, mut refused) = (BTreeMap::new(), 0);
    room(Some(bytes));
    let journal = open();
    for (number, length) in [10, 200, 1, 90, 30].into_iter().enumerate() {
        let (key, value) = (format!("k/{}", number % 3), vec![b'x'; length]);
        match journal.keep(&key, value.clone()).await {
            Ok(()) => drop(kept.insert(key, value)),
            Err(NotKept) => refused += 1,
        }
    }
    let meanwhile = open().kept().await;
    room(None);
    let expected: Vec<_> = kept.clone().into_iter().collect();
    assert_eq!(meanwhile.unwrap_or_default(), expected, "read on a disk of {bytes}");
    // There is room again.
    let after = journal.keep("k/after", b"1".to_vec()).await;
    assert_eq!(after, Ok(()), "after a disk of {bytes}");
    kept.insert("k/after".to_owned(), b"1".to_vec());
    let found = open().kept().await;
    assert_eq!(found, Ok(kept.into_iter().collect()), "after a disk of {bytes}");
    refused == 0
}

fn key(segment: &str, number: usize) -> String {
    format!("{segment}/{number:03}")
}

/// Some of them are cut into pieces.
fn value(number: usize) -> Vec<u8> {
    vec![b'x'; if number % 4 == 3 { 60_000 } else { 10_000 }]
}

fn store_in(folder: &Path, runtime: &Runtime) -> SealedStore {
    let sled = SledStore::open(&folder.join("tried"), runtime.handle().clone());
    let sled = sled.unwrap_or_else(|error| panic!("it does not open: {error}"));
    // The keys lie on a disk that has room.
    SealedStore::new(Arc::new(sled), secrets(folder, runtime))
}

/// The child of the test of the store: keeps pairs until one is refused, on a disk of so many bytes as a file says.
#[test]
fn keeps_pairs_on_a_disk_of_some_size() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let runtime = runtime();
    // The terminal's folder and its key are there before.
    let first = store_in(&folder, &runtime);
    assert_eq!(runtime.block_on(first.put("l/first", b"1".to_vec())), Ok(()));
    room(size_of_disk(&folder));
    let put = |segment: &str, number: usize| Write::Put {
        key: key(segment, number),
        value: value(number),
    };
    for number in 0..BATCHES {
        let kept = runtime.block_on(first.batch(vec![put("l", number), put("r", number)]));
        if kept.is_err() {
            // Whoever asks again is answered, with whatever.
            let _ = runtime.block_on(first.get("l/first"));
            let _ = runtime.block_on(first.put("l/first", b"2".to_vec()));
            break;
        }
        say_kept(number);
    }
    say_kept("no more");
    // Where sled waits for ever while it closes, the end of the process is what closes it.
    std::process::exit(0);
}

/// Runs a child on a disk whose files take so many bytes, to its end. Gives what it called kept.
fn tried(child: &str, bytes: Option<u64>, folder: &Path) -> Vec<String> {
    let size = bytes.map_or(String::new(), |bytes| bytes.to_string());
    let wrote = fs::create_dir_all(folder).and_then(|()| fs::write(folder.join("size"), size));
    wrote.unwrap_or_else(|error| panic!("{error}"));
    let when = When {
        kept: usize::MAX,
        later: Duration::ZERO,
    };
    let said = killed(&mut patient(), child, folder, when);
    let mut kept: Vec<String> = said.kept().map(str::to_owned).collect();
    assert_eq!(kept.pop().as_deref(), Some("no more"), "a disk of {bytes:?}");
    kept
}

/// The size that a file names, of the child's disk.
fn size_of_disk(folder: &Path) -> Option<u64> {
    fs::read_to_string(folder.join("size")).unwrap_or_default().parse().ok()
}

fn largest(folder: &Path) -> u64 {
    let sizes = files(folder).into_iter().map(|(_, bytes)| bytes.len() as u64);
    sizes.max().unwrap_or(0)
}

/// Keeps values on a disk whose files take so many bytes, until one is refused. Gives how many pairs were kept.
fn store_of(bytes: Option<u64>, folder: &Path, runtime: &Runtime) -> usize {
    let kept = tried("keeps_pairs_on_a_disk_of_some_size", bytes, folder).len();
    let store = store_in(folder, runtime);
    runtime.block_on(async {
        let mut found = 0;
        for number in 0..BATCHES {
            let pair = (store.get(&key("l", number)).await, store.get(&key("r", number)).await);
            let whole = pair == (Ok(Some(value(number))), Ok(Some(value(number))));
            let nothing = pair == (Ok(None), Ok(None));
            assert!(
                whole || nothing && number >= kept,
                "after a disk of {bytes:?}: {number} of {kept} that were called kept"
            );
            found += usize::from(whole);
        }
        // One more may be on the disk than could be said.
        assert!(found <= kept + 1, "after a disk of {bytes:?}: {found}, not {kept}");
        let after = store.put("l/after", b"1".to_vec()).await;
        assert_eq!(after, Ok(()), "after a disk of {bytes:?}");
    });
    kept
}

/// This program, which a file that may not grow ends no more than a full disk would.
fn patient() -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(this().get_program());
    shell
}

/// The child of the test of a store that is written anew: opens it on a disk of so many bytes as a file says.
#[test]
fn opens_what_grew_too_large_on_a_disk_of_some_size() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let runtime = runtime();
    room(size_of_disk(&folder));
    if let Ok(sled) = SledStore::open(&folder.join("tried"), runtime.handle().clone()) {
        let store = SealedStore::new(Arc::new(sled), secrets(&folder, &runtime));
        // Whoever asks is answered, with whatever.
        let _ = runtime.block_on(store.get(&key("l", 0)));
        if runtime.block_on(store.put("l/after", b"1".to_vec())).is_ok() {
            say_kept("l/after");
        }
    }
    say_kept("no more");
    std::process::exit(0);
}

/// The child of the test below.
#[test]
fn keeps_in_a_journal_on_disks_of_every_size() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let runtime = runtime();
    // The keys lie on a disk that has room.
    let secrets = secrets(&folder, &runtime);
    let place = folder.join("tried");
    let anew = || drop(fs::remove_dir_all(&place));
    runtime.block_on(async {
        let first = FileJournal::new(place.join("journal"), secrets.clone(), runtime.handle().clone());
        assert_eq!(first.keep("k/0", Vec::new()).await, Ok(()));
        drop(first);
        anew();
        let mut bytes = 0;
        while !journal_of(bytes, &place, &secrets, &runtime).await {
            anew();
            bytes += 1;
        }
        // Five records, none of which says nothing.
        assert!(bytes > 5 * 40, "{bytes}");
        say_kept("the journal");
    });
}

#[test]
fn wherever_a_disk_is_full_what_a_journal_called_kept_stays_and_the_next_is_kept_again() {
    let folder = Folder::new();
    let when = When {
        kept: 1,
        later: Duration::ZERO,
    };
    let said = killed(
        &mut patient(),
        "keeps_in_a_journal_on_disks_of_every_size",
        &folder.0,
        when,
    );
    assert_eq!(said.kept().collect::<Vec<_>>(), ["the journal"]);
}

#[test]
fn wherever_a_disk_is_full_what_a_store_called_kept_stays_and_the_next_is_kept_again() {
    let (folder, runtime) = (Folder::new(), runtime());
    let place = folder.0.join("tried");
    assert_eq!(store_of(None, &folder.0, &runtime), BATCHES);
    let whole = largest(&place);
    let mut partly = 0;
    for size in 0..SIZES {
        let _ = fs::remove_dir_all(&place);
        let bytes = whole * size / SIZES;
        let kept = store_of(Some(bytes), &folder.0, &runtime);
        partly += usize::from((1..BATCHES).contains(&kept));
    }
    assert!(partly > 0, "no disk was full while values were kept");
}

#[test]
fn wherever_a_disk_is_full_while_a_store_is_opened_and_written_anew_its_values_stay() {
    let (folder, whole, runtime) = (Folder::new(), Folder::new(), runtime());
    let place = folder.0.join("tried");
    let store = store_in(&folder.0, &runtime);
    runtime.block_on(async {
        for number in 0..MANY {
            assert_eq!(store.put(&key("l", number), vec![b'x'; LONG]).await, Ok(()));
        }
        let forgotten = (STAY..MANY).map(|number| Write::Delete { key: key("l", number) });
        assert_eq!(store.batch(forgotten.collect()).await, Ok(()));
    });
    drop(store);
    copy(&place, &whole.0);
    let size = largest(&place);
    let (mut smaller, mut stayed) = (0, 0);
    for number in 0..=SIZES {
        let _ = fs::remove_dir_all(&place);
        copy(&whole.0, &place);
        // sled needs more room than it takes to open what it wrote.
        let bytes = 2 * size * number / SIZES;
        let kept = tried(
            "opens_what_grew_too_large_on_a_disk_of_some_size",
            Some(bytes),
            &folder.0,
        );
        let became = largest(&place);
        smaller += usize::from(became < size);
        stayed += usize::from(became >= size);
        let store = store_in(&folder.0, &runtime);
        runtime.block_on(async {
            for number in 0..MANY {
                let found = store.get(&key("l", number)).await;
                let expected = (number < STAY).then(|| vec![b'x'; LONG]);
                assert!(found == Ok(expected), "after a disk of {bytes}: {number}");
            }
            let after = store.get("l/after").await;
            assert!(
                kept.is_empty() || after == Ok(Some(b"1".to_vec())),
                "after a disk of {bytes}"
            );
            assert_eq!(
                store.put("l/next", b"1".to_vec()).await,
                Ok(()),
                "after a disk of {bytes}"
            );
        });
    }
    assert!(
        smaller > 0 && stayed > 0,
        "{smaller} became smaller, {stayed} did not, of {size} bytes"
    );
}
