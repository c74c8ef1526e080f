//! Where a session begins: what its terminal says of itself, in words that its citizen knows it by again, and which kiosk it
//! proves to be.

use axum::http::{HeaderMap, header};

use super::store::Place;
use crate::config::Config;
use crate::halls::AtKiosk;
use crate::state::AppState;

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
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Place {
            name: agent.and_then(described),
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
}
