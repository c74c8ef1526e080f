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

/// As somebody calls it whose system speaks no language in particular.
fn form(arguments: &[&str], files: &[&Path]) -> std::io::Result<Output> {
    form_in("C", arguments, files)
}

/// As somebody calls it whose system has this locale.
fn form_in(locale: &str, arguments: &[&str], files: &[&Path]) -> std::io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onehall"));
    command.env("LC_ALL", locale);
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
        assert!(told.iter().any(|line| line.starts_with(code)), "{told:?}");
    }
    let output = form(&["check"], &[&folder.0.join("nothing.json")])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(lines(&output.stdout)[0].starts_with("/: no_file: "));
    Ok(())
}

/// Whoever reads Chinese is told in Chinese: by the locale of the system, or because it was asked for.
#[test]
fn an_author_is_told_in_their_language() -> Outcome {
    let folder = Folder::new("language")?;
    let text = std::fs::read_to_string(demo())?;
    let wrong = folder.file("wrong.json", &text.replacen("\"version\": 1,", "\"version\": 0,", 1))?;
    for (locale, asked, expected) in [
        ("zh_CN.UTF-8", None, "/version: bad_version: 版本号从 1 开始（第 "),
        (
            "en_GB.UTF-8",
            None,
            "/version: bad_version: versions count from 1 (line ",
        ),
        ("C.UTF-8", None, "/version: bad_version: versions count from 1 (line "),
        ("C", Some("zh-CN"), "/version: bad_version: 版本号从 1 开始（第 "),
        (
            "zh_CN.UTF-8",
            Some("en"),
            "/version: bad_version: versions count from 1 (line ",
        ),
    ] {
        let language = asked.map(|language| ["--language", language]);
        let words: Vec<&str> = ["check"].into_iter().chain(language.into_iter().flatten()).collect();
        let told = lines(&form_in(locale, &words, &[&wrong])?.stdout);
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{locale} {asked:?}: {told:?}"
        );
    }
    let half = folder.file("half.json", "{\n  \"版本\"： 1\n}")?;
    let told = lines(&form_in("zh_CN.UTF-8", &["check"], &[&half])?.stdout);
    assert_eq!(
        told,
        ["/: no_json: 字段名后应为 `:`，这里是全角的 `：`，应改为半角的 `:`（第 2 行，第 7 列）"]
    );
    let told = lines(&form(&["check"], &[&half])?.stdout);
    assert_eq!(
        told,
        [
            "/: no_json: expected `:` after the name of a field, but here stands the full-width `：`: type `:` (line 2, column 7)"
        ]
    );
    // What differs is named as its readers know it.
    let newer = text
        .replacen("\"version\": 1,", "\"version\": 2,", 1)
        .replacen("\"zh-CN\": \"", "\"zh-CN\": \"新", 1);
    let newer = folder.file("newer.json", &newer)?;
    let title = |locale| Ok::<_, std::io::Error>(lines(&form_in(locale, &["diff"], &[&demo(), &newer])?.stdout));
    let (chinese, english) = (title("zh_CN.UTF-8")?, title("en_US.UTF-8")?);
    assert!(chinese[0].starts_with("/: text_changed (title) \"新"), "{chinese:?}");
    assert!(
        english[0].starts_with("/: text_changed (title) \"") && english[0].is_ascii(),
        "{english:?}"
    );
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
        (vec![b'"', 0xff, 0xfe, b'"'], "/: no_text: "),
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
