//! Display settings: language, elder mode, theme, text size; and whether this terminal may count.

use leptos::prelude::*;
use onehall_client::ThemeChoice;
use onehall_protocol::Language;

use crate::citizen::frame::WhatIsCounted;
use crate::design::choices::{Checkbox, ChoiceOption, Radios, YesNo};
use crate::shell::{TEXT_SIZES, use_ui};
use crate::texts::{Words, frame, insight};
use crate::view::view;

fn theme_value(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::Auto => "auto",
        ThemeChoice::Light => "light",
        ThemeChoice::Dark => "dark",
    }
}

fn theme_of(value: &str) -> ThemeChoice {
    match value {
        "light" => ThemeChoice::Light,
        "dark" => ThemeChoice::Dark,
        _ => ThemeChoice::Auto,
    }
}

/// The display settings. They hold at once.
#[component]
pub fn DisplaySettings() -> impl IntoView {
    let ui = use_ui();
    let languages = Language::ALL.map(|language| {
        let name = match language {
            Language::ZhCn => "简体中文",
            Language::En => "English",
        };
        ChoiceOption::new(language.tag(), name)
    });
    let themes = [
        ChoiceOption::new("auto", frame::THEME_AUTO),
        ChoiceOption::new("light", frame::THEME_LIGHT),
        ChoiceOption::new("dark", frame::THEME_DARK),
    ];
    let sizes = TEXT_SIZES.map(|size| ChoiceOption::new(size.to_string(), Words::from(format!("{size} %"))));
    let read =
        move |read: fn(&onehall_client::Preferences) -> String| Signal::derive(move || ui.preferences.with(read));
    view! {
        <div class="settings">
            <Radios
                id="language"
                label=frame::LANGUAGE
                options=Signal::stored(languages.to_vec())
                value=Signal::derive(move || ui.language.get().tag().to_owned())
                on_change=Callback::new(move |tag: String| {
                    ui.prefer(|preferences| preferences.language = Language::from_tag(&tag));
                })
                inline=true
            />
            <Checkbox
                id="elder"
                label=frame::ELDER
                hint=frame::ELDER_HINT
                checked=Signal::derive(move || ui.preferences.with(|preferences| preferences.elder))
                on_change=Callback::new(move |on| ui.prefer(|preferences| preferences.elder = on))
            />
            <Radios
                id="text-size"
                label=frame::TEXT_SIZE
                options=Signal::stored(sizes.to_vec())
                value=read(|preferences| preferences.text_percent.to_string())
                on_change=Callback::new(move |size: String| {
                    ui.prefer(|preferences| preferences.text_percent = size.parse().unwrap_or(100));
                })
                inline=true
            />
            <Radios
                id="theme"
                label=frame::THEME
                options=Signal::stored(themes.to_vec())
                value=read(|preferences| theme_value(preferences.theme).to_owned())
                on_change=Callback::new(move |theme: String| {
                    ui.prefer(|preferences| preferences.theme = theme_of(&theme));
                })
                inline=true
            />
        </div>
    }
    .into_any()
}

/// Whether this terminal may count, and what that is.
#[component]
pub fn CountingSettings() -> impl IntoView {
    let ui = use_ui();
    view! {
        <div class="settings">
            <p class="muted">{insight::ASK_TEXT}</p>
            <YesNo
                id="analytics"
                label=insight::SETTINGS_LABEL
                hint=insight::SETTINGS_HINT
                value=Signal::derive(move || ui.preferences.with(|preferences| preferences.analytics))
                on_change=Callback::new(move |yes| ui.prefer(|preferences| preferences.analytics = Some(yes)))
            />
            <WhatIsCounted/>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_survives_its_choice() {
        for theme in [ThemeChoice::Auto, ThemeChoice::Light, ThemeChoice::Dark] {
            assert_eq!(theme_of(theme_value(theme)), theme);
        }
    }
}
