//! What surrounds every page of the citizen's UI: head, foot, the phone's bar, the kiosk's bar, one question.

#[cfg(feature = "shell")]
mod attract;
mod bottom_bar;
mod consent;
mod cover;
mod foot;
mod head;
mod kiosk;
mod log_out;

#[cfg(feature = "shell")]
pub use attract::cover;
pub use bottom_bar::BottomBar;
pub use consent::{ConsentBar, WhatIsCounted};
pub use cover::Cover;
#[cfg(not(feature = "shell"))]
pub use cover::cover;
pub use foot::Foot;
pub use head::Head;
pub use kiosk::KioskBar;
pub use log_out::{Leaving, LogOutDialog, use_leaving};
