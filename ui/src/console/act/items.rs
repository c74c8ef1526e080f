//! What a supplement asks for: every question of the application, page by page, with what was answered; each that is
//! ticked says at once what is wrong with it.

use leptos::prelude::*;

use super::filled::{Filled, ITEMS, LONGEST_ITEM, item_id};
use crate::console::case::{AskablePage, Reading};
use crate::design::choices::Checkbox;
use crate::design::errors::SummaryLine;
use crate::design::field::{FieldError, FieldHint};
use crate::design::text_field::TextField;
use crate::texts::{Words, console, fill};
use crate::view::view;

/// What is missing or wrong.
#[component]
pub(super) fn SupplementItems(
    /// The answers of the case.
    reading: Reading,
    /// What is filled in.
    filled: Filled,
    /// What is wrong.
    lines: RwSignal<Vec<SummaryLine>>,
) -> impl IntoView {
    let error_of = move |field: String| -> Signal<Option<Words>> {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(&field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };
    let order: Vec<String> = reading
        .askable
        .iter()
        .flat_map(|page| page.questions.iter().map(|question| question.path.clone()))
        .collect();
    let order = StoredValue::new(order);
    let toggle = move |path: &str, on: bool| {
        // In the order of the form, however they were ticked: so the applicant reads them.
        filled.ticked.update(|ticked| {
            let stays = |known: &&String| if *known == path { on } else { ticked.contains(known) };
            *ticked = order.with_value(|order| order.iter().filter(stays).cloned().collect());
        });
    };
    let mut number = 0_usize;
    let mut draw = |page: AskablePage| {
        let questions: Vec<_> = page
            .questions
            .into_iter()
            .map(|question| {
                number += 1;
                // The error summary leads to the first one.
                let id = if number == 1 { ITEMS.to_owned() } else { format!("{ITEMS}-{number}") };
                let path = StoredValue::new(question.path);
                let chosen = Signal::derive(move || path.with_value(|path| filled.ticked.with(|ticked| ticked.contains(path))));
                let answered = if question.answer.zh_cn.is_empty() {
                    fill::NOT_ANSWERED.into()
                } else {
                    Words::from(&question.answer)
                };
                let label = Words::from(&question.label);
                let why = move || {
                    let label = console::ACT_ITEM_REASON.with([label.clone()]);
                    chosen.get().then(|| {
                        let id = path.with_value(|path| item_id(path));
                        view! {
                            <div class="console-item-reason">
                                <TextField id=id.clone() label=label max_length=LONGEST_ITEM error=error_of(id)
                                    value=Signal::derive(move || path.with_value(|path| filled.reason_of(path)))
                                    on_input=Callback::new(move |text| path.with_value(|path| filled.set_reason_of(path, text)))/>
                            </div>
                        }
                    })
                };
                view! {
                    <div class="console-item">
                        <Checkbox id=id label=Words::from(&question.label) hint=answered checked=chosen
                            on_change=Callback::new(move |on| path.with_value(|path| toggle(path, on)))/>
                        {why}
                    </div>
                }
            })
            .collect();
        view! {
            <fieldset class="console-items-page">
                <legend class="console-items-title">{Words::from(&page.title)}</legend>
                {questions}
            </fieldset>
        }
    };
    let pages: Vec<_> = reading.askable.into_iter().map(&mut draw).collect();
    let count = Words::made(move |language| {
        console::ACT_ITEMS_COUNT
            .with([filled.ticked.with(Vec::len).to_string().into()])
            .get(language)
    });
    view! {
        <div class="console-items" role="group" aria-labelledby="act-items-label">
            <p class="field-label" id="act-items-label">{console::ACT_ITEMS}</p>
            <FieldHint id=ITEMS hint=Some(console::ACT_ITEMS_HINT.into())/>
            <FieldError id=ITEMS error=error_of(ITEMS.to_owned())/>
            <div class="console-items-list">{pages}</div>
            <p class="quiet" role="status">{count}</p>
        </div>
    }
    .into_any()
}
