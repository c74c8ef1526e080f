//! When a component is shown: simple conditions of both versions, and JsonLogic.

use std::collections::{BTreeMap, BTreeSet};

use onehall_forms::Kind;
use onehall_protocol::Text;
use serde_json::{Value, json};

use super::components::{Field, Tree, own_name, place_of};
use crate::draft::{self, Draft, question_at};
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::json_logic::{self, Kept, Questions, as_day, compare_each, compare_one};
use crate::known::{Answer, Compare, Known, truth};
use crate::rules::{self, Unable, all, any, fails, holds};

/// Which of the conditions of a component the source asks: there may be several beside each other.
enum Asks<'a> {
    Nothing,
    /// JavaScript, at its place.
    Code(At<'a>),
    /// `{show, when, eq}`.
    One(At<'a>),
    /// `{show, conjunction, conditions}`.
    Several(At<'a>),
    /// JsonLogic.
    Logic(At<'a>),
}

fn asks<'a>(at: &At<'a>) -> Asks<'a> {
    let conditional = at.get("conditional");
    let json = conditional.get("json");
    let says = |item: &At<'_>| item.get("component").word().is_some();
    if at.get("customConditional").word().is_some() {
        Asks::Code(at.get("customConditional"))
    } else if conditional.get("when").word().is_some() {
        Asks::One(conditional)
    } else if conditional.get("conditions").items().iter().any(says) {
        Asks::Several(conditional)
    } else if json.is_map() || json.word().is_some() {
        Asks::Logic(json)
    } else {
        Asks::Nothing
    }
}

/// Whether a component has a condition of any sort.
pub(super) fn has_any(at: &At<'_>) -> bool {
    !matches!(asks(at), Asks::Nothing)
}

/// Where a condition or rule stands: the groups and the keys of the data around.
#[derive(Clone, Copy)]
struct Place<'t> {
    groups: &'t [String],
    keys: &'t [String],
    /// Page, question, question in the group …
    steps: &'t [usize],
}

/// Puts every rule where it belongs, now that all fields are known.
pub(super) fn put(tree: &mut Tree<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    let flags = find_flags(tree);
    compute(tree, &flags, draft);
    let tree = &*tree;
    for waiting in &tree.waiting {
        let place = Place {
            groups: &waiting.groups,
            keys: &waiting.keys,
            steps: &waiting.steps,
        };
        let rules = waiting.of.iter().filter_map(|at| shown(at, tree, place, draft));
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
                    let before = question.visible_when.take();
                    question.visible_when = Some(all(before.into_iter().chain([rule])));
                }
            }
        }
    }
    for ruled in &tree.checked {
        let validate = ruled.at.get("validate");
        let given = validate.get("json");
        let place = Place {
            groups: &ruled.groups,
            keys: &ruled.keys,
            steps: &ruled.steps,
        };
        let written = given.written();
        let rule = written.as_ref().unwrap_or(given.value);
        let seen = Seen {
            checks: true,
            ..Seen::by(tree, place)
        };
        match json_logic::translate(rule, &seen, place.groups) {
            Ok(made) => {
                let own = draft.texts.label(&validate.get("customMessage"));
                let texts = said(rule);
                if texts.len() > 1 && own.is_none() {
                    let message = "the check has several messages: the first one is said of every fault";
                    draft.report.differs(&given.path, "own_message", message);
                }
                let said = texts.first().and_then(|text| draft.texts.label(&At::root(text)));
                let message = own
                    .or(said)
                    .unwrap_or_else(|| Text::new("请检查这一项。", "Check this answer."));
                if let Some(question) = question_at(&mut draft.pages, &ruled.steps) {
                    // The source takes anything but `true` for a message about a fault.
                    let mut rule = json!({"===": [made, true]});
                    if matches!(question.kind, Kind::Computed { .. }) {
                        // And of a value that is not there, is empty or 0 it asks nothing: nobody could mend it.
                        rule = any([fails(rules::var(&own_name(&question.id, &ruled.groups))), rule]);
                    }
                    question.valid_when.push(draft::check(rule, message));
                }
            }
            Err(unable) => {
                let message = format!("a check cannot be said here: {}", unable.message);
                draft.report.lost(&given.path, "rule_not_carried", message);
            }
        }
    }
    let hidden = tree.asked_hidden.borrow();
    for path in hidden
        .iter()
        .filter_map(|number| tree.fields.get(*number)?.stays.as_ref())
    {
        let message =
            "in the source its answer counts while it is hidden: here a rule that asks for it reads none then";
        draft.report.lost(path, "hidden_answer", message);
    }
    drop(hidden);
    put_ticked(tree, draft)
}

