//! The scenarios: each file on each runner, with a fresh hall for every run. All must give the same transcript.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::say::say;
use crate::{bundle, mobile, process, sdk, shells, test, toolchain, workspace};

/// Gives the command that carries a scenario out; the file comes as its last argument.
pub type Carrier = Box<dyn Fn() -> Result<Command>>;

/// A terminal that can carry scenarios out.
struct Runner {
    name: &'static str,
    /// Builds it.
    prepare: fn() -> Result<Carrier>,
    /// As what the hall counts it.
    terminal: &'static str,
    /// The site of the page that it runs in, where it is a stranger's.
    origin: Option<&'static str>,
}

/// The first one is what the others are compared with.
const RUNNERS: [Runner; 4] = [
    Runner {
        name: "Rust",
        prepare: rust,
        terminal: "desktop",
        origin: None,
    },
    Runner {
        name: "Kotlin on the JVM",
        prepare: mobile::scenario_runner,
        terminal: "mobile",
        origin: None,
    },
    Runner {
        name: "the SDK in Chromium",
        prepare: sdk::scenario_runner,
        terminal: "mini_app",
        origin: Some(sdk::SCENARIO_ORIGIN),
    },
    Runner {
        name: "the desktop window",
        prepare: shells::scenario_runner,
        terminal: "desktop",
        origin: None,
    },
];

/// Runs every scenario on every runner.
///
/// # Errors
/// A runner does not build, a step does not go as it says, or two transcripts differ.
pub fn run() -> Result<()> {
    let files = files()?;
    let mut expected: Vec<String> = Vec::new();
    let mut wrong = Vec::new();
    for runner in &RUNNERS {
        let command = (runner.prepare)().with_context(|| format!("could not prepare {}", runner.name))?;
        for (number, file) in files.iter().enumerate() {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let hall = ScenarioHall::open(runner.terminal, runner.origin)?;
            let mut command = command()?;
            hall.tell(command.arg(file));
            let transcript = match process::output(&mut command) {
                Ok(transcript) => transcript,
                Err(error) => {
                    wrong.push(format!("{name} on {}: {error:#}", runner.name));
                    continue;
                }
            };
            let lines = transcript.lines().count();
            match expected.get(number) {
                None => {
                    ensure!(lines > 0, "{name} shows nothing");
                    expected.push(transcript);
                }
                Some(expected) if *expected == transcript => {}
                Some(expected) => wrong.push(format!(
                    "{name} on {}: {}",
                    runner.name,
                    difference(expected, &transcript)
                )),
            }
            say(format!("   {name} on {}: {lines} lines", runner.name));
        }
        // Without it there is nothing to compare with.
        ensure!(expected.len() == files.len(), "{}", wrong.join("\n"));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

/// One citizen on all terminals at once: the kiosk's window, the JVM, the desktop's window, a stranger's page.
///
/// # Errors
/// A terminal does not build, or the citizen does not get where they should.
pub fn terminals() -> Result<()> {
    let kotlin = mobile::driven()?;
    let words = kotlin.map(|kotlin| {
        let words = [kotlin.get_program()].into_iter().chain(kotlin.get_args());
        let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
        words
    });
    let [terminal, pages] = words;
    toolchain::browser()?;
    sdk::build()?;
    shells::prepare_to_drive()?;
    // The pages that the browser has, which are exchanged under it.
    bundle::build(bundle::Profile::Release)?;
    let mut command = shells::driving();
    command
        .current_dir(workspace::root().join("tests/terminals"))
        .env("ONEHALL_TEST_CHROMIUM", toolchain::chromium())
        .env("ONEHALL_TEST_UI", workspace::bundle())
        .env("ONEHALL_TEST_SDK", sdk::package())
        .env("ONEHALL_TEST_KOTLIN_TERMINAL", serde_json::to_string(&terminal)?)
        .env("ONEHALL_TEST_KOTLIN_PAGES", serde_json::to_string(&pages)?)
        .args([
            "--test",
            "--test-reporter=spec",
            "one-draft.test.mjs",
            "phone-login.test.mjs",
            "ten-percent.test.mjs",
        ]);
    process::run_tests(&mut command)
}

/// The first line in which two transcripts differ.
fn difference(expected: &str, transcript: &str) -> String {
    let (mut left, mut right) = (expected.lines(), transcript.lines());
    loop {
        match (left.next(), right.next()) {
            (Some(one), Some(other)) if one == other => {}
            (None, None) => return "line ends differ".to_owned(),
            (one, other) => {
                return format!(
                    "expected {}\n  but it gave {}",
                    one.unwrap_or("no more"),
                    other.unwrap_or("no more")
                );
            }
        }
    }
}

fn files() -> Result<Vec<PathBuf>> {
    let folder = workspace::root().join("tests/scenarios");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    ensure!(!files.is_empty(), "there are no scenarios in {}", folder.display());
    Ok(files)
}

fn rust() -> Result<Carrier> {
    build_bins()?;
    Ok(Box::new(|| Ok(Command::new(binary("scenario")))))
}

/// Builds them, once in this process.
fn build_bins() -> Result<()> {
    static BUILT: AtomicBool = AtomicBool::new(false);
    if BUILT.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    test::build_backend(false)?;
    let mut build = workspace::cargo();
    build.args([
        "build",
        "-p",
        "onehall-tests",
        "--bin",
        "scenario-hall",
        "--bin",
        "scenario",
    ]);
    process::run_quietly("scenarios", &mut build)
}

fn binary(name: &str) -> PathBuf {
    workspace::target().join("debug").join(name)
}

/// A fresh hall, with what happens outside of the terminal. It ends with the value.
pub struct ScenarioHall {
    process: Child,
    hall: String,
    outside: String,
}

impl ScenarioHall {
    /// Opens one for a kind of terminal; pages of the site `origin` may embed services.
    ///
    /// # Errors
    /// It does not build or start.
    pub fn open(terminal: &str, origin: Option<&str>) -> Result<ScenarioHall> {
        build_bins()?;
        let mut command = Command::new(binary("scenario-hall"));
        command.args(["--terminal", terminal]);
        if let Some(origin) = origin {
            command.args(["--embed-origin", origin]);
        }
        let mut process = command
            .env("ONEHALL_TEST_BACKEND", workspace::backend(false))
            .env("ONEHALL_TEST_CITY", workspace::demo_city())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start scenario-hall")?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let said: Value = serde_json::from_str(&line).context("the hall did not say where it is")?;
        let address = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        Ok(ScenarioHall {
            hall: address("hall"),
            outside: address("outside"),
            process,
        })
    }

    /// Tells a program where it is.
    pub fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("ONEHALL_HALL", &self.hall)
            .env("ONEHALL_OUTSIDE", &self.outside)
    }
}

impl Drop for ScenarioHall {
    fn drop(&mut self) {
        // It ends when its standard input does.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_first_line_that_differs_is_named() {
        let text = difference("[0,\"/a\",1]\n[1,\"/b\",2]\n", "[0,\"/a\",1]\n[1,\"/b\",3]\n");
        assert!(text.contains("[1,\"/b\",2]") && text.contains("[1,\"/b\",3]"), "{text}");
        assert!(difference("a\nb\n", "a\n").contains("no more"));
    }
}
