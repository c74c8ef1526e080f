//! The program of a page: compiled to WebAssembly, bound to JavaScript, made small.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::say::size;
use crate::toolchain::wasm::{self, Compiler};
use crate::{process, workspace};

use super::{Profile, fingerprint, parts, sizes};

/// What rustc's wasm target uses beyond the first WebAssembly, which every browser since 2022 has. Named one by one so
/// that wasm-opt brings in nothing newer.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What is done to a program: changed, it is done anew.
const TOOLS: [&str; 8] = [
    include_str!("program.rs"),
    include_str!("parts/linked.rs"),
    include_str!("parts/reach.rs"),
    include_str!("parts/mark.rs"),
    include_str!("parts/module.rs"),
    include_str!("parts/pieces.rs"),
    include_str!("parts/cut.rs"),
    include_str!("parts/imports.rs"),
];

/// The file of what comes later, while a program is made.
const LATER: &str = "later.wasm";

/// The file of a finished program before it is cut, whose functions still have names.
const WHOLE: &str = "whole.wasm";

/// A program as a browser loads it.
pub struct Program {
    /// The JavaScript module that loads it: `init` is its default export and takes the address of the wasm file.
    pub module: Vec<u8>,
    /// The WebAssembly: all of it, or what comes first.
    pub wasm: Vec<u8>,
    /// What comes later, where the program is in two parts ([`parts`]).
    pub later: Option<Vec<u8>>,
    /// JavaScript that the module imports, by its path below `snippets/`.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Compiles a package: its programs `bins`, or its library where that list is empty.
///
/// # Errors
/// It does not compile.
pub fn compile(compiler: &Compiler, profile: Profile, package: &str, bins: &[&str]) -> Result<()> {
    run(building(compiler, profile, package, bins), package)
}

/// Compiles the program `bin` of the UI with the feature of that name, and without the default ones.
///
/// # Errors
/// It does not compile.
pub fn compile_alone(compiler: &Compiler, profile: Profile, bin: &str) -> Result<()> {
    let mut cargo = building(compiler, profile, "onehall-ui", &[bin]);
    cargo.args(["--no-default-features", "--features", bin]);
    run(cargo, "onehall-ui")
}

fn building(compiler: &Compiler, profile: Profile, package: &str, bins: &[&str]) -> Command {
    let mut cargo = compiler.cargo("build");
    cargo.args(["-p", package, "--profile", profile.name()]);
    if bins.is_empty() {
        cargo.arg("--lib");
    }
    for bin in bins {
        cargo.args(["--bin", bin]);
    }
    cargo.args(["--config", &without_folders(&wasm::sources())]);
    cargo
}

/// Setting of cargo by which places of panics do not tell where on this machine the sources lie: the program is smaller, and
/// the same wherever it is built.
fn without_folders(sources: &[PathBuf]) -> String {
    let flags = sources.iter().map(|folder| {
        let flag = format!("--remap-path-prefix={}/=", folder.display());
        serde_json::Value::String(flag).to_string()
    });
    format!(
        "target.{}.rustflags=[{}]",
        wasm::TARGET,
        flags.collect::<Vec<_>>().join(",")
    )
}

fn run(mut cargo: Command, package: &str) -> Result<()> {
    process::run_quietly(package, &mut cargo).with_context(|| format!("could not compile {package}"))
}

/// Binds the compiled program `bin` to JavaScript and makes it small. What was made before of the same wasm is used
/// again: a change of styles does not run wasm-opt.
///
/// # Errors
/// wasm-bindgen or wasm-opt does not take it.
pub fn finish(profile: Profile, bin: &str) -> Result<Program> {
    let compiled = compiled(profile, bin);
    let bytes = fs::read(&compiled).with_context(|| format!("could not read {}", compiled.display()))?;
    let how = format!(
        "{} {} {}",
        fingerprint::of_bytes(&bytes),
        FEATURES.concat(),
        fingerprint::of_bytes(TOOLS.concat().as_bytes())
    );
    let folder = work_folder(profile, bin);
    let stamp = folder.join("made-of");
    if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == how) {
        return read(&folder, bin);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let marked = parts::mark(&bytes).with_context(|| format!("could not find the parts of {bin}"))?;
    let whole = folder.join(format!("{bin}_bg.wasm"));
    match &marked {
        Some(marked) => {
            let linked = folder.join("linked.wasm");
            fs::write(&linked, &marked.wasm)?;
            bind(&linked, bin, &folder, true)?;
            fs::remove_file(linked)?;
        }
        None => bind(&compiled, bin, &folder, false)?,
    }
    if profile == Profile::Release {
        optimise(&whole, bin, marked.is_some())?;
    }
    if let Some(marked) = &marked {
        fs::copy(&whole, folder.join(WHOLE))?;
        let parts = parts::cut(&fs::read(&whole)?, marked).with_context(|| format!("could not cut {bin} in two"))?;
        let module = folder.join(bin).with_extension("js");
        let (first, script) = parts::shortened(&parts.first, &fs::read_to_string(&module)?)?;
        fs::write(&whole, first)?;
        fs::write(module, script)?;
        fs::write(folder.join(LATER), parts.second)?;
    }
    fs::write(&stamp, how)?;
    read(&folder, bin)
}

/// How the first part of the program `bin` comes to need a function or some data whose name contains `name`, a line each.
///
/// # Errors
/// It is not compiled, or never cut.
pub fn why(bin: &str, name: &str) -> Result<String> {
    let compiled = compiled(Profile::Release, bin);
    let bytes = fs::read(&compiled).with_context(|| format!("could not read {}", compiled.display()))?;
    Ok(match parts::why(&bytes, name)? {
        Some(path) => path.iter().map(|name| format!("{name}\n")).collect(),
        None => format!("nothing in the first part has `{name}` in its name\n"),
    })
}

/// What both parts of the program `bin` are made of, as a table. Each group is compressed by itself, so that the sums are larger
/// than the parts.
///
/// # Errors
/// It is not built, or never cut.
pub fn made_of(bin: &str) -> Result<String> {
    let compiled = compiled(Profile::Release, bin);
    let linked = fs::read(&compiled).with_context(|| format!("could not read {}", compiled.display()))?;
    let marked = parts::mark(&linked)?.with_context(|| format!("{bin} is in one part"))?;
    let folder = work_folder(Profile::Release, bin);
    let made = parts::made_of(&fs::read(folder.join(WHOLE))?, &linked, &marked)?;
    let pieces = folder.join("pieces");
    let mut table = format!("{:<40} {:>22} {:>22}\n", "", "opens with", "later");
    let mut rows: BTreeMap<&str, [(u64, u64); 2]> = BTreeMap::new();
    for (part, shares) in made.iter().enumerate() {
        for share in shares {
            if pieces.exists() {
                fs::remove_dir_all(&pieces)?;
            }
            fs::create_dir_all(&pieces)?;
            fs::write(pieces.join("piece.wasm"), &share.bytes)?;
            sizes::compress(&pieces)?;
            let wire = sizes::weigh(&pieces)?.iter().map(|piece| piece.wire).sum();
            rows.entry(share.group).or_default()[part] = (share.bytes.len() as u64, wire);
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, [(_, first), _])| std::cmp::Reverse(*first));
    for (group, weights) in rows {
        let [first, later] = weights.map(|(raw, wire)| format!("{} ({} br)", size(raw), size(wire)));
        table += &format!("{group:<40} {first:>22} {later:>22}\n");
    }
    Ok(table)
}

fn work_folder(profile: Profile, bin: &str) -> PathBuf {
    workspace::target().join("bundle-work").join(profile.name()).join(bin)
}

fn compiled(profile: Profile, bin: &str) -> PathBuf {
    let folder = workspace::target().join(wasm::TARGET).join(profile.name());
    folder.join(bin).with_extension("wasm")
}

fn bind(compiled: &Path, bin: &str, folder: &Path, named: bool) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .out_name(bin)
        .web(true)
        .map_err(|error| anyhow!("{error:#}"))?
        .typescript(false)
        .demangle(!named)
        .remove_name_section(!named)
        .remove_producers_section(true)
        // The page says where the wasm file is: its name has a hash, which the module cannot know.
        .omit_default_module_path(true)
        .generate(folder)
        .map_err(|error| anyhow!("wasm-bindgen cannot bind {bin}: {error:#}"))
}

