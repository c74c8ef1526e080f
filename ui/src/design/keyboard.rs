//! The on-screen keyboard of the kiosk: digits, identity numbers, letters, and Chinese by its pinyin.
//!
//! It follows the field that has the focus (`data-keyboard` names its layout) and types into it as a hand would: the
//! field's own `input` event tells the page.

mod chinese;

use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement, PointerEvent};

pub use chinese::write_chinese;

use chinese::Composing;
use onehall_protocol::Language;

use super::icon::Icon;
use crate::shell::use_ui;
use crate::texts::{Phrase, general};
use crate::view::{live, view};

/// A layout of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Digits.
    Digits,
    /// Digits and a point.
    Decimal,
    /// Digits and X: an identity number.
    Id,
    /// Letters, digits above.
    Letters,
    /// The same, and Chinese.
    Words,
}

impl Layout {
    /// The layout that a field names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Layout> {
        match name {
            "digits" => Some(Layout::Digits),
            "decimal" => Some(Layout::Decimal),
            "id" => Some(Layout::Id),
            "letters" => Some(Layout::Letters),
            "words" => Some(Layout::Words),
            _ => None,
        }
    }

    fn has_letters(self) -> bool {
        matches!(self, Layout::Letters | Layout::Words)
    }

    fn rows(self) -> &'static [&'static str] {
        match self {
            Layout::Digits => &["123", "456", "789", "0"],
            Layout::Decimal => &["123", "456", "789", ".0"],
            Layout::Id => &["123", "456", "789", "X0"],
            Layout::Letters | Layout::Words => &["1234567890", "qwertyuiop", "asdfghjkl-", "zxcvbnm,.@"],
        }
    }

    fn class(self) -> &'static str {
        if self.has_letters() {
            "keyboard-keys keyboard-letters"
        } else {
            "keyboard-keys keyboard-digits"
        }
    }
}

/// A field that the keyboard types into.
enum Target {
    Line(HtmlInputElement),
    Area(HtmlTextAreaElement),
}

impl Target {
    fn focused() -> Option<Target> {
        Target::of(document().active_element()?)
    }

    fn of(element: web_sys::Element) -> Option<Target> {
        match element.dyn_into::<HtmlInputElement>() {
            Ok(input) => Some(Target::Line(input)),
            Err(element) => element.dyn_into().ok().map(Target::Area),
        }
    }

    fn element(&self) -> &HtmlElement {
        match self {
            Target::Line(input) => input,
            Target::Area(area) => area,
        }
    }

    fn value(&self) -> String {
        match self {
            Target::Line(input) => input.value(),
            Target::Area(area) => area.value(),
        }
    }

    /// What is selected, in UTF-16 units. A field that knows no selection (`email`) is typed at its end.
    fn selection(&self) -> (usize, usize) {
        let (start, end) = match self {
            Target::Line(input) => (input.selection_start(), input.selection_end()),
            Target::Area(area) => (area.selection_start(), area.selection_end()),
        };
        let at = |place: Result<Option<u32>, JsValue>| place.ok().flatten().map(|place| place as usize);
        let length = self.value().encode_utf16().count();
        (at(start).unwrap_or(length), at(end).unwrap_or(length))
    }

    fn most(&self) -> Option<usize> {
        let most = match self {
            Target::Line(input) => input.max_length(),
            Target::Area(area) => area.max_length(),
        };
        usize::try_from(most).ok()
    }

    fn press(&self, key: Press) {
        if let Some((value, caret)) = pressed(&self.value(), self.selection(), self.most(), key) {
            self.set(&value, caret);
        }
    }

    fn set(&self, value: &str, caret: usize) {
        let caret = u32::try_from(caret).unwrap_or(u32::MAX);
        match self {
            Target::Line(input) => {
                input.set_value(value);
                let _ = input.set_selection_range(caret, caret);
            }
            Target::Area(area) => {
                area.set_value(value);
                let _ = area.set_selection_range(caret, caret);
            }
        }
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &init) {
            let _ = self.element().dispatch_event(&event);
        }
    }
}

/// How long after a finger was lifted the click that comes of it is over.
const AFTER_CLICK: Duration = Duration::from_millis(50);

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Press {
    Type(char),
    Backspace,
}

