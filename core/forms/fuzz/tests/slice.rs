//! A slice of every target, the same in each run: what `cargo xtask fuzz forms` does for minutes.

use onehall_forms_fuzz::{Fuzz, TARGETS};

/// Documents for each target.
const SLICE: u64 = 150;

fn slice(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.unwrap_or_else(|| panic!("there is no target {name}"));
    let mut fuzz = Fuzz::new(target, 1).unwrap_or_else(|fault| panic!("{fault}"));
    while fuzz.progress().tried < SLICE {
        fuzz.step().unwrap_or_else(|fault| panic!("{fault}"));
    }
    let progress = fuzz.progress();
    assert!(progress.taken > SLICE / 10, "{name}: {progress:?}");
    assert!(progress.reactions > 5, "{name}: {progress:?}");
}

macro_rules! slices {
    ($($test:ident $name:literal)+) => {
        const NAMES: &[&str] = &[$($name),+];
        $(#[test]
        fn $test() {
            slice($name);
        })+
    };
}

slices! {
    definitions "definition"
    answers "answers"
    rules "rules"
    migrations "migration"
    xgov "xgov"
    json_schema "json-schema"
    formio "formio"
    govuk "govuk"
}

#[test]
fn no_target_is_left_out() {
    let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(NAMES, all);
}
