//! What both parts of a program are put together of: names, runs of the table, stretches of data.

use std::ops::Range;

use wasm_encoder::{ConstExpr, ElementSection, Elements};

/// A hole in the data of the first part that is smaller than this is filled with zeros: a segment of its own costs more.
const HOLE: u32 = 12;

/// Short names, one for each number.
pub fn short(mut number: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut name = Vec::new();
    loop {
        name.push(LETTERS[number % LETTERS.len()]);
        number /= LETTERS.len();
        if number == 0 {
            name.reverse();
            return String::from_utf8_lossy(&name).into_owned();
        }
        number -= 1;
    }
}

/// The entries of the table that are wanted, each run of neighbours by itself.
pub fn elements(entries: &[Option<u32>], numbers: &[Option<u32>], wanted: impl Fn(u32) -> bool) -> ElementSection {
    let mut section = ElementSection::new();
    let mut run: Vec<u32> = Vec::new();
    for place in 0..=entries.len() {
        let entry = entries
            .get(place)
            .copied()
            .flatten()
            .filter(|function| wanted(*function));
        match entry.and_then(|function| numbers[function as usize]) {
            Some(number) => run.push(number),
            None if !run.is_empty() => {
                let start = ConstExpr::i32_const((place - run.len()) as i32);
                section.active(None, &start, Elements::Functions(std::mem::take(&mut run).into()));
            }
            None => {}
        }
    }
    section
}

/// What stays of some data: all but what comes later, where that is large enough to be left out.
pub fn kept(address: u32, bytes: &[u8], later: &[Range<u32>]) -> Vec<Range<u32>> {
    let end = address + bytes.len() as u32;
    let mut kept = Vec::new();
    let mut start = address;
    for hole in later {
        let hole = hole.start.max(address)..hole.end.min(end);
        let at_edge = hole.start <= start || hole.end == end;
        if hole.start < hole.end && (hole.end - hole.start >= HOLE || at_edge) {
            if start < hole.start {
                kept.push(start..hole.start);
            }
            start = hole.end;
        }
    }
    if start < end {
        kept.push(start..end);
    }
    kept
}

pub fn slice<'a>(address: u32, bytes: &'a [u8], range: &Range<u32>) -> &'a [u8] {
    &bytes[(range.start - address) as usize..(range.end - address) as usize]
}
