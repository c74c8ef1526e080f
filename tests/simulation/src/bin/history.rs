//! Tries real machines for as long as it is told, and says what it found.
//!
//! `history --backend FILE [--postgres URL [--nats FILE]] [--seconds N] [--operations N] [--seed N] [--weather fine|ordinary|storm]
//! [--bug NAME] [--rest SECONDS] [--trace FILE]`: on SQLite without an address of PostgreSQL.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use onehall_simulation::{Bug, Engine, Plan, Report, Trial, Weather, live_terminal, try_real};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The mistakes that can be made without a change of the hall: at the proxy, or by a terminal.
const MISTAKES: [Bug; 5] = [
    Bug::IdempotencyOff,
    Bug::JournalForgottenBeforeTheAnswer,
    Bug::GlobalCursor,
    Bug::RowsByTheLastList,
    Bug::RowsForEver,
];

/// How much faster than people.
const HURRY: u32 = 10;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let outcome = match words.next().as_deref() {
        // What this program starts itself.
        Some("terminal") => live_terminal(&words.next().unwrap_or_default()).map(|()| true),
        _ => try_as_asked(std::env::args().skip(1)),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_as_asked(mut words: impl Iterator<Item = String>) -> Outcome<bool> {
    let mut trial = Trial {
        plan: Plan {
            hurry: HURRY,
            ..Plan::new(1, u64::MAX)
        },
        lasts: Duration::from_secs(60),
        backend: PathBuf::from("onehall"),
        engine: Engine::Sqlite,
        nats: None,
        rest: Duration::from_secs(30),
    };
    let mut trace = None;
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--backend" => trial.backend = PathBuf::from(value),
            "--postgres" => trial.engine = Engine::Postgres(value),
            "--nats" => trial.nats = Some(PathBuf::from(value)),
            "--seconds" => trial.lasts = Duration::from_secs(value.parse()?),
            "--operations" => trial.plan.operations = value.parse()?,
            "--seed" => trial.plan.seed = value.parse()?,
            "--rest" => trial.rest = Duration::from_secs(value.parse()?),
            "--weather" => {
                trial.plan.weather = Weather::named(&value).ok_or_else(|| format!("no such weather: {value}"))?;
            }
            "--bug" => {
                let known = Bug::ALL.iter().find(|(name, _)| *name == value);
                trial.plan.bug = Some(known.ok_or_else(|| format!("no such bug: {value}"))?.1);
            }
            "--trace" => trace = Some(value),
            _ => return Err(format!("unknown: {word}").into()),
        }
    }
    trial.plan.keep_trace = trace.is_some();
    if trial.plan.bug.is_some_and(|bug| !MISTAKES.contains(&bug)) {
        return Err("that mistake would be the hall's own: it is tried by `simulate`".into());
    }
    let report = try_real(&trial)?;
    if let Some(file) = trace {
        std::fs::write(file, report.trace.join("\n"))?;
    }
    say(&trial, &report);
    Ok(report.findings.is_empty())
}

fn say(trial: &Trial, report: &Report) {
    let engine = match trial.engine {
        Engine::Sqlite => "one process on SQLite",
        Engine::Postgres(_) => "two replicas on PostgreSQL",
    };
    println!("seed {}, {engine}\n", report.seed);
    for (what, count) in &report.operations {
        println!("{count:>9}  {what}");
    }
    println!("\nWhat went wrong that was to go wrong:");
    for (what, count) in &report.troubles {
        println!("{count:>9}  {what}");
    }
    println!("\nWhat was looked at:");
    for (what, count) in &report.looked {
        println!("{count:>9}  {what}");
    }
    println!();
    for finding in &report.findings {
        println!("  BROKEN: {}: {}", finding.promise, finding.what);
    }
    println!(
        "{} operations in {} s: {} findings",
        report.carried_out(),
        report.simulated_ms / 1000,
        report.findings.len()
    );
}
