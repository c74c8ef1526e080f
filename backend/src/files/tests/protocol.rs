//! Pieces that come twice, out of order, torn, to another replica, or after the end.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

/// What somebody sends next, or what becomes of it.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// The next bytes, this many KiB.
    Next(usize),
    /// The next bytes, broken off after this share of 256.
    Torn(usize, u8),
    /// Bytes that are here already, from an earlier offset.
    Behind(usize, usize),
    /// Bytes from further on.
    Ahead(usize),
    /// More than a request may bring.
    Flood,
    /// The same request twice at the same time.
    Twice(usize),
    /// Another replica answers from now on.
    Replica,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (1usize..700).prop_map(Move::Next),
        3 => ((1usize..700), any::<u8>()).prop_map(|(size, at)| Move::Torn(size, at)),
        2 => ((1usize..700), (1usize..700)).prop_map(|(back, size)| Move::Behind(back, size)),
        1 => (1usize..700).prop_map(Move::Ahead),
        1 => Just(Move::Flood),
        2 => (64usize..700).prop_map(Move::Twice),
        1 => Just(Move::Replica),
    ]
}

/// What the hall must hold after a request, by the rules alone.
struct Model {
    size: usize,
    held: usize,
}

impl Model {
    const LEAST: usize = 64 * KIB;
    const MOST: usize = 1024 * KIB;

    /// Bytes that came at the right place, whole or not.
    fn take(&mut self, came: usize) {
        if came >= Self::LEAST || self.held + came == self.size {
            self.held += came;
        }
    }

    /// As many of these as the file still has, and as one request may bring.
    fn at_most(&self, wanted: usize) -> usize {
        wanted.min(self.size - self.held).min(Self::MOST)
    }
}

async fn walk(hall: &mut TestHall, uploader: &mut Uploader, size: usize, moves: &[Move]) {
    let bytes = pdf(size);
    let upload = uploader.begin(&bytes).await;
    let mut model = Model { size, held: 0 };
    for next in moves {
        if model.held == size {
            break;
        }
        let held = model.held;
        match *next {
            Move::Next(kib) => {
                let length = model.at_most(kib * KIB);
                let reply = uploader
                    .append(&upload, held, bytes[held..held + length].to_vec())
                    .await;
                model.take(length);
                assert_eq!(
                    reply.status,
                    if model.held > held { 200 } else { 400 },
                    "{}",
                    reply.json()
                );
            }
            Move::Torn(kib, at) => {
                let length = model.at_most(kib * KIB) * usize::from(at) / 256;
                uploader.append(&upload, held, torn(&bytes[held..held + length])).await;
                model.take(length);
            }
            Move::Behind(back, kib) => {
                let from = held.saturating_sub(back * KIB);
                let to = size.min(from + kib * KIB);
                if from < held {
                    let reply = uploader.append(&upload, from, bytes[from..to].to_vec()).await;
                    assert_eq!(reply.code(), "files/upload_offset");
                    assert_eq!(reply.header("upload-offset"), held.to_string());
                }
            }
            Move::Ahead(kib) => {
                let reply = uploader
                    .append(&upload, held + kib * KIB, bytes[..size.min(70 * KIB)].to_vec())
                    .await;
                assert_eq!(reply.json()["details"]["offset"], held);
            }
            Move::Flood => {
                let reply = uploader.append(&upload, held, vec![0; 1024 * KIB + 1]).await;
                assert_eq!(reply.code(), "request/body_too_large");
            }
            Move::Twice(kib) => {
                let length = model.at_most(kib * KIB);
                let piece = bytes[held..held + length].to_vec();
                let mut other = Uploader {
                    terminal: uploader.terminal.clone(),
                    draft: uploader.draft.clone(),
                };
                let (one, two) = tokio::join!(
                    uploader.append(&upload, held, piece.clone()),
                    other.append(&upload, held, piece)
                );
                model.take(length);
                let taken = [&one, &two].iter().filter(|reply| reply.status == 200).count();
                assert!(taken >= 1 && (taken == 1 || model.held == size), "one of them counts");
            }
            Move::Replica => {
                let blobs = Arc::clone(&hall.state.files.blobs);
                replica(hall, blobs);
                uploader.terminal = hall.again(&uploader.terminal);
            }
        }
        let stands = uploader.terminal.get(&upload).await;
        assert_eq!(
            stands.json()["offset"],
            model.held,
            "after {next:?} at {held} of {size}"
        );
        assert_eq!(stands.header("upload-offset"), model.held.to_string());
    }
    // Whatever happened, the rest brings the file.
    while model.held < size {
        let length = model.at_most(Model::MOST);
        let piece = bytes[model.held..model.held + length].to_vec();
        let reply = uploader.append(&upload, model.held, piece).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        model.take(length);
    }
    let done = uploader.terminal.get(&upload).await.json();
    let file = done["file"]["id"].as_str().unwrap_or_default().to_owned();
    assert!(uploader.terminal.get(&format!("/api/v1/files/{file}")).await.body == bytes);
    // After the end nothing changes: the same file, whoever asks and whatever they bring.
    let after = uploader.append(&upload, 0, bytes[..size.min(70 * KIB)].to_vec()).await;
    assert_eq!(
        (after.status, after.json()["file"].clone()),
        (200, done["file"].clone())
    );
    let gone = format!(
        "/api/v1/drafts/{}/files/{file}",
        uploader.draft.as_str().unwrap_or_default()
    );
    assert_eq!(uploader.terminal.delete(&gone).await.status, 204);
}

