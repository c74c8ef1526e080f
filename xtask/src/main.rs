//! Every developer command of OneHall: `cargo xtask <command>`.
//!
//! It prepares what a fresh machine lacks, builds, runs and tests. It is compiled before anything else, so it has few
//! dependencies and no command-line framework.

mod analytics;
mod arguments;
mod bench;
mod bundle;
mod check;
mod conformance;
mod doctor;
mod form_preview;
mod form_schema;
mod fuzz;
mod history;
mod login;
mod loopback;
mod mobile;
mod package;
mod process;
mod run;
mod say;
mod scenarios;
mod sdk;
mod shells;
mod shots;
mod simulate;
mod store;
mod test;
mod toolchain;
mod updates;
mod workspace;

use std::process::ExitCode;

use arguments::Arguments;

const HELP: &str = "\
Every developer command of OneHall.

Usage: cargo xtask <command> [options]

  run      build everything and start the hall with the demo city
             --port N      the port to listen on (8080)
             --data DIR    where the data is kept (./data)
             --release     as a city runs it: twice as long to build, smaller and faster to use
             --as-built    without building: starts what was built before
  run desktop, run kiosk    the same, seen in a window over the native core
             --hall URL    a hall that runs already; else one is started as above
             --updates FILE  with hot updates, as docs/updates.md says
             --kiosk FILE  another kiosk than that of the demo city (docs/kiosk.md)
             --port N, --data DIR, --release    as above
  run mini-app    the same, embedded in the page of a bank on an origin of its own
             --page-port N  the port of that page (9000)
             --port N, --data DIR, --release    as above
  test     every test: checks, Rust, and the journeys in a real browser
             --only PART   one part: check, rust, postgres, conformance, store, kotlin, login, scenarios,
                           shells, sdk, terminals, tuf, run or browser
             --db postgres  the backend's tests on PostgreSQL instead, all of them or those of
             --names A,B   whose names have one of these in them: oidc::,account::
  check    formatting, lints, documentation, layers
  bundle   build the pages for citizens and staff
             --profile P   wasm-release (default) or wasm-dev
             --flavour F   web (default), shell for desktop and kiosk, preview for form-preview
             --verify      builds the commit twice from nothing, and compares all bytes
             --why NAME    how what a page starts with comes to need a function of that name
             --made-of     what both parts of the citizen's program are made of, by crates
  package  the desktop as a package for Debian, with its pages inside (docs/desktop.md)
             --release N   which release the pages are (1)
             --hall        the hall instead, as an archive: program, pages, form preview, demo city
             --before FILE  the archive that a city runs now: what its open pages may still ask for goes into --hall
             --dev         a debug build without pages inside
  form-preview FILE    a form in the browser as citizens get it, with findings at each save
             --inputs DIR  a city's folder, whose calendar and lists the form uses (the demo city's)
             --port N      the port to listen on (8090)
             --no-open     only print the address
             --release     as of run
  sdk      build the mini-app SDK as an npm package, with its sizes
             --why NAME, --made-of  as of bundle
  bindings  build the core for phones and generate its Kotlin and Swift, in target/bindings
  journey  a citizen's matter in Kotlin, on a hall that `run` started
             --hall URL    where (http://127.0.0.1:8080)
             --item CODE   which matter (identity-card-renewal)
  shots    a screenshot of every page in every terminal profile
             --only WORD   only pages whose name has this word in it
  bench    the benchmarks, as tables for docs/benchmarks.md; one part: criterion, mobile, shells or
    forms      a key in forms of 100 to 10,000 questions, natively and in Node.js, beside
               SurveyJS, React JSON Schema Form, Ajv and json-logic-js on the same forms
    load       submissions at the storage port of both engines and over HTTP, beside fsync and pgbench
    login      tokens, refresh tokens and what a token is worth, over HTTP on both engines
    search     a service looked up among 5,000 in WebAssembly
    sync       pulls, autosave, the memory of streams, a change seen with 15,000 terminals connected
    updates    bytes and requests of a hot update, and what a start takes longer
  fuzz forms    the form engine and the importers with what is nearly right
             --minutes N   for how long, each target (5)
             --only NAME   one target: definition, answers, rules, migration, xgov,
                           json-schema, formio or govuk
             --start N     begin with other numbers than the run before (1)
  simulate  four terminals and two replicas on a network that fails, by seeds that repeat
             --seeds N     how many (10), from --first N (1) on
             --operations N  how many operations in all (100,000)
             --weather W   fine, ordinary (default) or storm
             --bug NAME    with a mistake put in: idempotency-off, merge-by-arrival,
                           journal-forgotten, global-cursor, gap-in-the-log, change-unlogged,
                           losers-forgotten, rows-by-the-last-list or rows-for-ever
             --twice       each seed twice, and compare
             --trace FILE  keeps what happened
             --keep DIR    keeps what happened in each seed that broke a promise
  history  four terminals and the real hall, each a process that is killed again and again, behind a
           proxy that cuts connections; PostgreSQL with two replicas
             --db D        postgres (default), or sqlite: one process
             --seconds N   for how long (60), or --operations N
             --seed N      of the choices of the people (1); timing does not repeat
             --weather W   fine, ordinary (default) or storm
             --bug NAME    with a mistake put in: idempotency-off, journal-forgotten, global-cursor,
                           rows-by-the-last-list or rows-for-ever
             --trace FILE  keeps what happened
             --dev         debug builds
  kiosk-day  a day of a kiosk, replayed fast: visits by touches alone, and what grows meanwhile
             --visits N    how many (2,000)
  analytics  what may be counted: types and docs/analytics.md from core/protocol/analytics.json
  schema   the JSON Schema of forms, in docs/schemas, from the tables of the form engine
  doctor   what is here, what is missing, and how to get it

`cargo xtask run` and `cargo xtask test` install what they need where they can.
";

fn main() -> ExitCode {
    say::start_clock();
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> anyhow::Result<ExitCode> {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let words: Vec<String> = words.collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    match command.as_str() {
        "run" if words.first().is_some_and(|word| word == "mini-app") => {
            let options = words.into_iter().skip(1).collect();
            sdk::run(&Arguments::parse(
                options,
                &["port", "page-port", "data"],
                &["release"],
            )?)
        }
        "run" => match words.first().and_then(|word| shells::Shell::named(word)) {
            Some(shell) => {
                let options = words[1..].to_vec();
                shells::run(
                    shell,
                    &Arguments::parse(options, &["hall", "port", "data", "updates", "kiosk"], &["release"])?,
                )
            }
            None => run::run(&Arguments::parse(words, &["port", "data"], &["release", "as-built"])?),
        },
        "test" => test::test(&Arguments::parse(words, &["only", "db", "names"], &[])?),
        "check" => check::command(&Arguments::parse(words, &[], &[])?),
        "bundle" => bundle::command(&Arguments::parse(
            words,
            &["profile", "flavour", "why"],
            &["verify", "made-of"],
        )?),
        "package" => package::command(&Arguments::parse(words, &["release", "before"], &["dev", "hall"])?),
        "form-preview" => form_preview::command(words),
        "sdk" => sdk::command(&Arguments::parse(words, &["why"], &["made-of"])?),
        "bindings" => mobile::bindings(&Arguments::parse(words, &[], &[])?),
        "journey" => mobile::journey(&Arguments::parse(words, &["hall", "item"], &[])?),
        "shots" => shots::shots(&Arguments::parse(words, &["only"], &[])?),
        "bench" => bench::bench(words),
        "fuzz" if words.first().is_some_and(|word| word == "forms") => {
            let options = words.into_iter().skip(1).collect();
            fuzz::forms(&Arguments::parse(options, &["minutes", "only", "start"], &[])?)
        }
        "fuzz" => anyhow::bail!("what is to be tried? There is `cargo xtask fuzz forms`"),
        "simulate" => {
            let options = &["seeds", "first", "operations", "weather", "bug", "trace", "keep"];
            simulate::command(&Arguments::parse(words, options, &["twice"])?)
        }
        "history" => {
            let options = &["db", "seconds", "operations", "seed", "weather", "bug", "trace"];
            history::command(&Arguments::parse(words, options, &["dev"])?)
        }
        "kiosk-day" => shells::kiosk_day(&Arguments::parse(words, &["visits"], &[])?),
        "analytics" => analytics::command(&Arguments::parse(words, &[], &[])?),
        "schema" => form_schema::command(&Arguments::parse(words, &[], &[])?),
        "doctor" => doctor::doctor(&Arguments::parse(words, &[], &[])?),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => anyhow::bail!("there is no command `{other}`: `cargo xtask help` lists them"),
    }
}
