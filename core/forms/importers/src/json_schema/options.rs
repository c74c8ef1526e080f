//! Choices: lists of values in each way of writing them, and several sorts of values at one place.

use std::collections::{BTreeMap, BTreeSet};

use onehall_forms::Choice;
use onehall_protocol::Text;

use super::schema::{Part, Schema, is_null};
use super::{Builder, ui_option};
use crate::draft;
use crate::finding::ImportFinding;
use crate::json::{At, Json};
use crate::kinds::Wanted;

impl<'a> Builder<'a, '_> {
    /// Of several sorts of values a free text, which all of them can be written in; else the first.
    pub(super) fn one_of_several(
        &mut self,
        id: &str,
        label: &Text,
        schema: &Schema<'a>,
        ui: &At<'a>,
        place: &str,
    ) -> Result<Option<Wanted>, ImportFinding> {
        for keyword in ["oneOf", "anyOf"] {
            let Some(listed) = schema.every(keyword).into_iter().next() else {
                continue;
            };
            let (mut plain, mut values, mut open) = (Vec::new(), Vec::new(), 0);
            for at in listed.at.items().into_iter().filter(|at| !is_null(at)) {
                let part = Part {
                    at,
                    refs: listed.refs.clone(),
                };
                let inner = self.all_of(&[part])?;
                let mut own = inner.parts.iter().map(|part| values_of(&part.at));
                match own.find(|own| !own.is_empty()) {
                    Some(own) => values.extend(own),
                    None => open += 1,
                }
                let (types, _) = inner.types();
                let is_plain = types
                    .iter()
                    .any(|kind| matches!(*kind, "string" | "number" | "integer" | "boolean"));
                if is_plain && !inner.has("oneOf") && !inner.has("anyOf") {
                    plain.push(inner);
                }
            }
            if let Some(text) = plain.iter().find(|inner| is_free_text(inner)) {
                let message = if open > 1 {
                    "of several sorts of values a text is asked for, in which all can be written: no options are offered, and nothing of them is checked"
                } else {
                    "of several sorts of values a text is asked for, in which all can be written: no options are offered, and of the others nothing is checked"
                };
                self.draft.report.lost(place, "alternatives", message);
                let mut wanted = self.scalar(id, label, text, ui)?;
                // How long a text may be says nothing of a number, or of another text.
                if open > 1
                    && let Some(Wanted::Line { min, max, .. }) = &mut wanted
                {
                    (*min, *max) = (None, None);
                }
                if open > 1
                    && let Some(Wanted::Lines { max }) = &mut wanted
                {
                    *max = None;
                }
                let lengths = values
                    .iter()
                    .filter_map(|value| u32::try_from(value.scalar()?.chars().count()).ok());
                for length in lengths {
                    if let Some(Wanted::Line { min: Some(min), .. }) = &mut wanted {
                        *min = (*min).min(length);
                    }
                    if let Some(Wanted::Line { max: Some(max), .. } | Wanted::Lines { max: Some(max) }) = &mut wanted {
                        *max = (*max).max(length);
                    }
                }
                return Ok(wanted);
            }
            if let Some(first) = plain.first() {
                let message = "of several sorts of values the first is asked for: the others cannot be given";
                self.draft.report.lost(place, "alternatives", message);
                return self.scalar(id, label, first, ui);
            }
        }
        let message = "of several sorts of values none can be asked for: a text is, and nothing of them is checked";
        self.draft.report.lost(place, "alternatives", message);
        Ok(Some(Wanted::Line {
            min: None,
            max: None,
            pattern: None,
        }))
    }

    /// The options of an enumeration, in each way of writing it, with what the first of these layouts calls them. None
    /// where it is none.
    pub(super) fn enumeration(
        &mut self,
        schema: &Schema<'a>,
        layouts: &[&At<'a>],
    ) -> Result<Option<Vec<Choice>>, ImportFinding> {
        let listed = schema.get("enum");
        let lists = lists_of_values(schema);
        let is_taken = |value: &String| lists.iter().all(|list| list.contains(value));
        let is_empty = lists.len() > 1 && !lists.iter().flatten().any(is_taken);
        if is_empty {
            let message = "no value is in all of its lists of options: the first list is offered";
            self.draft.report.lost(&schema.path(), "no_option", message);
        }
        let is_offered = |value: &String| is_empty || is_taken(value);
        if listed.is_list() {
            let items = listed.items();
            self.draft.count_options(items.len(), &listed.path)?;
            let of_schema = ["enumNames", "x-enumNames", "x-enum-varnames"].map(|name| schema.get(name));
            let of_layouts = layouts.iter().map(|ui| ui_option(ui, "enumNames"));
            let names = of_layouts.chain(of_schema).find(|at| at.is_list() || at.is_map());
            let numbered = names.as_ref().map(At::items).unwrap_or_default();
            let named = |at: usize, value: &str| match &names {
                Some(names) if names.is_map() => Some(names.get(value)),
                _ => numbered.get(at).cloned(),
            };
            let titled = titled_values(schema);
            let mut options = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                let Some(value) = item.scalar().filter(|value| !value.trim().is_empty()) else {
                    match item.value {
                        Json::Null => self.tell_of_null(&item.path, named(at, "null").as_slice()),
                        Json::Text(_) => self.tell_of_empty(item),
                        _ => {
                            let message = "an option is a text or a number here";
                            self.draft.report.lost(&item.path, "no_option", message);
                        }
                    }
                    continue;
                };
                if !is_offered(&value) {
                    continue;
                }
                let label = named(at, &value).and_then(|name| self.draft.texts.label(&name));
                let beside = titled.get(&value);
                let label = label
                    .or_else(|| self.draft.texts.label(&beside?.get("title")))
                    .or_else(|| self.draft.texts.label(item))
                    .unwrap_or_else(|| self.draft.texts.made(&value));
                let mut option = draft::choice(value, label);
                option.help = beside.and_then(|beside| self.draft.texts.label(&beside.get("description")));
                options.push(option);
            }
            for disabled in layouts.iter().map(|ui| ui_option(ui, "enumDisabled")) {
                if disabled.is_list() {
                    let message = "options that can be seen and not chosen can be chosen here";
                    self.draft.report.lost(&disabled.path, "disabled", message);
                }
            }
            return Ok(Some(options));
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(branches) = schema.every(keyword).into_iter().next() else {
                continue;
            };
            // Null is no answer to choose: who would give it leaves the question open.
            let numbered = branches.at.items().into_iter().enumerate();
            let (nulls, items): (Vec<_>, Vec<_>) = numbered.partition(|(_, at)| is_null(at));
            let values: Vec<Vec<At<'a>>> = items.iter().map(|(_, at)| values_of(at)).collect();
            let are_scalars = |own: &Vec<At<'a>>| !own.is_empty() && own.iter().all(|at| at.scalar().is_some());
            if items.is_empty() || !values.iter().all(are_scalars) {
                continue;
            }
            let count: usize = values.iter().map(Vec::len).sum();
            self.draft.count_options(count, &branches.at.path)?;
            let mut options = Vec::with_capacity(count);
            let mut of_layouts = layouts.iter().map(|ui| ui.get(keyword).items());
            let layout = of_layouts.find(|items| !items.is_empty()).unwrap_or_default();
            for (at, null) in &nulls {
                let of_layout = layout.get(*at).map(|own| ui_option(own, "title"));
                let words: Vec<At<'a>> = of_layout.into_iter().chain([null.get("title")]).collect();
                self.tell_of_null(&null.path, &words);
            }
            for ((at, item), own) in items.iter().zip(values) {
                let title = item.get("title");
                if own.len() > 1 && title.word().is_some() {
                    let message = "what several options together are called is not shown";
                    self.draft.report.lost(&title.path, "alternatives", message);
                }
                let (names, is_alone) = (item.get("enumNames").items(), own.len() == 1);
                for (number, value) in own.iter().enumerate() {
                    if value.text().is_some_and(|text| text.trim().is_empty()) {
                        self.tell_of_empty(value);
                    }
                    let Some(value) = value.scalar().filter(is_offered) else {
                        continue;
                    };
                    let of_layout = layout.get(*at).map(|own| ui_option(own, "title"));
                    let of_one = of_layout.into_iter().chain([title.clone()]).filter(|_| is_alone);
                    let mut places: Vec<At<'a>> = of_one.chain(names.get(number).cloned()).collect();
                    let is_titled = places.iter().any(At::is_there);
                    let description = item.get("description");
                    places.extend(Some(description.clone()).filter(|_| is_alone));
                    let label = self.draft.texts.first(&places, &value);
                    let mut option = draft::choice(value, label);
                    if is_titled {
                        option.help = self.draft.texts.label(&description);
                    }
                    options.push(option);
                }
            }
            return Ok(Some(options));
        }
        Ok(None)
    }

    /// Tells of words that stand for null, which no option does here.
    pub(super) fn tell_of_null(&mut self, path: &str, words: &[At<'_>]) {
        if words.iter().any(|at| at.word().is_some()) {
            let message = "an option that stands for null is not offered: who would choose it leaves the question open";
            self.draft.report.differs(path, "no_option", message);
        }
    }

    /// Tells of an option that is an empty text, which is no answer here.
    fn tell_of_empty(&mut self, at: &At<'_>) {
        let message = "an option that is an empty text is not offered";
        self.draft.report.lost(&at.path, "no_option", message);
    }
}