/// Puts a hidden value behind each box that rules ask about and that is not always seen: whether it is ticked. As its box
/// it is there only where its condition holds, since in the source a box that nobody sees is not `false`, but nothing.
fn put_ticked(tree: &Tree<'_>, draft: &mut Draft) -> Result<(), ImportFinding> {
    let asked = tree.asked_boxes.borrow();
    let mut boxes: Vec<&Field> = asked.iter().filter_map(|number| tree.fields.get(*number)).collect();
    // From the last one on: what is put in moves what comes after it.
    boxes.sort_unstable_by(|a, b| b.steps.cmp(&a.steps));
    for field in boxes {
        let (Some(id), Some((last, around))) = (&field.ticked, field.steps.split_last()) else {
            continue;
        };
        let Some(asked) = question_at(&mut draft.pages, &field.steps) else {
            continue;
        };
        let (label, visible_when) = (asked.label.clone(), asked.visible_when.clone());
        let groups = &field.known.groups;
        let place = groups.iter().chain([&field.known.id]).map(String::as_str);
        let origin = draft.origins.get(&place.collect::<Vec<_>>().join("/")).cloned();
        let reference = field.known.reference(groups).unwrap_or_else(|_| field.known.id.clone());
        let value = json!({"or_else": [rules::var(&reference), false]});
        let mut ticked = draft.hidden(id.clone(), groups, label, value, &origin.unwrap_or_default())?;
        ticked.visible_when = visible_when;
        let questions = match around {
            [page] => draft.pages.get_mut(*page).map(|page| &mut page.questions),
            steps => match question_at(&mut draft.pages, steps).map(|part| &mut part.kind) {
                Some(Kind::Group { questions, .. } | Kind::Section { questions }) => Some(questions),
                _ => None,
            },
        };
        if let Some(questions) = questions.filter(|questions| *last < questions.len()) {
            questions.insert(last + 1, ticked);
        }
    }
    Ok(())
}

/// How often hidden values are asked whether they are truth values: one may read others that stand behind it.
const FLAG_ROUNDS: usize = 8;

/// The steps of the hidden values that are true or false whatever is answered, as rules that ask for them have to know.
fn find_flags(tree: &mut Tree<'_>) -> BTreeSet<Vec<usize>> {
    let fields = tree.fields.iter().enumerate();
    let numbers: BTreeMap<Vec<usize>, usize> = fields.map(|(number, field)| (field.steps.clone(), number)).collect();
    let mut flags = BTreeSet::new();
    for _ in 0..FLAG_ROUNDS {
        let mut found = Vec::new();
        let hidden = tree.computed.iter().filter(|(_, instead)| instead.is_none());
        for (ruled, _) in hidden.filter(|(ruled, _)| !flags.contains(&ruled.steps)) {
            let place = Place {
                groups: &ruled.groups,
                keys: &ruled.keys,
                steps: &ruled.steps,
            };
            let seen = Seen::by(tree, place);
            let is_flag = |path: &str| {
                let known = seen.at(path);
                !known.is_empty() && known.iter().all(|known| known.answer == Answer::Bool)
            };
            if json_logic::gives_flag(ruled.at.get("calculateValue").value, &is_flag) {
                found.push(ruled.steps.clone());
            }
        }
        if found.is_empty() {
            break;
        }
        for steps in found {
            if let Some(field) = numbers.get(&steps).and_then(|number| tree.fields.get_mut(*number)) {
                field.known.answer = Answer::Bool;
            }
            flags.insert(steps);
        }
    }
    flags
}

