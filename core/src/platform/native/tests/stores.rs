//! The store of a native terminal on real files: in use, put aside, rebuilt, taken over, erased.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use tokio::runtime::Runtime;

use super::{Folder, Forgets, files, nowhere, runtime, sealed, secrets};
use crate::lock;
use crate::platform::memory::{MemorySecrets, MemoryStore};
use crate::platform::native::database::Failed;
use crate::platform::native::{InUse, Keep, OpenError, SealedStore, SledStore, native};
use crate::ports::{SecretStore, Store, StoreError, Write};
use crate::testing::FailingSecrets;

fn open(folder: &Folder, runtime: &Runtime) -> SledStore {
    SledStore::open(&folder.0, runtime.handle().clone()).unwrap_or_else(|error| panic!("could not {error}"))
}

fn io<T>(result: std::io::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

async fn keep(store: &dyn Store, key: &str, value: &[u8]) {
    assert_eq!(store.put(key, value.to_vec()).await, Ok(()), "{key}");
}

async fn is(store: &dyn Store, key: &str, value: Option<&[u8]>) {
    assert_eq!(store.get(key).await.as_ref().map(Option::as_deref), Ok(value), "{key}");
}

pub(super) fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let place = to.join(path.strip_prefix(from).unwrap_or(&path));
        io(fs::create_dir_all(place.parent().unwrap_or(to)));
        io(fs::write(place, bytes));
    }
}

#[test]
fn a_second_process_is_told_that_the_store_is_in_use() {
    let (folder, runtime) = (Folder::new(), runtime());
    let first = open(&folder, &runtime);
    let second = SledStore::open(&folder.0, runtime.handle().clone());
    assert!(matches!(second, Err(OpenError::InUse(InUse(_)))));
    drop(first);
    drop(open(&folder, &runtime));
}

#[test]
fn a_database_that_does_not_open_is_put_aside_and_begun_anew() {
    let (folder, runtime) = (Folder::new(), runtime());
    drop(open(&folder, &runtime));
    io(fs::write(
        folder.0.join("store/conf"),
        b"no configuration of a database",
    ));
    let store = open(&folder, &runtime);
    runtime.block_on(async {
        keep(&store, "a/1", b"one").await;
        is(&store, "a/1", Some(b"one")).await;
    });
    assert!(folder.0.join("store.broken-1/conf").exists());
}

/// What is closed only once somebody lets go of it.
struct Held(Receiver<()>);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.recv();
    }
}

#[test]
fn a_database_that_does_not_close_holds_nobody_and_is_asked_for_again() {
    let (lets_go, held) = channel::<()>();
    let full = sled::Error::Io(std::io::ErrorKind::StorageFull.into());
    let mut failed = Failed::of(full, Held(held));
    assert!(!failed.is_closed());
    assert_eq!(failed.reason(), StoreError::Full);
    drop(lets_go);
    while !failed.is_closed() {
        std::thread::yield_now();
    }
}

#[test]
fn what_a_newer_version_wrote_is_put_aside_whole() {
    let (folder, runtime) = (Folder::new(), runtime());
    let store = open(&folder, &runtime);
    runtime.block_on(keep(&store, "a/1", b"one"));
    drop(store);
    let database = sled::open(folder.0.join("store")).unwrap_or_else(|error| panic!("{error}"));
    let about = database.open_tree("about").unwrap_or_else(|error| panic!("{error}"));
    assert!(about.insert("format", &9_u32.to_le_bytes()).is_ok());
    assert!(database.flush().is_ok());
    drop((about, database));
    let store = open(&folder, &runtime);
    runtime.block_on(is(&store, "a/1", None));
    drop(store);
    assert!(files(&folder.0.join("store.newer-1")).len() > 1);
}

