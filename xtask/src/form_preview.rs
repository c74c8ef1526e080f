//! `cargo xtask form-preview FILE`: everything that it takes to look at a form while one writes it.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::{bundle, process, test, workspace};

/// Builds what is needed and becomes `onehall form preview`.
pub fn command(words: Vec<String>) -> Result<ExitCode> {
    let (files, options): (Vec<String>, Vec<String>) = split(words);
    let [file] = files.as_slice() else {
        anyhow::bail!("name one form: `cargo xtask form-preview FILE`")
    };
    let arguments = Arguments::parse(options, &["inputs", "port"], &["no-open", "release"])?;
    let port: Option<u16> = arguments.value("port")?;
    let release = arguments.has("release");
    let profile = if release {
        bundle::Profile::Release
    } else {
        bundle::Profile::Dev
    };
    process::beside(|| test::build_backend(release), || bundle::build_preview(profile))?;

    let mut onehall = Command::new(workspace::backend(release));
    onehall.args(["form", "preview", file]);
    onehall.arg("--ui").arg(workspace::preview_bundle());
    match arguments.text("inputs") {
        Some(city) => onehall.args(["--inputs", city]),
        None => onehall.arg("--inputs").arg(workspace::demo_city()),
    };
    if let Some(port) = port {
        onehall.args(["--port", &port.to_string()]);
    }
    if arguments.has("no-open") {
        onehall.arg("--no-open");
    }
    // In place of this program: Ctrl-C reaches it, and how it ends is how this ends.
    Err(onehall.exec()).with_context(|| format!("could not start {}", onehall.get_program().display()))
}

/// The file, which stands among the options as people write it, and the options with their values.
fn split(words: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut files, mut options) = (Vec::new(), Vec::new());
    let mut of_option = false;
    for word in words {
        if of_option || word.starts_with("--") {
            of_option = ["--inputs", "--port"].contains(&word.as_str());
            options.push(word);
        } else {
            files.push(word);
        }
    }
    (files, options)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_stands_anywhere_among_the_options() {
        let words = ["--port", "8091", "a.json", "--no-open", "--inputs=city"].map(str::to_owned);
        let (files, options) = super::split(words.into());
        assert_eq!(files, ["a.json"]);
        assert_eq!(options, ["--port", "8091", "--no-open", "--inputs=city"]);
    }
}
