//! What keeps a citizen's terminals alike, on the wire.

use serde::{Deserialize, Serialize};

use crate::WriterId;

/// A reading of a hybrid logical clock: when an answer was given, in an order on which all terminals agree.
///
/// Ordered by time, then count, then writer, so that two different stamps are never equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stamp {
    /// Milliseconds since 1970, of the clock that was furthest ahead of those that the writer knew.
    pub at: u64,
    /// Counts up within one millisecond.
    pub count: u32,
    /// Who wrote.
    pub writer: WriterId,
}
