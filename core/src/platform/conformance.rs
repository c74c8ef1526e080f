//! What every store promises, tried: one list of checks for each engine of ours, and for a host's own.
//!
//! It runs wherever the core does: natively in the tests of this crate, in a browser as WebAssembly (`core/conformance`).

use std::sync::Arc;

use futures::future::join_all;

use crate::ports::{BoxFuture, SendOutsideWasm, Store, StoreError, SyncOutsideWasm, Write};

/// An engine, opened anew as often as a check asks for it.
#[cfg_attr(target_family = "wasm", async_trait::async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait::async_trait)]
pub trait Engine: SendOutsideWasm + SyncOutsideWasm {
    /// Opens it; what was opened before is dropped by then.
    async fn open(&self) -> Arc<dyn Store>;
    /// Whether what is kept outlives it.
    fn lasts(&self) -> bool;
    /// How many bytes certainly have no room in it; none where it takes what the disk takes.
    fn too_much(&self) -> Option<usize>;
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was promised.
    pub promise: &'static str,
    /// What was found instead.
    pub broken: Option<String>,
}

type Checked = Result<(), String>;

macro_rules! checks {
    ($($promise:literal => $check:ident,)+) => {
        /// Tries all of it. What is in the store before is lost.
        pub async fn run(engine: &dyn Engine) -> Vec<Outcome> {
            let mut outcomes = Vec::new();
            $(
                let begun = empty(engine).await;
                let checked: BoxFuture<'_, Checked> = Box::pin($check(engine));
                let broken = match begun { Ok(()) => checked.await.err(), Err(error) => Some(error) };
                outcomes.push(Outcome { promise: $promise, broken });
            )+
            outcomes
        }
    };
}

checks! {
    "a value is there until it is replaced or forgotten" => values,
    "a batch makes its changes in their order" => in_order,
    "a segment is scanned whole, alone, and in the order of bytes" => segments,
    "values are bytes, none of which means anything" => binary,
    "keys are any text" => keys,
    "a value may be large, and its room comes back" => large,
    "a batch may be long" => many,
    "what is asked for at once is all done" => at_once,
    "what has no room is refused, and nothing of it is kept" => no_room,
    "what was acknowledged is there after a new start" => reopened,
    "what is a person's is erased, what is the terminal's stays" => erased,
    "a store that was erased keeps what comes after" => after_erasure,
}

