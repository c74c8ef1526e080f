//! `cargo xtask sdk`: the mini-app SDK as a whole npm package, in `target/sdk/npm`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::bundle::sizes::{self, Budget};
use crate::bundle::{Profile, program};
use crate::say::{say, size};
use crate::toolchain::node;
use crate::toolchain::wasm::Compiler;
use crate::{loopback, process, run, test, workspace};

/// Where the SDK stands, and its tests.
const FOLDER: &str = "mini-app-sdk";
const TESTS: &str = "tests/sdk";

/// Where the page of the stranger is served unless `--page-port` says otherwise.
const PAGE_PORT: u16 = 9000;

/// The crate, and its library as cargo names the file.
const PACKAGE: &str = "onehall-mini-app-sdk";
const LIBRARY: &str = "onehall_mini_app_sdk";

/// Where a module of wasm-bindgen's would look for files that it imports.
const SNIPPETS: &[u8] = b"./snippets/";

/// What the WebAssembly may weigh on the wire, what the JavaScript, and the whole as it lies in a mini-program's package:
/// the WebAssembly as `.wasm.br`, which such a host reads as it is, the scripts uncompressed.
const WASM_BUDGET: u64 = 100 * 1024;
const SCRIPT_BUDGET: u64 = 25 * 1024;
const MINI_PROGRAM_BUDGET: u64 = 500 * 1024;

/// The package.
pub fn package() -> PathBuf {
    workspace::target().join("sdk").join("npm")
}

/// The names of the scripts that a page loads only when it needs them.
fn later_scripts() -> PathBuf {
    package().with_extension("later")
}

