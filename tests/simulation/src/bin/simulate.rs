//! Runs seeds, as many as it is told, and says what it found.
//!
//! `simulate [--seeds N] [--first N] [--operations N] [--weather fine|ordinary|storm] [--bug NAME] [--twice] [--trace FILE]
//! [--keep FOLDER]`

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
    keep: Option<String>,
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
        keep: None,
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
            "--keep" => asked.keep = Some(value),
            "--weather" => {
                asked.weather = Weather::named(&value).ok_or_else(|| format!("no such weather: {value}"))?;
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

/// What came of all seeds together.
#[derive(Default)]
struct Sum {
    operations: u64,
    simulated_ms: u64,
    lines: u64,
    findings: usize,
    broken: Vec<u64>,
    by_kind: BTreeMap<String, u64>,
    troubles: BTreeMap<&'static str, u64>,
    looked: BTreeMap<&'static str, u64>,
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.operations += report.carried_out();
        self.simulated_ms += report.simulated_ms;
        self.lines += report.lines;
        self.findings += report.findings.len();
        for (kind, count) in &report.operations {
            *self.by_kind.entry(kind.clone()).or_default() += count;
        }
        for (all, these) in [
            (&mut self.troubles, &report.troubles),
            (&mut self.looked, &report.looked),
        ] {
            for (kind, count) in these {
                *all.entry(kind).or_default() += count;
            }
        }
    }
}

fn simulate(asked: &Asked) -> ExitCode {
    let began = Instant::now();
    let mut sum = Sum::default();
    for seed in asked.first..asked.first + asked.seeds {
        let mut plan = Plan::new(seed, asked.operations.div_ceil(asked.seeds));
        plan.weather = asked.weather;
        plan.bug = asked.bug;
        plan.keep_trace = asked.trace.is_some();
        let report = run(&plan);
        sum.add(&report);
        say(&report, began.elapsed().as_secs());
        if asked.twice {
            let again = run(&plan);
            if again.hash != report.hash {
                println!("  seed {seed} does not repeat: {:016x}", again.hash);
                sum.findings += 1;
                diverge(&report, &again);
            }
        }
        if !report.findings.is_empty() {
            sum.broken.push(seed);
            if let Some(folder) = &asked.keep {
                keep(folder, &mut plan);
            }
        }
        if let Some(file) = &asked.trace
            && let Err(error) = std::fs::write(file, report.trace.join("\n"))
        {
            eprintln!("{file}: {error}");
        }
    }
    println!();
    for (kind, count) in &sum.by_kind {
        println!("{count:>9}  {kind}");
    }
    println!("\nWhat went wrong that was to go wrong:");
    for (kind, count) in &sum.troubles {
        println!("{count:>9}  {kind}");
    }
    println!("\nWhat was looked at:");
    for (kind, count) in &sum.looked {
        println!("{count:>9}  {kind}");
    }
    println!(
        "\n{} operations over {} seeds, {} lines, {} hours simulated in {:.1} s: {} findings{}",
        sum.operations,
        asked.seeds,
        sum.lines,
        sum.simulated_ms / 3_600_000,
        began.elapsed().as_secs_f64(),
        sum.findings,
        if sum.broken.is_empty() {
            String::new()
        } else {
            format!(", in seeds {:?}", sum.broken)
        },
    );
    if sum.findings == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A seed repeats: it is run once more, and what happened is written down.
fn keep(folder: &str, plan: &mut Plan) {
    plan.keep_trace = true;
    let report = run(plan);
    let mut lines = report.trace;
    lines.extend(
        report
            .findings
            .iter()
            .map(|finding| format!("BROKEN: {}: {}", finding.promise, finding.what)),
    );
    let file = std::path::Path::new(folder).join(format!("seed-{}.trace", plan.seed));
    if let Err(error) = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, lines.join("\n"))) {
        eprintln!("{}: {error}", file.display());
    }
}

fn say(report: &Report, after: u64) {
    println!(
        "seed {:>4}  {:016x}  {:>7} operations  {:>6} s, after {after} s",
        report.seed,
        report.hash,
        report.carried_out(),
        report.simulated_ms / 1000,
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