fn told(error: StoreError) -> String {
    format!("{error:?}")
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Checked {
    if found == expected {
        return Ok(());
    }
    let short = |text: String| text.chars().take(200).collect::<String>();
    let (found, expected) = (short(format!("{found:?}")), short(format!("{expected:?}")));
    Err(format!("{what}: {found}, not {expected}"))
}

fn put(key: &str, value: impl Into<Vec<u8>>) -> Write {
    Write::Put {
        key: key.to_owned(),
        value: value.into(),
    }
}

fn delete(key: &str) -> Write {
    Write::Delete { key: key.to_owned() }
}

/// The segment of the terminal's own that the checks use.
const OWN: &str = "terminal-conformance";

async fn empty(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    store.erase().await.map_err(told)?;
    let own = store.scan(OWN).await.map_err(told)?;
    let writes = own.iter().map(|(key, _)| delete(key)).collect();
    store.batch(writes).await.map_err(told)
}

async fn value(store: &dyn Store, key: &str, expected: Option<&[u8]>) -> Checked {
    let found = store.get(key).await.map_err(told)?;
    same(key, found.as_deref(), expected)
}

async fn names(store: &dyn Store, prefix: &str, expected: &[&str]) -> Checked {
    let found = store.scan(prefix).await.map_err(told)?;
    let found: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
    same(prefix, found, expected.to_vec())
}

async fn values(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    value(&*store, "a/1", None).await?;
    store.put("a/1", b"one".to_vec()).await.map_err(told)?;
    value(&*store, "a/1", Some(b"one")).await?;
    store.put("a/1", b"another".to_vec()).await.map_err(told)?;
    value(&*store, "a/1", Some(b"another")).await?;
    store.delete("a/1").await.map_err(told)?;
    value(&*store, "a/1", None).await?;
    store.delete("a/1").await.map_err(told)?;
    store.sync().await.map_err(told)
}

async fn in_order(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let writes = vec![
        put("a/1", "x"),
        put("b/1", "stays"),
        put("a/1", "y"),
        put("a/2", "goes"),
        delete("a/2"),
        delete("a/3"),
        put("a/3", "stays"),
    ];
    store.batch(writes).await.map_err(told)?;
    value(&*store, "a/1", Some(b"y")).await?;
    value(&*store, "a/2", None).await?;
    value(&*store, "a/3", Some(b"stays")).await?;
    value(&*store, "b/1", Some(b"stays")).await?;
    store.batch(Vec::new()).await.map_err(told)
}

async fn segments(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    // As bytes of UTF-8 the private letter is before the picture, as UTF-16 behind it.
    let ordered = [
        "s/",
        "s/A",
        "s/a",
        "s/a/b",
        "s/a0",
        "s/é",
        "s/中",
        "s/\u{e000}",
        "s/\u{1f3db}",
    ];
    let others = ["r/a", "s0/a", "ss/a", "terminal-conformance/s/a", "t/a"];
    let writes = ordered.iter().rev().chain(&others).map(|key| put(key, key.as_bytes()));
    store.batch(writes.collect()).await.map_err(told)?;
    names(&*store, "s", &ordered).await?;
    names(&*store, "s/", &ordered).await?;
    names(&*store, "s/a", &["s/a", "s/a/b", "s/a0"]).await?;
    names(&*store, "q", &[]).await?;
    names(&*store, OWN, &["terminal-conformance/s/a"]).await?;
    let found = store.scan("s").await.map_err(told)?;
    let equal = found.iter().all(|(key, value)| key.as_bytes() == value);
    same("each value with its key", equal, true)
}

async fn binary(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let every: Vec<u8> = (0..=255).collect();
    for bytes in [
        Vec::new(),
        vec![0],
        vec![0; 100],
        vec![255; 3],
        b"not \xff UTF-8".to_vec(),
        every,
    ] {
        for key in ["a/1", "terminal-conformance/1"] {
            store.put(key, bytes.clone()).await.map_err(told)?;
            value(&*store, key, Some(&bytes)).await?;
        }
        let found = store.scan("a").await.map_err(told)?;
        same("scanned", found, vec![("a/1".to_owned(), bytes)])?;
    }
    Ok(())
}

async fn keys(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let long = format!("k/{}", "长".repeat(200));
    let keys = [
        "k/身份证/申请 表",
        "k/__proto__",
        "k/constructor",
        "k/..",
        "k//",
        "k/a\0b",
        "k/%2F?#",
        "k/\u{1f468}\u{200d}\u{1f469}",
        "k/\u{ffff}",
        &long,
    ];
    for key in keys {
        store.put(key, key.as_bytes().to_vec()).await.map_err(told)?;
    }
    for key in keys {
        value(&*store, key, Some(key.as_bytes())).await?;
    }
    same("all of them", store.scan("k").await.map_err(told)?.len(), keys.len())
}

fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at.wrapping_mul(31) ^ (at >> 8) ^ seed) as u8)
        .collect()
}

async fn large(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    const K: usize = 1024;
    for (seed, length) in [48 * K - 1, 48 * K, 48 * K + 1, 64 * K, 1024 * K, 1500 * K]
        .into_iter()
        .enumerate()
    {
        let large = bytes(length, seed);
        store.put("l/1", large.clone()).await.map_err(told)?;
        value(&*store, "l/1", Some(&large)).await?;
    }
    let found = store.scan("l").await.map_err(told)?;
    same(
        "scanned",
        found.iter().map(|(_, value)| value.len()).collect::<Vec<_>>(),
        vec![1500 * K],
    )?;
    // Again and again in the same room.
    for seed in 0..12 {
        let large = bytes(1000 * K, seed);
        store.put("l/1", large.clone()).await.map_err(told)?;
        value(&*store, "l/1", Some(&large)).await?;
    }
    store.put("l/1", b"small".to_vec()).await.map_err(told)?;
    value(&*store, "l/1", Some(b"small")).await
}

