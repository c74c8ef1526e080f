//! What is around every control of a form: label, hint, error.

use leptos::prelude::*;

use super::icon::Icon;
use crate::shell::document;
use crate::texts::{Words, general};
use crate::view::view;

/// The id of a control's hint.
#[must_use]
pub fn hint_id(id: &str) -> String {
    format!("{id}-hint")
}

/// The id of a control's error.
#[must_use]
pub fn error_id(id: &str) -> String {
    format!("{id}-error")
}

/// What `aria-describedby` of a control names: its hint and, where it is wrong, its error.
#[must_use]
pub fn described_by(id: &str, has_hint: bool, has_error: bool) -> Option<String> {
    match (has_hint, has_error) {
        (false, false) => None,
        (true, false) => Some(hint_id(id)),
        (false, true) => Some(error_id(id)),
        (true, true) => Some(format!("{} {}", hint_id(id), error_id(id))),
    }
}

/// Tells that a control was left, by a press somewhere else once that has arrived there. A control that is taken off the
/// page while it has the focus is left, too, when nobody listens any more.
pub fn leave(on_leave: Option<Callback<()>>) {
    if let Some(on_leave) = on_leave {
        document::after_press(move || {
            let _ = on_leave.try_run(());
        });
    }
}

/// The error of a control.
#[component]
pub fn FieldError(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What is wrong, if anything.
    error: Signal<Option<Words>>,
) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <p class="field-error" id=error_id(&id)>
                    <Icon name="circle-alert"/>
                    <span><span class="visually-hidden">{general::ERROR_PREFIX}</span>{error}</span>
                </p>
            }
        })
    }
}

/// The hint of a control.
#[component]
pub fn FieldHint(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What helps to fill it.
    hint: Option<Words>,
) -> impl IntoView {
    hint.map(|hint| view! { <p class="field-hint" id=hint_id(&id)>{hint}</p> })
}

/// One control with its label above.
#[component]
pub fn Field(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// What helps to fill it.
    #[prop(optional_no_strip)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// The label is for screen readers only.
    #[prop(optional)]
    label_hidden: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field" class:field-wrong=move || error.with(Option::is_some)>
            <label class="field-label" class:visually-hidden=label_hidden for=id.clone()>
                {label}
                {optional.then(|| view! { <span class="field-optional">" "{general::OPTIONAL}</span> })}
            </label>
            <FieldHint id=id.clone() hint=hint/>
            <FieldError id=id error=error/>
            {children()}
        </div>
    }
    .into_any()
}

/// Several controls that answer one question: radios, checkboxes, the parts of a date.
#[component]
pub fn FieldGroup(
    /// The id of the group's first control.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// What helps to fill it.
    #[prop(optional_no_strip)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// `radiogroup` where the controls are radios.
    #[prop(optional)]
    role: Option<&'static str>,
    /// The controls.
    children: Children,
) -> impl IntoView {
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    view! {
        <fieldset class="field" class:field-wrong=move || error.with(Option::is_some) role=role aria-describedby=described>
            <legend class="field-label">
                {label}
                {optional.then(|| view! { <span class="field-optional">" "{general::OPTIONAL}</span> })}
            </legend>
            <FieldHint id=id.clone() hint=hint/>
            <FieldError id=id error=error/>
            {children()}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::described_by;

    #[test]
    fn a_control_names_only_descriptions_that_are_there() {
        assert_eq!(described_by("a", false, false), None);
        assert_eq!(described_by("a", true, false).as_deref(), Some("a-hint"));
        assert_eq!(described_by("a", true, true).as_deref(), Some("a-hint a-error"));
    }
}
