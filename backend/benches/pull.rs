//! What changed since a terminal last looked, at the storage port, 64 at a time, beside a bare `SELECT` of the same rows.
//!
//! `cargo bench -p onehall-backend --bench pull`. In one run, on one database of 2,000 citizens:
//!
//! - `select/unchanged`, `select/20 changes`: the rows that a pull needs, read by two threads of rusqlite with statements
//!   that are prepared, one connection each, and nothing made of them.
//! - `pull/unchanged`, `pull/20 changes`: a pull with everything that a terminal gets: ten drafts with a dozen answers
//!   each, five cases with answers and history, and five drafts that became them; from 64 tasks at once.

mod made;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use onehall_backend::cases::CaseStore;
use onehall_backend::drafts::DraftStore;
use onehall_backend::identity::Reach;
use onehall_backend::storage::sql::Database;
use onehall_backend::sync::{PullQuestion, Pulled, SyncStore};
use onehall_protocol::PersonId;
use onehall_sync::Positions;
use rusqlite::{Connection, Row};
use tokio::runtime::Runtime;
use uuid::Uuid;

use made::{Folder, draft, filled_draft, must, now, submission};

/// Pulls on their way at the same time.
const AT_ONCE: usize = 64;
/// Citizens in the database.
const CITIZENS: usize = 2_000;
/// Citizens with twenty changes, of whom one after the other is asked for.
const BUSY: usize = 50;
/// Threads that read beside each other: as many as the readers of the store.
const READERS: usize = 2;

const ITEMS: [&str; 10] = [
    "identity-card-renewal",
    "residence-permit",
    "passport",
    "elder-allowance",
    "name-change",
    "student-grant",
    "tax-record",
    "school-transfer",
    "lease-filing",
    "funeral-subsidy",
];

/// A database: everybody has a case, the busy ones have five, and ten drafts. Gives the busy ones.
async fn fill(sqlite: &Arc<Database>) -> Vec<PersonId> {
    let mut tasks = Vec::new();
    for number in 0..CITIZENS {
        let sqlite = Arc::clone(sqlite);
        tasks.push(tokio::spawn(async move {
            let citizen = PersonId(Uuid::now_v7());
            for _ in 0..if number < BUSY { 5 } else { 1 } {
                let draft = draft(&sqlite, citizen, ITEMS[0]).await;
                must(sqlite.submit(submission(draft, citizen)).await);
            }
            for item in ITEMS.iter().filter(|_| number < BUSY) {
                must(sqlite.open_draft(filled_draft(citizen, item)).await);
            }
            citizen
        }));
    }
    let mut citizens = Vec::new();
    for task in tasks {
        citizens.push(must(task.await));
    }
    citizens.truncate(BUSY);
    citizens
}

fn question(citizen: PersonId, positions: Positions) -> PullQuestion {
    PullQuestion {
        principals: vec![citizen],
        reach: Reach::all_of(&[citizen]),
        positions,
        limit: 100,
        checksums: false,
    }
}

/// So many pulls, [`AT_ONCE`] at a time; how long until the last one was answered.
async fn pull_all(sqlite: &Arc<Database>, questions: &Arc<Vec<PullQuestion>>, count: u64, changes: usize) -> Duration {
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let (sqlite, questions, next) = (Arc::clone(sqlite), Arc::clone(questions), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                let question = questions[number as usize % questions.len()].clone();
                match must(sqlite.pull(question).await) {
                    Pulled::Page { changes: found, .. } => assert_eq!(black_box(found).len(), changes),
                    Pulled::TooOld => panic!("nothing was trimmed"),
                }
            }
        }));
    }
    for task in tasks {
        must(task.await);
    }
    started.elapsed()
}

/// What [`select_all`] reads for one citizen, and how many rows it must be.
struct Select {
    statements: &'static [&'static str],
    rows: usize,
}

const HEAD: &str = "SELECT epoch, seq, trimmed FROM sync_head WHERE principal = ?1";

const UNCHANGED: Select = Select {
    statements: &[HEAD],
    rows: 1,
};

/// What the log says, and of each thing its row and what hangs on it.
const CHANGES: Select = Select {
    statements: &[
        HEAD,
        "SELECT entity, id, seq FROM sync_change WHERE principal = ?1 AND seq > 0 ORDER BY seq LIMIT 100",
        "SELECT d.*, a.path, a.value FROM draft d JOIN draft_answer a ON a.draft = d.id
         WHERE d.principal = ?1 AND d.submitted_case IS NULL",
        "SELECT c.*, a.answers, a.evaluated FROM case_record c JOIN case_answers a ON a.case_id = c.id WHERE c.principal = ?1",
        "SELECT e.* FROM case_record c JOIN case_event e ON e.case_id = c.id WHERE c.principal = ?1",
    ],
    // A submitted draft was opened and submitted, its case came: three entries each; an open draft has one.
    rows: 1 + 25 + 120 + 5 + 5,
};

/// So many selects on [`READERS`] threads.
fn select_all(path: &Path, select: &Select, citizens: &[PersonId], count: u64) -> Duration {
    let next = AtomicU64::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let db = must(Connection::open(path));
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let citizen = *citizens[number as usize % citizens.len()].0.as_bytes();
                    let mut rows = 0;
                    for sql in select.statements {
                        let mut statement = must(db.prepare_cached(sql));
                        let found = must(statement.query_map([citizen], |row| Ok(touch(row))));
                        rows += found.map(must).filter(|size| black_box(*size) > 0).count();
                    }
                    assert_eq!(rows, select.rows);
                }
            });
        }
    });
    started.elapsed()
}

/// Reads every column of a row, and makes nothing of it.
fn touch(row: &Row<'_>) -> usize {
    let columns = row.as_ref().column_count();
    (0..columns).filter(|column| row.get_ref(*column).is_ok()).count()
}

fn bench(criterion: &mut Criterion) {
    let folder = Folder::new();
    let path = folder.0.join("onehall.sqlite");
    let runtime = must(Runtime::new());
    let sqlite = Arc::new(must(Database::sqlite(&path, READERS, now())));
    let busy = runtime.block_on(fill(&sqlite));
    let changed: Vec<_> = busy
        .iter()
        .map(|citizen| question(*citizen, Positions::default()))
        .collect();
    let read = |question: &PullQuestion| match must(runtime.block_on(sqlite.pull(question.clone()))) {
        Pulled::Page { positions, .. } => positions,
        Pulled::TooOld => panic!("nothing was trimmed"),
    };
    let unchanged: Vec<_> = changed
        .iter()
        .map(|all| question(all.principals[0], read(all)))
        .collect();
    let (changed, unchanged) = (Arc::new(changed), Arc::new(unchanged));

    let mut group = criterion.benchmark_group("pull");
    group.sample_size(20).throughput(Throughput::Elements(1));
    for (name, select) in [("select/unchanged", &UNCHANGED), ("select/20 changes", &CHANGES)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| select_all(&path, select, &busy, count));
        });
    }
    for (name, questions, changes) in [("pull/unchanged", &unchanged, 0), ("pull/20 changes", &changed, 20)] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| runtime.block_on(pull_all(&sqlite, questions, count, changes)));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
