//! The pages that the window shows, served under the one origin of the app: one whole bundle at a time, from memory.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use onehall_updates::store::Bundle;
use tauri::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tauri::http::{Request, Response, StatusCode};
use tauri::utils::assets::{AssetKey, AssetsIter, CspHash};
use tauri::{Assets, Runtime};

use crate::floor::{Floor, INDEX};

/// The folder of the files; what is not in it there is an address of a page.
const FILES: &str = "/assets/";

/// The pages of the window. Cheap to clone: clones share everything.
///
/// A bundle is exchanged while there is no window, so no page has files of two.
#[derive(Debug, Clone)]
pub struct Pages(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    floor: Arc<Floor>,
    /// A release that was signed; none: the floor. Each of its files was checked when it was opened.
    release: RwLock<Option<Bundle>>,
}

impl Pages {
    /// Shows the floor until something else is to be shown.
    pub fn new(floor: Arc<Floor>) -> Pages {
        Pages(Arc::new(Shared {
            floor,
            release: RwLock::new(None),
        }))
    }

    /// What every terminal has.
    pub fn floor(&self) -> &Arc<Floor> {
        &self.0.floor
    }

    /// From now on this bundle is shown, and nothing else; none: the floor.
    pub fn show(&self, release: Option<Bundle>) {
        *self.0.release.write().unwrap_or_else(PoisonError::into_inner) = release;
    }

    /// The file of a path such as `/assets/shell.0123.js`; none where the bundle that is shown has none.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        let path = path.strip_prefix('/').unwrap_or(path);
        match &*self.0.release.read().unwrap_or_else(PoisonError::into_inner) {
            Some(release) if path == INDEX => release.file(release.manifest.entry.as_str()),
            Some(release) => release.file(path),
            None => self.0.floor.file(path),
        }
        .cloned()
    }
}

impl<R: Runtime> Assets<R> for Pages {
    fn get(&self, key: &AssetKey) -> Option<Cow<'_, [u8]>> {
        self.read(key.as_ref()).map(|content| Cow::Owned(content.to_vec()))
    }

    /// Tauri lists assets to pack them; ours are never packed.
    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(std::iter::empty())
    }

    /// No page of ours has an inline script or style, whatever its manifest says.
    fn csp_hashes(&self, _: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}

/// Mends what Tauri answers a page's request with. Tauri gives the index page for whatever is not there, which is right
/// for an address of a page and wrong for a file; and it guesses media types, on which wasm and scripts depend.
pub fn mend(request: &Request<Vec<u8>>, response: &mut Response<Cow<'static, [u8]>>) {
    let path = request.uri().path();
    let html = response.body().starts_with(b"<!doctype html>");
    if path.starts_with(FILES) && html {
        *response.status_mut() = StatusCode::NOT_FOUND;
        *response.body_mut() = Cow::Borrowed(b"");
    }
    let media_type = if html && response.status().is_success() {
        "text/html; charset=utf-8"
    } else {
        media_type(path)
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

fn media_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        /// A bundle with one script, beside a secret.
        fn new(name: &str) -> Folder {
            let root = std::env::temp_dir().join(format!("onehall-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&root);
            let write = |file: &str, content: &str| {
                let file = root.join(file);
                let made = file
                    .parent()
                    .map_or(Ok(()), fs::create_dir_all)
                    .and_then(|()| fs::write(&file, content));
                made.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            };
            write("secret.txt", "secret");
            write("ui/index.html", "<!doctype html>the page");
            write("ui/assets/a.js", "script");
            write("ui/assets/a.js.br", "for browsers");
            Folder(root)
        }

        fn pages(&self) -> Pages {
            Pages::new(Arc::new(Floor::folder(&self.0.join("ui"))))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn files_of_the_bundle_are_read_and_folders_are_none() {
        let folder = Folder::new("assets-read");
        let pages = folder.pages();
        assert_eq!(pages.read("/assets/a.js").as_deref(), Some(&b"script"[..]));
        assert_eq!(
            pages.read("index.html").as_deref(),
            Some(&b"<!doctype html>the page"[..])
        );
        for path in [
            "/",
            "",
            "/assets",
            "/assets/",
            "/assets/b.js",
            "/assets/a.js/b",
            "/assets/a.js.br",
        ] {
            assert_eq!(pages.read(path), None, "{path}");
        }
    }

    #[test]
    fn nothing_outside_of_the_bundle_is_read() {
        let folder = Folder::new("assets-outside");
        let secret = folder.0.join("secret.txt");
        assert!(secret.is_file());
        #[cfg(unix)]
        std::os::unix::fs::symlink(&secret, folder.0.join("ui/assets/link.js"))
            .unwrap_or_else(|error| panic!("{error}"));
        let pages = folder.pages();
        for path in [
            "../secret.txt",
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/assets/..\\..\\secret.txt",
            "//../secret.txt",
            &secret.to_string_lossy(),
            "/assets/a.js\0",
            "/assets/link.js",
        ] {
            assert_eq!(pages.read(path), None, "{path}");
        }
    }

    #[test]
    fn what_changes_in_the_folder_changes_no_page_that_is_open() {
        let folder = Folder::new("assets-change");
        let pages = folder.pages();
        fs::write(folder.0.join("ui/assets/a.js"), "another").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(pages.read("/assets/a.js").as_deref(), Some(&b"script"[..]));
    }

    #[test]
    fn where_there_is_no_bundle_a_page_says_so() {
        let pages = Pages::new(Arc::new(Floor::folder(Path::new("/nowhere/at/all"))));
        let page = pages.read("/index.html").map(|page| page.to_vec());
        let page = String::from_utf8(page.unwrap_or_default()).unwrap_or_default();
        assert!(
            page.starts_with("<!doctype html>") && page.contains("missing.css"),
            "{page}"
        );
        assert!(page.contains("界面") && page.contains("interface"), "{page}");
        assert!(pages.read("/missing.css").is_some());
        assert_eq!(pages.read("/assets/a.js"), None);
    }

    fn mended(path: &str, body: &'static [u8]) -> (StatusCode, String, usize) {
        let request = Request::builder()
            .uri(format!("tauri://localhost{path}"))
            .body(Vec::new());
        let request = request.unwrap_or_else(|error| panic!("{error}"));
        let mut response = Response::new(Cow::Borrowed(body));
        mend(&request, &mut response);
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        (
            response.status(),
            media_type.unwrap_or_default().to_owned(),
            response.body().len(),
        )
    }

    #[test]
    fn an_address_of_a_page_gets_the_page_and_a_missing_file_is_missing() {
        let page = b"<!doctype html>the page";
        let html = "text/html; charset=utf-8".to_owned();
        assert_eq!(
            mended("/services/a.b", page),
            (StatusCode::OK, html.clone(), page.len())
        );
        assert_eq!(mended("/", page), (StatusCode::OK, html, page.len()));
        let script = "text/javascript; charset=utf-8".to_owned();
        assert_eq!(mended("/assets/gone.js", page), (StatusCode::NOT_FOUND, script, 0));
        assert_eq!(mended("/assets/a.wasm", b"\0asm").1, "application/wasm");
        assert_eq!(mended("/assets/a.woff2", b"wOF2").1, "font/woff2");
    }
}
