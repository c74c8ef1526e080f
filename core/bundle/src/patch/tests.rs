//! What comes out of a patch is what was put in, and nothing that comes makes more of it.

use std::collections::HashMap;

use proptest::prelude::*;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, Instruction, MemArg, Module, TypeSection,
};

use super::moves::Moves;
use super::{FORMAT, MOVES, PatchError, apply, make, pack, program};

/// Bytes that do not compress by themselves, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn made(base: &[u8], content: &[u8]) -> Vec<u8> {
    make(base, content).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn one_changed_text_in_half_a_megabyte_costs_some_bytes() {
    let old = noise(500_000);
    let mut new = old.clone();
    new.splice(250_000..250_006, *b"changed text");
    let patch = made(&old, &new);
    assert!(patch.len() < 400, "{} bytes", patch.len());
    assert_eq!(apply(&old, &patch, new.len() as u64), Ok(new.clone()));
    assert_eq!(patch, made(&old, &new), "the same bytes each time");
}

#[test]
fn a_patch_for_another_file_makes_no_content_that_is_taken() {
    let (old, other) = (noise(10_000), vec![7; 10_000]);
    let new = [&old[..], b"end"].concat();
    let wrong = apply(&other, &made(&old, &new), new.len() as u64);
    assert_ne!(wrong, Ok(new), "whatever comes out, its hash is another");
}

#[test]
fn a_bomb_ends_at_the_size_that_was_signed() {
    let bomb = made(b"", &vec![0; 32 << 20]);
    assert!(bomb.len() < 10_000, "{} bytes for 32 MB", bomb.len());
    assert_eq!(apply(b"", &bomb, 1_000), Err(PatchError::TooLarge));
    assert_eq!(apply(b"", &bomb, (32 << 20) - 1), Err(PatchError::TooLarge));
}

#[test]
fn a_frame_that_asks_for_a_large_window_gets_no_memory() {
    // The head of a frame with a window of 2^31 bytes and one block that repeats a byte.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x03, 0x00, 0x00, 0x41];
    assert_eq!(apply(b"", &frame, 10), Err(PatchError::Damaged));
}

#[test]
fn what_ends_too_soon_or_makes_too_little_is_damaged() {
    let content = noise(5_000);
    let frame = made(b"", &content);
    for end in [0, 1, 4, 100, frame.len() - 1] {
        assert_eq!(apply(b"", &frame[..end], 5_000), Err(PatchError::Damaged), "{end}");
    }
    assert_eq!(apply(b"", &frame, 5_001), Err(PatchError::Damaged));
    assert_eq!(apply(b"", &made(b"", b""), 0), Ok(Vec::new()));
}

proptest! {
    #[test]
    fn any_content_comes_back_from_any_base(base in prop::collection::vec(any::<u8>(), 0..400), content in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(apply(&base, &made(&base, &content), content.len() as u64), Ok(content));
    }

    #[test]
    fn no_bytes_make_more_than_was_signed(frame in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(content) = apply(b"base", &frame, 64) {
            prop_assert_eq!(content.len(), 64);
        }
    }
}

