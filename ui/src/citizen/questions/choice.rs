//! Questions that one answers by choosing.

use leptos::prelude::*;
use onehall_protocol::Text;
use serde_json::Value;

use super::{Answering, Asked, hinted, typed};
use crate::design::choices::{
    Checkbox, CheckboxProps, Checkboxes, CheckboxesProps, ChoiceOption, Radios, RadiosProps, Select, SelectProps,
    YesNo, YesNoProps,
};
use crate::texts::Words;
use crate::view::{memo, view};

/// More options than these are easier found in a list than read one by one.
const MOST_RADIOS: usize = 7;

/// The options that are offered now. Drawn anew only where others are offered than before.
fn options(answering: Answering, path: String) -> Signal<Vec<ChoiceOption>> {
    let offered = memo(move |_| {
        answering.filling.with(|filling| {
            let question = filling.question(&path);
            let options = question.map(|question| question.options).unwrap_or_default();
            options.into_iter().cloned().collect::<Vec<_>>()
        })
    });
    Signal::derive(move || {
        offered
            .get()
            .into_iter()
            .map(|choice| {
                ChoiceOption::new(choice.value, Words::from(choice.label)).with_hint(choice.help.map(Words::from))
            })
            .collect()
    })
}

/// Yes or no.
pub(super) fn yes_no(answering: Answering, asked: &Asked) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let path = asked.path.clone();
    let props = YesNoProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .value(Signal::derive(move || answer.get().as_ref().and_then(Value::as_bool)))
        .on_change(Callback::new(move |yes: bool| {
            answering.change(&path, yes.into());
            answering.left(&path);
        }))
        .error(asked.error)
        .optional(asked.optional);
    hinted!(YesNo, props, asked.hint(answering))
}

/// One of several.
pub(super) fn one(answering: Answering, asked: &Asked) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let options = options(answering, asked.path.clone());
    let value = Signal::derive(move || typed::typed_of(answer.get().as_ref()));
    let path = asked.path.clone();
    let on_change = Callback::new(move |value: String| {
        let answer = if value.is_empty() { Value::Null } else { value.into() };
        answering.change(&path, answer);
        answering.left(&path);
    });
    let hint = asked.hint(answering);
    if options.with_untracked(Vec::len) > MOST_RADIOS {
        let props = SelectProps::builder()
            .id(asked.id.clone())
            .label(asked.label())
            .options(options)
            .value(value)
            .on_change(on_change)
            .error(asked.error)
            .optional(asked.optional);
        hinted!(Select, props, hint)
    } else {
        let props = RadiosProps::builder()
            .id(asked.id.clone())
            .label(asked.label())
            .options(options)
            .value(value)
            .on_change(on_change)
            .error(asked.error)
            .optional(asked.optional);
        hinted!(Radios, props, hint)
    }
}

/// Any number of several.
pub(super) fn several(answering: Answering, asked: &Asked) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let path = asked.path.clone();
    let props = CheckboxesProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .options(options(answering, asked.path.clone()))
        .values(Signal::derive(move || typed::chosen(answer.get().as_ref())))
        .on_change(Callback::new(move |values: Vec<String>| {
            answering.change(&path, typed::choices_answer(values));
        }))
        .error(asked.error)
        .optional(asked.optional);
    hinted!(Checkboxes, props, asked.hint(answering))
}

/// A statement that one agrees to.
pub(super) fn declaration(answering: Answering, asked: &Asked, statement: &Text) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let path = asked.path.clone();
    let props = CheckboxProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .checked(Signal::derive(move || answer.get() == Some(Value::Bool(true))))
        .on_change(Callback::new(move |agreed: bool| {
            answering.change(&path, if agreed { true.into() } else { Value::Null });
        }))
        .error(asked.error);
    let statement_id = format!("{}.statement", asked.id);
    view! {
        <div class="declaration" role="group" aria-labelledby=statement_id.clone()>
            <p class="declaration-statement" id=statement_id.clone()>{Words::from(statement)}</p>
            {hinted!(Checkbox, props, asked.hint(answering))}
        </div>
    }
    .into_any()
}