/// `cargo xtask sdk`.
pub fn command(arguments: &Arguments) -> Result<ExitCode> {
    build()?;
    if let Some(name) = arguments.text("why") {
        print!("{}", program::why(LIBRARY, name)?);
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.has("made-of") {
        print!("{}", program::made_of(LIBRARY)?);
        return Ok(ExitCode::SUCCESS);
    }
    let (table, budgets) = weighed(&package())?;
    print!("{table}");
    for budget in &budgets {
        println!("{}", budget.line());
    }
    println!("in {}", package().display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the package.
///
/// # Errors
/// A tool is missing or a part does not build; what was there before then stays.
pub fn build() -> Result<()> {
    let compiler = Compiler::prepare()?;
    // wasm-opt, and what packs the scripts.
    node::packages("ui")?;
    node::packages(FOLDER)?;
    say("building the mini-app SDK");
    program::compile(&compiler, Profile::Release, PACKAGE, &[])?;
    let program = program::finish(Profile::Release, LIBRARY)?;
    if program.module.windows(SNIPPETS.len()).any(|part| part == SNIPPETS) {
        // The host is handed in. wasm-bindgen writes down the files of hosts that nobody calls, too; none may be imported.
        bail!(
            "the SDK's module imports files of its own: {:?}",
            program.snippets.keys()
        );
    }

    let package = package();
    let aside = package.with_extension("new");
    let scripts = package.with_extension("js");
    remove(&aside)?;
    remove(&scripts)?;
    let sdk = workspace::root().join(FOLDER);
    fs::create_dir_all(&aside).with_context(|| format!("could not create {}", aside.display()))?;
    fs::write(aside.join("sdk.wasm"), &program.wasm)?;
    let later = program.later.context("the SDK was not cut in two: it has no door")?;
    fs::write(aside.join("sdk-later.wasm"), later)?;
    // Before the other files are there: only the WebAssembly has its compressed form beside it.
    sizes::compress(&aside)?;
    copy(&sdk.join("npm"), &aside)?;
    copy(&sdk.join("js"), &scripts)?;
    for script in ["host.js", "socket.js", "storage.js"] {
        copy_file(&workspace::root().join("core/js").join(script), &scripts.join(script))?;
    }
    fs::write(scripts.join("bindings.js"), &program.module)?;
    let mut pack = Command::new("node");
    pack.arg(sdk.join("pack.mjs")).arg(&scripts).arg(&aside);
    let later = process::output(&mut pack).context("esbuild")?;
    fs::write(later_scripts(), later)?;
    remove(&package)?;
    fs::rename(&aside, &package).context("could not put the package in place")
}

/// `cargo xtask run mini-app`: the hall, and a stranger's page that embeds a service of it.
///
/// # Errors
/// Something does not build or start.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let release = arguments.has("release");
    let place = run::Place::from(arguments)?;
    let port = arguments.value("page-port")?.unwrap_or(PAGE_PORT);
    if !loopback::is_free(port) {
        bail!("port {port} is taken by another program: end that one, or choose another with `--page-port`");
    }
    run::build(release)?;
    build()?;

    say("starting the hall");
    let page = format!("http://127.0.0.1:{port}");
    let mut hall = run::start(&workspace::backend(release), place.port, &place.data, Some(&page))?;
    let signals = run::forward_signals(Some(hall.id()))?;
    if let Some(ended) = run::wait_until_ready(&mut hall, place.port, signals)? {
        return Ok(run::exit_code(ended));
    }
    let mut server = Command::new("node")
        .arg(workspace::root().join(FOLDER).join("demo/serve.mjs"))
        .args(["--port", &port.to_string()])
        .args(["--hall", &format!("http://127.0.0.1:{}", place.port)])
        .arg("--package")
        .arg(package())
        // It ends when this does.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("could not start the page's server")?;
    println!("\nA bank's page with services of the hall in it: {page}/");
    print!("{}", run::welcome(place.port, &place.data));
    let ended = run::wait_until_ended(&mut hall, signals)?;
    drop(server.stdin.take());
    server.wait()?;
    Ok(run::exit_code(ended))
}

/// The tests of the package: in Node.js, in Chromium on a stranger's page, and on the scales.
///
/// # Errors
/// A test fails, a part weighs more than it may, or something is missing and cannot be installed.
pub fn tests() -> Result<()> {
    test::build_backend(false)?;
    build()?;
    let mut files: Vec<PathBuf> = fs::read_dir(workspace::root().join(TESTS))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut command = test::journey_command("--test")?;
    command.env("ONEHALL_TEST_SDK", package());
    process::run_tests(command.arg("--test-reporter=spec").args(files))?;
    sizes::hold(&weighed(&package())?.1)
}

/// The site of the page in which scenarios run.
pub const SCENARIO_ORIGIN: &str = "http://127.0.0.1:18790";

/// What carries scenarios out in a stranger's page, as WebAssembly.
///
/// # Errors
/// Something is missing and cannot be installed, or does not build.
pub fn scenario_runner() -> Result<crate::scenarios::Carrier> {
    build()?;
    Ok(Box::new(|| {
        let mut command = test::journey_command("../sdk/scenario.mjs")?;
        let port = SCENARIO_ORIGIN.rsplit(':').next().unwrap_or_default();
        command
            .env("ONEHALL_TEST_SDK", package())
            .env("ONEHALL_PAGE_PORT", port);
        Ok(command)
    }))
}

/// Measures the search among 5,000 services where the core is WebAssembly, here in Node.js.
///
/// # Errors
/// Something is missing and cannot be installed, or does not build.
pub fn bench_search() -> Result<()> {
    test::build_backend(false)?;
    build()?;
    let mut command = test::journey_command("../sdk/search.mjs")?;
    process::run(command.env("ONEHALL_TEST_SDK", package()))
}

/// What the package weighs, as a table, and what of it has a budget.
fn weighed(package: &Path) -> Result<(String, [Budget; 3])> {
    // Beside the package: of the scripts nobody installs both forms.
    let both = package.with_extension("weighed");
    remove(&both)?;
    copy(package, &both)?;
    sizes::compress(&both)?;
    let files = sizes::weigh(&both)?;
    let later = fs::read_to_string(later_scripts()).unwrap_or_default();
    let mut text = format!("\n{:<42} {:>10} {:>10}\n", "the SDK", "raw", "brotli");
    let (mut wasm, mut script, mut packed) = (0, 0, 0);
    for file in &files {
        let _ = writeln!(
            text,
            "  {:<40} {:>10} {:>10}",
            file.name,
            size(file.raw),
            size(file.wire)
        );
        if file.name.ends_with(".wasm") {
            // What comes later a page need not load.
            wasm += if file.name.contains(sizes::LATER) { 0 } else { file.wire };
            packed += file.wire;
        } else if file.name.ends_with(".js") {
            let comes_later = later.lines().any(|name| name == file.name);
            script += if comes_later { 0 } else { file.wire };
            packed += file.raw;
        }
    }
    remove(&both)?;
    let budgets = [
        ("WebAssembly that a page starts with, brotli", wasm, WASM_BUDGET),
        ("JavaScript that a page starts with, brotli", script, SCRIPT_BUDGET),
        ("all of it in a mini-program's package", packed, MINI_PROGRAM_BUDGET),
    ];
    let budgets = budgets.map(|(what, weight, allowed)| Budget { what, weight, allowed });
    Ok((text, budgets))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("could not create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("could not list {}", from.display()))? {
        let entry = entry?.path();
        let Some(name) = entry.file_name() else { continue };
        if entry.is_dir() {
            copy(&entry, &to.join(name))?;
        } else {
            copy_file(&entry, &to.join(name))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("could not copy {}", from.display()))?;
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    Ok(())
}