#[test]
fn what_an_older_version_kept_in_the_clear_is_taken_over_and_encrypted() {
    let (folder, runtime) = (Folder::new(), runtime());
    io(fs::create_dir_all(&folder.0));
    let database = sled::open(folder.0.join("store")).unwrap_or_else(|error| panic!("{error}"));
    assert!(database.insert("preferences", "large letters").is_ok() && database.flush().is_ok());
    drop(database);
    for _ in 0..2 {
        let store = sealed(&folder.0, &runtime);
        runtime.block_on(is(&store, "terminal/preferences", Some(b"large letters")));
    }
    let below = open(&folder, &runtime);
    let names = runtime.block_on(below.scan("terminal"));
    assert_eq!(names, Ok(Vec::new()));
}

#[test]
fn nothing_can_be_read_on_the_disk_neither_values_nor_names() {
    let (folder, runtime) = (Folder::new(), runtime());
    let store = sealed(&folder.0, &runtime);
    runtime.block_on(async {
        keep(&store, "drafts/canary-of-a-name", b"canary-440301199001011234").await;
        keep(&store, "drafts/large", &b"canary-440301199001011234 ".repeat(10_000)).await;
        keep(&store, "terminal-canary/of-the-terminal", b"canary too").await;
        assert_eq!(store.erase().await, Ok(()));
        keep(&store, "drafts/of-the-next", b"canary of the next").await;
    });
    drop(store);
    nowhere(&folder.0, &["canary", "440301", "drafts", "of-the-terminal"]);
}

#[test]
fn who_puts_the_bytes_back_after_a_log_out_reads_nothing() {
    let (folder, copied, runtime) = (Folder::new(), Folder::new(), runtime());
    let store = sealed(&folder.0, &runtime);
    runtime.block_on(async {
        keep(&store, "drafts/1", b"answers").await;
        keep(&store, "terminal/1", b"own").await;
    });
    drop(store);
    copy(&folder.0.join("store"), &copied.0);
    let store = sealed(&folder.0, &runtime);
    runtime.block_on(async { assert_eq!(store.erase().await, Ok(())) });
    drop(store);
    io(fs::remove_dir_all(folder.0.join("store")));
    copy(&copied.0, &folder.0.join("store"));
    let store = sealed(&folder.0, &runtime);
    runtime.block_on(async {
        is(&store, "drafts/1", None).await;
        assert_eq!(store.scan("drafts").await, Ok(Vec::new()));
        is(&store, "terminal/1", Some(b"own")).await;
        // The next one's key takes the noise away.
        keep(&store, "drafts/2", b"of the next").await;
        assert_eq!(store.scan("drafts").await.map(|all| all.len()), Ok(1));
    });
    drop(store);
    let below = open(&folder, &runtime);
    assert_eq!(
        runtime.block_on(below.scan("person-sealed")).map(|all| all.len()),
        Ok(1)
    );
}

#[test]
fn a_value_moved_to_another_place_or_changed_is_no_value() {
    let runtime = runtime();
    let (below, secrets) = (Arc::new(MemoryStore::default()), Arc::new(MemorySecrets::default()));
    let store = SealedStore::new(below.clone(), secrets);
    runtime.block_on(async {
        keep(&store, "cases/1", b"one").await;
        keep(&store, "cases/2", b"two").await;
        let mut kept = below.scan("person-sealed").await.unwrap_or_default();
        assert_eq!(kept.len(), 2);
        let (first, second) = (kept.remove(0), kept.remove(0));
        assert_eq!(
            first.0.rsplit_once('/').map(|(segment, _)| segment),
            second.0.rsplit_once('/').map(|(segment, _)| segment)
        );
        keep(&*below, &first.0, &second.1).await;
        let read = [store.get("cases/1").await, store.get("cases/2").await];
        assert!(read.contains(&Err(StoreError::Broken)), "{read:?}");
        for at in 0..first.1.len() {
            let mut changed = first.1.clone();
            changed[at] ^= 1;
            keep(&*below, &first.0, &changed).await;
            let read = [store.get("cases/1").await, store.get("cases/2").await];
            assert!(
                read.iter().any(Result::is_err) && read.iter().any(Result::is_ok),
                "byte {at}: {read:?}"
            );
        }
        // A scan says so once, and what is damaged is gone.
        let mut changed = first.1.clone();
        changed[30] ^= 1;
        keep(&*below, &first.0, &changed).await;
        assert_eq!(store.scan("cases").await, Err(StoreError::Broken));
        assert_eq!(store.scan("cases").await.map(|all| all.len()), Ok(1));
        // Of an algorithm that this version does not know: left alone.
        let mut newer = second.1.clone();
        newer[0] = 2;
        keep(&*below, &second.0, &newer).await;
        assert_eq!(store.scan("cases").await, Err(StoreError::Newer));
        assert_eq!(store.scan("cases").await, Err(StoreError::Newer));
    });
}

