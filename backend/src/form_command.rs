//! `onehall form`: work on forms, for those who write them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use onehall_form_importers::{Format, MOST_BYTES, Options, UnknownFormat, import};
use onehall_forms::{Form, Kind, Question, diff};
use onehall_protocol::Language;

use crate::config::flags::Flags;
use crate::form_file::{self, FileFinding};
use crate::form_preview::{Preview, PreviewError};

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
    /// Only this machine reaches it, and nothing is stored or sent. Ends with Ctrl-C.
    Preview(Preview),
}

/// The arguments of `onehall form check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The definition (onehall-form/1); - for standard input
    file: PathBuf,
    #[command(flatten)]
    reader: Reader,
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
    #[command(flatten)]
    reader: Reader,
}

/// Who reads what is said of a form.
#[derive(Debug, Clone, Args)]
pub struct Reader {
    /// The language in which it is said: zh-CN or en [default: Chinese where the system's locale is, else English]
    #[arg(long, value_name = "TAG", value_parser = parse_language)]
    language: Option<Language>,
}

impl Reader {
    /// The language of the reader: the one asked for, else that of the locale. A terminal without a locale cannot be
    /// expected to show Chinese.
    pub(crate) fn language(&self) -> Language {
        let locale = || {
            let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
            let set = names
                .into_iter()
                .filter_map(std::env::var_os)
                .find(|value| !value.is_empty())?;
            Language::from_tag(set.to_str()?)
        };
        self.language.or_else(locale).unwrap_or(Language::En)
    }
}

fn parse_language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "choose zh-CN or en".to_owned())
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
    /// Does it.
    ///
    /// # Errors
    /// One sentence: what a preview needs and does not have. What is wrong with a form is no error of the command.
    pub fn run(&self, flags: &Flags) -> Result<ExitCode, PreviewError> {
        match self {
            FormCommand::Import(given) => Ok(given.run()),
            FormCommand::Check(given) => Ok(given.run()),
            FormCommand::Diff(given) => Ok(given.run()),
            FormCommand::Preview(given) => given.run(flags),
        }
    }
}

impl Import {
    fn run(&self) -> ExitCode {
        let text = match form_file::read(&self.file, MOST_BYTES) {
            Ok(text) => text,
            Err(finding) => {
                eprintln!("{}", finding.line(Language::En));
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
        let language = self.reader.language();
        let mut out = std::io::stdout().lock();
        match sound(&self.file) {
            Ok(form) => {
                let definition = form.definition();
                let (file, code, version) = (self.file.display(), &definition.code, definition.version);
                let questions = definition.pages.iter().map(|page| count(&page.questions));
                let (pages, questions) = (definition.pages.len(), questions.sum::<usize>());
                let _ = match language {
                    Language::ZhCn => writeln!(
                        out,
                        "{file}：`{code}` 第 {version} 版没有问题：{pages} 页，{questions} 个问题"
                    ),
                    Language::En => writeln!(
                        out,
                        "{file}: version {version} of `{code}` is sound: pages {pages}, questions {questions}"
                    ),
                };
                ExitCode::SUCCESS
            }
            Err(findings) => {
                for finding in findings {
                    let _ = writeln!(out, "{}", finding.line(language));
                }
                ExitCode::from(REFUSED)
            }
        }
    }
}

impl Diff {
    fn run(&self) -> ExitCode {
        let language = self.reader.language();
        let (old, new) = match (sound(&self.old), sound(&self.new)) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                let mut told = std::io::stderr().lock();
                for (file, outcome) in [(&self.old, old), (&self.new, new)] {
                    for finding in outcome.err().into_iter().flatten() {
                        let _ = writeln!(told, "{}: {}", file.display(), finding.line(language));
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
                let _ = writeln!(out, "{difference} \"{}\"", difference.label.get(language));
            }
        }
        ExitCode::SUCCESS
    }
}

/// How many questions these are, with those in sections and in the rows of groups.
fn count(questions: &[Question]) -> usize {
    let each = questions.iter().map(|question| match &question.kind {
        Kind::Group { questions, .. } => 1 + count(questions),
        Kind::Section { questions } => count(questions),
        _ => 1,
    });
    each.sum()
}

/// The form in a file, or everything that is wrong with it.
fn sound(file: &Path) -> Result<Form, Vec<FileFinding>> {
    let text = form_file::read(file, form_file::MOST_BYTES).map_err(|finding| vec![finding])?;
    form_file::check(&text).map(|(form, _)| form)
}
