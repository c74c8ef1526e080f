//! The journal on real files: torn, damaged, full, killed.

use tokio::runtime::Runtime;

use super::*;
use crate::platform::native::FileSecrets;
use crate::platform::native::tests::{Folder, Forgets, runtime};
use crate::testing::FailingSecrets;
use crate::testing::killed::{When, folder_of_child, killed, rounds, say_kept, this};

fn cipher() -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&[7; 32].into())
}

fn bytes_of(records: &[(&str, Option<&str>)]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (key, value) in records {
        let record = record(&cipher(), key, value.map(str::as_bytes)).unwrap_or_else(|error| panic!("{error}"));
        bytes.extend(record);
    }
    bytes
}

fn live(read: &Content) -> Vec<(&str, &str)> {
    let text = |value| std::str::from_utf8(value).unwrap_or("no text");
    read.live
        .iter()
        .map(|(key, value)| (key.as_str(), text(value)))
        .collect()
}

fn journal(folder: &Folder, runtime: &Runtime) -> FileJournal {
    journal_in(&folder.0, runtime)
}

fn journal_in(folder: &Path, runtime: &Runtime) -> FileJournal {
    let secrets = FileSecrets::new(folder.join("secrets"), runtime.handle().clone());
    FileJournal::new(folder.join("journal"), Arc::new(secrets), runtime.handle().clone())
}

async fn all(journal: &FileJournal) -> Vec<(String, Vec<u8>)> {
    let kept = journal.kept().await;
    kept.unwrap_or_else(|error| panic!("could not {error}"))
}

#[test]
fn what_is_kept_outlives_the_process_and_what_is_forgotten_does_not() {
    let (runtime, folder) = (runtime(), Folder::new());
    runtime.block_on(async {
        let first = journal(&folder, &runtime);
        for (key, value) in [("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")] {
            assert_eq!(first.keep(key, value.into()).await, Ok(()));
        }
        first.forget("b").await;
        drop(first);
        let kept = journal(&folder, &runtime).kept().await;
        let expected = [("a".to_owned(), b"3".to_vec()), ("c".to_owned(), b"4".to_vec())];
        assert_eq!(kept, Ok(expected.to_vec()));
    });
}

#[test]
fn the_disk_holds_nothing_that_can_be_read_and_an_erased_journal_is_gone() {
    let (runtime, folder) = (runtime(), Folder::new());
    runtime.block_on(async {
        let first = journal(&folder, &runtime);
        assert_eq!(
            first.keep("person/draft", b"canary-440301199001011234".to_vec()).await,
            Ok(())
        );
        let bytes = fs::read(folder.0.join("journal")).unwrap_or_else(|error| panic!("{error}"));
        for plain in [&b"canary"[..], b"person", b"440301"] {
            assert!(!bytes.windows(plain.len()).any(|window| window == plain));
        }
        first.erase().await;
        assert!(!folder.0.join("journal").exists());
        // Somebody put the file back from a copy: its key is gone.
        fs::write(folder.0.join("journal"), &bytes).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(first.kept().await, Ok(Vec::new()));
        assert_eq!(first.keep("next", b"1".to_vec()).await, Ok(()));
        assert_eq!(all(&journal(&folder, &runtime)).await.len(), 1);
    });
}

#[test]
fn a_write_torn_at_any_byte_costs_only_itself() {
    let before = bytes_of(&[("a", Some("1")), ("b", Some("2"))]);
    let whole = bytes_of(&[("a", Some("1")), ("b", Some("2"))]);
    let last = record(&cipher(), "a", Some(b"3")).unwrap_or_else(|error| panic!("{error}"));
    for length in 0..last.len() {
        let mut torn = whole.clone();
        torn.extend(&last[..length]);
        // What was not written yet is missing, or is zeros or other bytes where the file had grown already. A filling that
        // happens to be what was to be written (the sealed bytes are random) would be the whole record.
        for filling in [None, Some(0), Some(!last[length])]
            .into_iter()
            .filter(|filling| *filling != Some(last[length]))
        {
            let mut file = torn.clone();
            if let Some(byte) = filling {
                file.resize(whole.len() + last.len(), byte);
            }
            let read = read(&file, &cipher());
            assert_eq!(live(&read), [("a", "1"), ("b", "2")], "{length} {filling:?}");
            assert_eq!(read.end, before.len() as u64, "{length} {filling:?}");
        }
    }
    let mut file = whole;
    file.extend(last);
    assert_eq!(live(&read(&file, &cipher())), [("a", "3"), ("b", "2")]);
}

