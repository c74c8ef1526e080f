//! The core for Android and iOS: its bindings, and Kotlin on the JVM over the real thing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::arguments::Arguments;
use crate::bundle::fingerprint;
use crate::say::say;
use crate::scenarios::ScenarioHall;
use crate::toolchain::kotlin::Kotlin;
use crate::{process, toolchain, workspace};

/// The Kotlin sources: the client, the programs over it, the checks.
const SOURCES: [&str; 3] = ["src", "program", "tests"];

/// Where cargo puts what it builds without a profile. Stripped libraries no longer say what they export, so bindings are
/// made of this one; they fit the released one of the same sources.
const DEBUG: &str = "debug";

/// The profile of the library that a phone gets.
const RELEASED: &str = "mobile-release";

/// The matter of the journey that is walked as a test.
const MATTER: &str = "identity-card-renewal";

/// `cargo xtask bindings`: Kotlin and Swift sources in `target/bindings`.
pub fn bindings(_: &Arguments) -> Result<ExitCode> {
    let folder = generate()?;
    say(format!("Kotlin and Swift sources: {}", folder.display()));
    Ok(ExitCode::SUCCESS)
}

/// `cargo xtask journey`: a citizen's matter in Kotlin, on a hall that `cargo xtask run` started.
pub fn journey(arguments: &Arguments) -> Result<ExitCode> {
    let item = arguments.text("item").unwrap_or(MATTER);
    let mut java = Programs::prepare()?.java("Journey");
    java.env(
        "ONEHALL_HALL",
        arguments.text("hall").unwrap_or("http://127.0.0.1:8080"),
    )
    .arg(answers(item)?);
    process::run(&mut java)?;
    Ok(ExitCode::SUCCESS)
}

/// What the Kotlin side promises, and a whole matter in Kotlin, each on a hall of its own.
///
/// # Errors
/// A promise is broken.
pub fn check() -> Result<()> {
    let programs = Programs::prepare()?;
    let hall = ScenarioHall::open("mobile", None)?;
    process::run(hall.tell(&mut programs.java("Checks")))?;
    drop(hall);
    let hall = ScenarioHall::open("mobile", None)?;
    let walked = process::output(hall.tell(programs.java("Journey").arg(answers(MATTER)?)))?;
    // The last word after the clerk's step; what a person reads on the way is the same core's as in the scenarios.
    ensure!(walked.ends_with("logged out\n"), "the journey ended early:\n{walked}");
    Ok(())
}

/// What a test drives on the JVM, line by line: a terminal, and the pages of one.
///
/// # Errors
/// Something does not build.
pub fn driven() -> Result<[Command; 2]> {
    let programs = Programs::prepare()?;
    Ok(["Terminal", "Pages"].map(|program| programs.java(program)))
}

/// Prints how heavy the library is that a phone gets, and how long it takes to be of use, in rows for docs/benchmarks.md.
///
/// # Errors
/// Something does not build.
pub fn bench() -> Result<()> {
    let programs = Programs::prepare()?;
    let mut build = cdylib();
    build.args(["--profile", RELEASED]);
    process::run_quietly("onehall-mobile, released", &mut build)?;
    let library = library(RELEASED);
    println!("\n| what | size |\n|---|---:|");
    println!(
        "| library, stripped | {} |",
        crate::say::size(fs::metadata(&library)?.len())
    );
    let packed = process::output(
        Command::new("sh")
            .args(["-c", "gzip -9 -c \"$0\" | wc -c"])
            .arg(&library),
    )?;
    println!("| the same, gzip | {} |", crate::say::size(packed.trim().parse()?));
    let hall = ScenarioHall::open("mobile", None)?;
    println!("\n| since the program's first line | time | memory |\n|---|---:|---:|");
    process::run(hall.tell(&mut programs.java_with("StartUp", RELEASED)))
}

