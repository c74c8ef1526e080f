//! What became of an open draft whose form has a newer version.

use serde::{Deserialize, Serialize};

use crate::Text;
use crate::catalog::FormReference;

/// What became of an open draft whose form has a newer version. No answer is ever lost: where one would be, or would be
/// hidden or wrong by the change, the draft stays with the version that it was filled with and is submitted with that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FormChange {
    /// It moved to the newest version. Told until the citizen saves something, knowing of it.
    Moved {
        /// The version in which it was filled.
        from: FormReference,
        /// The version in which it goes on.
        to: FormReference,
        /// What differs between the two.
        differences: Vec<FormPoint>,
    },
    /// It stays with its version.
    Pinned {
        /// The newest version.
        newest: FormReference,
        /// Why: which answers keep it.
        reasons: Vec<FormPoint>,
    },
}

/// One thing of which a change of a form tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormPoint {
    /// Where: the path of an answer or question, a page as `#id`, empty for the whole form.
    pub path: String,
    /// What people know it by.
    pub label: Text,
    /// What. Of a difference: `added`, `removed`, `retyped`, `moved`, `rule_changed`, `option_added`, `option_removed`,
    /// `bounds_changed`, `text_changed`, `setting_changed`, `page_added`, `page_removed`, `page_moved`, `section_added`,
    /// `section_removed`. Of a reason:
    /// `answer_lost`, `retyped`, `asks_other`, `option_removed`, `newly_hidden`, `newly_shown`, `newly_wrong`,
    /// `other_form`.
    pub code: String,
}
