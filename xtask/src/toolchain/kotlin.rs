//! Compiling and running Kotlin: the compiler from npm, in the target folder; Java and two libraries from Debian.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

use super::{debian, node};

/// Where the compiler's version is pinned.
const PINNED: &str = "shells/mobile/kotlin";

/// JNA, which carries UniFFI's calls, and Gson, which reads and writes JSON.
pub const LIBRARIES: [&str; 2] = ["libjna-java", "libgoogle-gson-java"];

/// Where Debian keeps them.
const JARS: [&str; 2] = ["/usr/share/java/jna.jar", "/usr/share/java/gson.jar"];

/// A compiler that is ready to be used.
pub struct Kotlin {
    compiler: PathBuf,
}

impl Kotlin {
    /// Makes sure that everything is here.
    ///
    /// # Errors
    /// Something is missing and cannot be installed.
    pub fn prepare() -> Result<Kotlin> {
        let mut packages = LIBRARIES.to_vec();
        if process::find("java").is_none() {
            packages.push("default-jre-headless");
        }
        debian::install("running Kotlin", &packages)?;
        // In the target folder: it is large, and every clone uses the same one.
        let folder = home();
        fs::create_dir_all(&folder)?;
        for file in ["package.json", "package-lock.json"] {
            let pinned = workspace::root().join(PINNED).join(file);
            fs::copy(&pinned, folder.join(file)).with_context(|| format!("could not copy {}", pinned.display()))?;
        }
        node::packages(&folder.to_string_lossy())?;
        Ok(Kotlin { compiler: compiler() })
    }

    /// Compiles sources into the archive `to`.
    ///
    /// # Errors
    /// They do not compile, or with warnings.
    pub fn compile(&self, sources: &[PathBuf], to: &Path) -> Result<()> {
        // npm unpacks the compiler without the right to be executed.
        let mut kotlinc = Command::new("bash");
        kotlinc
            .env("JAVA_OPTS", "-Xmx1g -Xshare:auto")
            .arg(self.compiler.join("bin/kotlinc"))
            .args(["-no-reflect", "-jvm-target", "11", "-Werror", "-classpath"])
            .arg(std::env::join_paths(self.libraries())?)
            .arg("-d")
            .arg(to)
            .args(sources);
        process::run_quietly("Kotlin", &mut kotlinc).context("could not compile the Kotlin sources")
    }

    /// The class path of the archive `own`.
    ///
    /// # Errors
    /// A path has a colon in it.
    pub fn class_path(&self, own: &Path) -> Result<OsString> {
        let shipped = self.compiler.join("lib/kotlin-stdlib.jar");
        let all = [own.to_owned(), shipped].into_iter().chain(self.libraries());
        Ok(std::env::join_paths(all)?)
    }

    /// What the sources use.
    fn libraries(&self) -> impl Iterator<Item = PathBuf> {
        let coroutines = self.compiler.join("lib/kotlinx-coroutines-core-jvm.jar");
        JARS.iter().map(PathBuf::from).chain([coroutines])
    }
}

/// The version of the compiler that is installed.
pub fn version() -> Option<String> {
    let text = fs::read_to_string(compiler().join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    package["version"].as_str().map(str::to_owned)
}

fn home() -> PathBuf {
    workspace::target().join("kotlin/compiler")
}

fn compiler() -> PathBuf {
    home().join("node_modules/kotlin-compiler")
}
