//! Properties that several conditional schemas name: one question that is shown in each of their cases where they say the
//! same of it, a question for each where they do not.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::Part;
use super::{Added, Builder, Context, MOST_CONDITIONS, Patch, Property, Scope, Slot};
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::rules::fails;

/// What becomes of a property of a conditional schema.
pub(super) enum Shared {
    /// It needs a question of its own.
    New,
    /// It is the same question as in another case.
    Same,
    /// It is asked, and may say more of it.
    Asked,
}

/// Where the next questions will stand.
struct Mark {
    in_frame: Option<usize>,
    page: Option<(usize, usize)>,
    pages: usize,
}

impl<'a> Builder<'a, '_> {
    /// What becomes of a property of a conditional schema. Where a question that is there will do, it is shown in this case
    /// too.
    pub(super) fn share(&mut self, own: Property<'_, 'a>, parts: &[Part<'a>], scope: &mut Scope) -> Shared {
        let Property {
            name, needed, context, ..
        } = own;
        if scope.slots.get(name).is_none_or(|slot| matches!(slot, Slot::Lost)) {
            return Shared::New;
        }
        let Some(all) = scope.added.get_mut(name) else {
            // It is asked whatever is answered.
            return Shared::Asked;
        };
        // A definition that several branches refer to is the same without a look at it.
        let from = places_of(parts);
        let is_fit = |added: &Added| added.single || added.needed == needed;
        let of_them = all.iter().position(|added| added.from.contains(&from) && is_fit(added));
        let own = terms(&context.shown);
        let is_covered = |added: &Added| added.shown.iter().any(|shown| implies(&own, shown));
        if all.iter().any(is_covered) {
            return match of_them {
                Some(_) => Shared::Same,
                None => Shared::Asked,
            };
        }
        let same = of_them.or_else(|| {
            let says = says(parts);
            all.iter().position(|added| added.says == says && is_fit(added))
        });
        let narrows = parts.iter().all(|part| only_checks(&part.at));
        let says_something = parts.iter().any(|part| !part.at.fields().is_empty());
        // A bound alone asks for nothing: it holds where the question is asked, unless it is demanded here.
        if same.is_none() && narrows && says_something && !needed {
            return Shared::Asked;
        }
        let at = same.or_else(|| narrows.then_some(0));
        let Some(added) = at.and_then(|at| all.get_mut(at)) else {
            return Shared::New;
        };
        let opposite = fails(context.shown.clone());
        let too_many = added.shown.len() >= MOST_CONDITIONS;
        if let (true, Some(part)) = (too_many, parts.first()) {
            let message = format!("`{name}` stands in more than {MOST_CONDITIONS} cases: it is shown to everybody");
            self.draft.report.lost(&part.at.path, "condition_too_deep", message);
        }
        let always = too_many || added.shown.contains(&opposite);
        let shown = if always {
            Value::Bool(true)
        } else {
            context.shown.clone()
        };
        let frees = added.single && added.needed && !needed;
        for steps in &added.places {
            if frees {
                let before = crate::rules::any(added.shown.iter().cloned());
                self.patches
                    .push((steps.clone(), Patch::NeededOnly(before, !context.groups.is_empty())));
            }
            self.patches.push((steps.clone(), Patch::Widened(shown.clone())));
        }
        added.needed &= needed;
        if same.is_some() {
            added.from.insert(from);
        }
        if always {
            added.shown = vec![shown];
        } else {
            added.shown.push(shown);
        }
        if frees && let Some(slot) = scope.slots.get_mut(name) {
            not_required(slot);
        }
        if same.is_some() { Shared::Same } else { Shared::Asked }
    }

    /// Asks for a property that a conditional schema adds.
    pub(super) fn add(
        &mut self,
        own: Property<'_, 'a>,
        parts: &[Part<'a>],
        scope: &mut Scope,
    ) -> Result<(), ImportFinding> {
        let Property {
            name, needed, context, ..
        } = own;
        let mark = self.mark();
        let before = scope.slots.remove(name).filter(|slot| !matches!(slot, Slot::Lost));
        self.property(own, parts, scope)?;
        let places = self.since(&mark);
        let made = scope.slots.remove(name).unwrap_or(Slot::Lost);
        if before.is_some() || context.shown != Value::Bool(true) {
            let added = Added {
                shown: vec![context.shown.clone()],
                says: says(parts),
                from: [places_of(parts)].into(),
                single: matches!(made, Slot::One { .. }),
                needed: needed && self.unsure == 0,
                places,
            };
            scope.added.entry(name.to_owned()).or_default().push(added);
        }
        if let (Some(_), Some(part)) = (&before, parts.first()) {
            let message = format!("`{name}` is another question in this case: what is said of it differs");
            self.draft.report.differs(&part.at.path, "asked_again", message);
        }
        let slot = match (before, made) {
            (None, made) => made,
            (Some(before), Slot::Lost) => before,
            (Some(Slot::Several(mut slots)), made) => {
                slots.push(made);
                Slot::Several(slots)
            }
            (Some(before), made) => Slot::Several(vec![before, made]),
        };
        scope.slots.insert(name.to_owned(), slot);
        Ok(())
    }

    /// Notes that a question which was asked of a property stands there only in the case at hand.
    pub(super) fn added_here(&mut self, name: &str, steps: Vec<usize>, context: &Context, scope: &mut Scope) {
        if context.shown == Value::Bool(true) && !scope.added.contains_key(name) {
            return;
        }
        let added = Added {
            shown: vec![context.shown.clone()],
            says: Json::Null,
            from: BTreeSet::new(),
            single: true,
            needed: self.unsure == 0,
            places: vec![steps],
        };
        scope.added.entry(name.to_owned()).or_default().push(added);
    }

    /// Whether a property is asked in the case at hand.
    pub(super) fn is_asked_here(&self, name: &str, context: &Context, scope: &Scope) -> bool {
        let there = scope.slots.get(name).is_some_and(|slot| !matches!(slot, Slot::Lost));
        let own = terms(&context.shown);
        let in_case = |added: &Added| added.shown.iter().any(|shown| implies(&own, shown));
        there && scope.added.get(name).is_none_or(|all| all.iter().any(in_case))
    }

    fn mark(&self) -> Mark {
        let count = |page: usize| self.draft.pages.get(page).map_or(0, |page| page.questions.len());
        Mark {
            in_frame: self.frames.last().map(|frame| frame.questions.len()),
            page: self.page.map(|page| (page, count(page))),
            pages: self.draft.pages.len(),
        }
    }

    /// The places of what was asked since: questions, and pages.
    fn since(&self, mark: &Mark) -> Vec<Vec<usize>> {
        let mut places = Vec::new();
        if let (Some(first), Some(frame)) = (mark.in_frame, self.frames.last()) {
            for at in first..frame.questions.len() {
                places.push(frame.steps.iter().copied().chain([at]).collect());
            }
            return places;
        }
        let questions = |page: usize, first: usize| {
            let count = self.draft.pages.get(page).map_or(0, |page| page.questions.len());
            (first..count).map(move |at| vec![page, at])
        };
        if let Some((page, first)) = mark.page {
            places.extend(questions(page, first));
        }
        for page in mark.pages..self.draft.pages.len() {
            // A page of loose questions takes others too.
            if self.page == Some(page) {
                places.extend(questions(page, 0));
            } else {
                places.push(vec![page]);
            }
        }
        places
    }
}

fn not_required(slot: &mut Slot) {
    match slot {
        Slot::One { known, .. } => known.required = false,
        Slot::Several(slots) => slots.iter_mut().for_each(not_required),
        Slot::Object(_) | Slot::Asked | Slot::Lost => {}
    }
}

/// What a rule is joined of by `and`.
fn terms(rule: &Value) -> Vec<&Value> {
    match rule.get("and").and_then(Value::as_array) {
        Some(terms) => terms.iter().collect(),
        None => vec![rule],
    }
}

/// Whether a rule of these terms holds only where another does, by what they are made of.
fn implies(own: &[&Value], other: &Value) -> bool {
    *other == Value::Bool(true) || terms(other).iter().all(|term| own.contains(term))
}

/// Where the schemas of a property stand.
fn places_of(parts: &[Part<'_>]) -> Vec<String> {
    parts.iter().map(|part| part.at.path.clone()).collect()
}

/// All that is said of a property, as far as it tells one question from another.
fn says(parts: &[Part<'_>]) -> Json {
    let bare = |part: &Part<'_>| match part.at.value {
        Json::Map(fields) => {
            let mut fields: Vec<(String, Json)> = fields
                .iter()
                .filter(|(name, _)| !matches!(name.as_str(), "$comment" | "examples"))
                .cloned()
                .collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Map(fields)
        }
        other => other.clone(),
    };
    Json::List(parts.iter().map(bare).collect())
}

/// Whether a schema says nothing of what a value is, only how it has to be.
pub(super) fn only_checks(at: &At<'_>) -> bool {
    let makes = [
        "type",
        "$ref",
        "enum",
        "const",
        "properties",
        "items",
        "prefixItems",
        "oneOf",
        "anyOf",
        "allOf",
        "title",
        "format",
        "contentEncoding",
        "contentMediaType",
    ];
    at.is_map() && !makes.iter().any(|name| at.value.get(name).is_some())
}
