//! The native side of the comparison: `conformance generated FROM COUNT`, `conformance evaluate` and `conformance rules`
//! (each line of standard input a request; each line of standard output what comes of it, `rules` one for each case).

use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

use onehall_forms_conformance::{evaluate, generated, rules};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut out = stdout().lock();
    let written = match words[..] {
        ["generated", from, count] => match (from.parse(), count.parse()) {
            (Ok(from), Ok(count)) => write!(out, "{}", generated(from, count)),
            _ => return usage(),
        },
        ["evaluate"] => stdin()
            .lock()
            .lines()
            .try_for_each(|line| writeln!(out, "{}", evaluate(&line?))),
        ["rules"] => stdin()
            .lock()
            .lines()
            .try_for_each(|line| write!(out, "{}", rules(&line?))),
        _ => return usage(),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: conformance generated FROM COUNT | evaluate | rules");
    ExitCode::from(2)
}
