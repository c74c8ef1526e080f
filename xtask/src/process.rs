//! Other programs: found, run, and named when they fail.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

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

/// The longest that tests under Node.js may take: one that hangs would take the whole run with it.
const TESTS: Duration = Duration::from_mins(40);

/// Runs tests under Node.js with their output on ours, and ends them when they do not end.
///
/// # Errors
/// They cannot be started, one fails, or they do not end.
pub fn run_tests(command: &mut Command) -> Result<()> {
    run_within(command, TESTS)
}

fn run_within(command: &mut Command, longest: Duration) -> Result<()> {
    let mut child = command
        .spawn()
        .with_context(|| format!("could not start `{}`", line(command)))?;
    let deadline = Instant::now() + longest;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            end(&mut child)?;
            bail!("`{}` did not end within {}", line(command), span(longest));
        }
        thread::sleep(LOOK_UP);
    };
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Ends a program: it may first end what it started.
fn end(child: &mut Child) -> Result<()> {
    succeeds(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        thread::sleep(LOOK_UP);
    }
    child.kill()?;
    child.wait()?;
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

/// Runs two works beside each other. When one fails the other is given up: nobody wants to wait for it.
///
/// # Errors
/// What failed first.
pub fn beside<A: Send>(one: impl FnOnce() -> Result<A> + Send, other: impl FnOnce() -> Result<A>) -> Result<(A, A)> {
    let give_up = Arc::new(AtomicBool::new(false));
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| giving_up(&give_up, one));
        let other = giving_up(&give_up, other);
        (one.join().unwrap_or_else(|_| Err(anyhow!("a build panicked"))), other)
    });
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        // The one that was given up is not the news.
        (Err(one), Err(other)) => Err(if one.is::<GivenUp>() { other } else { one }),
    }
}

thread_local! {
    /// Set once the work beside the one on this thread has failed.
    static GIVE_UP: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

fn giving_up<A>(give_up: &Arc<AtomicBool>, work: impl FnOnce() -> Result<A>) -> Result<A> {
    GIVE_UP.set(Some(Arc::clone(give_up)));
    let result = work();
    GIVE_UP.set(None);
    if result.is_err() {
        give_up.store(true, Ordering::SeqCst);
    }
    result
}

fn is_given_up() -> bool {
    GIVE_UP.with_borrow(|give_up| give_up.as_ref().is_some_and(|flag| flag.load(Ordering::SeqCst)))
}

/// How long a program that is told to end may take for it.
const GRACE: Duration = Duration::from_secs(10);

/// How soon a work that is given up ends.
const LOOK_UP: Duration = Duration::from_millis(200);

/// This work was going well, but the one beside it failed.
#[derive(Debug)]
struct GivenUp;

impl std::fmt::Display for GivenUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("given up because what ran beside it failed")
    }
}

impl std::error::Error for GivenUp {}

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
        if is_given_up() {
            child.kill()?;
            child.wait()?;
            return Err(GivenUp.into());
        }
        match lines.recv_timeout(next_sign.saturating_duration_since(Instant::now()).min(LOOK_UP)) {
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
    fn what_runs_beside_a_failure_is_given_up_and_the_failure_is_told() {
        let began = std::time::Instant::now();
        let error = super::beside(
            || super::run_quietly("a long build", Command::new("sleep").arg("60")),
            || super::run_quietly("a broken build", Command::new("false").arg("--why")),
        );
        assert!(error.is_err_and(|error| error.to_string().contains("a broken build")));
        assert!(began.elapsed().as_secs() < 30, "nobody waits for the long build");
    }

    #[test]
    fn what_does_not_end_is_ended_and_named() {
        let began = std::time::Instant::now();
        let limit = std::time::Duration::from_millis(300);
        let error = super::run_within(Command::new("sleep").arg("60"), limit);
        assert!(error.is_err_and(|error| error.to_string().contains("`sleep 60` did not end within")));
        assert!(began.elapsed().as_secs() < 30, "nobody waits for it");
        assert!(super::run_within(&mut Command::new("true"), limit * 100).is_ok());
        assert!(super::run_within(&mut Command::new("false"), limit * 100).is_err());
    }

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
