//! The last steps, the same for every format: large option lists become code tables, the engine checks what was made, and
//! what it refuses of the rules is taken out and told.

use std::collections::BTreeMap;

use onehall_forms::{Choice, Definition, Finding, Form, Kind, Options, Page, Question, asked};
use onehall_protocol::Language;
use serde_json::Value;

use crate::draft::Draft;
use crate::finding::{ImportFinding, refused};
use crate::names::Names;

/// How often the engine is asked; each time takes out every rule that it refused.
const ROUNDS: usize = 12;
/// From how many options on a list that several questions share is written once.
const SHARED: usize = 10;

/// A definition that the engine loads.
pub(crate) fn finish(draft: &mut Draft, code: Option<&str>) -> Result<Definition, Vec<ImportFinding>> {
    let mut pages = std::mem::take(&mut draft.pages);
    sweep(&mut pages, draft);
    draft.pages = pages;
    let mut definition = draft.definition(code).map_err(|finding| vec![finding])?;
    share_options(&mut definition);
    for _ in 0..ROUNDS {
        let findings = match Form::load(definition.clone()) {
            Ok(_) => return Ok(definition),
            Err(findings) => findings,
        };
        let mut mended = false;
        for finding in &findings {
            mended |= take_out(&mut definition, finding, draft);
        }
        sweep(&mut definition.pages, draft);
        definition.pages.retain(|page| !page.questions.is_empty());
        if !mended {
            return Err(own_check(&findings));
        }
        if definition.pages.is_empty() {
            return Err(vec![refused(
                "",
                "no_questions",
                "nothing is left that anybody would ever see",
            )]);
        }
    }
    match Form::load(definition.clone()) {
        Ok(_) => Ok(definition),
        Err(findings) => Err(own_check(&findings)),
    }
}

fn own_check(findings: &[Finding]) -> Vec<ImportFinding> {
    let told = findings.iter().take(50).map(|finding| {
        refused(
            "",
            "own_check",
            format!(
                "what came out is not sound at {}: {} ({})",
                finding.path,
                finding.message(Language::En),
                finding.code
            ),
        )
    });
    told.collect()
}

/// Takes out what its condition settles: what is never shown is left out, what always is needs no rule.
fn sweep(pages: &mut Vec<Page>, draft: &mut Draft) {
    let mut told = Vec::new();
    for page in pages.iter_mut() {
        settle(&mut page.questions, "", &mut told);
    }
    pages.retain_mut(|page| match settled(&mut page.visible_when) {
        Some(false) => {
            told.push(format!("page:{}", page.id));
            false
        }
        _ => true,
    });
    for place in told {
        let path = draft.origins.get(&place).cloned().unwrap_or_default();
        draft
            .report
            .lost(&path, "never_shown", "its condition never holds, so it is left out");
    }
}

fn settle(questions: &mut Vec<Question>, around: &str, told: &mut Vec<String>) {
    questions.retain_mut(|question| {
        let place = format!("{around}{}", question.id);
        if settled(&mut question.visible_when) == Some(false) {
            told.push(place);
            return false;
        }
        if settled(&mut question.required_when) == Some(true) {
            question.required = true;
        }
        question.valid_when.retain(|check| check.rule != Value::Bool(true));
        match &mut question.kind {
            Kind::Group {
                questions, row_title, ..
            } => {
                settle(questions, &format!("{place}/"), told);
                if row_title
                    .as_ref()
                    .is_some_and(|title| asked(questions).all(|question| question.id != *title))
                {
                    *row_title = None;
                }
                if questions.is_empty() {
                    told.push(place);
                    return false;
                }
            }
            // What was in it was told, one by one.
            Kind::Section { questions } => {
                settle(questions, around, told);
                return !questions.is_empty();
            }
            Kind::Choice { options } | Kind::Choices { options, .. } => {
                for option in &mut options.options {
                    if option.visible_when == Some(Value::Bool(true)) {
                        option.visible_when = None;
                    }
                }
                options
                    .options
                    .retain(|option| option.visible_when != Some(Value::Bool(false)));
                if options.options.is_empty() {
                    told.push(place);
                    return false;
                }
            }
            _ => {}
        }
        true
    });
}

