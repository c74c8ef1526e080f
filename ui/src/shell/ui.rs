//! What every part of the UI shares: language, preferences, profile, connection, what is announced.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::{Preferences, ThemeChoice};
use onehall_protocol::{Language, Timestamp};

use super::{Profile, document};
use crate::texts::{CurrentLanguage, Words};
use crate::view::effect;

/// The sizes of text that somebody can choose, in percent; the first is the page's own.
pub const TEXT_SIZES: [u16; 5] = [100, 125, 150, 175, 200];

/// The state that every part of the UI shares, in context. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Ui {
    /// The language of the page.
    pub language: RwSignal<Language>,
    /// How this terminal shows things.
    pub preferences: RwSignal<Preferences>,
    /// The layout.
    pub profile: RwSignal<Profile>,
    /// Whether the backend can be reached.
    pub online: RwSignal<bool>,
    /// When what is shown last was as the backend has it, where it comes from this terminal's copy.
    pub as_of: RwSignal<Option<Timestamp>>,
    /// Whether the browser may throw away what waits in it to be sent. Known once something does ([`Ui::keep_for_good`]).
    pub may_be_cleared: RwSignal<bool>,
    /// The short messages that are on the screen.
    pub toasts: RwSignal<Vec<Toast>>,
    /// The city's hotline, once known.
    pub hotline: RwSignal<String>,
    /// The city's offset from UTC in minutes, once known: every time is shown on the city's clock.
    pub utc_offset: RwSignal<i32>,
    next_toast: StoredValue<u32>,
    asked_to_keep: StoredValue<bool>,
}

/// A short message that goes away by itself.
#[derive(Clone)]
pub struct Toast {
    /// Its number.
    pub id: u32,
    /// What it says.
    pub words: Words,
    /// Whether it tells of something that went wrong: it then stays until it is closed.
    pub failure: bool,
}

/// The shared state.
///
/// # Panics
/// Outside of a page: [`Ui::provide`] has not been called.
#[must_use]
pub fn use_ui() -> Ui {
    expect_context()
}

impl Ui {
    /// Makes the shared state from what the page says and what was kept, puts it in context, and keeps `<html>` in step.
    pub fn provide(kept: Preferences) -> Ui {
        // The first paint has settled it, by what was kept, what a shell says, or what the browser prefers.
        let language = first_language(kept.language, document::root_attribute("lang").as_deref());
        let profile = super::given_profile();
        let ui = Ui {
            language: RwSignal::new(language),
            preferences: RwSignal::new(kept),
            profile: RwSignal::new(profile),
            online: RwSignal::new(true),
            as_of: RwSignal::new(None),
            may_be_cleared: RwSignal::new(false),
            toasts: RwSignal::new(Vec::new()),
            hotline: RwSignal::new("12345".to_owned()),
            utc_offset: RwSignal::new(480),
            next_toast: StoredValue::new(0),
            asked_to_keep: StoredValue::new(false),
        };
        provide_context(ui);
        provide_context(CurrentLanguage(ui.language));
        ui.keep_document_in_step();
        ui.follow_window();
        document::follow_presses();
        ui
    }

    fn keep_document_in_step(self) {
        effect(move || document::set_root_attribute("lang", self.language.get().tag()));
        effect(move || document::set_root_attribute("data-profile", self.profile.get().name()));
        let dark = RwSignal::new(document::media(DARK));
        // The host may change between day and night while the page is open.
        if let Ok(Some(list)) = window().match_media(DARK) {
            let on_change =
                leptos::wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || dark.set(document::media(DARK)));
            list.set_onchange(Some(leptos::wasm_bindgen::JsCast::unchecked_ref(on_change.as_ref())));
            on_change.forget();
            std::mem::forget(list);
        }
        effect(move || {
            let preferences = self.preferences.get();
            document::set_root_attribute("data-elder", if preferences.elder { "on" } else { "off" });
            document::set_root_attribute("data-theme", theme_name(preferences.theme, dark.get()));
            document::set_root_property(
                "--text-percent",
                &format!(
                    "{}.{:02}",
                    preferences.text_percent / 100,
                    preferences.text_percent % 100
                ),
            );
        });
    }

    fn follow_window(self) {
        if document::root_attribute("data-profile-given").is_none() {
            let _ = window_event_listener(leptos::ev::resize, move |_| {
                let profile = Profile::of_width(document::width());
                if self.profile.get_untracked() != profile {
                    self.profile.set(profile);
                }
            });
        }
    }

    /// Something waits on this device to be sent: now it matters that the browser keeps it for good, so it is asked to, once.
    pub fn keep_for_good(self) {
        if self
            .asked_to_keep
            .try_update_value(|asked| std::mem::replace(asked, true))
            != Some(false)
        {
            return;
        }
        spawn_local(async move {
            let kept = document::keep_for_good().await;
            let _ = self.may_be_cleared.try_set(!kept);
        });
    }

    /// Changes the preferences; `<html>` and the core follow.
    pub fn prefer(self, change: impl FnOnce(&mut Preferences)) {
        self.preferences.update(change);
        if let Some(language) = self.preferences.with_untracked(|preferences| preferences.language)
            && self.language.get_untracked() != language
        {
            self.language.set(language);
        }
    }

    /// Says something short that goes away by itself.
    pub fn say(self, words: impl Into<Words>) {
        self.toast(words.into(), false);
    }

    /// Says that something went wrong; it stays until it is closed.
    pub fn say_failure(self, words: impl Into<Words>) {
        self.toast(words.into(), true);
    }

    fn toast(self, words: Words, failure: bool) {
        const SHOWN: std::time::Duration = std::time::Duration::from_secs(6);
        let id = self.next_toast.get_value();
        self.next_toast.set_value(id.wrapping_add(1));
        self.toasts.update(|toasts| toasts.push(Toast { id, words, failure }));
        if !failure {
            set_timeout(move || self.close_toast(id), SHOWN);
        }
    }

    /// Takes a message away.
    pub fn close_toast(self, id: u32) {
        self.toasts.update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

const DARK: &str = "(prefers-color-scheme: dark)";

/// The language of a first visit is that of the first paint, where the hall speaks it.
fn first_language(kept: Option<Language>, painted: Option<&str>) -> Language {
    kept.or_else(|| painted.and_then(Language::from_tag))
        .unwrap_or_default()
}

fn theme_name(choice: ThemeChoice, host_is_dark: bool) -> &'static str {
    match choice {
        ThemeChoice::Dark => "dark",
        ThemeChoice::Auto if host_is_dark => "dark",
        ThemeChoice::Auto | ThemeChoice::Light => "light",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_visit_speaks_the_browsers_language() {
        assert_eq!(first_language(None, Some("en-GB")), Language::En);
        assert_eq!(first_language(None, Some("zh-TW")), Language::ZhCn);
        assert_eq!(first_language(None, Some("fr")), Language::ZhCn);
        assert_eq!(first_language(Some(Language::ZhCn), Some("en")), Language::ZhCn);
    }

    #[test]
    fn a_chosen_theme_wins_over_the_host() {
        assert_eq!(theme_name(ThemeChoice::Light, true), "light");
        assert_eq!(theme_name(ThemeChoice::Auto, true), "dark");
        assert_eq!(theme_name(ThemeChoice::Auto, false), "light");
    }
}