#[test]
fn a_journal_whose_beginning_was_torn_begins_anew() {
    for length in 0..MAGIC.len() {
        let read = read(&MAGIC[..length], &cipher());
        assert!(!read.damaged && read.end == 0, "{length}");
    }
    assert!(read(b"something else", &cipher()).damaged);
}

#[test]
fn a_flipped_bit_anywhere_is_noticed_and_never_read_as_an_answer() {
    let file = bytes_of(&[("a", Some("1")), ("b", Some("2")), ("a", Some("3"))]);
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << bit;
            let read = read(&flipped, &cipher());
            for pair in live(&read) {
                assert!(
                    [("a", "1"), ("b", "2"), ("a", "3")].contains(&pair),
                    "{at} {bit}: {pair:?}"
                );
            }
            assert!(
                read.damaged || read.end < file.len() as u64,
                "{at} {bit}: was not noticed"
            );
        }
    }
}

#[test]
fn damage_anywhere_costs_at_most_the_records_that_it_touches() {
    let long = "x".repeat(150);
    let said = [
        ("a", Some("1")),
        ("b", Some(long.as_str())),
        ("c", Some("")),
        ("a", Some("2")),
        ("c", None),
        ("b", Some("3")),
        ("d", Some("4")),
    ];
    let mut file = MAGIC.to_vec();
    let mut places = Vec::new();
    for (key, value) in said {
        let from = file.len();
        file.extend(&bytes_of(&[(key, value)])[MAGIC.len()..]);
        places.push(from..file.len());
    }
    for at in 0..file.len() {
        for length in [1, 7, 8, 60, 300] {
            let end = (at + length).min(file.len());
            let other: Vec<u8> = file[at..end].iter().map(|byte| !byte).collect();
            // Where what comes before or behind is alike by chance, the same is left as if a record beside had been cut.
            let cut_is_there = file.get(end) != file.get(at) && (at == 0 || file[at - 1] != file[end - 1]);
            // Other bytes in their place, more of them, and none.
            let cut = cut_is_there.then(Vec::new);
            for filling in [other.clone(), other.repeat(2)].into_iter().chain(cut) {
                let damaged = [&file[..at], &filling[..], &file[end..]].concat();
                let read = read(&damaged, &cipher());
                let mut expected = BTreeMap::new();
                for ((key, value), place) in said.iter().zip(&places) {
                    let whole = place.end <= at || end <= place.start;
                    match value {
                        Some(value) if whole => expected.insert(*key, *value),
                        None if whole => expected.remove(key),
                        _ => None,
                    };
                }
                let expected: Vec<_> = expected.into_iter().collect();
                assert_eq!(
                    live(&read),
                    expected,
                    "{length} at {at}, {} in their place",
                    filling.len()
                );
            }
        }
    }
}

#[test]
fn damage_in_the_middle_is_put_aside_and_what_is_behind_it_is_kept() {
    let (runtime, folder) = (runtime(), Folder::new());
    runtime.block_on(async {
        let first = journal(&folder, &runtime);
        for number in 0..3 {
            assert_eq!(first.keep(&number.to_string(), b"x".to_vec()).await, Ok(()));
        }
        drop(first);
        let place = folder.0.join("journal");
        let mut bytes = fs::read(&place).unwrap_or_else(|error| panic!("{error}"));
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&place, &bytes).unwrap_or_else(|error| panic!("{error}"));
        let kept = |numbers: &[&str]| -> Vec<(String, Vec<u8>)> {
            let value = |number: &&str| ((*number).to_owned(), b"x".to_vec());
            numbers.iter().map(value).collect()
        };
        let damaged = journal(&folder, &runtime);
        assert_eq!(damaged.kept().await, Ok(kept(&["0", "2"])));
        assert!(damaged.was_damaged() && !damaged.was_damaged(), "it is said once");
        assert_eq!(damaged.keep("3", b"x".to_vec()).await, Ok(()));
        drop(damaged);
        // From then on the file is whole.
        let whole = journal(&folder, &runtime);
        assert_eq!(whole.kept().await, Ok(kept(&["0", "2", "3"])));
        assert!(!whole.was_damaged());
        assert_eq!(fs::read(folder.0.join("journal.damaged-1")).ok(), Some(bytes));
        assert!(!folder.0.join("journal.damaged-2").exists());
    });
}