/// Takes a rule out that is settled already.
fn settled(rule: &mut Option<Value>) -> Option<bool> {
    let value = rule.as_ref()?.as_bool()?;
    *rule = None;
    Some(value)
}

/// Writes a list of options that several questions share once.
fn share_options(definition: &mut Definition) {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for page in &mut definition.pages {
        each_options(&mut page.questions, &mut |_, options| {
            if let Some(key) = key(options) {
                *uses.entry(key).or_default() += 1;
            }
        });
    }
    let mut names = Names::default();
    let mut tables: BTreeMap<String, (String, Vec<Choice>)> = BTreeMap::new();
    for page in &mut definition.pages {
        each_options(&mut page.questions, &mut |id, options| {
            let Some(key) = key(options).filter(|key| uses.get(key).is_some_and(|uses| *uses > 1)) else {
                return;
            };
            let (name, _) = tables
                .entry(key)
                .or_insert_with(|| (names.take(id, "options"), std::mem::take(&mut options.options)));
            options.options.clear();
            options.code_table = Some(name.clone());
        });
    }
    definition.code_tables = tables.into_values().collect();
}

/// What tells one list from another. None for one that stays where it is: a short one, or one with rules of its own,
/// which may name the rows around it.
fn key(options: &Options) -> Option<String> {
    let shared = options.options.len() > SHARED && options.options.iter().all(|option| option.visible_when.is_none());
    shared.then(|| serde_json::to_string(&options.options).ok()).flatten()
}

fn each_options(questions: &mut [Question], work: &mut dyn FnMut(&str, &mut Options)) {
    for question in questions {
        match &mut question.kind {
            Kind::Choice { options } | Kind::Choices { options, .. } => work(&question.id, options),
            Kind::Group { questions, .. } | Kind::Section { questions } => each_options(questions, work),
            _ => {}
        }
    }
}

/// Takes out the rule that the engine refused; places stay as they are until the next sweep. False where the finding is
/// about something else.
fn take_out(definition: &mut Definition, finding: &Finding, draft: &mut Draft) -> bool {
    let steps: Vec<&str> = finding.path.split('/').skip(1).collect();
    let ["pages", page, rest @ ..] = steps.as_slice() else {
        return false;
    };
    let Some(page) = page.parse::<usize>().ok().and_then(|at| definition.pages.get_mut(at)) else {
        return false;
    };
    if let ["questions", at, rest @ ..] = rest {
        let taken = question_rule(&mut page.questions, at, rest, "", finding, draft);
        // In a circle it may be the page's rule that hides the question.
        if taken || finding.code != "cycle" {
            return taken;
        }
    }
    if finding.code == "unreachable_page" {
        page.visible_when = Some(Value::Bool(false));
        return true;
    }
    if page.visible_when.take().is_none() {
        return false;
    }
    let path = draft
        .origins
        .get(&format!("page:{}", page.id))
        .cloned()
        .unwrap_or_default();
    tell(draft, &path, "when the page is shown", finding);
    true
}