async fn many(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let key = |number: usize| format!("m/{number:05}");
    let writes = (0..1_000).map(|number| put(&key(number), bytes(100, number)));
    store.batch(writes.collect()).await.map_err(told)?;
    let found = store.scan("m").await.map_err(told)?;
    let expected: Vec<_> = (0..1_000).map(|number| (key(number), bytes(100, number))).collect();
    same("all of them", found == expected, true)?;
    let even = (0..1_000).step_by(2).map(|number| delete(&key(number)));
    store.batch(even.collect()).await.map_err(told)?;
    same("every other one", store.scan("m").await.map_err(told)?.len(), 500)
}

async fn at_once(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let puts = (0..40_usize).map(|number| {
        let store = &store;
        async move { store.put(&format!("o/{number:02}"), bytes(200, number)).await }
    });
    for done in join_all(puts).await {
        done.map_err(told)?;
    }
    let found = store.scan("o").await.map_err(told)?;
    same("all of them", found.len(), 40)?;
    let equal = found
        .iter()
        .enumerate()
        .all(|(number, (_, value))| *value == bytes(200, number));
    same("each as it was put", equal, true)
}

async fn no_room(engine: &dyn Engine) -> Checked {
    let Some(too_much) = engine.too_much() else {
        return Ok(());
    };
    let store = engine.open().await;
    store.put("f/1", b"before".to_vec()).await.map_err(told)?;
    let writes = vec![put("f/2", "small"), put("f/1", bytes(too_much, 1)), put("f/3", "small")];
    same("too much", store.batch(writes).await, Err(StoreError::Full))?;
    names(&*store, "f", &["f/1"]).await?;
    value(&*store, "f/1", Some(b"before")).await?;
    drop(store);
    let store = engine.open().await;
    value(&*store, "f/1", Some(b"before")).await?;
    store.put("f/2", b"after".to_vec()).await.map_err(told)?;
    value(&*store, "f/2", Some(b"after")).await
}

async fn reopened(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let large = bytes(300_000, 7);
    let writes = vec![
        put("r/1", "one"),
        put("r/2", large.clone()),
        put("terminal-conformance/1", "own"),
    ];
    store.batch(writes).await.map_err(told)?;
    store.delete("r/1").await.map_err(told)?;
    drop(store);
    let store = engine.open().await;
    let lasts = engine.lasts();
    value(&*store, "r/1", None).await?;
    value(&*store, "r/2", lasts.then_some(&large)).await?;
    value(&*store, "terminal-conformance/1", lasts.then_some(b"own")).await
}

async fn erased(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    let writes = vec![
        put("cases/1", "mine"),
        put("terminals/1", "mine, too"),
        put("drafts/1", bytes(100_000, 1)),
        put("terminal-conformance/1", "own"),
    ];
    store.batch(writes).await.map_err(told)?;
    store.erase().await.map_err(told)?;
    for key in ["cases/1", "terminals/1", "drafts/1"] {
        value(&*store, key, None).await?;
    }
    names(&*store, "cases", &[]).await?;
    value(&*store, "terminal-conformance/1", Some(b"own")).await?;
    drop(store);
    let store = engine.open().await;
    value(&*store, "cases/1", None).await?;
    value(&*store, "terminal-conformance/1", engine.lasts().then_some(b"own")).await
}

async fn after_erasure(engine: &dyn Engine) -> Checked {
    let store = engine.open().await;
    store.put("cases/1", b"of the first".to_vec()).await.map_err(told)?;
    store.erase().await.map_err(told)?;
    store.erase().await.map_err(told)?;
    store.put("cases/2", b"of the second".to_vec()).await.map_err(told)?;
    names(&*store, "cases", &["cases/2"]).await?;
    drop(store);
    let store = engine.open().await;
    value(&*store, "cases/1", None).await?;
    value(&*store, "cases/2", engine.lasts().then_some(b"of the second")).await
}
