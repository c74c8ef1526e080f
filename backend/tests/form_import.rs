//! Promises of `onehall form import`: a definition on standard output, what it lost on standard error, exit code 0 or 2.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use onehall_forms::Form;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// `onehall form import -` with a form on standard input.
fn import(arguments: &[&str], form: &[u8]) -> std::io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onehall"));
    command.args(["form", "import", "-"]).args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(form)?;
    }
    child.wait_with_output()
}

const SCHEMA: &str = r#"{"title": "Dog licence", "type": "object", "required": ["name"],
    "properties": {"name": {"type": "string", "pattern": "^(?!x)"}, "neutered": {"type": "boolean"}}}"#;

#[test]
fn a_form_comes_out_as_a_definition_that_loads_and_what_is_lost_is_told() -> Outcome {
    let output = import(&["--code", "dogs"], SCHEMA.as_bytes())?;
    assert_eq!(output.status.code(), Some(0));
    let definition = String::from_utf8(output.stdout)?;
    let form = Form::parse(&definition).map_err(|findings| format!("{findings:?}"))?;
    assert_eq!(form.definition().code.as_str(), "dogs");
    let told = String::from_utf8(output.stderr)?;
    assert!(
        told.starts_with("/properties/name/pattern: pattern_not_carried: "),
        "{told}"
    );
    assert_eq!(told.lines().count(), 2, "{told}");
    Ok(())
}

#[test]
fn nonsense_is_refused_with_a_reason_and_nothing_comes_out() -> Outcome {
    for (form, code) in [
        (&b"not JSON"[..], "/: no_json: "),
        (b"{}", "/: unknown_format: "),
        (b"\xff\xfe", "/: no_text: "),
    ] {
        let output = import(&[], form)?;
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true));
        let told = String::from_utf8(output.stderr)?;
        assert!(told.starts_with(code), "{told}");
    }
    let output = import(&["--format", "xgov"], SCHEMA.as_bytes())?;
    assert_eq!(output.status.code(), Some(2), "it is no form of that format");
    let output = import(&["--format", "surveyjs"], SCHEMA.as_bytes())?;
    assert_eq!(output.status.code(), Some(2), "there is no such format");
    Ok(())
}

#[test]
fn a_file_that_there_is_not_is_refused_too() -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onehall"));
    let output = command.args(["form", "import", "no-such-file.json"]).output()?;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr)?.starts_with("/: no_file: "));
    Ok(())
}
