//! Where the desktop is none of Linux: there is always a tray, and steps of cases are told of by its icon alone.

use onehall_protocol::CaseId;

/// No bus.
#[derive(Clone)]
pub struct Bus;

impl Bus {
    /// Always there.
    pub fn open(_pressed: impl Fn(CaseId) + 'static) -> Option<Bus> {
        Some(Bus)
    }

    /// Not here.
    pub fn notify(&self, _case: Option<CaseId>, _title: &str, _text: &str, _open: &str) -> bool {
        false
    }

    /// Nothing was shown.
    pub fn withdraw(&self) {}

    /// Every other desktop has one.
    pub fn shows_tray(&self) -> bool {
        true
    }
}