/// The text and the caret after a key, all in UTF-16 units as the browser counts; none where the field is full.
fn pressed(value: &str, selection: (usize, usize), most: Option<usize>, press: Press) -> Option<(String, usize)> {
    let units: Vec<u16> = value.encode_utf16().collect();
    let end = selection.1.min(units.len());
    let mut start = selection.0.min(end);
    let mut typed: Vec<u16> = Vec::new();
    match press {
        Press::Type(key) => typed.extend(key.encode_utf16(&mut [0; 2]).iter()),
        Press::Backspace if start == end => {
            // A character of two units goes as a whole.
            let low = start > 0 && (0xDC00..0xE000).contains(&units[start - 1]);
            start = start.saturating_sub(if low { 2 } else { 1 });
        }
        Press::Backspace => {}
    }
    if most.is_some_and(|most| units.len() - (end - start) + typed.len() > most) {
        return None;
    }
    let caret = start + typed.len();
    let mut after = units[..start].to_vec();
    after.extend(typed);
    after.extend(&units[end..]);
    Some((String::from_utf16_lossy(&after), caret))
}

fn press(key: Press) {
    if let Some(target) = Target::focused() {
        target.press(key);
    }
}

/// The keyboard. Comes up with the focus of a field that names a layout, and goes with it.
#[component]
pub fn OnScreenKeyboard() -> impl IntoView {
    let layout: RwSignal<Option<Layout>> = RwSignal::new(None);
    let capitals = RwSignal::new(false);
    // Whether something is being touched, and whether the keyboard goes once it is not any more.
    let (touching, leaves) = (StoredValue::new(false), StoredValue::new(false));
    let composing = Composing::new(use_ui().language.get_untracked() == Language::ZhCn);
    let writes_chinese =
        move || layout.get_untracked() == Some(Layout::Words) && composing.is_possible() && !capitals.get_untracked();
    let focus_in = window_event_listener(leptos::ev::focusin, move |event| {
        let named = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok())
            .and_then(|element| element.get_attribute("data-keyboard"));
        let wanted = named.as_deref().and_then(Layout::from_name);
        composing.clear();
        // What a finger is on must not move away under it: the page grows longer when the keyboard goes.
        let waits = wanted.is_none() && touching.get_value();
        leaves.set_value(waits);
        if !waits && layout.get_untracked() != wanted {
            layout.set(wanted);
        }
        if wanted.is_some() {
            // The field must not hide behind the keyboard that it brings up.
            request_animation_frame(|| {
                if let Some(target) = Target::focused() {
                    let options = web_sys::ScrollIntoViewOptions::new();
                    options.set_block(web_sys::ScrollLogicalPosition::Center);
                    target
                        .element()
                        .scroll_into_view_with_scroll_into_view_options(&options);
                }
            });
        }
    });
    // A syllable that was begun and became no character stays as it was typed, rather than go without a word.
    let focus_out = window_event_listener(leptos::ev::focusout, move |event| {
        let begun = composing.take();
        let element = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(target) = element.and_then(Target::of) {
            begun.chars().for_each(|letter| target.press(Press::Type(letter)));
        }
    });
    let down = window_event_listener(leptos::ev::pointerdown, move |_| touching.set_value(true));
    let lifted = move |_: PointerEvent| {
        // Behind the click that comes of it.
        set_timeout(
            move || {
                touching.set_value(false);
                if leaves.get_value() {
                    leaves.set_value(false);
                    layout.set(None);
                }
            },
            AFTER_CLICK,
        );
    };
    let up = window_event_listener(leptos::ev::pointerup, lifted);
    let cancelled = window_event_listener(leptos::ev::pointercancel, lifted);
    on_cleanup(move || {
        for listener in [focus_in, focus_out, down, up, cancelled] {
            listener.remove();
        }
    });
    // A press must not take the focus from the field.
    let keep_focus = |event: PointerEvent| event.prevent_default();
    let typed = move |name: char| {
        if !(writes_chinese() && composing.letter(name)) {
            composing.clear();
            press(Press::Type(shown_untracked(name, capitals)));
        }
    };
    let key = move |name: char| {
        let shown = move || {
            if capitals.get() {
                name.to_ascii_uppercase()
            } else {
                name
            }
        };
        view! {
            <button type="button" tabindex="-1" class="key" on:click=move |_| typed(name)>
                {move || shown().to_string()}
            </button>
        }
        .into_any()
    };
    let special = |label: Phrase, icon: Option<&'static str>, class: &'static str, on_press: Callback<()>| {
        let named = icon.map(|_| label);
        view! {
            <button type="button" tabindex="-1" class=class aria-label=named.map(|label| move || crate::texts::Words::from(label).now()) on:click=move |_| on_press.run(())>
                {match icon {
                    Some(icon) => view! { <Icon name=icon/> }.into_any(),
                    None => view! { {label} }.into_any(),
                }}
            </button>
        }
        .into_any()
    };
    let done = Callback::new(move |()| {
        if let Some(target) = Target::focused() {
            let _ = target.element().blur();
        }
        leaves.set_value(false);
        layout.set(None);
    });
    let backspace = Callback::new(move |()| {
        if !composing.backspace() {
            press(Press::Backspace);
        }
    });
    let space = Callback::new(move |()| {
        if !composing.first() {
            press(Press::Type(' '));
        }
    });
    let other = Callback::new(move |()| {
        composing.clear();
        composing.on.update(|on| *on = !*on);
    });
    let shift = Callback::new(move |()| capitals.update(|on| *on = !*on));
    live(move || {
        layout.get().map(|layout| {
            let rows = layout.rows().iter().map(|row| {
                view! { <div class="keyboard-row">{row.chars().map(key).collect_view()}</div> }.into_any()
            });
            let letters = layout.has_letters();
            let chinese = layout == Layout::Words && composing.is_possible();
            view! {
                <div class="keyboard" role="region" aria-label=general::KEYBOARD on:pointerdown=keep_focus on:mousedown=|event| event.prevent_default()>
                    <div class=layout.class()>
                        {chinese.then(|| composing.bar())}
                        {rows.collect_view()}
                        <div class="keyboard-row">
                            {chinese.then(|| live(move || {
                                let label = if composing.on.get() { general::KEY_LETTERS } else { general::KEY_CHINESE };
                                special(label, None, "key key-special", other)
                            }))}
                            {letters.then(|| special(general::KEY_SHIFT, None, "key key-special", shift))}
                            {letters.then(|| special(general::KEY_SPACE, None, "key key-space", space))}
                            {special(general::KEY_BACKSPACE, Some("delete"), "key key-special", backspace)}
                            {special(general::KEY_DONE, None, "key key-done", done)}
                        </div>
                    </div>
                </div>
            }
        })
    })
}

