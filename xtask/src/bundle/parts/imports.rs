//! Short names for what a program imports. wasm-bindgen's have a hash each, which nothing compresses, and they stand in both
//! files.

use anyhow::Result;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

use super::pieces::short;

/// The program and its module in JavaScript with short names for imports. A name that is not said exactly once in the module
/// stays.
///
/// # Errors
/// It is not a program that this understands.
pub fn shortened(wasm: &[u8], module: &str) -> Result<(Vec<u8>, String)> {
    let mut script = module.to_owned();
    let mut out = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let Payload::ImportSection(imports) = payload else {
            out.section(&RawSection { id, data: &wasm[range] });
            continue;
        };
        let mut section = ImportSection::new();
        let mut free = (0_usize..).map(|number| format!("i{}", short(number)));
        for import in imports.into_imports() {
            let import = import?;
            let kind = RoundtripReencoder.entity_type(import.ty)?;
            let place = only_place(&script, import.name).filter(|_| import.name.starts_with("__wb"));
            let name = free.find(|name| places(module, name).next().is_none());
            match (place, name) {
                (Some(place), Some(name)) => {
                    script.replace_range(place..place + import.name.len(), &name);
                    section.import(import.module, &name, kind);
                }
                _ => {
                    section.import(import.module, import.name, kind);
                }
            }
        }
        out.section(&section);
    }
    Ok((out.finish(), script))
}

/// Where a word is said, if that is in one place.
fn only_place(text: &str, word: &str) -> Option<usize> {
    let mut places = places(text, word);
    let only = places.next()?;
    places.next().is_none().then_some(only)
}

fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'));
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        !part(before) && !part(text.as_bytes().get(at + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use wasm_encoder::{EntityType, ImportSection, Module, TypeSection};
    use wasmparser::{Parser, Payload};

    use super::shortened;

    fn imports(wasm: &[u8]) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::ImportSection(imports) = payload? {
                for import in imports.into_imports() {
                    names.push(import?.name.to_owned());
                }
            }
        }
        Ok(names)
    }

    #[test]
    fn a_name_is_changed_in_both_files_or_in_none() -> Result<()> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut section = ImportSection::new();
        for name in [
            "__wbg_log_01",
            "__wbg_log_012",
            "__wbg_twice_3",
            "__wbg_never_4",
            "ours",
        ] {
            section.import("./a_bg.js", name, EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&section);
        let script = "const ia = { __wbg_log_01: x, __wbg_log_012: y, __wbg_twice_3: z, ours: o }; f(__wbg_twice_3)";
        let (wasm, script) = shortened(&module.finish(), script)?;
        assert_eq!(imports(&wasm)?, ["ib", "ic", "__wbg_twice_3", "__wbg_never_4", "ours"]);
        assert_eq!(
            script,
            "const ia = { ib: x, ic: y, __wbg_twice_3: z, ours: o }; f(__wbg_twice_3)"
        );
        Ok(())
    }
}
