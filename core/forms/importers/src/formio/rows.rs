//! What is answered several times: rows of a group.

use super::components::{Sheet, Tree, canonical, heading, own_name};
use super::inputs::{OptionNames, is_needed};
use crate::draft::{self, Draft};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::kinds::{self, Wanted};
use crate::names::Names;

/// The most rows of a group, and those that it has where it says nothing.
const MOST_ROWS: u32 = 1_000;
const ROWS: u32 = 50;

/// How many rows there are at least and at most. In the source 0 is no bound.
struct Bounds {
    /// As many rows have to be there.
    min: u32,
    /// As many have to be there where there is any.
    min_of_some: u32,
    max: Option<u32>,
}

fn bounds(at: &At<'_>, draft: &mut Draft) -> Bounds {
    let validate = at.get("validate");
    let [least, most] = ["minLength", "maxLength"].map(|name| validate.get(name));
    let mut cut = |place: &At<'_>, message: String| draft.report.differs(&place.path, "length_cut", message);
    let mut min = least.count().unwrap_or(0);
    let mut max = most.count().filter(|max| *max > 0);
    if let Some(given) = max.filter(|max| *max > MOST_ROWS) {
        cut(
            &most,
            format!("a group holds at most {MOST_ROWS} rows here, not {given}"),
        );
        max = Some(MOST_ROWS);
    }
    if min > max.unwrap_or(MOST_ROWS) {
        let fits = max.unwrap_or(MOST_ROWS);
        cut(
            &least,
            format!("{min} rows are needed and {fits} allowed: {fits} are needed here"),
        );
        min = fits;
    }
    if max.is_none() && min > ROWS {
        max = Some(MOST_ROWS);
    }
    // A grid begins with as many rows as it needs; a list that begins without any is not checked while it is empty.
    let kind = canonical(at.get("type").word().unwrap_or_default());
    let may_be_empty = matches!(kind.as_str(), "editgrid" | "datamap") && !is_needed(at);
    let (min, min_of_some) = if may_be_empty { (0, min) } else { (min, 0) };
    Bounds {
        min: min.max(u32::from(is_needed(at))),
        min_of_some,
        max,
    }
}