fn shown_untracked(name: char, capitals: RwSignal<bool>) -> char {
    if capitals.get_untracked() {
        name.to_ascii_uppercase()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_where_the_caret_is_and_takes_the_place_of_what_is_selected() {
        assert_eq!(
            pressed("138", (3, 3), Some(11), Press::Type('0')),
            Some(("1380".to_owned(), 4))
        );
        assert_eq!(
            pressed("138", (0, 2), None, Press::Type('9')),
            Some(("98".to_owned(), 1))
        );
        assert_eq!(
            pressed("张三", (1, 1), None, Press::Type('a')),
            Some(("张a三".to_owned(), 2))
        );
    }

    #[test]
    fn a_full_field_takes_no_more_but_lets_go() {
        assert_eq!(pressed("123456", (6, 6), Some(6), Press::Type('7')), None);
        assert_eq!(
            pressed("123456", (6, 6), Some(6), Press::Backspace),
            Some(("12345".to_owned(), 5))
        );
        assert_eq!(
            pressed("123456", (0, 6), Some(6), Press::Type('7')),
            Some(("7".to_owned(), 1))
        );
    }

    #[test]
    fn backspace_takes_a_whole_character() {
        assert_eq!(
            pressed("a\u{20BB7}", (3, 3), None, Press::Backspace),
            Some(("a".to_owned(), 1))
        );
        assert_eq!(pressed("", (0, 0), None, Press::Backspace), Some((String::new(), 0)));
    }

    #[test]
    fn an_identity_number_has_its_x() {
        assert!(Layout::Id.rows().concat().contains('X'));
        assert!(!Layout::Digits.rows().concat().contains('X'));
    }
}
