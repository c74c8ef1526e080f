//! The plugin: what a page may ask of this process. Nothing else of Tauri is permitted to it (`capabilities/` of the shells).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use onehall_client::{Preferences, Profile};
use onehall_core::Bridge;
use onehall_protocol::Language;
use onehall_updates::machine::Nonce;
use serde::Serialize;
use serde_json::json;
use tauri::ipc::Channel;
use tauri::plugin::TauriPlugin;
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, Runtime, State, Webview};

use crate::boots::{Boots, Said};

/// The plugin's name, as the permissions and `page.js` say it.
const NAME: &str = "onehall-bridge";

/// The plugin. The app manages a [`Bridge`] and its [`Boots`] for it before its first window opens.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new(NAME)
        .invoke_handler(tauri::generate_handler![dispatch, listen, report])
        .setup(|app, _| {
            app.manage(Listeners::default());
            Ok(())
        })
        .on_page_load(|webview, load| {
            // What the page before listened with is gone.
            if load.event() == PageLoadEvent::Started
                && let (Some(bridge), Some(listeners)) =
                    (webview.try_state::<Bridge>(), webview.try_state::<Listeners>())
            {
                listeners.end(webview.label(), &bridge);
            }
        })
        .build()
}

/// What a page is given before its first paint.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Given {
    /// What the person chose the last time.
    pub preferences: Preferences,
    /// The language of somebody who chose none; none: what the web view takes the system's to be.
    pub language: Option<Language>,
    /// The layout.
    pub profile: Profile,
    /// Whether the web view's own menus and dragging are taken away.
    pub locked: bool,
    /// After how many milliseconds without a touch the page says that nobody needs it.
    pub idle: u64,
}

/// The script that every page begins with; `boot` is the number of this one, where pages are exchanged.
#[must_use]
pub fn page_script(given: &Given, boot: Option<Nonce>) -> String {
    let mut given = json!(given);
    given["boot"] = boot.map(|Nonce(number)| format!("{number:032x}")).into();
    format!("{}({given});", include_str!("page.js").trim_end())
}

/// Carries out the call in an envelope. Whatever came, a reply goes back.
#[tauri::command]
async fn dispatch(bridge: State<'_, Bridge>, envelope: String) -> Result<String, ()> {
    Ok(bridge.call(&envelope).await)
}

/// Tells the page each event from now on.
#[tauri::command]
fn listen<R: Runtime>(
    webview: Webview<R>,
    bridge: State<'_, Bridge>,
    listeners: State<'_, Listeners>,
    events: Channel<String>,
) {
    let number = bridge.subscribe(Box::new(move |event| {
        // The window may be closing.
        let _ = events.send(event);
    }));
    listeners.add(webview.label(), number);
}

/// Hears what a page says of itself. What it may ask for is to be exchanged where nobody is disturbed, nothing else: which
/// bundle comes, from where and for whom is out of its reach.
#[tauri::command]
async fn report<R: Runtime>(
    app: AppHandle<R>,
    boots: State<'_, Arc<Boots>>,
    boot: String,
    said: Said,
) -> Result<(), ()> {
    boots.said(&app, &boot, said);
    Ok(())
}

/// Which listeners of the core belong to which web view.
#[derive(Default)]
struct Listeners(Mutex<HashMap<String, Vec<u64>>>);

impl Listeners {
    fn add(&self, webview: &str, number: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(webview.to_owned()).or_default().push(number);
    }

