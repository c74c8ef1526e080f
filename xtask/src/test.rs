//! `cargo xtask test`: every test there is, part by part, with a summary at the end.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::bundle::sizes;
use crate::say::{say, span};
use crate::toolchain::{self, nats, node, postgres};
use crate::{
    bundle, check, conformance, history, login, mobile, process, run, scenarios, sdk, shells, store, updates, workspace,
};

/// The folder of the browser journeys.
pub const JOURNEYS: &str = "tests/browser";

/// Runs every test, or one part of them.
pub fn test(arguments: &Arguments) -> Result<ExitCode> {
    let only = arguments.one_of(
        "only",
        &[
            "check",
            "rust",
            "postgres",
            "kotlin",
            "login",
            "conformance",
            "store",
            "scenarios",
            "shells",
            "sdk",
            "terminals",
            "tuf",
            "run",
            "browser",
        ],
    )?;
    if arguments.one_of("db", &["sqlite", "postgres"])? == Some("postgres") {
        if only.is_some() {
            anyhow::bail!("`--db postgres` is a part of its own: leave `--only` out");
        }
        let names: Vec<&str> = arguments
            .text("names")
            .map_or(Vec::new(), |names| names.split(',').collect());
        let mut parts = Parts::default();
        parts.run("onehall-backend on PostgreSQL", || backend_on_postgres(&names));
        return Ok(parts.close());
    }
    if arguments.text("names").is_some() {
        anyhow::bail!("`--names` goes with `--db postgres`; else cargo takes them: `cargo test -p PACKAGE NAME`");
    }
    let wants = |part| only.is_none_or(|only| only == part);
    match std::env::var("ONEHALL_TEST_DATA") {
        Ok(folder) => say(format!("data of other projects: {folder}")),
        Err(_) => say("ONEHALL_TEST_DATA is not set: tests on other projects' data say that they skip"),
    }

    let mut parts = Parts::default();
    if wants("check") {
        for check in &check::ALL {
            parts.run(check.name, check.run);
        }
    }
    if wants("rust") {
        for package in check::NATIVE {
            parts.run(package, || rust(package));
        }
        // The logic of the pages; what needs a browser is in the journeys.
        parts.run("onehall-ui", || {
            process::run(workspace::cargo().args(["test", "-p", "onehall-ui", "--lib"]))
        });
    }
    if wants("postgres") {
        // All of it takes minutes (`--db postgres`); these are the parts in which the engines could differ, and those of
        // several replicas.
        parts.run("storage on PostgreSQL, several replicas", || {
            backend_on_postgres(&ON_BOTH)
        });
        parts.run("the history of real processes", history::slices);
    }
    if wants("kotlin") {
        parts.run("kotlin", mobile::check);
    }
    if wants("login") {
        parts.run("clients of the login that others wrote", login::tests);
    }
    if wants("sdk") {
        parts.run("sdk", sdk::tests);
    }
    if wants("conformance") {
        parts.run("conformance", conformance::run);
    }
    if wants("store") {
        parts.run("store", store::run);
    }
    if wants("scenarios") {
        parts.run("scenarios", scenarios::run);
    }
    if wants("tuf") {
        parts.run("a client of The Update Framework", updates::conformance);
    }
    if wants("terminals") {
        parts.run("one citizen on four terminals", scenarios::terminals);
    }
    if wants("shells") {
        parts.run("shells", shells::journeys);
    }
    if (wants("browser") || wants("run")) && parts.run("bundle", bundles) {
        if wants("run") {
            parts.run("the first minutes of `cargo xtask run`", first_minutes);
        }
        if wants("browser") {
            parts.run("what a citizen's page weighs", weight);
            parts.run("journeys", journeys);
        }
    }
    Ok(parts.close())
}

/// The unit, integration and documentation tests of a package.
fn rust(package: &str) -> Result<()> {
    toolchain::c_compiler()?;
    if package == "onehall-tests" {
        // They drive the real binary.
        build_backend(false)?;
    }
    let mut test = workspace::cargo();
    test.args(["test", "-p", package]);
    if package == "onehall-core" {
        // With the ports of a native host, which no page links.
        test.args(["--features", "native"]);
    }
    test.env("ONEHALL_TEST_BACKEND", workspace::backend(false));
    process::run(test.env("ONEHALL_TEST_CITY", workspace::demo_city()))
}

/// What every run tries on both engines: the store itself, its ports, and a route of each centre that writes; and what
/// replicas say to each other. Of a centre, those of its tests that write most: each has a database of its own, which takes
/// half a second.
const ON_BOTH: [&str; 27] = [
    "storage::",
    "cases::tests::port::",
    "cases::tests::races::",
    "drafts::tests::",
    "drafts::merge_tests::",
    "drafts::begun_tests::",
    "drafts::migration_tests::",
    "drafts::known_on_a_move_tests::",
    "halls::tests::appointments::",
    "halls::tests::tickets::",
    "halls::tests::races::",
    "files::tests::protocol::",
    "files::blobs::suite::",
    "updates::tests::",
    "identity::contact_tests::",
    "identity::level_tests::",
    "identity::passkeys::tests::",
    "identity::asleep_tests::",
    "sync::tests::",
    "insight::",
    "events::relay::",
    "staff::races::",
    "staff::passkey_tests::",
    "account::",
    "oidc::tests::tokens::",
    "oidc::tests::device::",
    "cases::tests::disposal::",
];

