//! What the two parts of a finished program are made of: its code and data by the crates that they came from.

use std::collections::HashMap;

use anyhow::Result;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use super::Marked;
use super::module::Module;
use super::pieces::{kept, slice};

/// Groups of crates by what stands in the names of their functions. A name counts to the first that it fits: what is derived for
/// a type of ours reads JSON, and a closure that Leptos runs for a page is the page's.
const GROUPS: [(&str, &[&str]); 6] = [
    ("reading and writing JSON", &["5serde", "10serde_json", "10serde_core"]),
    (
        "pages and components",
        &["10onehall_ui", "7citizen", "7console", "16onehall_ui_macro"],
    ),
    ("form engine, and its patterns", &["13onehall_forms", "10regex_lite"]),
    ("core, commands, protocol", &["onehall_"]),
    (
        "Leptos",
        &[
            "leptos",
            "14reactive_graph",
            "6tachys",
            "15reactive_stores",
            "8hydration",
        ],
    ),
    (
        "calls to the browser",
        &["12wasm_bindgen", "6js_sys", "7web_sys", "4gloo"],
    ),
];
const OTHERS: &str = "standard library and small crates";
const DATA: &str = "data: texts, tables";

/// Code and data of a group.
pub struct Share {
    /// What it is.
    pub group: &'static str,
    /// All of it, one after the other.
    pub bytes: Vec<u8>,
}

/// What the first part is made of, and what the second. `finished` has the names that `super::mark` gave; the functions' own stand
/// in `linked`.
///
/// # Errors
/// It is not a program that can be cut.
pub fn made_of(finished: &[u8], linked: &[u8], marked: &Marked) -> Result<[Vec<Share>; 2]> {
    let module = Module::read(finished)?;
    let staying = module.staying(&marked.later)?;
    let (given, own) = (names(finished)?, names(linked)?);
    let mut parts = [HashMap::<&str, Vec<u8>>::new(), HashMap::new()];
    for (place, body) in module.bodies.iter().enumerate() {
        let function = module.imported + place;
        // What binding adds, and what wasm-opt makes, has no number of the linked program.
        let number = given
            .get(&function)
            .and_then(|name| name.split_once('-')?.1.parse().ok());
        let group = number
            .and_then(|number: usize| own.get(&number))
            .map_or(OTHERS, |name| group(name));
        let part = &mut parts[usize::from(!staying[function])];
        part.entry(group).or_default().extend(body.as_bytes());
    }
    for (address, bytes) in &module.data {
        for range in kept(*address, bytes, &marked.data) {
            let first = parts[0].entry(DATA).or_default();
            first.extend(slice(*address, bytes, &range));
        }
        let end = *address + u32::try_from(bytes.len())?;
        for later in &marked.data {
            let range = later.start.max(*address)..later.end.min(end);
            if range.start < range.end {
                let second = parts[1].entry(DATA).or_default();
                second.extend(slice(*address, bytes, &range));
            }
        }
    }
    Ok(parts.map(|part| part.into_iter().map(|(group, bytes)| Share { group, bytes }).collect()))
}

/// To which group a function of this mangled name belongs.
fn group(name: &str) -> &'static str {
    let of = GROUPS
        .iter()
        .find(|(_, words)| words.iter().any(|word| name.contains(word)));
    of.map_or(OTHERS, |(group, _)| group)
}

/// The names of functions by their numbers.
fn names(wasm: &[u8]) -> Result<HashMap<usize, &str>> {
    let mut names = HashMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CustomSection(section) = payload? else {
            continue;
        };
        let KnownCustom::Name(sections) = section.as_known() else {
            continue;
        };
        for section in sections {
            let Name::Function(all) = section? else { continue };
            for name in all {
                let name = name?;
                names.insert(name.index as usize, name.name);
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::group;

    #[test]
    fn a_function_counts_to_what_it_is_for() {
        let named = [
            (
                "_RNvXs_NtCsgB7_16onehall_protocol5casesNtB4_8CaseViewNtCs1_10serde_core9Serialize",
                "reading and writing JSON",
            ),
            ("_RNvNtCs1_10onehall_ui6router5enter", "pages and components"),
            (
                "_ZN13onehall_forms7filling3run17h0123456789abcdefE",
                "form engine, and its patterns",
            ),
            ("_RNvNtCs1_12onehall_core5relay", "core, commands, protocol"),
            ("_RNvNtCs1_14reactive_graph6signal", "Leptos"),
            ("_RNvNtCs1_4core3fmt5write", "standard library and small crates"),
        ];
        for (name, expected) in named {
            assert_eq!(group(name), expected, "{name}");
        }
    }
}
