//! The pieces of data that forms ask for by name, so that what was said once is not asked again: `data.toml`.
//!
//! A question's `prefill` is such a name. The profile has some; the others stand here, each with the kind of question that
//! asks for it, for an answer of another kind could never be taken over. Names that begin alike stand in one table:
//!
//! ```toml
//! [person]
//! employer = "text"
//! employer_code = "organisation_code"
//! ```

use std::collections::BTreeMap;

use onehall_forms::Kind;
use onehall_protocol::identity::PREFILL_KEYS;
use onehall_protocol::{ItemCode, MaterialCode};
use toml::de::{DeTable, DeValue};

use super::document::{Entry, Source};
use super::finding::{Findings, Place, Sited};

/// The kinds of questions whose answers can come from elsewhere.
const KINDS: [&str; 20] = [
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "time",
    "date_range",
    "phone",
    "email",
    "citizen_id",
    "organisation_code",
    "bank_card",
    "yes_no",
    "choice",
    "choices",
    "list_choice",
    "region",
    "person",
    "address",
    "group",
];

/// The names of a city, with the kinds of their questions.
#[derive(Default)]
pub(super) struct DataNames {
    names: BTreeMap<String, Sited<String>>,
    /// The file could not be read, which was told: any name may stand in it.
    unread: bool,
}

/// What a question asks for by name.
pub(super) struct AskedData {
    name: String,
    kind: String,
}

impl AskedData {
    /// The name and the kind of a question that has a name.
    pub(super) fn of(prefill: Option<&String>, kind: &Kind) -> Option<AskedData> {
        let kind = serde_json::to_value(kind).ok()?["kind"].as_str()?.to_owned();
        Some(AskedData {
            name: prefill?.clone(),
            kind,
        })
    }
}

impl DataNames {
    pub(super) fn read(source: Option<&Source>, findings: &Findings) -> DataNames {
        let mut read = DataNames::default();
        if let Some(source) = source {
            match source.table(findings) {
                Some(table) => read.table(source, table.get_ref(), "", findings),
                None => read.unread = true,
            }
        }
        read
    }

    fn table(&mut self, source: &Source, table: &DeTable<'_>, before: &str, findings: &Findings) {
        for (key, value) in table {
            let place = source.place(key.span().start);
            let word = key.get_ref();
            let sound = word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !sound || word.is_empty() {
                findings.add(
                    &place,
                    format!("`{word}` is no name: lower-case letters, digits and `_`"),
                );
                continue;
            }
            let name = if before.is_empty() {
                word.to_string()
            } else {
                format!("{before}.{word}")
            };
            match value.get_ref() {
                DeValue::Table(inner) => self.table(source, inner, &name, findings),
                DeValue::String(kind) if PREFILL_KEYS.contains(&name.as_str()) => {
                    findings.add(
                        &place,
                        format!("`{name}` is in every profile; it need not be called a {kind} here"),
                    );
                }
                DeValue::String(kind) if KINDS.contains(&kind.as_ref()) => {
                    let value = kind.to_string();
                    self.names.insert(name, Sited { value, place });
                }
                _ => {
                    let known = KINDS.join(", ");
                    findings.add(
                        &place,
                        format!("`{name}` must be one of the kinds of questions: {known}"),
                    );
                }
            }
        }
    }

    /// That a question names something that somebody knows, and asks for it as the others do.
    pub(super) fn expect(&self, asked: &Sited<AskedData>, findings: &Findings) {
        let AskedData { name, kind } = &asked.value;
        match self.names.get(name) {
            Some(known) if known.value != *kind => findings.add(
                &asked.place,
                format!(
                    "`{name}` has the kind {} ({}), and this question {kind}",
                    known.value, known.place
                ),
            ),
            Some(_) => {}
            None => match profile_kind(name) {
                Some(own) if ![own, "text", "long_text"].contains(&kind.as_str()) => findings.add(
                    &asked.place,
                    format!("`{name}` of a profile has the kind {own}, and this question {kind}"),
                ),
                _ => self.expect_name(name, &asked.place, findings),
            },
        }
    }

