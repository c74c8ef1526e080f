//! The window, and what it may not do: leave its origin, open others.

use std::path::PathBuf;

use tauri::webview::NewWindowResponse;
use tauri::{App, PhysicalPosition, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

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

/// Opens the window.
///
/// # Errors
/// The web view cannot be made.
pub fn open<R: Runtime>(app: &App<R>, frame: Frame, title: &str, script: String) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(title)
        .initialization_script(script)
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_web_resource_request(|request, response| assets::mend(&request, response))
        // The page takes dropped files itself.
        .disable_drag_drop_handler();
    match frame {
        Frame::Window { width, height } => {
            builder
                .inner_size(width, height)
                .min_inner_size(360.0, 480.0)
                .center()
                .build()?;
        }
        Frame::FullScreen => {
            let builder = builder
                .fullscreen(true)
                .decorations(false)
                // What is saved on a public machine stays there.
                .on_download(|_, _| false)
                .devtools(cfg!(debug_assertions));
            // Tauri opens a profile on disk beside the one in memory, and nothing is written to it.
            let builder = builder.data_directory(passing_profile());
            let window = builder.incognito(!under_test()).build()?;
            without_dialogs(&window)?;
            // Where no window manager runs nobody makes it fill the screen.
            if let Some(screen) = window.current_monitor()?.or(app.primary_monitor()?) {
                window.set_position(PhysicalPosition::new(0, 0))?;
                window.set_size(*screen.size())?;
            }
        }
    }
    Ok(())
}

/// Takes the dialogs away that lead to the machine behind the page: of files, and of printers.
fn without_dialogs<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    window.with_webview(|webview| {
        use webkit2gtk::{FileChooserRequestExt, WebViewExt};
        let view = webview.inner();
        view.connect_run_file_chooser(|_, request| {
            request.cancel();
            true
        });
        view.connect_print(|_, _| true);
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