/// The values of which a schema leaves no other, but for null; none where it leaves others.
fn values_of<'a>(at: &At<'a>) -> Vec<At<'a>> {
    if at.has("const") {
        return vec![at.get("const")];
    }
    let mut listed = at.get("enum").items();
    listed.retain(At::is_there);
    listed
}

/// The alternatives that are one value each, by that: what stands beside an `enum` may say more of its values.
fn titled_values<'a>(schema: &Schema<'a>) -> BTreeMap<String, At<'a>> {
    let mut titled = BTreeMap::new();
    for part in ["oneOf", "anyOf"].iter().flat_map(|keyword| schema.every(keyword)) {
        for at in part.at.items() {
            if let [value] = values_of(&at).as_slice()
                && let Some(value) = value.scalar()
            {
                titled.entry(value).or_insert(at);
            }
        }
    }
    titled
}

/// Whether any text is taken, but for its length.
fn is_free_text(schema: &Schema<'_>) -> bool {
    let narrows = [
        "enum",
        "const",
        "not",
        "format",
        "pattern",
        "contentEncoding",
        "contentMediaType",
    ];
    schema.types().0 == ["string"] && !narrows.iter().any(|name| schema.has(name))
}

/// The lists of values of which an answer has to be in each.
fn lists_of_values(schema: &Schema<'_>) -> Vec<BTreeSet<String>> {
    let mut lists = Vec::new();
    for part in schema.every("enum") {
        if part.at.is_list() {
            lists.push(part.at.items().iter().filter_map(At::scalar).collect());
        }
    }
    for part in ["oneOf", "anyOf"].iter().flat_map(|keyword| schema.every(keyword)) {
        let items = part.at.items();
        let values: Vec<_> = items.iter().filter(|at| !is_null(at)).map(values_of).collect();
        if !values.is_empty() && !values.iter().any(Vec::is_empty) {
            lists.push(values.iter().flatten().filter_map(At::scalar).collect());
        }
    }
    lists
}