#[test]
fn without_a_place_for_the_key_nothing_is_called_kept() {
    let below = Arc::new(MemoryStore::default());
    let store = SealedStore::new(below.clone(), Arc::new(Forgets));
    runtime().block_on(async {
        assert_eq!(store.put("cases/1", b"one".to_vec()).await, Err(StoreError::Forbidden));
        assert_eq!(store.get("cases/1").await, Ok(None));
        assert_eq!(below.scan("person-sealed").await, Ok(Vec::new()));
    });
}

#[test]
fn a_key_that_cannot_be_read_for_a_moment_costs_nothing() {
    let below = Arc::new(MemoryStore::default());
    let secrets = Arc::new(FailingSecrets::default());
    let open = || {
        *lock(&secrets.fails) = vec!["store-key-person", "store-key-terminal"];
        SealedStore::new(below.clone(), secrets.clone())
    };
    runtime().block_on(async {
        let first = SealedStore::new(below.clone(), secrets.clone());
        keep(&first, "cases/1", b"one").await;
        keep(&first, "terminal-catalog/1", b"own").await;
        let kept = below.scan("person-sealed").await;
        // Whatever is asked first: it fails, changes nothing, and goes well the next time.
        let store = open();
        assert_eq!(store.get("cases/1").await, Err(StoreError::NoKey));
        is(&store, "cases/1", Some(b"one")).await;
        let store = open();
        assert_eq!(store.scan("cases").await, Err(StoreError::NoKey));
        assert_eq!(store.scan("cases").await.map(|all| all.len()), Ok(1));
        let store = open();
        assert_eq!(store.delete("cases/1").await, Err(StoreError::NoKey));
        is(&store, "cases/1", Some(b"one")).await;
        let store = open();
        assert_eq!(store.put("cases/2", b"two".to_vec()).await, Err(StoreError::NoKey));
        assert_eq!(below.scan("person-sealed").await, kept);
        keep(&store, "cases/2", b"two").await;
        is(&store, "cases/1", Some(b"one")).await;
        assert_eq!(
            store.put("terminal-catalog/2", b"own".to_vec()).await,
            Err(StoreError::NoKey)
        );
        is(&store, "terminal-catalog/1", Some(b"own")).await;
        // What an older version kept in the clear waits, too.
        keep(&*below, "terminal/preferences", b"large letters").await;
        let store = open();
        assert_eq!(store.get("terminal/preferences").await, Err(StoreError::NoKey));
        is(&store, "terminal/preferences", Some(b"large letters")).await;
        is(&store, "terminal-catalog/1", Some(b"own")).await;
    });
}

#[test]
fn a_key_of_another_version_is_not_replaced() {
    let below = Arc::new(MemoryStore::default());
    let secrets = Arc::new(MemorySecrets::default());
    runtime().block_on(async {
        keep(&SealedStore::new(below.clone(), secrets.clone()), "cases/1", b"one").await;
        let kept = below.scan("person-sealed").await;
        let key = secrets.get("store-key-person").await;
        secrets.put("store-key-person", "a key of next year".to_owned()).await;
        let store = SealedStore::new(below.clone(), secrets.clone());
        assert_eq!(store.put("cases/2", b"two".to_vec()).await, Err(StoreError::NoKey));
        assert_eq!(below.scan("person-sealed").await, kept);
        assert_eq!(
            secrets.get("store-key-person").await,
            Ok(Some("a key of next year".to_owned()))
        );
        // A log-out destroys it as any other: whoever comes next keeps again.
        assert_eq!(store.erase().await, Ok(()));
        keep(&store, "cases/3", b"three").await;
        assert_ne!(secrets.get("store-key-person").await, key);
    });
}

