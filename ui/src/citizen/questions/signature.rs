//! A signature: drawn, or a name that is typed instead.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::text::Typed;
use super::{Answering, Asked, typed};
use crate::design::button::{Button, Weight};
use crate::design::field::{FieldGroup, FieldGroupProps};
use crate::design::signature::{SignaturePad, Strokes};
use crate::design::text_field::{InputKind, TextField};
use crate::shell::document;
use crate::texts::{Words, fill};
use crate::view::{live, memo, view};

/// A signature.
pub(super) fn signature(answering: Answering, asked: &Asked) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let path = StoredValue::new(asked.path.clone());
    let id = asked.id.clone();
    let change = move |answer: Value| path.with_value(|path| answering.change(path, answer));
    let name = Signal::derive(move || typed::part(answer.get().as_ref(), "typed"));
    let strokes = Signal::derive(move || typed::strokes(answer.get().as_ref()));
    // Chosen, or how it came: another terminal may have taken a name.
    let chosen = RwSignal::new(false);
    let by_name = memo(move |_| chosen.get() || name.with(|name| !name.is_empty()));
    let drawn = memo(move |_| strokes.with(|strokes| !strokes.is_empty()));
    let draw = Callback::new(move |strokes: Strokes| {
        change(json!({ "strokes": strokes }));
        path.with_value(|path| answering.left(path));
    });
    let turn = {
        let id = id.clone();
        move |to_name: bool| {
            change(Value::Null);
            chosen.set(to_name);
            let id = id.clone();
            request_animation_frame(move || document::focus_into_view(&id));
        }
    };
    let clear = {
        let id = id.clone();
        move |()| {
            change(Value::Null);
            document::focus(&id);
        }
    };
    let (type_it, draw_it) = (
        Callback::new({
            let turn = turn.clone();
            move |()| turn(true)
        }),
        Callback::new(move |()| turn(false)),
    );
    let clear = Callback::new(clear);
    let body = move || {
        live(move || {
            let id = id.clone();
            if by_name.get() {
                let text = Typed::over(
                    name,
                    |text| text.trim().to_owned(),
                    move |name| {
                        change(if name.is_empty() {
                            Value::Null
                        } else {
                            json!({ "typed": name })
                        })
                    },
                    move || path.with_value(|path| answering.left(path)),
                );
                return view! {
                    <div class="signature-typed">
                        <TextField
                            id=id
                            label=fill::SIGN_NAME
                            value=text.value
                            on_input=text.on_input
                            on_leave=text.on_leave
                            kind=InputKind::Name
                        />
                        <Button label=fill::SIGN_DRAW icon="signature" weight=Weight::Quiet on_press=draw_it/>
                    </div>
                }
                .into_any();
            }
            let label = Words::made(move |language| {
                let phrase = if drawn.get() { fill::SIGN_DONE } else { fill::SIGN_EMPTY };
                phrase.get(language).to_owned()
            });
            view! {
                <div class="signature-drawn">
                    <SignaturePad id=id label=label strokes=strokes on_draw=draw invitation=fill::SIGN_HERE/>
                    <div class="buttons">
                        {live(move || drawn.get().then(|| view! {
                            <Button label=fill::SIGN_CLEAR icon="rotate-ccw" on_press=clear/>
                        }))}
                        <Button label=fill::SIGN_TYPE icon="keyboard" weight=Weight::Quiet on_press=type_it/>
                    </div>
                </div>
            }
            .into_any()
        })
    };
    let props = FieldGroupProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .hint(Some(asked.hint(answering).unwrap_or_else(|| fill::SIGN_HINT.into())))
        .error(asked.error)
        .optional(asked.optional)
        .children(Box::new(body));
    FieldGroup(props.build()).into_any()
}
