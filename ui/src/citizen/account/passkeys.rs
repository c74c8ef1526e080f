//! `/account/passkeys`: one's passkeys, a new one, and an end to one.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{AddPasskey, ListPasskeys, PasskeyOptions, RemovePasskey};
use onehall_protocol::passkeys::{PasskeyPurpose, PasskeyView, ProofWay};
use onehall_protocol::{CoreError, PasskeyId};

use super::login::wait_words;
use super::proof::{no_passkey_words, proof_asked, proof_view};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::content::Section;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::{EmptyState, SkeletonKind};
use crate::design::text_field::{TextField, Width};
use crate::shell::{Loaded, PageHeading, Profile, Ui, load, passkeys, use_ui};
use crate::texts::{Words, format, login, passkeys as words};
use crate::view::view;

const NAME: &str = "passkey-name";

/// What the page wants to do, and does once its citizen has shown that they are there.
#[derive(Clone, Copy, PartialEq)]
enum Wish {
    Add,
    Remove(PasskeyId),
}

/// What the parts of the page share. Cheap to copy.
#[derive(Clone, Copy)]
struct Keys {
    hall: Hall,
    ui: Ui,
    known: Loaded<Vec<PasskeyView>>,
    name: RwSignal<String>,
    busy: RwSignal<bool>,
    lines: RwSignal<Vec<SummaryLine>>,
    /// The ways to show that one is there, while that is asked for, and what comes then.
    proof: RwSignal<Option<(Vec<ProofWay>, Wish)>>,
}

/// Why something was not done.
enum Failure {
    Hall(CoreError),
    Said(Words),
}

impl From<CoreError> for Failure {
    fn from(error: CoreError) -> Failure {
        Failure::Hall(error)
    }
}

impl Keys {
    fn wish(self, wish: Wish) {
        if self.busy.get_untracked() {
            return;
        }
        if wish == Wish::Add && self.name.with_untracked(|name| name.trim().is_empty()) {
            self.lines.set(vec![SummaryLine {
                field: Some(NAME.to_owned()),
                words: words::NAME_EMPTY.into(),
            }]);
            return;
        }
        self.busy.set(true);
        self.lines.set(Vec::new());
        self.proof.set(None);
        spawn_local(async move {
            let outcome = match wish {
                Wish::Add => self.add().await,
                Wish::Remove(id) => self.hall.client.ask(RemovePasskey { id }).await.map_err(Failure::from),
            };
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    let said = match wish {
                        Wish::Add => words::ADDED,
                        Wish::Remove(_) => words::REMOVED,
                    };
                    self.ui.say(said);
                    self.name.set(String::new());
                    self.known.reload();
                }
                Err(Failure::Hall(error)) => match proof_asked(&error) {
                    Some(ways) => self.proof.set(Some((ways, wish))),
                    None => self.fail(wait_words(&error)),
                },
                Err(Failure::Said(words)) => self.fail(words),
            }
        });
    }

    fn fail(self, words: Words) {
        self.lines.set(vec![SummaryLine { field: None, words }]);
    }

    async fn add(self) -> Result<(), Failure> {
        let purpose = PasskeyPurpose::Add;
        let options = self.hall.client.ask(PasskeyOptions { purpose }).await?;
        let made = passkeys::make(&options).await;
        let credential = made.map_err(|why| Failure::Said(no_passkey_words(why)))?;
        let name = self.name.get_untracked().trim().to_owned();
        self.hall.client.ask(AddPasskey { name, credential }).await?;
        Ok(())
    }
}

/// The page.
#[component]
pub fn PasskeysPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn page() -> AnyView {
    let hall = use_hall();
    let keys = Keys {
        hall,
        ui: use_ui(),
        known: load(move || hall.client.ask(ListPasskeys {})),
        name: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        lines: RwSignal::new(Vec::new()),
        proof: RwSignal::new(None),
    };
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    let asked = move || {
        keys.proof.get().map(|(ways, wish)| {
            let done = Callback::new(move |()| keys.wish(wish));
            proof_view(&ways, done)
        })
    };
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::TITLE/>
            <p class="lead">{words::LEAD}</p>
            <ErrorSummary errors=keys.lines/>
            <div role="alert">{asked}</div>
            {keys.known.view(SkeletonKind::Rows, move |known| list(keys, known))}
            <Section id="add" title=words::ADD_TITLE>{adding(keys)}</Section>
        </Reading>
    }
    .into_any()
}

fn list(keys: Keys, known: &[PasskeyView]) -> AnyView {
    if known.is_empty() {
        return view! { <EmptyState icon="key-round" title=words::NONE/> }.into_any();
    }
    let rows = known.iter().map(|passkey| row(keys, passkey));
    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
}

fn row(keys: Keys, passkey: &PasskeyView) -> AnyView {
    let (id, offset) = (passkey.id, keys.ui.utc_offset.get_untracked());
    let used: Words = match passkey.used_at {
        Some(at) => words::USED.with([format::moment_words(at, offset)]),
        None => words::NEVER_USED.into(),
    };
    let reach = if passkey.synced {
        words::SYNCED
    } else {
        words::ONE_DEVICE
    };
    let remove = words::REMOVE_NAMED.with([passkey.name.as_str().into()]);
    view! {
        <li class="row">
            <div class="row-body">
                <p class="row-title">{passkey.name.clone()}</p>
                <p class="row-text">{words::CREATED.with([format::moment_words(passkey.created_at, offset)])}" · "{used}</p>
                <div class="row-facts"><Tag label=reach tone=Tone::Plain/></div>
            </div>
            <Button
                label=remove
                icon="trash-2"
                weight=Weight::Quiet
                busy=keys.busy
                on_press=Callback::new(move |()| keys.wish(Wish::Remove(id)))
            />
        </li>
    }
    .into_any()
}

fn adding(keys: Keys) -> AnyView {
    if keys.ui.profile.get_untracked() == Profile::Kiosk {
        return view! { <Notice tone=Tone::Info><p>{words::ELSEWHERE}</p></Notice> }.into_any();
    }
    if !passkeys::can() {
        return view! { <Notice tone=Tone::Info><p>{words::CANNOT}</p></Notice> }.into_any();
    }
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        keys.wish(Wish::Add);
    };
    let error = Signal::derive(move || {
        let of_name = |line: &&SummaryLine| line.field.is_some();
        keys.lines
            .with(|lines| lines.iter().find(of_name).map(|line| line.words.clone()))
    });
    view! {
        <form class="stack" novalidate on:submit=submit>
            <TextField
                id=NAME
                label=words::NAME
                hint=words::NAME_HINT
                width=Width::Medium
                max_length=60
                value=keys.name
                on_input=Callback::new(move |value| keys.name.set(value))
                error=error
            />
            <div class="buttons">
                <Button label=words::ADD icon="key-round" weight=Weight::Primary submit=true busy=keys.busy/>
            </div>
        </form>
    }
    .into_any()
}
