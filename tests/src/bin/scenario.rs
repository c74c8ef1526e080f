//! The native runner of scenarios: `scenario FILE`, with the hall in `ONEHALL_HALL` and what happens outside of the
//! terminal in `ONEHALL_OUTSIDE`. Prints the transcript.

use std::path::PathBuf;
use std::process::ExitCode;

use onehall_client::Profile;
use onehall_core::platform::native::{Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::identity::TerminalKind;
use onehall_tests::Outcome;
use onehall_tests::scenario::{self, Scenario};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(lines) => {
            for line in lines {
                println!("{line}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<Vec<String>> {
    let file = std::env::args().nth(1).ok_or("usage: scenario FILE")?;
    let (hall, outside) = (std::env::var("ONEHALL_HALL")?, std::env::var("ONEHALL_OUTSIDE")?);
    let folder = tempfile::tempdir()?;
    let host = native(
        Keep::Folder(folder.path().to_owned()),
        tokio::runtime::Handle::current(),
    )?;
    let core = Core::new(host, hall, TerminalKind::Desktop);
    let bridge = Bridge::new(core, Profile::Desktop, []);
    scenario::run(&Scenario::read(&PathBuf::from(file))?, &bridge, &outside).await
}