#[test]
fn a_damaged_journal_that_cannot_be_put_aside_stays_as_it_is_until_it_can() {
    let folder = Folder::new();
    let place = folder.0.join("journal");
    let open = || Open::at(&place, &[7; 32]);
    fs::create_dir_all(&folder.0).unwrap_or_else(|error| panic!("{error}"));
    let mut bytes = bytes_of(&[("a", Some("1")), ("b", Some("2"))]);
    bytes[MAGIC.len() + HEAD] ^= 1;
    fs::write(&place, &bytes).unwrap_or_else(|error| panic!("{error}"));
    // Half a copy, as a full disk leaves it, and a place into which nothing can be written.
    fs::write(folder.0.join("journal.damaged-1"), &bytes[..20]).unwrap_or_else(|error| panic!("{error}"));
    fs::create_dir(folder.0.join("journal.new")).unwrap_or_else(|error| panic!("{error}"));
    assert!(open().is_err() && open().is_err());
    assert_eq!(fs::read(&place).ok(), Some(bytes.clone()));
    fs::remove_dir(folder.0.join("journal.new")).unwrap_or_else(|error| panic!("{error}"));
    let read = open().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.live.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(fs::read(folder.0.join("journal.damaged-1")).ok(), Some(bytes));
    assert!(!folder.0.join("journal.damaged-2").exists());
}

#[test]
fn what_a_full_disk_does_not_take_is_not_called_kept() {
    let folder = Folder::new();
    let place = folder.0.join("journal");
    let open = Open::at(&place, &[7; 32]);
    let mut open = open.unwrap_or_else(|error| panic!("{error}"));
    open.keep(&place, "a".to_owned(), Some(b"1".to_vec()))
        .unwrap_or_else(|error| panic!("{error}"));
    let end = open.end;
    // A file that takes no bytes: as a full disk, every write fails.
    let sound = std::mem::replace(
        &mut open.file,
        File::open(&place).unwrap_or_else(|error| panic!("{error}")),
    );
    assert!(open.keep(&place, "b".to_owned(), Some(b"2".to_vec())).is_err());
    assert_eq!((open.end, open.live.len()), (end, 1));
    open.file = sound;
    open.keep(&place, "c".to_owned(), Some(b"3".to_vec()))
        .unwrap_or_else(|error| panic!("{error}"));
    let again = Open::at(&place, &[7; 32]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.live.keys().collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn a_journal_does_not_grow_with_what_is_forgotten() {
    let folder = Folder::new();
    let place = folder.0.join("journal");
    let mut open = Open::at(&place, &[7; 32]).unwrap_or_else(|error| panic!("{error}"));
    for number in 0..600_u32 {
        let key = format!("{}", number % 3);
        open.keep(&place, key, Some(vec![number as u8; 1024]))
            .unwrap_or_else(|error| panic!("{error}"));
    }
    let size = fs::metadata(&place).map_or(u64::MAX, |data| data.len());
    assert!(size < 2 * COMPACT_FROM, "{size}");
    let again = Open::at(&place, &[7; 32]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.live, open.live);
}

/// The child of the test below: a process that cannot open one more file, while it writes the journal anew and afterwards.
#[test]
fn keeps_where_the_folder_cannot_be_opened() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    fs::create_dir(&folder)
        .and_then(|()| std::env::set_current_dir(&folder))
        .unwrap_or_else(|error| panic!("{error}"));
    let place = folder.join("journal");
    // The same file by a name that has no folder to open.
    let nameless = Path::new("journal");
    let mut open = Open::at(&place, &[7; 32]).unwrap_or_else(|error| panic!("{error}"));
    let mut keep = |place: &Path, key: &str| {
        if open.keep(place, key.to_owned(), Some(vec![b'x'; 30_000])).is_ok() {
            say_kept(key);
        }
    };
    keep(&place, "a");
    keep(&place, "a");
    // It is written anew.
    keep(nameless, "a");
    keep(nameless, "b");
    keep(&place, "c");
    say_kept("no more");
}

#[test]
fn what_is_called_kept_after_the_file_was_written_anew_is_in_the_file_of_that_name() {
    let folder = Folder::new();
    let when = When {
        kept: usize::MAX,
        later: std::time::Duration::ZERO,
    };
    let said = killed(&mut this(), "keeps_where_the_folder_cannot_be_opened", &folder.0, when);
    assert_eq!(said.kept().collect::<Vec<_>>(), ["a", "a", "c", "no more"]);
    let again = Open::at(&folder.0.join("journal"), &[7; 32]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.live.keys().collect::<Vec<_>>(), ["a", "c"]);
    assert!(!again.damaged);
}

#[test]
fn without_a_place_for_the_key_nothing_is_called_kept() {
    let (runtime, folder) = (runtime(), Folder::new());
    let journal = FileJournal::new(folder.0.join("journal"), Arc::new(Forgets), runtime.handle().clone());
    assert_eq!(runtime.block_on(journal.keep("a", b"1".to_vec())), Err(NotKept));
}

#[test]
fn a_key_that_cannot_be_read_for_a_moment_costs_nothing() {
    let (runtime, folder) = (runtime(), Folder::new());
    let secrets = Arc::new(FailingSecrets::default());
    let place = folder.0.join("journal");
    let open = || FileJournal::new(place.clone(), secrets.clone(), runtime.handle().clone());
    let bytes = || fs::read(&place).unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async {
        assert_eq!(open().keep("a", b"1".to_vec()).await, Ok(()));
        let kept = Ok(vec![("a".to_owned(), b"1".to_vec())]);
        let before = bytes();
        let journal = open();
        lock(&secrets.fails).push(KEY);
        assert_eq!(journal.kept().await, Err(NotKept));
        assert_eq!(journal.kept().await, kept);
        let journal = open();
        lock(&secrets.fails).push(KEY);
        assert_eq!(journal.keep("b", b"2".to_vec()).await, Err(NotKept));
        lock(&secrets.fails).push(KEY);
        journal.forget("a").await;
        assert_eq!(journal.kept().await, kept);
        assert_eq!(bytes(), before);
    });
}

