//! `/device`: a machine is let in by the phone of the citizen who stands before it.
//!
//! Also where the code came with the address, by a QR code that somebody may as well have sent, the page only asks: which
//! machine it is, where it stands, and which number is on its screen. Whoever is not in front of it cannot say.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetDevice, LetDeviceIn, RefuseDevice};
use onehall_protocol::authorization::{ConfirmDevice, DeviceView};
use onehall_protocol::{CoreError, ErrorCode};

use super::machine::{Said, machine_view, warning};
use super::told;
use crate::citizen::account::wait_words;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::use_query_map;
use crate::shell::{PageHeading, Profile, use_ui};
use crate::texts::{Phrase, Words, authorization as words, general};
use crate::view::{live, memo, view};

const CODE: &str = "device-code";
/// How many letters a code has.
const LETTERS: usize = 8;
/// As long as a code may be typed, with whatever stands between its letters.
const LONGEST: u32 = 20;

/// `/device`, `/device?code=…`
#[component]
pub fn DevicePage() -> impl IntoView {
    let (ui, query) = (use_ui(), use_query_map());
    let public = memo(move |_| ui.profile.get() == Profile::Kiosk);
    let code = memo(move |_| query.with(|query| query.get("code").unwrap_or_default()));
    live(move || {
        if public.get() {
            return elsewhere();
        }
        view! { <LoggedIn>{device_view(code)}</LoggedIn> }.into_any()
    })
}

/// On a machine that others use nobody lets in another one.
fn elsewhere() -> AnyView {
    told(
        "smartphone",
        "state",
        words::KIOSK_TITLE.into(),
        words::KIOSK_TEXT,
        ().into_any(),
    )
}

/// How far it is.
#[derive(Clone, PartialEq)]
enum Step {
    /// The code is typed.
    Enter,
    /// The machine is known, and its question shown.
    Asked(DeviceView),
    /// How it ended.
    Ended(End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    LetIn,
    Refused,
    WrongNumber,
}

#[derive(Clone, Copy)]
struct Device {
    hall: Hall,
    step: RwSignal<Step>,
    code: RwSignal<String>,
    looking: RwSignal<bool>,
    lines: RwSignal<Vec<SummaryLine>>,
    answering: RwSignal<Option<Said>>,
    failed: RwSignal<Option<Words>>,
}

/// Made anew for another code: it is of another machine.
fn device_view(code: Memo<String>) -> AnyView {
    let given = code.get();
    let device = Device {
        hall: use_hall(),
        step: RwSignal::new(Step::Enter),
        code: RwSignal::new(given.clone()),
        looking: RwSignal::new(false),
        lines: RwSignal::new(Vec::new()),
        answering: RwSignal::new(None),
        failed: RwSignal::new(None),
    };
    if !given.is_empty() {
        device.look();
    }
    let say = Callback::new(move |said| device.say(said));
    live(move || match device.step.get() {
        Step::Enter => device.enter(),
        Step::Asked(machine) => machine_view(device.hall, &machine, device.answering, device.failed, say),
        Step::Ended(end) => device.ended(end),
    })
}

impl Device {
    fn enter(self) -> AnyView {
        let submit = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            self.look();
        };
        let error = Signal::derive(move || self.lines.with(|lines| lines.first().map(|line| line.words.clone())));
        view! {
            <Reading>
                <PageHeading title=words::DEVICE_TITLE/>
                <p class="lead">{words::DEVICE_LEAD}</p>
                <ErrorSummary errors=self.lines/>
                <form class="stack device-code" novalidate on:submit=submit>
                    <TextField
                        id=CODE
                        label=words::CODE
                        hint=words::CODE_HINT
                        kind=InputKind::Capitals
                        width=Width::Medium
                        max_length=LONGEST
                        value=self.code
                        on_input=Callback::new(move |typed| self.code.set(typed))
                        error=error
                    />
                    <div class="buttons">
                        <Button
                            label=general::CONTINUE
                            weight=Weight::Primary
                            submit=true
                            busy=self.looking
                        />
                    </div>
                </form>
                <p class="muted small">{words::CODE_COUNTS}</p>
                {warning()}
            </Reading>
        }
        .into_any()
    }

