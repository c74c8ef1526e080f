//! Promises of the writer, the readers and the data folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use onehall_protocol::{ErrorCode, Timestamp};
use proptest::prelude::*;

use super::Database;
use super::testing::{TestDatabase, server};
use crate::error::{Error, Result};
use crate::storage::{DataFolder, FolderError, Storage, sql};

pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("onehall-test-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{error}"));
        Folder(path)
    }

    fn open(&self) -> TestDatabase {
        TestDatabase::new(&self.0, Timestamp::from_unix_millis(0))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn set(sqlite: &Database, name: String, fate: Fate) -> Result<()> {
    sqlite
        .write(move |tx| {
            tx.execute("INSERT INTO fact (name, value) VALUES (?1, 'x')", [&name])?;
            match fate {
                Fate::Kept => Ok(()),
                Fate::Refused => Err(Error::new(ErrorCode::CaseMoved)),
                Fate::Panics => panic!("a command that panics"),
            }
        })
        .await
}

async fn names(sqlite: &Database) -> Vec<String> {
    let read = sqlite.read(|db| {
        let mut statement = db.prepare_cached("SELECT name FROM fact ORDER BY name")?;
        Ok(statement
            .query_map([], |row| row.get(0))?
            .collect::<sql::Result<Vec<String>>>()?)
    });
    read.await.unwrap_or_else(|error| panic!("{error}"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Refused,
    Panics,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![5 => Just(Fate::Kept), 2 => Just(Fate::Refused), 1 => Just(Fate::Panics)]
}

pub(super) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap_or_else(|e| panic!("{e}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_was_acknowledged_is_there_and_a_failing_command_takes_no_other_along(
        fates in prop::collection::vec(fate(), 1..300),
    ) {
        let folder = Folder::new();
        runtime().block_on(async {
            let database = folder.open();
            let sqlite = database.store();
            // Hold the writer back until all wait, so that they share groups.
            let (release, held) = std::sync::mpsc::channel::<()>();
            let holder = { let sqlite = sqlite.clone(); tokio::spawn(async move {
                sqlite.write(move |_| { let _ = held.recv(); Ok(()) }).await
            }) };
            let mut commands = Vec::new();
            for (number, fate) in fates.iter().copied().enumerate() {
                let sqlite = sqlite.clone();
                commands.push(tokio::spawn(async move { set(&sqlite, format!("{number:04}"), fate).await }));
            }
            drop(release);
            let _ = holder.await;
            let mut expected = Vec::new();
            for (number, (command, fate)) in commands.into_iter().zip(&fates).enumerate() {
                let outcome = command.await.unwrap_or_else(|error| panic!("{error}"));
                match fate {
                    Fate::Kept => { assert!(outcome.is_ok(), "{outcome:?}"); expected.push(format!("{number:04}")); }
                    Fate::Refused => assert_eq!(outcome.err().map(|e| e.code()), Some(ErrorCode::CaseMoved)),
                    Fate::Panics => assert_eq!(outcome.err().map(|e| e.code()), Some(ErrorCode::Internal)),
                }
            }
            assert_eq!(names(&sqlite).await, expected);
            sqlite.close().await;
            drop(sqlite);
            // And it is on disk, not in the head of the process.
            assert_eq!(names(&database.again()).await, expected);
        });
    }
}

#[tokio::test]
async fn many_commands_share_one_commit() {
    let folder = Folder::new();
    let database = folder.open();
    let sqlite = database.store();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begins, begun) = tokio::sync::oneshot::channel();
    let begins = std::sync::Mutex::new(Some(begins));
    let mut commands = vec![{
        let sqlite = sqlite.clone();
        tokio::spawn(async move {
            let holds = move |_: &sql::Connection| {
                let begins = begins.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                begins.map(|begins| begins.send(()));
                let _ = held.recv();
                Ok(())
            };
            sqlite.write(holds).await
        })
    }];
    // A writer that wakes late would take the others into the group of the one that holds it.
    assert!(begun.await.is_ok());
    for number in 0..100 {
        let sqlite = sqlite.clone();
        commands.push(tokio::spawn(async move {
            set(&sqlite, format!("{number}"), Fate::Kept).await
        }));
    }
    while sqlite.waiting() < 100 {
        tokio::task::yield_now().await;
    }
    drop(release);
    for command in commands {
        assert!(matches!(command.await, Ok(Ok(()))));
    }
    let (groups, commands) = sqlite.committed();
    assert_eq!(commands, 101);
    assert!(groups <= 3, "{groups} commits for 101 commands");
}

/// Only where there are several writers can one come second; `done_anew` counts how often.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_long_comes_to_an_end_though_others_are_always_quicker() {
    if server().is_none() {
        println!("skipped: SQLite has one writer");
        return;
    }
    let folder = Folder::new();
    let database = folder.open();
    let (slow, quick) = (database.store(), Arc::new(database.again()));
    assert!(set(&slow, "hot".to_owned(), Fate::Kept).await.is_ok());
    let (commits, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let others = {
        let (commits, ended) = (Arc::clone(&commits), Arc::clone(&ended));
        tokio::spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                let change = |tx: &sql::Connection| {
                    tx.execute("UPDATE fact SET value = value || 'q' WHERE name = 'hot'", [])?;
                    Ok(())
                };
                quick.write(change).await?;
                commits.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, Error>(())
        })
    };
    let asked = move |tx: &sql::Connection| {
        tx.query_row("SELECT value FROM fact WHERE name = 'hot'", [], |row| {
            row.get::<_, String>(0)
        })?;
        // Where others may commit, they have by now.
        let before = commits.load(Ordering::Relaxed);
        let patience = Instant::now() + Duration::from_millis(300);
        while commits.load(Ordering::Relaxed) < before + 2 && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        tx.execute("UPDATE fact SET value = 's' WHERE name = 'hot'", [])?;
        Ok(())
    };
    let outcome = slow.write(asked).await;
    ended.store(true, Ordering::Relaxed);
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(matches!(others.await, Ok(Ok(()))), "nor do the others wait for ever");
    assert!(slow.done_anew() > 0, "it never came second");
}

