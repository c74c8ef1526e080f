//! What surrounds every page of the citizen's UI: head, foot, the phone's bar, the kiosk's bar, one question.

mod bottom_bar;
mod consent;
mod foot;
mod head;
mod kiosk;
mod log_out;

pub use bottom_bar::BottomBar;
pub use consent::{ConsentBar, WhatIsCounted};
pub use foot::Foot;
pub use head::Head;
pub use kiosk::KioskBar;
pub use log_out::{Leaving, LogOutDialog, use_leaving};