    fn end(&self, webview: &str, bridge: &Bridge) {
        let numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(webview);
        for number in numbers.unwrap_or_default() {
            bridge.core().unsubscribe(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use onehall_client::bridge::{Outcome, Reply};
    use onehall_core::Core;
    use onehall_core::platform::native::{Keep, native};
    use onehall_protocol::identity::TerminalKind;
    use proptest::prelude::*;
    use tauri::async_runtime;

    use super::*;

    fn bridge() -> Bridge {
        let host = native(Keep::Nothing, async_runtime::handle().inner().clone());
        let host = host.unwrap_or_else(|error| panic!("{error}"));
        // Nobody listens there: what needs the backend fails at once.
        let core = Core::new(host, "http://127.0.0.1:1", TerminalKind::Desktop);
        Bridge::new(core, Profile::Desktop, [])
    }

    fn refused(reply: &str) -> bool {
        matches!(serde_json::from_str(reply), Ok(Reply { outcome: Outcome::Error(error), .. })
            if error.code == onehall_protocol::ErrorCode::InvalidEnvelope
            || error.code == onehall_protocol::ErrorCode::BridgeProtocol)
    }

    #[test]
    fn an_envelope_that_is_none_is_refused_and_not_echoed() {
        for envelope in [
            "",
            "null",
            "[]",
            "{}",
            "{\"protocol\":1,\"id\":1}",
            "{\"protocol\":1,\"id\":1,\"call\":{\"ask\":{\"get_case\":{\"id\":\"110101199003070038\"}}}}",
            "{\"protocol\":1,\"id\":-1,\"call\":{\"cancel\":{\"id\":1}}}",
            "{\"protocol\":9,\"id\":1,\"call\":{\"sing\":{}}}",
            &"[".repeat(100_000),
        ] {
            let reply = async_runtime::block_on(bridge().call(envelope));
            let shown: String = envelope.chars().take(100).collect();
            assert!(refused(&reply), "{shown}: {reply}");
            assert!(
                !reply.contains("110101199003070038"),
                "what was sent may be personal data: {reply}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn whatever_is_sent_a_reply_comes_back(
            cut in 0_usize..120,
            at in 0_usize..120,
            noise in any::<[u8; 4]>(),
        ) {
            let mut bytes = br#"{"protocol":1,"id":7,"call":{"hello":{"protocols":{"min":1,"max":1},"version":"0"}}}"#.to_vec();
            bytes.truncate(cut);
            let at = at.min(bytes.len());
            bytes.splice(at..at, noise);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let reply = async_runtime::block_on(bridge().call(&text));
            prop_assert!(serde_json::from_str::<Reply>(&reply).is_ok(), "{}", reply);
        }
    }

    #[test]
    fn the_script_gives_the_page_what_its_first_paint_needs() {
        let preferences = Preferences {
            elder: true,
            ..Preferences::default()
        };
        let given = Given {
            preferences,
            language: Some(Language::En),
            profile: Profile::Kiosk,
            locked: true,
            idle: 60_000,
        };
        let script = page_script(&given, Some(Nonce(255)));
        assert!(
            script.contains("\"elder\":true") && script.contains("\"profile\":\"kiosk\""),
            "{script}"
        );
        assert!(script.contains("\"locked\":true") && script.ends_with(");"), "{script}");
        let boot = "\"boot\":\"000000000000000000000000000000ff\"";
        assert!(script.contains(boot) && script.contains("\"idle\":60000"), "{script}");
        assert!(page_script(&given, None).contains("\"boot\":null"));
    }

    #[test]
    fn the_listeners_of_a_page_end_with_it() {
        let (bridge, listeners) = (bridge(), Listeners::default());
        let heard: Arc<Mutex<Vec<&str>>> = Arc::default();
        for name in ["the page before", "another window"] {
            let heard = heard.clone();
            let hear = move |_| heard.lock().unwrap_or_else(PoisonError::into_inner).push(name);
            listeners.add(name, bridge.subscribe(Box::new(hear)));
        }
        listeners.end("the page before", &bridge);
        // Without a backend this tells that there is no connection.
        let log_out = r#"{"protocol":1,"id":1,"call":{"ask":{"log_out":{}}}}"#;
        async_runtime::block_on(bridge.call(log_out));
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            !heard.is_empty() && heard.iter().all(|name| *name == "another window"),
            "{heard:?}"
        );
    }
}
