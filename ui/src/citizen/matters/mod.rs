//! The citizen's matters: drafts and cases.

pub mod standing;
