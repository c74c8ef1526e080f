//! When a component is shown: simple conditions of both versions, and JsonLogic.

use onehall_forms::Kind;
use onehall_protocol::Text;
use serde_json::{Value, json};

use super::components::Tree;
use crate::draft::{self, Draft, question_at};
use crate::finding::ImportFinding;
use crate::json::At;
use crate::json_logic::{self, Questions};
use crate::known::{Answer, Compare, Known, compare, truth};
use crate::rules::{self, Unable, all, any, fails, holds};

/// Whether a component has a condition of any sort.
pub(super) fn has_any(at: &At<'_>) -> bool {
    let conditional = at.get("conditional");
    conditional.get("json").is_map()
        || conditional.get("json").word().is_some()
        || conditional.get("when").word().is_some()
        || !conditional.get("conditions").items().is_empty()
        || at.get("customConditional").word().is_some()
}

/// Puts every rule where it belongs, now that all fields are known.
pub(super) fn put(tree: &Tree<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    for waiting in &tree.waiting {
        let rules = waiting
            .of
            .iter()
            .filter_map(|at| shown(at, tree, &waiting.groups, draft));
        let rule = all(rules.collect::<Vec<_>>());
        let path = waiting.of.first().map(|at| at.path.as_str()).unwrap_or_default();
        draft.count_rule(&rule, path)?;
        if rule == Value::Bool(true) {
            continue;
        }
        match waiting.steps.as_slice() {
            [page] => {
                if let Some(page) = draft.pages.get_mut(*page) {
                    page.visible_when = Some(rule);
                }
            }
            steps => {
                if let Some(question) = question_at(&mut draft.pages, steps) {
                    question.visible_when = Some(rule);
                }
            }
        }
    }
    for (at, steps, groups) in &tree.computed {
        let given = at.get("calculateValue");
        let names = Seen { tree, groups };
        let made = json_logic::translate(given.value, &names, groups);
        let Some(question) = question_at(&mut draft.pages, steps) else {
            continue;
        };
        match (made, &mut question.kind) {
            (Ok(rule), Kind::Computed { value, .. }) => *value = rule,
            (Err(unable), _) => {
                question.visible_when = Some(Value::Bool(false));
                let message = format!("how the value is calculated cannot be said here: {}", unable.message);
                draft.report.lost(&given.path, "rule_not_carried", message);
            }
            _ => {}
        }
    }
    for (at, steps, groups) in &tree.checked {
        let given = at.get("validate").get("json");
        let names = Seen { tree, groups };
        let written = given.written();
        match json_logic::translate(written.as_ref().unwrap_or(given.value), &names, groups) {
            Ok(rule) => {
                let text = at.get("validate").get("customMessage");
                let message = draft
                    .texts
                    .label(&text)
                    .unwrap_or_else(|| Text::new("请检查这一项。", "Check this answer."));
                if let Some(question) = question_at(&mut draft.pages, steps) {
                    // The source takes anything but `true` for a message about a fault.
                    question
                        .valid_when
                        .push(draft::check(json!({"===": [rule, true]}), message));
                }
            }
            Err(unable) => {
                let message = format!("a check cannot be said here: {}", unable.message);
                draft.report.lost(&given.path, "rule_not_carried", message);
            }
        }
    }
    Ok(())
}

/// When one component is shown by its own conditions. None where always, or where it cannot be said; then it is told.
fn shown(at: &At<'_>, tree: &Tree<'_>, groups: &[String], draft: &mut Draft) -> Option<Value> {
    let conditional = at.get("conditional");
    if at.get("customConditional").word().is_some() {
        let message = "a condition that is JavaScript is not carried: what hangs on it is shown to everybody";
        draft
            .report
            .lost(&at.get("customConditional").path, "javascript", message);
        return None;
    }
    let json = conditional.get("json");
    let (made, path) = if json.is_map() || json.word().is_some() {
        let names = Seen { tree, groups };
        let written = json.written();
        let made = match written.as_ref().or(json.is_map().then_some(json.value)) {
            Some(rule) => json_logic::condition(rule, &names, groups),
            None => Err(Unable::new("unreadable_rule", "what stands there is no JSON")),
        };
        (made, json.path)
    } else if conditional.get("conditions").is_list() {
        (of_several(&conditional, tree, groups), conditional.path.clone())
    } else {
        (of_one(&conditional, tree, groups)?, conditional.path.clone())
    };
    match made {
        Ok(rule) => {
            if rule.is_boolean() {
                let message = "it compares with a value that is no option, so it always gives the same";
                draft.report.differs(&path, "unknown_option", message);
            }
            Some(rule)
        }
        Err(unable) => {
            let message = format!("{}: what hangs on it is shown to everybody", unable.message);
            draft.report.lost(&path, "condition_not_carried", message);
            None
        }
    }
}

/// `{show, when, eq}`.
fn of_one(conditional: &At<'_>, tree: &Tree<'_>, groups: &[String]) -> Option<Result<Value, Unable>> {
    let when = conditional.get("when").word()?;
    let show = conditional.get("show").flag().unwrap_or(true);
    let eq = conditional.get("eq").value.to_value();
    let made = match one_box(when, tree, groups) {
        Some((known, option)) => is_ticked(&known, option, &eq, groups),
        None => named(when, tree, groups).and_then(|known| compare(&known, groups, Compare::Is, &eq)),
    };
    Some(made.map(|rule| if show { holds(rule) } else { fails(rule) }))
}

