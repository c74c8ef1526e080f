//! What a text is before it is shown: a phrase in every language, or something made of phrases.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::view::IntoRender;
use onehall_protocol::{Language, Text};

use crate::view::{IntoSource, IntoValue, Source};

/// A fixed text in every language. Made by `texts!`, checked when it is compiled: no language may be blank, and all
/// have the same number of places (`{}`) to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    zh_cn: &'static str,
    en: &'static str,
}

impl Phrase {
    /// A phrase.
    ///
    /// # Panics
    /// When compiled, where a language is blank or the languages have different numbers of places.
    #[must_use]
    pub const fn new(zh_cn: &'static str, en: &'static str) -> Phrase {
        assert!(!zh_cn.is_empty() && !en.is_empty(), "a phrase speaks every language");
        assert!(
            places(zh_cn) == places(en),
            "every language has the same places to fill"
        );
        Phrase { zh_cn, en }
    }

    /// The phrase in `language`.
    #[must_use]
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::ZhCn => self.zh_cn,
            Language::En => self.en,
        }
    }

    /// The phrase with its places filled, in their order.
    #[must_use]
    pub fn with<const N: usize>(self, values: [Words; N]) -> Words {
        Words(Kind::Filled(self, values.into()))
    }
}

const fn places(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut found) = (0, 0);
    while at + 1 < bytes.len() {
        if bytes[at] == b'{' && bytes[at + 1] == b'}' {
            found += 1;
        }
        at += 1;
    }
    found
}

/// One phrase for a count of one, another for more. Chinese makes no difference: give both the same text there.
#[must_use]
pub fn counted(count: usize, one: Phrase, more: Phrase) -> Words {
    let phrase = if count == 1 { one } else { more };
    phrase.with([count.to_string().into()])
}

/// A text for people that follows the language while it is shown. Components take `#[prop(into)] label: Words`; in a
/// view a `Words` or a [`Phrase`] stands as it is, as a child or as an attribute's value.
#[derive(Clone)]
pub struct Words(Kind);

#[derive(Clone)]
enum Kind {
    Phrase(Phrase),
    Filled(Phrase, Arc<[Words]>),
    Text(Arc<Text>),
    Fixed(Arc<str>),
    Made(Arc<dyn Fn(Language) -> String + Send + Sync>),
}

impl Words {
    /// A text that is made anew for each language. What it reads of signals is followed.
    pub fn made(make: impl Fn(Language) -> String + Send + Sync + 'static) -> Words {
        Words(Kind::Made(Arc::new(make)))
    }

    /// The text in `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> String {
        match &self.0 {
            Kind::Phrase(phrase) => phrase.get(language).to_owned(),
            Kind::Filled(phrase, values) => fill(phrase.get(language), values, language),
            Kind::Text(text) => text.get(language).to_owned(),
            Kind::Fixed(text) => text.to_string(),
            Kind::Made(make) => make(language),
        }
    }

    /// The text in the language of the page, followed where it is read in a reactive place.
    #[must_use]
    pub fn now(&self) -> String {
        self.get(language().get())
    }
}

fn fill(pattern: &str, values: &[Words], language: Language) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut values = values.iter();
    let mut parts = pattern.split("{}");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        if let Some(value) = values.next() {
            out.push_str(&value.get(language));
        }
        out.push_str(part);
    }
    out
}

impl From<Phrase> for Words {
    fn from(phrase: Phrase) -> Words {
        Words(Kind::Phrase(phrase))
    }
}

impl From<Text> for Words {
    fn from(text: Text) -> Words {
        Words(Kind::Text(Arc::new(text)))
    }
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Words {
        text.clone().into()
    }
}

impl From<String> for Words {
    fn from(text: String) -> Words {
        Words(Kind::Fixed(text.into()))
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Words {
        Words(Kind::Fixed(text.into()))
    }
}

/// The language of the page, as a signal in context.
#[derive(Clone, Copy)]
pub struct CurrentLanguage(pub RwSignal<Language>);

/// The language of the page. Outside a page (a test) it stays the first language.
#[must_use]
pub fn language() -> Signal<Language> {
    use_context::<CurrentLanguage>().map_or_else(|| Signal::stored(Language::default()), |current| current.0.into())
}

type Followed = Arc<dyn Fn() -> String + Send + Sync>;

fn follow(words: Words) -> Followed {
    let language = language();
    Arc::new(move || words.get(language.get()))
}

impl IntoRender for Words {
    type Output = Followed;
    fn into_render(self) -> Followed {
        follow(self)
    }
}

impl IntoRender for Phrase {
    type Output = Followed;
    fn into_render(self) -> Followed {
        follow(self.into())
    }
}

impl IntoSource for Words {
    fn into_source(self) -> Source {
        let language = language();
        Source::Live(Box::new(move || self.get(language.get()).into_value()))
    }
}

impl IntoSource for Phrase {
    fn into_source(self) -> Source {
        Words::from(self).into_source()
    }
}

/// Declares phrases: `NAME = "中文", "English";`. Both languages are required.
macro_rules! texts {
    ($($NAME:ident = $zh:literal, $en:literal;)+) => {
        $(
            #[doc = $en]
            pub const $NAME: $crate::texts::Phrase = $crate::texts::Phrase::new($zh, $en);
        )+
    };
}
pub(crate) use texts;

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: Phrase = Phrase::new("“{}”共 {} 项", "{1}{} has {} services");
    const ONE: Phrase = Phrase::new("{} 项", "{} service");
    const MANY: Phrase = Phrase::new("{} 项", "{} services");

    #[test]
    fn places_are_filled_in_their_order_in_every_language() {
        let words =
            Phrase::new("{} 第 {} 页", "{}, page {}").with([Text::new("身份证", "Identity card").into(), "2".into()]);
        assert_eq!(words.get(Language::ZhCn), "身份证 第 2 页");
        assert_eq!(words.get(Language::En), "Identity card, page 2");
        assert_eq!(places(FOUND.get(Language::En)), 2);
    }

    #[test]
    fn one_is_not_more() {
        assert_eq!(counted(1, ONE, MANY).get(Language::En), "1 service");
        assert_eq!(counted(0, ONE, MANY).get(Language::En), "0 services");
        assert_eq!(counted(1, ONE, MANY).get(Language::ZhCn), "1 项");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let words = Phrase::new("搜索 {}", "Search {}").with(["{}".into()]);
        assert_eq!(words.get(Language::En), "Search {}");
    }
}
