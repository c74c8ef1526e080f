//! `/account/delegations/child`: an account for a child without a phone of its own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::OpenForChild;
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::{CoreError, ErrorCode};

use crate::citizen::account::person_fields::{Called, PersonFields};
use crate::citizen::account::{levels_of, outcome_view, proof_asked, proof_view, too_low};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::errors::ErrorSummary;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{PageHeading, Profile, use_ui};
use crate::texts::{Words, account, contacts as words, level, login};
use crate::view::view;

const NAME: Called = Called {
    id: "child-name",
    label: words::CHILD_NAME,
    hint: words::CHILD_NAME_HINT,
};
const NUMBER: Called = Called {
    id: "child-number",
    label: words::CHILD_NUMBER,
    hint: words::CHILD_NUMBER_HINT,
};

/// The page.
#[component]
pub fn ChildPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
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
    let person = PersonFields::new(NAME, NUMBER);
    let failed = RwSignal::new(None::<CoreError>);
    let proof = RwSignal::new(None::<Vec<ProofWay>>);
    let busy = RwSignal::new(false);
    let go = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let typed = person.typed();
        let faults = person.faults(&typed);
        let wrong = !faults.is_empty();
        person.tell(faults);
        failed.set(None);
        proof.set(None);
        if wrong {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let ask = OpenForChild {
                name: typed.name,
                citizen_id: typed.citizen_id,
            };
            let answer = hall.client.ask(ask).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    ui.say(words::CHILD_DONE);
                    navigate(routes::DELEGATIONS, NavigateOptions::default());
                }
                Err(error) if of_age(&error) => person.tell(vec![(NUMBER.id, words::CHILD_OF_AGE)]),
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
            <ErrorSummary errors=person.lines/>
            <div role="alert">
                {move || failed.get().map(|error| refused(&error))}
                {move || proof.get().map(|ways| proof_view(&ways, go))}
            </div>
            <form class="stack" novalidate on:submit=submit>
                {person.view()}
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
