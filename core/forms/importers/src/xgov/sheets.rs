//! Pages of the definition, made of pages of the source; a page that repeats is a group.

use onehall_forms::Page;
use onehall_protocol::Text;
use serde_json::json;

use super::Form;
use super::components::Sheet;
use super::conditions::{Conditions, Place};
use super::pages::{Node, Role, is_before_sending, is_field};
use crate::draft::{self, Draft, Heading, question_at};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::known::{Answer, Known};
use crate::names::Names;
use crate::rules;

/// A group that repeats as often as an answer says: its place, the field with the number, the page.
pub(super) type Repeat = (Vec<usize>, NamedField, usize);

/// Name and path of a field that is named.
pub(super) struct NamedField {
    name: String,
    path: String,
}

impl<'a> Form<'a> {
    /// The page of the definition. None where there is nothing on it; then it is told.
    pub(super) fn page(
        &mut self,
        at: usize,
        node: &Node<'a>,
        place: usize,
        repeats: &mut Vec<Repeat>,
        draft: &mut Draft,
    ) -> Result<Option<Page>, ImportFinding> {
        let components = node.at.get("components");
        if node.role == Role::Summary && !components.items().iter().any(is_field) {
            let tells = is_before_sending(node) && !components.items().is_empty();
            let message = if tells {
                "the hall shows the answers before they are sent by itself: what else is told there stands on a page before"
            } else {
                "the hall shows the answers before they are sent, and the receipt, by itself"
            };
            draft.report.differs(&node.at.path, "summary_page", message);
            if !tells {
                return Ok(None);
            }
        }
        if node.role == Role::Rows {
            draft
                .report
                .differs(&node.at.path, "rows_page", "the rows are shown where they are asked");
            return Ok(None);
        }
        let address = node.at.get("path").text().unwrap_or_default();
        let asked = components.items().first().map(|one| one.get("title"));
        let title: Vec<At<'_>> = [node.at.get("title")].into_iter().chain(asked).collect();
        let title = match title.iter().find_map(|title| draft.texts.label(title)) {
            Some(title) => title,
            None if node.role == Role::Summary => Text::new("提交前请阅读", "Before you send"),
            None => draft.texts.first(&[], address),
        };
        let place_of_section = node.at.get("section");
        let heading = self.heading(place_of_section.word(), &title, draft);
        let section = place_of_section.word().map(str::to_owned);
        let mut page = draft.page(address, title.clone(), &node.at.path);
        let mut names = std::mem::take(&mut draft.question_names);
        let mut sheet = Sheet {
            node: at,
            section,
            conditional: node.only_if.is_some(),
            title: title.clone(),
            groups: Vec::new(),
            steps: match heading {
                Some(_) => vec![place, 0],
                None => vec![place],
            },
            names: &mut names,
            questions: Vec::new(),
        };
        let read = match self.repeats(node) {
            Some(rows) => self.rows(node, &rows, title, &mut sheet, repeats, draft),
            None => self.components(&components.items(), &mut sheet, draft),
        };
        page.questions = sheet.questions;
        if let Some(heading) = heading.filter(|_| read.is_ok() && !page.questions.is_empty()) {
            let questions = std::mem::take(&mut page.questions);
            page.questions = vec![draft.section(&mut names, &[], heading, questions, &node.at.path)?];
        }
        draft.question_names = names;
        read?;
        if page.questions.is_empty() {
            if !components.items().is_empty() || node.role == Role::Exit {
                draft.report.differs(
                    &node.at.path,
                    "empty_page",
                    "there is nothing on the page: it is left out",
                );
            }
            return Ok(None);
        }
        if node.role == Role::Page && node.at.has("events") {
            draft.report.lost(
                &node.at.get("events").path,
                "event",
                "the page calls another system: that is not carried",
            );
        }
        Ok(Some(page))
    }

