//! A fresh hall for one run of a scenario, and what happens outside of the terminal. Prints one line of JSON,
//! `{"hall": "http://127.0.0.1:…", "outside": "http://127.0.0.1:…/"}`, and ends when its standard input does.
//!
//! `--terminal KIND` says as what the terminal is counted; `--embed-origin URL` (as often as needed) lets the pages of that site
//! embed services.

use onehall_tests::hall::{Hall, Limits};
use onehall_tests::scenario::outside;
use onehall_tests::{Failure, Outcome};
use serde_json::json;
use tokio::io::AsyncReadExt;

const USAGE: &str = "usage: scenario-hall --terminal KIND [--embed-origin URL]…";

#[tokio::main]
async fn main() -> Outcome {
    let mut words = std::env::args().skip(1);
    let (mut terminal, mut origins) = (None, Vec::new());
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            ("--terminal", Some(kind)) => terminal = Some(kind),
            ("--embed-origin", Some(origin)) => origins.push(origin),
            _ => return Err(Failure::from(USAGE)),
        }
    }
    let terminal = terminal.ok_or(USAGE)?;
    let hall = Hall::open_for(Limits::Wide, &origins).await?;
    let outside = outside::serve(hall.site().clone(), terminal).await?;
    println!("{}", json!({ "hall": hall.url(""), "outside": outside }));
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await?;
    Ok(())
}
