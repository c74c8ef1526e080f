//! What other terminals changed in a draft after it was checked here: the old and the new, from where, and when.

use onehall_forms::Filling;
use onehall_protocol::drafts::{DraftMoved, GivenAnswer};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{Language, Text, Timestamp};
use serde_json::Value;

use crate::citizen::questions::elsewhere::terminal_words;
use crate::citizen::questions::named;
use crate::design::content::Fact;
use crate::texts::{Words, elsewhere, fill, format};

/// One answer that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedLine {
    name: Text,
    before: Text,
    now: Text,
    terminal: TerminalKind,
    at: Timestamp,
}

/// What `drafts/moved` told.
pub fn told(details: &Value) -> Option<Vec<GivenAnswer>> {
    let moved: DraftMoved = serde_json::from_value(details.clone()).ok()?;
    Some(moved.changes)
}

/// The answers of these that read otherwise in what is there now than in what was shown before. What no question shows, or
/// reads the same, is left out.
pub fn lines(came: &[GivenAnswer], before: &Filling, now: &Filling) -> Vec<MovedLine> {
    let in_both = |say: &dyn Fn(Language) -> String| Text::new(say(Language::ZhCn), say(Language::En));
    let of = |filling: &Filling, path: &str, language| {
        let view = filling.question(path);
        view.map_or_else(String::new, |view| view.display(language))
    };
    let line = |given: &GivenAnswer| {
        let name = in_both(&|language| {
            let filling = if now.question(&given.path).is_some() {
                now
            } else {
                before
            };
            named(filling, &given.path, language)
        });
        let (was, is) = (
            in_both(&|language| of(before, &given.path, language)),
            in_both(&|language| of(now, &given.path, language)),
        );
        (was != is && !name.zh_cn.is_empty()).then_some(MovedLine {
            name,
            before: was,
            now: is,
            terminal: given.terminal,
            at: given.at,
        })
    };
    came.iter().filter_map(line).collect()
}

impl MovedLine {
    /// As a line of a list of facts.
    pub fn fact(&self, utc_offset: i32) -> Fact {
        let or_nothing = |text: &Text| {
            if text.zh_cn.is_empty() {
                Words::from(fill::NOT_ANSWERED)
            } else {
                Words::from(text)
            }
        };
        let said = elsewhere::MOVED_LINE.with([
            or_nothing(&self.before),
            or_nothing(&self.now),
            terminal_words(self.terminal),
            format::moment_words(self.at, utc_offset),
        ]);
        Fact::new(Words::from(&self.name), said)
    }
}