#[test]
fn a_file_that_cannot_be_opened_for_a_moment_is_not_taken_for_an_empty_one() {
    let (runtime, folder) = (runtime(), Folder::new());
    let (place, away) = (folder.0.join("journal"), folder.0.join("away"));
    runtime.block_on(async {
        assert_eq!(journal(&folder, &runtime).keep("a", b"1".to_vec()).await, Ok(()));
        let io = |done: io::Result<()>| done.unwrap_or_else(|error| panic!("{error}"));
        io(fs::rename(&place, &away));
        io(fs::create_dir(&place));
        let journal = journal(&folder, &runtime);
        assert_eq!(journal.kept().await, Err(NotKept));
        assert_eq!(journal.keep("b", b"2".to_vec()).await, Err(NotKept));
        io(fs::remove_dir(&place));
        io(fs::rename(&away, &place));
        assert_eq!(journal.kept().await, Ok(vec![("a".to_owned(), b"1".to_vec())]));
    });
}

#[test]
fn who_only_looks_makes_no_key() {
    let (runtime, folder) = (runtime(), Folder::new());
    runtime.block_on(async {
        let journal = journal(&folder, &runtime);
        assert_eq!(journal.kept().await, Ok(Vec::new()));
        journal.forget("a").await;
    });
    assert!(!folder.0.join("secrets").exists() && !folder.0.join("journal").exists());
}

/// The child of the test below: keeps one value after the other and says which is kept.
#[test]
fn types_until_it_is_killed() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let runtime = runtime();
    let journal = journal_in(&folder, &runtime);
    runtime.block_on(async {
        let first = all(&journal).await.len();
        for number in first.. {
            if journal.keep(&format!("{number:08}"), vec![b'x'; 300]).await.is_ok() {
                say_kept(number);
            }
        }
    });
}

#[test]
fn a_terminal_killed_at_any_moment_keeps_what_it_acknowledged() {
    let (runtime, folder) = (runtime(), Folder::new());
    let (mut acknowledged, mut in_all) = (0, 0);
    for round in 0..rounds(20) {
        let said = killed(&mut this(), "types_until_it_is_killed", &folder.0, When::of(round));
        let numbers: Vec<usize> = said.kept().filter_map(|number| number.parse().ok()).collect();
        acknowledged = numbers.last().map_or(acknowledged, |last| last + 1);
        in_all += numbers.len();
        let kept = runtime.block_on(all(&journal(&folder, &runtime)));
        // One more may be on the disk than could be said.
        assert!(
            kept.len() >= acknowledged,
            "round {round}: {} of {acknowledged}",
            kept.len()
        );
        for (number, (key, value)) in kept.iter().enumerate() {
            assert_eq!((key.as_str(), value.len()), (format!("{number:08}").as_str(), 300));
        }
        acknowledged = kept.len();
        if acknowledged > 2_000 {
            runtime.block_on(journal(&folder, &runtime).erase());
            acknowledged = 0;
        }
    }
    assert!(in_all > 0, "it was always killed before it kept anything");
}
