//! `fuzz SECONDS START [TARGET…]`: each target for so many seconds, as many at once as there are cores.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use onehall_forms_fuzz::{Fault, Fuzz, Progress, TARGETS, Target};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(seconds), Some(start)) = (
        words.first().and_then(|word| word.parse().ok()),
        words.get(1).and_then(|word| word.parse().ok()),
    ) else {
        return usage();
    };
    let named = &words[2..];
    if let Some(unknown) = named
        .iter()
        .find(|name| TARGETS.iter().all(|target| target.name != **name))
    {
        eprintln!("there is no target `{unknown}`");
        return usage();
    }
    let targets: Vec<&'static Target> = TARGETS
        .iter()
        .filter(|target| named.is_empty() || named.iter().any(|name| name == target.name))
        .collect();
    // A panic is told once, with the document that it came of.
    std::panic::set_hook(Box::new(|_| {}));
    let (next, faulty) = (AtomicUsize::new(0), AtomicBool::new(false));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores.min(targets.len()) {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::SeqCst)) {
                    match run(target, start, Duration::from_secs(seconds)) {
                        Ok(progress) => println!("{}", line(target, &progress)),
                        Err(fault) => {
                            faulty.store(true, Ordering::SeqCst);
                            println!("A FAULT in {fault}");
                        }
                    }
                }
            });
        }
    });
    if faulty.load(Ordering::SeqCst) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn run(target: &'static Target, start: u64, time: Duration) -> Result<Progress, Fault> {
    let began = Instant::now();
    let mut fuzz = Fuzz::new(target, start)?;
    while began.elapsed() < time {
        fuzz.step()?;
    }
    Ok(fuzz.progress())
}

fn line(target: &Target, progress: &Progress) -> String {
    format!(
        "| {} | {} | {} | {} | {:.0} ms |",
        target.name,
        progress.tried,
        progress.taken,
        progress.reactions,
        progress.longest.as_secs_f64() * 1e3
    )
}

fn usage() -> ExitCode {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    eprintln!("usage: fuzz SECONDS START [TARGET…]\ntargets: {}", names.join(", "));
    ExitCode::from(2)
}