    fn ended(self, end: End) -> AnyView {
        let (icon, title, text) = match end {
            End::LetIn => ("circle-check", words::DONE_TITLE, words::DONE_TEXT),
            End::Refused => ("circle-x", words::REFUSED_TITLE, words::REFUSED_TEXT),
            End::WrongNumber => ("triangle-alert", words::WRONG_TITLE, words::WRONG_TEXT),
        };
        let class = match end {
            End::LetIn => "state state-good",
            End::Refused => "state",
            End::WrongNumber => "state state-attention",
        };
        let again = Callback::new(move |()| {
            self.code.set(String::new());
            self.step.set(Step::Enter);
        });
        let after = match end {
            End::LetIn => {
                view! { <p class="small">{words::DONE_NOT_ME}<a href=routes::CONSENTS>{words::CONSENTS}</a></p> }
                    .into_any()
            }
            End::Refused | End::WrongNumber => view! {
                <div class="buttons buttons-center"><Button label=words::ANOTHER_CODE on_press=again/></div>
            }
            .into_any(),
        };
        told(icon, class, title.into(), text, after)
    }

    fn wrong(self, why: impl Into<Words>) {
        let words = why.into();
        let field = Some(CODE.to_owned());
        let _ = self.lines.try_set(vec![SummaryLine { field, words }]);
    }

    /// Looks which machine shows the code. What cannot be one is not asked for: each that is none counts against who asks.
    fn look(self) {
        if self.looking.get_untracked() {
            return;
        }
        let code = self.code.get_untracked();
        if !is_whole(&code) {
            return self.wrong(words::CODE_EMPTY);
        }
        self.lines.set(Vec::new());
        self.looking.set(true);
        spawn_local(async move {
            let answer = self.hall.client.ask(GetDevice { code }).await;
            let _ = self.looking.try_set(false);
            match answer {
                Ok(machine) => {
                    let _ = self.failed.try_set(None);
                    let _ = self.step.try_set(Step::Asked(machine));
                }
                Err(error) => self.wrong(look_words(&error)),
            }
        });
    }

    /// Answers the machine.
    fn say(self, said: Said) {
        if self.answering.with_untracked(Option::is_some) {
            return;
        }
        self.failed.set(None);
        self.answering.set(Some(said.clone()));
        let (client, code) = (self.hall.client, self.code.get_untracked());
        spawn_local(async move {
            let outcome = match said {
                Said::Number(number, scopes) => {
                    let confirm = ConfirmDevice { number, scopes };
                    client.ask(LetDeviceIn { code, confirm }).await.map(|()| End::LetIn)
                }
                Said::Refused => client.ask(RefuseDevice { code }).await.map(|()| End::Refused),
            };
            let _ = self.answering.try_set(None);
            self.answered(outcome);
        });
    }

    fn answered(self, outcome: Result<End, CoreError>) {
        let step = match outcome {
            Ok(end) => Step::Ended(end),
            Err(error) if error.code == ErrorCode::WrongCode => Step::Ended(End::WrongNumber),
            // It counts two minutes: whoever read for longer begins anew.
            Err(error) if error.code == ErrorCode::NotFound => {
                let _ = self.code.try_set(String::new());
                self.wrong(words::CODE_GONE);
                Step::Enter
            }
            Err(error) => {
                let _ = self.failed.try_set(Some(wait_words(&error)));
                return;
            }
        };
        let _ = self.step.try_set(step);
    }
}

/// Whether what was typed can be a code.
fn is_whole(typed: &str) -> bool {
    let between = |letter: char| letter.is_whitespace() || matches!(letter, '-' | '－' | '–' | '—');
    typed.chars().filter(|letter| !between(*letter)).count() == LETTERS
}

fn look_words(error: &CoreError) -> Words {
    let gone: Phrase = words::CODE_GONE;
    match error.code {
        ErrorCode::NotFound => gone.into(),
        _ => wait_words(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_whole_however_it_is_typed() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "ＢＣＤＦ－ＧＨＪＫ"] {
            assert!(is_whole(typed), "{typed}");
        }
        for typed in ["", "BCDF", "BCDF-GHJ", "BCDF-GHJK-L"] {
            assert!(!is_whole(typed), "{typed}");
        }
    }
}
