//! `/account/claim`: an account to which one can no longer log in is asked for, by identity document and face.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::AskForAccount;
use onehall_protocol::passkeys::ProofWay;
use onehall_protocol::{CoreError, ErrorCode};
use web_sys::File;

use super::level::{outcome_view, picture_of};
use super::person_fields::{Called, PersonFields};
use super::proof::{proof_asked, proof_view};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::errors::ErrorSummary;
use crate::design::file_field::{FileField, FileRow};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{PageHeading, Profile, use_ui};
use crate::texts::{Words, contacts as words, level, login};
use crate::view::view;

const NAME: Called = Called {
    id: "claim-name",
    label: level::NAME,
    hint: level::NAME_HINT,
};
const NUMBER: Called = Called {
    id: "claim-number",
    label: level::NUMBER,
    hint: level::NUMBER_HINT,
};
const PICTURE: &str = "claim-picture";

/// The page.
#[component]
pub fn ClaimPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn refused(error: &CoreError) -> AnyView {
    let said = match error.code {
        ErrorCode::NotFound => words::CLAIM_NONE,
        ErrorCode::OtherPerson => words::CLAIM_OWN,
        ErrorCode::Forbidden => words::CLAIM_GUARDED,
        _ => return outcome_view(error, level::NOT_MATCHED),
    };
    view! { <Notice tone=Tone::Attention><p>{said}</p><p><a href=routes::LEVEL>{level::SEE}</a></p></Notice> }
        .into_any()
}

fn page() -> AnyView {
    let (hall, ui, navigate) = (use_hall(), use_ui(), use_navigate());
    let crumbs = vec![
        (routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE)),
        (routes::CONTACTS.to_owned(), Words::from(words::TITLE)),
    ];
    if matches!(ui.profile.get_untracked(), Profile::Kiosk | Profile::MiniApp) {
        return view! {
            <Reading>
                <PageHeading title=words::CLAIM_TITLE/>
                <Notice tone=Tone::Info><p>{words::ELSEWHERE}</p></Notice>
            </Reading>
        }
        .into_any();
    }
    let person = PersonFields::new(NAME, NUMBER);
    let picture = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<CoreError>);
    let proof = RwSignal::new(None::<Vec<ProofWay>>);
    let busy = RwSignal::new(false);
    let go = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let (typed, picture) = (person.typed(), picture.get_untracked());
        let mut faults = person.faults(&typed);
        faults.extend(picture.is_empty().then_some((PICTURE, words::CLAIM_PICTURE_EMPTY)));
        let wrong = !faults.is_empty();
        person.tell(faults);
        failed.set(None);
        proof.set(None);
        if wrong {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let ask = AskForAccount {
                name: typed.name,
                citizen_id: typed.citizen_id,
                picture,
            };
            let answer = hall.client.ask(ask).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    ui.say(words::CLAIM_ASKED);
                    navigate(routes::CONTACTS, NavigateOptions::default());
                }
                Err(error) => match proof_asked(&error) {
                    Some(ways) => proof.set(Some(ways)),
                    None => failed.set(Some(error)),
                },
            }
        });
    });
    let chosen = Callback::new(move |files: Vec<File>| {
        let Some(file) = files.into_iter().next() else { return };
        spawn_local(async move {
            match picture_of(&file).await {
                Some(read) => {
                    let _ = picture.try_set(read);
                }
                None => person.tell(vec![(PICTURE, level::FACE_UNREADABLE)]),
            }
        });
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        go.run(());
    };
    let ready = move || {
        let there = picture.with(|picture| !picture.is_empty());
        there.then(|| view! { <span>{words::CLAIM_PICTURE_READY}</span> })
    };
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::CLAIM_TITLE/>
            <p class="lead">{words::CLAIM_LEAD}</p>
            <ErrorSummary errors=person.lines/>
            <div role="alert">
                {move || failed.get().map(|error| refused(&error))}
                {move || proof.get().map(|ways| proof_view(&ways, go))}
            </div>
            <form class="stack" novalidate on:submit=submit>
                {person.view()}
                <FileField
                    id=PICTURE
                    label=level::FACE_LABEL
                    hint=level::FACE_HINT
                    files=Signal::stored(Vec::<FileRow>::new())
                    on_files=chosen
                    on_remove=Callback::new(|_: String| {})
                    accept="image/jpeg,image/png"
                    error=person.error_of(PICTURE)
                />
                <p role="status">{ready}</p>
                <div class="buttons"><Button label=words::CLAIM_GO weight=Weight::Primary submit=true busy=busy/></div>
                <p role="status">{move || busy.get().then(|| view! { <span>{level::CHECKING}</span> })}</p>
            </form>
        </Reading>
    }
    .into_any()
}
