//! Chinese at the on-screen keyboard: what is typed is a syllable in pinyin, and the characters that it may be stand above
//! the keys, the most frequent first. A character is taken by a touch, the first one by the space bar as well.

use std::cell::Cell;

use leptos::prelude::*;

use super::{Press, press};
use crate::design::icon::Icon;
use crate::texts::{Words, general};
use crate::view::{live, view};

/// The characters that a syllable, or the beginning of one, may be: the most frequent first.
pub type Candidates = fn(&str) -> Vec<char>;

thread_local! {
    static CANDIDATES: Cell<Option<Candidates>> = const { Cell::new(None) };
}

/// From now on the keyboard writes Chinese. The characters are no part of the first pages; who has them gives them.
pub fn write_chinese(by: Candidates) {
    CANDIDATES.set(Some(by));
}

/// How many characters stand above the keys at once.
const AT_ONCE: usize = 8;

/// A character that is being written. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Composing {
    /// Whether letters are pinyin, rather than themselves.
    pub(super) on: RwSignal<bool>,
    typed: RwSignal<String>,
    /// The first of the characters that stand above the keys.
    from: RwSignal<usize>,
}

impl Composing {
    pub(super) fn new(on: bool) -> Composing {
        Composing {
            on: RwSignal::new(on),
            typed: RwSignal::default(),
            from: RwSignal::new(0),
        }
    }

    /// Whether there is anything to write Chinese by.
    pub(super) fn is_possible(self) -> bool {
        CANDIDATES.get().is_some()
    }

    /// Takes a letter; whether it belongs to a syllable. One that no syllable goes on with is passed over.
    pub(super) fn letter(self, letter: char) -> bool {
        if !self.on.get_untracked() || !letter.is_ascii_lowercase() {
            return false;
        }
        let mut typed = self.typed.get_untracked();
        typed.push(letter);
        if !candidates(&typed).is_empty() {
            self.type_in(typed);
        }
        true
    }

    /// Takes the last letter back; whether there was one.
    pub(super) fn backspace(self) -> bool {
        let mut typed = self.typed.get_untracked();
        let there = typed.pop().is_some();
        if there {
            self.type_in(typed);
        }
        there
    }

    /// Writes the first of the characters that are shown; whether there is one.
    pub(super) fn first(self) -> bool {
        let found = candidates(&self.typed.get_untracked());
        let first = found.get(self.from.get_untracked()).copied();
        if let Some(character) = first {
            self.write(character);
        }
        first.is_some()
    }

    /// Forgets what was typed and became no character.
    pub(super) fn clear(self) {
        if self.typed.with_untracked(|typed| !typed.is_empty()) {
            self.type_in(String::new());
        }
    }

    /// Takes out what was typed and became no character.
    pub(super) fn take(self) -> String {
        let typed = self.typed.get_untracked();
        self.clear();
        typed
    }

    fn type_in(self, typed: String) {
        self.from.set(0);
        self.typed.set(typed);
    }

    fn write(self, character: char) {
        press(Press::Type(character));
        self.clear();
    }

    /// What stands above the keys.
    pub(super) fn bar(self) -> AnyView {
        live(move || {
            self.on.get().then(|| {
                let typed = self.typed.get();
                let (from, found) = (self.from.get(), candidates(&typed));
                let shown = found.iter().skip(from).take(AT_ONCE);
                let keys = shown.map(|character| self.character(*character)).collect_view();
                let (more, before) = (from + AT_ONCE < found.len(), from > 0);
                let words: Words = if typed.is_empty() {
                    general::KEYBOARD_PINYIN.into()
                } else {
                    typed.into()
                };
                view! {
                    <div class="keyboard-row keyboard-characters" role="group" aria-label=general::KEYBOARD_CHARACTERS>
                        <p class="keyboard-pinyin" role="status">{words}</p>
                        {keys}
                        {before.then(|| self.turn(general::PAGE_PREVIOUS.into(), "chevron-left", from.saturating_sub(AT_ONCE)))}
                        {more.then(|| self.turn(general::PAGE_NEXT.into(), "chevron-right", from + AT_ONCE))}
                    </div>
                }
            })
        })
    }

    fn character(self, character: char) -> AnyView {
        view! {
            <button type="button" tabindex="-1" class="key key-character" lang="zh-CN" on:click=move |_| self.write(character)>
                {character.to_string()}
            </button>
        }
        .into_any()
    }

    fn turn(self, label: Words, icon: &'static str, to: usize) -> AnyView {
        view! {
            <button type="button" tabindex="-1" class="key key-special" aria-label=label on:click=move |_| self.from.set(to)>
                <Icon name=icon/>
            </button>
        }
        .into_any()
    }
}

fn candidates(typed: &str) -> Vec<char> {
    match CANDIDATES.get() {
        Some(by) if !typed.is_empty() => by(typed),
        _ => Vec::new(),
    }
}
