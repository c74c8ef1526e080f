//! Named conditions: as a structure (two versions of it) or as an expression.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::expression::{Expression, parse};
use crate::finding::Report;
use crate::json::At;
use crate::known::{Answer, Compare, Known, compare_last, compared};
use crate::routing::Graph;
use crate::rules::{self, DEPTH, Unable, all, any, fails};

/// A field of the source, as conditions name it.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) known: Known,
    /// The page that asks it.
    pub(crate) page: usize,
    /// The section of that page, which conditions name before it.
    pub(crate) section: Option<String>,
    /// Whether it may be missing although its page is shown, or its page itself: a condition hangs on it.
    pub(crate) may_be_missing: bool,
}

/// Where a condition is asked.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The page: only what it and the pages before it ask is known there.
    pub(crate) page: usize,
    /// The groups around.
    pub(crate) groups: &'a [String],
}

/// Every condition, field and list of a form.
pub(crate) struct Conditions<'a> {
    named: BTreeMap<String, At<'a>>,
    fields: BTreeMap<String, Vec<Field>>,
    /// The pages of each section, and on each a question that is answered wherever the page is asked.
    sections: BTreeMap<String, BTreeMap<usize, Option<String>>>,
    /// The values of list items by the ids of list and item.
    items: BTreeMap<(String, String), String>,
    graph: &'a Graph,
    /// Whether every field has a key in the answers, those that are not asked too, and no section around it.
    flat: bool,
    /// What may still be looked at for one rule: conditions that name each other twice make trees of any size.
    left: Cell<usize>,
    /// Whether the last rule asks about something that there is not.
    dangling: Cell<bool>,
    /// Expressions as they were read, by their places: many pages may hang on one.
    read: RefCell<BTreeMap<String, Read>>,
    /// How many bytes of expressions were made rules of so far.
    worked: Cell<usize>,
}

type Read = Result<Rc<Expression>, Unable>;

/// The most bytes of expressions that are made rules of, each as often as something hangs on it.
const MOST_WORK: usize = 20_000_000;

/// The most parts of conditions that are looked at for one rule, and the most values in it.
const MOST_PARTS: usize = 5_000;
const MOST_VALUES: usize = 3_000;

/// The most pages of a section that a rule asks about.
const MOST_PAGES: usize = 8;

