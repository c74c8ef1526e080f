//! Forms that are nearly right: valid ones with nodes taken away, put elsewhere, or replaced.
#![allow(dead_code)]

use serde_json::{Value, json};

/// Numbers that look random and are the same in every run.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        if most == 0 {
            0
        } else {
            (self.next() % most as u64) as usize
        }
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// Words that mean something to an importer.
const WORDS: [&str; 60] = [
    "",
    " ",
    "a",
    "row",
    "outer_row",
    "true",
    "false",
    "is",
    "is not",
    "contains",
    "and",
    "or",
    "a == 'b'",
    "a.b > 2 and not (c)",
    "length(a) < 3",
    "dateForComparison(-1, 'months')",
    "(((((((((((((((((((((((((((((((((((((((((((",
    "'",
    "in the past",
    "years",
    "/summary",
    "/a",
    "TextField",
    "RadiosField",
    "Para",
    "MultiInputField",
    "RepeatPageController",
    "TerminalPageController",
    "V2",
    "#",
    "#/$defs/a",
    "#/properties/a",
    "#/definitions/a",
    "object",
    "array",
    "string",
    "null",
    "date",
    "(?s:.*)",
    "[",
    "(?=x)",
    "^a|b$",
    "datagrid",
    "panel",
    "selectboxes",
    "container",
    "columns",
    "isEqual",
    "any",
    "data.a",
    "current.a",
    "accumulator",
    "none_of_the_above",
    "selection",
    "name",
    "first_and_last_name",
    "9999-99-99",
    "2026-02-30",
    "<b>x",
    "\u{0}\u{202e}表格",
];

/// Names that an importer looks for.
const NAMES: [&str; 48] = [
    "type",
    "name",
    "title",
    "path",
    "next",
    "condition",
    "conditions",
    "items",
    "list",
    "value",
    "values",
    "options",
    "schema",
    "components",
    "controller",
    "repeatField",
    "repeat",
    "section",
    "properties",
    "required",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$defs",
    "dependencies",
    "uiSchema",
    "conditional",
    "json",
    "when",
    "eq",
    "show",
    "key",
    "validate",
    "calculateValue",
    "multiple",
    "steps",
    "data",
    "routing_conditions",
    "goto_page_id",
    "answer_settings",
    "engine",
];

/// A value out of nothing.
pub fn anything(numbers: &mut Numbers, depth: usize) -> Value {
    match numbers.below(if depth == 0 { 7 } else { 10 }) {
        0 => Value::Null,
        1 => json!(numbers.below(2) == 0),
        2 => json!(numbers.below(5)),
        3 => json!(-(numbers.below(1 << 40) as i64)),
        4 => json!([1e308, -1e308, 0.1, 1e19, 1e-9, 4_294_967_296.0][numbers.below(6)]),
        5 | 6 => json!(numbers.one(&WORDS).copied().unwrap_or_default()),
        7 => {
            let count = numbers.below(4);
            Value::Array((0..count).map(|_| anything(numbers, depth - 1)).collect())
        }
        _ => {
            let count = numbers.below(4);
            let fields = (0..count).map(|_| {
                let name = numbers.one(&NAMES).copied().unwrap_or_default().to_owned();
                (name, anything(numbers, depth - 1))
            });
            Value::Object(fields.collect::<Vec<_>>().into_iter().collect())
        }
    }
}

/// Takes one change to a value, somewhere in it.
pub fn change(value: &mut Value, numbers: &mut Numbers) {
    let paths = pointers(value);
    let Some(path) = numbers.one(&paths).cloned() else {
        return;
    };
    let other = numbers.one(&paths).cloned().unwrap_or_default();
    match numbers.below(8) {
        0 | 1 => remove(value, &path),
        2 => put(value, &path, anything(numbers, 3)),
        // A part of it elsewhere: references that lead in circles, pages in components.
        3 => {
            let moved = value.pointer(&other).cloned().unwrap_or_default();
            put(value, &path, moved);
        }
        4 => {
            let name = numbers.one(&NAMES).copied().unwrap_or_default();
            let inner = anything(numbers, 3);
            if let Some(Value::Object(fields)) = value.pointer_mut(&path) {
                fields.insert(name.to_owned(), inner);
            }
        }
        5 => {
            if let Some(Value::Array(items)) = value.pointer_mut(&path)
                && let Some(item) = numbers.one(items).cloned()
            {
                items.push(item);
            }
        }
        6 => {
            if let Some(Value::Array(items)) = value.pointer_mut(&path) {
                items.reverse();
            }
        }
        _ => {
            let word = numbers.one(&WORDS).copied().unwrap_or_default();
            if let Some(Value::String(text)) = value.pointer_mut(&path) {
                text.push_str(word);
            }
        }
    }
}

fn put(value: &mut Value, path: &str, new: Value) {
    // Copies of copies must not grow without end.
    if new.to_string().len() < 20_000
        && let Some(place) = value.pointer_mut(path)
    {
        *place = new;
    }
}

fn remove(value: &mut Value, path: &str) {
    let Some((parent, step)) = path.rsplit_once('/') else {
        return;
    };
    let step = step.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(&step);
        }
        Some(Value::Array(items)) => {
            if let Some(at) = step.parse::<usize>().ok().filter(|at| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while let Some(path) = found.get(at).cloned() {
        at += 1;
        match value.pointer(&path) {
            Some(Value::Object(fields)) => {
                found.extend(
                    fields
                        .keys()
                        .map(|name| format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))),
                );
            }
            Some(Value::Array(items)) => found.extend((0..items.len()).map(|step| format!("{path}/{step}"))),
            _ => {}
        }
    }
    found
}
