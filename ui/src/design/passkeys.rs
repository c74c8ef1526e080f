//! Passkeys: those that somebody has, and the form of a new one. A citizen's page and a clerk's put them together.

use leptos::prelude::*;
use onehall_protocol::passkeys::PasskeyView;
use onehall_protocol::{CoreError, PasskeyId};

use crate::design::button::{Button, Weight};
use crate::design::errors::SummaryLine;
use crate::design::notice::{Tag, Tone};
use crate::design::states::EmptyState;
use crate::design::text_field::{TextField, Width};
use crate::shell::passkeys::NoPasskey;
use crate::shell::{Loaded, Ui, use_ui};
use crate::texts::{Phrase, Words, format, passkeys as words};
use crate::view::view;

const NAME: &str = "passkey-name";

/// What somebody wants to do with passkeys of theirs.
#[derive(Clone, Copy, PartialEq)]
pub enum Wish {
    /// Make a new one.
    Add,
    /// Remove one.
    Remove(PasskeyId),
}

/// Why something was not done.
pub enum Failure {
    /// The hall refused.
    Hall(CoreError),
    /// The browser or its device did not.
    Said(Words),
}

impl From<CoreError> for Failure {
    fn from(error: CoreError) -> Failure {
        Failure::Hall(error)
    }
}

impl From<NoPasskey> for Failure {
    fn from(why: NoPasskey) -> Failure {
        Failure::Said(no_passkey_words(why))
    }
}

/// What is said where no passkey answered.
#[must_use]
pub fn no_passkey_words(why: NoPasskey) -> Words {
    match why {
        NoPasskey::Cancelled => words::CANCELLED.into(),
        NoPasskey::Known => words::KNOWN.into(),
        NoPasskey::Failed => words::FAILED.into(),
    }
}

/// One's passkeys, and what is being done with them. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Keyring {
    ui: Ui,
    known: Loaded<Vec<PasskeyView>>,
    name: RwSignal<String>,
    busy: RwSignal<bool>,
    /// What went wrong, for the summary of the page.
    pub lines: RwSignal<Vec<SummaryLine>>,
}

impl Keyring {
    /// Of these passkeys.
    #[must_use]
    pub fn new(known: Loaded<Vec<PasskeyView>>) -> Keyring {
        Keyring {
            ui: use_ui(),
            known,
            name: RwSignal::new(String::new()),
            busy: RwSignal::new(false),
            lines: RwSignal::new(Vec::new()),
        }
    }

    /// What a new one is to be called.
    #[must_use]
    pub fn name(self) -> String {
        self.name.get_untracked().trim().to_owned()
    }

    /// Begins; false where something is being done already, or a name is missing.
    #[must_use]
    pub fn begin(self, wish: Wish) -> bool {
        if self.busy.get_untracked() {
            return false;
        }
        if wish == Wish::Add && self.name().is_empty() {
            self.lines.set(vec![SummaryLine {
                field: Some(NAME.to_owned()),
                words: words::NAME_EMPTY.into(),
            }]);
            return false;
        }
        self.busy.set(true);
        self.lines.set(Vec::new());
        true
    }

    /// Says how it ended; `removed` is said of one that is gone. Gives back what the hall refused with, for the page to judge.
    pub fn end(self, wish: Wish, outcome: Result<(), Failure>, removed: Phrase) -> Option<CoreError> {
        // The page may have gone.
        if self.busy.try_set(false).is_some() {
            return None;
        }
        match outcome {
            Ok(()) => {
                self.ui.say(match wish {
                    Wish::Add => words::ADDED,
                    Wish::Remove(_) => removed,
                });
                self.name.set(String::new());
                self.known.reload();
                None
            }
            Err(Failure::Hall(error)) => Some(error),
            Err(Failure::Said(words)) => {
                self.fail(words);
                None
            }
        }
    }

    /// Says what went wrong.
    pub fn fail(self, words: Words) {
        self.lines.set(vec![SummaryLine { field: None, words }]);
    }

    /// The passkeys, each with an end to it.
    pub fn list(self, known: &[PasskeyView], on_wish: Callback<Wish>) -> AnyView {
        if known.is_empty() {
            return view! { <EmptyState icon="key-round" title=words::NONE/> }.into_any();
        }
        let rows = known.iter().map(|passkey| self.row(passkey, on_wish));
        view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
    }

    fn row(self, passkey: &PasskeyView, on_wish: Callback<Wish>) -> AnyView {
        let (id, offset) = (passkey.id, self.ui.utc_offset.get_untracked());
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
                    busy=self.busy
                    on_press=Callback::new(move |()| on_wish.run(Wish::Remove(id)))
                />
            </li>
        }
        .into_any()
    }

    /// The form of a new one.
    pub fn form(self, on_wish: Callback<Wish>) -> AnyView {
        let submit = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            on_wish.run(Wish::Add);
        };
        let error = Signal::derive(move || {
            let of_name = |line: &&SummaryLine| line.field.is_some();
            self.lines
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
                    value=self.name
                    on_input=Callback::new(move |value| self.name.set(value))
                    error=error
                />
                <div class="buttons">
                    <Button label=words::ADD icon="key-round" weight=Weight::Primary submit=true busy=self.busy/>
                </div>
            </form>
        }
        .into_any()
    }
}