/// The tests of the backend on a server of PostgreSQL, with nats-server between replicas; those whose names begin so, or all.
fn backend_on_postgres(names: &[&str]) -> Result<()> {
    toolchain::c_compiler()?;
    let server = postgres::Server::start()?;
    let mut test = workspace::cargo();
    test.args(["test", "-p", "onehall-backend", "--lib", "--"]).args(names);
    if let Some(tls) = server.tls() {
        test.env("ONEHALL_TEST_POSTGRES_TLS", tls.url());
        test.env("ONEHALL_TEST_POSTGRES_CERTIFICATE", &tls.certificate);
    }
    test.env(nats::PROGRAM, nats::program()?);
    process::run(test.env("ONEHALL_TEST_DATABASE", server.url()))
}

/// The pages of the hall, and those of the preview of forms.
fn bundles() -> Result<()> {
    bundle::build(bundle::Profile::Release)?;
    bundle::build_preview(bundle::Profile::Release)
}

fn first_minutes() -> Result<()> {
    build_backend(false)?;
    run::try_run()
}

/// The citizen's program is held to its budget.
fn weight() -> Result<()> {
    let budget = sizes::citizens(&workspace::bundle())?;
    sizes::hold(&[budget.context("the bundle has no pages for citizens")?])
}

/// The journeys, in a real browser against the real backend.
fn journeys() -> Result<()> {
    build_backend(false)?;
    let folder = workspace::root().join(JOURNEYS).join("journeys");
    let mut files: Vec<_> = std::fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    // Each file by name: what a folder or a pattern means differs between versions of Node.js.
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    // Two at a time also on two cores, where Node.js alone would take one: a journey waits for a third of its time.
    process::run_tests(
        journey_command("--test")?
            .args(["--test-concurrency=2", "--test-reporter=spec"])
            .args(files),
    )
}

/// Node in the folder of the journeys, with everything that they need installed and named.
///
/// # Errors
/// Something is missing and cannot be installed.
pub fn journey_command(argument: &str) -> Result<Command> {
    toolchain::browser()?;
    node::packages(JOURNEYS)?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace::root().join(JOURNEYS))
        .arg(argument)
        .env("ONEHALL_TEST_BACKEND", workspace::backend(false))
        .env("ONEHALL_TEST_CITY", workspace::demo_city())
        .env("ONEHALL_TEST_UI", workspace::bundle())
        .env("ONEHALL_TEST_PREVIEW", workspace::preview_bundle())
        .env("ONEHALL_TEST_CHROMIUM", toolchain::chromium());
    Ok(command)
}

/// Builds the `onehall` binary.
///
/// # Errors
/// It does not build.
pub fn build_backend(release: bool) -> Result<()> {
    toolchain::c_compiler()?;
    let mut build = workspace::cargo();
    build.args(["build", "-p", "onehall-backend", "--bin", "onehall"]);
    if release {
        build.arg("--release");
    }
    process::run_quietly("backend", &mut build).context("could not build the backend")
}

/// The parts of a run: each is run whatever became of the others, and all are named at the end.
#[derive(Default)]
pub struct Parts(Vec<Part>);

struct Part {
    name: String,
    took: Duration,
    error: Option<String>,
}

impl Parts {
    /// Runs a part; whether it went well.
    pub fn run(&mut self, name: &str, part: impl FnOnce() -> Result<()>) -> bool {
        say(format!("── {name}"));
        let began = Instant::now();
        let error = part().err().map(|error| format!("{error:#}"));
        let took = began.elapsed();
        match &error {
            Some(error) => say(format!("   {name} FAILED after {}: {error}", span(took))),
            None => say(format!("   {name}: well, {}", span(took))),
        }
        let well = error.is_none();
        self.0.push(Part {
            name: name.to_owned(),
            took,
            error,
        });
        well
    }

    /// Prints the summary; the exit code says whether every part went well.
    pub fn close(self) -> ExitCode {
        println!();
        for part in &self.0 {
            let result = if part.error.is_some() { "FAILED" } else { "well" };
            println!("  {result:<6}  {:>7}  {}", span(part.took), part.name);
        }
        let failed: Vec<&Part> = self.0.iter().filter(|part| part.error.is_some()).collect();
        println!("  in all  {:>7}", span(crate::say::elapsed()));
        for part in &failed {
            println!("\n{} failed: {}", part.name, part.error.as_deref().unwrap_or_default());
        }
        println!(
            "\nparts: {} passed, {} failed",
            self.0.len() - failed.len(),
            failed.len()
        );
        if failed.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::Parts;

    #[test]
    fn one_failing_part_fails_the_run_and_does_not_stop_the_others() {
        let mut parts = Parts::default();
        let mut ran = 0;
        assert!(!parts.run("first", || anyhow::bail!("the hall is closed")));
        assert!(parts.run("second", || {
            ran += 1;
            Ok(())
        }));
        assert_eq!(ran, 1);
        assert_eq!(parts.close(), ExitCode::FAILURE);
    }
}
