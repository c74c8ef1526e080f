//! Forms: `forms/<code>.v<version>.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onehall_forms::{Calendar, Form, Inputs, Kind, List, Question};
use onehall_protocol::catalog::{FormReference, TrustGrade};
use onehall_protocol::{FormCode, Language, ListCode, MaterialCode};

use super::content::FormContent;
use super::data::{AskedData, DataNames};
use super::document::Source;
use super::finding::{Findings, Place, Sited};
use super::items::ItemFile;
use super::json_lines::JsonLines;
use super::lists::CityLists;
use super::served::Served;
use crate::json_fault::JsonFault;

/// A form's file that could be read.
pub(super) struct FormFile {
    pub(super) reference: FormReference,
    pub(super) content: Arc<FormContent>,
    place: Place,
    /// Every question that asks for a material.
    materials: Vec<Sited<AskedMaterial>>,
    /// Every question that asks for data by name.
    data: Vec<Sited<AskedData>>,
}

struct AskedMaterial {
    code: MaterialCode,
    trust_grade: Option<TrustGrade>,
}

/// Everything that was read of `forms/`.
#[derive(Default)]
pub(super) struct Forms {
    files: Vec<FormFile>,
    /// The versions that have a file, even one that is wrong.
    known: BTreeSet<FormReference>,
}

/// What forms of this city are evaluated with.
pub(super) struct FormInputs<'a> {
    pub(super) calendar: Option<&'a Calendar>,
    pub(super) lists: &'a CityLists,
}

/// The most entries of a list that a terminal gets whole, with the form; a longer list is searched here.
const WHOLE_LIST: usize = 500;

impl FormInputs<'_> {
    /// What a terminal gets to evaluate a form.
    fn of(&self, form: &Form) -> Inputs {
        let lists = form.lists().into_iter().filter_map(|code| self.lists.lists.get(code));
        let lists = lists.map(|list| List {
            code: list.list.code.clone(),
            version: list.list.version.clone(),
            entries: list
                .list
                .entries
                .clone()
                .filter(|entries| entries.all().len() <= WHOLE_LIST),
        });
        Inputs {
            calendar: self.calendar.filter(|_| form.uses_calendar()).cloned(),
            lists: lists.collect(),
        }
    }

    /// That a question chooses from a list that is there, and a region from one that is deep enough.
    fn check(&self, code: &ListCode, depth: Option<u8>, place: &Place, findings: &Findings) {
        let list = Sited {
            value: code.clone(),
            place: place.clone(),
        };
        self.lists.codes.expect(&list, findings);
        let levels = self.lists.lists.get(code.as_str()).map(|list| list.levels);
        if let (Some(depth), Some(levels)) = (depth, levels)
            && usize::from(depth) > levels
        {
            findings.add(
                place,
                format!("`depth` is {depth}, but the list `{code}` has {levels} levels"),
            );
        }
    }
}

impl Forms {
    pub(super) fn read(sources: &[(String, Source)], inputs: &FormInputs<'_>, findings: &Findings) -> Forms {
        let mut forms = Forms::default();
        for (stem, source) in sources {
            let Some(reference) = reference(stem) else {
                let reason = "a form's file is named <code>.v<version>.json: `passport.v1.json`";
                findings.add(&source.line(1), reason);
                continue;
            };
            forms.known.insert(reference.clone());
            forms.files.extend(read(reference, source, inputs, findings));
        }
        forms
    }

    /// That the form which an item names is there, and that the two agree on the materials.
    pub(super) fn check(&self, item: &ItemFile, findings: &Findings) {
        let Some(wanted) = &item.form else { return };
        if !self.known.contains(&wanted.value) {
            let file = format!("forms/{}.v{}.json", wanted.value.code, wanted.value.version);
            findings.add(&wanted.place, format!("there is no form {file}"));
        }
        let Some(form) = self.files.iter().find(|file| file.reference == wanted.value) else {
            return;
        };
        for asked in &form.materials {
            let AskedMaterial { code, trust_grade } = &asked.value;
            match item.material(code) {
                None if item.material_codes.contains(code) => {}
                None => findings.add(
                    &asked.place,
                    format!(
                        "the form asks for `{code}`, a material that items/{}.toml does not have",
                        item.code
                    ),
                ),
                // A is the most trusted grade, and the least in the order of the grades.
                Some(material) if trust_grade.is_some_and(|grade| grade > material.trust_grade) => findings.add(
                    &asked.place,
                    format!(
                        "the form takes `{code}` with less trust than items/{}.toml asks for",
                        item.code
                    ),
                ),
                Some(_) => {}
            }
        }
        for (code, place) in item.needed() {
            if !form.materials.iter().any(|asked| asked.value.code == *code) {
                findings.add(
                    place,
                    format!(
                        "the item needs `{code}` always, but {} never asks for it",
                        form.place.file
                    ),
                );
            }
        }
    }

