//! A program in two parts: what the first page needs, and what comes when somebody asks for it.
//!
//! The program is compiled, bound and made small as one. Then it is cut: functions and constant data that only lead on from
//! a door go into a second file. A door is a Rust function of the name [`DOOR`], never inlined; the program calls it only
//! once the second part is there. What leads where is known from the linker's relocations (`--emit-relocs`), which say of
//! each function and each constant what it refers to, also through tables of function pointers.
//!
//! - `linked`: the program as it was linked.
//! - `reach`: what only a door leads to in it.
//! - `mark`: writes that into the names of functions, which binding and wasm-opt leave alone.
//! - `module`: the finished program, taken apart.
//! - `cut`, of `pieces`: puts two together of it, by these names.
//! - `imports`: gives what is imported short names.
//! - `made`: says what both are made of.
//!
//! Cut after everything else, both parts are as small as one program is, calls from one part to the other are plain calls,
//! and there is no loader in Rust: the second part is instantiated over the exports of the first, puts its functions into
//! the table that both share and its data into the memory that both share, and is there.

mod cut;
mod imports;
mod linked;
mod made;
mod mark;
mod module;
mod pieces;
mod reach;
#[cfg(test)]
mod tests;

use std::ops::Range;

use anyhow::Result;

pub use cut::cut;
pub use imports::shortened;
pub use made::made_of;
pub use reach::Path;

/// The name of a Rust function that leads into the second part.
pub const DOOR: &str = "enter_part";

/// A linked program, ready to be bound, and what must be known to cut it afterwards.
pub struct Marked {
    /// The program without relocations; its functions are named after the part in which they belong.
    pub wasm: Vec<u8>,
    /// Of each entry of the table of functions: whether its function belongs in the second part.
    later: Vec<bool>,
    /// Where in memory the data lies that only the second part reads, in order.
    data: Vec<Range<u32>>,
}

/// The two parts of a program.
pub struct Parts {
    /// What the page starts with.
    pub first: Vec<u8>,
    /// What comes later, over the exports of the first.
    pub second: Vec<u8>,
}

/// Finds what belongs in a second part; none where the program was linked without relocations or has no door.
///
/// # Errors
/// It is not a program that this understands.
pub fn mark(linked: &[u8]) -> Result<Option<Marked>> {
    let Some(reached) = reach::reach(linked)? else {
        return Ok(None);
    };
    Ok(Some(Marked {
        wasm: mark::named(linked, &reached)?,
        later: reached.later_entries,
        data: reached.later_data,
    }))
}

/// How the first part comes to need what `name` stands in the name of: from an export, one by one.
///
/// # Errors
/// The program was linked without relocations.
pub fn why(linked: &[u8], name: &str) -> Result<Option<Path>> {
    reach::why(linked, name)
}