impl<'a> Tree<'a> {
    /// Rows of the same questions.
    pub(super) fn grid(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        if sheet.groups.len() >= 4 {
            draft.report.lost(
                &at.path,
                "groups_too_deep",
                "repeated parts nest at most four deep here",
            );
            return Ok(());
        }
        let key = at.get("key").word().unwrap_or("rows");
        let label = draft.texts.first(&[at.get("label"), at.get("title")], key);
        let id = sheet.names.take(key, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps: steps.clone(),
            path_of_keys: sheet.path_of_keys.iter().cloned().chain([key.to_owned()]).collect(),
            names: &mut names,
            questions: Vec::new(),
            sections: 0,
        };
        self.components(&at.get("components").items(), &mut inner, &[], draft, depth + 1)?;
        let questions = inner.questions;
        if questions.is_empty() {
            draft
                .report
                .lost(&at.path, "empty_group", "there is no question in the repeated part");
            return Ok(());
        }
        let bounds = bounds(at, draft);
        let kind = draft::group(questions, bounds.min, bounds.max, label.clone());
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, kind, &at.path)?;
        question.help = self.help(at, draft);
        let own = own_name(&question.id, &groups);
        question
            .valid_when
            .extend(draft::rows_at_least(bounds.min_of_some, &own));
        self.lost(at, "datagrid", draft);
        self.lost_of_rows(at, draft);
        self.push(at, "datagrid", question, sheet, chain);
        Ok(())
    }

    /// A question that may be answered several times: rows of one question.
    pub(super) fn several(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        if sheet.groups.len() >= 4 {
            draft.report.lost(
                &at.path,
                "groups_too_deep",
                "repeated parts nest at most four deep here",
            );
            return Ok(());
        }
        let key = at.get("key").word().unwrap_or("values");
        let id = sheet.names.take(key, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps,
            path_of_keys: Vec::new(),
            names: &mut names,
            questions: Vec::new(),
            sections: 0,
        };
        let question = self.question(at, kind, &mut inner, draft)?;
        let label = question.label.clone();
        let needed = u32::from(question.required);
        let kind = draft::group(vec![question], needed, None, label.clone());
        let groups = sheet.groups.clone();
        let question = draft.question(id, &groups, label, kind, &at.path)?;
        draft.report.differs(
            &at.path,
            "several_answers",
            "several answers to one question are rows of it",
        );
        self.push(at, "datagrid", question, sheet, chain);
        Ok(())
    }

    /// Values under names that the citizen invents: rows of a name and a value.
    pub(super) fn map(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        let value = at.get("valueComponent");
        if sheet.groups.len() >= 4 || !value.is_map() {
            draft.report.lost(
                &at.path,
                "component_not_carried",
                "there is nothing like `datamap` here",
            );
            return Ok(());
        }
        let key = at.get("key").word().unwrap_or("rows");
        let label = draft.texts.first(&[at.get("label")], key);
        let id = sheet.names.take(key, "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            groups: sheet.groups.iter().cloned().chain([id.clone()]).collect(),
            steps,
            path_of_keys: sheet.path_of_keys.iter().cloned().chain([key.to_owned()]).collect(),
            names: &mut names,
            questions: Vec::new(),
            sections: 0,
        };
        let named = inner.names.take("key", "key");
        let kind = kinds::kind(
            Wanted::Line {
                min: None,
                max: None,
                pattern: None,
            },
            &at.path,
            &mut draft.report,
        );
        let title = draft.texts.first(&[at.get("keyLabel")], "Key");
        let mut question = draft.question(named, &inner.groups, title, kind, &at.path)?;
        question.required = true;
        inner.questions.push(question);
        self.component(&value, &mut inner, &[], draft, depth + 1)?;
        let bounds = bounds(at, draft);
        let kind = draft::group(inner.questions, bounds.min, bounds.max, label.clone());
        let groups = sheet.groups.clone();
        let mut question = draft.question(id, &groups, label, kind, &at.path)?;
        let own = own_name(&question.id, &groups);
        question
            .valid_when
            .extend(draft::rows_at_least(bounds.min_of_some, &own));
        self.lost(at, "datagrid", draft);
        self.lost_of_rows(at, draft);
        let message = "values under names that the citizen invents are rows of a name and a value";
        draft.report.differs(&at.path, "named_values", message);
        self.push(at, "datagrid", question, sheet, chain);
        Ok(())
    }

    /// Several questions with the same answers: one question each, under what is asked by all of them.
    pub(super) fn survey(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let heading = heading(at, draft);
        self.under(at, heading, sheet, chain, draft, |tree, sheet, chain, draft| {
            tree.questions_of_survey(at, sheet, chain, draft)
        })?;
        self.lost(at, "survey", draft);
        Ok(())
    }

    fn questions_of_survey(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let values = at.get("values");
        let key = at.get("key").word().unwrap_or("survey");
        for item in at.get("questions").items() {
            let label = draft.texts.first(&[item.get("label"), item.get("value")], key);
            let options = self.options(&values, OptionNames::PLAIN, draft)?;
            let id = sheet.names.take(
                &format!("{key} {}", item.get("value").scalar().unwrap_or_default()),
                "question",
            );
            let kind = kinds::kind(Wanted::Choice(options), &item.path, &mut draft.report);
            let groups = sheet.groups.clone();
            let mut question = draft.question(id, &groups, label, kind, &item.path)?;
            question.required = is_needed(at);
            question.help = draft.texts.content(&item.get("tooltip"));
            self.push(&item, "radio", question, sheet, chain);
            if let Some(value) = item.get("value").scalar() {
                self.name_also(&format!("{key}.{value}"), sheet);
            }
        }
        Ok(())
    }
}
