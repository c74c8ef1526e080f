//! The terminal profile: how the pages are laid out on this terminal.

use onehall_protocol::identity::TerminalKind;
use serde::{Deserialize, Serialize};

/// A layout: same pages, other density, navigation and input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// A desktop browser or application.
    Desktop,
    /// A phone: bottom bar, cards instead of tables.
    Mobile,
    /// A kiosk, 1080 x 1920, touch only: large targets, an on-screen keyboard, a session that ends by itself.
    Kiosk,
    /// Inside another app, which draws the head itself.
    MiniApp,
}

impl Profile {
    /// Below this width (CSS pixels) a terminal without a given profile is a phone.
    pub const PHONE_BELOW: f64 = 640.0;

    /// The name in `data-profile` and in `?profile=`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Profile::Desktop => "desktop",
            Profile::Mobile => "mobile",
            Profile::Kiosk => "kiosk",
            Profile::MiniApp => "mini-app",
        }
    }

    /// The profile of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Profile> {
        [Profile::Desktop, Profile::Mobile, Profile::Kiosk, Profile::MiniApp]
            .into_iter()
            .find(|profile| profile.name() == name)
    }

    /// The profile of a terminal that was given none.
    #[must_use]
    pub fn of_width(width: f64) -> Profile {
        if width < Profile::PHONE_BELOW {
            Profile::Mobile
        } else {
            Profile::Desktop
        }
    }

    /// What the backend is told about the terminal, where the UI runs in a browser.
    #[must_use]
    pub const fn terminal(self) -> TerminalKind {
        match self {
            Profile::Desktop | Profile::Mobile => TerminalKind::Browser,
            Profile::Kiosk => TerminalKind::Kiosk,
            Profile::MiniApp => TerminalKind::MiniApp,
        }
    }

    /// Whether the profile draws the hall's own head and foot. Inside another app they would stand twice.
    #[must_use]
    pub const fn has_own_chrome(self) -> bool {
        !matches!(self, Profile::MiniApp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in [Profile::Desktop, Profile::Mobile, Profile::Kiosk, Profile::MiniApp] {
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
        assert_eq!(Profile::from_name("watch"), None);
    }

    #[test]
    fn a_narrow_terminal_is_a_phone() {
        assert_eq!(Profile::of_width(639.9), Profile::Mobile);
        assert_eq!(Profile::of_width(640.0), Profile::Desktop);
    }
}
