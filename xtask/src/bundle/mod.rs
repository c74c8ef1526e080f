//! `cargo xtask bundle`: the pages for citizens and for staff, as the backend serves them. ui/README.md says what the
//! recipe means.

mod assets;
mod facts;
pub mod fingerprint;
mod icons;
mod parts;
pub mod program;
mod recipe;
pub mod sizes;
mod styles;
pub mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::toolchain::node;
use crate::toolchain::wasm::Compiler;
use crate::workspace;

use assets::Assets;
use program::Program;
use recipe::{Flavour, Recipe};

/// The name of a service worker: it lies beside the page, because it decides about what is below its own address.
const WORKER: &str = "worker.js";

/// How the pages are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// As small as can be.
    Release,
    /// Built quickly, large.
    Dev,
}

impl Profile {
    /// The cargo profile.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Release => "wasm-release",
            Profile::Dev => "wasm-dev",
        }
    }
}

/// `cargo xtask bundle`.
pub fn command(arguments: &Arguments) -> Result<ExitCode> {
    let profile = match arguments.one_of("profile", &["wasm-release", "wasm-dev"])? {
        Some("wasm-dev") => Profile::Dev,
        _ => Profile::Release,
    };
    if arguments.has("verify") {
        let name = match arguments.text("flavour") {
            Some("shell") => "bundle-shell",
            Some("preview") => "bundle-preview",
            _ => "bundle",
        };
        let mut words = vec!["--profile".to_owned(), profile.name().to_owned()];
        if let Some(flavour) = arguments.one_of("flavour", &["web", "shell", "preview"])? {
            words.extend(["--flavour".to_owned(), flavour.to_owned()]);
        }
        verify::verify(&words, name)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (built, bundle): (fn(Profile) -> Result<()>, _) =
        match arguments.one_of("flavour", &["web", "shell", "preview"])? {
            Some("shell") => (build_shell, workspace::shell_bundle()),
            Some("preview") => (build_preview, workspace::preview_bundle()),
            _ => (build, workspace::bundle()),
        };
    built(profile)?;
    let program = if bundle == workspace::shell_bundle() {
        "shell"
    } else {
        "citizen"
    };
    if let Some(name) = arguments.text("why") {
        print!("{}", program::why(program, name)?);
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.has("made-of") {
        print!("{}", program::made_of(program)?);
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", sizes::table(&bundle)?);
    println!("in {}", bundle.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the bundles that the backend serves, unless those that are there are made of the very same.
///
/// # Errors
/// A tool is missing or a part does not build; what was there before then stays.
pub fn build(profile: Profile) -> Result<()> {
    build_into(profile, &workspace::bundle(), |flavour| !flavour.alone)
}

/// Builds the bundle that desktop and kiosk show, unless the one that is there is made of the very same, and says beside it what
/// it is.
///
/// # Errors
/// As [`build`].
pub fn build_shell(profile: Profile) -> Result<()> {
    let bundle = workspace::shell_bundle();
    build_into(profile, &bundle, |flavour| flavour.name == "shell")?;
    facts::write(&bundle.join("shell"), "shell")
}

/// Builds the bundle in which `onehall form preview` shows a form, unless the one that is there is made of the very same.
///
/// # Errors
/// As [`build`].
pub fn build_preview(profile: Profile) -> Result<()> {
    build_into(profile, &workspace::preview_bundle(), |flavour| {
        flavour.name == "preview"
    })
}

fn build_into(profile: Profile, bundle: &Path, wanted: fn(&Flavour) -> bool) -> Result<()> {
    let compiler = Compiler::prepare()?;
    let fingerprint = fingerprint::of_inputs(&[profile.name(), &compiler.version()?])?;
    let stamp = bundle.join("made-of");
    if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == fingerprint) {
        say("the pages are up to date");
        return Ok(());
    }
    node::packages("ui")?;
    say(format!("building the pages ({})", profile.name()));
    let mut recipe = Recipe::read()?;
    recipe.flavours.retain(wanted);
    let (alone, together): (Vec<_>, Vec<_>) = recipe.flavours.iter().partition(|flavour| flavour.alone);
    let bins: Vec<&str> = together.iter().map(|flavour| flavour.bin.as_str()).collect();
    if !bins.is_empty() {
        program::compile(&compiler, profile, "onehall-ui", &bins)?;
    }
    for flavour in alone {
        program::compile_alone(&compiler, profile, &flavour.bin)?;
    }

    // Put together aside and then moved in place: a backend that serves the old bundle never sees half of a new one.
    let aside = bundle.with_extension("new");
    remove(&aside)?;
    for flavour in &recipe.flavours {
        let program = program::finish(profile, &flavour.bin)?;
        if profile == Profile::Release && flavour.in_two != program.later.is_some() {
            bail!(
                "{} is {}in two parts, and ui/bundle.json says otherwise: has it lost its door (`{}`), or its relocations?",
                flavour.name,
                if flavour.in_two { "not " } else { "" },
                parts::DOOR
            );
        }
        assemble(&recipe, flavour, &program, aside.join(&flavour.name))
            .with_context(|| format!("could not put the pages of {} together", flavour.name))?;
    }
    sizes::compress(&aside)?;
    fs::write(aside.join("made-of"), fingerprint)?;
    // The one before stays beside it: a hall goes on giving its files to pages that are open.
    let before = bundle.with_extension("before");
    remove(&before)?;
    if bundle.exists() {
        fs::rename(bundle, &before)?;
    }
    fs::rename(&aside, bundle).context("could not put the new bundle in place")?;
    say(format!("the pages are built: {}", sizes::summary(bundle)?));
    Ok(())
}

/// Writes one bundle to `folder`. What others refer to comes first, so that its new name changes theirs.
fn assemble(recipe: &Recipe, flavour: &Flavour, program: &Program, folder: PathBuf) -> Result<()> {
    let mut assets = Assets::new(folder, &flavour.base)?;
    for (key, path) in &recipe.files {
        let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        assets.add(key, key, extension(path)?, &bytes)?;
    }
    let lucide = workspace::root().join("ui/node_modules/lucide-static/icons");
    assets.add(
        "sprite",
        "icons",
        "svg",
        icons::sprite(&read(&recipe.icons)?, &lucide)?.as_bytes(),
    )?;

    let mut css = String::new();
    for sheet in recipe.styles.iter().chain(&flavour.styles) {
        css.push_str(&read(sheet)?);
        css.push('\n');
    }
    assets.add(
        "css",
        &flavour.name,
        "css",
        styles::slim(&assets.fill(&css)?).as_bytes(),
    )?;

    assets.add("wasm", &flavour.name, "wasm", &program.wasm)?;
    match &program.later {
        Some(later) => drop(assets.add("later", &format!("{}{}", flavour.name, sizes::LATER), "wasm", later)?),
        None => assets.leave_out("later"),
    }
    let mut module = String::from_utf8(program.module.clone()).context("the module is not text")?;
    for (number, (path, content)) in program.snippets.iter().enumerate() {
        // In the import alone: the same text is also the name under which the wasm asks for it.
        let import = format!("from \"./snippets/{path}\"");
        let file = assets.add(&format!("snippet_{number}"), "snippet", "js", content)?;
        if !module.contains(&import) {
            bail!("the module does not import the snippet {path}");
        }
        module = module.replace(&import, &format!("from \"./{file}\""));
    }
    assets.add("js", &flavour.name, "js", module.as_bytes())?;
    match &flavour.worker {
        Some(_) => assets.put("worker", format!("{}{WORKER}", flavour.base)),
        None => assets.leave_out("worker"),
    }
    for (key, path) in &recipe.scripts {
        let script = assets.fill(&read(path)?)?;
        assets.add(key, key, extension(path)?, script.as_bytes())?;
    }
    for (name, html) in &flavour.pages {
        assets.page(name, &assets.fill(&read(html)?)?)?;
    }
    let page = assets.fill(&read(&flavour.html)?)?;
    assets.page("index.html", &page)?;
    let Some(worker) = &flavour.worker else {
        return Ok(());
    };
    let files = serde_json::to_string(assets.files())?;
    assets.put("revision", fingerprint::short(format!("{files}{page}").as_bytes()));
    assets.put("files", files);
    assets.put("base", flavour.base.clone());
    assets.page(WORKER, &assets.fill(&read(worker)?)?)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn extension(path: &Path) -> Result<&str> {
    path.extension()
        .and_then(|name| name.to_str())
        .with_context(|| format!("{} has no extension", path.display()))
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    Ok(())
}
