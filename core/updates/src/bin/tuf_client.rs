//! `onehall-tuf-client`: the verifier and the downloader of the shells as a command, with the interface of the public
//! conformance suite of The Update Framework.
//!
//! ```text
//! onehall-tuf-client --metadata-dir D init ROOT
//! onehall-tuf-client --metadata-dir D --metadata-url U refresh
//! onehall-tuf-client --metadata-dir D --metadata-url U --target-name N... --target-base-url B --target-dir T download
//! ```
//! It ends with 0 or 1. Unlike a shell it takes an address without TLS on this machine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use onehall_updates::disk::{Disk, Folder};
use onehall_updates::mirror::{FetchError, HttpLimits, HttpMirror, Mirror, Plain, one_part};
use onehall_updates::trust::{MetadataFolder, SigstoreTrust, Target, Trust, TrustError};
use time::OffsetDateTime;

const USAGE: &str = "usage:
  onehall-tuf-client --metadata-dir DIR init ROOT
  onehall-tuf-client --metadata-dir DIR --metadata-url URL refresh
  onehall-tuf-client --metadata-dir DIR --metadata-url URL --target-name NAME... \\
      --target-base-url URL --target-dir DIR download";

/// The largest target that is taken into memory.
const LARGEST: u64 = 256 << 20;

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\n{USAGE}")]
    Usage(String),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{name}: {error}")]
    Target { name: String, error: FetchError },
    #[error("no role names {0}")]
    NotThere(String),
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    #[error("{0}")]
    Address(String),
}

/// What the command line says.
#[derive(Debug, Default)]
struct Words {
    metadata: Option<String>,
    metadata_url: Option<String>,
    targets: Vec<String>,
    target_folder: Option<String>,
    target_url: Option<String>,
    rest: Vec<String>,
}

impl Words {
    fn read(words: impl Iterator<Item = String>) -> Result<Words, Failure> {
        let mut read = Words::default();
        let mut words = words;
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                read.rest.push(word);
                continue;
            }
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| Failure::Usage(format!("`{word}` needs a value")))
            };
            match word.as_str() {
                "--metadata-dir" => read.metadata = Some(value()?),
                "--metadata-url" => read.metadata_url = Some(value()?),
                "--target-name" => read.targets.push(value()?),
                "--target-dir" => read.target_folder = Some(value()?),
                "--target-base-url" => read.target_url = Some(value()?),
                _ => return Err(Failure::Usage(format!("`{word}` is not an option"))),
            }
        }
        Ok(read)
    }
}

fn needed<'w>(value: Option<&'w String>, name: &str) -> Result<&'w String, Failure> {
    value.ok_or_else(|| Failure::Usage(format!("`{name}` is needed")))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("onehall-tuf-client: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let words = Words::read(std::env::args().skip(1))?;
    let command: Vec<&str> = words.rest.iter().map(String::as_str).collect();
    match command.as_slice() {
        ["init", root] => init(&words, Path::new(root)),
        ["refresh"] => {
            let url = needed(words.metadata_url.as_ref(), "--metadata-url")?;
            let (mut trust, _) = open(&words, url)?;
            Ok(trust.refresh(OffsetDateTime::now_utc()).await?)
        }
        ["download"] => download(&words).await,
        _ => Err(Failure::Usage("one of init, refresh and download".to_owned())),
    }
}

/// Takes a root as the one to trust. Nothing is fetched.
fn init(words: &Words, root: &Path) -> Result<(), Failure> {
    let folder = PathBuf::from(needed(words.metadata.as_ref(), "--metadata-dir")?);
    let bytes = std::fs::read(root).map_err(|error| Failure::File(root.display().to_string(), error))?;
    let kept = MetadataFolder::at_the_root(Folder::new(&folder));
    let stored = kept.store("root.json", &bytes);
    stored.map_err(|error| Failure::File(folder.display().to_string(), error))
}

/// The verifier over what is in the folder, and the mirror that it asks.
fn open(words: &Words, targets_url: &str) -> Result<(SigstoreTrust, Arc<dyn Mirror>), Failure> {
    let folder = needed(words.metadata.as_ref(), "--metadata-dir")?;
    let url = needed(words.metadata_url.as_ref(), "--metadata-url")?;
    let kept = MetadataFolder::at_the_root(Folder::new(folder));
    let root = kept
        .load("root.json")
        .map_err(|error| Failure::File(folder.clone(), error))?;
    let root = root.ok_or(TrustError::NoRoot)?;
    let mirror = HttpMirror::split(url, targets_url, Plain::Loopback, HttpLimits::default());
    let mirror: Arc<dyn Mirror> = Arc::new(mirror.map_err(|error| Failure::Address(error.to_string()))?);
    Ok((SigstoreTrust::new(&root, kept, Arc::clone(&mirror))?, mirror))
}

async fn download(words: &Words) -> Result<(), Failure> {
    let folder = Folder::new(needed(words.target_folder.as_ref(), "--target-dir")?);
    let (mut trust, mirror) = open(words, needed(words.target_url.as_ref(), "--target-base-url")?)?;
    if words.targets.is_empty() {
        return Err(Failure::Usage("`--target-name` is needed".to_owned()));
    }
    let now = OffsetDateTime::now_utc();
    trust.refresh(now).await?;
    for name in &words.targets {
        let target = trust
            .find(name, now)
            .await?
            .ok_or_else(|| Failure::NotThere(name.clone()))?;
        fetch(&folder, mirror.as_ref(), name, &target).await?;
    }
    Ok(())
}

/// Fetches a target, unless it is here with the right content.
async fn fetch(folder: &Folder, mirror: &dyn Mirror, name: &str, target: &Target) -> Result<(), Failure> {
    // A name is one file, wherever it would like to lead.
    let file = one_part(name);
    let here = folder.read(&file, target.length).ok().flatten();
    if here.is_some_and(|content| target.is(&content)) {
        return Ok(());
    }
    let failed = |error| Failure::Target {
        name: one_part(name),
        error,
    };
    if target.length > LARGEST {
        return Err(failed(FetchError::TooLong));
    }
    let came = mirror.target(&target.path, target.length).await.map_err(failed)?;
    let came = came.ok_or_else(|| failed(FetchError::Missing))?;
    if !target.is(&came) {
        return Err(failed(FetchError::WrongContent));
    }
    onehall_updates::disk::replace(folder, &file, &came).map_err(|error| Failure::File(file, error))
}
