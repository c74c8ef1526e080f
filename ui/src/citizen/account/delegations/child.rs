//! `/account/delegations/child`: an account for a child without a phone of its own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::OpenForChild;
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::{CitizenId, CoreError, ErrorCode};

use crate::citizen::account::{levels_of, outcome_view, proof_asked, proof_view, too_low};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{PageHeading, Profile, use_ui};
use crate::texts::{Phrase, Words, account, contacts as words, level, login};
use crate::view::view;

const NAME: &str = "child-name";
const NUMBER: &str = "child-number";

/// The page.
#[component]
pub fn ChildPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

/// What is wrong before anybody is asked.
fn faults(name: &str, number: &str) -> Vec<(&'static str, Phrase)> {
    let wrong = [
        (NAME, level::NAME_EMPTY, name.trim().is_empty()),
        (NUMBER, level::NUMBER_INVALID, number.parse::<CitizenId>().is_err()),
    ];
    let wrong = wrong.into_iter().filter(|(.., wrong)| *wrong);
    wrong.map(|(field, words, _)| (field, words)).collect()
}

fn of_age(error: &CoreError) -> bool {
    error.code == ErrorCode::InvalidBody && error.fields.iter().any(|field| field.code == "of_age")
}

fn refused(error: &CoreError) -> AnyView {
    if let Some((required, has)) = levels_of(error) {
        return too_low(required, has, routes::CHILD);
    }
    match error.code {
        ErrorCode::NumberInUse => view! { <Notice tone=Tone::Attention><p>{words::CHILD_OWN}</p></Notice> }.into_any(),
        _ => outcome_view(error, words::CHILD_NOT),
    }
}

fn page() -> AnyView {
    let (hall, ui, navigate) = (use_hall(), use_ui(), use_navigate());
    let crumbs = vec![
        (routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE)),
        (routes::DELEGATIONS.to_owned(), Words::from(account::DELEGATIONS)),
    ];
    if matches!(ui.profile.get_untracked(), Profile::Kiosk | Profile::MiniApp) {
        return view! {
            <Reading>
                <Crumbs way=crumbs/>
                <PageHeading title=words::CHILD_TITLE/>
                <Notice tone=Tone::Info><p>{words::ELSEWHERE}</p></Notice>
            </Reading>
        }
        .into_any();
    }
    let (name, number) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let lines = RwSignal::new(Vec::<SummaryLine>::new());
    let failed = RwSignal::new(None::<CoreError>);
    let proof = RwSignal::new(None::<Vec<ProofWay>>);
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
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };
    let go = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let ask = OpenForChild {
            name: name.get_untracked(),
            citizen_id: number.with_untracked(|number| number.trim().to_ascii_uppercase()),
        };
        let faults = faults(&ask.name, &ask.citizen_id);
        let wrong = !faults.is_empty();
        told(faults);
        failed.set(None);
        proof.set(None);
        if wrong {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = hall.client.ask(ask).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    ui.say(words::CHILD_DONE);
                    navigate(routes::DELEGATIONS, NavigateOptions::default());
                }
                Err(error) if of_age(&error) => told(vec![(NUMBER, words::CHILD_OF_AGE)]),
                Err(error) => match proof_asked(&error) {
                    Some(ways) => proof.set(Some(ways)),
                    None => failed.set(Some(error)),
                },
            }
        });
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        go.run(());
    };
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::CHILD_TITLE/>
            <p class="lead">{words::CHILD_LEAD}</p>
            <ErrorSummary errors=lines/>
            <div role="alert">
                {move || failed.get().map(|error| refused(&error))}
                {move || proof.get().map(|ways| proof_view(&ways, go))}
            </div>
            <form class="stack" novalidate on:submit=submit>
                <TextField
                    id=NAME
                    label=words::CHILD_NAME
                    kind=InputKind::Name
                    width=Width::Medium
                    max_length=60
                    value=name
                    on_input=Callback::new(move |value| name.set(value))
                    error=error_of(NAME)
                />
                <TextField
                    id=NUMBER
                    label=words::CHILD_NUMBER
                    hint=words::CHILD_NUMBER_HINT
                    kind=InputKind::CitizenId
                    width=Width::Medium
                    max_length=18
                    value=number
                    on_input=Callback::new(move |value| number.set(value))
                    error=error_of(NUMBER)
                />
                <div class="buttons"><Button label=words::CHILD_GO weight=Weight::Primary submit=true busy=busy/></div>
                <p role="status">{move || busy.get().then(|| view! { <span>{level::CHECKING}</span> })}</p>
            </form>
        </Reading>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::{FieldError, Language};

    use super::*;

    #[test]
    fn what_is_missing_is_told_before_anybody_is_asked() {
        assert_eq!(faults("王小禾", "620103201909152024"), []);
        let fields: Vec<_> = faults(" ", "62").into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, [NAME, NUMBER]);
    }

    #[test]
    fn who_is_of_age_is_told_apart_from_a_number_that_is_none() {
        let mut error = CoreError::new(ErrorCode::InvalidBody, Language::En);
        assert!(!of_age(&error));
        error.fields = vec![FieldError {
            path: "citizen_id".to_owned(),
            code: "of_age".to_owned(),
        }];
        assert!(of_age(&error));
    }
}
