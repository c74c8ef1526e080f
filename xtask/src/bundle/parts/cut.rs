//! Cuts a finished program in two.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, FunctionSection, ImportSection, Instruction,
    RawSection, SectionId, StartSection, TableSection,
};
use wasmparser::{ExternalKind, Operator, Validator};

use super::module::Module;
use super::pieces::{elements, kept, short, slice};
use super::{Marked, Parts};

/// What the second part calls the first: nothing. It is said once for each import.
const FIRST: &str = "";

/// Cuts a bound and optimised program, whose functions still have the names that [`super::mark`] gave them.
///
/// # Errors
/// It is not a program that can be cut, or what came of it is not valid.
pub fn cut(wasm: &[u8], marked: &Marked) -> Result<Parts> {
    let module = Module::read(wasm)?;
    ensure!(
        module.memories.len() == 1 && !module.tables.is_empty(),
        "the program has no memory or no table of functions"
    );
    let plan = Plan::of(&module, marked)?;
    let parts = Parts {
        first: plan.first(&module, marked)?,
        second: plan.second(&module, marked)?,
    };
    for (name, part) in [("first", &parts.first), ("second", &parts.second)] {
        let valid = Validator::new().validate_all(part);
        valid.with_context(|| format!("the {name} part of the program is not valid"))?;
    }
    Ok(parts)
}

/// What goes where.
struct Plan {
    /// The number of each function in the first part.
    in_first: Vec<Option<u32>>,
    /// The number of each function in the second, where it is there or called from there.
    in_second: Vec<Option<u32>>,
    /// Functions of the first that the second calls, the most called first.
    lent: Vec<usize>,
    /// Where in the table each door stands.
    doors: BTreeMap<u32, u32>,
    /// What the second part calls what it takes from the first: memory, tables, variables, then functions.
    names: HashMap<(Kind, u32), String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Memory,
    Table,
    Global,
    Function,
}

impl Kind {
    fn of(kind: ExternalKind) -> Option<Kind> {
        match kind {
            ExternalKind::Memory => Some(Kind::Memory),
            ExternalKind::Table => Some(Kind::Table),
            ExternalKind::Global => Some(Kind::Global),
            ExternalKind::Func => Some(Kind::Function),
            _ => None,
        }
    }

    fn export(self) -> ExportKind {
        match self {
            Kind::Memory => ExportKind::Memory,
            Kind::Table => ExportKind::Table,
            Kind::Global => ExportKind::Global,
            Kind::Function => ExportKind::Func,
        }
    }
}

impl Plan {
    fn of(module: &Module<'_>, marked: &Marked) -> Result<Plan> {
        let staying = module.staying(&marked.later)?;
        let mut doors = BTreeMap::new();
        let mut uses: HashMap<usize, u32> = HashMap::new();
        for (body, calls) in module.calls.iter().enumerate() {
            for called in calls {
                let (from, to) = (module.imported + body, *called as usize);
                match (staying[from], staying[to]) {
                    (true, false) => {
                        doors.insert(*called, 0);
                    }
                    (false, true) => *uses.entry(to).or_default() += 1,
                    _ => {}
                }
            }
        }
        let end = u32::try_from(module.tables[0].initial)?.max(u32::try_from(module.entries.len())?);
        for (slot, door) in (end..).zip(doors.values_mut()) {
            *door = slot;
        }
        let mut lent: Vec<usize> = uses.keys().copied().collect();
        lent.sort_by_key(|function| (std::cmp::Reverse(uses[function]), *function));

        let mut in_first = vec![None; staying.len()];
        let mut in_second = vec![None; staying.len()];
        for (number, function) in (0_u32..).zip((0..staying.len()).filter(|function| staying[*function])) {
            in_first[function] = Some(number);
        }
        let moved = (0..staying.len()).filter(|function| !staying[*function]);
        for (number, function) in (0_u32..).zip(lent.iter().copied().chain(moved)) {
            in_second[function] = Some(number);
        }
        let names = names(module, &lent);
        Ok(Plan {
            in_first,
            in_second,
            lent,
            doors,
            names,
        })
    }

    fn is_first(&self, function: u32) -> bool {
        self.in_first[function as usize].is_some()
    }

