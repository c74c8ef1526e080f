//! `cargo xtask bench forms`: a key in large forms, natively and as WebAssembly in Node.js, beside the libraries that one
//! would take instead, on the same forms and in the same run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::say::say;
use crate::toolchain::node;
use crate::{conformance, process, workspace};

use super::duration;

/// The package with the benchmark, and the folder with what runs in Node.js.
const PACKAGE: &str = "onehall-forms-conformance";
const PEERS: &str = "tests/bench-forms";

/// The engine itself among those that run in Node.js.
const OURS: &str = "onehall";

/// The others, and their names in the table.
const OTHERS: [(&str, &str); 4] = [
    ("survey", "SurveyJS"),
    ("rjsf", "RJSF"),
    ("ajv", "Ajv"),
    ("json-logic", "json-logic-js"),
];

/// The forms, by the name that the benchmarks give them.
const FORMS: [(&str, &str); 3] = [
    ("flat", "flat"),
    ("row", "rows, the key reaches its row"),
    ("sum", "rows, the key reaches a sum over all"),
];

/// The questions of the forms.
const SIZES: [u64; 3] = [100, 1_000, 10_000];

/// How many times faster than each other engine the form engine is to be.
const AIM: f64 = 10.0;

/// What a key takes, in nanoseconds; or after how many seconds nobody waited any longer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Figure {
    Nanoseconds(f64),
    GaveUp(f64),
}

/// Engine, form, questions.
type Figures = BTreeMap<(String, String, u64), Figure>;

/// Measures and prints the table.
///
/// # Errors
/// Something is missing or does not build, or an engine decides differently than ours.
pub fn bench() -> Result<()> {
    let wasm = conformance::wasm()?;
    node::packages(PEERS)?;
    say("a key natively");
    let mut criterion = workspace::cargo();
    criterion.args(["bench", "-p", PACKAGE, "--bench", "keystroke", "--", "keystroke"]);
    process::run(&mut criterion)?;
    let mut figures = Figures::new();
    for (form, size) in all_forms() {
        figures.insert(("native".to_owned(), form.to_owned(), size), native(form, size)?);
    }

    say("a key in Node.js, in each engine");
    let mut others = Command::new("node");
    others
        .current_dir(workspace::root().join(PEERS))
        .arg("keystrokes.mjs")
        .env("ONEHALL_BENCH_WASM", wasm)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = others.output().context("could not start Node.js")?;
    if !output.status.success() {
        bail!("the engines in Node.js could not be measured ({})", output.status);
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        let (key, figure) = read(line).with_context(|| format!("this is no figure: {line}"))?;
        figures.insert(key, figure);
    }
    println!("{}", table(&figures)?);
    Ok(())
}

fn all_forms() -> impl Iterator<Item = (&'static str, u64)> {
    FORMS.iter().flat_map(|(form, _)| SIZES.map(|size| (*form, size)))
}

/// What criterion measured: the middle of its samples, as it is taken in Node.js.
fn native(form: &str, size: u64) -> Result<Figure> {
    let file = workspace::target().join(format!("criterion/{form}/keystroke/{size}/new/estimates.json"));
    let bytes = fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
    let estimates: Value = serde_json::from_slice(&bytes)?;
    let middle = estimates["median"]["point_estimate"].as_f64();
    Ok(Figure::Nanoseconds(middle.context("criterion gives no median")?))
}

fn read(line: &str) -> Option<((String, String, u64), Figure)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let figure = match value["keystroke_ns"].as_f64() {
        Some(time) => Figure::Nanoseconds(time),
        None => Figure::GaveUp(value["gave_up_after_s"].as_f64()?),
    };
    Some(((text("peer")?, text("shape")?, value["size"].as_u64()?), figure))
}

/// The figures as a table, each of the others with how many times ours it is in the same Node.js; and below it what stays
/// under the aim.
fn table(figures: &Figures) -> Result<String> {
    let mut text = String::from("\n| form | questions | native | WebAssembly |");
    for (_, name) in OTHERS {
        let _ = write!(text, " {name} |");
    }
    text.push_str("\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
    let mut short = Vec::new();
    for (form, title) in FORMS {
        for size in SIZES {
            let of = |engine: &str| {
                let key = (engine.to_owned(), form.to_owned(), size);
                figures
                    .get(&key)
                    .copied()
                    .with_context(|| format!("no figure of {engine}: {form}, {size}"))
            };
            let (Figure::Nanoseconds(native), Figure::Nanoseconds(ours)) = (of("native")?, of(OURS)?) else {
                bail!("the form engine itself was given up: {form}, {size}");
            };
            let _ = write!(text, "| {title} | {size} | {} | {} |", duration(native), duration(ours));
            for (engine, name) in OTHERS {
                match of(engine)? {
                    Figure::GaveUp(seconds) => {
                        let _ = write!(text, " not loaded and measured in {seconds:.0} s |");
                    }
                    Figure::Nanoseconds(theirs) => {
                        let times = theirs / ours;
                        let _ = write!(text, " {} ({}) |", duration(theirs), ratio(times));
                        if times < AIM {
                            short.push(format!("{name}, {title}, {size}: {}", ratio(times)));
                        }
                    }
                }
            }
            text.push('\n');
        }
    }
    if !short.is_empty() {
        let _ = write!(text, "\nbelow {AIM:.0}x:\n  {}\n", short.join("\n  "));
    }
    Ok(text)
}

fn ratio(times: f64) -> String {
    if times < AIM {
        format!("{times:.1}x")
    } else {
        format!("{times:.0}x")
    }
}

#[cfg(test)]
mod tests {
    use super::{FORMS, Figure, Figures, OTHERS, OURS, SIZES, read, table};

    fn figures(ours: f64, theirs: f64) -> Figures {
        let mut figures = Figures::new();
        for (form, _) in FORMS {
            for size in SIZES {
                let key = |engine: &str| (engine.to_owned(), form.to_owned(), size);
                figures.insert(key("native"), Figure::Nanoseconds(1_000.0));
                figures.insert(key(OURS), Figure::Nanoseconds(ours));
                for (engine, _) in OTHERS {
                    figures.insert(key(engine), Figure::Nanoseconds(theirs));
                }
            }
        }
        figures
    }

    #[test]
    fn each_other_engine_stands_with_its_ratio_and_a_small_one_is_named() -> anyhow::Result<()> {
        let text = table(&figures(2_000.0, 500_000.0))?;
        assert!(
            text.contains("| flat | 100 | 1.00 µs | 2.00 µs | 500.00 µs (250x) |"),
            "{text}"
        );
        assert!(!text.contains("below"), "{text}");
        let text = table(&figures(2_000.0, 9_000.0))?;
        assert!(text.contains("below 10x:\n  SurveyJS, flat, 100: 4.5x\n"), "{text}");
        Ok(())
    }

    #[test]
    fn a_missing_figure_is_no_empty_cell_and_one_that_was_given_up_is_told() -> anyhow::Result<()> {
        let mut some = figures(1.0, 20.0);
        let line = r#"{"peer": "survey", "shape": "row", "size": 10000, "gave_up_after_s": 300}"#;
        let (key, figure) = read(line).ok_or_else(|| anyhow::anyhow!("no figure"))?;
        some.insert(key.clone(), figure);
        assert!(table(&some)?.contains("not loaded and measured in 300 s"));
        some.remove(&key);
        assert!(table(&some).is_err_and(|error| error.to_string().contains("survey: row, 10000")));
        assert!(read("{}").is_none());
        Ok(())
    }
}
