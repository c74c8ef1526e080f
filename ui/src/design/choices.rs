//! Controls that one chooses with.

use leptos::prelude::*;

use super::field::{Field, FieldGroup, described_by};
use crate::texts::{Words, general};
use crate::view::view;

/// One option of a choice.
#[derive(Clone)]
pub struct ChoiceOption {
    /// What is kept when it is chosen.
    pub value: String,
    /// What one reads.
    pub label: Words,
    /// What helps to choose.
    pub hint: Option<Words>,
}

impl ChoiceOption {
    /// An option without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<Words>) -> ChoiceOption {
        ChoiceOption {
            value: value.into(),
            label: label.into(),
            hint: None,
        }
    }

    /// With a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: Option<Words>) -> ChoiceOption {
        self.hint = hint;
        self
    }
}

/// The id of the option at `index`: the first has the control's own id, so that an error can link to it.
fn option_id(id: &str, index: usize) -> String {
    if index == 0 {
        id.to_owned()
    } else {
        format!("{id}-{}", index + 1)
    }
}

/// One of several, all to be seen.
#[component]
pub fn Radios(
    /// The id of the first option.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The options.
    #[prop(into)]
    options: Signal<Vec<ChoiceOption>>,
    /// The value that is chosen; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the value that is chosen.
    #[prop(into)]
    on_change: Callback<String>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left.
    #[prop(optional)]
    optional: bool,
    /// Side by side, for two or three short options.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    let name = id.clone();
    let draw = move |(index, option): (usize, ChoiceOption)| {
        let option_id = option_id(&name, index);
        let hint_id = option.hint.is_some().then(|| format!("{option_id}-hint"));
        let (mine, chosen) = (option.value.clone(), option.value);
        view! {
            <div class="choice">
                <input
                    type="radio"
                    id=option_id.clone()
                    name=name.clone()
                    value=mine.clone()
                    class="choice-input"
                    aria-describedby=hint_id.clone()
                    prop:checked=move || value.with(|value| *value == mine)
                    on:change=move |_| on_change.run(chosen.clone())
                />
                <label class="choice-label" for=option_id>
                    <span class="choice-text">{option.label}</span>
                    {option.hint.map(|hint| view! { <span class="choice-hint" id=hint_id>{hint}</span> })}
                </label>
            </div>
        }
        .into_any()
    };
    view! {
        <FieldGroup id=id label=label hint=hint error=error optional=optional>
            <div class="choices" class:choices-inline=inline>
                {move || options.get().into_iter().enumerate().map(&draw).collect_view()}
            </div>
        </FieldGroup>
    }
    .into_any()
}

/// Yes or no.
#[component]
pub fn YesNo(
    /// The id of the first option.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The answer, if there is one.
    #[prop(into)]
    value: Signal<Option<bool>>,
    /// Called with the answer.
    #[prop(into)]
    on_change: Callback<bool>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let options = vec![
        ChoiceOption::new("yes", general::YES),
        ChoiceOption::new("no", general::NO),
    ];
    let chosen = Signal::derive(move || match value.get() {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => String::new(),
    });
    // `into` props take an Option only through their builder: an empty hint is left out here.
    let radios = RadiosProps::builder()
        .id(id)
        .label(label)
        .options(Signal::stored(options))
        .value(chosen)
        .on_change(Callback::new(move |value: String| on_change.run(value == "yes")))
        .error(error)
        .optional(optional)
        .inline(true);
    match hint {
        Some(hint) => Radios(radios.hint(hint).build()).into_any(),
        None => Radios(radios.build()).into_any(),
    }
}

