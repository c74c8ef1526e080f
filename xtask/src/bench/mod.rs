//! `cargo xtask bench`: the benchmarks, as a table for docs/benchmarks.md.

mod forms;
mod load;
mod login;
mod sync;
mod updates;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::say::say;
use crate::{mobile, process, sdk, shells, test, workspace};

/// The parts.
const PARTS: [&str; 9] = [
    "criterion",
    "forms",
    "load",
    "login",
    "mobile",
    "search",
    "shells",
    "sync",
    "updates",
];

/// Runs the benchmarks and prints their figures: all of them, or the part that `words` name, as `load` or `--only load`.
pub fn bench(words: Vec<String>) -> Result<ExitCode> {
    let named = words.first().is_some_and(|word| PARTS.contains(&word.as_str()));
    let words = if named {
        ["--only".to_owned()].into_iter().chain(words).collect()
    } else {
        words
    };
    let only = Arguments::parse(words, &["only"], &[])?;
    let only = only.one_of("only", &PARTS)?;
    let wants = |part| only.is_none_or(|only| only == part);
    if wants("criterion") {
        criterion()?;
    }
    if wants("forms") {
        forms::bench()?;
    }
    if wants("load") {
        load::bench()?;
    }
    if wants("login") {
        login::bench()?;
    }
    if wants("sync") {
        sync::bench()?;
    }
    if wants("mobile") {
        mobile::bench()?;
    }
    if wants("search") {
        sdk::bench_search()?;
    }
    if wants("shells") {
        shells::bench()?;
    }
    if wants("updates") {
        updates::bench()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the criterion benchmarks of every package that has some.
fn criterion() -> Result<()> {
    let results = workspace::target().join("criterion");
    // Figures of benchmarks that are gone must not stand in the table.
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    for (package, bench) in benchmarks(workspace::metadata()?) {
        say(format!("── {package}: {bench}"));
        process::run(workspace::cargo().args(["bench", "-p", &package, "--bench", &bench]))?;
    }
    let mut rows = Vec::new();
    collect(&results, &mut rows)?;
    rows.sort();
    if rows.is_empty() {
        bail!("the benchmarks left no figures in {}", results.display());
    }
    println!("\n| benchmark | time | between |\n|---|---:|---|");
    for row in rows {
        println!("{row}");
    }
    println!();
    Ok(())
}

/// Package and name of each benchmark in the workspace.
fn benchmarks(metadata: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default() {
        for target in package["targets"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let is_bench = target["kind"]
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "bench"));
            if let (true, Some(package), Some(name)) = (is_bench, package["name"].as_str(), target["name"].as_str()) {
                found.push((package.to_owned(), name.to_owned()));
            }
        }
    }
    found
}

/// A row for each result that criterion left below `folder`.
fn collect(folder: &Path, rows: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && path.ends_with("new") {
            let read = |name: &str| -> Result<Value> { Ok(serde_json::from_slice(&fs::read(path.join(name))?)?) };
            let (benchmark, estimates) = (read("benchmark.json")?, read("estimates.json")?);
            rows.push(row(&benchmark, &estimates).with_context(|| format!("no figures in {}", path.display()))?);
        } else if path.is_dir() {
            collect(&path, rows)?;
        }
    }
    Ok(())
}

fn row(benchmark: &Value, estimates: &Value) -> Option<String> {
    // The slope where criterion could draw one through its samples, else the mean.
    let estimate = if estimates["slope"].is_object() {
        &estimates["slope"]
    } else {
        &estimates["mean"]
    };
    let bounds = &estimate["confidence_interval"];
    Some(format!(
        "| {} | {} | {} – {} |",
        benchmark["full_id"].as_str()?,
        duration(estimate["point_estimate"].as_f64()?),
        duration(bounds["lower_bound"].as_f64()?),
        duration(bounds["upper_bound"].as_f64()?),
    ))
}

/// Nanoseconds as a person reads them.
fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

/// Runs a benchmark of the backend, and gives what it measured: nanoseconds, by the names in its group.
fn backend(bench: &str, group: &str, environment: &[(&str, &str)]) -> Result<BTreeMap<String, f64>> {
    let results = workspace::target().join("criterion").join(group);
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    let mut criterion = workspace::cargo();
    criterion.args(["bench", "-p", "onehall-backend", "--bench", bench]);
    process::run(criterion.envs(environment.iter().copied()))?;
    let mut figures = BTreeMap::new();
    for entry in fs::read_dir(&results).with_context(|| format!("could not list {}", results.display()))? {
        let path = entry?.path().join("new");
        let read = |name: &str| -> Result<Value> { Ok(serde_json::from_slice(&fs::read(path.join(name))?)?) };
        if path.is_dir() {
            let (benchmark, estimates) = (read("benchmark.json")?, read("estimates.json")?);
            let name = benchmark["function_id"].as_str().context("criterion gives no name")?;
            let middle = estimates["median"]["point_estimate"].as_f64();
            figures.insert(name.to_owned(), middle.context("criterion gives no median")?);
        }
    }
    Ok(figures)
}

/// A figure of [`backend`].
fn figure(figures: &BTreeMap<String, f64>, name: &str) -> Result<f64> {
    let found = figures.get(name).copied();
    found.with_context(|| format!("the benchmark gave no figure of {name}"))
}

/// Runs a load of `tests/src/bin` against the backend as it is released.
fn against_the_hall(load: &str, environment: &[(&str, &str)]) -> Result<()> {
    test::build_backend(true)?;
    let tests = ["--release", "-p", "onehall-tests", "--bin", load];
    process::run(workspace::cargo().arg("build").args(tests))?;
    // Ten thousand streams are as many open files, here and in the hall.
    let mut raised = Command::new("sh");
    raised
        .args(["-c", "ulimit -n $(ulimit -Hn) && exec \"$0\""])
        .arg(workspace::target().join("release").join(load))
        .current_dir(workspace::root())
        .env("ONEHALL_TEST_BACKEND", workspace::backend(true))
        .env("ONEHALL_TEST_CITY", workspace::demo_city())
        .envs(environment.iter().copied());
    process::run(&mut raised)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_result_of_criterion_becomes_a_row() {
        let estimate = |point: f64| json!({ "point_estimate": point, "confidence_interval": { "lower_bound": point - 1.0, "upper_bound": point + 1.0 } });
        let row = super::row(
            &json!({ "full_id": "keystroke/10000" }),
            &json!({ "mean": estimate(1.0), "slope": estimate(412_500.0) }),
        );
        assert_eq!(
            row.as_deref(),
            Some("| keystroke/10000 | 412.50 µs | 412.50 µs – 412.50 µs |")
        );
    }
}