/// Values that are computed. What cannot be computed is asked for instead.
fn compute(tree: &mut Tree<'_>, flags: &BTreeSet<Vec<usize>>, draft: &mut Draft) {
    for (ruled, instead) in std::mem::take(&mut tree.computed) {
        let given = ruled.at.get("calculateValue");
        let place = Place {
            groups: &ruled.groups,
            keys: &ruled.keys,
            steps: &ruled.steps,
        };
        let names = Seen::by(tree, place);
        let made = json_logic::translate(given.value, &names, place.groups);
        let Some(question) = question_at(&mut draft.pages, &ruled.steps) else {
            continue;
        };
        let unable = match (made, &mut question.kind) {
            (Ok(rule), Kind::Computed { value, .. }) => {
                let asked = instead.as_ref().map(|instead| &instead.question.kind);
                *value = match asked {
                    Some(Kind::Number { decimals, .. }) if *decimals < 10 && json_logic::gives_number(given.value) => {
                        json!({"round": [rule, decimals]})
                    }
                    // In the source what hangs on an answer that is not there is false, and no less a value.
                    None if flags.contains(&ruled.steps) => holds(rule),
                    _ => rule,
                };
                if let Some(asked) = asked {
                    tree.lost_of_computed(&ruled.at, asked, draft);
                }
                continue;
            }
            (Ok(_), _) => continue,
            (Err(unable), _) => unable,
        };
        let Some(instead) = instead else {
            question.visible_when = Some(Value::Bool(false));
            let message = format!("how the value is calculated cannot be said here: {}", unable.message);
            draft.report.lost(&given.path, "rule_not_carried", message);
            continue;
        };
        let answer = Answer::of(&instead.question.kind);
        for field in &mut tree.fields {
            if field.known.id == instead.question.id && field.known.groups == ruled.groups {
                field.known.answer = answer.clone();
                field.known.required = instead.question.required;
            }
        }
        *question = instead.question;
        draft.report.take_over(instead.report);
        let message = format!(
            "how the value is calculated cannot be said here, so it is asked for: {}",
            unable.message
        );
        draft.report.lost(&given.path, "rule_not_carried", message);
    }
}

/// The messages of a check: what it gives where it does not give `true`.
fn said(rule: &Json) -> Vec<&Json> {
    let Json::Map(fields) = rule else { return Vec::new() };
    let [(name, Json::List(parts))] = fields.as_slice() else {
        return Vec::new();
    };
    if name != "if" && name != "?:" {
        return Vec::new();
    }
    let last = parts.len().saturating_sub(1);
    let mut texts = Vec::new();
    for (at, part) in parts.iter().enumerate().filter(|(at, _)| at % 2 == 1 || *at == last) {
        match part {
            Json::Text(_) => texts.push(part),
            _ if at == last || at % 2 == 1 => texts.extend(said(part)),
            _ => {}
        }
    }
    texts
}