/// Any number of several.
#[component]
pub fn Checkboxes(
    /// The id of the first option.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The options.
    #[prop(into)]
    options: Signal<Vec<ChoiceOption>>,
    /// The values that are chosen.
    #[prop(into)]
    values: Signal<Vec<String>>,
    /// Called with all values that are chosen now, in the order of the options.
    #[prop(into)]
    on_change: Callback<Vec<String>>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let group = id.clone();
    let draw = move |(index, option): (usize, ChoiceOption)| {
        let option_id = option_id(&group, index);
        let hint_id = option.hint.is_some().then(|| format!("{option_id}-hint"));
        let (mine, toggled) = (option.value.clone(), option.value);
        let toggle = move |_| {
            let chosen = toggle(&options.get_untracked(), &values.get_untracked(), &toggled);
            on_change.run(chosen);
        };
        view! {
            <div class="choice">
                <input
                    type="checkbox"
                    id=option_id.clone()
                    class="choice-input"
                    aria-describedby=hint_id.clone()
                    prop:checked=move || values.with(|values| values.contains(&mine))
                    on:change=toggle
                />
                <label class="choice-label" for=option_id>
                    <span class="choice-text">{option.label}</span>
                    {option.hint.map(|hint| view! { <span class="choice-hint" id=hint_id>{hint}</span> })}
                </label>
            </div>
        }
        .into_any()
    };
    view! {
        <FieldGroup id=id label=label hint=hint error=error optional=optional>
            <div class="choices">{move || options.get().into_iter().enumerate().map(&draw).collect_view()}</div>
        </FieldGroup>
    }
    .into_any()
}

/// The chosen values after `value` was toggled, in the order of the options.
fn toggle(options: &[ChoiceOption], chosen: &[String], value: &str) -> Vec<String> {
    let was = chosen.iter().any(|other| other == value);
    let stays = |option: &&ChoiceOption| {
        if option.value == value {
            !was
        } else {
            chosen.contains(&option.value)
        }
    };
    options
        .iter()
        .filter(stays)
        .map(|option| option.value.clone())
        .collect()
}

/// One checkbox: a statement that one agrees to.
#[component]
pub fn Checkbox(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What one agrees to.
    #[prop(into)]
    label: Words,
    /// Whether it is checked.
    #[prop(into)]
    checked: Signal<bool>,
    /// Called with the new state.
    #[prop(into)]
    on_change: Callback<bool>,
    /// What helps to decide.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
) -> impl IntoView {
    let hint_id = super::field::hint_id(&id);
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    view! {
        <div class="field" class:field-wrong=move || error.with(Option::is_some)>
            <super::field::FieldError id=id.clone() error=error/>
            <div class="choice">
                <input
                    type="checkbox"
                    id=id.clone()
                    class="choice-input"
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:checked=move || checked.get()
                    on:change=move |event| on_change.run(event_target_checked(&event))
                />
                <label class="choice-label" for=id>
                    <span class="choice-text">{label}</span>
                    {hint.map(|hint| view! { <span class="choice-hint" id=hint_id>{hint}</span> })}
                </label>
            </div>
        </div>
    }
    .into_any()
}

/// One of many, in a native list.
#[component]
pub fn Select(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// The options.
    #[prop(into)]
    options: Signal<Vec<ChoiceOption>>,
    /// The value that is chosen; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the value that is chosen; empty for none.
    #[prop(into)]
    on_change: Callback<String>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left.
    #[prop(optional)]
    optional: bool,
    /// Leaves out the empty option "please choose": there is always a choice.
    #[prop(optional)]
    always: bool,
) -> impl IntoView {
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let for_label = id.clone();
    let draw = move |option: ChoiceOption| {
        let mine = option.value.clone();
        view! {
            <option value=option.value prop:selected=move || value.with(|value| *value == mine)>{option.label}</option>
        }
        .into_any()
    };
    view! {
        <Field id=for_label label=label hint=hint error=error optional=optional>
            <div class="select">
                <select
                    id=id
                    class="input select-input"
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    on:change=move |event| on_change.run(event_target_value(&event))
                >
                    {(!always).then(|| view! {
                        <option value="" prop:selected=move || value.with(String::is_empty)>{general::PLEASE_CHOOSE}</option>
                    })}
                    {move || options.get().into_iter().map(draw).collect_view()}
                </select>
                <super::icon::Icon name="chevron-down"/>
            </div>
        </Field>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_toggled_keeps_the_order_of_the_options() {
        let options = ["a", "b", "c"].map(|value| ChoiceOption::new(value, value));
        let chosen = toggle(&options, &["c".to_owned()], "a");
        assert_eq!(chosen, ["a", "c"]);
        assert_eq!(toggle(&options, &chosen, "c"), ["a"]);
    }

    #[test]
    fn an_error_can_link_to_the_first_option() {
        assert_eq!(option_id("kind", 0), "kind");
        assert_eq!(option_id("kind", 1), "kind-2");
    }
}
