//! Texts for people, in every language of the hall.

use serde::{Deserialize, Serialize};

/// A language of the user interface. zh-CN is first; en is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Language {
    /// Every language, the first one first.
    pub const ALL: [Language; 2] = [Language::ZhCn, Language::En];

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Language::ZhCn => "zh-CN",
            Language::En => "en",
        }
    }

    /// The language of a BCP 47 tag (`zh`, `zh-Hans-CN`, `en-GB`), if the hall speaks it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Language> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::ZhCn),
            "en" => Some(Language::En),
            _ => None,
        }
    }
}

/// One text in every language. Both are required: a text that is missing in a language is a load error, not a gap.
///
/// ```
/// use onehall_protocol::{Language, Text};
/// let text: Text = serde_json::from_str(r#"{"zh-CN": "身份证", "en": "Identity card"}"#)?;
/// assert_eq!(text.get(Language::En), "Identity card");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Text {
    /// The text in Simplified Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
    /// The text in English.
    pub en: String,
}

impl Text {
    /// A text from its two languages.
    pub fn new(zh_cn: impl Into<String>, en: impl Into<String>) -> Text {
        Text {
            zh_cn: zh_cn.into(),
            en: en.into(),
        }
    }

    /// The text in `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::ZhCn => &self.zh_cn,
            Language::En => &self.en,
        }
    }

    /// The languages in which this text is blank.
    pub fn missing(&self) -> impl Iterator<Item = Language> + '_ {
        Language::ALL
            .into_iter()
            .filter(|language| self.get(*language).trim().is_empty())
    }
}