/// When one component is shown by its own conditions. None where always, or where it cannot be said; then it is told.
fn shown(at: &At<'_>, tree: &Tree<'_>, place: Place<'_>, draft: &mut Draft) -> Option<Value> {
    let (made, path) = match asks(at) {
        Asks::Nothing => return None,
        Asks::Code(code) => {
            let message = "a condition that is JavaScript is not carried: what hangs on it is shown to everybody";
            draft.report.lost(&code.path, "javascript", message);
            return None;
        }
        Asks::One(conditional) => (of_one(&conditional, tree, place), conditional.path),
        Asks::Several(conditional) => (of_several(&conditional, tree, place), conditional.path),
        Asks::Logic(json) => {
            let written = json.written();
            let made = match written.as_ref().or(json.is_map().then_some(json.value)) {
                Some(rule) => {
                    let seen = Seen::by(tree, place);
                    if json_logic::takes_for_true(rule, &seen) {
                        let message = "boxes and rows are there in the source whatever is answered in them: here it counts whether one is ticked, or a row is there";
                        draft.report.differs(&json.path, "odd_condition", message);
                    }
                    json_logic::condition(rule, &seen, place.groups)
                }
                None => Err(Unable::new("unreadable_rule", "what stands there is no JSON")),
            };
            (made, json.path)
        }
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

/// `{show, when, eq}`: shown where the answer is `eq`, and `show` says `true`; where neither, or both.
fn of_one(conditional: &At<'_>, tree: &Tree<'_>, place: Place<'_>) -> Result<Value, Unable> {
    let when = conditional.get("when").word().unwrap_or_default();
    let show = says_true(&conditional.get("show"));
    let given = conditional.get("eq");
    if !given.is_there() {
        return Err(Unable::new("odd_comparison", "it says no value to compare with"));
    }
    let eq = given.value.to_value();
    let made = match one_box(when, tree, place) {
        Some((known, option)) => is_ticked(&known, option, &eq, place.groups),
        None => {
            let known = named(when, tree, place)?;
            let eq = as_day(&Seen::by(tree, place), &known, eq);
            compare_each(&known, place.groups, Compare::Is, &eq)
        }
    };
    made.map(|rule| if show { holds(rule) } else { fails(rule) })
}

/// Whether `show` is `true`, also as a text; anything else turns a simple condition round.
fn says_true(show: &At<'_>) -> bool {
    matches!(show.value, Json::Bool(true)) || show.text() == Some("true")
}

/// `{show, conjunction, conditions}`.
fn of_several(conditional: &At<'_>, tree: &Tree<'_>, place: Place<'_>) -> Result<Value, Unable> {
    let groups = place.groups;
    let mut rules = Vec::new();
    for condition in conditional.get("conditions").items() {
        let name = condition.get("component").word().unwrap_or_default();
        if name.is_empty() {
            // The source takes it for true.
            rules.push(Value::Bool(true));
            continue;
        }
        if let Some((known, option)) = one_box(name, tree, place) {
            let ticked = is_ticked(&known, option, &condition.get("value").value.to_value(), groups)?;
            rules.push(match condition.get("operator").word().unwrap_or("isEqual") {
                "isEqual" => ticked,
                "isNotEqual" => fails(ticked),
                other => return Err(no_operator(other)),
            });
            continue;
        }
        let known = named(name, tree, place)?;
        let value = as_day(&Seen::by(tree, place), &known, condition.get("value").value.to_value());
        let one = known.iter().map(|known| operated(known, &condition, &value, groups));
        let one: Result<Vec<Value>, Unable> = one.collect();
        let denies = condition
            .get("operator")
            .word()
            .is_some_and(|operator| matches!(operator, "isNotEqual" | "isNotDateEqual" | "notIncludes" | "isEmpty"));
        rules.push(if denies { all(one?) } else { any(one?) });
    }
    let one = conditional.get("conjunction").word() == Some("any");
    let rule = if one { any(rules) } else { all(rules) };
    let show = conditional.get("show");
    // What is not there is true here, unlike in a simple condition; null is not.
    let show = conditional.value.get("show").is_none() || says_true(&show);
    Ok(if show { holds(rule) } else { fails(rule) })
}

fn no_operator(name: &str) -> Unable {
    Unable::new(
        "unknown_operator",
        format!("there is nothing like the operator `{name}`"),
    )
}

fn operated(known: &Known, condition: &At<'_>, value: &Value, groups: &[String]) -> Result<Value, Unable> {
    let reference = known.reference(groups)?;
    let operator = condition.get("operator").word().unwrap_or("isEqual");
    let how = match operator {
        "isEqual" | "isDateEqual" => Compare::Is,
        "isNotEqual" | "isNotDateEqual" => Compare::IsNot,
        "lessThan" | "dateLessThan" => Compare::Less,
        "lessThanOrEqual" | "dateLessThanOrEqual" => Compare::AtMost,
        "greaterThan" | "dateGreaterThan" => Compare::More,
        "greaterThanOrEqual" | "dateGreaterThanOrEqual" => Compare::AtLeast,
        // A box that is not ticked is empty in the source.
        "isEmpty" | "isNotEmpty" if known.answer == Answer::Bool => {
            let ticked = json!({"==": [rules::var(&reference), true]});
            return Ok(if operator == "isEmpty" {
                fails(ticked)
            } else {
                holds(ticked)
            });
        }
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
            let text = crate::known::text_of(value);
            let length = text.chars().count() as i64;
            let answer = rules::var(&reference);
            let rule = match operator {
                "startsWith" => json!({"==": [{"substr": [answer, 0, length]}, text]}),
                "endsWith" if length > 0 => json!({"==": [{"substr": [answer, -length]}, text]}),
                _ => json!({"in": [text, answer]}),
            };
            return Ok(if operator == "notIncludes" { fails(rule) } else { rule });
        }
        other => return Err(no_operator(other)),
    };
    compare_one(known, groups, how, value)
}

/// One of the boxes of a question with several, by its path: `toppings.cheese`.
fn one_box(name: &str, tree: &Tree<'_>, place: Place<'_>) -> Option<(Vec<Known>, String)> {
    let plain = name.strip_prefix("data.").unwrap_or(name);
    Seen::by(tree, place).option(plain)
}

/// Whether a box is ticked, or is not: what `value` says.
fn is_ticked(known: &[Known], option: String, value: &Value, groups: &[String]) -> Result<Value, Unable> {
    let ticked = compare_each(known, groups, Compare::Is, &Value::String(option))?;
    match truth(value) {
        Some(true) => Ok(ticked),
        Some(false) => Ok(fails(ticked)),
        None => Err(Unable::new(
            "odd_comparison",
            format!("a box is ticked or not, and it is compared with {value}"),
        )),
    }
}

/// The questions that a key or a path of keys means, seen from a place: as the source looks for it, first in the data
/// around, then from the outermost on, then wherever it is. Several, where they have the same path.
fn named(name: &str, tree: &Tree<'_>, place: Place<'_>) -> Result<Vec<Known>, Unable> {
    let unknown = || {
        Unable::new(
            "unknown_field",
            format!("it asks about `{name}`, which is no component of the form"),
        )
    };
    let plain = name.strip_prefix("data.").unwrap_or(name);
    let last = plain.rsplit('.').next().unwrap_or(plain);
    let numbers = match tree.by_key.get(plain) {
        Some(numbers) => numbers,
        // A path that goes by what only lays out: its end says which it is, where there is only one.
        None => tree
            .by_key
            .get(last)
            .filter(|numbers| numbers.len() == 1)
            .ok_or_else(unknown)?,
    };
    let fields: Vec<(usize, &Field)> = numbers
        .iter()
        .filter_map(|number| tree.fields.get(*number).map(|field| (*number, field)))
        .collect();
    let depths = [place.keys.len(), 0].into_iter().chain((1..place.keys.len()).rev());
    for depth in depths {
        let around = place.keys.iter().take(depth).map(String::as_str);
        let path = around.chain([plain]).collect::<Vec<_>>().join(".");
        let mut found: Vec<Known> = fields
            .iter()
            .filter(|(_, field)| field.path == path)
            .map(|(number, _)| tree.as_asked(*number, place.steps))
            .collect();
        if found.len() > 1 {
            // Each of them is there for some citizens alone.
            found.iter_mut().for_each(|known| known.required = false);
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    // The nearest of those around, else the first one.
    let around = fields
        .iter()
        .filter(|(_, field)| place.groups.starts_with(&field.known.groups));
    let nearest = around.rev().max_by_key(|(_, field)| field.known.groups.len());
    let (found, _) = nearest.or(fields.first()).ok_or_else(unknown)?;
    Ok(vec![tree.as_asked(*found, place.steps)])
}

impl Tree<'_> {
    /// A field as a rule at these steps reads it: of a box that may be hidden while the rule is asked, the value that says
    /// whether it is ticked.
    fn as_asked(&self, number: usize, steps: &[usize]) -> Known {
        let field = &self.fields[number];
        if field.stays.is_some() && self.may_hide(field, steps) {
            self.asked_hidden.borrow_mut().insert(number);
        }
        let Some(ticked) = field.ticked.as_ref().filter(|_| self.may_hide(field, steps)) else {
            return field.known.clone();
        };
        self.asked_boxes.borrow_mut().insert(number);
        Known {
            id: ticked.clone(),
            required: false,
            starts_false: false,
            ..field.known.clone()
        }
    }

    /// Whether a field, or a part of the same page or row that it stands in, has a condition that what stands at these
    /// steps does not stand under.
    fn may_hide(&self, field: &Field, steps: &[usize]) -> bool {
        (1..=field.steps.len()).any(|length| {
            let part = &field.steps[..length];
            self.waiting_at
                .get(part)
                .is_some_and(|groups| *groups == field.known.groups.len())
                && !steps.starts_with(part)
        })
    }
}

/// The form's names as JsonLogic uses them.
struct Seen<'t, 'a> {
    tree: &'t Tree<'a>,
    place: Place<'t>,
    /// Whether it is a check, which may call the answer that it checks `input`.
    checks: bool,
}

impl Questions for Seen<'_, '_> {
    fn at(&self, path: &str) -> Vec<Known> {
        if self.checks && path == "input" {
            let mut fields = self.tree.fields.iter();
            let own = fields.position(|field| field.steps == self.place.steps);
            return own
                .map(|number| self.tree.as_asked(number, self.place.steps))
                .into_iter()
                .collect();
        }
        // `data` is the whole form, whatever stands around; `row` is what stands around.
        let whole = ["data.", "submission.data."]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix));
        let plain = whole.or_else(|| path.strip_prefix("row.")).unwrap_or(path);
        if !self.tree.by_key.contains_key(plain) {
            return Vec::new();
        }
        let place = match whole {
            Some(_) if self.is_outermost(plain) => Place {
                keys: &[],
                ..self.place
            },
            _ => self.place,
        };
        named(plain, self.tree, place).unwrap_or_default()
    }

    fn option(&self, path: &str) -> Option<(Vec<Known>, String)> {
        if !self.at(path).is_empty() {
            return None;
        }
        let (question, option) = path.rsplit_once('.')?;
        let mut known = self.at(question);
        known.retain(
            |known| matches!(&known.answer, Answer::Choices(options) if options.iter().any(|offered| offered == option)),
        );
        (!known.is_empty()).then(|| (known, option.to_owned()))
    }

    fn in_rows(&self, group: &Known, name: &str) -> Option<Known> {
        let mut inside = group.groups.clone();
        inside.push(group.id.clone());
        let matches = |path: &str| path == name || path.ends_with(&format!(".{name}"));
        self.tree
            .fields
            .iter()
            .position(|field| field.known.groups == inside && matches(&field.path))
            .map(|number| self.tree.as_asked(number, &[]))
    }

    fn kept(&self, known: &Known) -> Kept {
        self.tree.kept.get(&place_of(known)).copied().unwrap_or(Kept::Same)
    }
}

impl<'t, 'a> Seen<'t, 'a> {
    fn by(tree: &'t Tree<'a>, place: Place<'t>) -> Self {
        Seen {
            tree,
            place,
            checks: false,
        }
    }

    /// Whether a question of this name stands in the outermost data.
    fn is_outermost(&self, plain: &str) -> bool {
        let numbers = self.tree.by_key.get(plain).map(Vec::as_slice).unwrap_or_default();
        let mut fields = numbers.iter().filter_map(|number| self.tree.fields.get(*number));
        fields.any(|field| field.path == plain)
    }
}
