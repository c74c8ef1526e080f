//! What the parts of the desk share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use onehall_client::Profile;
use onehall_forms::{Form, Inputs};
use onehall_protocol::drafts::Answers;
use onehall_protocol::{Date, Language};
use serde_json::Value;
use web_sys::Window;

use crate::preview::core::today;
use crate::preview::examples;
use crate::preview::report::Report;
use crate::preview::talk::{FromForm, Look, Show, ToForm, hear, say_to_form};
use crate::preview::wire::{self, Seen, Told};
use crate::shell::Ui;
use crate::texts::preview;
use crate::view::effect;

/// How long answers rest before they are reported on: typing comes first.
const REST: Duration = Duration::from_millis(150);

/// What the parts of the desk share, in context. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Desk {
    /// What is known of the file.
    pub seen: RwSignal<Option<Seen>>,
    /// Whether the program that reads it can be reached.
    pub connected: RwSignal<bool>,
    /// The last sound form, and its JSON.
    pub form: RwSignal<Option<Shown>>,
    /// Whether this page could not load what the program found sound: it is of another version.
    pub other_version: RwSignal<bool>,
    /// On which terminal it is looked at.
    pub profile: RwSignal<Profile>,
    /// In which language.
    pub language: RwSignal<Language>,
    /// In elder mode.
    pub elder: RwSignal<bool>,
    /// As of which day.
    pub as_of: RwSignal<Date>,
    /// The page on which the citizen would be.
    pub page: RwSignal<Option<String>>,
    /// What the engine says.
    pub report: RwSignal<Option<Arc<Report>>>,
    /// What a citizen would have submitted last.
    pub submitted: RwSignal<Option<Value>>,
    ui: Ui,
    inputs: StoredValue<Inputs>,
    pinyin: StoredValue<BTreeMap<String, String>>,
    answers: StoredValue<Answers>,
    /// The number of what the frame shows.
    turn: StoredValue<u32>,
    /// The turn in which the desk itself set the answers: what the frame says of an earlier one does not count.
    set_in: StoredValue<u32>,
    frame: StoredValue<Option<Window>, LocalStorage>,
    /// Whether the page in the frame said hello.
    greeted: StoredValue<bool>,
    waiting: StoredValue<u32>,
}

/// A form that is shown.
#[derive(Clone)]
pub struct Shown {
    /// Loaded.
    pub form: Arc<Form>,
    /// As it stands in the file.
    pub json: Value,
}

/// What the parts of the desk share.
///
/// # Panics
/// Outside of the desk.
pub fn use_desk() -> Desk {
    expect_context()
}

impl Desk {
    /// Makes it, puts it in context, and hears the program and the frame.
    pub fn provide(ui: Ui) -> Desk {
        let desk = Desk {
            seen: RwSignal::new(None),
            connected: RwSignal::new(true),
            form: RwSignal::new(None),
            other_version: RwSignal::new(false),
            profile: RwSignal::new(Profile::Desktop),
            language: RwSignal::new(ui.language.get_untracked()),
            elder: RwSignal::new(false),
            as_of: RwSignal::new(today()),
            page: RwSignal::new(None),
            report: RwSignal::new(None),
            submitted: RwSignal::new(None),
            ui,
            inputs: StoredValue::new(Inputs::none()),
            pinyin: StoredValue::new(BTreeMap::new()),
            answers: StoredValue::new(Answers::new()),
            turn: StoredValue::new(1),
            set_in: StoredValue::new(1),
            frame: StoredValue::new_local(None),
            greeted: StoredValue::new(false),
            waiting: StoredValue::new(0),
        };
        provide_context(desk);
        wire::listen(move |told| desk.told(told));
        hear(move |message| desk.heard(message));
        effect(move || {
            let look = Look {
                profile: desk.profile.get(),
                language: desk.language.get(),
                elder: desk.elder.get(),
                theme: desk.ui.preferences.with(|preferences| preferences.theme),
            };
            desk.say(&ToForm::Look(look));
        });
        desk
    }

    /// Takes the window of the frame in hand.
    pub fn frame_is(self, frame: Option<Window>) {
        self.frame.set_value(frame);
    }

    fn told(self, told: Told) {
        match told {
            Told::Connected(connected) => {
                if self.connected.get_untracked() != connected {
                    self.connected.set(connected);
                }
            }
            Told::Inputs(inputs, pinyin) => {
                let another = self.inputs.with_value(|known| *known != inputs);
                if another {
                    self.inputs.set_value(inputs);
                    self.pinyin.set_value(pinyin);
                    self.show(None);
                }
            }
            Told::Seen(seen) => self.take(seen),
        }
    }

