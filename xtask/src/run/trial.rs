//! What a newcomer meets in the first minutes of `cargo xtask run`, tried on the program itself: the addresses that it prints
//! answer, Ctrl-C closes it, a second start goes on with the data, and what is wrong is said in one sentence.

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{loopback, process};

/// How long a start, or an end, may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// What it prints last, once the hall is open.
const OPEN: &str = "End it with Ctrl-C.";

/// Tries it, with pages and a debug backend that are built.
///
/// # Errors
/// What a newcomer would not expect.
pub fn try_run() -> Result<()> {
    let folder = Folder::new()?;
    let data = folder.0.join("data");
    let port = free_port()?;

    let first = Running::start(port, &data)?;
    let (began, keys) = first.is_open(port)?;
    ensure!(keys.contains("\"kid\""), "the hall has no keys: {keys}");
    second_at_the_same_port(port, &folder.0.join("another"))?;
    let said = first.interrupt("-INT")?;
    for expected in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/console/"),
        format!("http://127.0.0.1:{port}/api/docs"),
        "13800000001".to_owned(),
        "admin".to_owned(),
        "the hall is closed; its data stays".to_owned(),
    ] {
        ensure!(said.contains(&expected), "`{expected}` is not in what it said:\n{said}");
    }

    let second = Running::start(port, &data)?;
    let (again, same) = second.is_open(port)?;
    ensure!(
        keys == same,
        "a second start has not gone on with the data of the first"
    );
    second.interrupt("-TERM")?;
    println!("ready after {began:?}, the second time after {again:?}");

    refuses(&folder.0)
}

/// A program that has the port already is left alone.
fn second_at_the_same_port(port: u16, data: &Path) -> Result<()> {
    let output = command(port, data).output()?;
    one_sentence(&output, &[&format!("port {port} is taken")])?;
    ensure!(!data.exists(), "it made a folder before it looked at the port");
    ensure!(
        loopback::get(port, "/ready")?.status == 200,
        "the first hall is not ready any more"
    );
    Ok(())
}

/// Data folders that cannot be used.
fn refuses(folder: &Path) -> Result<()> {
    let port = free_port()?;
    let file = folder.join("file");
    fs::write(&file, "no folder")?;
    one_sentence(&command(port, &file).output()?, &[&file.display().to_string()])?;
    ensure!(fs::read_to_string(&file)? == "no folder", "what was there was changed");

    // A copy that ended in the middle.
    let (whole, half) = (folder.join("data"), folder.join("half"));
    fs::create_dir(&half)?;
    for entry in fs::read_dir(&whole)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let bytes = fs::read(entry.path())?;
            let is_database = is_database(&entry.path());
            let kept = if is_database { bytes.len() / 2 } else { bytes.len() };
            fs::write(half.join(entry.file_name()), &bytes[..kept])?;
        }
    }
    let before = contents(&half)?;
    one_sentence(&command(port, &half).output()?, &["half", "database"])?;
    ensure!(contents(&half)? == before, "a half-loaded database was changed");
    Ok(())
}

/// The databases of a folder.
fn contents(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_database(&path) {
            found.push((path.clone(), fs::read(&path)?));
        }
    }
    ensure!(!found.is_empty(), "there is no database in {}", folder.display());
    Ok(found)
}

fn is_database(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sqlite")
}

/// It ended, and said why in a line, without a backtrace.
fn one_sentence(output: &Output, words: &[&str]) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().filter(|line| !line.trim().is_empty()).count();
    let is_one = !output.status.success() && lines == 1;
    let names = words.iter().all(|word| said.contains(word));
    ensure!(
        is_one && names,
        "no one sentence that names {words:?} ({}):\n{said}",
        output.status
    );
    Ok(())
}

fn command(port: u16, data: &Path) -> Command {
    let program = std::env::current_exe().unwrap_or_default();
    let mut command = Command::new(program);
    command
        .args(["run", "--as-built", "--port", &port.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::null());
    command
}

/// A port that nobody uses now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A `cargo xtask run`, which ends with this value.
struct Running {
    child: Child,
    said: JoinHandle<String>,
    began: Instant,
}

impl Running {
    fn start(port: u16, data: &Path) -> Result<Running> {
        let began = Instant::now();
        let mut child = command(port, data).stdout(Stdio::piped()).spawn()?;
        let mut out = child.stdout.take().context("it has no output")?;
        let said = thread::spawn(move || {
            let mut said = String::new();
            let _ = out.read_to_string(&mut said);
            said
        });
        Ok(Running { child, said, began })
    }

    /// Waits until the hall is open, and asks for what it says is there. Gives how long that took, and the hall's keys, which lie
    /// in its data.
    fn is_open(&self, port: u16) -> Result<(Duration, String)> {
        while !loopback::get(port, "/ready").is_ok_and(|answer| answer.status == 200) {
            ensure!(self.began.elapsed() < PATIENCE, "it is not ready");
            thread::sleep(Duration::from_millis(50));
        }
        let took = self.began.elapsed();
        for path in ["/", "/console/", "/dev", "/api/docs", "/health"] {
            let status = loopback::get(port, path)?.status;
            ensure!(status == 200, "{path} answers {status}");
        }
        let described: Value = serde_json::from_str(&loopback::get(port, "/api/openapi.json")?.body)?;
        ensure!(described["paths"].is_object(), "/api/openapi.json describes no paths");
        Ok((took, loopback::get(port, "/oauth/jwks")?.body))
    }

    /// Asks it to end. Gives what it said.
    fn interrupt(mut self, signal: &str) -> Result<String> {
        // It prints where to go after the hall is ready.
        thread::sleep(Duration::from_secs(1));
        process::succeeds(Command::new("kill").args([signal, &self.child.id().to_string()]));
        let deadline = Instant::now() + PATIENCE;
        let ended = loop {
            if let Some(ended) = self.child.try_wait()? {
                break ended;
            }
            if Instant::now() > deadline {
                bail!("it does not end by {signal}");
            }
            thread::sleep(Duration::from_millis(50));
        };
        // What it printed is whole once it has ended.
        let said = std::mem::replace(&mut self.said, thread::spawn(String::new));
        let said = said.join().unwrap_or_default();
        ensure!(ended.success(), "it ended with {ended} by {signal}:\n{said}");
        ensure!(said.contains(OPEN), "it never said that it is open:\n{said}");
        Ok(said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Twice: who asks twice does not want to wait, and its hall is ended with it.
            for _ in 0..2 {
                process::succeeds(Command::new("kill").args(["-INT", &self.child.id().to_string()]));
                thread::sleep(Duration::from_millis(200));
            }
            let _ = self.child.wait();
        }
    }
}

/// A folder of its own, which goes with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder> {
        let folder = std::env::temp_dir().join(format!("onehall-run-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