impl<'a> Conditions<'a> {
    /// Every condition of a form; `flat` where answers have no sections in the source, and none that is not asked is missing.
    pub(crate) fn new(form: &At<'a>, graph: &'a Graph, flat: bool) -> Conditions<'a> {
        let mut named = BTreeMap::new();
        for condition in form.get("conditions").items() {
            for name in ["name", "id"] {
                if let Some(name) = condition.get(name).word() {
                    named.insert(name.to_owned(), condition.clone());
                }
            }
        }
        // What is shown to authors names a condition where nothing else does.
        for condition in form.get("conditions").items() {
            if let Some(name) = condition.get("displayName").word() {
                named.entry(name.to_owned()).or_insert_with(|| condition.clone());
            }
        }
        let mut items = BTreeMap::new();
        for list in form.get("lists").items() {
            for item in list.get("items").items() {
                if let (Some(list), Some(id), Some(value)) =
                    (list.get("id").word(), item.get("id").word(), item.get("value").scalar())
                {
                    items.insert((list.to_owned(), id.to_owned()), value);
                }
            }
        }
        Conditions {
            named,
            fields: BTreeMap::new(),
            sections: BTreeMap::new(),
            items,
            graph,
            flat,
            left: Cell::new(0),
            dangling: Cell::new(false),
            read: RefCell::new(BTreeMap::new()),
            worked: Cell::new(0),
        }
    }

    /// Makes a field known under one of its names.
    pub(crate) fn add(&mut self, name: &str, field: &Field) {
        if let Some(section) = &field.section {
            let pages = self.sections.entry(section.clone()).or_default();
            let sure = pages.entry(field.page).or_default();
            let is_sure = field.known.required && field.known.groups.is_empty() && !field.may_be_missing;
            if sure.is_none() && is_sure {
                *sure = Some(field.known.id.clone());
            }
        }
        self.fields.entry(name.to_owned()).or_default().push(field.clone());
    }

    /// The questions that a name means at a place: in the source a field of a section has its section's name before its
    /// own, and only then.
    pub(crate) fn fields(&self, name: &str, place: Place<'_>) -> Result<Vec<Known>, Unable> {
        let fields = self.fields.get(name).ok_or_else(|| {
            self.dangling.set(true);
            Unable::new(
                "unknown_field",
                format!("it asks about `{name}`, which no page asks for: it never holds there"),
            )
        })?;
        let known: Vec<Known> = fields
            .iter()
            .filter(|field| self.graph.is_known_at(field.page, place.page))
            .map(|field| self.as_asked(field, name))
            .collect();
        if known.is_empty() {
            let message = format!("it asks about `{name}`, which is asked only later: it never holds there");
            return Err(Unable::new("asked_later", message));
        }
        Ok(known)
    }

    /// A field as a condition sees it: what the source gives as nothing where it is not asked may always be without an
    /// answer. (What it looks for in nothing at all it does not find.)
    fn as_asked(&self, field: &Field, name: &str) -> Known {
        let by_section = field.section.as_ref().is_some_and(|section| {
            name.strip_prefix(section.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        });
        let is_nothing = if self.flat { field.may_be_missing } else { by_section };
        let searched = matches!(field.known.answer, Answer::Choices(_));
        let mut known = field.known.clone();
        known.required &= searched || !is_nothing || !known.groups.is_empty();
        known
    }

    /// A comparison with the answer that a name means.
    pub(super) fn compare(
        &self,
        name: &str,
        fields: &[Known],
        place: Place<'_>,
        how: Compare,
        value: &Value,
    ) -> Result<Value, Unable> {
        let rule = compare_last(fields, place.groups, how, value)?;
        if how == Compare::IsNot && !self.flat && !rule.is_boolean() {
            return Ok(all([self.has_section(name, place), rule]));
        }
        let is_order = !matches!(how, Compare::Is | Compare::IsNot);
        if self.flat
            && is_order
            && fields
                .iter()
                .all(|known| known.answer == Answer::Number && !known.required)
        {
            // The source takes nothing for zero there.
            let zero = zero_is(how, value);
            return Ok(if zero { rules::or_else(rule, true) } else { rule });
        }
        Ok(rule)
    }

    /// Whether there is anything of the section that a name begins with: without it there is nothing that could differ.
    fn has_section(&self, name: &str, place: Place<'_>) -> Value {
        let asked = self.fields.get(name).map(Vec::as_slice).unwrap_or_default();
        let around = |field: &Field| {
            let section = field.section.as_deref()?;
            name.strip_prefix(section)?.starts_with('.').then(|| section.to_owned())
        };
        let Some(section) = asked.iter().find_map(around) else {
            return Value::Bool(true);
        };
        let Some(pages) = self.sections.get(&section) else {
            return Value::Bool(true);
        };
        let start = self.graph.order.first().copied();
        let mut answered = Vec::new();
        for (page, sure) in pages {
            if *page == place.page || Some(*page) == start {
                return Value::Bool(true);
            }
            if !self.graph.is_known_at(*page, place.page) {
                continue;
            }
            match sure {
                Some(id) if answered.len() < MOST_PAGES => answered.push(rules::answered(id)),
                // Whether the page was asked cannot be seen from an answer.
                _ => return Value::Bool(true),
            }
        }
        any(answered)
    }

    /// The rule of a condition at a place. None where it cannot be said; then the report says so.
    pub(crate) fn rule(&self, name: &str, used_at: &str, place: Place<'_>, report: &mut Report) -> Option<Value> {
        self.dangling.set(false);
        let Some(condition) = self.named.get(name.trim()) else {
            self.dangling.set(true);
            report.lost(
                used_at,
                "unknown_condition",
                format!("there is no condition `{name}`: it never holds"),
            );
            return Some(Value::Bool(false));
        };
        self.left.set(MOST_PARTS);
        match self.named_rule(name.trim(), place, report, 0) {
            Ok(rule) if rules::depth(&rule) < DEPTH && rules::size(&rule) < MOST_VALUES => Some(rule),
            Ok(_) => {
                let message = "the condition is too large to carry: what hangs on it is shown to everybody";
                report.lost(&condition.path, "condition_too_large", message);
                None
            }
            Err(unable) => {
                let message = format!("{}: what hangs on it is shown to everybody", unable.message);
                report.lost(&condition.path, "condition_not_carried", message);
                None
            }
        }
    }

    /// As [`Conditions::rule`], where the condition hides a part of a page: one that asks about nothing that there is, a
    /// slip of the pen, hides nothing. (A link is never taken by it: there is another page to go to.)
    pub(crate) fn hiding(&self, name: &str, used_at: &str, place: Place<'_>, report: &mut Report) -> Option<Value> {
        let rule = self.rule(name, used_at, place, report)?;
        if rule == Value::Bool(false) && self.dangling.get() {
            let message = "its condition asks about what there is not: it is shown to everybody";
            report.lost(used_at, "dangling_condition", message);
            return None;
        }
        Some(rule)
    }

    fn named_rule(&self, name: &str, place: Place<'_>, report: &mut Report, depth: usize) -> Result<Value, Unable> {
        self.left.set(self.left.get().saturating_sub(1));
        if depth > DEPTH || self.left.get() == 0 {
            return Err(Unable::new(
                "condition_circle",
                "conditions name each other in a circle, or without end",
            ));
        }
        let Some(condition) = self.named.get(name) else {
            return Err(Unable::new(
                "unknown_condition",
                format!("it names a condition `{name}` that there is not"),
            ));
        };
        let value = condition.get("value");
        if condition.get("items").is_list() {
            let how = condition.get("coordinator").word().unwrap_or("and").to_owned();
            let items = condition.get("items").items();
            let parts: Result<Vec<Value>, Unable> = items
                .iter()
                .map(|item| self.part(item, place, report, depth + 1))
                .collect();
            return Ok(if how.eq_ignore_ascii_case("or") {
                any(parts?)
            } else {
                all(parts?)
            });
        }
        if let Some(text) = value.word() {
            let known = self.read.borrow().get(&value.path).cloned();
            let read = known.unwrap_or_else(|| {
                let read: Read = parse(text).map(Rc::new);
                self.read.borrow_mut().insert(value.path.clone(), read.clone());
                read
            });
            let expression = read?;
            self.worked.set(self.worked.get().saturating_add(text.len()));
            if self.worked.get() > MOST_WORK {
                let message = "too much hangs on conditions that are too long";
                return Err(Unable::new("condition_too_large", message));
            }
            return self.truth(&expression, &value.path, place, report, 0);
        }
        let listed = if value.is_map() {
            value.get("conditions")
        } else {
            condition.get("conditions")
        };
        if !listed.is_list() {
            return Err(Unable::new(
                "unreadable_condition",
                "it is neither a structure nor an expression",
            ));
        }
        self.group(&listed, place, report, depth + 1)
    }

    /// Conditions joined by `and` and `or`; `and` binds closer.
    fn group(&self, listed: &At<'_>, place: Place<'_>, report: &mut Report, depth: usize) -> Result<Value, Unable> {
        let mut alternatives: Vec<Vec<Value>> = vec![Vec::new()];
        for (at, item) in listed.items().iter().enumerate() {
            let coordinator = item.get("coordinator").word().or_else(|| {
                item.get("conditions")
                    .items()
                    .first()
                    .and_then(|first| first.get("coordinator").word())
            });
            if at > 0 && coordinator.is_some_and(|word| word.eq_ignore_ascii_case("or")) {
                alternatives.push(Vec::new());
            }
            let rule = self.part(item, place, report, depth)?;
            if let Some(last) = alternatives.last_mut() {
                last.push(rule);
            }
        }
        if alternatives.iter().all(Vec::is_empty) {
            return Err(Unable::new("empty_condition", "there is nothing in the condition"));
        }
        Ok(any(alternatives.into_iter().map(all)))
    }

    fn part(&self, item: &At<'_>, place: Place<'_>, report: &mut Report, depth: usize) -> Result<Value, Unable> {
        if depth > DEPTH {
            return Err(Unable::new("condition_too_deep", "the condition nests too deep"));
        }
        if item.get("conditions").is_list() {
            return self.group(&item.get("conditions"), place, report, depth + 1);
        }
        if let Some(name) = item.any(&["conditionName", "conditionId"]).word() {
            return self.named_rule(name, place, report, depth + 1);
        }
        let name = item
            .get("componentId")
            .word()
            .or_else(|| item.get("field").get("name").word());
        let Some(name) = name else {
            return Err(Unable::new("unreadable_condition", "a part of it names no field"));
        };
        let fields = match self.fields(name, place) {
            Ok(fields) => fields,
            Err(unable) => return Ok(never(&unable, &item.path, report)),
        };
        let rule = self.leaf(item, name, &fields, place)?;
        if rule.is_boolean() {
            let message = "it compares with a value that is no option, so it always gives the same";
            report.differs(&item.path, "unknown_option", message);
        }
        Ok(rule)
    }

    fn leaf(&self, item: &At<'_>, name: &str, fields: &[Known], place: Place<'_>) -> Result<Value, Unable> {
        let groups = place.groups;
        let given = item.get("value");
        let operator = item.get("operator").word().unwrap_or("is").to_ascii_lowercase();
        let relative = if given.has("value") && given.get("value").is_map() {
            given.get("value")
        } else {
            given.clone()
        };
        if relative.has("direction") {
            let amount = relative.any(&["period", "timePeriod"]).number().unwrap_or(0.0) as i64;
            let unit = relative.any(&["unit", "timeUnit"]).word().unwrap_or("days").to_owned();
            let past = relative
                .get("direction")
                .word()
                .is_some_and(|word| word.contains("past"));
            let how = match (operator.as_str(), past) {
                ("is at least", true) | ("is at most", false) => Compare::AtMost,
                ("is at most", true) | ("is at least", false) => Compare::AtLeast,
                ("is less than", true) | ("is more than", false) => Compare::More,
                ("is more than", true) | ("is less than", false) => Compare::Less,
                _ => {
                    return Err(Unable::new(
                        "odd_comparison",
                        format!("`{operator}` with a span of time"),
                    ));
                }
            };
            let amount = if past { -amount } else { amount };
            return any_of(fields, groups, |known, reference| {
                from_today(known, reference, how, amount, &unit)
            });
        }
        let value = self.value(&given)?;
        let length = |sign: &str| {
            let count = value.as_str().and_then(|text| text.trim().parse::<u32>().ok());
            let count = count.or_else(|| value.as_f64().map(|count| count as u32));
            let count = count.ok_or_else(|| Unable::new("odd_comparison", "a length that is no number"))?;
            any_of(fields, groups, |_, reference| {
                Ok(json!({sign: [{"length": rules::var(reference)}, count]}))
            })
        };
        let how = match operator.as_str() {
            "is" | "contains" | "==" | "equals" => Compare::Is,
            "is not" | "does not contain" | "!=" => Compare::IsNot,
            "is at least" | ">=" => Compare::AtLeast,
            "is at most" | "<=" => Compare::AtMost,
            "is less than" | "is before" | "<" => Compare::Less,
            "is more than" | "is after" | ">" => Compare::More,
            "is longer than" => return length(">"),
            "is shorter than" => return length("<"),
            "has length" => return length("=="),
            other => {
                return Err(Unable::new(
                    "unknown_operator",
                    format!("there is nothing like the operator `{other}`"),
                ));
            }
        };
        let text = fields.iter().all(|known| known.answer == Answer::Text);
        if text && matches!(operator.as_str(), "contains" | "does not contain") {
            let needle = crate::known::text_of(&value);
            let has = any_of(fields, groups, |_, reference| {
                Ok(json!({"in": [needle, rules::var(reference)]}))
            })?;
            return Ok(if how == Compare::Is { has } else { fails(has) });
        }
        self.compare(name, fields, place, how, &value)
    }

    /// The value of a comparison: written there, or an item of a list.
    fn value(&self, given: &At<'_>) -> Result<Value, Unable> {
        let inner = given.get("value");
        let holder = if inner.is_map() { inner.clone() } else { given.clone() };
        if let (Some(list), Some(item)) = (holder.get("listId").word(), holder.get("itemId").word()) {
            return self
                .items
                .get(&(list.to_owned(), item.to_owned()))
                .map(|value| Value::String(value.clone()))
                .ok_or_else(|| Unable::new("unknown_option", "it names an item of a list that there is not"));
        }
        let plain = if given.is_map() { inner } else { given.clone() };
        match plain.value.to_value() {
            Value::Object(_) | Value::Array(_) => Err(Unable::new(
                "odd_comparison",
                "it compares with something that is no value",
            )),
            value => Ok(value),
        }
    }
}