/// What carries scenarios out on the JVM.
///
/// # Errors
/// Something does not build.
pub fn scenario_runner() -> Result<crate::scenarios::Carrier> {
    let programs = Programs::prepare()?;
    Ok(Box::new(move || Ok(programs.java("ScenarioRunner"))))
}

/// The compiled Kotlin programs over the core.
pub struct Programs {
    class_path: OsString,
}

impl Programs {
    /// Builds the core, its bindings and the programs, with all that they need.
    ///
    /// # Errors
    /// Something is missing and cannot be installed, or does not build.
    pub fn prepare() -> Result<Programs> {
        let kotlin = Kotlin::prepare()?;
        let mut sources = sources_in(&generate()?.join("kotlin"))?;
        for folder in SOURCES {
            sources.extend(sources_in(
                &workspace::root().join("shells/mobile/kotlin").join(folder),
            )?);
        }
        let archive = workspace::target().join("kotlin/onehall.jar");
        let stamp = archive.with_extension("made-of");
        let made_of = fingerprint_of(&sources)?;
        if !archive.exists() || fs::read_to_string(&stamp).ok().as_ref() != Some(&made_of) {
            say("compiling the Kotlin sources");
            kotlin.compile(&sources, &archive)?;
            fs::write(&stamp, made_of)?;
        }
        Ok(Programs {
            class_path: kotlin.class_path(&archive)?,
        })
    }

    /// Runs a program: `Checks`, `Journey`, or `ScenarioRunner` (see tests/scenarios/README.md).
    pub fn java(&self, program: &str) -> Command {
        self.java_with(program, DEBUG)
    }

    /// The same with the library of a cargo profile.
    fn java_with(&self, program: &str, profile: &str) -> Command {
        let mut library_path = OsString::from("-Djna.library.path=");
        library_path.push(workspace::target().join(profile));
        let mut java = Command::new("java");
        java.arg(library_path)
            .arg("-cp")
            .arg(&self.class_path)
            .arg(format!("onehall.program.{program}Kt"));
        java
    }
}

/// Generates the bindings from the library, so that both are of one build; they are never kept in the repository.
fn generate() -> Result<PathBuf> {
    toolchain::c_compiler()?;
    process::run_quietly("onehall-mobile", &mut cdylib()).context("could not build the core for phones")?;
    let mut build = workspace::cargo();
    build.args(["build", "-p", "onehall-mobile-bindgen"]);
    process::run_quietly("onehall-mobile-bindgen", &mut build).context("could not build the generator")?;

    let folder = workspace::target().join("bindings");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut generator = Command::new(workspace::target().join(DEBUG).join("onehall-mobile-bindgen"));
    // It looks for uniffi.toml where cargo says that the crates stand.
    generator
        .current_dir(workspace::root())
        .arg(library(DEBUG))
        .arg(&folder);
    process::output(&mut generator)?;
    Ok(folder)
}

fn fingerprint_of(sources: &[PathBuf]) -> Result<String> {
    let mut all = toolchain::kotlin::version().unwrap_or_default();
    for source in sources {
        let bytes = fs::read(source).with_context(|| format!("could not read {}", source.display()))?;
        all.push_str(&fingerprint::of_bytes(&bytes));
    }
    Ok(fingerprint::of_bytes(all.as_bytes()))
}

/// The Kotlin files below a folder, in order.
fn sources_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources_in(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "kt") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Builds only what the JVM and Android load: the crate's other kinds are Xcode's, and large.
fn cdylib() -> Command {
    let mut build = workspace::cargo();
    build.args(["rustc", "-p", "onehall-mobile", "--lib", "--crate-type", "cdylib"]);
    build
}

fn library(profile: &str) -> PathBuf {
    let name = format!(
        "{}onehall_mobile{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    workspace::target().join(profile).join(name)
}

fn answers(item: &str) -> Result<PathBuf> {
    let file = workspace::root()
        .join("backend/tests/demo-answers")
        .join(format!("{item}.json"));
    ensure!(file.is_file(), "there are no demo answers for `{item}`");
    Ok(file)
}
