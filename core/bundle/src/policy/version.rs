//! Versions of the native core and of bundles.

use std::fmt;
use std::str::FromStr;

/// A version, `1.42.0`, in the order of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub [u32; 3]);

/// Not three numbers between dots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not three numbers between dots")]
pub struct NotAVersion;

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(out, "{major}.{minor}.{patch}")
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Version, NotAVersion> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for number in &mut numbers {
            *number = parts.next().ok_or(NotAVersion)?.parse().map_err(|_| NotAVersion)?;
        }
        let version = Version(numbers);
        // `01.2.3` and `+1.2.3` are other texts of the same: one has to do.
        if parts.next().is_some() || version.to_string() != text {
            return Err(NotAVersion);
        }
        Ok(version)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_in_the_order_of_their_numbers() {
        let version = |text: &str| text.parse::<Version>().ok();
        assert!(version("1.10.0") > version("1.9.9") && version("2.0.0") > version("1.99.99"));
        assert_eq!(
            version("1.42.0").map(|version| version.to_string()),
            Some("1.42.0".to_owned())
        );
        for wrong in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "01.2.3",
            "+1.2.3",
            "1.2.x",
            "1.2.-3",
            "1.2.3-beta",
            "1.2.4294967296",
        ] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
    }
}
