//! A program as the linker leaves it, with what it knows of symbols and relocations.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, KnownCustom, Linking, Operator, Parser, Payload,
    RelocationEntry, SymbolInfo, TypeRef,
};

/// The linked program as it stands in the file.
#[derive(Default)]
pub struct Program<'a> {
    /// How many functions are imported. They come first.
    pub imported: usize,
    /// Where in the file each function's code is.
    pub bodies: Vec<Range<usize>>,
    /// The functions that each one calls by its number.
    pub calls: Vec<Vec<u32>>,
    code_at: usize,
    data_at: usize,
    /// The functions that are called from outside.
    pub roots: Vec<u32>,
    /// The table of functions.
    pub entries: Vec<Option<u32>>,
    /// The data, in order.
    pub segments: Vec<Segment>,
    /// What the linker knows by name.
    pub symbols: Vec<SymbolInfo<'a>>,
    /// What code refers to.
    pub code_relocations: Vec<RelocationEntry>,
    /// What data refers to.
    pub data_relocations: Vec<RelocationEntry>,
    /// Whether the linker has kept what it knows.
    pub linked: bool,
}

pub struct Segment {
    /// Where in memory it lies.
    pub address: u32,
    /// Where in the file it lies.
    pub file: Range<usize>,
}

impl<'a> Program<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// It is not a program that this understands.
    pub fn read(wasm: &'a [u8]) -> Result<Program<'a>> {
        let mut program = Program::default();
        let mut number = 0;
        let (mut code, mut data) = (None, None);
        let mut relocations = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            // Relocations name a section by its place in the file.
            if payload.as_section().is_some() {
                match &payload {
                    Payload::CodeSectionStart { .. } => code = Some(number),
                    Payload::DataSection(_) => data = Some(number),
                    _ => {}
                }
                number += 1;
            }
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        program.imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            program.roots.push(export.index);
                        }
                    }
                }
                Payload::StartSection { func, .. } => program.roots.push(func),
                Payload::ElementSection(elements) => program.entries = table(elements)?,
                Payload::CodeSectionStart { range, .. } => program.code_at = range.start,
                Payload::CodeSectionEntry(body) => {
                    program.calls.push(calls(&body)?);
                    program.bodies.push(body.range());
                }
                Payload::DataSection(segments) => {
                    program.data_at = segments.range().start;
                    for segment in segments {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = &segment.kind else {
                            bail!("there is data that is not in memory from the start");
                        };
                        let at = segment.data.as_ptr() as usize - wasm.as_ptr() as usize;
                        program.segments.push(Segment {
                            address: constant(offset_expr)?,
                            file: at..at + segment.data.len(),
                        });
                    }
                }
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::Linking(linking) => {
                        program.linked = true;
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(symbols) = part? {
                                program.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(section) => {
                        let entries: Vec<_> = section.entries().into_iter().collect::<Result<_, _>>()?;
                        relocations.push((section.section_index(), entries));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        for (section, entries) in relocations {
            match section {
                section if Some(section) == code => program.code_relocations = entries,
                section if Some(section) == data => program.data_relocations = entries,
                _ => {}
            }
        }
        Ok(program)
    }

    /// The function that an offset in the section of code is in.
    ///
    /// # Errors
    /// It is in none.
    pub fn function_at(&self, offset: usize) -> Result<usize> {
        let place = self.code_at + offset;
        let after = self.bodies.partition_point(|body| body.end <= place);
        let inside = self.bodies.get(after).is_some_and(|body| body.contains(&place));
        ensure!(inside, "a relocation is in no function");
        Ok(self.imported + after)
    }

    /// The segment and the place in it of an offset in the section of data.
    ///
    /// # Errors
    /// It is in none.
    pub fn data_at(&self, offset: usize) -> Result<(u32, u32)> {
        let place = self.data_at + offset;
        let after = self.segments.partition_point(|segment| segment.file.end <= place);
        let segment = self.segments.get(after).filter(|segment| segment.file.contains(&place));
        let segment = segment.context("a relocation is in no data")?;
        Ok((u32::try_from(after)?, u32::try_from(place - segment.file.start)?))
    }
}

/// The functions of the one table of functions.
///
/// # Errors
/// It is filled in another way than by numbers of functions.
pub fn table(elements: wasmparser::ElementSectionReader<'_>) -> Result<Vec<Option<u32>>> {
    let mut entries = Vec::new();
    for element in elements {
        let element = element?;
        let ElementKind::Active {
            table_index,
            offset_expr,
        } = element.kind
        else {
            // Declared: says that a function may be named, and fills no table.
            continue;
        };
        ensure!(table_index.unwrap_or(0) == 0, "there are functions in a second table");
        let ElementItems::Functions(functions) = element.items else {
            bail!("the table of functions is not filled by their numbers");
        };
        for (at, function) in (constant(&offset_expr)? as usize..).zip(functions) {
            if entries.len() <= at {
                entries.resize(at + 1, None);
            }
            entries[at] = Some(function?);
        }
    }
    Ok(entries)
}

/// The value of an expression that is one number.
///
/// # Errors
/// It is something else.
pub fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    let mut operators = expression.get_operators_reader();
    match operators.read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        other => bail!("{other:?} instead of a number"),
    }
}

/// The functions that one calls by their number.
///
/// # Errors
/// It is no code.
pub fn calls(body: &wasmparser::FunctionBody<'_>) -> Result<Vec<u32>> {
    let mut called = Vec::new();
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        match operators.read()? {
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => {
                called.push(function_index);
            }
            _ => {}
        }
    }
    Ok(called)
}
