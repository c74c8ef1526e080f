//! Names that say in which part a function belongs. They survive what is done to a program between linking and cutting.

use anyhow::Result;
use wasm_encoder::{CustomSection, Module, NameMap, NameSection, RawSection};
use wasmparser::{Name, NameSectionReader, Parser, Payload};

use super::reach::{Reached, Standing};

/// Where the function of this name belongs: in the first part, unless the name says otherwise. What binding adds, and what
/// wasm-opt makes, belongs there.
pub fn standing(name: Option<&str>) -> Standing {
    let mark = name.and_then(|name| name.split_once('-'));
    match mark {
        Some(("door", number)) if is_number(number) => Standing::Door,
        Some(("later", number)) if is_number(number) => Standing::Later,
        _ => Standing::First,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The program without relocations, its functions named by where they belong. Other names stay: wasm-bindgen finds the
/// stack by one.
pub fn named(linked: &[u8], reached: &Reached) -> Result<Vec<u8>> {
    let mut module = Module::new();
    let mut globals = NameMap::new();
    for payload in Parser::new(0).parse_all(linked) {
        let payload = payload?;
        if let Payload::CustomSection(section) = &payload {
            let name = section.name();
            if name == "name" {
                let reader = wasmparser::BinaryReader::new(section.data(), section.data_offset());
                for names in NameSectionReader::new(reader) {
                    if let Name::Global(names) = names? {
                        for name in names {
                            let name = name?;
                            globals.append(name.index, name.name);
                        }
                    }
                }
            } else if name != "linking" && !name.starts_with("reloc.") {
                module.section(&CustomSection {
                    name: name.into(),
                    data: section.data().into(),
                });
            }
        } else if let Some((id, range)) = payload.as_section() {
            module.section(&RawSection {
                id,
                data: &linked[range],
            });
        }
    }
    let mut functions = NameMap::new();
    for (number, standing) in (0_u32..).zip(&reached.functions) {
        let part = match standing {
            Standing::First => "first",
            Standing::Door => "door",
            Standing::Later => "later",
        };
        functions.append(number, &format!("{part}-{number}"));
    }
    let mut names = NameSection::new();
    names.functions(&functions);
    names.globals(&globals);
    module.section(&names);
    Ok(module.finish())
}
