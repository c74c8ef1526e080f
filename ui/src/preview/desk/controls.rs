//! How the form is looked at.

use leptos::prelude::*;
use onehall_client::Profile;
use onehall_protocol::Language;

use super::state::use_desk;
use crate::design::button::{Button, Weight};
use crate::design::choices::{Checkbox, ChoiceOption, Select};
use crate::design::field::Field;
use crate::texts::preview;
use crate::view::view;

/// Terminal, language, elder mode, day; examples and a clean sheet.
#[component]
pub fn Controls() -> impl IntoView {
    let desk = use_desk();
    let profiles = [
        (Profile::Desktop, preview::PROFILE_DESKTOP),
        (Profile::Mobile, preview::PROFILE_MOBILE),
        (Profile::Kiosk, preview::PROFILE_KIOSK),
        (Profile::MiniApp, preview::PROFILE_MINI_APP),
    ]
    .map(|(profile, name)| ChoiceOption::new(profile.name(), name));
    let languages = [
        (Language::ZhCn, preview::LANGUAGE_ZH),
        (Language::En, preview::LANGUAGE_EN),
    ]
    .map(|(language, name)| ChoiceOption::new(language.tag(), name));
    let choose_profile = move |name: String| {
        if let Some(profile) = Profile::from_name(&name) {
            desk.profile.set(profile);
        }
    };
    let choose_language = move |tag: String| {
        if let Some(language) = Language::from_tag(&tag) {
            desk.language.set(language);
        }
    };
    let choose_day = move |event: web_sys::Event| {
        // Half typed it is no day; the last one stays.
        if let Ok(day) = event_target_value(&event).parse() {
            desk.set_as_of(day);
        }
    };
    view! {
        <section class="desk-part" aria-labelledby="desk-look">
            <h2 id="desk-look" class="desk-part-title">{preview::LOOK}</h2>
            <div class="desk-controls">
                <Select
                    id="desk-profile"
                    label=preview::PROFILE
                    options=Signal::stored(profiles.to_vec())
                    value=Signal::derive(move || desk.profile.get().name().to_owned())
                    on_change=Callback::new(choose_profile)
                    always=true
                />
                <Select
                    id="desk-language"
                    label=preview::LANGUAGE
                    options=Signal::stored(languages.to_vec())
                    value=Signal::derive(move || desk.language.get().tag().to_owned())
                    on_change=Callback::new(choose_language)
                    always=true
                />
                <Field id="desk-as-of" label=preview::AS_OF>
                    <input
                        type="date"
                        id="desk-as-of"
                        class="input"
                        prop:value=move || desk.as_of.get().to_string()
                        on:change=choose_day
                    />
                </Field>
                <Checkbox
                    id="desk-elder"
                    label=preview::ELDER
                    checked=desk.elder
                    on_change=Callback::new(move |elder| desk.elder.set(elder))
                />
            </div>
            <div class="buttons desk-buttons">
                <Button
                    label=preview::FILL
                    icon="pencil"
                    weight=Weight::Secondary
                    on_press=Callback::new(move |()| desk.fill_with_examples())
                />
                <Button
                    label=preview::CLEAR
                    icon="rotate-ccw"
                    weight=Weight::Quiet
                    on_press=Callback::new(move |()| desk.clear())
                />
            </div>
        </section>
    }
    .into_any()
}
