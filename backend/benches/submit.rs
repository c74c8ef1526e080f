//! A durable, idempotent submission at the storage port, 64 at a time, beside what the disk can do at all.
//!
//! `cargo bench -p onehall-backend --bench submit`. In one run, on one file system:
//!
//! - `fsync`: one write of 4 KiB and one `fsync`, again and again: what a single durable thing costs.
//! - `row by row`: one row, one transaction, one commit (WAL, `synchronous=FULL`): SQLite as it is mostly used.
//! - `submit/64`: a whole submission (case, answers, event, attempt, number, mark on the draft) from 64 tasks at once,
//!   acknowledged only when it is on disk: the writer's group commit.
//! - `submit/64 on PostgreSQL`: the same on an empty database of a server, where `ONEHALL_BENCH_POSTGRES` has its address
//!   (`cargo xtask bench load` starts one).

#[allow(dead_code, reason = "the other benchmark is fed with more")]
mod made;

use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use onehall_backend::cases::CaseStore;
use onehall_backend::cases::model::{Submit, Submitted};
use onehall_backend::storage::sql::{Connections, Database};
use onehall_protocol::PersonId;
use tokio::runtime::Runtime;
use uuid::Uuid;

use made::{Folder, answers, draft, must, now, submission};

/// Submissions on their way at the same time.
const AT_ONCE: usize = 64;
/// Submissions of one measurement.
const BATCH: usize = 2048;

/// Drafts that wait to be submitted, each of a citizen of its own.
async fn prepared(database: &Arc<Database>) -> Vec<Submit> {
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let database = Arc::clone(database);
        tasks.push(tokio::spawn(async move {
            let mut submissions = Vec::new();
            for _ in 0..BATCH / AT_ONCE {
                let principal = PersonId(Uuid::now_v7());
                submissions.push(submission(
                    draft(&database, principal, "identity-card-renewal").await,
                    principal,
                ));
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
async fn submit_all(database: &Arc<Database>, submissions: Vec<Submit>) -> Duration {
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
        let (database, waiting, next) = (Arc::clone(database), Arc::clone(&waiting), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            while let Some(place) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
                let one = place.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                let Some(one) = one else { continue };
                assert!(matches!(must(database.submit(one).await), Submitted::New(_)));
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
    let mut engines = vec![(
        "submit/64",
        must(Database::sqlite(&folder.0.join("onehall.sqlite"), 2, now())),
    )];
    if let Ok(url) = std::env::var("ONEHALL_BENCH_POSTGRES") {
        let url = must(url.parse());
        // As a hall has them that configures nothing.
        let connections = Connections { readers: 4, writers: 2 };
        let postgres = must(Database::postgres(&url, connections, now()));
        engines.push(("submit/64 on PostgreSQL", postgres));
    }
    for (name, database) in engines {
        let database = Arc::new(database);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                // Drafts are made beside the measurement, in batches; what is measured is scaled to what was asked for.
                let batches = count.div_ceil(BATCH as u64);
                let mut spent = Duration::ZERO;
                for _ in 0..batches {
                    spent += runtime.block_on(async { submit_all(&database, prepared(&database).await).await });
                }
                spent.mul_f64(count as f64 / (batches * BATCH as u64) as f64)
            });
        });
        let (groups, commands) = database.committed();
        println!(
            "group commit: {commands} commands in {groups} commits, {:.1} each",
            commands as f64 / groups as f64
        );
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
