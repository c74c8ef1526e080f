//! What may differ between two versions of a form.

use onehall_protocol::Text;
use serde::Serialize;
use serde_json::Value;

/// One thing in which two versions of a form differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Where: the path of a question or section without rows (`shareholders/share`), a page as `#id`, empty for the form as
    /// a whole.
    pub path: String,
    /// What people know it by: as the new version says it, or the old one where it is gone.
    pub label: Text,
    /// What is different.
    #[serde(flatten)]
    pub change: Change,
}

/// How something differs. Names of fields are those of the format.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A question that was not there.
    Added,
    /// A question that is gone.
    Removed,
    /// A page that was not there.
    PageAdded,
    /// A page that is gone; its questions may stand elsewhere.
    PageRemoved,
    /// A section that was not there.
    SectionAdded,
    /// A section that is gone; its questions may stand elsewhere.
    SectionRemoved,
    /// The question is of another kind.
    Retyped {
        /// The kind that it was.
        from: String,
        /// The kind that it is.
        to: String,
    },
    /// The question or section stands on another page, in another section, or at another place among its neighbours.
    Moved {
        /// Where it stood: the page, or the page and the section directly around it, `you/reach`.
        from: String,
        /// Where it stands.
        to: String,
    },
    /// The page comes at another place among the pages.
    PageMoved,
    /// A rule, or whether an answer is required.
    RuleChanged {
        /// Which: `visible_when`, `valid_when`, `value`, `options.self.visible_when` …
        rule: String,
    },
    /// An option that was not there.
    OptionAdded {
        /// Its value.
        value: String,
    },
    /// An option that is gone.
    OptionRemoved {
        /// Its value.
        value: String,
    },
    /// A limit of what is taken as an answer.
    BoundsChanged {
        /// Which: `min`, `max_length`, `pattern` …
        bound: String,
        /// What it was; null where there was none.
        from: Value,
        /// What it is; null where there is none.
        to: Value,
    },
    /// A text that people read.
    TextChanged {
        /// Which: `label`, `help`, `options.self.label` …
        text: String,
    },
    /// Anything else: what a question is prefilled from, how a note is drawn, the order of options …
    SettingChanged {
        /// Which field.
        setting: String,
    },
}

impl Change {
    /// The stable name of the change, as JSON has it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::PageAdded => "page_added",
            Change::PageRemoved => "page_removed",
            Change::SectionAdded => "section_added",
            Change::SectionRemoved => "section_removed",
            Change::Retyped { .. } => "retyped",
            Change::Moved { .. } => "moved",
            Change::PageMoved => "page_moved",
            Change::RuleChanged { .. } => "rule_changed",
            Change::OptionAdded { .. } => "option_added",
            Change::OptionRemoved { .. } => "option_removed",
            Change::BoundsChanged { .. } => "bounds_changed",
            Change::TextChanged { .. } => "text_changed",
            Change::SettingChanged { .. } => "setting_changed",
        }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {}", self.change.code())?;
        match &self.change {
            Change::Added
            | Change::Removed
            | Change::PageAdded
            | Change::PageRemoved
            | Change::SectionAdded
            | Change::SectionRemoved
            | Change::PageMoved => Ok(()),
            Change::Moved { from, to } if from == to => write!(f, " (on page {to})"),
            Change::Retyped { from, to } | Change::Moved { from, to } => write!(f, " ({from} -> {to})"),
            Change::BoundsChanged { bound, from, to } => write!(f, " ({bound}: {from} -> {to})"),
            Change::OptionAdded { value: what } | Change::OptionRemoved { value: what } => write!(f, " ({what})"),
            Change::RuleChanged { rule: what }
            | Change::TextChanged { text: what }
            | Change::SettingChanged { setting: what } => write!(f, " ({what})"),
        }
    }
}
