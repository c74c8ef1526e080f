//! Questions that one answers by typing.

use leptos::prelude::*;
use onehall_forms::{Kind, normalise};
use serde_json::Value;

use super::{Answering, Asked, hinted, typed};
use crate::design::date_field::{DateField, DateFieldProps};
use crate::design::field::{FieldGroup, FieldGroupProps};
use crate::design::text_field::{InputKind, TextArea, TextAreaProps, TextField, TextFieldProps, Width};
use crate::texts::{Words, fill};
use crate::view::{effect, view};

/// What stands in a field, and what happens with it. It is not the answer: "12." is on its way to be "12.50", and must
/// not be tidied up under somebody's fingers. When the field is left it shows the answer as it is kept.
struct Typed {
    value: Signal<String>,
    on_input: Callback<String>,
    on_leave: Callback<()>,
}

impl Typed {
    fn of(answering: Answering, asked: &Asked) -> Typed {
        let (kind, path) = (
            StoredValue::new(asked.question.kind.clone()),
            StoredValue::new(asked.path.clone()),
        );
        let answer = answering.answer(asked.path.clone());
        let text = RwSignal::new(typed::typed_of(answer.get_untracked().as_ref()));
        let read = move |text: &str| kind.with_value(|kind| normalise(kind, text));
        effect(move || {
            let outside = answer.get();
            if outside.clone().unwrap_or(Value::Null) != text.with_untracked(|text| read(text)) {
                text.set(typed::typed_of(outside.as_ref()));
            }
        });
        let on_input = Callback::new(move |input: String| {
            let answer = read(&input);
            text.set(input);
            path.with_value(|path| answering.change(path, answer));
        });
        let on_leave = Callback::new(move |()| {
            text.set(typed::typed_of(answer.get_untracked().as_ref()));
            path.with_value(|path| answering.left(path));
        });
        Typed {
            value: text.into(),
            on_input,
            on_leave,
        }
    }
}

/// One line.
pub(super) fn line(answering: Answering, asked: &Asked) -> AnyView {
    let typed = Typed::of(answering, asked);
    let (kind, width, unit) = shape(asked);
    let props = TextFieldProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .value(typed.value)
        .on_input(typed.on_input)
        .on_leave(typed.on_leave)
        .kind(kind)
        .width(width)
        .error(asked.error)
        .optional(asked.optional);
    let hint = asked.hint(answering);
    match unit {
        Some(unit) => {
            let props = props.unit(unit);
            hinted!(TextField, props, hint)
        }
        None => hinted!(TextField, props, hint),
    }
}

/// The keyboard, the width and the unit of a line.
fn shape(asked: &Asked) -> (InputKind, Width, Option<Words>) {
    match &asked.question.kind {
        Kind::Text { max_length, .. } => {
            let own_name = asked.question.prefill.as_deref() == Some("person.name");
            let kind = if own_name { InputKind::Name } else { InputKind::Text };
            let width = match max_length.unwrap_or(100) {
                0..=10 => Width::Short,
                11..=30 => Width::Medium,
                _ => Width::Full,
            };
            (kind, width, None)
        }
        Kind::Number {
            decimals, min, unit, ..
        } => {
            let whole = *decimals == 0 && min.is_some_and(|min| min >= 0.0);
            let kind = if whole { InputKind::Digits } else { InputKind::Decimal };
            (kind, Width::Short, unit.clone().map(Words::from))
        }
        Kind::Money { .. } => (InputKind::Decimal, Width::Short, Some(fill::YUAN.into())),
        Kind::Phone {} => (InputKind::Phone, Width::Medium, None),
        Kind::Email {} => (InputKind::Email, Width::Full, None),
        Kind::CitizenId {} => (InputKind::CitizenId, Width::Medium, None),
        Kind::OrganisationCode {} => (InputKind::Capitals, Width::Medium, None),
        Kind::BankCard {} => (InputKind::Digits, Width::Medium, None),
        _ => (InputKind::Text, Width::Full, None),
    }
}

/// Several lines.
pub(super) fn area(answering: Answering, asked: &Asked, most: u32) -> AnyView {
    let typed = Typed::of(answering, asked);
    let props = TextAreaProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .value(typed.value)
        .on_input(typed.on_input)
        .on_leave(typed.on_leave)
        .error(asked.error)
        .optional(asked.optional)
        .max_length(most);
    hinted!(TextArea, props, asked.hint(answering))
}

/// A day.
pub(super) fn day(answering: Answering, asked: &Asked) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let (path, left) = (asked.path.clone(), asked.path.clone());
    let kind = StoredValue::new(asked.question.kind.clone());
    let props = DateFieldProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .value(Signal::derive(move || typed::typed_of(answer.get().as_ref())))
        .on_input(Callback::new(move |text: String| {
            answering.change(&path, kind.with_value(|kind| normalise(kind, &text)));
        }))
        .on_leave(Callback::new(move |()| {
            // One goes from the year to the month to the day: before all three are there nothing is wrong yet.
            if typed::is_whole_day(answering.answer_now(&left).as_ref()) {
                answering.left(&left);
            }
        }))
        .error(asked.error)
        .optional(asked.optional);
    hinted!(DateField, props, asked.hint(answering))
}

/// An address: where, and where exactly.
pub(super) fn address(answering: Answering, asked: Asked) -> AnyView {
    let Asked {
        path,
        id,
        optional,
        error,
        ..
    } = asked.clone();
    let answer = answering.answer(path.clone());
    let part = |name: &'static str| Signal::derive(move || typed::address_part(answer.get().as_ref(), name));
    let (region, detail) = (part("region"), part("detail"));
    let change = {
        let path = path.clone();
        Callback::new(move |(region, detail): (String, String)| {
            answering.change(&path, typed::address_answer(&region, &detail));
        })
    };
    let leave = Callback::new(move |()| {
        // As with a day: only an address with both parts is whole.
        if !region.get_untracked().is_empty() && !detail.get_untracked().is_empty() {
            answering.left(&path);
        }
    });
    let props = FieldGroupProps::builder()
        .id(id.clone())
        .label(asked.label())
        .hint(asked.hint(answering))
        .error(error)
        .optional(optional)
        .children(Box::new(move || {
            view! {
                <div class="address-parts">
                    <TextField
                        id=id.clone()
                        label=fill::REGION
                        value=region
                        on_input=Callback::new(move |text| change.run((text, detail.get_untracked())))
                        on_leave=leave
                        width=Width::Medium
                    />
                    <TextField
                        id=format!("{id}.detail")
                        label=fill::DETAIL
                        value=detail
                        on_input=Callback::new(move |text| change.run((region.get_untracked(), text)))
                        on_leave=leave
                    />
                </div>
            }
            .into_any()
        }));
    FieldGroup(props.build()).into_any()
}
