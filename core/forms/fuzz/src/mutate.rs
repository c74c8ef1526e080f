//! Documents that are nearly right: valid ones with nodes taken away, put elsewhere, or replaced.

use serde_json::{Value, json};

/// Numbers that look random and are the same in every run.
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next one.
    pub fn number(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One from 0 to below `most`; 0 where that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        if most == 0 {
            0
        } else {
            usize::try_from(self.number() % most as u64).unwrap_or(0)
        }
    }

    /// One of several.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

/// What means something to a target.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// Texts.
    pub words: &'static [&'static str],
    /// Names of fields.
    pub names: &'static [&'static str],
}

/// Texts that are strange to everybody.
const STRANGE: [&str; 12] = [
    "",
    " ",
    "\u{0}\u{202e}表格",
    "9999-99-99",
    "2026-02-30",
    "0000-01-01",
    "(((((((((((((((((((((((((((((((((((((((((((",
    "'",
    "a/b/c",
    "1e400",
    "-0",
    "𠮷\u{200b}",
];

/// Numbers at which something may tip over.
const EDGES: [f64; 14] = [
    0.0,
    -0.0,
    0.1,
    1.0,
    -1.0,
    1e-9,
    1e-30,
    1e19,
    1e20,
    1e308,
    -1e308,
    4_294_967_296.0,
    9_007_199_254_740_993.0,
    2_147_483_648.5,
];

fn word(vocabulary: Vocabulary, numbers: &mut Numbers) -> &'static str {
    let words = if numbers.below(4) == 0 {
        &STRANGE[..]
    } else {
        vocabulary.words
    };
    numbers.one(words).copied().unwrap_or_default()
}

/// A value out of nothing.
pub fn anything(vocabulary: Vocabulary, numbers: &mut Numbers, depth: usize) -> Value {
    match numbers.below(if depth == 0 { 7 } else { 10 }) {
        0 => Value::Null,
        1 => json!(numbers.below(2) == 0),
        2 => json!(numbers.below(5)),
        3 => json!(-i64::try_from(numbers.below(1 << 40)).unwrap_or(0)),
        4 => json!(numbers.one(&EDGES)),
        5 | 6 => json!(word(vocabulary, numbers)),
        7 => {
            let count = numbers.below(4);
            Value::Array((0..count).map(|_| anything(vocabulary, numbers, depth - 1)).collect())
        }
        _ => {
            let count = numbers.below(4);
            let fields = (0..count).map(|_| {
                let name = numbers.one(vocabulary.names).copied().unwrap_or_default().to_owned();
                (name, anything(vocabulary, numbers, depth - 1))
            });
            Value::Object(fields.collect::<Vec<_>>().into_iter().collect())
        }
    }
}

/// Takes one change to a value, somewhere in it. Parts may come from `other`.
pub fn change(value: &mut Value, other: &Value, vocabulary: Vocabulary, numbers: &mut Numbers) {
    let paths = pointers(value);
    let Some(path) = numbers.one(&paths).cloned() else {
        return;
    };
    match numbers.below(11) {
        0 => remove(value, &path),
        1 => put(value, &path, anything(vocabulary, numbers, 3)),
        // A part of it elsewhere: references that lead in circles, pages among questions.
        2 => {
            let from = numbers.one(&paths).cloned().unwrap_or_default();
            let moved = value.pointer(&from).cloned().unwrap_or_default();
            put(value, &path, moved);
        }
        // The same place, or any, of another document.
        3 => {
            let moved = match other.pointer(&path) {
                Some(same) if numbers.below(2) == 0 => same.clone(),
                _ => {
                    let others = pointers(other);
                    let from = numbers.one(&others).cloned().unwrap_or_default();
                    other.pointer(&from).cloned().unwrap_or_default()
                }
            };
            put(value, &path, moved);
        }
        4 => {
            let name = numbers.one(vocabulary.names).copied().unwrap_or_default();
            let inner = anything(vocabulary, numbers, 3);
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
                let (from, to) = (numbers.below(items.len()), numbers.below(items.len()));
                if from < items.len() {
                    let item = items.remove(from);
                    items.insert(to.min(items.len()), item);
                }
            }
        }
        7 => {
            let more = word(vocabulary, numbers);
            if let Some(Value::String(text)) = value.pointer_mut(&path) {
                text.push_str(more);
            }
        }
        8 => {
            let new = numbers.one(vocabulary.names).copied().unwrap_or_default();
            if let Some(Value::Object(fields)) = value.pointer_mut(&path) {
                let names: Vec<String> = fields.keys().cloned().collect();
                if let Some(inner) = numbers.one(&names).and_then(|name| fields.remove(name)) {
                    fields.insert(new.to_owned(), inner);
                }
            }
        }
        _ => leaf(value, &path, vocabulary, numbers),
    }
}

/// Puts another value of the same type in the place of a text, a number or a truth value, or next to it.
fn leaf(value: &mut Value, path: &str, vocabulary: Vocabulary, numbers: &mut Numbers) {
    match value.pointer_mut(path) {
        Some(Value::String(text)) => word(vocabulary, numbers).clone_into(text),
        Some(Value::Bool(flag)) => *flag = !*flag,
        Some(place @ Value::Number(_)) => {
            *place = match (numbers.below(3), place.as_i64()) {
                (0, Some(number)) => json!(number.wrapping_add(1)),
                (1, Some(number)) => json!(number.wrapping_sub(1)),
                _ => json!(numbers.one(&EDGES)),
            };
        }
        Some(place @ (Value::Null | Value::Array(_) | Value::Object(_))) => {
            let inner = std::mem::take(place);
            *place = if numbers.below(2) == 0 {
                json!([inner])
            } else {
                json!({ numbers.one(vocabulary.names).copied().unwrap_or_default(): inner })
            };
        }
        None => {}
    }
}

/// Cuts a text, doubles a part of it, or puts a sign into it: most of what comes is no JSON any more.
pub fn garble(text: &str, numbers: &mut Numbers) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (from, to) = (numbers.below(letters.len() + 1), numbers.below(letters.len() + 1));
    let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 200));
    let part = |letters: &[char]| letters.iter().collect::<String>();
    let (before, cut, after) = (part(&letters[..from]), part(&letters[from..to]), part(&letters[to..]));
    match numbers.below(4) {
        0 => before,
        1 => format!("{before}{after}"),
        2 => format!("{before}{cut}{cut}{after}"),
        _ => {
            let sign = [
                "\"", "\\u0000", "[", "{", "}", "]", ",", ":", "\u{feff}", "1e999", "\\ud800",
            ];
            format!(
                "{before}{}{cut}{after}",
                numbers.one(&sign).copied().unwrap_or_default()
            )
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

/// Takes away what stands at a path.
pub(crate) fn remove(value: &mut Value, path: &str) {
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

/// Every place in a value, the outer ones first.
pub(crate) fn pointers(value: &Value) -> Vec<String> {
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
