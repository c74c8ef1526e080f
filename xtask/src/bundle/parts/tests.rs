//! A small program as a linker leaves it, cut in two.
//!
//! `main` (exported) reads the piece `greeting`, whose end is the piece `ending`, and calls `shared` and the door. The door
//! calls `shared` and `deep`, and reads `ending`, `lesson` and `table`, which holds a pointer to `pointed`.

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, ExportKind, ExportSection,
    FunctionSection, ImportSection, LinkingSection, MemorySection, MemoryType, Module, RefType, SymbolTable,
    TableSection, TableType, TypeSection,
};
use wasmparser::{DataKind, Parser, Payload};

use super::linked::{constant, table};
use super::{Marked, cut, mark, why};

const MAIN: u32 = 1;
const DOOR: u32 = 2;
const SHARED: u32 = 3;
const DEEP: u32 = 4;
const POINTED: u32 = 5;

const DATA: i32 = 1024;
/// `greeting` with `ending` at its end, `lesson`, `table`.
const BYTES: &[u8] = b"good day, hallthis is the long lesson\x01\0\0\0";
const ENDING: (u32, u32) = (10, 4);
const LESSON: (u32, u32) = (14, 23);
const TABLE: (u32, u32) = (37, 4);

/// Symbols by their numbers, in the order of the symbol table.
const GREETING_SYMBOL: u32 = 0;
const ENDING_SYMBOL: u32 = 1;
const LESSON_SYMBOL: u32 = 2;
const TABLE_SYMBOL: u32 = 3;
const POINTED_SYMBOL: u32 = 4;

const MEMORY_SLEB: u8 = 4;
const TABLE_I32: u8 = 2;

/// A function that calls some and reads some data; where its reads stand in the section.
fn body(at: usize, calls: &[u32], reads: &[(u32, u32)], relocations: &mut Vec<u8>) -> Vec<u8> {
    let mut code = vec![0];
    for function in calls {
        code.extend([0x10, *function as u8]);
    }
    for (symbol, address) in reads {
        code.push(0x41);
        relocations.push(MEMORY_SLEB);
        relocations.extend([(at + code.len()) as u8, *symbol as u8, 0]);
        let value = DATA as u32 + address;
        let group = |number: u32| (value >> (7 * number) & 0x7f) as u8;
        code.extend([
            group(0) | 0x80,
            group(1) | 0x80,
            group(2) | 0x80,
            group(3) | 0x80,
            group(4),
        ]);
        code.push(0x1a);
    }
    code.push(0x0b);
    code
}

/// The program; `exported` besides `main`.
fn linked(exported: &[u32]) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut imports = ImportSection::new();
    imports.import("host", "say", wasm_encoder::EntityType::Function(0));
    module.section(&imports);
    let mut functions = FunctionSection::new();
    for _ in MAIN..=POINTED {
        functions.function(0);
    }
    module.section(&functions);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum: 2,
        maximum: Some(2),
        table64: false,
        shared: false,
    });
    module.section(&tables);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("main", ExportKind::Func, MAIN);
    for function in exported {
        exports.export(&format!("f{function}"), ExportKind::Func, *function);
    }
    module.section(&exports);
    let mut elements = ElementSection::new();
    elements.active(None, &ConstExpr::i32_const(1), Elements::Functions((&[POINTED]).into()));
    module.section(&elements);

    let mut code = CodeSection::new();
    let mut relocations = Vec::new();
    // After the number of functions and each length, all of one byte.
    let mut at = 1;
    for (calls, reads) in [
        (vec![DOOR, SHARED], vec![(GREETING_SYMBOL, 0)]),
        (
            vec![SHARED, DEEP],
            vec![
                (ENDING_SYMBOL, ENDING.0),
                (LESSON_SYMBOL, LESSON.0),
                (TABLE_SYMBOL, TABLE.0),
            ],
        ),
        (vec![], vec![]),
        (vec![0], vec![]),
        (vec![], vec![]),
    ] {
        let body = body(at + 1, &calls, &reads, &mut relocations);
        at += 1 + body.len();
        code.raw(&body);
    }
    module.section(&code);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(DATA), BYTES.iter().copied());
    module.section(&data);

    let mut symbols = SymbolTable::new();
    let piece = |(offset, size): (u32, u32)| wasm_encoder::DataSymbolDefinition { index: 0, offset, size };
    symbols.data(0, "greeting", Some(piece((0, LESSON.0))));
    symbols.data(0, "ending", Some(piece(ENDING)));
    symbols.data(0, "lesson", Some(piece(LESSON)));
    symbols.data(0, "table", Some(piece(TABLE)));
    symbols.function(0, POINTED, Some("pointed"));
    symbols.function(0, MAIN, Some("main"));
    symbols.function(0, DOOR, Some("_ZN2ui5pages10enter_part17h0123E"));
    symbols.function(0, SHARED, Some("shared"));
    symbols.function(0, DEEP, Some("deep"));
    let mut linking = LinkingSection::new();
    linking.symbol_table(&symbols);
    module.section(&linking);
    // Sections: type, import, function, table, memory, export, element, code (7), data (8).
    let mut section = vec![7, 4];
    section.extend(relocations);
    module.section(&CustomSection {
        name: "reloc.CODE".into(),
        data: section.into(),
    });
    // After the number of segments, the flags, the address (i32.const, two bytes, end) and the length.
    let pointer = 7 + TABLE.0;
    module.section(&CustomSection {
        name: "reloc.DATA".into(),
        data: [8, 1, TABLE_I32, pointer as u8, POINTED_SYMBOL as u8].as_slice().into(),
    });
    module.finish()
}

