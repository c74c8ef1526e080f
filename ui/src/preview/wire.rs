//! What is in the file, as `onehall form preview` tells it: `backend/src/form_preview/seen.rs` says what each part is.

use std::collections::BTreeMap;

use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use onehall_forms::Inputs;
use onehall_protocol::Text;
use serde::Deserialize;
use serde_json::Value;
use web_sys::{EventSource, MessageEvent};

/// Where it is told.
const EVENTS: &str = "/preview/events";

/// What is known of the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Seen {
    /// Its name.
    pub file: String,
    /// Counts up with each content.
    pub revision: u32,
    /// What is wrong with it now.
    pub findings: Vec<SeenFinding>,
    /// The last content that was a sound form.
    pub form: Option<Value>,
}

/// The inputs as they are told.
#[derive(Deserialize)]
struct WithPinyin {
    #[serde(flatten)]
    inputs: Inputs,
    pinyin: BTreeMap<String, String>,
}

/// Something to change in the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SeenFinding {
    /// A JSON pointer; empty for the whole.
    pub path: String,
    /// A stable code.
    pub code: String,
    /// What to change.
    pub message: Text,
    /// Line and column, from 1.
    pub place: Option<(usize, usize)>,
    /// That line.
    pub excerpt: String,
}

/// What comes from the program.
pub enum Told {
    /// The calendar and the lists of the city, and their Chinese names in pinyin.
    Inputs(Inputs, BTreeMap<String, String>),
    /// What is in the file.
    Seen(Seen),
    /// Whether the program can be reached.
    Connected(bool),
}

/// Hears what is told, as long as the page is there. The browser connects again by itself.
pub fn listen(hear: impl Fn(Told) + Clone + 'static) {
    let Ok(source) = EventSource::new(EVENTS) else {
        hear(Told::Connected(false));
        return;
    };
    on(&source, "inputs", hear.clone(), |inputs| {
        let WithPinyin { inputs, pinyin } = serde_json::from_str(inputs).ok()?;
        Some(Told::Inputs(inputs, pinyin))
    });
    on(&source, "seen", hear.clone(), |seen| {
        Some(Told::Seen(serde_json::from_str(seen).ok()?))
    });
    on(&source, "open", hear.clone(), |_| Some(Told::Connected(true)));
    on(&source, "error", hear, |_| Some(Told::Connected(false)));
    // It goes on without anybody holding it; the page holds it until it is left.
    std::mem::forget(source);
}

fn on(source: &EventSource, name: &str, hear: impl Fn(Told) + 'static, read: fn(&str) -> Option<Told>) {
    let heard = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        let data = event
            .dyn_into::<MessageEvent>()
            .ok()
            .and_then(|event| event.data().as_string());
        if let Some(told) = read(data.as_deref().unwrap_or_default()) {
            hear(told);
        }
    });
    let _ = source.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    heard.forget();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inputs_have_the_frozen_shape() {
        let frozen = include_str!("../../../backend/src/form_preview/inputs.json");
        let told: WithPinyin = serde_json::from_str(frozen).unwrap_or_else(|error| panic!("{error}"));
        let names = told.inputs.lists.iter().flat_map(|list| &list.entries);
        let names: Vec<_> = names
            .flat_map(|entries| entries.all())
            .map(|entry| &entry.label.zh_cn)
            .collect();
        assert_eq!(names.len(), 1);
        assert_eq!(told.pinyin[names[0]], "he dong qu");
        assert!(told.inputs.calendar.is_some());
    }

    #[test]
    fn what_the_program_tells_has_the_frozen_shape() {
        let frozen = include_str!("../../../backend/src/form_preview/seen.json");
        let seen: Seen = serde_json::from_str(frozen).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((seen.file.as_str(), seen.revision), ("leave.v1.json", 2));
        assert_eq!(seen.findings[0].place, Some((7, 80)));
        assert_eq!(seen.findings[1].message.zh_cn, "没有这个文件");
        assert_eq!(
            (seen.findings[1].code.as_str(), seen.findings[1].place),
            ("no_file", None)
        );
        assert_eq!(
            seen.form.map(|form| form["schema"].clone()),
            Some("onehall-form/1".into())
        );
    }
}
