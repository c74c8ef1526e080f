//! Where a session begins: what its terminal says of itself, in words that its citizen knows it by again.

use axum::http::{HeaderMap, header};

use super::store::Place;
use crate::config::Config;
use crate::halls::AtKiosk;
use crate::state::AppState;

/// The header in which a terminal says where it stands, percent-encoded: a kiosk, "大厅一楼 3 号自助终端".
pub const PLACE_HEADER: &str = "onehall-place";

/// The longest name that is kept, in characters.
const LONGEST: usize = 60;

/// Browsers by what they say of themselves, the particular before those that they also claim to be.
const BROWSERS: [(&str, &str); 10] = [
    ("MicroMessenger/", "WeChat"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems likewise.
const SYSTEMS: [(&str, &str); 11] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("(android)", "Android"),
    ("(ios)", "iOS"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("macos", "macOS"),
    ("inux", "Linux"),
];

impl Place {
    /// Where a request comes from. The version of a browser is not kept: it tells people nothing, and others too much.
    #[must_use]
    pub fn of(headers: &HeaderMap, state: &AppState) -> Place {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let given = text(PLACE_HEADER).and_then(decoded);
        let name = given.or_else(|| text(header::USER_AGENT.as_str()).and_then(described));
        Place {
            name: name.map(|name| name.chars().take(LONGEST).collect()),
            kiosk: AtKiosk::of(headers, &state.city),
            site: site_of(headers, &state.config),
        }
    }
}

/// The site that may embed services, in one of whose pages a request was made. A browser says so by itself.
#[must_use]
pub fn site_of(headers: &HeaderMap, config: &Config) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let known = config.embed_origins.iter().map(|site| site.trim_end_matches('/'));
    known
        .into_iter()
        .find(|site| site.eq_ignore_ascii_case(origin))
        .map(str::to_owned)
}

/// `Firefox · Linux`; what is not known is left out.
fn described(agent: &str) -> Option<String> {
    let named = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    let parts: Vec<&str> = [named(&BROWSERS), named(&SYSTEMS)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A text that was percent-encoded, where it is one that can be shown.
fn decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            let hex = std::str::from_utf8(&hex).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let text = text.trim();
    let fits = !text.is_empty() && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_what_it_is_and_not_by_what_it_claims_to_be() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
                Some("Edge · Windows"),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                Some("Firefox · Linux"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
                Some("Safari · iOS"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36 MicroMessenger/8.0",
                Some("WeChat · Android"),
            ),
            ("OneHall/0.1.0 (linux)", Some("Linux")),
            ("curl/8.5", None),
        ] {
            assert_eq!(described(agent).as_deref(), name, "{agent}");
        }
    }

    #[test]
    fn a_place_that_cannot_be_shown_is_none() {
        assert_eq!(decoded("%E5%A4%A7%E5%8E%85 3").as_deref(), Some("大厅 3"));
        for broken in ["", "%", "%4", "%zz", "%FF", "a%0Ab", "   "] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }
}