fn optimise(file: &Path, bin: &str, named: bool) -> Result<()> {
    let smaller = file.with_extension("small.wasm");
    let mut tool = Command::new("node");
    tool.arg(workspace::root().join("ui/node_modules/binaryen/bin/wasm-opt"))
        // Names are what a program is cut by; they go then.
        .args([
            "-Oz",
            if named { "--debuginfo" } else { "--strip-debug" },
            "--strip-producers",
        ])
        // These make it smaller as it lies there and larger as it travels: brotli likes what is said twice.
        .args(["--skip-pass=inlining-optimizing", "--skip-pass=local-cse"])
        .args(FEATURES)
        .arg(file)
        .arg("-o")
        .arg(&smaller);
    process::run_quietly(&format!("wasm-opt of {bin}"), &mut tool)?;
    fs::rename(&smaller, file).context("could not keep what wasm-opt made")
}

fn read(folder: &Path, bin: &str) -> Result<Program> {
    let mut snippets = BTreeMap::new();
    let start = folder.join("snippets");
    let mut folders: Vec<PathBuf> = start.is_dir().then(|| start.clone()).into_iter().collect();
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(&start) {
                snippets.insert(name.to_string_lossy().into_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(Program {
        module: fs::read(folder.join(bin).with_extension("js"))?,
        wasm: fs::read(folder.join(format!("{bin}_bg.wasm")))?,
        later: fs::read(folder.join(LATER)).ok(),
        snippets,
    })
}