fn whatever_happens(blobs: fn(&TestHall) -> Arc<dyn super::super::Blobs>, cases: u32) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut hall, mut uploader) = runtime.block_on(async {
        let mut hall = TestHall::open().await;
        let blobs = blobs(&hall);
        replica(&mut hall, blobs);
        let uploader = Uploader::at(&hall, CITIZEN).await;
        (hall, uploader)
    });
    let strategy = ((1usize..2600), prop::collection::vec(moves(), 0..12));
    let tried = std::cell::RefCell::new((&mut hall, &mut uploader));
    let config = Config {
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    TestRunner::new(config).run(&strategy, |(kib, moves)| {
        let mut tried = tried.borrow_mut();
        let (hall, uploader) = &mut *tried;
        runtime.block_on(walk(hall, uploader, kib * KIB + kib % 7, &moves));
        Ok(())
    })?;
    assert_eq!(kept(&hall), 0, "nothing stays of files that were taken away");
    Ok(())
}

#[test]
fn whatever_comes_the_hall_holds_what_was_sent_and_no_byte_twice() -> Outcome {
    whatever_happens(on_disk, 16)
}

#[test]
fn so_it_does_where_files_are_in_the_database() -> Outcome {
    whatever_happens(in_database, 6)
}

#[tokio::test]
async fn who_begins_again_with_the_same_key_goes_on_where_they_were() {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(300 * KIB);
    let (key, wanted) = (Uuid::now_v7(), uploader.wanted(&bytes));
    let first = uploader.begin_as(key, &wanted).await.json();
    let upload = format!("/api/v1/uploads/{}", first["id"].as_str().unwrap_or_default());
    uploader.append(&upload, 0, bytes[..100 * KIB].to_vec()).await;
    let again = uploader.begin_as(key, &wanted).await.json();
    assert_eq!((&again["id"], &again["offset"]), (&first["id"], &json!(100 * KIB)));
    let done = uploader
        .append(&upload, 100 * KIB, bytes[100 * KIB..].to_vec())
        .await
        .json();
    let again = uploader.begin_as(key, &wanted).await.json();
    assert_eq!(again["file"], done["file"], "also when its answer was lost");

    let mut other = wanted.clone();
    other["name"] = json!("b.pdf");
    assert_eq!(
        uploader.begin_as(key, &other).await.code(),
        "request/idempotency_conflict"
    );
    let head = uploader.terminal.send(Method::HEAD, &upload, &[], Vec::new()).await;
    assert_eq!(head.header("upload-offset"), (300 * KIB).to_string());
}

