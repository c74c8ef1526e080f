//! Promises of `onehall form check` and `onehall form diff`: every finding with its place, every difference, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A folder of one test's own.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new(name: &str) -> std::io::Result<Folder> {
        let folder = std::env::temp_dir().join(format!("onehall-form-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Folder(folder))
    }

    fn file(&self, name: &str, text: &str) -> std::io::Result<PathBuf> {
        let file = self.0.join(name);
        std::fs::write(&file, text)?;
        Ok(file)
    }
}

fn form(arguments: &[&str], files: &[&Path]) -> std::io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onehall"));
    command.arg("form").args(arguments).args(files).output()
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo-city/forms/vehicle-licence-renewal.v1.json")
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

#[test]
fn a_sound_form_is_called_sound() -> Outcome {
    let output = form(&["check"], &[&demo()])?;
    let said = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("version 1 of `vehicle-licence-renewal` is sound"),
        "{said}"
    );
    Ok(())
}

#[test]
fn every_finding_is_told_with_its_path_its_code_and_its_line() -> Outcome {
    let folder = Folder::new("check")?;
    let wrong = folder.file(
        "wrong.json",
        r#"{
  "schema": "onehall-form/1", "code": "demo", "version": 1,
  "title": {"zh-CN": "示例", "en": "Demo"},
  "pages": [{
    "id": "you", "title": {"zh-CN": "您", "en": " "},
    "questions": [
      {"id": "name", "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"},
       "visible_when": {"var": "nobody"}},
      {"id": "name", "kind": "date", "label": {"zh-CN": "日期", "en": "Day"}}
    ]
  }]
}"#,
    )?;
    let output = form(&["check"], &[&wrong])?;
    assert_eq!((output.status.code(), output.stderr.len()), (Some(2), 0));
    let mut told = lines(&output.stdout);
    told.sort();
    let expected = [
        (
            "/pages/0/questions/0/visible_when/var: dangling_reference: ",
            "(line 8)",
        ),
        ("/pages/0/questions/1/id: duplicate_id: ", "(line 9)"),
        ("/pages/0/title/en: missing_text: ", "(line 5)"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (line, (begins, ends)) in told.iter().zip(expected) {
        assert!(line.starts_with(begins) && line.ends_with(ends), "{line}");
    }
    for (text, code) in [
        ("{", "/: no_json: "),
        (
            r#"{"schema": "a", "schema": "onehall-form/1"}"#,
            "/schema: duplicate_field: ",
        ),
        ("[]", "/: wrong_type: "),
    ] {
        let output = form(&["check"], &[&folder.file("other.json", text)?])?;
        let told = lines(&output.stdout);
        assert_eq!(output.status.code(), Some(2));
        assert!(told[0].starts_with(code), "{told:?}");
    }
    let output = form(&["check"], &[&folder.0.join("nothing.json")])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(lines(&output.stdout)[0].starts_with("/: unreadable: "));
    Ok(())
}

/// Whatever a file holds, it is answered in a line, and soon.
#[test]
fn a_file_that_is_no_form_at_all_is_refused_with_a_reason() -> Outcome {
    let folder = Folder::new("nasty")?;
    let key = "k".repeat(500_000);
    let many = vec!["0"; 200_000].join(",");
    for (content, code) in [
        ("[".repeat(2_000_000).into_bytes(), "/: no_json: "),
        (format!("[{many}]").into_bytes(), "/: wrong_type: "),
        // Each of the many would be named by the long name.
        (
            format!(r#"{{"code_tables": {{"{key}": [{many}]}}}}"#).into_bytes(),
            "/: missing_field: ",
        ),
        ("\u{feff}{}".as_bytes().to_vec(), "/: byte_order_mark: "),
        (vec![b'"', 0xff, 0xfe, b'"'], "/: unreadable: "),
        // Cut off where it becomes too long it would end inside of a character.
        ("华".repeat(12 * 1024 * 1024).into_bytes(), "/: too_large: "),
    ] {
        let file = folder.0.join("nasty.json");
        std::fs::write(&file, content)?;
        let output = form(&["check"], &[&file])?;
        let told = lines(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{code}");
        assert!(
            told.iter().any(|line| line.starts_with(code)),
            "{code}: {:?}",
            told.first()
        );
        assert!(told.iter().all(|line| line.len() < 1_000), "{code}");
    }
    let imported = form(&["import"], &[&folder.0.join("nasty.json")])?;
    assert!(lines(&imported.stderr)[0].starts_with("/: too_large: "));
    Ok(())
}

#[test]
fn two_versions_are_compared_for_people_and_for_programs() -> Outcome {
    let folder = Folder::new("diff")?;
    let text = std::fs::read_to_string(demo())?;
    let mut newer: Value = serde_json::from_str(&text)?;
    newer["version"] = json!(2);
    newer["title"]["en"] = json!("Another title");
    let removed = newer["pages"][0]["questions"]
        .as_array_mut()
        .and_then(Vec::pop)
        .unwrap_or_default();
    let added = json!({"id": "brand_new", "kind": "phone", "label": {"zh-CN": "电话", "en": "Telephone"}});
    newer["pages"][0]["questions"]
        .as_array_mut()
        .ok_or("no questions")?
        .push(added);
    let newer = folder.file("newer.json", &newer.to_string())?;
    let output = form(&["diff"], &[&demo(), &newer])?;
    let told = lines(&output.stdout);
    assert_eq!(
        (output.status.code(), &output.stderr[..]),
        (Some(0), &b""[..]),
        "{told:?}"
    );
    assert!(told[0].starts_with("/: text_changed (title) "), "{told:?}");
    assert_eq!(told[1], "brand_new: added \"Telephone\"");
    let gone = format!("{}: removed ", removed["id"].as_str().unwrap_or_default());
    assert!(told.last().is_some_and(|line| line.starts_with(&gone)), "{told:?}");

    let output = form(&["diff", "--json"], &[&demo(), &newer])?;
    let json: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(json.as_array().map(Vec::len), Some(told.len()));
    assert_eq!(json[1]["change"], "added");
    let output = form(&["diff"], &[&demo(), &demo()])?;
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));

    let broken = folder.file("broken.json", "{}")?;
    let output = form(&["diff"], &[&demo(), &broken])?;
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let told = lines(&output.stderr);
    assert!(
        told.iter().all(|line| line.contains("broken.json: /: missing_field: ")),
        "{told:?}"
    );
    Ok(())
}
