//! What of a bundle has to be fetched.

use std::collections::BTreeSet;

use crate::{Blob, Hash, Manifest};

/// How a content that is not here yet comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// As a difference to a content that is here.
    Patch {
        /// The content that is here.
        from: Hash,
        /// What to fetch.
        fetch: Blob,
        /// What it makes.
        content: Blob,
    },
    /// Compressed by zstd.
    Compressed {
        /// What to fetch.
        fetch: Blob,
        /// What it makes.
        content: Blob,
    },
    /// As it is.
    Plain {
        /// What to fetch, and what it is.
        content: Blob,
    },
}

impl Source {
    /// What to fetch.
    #[must_use]
    pub const fn fetch(self) -> Blob {
        match self {
            Source::Patch { fetch, .. } | Source::Compressed { fetch, .. } => fetch,
            Source::Plain { content } => content,
        }
    }

    /// What it makes.
    #[must_use]
    pub const fn content(self) -> Blob {
        match self {
            Source::Patch { content, .. } | Source::Compressed { content, .. } | Source::Plain { content } => content,
        }
    }
}

/// What has to be fetched for a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Each content that is not here yet, once, in the order of the manifest, by its ways: the cheapest first, the plain
    /// file last, so that one that fails is followed by another.
    pub sources: Vec<Vec<Source>>,
}

impl Plan {
    /// Plans how a terminal that has `has` comes to all contents of a bundle. A patch that is not clearly smaller than the
    /// whole file is not worth its risk.
    #[must_use]
    pub fn new(manifest: &Manifest, has: impl Fn(Hash) -> bool) -> Plan {
        let mut planned = BTreeSet::new();
        let mut sources = Vec::new();
        for file in &manifest.files {
            let content = file.content;
            if has(content.sha256) || !planned.insert(content.sha256) {
                continue;
            }
            let whole = file.zstd.map_or(content.size, |zstd| zstd.size.min(content.size));
            let mut ways: Vec<Source> = Vec::new();
            let smallest = file
                .patches
                .iter()
                .filter(|patch| has(patch.from) && patch.blob.size <= whole / 10 * 6)
                .min_by_key(|patch| patch.blob.size);
            if let Some(patch) = smallest {
                ways.push(Source::Patch {
                    from: patch.from,
                    fetch: patch.blob,
                    content,
                });
            }
            if let Some(fetch) = file.zstd.filter(|zstd| zstd.size < content.size) {
                ways.push(Source::Compressed { fetch, content });
            }
            ways.push(Source::Plain { content });
            sources.push(ways);
        }
        Plan { sources }
    }

    /// The bytes that come where nothing fails.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let cheapest = self.sources.iter().filter_map(|ways| ways.first());
        cheapest.map(|source| source.fetch().size).sum()
    }

    /// The most bytes that lie on the disk more than now once it is done.
    #[must_use]
    pub fn room(&self) -> u64 {
        let contents = self.sources.iter().filter_map(|ways| ways.first());
        let made: u64 = contents.clone().map(|source| source.content().size).sum();
        // The largest part lies beside what is made of it for a moment.
        made + contents.map(|source| source.content().size).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, Source};
    use crate::{Blob, CspHashes, File, Flavour, Hash, Manifest, Patch, Range, Version};

    fn blob(name: &str, size: u64) -> Blob {
        Blob {
            sha256: Hash::of(name.as_bytes()),
            size,
        }
    }

    fn manifest(files: Vec<File>) -> Manifest {
        Manifest {
            release: 1,
            version: Version([1, 0, 0]),
            revision: "0123abc".to_owned(),
            flavour: Flavour::Shell,
            profiles: vec!["desktop".to_owned()],
            protocol: Range { first: 1, last: 1 },
            data: Range { first: 1, last: 1 },
            entry: files[0].path.clone(),
            csp: CspHashes::default(),
            files,
        }
    }

    fn file(path: &str, size: u64, zstd: Option<u64>, patches: &[(&str, u64)]) -> File {
        File {
            path: path.parse().unwrap_or_else(|error| panic!("{error}")),
            content: blob(path, size),
            zstd: zstd.map(|size| blob(&format!("{path}.zst"), size)),
            patches: patches
                .iter()
                .map(|(from, size)| Patch {
                    from: Hash::of(from.as_bytes()),
                    blob: blob(&format!("{from}-{path}"), *size),
                })
                .collect(),
        }
    }

    #[test]
    fn what_is_here_is_not_fetched_and_what_is_there_twice_is_fetched_once() {
        let mut again = file("b", 10, None, &[]);
        again.content = blob("a", 10);
        let bundle = manifest(vec![file("a", 10, None, &[]), again, file("c", 7, None, &[])]);
        assert_eq!(Plan::new(&bundle, |_| false).bytes(), 17);
        assert_eq!(Plan::new(&bundle, |hash| hash == Hash::of(b"a")).bytes(), 7);
        assert!(Plan::new(&bundle, |_| true).sources.is_empty());
    }

    #[test]
    fn the_smallest_patch_whose_base_is_here_comes_first_and_the_whole_file_is_behind_it() {
        let bundle = manifest(vec![file(
            "a",
            1000,
            Some(400),
            &[("one", 100), ("two", 20), ("three", 1)],
        )]);
        let plan = Plan::new(&bundle, |hash| [Hash::of(b"one"), Hash::of(b"two")].contains(&hash));
        let ways = &plan.sources[0];
        assert!(
            matches!(ways[0], Source::Patch { from, .. } if from == Hash::of(b"two")),
            "{ways:?}"
        );
        assert!(matches!(ways[1], Source::Compressed { .. }) && matches!(ways[2], Source::Plain { .. }));
        assert_eq!((plan.bytes(), ways.len(), plan.room()), (20, 3, 2000));
    }

    #[test]
    fn a_patch_that_saves_little_and_a_compression_that_saves_nothing_are_left_out() {
        let bundle = manifest(vec![file("a", 1000, Some(1000), &[("one", 700)])]);
        let plan = Plan::new(&bundle, |hash| hash == Hash::of(b"one"));
        assert_eq!(
            plan.sources,
            [vec![Source::Plain {
                content: blob("a", 1000)
            }]]
        );
    }
}
