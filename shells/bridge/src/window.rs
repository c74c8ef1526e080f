//! The window, and what it may not do: leave its origin, open others.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, PhysicalPosition, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::assets;

/// The label by which the capabilities of the shells name the window.
const LABEL: &str = "main";

/// How a window stands on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frame {
    /// A window of this size in CSS pixels, with the frame that the desktop gives it.
    Window {
        /// Its width at first.
        width: f64,
        /// Its height at first.
        height: f64,
    },
    /// All of the screen, without a way out of it: no context menu, no profile on disk.
    FullScreen,
}

/// How a window looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// How it stands.
    pub frame: Frame,
    /// What stands above it.
    pub title: &'static str,
}

/// Opens the window at an address of the app, such as `/matters`; `hidden` where nobody is to see it yet.
///
/// # Errors
/// The web view cannot be made.
pub fn open<R: Runtime>(
    app: &AppHandle<R>,
    look: &Look,
    script: String,
    address: &str,
    hidden: bool,
) -> tauri::Result<()> {
    let page = WebviewUrl::App(address.trim_start_matches('/').into());
    let builder = WebviewWindowBuilder::new(app, LABEL, page)
        .title(look.title)
        .initialization_script(script)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_web_resource_request(|request, response| assets::mend(&request, response))
        // The page takes dropped files itself.
        .disable_drag_drop_handler();
    match look.frame {
        Frame::Window { width, height } => {
            builder
                .inner_size(width, height)
                .min_inner_size(360.0, 480.0)
                .visible(!hidden)
                .center()
                .build()?;
        }
        Frame::FullScreen => {
            let builder = builder
                .fullscreen(true)
                .decorations(false)
                // What is saved on a public machine stays there.
                .on_download(|_, _| false)
                // Not for developers either: what they try out is what stands on the floor.
                .devtools(false);
            // Tauri opens a profile on disk beside the one in memory, and nothing is written to it.
            // One for each web view: on Linux one that came second would be served by nobody.
            static OPENED: AtomicU32 = AtomicU32::new(0);
            let number = OPENED.fetch_add(1, Ordering::Relaxed);
            let builder = builder.data_directory(passing_profile().join(number.to_string()));
            let window = builder.incognito(!under_test()).build()?;
            without_ways_out(&window)?;
            // Where no window manager runs nobody makes it fill the screen.
            if let Some(screen) = window.current_monitor()?.or(app.primary_monitor()?) {
                window.set_position(PhysicalPosition::new(0, 0))?;
                window.set_size(*screen.size())?;
            }
        }
    }
    Ok(())
}

/// The window, while there is one.
pub fn of<R: Runtime>(app: &AppHandle<R>) -> Option<WebviewWindow<R>> {
    app.get_webview_window(LABEL)
}

/// Whether somebody can see the window: the web view of one that is minimized draws nothing.
pub fn is_seen<R: Runtime>(app: &AppHandle<R>) -> bool {
    of(app).is_some_and(|window| window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(true))
}

/// Where the next window goes on: where this one is; on a public machine at its beginning.
pub fn address<R: Runtime>(window: &WebviewWindow<R>, frame: Frame) -> String {
    match (frame, window.url()) {
        (Frame::Window { .. }, Ok(url)) if is_ours(&url) => {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}{query}", url.path())
        }
        _ => String::new(),
    }
}

/// Ends the window, and the process of its page with it: one that hangs would stay.
///
/// # Errors
/// It stays.
pub fn end<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    window.with_webview(|webview| {
        use webkit2gtk::WebViewExt;
        webview.inner().terminate_web_process();
    })?;
    window.destroy()
}

/// As what a public machine's program ends when the process of its page is gone: whoever keeps it starts it anew.
pub const CRASHED: i32 = 41;

/// Takes away what leads out of the page to the machine behind it: dialogs of files, printers and scripts, the menu of the web
/// view, camera, microphone and place, and another size of everything. A web view whose page is gone ends the program.
fn without_ways_out<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    let app = window.app_handle().clone();
    #[cfg(target_os = "linux")]
    window.with_webview(move |webview| {
        use webkit2gtk::{FileChooserRequestExt, PermissionRequestExt, WebProcessTerminationReason, WebViewExt};
        let view = webview.inner();
        view.connect_run_file_chooser(|_, request| {
            request.cancel();
            true
        });
        view.connect_print(|_, _| true);
        view.connect_context_menu(|_, _, _, _| true);
        view.connect_permission_request(|_, request| {
            request.deny();
            true
        });
        // Answered as by whoever closes it.
        view.connect_script_dialog(|_, _| true);
        view.connect_show_notification(|_, _| true);
        view.connect_zoom_level_notify(|view| {
            if (view.zoom_level() - 1.0).abs() > f64::EPSILON {
                view.set_zoom_level(1.0);
            }
        });
        view.connect_web_process_terminated(move |_, why| {
            if why != WebProcessTerminationReason::TerminatedByApi {
                eprintln!("the process of the page is gone");
                app.exit(CRASHED);
            }
        });
    })?;
    #[cfg(not(target_os = "linux"))]
    let _ = window;
    Ok(())
}

/// The folder of a profile that ends with this process.
pub fn passing_profile() -> PathBuf {
    std::env::temp_dir().join(format!("onehall-passing-{}", std::process::id()))
}

/// Whether a WebDriver drives a debug build: WebKitGTK lets none into a web view whose profile is in memory. A release
/// build knows no such exception.
fn under_test() -> bool {
    cfg!(debug_assertions) && std::env::var("TAURI_WEBVIEW_AUTOMATION").as_deref() == Ok("true")
}

/// Whether an address is one of the app's own pages, or a file that such a page made.
fn is_ours(url: &Url) -> bool {
    if url.scheme() == "blob" {
        return Url::parse(url.path()).is_ok_and(|inner| is_ours(&inner));
    }
    // Where the web view knows no schemes of others, Tauri gives the app a host of its own.
    let (scheme, host) = if cfg!(windows) {
        ("http", "tauri.localhost")
    } else {
        ("tauri", "localhost")
    };
    url.scheme() == scheme && url.host_str() == Some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_stays_on_its_own_pages() {
        let ours = if cfg!(windows) {
            "http://tauri.localhost"
        } else {
            "tauri://localhost"
        };
        let is_ours = |address: &str| Url::parse(address).is_ok_and(|url| is_ours(&url));
        for path in ["/", "/services/a?b#c"] {
            assert!(is_ours(&format!("{ours}{path}")), "{path}");
        }
        assert!(is_ours(&format!("blob:{ours}/0b7e")), "a receipt to save");
        for address in [
            "https://example.org/",
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "tauri://localhost.example.org/",
            "blob:https://example.org/0b7e",
            "data:text/html,hello",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "about:blank",
        ] {
            assert!(!is_ours(address), "{address}");
        }
    }
}
