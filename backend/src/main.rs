//! The `onehall` binary: see `onehall --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    onehall_backend::cli::run()
}
