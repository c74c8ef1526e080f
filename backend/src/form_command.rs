//! `onehall form`: work on forms, for those who write them.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use onehall_form_importers::{Format, MOST_BYTES, Options, UnknownFormat, import};
use onehall_forms::{Form, Kind, Question, diff};

use crate::form_preview::{Given, Preview};
use crate::json_places::{JsonPlaces, line_and_column};

/// What there is to do with forms.
#[derive(Debug, Subcommand)]
pub enum FormCommand {
    /// Turn a form of another system into a definition
    ///
    /// The definition (onehall-form/1) is written to standard output. Standard error gets one line for each thing that
    /// the definition holds in another way than the source, or not at all: where in the source (a JSON pointer), a code,
    /// and what it means. Exit code 0 where a definition came out, with findings or without; 2 where there is none.
    Import(Import),
    /// Check a definition
    ///
    /// Standard output gets one line for each thing that is wrong: where (a JSON pointer), a code, what to change, and the
    /// line of the file. Exit code 0 where nothing is wrong, 2 where something is.
    Check(Check),
    /// Compare two versions of a form
    ///
    /// Standard output gets one line for each difference: the question (or the page, as #id), what differs, and the
    /// question's label. Exit code 0 where both are sound, whether or not they differ; 2 where one is not, with its
    /// findings on standard error.
    Diff(Diff),
    /// Show a form in the browser as citizens get it, with what is wrong with it at each save
    ///
    /// Only this machine reaches it, and nothing is stored or sent. Ends with Ctrl-C. Settings: --port (8090), --ui.
    Preview(Preview),
}

/// The arguments of `onehall form check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The definition (onehall-form/1); - for standard input
    file: PathBuf,
}

/// The arguments of `onehall form diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The version that is
    old: PathBuf,
    /// The version that is to be
    new: PathBuf,
    /// As JSON: a list of {path, label, change, ...}
    #[arg(long)]
    json: bool,
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

/// The exit code where there is no sound definition.
const REFUSED: u8 = 2;

impl FormCommand {
    /// Does it. `preview` is what the settings say for a preview.
    #[must_use]
    pub fn run(&self, preview: &Given) -> ExitCode {
        match self {
            FormCommand::Import(given) => given.run(),
            FormCommand::Check(given) => given.run(),
            FormCommand::Diff(given) => given.run(),
            FormCommand::Preview(given) => given.run(preview).unwrap_or_else(|error| {
                eprintln!("onehall: {error}");
                ExitCode::FAILURE
            }),
        }
    }
}

impl Import {
    fn run(&self) -> ExitCode {
        let text = match read(&self.file, MOST_BYTES) {
            Ok(Some(text)) => text,
            Ok(None) => {
                let most = MOST_BYTES / 1024 / 1024;
                eprintln!("/: too_large: a file of more than {most} MB is not imported");
                return ExitCode::from(REFUSED);
            }
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

impl Check {
    fn run(&self) -> ExitCode {
        let mut out = std::io::stdout().lock();
        match sound(&self.file) {
            Ok(form) => {
                let definition = form.definition();
                let _ = writeln!(
                    out,
                    "{}: version {} of `{}` is sound: pages {}, questions {}",
                    self.file.display(),
                    definition.version,
                    definition.code,
                    definition.pages.len(),
                    definition
                        .pages
                        .iter()
                        .map(|page| count(&page.questions))
                        .sum::<usize>(),
                );
                ExitCode::SUCCESS
            }
            Err(findings) => {
                for finding in findings {
                    let _ = writeln!(out, "{finding}");
                }
                ExitCode::from(REFUSED)
            }
        }
    }
}

impl Diff {
    fn run(&self) -> ExitCode {
        let (old, new) = match (sound(&self.old), sound(&self.new)) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                let mut told = std::io::stderr().lock();
                for (file, outcome) in [(&self.old, old), (&self.new, new)] {
                    for finding in outcome.err().into_iter().flatten() {
                        let _ = writeln!(told, "{}: {finding}", file.display());
                    }
                }
                return ExitCode::from(REFUSED);
            }
        };
        let differences = diff(&old, &new);
        let mut out = std::io::stdout().lock();
        if self.json {
            let json = serde_json::to_string_pretty(&differences).unwrap_or_default();
            let _ = writeln!(out, "{json}");
        } else {
            for difference in &differences {
                let _ = writeln!(out, "{difference} \"{}\"", difference.label.en);
            }
        }
        ExitCode::SUCCESS
    }
}

/// How many questions these are, with those in the rows of groups.
fn count(questions: &[Question]) -> usize {
    let inside = questions.iter().map(|question| match &question.kind {
        Kind::Group { questions, .. } => count(questions),
        _ => 0,
    });
    questions.len() + inside.sum::<usize>()
}

/// The largest form that is read, in bytes: several times the largest one that anybody fills.
pub const MOST_FORM_BYTES: usize = 32 * 1024 * 1024;

/// The form in a file, or a line for each thing that is wrong with it: pointer, code, what, and the line of the file.
fn sound(file: &Path) -> Result<Form, Vec<String>> {
    let one = |code: &str, what: String| vec![format!("/: {code}: {what}")];
    let text = match read(file, MOST_FORM_BYTES) {
        Ok(Some(text)) => text,
        Ok(None) => {
            let most = MOST_FORM_BYTES / 1024 / 1024;
            return Err(one("too_large", format!("a form has at most {most} MiB")));
        }
        Err(cause) => return Err(one("unreadable", format!("{}: {cause}", file.display()))),
    };
    if text.starts_with('\u{feff}') {
        let what = "save the file as UTF-8 without a byte order mark".to_owned();
        return Err(one("byte_order_mark", what));
    }
    let definition = match serde_json::from_str(&text) {
        Ok(definition) => definition,
        // The message says where: there are no places in what is no JSON.
        Err(error) => return Err(one("no_json", error.to_string())),
    };
    let places = JsonPlaces::of(&text);
    let line = |offset: usize| line_and_column(&text, offset).0;
    let twice = places.twice().map(|(pointer, key, offset)| {
        let line = line(offset);
        format!("{pointer}: duplicate_field: the field `{key}` stands here twice (line {line})")
    });
    let mut told: Vec<String> = twice.collect();
    match Form::from_value(&definition) {
        Ok(form) if told.is_empty() => return Ok(form),
        Ok(_) => {}
        Err(findings) => told.extend(findings.iter().map(|finding| {
            let path = if finding.path.is_empty() { "/" } else { &finding.path };
            let line = line(places.offset(&finding.path));
            format!("{path}: {}: {} (line {line})", finding.code, finding.message)
        })),
    }
    Err(told)
}

/// The text of a file; none where it is longer than that.
fn read(file: &Path, most: usize) -> std::io::Result<Option<String>> {
    let a_byte_more = most as u64 + 1;
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(a_byte_more).read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.take(a_byte_more).read_to_end(&mut bytes)?;
    }
    if bytes.len() > most {
        return Ok(None);
    }
    let text = String::from_utf8(bytes);
    let no_text = |_| std::io::Error::new(std::io::ErrorKind::InvalidData, "it is no text in UTF-8");
    text.map(Some).map_err(no_text)
}