    fn first(&self, module: &Module<'_>, marked: &Marked) -> Result<Vec<u8>> {
        let mut out = wasm_encoder::Module::new();
        let mut numbers = Numbers(&self.in_first);
        for (id, content) in &module.sections {
            match *id {
                id if id == SectionId::Custom as u8 || id == SectionId::DataCount as u8 => {}
                id if id == SectionId::Function as u8 => {
                    let mut functions = FunctionSection::new();
                    for function in module.imported..module.types.len() {
                        if self.in_first[function].is_some() {
                            functions.function(module.types[function]);
                        }
                    }
                    out.section(&functions);
                }
                id if id == SectionId::Table as u8 => {
                    let mut tables = TableSection::new();
                    for (number, table) in module.tables.iter().enumerate() {
                        let mut kind = numbers.table_type(*table).map_err(said)?;
                        if number == 0 {
                            let end = self.doors.values().map(|slot| u64::from(*slot) + 1).max();
                            kind.minimum = kind.minimum.max(end.unwrap_or(0));
                            kind.maximum = kind.maximum.map(|most| most.max(kind.minimum));
                        }
                        tables.table(kind);
                    }
                    out.section(&tables);
                }
                id if id == SectionId::Export as u8 => {
                    out.section(&self.exports(module)?);
                }
                id if id == SectionId::Start as u8 => {
                    let function = module.start.context("the start is nowhere")?;
                    out.section(&StartSection {
                        function_index: numbers.function_index(function).map_err(said)?,
                    });
                }
                id if id == SectionId::Element as u8 => {
                    out.section(&elements(&module.entries, &self.in_first, |function| {
                        self.is_first(function)
                    }));
                }
                id if id == SectionId::Code as u8 => {
                    let mut code = CodeSection::new();
                    for (body, kept) in module.bodies.iter().zip(&self.in_first[module.imported..]) {
                        if kept.is_some() {
                            self.body_of_first(module, body, &mut numbers, &mut code)?;
                        }
                    }
                    out.section(&code);
                }
                id if id == SectionId::Data as u8 => {
                    let mut data = DataSection::new();
                    for (address, bytes) in &module.data {
                        for range in kept(*address, bytes, &marked.data) {
                            let mut bytes = slice(*address, bytes, &range).to_vec();
                            for later in &marked.data {
                                // Small holes.
                                let (start, end) = (later.start.max(range.start), later.end.min(range.end));
                                if start < end {
                                    bytes[(start - range.start) as usize..(end - range.start) as usize].fill(0);
                                }
                            }
                            data.active(0, &ConstExpr::i32_const(range.start.cast_signed()), bytes);
                        }
                    }
                    out.section(&data);
                }
                id => {
                    out.section(&RawSection { id, data: content });
                }
            }
        }
        Ok(out.finish())
    }

