//! What surrounds every page of the citizen's UI: head, foot, the phone's bar, the kiosk's bar.

mod bottom_bar;
mod foot;
mod head;
mod kiosk;

pub use bottom_bar::BottomBar;
pub use foot::Foot;
pub use head::Head;
pub use kiosk::KioskBar;