/// A program of many functions that name texts and each other, as ours do; each has a seed that makes it another than the others.
fn program(texts: &[String], functions: &[i64]) -> Vec<u8> {
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

fn texts() -> Vec<String> {
    (0..1_000)
        .map(|number| format!("text number {number} of many"))
        .collect()
}

fn functions() -> Vec<i64> {
    (1_000..4_000).collect()
}

#[test]
fn a_longer_text_costs_little_though_it_moves_what_half_of_a_program_names() {
    let old = program(&texts(), &functions());
    let mut longer = texts();
    longer[500].push_str(", which became longer");
    let new = program(&longer, &functions());
    let patch = made(&old, &new);
    let plain = pack(&old, &new).map_or(0, |plain| plain.len());
    assert!(
        patch.len() < 300 && plain > 20_000,
        "{} bytes, {plain} without moves",
        patch.len()
    );
    assert_eq!(apply(&old, &patch, new.len() as u64), Ok(new.clone()));
    assert_eq!(patch, made(&old, &new), "the same bytes each time");
}

#[test]
fn a_function_more_costs_little_though_it_moves_the_numbers_of_the_others() {
    let old = program(&texts(), &functions());
    let mut more = functions();
    more.insert(500, 77);
    let new = program(&texts(), &more);
    let patch = made(&old, &new);
    let plain = pack(&old, &new).map_or(0, |plain| plain.len());
    assert!(
        patch.len() < 1_000 && plain > 10_000,
        "{} bytes, {plain} without moves",
        patch.len()
    );
    assert_eq!(apply(&old, &patch, new.len() as u64), Ok(new));
}

#[test]
fn a_program_whose_numbers_stay_is_the_same() {
    let program = program(&texts(), &functions());
    assert_eq!(program::moved(&program, &Moves::default()), Ok(program.clone()));
    assert_eq!(Moves::between(&program, &program), Some(Moves::default()));
}

/// A patch with this in its skipped frame.
fn skipping(content: &[u8], frame: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_le_bytes();
    [&MOVES, &length[..], content, frame].concat()
}

#[test]
fn moves_that_are_damaged_of_another_day_or_of_no_program_are_refused() {
    let program = program(&texts(), &functions()[..1_000]);
    let frame = pack(&program, b"content").unwrap_or_default();
    let said = |format: u8, moves: &[u8]| {
        let moves = pack(b"", moves).unwrap_or_default();
        [&[format], &moves[..]].concat()
    };
    let none = said(FORMAT, &[0, 0, 0, 0]);
    assert_eq!(apply(&program, &skipping(&none, &frame), 7), Ok(b"content".to_vec()));
    let refused = |content: &[u8]| apply(&program, &skipping(content, &frame), 7);
    assert_eq!(
        refused(&said(FORMAT + 1, &[0, 0, 0, 0])),
        Err(PatchError::Damaged),
        "another format"
    );
    assert_eq!(
        refused(&said(FORMAT, &[0, 0, 0])),
        Err(PatchError::Damaged),
        "too little"
    );
    assert_eq!(
        refused(&said(FORMAT, &[0, 0, 0, 0, 0])),
        Err(PatchError::Damaged),
        "too much"
    );
    assert_eq!(
        refused(&said(FORMAT, &[0xff; 20])),
        Err(PatchError::Damaged),
        "an endless number"
    );
    assert_eq!(refused(b""), Err(PatchError::Damaged), "nothing");
    assert_eq!(
        apply(b"base", &skipping(&none, &frame), 7),
        Err(PatchError::Damaged),
        "no program"
    );
    let longer = [&MOVES[..], &[0xff, 0xff, 0xff, 0x7f], &none].concat();
    assert_eq!(
        apply(&program, &longer, 7),
        Err(PatchError::Damaged),
        "longer than it is"
    );
}

#[test]
fn a_bomb_in_the_moves_ends_before_it_is_large() {
    let program = program(&texts(), &functions()[..1_000]);
    let frame = pack(&program, b"content").unwrap_or_default();
    let bomb = |moves: &[u8]| {
        let moves = pack(b"", moves).unwrap_or_default();
        apply(&program, &skipping(&[&[FORMAT], &moves[..]].concat(), &frame), 7)
    };
    assert_eq!(bomb(&vec![0; 32 << 20]), Err(PatchError::TooLarge), "many bytes");
    assert_eq!(bomb(&[0xff, 0xff, 0xff, 0x7f]), Err(PatchError::TooLarge), "many steps");
    // Every call five bytes long instead of two, in a program of calls.
    let calls = program_of_calls();
    let far = [0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0];
    let moves = pack(b"", &far).unwrap_or_default();
    let patch = skipping(&[&[FORMAT], &moves[..]].concat(), &frame);
    assert_eq!(apply(&calls, &patch, 7), Err(PatchError::TooLarge), "a long program");
}

/// A function that calls and calls.
fn program_of_calls() -> Vec<u8> {
    let mut code = CodeSection::new();
    let mut function = Function::new([]);
    for _ in 0..10_000 {
        function.instruction(&Instruction::Call(1));
    }
    function.instruction(&Instruction::End);
    code.function(&function);
    let mut module = Module::new();
    module.section(&code);
    module.finish()
}

#[test]
fn a_patch_of_earlier_days_is_read() {
    // Made by `zstd --patch-from=old new`.
    let patch = [
        0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x28, 0x6d, 0x00, 0x00, 0x38, 0x74, 0x68, 0x65, 0x20, 0x6e, 0x65, 0x77, 0x01,
        0x00, 0x6b, 0x54, 0x46, 0x7b, 0xda, 0xd5, 0x81,
    ];
    let new = b"the new text, as it was published before";
    let made = apply(b"the old text, as it was published before", &patch, new.len() as u64);
    assert_eq!(made, Ok(new.to_vec()));
}

proptest! {
    #[test]
    fn a_program_with_any_bytes_changed_is_moved_or_refused(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let texts = ["one".to_owned(), "two".to_owned()];
        let mut old = program(&texts, &[1, 2, 3]);
        for (at, byte) in changes {
            let at = at.index(old.len());
            old[at] = byte;
        }
        let new = program(&["longer".to_owned(), "two".to_owned()], &[1, 2, 3, 4]);
        let patch = made(&old, &new);
        prop_assert_eq!(apply(&old, &patch, new.len() as u64), Ok(new));
    }

    #[test]
    fn no_moves_make_more_than_was_signed(moves in prop::collection::vec(any::<u8>(), 0..60)) {
        let base = program(&["text".to_owned()], &[1, 2, 3]);
        let said = pack(b"", &moves).unwrap_or_default();
        let frame = pack(&base, &[7; 64]).unwrap_or_default();
        if let Ok(content) = apply(&base, &skipping(&[&[FORMAT], &said[..]].concat(), &frame), 64) {
            prop_assert_eq!(content.len(), 64);
        }
    }
}
