//! A person's name and identity number, as several forms of an account ask for them: the two fields, and what is told of what
//! is wrong in the form.

use leptos::prelude::*;
use onehall_protocol::CitizenId;

use crate::design::errors::SummaryLine;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::texts::{Phrase, Words, level};
use crate::view::view;

/// A field in which something is wrong, and what.
pub(super) type Fault = (&'static str, Phrase);

/// A field's id, what it is called, and what helps to fill it.
#[derive(Clone, Copy)]
pub(super) struct Called {
    pub(super) id: &'static str,
    pub(super) label: Phrase,
    pub(super) hint: Phrase,
}

/// The two fields of a form, and the lines of its summary. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct PersonFields {
    named: Called,
    numbered: Called,
    name: RwSignal<String>,
    number: RwSignal<String>,
    /// What is wrong in the form, in these fields or others.
    pub(super) lines: RwSignal<Vec<SummaryLine>>,
}

/// What was typed: the name, and the number as the register writes it.
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) citizen_id: String,
}

impl PersonFields {
    /// Empty.
    pub(super) fn new(named: Called, numbered: Called) -> PersonFields {
        PersonFields {
            named,
            numbered,
            name: RwSignal::new(String::new()),
            number: RwSignal::new(String::new()),
            lines: RwSignal::new(Vec::new()),
        }
    }

    pub(super) fn typed(self) -> Typed {
        Typed {
            name: self.name.get_untracked(),
            citizen_id: self.number.with_untracked(|number| number.trim().to_ascii_uppercase()),
        }
    }

    /// What is wrong with it before anybody is asked.
    pub(super) fn faults(self, typed: &Typed) -> Vec<Fault> {
        faults([self.named.id, self.numbered.id], typed)
    }

    /// Tells what is wrong, and nothing else.
    pub(super) fn tell(self, faults: Vec<Fault>) {
        let line = |(field, words): Fault| SummaryLine {
            field: Some(field.to_owned()),
            words: words.into(),
        };
        self.lines.set(faults.into_iter().map(line).collect());
    }

    /// What is told of a field of the form.
    pub(super) fn error_of(self, field: &'static str) -> Signal<Option<Words>> {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            self.lines
                .with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    }

    /// The two, one below the other.
    pub(super) fn view(self) -> AnyView {
        let PersonFields {
            named,
            numbered,
            name,
            number,
            ..
        } = self;
        view! {
            <TextField
                id=named.id
                label=named.label
                hint=named.hint
                kind=InputKind::Name
                width=Width::Medium
                max_length=60
                value=name
                on_input=Callback::new(move |value| name.set(value))
                error=self.error_of(named.id)
            />
            <TextField
                id=numbered.id
                label=numbered.label
                hint=numbered.hint
                kind=InputKind::CitizenId
                width=Width::Medium
                max_length=18
                value=number
                on_input=Callback::new(move |value| number.set(value))
                error=self.error_of(numbered.id)
            />
        }
        .into_any()
    }
}

fn faults([name, number]: [&'static str; 2], typed: &Typed) -> Vec<Fault> {
    let mut faults = Vec::new();
    if typed.name.trim().is_empty() {
        faults.push((name, level::NAME_EMPTY));
    }
    if typed.citizen_id.is_empty() {
        faults.push((number, level::NUMBER_EMPTY));
    } else if typed.citizen_id.parse::<CitizenId>().is_err() {
        faults.push((number, level::NUMBER_INVALID));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_no_number_is_told_before_anybody_is_asked() {
        let told = |name: &str, number: &str| {
            let typed = Typed {
                name: name.to_owned(),
                citizen_id: number.to_owned(),
            };
            faults(["name", "number"], &typed)
        };
        assert_eq!(told("张三", "11010519491231002X"), []);
        let (no_name, no_number) = (("name", level::NAME_EMPTY), ("number", level::NUMBER_EMPTY));
        assert_eq!(told(" ", ""), [no_name, no_number]);
        assert_eq!(told("张三", "110105194912310021"), [("number", level::NUMBER_INVALID)]);
        assert_eq!(told("王小禾", "620103201909152024"), []);
    }
}
