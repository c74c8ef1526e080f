//! `onehall form`: work on forms, for those who write them.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use onehall_form_importers::{Format, MOST_BYTES, Options, UnknownFormat, import};

/// What there is to do with forms.
#[derive(Debug, Subcommand)]
pub enum FormCommand {
    /// Turn a form of another system into a definition
    ///
    /// The definition (onehall-form/1) is written to standard output. Standard error gets one line for each thing that
    /// the definition holds in another way than the source, or not at all: where in the source (a JSON pointer), a code,
    /// and what it means. Exit code 0 where a definition came out, with findings or without; 2 where there is none.
    Import(Import),
}

/// The arguments of `onehall form import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The form, as JSON: XGov/DEFRA digital form builder, JSON Schema (with an RJSF uiSchema as {schema, uiSchema}),
    /// Form.io, GOV.UK Forms; - for standard input
    file: PathBuf,
    /// The format: xgov, json-schema, formio, govuk [default: found from the content]
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    format: Option<Format>,
    /// The language of the form's texts: en, zh-CN, cy, ... Of texts in several languages this one is taken
    /// [default: what the form says, else en]
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The code of the definition: lower-case letters, digits, hyphens [default: made from the form's name]
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

fn parse_format(text: &str) -> Result<Format, UnknownFormat> {
    text.parse()
}

/// The exit code of an import without a definition.
const REFUSED: u8 = 2;

impl FormCommand {
    /// Does it.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        match self {
            FormCommand::Import(given) => given.run(),
        }
    }
}

impl Import {
    fn run(&self) -> ExitCode {
        let text = match read(&self.file) {
            Ok(text) => text,
            Err(cause) => {
                eprintln!("/: unreadable: {}: {cause}", self.file.display());
                return ExitCode::from(REFUSED);
            }
        };
        let options = Options {
            format: self.format,
            language: self.language.clone(),
            code: self.code.clone(),
        };
        let (definition, findings) = match import(&text, &options) {
            Ok(imported) => (Some(imported.definition), imported.findings),
            Err(findings) => (None, findings),
        };
        // Somebody may read the definition alone: a closed standard error is no reason to withhold it.
        let mut told = std::io::stderr().lock();
        for finding in &findings {
            let _ = writeln!(told, "{finding}");
        }
        let Some(definition) = definition else {
            return ExitCode::from(REFUSED);
        };
        let written = serde_json::to_string_pretty(&definition)
            .map_err(std::io::Error::from)
            .and_then(|json| writeln!(std::io::stdout().lock(), "{json}"));
        match written {
            Ok(()) => ExitCode::SUCCESS,
            Err(cause) => {
                let _ = writeln!(told, "/: unwritable: {cause}");
                ExitCode::from(REFUSED)
            }
        }
    }
}

/// The text of a file; no more of it than an import takes, and a byte that says so.
fn read(file: &Path) -> std::io::Result<String> {
    let most = MOST_BYTES as u64 + 1;
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_string(&mut text)?;
    } else {
        File::open(file)?.take(most).read_to_string(&mut text)?;
    }
    Ok(text)
}
