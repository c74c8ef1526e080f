//! `cargo xtask kill updates`: a real process on a real disk, killed at any moment of an update, as often as one likes.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::{process, toolchain, workspace};

/// The test that does it; `cargo xtask test` has it do 50 rounds.
const TEST: &str =
    "tests::killed::a_process_that_is_killed_at_any_moment_of_an_update_shows_one_whole_version_when_it_is_back";

/// How often a process is killed where nobody says, and the fewest rounds in which each kind of release comes.
const ROUNDS: u32 = 1000;
const FEWEST: u32 = 50;

/// Kills the process of a terminal `--rounds` times and looks each time at what it shows when it is back.
///
/// # Errors
/// It does not build, or it showed what it should not: in which round stands above.
pub fn updates(arguments: &Arguments) -> Result<ExitCode> {
    let rounds = rounds(arguments)?;
    toolchain::c_compiler()?;
    say(format!("an update is killed in {rounds} rounds"));
    let mut test = workspace::cargo();
    test.args([
        "test",
        "-p",
        "onehall-updates",
        "--lib",
        "--",
        "--exact",
        TEST,
        "--nocapture",
    ]);
    process::run(test.env("ONEHALL_TEST_ROUNDS", rounds.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

fn rounds(arguments: &Arguments) -> Result<u32> {
    let rounds = arguments.value("rounds")?.unwrap_or(ROUNDS);
    if rounds < FEWEST {
        bail!("`--rounds` is {FEWEST} at least: with fewer not every kind of release comes");
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{TEST, rounds};
    use crate::arguments::Arguments;
    use crate::workspace;

    #[test]
    fn so_few_rounds_that_nothing_is_shown_are_refused() -> anyhow::Result<()> {
        let given = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            Arguments::parse(words, &["rounds"], &[]).and_then(|arguments| rounds(&arguments))
        };
        assert_eq!(given(&[])?, 1000);
        assert_eq!(given(&["--rounds", "50"])?, 50);
        for wrong in ["49", "0", "-1", "many"] {
            assert!(given(&["--rounds", wrong]).is_err(), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn the_test_has_this_name() -> anyhow::Result<()> {
        // A name that fits none would run nothing, and succeed.
        let source = fs::read_to_string(workspace::root().join("core/updates/src/tests/killed.rs"))?;
        let name = TEST.rsplit("::").next().unwrap_or_default();
        assert!(source.contains(&format!("fn {name}()")), "{name}");
        Ok(())
    }
}
