//! Controls that one types into.

use leptos::prelude::*;

use super::field::{Field, described_by, leave};
use crate::texts::Words;
use crate::view::view;

/// What is typed: it decides the keyboard of a phone, the keyboard of a kiosk, and what the browser may fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputKind {
    /// Any text.
    #[default]
    Text,
    /// A person's own name.
    Name,
    /// A mobile phone number.
    Phone,
    /// A one-time code.
    Code,
    /// A citizen's identity number: digits and X.
    CitizenId,
    /// Capital letters and digits: an organisation code.
    Capitals,
    /// Digits only.
    Digits,
    /// A number with decimals.
    Decimal,
    /// An e-mail address.
    Email,
    /// A password that is kept.
    Password,
    /// A new password.
    NewPassword,
    /// An account name.
    Account,
}

impl InputKind {
    fn input_type(self) -> &'static str {
        match self {
            InputKind::Phone => "tel",
            InputKind::Email => "email",
            InputKind::Password | InputKind::NewPassword => "password",
            _ => "text",
        }
    }

    fn input_mode(self) -> Option<&'static str> {
        match self {
            InputKind::Phone => Some("tel"),
            InputKind::Code | InputKind::Digits => Some("numeric"),
            InputKind::Decimal => Some("decimal"),
            InputKind::Email => Some("email"),
            _ => None,
        }
    }

    /// The layout of the kiosk's keyboard: `digits`, `id`, `decimal`, `letters`, or `words` where it writes Chinese, too.
    #[must_use]
    pub fn keyboard(self) -> &'static str {
        match self {
            InputKind::Phone | InputKind::Code | InputKind::Digits => "digits",
            InputKind::CitizenId => "id",
            InputKind::Decimal => "decimal",
            InputKind::Text | InputKind::Name => "words",
            _ => "letters",
        }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            InputKind::Name => "name",
            InputKind::Phone => "tel-national",
            InputKind::Code => "one-time-code",
            InputKind::Email => "email",
            InputKind::Password => "current-password",
            InputKind::NewPassword => "new-password",
            InputKind::Account => "username",
            _ => "off",
        }
    }
}

/// How wide a control is: as wide as what is expected in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// All the width that there is, up to a readable line.
    #[default]
    Full,
    /// About 20 characters: an identity number, a phone number.
    Medium,
    /// About 8 characters: a code, an amount.
    Short,
    /// Two or four digits.
    Tiny,
}

impl Width {
    /// Its class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Width::Full => "input",
            Width::Medium => "input input-medium",
            Width::Short => "input input-short",
            Width::Tiny => "input input-tiny",
        }
    }
}

/// One line of text.
#[component]
pub fn TextField(
    /// The id of the control; an error summary links to it.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// What stands in it.
    #[prop(into)]
    value: Signal<String>,
    /// Called with each change.
    #[prop(into)]
    on_input: Callback<String>,
    /// Called when the control is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// What is typed.
    #[prop(optional)]
    kind: InputKind,
    /// How wide it is.
    #[prop(optional)]
    width: Width,
    /// What helps to fill it.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Most characters.
    #[prop(optional)]
    max_length: Option<u32>,
    /// A unit behind the field.
    #[prop(optional, into)]
    unit: Option<Words>,
    /// The label is for screen readers only.
    #[prop(optional)]
    label_hidden: bool,
    /// Cannot be changed.
    #[prop(optional, into)]
    read_only: Signal<bool>,
) -> impl IntoView {
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let for_label = id.clone();
    view! {
        <Field id=for_label label=label hint=hint error=error optional=optional label_hidden=label_hidden>
            <div class="input-row">
                <input
                    id=id
                    class=width.class()
                    type=kind.input_type()
                    inputmode=kind.input_mode()
                    autocomplete=kind.autocomplete()
                    data-keyboard=kind.keyboard()
                    spellcheck="false"
                    autocapitalize="off"
                    maxlength=max_length.map(|most| most.to_string())
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    readonly=move || read_only.get()
                    prop:value=move || value.get()
                    on:input=move |event| on_input.run(event_target_value(&event))
                    on:blur=move |_| leave(on_leave)
                />
                {unit.map(|unit| view! { <span class="input-unit">{unit}</span> })}
            </div>
        </Field>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: Words,
    /// What stands in it.
    #[prop(into)]
    value: Signal<String>,
    /// Called with each change.
    #[prop(into)]
    on_input: Callback<String>,
    /// Called when the control is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// What helps to fill it.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Most characters: shown beside the count.
    #[prop(optional)]
    max_length: Option<u32>,
    /// Lines that are seen at once.
    #[prop(default = 4)]
    rows: u32,
) -> impl IntoView {
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let for_label = id.clone();
    view! {
        <Field id=for_label label=label hint=hint error=error optional=optional>
            <textarea
                id=id
                class="input input-area"
                rows=rows.to_string()
                data-keyboard="words"
                maxlength=max_length.map(|most| most.to_string())
                aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input=move |event| on_input.run(event_target_value(&event))
                on:blur=move |_| leave(on_leave)
            ></textarea>
            {max_length.map(|most| view! {
                <p class="field-count" aria-hidden="true">
                    {move || value.with(|value| value.chars().count())} " / " {most}
                </p>
            })}
        </Field>
    }
    .into_any()
}
