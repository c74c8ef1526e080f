//! What the desk and the page in its frame say to each other: JSON, by `postMessage`, within this origin alone.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use onehall_client::{Profile, ThemeChoice};
use onehall_forms::Inputs;
use onehall_protocol::drafts::Answers;
use onehall_protocol::{Date, Language};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_sys::{MessageEvent, Window};

/// How the form is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// On which terminal.
    pub profile: Profile,
    /// In which language.
    pub language: Language,
    /// In elder mode.
    pub elder: bool,
    /// Light or dark.
    pub theme: ThemeChoice,
}

/// A form to be shown, with what is known of its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// Counts up: what is shown anew is drawn anew.
    pub turn: u32,
    /// The definition.
    pub definition: Value,
    /// The calendar and the lists.
    pub inputs: Inputs,
    /// The Chinese names in the lists, in pinyin.
    pub pinyin: BTreeMap<String, String>,
    /// The day.
    pub as_of: Date,
    /// The answers; those that the page has, where absent: it knows better what was just typed.
    pub answers: Option<Answers>,
    /// The page on which one is; where absent, that of the page, or the first one.
    pub page: Option<String>,
    /// Whether one begins anew, on the first page.
    pub from_the_start: bool,
    /// How it is looked at.
    pub look: Look,
}

/// What the desk says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", content = "what", rename_all = "snake_case")]
pub enum ToForm {
    /// Show this.
    Show(Box<Show>),
    /// Look so.
    Look(Look),
    /// Go to a page of the form.
    Go(String),
}

/// What the page in the frame says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", content = "what", rename_all = "snake_case")]
pub enum FromForm {
    /// It is there and wants to be told what to show.
    Hello,
    /// Answers were given, or another page is shown.
    Filled {
        /// To which turn of [`Show::turn`] they belong.
        turn: u32,
        /// All answers.
        answers: Answers,
        /// The page.
        page: Option<String>,
    },
    /// Language or elder mode were chosen on the page itself.
    Chose {
        /// The language.
        language: Language,
        /// Elder mode.
        elder: bool,
    },
    /// A file was pretended to be taken.
    Pretended {
        /// Its name.
        name: String,
    },
    /// The citizen would have submitted this.
    Submitted(Value),
}

/// Whether this page stands in the frame of another one.
pub fn in_a_frame() -> bool {
    let parent = window().parent().ok().flatten();
    parent.is_some_and(|parent| parent != window())
}

/// Says something to the desk around this page.
pub fn say_to_desk(message: &FromForm) {
    if let Ok(Some(desk)) = window().parent() {
        say(&desk, message);
    }
}

/// Says something to the page in the frame.
pub fn say_to_form(form: &Window, message: &ToForm) {
    say(form, message);
}

fn say(to: &Window, message: &impl Serialize) {
    let (Ok(text), Ok(origin)) = (serde_json::to_string(message), window().location().origin()) else {
        return;
    };
    let _ = to.post_message(&JsValue::from_str(&text), &origin);
}

/// Hears what is said, as long as the page is there.
pub fn hear<M: DeserializeOwned + 'static>(heard: impl Fn(M) + 'static) {
    let _ = window_event_listener(leptos::ev::message, move |event: MessageEvent| {
        // Another origin cannot get here by the content policy; it is not believed in any case.
        if window().location().origin().is_ok_and(|own| own == event.origin())
            && let Some(text) = event.data().as_string()
            && let Ok(message) = serde_json::from_str(&text)
        {
            heard(message);
        }
    });
}
