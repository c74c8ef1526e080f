//! A disk that is full at any moment: at every byte of a small journal, and all along a small store.
//!
//! A process of its own tries all of it: the limit that stands for a full disk holds for a whole process.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use super::{Folder, files, runtime, secrets};
use crate::platform::native::{FileJournal, FileSecrets, SealedStore, SledStore};
use crate::ports::{Journal, NotKept, Store, Write};
use crate::testing::killed::{When, folder_of_child, killed, say_kept, this};

/// So many values are kept in the store, by twos.
const BATCHES: usize = 20;
/// On so many disks between an empty one and one that has room for all of it.
const SIZES: u64 = 60;

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

/// Keeps values in a store whose files take so many bytes, until one is refused. Gives how many pairs it kept.
async fn store_of(bytes: Option<u64>, folder: &Path, secrets: &Arc<FileSecrets>, runtime: &Runtime) -> usize {
    let open = || {
        let sled = SledStore::open(folder, runtime.handle().clone()).ok()?;
        Some(SealedStore::new(Arc::new(sled), secrets.clone()))
    };
    let key = |segment: &str, number: usize| format!("{segment}/{number:03}");
    // Some of them are cut into pieces.
    let value = |number: usize| vec![b'x'; if number % 4 == 3 { 60_000 } else { 10_000 }];
    let put = |segment: &str, number: usize| Write::Put {
        key: key(segment, number),
        value: value(number),
    };
    room(bytes);
    let mut kept = 0;
    if let Some(store) = open() {
        while kept < BATCHES && store.batch(vec![put("l", kept), put("r", kept)]).await.is_ok() {
            kept += 1;
        }
    }
    room(None);
    let store = open().unwrap_or_else(|| panic!("after a disk of {bytes:?} it does not open"));
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
    kept
}

/// The child of the test below.
#[test]
fn keeps_on_disks_of_every_size() {
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
        anew();
        assert_eq!(store_of(None, &place, &secrets, &runtime).await, BATCHES);
        let whole = files(&place).iter().map(|(_, bytes)| bytes.len() as u64).max();
        let mut partly = 0;
        for size in 0..SIZES {
            anew();
            let bytes = whole.unwrap_or(0) * size / SIZES;
            let kept = store_of(Some(bytes), &place, &secrets, &runtime).await;
            partly += usize::from((1..BATCHES).contains(&kept));
        }
        assert!(partly > 0, "no disk was full while values were kept");
        say_kept("the store");
    });
}

#[test]
fn wherever_a_disk_is_full_what_was_called_kept_stays_and_the_next_is_kept_again() {
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    // A signal would end the process where a full disk only fails.
    shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(this().get_program());
    let when = When {
        kept: 2,
        later: Duration::ZERO,
    };
    let said = killed(&mut shell, "keeps_on_disks_of_every_size", &folder.0, when);
    assert_eq!(said.kept().collect::<Vec<_>>(), ["the journal", "the store"]);
}