/// `{show, conjunction, conditions}`.
fn of_several(conditional: &At<'_>, tree: &Tree<'_>, groups: &[String]) -> Result<Value, Unable> {
    let mut rules = Vec::new();
    for condition in conditional.get("conditions").items() {
        let name = condition.get("component").word().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        rules.push(match one_box(name, tree, groups) {
            Some((known, option)) => {
                let ticked = is_ticked(&known, option, &condition.get("value").value.to_value(), groups)?;
                match condition.get("operator").word().unwrap_or("isEqual") {
                    "isNotEqual" => fails(ticked),
                    _ => ticked,
                }
            }
            None => operated(&named(name, tree, groups)?, &condition, groups)?,
        });
    }
    if rules.is_empty() {
        return Ok(Value::Bool(true));
    }
    let one = conditional.get("conjunction").word() == Some("any");
    let rule = if one { any(rules) } else { all(rules) };
    let show = conditional.get("show").flag().unwrap_or(true);
    Ok(if show { holds(rule) } else { fails(rule) })
}

fn operated(known: &Known, condition: &At<'_>, groups: &[String]) -> Result<Value, Unable> {
    let value = condition.get("value").value.to_value();
    let reference = known.reference(groups)?;
    let operator = condition.get("operator").word().unwrap_or("isEqual");
    let how = match operator {
        "isEqual" | "isDateEqual" => Compare::Is,
        "isNotEqual" | "isNotDateEqual" => Compare::IsNot,
        "lessThan" | "dateLessThan" => Compare::Less,
        "lessThanOrEqual" | "dateLessThanOrEqual" => Compare::AtMost,
        "greaterThan" | "dateGreaterThan" => Compare::More,
        "greaterThanOrEqual" | "dateGreaterThanOrEqual" => Compare::AtLeast,
        "isEmpty" => return Ok(fails(rules::answered(&reference))),
        "isNotEmpty" => return Ok(rules::answered(&reference)),
        "includes" | "notIncludes" if known.answer != Answer::Text => {
            if operator == "includes" {
                Compare::Is
            } else {
                Compare::IsNot
            }
        }
        "includes" | "notIncludes" | "startsWith" | "endsWith" => {
            let text = crate::known::text_of(&value);
            let length = text.chars().count() as i64;
            let answer = rules::var(&reference);
            let rule = match operator {
                "startsWith" => json!({"==": [{"substr": [answer, 0, length]}, text]}),
                "endsWith" if length > 0 => json!({"==": [{"substr": [answer, -length]}, text]}),
                _ => json!({"in": [text, answer]}),
            };
            return Ok(if operator == "notIncludes" { fails(rule) } else { rule });
        }
        other => {
            return Err(Unable::new(
                "unknown_operator",
                format!("there is nothing like the operator `{other}`"),
            ));
        }
    };
    compare(known, groups, how, &value)
}

/// One of the boxes of a question with several, by its path: `toppings.cheese`.
fn one_box(name: &str, tree: &Tree<'_>, groups: &[String]) -> Option<(Known, String)> {
    let plain = name.strip_prefix("data.").unwrap_or(name);
    Seen { tree, groups }.option(plain)
}

/// Whether a box is ticked, or is not: what `value` says.
fn is_ticked(known: &Known, option: String, value: &Value, groups: &[String]) -> Result<Value, Unable> {
    let ticked = compare(known, groups, Compare::Is, &Value::String(option))?;
    match truth(value) {
        Some(true) => Ok(ticked),
        Some(false) => Ok(fails(ticked)),
        None => Err(Unable::new(
            "odd_comparison",
            format!("a box is ticked or not, and it is compared with {value}"),
        )),
    }
}

/// The question that a key or a path of keys means, seen from these groups: the nearest one.
fn named(name: &str, tree: &Tree<'_>, groups: &[String]) -> Result<Known, Unable> {
    let unknown = || {
        Unable::new(
            "unknown_field",
            format!("it asks about `{name}`, which is no component of the form"),
        )
    };
    let plain = name.strip_prefix("data.").unwrap_or(name);
    let last = plain.rsplit('.').next().unwrap_or(plain);
    // Of a box with several boxes in it one may be named: `toppings.cheese`.
    let numbers = tree
        .by_key
        .get(plain)
        .or_else(|| tree.by_key.get(last))
        .ok_or_else(unknown)?;
    let mut found: Option<&Known> = None;
    for number in numbers {
        let Some(field) = tree.fields.get(*number) else {
            continue;
        };
        let known = &field.known;
        let nearer =
            found.is_none_or(|before| known.groups.len() > before.groups.len() || !groups.starts_with(&before.groups));
        if groups.starts_with(&known.groups) && nearer || found.is_none() {
            found = Some(known);
        }
    }
    found.cloned().ok_or_else(unknown)
}

/// The form's names as JsonLogic uses them.
struct Seen<'t, 'a> {
    tree: &'t Tree<'a>,
    groups: &'t [String],
}

impl Questions for Seen<'_, '_> {
    fn at(&self, path: &str) -> Option<Known> {
        let path = ["data.", "row.", "submission.data."]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))
            .unwrap_or(path);
        let numbers = self.tree.by_key.get(path)?;
        numbers.first()?;
        named(path, self.tree, self.groups).ok()
    }

    fn option(&self, path: &str) -> Option<(Known, String)> {
        if self.at(path).is_some() {
            return None;
        }
        let (question, option) = path.rsplit_once('.')?;
        let known = self.at(question)?;
        let offers =
            matches!(&known.answer, Answer::Choices(options) if options.iter().any(|offered| offered == option));
        offers.then(|| (known, option.to_owned()))
    }

    fn in_rows(&self, group: &Known, name: &str) -> Option<Known> {
        let mut inside = group.groups.clone();
        inside.push(group.id.clone());
        let matches = |path: &str| path == name || path.ends_with(&format!(".{name}"));
        self.tree
            .fields
            .iter()
            .find(|field| field.known.groups == inside && matches(&field.path))
            .map(|field| field.known.clone())
    }
}
