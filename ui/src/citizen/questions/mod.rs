//! The questions of a form: one view for each kind, over [`Answering`].

mod answering;
mod chinese;
mod choice;
pub mod elsewhere;
mod group;
mod lists;
mod material;
mod offers;
mod person;
pub mod prefilled;
mod read;
mod region;
mod scan;
mod section;
pub mod shown;
mod signature;
mod text;
mod typed;
mod uploads;
mod when;

use leptos::prelude::*;
use onehall_forms::{Filling, Kind, Question, QuestionView};

pub use answering::{Answering, named};
pub use uploads::files_of;

use crate::texts::Words;
use crate::view::{keyed, memo};

/// A question as it is asked: what every view of one needs.
#[derive(Clone)]
pub struct Asked {
    /// Where its answer stands.
    pub path: String,
    /// The question.
    pub question: Question,
    /// The id of its first control: an error summary leads there.
    pub id: String,
    /// Whether it may be left empty.
    pub optional: bool,
    /// What is wrong, where it may be shown.
    pub error: Signal<Option<Words>>,
}

impl Asked {
    /// What is asked.
    fn label(&self) -> Words {
        Words::from(&self.question.label)
    }

    /// What helps to answer, and where the answer came from while it is as the hall filled it in.
    fn hint(&self, answering: Answering) -> Option<Words> {
        let help = self.question.help.clone().map(Words::from);
        let prefilled = answering
            .prefilled
            .with_untracked(|prefilled| prefilled.contains_key(&self.path));
        if !prefilled {
            return help;
        }
        let path = self.path.clone();
        Some(Words::made(move |language| {
            let source = answering.source_of(&path);
            let parts = [
                source.map(|source| source.get(language)),
                help.as_ref().map(|help| help.get(language)),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }))
    }
}

/// The id of the first control of the question at a path.
#[must_use]
pub fn control_id(path: &str) -> String {
    format!("q.{}", path.replace('/', "."))
}

/// The level of the heading of a section, or of the rows of a group: the page's own is the first, and each section and row
/// around is one more.
fn heading_level(answering: Answering, path: &str) -> usize {
    answering
        .filling
        .with_untracked(|filling| filling.form().headings_around(path) + 2)
}

/// Passes a hint only where there is one: a control without must not be described by nothing.
macro_rules! hinted {
    ($Component:ident, $props:expr, $hint:expr) => {
        match $hint {
            Some(hint) => $Component($props.hint(hint).build()).into_any(),
            None => $Component($props.build()).into_any(),
        }
    };
}
use hinted;

/// Some questions that are asked together: those of a page, or of a row. `which` picks them out of the filling.
pub fn questions(
    answering: Answering,
    which: impl Fn(&Filling) -> Option<Vec<QuestionView<'_>>> + Send + Sync + 'static,
) -> AnyView {
    // Only which questions are asked is followed here: a keystroke must not draw the others anew.
    let asked = memo(move |_| {
        answering.filling.with(|filling| {
            let views = which(filling).unwrap_or_default();
            views
                .into_iter()
                .map(|view| (view.path, view.required))
                .collect::<Vec<_>>()
        })
    });
    keyed(
        move || asked.get(),
        |(path, required)| format!("{path} {required}"),
        move |(path, required)| question(answering, path, required),
    )
}

/// One question.
pub fn question(answering: Answering, path: String, required: bool) -> AnyView {
    let question = answering
        .filling
        .with_untracked(|filling| filling.form().question(&path).cloned());
    let Some(question) = question else { return ().into_any() };
    let asked = Asked {
        id: control_id(&path),
        optional: !required,
        error: answering.error(path.clone()),
        path,
        question,
    };
    let path = asked.path.clone();
    let drawn = match &asked.question.kind {
        Kind::LongText { max_length } => text::area(answering, &asked, max_length.unwrap_or(1_000)),
        Kind::Text { .. }
        | Kind::Number { .. }
        | Kind::Money { .. }
        | Kind::Phone {}
        | Kind::Email {}
        | Kind::CitizenId {}
        | Kind::OrganisationCode {}
        | Kind::BankCard {} => text::line(answering, &asked),
        Kind::Date { .. } => when::day(answering, &asked),
        Kind::Time { .. } => when::time(answering, &asked),
        Kind::DateRange { .. } => when::range(answering, &asked),
        Kind::Address {} => text::address(answering, asked),
        Kind::YesNo {} => choice::yes_no(answering, &asked),
        Kind::Choice { .. } => choice::one(answering, &asked),
        Kind::Choices { .. } => choice::several(answering, &asked),
        Kind::Declaration { statement } => choice::declaration(answering, &asked, statement),
        Kind::Material { .. } => material::material(answering, asked),
        Kind::Computed { .. } => read::computed(answering, &asked),
        Kind::Note { tone } => read::note(&asked, *tone),
        Kind::Group { .. } => group::group(answering, asked),
        // It has no answer that could come from elsewhere.
        Kind::Section { .. } => return section::section(answering, &asked),
        Kind::Person { id_types, phone } => person::person(answering, &asked, id_types, *phone),
        Kind::ListChoice { list } => lists::choice(answering, &asked, list),
        Kind::Region { list, depth } => region::region(answering, &asked, list, *depth),
        Kind::Signature {} => signature::signature(answering, &asked),
    };
    let drawn = prefilled::marked(answering, &path, drawn);
    elsewhere::noted(answering, &path, drawn)
}
