//! What is written down.

use onehall_bundle::{Hash, Manifest, Range, Version};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What survives the end of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The last release whose page drew itself.
    pub committed: Option<Release>,
    /// One that is whole on the disk and was not shown yet.
    pub staged: Option<Release>,
    /// One that was shown and has not proved itself.
    pub trial: Option<Trial>,
    /// Those that failed here.
    pub refused: Vec<Refused>,
    /// The release for whose sake somebody was interrupted.
    #[serde(default, with = "optional_hash")]
    pub interrupted: Option<Hash>,
    /// The latest time that a signature vouched for, in seconds since 1970.
    pub latest: i64,
}

/// A release, and what decides whether it still fits another native program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Its number.
    pub number: u64,
    /// Its manifest, by which all of its content is known.
    #[serde(with = "hash")]
    pub manifest: Hash,
    /// The protocols of the bridge that its pages speak.
    #[serde(with = "range")]
    pub protocol: Range,
    /// The forms of data that its pages understand.
    #[serde(with = "range")]
    pub data: Range,
}

impl Release {
    /// The release of a manifest with this hash.
    #[must_use]
    pub const fn of(manifest: &Manifest, hash: Hash) -> Release {
        Release {
            number: manifest.release,
            manifest: hash,
            protocol: manifest.protocol,
            data: manifest.data,
        }
    }
}

/// A release that is being tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Which.
    pub release: Release,
    /// How often it was shown.
    pub attempts: u8,
}

/// A release that failed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Its manifest.
    #[serde(with = "hash")]
    pub manifest: Hash,
    /// The native program that it failed under: another one may show it well.
    #[serde(with = "version")]
    pub core: Version,
    /// When it may be tried again, in seconds since 1970.
    pub until: i64,
}

impl Kept {
    /// Whether a bundle failed under this program and is not tried again yet.
    #[must_use]
    pub fn refuses(&self, manifest: Hash, core: Version, now: i64) -> bool {
        let same = |refused: &&Refused| refused.manifest == manifest && refused.core == core;
        self.refused.iter().filter(same).any(|refused| refused.until > now)
    }

    /// Every release whose files must stay.
    pub fn needed(&self) -> impl Iterator<Item = Release> {
        let trial = self.trial.map(|trial| trial.release);
        [self.committed, self.staged, trial].into_iter().flatten()
    }

    /// As it is written to the disk.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What was written; nothing where it is damaged or of another day: then the bundle inside the application is shown.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Kept> {
        serde_json::from_slice(bytes).ok()
    }
}

mod hash {
    use super::{Deserialize, Deserializer, Hash, Serializer};

    pub fn serialize<S: Serializer>(hash: &Hash, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(hash)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

mod optional_hash {
    use super::{Deserialize, Deserializer, Hash, Serialize, Serializer};

    pub fn serialize<S: Serializer>(hash: &Option<Hash>, out: S) -> Result<S::Ok, S::Error> {
        hash.map(|hash| hash.to_string()).serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Hash>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom))
            .transpose()
    }
}

mod version {
    use super::{Deserialize, Deserializer, Serializer, Version};

    pub fn serialize<S: Serializer>(version: &Version, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(version)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Version, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

mod range {
    use super::{Deserialize, Deserializer, Range, Serialize, Serializer};

    pub fn serialize<S: Serializer>(range: &Range, out: S) -> Result<S::Ok, S::Error> {
        [range.first, range.last].serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Range, D::Error> {
        let [first, last] = <[u32; 2]>::deserialize(from)?;
        Ok(Range { first, last })
    }
}
