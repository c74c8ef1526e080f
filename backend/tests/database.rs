//! Promises of `onehall migrate`, `backup`, `restore` and `copy`, as whoever runs a hall calls them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("onehall-database-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn onehall(data: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onehall"));
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("ONEHALL_")) {
        command.env_remove(variable);
    }
    let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo-city");
    command.args(["--mode", "development"]).arg("--city").arg(city);
    command.arg("--data").arg(data).args(arguments).output()
}

/// What a command said that went well.
fn well(data: &Path, arguments: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let output = onehall(data, arguments)?;
    if !output.status.success() {
        return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The one sentence of a command that did not.
fn refused(data: &Path, arguments: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let output = onehall(data, arguments)?;
    if output.status.success() {
        return Err(format!("{arguments:?} went well").into());
    }
    Ok(String::from_utf8(output.stderr)?)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A hall that was opened once: its accounts are in it.
fn founded(data: &Path) -> Outcome {
    well(data, &["administrator", "chief", "--name", "Somebody"])?;
    std::fs::create_dir_all(data.join("files/01"))?;
    std::fs::write(data.join("files/01/large"), vec![7u8; 2_500_000])?;
    std::fs::write(data.join("files/01/empty"), b"")?;
    Ok(())
}

#[test]
fn what_was_backed_up_is_there_again_with_its_files_and_its_key() -> Outcome {
    let folder = Folder::new()?;
    let (one, two) = (folder.at("one"), folder.at("two"));
    founded(&one)?;
    let file = text(&folder.at("hall.backup"));
    let said = well(&one, &["backup", &file])?;
    assert!(
        said.contains("counted and compared") && said.contains("2 files"),
        "{said}"
    );
    assert!(refused(&one, &["backup", &file])?.contains("there already"));
    let before = std::fs::read(&file)?;

    well(&two, &["restore", &file])?;
    for name in ["secret.key", "files/01/large", "files/01/empty"] {
        assert_eq!(std::fs::read(one.join(name))?, std::fs::read(two.join(name))?, "{name}");
    }
    assert_eq!(std::fs::read(&file)?, before, "a backup stays as it is");
    // Its accounts are in it: the same name is taken.
    let taken = refused(&two, &["administrator", "chief", "--name", "Somebody"])?;
    assert!(taken.contains("account"), "{taken}");
    // Nothing goes over what is there.
    assert!(refused(&two, &["restore", &file])?.contains("there already"));
    Ok(())
}

#[test]
fn a_backup_says_how_many_files_are_named_in_it_that_were_not_there() -> Outcome {
    let folder = Folder::new()?;
    let one = folder.at("one");
    founded(&one)?;
    std::fs::write(one.join("files/01/0190000000007000800000000000ab01"), b"here")?;
    let database = rusqlite::Connection::open(one.join("onehall.sqlite"))?;
    let keep = |id: u128| {
        let sql = "INSERT INTO file (id, principal, name, media_type, size, sha256, uploaded_at)
                   SELECT ?1, id, 'a.pdf', 'application/pdf', 4, '', 0 FROM person LIMIT 1";
        database.execute(sql, [uuid::Uuid::from_u128(id).as_bytes()])
    };
    keep(0x0190_0000_0000_7000_8000_0000_0000_ab01)?;
    let said = well(&one, &["backup", &text(&folder.at("whole.backup"))])?;
    assert!(said.contains("3 files") && !said.contains("not there"), "{said}");
    keep(0x0190_0000_0000_7000_8000_0000_0000_ab02)?;
    let said = well(&one, &["backup", &text(&folder.at("hall.backup"))])?;
    assert!(
        said.contains("3 files") && said.contains("1 that are named in it were not there"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_terminal_goes_on_from_its_place_in_a_copy_and_begins_anew_after_a_restore() -> Outcome {
    let folder = Folder::new()?;
    let one = folder.at("one");
    founded(&one)?;
    let heads = |data: &Path| -> Result<(i64, i64), Box<dyn std::error::Error>> {
        let database = rusqlite::Connection::open(data.join("onehall.sqlite"))?;
        Ok(database.query_row("SELECT epoch, seq FROM sync_head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?)
    };
    rusqlite::Connection::open(one.join("onehall.sqlite"))?.execute(
        "INSERT INTO sync_head (principal, epoch, seq, trimmed) SELECT id, 5, 9, 0 FROM person LIMIT 1",
        [],
    )?;
    let file = text(&folder.at("hall.backup"));
    well(&one, &["backup", &file])?;
    well(&folder.at("restored"), &["restore", &file])?;
    let (epoch, seq) = heads(&folder.at("restored"))?;
    assert!(epoch > 5, "a cursor from after the backup would be taken");
    assert_eq!(seq, 9);
    let from = text(&one.join("onehall.sqlite"));
    let to = text(&folder.at("copied/onehall.sqlite"));
    well(&one, &["copy", "--from", &from, "--to", &to])?;
    assert_eq!(heads(&folder.at("copied"))?, (5, 9));
    Ok(())
}

#[test]
fn after_a_restore_no_number_is_given_again_that_was_given_since_the_backup() -> Outcome {
    let folder = Folder::new()?;
    let one = folder.at("one");
    founded(&one)?;
    rusqlite::Connection::open(one.join("onehall.sqlite"))?.execute_batch(
        "INSERT INTO case_counter (day, last) VALUES (date('now'), 122);
         INSERT INTO draft (id, actor, principal, item, form_code, form_version, revision, created_at, updated_at, terminal,
             lost_made)
         SELECT id, id, id, 'residence-permit', 'residence-permit', 1, 40, 0, 0, 'browser', 3 FROM person LIMIT 1",
    )?;
    // Of the cases of every day that it may be in the city, of the answers of a draft, and of those that did not stand.
    let given = |data: &Path| -> Result<[i64; 3], Box<dyn std::error::Error>> {
        let database = rusqlite::Connection::open(data.join("onehall.sqlite"))?;
        let sql = "SELECT (SELECT min(last) FROM case_counter), revision, lost_made FROM draft";
        Ok(database.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?)
    };
    let file = text(&folder.at("hall.backup"));
    well(&one, &["backup", &file])?;
    well(&folder.at("restored"), &["restore", &file])?;
    let restored = given(&folder.at("restored"))?;
    assert!(restored.iter().all(|number| *number >= 1_000_000), "{restored:?}");
    // What somebody moves without losing anything goes on from where it is.
    let (from, to) = (
        text(&one.join("onehall.sqlite")),
        text(&folder.at("copied/onehall.sqlite")),
    );
    well(&one, &["copy", "--from", &from, "--to", &to])?;
    assert_eq!(given(&folder.at("copied"))?, [122, 40, 3]);
    Ok(())
}

#[test]
fn who_was_logged_out_since_a_backup_stays_so_after_its_restore_and_other_sites_are_told() -> Outcome {
    let folder = Folder::new()?;
    let one = folder.at("one");
    founded(&one)?;
    // A browser, in which a login at another site was allowed, a terminal of the hall's own, and a clerk.
    rusqlite::Connection::open(one.join("onehall.sqlite"))?.execute_batch(
        "INSERT INTO citizen_session (token, person, terminal, created_at, idle_ends_at, ends_at)
         SELECT x'01', id, 'browser', 0, 9000000000000, 9000000000000 FROM person LIMIT 1;
         INSERT INTO oidc_grant (id, person, client, scopes, session, acr, auth_time, created_at, ends_at, own_session)
         SELECT x'03', id, 'shop', 'openid offline_access', x'01', 'l1', 0, 0, 9000000000000, 0 FROM person LIMIT 1;
         INSERT INTO oidc_grant (id, person, client, scopes, session, acr, auth_time, created_at, ends_at, own_session)
         SELECT x'04', id, 'desktop', 'openid', x'02', 'l1', 0, 0, 9000000000000, 1 FROM person LIMIT 1;
         INSERT INTO oidc_refresh (token, grant_id, issued_at, expires_at) VALUES (x'05', x'04', 0, 9000000000000);
         INSERT INTO staff_session (token, staff, created_at, idle_ends_at, ends_at)
         SELECT x'06', id, 0, 9000000000000, 9000000000000 FROM staff LIMIT 1",
    )?;
    let held = |data: &Path| -> Result<[i64; 5], Box<dyn std::error::Error>> {
        let database = rusqlite::Connection::open(data.join("onehall.sqlite"))?;
        let count = |table: &str| -> rusqlite::Result<i64> {
            database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        };
        Ok([
            count("citizen_session")?,
            count("staff_session")?,
            count("oidc_grant")?,
            count("oidc_refresh")?,
            count("oidc_notice WHERE client = 'shop'")?,
        ])
    };
    let file = text(&folder.at("hall.backup"));
    well(&one, &["backup", &file])?;
    well(&folder.at("restored"), &["restore", &file])?;
    assert_eq!(held(&folder.at("restored"))?, [0, 0, 0, 0, 1]);
    let (from, to) = (
        text(&one.join("onehall.sqlite")),
        text(&folder.at("copied/onehall.sqlite")),
    );
    well(&one, &["copy", "--from", &from, "--to", &to])?;
    assert_eq!(held(&folder.at("copied"))?, [1, 1, 2, 1, 0]);
    Ok(())
}

#[test]
fn what_is_no_backup_leaves_nothing_behind() -> Outcome {
    let folder = Folder::new()?;
    let file = folder.at("notes.txt");
    std::fs::write(&file, "no backup")?;
    let said = refused(&folder.at("data"), &["restore", &text(&file)])?;
    assert!(said.contains("is no backup"), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder.at("data"))?.collect::<Result<_, _>>()?;
    let left: Vec<_> = left.iter().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["onehall.lock"]);
    Ok(())
}

#[test]
fn a_backup_that_lost_a_bit_becomes_no_hall() -> Outcome {
    let folder = Folder::new()?;
    let one = folder.at("one");
    founded(&one)?;
    let whole = folder.at("hall.backup");
    well(&one, &["backup", &text(&whole)])?;
    let bytes = std::fs::read(&whole)?;
    let damaged = text(&folder.at("damaged.backup"));
    // In a row, and in a file; where each of them stands is found by what it holds.
    let name = bytes.windows(8).position(|part| part == b"Somebody").ok_or("no name")?;
    let large = bytes.windows(64).position(|part| part == [7; 64]).ok_or("no file")?;
    for place in [name, large + 20] {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        std::fs::write(&damaged, &bytes)?;
        let said = refused(&folder.at("two"), &["restore", &damaged])?;
        assert!(said.contains("is damaged"), "{said}");
        assert!(!folder.at("two").join("onehall.sqlite").exists());
    }
    well(&folder.at("two"), &["restore", &text(&whole)])?;
    Ok(())
}

#[test]
fn a_copy_goes_into_an_empty_database_only() -> Outcome {
    let folder = Folder::new()?;
    let one = folder.at("one");
    founded(&one)?;
    let (from, to) = (
        text(&one.join("onehall.sqlite")),
        text(&folder.at("two/onehall.sqlite")),
    );
    let copy = ["copy", "--from", &from, "--to", &to];
    let said = well(&one, &copy)?;
    assert!(
        said.contains("staff") && said.contains("counted and compared"),
        "{said}"
    );
    assert!(refused(&one, &copy)?.contains("holds rows already"));
    let missing = text(&folder.at("nowhere.sqlite"));
    assert!(refused(&one, &["copy", "--from", &missing, "--to", &to])?.contains("is not there"));
    let server = [
        "copy",
        "--from",
        &from,
        "--to",
        "postgres://hall:s3cret@127.0.0.1:1/city",
    ];
    let said = refused(&one, &server)?;
    assert!(!said.contains("s3cret") && said.contains("cannot connect"), "{said}");
    Ok(())
}

#[test]
fn the_schema_is_brought_up_to_date_once() -> Outcome {
    let folder = Folder::new()?;
    assert!(well(&folder.at("data"), &["migrate"])?.contains("applied 0001_foundation"));
    let again = well(&folder.at("data"), &["migrate"])?;
    assert!(
        !again.contains("applied 0") && again.contains("(0 steps applied)"),
        "{again}"
    );
    Ok(())
}
