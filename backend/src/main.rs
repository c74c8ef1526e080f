//! The `onehall` binary.

fn main() {}