    /// The title of a section, which the source shows over the one of each of its pages, unless it is the same.
    fn heading<'s>(&self, section: Option<&'s str>, page: &Text, draft: &mut Draft) -> Option<Heading<'s>> {
        let name = section?;
        let section = self.sections.get(name)?;
        let place = section.get("title");
        place.word().filter(|_| !section.get("hideTitle").is_true())?;
        let title = draft.texts.label(&place).filter(|title| title != page)?;
        let message = "the title of a section stands over the questions of each of its pages, below that of the page";
        draft.report.differs(&place.path, "section_title", message);
        Some(Heading {
            name,
            title,
            help: None,
        })
    }

    fn repeats(&self, node: &Node<'a>) -> Option<Rows> {
        let controller = node.at.get("controller").text().unwrap_or_default();
        let field = node.at.get("repeatField");
        let repeat = node.at.get("repeat");
        let names = [
            "RepeatPageController",
            "RepeatingFieldPageController",
            "RepeatingSectionPageController",
        ];
        let by_controller = names.iter().any(|name| controller.ends_with(name));
        (by_controller || field.word().is_some() || repeat.get("options").is_map()).then(|| {
            let schema = if repeat.get("schema").is_map() {
                repeat.get("schema")
            } else {
                node.at.get("schema")
            };
            Rows {
                name: repeat.get("options").get("name").word().map(str::to_owned),
                title: repeat.get("options").get("title").word().map(str::to_owned),
                min: schema.get("min").count(),
                max: schema.get("max").count(),
                count: field.word().map(|name| NamedField {
                    name: name.to_owned(),
                    path: field.path.clone(),
                }),
            }
        })
    }

    /// A page that is asked again and again: its fields are the rows of a group.
    fn rows(
        &mut self,
        node: &Node<'a>,
        rows: &Rows,
        title: Text,
        sheet: &mut Sheet<'_>,
        repeats: &mut Vec<Repeat>,
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let components = node.at.get("components").items();
        // What is only read is read once, before the rows.
        let (fields, content): (Vec<At<'a>>, Vec<At<'a>>) = components.into_iter().partition(is_field);
        self.components(&content, sheet, draft)?;
        if fields.is_empty() {
            return Ok(());
        }
        let address = node.at.get("path").text().unwrap_or_default();
        let wanted = rows
            .name
            .clone()
            .or_else(|| sheet.section.clone().filter(|_| rows.count.is_some()));
        let id = sheet
            .names
            .take(&wanted.unwrap_or_else(|| format!("{address} rows")), "rows");
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut names = Names::default();
        let mut inner = Sheet {
            node: sheet.node,
            section: sheet.section.clone(),
            conditional: sheet.conditional,
            title: title.clone(),
            groups: vec![id.clone()],
            steps: steps.clone(),
            names: &mut names,
            questions: Vec::new(),
        };
        self.components(&fields, &mut inner, draft)?;
        let questions = inner.questions;
        if questions.is_empty() {
            return Ok(());
        }
        let row_label = rows
            .title
            .as_ref()
            .map_or_else(|| title.clone(), |row| draft.texts.made(row));
        let min = if rows.count.is_some() { 0 } else { rows.min.unwrap_or(1) };
        let kind = draft::group(
            questions,
            min,
            rows.max.or(rows.count.as_ref().map(|_| 1_000)),
            row_label,
        );
        let question = draft.question(id, &[], title, kind, &node.at.path)?;
        if let Some(count) = &rows.count {
            let named = NamedField {
                name: count.name.clone(),
                path: count.path.clone(),
            };
            repeats.push((steps, named, sheet.node));
        }
        sheet.questions.push(question);
        Ok(())
    }
}

/// How a page repeats.
struct Rows {
    name: Option<String>,
    title: Option<String>,
    min: Option<u32>,
    max: Option<u32>,
    count: Option<NamedField>,
}

/// The group has as many rows as the answer says.
pub(super) fn count_rows(
    steps: &[usize],
    named: &NamedField,
    node: usize,
    conditions: &Conditions<'_>,
    draft: &mut Draft,
) {
    let place = Place {
        page: node,
        groups: &[],
    };
    let known = match conditions.fields(&named.name, place) {
        Ok(known) => known,
        Err(unable) => {
            draft.report.lost(&named.path, unable.code, unable.message);
            return;
        }
    };
    let Some(Known { id, answer, groups, .. }) = known.first() else {
        return;
    };
    if !groups.is_empty() || !matches!(answer, Answer::Number | Answer::Choice(_) | Answer::Text) {
        draft.report.lost(
            &named.path,
            "odd_count",
            "the field that says how many rows there are is no number",
        );
        return;
    }
    let count = rules::var(id);
    let Some(group) = question_at(&mut draft.pages, steps) else {
        return;
    };
    let rule = json!({"==": [{"count": rules::var(&group.id)}, {"+": [count]}]});
    let message = Text::new(
        "行数与前面填写的数量不一致。",
        "There are not as many rows as you said before.",
    );
    group.valid_when.push(draft::check(rule, message));
    // A check is not asked of a group without any row.
    group.required_when = Some(json!({">": [{"+": [rules::var(id)]}, 0]}));
    draft.report.differs(
        &named.path,
        "count_checked",
        "rows are added by the citizen and counted against the number",
    );
}
