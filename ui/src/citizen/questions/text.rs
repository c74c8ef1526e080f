//! Questions that one answers by typing.

use std::sync::Arc;

use leptos::prelude::*;
use onehall_forms::{Kind, mask_example, normalise};

use super::{Answering, Asked, hinted, typed};
use crate::design::field::{FieldGroup, FieldGroupProps};
use crate::design::text_field::{InputKind, TextArea, TextAreaProps, TextField, TextFieldProps, Width};
use crate::texts::{Words, fill};
use crate::view::{effect, view};

/// What stands in a field, and what happens with it. It is not the answer: "12." is on its way to be "12.50", and must
/// not be tidied up under somebody's fingers. When the field is left it shows the answer as it is kept.
pub(super) struct Typed {
    pub value: Signal<String>,
    pub on_input: Callback<String>,
    pub on_leave: Callback<()>,
}

impl Typed {
    fn of(answering: Answering, asked: &Asked) -> Typed {
        let (kind, path) = (
            StoredValue::new(asked.question.kind.clone()),
            StoredValue::new(asked.path.clone()),
        );
        let answer = answering.answer(asked.path.clone());
        let read = move |text: &str| kind.with_value(|kind| normalise(kind, text));
        Typed::over(
            Signal::derive(move || typed::typed_of(answer.get().as_ref())),
            move |text| typed::typed_of(Some(&read(text))),
            move |meant| path.with_value(|path| answering.change(path, read(&meant))),
            move || path.with_value(|path| answering.left(path)),
        )
    }

    /// Over a text that is an answer, or a part of one: how what is typed is read, what takes it, and what is done when
    /// the field is left.
    pub(super) fn over(
        kept: Signal<String>,
        read: impl Fn(&str) -> String + Send + Sync + 'static,
        change: impl Fn(String) + Send + Sync + 'static,
        left: impl Fn() + Send + Sync + 'static,
    ) -> Typed {
        Typed::boxed(kept, Arc::new(read), Arc::new(change), Arc::new(left))
    }

    fn boxed(
        kept: Signal<String>,
        read: Read,
        change: Arc<dyn Fn(String) + Send + Sync>,
        left: Arc<dyn Fn() + Send + Sync>,
    ) -> Typed {
        let text = RwSignal::new(kept.get_untracked());
        let same = Arc::clone(&read);
        effect(move || {
            let outside = kept.get();
            if outside != text.with_untracked(|text| same(text)) {
                text.set(outside);
            }
        });
        let on_input = Callback::new(move |input: String| {
            let meant = read(&input);
            text.set(input);
            change(meant);
        });
        let on_leave = Callback::new(move |()| {
            text.set(kept.get_untracked());
            left();
        });
        Typed {
            value: text.into(),
            on_input,
            on_leave,
        }
    }
}

type Read = Arc<dyn Fn(&str) -> String + Send + Sync>;

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
    let hint = with_format(asked.hint(answering), &asked.question.kind);
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
        Kind::Text { mask: Some(mask), .. } => {
            // What stands between the digits is put in: nobody has to find it on a keyboard.
            let letters = mask_example(mask).contains('A');
            let kind = if letters {
                InputKind::Capitals
            } else {
                InputKind::Digits
            };
            (kind, Width::Medium, None)
        }
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

/// The hint, with how it is written where the form says that.
fn with_format(hint: Option<Words>, kind: &Kind) -> Option<Words> {
    let Kind::Text { mask: Some(mask), .. } = kind else {
        return hint;
    };
    let format = fill::FORMAT_EXAMPLE.with([mask_example(mask).into()]);
    Some(match hint {
        None => format,
        Some(hint) => fill::FORMAT_BEHIND.with([hint, format]),
    })
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
    let part = |name: &'static str| Signal::derive(move || typed::part(answer.get().as_ref(), name));
    let (region, detail) = (part("region"), part("detail"));
    let change = {
        let path = path.clone();
        Callback::new(move |(region, detail): (String, String)| {
            answering.change(&path, typed::parts_answer(&[("region", region), ("detail", detail)]));
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
                <div class="group-parts">
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
