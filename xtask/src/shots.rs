//! `cargo xtask shots`: a picture of every page in every terminal profile.

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::say::say;
use crate::{bundle, process, test, workspace};

/// Takes the pictures.
pub fn shots(arguments: &Arguments) -> Result<ExitCode> {
    bundle::build(bundle::Profile::Release)?;
    test::build_backend(false)?;
    let folder = workspace::target().join("shots");
    let mut node = test::journey_command("shots.mjs")?;
    node.env("ONEHALL_TEST_SHOTS", &folder);
    if let Some(word) = arguments.text("only") {
        node.arg(word);
    }
    process::run(&mut node)?;
    say(format!("the pictures are in {}", folder.display()));
    Ok(ExitCode::SUCCESS)
}
