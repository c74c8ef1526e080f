//! How sure the hall is of who somebody is: what level one has, what it allows, how to raise it, and back to where one was.

mod document;
mod face;
mod outcome;
mod page;
mod window;

use onehall_protocol::CoreError;
use onehall_protocol::identity::{AssuranceLevel, Session};

pub use face::picture_of;
pub use outcome::outcome_view;
pub use page::{LevelPage, too_low};

use super::assurance_name;
use crate::citizen::Hall;
use crate::shell::{Loaded, Ui};
use crate::texts::level as words;
use leptos::prelude::*;
use onehall_protocol::assurance::LevelView;

/// The levels that a refusal tells: the one that is asked for, and the one that there is.
#[must_use]
pub fn levels_of(error: &CoreError) -> Option<(AssuranceLevel, AssuranceLevel)> {
    let level = |key| serde_json::from_value(error.details.get(key)?.clone()).ok();
    Some((level("required")?, level("has")?))
}

/// What every part of the page shares. Cheap to copy.
#[derive(Clone, Copy)]
struct Raising {
    hall: Hall,
    ui: Ui,
    level: Loaded<LevelView>,
    /// Goes back to where one was, where the level that is asked for there is reached.
    go_back: Callback<AssuranceLevel>,
}

impl Raising {
    /// It worked.
    fn done(self, session: Session) {
        let level = session.assurance;
        self.hall.session.set(Some(session));
        self.ui.say(words::RAISED.with([assurance_name(level).into()]));
        self.level.reload();
        self.go_back.run(level);
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::{ErrorCode, Language};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_says_which_level_is_asked_for() {
        let mut error = CoreError::new(ErrorCode::LevelTooLow, Language::En);
        assert_eq!(levels_of(&error), None);
        error.details = json!({ "required": "L3", "has": "L1" });
        assert_eq!(levels_of(&error), Some((AssuranceLevel::L3, AssuranceLevel::L1)));
    }
}