fn question_rule(
    questions: &mut [Question],
    at: &str,
    rest: &[&str],
    around: &str,
    finding: &Finding,
    draft: &mut Draft,
) -> bool {
    let Some(question) = at.parse::<usize>().ok().and_then(|at| questions.get_mut(at)) else {
        return false;
    };
    let place = format!("{around}{}", question.id);
    let is_section = matches!(question.kind, Kind::Section { .. });
    let taken = match (rest, &mut question.kind) {
        (["questions", inner, rest @ ..], Kind::Group { questions, .. } | Kind::Section { questions }) => {
            let around = if is_section {
                around.to_owned()
            } else {
                format!("{place}/")
            };
            if question_rule(questions, inner, rest, &around, finding, draft) {
                return true;
            }
            let rule = question.visible_when.take_if(|_| finding.code == "cycle");
            rule.map(|_| "when the question is shown")
        }
        (["visible_when", ..], _) if finding.code == "unreachable_question" => {
            question.visible_when = Some(Value::Bool(false));
            return true;
        }
        (["visible_when", ..], _) => question.visible_when.take().map(|_| "when the question is shown"),
        (["required_when", ..], _) => question.required_when.take().map(|_| "when an answer is needed"),
        (["valid_when", check, ..], _) => check
            .parse::<usize>()
            .ok()
            .and_then(|check| question.valid_when.get_mut(check))
            .map(|check| check.rule = Value::Bool(true))
            .map(|()| "a check of the answer"),
        (["options", option, ..], Kind::Choice { options } | Kind::Choices { options, .. }) => option
            .parse::<usize>()
            .ok()
            .and_then(|option| options.options.get_mut(option))
            .and_then(|option| option.visible_when.take())
            .map(|_| "when an option is offered"),
        (["min"], Kind::Number { min, .. }) => min.take().map(|_| "the smallest number"),
        (["max"], Kind::Number { max, .. }) => max.take().map(|_| "the largest number"),
        (["row_title"], Kind::Group { row_title, .. }) => row_title.take().map(|_| "what names a row"),
        // A circle is told at the question that closes it: one of its rules has to go.
        (["value", ..] | [], Kind::Computed { .. }) => {
            question.visible_when = Some(Value::Bool(false));
            Some("how the value is computed")
        }
        ([], _) if finding.code == "cycle" => {
            let rule = question.visible_when.take().or_else(|| question.required_when.take());
            rule.map(|_| "when the question is shown")
        }
        _ => None,
    };
    if let Some(what) = taken {
        let path = draft.origins.get(&place).cloned().unwrap_or_default();
        tell(draft, &path, what, finding);
    }
    taken.is_some()
}

fn tell(draft: &mut Draft, path: &str, what: &str, finding: &Finding) {
    let message = format!("{what} cannot be said here: {}", finding.message(Language::En));
    draft.report.lost(path, "rule_not_carried", message);
}

#[cfg(test)]
mod tests {
    use onehall_forms::{Definition, Form};
    use serde_json::json;

    use super::take_out;
    use crate::draft::Draft;

    #[test]
    fn only_a_circle_takes_the_rules_around_a_question_out() {
        let words = json!({"zh-CN": "甲", "en": "A"});
        let question = json!({"id": "y", "kind": "yes_no", "label": words});
        let section = json!({"id": "part", "kind": "section", "label": words, "visible_when": {"var": "y"}, "questions": [question]});
        for (shown_by, asked, path) in [
            (Some(json!({"var": "y"})), &question, "/pages/0/questions/0"),
            (None, &section, "/pages/0/questions/0/questions/0"),
        ] {
            let mut page = json!({"id": "a", "title": words, "questions": [asked]});
            if let Some(rule) = shown_by {
                page["visible_when"] = rule;
            }
            let written =
                json!({"schema": "onehall-form/1", "code": "a", "version": 1, "title": words, "pages": [page]});
            let definition: Definition = serde_json::from_value(written).unwrap_or_else(|error| panic!("{error}"));
            let mut findings = Form::load(definition.clone()).err().unwrap_or_default();
            findings.retain(|finding| finding.code == "cycle");
            let Some(mut finding) = findings.pop() else {
                panic!("no circle")
            };
            path.clone_into(&mut finding.path);
            let mut draft = Draft::new("en");
            let mut mended = definition.clone();
            assert!(take_out(&mut mended, &finding, &mut draft) && Form::load(mended).is_ok());
            finding.code = "unknown_question";
            let mut same = definition.clone();
            assert!(!take_out(&mut same, &finding, &mut draft), "{path}");
            assert_eq!(same, definition);
        }
    }
}
