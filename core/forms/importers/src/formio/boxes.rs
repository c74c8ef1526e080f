//! A radio that an author built of boxes with one name: one of them is ticked at a time.

use std::collections::BTreeMap;

use super::components::{Sheet, Tree, canonical};
use super::inputs::is_needed;
use crate::draft::{self, Draft};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::kinds::{self, Wanted};

/// The name that a box shares with others, under which the answer stands; none for a box of its own.
pub(super) fn name<'a>(at: &At<'a>) -> Option<&'a str> {
    let is_radio = at.get("inputType").word() == Some("radio");
    let is_box = is_radio && at.get("type").word().is_some_and(|kind| canonical(kind) == "checkbox");
    at.get("name").word().filter(|_| is_box)
}

/// The radios in a list that become one question, by their names: of several boxes, none of which has rules of its own.
pub(super) fn radios<'l, 'a>(listed: &'l [At<'a>]) -> BTreeMap<&'a str, Vec<&'l At<'a>>> {
    let mut radios: BTreeMap<&str, Vec<&At<'_>>> = BTreeMap::new();
    for one in listed {
        if let Some(name) = name(one) {
            radios.entry(name).or_default().push(one);
        }
    }
    let has_rules = |one: &&At<'_>| {
        let check = one.get("validate").get("json");
        super::conditions::has_any(one)
            || one.get("calculateValue").is_map()
            || check.is_map()
            || check.word().is_some()
    };
    radios.retain(|_, boxes| boxes.len() > 1 && !boxes.iter().any(has_rules));
    radios
}

impl<'a> Tree<'a> {
    /// The boxes of a radio: a question of which they are the options.
    pub(super) fn radio(
        &mut self,
        name: &str,
        boxes: &[&At<'a>],
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let Some(first) = boxes.first() else { return Ok(()) };
        self.same_radio(first, name, sheet, draft);
        draft.count_options(boxes.len(), &first.path)?;
        let label = draft.texts.first(&[], name);
        let mut options = Vec::with_capacity(boxes.len());
        for one in boxes {
            let value = one.get("value").scalar().filter(|value| !value.trim().is_empty());
            let value = value.or_else(|| one.get("key").scalar()).unwrap_or_default();
            let label = draft.texts.first(&[one.get("label"), one.get("title")], &value);
            let mut option = draft::choice(value, label);
            option.help = self.help(one, draft);
            options.push(option);
            self.lost(one, "checkbox", draft);
        }
        let message = "boxes with one name are one question here, which is called by that name";
        draft.report.differs(&first.get("name").path, "radio_of_boxes", message);
        let id = sheet.names.take(name, "question");
        let kind = kinds::kind(Wanted::Choice(options), &first.path, &mut draft.report);
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, kind, &first.path)?;
        question.required = boxes.iter().any(|one| is_needed(one));
        self.push(first, "radio", question, sheet, chain);
        Ok(())
    }

    /// Tells of boxes with one name that could not be put together.
    pub(super) fn same_radio(&mut self, at: &At<'a>, name: &str, sheet: &Sheet<'_>, draft: &mut Draft) {
        let around = sheet.path_of_keys.iter().map(String::as_str);
        let path = around.chain([name]).collect::<Vec<_>>().join(".");
        if !self.radio_names.insert(path) {
            let message =
                "of the boxes with this name the source takes one: here this one is answered beside the others";
            draft.report.lost(&at.get("name").path, "radio_of_boxes", message);
        }
    }
}
