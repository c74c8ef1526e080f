//! A form in a file: read, checked, and each thing that is wrong with it at its place. `onehall form check`, `diff` and
//! `preview` say the same of a file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use onehall_forms::Form;
use onehall_protocol::{Language, Text};
use serde::Serialize;
use serde_json::Value;

use crate::json_fault::JsonFault;
use crate::json_places::{JsonPlaces, line_and_column};

/// The largest form that is read, in bytes: several times the largest one that anybody fills.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Something that has to be changed in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFinding {
    /// A JSON pointer; empty for the whole.
    pub path: String,
    /// A stable code.
    pub code: &'static str,
    /// What to change.
    pub message: Text,
    /// Line and column from 1, where there is a place.
    pub place: Option<(usize, usize)>,
}

impl FileFinding {
    /// About the whole file.
    fn of_file(code: &'static str, zh_cn: impl Into<String>, en: impl Into<String>) -> FileFinding {
        FileFinding {
            path: String::new(),
            code,
            message: Text::new(zh_cn, en),
            place: None,
        }
    }

    /// The pointer as people are shown it.
    #[must_use]
    pub fn shown_path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }

    /// A line for people: where, code, what to change, and the line of the file.
    #[must_use]
    pub fn line(&self, language: Language) -> String {
        let (path, code, message) = (self.shown_path(), self.code, self.message.get(language));
        match (self.place, language) {
            (None, _) => format!("{path}: {code}: {message}"),
            // No pointer leads into what is no JSON.
            (Some((line, column)), Language::ZhCn) if code == NO_JSON => {
                format!("{path}: {code}: {message}（第 {line} 行，第 {column} 列）")
            }
            (Some((line, column)), Language::En) if code == NO_JSON => {
                format!("{path}: {code}: {message} (line {line}, column {column})")
            }
            (Some((line, _)), Language::ZhCn) => format!("{path}: {code}: {message}（第 {line} 行）"),
            (Some((line, _)), Language::En) => format!("{path}: {code}: {message} (line {line})"),
        }
    }
}

const NO_JSON: &str = "no_json";

/// The text of a file, or why there is none; `-` is standard input.
///
/// # Errors
/// `no_file`, `unreadable`, `too_large`, `no_text`.
pub fn read(file: &Path, most: usize) -> Result<String, FileFinding> {
    let a_byte_more = most as u64 + 1;
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(a_byte_more).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(a_byte_more).read_to_end(&mut bytes))
    };
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(FileFinding::of_file("no_file", "没有这个文件", "there is no such file"))
        }
        Err(error) => Err(FileFinding::of_file(
            "unreadable",
            format!("无法读取文件：{error}"),
            format!("the file cannot be read: {error}"),
        )),
        Ok(_) if bytes.len() > most => {
            let most = most / 1024 / 1024;
            Err(FileFinding::of_file(
                "too_large",
                format!("文件最大 {most} MiB"),
                format!("a file has at most {most} MiB"),
            ))
        }
        Ok(_) => String::from_utf8(bytes)
            .map_err(|_| FileFinding::of_file("no_text", "文件不是 UTF-8 文本", "the file is no text in UTF-8")),
    }
}

/// The form of a text and its JSON, or everything that is wrong with it, in the order of the text.
///
/// # Errors
/// The findings of the engine, and besides `byte_order_mark`, `no_json`, `duplicate_field`.
pub fn check(text: &str) -> Result<(Form, Value), Vec<FileFinding>> {
    if text.starts_with('\u{feff}') {
        let mut finding = FileFinding::of_file(
            "byte_order_mark",
            "请将文件保存为不带字节顺序标记（BOM）的 UTF-8",
            "save the file as UTF-8 without a byte order mark",
        );
        finding.place = Some((1, 1));
        return Err(vec![finding]);
    }
    let definition: Value = serde_json::from_str(text).map_err(|error| {
        let JsonFault { place, said } = JsonFault::of(text, &error);
        let mut finding = FileFinding::of_file(NO_JSON, said.zh_cn, said.en);
        finding.place = Some(place);
        vec![finding]
    })?;
    let places = JsonPlaces::of(text);
    let mut findings: Vec<FileFinding> = places
        .twice()
        .map(|(path, key, offset)| FileFinding {
            path: path.to_owned(),
            code: "duplicate_field",
            message: Text::new(
                format!("字段 `{key}` 在这里出现了两次"),
                format!("the field `{key}` stands here twice"),
            ),
            place: Some(line_and_column(text, offset)),
        })
        .collect();
    match Form::from_value(&definition) {
        Ok(form) if findings.is_empty() => return Ok((form, definition)),
        Ok(_) => {}
        Err(wrong) => findings.extend(wrong.into_iter().map(|finding| FileFinding {
            message: Text::new(finding.message(Language::ZhCn), finding.message(Language::En)),
            place: Some(line_and_column(text, places.offset(&finding.path))),
            path: finding.path,
            code: finding.code,
        })),
    }
    findings.sort_by_key(|finding| finding.place);
    Err(findings)
}
