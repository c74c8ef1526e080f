//! Name and number, matched with the register.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::MatchDocument;
use onehall_protocol::{CitizenId, CoreError, ErrorCode};

use super::Raising;
use super::outcome::outcome_view;
use crate::design::button::{Button, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::texts::{Phrase, level as words};
use crate::view::view;

const NAME: &str = "level-name";
const NUMBER: &str = "level-number";
/// Where the answer of a check is read.
const OUTCOME: &str = "level-outcome";

/// What is wrong before anybody is asked.
fn faults(name: &str, number: &str) -> Vec<(&'static str, Phrase)> {
    let mut faults = Vec::new();
    if name.trim().is_empty() {
        faults.push((NAME, words::NAME_EMPTY));
    }
    if number.trim().is_empty() {
        faults.push((NUMBER, words::NUMBER_EMPTY));
    } else if number.parse::<CitizenId>().is_err() {
        faults.push((NUMBER, words::NUMBER_INVALID));
    }
    faults
}

/// What the backend found wrong with a field.
fn refused(error: &CoreError) -> Vec<(&'static str, Phrase)> {
    let fields = error.fields.iter();
    fields
        .filter_map(|field| match field.path.as_str() {
            "name" => Some((NAME, words::NAME_INVALID)),
            "citizen_id" => Some((NUMBER, words::NUMBER_INVALID)),
            _ => None,
        })
        .collect()
}

/// The form. What was typed stays until it matched.
pub(super) fn document_form(raising: Raising) -> AnyView {
    let (name, number) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let lines = RwSignal::new(Vec::<SummaryLine>::new());
    let failed = RwSignal::new(None::<CoreError>);
    let busy = RwSignal::new(false);
    let told = move |faults: Vec<(&'static str, Phrase)>| {
        let line = |(field, words): (&'static str, Phrase)| SummaryLine {
            field: Some(field.to_owned()),
            words: words.into(),
        };
        lines.set(faults.into_iter().map(line).collect());
    };
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            lines.with(|lines| {
                let mut lines = lines.iter();
                lines
                    .find(|line| line.field.as_deref() == Some(field))
                    .map(|line| line.words.clone())
            })
        })
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let (typed_name, typed_number) = (name.get_untracked(), number.get_untracked());
        let faults = faults(&typed_name, &typed_number);
        failed.set(None);
        let wrong = !faults.is_empty();
        told(faults);
        if wrong {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let ask = MatchDocument {
                name: typed_name,
                citizen_id: typed_number,
            };
            let answer = raising.hall.client.ask(ask).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(session) => raising.done(session),
                Err(error) if error.code == ErrorCode::InvalidBody => told(refused(&error)),
                Err(error) => {
                    failed.set(Some(error));
                    request_animation_frame(|| crate::shell::document::reveal(OUTCOME));
                }
            }
        });
    };
    view! {
        <p>{words::DOCUMENT_TEXT}</p>
        <ErrorSummary errors=lines/>
        <div id=OUTCOME role="alert">
            {move || failed.get().map(|error| outcome_view(&error, words::NOT_MATCHED))}
        </div>
        <form class="stack" novalidate on:submit=submit>
            <TextField
                id=NAME
                label=words::NAME
                hint=words::NAME_HINT
                kind=InputKind::Name
                width=Width::Medium
                max_length=60
                value=name
                on_input=Callback::new(move |value| name.set(value))
                error=error_of(NAME)
            />
            <TextField
                id=NUMBER
                label=words::NUMBER
                hint=words::NUMBER_HINT
                kind=InputKind::CitizenId
                width=Width::Medium
                max_length=18
                value=number
                on_input=Callback::new(move |value| number.set(value))
                error=error_of(NUMBER)
            />
            <div class="buttons"><Button label=words::CHECK weight=Weight::Primary submit=true busy=busy/></div>
            <p role="status">{move || busy.get().then(|| view! { <span>{words::CHECKING}</span> })}</p>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_told_before_anybody_is_asked() {
        assert_eq!(faults("张三", "11010519491231002X"), []);
        let wrong = |name, number| {
            faults(name, number)
                .into_iter()
                .map(|(field, _)| field)
                .collect::<Vec<_>>()
        };
        assert_eq!(wrong(" ", ""), [NAME, NUMBER]);
        assert_eq!(wrong("张三", "110105194912310021"), [NUMBER]);
    }
}
