//! Backups and copies by their commands, on databases that somebody uses meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use onehall_protocol::Timestamp;

use super::tests::{Outcome, filled, rows};
use super::*;
use crate::config::flags::Flags;
use crate::config::{Config, Secret, Storage};
use crate::database_command::{DatabaseCommand, DatabaseFailure};
use crate::error::Result;
use crate::storage::sql::testing::{OnServer, TestDatabase, server};
use crate::storage::sql::tests::{Folder, runtime};
use crate::storage::sql::{self, Database};

/// So many commands were kept before anything is read.
const BEFORE: usize = 20;

/// Each command keeps two facts of its number.
async fn keep_pair(database: &Database, number: usize) -> Result<()> {
    let pair = move |tx: &Connection| -> Result<()> {
        for side in ["left", "right"] {
            let name = format!("{side} {number:06}");
            tx.execute("INSERT INTO fact (name, value) VALUES (?1, 'x')", [name])?;
        }
        Ok(())
    };
    database.write(pair).await
}

/// Does something with a database while commands come in. Gives how many were kept before it and after it.
fn while_written<T>(database: &Database, work: impl FnOnce() -> T) -> (usize, T, usize) {
    let (stop, kept) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            runtime().block_on(async {
                while !stop.load(Ordering::SeqCst) {
                    let number = kept.load(Ordering::SeqCst);
                    let done = keep_pair(database, number).await;
                    done.unwrap_or_else(|error| panic!("{error}"));
                    kept.store(number + 1, Ordering::SeqCst);
                }
            });
        });
        while kept.load(Ordering::SeqCst) < BEFORE && !writing.is_finished() {
            std::thread::yield_now();
        }
        let before = kept.load(Ordering::SeqCst);
        // A panic must not leave the writer running, for which this would wait.
        let done = catch_unwind(AssertUnwindSafe(work));
        let after = kept.load(Ordering::SeqCst);
        stop.store(true, Ordering::SeqCst);
        assert!(writing.join().is_ok(), "the commands failed");
        (before, done.unwrap_or_else(|panic| resume_unwind(panic)), after)
    })
}

/// How many commands a database holds: whole ones, and none without those before it.
fn commands(database: &Connection) -> sql::Result<usize> {
    let side = |side: &str| -> sql::Result<Vec<String>> {
        let mut named = database.prepare_cached("SELECT name FROM fact ORDER BY name")?;
        let named = named
            .query_map([], |row| row.get(0))?
            .collect::<sql::Result<Vec<String>>>()?;
        Ok(named
            .iter()
            .filter_map(|name| name.strip_prefix(side).map(str::to_owned))
            .collect())
    };
    let (left, right) = (side("left ")?, side("right ")?);
    let expected: Vec<_> = (0..left.len()).map(|number| format!("{number:06}")).collect();
    assert_eq!(left, expected);
    assert_eq!(right, expected);
    Ok(left.len())
}

fn copied(from: &str, to: &str) -> std::result::Result<(), DatabaseFailure> {
    let (from, to) = (from.to_owned(), to.to_owned());
    DatabaseCommand::Copy { from, to }.run(&Config::default())
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("onehall.sqlite")
}

#[test]
fn a_backup_of_a_hall_that_serves_holds_one_state_of_it() -> Outcome {
    let folder = Folder::new();
    let data = folder.0.join("data");
    std::fs::create_dir_all(&data)?;
    let hall = TestDatabase::new(&data, Timestamp::from_unix_millis(0));
    let config = Config {
        data,
        storage: Storage {
            url: Secret(hall.address().unwrap_or_default()),
            ..Storage::default()
        },
        ..Config::default()
    };
    let file = folder.0.join("hall.backup");
    let backup = DatabaseCommand::Backup {
        file: file.clone(),
        flags: Flags::default(),
    };
    let (before, done, after) = while_written(&hall, || backup.run(&config));
    done?;
    let restored = Config {
        data: folder.0.join("restored"),
        ..Config::default()
    };
    let restore = DatabaseCommand::Restore {
        file,
        flags: Flags::default(),
    };
    restore.run(&restored)?;
    let held = commands(&sql::connect_file(&file_in(&restored.data))?)?;
    // One more may be kept than was known to be.
    assert!((before..=after + 1).contains(&held), "{held}, not {before} to {after}");
    Ok(())
}

#[test]
fn a_hall_moves_from_a_file_to_a_server_and_back_without_a_row_lost() -> Outcome {
    let Some(server) = server() else {
        println!("skipped: these tests run on SQLite");
        return Ok(());
    };
    let folder = Folder::new();
    let places = ["from", "back"].map(|name| folder.0.join(name));
    for place in &places {
        std::fs::create_dir_all(place)?;
    }
    let [from, back] = places.map(|place| file_in(&place));
    let whole = {
        let from = sql::connect_file(&from)?;
        copy(&filled()?, &from, 0)?;
        rows(&from)?
    };
    // Other halls are on that server, and write.
    let (other, on_server) = (OnServer::new(&server), OnServer::new(&server));
    let (_, done, _) = while_written(&other.open(), || copied(&from.to_string_lossy(), &on_server.address()));
    done?;
    assert_eq!(rows(&sql::connect_server(&on_server.url)?)?, whole);
    // The hall goes on there, and is read while it does.
    let serving = on_server.open();
    let (before, done, after) = while_written(&serving, || copied(&on_server.address(), &back.to_string_lossy()));
    done?;
    let back = sql::connect_file(&back)?;
    let held = commands(&back)?;
    assert!((before..=after + 1).contains(&held), "{held}, not {before} to {after}");
    // Besides what came in since, it is what it was.
    back.execute_batch("DELETE FROM fact WHERE name LIKE 'left %' OR name LIKE 'right %'")?;
    assert_eq!(rows(&back)?, whole);
    Ok(())
}
