//! Programs as compilers make them, for tests of patches.

use std::collections::HashMap;

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, Instruction, MemArg, Module, TypeSection,
};

/// A program of many functions that name texts and each other, as ours do; each has a seed that makes it another than the others.
/// There is one text and one function at least.
#[must_use]
pub fn program(texts: &[String], functions: &[i64]) -> Vec<u8> {
    let start = 1_u32 << 20;
    let (mut data, mut places) = (Vec::new(), Vec::new());
    for text in texts {
        places.push(start + data.len() as u32);
        data.extend_from_slice(text.as_bytes());
    }
    // A table of all texts, as constants are.
    data.resize(data.len().next_multiple_of(4), 0);
    let table = start + data.len() as u32;
    for (place, text) in places.iter().zip(texts) {
        data.extend(place.to_le_bytes());
        data.extend((text.len() as u32).to_le_bytes());
    }
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let (mut section, mut code) = (FunctionSection::new(), CodeSection::new());
    let numbers: HashMap<i64, u32> = functions.iter().copied().zip(0..).collect();
    for seed in functions {
        section.function(0);
        let mut function = Function::new([]);
        let mut last = *seed;
        for _ in 0..8 {
            last = last
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let any = last.unsigned_abs() as usize >> 20;
            let called = functions[0] + (any % 1_000) as i64;
            for instruction in [
                Instruction::I64Const(last),
                Instruction::Drop,
                Instruction::I32Const(places[any % places.len()].cast_signed()),
                Instruction::I32Load(MemArg {
                    offset: u64::from(table) + 8 * (any % texts.len()) as u64,
                    align: 2,
                    memory_index: 0,
                }),
                Instruction::Drop,
                Instruction::Call(numbers.get(&called).copied().unwrap_or_default()),
            ] {
                function.instruction(&instruction);
            }
        }
        function.instruction(&Instruction::End);
        code.function(&function);
    }
    let mut exports = ExportSection::new();
    exports.export("last", ExportKind::Func, functions.len() as u32 - 1);
    let mut elements = ElementSection::new();
    let all = (0..functions.len() as u32).collect::<Vec<_>>();
    elements.active(None, &ConstExpr::i32_const(1), Elements::Functions(all.into()));
    let mut segments = DataSection::new();
    segments.active(0, &ConstExpr::i32_const(start.cast_signed()), data);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&section)
        .section(&exports)
        .section(&elements)
        .section(&code)
        .section(&segments);
    module.finish()
}
