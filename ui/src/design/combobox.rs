//! One of more than a list can show: what fits comes up while one types.
//!
//! The combobox of the ARIA Authoring Practices with a list of its own and manual selection: the focus stays in the field,
//! arrows walk the list, Enter takes, Escape closes it and then empties the field. What is typed and not taken is no
//! choice.

use leptos::prelude::*;

use super::choices::ChoiceOption;
use super::field::{Field, described_by, leave};
use super::icon::Icon;
use crate::shell::document;
use crate::texts::Words;
use crate::view::{effect, memo, view};

/// Where the walk through the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// Nobody asked for the list.
    Shut,
    /// The list is there, and nothing in it is pointed at.
    Open,
    /// The option at this place is pointed at.
    At(usize),
}

impl Walk {
    /// One down, or up; over the end it begins anew.
    fn step(self, down: bool, options: usize) -> Walk {
        if options == 0 {
            return Walk::Open;
        }
        let last = options - 1;
        Walk::At(match (self, down) {
            (Walk::At(at), true) if at < last => at + 1,
            (Walk::At(at), false) if at > 0 => at.min(last + 1) - 1,
            (_, true) => 0,
            (_, false) => last,
        })
    }

    fn at(self) -> Option<usize> {
        match self {
            Walk::At(at) => Some(at),
            _ => None,
        }
    }
}

/// One of many, found by typing.
#[component]
pub fn Combobox(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// What stands in the field.
    #[prop(into)]
    text: Signal<String>,
    /// Called with each change of it.
    #[prop(into)]
    on_input: Callback<String>,
    /// What was found for it.
    #[prop(into)]
    found: Signal<Vec<ChoiceOption>>,
    /// Where the search stands, in words: read out and shown below the list.
    #[prop(into)]
    said: Signal<Option<Words>>,
    /// Called when the list is asked for.
    #[prop(into)]
    on_open: Callback<()>,
    /// Called with the value that is taken.
    #[prop(into)]
    on_choose: Callback<String>,
    /// Called when the control is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// What helps to choose.
    #[prop(optional_no_strip)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let walk = RwSignal::new(Walk::Shut);
    let list_id = format!("{id}-list");
    let option_id = {
        let list_id = list_id.clone();
        move |at: usize| format!("{list_id}-{at}")
    };
    let open = move || walk.get() != Walk::Shut;
    let listed = Signal::derive(move || open() && found.with(|found| !found.is_empty()));
    // The list must not come up below the window's edge, or behind what sticks to it.
    let (shown, found_id) = (memo(move |_| listed.get()), format!("{id}-found"));
    let shown_id = found_id.clone();
    effect(move || {
        if shown.get() {
            let id = shown_id.clone();
            request_animation_frame(move || document::keep_in_view(&id));
        }
    });
    // Other options under the same pointer are other options.
    effect(move || {
        found.track();
        if matches!(walk.get_untracked(), Walk::At(_)) {
            walk.set(Walk::Open);
        }
    });
    let ask = move || {
        if walk.get_untracked() == Walk::Shut {
            walk.set(Walk::Open);
            on_open.run(());
        }
    };
    let take = move |at: usize| {
        let value = found.with_untracked(|found| found.get(at).map(|option| option.value.clone()));
        if let Some(value) = value {
            walk.set(Walk::Shut);
            on_choose.run(value);
        }
    };
    let pointed_id = option_id.clone();
    let step = move |down: bool| {
        ask();
        let next = walk.get_untracked().step(down, found.with_untracked(Vec::len));
        walk.set(next);
        if let Some(at) = next.at() {
            let id = pointed_id(at);
            request_animation_frame(move || document::keep_in_view(&id));
        }
    };
    let press = move |event: web_sys::KeyboardEvent| {
        let now = walk.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if event.alt_key() => ask(),
            "ArrowUp" if event.alt_key() => walk.set(Walk::Shut),
            "ArrowDown" => step(true),
            "ArrowUp" => step(false),
            // It takes what is pointed at; it never sends the page while the list is open.
            "Enter" if now != Walk::Shut => match now.at() {
                Some(at) => take(at),
                None => walk.set(Walk::Shut),
            },
            "Escape" if now != Walk::Shut => walk.set(Walk::Shut),
            "Escape" if text.with_untracked(|text| !text.is_empty()) => on_input.run(String::new()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let typed = move |event: web_sys::Event| {
        on_input.run(event_target_value(&event));
        walk.set(Walk::Open);
    };
    let left = move |_| {
        walk.set(Walk::Shut);
        leave(on_leave);
    };
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let pointed = {
        let option_id = option_id.clone();
        move || walk.get().at().filter(|_| listed.get()).map(&option_id)
    };
    let (controlled, list_label) = (list_id.clone(), label.clone());
    let said = Words::made(move |language| {
        let said = if open() { said.get() } else { None };
        said.map(|said| said.get(language)).unwrap_or_default()
    });
    let option = move |(at, option): (usize, ChoiceOption)| {
        let here = move || walk.get() == Walk::At(at);
        view! {
            <li
                id=option_id(at)
                class="combobox-option"
                class:is-pointed=here
                role="option"
                aria-selected=move || if here() { "true" } else { "false" }
                on:click=move |_| take(at)
            >
                <span>{option.label}</span>
                {option.hint.map(|hint| view! { <span class="combobox-note">{hint}</span> })}
            </li>
        }
        .into_any()
    };
    let options = move || {
        let option = option.clone();
        listed.get().then(|| {
            let options = found.get().into_iter().enumerate().map(option);
            view! {
                <ul class="combobox-list" id=list_id.clone() role="listbox" aria-label=list_label.clone()>
                    {options.collect_view()}
                </ul>
            }
        })
    };
    view! {
        <Field id=id.clone() label=label hint=hint error=error optional=optional>
            <div class="combobox">
                <Icon name="search" class="combobox-icon"/>
                <input
                    id=id
                    class="input combobox-input"
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    data-keyboard="letters"
                    aria-autocomplete="list"
                    aria-expanded=move || if listed.get() { "true" } else { "false" }
                    aria-controls=move || listed.get().then(|| controlled.clone())
                    aria-activedescendant=pointed
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || text.get()
                    on:input=typed
                    on:click=move |_| ask()
                    on:keydown=press
                    on:blur=left
                />
                // A press here must not take the focus from the field.
                <div id=found_id class="combobox-found" class:is-open=open on:mousedown=|event| event.prevent_default()>
                    {options}
                    <p class="combobox-said" role="status">{said}</p>
                </div>
            </div>
        </Field>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::Walk;

    #[test]
    fn arrows_walk_the_list_and_begin_anew_at_its_ends() {
        assert_eq!(Walk::Open.step(true, 3), Walk::At(0));
        assert_eq!(Walk::Open.step(false, 3), Walk::At(2));
        assert_eq!(Walk::At(1).step(true, 3), Walk::At(2));
        assert_eq!(Walk::At(2).step(true, 3), Walk::At(0));
        assert_eq!(Walk::At(0).step(false, 3), Walk::At(2));
    }

    #[test]
    fn an_empty_list_is_not_walked_and_a_shorter_one_not_left() {
        assert_eq!(Walk::At(4).step(true, 0), Walk::Open);
        assert_eq!(Walk::At(9).step(false, 3), Walk::At(2));
        assert_eq!(Walk::At(9).step(true, 3), Walk::At(0));
    }
}
