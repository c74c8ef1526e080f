//! What happened, in the order in which it did, as a number: two runs of one seed are the same where it is.

use std::fmt::Write as _;

/// The trace of a run.
#[derive(Debug)]
pub struct Trace {
    hash: u64,
    lines: u64,
    kept: Option<Vec<String>>,
    line: String,
}

impl Trace {
    /// An empty trace; `keep` keeps its lines for people to read.
    #[must_use]
    pub fn new(keep: bool) -> Trace {
        Trace {
            hash: 0xcbf2_9ce4_8422_2325,
            lines: 0,
            kept: keep.then(Vec::new),
            line: String::new(),
        }
    }

    /// Something happened at `now`, in milliseconds.
    pub fn tell(&mut self, now: u64, what: std::fmt::Arguments<'_>) {
        self.line.clear();
        let _ = write!(self.line, "{now:>9} {what}");
        // FNV-1a: not against an adversary, only against chance.
        for byte in self.line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.lines += 1;
        if let Some(kept) = &mut self.kept {
            kept.push(self.line.clone());
        }
    }

    /// The hash over all that was told.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// How many lines there are.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The lines, where they were kept.
    #[must_use]
    pub fn kept(&mut self) -> Vec<String> {
        self.kept.take().unwrap_or_default()
    }
}