    /// That each piece of data that a form or a certificate names is known.
    pub(super) fn check_data(&self, names: &DataNames, items: &[ItemFile], findings: &Findings) {
        for asked in self.files.iter().flat_map(|file| &file.data) {
            names.expect(asked, findings);
        }
        for item in items {
            let form = item.form.as_ref().map(|form| &form.value);
            let form = self.files.iter().find(|file| Some(&file.reference) == form);
            // Where the form could not be read, that was told.
            let unread = form.is_none() && item.form.is_some();
            let has = |id: &str| {
                let question = form.and_then(|form| form.content.form.question(id));
                unread
                    || !id.contains('/')
                        && question
                            .is_some_and(|question| !matches!(question.kind, Kind::Group { .. } | Kind::Section { .. }))
            };
            item.proof.check(&item.code, names, has, findings);
        }
    }

    pub(super) fn into_content(self) -> BTreeMap<FormReference, Arc<FormContent>> {
        self.files
            .into_iter()
            .map(|file| (file.reference, file.content))
            .collect()
    }
}

/// `passport.v1` is version 1 of the form `passport`.
fn reference(stem: &str) -> Option<FormReference> {
    let (code, version) = stem.rsplit_once(".v")?;
    let code: FormCode = code.parse().ok()?;
    let number: u32 = version.parse().ok()?;
    (number > 0 && number.to_string() == version).then_some(FormReference { code, version: number })
}

fn read(reference: FormReference, source: &Source, inputs: &FormInputs<'_>, findings: &Findings) -> Option<FormFile> {
    let value: serde_json::Value = match serde_json::from_str(&source.text) {
        Ok(value) => value,
        Err(error) => {
            let JsonFault { place, said } = JsonFault::of(&source.text, &error);
            findings.add(&source.line(place.0), format!("column {}: {}", place.1, said.en));
            return None;
        }
    };
    let lines = JsonLines::of(source, findings);
    let form = match Form::from_value(&value) {
        Ok(form) => form,
        Err(faults) => {
            for fault in faults {
                let place = lines.place(&fault.path, source);
                let at = if fault.path.is_empty() { "/" } else { &fault.path };
                findings.add(
                    &place,
                    format!("{} ({} at {at})", fault.message(Language::En), fault.code),
                );
            }
            return None;
        }
    };
    let definition = form.definition();
    if definition.code != reference.code {
        let reason = format!(
            "`code` is `{}`, but the file's name says `{}`",
            definition.code, reference.code
        );
        findings.add(&lines.place("/code", source), reason);
    }
    if definition.version != reference.version {
        let reason = format!(
            "`version` is {}, but the file's name says {}",
            definition.version, reference.version
        );
        findings.add(&lines.place("/version", source), reason);
    }
    let (mut materials, mut data) = (Vec::new(), Vec::new());
    for (index, page) in definition.pages.iter().enumerate() {
        let pointer = format!("/pages/{index}");
        questions(&page.questions, &pointer, &mut |question, pointer| {
            let place = |field: &str| lines.place(&format!("{pointer}/{field}"), source);
            if let Some(value) = AskedData::of(question.prefill.as_ref(), &question.kind) {
                let place = place("prefill");
                data.push(Sited { value, place });
            }
            match &question.kind {
                Kind::Material {
                    material, trust_grade, ..
                } => materials.push(Sited {
                    value: AskedMaterial {
                        code: material.clone(),
                        trust_grade: *trust_grade,
                    },
                    place: place("material"),
                }),
                Kind::ListChoice { list } => inputs.check(list, None, &place("list"), findings),
                Kind::Region { list, depth } => {
                    let field = if depth.is_some() { "depth" } else { "list" };
                    inputs.check(list, *depth, &place(field), findings);
                }
                _ => {}
            }
        });
    }
    Some(FormFile {
        reference,
        // The definition, not the file: white space and order of the file change nothing that is served.
        content: Arc::new(FormContent {
            document: Served::of(definition).ok()?,
            inputs: Served::of(&inputs.of(&form)).ok()?,
            form: Arc::new(form),
        }),
        place: source.line(1),
        materials,
        data,
    })
}

/// Every question, those of sections and groups too, with its JSON pointer.
fn questions(list: &[Question], around: &str, visit: &mut dyn FnMut(&Question, &str)) {
    for (index, question) in list.iter().enumerate() {
        let pointer = format!("{around}/questions/{index}");
        visit(question, &pointer);
        if let Kind::Group { questions: inner, .. } | Kind::Section { questions: inner } = &question.kind {
            questions(inner, &pointer, visit);
        }
    }
}
