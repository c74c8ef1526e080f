//! The path of a file inside a bundle.

use std::fmt;
use std::str::FromStr;

/// A path inside a bundle, such as `assets/shell.0123.js`: it leads nowhere else on any system that we know.
///
/// It is made of parts of letters, digits, `.`, `-` and `_` between single slashes. No part begins or ends with a dot or is
/// a device of Windows, whatever its extension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// Why a text is not the path of a file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a file in a bundle")]
pub struct NotAName;

/// The longest path, in bytes.
const LONGEST: usize = 200;

/// The most parts.
const DEEPEST: usize = 8;

impl FileName {
    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as a system sees it that does not tell capitals from small letters.
    pub(crate) fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for FileName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<FileName, NotAName> {
        let parts = text.split('/').count();
        if text.len() > LONGEST || parts > DEEPEST || !text.split('/').all(is_part) {
            return Err(NotAName);
        }
        Ok(FileName(text.to_owned()))
    }
}

fn is_part(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !part.is_empty()
        && part.bytes().all(plain)
        && !part.starts_with('.')
        && !part.ends_with('.')
        && !is_device(part.split('.').next().unwrap_or_default())
}

fn is_device(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let numbered = |name: &str| {
        stem.strip_prefix(name)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::FileName;

    #[test]
    fn paths_of_bundles_are_taken() {
        for path in [
            "index.html",
            "assets/shell.0f3a.js",
            "a/b/c_d-e.woff2",
            "assets/console.css",
            "comet.js",
        ] {
            assert!(path.parse::<FileName>().is_ok(), "{path}");
        }
    }

    #[test]
    fn whatever_leads_elsewhere_is_refused() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../../b",
            "a/./b",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "C:\\a",
            "c:a",
            "a\0",
            "a b",
            "~/a",
            ".hidden",
            "a/.git/config",
            "dot.",
            "a/trailing./b",
            "NUL",
            "nul.txt",
            "a/Com1.js",
            "lpt9",
            "é",
            "a%2fb",
            "a?b",
            "a#b",
            "a/b/c/d/e/f/g/h/i",
        ] {
            assert!(path.parse::<FileName>().is_err(), "{path:?}");
        }
        assert!("a".repeat(200).parse::<FileName>().is_ok());
        assert!("a".repeat(201).parse::<FileName>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_below_its_folder(path in "[./\\\\a-cC:0-9~\0é-]{0,12}") {
            if let Ok(name) = path.parse::<FileName>() {
                prop_assert!(Path::new(name.as_str()).components().all(|part| matches!(part, Component::Normal(_))));
                prop_assert_eq!(Path::new("x").join(name.as_str()).components().count(), path.split('/').count() + 1);
            }
        }
    }
}