    fn expect_name(&self, name: &str, place: &Place, findings: &Findings) {
        let known = self.unread
            || PREFILL_KEYS.contains(&name)
            || self.names.contains_key(name)
            // The parts of a person in a profile: `person` gives its name, number and phone.
            || name == "person";
        if !known {
            let profile = PREFILL_KEYS.join(", ");
            findings.add(
                place,
                format!("no profile has `{name}` to prefill from ({profile}), and data.toml does not name it"),
            );
        }
    }
}

/// The kind of question that a part of a profile fits; a text takes each. None of what has parts, or no profile has.
fn profile_kind(name: &str) -> Option<&'static str> {
    match name {
        "person.name" | "organisation.name" => Some("text"),
        "person.citizen_id" => Some("citizen_id"),
        "person.phone" => Some("phone"),
        "organisation.code" => Some("organisation_code"),
        _ => None,
    }
}

/// What the certificate at the end of a service item is good for afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// The material of other items that it is: `id-card`.
    pub material: Option<MaterialCode>,
    /// What it proves, by name.
    pub facts: BTreeMap<String, Fact>,
    /// Where one may apply for somebody else: the question and its answer with which the certificate is the principal's
    /// own. Otherwise it proves nothing of them.
    pub own_when: Option<(String, String)>,
}

/// Where a certificate has a fact from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Its number.
    DocumentNumber,
    /// What its applicant answered to this question, outside groups, and the authority approved.
    Answer(String),
}

/// A proof as it was read, with its lines.
#[derive(Default)]
pub(super) struct SitedProof {
    pub(super) proof: Proof,
    /// Every name.
    names: Vec<Sited<String>>,
    /// Every question whose answer decides or is a fact.
    questions: Vec<Sited<String>>,
}

impl SitedProof {
    /// Reads `material`, `own_when` and `[[output.facts]]` of an item's output.
    pub(super) fn read(output: &Entry<'_>) -> SitedProof {
        let mut read = SitedProof::default();
        read.proof.material = output
            .optional("material")
            .map(|material: Sited<MaterialCode>| material.value);
        if let Some(entry) = output.entry("own_when") {
            let (answer, is): (Option<Sited<String>>, Option<Sited<String>>) =
                (entry.required("answer"), entry.required("is"));
            entry.close();
            if let (Some(answer), Some(is)) = (answer, is) {
                read.proof.own_when = Some((answer.value.clone(), is.value));
                read.questions.push(answer);
            }
        }
        for entry in output.entries("facts") {
            let name: Option<Sited<String>> = entry.required("name");
            let from: Option<Sited<String>> = entry.optional("from");
            let answer: Option<Sited<String>> = entry.optional("answer");
            let fact = match (from, answer) {
                (Some(from), None) if from.value == "document_number" => Some(Fact::DocumentNumber),
                (None, Some(answer)) => {
                    let id = answer.value.clone();
                    read.questions.push(answer);
                    Some(Fact::Answer(id))
                }
                _ => {
                    let reason = "a fact is `from = \"document_number\"`, or the `answer` to a question of the form";
                    entry.findings().add(&entry.place, reason);
                    None
                }
            };
            entry.close();
            if let (Some(name), Some(fact)) = (name, fact) {
                read.proof.facts.insert(name.value.clone(), fact);
                read.names.push(name);
            }
        }
        read
    }

    /// That every name is one that somebody may ask for, and every answer that of a question.
    pub(super) fn check(
        &self,
        item: &ItemCode,
        names: &DataNames,
        has_question: impl Fn(&str) -> bool,
        findings: &Findings,
    ) {
        for name in &self.names {
            names.expect_name(&name.value, &name.place, findings);
        }
        for question in self.questions.iter().filter(|question| !has_question(&question.value)) {
            let reason = format!(
                "the form of items/{item}.toml has no question `{}` outside groups",
                question.value
            );
            findings.add(&question.place, reason);
        }
    }
}
