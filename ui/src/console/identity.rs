//! A citizen at the window with the identity document: a clerk raises the level of their account.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{AskAtWindow, RaiseLevel};
use onehall_protocol::assurance::{CheckInPerson, CheckedInPerson};
use onehall_protocol::contacts::ClaimView;
use onehall_protocol::staff::Role;
use onehall_protocol::{CitizenId, CoreError, ErrorCode};

use super::desk::use_desk;
use super::not_allowed;
use crate::citizen::place::Reading;
use crate::design::button::{Button, Weight};
use crate::design::choices::Checkbox;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::design::text_field::{InputKind, TextField, Width};
use crate::shell::{HEADING, PageHeading, document, use_ui};
use crate::texts::{Words, console_identity as words, format};
use crate::view::view;

const CODE: &str = "visit-code";
const NAME: &str = "visit-name";
const NUMBER: &str = "visit-number";
const COMPARED: &str = "visit-compared";

fn line(field: &'static str, words: impl Into<Words>) -> SummaryLine {
    SummaryLine {
        field: Some(field.to_owned()),
        words: words.into(),
    }
}

/// What is missing or cannot be right, before the hall is asked.
fn faults(check: &CheckInPerson) -> Vec<SummaryLine> {
    let mut faults = Vec::new();
    if check.code.chars().filter(char::is_ascii_digit).count() != 8 {
        faults.push(line(CODE, words::CODE_EMPTY));
    }
    if check.name.trim().is_empty() {
        faults.push(line(NAME, words::NAME_EMPTY));
    }
    if check.citizen_id.parse::<CitizenId>().is_err() {
        faults.push(line(NUMBER, words::NUMBER_INVALID));
    }
    if !check.compared {
        faults.push(line(COMPARED, words::COMPARED_EMPTY));
    }
    faults
}

/// What a refusal says to the clerk.
fn refusal(error: &CoreError) -> SummaryLine {
    match error.code {
        ErrorCode::WrongCode => line(CODE, words::CODE_WRONG),
        ErrorCode::NotMatched => line(NUMBER, words::NOT_MATCHED),
        ErrorCode::NumberInUse => line(NUMBER, words::IN_USE),
        ErrorCode::OtherPerson => line(NUMBER, words::OTHER),
        _ => SummaryLine {
            field: None,
            words: error_words(error),
        },
    }
}

/// What it says to the clerk that an account cannot be asked for.
fn no_recovery(error: &CoreError) -> SummaryLine {
    match error.code {
        ErrorCode::NotFound => line(NUMBER, words::RECOVER_NONE),
        ErrorCode::OtherPerson => line(CODE, words::RECOVER_OWN),
        ErrorCode::Forbidden => line(NUMBER, words::RECOVER_GUARDED),
        _ => refusal(error),
    }
}

