//! `onehall migrate`, `backup`, `restore` and `copy`: what whoever runs a hall does with its database.
//!
//! A backup is one file: a SQLite database with every row (of whichever engine, in one state), the files that are on the disk
//! of the hall, and its key. It is made beside a hall that serves. Whoever holds it holds all that the city confided to the
//! hall, so only its owner can read it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use onehall_protocol::{Date, Timestamp};

use crate::clock::{Clock, SystemClock, begin_of};
use crate::config::flags::Flags;
use crate::config::{Config, FileKeeping};
use crate::storage::sql::migrations::{self, ALL};
use crate::storage::sql::transfer::{self, Moved, TransferError};
use crate::storage::sql::{self, Connection, MigrationError, PostgresUrl, UrlError, params};
use crate::storage::{DataFolder, FolderError};

/// The bytes of one row of a file in a backup.
const PIECE: usize = 1 << 20;
/// The name of the key in a backup.
const KEY: &str = "secret.key";

/// What there is to do.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)] // `Flags` says what its fields are; words here would be words of the help.
pub enum DatabaseCommand {
    /// Bring the schema of the database up to date, and say what was done. A start does so as well
    Migrate {
        #[command(flatten)]
        flags: Flags,
    },
    /// Write everything that the hall keeps into one file, while it serves
    Backup {
        /// The file to write
        file: PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
    /// Put a backup into an empty database and data folder; of either engine into either engine
    Restore {
        /// The backup
        file: PathBuf,
        #[command(flatten)]
        flags: Flags,
    },
    /// Copy a database, of SQLite or PostgreSQL, into an empty one, and compare every table; the hall is closed meanwhile
    Copy {
        /// Where from: postgres://..., or the path of a file of SQLite
        #[arg(long, value_name = "URL")]
        from: String,
        /// Where to
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

/// Why it was not done. One sentence.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseFailure {
    /// The address of a database is none.
    #[error("the address of the database is not valid: {0}")]
    Url(#[from] UrlError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The schema does not fit.
    #[error(transparent)]
    Schema(#[from] MigrationError),
    /// Rows could not be moved.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// An engine says no.
    #[error("the database says: {0}")]
    Engine(#[from] sql::Error),
    /// A file is there that must not be overwritten.
    #[error("{0} is there already: choose another name, or move it away")]
    Exists(PathBuf),
    /// A file that must be there is not.
    #[error("{0} is not there")]
    Missing(PathBuf),
    /// The file is no backup.
    #[error("{0} is no backup of onehall")]
    NoBackup(PathBuf),
    /// Something in a backup is not as it was written.
    #[error("the backup {0} is damaged: {1}; nothing was restored, use another one")]
    Damaged(PathBuf, String),
    /// A file cannot be read or written.
    #[error("cannot use {0}: {1}")]
    File(PathBuf, io::Error),
}

type Outcome<T = ()> = Result<T, DatabaseFailure>;

fn at(path: &Path) -> impl FnOnce(io::Error) -> DatabaseFailure + '_ {
    move |cause| DatabaseFailure::File(path.to_owned(), cause)
}

/// The folder in which a file or a folder is.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// What was added to a folder or renamed in it is so on the disk, too.
fn sync_folder(folder: &Path) -> Outcome {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    // Elsewhere a folder cannot be opened, and needs not be.
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems of other machines have no such thing, and in some folders one may write but not read.
        Err(cause) if matches!(cause.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
        synced => synced.map_err(at(folder)),
    }
}

impl DatabaseCommand {
    /// The settings that it was given. A copy goes by its two addresses alone.
    #[must_use]
    pub fn flags(&self) -> Flags {
        match self {
            DatabaseCommand::Migrate { flags }
            | DatabaseCommand::Backup { flags, .. }
            | DatabaseCommand::Restore { flags, .. } => flags.clone(),
            DatabaseCommand::Copy { .. } => Flags::default(),
        }
    }

    /// Does it, and says on standard output what was done.
    ///
    /// # Errors
    /// [`DatabaseFailure`].
    pub fn run(&self, config: &Config) -> Outcome {
        match self {
            DatabaseCommand::Migrate { .. } => migrate(config),
            DatabaseCommand::Backup { file, .. } => backup(config, file),
            DatabaseCommand::Restore { file, .. } => restore(config, file),
            DatabaseCommand::Copy { from, to } => copy(from, to),
        }
    }
}

fn now() -> i64 {
    SystemClock.now().unix_millis()
}

/// The file of SQLite of this configuration.
fn database_file(config: &Config) -> PathBuf {
    config.data.join("onehall.sqlite")
}

fn migrate(config: &Config) -> Outcome {
    let (connection, _held) = match config.storage.server()? {
        Some(url) => (sql::connect_server(&url)?, None),
        None => {
            let folder = DataFolder::open(&config.data)?;
            (sql::connect_file(&folder.database())?, Some(folder))
        }
    };
    let done = migrations::migrate(&connection, ALL, now())?;
    for step in &done {
        println!("applied {}", step.name);
    }
    let newest = ALL.last().map_or("", |step| step.name);
    println!("the schema is up to date: {newest} ({} steps applied)", done.len());
    Ok(())
}

fn copy(from: &str, to: &str) -> Outcome {
    let (from, _from_held) = open(from, true)?;
    let (to, _to_held) = open(to, false)?;
    say(&transfer::copy(&from, &to, now())?);
    Ok(())
}

/// A database by its address. The folder around a file is held, so that no hall serves from it meanwhile. Who else uses a server
/// cannot be known for certain: `docs/database.md` says to whom it falls to close the hall.
fn open(address: &str, existing: bool) -> Outcome<(Connection, Option<DataFolder>)> {
    if address.contains("://") {
        let url: PostgresUrl = address.parse()?;
        return Ok((sql::connect_server(&url)?, None));
    }
    let file = PathBuf::from(address.strip_prefix("sqlite:").unwrap_or(address));
    if existing && !file.is_file() {
        return Err(DatabaseFailure::Missing(file));
    }
    let held = DataFolder::open(folder_of(&file))?;
    Ok((sql::connect_file(&file)?, Some(held)))
}

fn say(moved: &[Moved]) {
    let rows: u64 = moved.iter().map(|table| table.rows).sum();
    for table in moved.iter().filter(|table| table.rows > 0) {
        println!("{:>10}  {}", table.rows, table.table);
    }
    println!(
        "{rows} rows in {} tables, counted and compared on both sides",
        moved.len()
    );
}

fn backup(config: &Config, file: &Path) -> Outcome {
    if file.exists() {
        return Err(DatabaseFailure::Exists(file.to_owned()));
    }
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let _ = std::fs::remove_file(&part);
    let outcome = write_backup(config, &part).and_then(|()| {
        File::open(&part).and_then(|file| file.sync_all()).map_err(at(&part))?;
        std::fs::rename(&part, file).map_err(at(file))?;
        // The name is durable only once its folder is.
        sync_folder(folder_of(file))
    });
    if outcome.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    outcome?;
    println!(
        "the backup is in {}; it holds the key of the hall: keep it as you keep that",
        file.display()
    );
    Ok(())
}

fn write_backup(config: &Config, part: &Path) -> Outcome {
    // Made before anything is in it, readable by its owner only.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(part).map_err(at(part))?;
    let from = match config.storage.server()? {
        Some(url) => sql::connect_server(&url)?,
        None => {
            let file = database_file(config);
            if !file.is_file() {
                return Err(DatabaseFailure::Missing(file));
            }
            sql::connect_file(&file)?
        }
    };
    let to = sql::connect_backup(part)?;
    say(&transfer::copy(&from, &to, now())?);
    to.execute_batch(
        "CREATE TABLE backup_file (name TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, number))",
    )?;
    // The rows first, the files after them: a file that a row names is there, as one that comes later is not yet named.
    to.execute_batch("BEGIN IMMEDIATE")?;
    let mut files = 0;
    let key = config.data.join(KEY);
    if key.is_file() {
        keep(&to, KEY, &key)?;
    }
    let folder = config.files.folder.clone().unwrap_or_else(|| config.data.join("files"));
    match config.files.store {
        FileKeeping::Disk if folder.is_dir() => keep_all(&to, &folder, Path::new("files"), &mut files)?,
        FileKeeping::Disk | FileKeeping::Database => {}
        FileKeeping::S3 => println!("uploaded files are in the object store and not in this backup"),
    }
    to.execute_batch("COMMIT")?;
    keep_sums(&to)?;
    println!("{files} files");
    match config.files.store {
        FileKeeping::Disk => say_missing(&to),
        FileKeeping::Database | FileKeeping::S3 => Ok(()),
    }
}

/// Says how many files the rows of a backup name that are not in it: those are gone wherever it is restored.
fn say_missing(backup: &Connection) -> Outcome {
    let sql = "SELECT count(*) FROM file WHERE NOT EXISTS (SELECT 1 FROM backup_file b
                   WHERE b.name = 'files/' || lower(substr(hex(file.id), -2)) || '/' || lower(hex(file.id)))";
    let missing: u64 = backup.query_row(sql, [], |row| row.get(0))?;
    if missing > 0 {
        println!("{missing} that are named in it were not there: taken away meanwhile, or lost before");
    }
    Ok(())
}

/// The table of what each table of a backup sums up to: a disk that loses a bit must not become a hall.
const SUMS: &str = "backup_sum";

fn keep_sums(backup: &Connection) -> Outcome {
    let sums = transfer::sums(backup, SUMS)?;
    backup.execute_batch("CREATE TABLE backup_sum (name TEXT PRIMARY KEY, sum TEXT NOT NULL)")?;
    for (table, sum) in sums {
        backup
            .prepare_cached("INSERT INTO backup_sum (name, sum) VALUES (?1, ?2)")?
            .execute(params![table, sum])?;
    }
    Ok(())
}

/// Finds out whether everything in a backup is as it was written.
fn check_sums(backup: &Connection, file: &Path) -> Outcome {
    let damaged = |what: String| DatabaseFailure::Damaged(file.to_owned(), what);
    let checked = backup
        .prepare_cached("PRAGMA integrity_check")
        .and_then(|mut check| check.query_row([], |row| row.get::<_, String>(0)));
    match checked {
        Ok(said) if said == "ok" => {}
        Ok(_) => return Err(damaged("the file is not whole".to_owned())),
        Err(error) => return Err(damaged(error.to_string())),
    }
    if !backup.tables()?.iter().any(|table| table == SUMS) {
        println!("the backup is of a version that kept no sums: only its form could be checked");
        return Ok(());
    }
    let kept: BTreeMap<String, String> = backup
        .prepare_cached("SELECT name, sum FROM backup_sum")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<sql::Result<_>>()?;
    let found = transfer::sums(backup, SUMS).map_err(|error| damaged(error.to_string()))?;
    let names = || kept.keys().chain(found.keys());
    match names().find(|name| kept.get(*name) != found.get(*name)) {
        Some(table) => Err(damaged(format!("the rows of {table} are not those that were written"))),
        None => Ok(()),
    }
}

fn keep_all(to: &Connection, folder: &Path, name: &Path, files: &mut u64) -> Outcome {
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let Some(last) = path.file_name() else { continue };
        let name = name.join(last);
        if path.is_dir() {
            keep_all(to, &path, &name, files)?;
        } else if keep(to, &name.to_string_lossy(), &path)? {
            *files += 1;
        }
    }
    Ok(())
}

/// Puts a file into the backup; false where it went away meanwhile, as one does whose upload is given up.
fn keep(to: &Connection, name: &str, path: &Path) -> Outcome<bool> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(cause) => return Err(at(path)(cause)),
    };
    let empty = [&[][..]];
    let pieces: Box<dyn Iterator<Item = &[u8]>> = match bytes.is_empty() {
        true => Box::new(empty.into_iter()),
        false => Box::new(bytes.chunks(PIECE)),
    };
    for (number, piece) in pieces.enumerate() {
        to.prepare_cached("INSERT INTO backup_file (name, number, bytes) VALUES (?1, ?2, ?3)")?
            .execute(params![name, number, piece])?;
    }
    Ok(true)
}