    /// A function of the first part; what leads through a door goes by the table.
    fn body_of_first(
        &self,
        module: &Module<'_>,
        body: &wasmparser::FunctionBody<'_>,
        numbers: &mut Numbers<'_>,
        code: &mut CodeSection,
    ) -> Result<()> {
        let mut function = numbers.new_function_with_parsed_locals(body).map_err(said)?;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            match operators.read()? {
                Operator::Call { function_index } if self.doors.contains_key(&function_index) => {
                    let slot = self.doors[&function_index];
                    function.instruction(&Instruction::I32Const(slot.cast_signed()));
                    function.instruction(&Instruction::CallIndirect {
                        type_index: module.types[function_index as usize],
                        table_index: 0,
                    });
                }
                operator => {
                    function.instruction(&numbers.instruction(operator).map_err(said)?);
                }
            }
        }
        code.function(&function);
        Ok(())
    }

    fn exports(&self, module: &Module<'_>) -> Result<ExportSection> {
        let mut exports = ExportSection::new();
        let mut known = HashSet::new();
        for export in &module.exports {
            let kind = Kind::of(export.kind).context("the program exports what is neither code nor data")?;
            known.insert((kind, export.index));
            let number = match kind {
                Kind::Function => self.in_first[export.index as usize].context("an export is not in the first part")?,
                _ => export.index,
            };
            exports.export(export.name, kind.export(), number);
        }
        for key in self.taken(module) {
            if !known.contains(&key) {
                let number = match key.0 {
                    Kind::Function => self.in_first[key.1 as usize].context("what is lent is not in the first part")?,
                    _ => key.1,
                };
                exports.export(&self.names[&key], key.0.export(), number);
            }
        }
        Ok(exports)
    }

    /// What the second part takes from the first, in the order of its imports.
    fn taken(&self, module: &Module<'_>) -> Vec<(Kind, u32)> {
        taken(module, &self.lent)
    }

    fn second(&self, module: &Module<'_>, marked: &Marked) -> Result<Vec<u8>> {
        let mut out = wasm_encoder::Module::new();
        let mut numbers = Numbers(&self.in_second);
        let types = module.sections.iter().find(|(id, _)| *id == SectionId::Type as u8);
        let (id, data) = *types.context("the program has no types")?;
        out.section(&RawSection { id, data });

        let mut imports = ImportSection::new();
        for key in self.taken(module) {
            let name = &self.names[&key];
            let at = key.1 as usize;
            match key.0 {
                Kind::Memory => {
                    let mut kind = numbers.memory_type(module.memories[at]).map_err(said)?;
                    // It may have grown.
                    kind.maximum = None;
                    imports.import(FIRST, name, kind);
                }
                Kind::Table => {
                    let mut kind = numbers.table_type(module.tables[at]).map_err(said)?;
                    kind.maximum = None;
                    imports.import(FIRST, name, kind);
                }
                Kind::Global => {
                    imports.import(FIRST, name, numbers.global_type(module.globals[at]).map_err(said)?);
                }
                Kind::Function => {
                    imports.import(FIRST, name, wasm_encoder::EntityType::Function(module.types[at]));
                }
            }
        }
        out.section(&imports);

        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for (body, function) in module.bodies.iter().zip(module.imported..) {
            if self.in_first[function].is_none() {
                functions.function(module.types[function]);
                numbers.parse_function_body(&mut code, body.clone()).map_err(said)?;
            }
        }
        out.section(&functions);

        let mut entries: Vec<Option<u32>> = module
            .entries
            .iter()
            .map(|function| function.filter(|function| !self.is_first(*function)))
            .collect();
        for (door, slot) in &self.doors {
            entries.resize(entries.len().max(*slot as usize + 1), None);
            entries[*slot as usize] = Some(*door);
        }
        out.section(&elements(&entries, &self.in_second, |_| true));
        out.section(&code);

        let mut data = DataSection::new();
        for later in &marked.data {
            for (address, bytes) in &module.data {
                let range = later.start.max(*address)..later.end.min(address + u32::try_from(bytes.len())?);
                if range.start < range.end {
                    let bytes = slice(*address, bytes, &range).iter().copied();
                    data.active(0, &ConstExpr::i32_const(range.start.cast_signed()), bytes);
                }
            }
        }
        out.section(&data);
        Ok(out.finish())
    }
}

fn taken(module: &Module<'_>, lent: &[usize]) -> Vec<(Kind, u32)> {
    let all = |kind, count: usize| (0..count).map(move |number| (kind, number as u32));
    let functions = lent.iter().map(|function| (Kind::Function, *function as u32));
    all(Kind::Memory, module.memories.len())
        .chain(all(Kind::Table, module.tables.len()))
        .chain(all(Kind::Global, module.globals.len()))
        .chain(functions)
        .collect()
}

/// Names for what the second part takes: those under which it is exported already, else the shortest that are free.
fn names(module: &Module<'_>, lent: &[usize]) -> HashMap<(Kind, u32), String> {
    let mut names = HashMap::new();
    for export in &module.exports {
        if let Some(kind) = Kind::of(export.kind) {
            names
                .entry((kind, export.index))
                .or_insert_with(|| export.name.to_owned());
        }
    }
    let used: HashSet<&str> = module.exports.iter().map(|export| export.name).collect();
    let mut free = (0_usize..).map(short).filter(|name| !used.contains(name.as_str()));
    for key in taken(module, lent) {
        names.entry(key).or_insert_with(|| free.next().unwrap_or_default());
    }
    names
}

/// Gives functions their new numbers; everything else keeps its own.
struct Numbers<'a>(&'a [Option<u32>]);

impl Reencode for Numbers<'_> {
    type Error = String;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<String>> {
        let number = self.0.get(function as usize).copied().flatten();
        number.ok_or_else(|| Error::UserError(format!("function {function} is needed where it is not")))
    }

    fn data_index(&mut self, _: u32) -> Result<u32, Error<String>> {
        Err(Error::UserError("the program moves data by itself".to_owned()))
    }

    fn element_index(&mut self, _: u32) -> Result<u32, Error<String>> {
        Err(Error::UserError("the program fills tables by itself".to_owned()))
    }
}

fn said(error: Error<String>) -> anyhow::Error {
    anyhow!("{error}")
}
