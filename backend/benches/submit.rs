//! A durable, idempotent submission at the storage port, 64 at a time, beside what the disk can do at all.
//!
//! `cargo bench -p onehall-backend --bench submit`. In one run, on one file system:
//!
//! - `fsync`: one write of 4 KiB and one `fsync`, again and again: what a single durable thing costs.
//! - `row by row`: one row, one transaction, one commit (WAL, `synchronous=FULL`): SQLite as it is mostly used.
//! - `submit/64`: a whole submission (case, answers, event, attempt, number, mark on the draft) from 64 tasks at once,
//!   acknowledged only when it is on disk: the writer's group commit.

use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use onehall_backend::cases::CaseStore;
use onehall_backend::cases::model::{Attempt, StoredEvent, Submit, Submitted, Who};
use onehall_backend::cases::workflow::{CaseClock, Standing};
use onehall_backend::drafts::{DraftStore, OpenDraft};
use onehall_backend::storage::sqlite::Sqlite;
use onehall_forms::ENGINE;
use onehall_protocol::cases::CaseState;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{Answers, EvaluatedWith};
use onehall_protocol::identity::{PersonKind, PersonView, TerminalKind};
use onehall_protocol::{CaseId, Date, DraftId, IdempotencyKey, PersonId, Text, Timestamp};
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// Submissions on their way at the same time.
const AT_ONCE: usize = 64;
/// Submissions of one measurement.
const BATCH: usize = 2048;

fn must<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

fn parsed<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Display,
{
    must(text.parse())
}

/// A folder of its own, on the file system of the target folder, which is a disk where `/tmp` may not be.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("submit-{}", Uuid::now_v7()));
        must(std::fs::create_dir_all(&path));
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn now() -> Timestamp {
    parsed("2026-11-23T01:00:00.000Z")
}

/// A dozen answers, as the form of an identity card has them.
fn answers() -> Answers {
    let text = |number: usize| (format!("question_{number}"), json!("兰川市城关区民安街道滨河东路18号"));
    (0..12).map(text).collect()
}

async fn draft(sqlite: &Sqlite, principal: PersonId) -> DraftId {
    let open = OpenDraft {
        id: DraftId(Uuid::now_v7()),
        actor: principal,
        principal,
        item: parsed("identity-card-renewal"),
        form: FormReference {
            code: parsed("identity-card-renewal"),
            version: 1,
        },
        prefilled: Vec::new(),
        terminal: TerminalKind::Browser,
        now: now(),
    };
    let id = open.id;
    must(sqlite.open_draft(open).await);
    id
}

fn submission(draft: DraftId, principal: PersonId) -> Submit {
    let today: Date = parsed("2026-11-23");
    let step = "submitted";
    Submit {
        attempt: Attempt {
            actor: principal,
            key: IdempotencyKey(Uuid::now_v7()),
            payload: [7; 32],
        },
        draft,
        revision: 1,
        id: CaseId(Uuid::now_v7()),
        number: ("LC".to_owned(), today),
        principal: PersonView {
            id: principal,
            kind: PersonKind::Citizen,
            name: "张敏".to_owned(),
            number: Some("620***********3827".to_owned()),
        },
        item: parsed("identity-card-renewal"),
        item_name: Text::new("居民身份证换领", "Identity card renewal"),
        authority: parsed("public-security"),
        form: FormReference {
            code: parsed("identity-card-renewal"),
            version: 1,
        },
        workflow: parsed("simple"),
        standing: Standing {
            step: parsed(step),
            due: Some(today),
            clock: CaseClock::new(10),
        },
        answers: answers(),
        transcript: "0".repeat(64),
        evaluated: EvaluatedWith {
            engine: ENGINE,
            as_of: today,
            calendar: None,
            lists: Default::default(),
        },
        files: Vec::new(),
        event: StoredEvent {
            sequence: 0,
            at: now(),
            action: parsed("submit"),
            action_name: Text::new("提交申请", "Submitted"),
            step: parsed(step),
            step_name: Text::new("待预审", "Waiting for pre-review"),
            state: CaseState::Submitted,
            who: Who::Person {
                id: principal,
                name: "张敏".to_owned(),
            },
            terminal: TerminalKind::Browser,
            reason: None,
        },
    }
}

/// Drafts that wait to be submitted, each of a citizen of its own.
async fn prepared(sqlite: &Arc<Sqlite>) -> Vec<Submit> {
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let sqlite = Arc::clone(sqlite);
        tasks.push(tokio::spawn(async move {
            let mut submissions = Vec::new();
            for _ in 0..BATCH / AT_ONCE {
                let principal = PersonId(Uuid::now_v7());
                submissions.push(submission(draft(&sqlite, principal).await, principal));
            }
            submissions
        }));
    }
    let mut submissions = Vec::new();
    for task in tasks {
        submissions.extend(must(task.await));
    }
    submissions
}

/// Submits all of them, [`AT_ONCE`] at a time; how long until the last one was acknowledged.
async fn submit_all(sqlite: &Arc<Sqlite>, submissions: Vec<Submit>) -> Duration {
    let waiting = Arc::new(
        submissions
            .into_iter()
            .map(|one| std::sync::Mutex::new(Some(one)))
            .collect::<Vec<_>>(),
    );
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let (sqlite, waiting, next) = (Arc::clone(sqlite), Arc::clone(&waiting), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            while let Some(place) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
                let one = place.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                let Some(one) = one else { continue };
                assert!(matches!(must(sqlite.submit(one).await), Submitted::New(_)));
            }
        }));
    }
    for task in tasks {
        must(task.await);
    }
    started.elapsed()
}

fn bench(criterion: &mut Criterion) {
    let folder = Folder::new();
    let mut group = criterion.benchmark_group("durable");
    group.sample_size(10).throughput(Throughput::Elements(1));

    let mut file = must(File::create(folder.0.join("fsync")));
    let block = vec![7u8; 4096];
    group.bench_function("fsync of 4 KiB", |bencher| {
        bencher.iter(|| {
            must(file.seek(SeekFrom::Start(0)));
            must(file.write_all(black_box(&block)));
            must(file.sync_all());
        });
    });

    let row = must(rusqlite::Connection::open(folder.0.join("rows.sqlite")));
    must(row.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE one (id BLOB PRIMARY KEY, answers TEXT NOT NULL)",
    ));
    let text = must(serde_json::to_string(&answers()));
    group.bench_function("row by row, one commit each", |bencher| {
        bencher.iter(|| {
            must(row.execute(
                "INSERT INTO one (id, answers) VALUES (?1, ?2)",
                (Uuid::now_v7().as_bytes(), &text),
            ));
        });
    });

    let runtime = must(Runtime::new());
    let sqlite = Arc::new(must(Sqlite::open(&folder.0.join("onehall.sqlite"), 2, now())));
    group.bench_function("submit/64", |bencher| {
        bencher.iter_custom(|count| {
            // Drafts are made beside the measurement, in batches; what is measured is scaled to what was asked for.
            let batches = count.div_ceil(BATCH as u64);
            let mut spent = Duration::ZERO;
            for _ in 0..batches {
                spent += runtime.block_on(async { submit_all(&sqlite, prepared(&sqlite).await).await });
            }
            spent.mul_f64(count as f64 / (batches * BATCH as u64) as f64)
        });
    });
    group.finish();
    let (groups, commands) = sqlite.committed();
    println!(
        "group commit: {commands} commands in {groups} commits, {:.1} each",
        commands as f64 / groups as f64
    );
}

criterion_group!(benches, bench);
criterion_main!(benches);