#[tokio::test]
async fn a_command_that_ends_the_transaction_itself_is_told_that_nothing_was_kept() {
    let folder = Folder::new();
    let sqlite = folder.open();
    let outcome = sqlite
        .write(|tx| {
            tx.execute("INSERT INTO fact (name, value) VALUES ('lost', 'x')", [])?;
            tx.execute_batch("ROLLBACK")?;
            Ok(())
        })
        .await;
    assert_eq!(outcome.err().map(|error| error.code()), Some(ErrorCode::Unavailable));
    assert!(set(&sqlite, "next".to_owned(), Fate::Kept).await.is_ok());
    assert_eq!(names(&sqlite).await, ["next"]);
}

#[tokio::test]
async fn after_the_close_nothing_is_taken_any_more() {
    let folder = Folder::new();
    let sqlite = folder.open();
    sqlite.close().await;
    let code = |outcome: Result<()>| outcome.err().map(|error| error.code());
    assert_eq!(
        code(set(&sqlite, "late".to_owned(), Fate::Kept).await),
        Some(ErrorCode::Unavailable)
    );
    assert_eq!(code(sqlite.read(|_| Ok(())).await), Some(ErrorCode::Unavailable));
}

#[tokio::test]
async fn a_reader_cannot_write_and_a_panic_in_one_costs_no_reader() {
    let folder = Folder::new();
    let sqlite = folder.open();
    for _ in 0..5 {
        let wrote = sqlite
            .read(|db| Ok(db.execute("INSERT INTO fact (name, value) VALUES ('r', 'x')", [])?))
            .await;
        assert!(wrote.is_err());
        let panicked: Result<()> = sqlite.read(|_| panic!("a question that panics")).await;
        assert!(panicked.is_err());
    }
    assert!(names(&sqlite).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_after_a_write_sees_it_however_many_ask_at_once() {
    let folder = Folder::new();
    let database = folder.open();
    let count = |store: Arc<Database>| async move {
        let ask = |db: &sql::Connection| Ok(db.query_row("SELECT count(*) FROM fact", [], |row| row.get::<_, u32>(0))?);
        store.read(ask).await.unwrap_or_else(|error| panic!("{error}"))
    };
    let before = count(database.store()).await;
    let mut others = Vec::new();
    for n in 1..=100 {
        let kept = set(&database, format!("{n}"), Fate::Kept).await;
        assert!(kept.is_ok(), "{kept:?}");
        others.extend((0..8).map(|_| tokio::spawn(count(database.store()))));
        assert_eq!(count(database.store()).await, before + n);
    }
    for other in others {
        assert!(other.await.is_ok_and(|found| found <= before + 100));
    }
}

#[test]
fn a_second_process_on_the_same_folder_is_told_so() {
    let folder = Folder::new();
    let first = DataFolder::open(&folder.0);
    assert!(first.is_ok());
    assert!(matches!(DataFolder::open(&folder.0), Err(FolderError::InUse(_))));
    drop(first);
    assert!(DataFolder::open(&folder.0).is_ok());
}