fn size(folder: &Folder) -> u64 {
    files(&folder.0).iter().map(|(_, bytes)| bytes.len() as u64).sum()
}

#[test]
fn a_store_does_not_grow_with_what_is_forgotten() {
    let (folder, runtime) = (Folder::new(), runtime());
    let store = open(&folder, &runtime);
    runtime.block_on(async {
        keep(&store, "a/stays", b"from the beginning").await;
        for round in 0..60_u8 {
            let writes = (0..20).map(|number| Write::Put {
                key: format!("a/{number}"),
                value: (0..20_000_u32).map(|at| (at ^ (at >> 7)) as u8 ^ round).collect(),
            });
            assert_eq!(store.batch(writes.collect()).await, Ok(()));
        }
        let written = 60 * 20 * 20_000;
        assert!(size(&folder) < written / 3, "{} of {written}", size(&folder));
        is(&store, "a/stays", Some(b"from the beginning")).await;
        assert_eq!(store.scan("a").await.map(|all| all.len()), Ok(21));
    });
}

#[test]
fn a_rebuilding_that_ended_anywhere_leaves_one_whole_store() {
    let (folder, runtime) = (Folder::new(), runtime());
    let store = open(&folder, &runtime);
    runtime.block_on(keep(&store, "a/1", b"one"));
    drop(store);
    let whole = Folder::new();
    copy(&folder.0.join("store"), &whole.0);
    let place = |name: &str| folder.0.join(name);
    let put = |name: &str| copy(&whole.0, &place(name));
    let half = |name: &str| {
        io(fs::create_dir_all(place(name)));
        io(fs::write(place(name).join("db"), b"half"));
    };
    type Prepare<'a> = &'a dyn Fn();
    let ended: [(&str, Prepare); 5] = [
        ("while the fresh one was written", &|| {
            (put("store"), half("store.new")).0
        }),
        ("before the old one was moved", &|| (put("store"), put("store.new")).0),
        ("between the two moves", &|| (put("store.old"), put("store.new")).0),
        ("before the old one was taken away", &|| {
            (put("store"), put("store.old")).0
        }),
        ("while the old one was taken away", &|| {
            (put("store"), half("store.old")).0
        }),
    ];
    for (when, prepare) in ended {
        for name in ["store", "store.new", "store.old"] {
            let _ = fs::remove_dir_all(place(name));
        }
        prepare();
        let store = open(&folder, &runtime);
        runtime.block_on(is(&store, "a/1", Some(b"one")));
        drop(store);
        assert!(!place("store.new").exists() && !place("store.old").exists(), "{when}");
        assert!(!place("store.broken-1").exists(), "{when}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_no_reason_not_to_start() {
    let (folder, runtime) = (Folder::new(), runtime());
    // A file in its place: nobody, root neither, makes a folder of it.
    io(fs::write(&folder.0, b"a file"));
    let host = native(Keep::Folder(folder.0.join("data")), runtime.handle().clone());
    let host = host.unwrap_or_else(|error| panic!("could not {error}"));
    assert!(host.store.lasting().is_err());
    runtime.block_on(async {
        keep(&*host.store, "terminal/preferences", b"large letters").await;
        is(&*host.store, "terminal/preferences", Some(b"large letters")).await;
    });
    io(fs::remove_file(&folder.0));
    drop(host);
    let host = native(Keep::Folder(folder.0.clone()), runtime.handle().clone());
    assert_eq!(host.map(|host| host.store.lasting()).ok(), Some(Ok(())));
    drop(secrets(&folder.0, &runtime));
}