#[tokio::test]
async fn a_file_whose_last_answer_was_lost_is_there_once_however_late_its_terminal_comes_back() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(100 * KIB);
    let (key, wanted) = (Uuid::now_v7(), uploader.wanted(&bytes));
    let upload = uploader.begin_as(key, &wanted).await.json();
    let place = format!("/api/v1/uploads/{}", upload["id"].as_str().unwrap_or_default());
    let done = uploader.append(&place, 0, bytes).await.json();
    assert!(done["file"]["id"].is_string(), "{done}");

    // As long as an answer to an application is kept.
    for days in [2, 397] {
        hall.clock.advance(days * 24 * 3600);
        super::super::sweep::sweep(&hall.state).await?;
        uploader.terminal.log_in(CITIZEN).await;
        let again = uploader.begin_as(key, &wanted).await.json();
        assert_eq!(again["file"], done["file"], "{days}");
        let mut other = wanted.clone();
        other["name"] = json!("b.pdf");
        let other = uploader.begin_as(key, &other).await.code();
        assert_eq!(other, "request/idempotency_conflict");
    }
    assert_eq!(kept(&hall), 1);
    // What the file was called is said by the file alone, which the citizen may take away.
    let left = hall.database.look(|db| {
        let sql = "SELECT count(*) FROM upload WHERE name <> '' OR path IS NOT NULL OR sha256 <> '' OR media_type IS NOT NULL";
        db.query_row(sql, [], |row| row.get::<_, i64>(0))
    });
    assert_eq!(left?, 0);

    hall.clock.advance(2 * 24 * 3600);
    super::super::sweep::sweep(&hall.state).await?;
    uploader.terminal.log_in(CITIZEN).await;
    assert_eq!(uploader.terminal.get(&place).await.status, 404);
    assert_eq!(kept(&hall), 1, "the file stays");
    Ok(())
}

#[tokio::test]
async fn of_the_files_that_somebody_may_send_a_day_those_of_other_days_are_none() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(2 * KIB);
    let upload = uploader.begin(&bytes).await;
    let done = uploader.append(&upload, 0, bytes.clone()).await.json();
    assert!(done["file"]["id"].is_string(), "{done}");
    // As many as one day takes, all of them whole.
    let more = super::super::MOST_A_DAY - 1;
    hall.database.look(|db| {
        let sql = "INSERT INTO upload (id, sender, staff, key, payload, principal, draft, name, size, sha256, begun_at, received,
                       file)
                   SELECT ?1, sender, staff, ?1, payload, principal, draft, name, size, sha256, begun_at, received, file
                   FROM upload WHERE id <> key LIMIT 1";
        db.execute_batch("BEGIN")?;
        for number in 0..more {
            db.execute(sql, [*Uuid::from_u128(u128::from(number)).as_bytes()])?;
        }
        db.execute_batch("COMMIT")
    })?;
    let wanted = uploader.wanted(&bytes);
    let refused = uploader.begin_as(Uuid::now_v7(), &wanted).await;
    assert_eq!(refused.code(), "request/too_many");
    hall.clock.advance(25 * 3600);
    super::super::sweep::sweep(&hall.state).await?;
    uploader.terminal.log_in(CITIZEN).await;
    uploader.begin(&bytes).await;
    Ok(())
}

