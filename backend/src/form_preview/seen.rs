//! What the file holds, as the page is told: the form, or what is wrong with it. The JSON of these types is read by
//! `ui/src/preview`; `seen.json` beside this file holds both to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_forms::{Form, Inputs};
use serde::Serialize;
use serde_json::Value;

use crate::city;
use crate::json_places::{JsonPlaces, line_and_column};

/// Most characters of the line that is shown with a finding.
const EXCERPT: usize = 160;

/// What a form stands in: the city's calendar and lists, and the Chinese names in them as people type them. What spells
/// Chinese is too large for a page. `inputs.json` beside this file holds both sides to its shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Surroundings {
    #[serde(flatten)]
    inputs: Inputs,
    pinyin: BTreeMap<String, String>,
}

impl Surroundings {
    /// Of these inputs.
    pub fn of(inputs: Inputs) -> Surroundings {
        Surroundings {
            pinyin: city::spelt(&inputs),
            inputs,
        }
    }
}

/// What is known of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// Its name, without its folder.
    pub file: String,
    /// Counts up with each content.
    pub revision: u32,
    /// What is wrong with the content; where nothing is, it is `form`.
    pub findings: Vec<SeenFinding>,
    /// The last content that was a sound form, as it stands in the file.
    pub form: Option<Value>,
}

/// Something that has to be changed in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenFinding {
    /// A JSON pointer; empty for the whole.
    pub path: String,
    /// A stable code.
    pub code: String,
    /// What to change, in English.
    pub message: String,
    /// Line and column from 1, where there is a place.
    pub place: Option<(usize, usize)>,
    /// That line, without the space around it.
    pub excerpt: String,
}

impl SeenFinding {
    /// The pointer as people are shown it.
    pub fn shown_path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }
}

/// The content of a file, or why there is none.
pub type Content = Result<String, Unreadable>;

/// Why a file has no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// A stable code.
    pub code: &'static str,
    /// What to change, in English.
    pub message: String,
}

impl Seen {
    /// Of a file that nobody has looked at yet.
    pub fn nothing(file: String) -> Seen {
        Seen {
            file,
            revision: 0,
            findings: Vec::new(),
            form: None,
        }
    }

    /// Takes a new content in. The last sound form stays where this is none.
    pub fn take(&mut self, content: &Content) {
        self.revision = self.revision.wrapping_add(1);
        match content {
            Err(Unreadable { code, message }) => {
                self.findings = vec![SeenFinding {
                    path: String::new(),
                    code: (*code).to_owned(),
                    message: message.clone(),
                    place: None,
                    excerpt: String::new(),
                }];
            }
            Ok(text) => match read(text) {
                Ok(form) => {
                    self.findings.clear();
                    self.form = Some(form);
                }
                Err(findings) => self.findings = findings,
            },
        }
    }

    /// As the page is told.
    pub fn to_json(&self) -> Arc<str> {
        // Texts, numbers and a value that was JSON before: nothing of it can fail to be written.
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

/// The definition, or what is wrong with it.
fn read(text: &str) -> Result<Value, Vec<SeenFinding>> {
    if text.starts_with('\u{feff}') {
        let message = "save the file as UTF-8 without a byte order mark".to_owned();
        return Err(vec![found(text, String::new(), "byte_order_mark", message, (1, 1))]);
    }
    let definition: Value = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let message = said
            .rsplit_once(" at line ")
            .map_or(said.as_str(), |(message, _)| message);
        let place = (error.line().max(1), error.column().max(1));
        vec![found(text, String::new(), "no_json", message.to_owned(), place)]
    })?;
    let places = JsonPlaces::of(text);
    let mut findings = Vec::new();
    for (path, key, offset) in places.twice() {
        let message = format!("the key `{key}` stands twice in this object");
        let place = line_and_column(text, offset);
        findings.push(found(text, path.to_owned(), "duplicate_key", message, place));
    }
    if let Err(wrong) = Form::from_value(&definition) {
        for finding in wrong {
            let place = line_and_column(text, places.offset(&finding.path));
            findings.push(found(text, finding.path, finding.code, finding.message, place));
        }
    }
    if findings.is_empty() {
        return Ok(definition);
    }
    findings.sort_by_key(|finding| finding.place);
    Err(findings)
}

fn found(text: &str, path: String, code: &str, message: String, place: (usize, usize)) -> SeenFinding {
    let line = text.lines().nth(place.0 - 1).unwrap_or_default();
    SeenFinding {
        path,
        code: code.to_owned(),
        message,
        place: Some(place),
        excerpt: line.trim().chars().take(EXCERPT).collect(),
    }
}
