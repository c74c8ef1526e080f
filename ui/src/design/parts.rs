//! A value that is typed part by part, in short fields side by side: a day, a time of day.

use leptos::prelude::*;

use super::field::leave;
use crate::texts::{Phrase, Words};
use crate::view::{effect, view};

/// One of the fields.
pub struct Part {
    /// What its id ends with; the first has the id itself.
    pub suffix: &'static str,
    /// What stands behind it.
    pub label: Phrase,
    /// Most digits.
    pub digits: u8,
}

/// What the fields make together.
pub struct Shape {
    /// The fields, in their order.
    pub parts: &'static [Part],
    /// The parts of a text on the wire.
    pub split: fn(&str) -> Vec<String>,
    /// The text on the wire of what is typed: what is no whole value stays as typed, so that the rules can say so; nothing
    /// where nothing is typed.
    pub join: fn(&[String]) -> String,
}

/// What the fields read and change.
#[derive(Clone, Copy)]
pub struct Parted {
    /// The text on the wire; empty for none.
    pub value: Signal<String>,
    /// Called with each change.
    pub on_input: Callback<String>,
    /// Called when one of the fields is left.
    pub on_leave: Option<Callback<()>>,
    /// What is wrong, if anything.
    pub error: Signal<Option<Words>>,
}

/// The fields. What is around them names them.
pub fn part_fields(shape: &'static Shape, id: &str, parted: Parted) -> AnyView {
    let Parted {
        value,
        on_input,
        on_leave,
        error,
    } = parted;
    let typed = RwSignal::new((shape.split)(&value.get_untracked()));
    // What comes from elsewhere (another terminal, a reload) comes in; what these fields themselves said does not come
    // back and take a zero away that is just being typed.
    effect(move || {
        let outside = value.get();
        if typed.with_untracked(|typed| (shape.join)(typed)) != outside {
            typed.set((shape.split)(&outside));
        }
    });
    let fields = shape.parts.iter().enumerate().map(|(at, part)| {
        let id = format!("{id}{}", part.suffix);
        let on_part = move |event: web_sys::Event| {
            typed.update(|typed| typed[at] = event_target_value(&event));
            on_input.run(typed.with_untracked(|typed| (shape.join)(typed)));
        };
        view! {
            <div class="date-part">
                <input
                    id=id.clone()
                    class=if part.digits == 4 { "input input-year" } else { "input input-tiny" }
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    data-keyboard="digits"
                    maxlength=part.digits.to_string()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || typed.with(|typed| typed[at].clone())
                    on:input=on_part
                    on:blur=move |_| leave(on_leave)
                />
                <label class="date-part-label" for=id>{part.label}</label>
            </div>
        }
        .into_any()
    });
    view! { <div class="date-parts">{fields.collect_view()}</div> }.into_any()
}

/// A text cut at its separators into as many parts as there are fields.
pub fn cut(text: &str, separator: char, fields: usize) -> Vec<String> {
    let mut parts: Vec<String> = text.splitn(fields, separator).map(str::to_owned).collect();
    parts.resize(fields, String::new());
    parts
}