fn restore(config: &Config, file: &Path) -> Outcome {
    if !file.is_file() {
        return Err(DatabaseFailure::Missing(file.to_owned()));
    }
    let folder = DataFolder::open(&config.data)?;
    let key = folder.path().join(KEY);
    if key.exists() {
        return Err(DatabaseFailure::Exists(key));
    }
    let server = config.storage.server()?;
    if server.is_none() && folder.database().exists() {
        return Err(DatabaseFailure::Exists(folder.database()));
    }
    // A backup of an older version is brought up to date in a copy: the backup itself stays as it is.
    let copied = folder.path().join("restore.sqlite");
    std::fs::copy(file, &copied).map_err(at(&copied))?;
    let outcome = restore_from(config, &folder, &copied, server.as_ref(), file);
    for end in ["", "-wal", "-shm"] {
        let mut name = copied.clone().into_os_string();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
    outcome?;
    println!("the hall is as it was, and everybody logs in anew; `onehall serve` opens it");
    Ok(())
}

/// Which sessions were ended after the backup nobody knows any more: all are, as if their time had run out. What terminals have
/// not sent yet they keep. Others' applications are told.
fn end_sessions(from: &Connection) -> Outcome {
    from.execute_batch(
        "INSERT INTO oidc_notice (session, client, person, tries, due_at)
         SELECT DISTINCT session, client, person, 0, 0 FROM oidc_grant WHERE session_ended = 0 AND own_session = 0
         ON CONFLICT (session, client) DO NOTHING;
         DELETE FROM oidc_grant;
         DELETE FROM citizen_session;
         DELETE FROM staff_session",
    )?;
    Ok(())
}

/// What happened after the backup is gone, but people and terminals know of it: nothing that counts on goes on from where it
/// was. Everything here is in a copy of the backup, which is SQLite whatever the hall has.
pub(crate) fn go_on_behind(from: &Connection, now: Timestamp) -> sql::Result<()> {
    let millis = now.unix_millis();
    // No terminal may go on from a place among changes that are gone.
    from.execute("UPDATE sync_head SET epoch = ?1", [millis])?;
    // Nor may one hold that it has seen an answer which is given from here on, or dismiss one by the number of another. By the
    // time, so that a second restore of the same backup goes on behind the first.
    from.execute("UPDATE draft SET revision = ?1 WHERE revision < ?1", [millis])?;
    from.execute("UPDATE draft SET lost_made = ?1 WHERE lost_made < ?1", [millis / 1000])?;
    // Numbers of cases that were given since stand on receipts. Somewhere it is still yesterday, or tomorrow already.
    let today = now.at_offset(0).0;
    for day in [-1, 0, 1].map(|more| today.plus_days(more)) {
        from.execute(
            "INSERT INTO case_counter (day, last) VALUES (?1, ?2)
             ON CONFLICT (day) DO UPDATE SET last = excluded.last WHERE case_counter.last < excluded.last",
            params![day.to_string(), numbers_begin_behind(day, now)],
        )?;
    }
    Ok(())
}

/// Behind which running number the cases of a day go on after a restore: beyond six digits, and each minute has a thousand of its
/// own, so that a second restore gives none of them again, either.
fn numbers_begin_behind(day: Date, now: Timestamp) -> i64 {
    let minutes = (now.unix_millis() - begin_of(day, 0).unix_millis()) / 60_000;
    // A day whose first moment is a day ahead begins with a million.
    (minutes + 24 * 60 + 1000) * 1000
}

fn restore_from(
    config: &Config,
    folder: &DataFolder,
    copied: &Path,
    server: Option<&PostgresUrl>,
    file: &Path,
) -> Outcome {
    let no_backup = || DatabaseFailure::NoBackup(file.to_owned());
    let from = sql::connect_backup(copied).map_err(|_| no_backup())?;
    if !from
        .tables()
        .is_ok_and(|tables| tables.iter().any(|table| table == "backup_file"))
    {
        return Err(no_backup());
    }
    check_sums(&from, file)?;
    migrations::migrate(&from, ALL, now())?;
    go_on_behind(&from, SystemClock.now())?;
    end_sessions(&from)?;
    let to = match server {
        Some(url) => sql::connect_server(url)?,
        None => sql::connect_file(&folder.database())?,
    };
    // Files first: rows name files, and a file that no row names does no harm.
    let mut statement = from.prepare_cached("SELECT DISTINCT name FROM backup_file ORDER BY name")?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<sql::Result<_>>()?;
    let files = config
        .files
        .folder
        .clone()
        .unwrap_or_else(|| folder.path().join("files"));
    let mut key = None;
    let mut folders = BTreeSet::new();
    for name in &names {
        let mut pieces = from.prepare_cached("SELECT bytes FROM backup_file WHERE name = ?1 ORDER BY number")?;
        let pieces: Vec<Vec<u8>> = pieces
            .query_map([name], |row| row.get(0))?
            .collect::<sql::Result<_>>()?;
        let bytes = pieces.concat();
        if name == KEY {
            key = Some(bytes);
            continue;
        }
        // A name of a backup leads into the folder of files, and nowhere else.
        let inside = name
            .strip_prefix("files/")
            .filter(|rest| rest.split('/').all(|part| part != ".."))
            .ok_or_else(no_backup)?;
        let path = files.join(inside);
        std::fs::create_dir_all(folder_of(&path)).map_err(at(folder_of(&path)))?;
        File::create(&path)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .map_err(at(&path))?;
        let between = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&files));
        folders.extend(between.map(Path::to_owned));
    }
    if !folders.is_empty() {
        folders.insert(folder_of(&files).to_owned());
    }
    // On the disk before any row that names one of them is.
    for folder in &folders {
        sync_folder(folder)?;
    }
    let moved = match transfer::copy(&from, &to, now()) {
        Ok(moved) => moved,
        Err(error) => {
            drop(to);
            if server.is_none() {
                // It was made a moment ago, and holds no row.
                let _ = std::fs::remove_file(folder.database());
            }
            return Err(error.into());
        }
    };
    say(&moved);
    if let Some(bytes) = key {
        let path = folder.path().join(KEY);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(at(&path))?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(at(&path))?;
    }
    // The names of the database and of the key, and that of their folder.
    sync_folder(folder.path())?;
    sync_folder(folder_of(folder.path()))?;
    println!("{} files", names.iter().filter(|name| *name != KEY).count());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_restore_gives_none_of_the_numbers_of_cases_that_the_first_one_gave() {
        let at = |moment: &str| -> Timestamp { moment.parse().unwrap_or_else(|error| panic!("{error}")) };
        let today: Date = "2026-11-28".parse().unwrap_or_else(|error| panic!("{error}"));
        let begin = |day: Date, moment: &str| numbers_begin_behind(day, at(moment));
        assert_eq!(begin(today, "2026-11-28T11:20:00.000Z"), 3_120_000);
        assert_eq!(begin(today, "2026-11-28T11:21:59.999Z"), 3_121_000);
        // The day of the city may begin before that of UTC, and end after it.
        assert_eq!(begin(today, "2026-11-27T00:00:00.000Z"), 1_000_000);
        assert_eq!(begin(today, "2026-11-29T23:59:59.999Z"), 5_319_000);
    }
}
