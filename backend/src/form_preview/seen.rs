//! What the file holds, as the page is told: the form, or what is wrong with it. The JSON of these types is read by
//! `ui/src/preview`; `seen.json` beside this file holds both to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_forms::Inputs;
use serde::Serialize;
use serde_json::Value;

use crate::city;
use crate::form_file::{self, FileFinding};

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

/// Something that has to be changed in the file, and the line where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenFinding {
    #[serde(flatten)]
    pub finding: FileFinding,
    /// That line, without the space around it.
    pub excerpt: String,
}

impl SeenFinding {
    fn of(finding: FileFinding, text: &str) -> SeenFinding {
        let line = finding.place.and_then(|(line, _)| text.lines().nth(line - 1));
        let excerpt = line.unwrap_or_default().trim().chars().take(EXCERPT).collect();
        SeenFinding { finding, excerpt }
    }
}

/// The content of a file, or why there is none.
pub type Content = Result<String, FileFinding>;

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
            Err(finding) => self.findings = vec![SeenFinding::of(finding.clone(), "")],
            Ok(text) => match form_file::check(text) {
                Ok((_, definition)) => {
                    self.findings.clear();
                    self.form = Some(definition);
                }
                Err(findings) => {
                    let seen = findings.into_iter().map(|finding| SeenFinding::of(finding, text));
                    self.findings = seen.collect();
                }
            },
        }
    }

    /// As the page is told.
    pub fn to_json(&self) -> Arc<str> {
        // Texts, numbers and a value that was JSON before: nothing of it can fail to be written.
        serde_json::to_string(self).unwrap_or_default().into()
    }
}