#[tokio::test]
async fn what_nobody_finishes_goes_after_a_day_and_what_is_ended_goes_at_once() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(300 * KIB);
    let (one, two) = (uploader.begin(&bytes).await, uploader.begin(&bytes).await);
    for upload in [&one, &two] {
        uploader.append(upload, 0, bytes[..100 * KIB].to_vec()).await;
    }
    assert_eq!(kept(&hall), 2);
    assert_eq!(uploader.terminal.delete(&two).await.status, 204);
    assert_eq!((kept(&hall), uploader.terminal.get(&two).await.status), (1, 404));

    hall.clock.advance(23 * 3600);
    super::super::sweep::sweep(&hall.state).await?;
    assert_eq!(kept(&hall), 1, "somebody may still come back");
    hall.clock.advance(2 * 3600);
    super::super::sweep::sweep(&hall.state).await?;
    assert_eq!(kept(&hall), 0);
    uploader.terminal.log_in(CITIZEN).await;
    assert_eq!(uploader.terminal.get(&one).await.status, 404);

    // An unfinished one of a draft that is gone goes with the next sweep.
    let third = uploader.begin(&bytes).await;
    uploader.append(&third, 0, bytes[..100 * KIB].to_vec()).await;
    let draft = format!("/api/v1/drafts/{}", uploader.draft.as_str().unwrap_or_default());
    assert_eq!(uploader.terminal.delete(&draft).await.status, 204);
    super::super::sweep::sweep(&hall.state).await?;
    assert_eq!((kept(&hall), uploader.terminal.get(&third).await.status), (0, 404));
    Ok(())
}

#[tokio::test]
async fn a_blob_whose_writer_was_killed_is_found_and_a_file_is_never_taken_for_one() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let file = uploader.send(&pdf(2000)).await.json();
    let orphan = super::super::uploading::keep(&hall.state, super::super::Content::of(b"orphan".to_vec())).await?;
    assert_eq!(kept(&hall), 2);
    super::super::sweep::sweep(&hall.state).await?;
    assert_eq!(kept(&hall), 2, "it may be about to be named");
    hall.clock.advance(25 * 3600);
    assert_eq!(super::super::sweep::sweep(&hall.state).await?, 1);
    assert!(hall.state.files.blobs.open(orphan).await.is_err());
    uploader.terminal.log_in(CITIZEN).await;
    let place = format!("/api/v1/files/{}", file["id"].as_str().unwrap_or_default());
    assert_eq!(uploader.terminal.get(&place).await.status, 200);
    Ok(())
}

#[tokio::test]
async fn who_throws_a_draft_away_leaves_nothing_even_where_the_hall_is_killed_before_it_removes_the_bytes() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let session = uploader.terminal.get("/api/v1/identity/session").await.json();
    let principal = session["actor"]["id"].as_str().unwrap_or_default().parse()?;
    assert_eq!(uploader.send(&pdf(2000)).await.status, 201);
    let draft = uploader.draft.as_str().unwrap_or_default().parse()?;
    let now = hall.state.clock.now();
    hall.state
        .storage
        .discard_draft(draft, vec![principal].into(), now)
        .await?;
    assert_eq!(kept(&hall), 1);
    super::super::sweep::sweep(&hall.state).await?;
    assert_eq!(kept(&hall), 0);
    Ok(())
}

#[tokio::test]
async fn a_file_whose_bytes_were_damaged_on_the_disk_is_not_given_as_if_it_were_whole() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let file = uploader.send(&pdf(5000)).await.json();
    let id: Uuid = file["id"].as_str().unwrap_or_default().parse()?;
    let name = id.simple().to_string();
    let place = hall.folder.join("files").join(&name[name.len() - 2..]).join(&name);
    let mut bytes = std::fs::read(&place)?;
    bytes[4000] ^= 1;
    std::fs::write(&place, &bytes)?;
    let stored = hall.state.storage.any_file(onehall_protocol::FileId(id)).await?;
    let mut read = Vec::new();
    let error = hall.state.files.open(&stored).await?.read_to_end(&mut read).await;
    assert_eq!(error.err().map(|error| error.kind()), Some(io::ErrorKind::InvalidData));
    assert!(read.len() < 5000);
    Ok(())
}

#[tokio::test]
async fn nobody_holds_more_than_a_few_requests_at_the_same_time() {
    let hall = TestHall::open().await;
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let files = &hall.state.files;
    let mut held: Vec<_> = (0..6).map(|_| files.sending(one)).collect();
    let code = |outcome: crate::error::Result<_>| outcome.map(drop).err().map(|error| error.code().as_str());
    assert_eq!(code(files.sending(one)), Some("request/too_many"));
    assert_eq!(code(files.sending(other)), None);
    held.pop();
    assert_eq!(code(files.sending(one)), None, "once one is gone there is room again");
}