fn marked(exported: &[u32]) -> Result<Marked> {
    mark(&linked(exported))?.context("the program has a door")
}

#[derive(Debug, Default, PartialEq)]
struct Holds {
    functions: usize,
    /// The bytes of memory that it sets.
    data: Vec<(u32, Vec<u8>)>,
    /// The places in the table that it fills.
    filled: Vec<usize>,
}

/// What a part holds.
fn holds(part: &[u8]) -> Result<Holds> {
    let mut holds = Holds::default();
    for payload in Parser::new(0).parse_all(part) {
        match payload? {
            Payload::CodeSectionEntry(_) => holds.functions += 1,
            Payload::ElementSection(elements) => {
                let entries = table(elements)?;
                holds.filled = (0..entries.len()).filter(|place| entries[*place].is_some()).collect();
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    if let DataKind::Active { offset_expr, .. } = segment.kind {
                        holds.data.push((constant(&offset_expr)?, segment.data.to_vec()));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(holds)
}

#[test]
fn what_only_the_door_leads_to_comes_later() -> Result<()> {
    let marked = marked(&[])?;
    let parts = cut(&marked.wasm, &marked)?;
    // main, shared; the greeting, with the ending that both read.
    let greeting = (DATA as u32, BYTES[..LESSON.0 as usize].to_vec());
    let first = Holds {
        functions: 2,
        data: vec![greeting],
        filled: vec![],
    };
    assert_eq!(holds(&parts.first)?, first);
    // The door, deep and what the table points to; the door has a place of its own at the table's end.
    let lesson = (DATA as u32 + LESSON.0, BYTES[LESSON.0 as usize..].to_vec());
    let second = Holds {
        functions: 3,
        data: vec![lesson],
        filled: vec![1, 2],
    };
    assert_eq!(holds(&parts.second)?, second);
    Ok(())
}

#[test]
fn what_is_exported_since_it_was_linked_stays_with_all_that_it_calls() -> Result<()> {
    let linked_then = marked(&[])?;
    // Binding exports a function, and says nothing of it to who linked the program.
    let bound = marked(&[DEEP])?;
    assert_eq!(linked_then.data, bound.data);
    let names_then = Marked {
        wasm: replace_exports(&linked_then.wasm, DEEP),
        ..linked_then
    };
    let parts = cut(&names_then.wasm, &names_then)?;
    assert_eq!(holds(&parts.first)?.functions, 3);
    assert_eq!(holds(&parts.second)?.functions, 2);
    Ok(())
}

/// The same program with one more export.
fn replace_exports(wasm: &[u8], function: u32) -> Vec<u8> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm).flatten() {
        if let Payload::ExportSection(_) = payload {
            let mut exports = ExportSection::new();
            exports.export("memory", ExportKind::Memory, 0);
            exports.export("main", ExportKind::Func, MAIN);
            exports.export("new", ExportKind::Func, function);
            module.section(&exports);
        } else if let Payload::CustomSection(section) = &payload {
            module.section(&CustomSection {
                name: section.name().into(),
                data: section.data().into(),
            });
        } else if let Some((id, range)) = payload.as_section() {
            module.section(&wasm_encoder::RawSection { id, data: &wasm[range] });
        }
    }
    module.finish()
}

#[test]
fn what_a_table_of_the_first_part_holds_stays() -> Result<()> {
    let mut marked = marked(&[])?;
    // As if wasm-opt had found that a function of the first part is the same.
    marked.later = vec![false; marked.later.len()];
    let parts = cut(&marked.wasm, &marked)?;
    assert_eq!(holds(&parts.first)?.filled, [1]);
    assert_eq!(holds(&parts.second)?.filled, [2]);
    Ok(())
}

#[test]
fn a_door_that_is_not_only_called_is_refused() -> Result<()> {
    let mut program = marked(&[])?;
    program.wasm = replace_exports(&program.wasm, DOOR);
    let error = cut(&program.wasm, &program)
        .err()
        .context("an exported door was taken")?;
    assert!(error.to_string().contains("door"), "{error}");
    Ok(())
}

#[test]
fn a_program_that_has_lost_its_names_is_refused() -> Result<()> {
    let program = marked(&[])?;
    let mut nameless = Module::new();
    for payload in Parser::new(0).parse_all(&program.wasm).flatten() {
        if let (false, Some((id, range))) = (matches!(payload, Payload::CustomSection(_)), payload.as_section()) {
            nameless.section(&wasm_encoder::RawSection {
                id,
                data: &program.wasm[range],
            });
        }
    }
    assert!(cut(&nameless.finish(), &program).is_err());
    Ok(())
}

#[test]
fn a_program_without_relocations_is_left_whole() -> Result<()> {
    let program = marked(&[])?;
    assert!(mark(&program.wasm)?.is_none());
    Ok(())
}

#[test]
fn it_can_be_said_why_something_is_in_the_first_part() -> Result<()> {
    let wasm = linked(&[]);
    assert_eq!(
        why(&wasm, "shared")?,
        Some(vec!["main".to_owned(), "shared".to_owned()])
    );
    assert_eq!(why(&wasm, "deep")?, None);
    Ok(())
}
