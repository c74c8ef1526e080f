//! A finished program, taken apart: what must be known of it to cut it in two.

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{
    DataKind, Export, ExternalKind, FunctionBody, GlobalType, KnownCustom, MemoryType, Name, Parser, Payload,
    TableType, TypeRef,
};

use super::linked::{calls, constant, table};
use super::mark;
use super::reach::Standing;

/// A finished program.
#[derive(Default)]
pub struct Module<'a> {
    /// Each section as it stands: its number, and its content.
    pub sections: Vec<(u8, &'a [u8])>,
    /// How many functions are imported. They come first.
    pub imported: usize,
    /// The type of each function.
    pub types: Vec<u32>,
    /// Where each function belongs by its name.
    pub standings: Vec<Standing>,
    /// The code of each function that is not imported.
    pub bodies: Vec<FunctionBody<'a>>,
    /// What each of them calls by its number.
    pub calls: Vec<Vec<u32>>,
    /// The tables; the first is that of functions.
    pub tables: Vec<TableType>,
    /// What the table of functions holds.
    pub entries: Vec<Option<u32>>,
    /// The memories.
    pub memories: Vec<MemoryType>,
    /// The global variables.
    pub globals: Vec<GlobalType>,
    /// What is exported.
    pub exports: Vec<Export<'a>>,
    /// What runs at the start.
    pub start: Option<u32>,
    /// What is in memory from the start, and where.
    pub data: Vec<(u32, &'a [u8])>,
}

impl<'a> Module<'a> {
    /// Takes a program apart.
    ///
    /// # Errors
    /// It is not a program that can be cut.
    pub fn read(wasm: &'a [u8]) -> Result<Module<'a>> {
        let mut module = Module::default();
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((number, range)) = payload.as_section() {
                module.sections.push((number, &wasm[range]));
            }
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        match import?.ty {
                            TypeRef::Func(kind) => module.types.push(kind),
                            other => bail!("the program imports {other:?}"),
                        }
                    }
                    module.imported = module.types.len();
                }
                Payload::FunctionSection(functions) => {
                    for kind in functions {
                        module.types.push(kind?);
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        module.tables.push(table?.ty);
                    }
                }
                Payload::MemorySection(memories) => {
                    module.memories = memories.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        module.globals.push(global?.ty);
                    }
                }
                Payload::ExportSection(exports) => {
                    module.exports = exports.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::StartSection { func, .. } => module.start = Some(func),
                Payload::ElementSection(elements) => module.entries = table(elements)?,
                Payload::CodeSectionEntry(body) => {
                    module.calls.push(calls(&body)?);
                    module.bodies.push(body);
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = &segment.kind else {
                            bail!("there is data that is not in memory from the start");
                        };
                        module.data.push((constant(offset_expr)?, segment.data));
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(sections) = section.as_known() {
                        for section in sections {
                            if let Name::Function(all) = section? {
                                for name in all {
                                    let name = name?;
                                    names.push((name.index as usize, name.name));
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        ensure!(!names.is_empty(), "the functions of the program have lost their names");
        module.standings = vec![Standing::First; module.types.len()];
        for (number, name) in names {
            *module.standings.get_mut(number).context("a name is of no function")? = mark::standing(Some(name));
        }
        Ok(module)
    }

    /// Of each function, whether it stays in the first part. Names say what was so when the program was linked; what has
    /// been joined, exported or put into the table since then counts as it is now.
    ///
    /// # Errors
    /// A door is needed by more than a call.
    pub fn staying(&self, later_entries: &[bool]) -> Result<Vec<bool>> {
        let is_first = |standing: &Standing| *standing == Standing::First;
        let mut staying: Vec<bool> = self.standings.iter().map(is_first).collect();
        let mut next: Vec<usize> = (0..staying.len()).filter(|function| staying[*function]).collect();
        let exported = self
            .exports
            .iter()
            .filter(|export| export.kind == ExternalKind::Func)
            .map(|export| export.index);
        let in_table = self.entries.iter().enumerate().filter_map(|(place, function)| {
            let later = later_entries.get(place).copied().unwrap_or(false);
            function.filter(|_| !later)
        });
        for function in exported.chain(self.start).chain(in_table) {
            if !std::mem::replace(&mut staying[function as usize], true) {
                next.push(function as usize);
            }
        }
        while let Some(function) = next.pop() {
            ensure!(self.standings[function] != Standing::Door, "a door is not only called");
            let Some(body) = function.checked_sub(self.imported) else {
                continue;
            };
            for called in &self.calls[body] {
                let called = *called as usize;
                if self.standings[called] != Standing::Door && !std::mem::replace(&mut staying[called], true) {
                    next.push(called);
                }
            }
        }
        Ok(staying)
    }
}
