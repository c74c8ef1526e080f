//! Importers: other systems' forms as definitions of the form engine (`onehall-form/1`).
//!
//! Four formats are read ([`Format`]). Routing and conditions are kept; each thing that the definition holds in another way
//! or not at all is told with its place in the source ([`ImportFinding`]). What comes out is loaded by the engine before it
//! is handed out, so a definition that [`import`] gives always loads. Nonsense is refused with a reason.
//!
//! Pure: no I/O. Sizes and depths are bounded (8 MB, 2,000 pages, 20,000 questions), so that no file hangs or exhausts
//! what imports it. What is carried, and how, stands in `docs/form-importers.md`.
//!
//! ```
//! use onehall_form_importers::{Options, import};
//!
//! let schema = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Dog licence", "type": "object",
//!     "properties": {"name": {"type": "string", "title": "Name of the dog", "pattern": "^(?!none).*$"}}, "required": ["name"]}"#;
//! let imported = import(schema, &Options::default()).map_err(|findings| format!("{findings:?}"))?;
//! assert_eq!(imported.definition.code.as_str(), "dog-licence");
//! assert!(imported.definition.pages[0].questions[0].required);
//! let told: Vec<_> = imported.findings.iter().map(|finding| (finding.path.as_str(), finding.code)).collect();
//! assert_eq!(told, [("/properties/name/pattern", "pattern_not_carried"), ("", "untranslated")]);
//! # Ok::<(), String>(())
//! ```

mod detect;
mod draft;
mod exit;
mod files;
mod finding;
mod finish;
mod formio;
mod govuk;
mod json;
mod json_logic;
mod json_schema;
mod kinds;
mod known;
mod markdown;
mod names;
mod pattern;
mod routing;
mod rules;
mod text;
mod xgov;

use std::fmt;
use std::str::FromStr;

use onehall_forms::Definition;

use draft::Draft;
use finding::refused;
pub use finding::{ImportFinding, Severity};
use json::{At, Json};

/// The largest file that is read.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// XGov and DEFRA digital form builder: pages with links and conditions.
    Xgov,
    /// JSON Schema 2020-12 and before, with an RJSF `uiSchema` where there is one.
    JsonSchema,
    /// Form.io: a tree of components.
    Formio,
    /// GOV.UK Forms: steps with routing conditions.
    Govuk,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Xgov, Format::JsonSchema, Format::Formio, Format::Govuk];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Xgov => "xgov",
            Format::JsonSchema => "json-schema",
            Format::Formio => "formio",
            Format::Govuk => "govuk",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such format; there are xgov, json-schema, formio and govuk")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;
    fn from_str(text: &str) -> Result<Format, UnknownFormat> {
        Format::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or(UnknownFormat)
    }
}

/// What an import may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The format; found from the content where absent.
    pub format: Option<Format>,
    /// The language of the source's texts, as a tag (`en`, `zh-CN`, `cy`). Where a source has its texts in several, this
    /// one is taken. English where neither this nor the source names one.
    pub language: Option<String>,
    /// The code of the definition; made from the form's name where absent.
    pub code: Option<String>,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The format that was read.
    pub format: Format,
    /// The definition, version 1. It loads.
    pub definition: Definition,
    /// What the definition holds in another way than the source, or not at all.
    pub findings: Vec<ImportFinding>,
}

/// Turns a form of another system into a definition.
///
/// # Errors
/// The reasons why there is no definition, and whatever was found on the way. The last one is always a refusal.
pub fn import(text: &str, options: &Options) -> Result<Imported, Vec<ImportFinding>> {
    let json = read(text).map_err(|finding| vec![finding])?;
    let root = At::root(&json);
    let (format, root) = match options.format {
        Some(format) => (format, detect::inner(format, root)),
        None => detect::format(root).map_err(|finding| vec![finding])?,
    };
    let language = options.language.as_deref().filter(|tag| !tag.trim().is_empty());
    let mut draft = Draft::new(language.unwrap_or("en"));
    let made = match format {
        Format::Xgov => xgov::import(&root, &mut draft),
        Format::JsonSchema => json_schema::import(&root, &mut draft),
        Format::Formio => formio::import(&root, &mut draft),
        Format::Govuk => govuk::import(&root, language.is_some(), &mut draft),
    };
    let made = made
        .map_err(|finding| vec![finding])
        .and_then(|()| finish::finish(&mut draft, options.code.as_deref()));
    tell_of_texts(&mut draft);
    let mut findings = draft.report.into_findings();
    match made {
        Ok(definition) => Ok(Imported {
            format,
            definition,
            findings,
        }),
        Err(refusals) => {
            findings.extend(refusals);
            Err(findings)
        }
    }
}

fn read(text: &str) -> Result<Json, ImportFinding> {
    if text.len() > MOST_BYTES {
        let message = format!("a file of more than {} MB is not imported", MOST_BYTES / 1024 / 1024);
        return Err(refused("", "too_large", message));
    }
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(&json::with_long_numbers(text)).map_err(|error| {
        let why = error.to_string();
        if why.starts_with(json::TWICE) {
            refused("", "duplicate_field", why)
        } else if error.to_string().starts_with("recursion limit") {
            refused(
                "",
                "too_deep",
                format!("it nests absurdly deep, at line {}", error.line()),
            )
        } else {
            refused("", "no_json", format!("it is not JSON: {error}"))
        }
    })
}

fn tell_of_texts(draft: &mut Draft) {
    for (path, code, message) in draft.texts.take_lost() {
        draft.report.lost(&path, code, message);
    }
    let (count, language) = draft.texts.untranslated();
    if count > 0 {
        let message =
            format!("{count} texts stand in one language ({language}): they fill both and wait for a translation");
        draft.report.differs("", "untranslated", message);
    }
}