    /// Takes what is in the file. A form that is shown already is not shown anew: so nothing jumps where a page was only
    /// saved again.
    fn take(self, seen: Seen) {
        let is_shown = |json: &Value| {
            self.form
                .with_untracked(|form| form.as_ref().is_some_and(|shown| shown.json == *json))
        };
        if let Some(json) = seen.form.clone().filter(|json| !is_shown(json)) {
            match Form::from_value(&json) {
                Ok(form) => {
                    self.other_version.set(false);
                    self.form.set(Some(Shown {
                        form: Arc::new(form),
                        json,
                    }));
                    self.show(None);
                }
                // The program that checked it reads more, or less, than this page.
                Err(_) => self.other_version.set(true),
            }
        }
        self.seen.set(Some(seen));
    }

    fn heard(self, message: FromForm) {
        match message {
            FromForm::Hello => {
                self.greeted.set_value(true);
                let answers = self.answers.get_value();
                self.show(Some(answers));
            }
            FromForm::Filled { turn, answers, page } => {
                if turn < self.set_in.get_value() {
                    return;
                }
                self.answers.set_value(answers);
                if self.page.with_untracked(|known| *known != page) {
                    self.page.set(page);
                }
                self.report_soon();
            }
            FromForm::Chose { language, elder } => {
                // Only what differs: each is told back to the frame.
                if self.language.get_untracked() != language {
                    self.language.set(language);
                }
                if self.elder.get_untracked() != elder {
                    self.elder.set(elder);
                }
            }
            FromForm::Pretended { name } => self.ui.say(preview::PRETENDED.with([name.into()])),
            FromForm::Submitted(submission) => self.submitted.set(Some(submission)),
        }
    }

    /// Has the frame show the form anew: with these answers, or with those that it has.
    fn show(self, answers: Option<Answers>) {
        let Some(shown) = self.form.get_untracked() else { return };
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        if let Some(answers) = &answers {
            self.set_in.set_value(turn);
            self.answers.set_value(answers.clone());
        }
        self.say(&ToForm::Show(Box::new(Show {
            turn,
            definition: shown.json,
            inputs: self.inputs.get_value(),
            pinyin: self.pinyin.get_value(),
            as_of: self.as_of.get_untracked(),
            answers,
            page: self.page.get_untracked(),
            from_the_start: self.page.with_untracked(Option::is_none),
            look: Look {
                profile: self.profile.get_untracked(),
                language: self.language.get_untracked(),
                elder: self.elder.get_untracked(),
                theme: self.ui.preferences.with_untracked(|preferences| preferences.theme),
            },
        })));
        self.report_soon();
    }

    fn say(self, message: &ToForm) {
        if self.greeted.get_value() {
            self.frame.with_value(|frame| {
                if let Some(frame) = frame {
                    say_to_form(frame, message);
                }
            });
        }
    }

    /// Goes to a page of the form.
    pub fn go(self, page: &str) {
        self.say(&ToForm::Go(page.to_owned()));
    }

    /// Looks at the form as of another day.
    pub fn set_as_of(self, day: Date) {
        if self.as_of.get_untracked() != day {
            self.as_of.set(day);
            self.show(None);
        }
    }

    /// Answers with examples what is not answered.
    pub fn fill_with_examples(self) {
        let Some(shown) = self.form.get_untracked() else { return };
        let context = self
            .inputs
            .with_value(|inputs| inputs.context(self.as_of.get_untracked()));
        let answers = examples::filled(&shown.form, context, self.answers.get_value());
        self.show(Some(answers));
    }

    /// Takes all answers away.
    pub fn clear(self) {
        self.page.set(None);
        self.show(Some(Answers::new()));
    }

    /// Reports on the answers once they rest.
    fn report_soon(self) {
        let turn = self.waiting.get_value().wrapping_add(1);
        self.waiting.set_value(turn);
        set_timeout(
            move || {
                if self.waiting.get_value() == turn {
                    self.report_now();
                }
            },
            REST,
        );
    }

    fn report_now(self) {
        let Some(shown) = self.form.get_untracked() else { return };
        let context = self
            .inputs
            .with_value(|inputs| inputs.context(self.as_of.get_untracked()));
        let report = Report::of(&shown.form, self.answers.get_value(), context);
        self.report.set(Some(Arc::new(report)));
    }
}
