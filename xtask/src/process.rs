//! Other programs: found, run, and named when they fail.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::say::{say, span};

/// How often a long work says that it goes on.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// Where a program is on the `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Runs a program with its output on ours.
///
/// # Errors
/// It cannot be started, or it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// What a program prints.
///
/// # Errors
/// It cannot be started, or it fails; the error has what it wrote to stderr.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({}): {}",
            line(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program runs and succeeds; what it prints goes nowhere.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program whose output matters only when it fails. Says every so often that it goes on, with its newest line.
///
/// # Errors
/// It cannot be started, or it fails; then all that it printed comes first.
pub fn run_quietly(what: &str, command: &mut Command) -> Result<()> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    let (sender, lines) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child
            .stdout
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);

    let mut printed: Vec<String> = Vec::new();
    let mut next_sign = Instant::now() + SIGN_OF_LIFE;
    loop {
        match lines.recv_timeout(next_sign.saturating_duration_since(Instant::now())) {
            Ok(line) => printed.push(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if Instant::now() >= next_sign {
            say(format!("  {what}: {}", sign_of_life(&printed)));
            next_sign = Instant::now() + SIGN_OF_LIFE;
        }
    }
    let status = child
        .wait()
        .with_context(|| format!("could not wait for `{}`", line(command)))?;
    if !status.success() {
        eprintln!("{}", printed.join("\n"));
        bail!("{what}: `{}` failed ({status})", line(command));
    }
    if began.elapsed() >= Duration::from_secs(2) {
        say(format!("  {what}: done in {}", span(began.elapsed())));
    }
    Ok(())
}

/// Cargo's progress in a few words: how many crates are compiled and which one is at work.
fn sign_of_life(printed: &[String]) -> String {
    let compiled = printed
        .iter()
        .filter(|line| line.trim_start().starts_with("Compiling "))
        .count();
    let newest = printed.last().map_or("no word yet", |line| line.trim());
    match compiled {
        0 => newest.chars().take(100).collect(),
        _ => {
            let crate_name = newest.strip_prefix("Compiling ").unwrap_or(newest);
            let crate_name = crate_name.split(" (").next().unwrap_or(crate_name);
            format!("{compiled} crates so far, now {crate_name}")
        }
    }
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    #[test]
    fn a_failing_program_is_named_with_what_it_said() {
        let error = super::output(Command::new("sh").args(["-c", "echo no such hall >&2; exit 3"]));
        let text = error.err().map(|error| format!("{error:#}")).unwrap_or_default();
        assert!(
            text.contains("exit status: 3") && text.contains("no such hall"),
            "{text}"
        );
        assert!(super::run_quietly("a test", Command::new("sh").args(["-c", "exit 1"])).is_err());
        assert!(super::run_quietly("a test", Command::new("sh").args(["-c", "echo fine"])).is_ok());
    }
}