/// `/console/identity`.
#[component]
pub fn IdentityPage() -> impl IntoView {
    let (desk, ui) = (use_desk(), use_ui());
    if !untrack(|| desk.has(Role::WindowClerk)) {
        return not_allowed(words::TITLE);
    }
    let [code, name, number] = [(); 3].map(|()| RwSignal::new(String::new()));
    let compared = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let done = RwSignal::new(None::<CheckedInPerson>);
    let lines = RwSignal::new(Vec::<SummaryLine>::new());
    // What was compared, where its number has an account to which the citizen may have no way any more.
    let known = RwSignal::new(None::<CheckInPerson>);
    let asked = RwSignal::new(None::<ClaimView>);
    let empty = move || {
        // The next citizen begins with an empty form.
        for field in [code, name, number] {
            field.set(String::new());
        }
        compared.set(false);
        request_animation_frame(|| document::focus(HEADING));
    };
    let error_of = move |field: &'static str| {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let check = CheckInPerson {
            code: code.get_untracked(),
            name: name.get_untracked(),
            citizen_id: number.get_untracked(),
            compared: compared.get_untracked(),
        };
        let faults = faults(&check);
        let wrong = !faults.is_empty();
        lines.set(faults);
        done.set(None);
        known.set(None);
        asked.set(None);
        if wrong {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = desk.core.ask(RaiseLevel { check: check.clone() }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(checked) => {
                    empty();
                    done.set(Some(checked));
                }
                Err(error) => {
                    if error.code == ErrorCode::NumberInUse {
                        known.set(Some(check));
                    }
                    lines.set(vec![refusal(&error)]);
                }
            }
        });
    };
    let recover = Callback::new(move |()| {
        let Some(check) = known.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let answer = desk.core.ask(AskAtWindow { check }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(claim) => {
                    known.set(None);
                    lines.set(Vec::new());
                    empty();
                    asked.set(Some(claim));
                }
                Err(error) => lines.set(vec![no_recovery(&error)]),
            }
        });
    });
    let offered = move || {
        known.with(Option::is_some).then(|| {
            view! {
                <Notice tone=Tone::Attention title=words::RECOVER_TITLE>
                    <p>{words::RECOVER_TEXT}</p>
                    <div class="buttons"><Button label=words::RECOVER busy=busy on_press=recover/></div>
                </Notice>
            }
        })
    };
    let recovered = move || {
        asked.get().map(|claim| {
            let ripe = format::moment_words(claim.ripe_at, ui.utc_offset.get());
            view! {
                <Notice tone=Tone::Good title=words::RECOVERED_TITLE>
                    <p>{words::RECOVERED_TEXT.with([ripe])}</p>
                </Notice>
            }
        })
    };
    let told = move || {
        done.get().map(|checked| {
            view! {
                <Notice tone=Tone::Good title=words::DONE_TITLE>
                    <p>{words::DONE_TEXT.with([checked.number.into()])}</p>
                </Notice>
            }
        })
    };
    view! {
        <Reading>
            <PageHeading title=words::TITLE/>
            <p class="lead">{words::LEAD}</p>
            <div role="status">{told}{recovered}</div>
            <ErrorSummary errors=lines/>
            <div role="status">{offered}</div>
            <form class="stack" novalidate on:submit=submit>
                <TextField id=CODE label=words::CODE hint=words::CODE_HINT kind=InputKind::Digits width=Width::Short max_length=9
                    value=code on_input=Callback::new(move |value| code.set(value)) error=error_of(CODE)/>
                <TextField id=NAME label=words::NAME width=Width::Medium max_length=60
                    value=name on_input=Callback::new(move |value| name.set(value)) error=error_of(NAME)/>
                <TextField id=NUMBER label=words::NUMBER kind=InputKind::CitizenId width=Width::Medium max_length=18
                    value=number on_input=Callback::new(move |value| number.set(value)) error=error_of(NUMBER)/>
                <Checkbox id=COMPARED label=words::COMPARED hint=words::COMPARED_HINT
                    checked=compared on_change=Callback::new(move |yes| compared.set(yes)) error=error_of(COMPARED)/>
                <div class="buttons"><Button label=words::RAISE weight=Weight::Primary submit=true busy=busy/></div>
            </form>
            <p class="small muted">{words::AUDITED}</p>
        </Reading>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_before_the_document_was_compared() {
        let mut check = CheckInPerson {
            code: "1234 5678".to_owned(),
            name: "张三".to_owned(),
            citizen_id: "11010519491231002X".to_owned(),
            compared: false,
        };
        let fields = |check: &CheckInPerson| {
            faults(check)
                .into_iter()
                .filter_map(|line| line.field)
                .collect::<Vec<_>>()
        };
        assert_eq!(fields(&check), [COMPARED]);
        check.compared = true;
        assert!(fields(&check).is_empty());
        check.citizen_id.pop();
        check.code.pop();
        assert_eq!(fields(&check), [CODE, NUMBER]);
    }
}
