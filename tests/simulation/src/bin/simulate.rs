//! Runs seeds, as many as it is told, and says what it found.
//!
//! `simulate [--seeds N] [--first N] [--operations N] [--weather fine|ordinary|storm] [--bug NAME] [--twice] [--trace FILE]`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use onehall_simulation::{Bug, Plan, Report, Weather, run};

struct Asked {
    seeds: u64,
    first: u64,
    operations: u64,
    weather: Weather,
    bug: Option<Bug>,
    twice: bool,
    trace: Option<String>,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked {
        seeds: 10,
        first: 1,
        operations: 100_000,
        weather: Weather::default(),
        bug: None,
        twice: false,
        trace: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--twice" {
            asked.twice = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{word}: {value} is no number"))
        };
        match word.as_str() {
            "--seeds" => asked.seeds = number()?.max(1),
            "--first" => asked.first = number()?,
            "--operations" => asked.operations = number()?,
            "--trace" => asked.trace = Some(value),
            "--weather" => {
                asked.weather = match value.as_str() {
                    "fine" => Weather::fine(),
                    "ordinary" => Weather::default(),
                    "storm" => Weather::storm(),
                    _ => return Err(format!("no such weather: {value}")),
                }
            }
            "--bug" => {
                let known = Bug::ALL.iter().find(|(name, _)| *name == value);
                asked.bug = Some(known.ok_or_else(|| format!("no such bug: {value}"))?.1);
            }
            _ => return Err(format!("unknown: {word}")),
        }
    }
    Ok(asked)
}

fn main() -> ExitCode {
    match asked() {
        Ok(asked) => simulate(&asked),
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(asked: &Asked) -> ExitCode {
    let began = Instant::now();
    let (mut operations, mut simulated, mut findings, mut lines) = (0, 0, 0, 0);
    let mut by_kind: BTreeMap<String, u64> = BTreeMap::new();
    for seed in asked.first..asked.first + asked.seeds {
        let mut plan = Plan::new(seed, asked.operations.div_ceil(asked.seeds));
        plan.weather = asked.weather;
        plan.bug = asked.bug;
        plan.keep_trace = asked.trace.is_some();
        let report = run(&plan);
        say(&report);
        if asked.twice {
            let again = run(&plan);
            if again.hash != report.hash {
                println!("  seed {seed} does not repeat: {:016x}", again.hash);
                findings += 1;
                diverge(&report, &again);
            }
        }
        operations += report.carried_out();
        simulated += report.simulated_ms;
        lines += report.lines;
        findings += report.findings.len();
        for (kind, count) in report.operations {
            *by_kind.entry(kind).or_default() += count;
        }
        if let Some(file) = &asked.trace
            && let Err(error) = std::fs::write(file, report.trace.join("\n"))
        {
            eprintln!("{file}: {error}");
        }
    }
    println!();
    for (kind, count) in &by_kind {
        println!("{count:>9}  {kind}");
    }
    println!(
        "\n{operations} operations over {} seeds, {lines} lines, {} hours simulated in {:.1} s: {findings} findings",
        asked.seeds,
        simulated / 3_600_000,
        began.elapsed().as_secs_f64(),
    );
    if findings == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn say(report: &Report) {
    println!(
        "seed {:>4}  {:016x}  {:>7} operations  {:>6} s",
        report.seed,
        report.hash,
        report.carried_out(),
        report.simulated_ms / 1000
    );
    for finding in &report.findings {
        println!("  BROKEN: {}: {}", finding.promise, finding.what);
    }
}

fn diverge(one: &Report, other: &Report) {
    let at = one.trace.iter().zip(&other.trace).position(|(one, other)| one != other);
    if let Some(at) = at {
        println!("  first at line {at}:\n    {}\n    {}", one.trace[at], other.trace[at]);
    }
}
