//! `onehall form preview FILE`: a form in the browser as citizens get it, with findings while it is written.
//!
//! A small server on the loopback interface shows the pages of the bundle `preview` and tells them, as server-sent events,
//! what is in the file (`seen`). Nothing comes back: what is typed stays in the page.

mod browser;
mod seen;
mod server;
#[cfg(test)]
mod tests;
mod watched;

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use onehall_forms::Inputs;
use onehall_protocol::Language;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::city::{self, LoadError};
use crate::config::flags::Flags;
use crate::config::sources::ConfigError;
use crate::form_command::Reader;
use seen::{Seen, SeenFinding, Surroundings};
use watched::Watched;

/// Where it listens unless `--port` says otherwise; any free port where this one is taken.
const PORT: u16 = 8090;

/// Between two looks at the file. A content counts once two looks agree, so a save shows after at most two of these.
const LOOK: Duration = Duration::from_millis(200);

/// The arguments of `onehall form preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// The form: JSON of the format onehall-form/1
    file: PathBuf,
    /// Only print the address
    #[arg(long)]
    no_open: bool,
    /// A city's folder, whose calendar and lists the form is to use
    #[arg(long, value_name = "DIR")]
    inputs: Option<PathBuf>,
    /// The port to listen on; 0 for any that is free [default: 8090, or any free one where that is taken]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The folder with the pages of the preview [default: the setting `ui` of the hall, else ui beside this program]
    #[arg(long, value_name = "DIR")]
    ui: Option<String>,
    /// The hall's configuration file (TOML), for its setting `ui`
    #[arg(long, env = "ONEHALL_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    reader: Reader,
}

/// Why there is no preview: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The hall's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No folder with the pages was named.
    #[error(
        "the pages of the preview are needed: a package of the hall has them in the folder `ui` beside its program; \
         else name their folder with --ui. In a clone, `cargo xtask form-preview FILE` builds all of it"
    )]
    NoUi,
    /// The folder has no pages of the preview.
    #[error(
        "the pages of the preview are not in {}: name their folder with --ui. In a clone, `cargo xtask bundle --flavour \
         preview` builds them", .0.display()
    )]
    NoPages(PathBuf),
    /// The city's calendar or lists cannot be used.
    #[error("the calendar and the lists of {} cannot be used:\n{}", .0.display(), lines(.1))]
    Inputs(PathBuf, Vec<LoadError>),
    /// The port that was asked for is taken.
    #[error("port {0} is taken by another program: stop that one, or choose another with --port")]
    PortTaken(u16),
    /// It cannot listen, or not hear of Ctrl-C.
    #[error("cannot start: {0}")]
    Start(#[from] std::io::Error),
}

fn lines(errors: &[LoadError]) -> String {
    errors.iter().map(|error| format!("  {error}\n")).collect()
}

impl Preview {
    /// Shows the form until Ctrl-C. Of the flags before the command those count that it takes itself; never a port that is
    /// configured, which is the hall's.
    ///
    /// # Errors
    /// One sentence: no pages to show it with, no port to show it on, a city's folder that cannot be used.
    pub fn run(&self, flags: &Flags) -> Result<ExitCode, PreviewError> {
        let port = self.port.or_else(|| flags.port.as_ref()?.parse().ok());
        let settings = Flags {
            config: self.config.clone().or_else(|| flags.config.clone()),
            ui: self.ui.clone().or_else(|| flags.ui.clone()),
            ..Flags::default()
        };
        let pages = pages(settings.load()?.config.ui.as_deref())?;
        let inputs = match &self.inputs {
            Some(folder) => city::inputs(folder).map_err(|errors| PreviewError::Inputs(folder.clone(), errors))?,
            None => Inputs::none(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let around = Arc::new(Surroundings::of(inputs));
        runtime.block_on(self.serve(&pages, around, port))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn serve(&self, pages: &Path, around: Arc<Surroundings>, port: Option<u16>) -> Result<(), PreviewError> {
        let stop = tokio::signal::ctrl_c();
        let listener = listen(port).await?;
        let at = listener.local_addr()?;
        let mut watched = Watched::open(self.file.clone());
        let (tell, told) = watch::channel(watched.seen().to_json());
        let address = format!("http://{at}/");
        println!("{} · {address}", watched.seen().file);
        println!("Each save is shown at once. Nothing is stored or sent anywhere. Ctrl-C ends it.");
        let language = self.reader.language();
        print!("{}", report(watched.seen(), &self.file, language));
        if !self.no_open {
            browser::open(&address);
        }
        let looking = async {
            let mut looks = tokio::time::interval(LOOK);
            loop {
                looks.tick().await;
                if watched.look() {
                    print!("{}", report(watched.seen(), &self.file, language));
                    tell.send_replace(watched.seen().to_json());
                }
            }
        };
        let serving = axum::serve(listener, server::router(pages, at.port(), around, told));
        tokio::select! {
            served = async { serving.await } => served?,
            () = looking => {}
            stopped = stop => stopped?,
        }
        println!("The preview has ended.");
        Ok(())
    }
}

/// The folder of the preview's pages: `preview` in the bundle, or in a bundle of its own beside it.
fn pages(ui: Option<&Path>) -> Result<PathBuf, PreviewError> {
    let ui = ui.ok_or(PreviewError::NoUi)?;
    let mut beside = ui.file_name().unwrap_or_default().to_owned();
    beside.push("-preview");
    [ui.to_owned(), ui.with_file_name(beside)]
        .into_iter()
        .map(|bundle| bundle.join("preview"))
        .find(|pages| pages.join("index.html").is_file() && pages.join(server::FORM).is_file())
        .ok_or_else(|| PreviewError::NoPages(ui.to_owned()))
}

/// Only this machine reaches it.
async fn listen(port: Option<u16>) -> Result<TcpListener, PreviewError> {
    let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match (TcpListener::bind(here(port.unwrap_or(PORT))).await, port) {
        (Ok(listener), _) => Ok(listener),
        (Err(error), Some(port)) if error.kind() == std::io::ErrorKind::AddrInUse => Err(PreviewError::PortTaken(port)),
        (Err(error), None) if error.kind() == std::io::ErrorKind::AddrInUse => Ok(TcpListener::bind(here(0)).await?),
        (Err(error), _) => Err(error.into()),
    }
}

/// What is in the file, for the terminal, as compilers say it.
fn report(seen: &Seen, file: &Path, language: Language) -> String {
    let mut text = String::new();
    for SeenFinding { finding, .. } in &seen.findings {
        let _ = match finding.place {
            Some((line, column)) => write!(text, "{}:{line}:{column}: ", file.display()),
            None => write!(text, "{}: ", file.display()),
        };
        let _ = writeln!(
            text,
            "{} ({} at {})",
            finding.message.get(language),
            finding.code,
            finding.shown_path()
        );
    }
    let _ = match (seen.findings.len(), language) {
        (0, Language::ZhCn) => writeln!(text, "没有问题"),
        (many, Language::ZhCn) => writeln!(text, "{many} 个问题"),
        (0, Language::En) => writeln!(text, "no findings"),
        (1, Language::En) => writeln!(text, "1 finding"),
        (many, Language::En) => writeln!(text, "{many} findings"),
    };
    text
}