/// What asks about something that is not known there never holds, as in the source.
pub(super) fn never(unable: &Unable, path: &str, report: &mut Report) -> Value {
    report.differs(path, unable.code, unable.message.clone());
    Value::Bool(false)
}

/// Whether zero stands so to a number.
fn zero_is(how: Compare, value: &Value) -> bool {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.is_some_and(|number: f64| match how {
        Compare::Less => 0.0 < number,
        Compare::AtMost => 0.0 <= number,
        Compare::More => 0.0 > number,
        Compare::AtLeast => 0.0 >= number,
        Compare::Is | Compare::IsNot => false,
    })
}

pub(super) fn any_of(
    fields: &[Known],
    groups: &[String],
    rule: impl Fn(&Known, &str) -> Result<Value, Unable>,
) -> Result<Value, Unable> {
    let rules: Result<Vec<Value>, Unable> = fields
        .iter()
        .map(|known| known.reference(groups).and_then(|reference| rule(known, &reference)))
        .collect();
    Ok(any(rules?))
}

/// A day compared with today and some days, months or years from it.
pub(super) fn from_today(
    known: &Known,
    reference: &str,
    how: Compare,
    amount: i64,
    unit: &str,
) -> Result<Value, Unable> {
    if known.answer != Answer::Date {
        return Err(Unable::new(
            "odd_comparison",
            format!("`{}` is no day, and it is compared with today", known.id),
        ));
    }
    if amount.abs() > 100_000 {
        return Err(Unable::new("odd_comparison", "a span of time that is far too long"));
    }
    let (day, today) = (rules::var(reference), json!({"today": []}));
    let unit = unit.to_ascii_lowercase();
    let months = match unit.trim_end_matches("(s)").trim_end_matches('s') {
        "day" => return Ok(compared(known.required, day, how, json!({"add_days": [today, amount]}))),
        "week" => {
            return Ok(compared(
                known.required,
                day,
                how,
                json!({"add_days": [today, amount * 7]}),
            ));
        }
        "month" => amount,
        "year" => amount * 12,
        other => {
            return Err(Unable::new(
                "unknown_unit",
                format!("it counts {other} from now, and there are only days here"),
            ));
        }
    };
    let between = |a: &Value, b: &Value| match months % 12 {
        0 => (json!({"years_between": [a, b]}), months.abs() / 12),
        _ => (rules::months_between(a, b), months.abs()),
    };
    let moved = |days: i64| json!({"add_days": [day, days]});
    let ((span, count), sign) = match (how, months <= 0) {
        (Compare::AtMost, true) => (between(&day, &today), ">="),
        (Compare::More, true) => (between(&day, &today), "<"),
        (Compare::Less, true) => (between(&moved(1), &today), ">="),
        (Compare::AtLeast, true) => (between(&moved(1), &today), "<"),
        (Compare::AtLeast, false) => (between(&today, &day), ">="),
        (Compare::Less, false) => (between(&today, &day), "<"),
        (Compare::More, false) => (between(&today, &moved(-1)), ">="),
        (Compare::AtMost, false) => (between(&today, &moved(-1)), "<"),
        (Compare::Is | Compare::IsNot, _) => {
            return Err(Unable::new(
                "odd_comparison",
                "it asks whether a day is just so far from today",
            ));
        }
    };
    Ok(json!({sign: [span, count]}))
}
