//! The UI bundle: a folder that `cargo xtask bundle` made, served to the page under the one origin of the app.

use std::borrow::Cow;
use std::fs;
use std::path::{Component, Path, PathBuf};

use tauri::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tauri::http::{Request, Response, StatusCode};
use tauri::utils::assets::{AssetKey, AssetsIter, CspHash};
use tauri::{Assets, Runtime};

/// The page of every address that is not a file.
const INDEX: &str = "index.html";

/// The folder of the files; what is not in it there is an address of a page.
const FILES: &str = "/assets/";

/// What is shown where there is no bundle.
const MISSING: &[u8] = include_bytes!("missing.html");
const MISSING_STYLE: &[u8] = include_bytes!("missing.css");

/// A UI bundle in a folder.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The folder with all links followed; none where there is no such folder.
    folder: Option<PathBuf>,
}

impl Bundle {
    /// The bundle in `folder`. Where there is none, a page says so.
    #[must_use]
    pub fn new(folder: &Path) -> Bundle {
        Bundle {
            folder: fs::canonicalize(folder)
                .ok()
                .filter(|folder| folder.join(INDEX).is_file()),
        }
    }

    /// The file of a path such as `/assets/shell.0123.js`; none where there is no such file in the folder.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let Some(folder) = &self.folder else {
            return match path.trim_start_matches('/') {
                INDEX => Some(MISSING.into()),
                "missing.css" => Some(MISSING_STYLE.into()),
                _ => None,
            };
        };
        let file = fs::canonicalize(folder.join(inside(path)?)).ok()?;
        // A link may lead out of the folder.
        if !file.starts_with(folder) || !file.is_file() {
            return None;
        }
        fs::read(file).ok().map(Cow::Owned)
    }
}

/// The relative path, where it cannot lead out of a folder by its words.
fn inside(path: &str) -> Option<&Path> {
    if path.contains(['\\', '\0']) {
        return None;
    }
    let path = Path::new(path.trim_start_matches('/'));
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.components().next().is_some()).then_some(path)
}

impl<R: Runtime> Assets<R> for Bundle {
    fn get(&self, key: &AssetKey) -> Option<Cow<'_, [u8]>> {
        self.read(key.as_ref())
    }

    /// Tauri lists assets to pack them; ours are never packed.
    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(std::iter::empty())
    }

    /// No page of ours has an inline script or style.
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
            Folder(root)
        }

        fn bundle(&self) -> Bundle {
            Bundle::new(&self.0.join("ui"))
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
        let bundle = folder.bundle();
        assert_eq!(bundle.read("/assets/a.js").as_deref(), Some(&b"script"[..]));
        assert_eq!(
            bundle.read("index.html").as_deref(),
            Some(&b"<!doctype html>the page"[..])
        );
        for path in ["/", "", "/assets", "/assets/", "/assets/b.js", "/assets/a.js/b"] {
            assert_eq!(bundle.read(path), None, "{path}");
        }
    }

    #[test]
    fn nothing_outside_of_the_bundle_is_read() {
        let folder = Folder::new("assets-outside");
        let bundle = folder.bundle();
        let secret = folder.0.join("secret.txt");
        assert!(secret.is_file());
        for path in [
            "../secret.txt",
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/assets/..\\..\\secret.txt",
            "//../secret.txt",
            &secret.to_string_lossy(),
            "/assets/a.js\0",
        ] {
            assert_eq!(bundle.read(path), None, "{path}");
        }
        #[cfg(unix)]
        {
            let link = folder.0.join("ui/assets/link.js");
            std::os::unix::fs::symlink(&secret, &link).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(bundle.read("/assets/link.js"), None, "a link out of the bundle");
        }
    }

    #[test]
    fn where_there_is_no_bundle_a_page_says_so() {
        let bundle = Bundle::new(Path::new("/nowhere/at/all"));
        let page = String::from_utf8(bundle.read("/index.html").unwrap_or_default().into_owned()).unwrap_or_default();
        assert!(
            page.starts_with("<!doctype html>") && page.contains("missing.css"),
            "{page}"
        );
        assert!(page.contains("界面") && page.contains("interface"), "{page}");
        assert!(bundle.read("/missing.css").is_some());
        assert_eq!(bundle.read("/assets/a.js"), None);
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
